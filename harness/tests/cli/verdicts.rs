//! From a run to its exit status: snapshots, the ledger, builds that fail.

use coexist::judge::Verdict;
use rstest::rstest;

use super::snapshot;
use crate::sandbox::Sandbox;

#[test]
fn a_new_trace_blocks_until_it_is_accepted() {
    let sandbox = Sandbox::new();
    snapshot("new", &sandbox.expect(100, &["run"]));
    assert_eq!(sandbox.snapshots(), ["callback/one.snap.new"]);
    snapshot("bless-show", &sandbox.expect(0, &["bless", "--show"]));
    assert_eq!(sandbox.snapshots(), ["callback/one.snap.new"], "--show accepts nothing");
    sandbox.expect(0, &["bless"]);
    assert_eq!(sandbox.snapshots(), ["callback/one.snap.new"], "nobody was there to say yes");
    snapshot("bless-yes", &sandbox.expect(0, &["bless", "--yes"]));
    assert_eq!(sandbox.snapshots(), ["callback/one.snap"]);
    snapshot("pass", &sandbox.expect(0, &["run"]));
    assert_eq!(sandbox.snapshots(), ["callback/one.snap"]);
    snapshot("show", &sandbox.expect(0, &["show", "callback[dlopen]/one"]));
}

#[test]
fn another_trace_blocks_and_goes_away_with_its_cause() {
    let sandbox = Sandbox::new();
    sandbox.expect(100, &["run"]);
    sandbox.expect(0, &["bless", "--yes"]);
    let good = std::fs::read_to_string(sandbox.path("c-hosts/callback.c")).unwrap();
    sandbox.replace("c-hosts/callback.c", "xcallback(lib);", "xcallback(lib);\n    xcallback(lib);");
    snapshot("changed", &sandbox.expect(100, &["run"]));
    snapshot("bless-changed", &sandbox.expect(0, &["bless", "--show"]));
    sandbox.write("c-hosts/callback.c", &good);
    sandbox.expect(0, &["run"]);
    assert_eq!(sandbox.snapshots(), ["callback/one.snap"], "the waiting trace was taken back");
}

#[test]
fn ci_never_writes() {
    let sandbox = Sandbox::new();
    let ran = sandbox.ran(sandbox.command(&["run"]).env("CI", "true"));
    assert_eq!(ran.status, 100);
    assert_eq!(sandbox.snapshots(), [""; 0]);
    sandbox.expect(100, &["run"]);
    sandbox.expect(0, &["bless", "--yes"]);
    sandbox.replace("c-hosts/callback.c", "xstop(lib);", "");
    let ran = sandbox.ran(sandbox.command(&["run"]).env("CI", "true"));
    assert_eq!(ran.status, 100);
    assert_eq!(sandbox.snapshots(), ["callback/one.snap"]);
}

#[test]
fn a_snapshot_of_no_cell_is_reported() {
    let sandbox = Sandbox::new();
    sandbox.sample("two", "");
    sandbox.expect(100, &["run"]);
    sandbox.expect(0, &["bless", "--yes"]);
    std::fs::remove_dir_all(sandbox.path("samples/two")).unwrap();
    let ran = sandbox.expect(0, &["run"]);
    assert!(ran.stderr.contains("do not exist any more"), "{}", ran.stderr);
    assert_eq!(sandbox.record().orphans, ["snapshots/callback/two.snap"]);
}

/// The whole ledger against one failure: only its own phase and outcome make it known.
#[rstest]
#[case("callback", "signalled SIGABRT", 0, Verdict::Known)]
#[case("load", "signalled SIGABRT", 100, Verdict::Failed)]
#[case("callback", "signalled SIGSEGV", 100, Verdict::Failed)]
#[case("callback", "exited 134", 100, Verdict::Failed)]
fn a_failure_is_known_by_phase_and_outcome(
    #[case] phase: &str,
    #[case] outcome: &str,
    #[case] status: i32,
    #[case] verdict: Verdict,
) {
    let sandbox = Sandbox::new();
    sandbox.aborting_sample("one");
    sandbox.ledger("callback/*", phase, outcome);
    sandbox.expect(status, &["run"]);
    assert_eq!(sandbox.record().cells[0].verdict, verdict);
    assert_eq!(sandbox.snapshots(), ["known-failures.toml"], "a failure is no trace to accept");
}

#[test]
fn a_failure_is_shown() {
    let sandbox = Sandbox::new();
    sandbox.aborting_sample("one");
    snapshot("failed", &sandbox.expect(100, &["run"]));
    sandbox.ledger("callback/*", "callback", "signalled SIGABRT");
    snapshot("known", &sandbox.expect(0, &["run"]));
    snapshot("show-known", &sandbox.expect(0, &["show", "callback/one"]));
}

/// Of many cells the summary has a line each: the check that failed first, and not how many others did.
#[test]
fn the_summary_begins_with_what_failed() {
    let sandbox = Sandbox::new();
    for name in ["first", "second", "third", "fourth"] {
        let lines = format!("verify_is(3, 4, \"the {name} is four\", 0); VERIFY(false); xcallback(lib);");
        sandbox.scenario(name, "", &lines);
    }
    let ran = sandbox.expect(100, &["run", "first", "second", "third", "fourth"]);
    for name in ["first", "second", "third", "fourth"] {
        assert!(ran.stderr.contains(&format!("the {name} is four: 3 instead of 4\n")), "{}", ran.stderr);
    }
    assert!(!ran.stderr.contains("one more check failed"), "{}", ran.stderr);
}

#[test]
fn an_entry_whose_failure_is_gone_blocks() {
    let sandbox = Sandbox::new();
    sandbox.ledger("callback/*", "callback", "signalled SIGABRT");
    snapshot("fixed", &sandbox.expect(103, &["run"]));
    assert_eq!(sandbox.record().cells[0].verdict, Verdict::Fixed);
}

#[test]
fn an_entry_about_no_cell_is_an_error_of_a_full_run() {
    let sandbox = Sandbox::new();
    sandbox.expect(100, &["run"]);
    sandbox.expect(0, &["bless", "--yes"]);
    sandbox.ledger("callback/two", "callback", "timed-out");
    snapshot("unmatched", &sandbox.expect(103, &["run"]));
    sandbox.expect(0, &["run", "callback"]);
}

/// What an entry asks for beside phase and outcome.
#[test]
fn an_entry_covers_what_it_says() {
    let sandbox = Sandbox::new();
    sandbox.aborting_sample("one");
    sandbox.ledger("callback/*", "callback", "signalled SIGABRT");
    sandbox.expect(0, &["run"]);
    sandbox.replace("snapshots/known-failures.toml", "reason =", "says = \"the mask*\"\nreason =");
    snapshot("entry-says", &sandbox.expect(100, &["run"]));
    assert!(sandbox.record().cells[0].uncovered.is_some());
}

/// Where the cause does not decide how the process ends: any of the outcomes in any of the phases, and no other.
#[rstest]
#[case("lists", "[\"start\", \"callback\"]", "[\"timed-out\", \"signalled SIGABRT\"]", 0)]
#[case("lists-other-phase", "[\"start\", \"stop\"]", "[\"timed-out\", \"signalled SIGABRT\"]", 100)]
#[case("lists-other-outcome", "[\"start\", \"callback\"]", "[\"timed-out\", \"signalled SIGSEGV\"]", 100)]
fn an_entry_covers_each_of_its_ends(
    #[case] name: &str,
    #[case] phases: &str,
    #[case] outcomes: &str,
    #[case] status: i32,
) {
    let sandbox = Sandbox::new();
    sandbox.aborting_sample("one");
    sandbox.ledger("callback/*", "callback", "signalled SIGABRT");
    sandbox.replace("snapshots/known-failures.toml", "\"callback\"", phases);
    sandbox.replace("snapshots/known-failures.toml", "\"signalled SIGABRT\"", outcomes);
    snapshot(&format!("entry-{name}"), &sandbox.expect(status, &["run"]));
}

/// The main thread waits in a step when another one, in a later step, ends the process.
#[rstest]
#[case("while", "waits", 0)]
#[case("while-other", "stop", 100)]
fn an_entry_covers_what_another_thread_was_in(#[case] name: &str, #[case] phase: &str, #[case] status: i32) {
    let sandbox = Sandbox::new();
    let body = "static void *body(void *arg) { lane(\"other\"); step(\"works\", NULL); abort(); return arg; }";
    let directives = format!("#include \"coexist.h\"\n#include <stdlib.h>\n{body}");
    sandbox.scenario("callback", &directives, "step(\"waits\", NULL); xjoin(xthread(body, NULL)); (void)lib;");
    sandbox.ledger("callback/*", phase, "signalled SIGABRT");
    snapshot(&format!("entry-{name}"), &sandbox.expect(status, &["run"]));
}

#[test]
fn a_cause_is_told_and_one_of_no_entry_is_reported() {
    let sandbox = Sandbox::new();
    sandbox.aborting_sample("one");
    sandbox.ledger("callback/*", "callback", "signalled SIGABRT");
    let causes = "[causes.shared]\nreason = \"said once\"\n[causes.spare]\nreason = \"x\"\n[[failure]]";
    sandbox.replace("snapshots/known-failures.toml", "[[failure]]", causes);
    sandbox.replace("snapshots/known-failures.toml", "reason = \"a test\"", "cause = \"shared\"");
    snapshot("unused-cause", &sandbox.expect(103, &["run"]));
    let shown = sandbox.expect(0, &["show", "callback/one"]).stdout;
    assert!(shown.contains("known     said once\n"), "{shown}");
    sandbox.expect(0, &["run", "callback"]);
}

#[test]
fn a_sample_that_does_not_build_is_said_to_and_the_others_run() {
    let sandbox = Sandbox::new();
    sandbox.expect(100, &["run"]);
    sandbox.expect(0, &["bless", "--yes"]);
    sandbox.sample("two", "#error this one is not finished");
    let ran = sandbox.expect(101, &["run"]);
    assert!(ran.stderr.contains("error: #error this one is not finished"), "{}", ran.stderr);
    assert!(ran.stderr.contains("2 cells: 1 pass, 1 failed"), "{}", ran.stderr);
    sandbox.ledger("callback/two", "build", "not-built");
    sandbox.expect(0, &["run"]);
}

#[test]
fn a_step_that_writes_no_library_is_a_failed_build() {
    let sandbox = Sandbox::new();
    sandbox.replace("samples/one/sample.toml", "\"{cc}\"", "\"true\"");
    let ran = sandbox.expect(101, &["run"]);
    assert!(ran.stderr.contains("libcoexist-one.so was not written"), "{}", ran.stderr);
}

#[test]
fn a_host_that_does_not_build_is_a_failed_build() {
    let sandbox = Sandbox::new();
    sandbox.replace("c-hosts/callback.c", "xstop(lib);", "xstop(lib)");
    let ran = sandbox.expect(101, &["run"]);
    assert!(ran.stderr.contains("callback/one  not-built in phase build"), "{}", ran.stderr);
}
