//! Toolchains that are not as they should be: what `doctor`, `setup` and `run` say of them.

use std::os::unix::fs::PermissionsExt;

use rstest::rstest;
use tempfile::TempDir;

use crate::sandbox::{Ran, Sandbox};

/// A sample that is built with `faketool 2`, and a PATH on which the programs of some folders come first.
struct Machine {
    sandbox: Sandbox,
    folders: Vec<TempDir>,
}

impl Machine {
    /// Each answer is what the `faketool` of another folder prints.
    fn new(answers: &[&str]) -> Self {
        let sandbox = Sandbox::new();
        let tool = "[tools.faketool]\nargs = [\"--version\"]\nsays = \"faketool \"\nunless = \"forktool\"\naccept = \"2\"\n\
                    on_path = [\"faketool\"]\napt = { packages = [\"no-such-package\"] }\nmegabytes = 7\n\n[build]";
        sandbox.replace("samples/one/sample.toml", "[build]", tool);
        let folders = answers.iter().map(|answer| {
            let folder = TempDir::new().unwrap();
            let program = folder.path().join("faketool");
            std::fs::write(&program, format!("#!/bin/sh\n{answer}\n")).unwrap();
            std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
            folder
        });
        Self { folders: folders.collect(), sandbox }
    }

    fn run(&self, args: &[&str]) -> Ran {
        let mut command = self.sandbox.command(args);
        let own = self.folders.iter().map(|folder| folder.path().to_owned());
        let path = std::env::join_paths(own.chain(std::env::split_paths(&std::env::var_os("PATH").unwrap()))).unwrap();
        self.sandbox.ran(command.env("PATH", path))
    }
}

#[rstest]
#[case(&[], "not here; `coexist setup` installs no-such-package with apt (7 MB)")]
#[case(&["echo faketool 1.9"], "faketool is 1.9, not 2")]
#[case(&["echo faketool 2.1 forktool"], "faketool is something else: it says \"faketool 2.1 forktool\"")]
#[case(&["echo no lib >&2; exit 3"], "faketool does not work: exit status 3: no lib")]
fn a_wrong_tool_has_its_line_and_its_next_step(#[case] answers: &[&str], #[case] words: &str) {
    let machine = Machine::new(answers);
    let doctor = machine.run(&["doctor"]);
    assert_eq!(doctor.status, 96, "{}", doctor.stderr);
    let line = doctor.stdout.lines().find(|line| line.starts_with("one ")).unwrap();
    assert!(line.contains("missing") && line.contains(words) && line.contains("7 MB"), "{line}");
    let ran = machine.run(&["run"]);
    assert_eq!(ran.status, 0, "a skip is no failure: {}", ran.stderr);
    assert!(ran.stderr.contains("skipped 1 cell: one: ") && ran.stderr.contains(words), "{}", ran.stderr);
    assert_eq!(machine.run(&["run", "--require"]).status, 96);
    let plan = machine.run(&["setup", "--dry-run"]);
    assert!(plan.stderr.contains("apt      no-such-package (7 MB)"), "{}", plan.stderr);
}

#[test]
fn the_right_tool_is_found_behind_a_wrong_one() {
    let machine = Machine::new(&["echo faketool 1.9", "echo faketool 2.3"]);
    let doctor = machine.run(&["doctor"]);
    assert!(doctor.stdout.contains("faketool 2.3 at "), "{}", doctor.stdout);
    assert_eq!(machine.run(&["run"]).status, 100, "it is built and run, and its trace is new");
}

#[test]
fn a_tool_that_cannot_link_is_told_until_it_can() {
    let sandbox = Sandbox::cold();
    sandbox.replace("samples/one/sample.toml", "\"library.c\",", "\"library.c\", \"-lnotthere\",");
    let ran = sandbox.expect(101, &["run"]);
    assert!(ran.stderr.contains("cannot find -lnotthere"), "{}", ran.stderr);
    let line = |ran: &Ran| ran.stdout.lines().find(|line| line.starts_with("one ")).unwrap_or_default().to_owned();
    let doctor = line(&sandbox.run(&["doctor"]));
    assert!(doctor.contains("does not build:") && doctor.contains("cannot find -lnotthere"), "{doctor}");
    let named = sandbox.run(&["doctor", "one"]);
    assert!(named.stdout.contains("then: coexist run callback/one"), "{}", named.stdout);
    assert_eq!(sandbox.run(&["doctor", "two"]).status, 4, "there is no such runtime");

    sandbox.replace("samples/one/sample.toml", " \"-lnotthere\",", "");
    sandbox.expect(100, &["run"]);
    assert!(line(&sandbox.run(&["doctor"])).contains("built; offers"));
}
