//! A small project in a temporary folder, and `coexist` run on it as a user runs it: by its command line.
//! Its samples are C files of a few lines, so that everything is built in a moment.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use coexist::record::Record;
use tempfile::TempDir;

use crate::stage::{COEXIST, root};

const MANIFEST: &str = r#"id     = "NAME"
title  = "Sample"
about  = "a small sample"
heap   = "malloc"
absent = { fault = "-", overflow = "-", attach = "-", detach = "-", spin = "-", backtrace = "-" }

[build]
steps = [[
    "{cc}", "-std=gnu17", "-fPIC", "-shared", "-fvisibility=hidden", "-I{include}", "-o", "{out}", "library.c",
]]
"#;

/// A project of its own with a state folder of its own.
#[derive(Debug)]
pub struct Sandbox {
    project: TempDir,
    state: TempDir,
}

/// How a command ended.
#[derive(Debug)]
pub struct Ran {
    /// The exit status.
    pub status: i32,
    pub stdout: String,
    pub stderr: String,
    folders: [(PathBuf, &'static str); 2],
}

impl Sandbox {
    /// With the scenario `callback` and the sample `one`. What is built goes to a store that all sandboxes share.
    pub fn new() -> Self {
        let sandbox = Self::cold();
        let store = Path::new(env!("CARGO_TARGET_TMPDIR")).join("store");
        std::fs::create_dir_all(&store).unwrap();
        std::os::unix::fs::symlink(store, sandbox.state().join("store")).unwrap();
        sandbox
    }

    /// The same with nothing built.
    pub fn cold() -> Self {
        let project = TempDir::new().unwrap();
        // Beside the shared store, as things get there by rename.
        let state = tempfile::Builder::new().prefix("state-").tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let sandbox = Self { project, state };
        for folder in ["include", "lib", "support"] {
            copy(&root().join("c-hosts").join(folder), &sandbox.path("c-hosts").join(folder));
        }
        copy(&root().join("c-hosts/callback.c"), &sandbox.path("c-hosts/callback.c"));
        sandbox.sample("one", "");
        sandbox
    }

    /// The project's root.
    pub fn root(&self) -> PathBuf {
        self.project.path().canonicalize().unwrap()
    }

    /// The state folder. Every process that has to do with this sandbox has it in its command line.
    pub fn state(&self) -> PathBuf {
        self.state.path().canonicalize().unwrap()
    }

    /// A path below the root.
    pub fn path(&self, below: &str) -> PathBuf {
        self.root().join(below)
    }

    /// Writes a file below the root.
    pub fn write(&self, file: &str, text: &str) {
        let file = self.path(file);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
    }

    /// Changes a file below the root.
    pub fn replace(&self, file: &str, from: &str, to: &str) {
        let text = std::fs::read_to_string(self.path(file)).unwrap();
        assert!(text.contains(from), "{from:?} is not in {file}");
        self.write(file, &text.replacen(from, to, 1));
    }

    /// A sample that keeps the contract, but for what some lines of C replace (skeleton.h says how).
    pub fn sample(&self, id: &str, lines: &str) {
        let name = id.replace('-', "_");
        self.write(&format!("samples/{id}/sample.toml"), &MANIFEST.replace("NAME", id));
        let library = format!("#define SAMPLE {name}\n#define ID \"{id}\"\n{lines}\n#include \"skeleton.h\"\n");
        self.write(&format!("samples/{id}/library.c"), &library);
        copy(&root().join("samples/_broken/skeleton.h"), &self.path(&format!("samples/{id}/skeleton.h")));
    }

    /// A sample whose callback aborts.
    pub fn aborting_sample(&self, id: &str) {
        self.sample(id, "#include <stdlib.h>\nstatic void aborts(void) { abort(); }\n#define CALLBACK aborts");
    }

    /// A scenario with some lines of C between load and end.
    pub fn scenario(&self, name: &str, directives: &str, lines: &str) {
        let text = format!(
            "/* A scenario of a test. */\n{directives}\n#include \"coexist.h\"\n#include <unistd.h>\n\
             int main(int argc, char **argv)\n{{\n    host_begin(argc, argv);\n    struct library *lib = xload(0);\n    \
             xstart(lib);\n    {lines}\n    return host_end(0);\n}}\n"
        );
        self.write(&format!("c-hosts/{name}.c"), &text);
    }

    /// A ledger with one entry.
    pub fn ledger(&self, cells: &str, phase: &str, outcome: &str) {
        let text = format!(
            "[[failure]]\ncells = \"{cells}\"\nphase = \"{phase}\"\noutcome = \"{outcome}\"\nreason = \"a test\"\n"
        );
        self.write("snapshots/known-failures.toml", &text);
    }

    /// `coexist` in the project's root, with little in its environment.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(COEXIST);
        command.args(args).arg("--state").arg(self.state()).current_dir(self.root()).stdin(Stdio::null()).env_clear();
        for name in ["PATH", "HOME", "TMPDIR"] {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        command
    }

    /// Runs it to its end.
    pub fn run(&self, args: &[&str]) -> Ran {
        self.ran(&mut self.command(args))
    }

    /// Runs a command that `command` made to its end.
    pub fn ran(&self, command: &mut Command) -> Ran {
        let output = command.output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("coexist prints UTF-8");
        let status = output.status.code().expect("coexist ends by itself");
        Ran {
            status,
            stdout: text(output.stdout),
            stderr: text(output.stderr),
            folders: [(self.root(), "[root]"), (self.state(), "[state]")],
        }
    }

    /// Runs it, and fails with all that it wrote unless it ends with `status`.
    pub fn expect(&self, status: i32, args: &[&str]) -> Ran {
        let ran = self.run(args);
        assert_eq!(ran.status, status, "{args:?}\n{}", ran.stderr);
        ran
    }

    /// The record of the last run.
    pub fn record(&self) -> Record {
        Record::read(&self.state().join("record.json")).unwrap()
    }

    /// The files of `snapshots/`, below it.
    pub fn snapshots(&self) -> Vec<String> {
        let folder = self.path("snapshots");
        let mut found: Vec<String> = files(&folder).iter().map(|file| below(&folder, file)).collect();
        found.sort();
        found
    }
}

impl Ran {
    /// Exit status and both streams, without what differs between two good runs: folders, times, and what was built.
    pub fn shown(&self) -> String {
        let stream = |name: &str, text: &str| {
            let today = jiff::Timestamp::now().to_string()[..10].to_owned();
            let mut text = text.replace(compiler_version(), "[version]").replace(&today, "[today]");
            for (folder, word) in &self.folders {
                text = text.replace(folder.to_str().unwrap(), word);
            }
            let lines: Vec<String> = text.lines().filter(|line| !is_of_machine(line)).map(without_times).collect();
            if lines.is_empty() { String::new() } else { format!("----- {name}\n{}\n", lines.join("\n")) }
        };
        format!("exit status {}\n{}{}", self.status, stream("stdout", &self.stdout), stream("stderr", &self.stderr))
    }
}

/// Of the C compiler, in as many characters.
fn compiler_version() -> &'static str {
    static VERSION: LazyLock<String> = LazyLock::new(|| {
        let output = Command::new("cc").arg("-dumpfullversion").output().unwrap();
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    });
    &VERSION
}

/// What was built now, and whether a crash could leave a core.
fn is_of_machine(line: &str) -> bool {
    line.starts_with("   built ") || line.trim() == "seen in the run itself, by its core"
}

fn without_times(line: &str) -> String {
    let line = line.trim_end();
    match line.split_once("   (") {
        Some((counts, times)) if times.ends_with("building)") => format!("{counts}   ([times])"),
        _ if line.trim_start().starts_with("\"build_ms\":") => "[measured]".to_owned(),
        _ if line.starts_with("took ") => "took      [measured]".to_owned(),
        _ if line.starts_with("from the run of ") => "from the run of [time]".to_owned(),
        _ => line.to_owned(),
    }
}

/// All files below a folder.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let Ok(entries) = std::fs::read_dir(folder) else { return found };
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

/// A path as it is written below a folder.
pub fn below(folder: &Path, path: &Path) -> String {
    path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned()
}

/// Copies a file, or a folder with all that is in it.
pub fn copy(from: &Path, to: &Path) {
    if from.is_file() {
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        std::fs::copy(from, to).unwrap();
    } else {
        for file in files(from) {
            copy(&file, &to.join(below(from, &file)));
        }
    }
}
