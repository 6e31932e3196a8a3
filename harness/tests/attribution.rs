//! Who it was: samples of `samples/_broken` that crash, hang or end the process in functions whose names are known. The
//! diagnosis must name them, the right library, the right handler; and nothing of it may outlive a run.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use coexist::diagnose::{DIAGNOSE_COMMAND, End, Handler};
use coexist::report::diagnosis;
use rstest::rstest;
use rustix::process::Signal;

use crate::processes::{self, Process, all_end, wait_for};
use crate::sandbox::Sandbox;
use crate::{broken, stage};

#[rstest]
#[case("crash-in-callback", &[
    "SIGSEGV at 0x18 (SEGV_MAPERR) in crash-in-callback: follow_null (",
    ", called from crash-in-callback: go_astray (",
    "no handler; thread: main",
])]
#[case("abort-in-callback", &[
    "SIGABRT (sent by the process itself with tgkill) in abort (libc.so.6), called from abort-in-callback: give_up (",
    "no handler; thread: main",
])]
#[case("hang-in-callback", &["main thread waits in pause: pause (libc.so.6), called from hang-in-callback: wait_for_nobody ("])]
#[case("endless-thread", &["the main thread has ended, and the process has not", "other threads: 1 of endless-thread in pause"])]
#[case("exit-in-callback", &["exit 0 from exit (libc.so.6), called from exit-in-callback: leave (", "; thread: main"])]
#[case("steals-faults", &[
    "SIGSEGV at 0x0 (SEGV_MAPERR) in faults-in-callback: touch_nothing (",
    "the handler that got it: steals-faults: give_up (",
    "), for a fault of faults-in-callback, which called exit 42; thread: main",
])]
#[case("loses-overflows", &[
    ", beyond the thread's stack) in loses-overflows: recover_recurse (",
    "its handler could not be called: no room on its stack; thread: main; before it a handled SIGSEGV in loses-overflows: ",
])]
#[case("overflow-blocks-faults", &[
    "SIGSEGV at 0x0 (SEGV_MAPERR) in overflow-blocks-faults: recover_fault (",
    "no handler; thread: main; before it 2 handled faults, the last a SIGSEGV in overflow-blocks-faults: recover_recurse (",
])]
#[case("big-stack", &["(SEGV_ACCERR, beyond the thread's stack) in big-stack: call_with_frame ("])]
#[case("keeps-faults", &["in host: host_fault, called from host: own_fault", "the handler that got it: keeps-faults: recover_here (", "), for a fault of the host; thread: main"])]
fn it_says_who(#[case] sample: &str, #[case] said: &[&str]) {
    let Some(judged) = stage::diagnosed(broken::named(sample), Duration::from_secs(2)) else { return };
    let found = judged.record.diagnosis.expect("it failed");
    let text = diagnosis::short(&found).join("\n");
    assert!(found.same, "{text}");
    for part in said {
        assert!(text.contains(part), "no `{part}` in\n{}", diagnosis::long(&found));
    }
    assert!(judged.left.is_empty(), "left behind: {:#?}", judged.left);
}

#[test]
fn a_sound_one_is_not_run_again() {
    let Some(judged) = stage::diagnosed(broken::named("clean"), Duration::from_secs(20)) else { return };
    assert_eq!(judged.record.diagnosis, None);
}

/// A scenario that does one thing in its first run, and another one in all others.
fn at_first(sandbox: &Sandbox, directives: &str, first: &str, then: &str) {
    let flag = sandbox.path("failed-once");
    let lines = format!("if (access(\"{0}\", F_OK) != 0) {{ creat(\"{0}\", 0600); {first} }} {then}", flag.display());
    sandbox.scenario("callback", directives, &lines);
    sandbox.replace("c-hosts/callback.c", "#include", "#include <fcntl.h>\n#include <stdlib.h>\n#include");
}

/// What leaves nothing, fails once and never again is said to, and nobody is blamed.
#[test]
fn a_re_run_that_does_not_fail_is_no_finding() {
    let sandbox = Sandbox::new();
    at_first(&sandbox, "", "exit(3);", "");
    let ran = sandbox.expect(0, &["run"]);
    assert!(ran.stderr.contains("who it was is not known: 3 re-runs did not fail"), "{}", ran.stderr);
    let found = sandbox.record().cells[0].diagnosis.clone().unwrap();
    assert_eq!((found.same, found.seen, found.reruns.len()), (false, None, 3));
}

#[test]
fn nobody_is_diagnosed_who_need_not_be() {
    let sandbox = Sandbox::new();
    sandbox.scenario("callback", "", "__builtin_trap();");
    sandbox.expect(100, &["run", "--diagnose", "never"]);
    assert_eq!(sandbox.record().cells[0].diagnosis, None);
    sandbox.ledger("callback/*", "start", "signalled SIGILL");
    sandbox.expect(0, &["run"]);
    assert_eq!(sandbox.record().cells[0].diagnosis, None, "known, and not asked for");
    sandbox.expect(0, &["run", "--diagnose", "all"]);
    let seen = sandbox.record().cells[0].diagnosis.clone().and_then(|found| found.seen).unwrap();
    assert_eq!(seen.end, End::Signal("SIGILL".to_owned()));
    let fault = seen.fault.unwrap();
    assert_eq!((fault.at.library.as_deref(), fault.handler), (Some("host"), Handler::None));
}

/// A run whose only cell hangs while it is run again, as its first run left nothing; and its tracer.
fn diagnosing(sandbox: &Sandbox) -> (std::process::Child, Process) {
    at_first(sandbox, "//! deadline: 3s", "exit(3);", "for (;;) usleep(100000);");
    let run = sandbox.command(&["run", "-j1"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let state: PathBuf = sandbox.state();
    let tracer = |process: &Process| process.command.contains(DIAGNOSE_COMMAND);
    let found = wait_for("a tracer", Duration::from_secs(60), || processes::about(&state).into_iter().find(tracer));
    let traced = |process: &Process| process.is_host() && !tracer(process);
    wait_for("a traced host", Duration::from_secs(3), || processes::about(&state).into_iter().find(traced));
    (run, found)
}

#[test]
fn a_killed_harness_takes_a_diagnosis_with_it() {
    let sandbox = Sandbox::new();
    let (mut run, _) = diagnosing(&sandbox);
    run.kill().unwrap();
    run.wait().unwrap();
    all_end(&sandbox.state());
}

#[test]
fn a_killed_tracer_takes_its_host_with_it_and_is_said_to_be_gone() {
    let sandbox = Sandbox::new();
    let (mut run, tracer) = diagnosing(&sandbox);
    processes::send(tracer.pid, Signal::KILL);
    run.wait().unwrap();
    all_end(&sandbox.state());
    let found = sandbox.record().cells[0].diagnosis.clone().unwrap();
    assert!(found.trouble.is_some_and(|why| why.contains("the tracer was ended")), "{:?}", found.reruns);
}
