//! Wrong command lines, manifests, headers and ledgers: what is wrong, where, and what to do next.

use std::os::fd::AsRawFd;

use rstest::rstest;

use super::snapshot;
use crate::sandbox::Sandbox;

#[rstest]
#[case("unknown-flag", 2, &["run", "--repeta", "3"])]
#[case("unknown-command", 2, &["rnu"])]
#[case("bad-shard", 2, &["run", "--shard", "3/2"])]
#[case("bad-group", 2, &["run", "--group", "vms"])]
#[case("bad-filter", 2, &["run", "callback/{one"])]
#[case("bad-deadline", 2, &["run", "--deadline", "soon"])]
#[case("bad-repeat", 2, &["run", "--repeat", "0"])]
#[case("require-unknown", 2, &["run", "--require=two"])]
#[case("nothing-selected", 4, &["run", "go"])]
#[case("nothing-listed", 4, &["list", "cells", "go"])]
#[case("show-near-cell", 4, &["show", "calback/one"])]
#[case("show-no-cell", 4, &["show", "something"])]
#[case("show-other-runtime", 4, &["show", "callback/on"])]
#[case("show-before-run", 96, &["show", "callback/one"])]
fn a_wrong_command_line(#[case] name: &str, #[case] status: i32, #[case] args: &[&str]) {
    snapshot(name, &Sandbox::new().expect(status, args));
}

#[test]
fn no_command_line_at_all() {
    let ran = Sandbox::new().ran(&mut std::process::Command::new(crate::stage::COEXIST));
    assert_eq!(ran.status, 2);
    assert!(ran.stderr.contains("Usage: coexist") && !ran.stderr.contains("__guard"), "{}", ran.stderr);
}

#[test]
fn no_project() {
    let sandbox = Sandbox::new();
    std::fs::remove_dir_all(sandbox.path("c-hosts")).unwrap();
    snapshot("no-project", &sandbox.expect(2, &["list"]));
    snapshot("no-project-at-root", &sandbox.expect(2, &["list", "--root", "samples"]));
}

#[test]
fn a_project_is_found_from_below() {
    let sandbox = Sandbox::new();
    let below = sandbox.ran(sandbox.command(&["list", "cells"]).current_dir(sandbox.path("samples/one")));
    assert_eq!((below.status, below.stdout.as_str()), (0, "callback/one\n"));
}

#[rstest]
#[case("unknown-key", "samples/one/sample.toml", "about  =", "abuot  =")]
#[case("id-of-another-folder", "samples/one/sample.toml", "id     = \"one\"", "id     = \"two\"")]
#[case("unknown-directive", "c-hosts/callback.c", "//! runtimes:", "//! runtime:")]
#[case("needs-nobody-offers", "c-hosts/callback.c", "//! runtimes: 1", "//! runtimes: 1\n//! needs: call overflow")]
fn a_wrong_file(#[case] name: &str, #[case] file: &str, #[case] from: &str, #[case] to: &str) {
    let sandbox = Sandbox::new();
    sandbox.replace(file, from, to);
    snapshot(name, &sandbox.expect(2, &["run"]));
}

#[test]
fn two_samples_of_one_id() {
    let sandbox = Sandbox::new();
    sandbox.sample("two", "");
    sandbox.replace("samples/two/sample.toml", "id     = \"two\"", "id     = \"one\"");
    snapshot("duplicate-id", &sandbox.expect(2, &["run"]));
}

#[test]
fn a_sample_without_a_manifest() {
    let sandbox = Sandbox::new();
    sandbox.write("samples/two/library.c", "");
    snapshot("no-manifest", &sandbox.expect(2, &["run"]));
}

#[rstest]
#[case("ledger-unknown-key", "phase =", "phrase =")]
#[case("ledger-no-outcome", "timed-out", "crashed")]
#[case("ledger-list", "\"timed-out\"", "[\"timed-out\", \"crashed\"]")]
#[case("ledger-empty-list", "phase = \"callback\"", "phase = []")]
#[case("ledger-bad-glob", "callback/one", "callback/{one")]
#[case("ledger-no-reason", "reason = \"a test\"", "")]
#[case("ledger-todo", "a test", "TODO: why?")]
#[case("ledger-unknown-cause", "reason = \"a test\"", "cause = \"tset\"\n[causes.test]\nreason = \"a test\"")]
#[case("ledger-reason-and-cause", "reason =", "cause = \"test\"\nreason =")]
#[case("ledger-says", "reason =", "says = \"{a\"\nreason =")]
#[case("ledger-rate", "reason =", "rate = \"often\"\nreason =")]
fn a_wrong_ledger(#[case] name: &str, #[case] from: &str, #[case] to: &str) {
    let sandbox = Sandbox::new();
    sandbox.ledger("callback/one", "callback", "timed-out");
    sandbox.replace("snapshots/known-failures.toml", from, to);
    snapshot(name, &sandbox.expect(2, &["run"]));
}

/// Facts are wrong in the file that they stand in.
#[rstest]
#[case("facts-no-outcome", "SIGSEGV", "SIGSEVG")]
#[case("facts-todo", "a test", "TODO: why?")]
#[case("facts-no-list", "[\"SIGUSR1 in churn\"]", "\"SIGUSR1 in churn\"")]
#[case("facts-unknown-table", "[measured.one]", "[measure.one]")]
#[case("facts-twice", "[measured.one]", "[measured.one]\n[measured.\"one@a\"]\n[measured.one]")]
fn a_wrong_file_of_facts(#[case] name: &str, #[case] from: &str, #[case] to: &str) {
    let sandbox = Sandbox::new();
    sandbox.ledger("callback/one", "callback", "timed-out");
    let fact = "[[failure]]\ncells = [\"callback/one\", \"callback/one+one\"]\nphase = \"callback\"\noutcome = \"signalled SIGSEGV\"\nreason = \"a test\"\n";
    sandbox.write("snapshots/facts/one.toml", &format!("{fact}\n[measured.one]\nneeds = [\"SIGUSR1 in churn\"]\n"));
    sandbox.replace("snapshots/facts/one.toml", from, to);
    snapshot(name, &sandbox.expect(2, &["run"]));
}

/// Trouble of the machine is nobody's verdict.
#[test]
fn a_machine_that_cannot_run_cells() {
    let sandbox = Sandbox::new();
    let coexist = crate::stage::COEXIST;
    let few = format!("ulimit -n 256 && exec {coexist} run");
    let shell = |script: &str| {
        let mut command = std::process::Command::new("sh");
        command.args(["-c", script]).current_dir(sandbox.root());
        let ran = sandbox.ran(&mut command);
        assert_eq!(ran.status, 96, "{}", ran.stderr);
        ran.stderr
    };
    assert!(shell(&few).contains("a process may have 256 open files here"));
    let nowhere = format!("exec {coexist} --state /proc/nowhere run");
    assert!(shell(&nowhere).contains("below /proc/nowhere"));
    let no_compiler = format!("CC=no-such-compiler exec {coexist} --state {} run", sandbox.path("cold").display());
    assert!(shell(&no_compiler).contains("no-such-compiler is not on PATH"));
}

/// What is wrong is said before anything is built.
#[test]
fn nothing_is_built_for_wrong_input() {
    let sandbox = Sandbox::cold();
    sandbox.replace("samples/one/sample.toml", "about  =", "abuot  =");
    sandbox.expect(2, &["run"]);
    assert_eq!(std::fs::read_dir(sandbox.state()).unwrap().count(), 0);
}

#[test]
fn a_descriptor_that_the_caller_left_open_stays_with_the_harness() {
    let sandbox = Sandbox::new();
    let file = std::fs::File::open("/dev/zero").unwrap();
    rustix::io::fcntl_setfd(&file, rustix::io::FdFlags::empty()).unwrap();
    sandbox.scenario("callback", "", &format!("VERIFY(dup({}) == -1);", file.as_raw_fd()));
    let ran = sandbox.expect(100, &["run"]);
    assert!(ran.stderr.contains("1 new"), "{}", ran.stderr);
}
