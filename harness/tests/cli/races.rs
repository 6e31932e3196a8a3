//! What is not the same in every run: rates, what is remembered of earlier runs, and stress.

use std::process::Stdio;
use std::time::Duration;

use coexist::judge::Verdict;
use rstest::rstest;

use super::snapshot;
use crate::processes;
use crate::sandbox::Sandbox;

/// A cell that aborts in every run whose number is one of these, from 1.
fn racy(fails: &str) -> Sandbox {
    // Its host has this sandbox's path in it: nobody else could use it.
    let sandbox = Sandbox::cold();
    let lines = format!(
        "FILE *times = fopen(\"{}\", \"a\"); fputc('x', times); fseek(times, 0, SEEK_END); long n = ftell(times); fclose(times);\n    \
         if ({fails}) abort();",
        sandbox.path("times").display()
    );
    sandbox.scenario("callback", "#include <stdio.h>\n#include <stdlib.h>", &lines);
    sandbox
}

/// The same with its trace accepted, and so one good run.
fn accepted(fails: &str) -> Sandbox {
    let sandbox = racy(fails);
    sandbox.expect(100, &["run"]);
    sandbox.expect(0, &["bless", "--yes"]);
    sandbox
}

/// The only cell of the last run: its verdict, today's runs, and with earlier ones all runs and bad ones.
fn seen(sandbox: &Sandbox) -> (Verdict, usize, usize, usize) {
    let cell = &sandbox.record().cells[0];
    (cell.verdict, cell.runs, cell.together.runs, cell.together.bad)
}

#[test]
fn what_fails_in_every_second_run_is_failed() {
    let sandbox = accepted("n % 2 == 0");
    snapshot("failed-often", &sandbox.expect(100, &["run", "-j1", "--diagnose", "never"]));
    assert_eq!(sandbox.record().cells[0].verdict, Verdict::Failed);
}

/// A way to fail that an entry has is known, and does not hide another one.
#[test]
fn a_rare_failure_beside_a_known_one_is_rare() {
    let sandbox = accepted("n == 2 ? (exit(3), 1) : n > 2");
    sandbox.ledger("callback/*", "start", "signalled SIGABRT");
    sandbox.expect(0, &["run", "-j1", "--diagnose", "never"]);
    assert_eq!(sandbox.record().cells[0].verdict, Verdict::Rare);
}

/// Planted rates: what nobody expected is run again until it is decided whether it comes in one of twenty runs. Runs are
/// counted from 2.
#[rstest]
#[case::always("1", Verdict::Failed, 4, 4)]
#[case::a_third("n % 3 == 2", Verdict::Failed, 16, 6)]
#[case::once("n == 2", Verdict::Rare, 32, 1)]
#[case::one_in_twenty_five("n % 25 == 2", Verdict::Rare, 64, 3)]
#[case::never("0", Verdict::Pass, 1, 0)]
fn a_second_look_decides(#[case] fails: &str, #[case] verdict: Verdict, #[case] runs: usize, #[case] bad: usize) {
    let sandbox = accepted(&format!("n > 1 && ({fails})"));
    let blocks = if verdict == Verdict::Failed { 100 } else { 0 };
    let ran = sandbox.expect(blocks, &["run", "-j1", "--forget", "--diagnose", "never"]);
    assert_eq!(seen(&sandbox), (verdict, runs, runs, bad), "{}", ran.stderr);
    // What was asked for is added to, not repeated: more runs only where these do not decide.
    let strict = if verdict == Verdict::Pass { 0 } else { 100 };
    let ran = sandbox.expect(strict, &["run", "-j1", "--strict", "--diagnose", "never"]);
    assert_eq!(seen(&sandbox).0, verdict, "{}", ran.stderr);
}

#[test]
fn a_rare_failure_is_shown_and_blocks_where_that_is_asked_for() {
    let sandbox = accepted("n == 2 || n == 35");
    snapshot("rare", &sandbox.expect(0, &["run", "-j1", "--diagnose", "never"]));
    assert_eq!(seen(&sandbox), (Verdict::Rare, 31, 32, 1));
    snapshot("show-rare", &sandbox.expect(0, &["show", "callback/one"]));
    snapshot("rare-strict", &sandbox.expect(100, &["run", "-j1", "--strict", "--diagnose", "never"]));
}

/// Another trace is as unexpected as a failure.
#[rstest]
#[case::always("n > 1", Verdict::Changed, 4)]
#[case::once("n == 2", Verdict::Rare, 32)]
fn another_trace_gets_a_second_look(#[case] differs: &str, #[case] verdict: Verdict, #[case] runs: usize) {
    let sandbox = accepted(&format!("({differs}) && (value(\"this is new\", 1), 0)"));
    sandbox.run(&["run", "-j1", "--forget"]);
    assert_eq!(seen(&sandbox), (verdict, runs, runs, if verdict == Verdict::Rare { 1 } else { runs }));
    // Nobody is asked to accept a trace that almost never comes.
    let waits = sandbox.snapshots().contains(&"callback/one.snap.new".to_owned());
    assert_eq!(waits, verdict == Verdict::Changed, "{:?}", sandbox.snapshots());
}

/// A cell that must fail is fixed when it fails in none of six runs.
#[rstest]
#[case::in_none("0", Verdict::Fixed, 6, 0, 103)]
#[case::in_the_last("n == 7", Verdict::Known, 6, 1, 0)]
#[case::in_the_first("n == 2", Verdict::Known, 1, 1, 0)]
fn what_must_fail_gets_a_second_look(
    #[case] fails: &str,
    #[case] verdict: Verdict,
    #[case] runs: usize,
    #[case] bad: usize,
    #[case] status: i32,
) {
    let sandbox = accepted(fails);
    sandbox.ledger("callback/*", "start", "signalled SIGABRT");
    let ran = sandbox.expect(status, &["run", "-j1", "--forget"]);
    assert_eq!(seen(&sandbox), (verdict, runs, runs, bad), "{}", ran.stderr);
}

#[test]
fn ways_to_fail_are_suggested_as_one_entry() {
    let sandbox = accepted("n % 2 == 0 && (n % 4 == 2 || (exit(3), 1))");
    sandbox.expect(100, &["run", "-j1", "--repeat", "20"]);
    snapshot("ledger-suggest-ways", &sandbox.expect(0, &["ledger", "suggest"]));
    sandbox.expect(0, &["ledger", "apply", "--reason", "a test", "--yes"]);
    assert!(sandbox.snapshots().contains(&"facts/one.toml".to_owned()), "{:?}", sandbox.snapshots());
    sandbox.expect(0, &["run", "-j1", "--repeat", "4"]);
}

#[test]
fn what_failed_once_is_rare_until_something_changes() {
    let sandbox = accepted("n == 2");
    sandbox.expect(0, &["run", "-j1", "--diagnose", "never"]);
    snapshot("rare-before", &sandbox.expect(0, &["run"]));
    assert_eq!(seen(&sandbox), (Verdict::Rare, 1, 33, 1));
    // Under stress other rates are to be expected, so it is another count.
    sandbox.expect(0, &["run", "--stress", "one-core"]);
    assert_eq!(seen(&sandbox), (Verdict::Pass, 1, 1, 0));
    sandbox.expect(0, &["run"]);
    assert_eq!(seen(&sandbox), (Verdict::Rare, 1, 34, 1));
    sandbox.replace("c-hosts/callback.c", "return host_end(0)", "(void)0;\n    return host_end(0)");
    sandbox.expect(0, &["run"]);
    assert_eq!(seen(&sandbox), (Verdict::Pass, 1, 1, 0));
}

#[test]
fn what_failed_once_is_forgotten_when_that_is_asked_for() {
    let sandbox = accepted("n == 2");
    sandbox.expect(0, &["run"]);
    sandbox.expect(0, &["run", "--forget"]);
    assert_eq!(seen(&sandbox), (Verdict::Pass, 1, 1, 0));
}

#[test]
fn a_history_that_cannot_be_read_is_said_to_be_lost() {
    let sandbox = accepted("n == 2");
    sandbox.expect(0, &["run"]);
    std::fs::write(sandbox.state().join("history.json"), "{").unwrap();
    let ran = sandbox.expect(0, &["run"]);
    assert!(ran.stderr.starts_with("what earlier runs saw is lost: "), "{}", ran.stderr);
    assert_eq!(seen(&sandbox).0, Verdict::Pass);
}

/// What is remembered is judged by facts, cases and snapshots of today.
#[test]
fn a_rate_covers_what_is_remembered() {
    let sandbox = accepted("n == 2");
    sandbox.expect(0, &["run", "-j1"]);
    sandbox.ledger("callback/*", "start", "signalled SIGABRT");
    sandbox.replace("snapshots/known-failures.toml", "reason =", "rate = \"1 of 30\"\nreason =");
    let ran = sandbox.expect(0, &["run"]);
    assert!(ran.stderr.contains("1 cell: 1 known"), "{}", ran.stderr);
    assert_eq!(sandbox.record().cells[0].reason.as_deref(), Some("a test"));
    assert_eq!(seen(&sandbox), (Verdict::Known, 1, 33, 1));
}

/// An entry whose failure has not come for as many runs as speak against its rate.
#[test]
fn a_rate_that_is_over_is_fixed() {
    let sandbox = accepted("0");
    sandbox.ledger("callback/*", "start", "signalled SIGABRT");
    sandbox.replace("snapshots/known-failures.toml", "reason =", "rate = \"10 of 20\"\nreason =");
    sandbox.expect(0, &["run", "--repeat", "15"]);
    assert_eq!(seen(&sandbox).0, Verdict::Pass);
    snapshot("rate-is-over", &sandbox.expect(103, &["run", "-j1", "--repeat", "5"]));
}

#[rstest]
#[case("0", 1, Verdict::Pass)]
#[case("n > 1", 4, Verdict::Failed)]
#[case("n == 3", 1, Verdict::Pass)]
#[case("n == 2", 40, Verdict::Rare)]
#[case("n % 2 == 0", 20, Verdict::Failed)]
fn automatic_repeats_are_as_many_as_are_needed(#[case] fails: &str, #[case] runs: usize, #[case] verdict: Verdict) {
    let sandbox = accepted(fails);
    // From here on, as if nothing had been seen.
    let ran = sandbox.run(&["run", "-j1", "--repeat", "auto", "--forget", "--diagnose", "never"]);
    assert_eq!((seen(&sandbox).0, seen(&sandbox).1), (verdict, runs), "{}", ran.stderr);
}

#[test]
fn what_has_a_rate_is_repeated_for_it() {
    let sandbox = accepted("n % 3 == 0");
    sandbox.ledger("callback/*", "start", "signalled SIGABRT");
    sandbox.replace("snapshots/known-failures.toml", "reason =", "rate = \"1 of 3\"\nreason =");
    let ran = sandbox.expect(0, &["run", "-j1", "--repeat", "auto", "--forget"]);
    let cell = &sandbox.record().cells[0];
    assert_eq!((cell.verdict, cell.runs, cell.together.bad), (Verdict::Known, 20, 7), "{}", ran.stderr);
}

/// An entry without a rate says that the cell always fails; that it rarely does so in another way is no contradiction.
#[test]
fn a_rate_beside_an_entry_without_one_is_not_doubted() {
    let sandbox = racy("1");
    sandbox.ledger("callback/*", "stop", "timed-out");
    let always = "[[failure]]\ncells = \"callback/*\"\nphase = \"start\"\noutcome = \"signalled SIGABRT\"\nreason = \"a test\"\n";
    sandbox.replace(
        "snapshots/known-failures.toml",
        "reason =",
        &format!("rate = \"1 of 3000\"\nreason = \"rare\"\n{always}#"),
    );
    sandbox.expect(0, &["run", "--repeat", "5"]);
    let cell = &sandbox.record().cells[0];
    assert_eq!((cell.verdict, cell.together.bad), (Verdict::Known, 5));
}

#[rstest]
#[case("one-core")]
#[case("loaded")]
#[case("shuffled")]
fn stress_ends_with_the_run(#[case] stress: &str) {
    let sandbox = accepted("0");
    sandbox.scenario(
        "stress",
        "#ifndef _GNU_SOURCE\n#define _GNU_SOURCE\n#endif\n#include <sched.h>",
        "cpu_set_t all; CPU_ZERO(&all); sched_getaffinity(0, sizeof all, &all); value(\"cpus\", CPU_COUNT(&all));",
    );
    sandbox.run(&["run", "--stress", stress]);
    let record = sandbox.record();
    assert_eq!(record.command[1..3], ["--stress", stress]);
    assert_eq!(processes::about(&sandbox.state()).len(), 0, "{stress}");
    let trace = &record.cells.iter().find(|cell| *cell.cell.scenario == *"stress").unwrap().trace;
    assert!(stress != "one-core" || trace.contains("cpus = 1\n"), "{trace}");
}

/// What a way of stress changes by itself is no library's fault.
#[test]
fn what_stress_changes_is_not_run_under_it() {
    let sandbox = accepted("0");
    sandbox.scenario("still", "//! unstressed: shuffled", "");
    let ran = sandbox.expect(0, &["run", "still", "--stress", "shuffled"]);
    assert_eq!(sandbox.record().cells[0].verdict, Verdict::Skipped);
    assert!(ran.stderr.contains("--stress shuffled changes what it is about"), "{}", ran.stderr);
    sandbox.run(&["run", "still", "--stress", "one-core"]);
    assert_eq!(sandbox.record().cells[0].verdict, Verdict::New);
}

/// Also when the harness has no time to end anything.
#[test]
fn busy_processes_end_when_the_harness_is_killed() {
    let sandbox = accepted("0");
    sandbox.scenario("sleeper", "", "sleep(20);");
    let mut command = sandbox.command(&["run", "sleeper", "--stress", "loaded"]);
    let mut harness = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let is_busy = |process: &processes::Process| process.command.contains("__load");
    processes::wait_for("a busy process", Duration::from_secs(20), || {
        let all = processes::about(&sandbox.state());
        (all.iter().any(is_busy) && all.iter().any(processes::Process::is_host)).then_some(())
    });
    harness.kill().unwrap();
    harness.wait().unwrap();
    processes::wait_for("the end of all", Duration::from_secs(10), || {
        processes::about(&sandbox.state()).is_empty().then_some(())
    });
}
