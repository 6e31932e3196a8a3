//! What fails in one of forty runs, and in no re-run: the run in which it was seen says who it was.

use coexist::diagnose::{Awaited, End, Handler, Peer, Seen, Source};
use coexist::report::diagnosis;

use crate::sandbox::{Sandbox, files};

/// Which of the runs fails, of how many.
const FAILS: usize = 17;
const RUNS: usize = 40;

/// A project whose only scenario calls `go_wrong` in one run. The functions are C, and end in `go_wrong`.
fn once(directives: &str, functions: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    let count = sandbox.path("count");
    std::fs::write(&count, "").unwrap();
    let lines = "if (turn() == FAILS) go_wrong();";
    sandbox.scenario("callback", directives, lines);
    let turn = format!(
        "#include <fcntl.h>\n#include <pthread.h>\n#include <signal.h>\n#include <stdlib.h>\n#include <sys/stat.h>\n\
         #include <sys/wait.h>\n#define FAILS {FAILS}\n\
         static long turn(void)\n{{\n    int fd = open(\"{}\", O_WRONLY | O_APPEND);\n    struct stat now;\n    \
         if (write(fd, \"x\", 1) != 1 || fstat(fd, &now) != 0)\n        abort();\n    close(fd);\n    \
         return now.st_size;\n}}\n{functions}\nint main",
        count.display()
    );
    sandbox.replace("c-hosts/callback.c", "int main", &turn);
    sandbox
}

/// Runs it, and returns what was seen and what the terminal has of it.
fn seen(sandbox: &Sandbox, from: Source) -> (Seen, String) {
    let ran = sandbox.expect(0, &["run", "-j1", "--repeat", &RUNS.to_string()]);
    let record = sandbox.record();
    let cell = &record.cells[0];
    let bad: usize = cell.together.failures.iter().map(|failure| failure.count).sum();
    assert_eq!((cell.runs, bad), (RUNS, 1), "{}", ran.stderr);
    let found = cell.diagnosis.clone().unwrap_or_else(|| panic!("nothing was seen\n{}", ran.stderr));
    let text = diagnosis::long(&found);
    assert_eq!((found.from, found.same), (Some(from), true), "{text}");
    assert!(ran.stderr.contains("seen in the run itself"), "{}", ran.stderr);
    (found.seen.unwrap(), text)
}

/// A core can be had only where the machine writes it into the folder of the process.
fn cores() -> bool {
    let why = coexist::child::cores().err();
    if let Some(why) = &why {
        eprintln!("skipped, as there are no cores here: {why}");
    }
    why.is_none()
}

#[test]
fn two_threads_that_wait_for_each_others_lock() {
    let sandbox = once(
        "//! deadline: 1s",
        "static pthread_mutex_t one = PTHREAD_MUTEX_INITIALIZER, two = PTHREAD_MUTEX_INITIALIZER;
static void *backwards(void *arg)
{
    pthread_mutex_lock(&two);
    usleep(50000);
    pthread_mutex_lock(&one);
    return arg;
}
static __attribute__((noinline)) void go_wrong(void)
{
    pthread_t thread;
    pthread_mutex_lock(&one);
    pthread_create(&thread, NULL, backwards, NULL);
    usleep(50000);
    pthread_mutex_lock(&two);
}",
    );
    let (seen, text) = seen(&sandbox, Source::ThisRun);
    assert_eq!(seen.end, End::Deadline);
    let [main, other] = &seen.threads[..] else { panic!("two threads: {text}") };
    let lock = |id| Some((Awaited::Lock, Peer::Thread(id)));
    let waits = |at: usize| seen.threads[at].waits_for.map(|waits| (waits.what, waits.who));
    assert_eq!((waits(0), waits(1)), (lock(other.id), lock(main.id)), "{text}");
    for part in
        ["main thread waits in futex for a lock that `", "waits in futex for a lock that main has: ", "backwards"]
    {
        assert!(text.contains(part), "no `{part}` in\n{text}");
    }
}

#[test]
fn a_wake_up_that_is_lost() {
    let sandbox = once(
        "//! deadline: 1s",
        "static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static void *wait_for_news(void *arg)
{
    sigset_t deaf;
    sigemptyset(&deaf);
    sigaddset(&deaf, SIGUSR2);
    pthread_sigmask(SIG_BLOCK, &deaf, NULL);
    pthread_mutex_lock(&lock);
    for (;;)
        pthread_cond_wait(&changed, &lock);
    return arg;
}
static __attribute__((noinline)) void go_wrong(void)
{
    pthread_t thread;
    pthread_create(&thread, NULL, wait_for_news, NULL);
    usleep(50000);
    pthread_kill(thread, SIGUSR2);
    pthread_join(thread, NULL);
}",
    );
    let (_, text) = seen(&sandbox, Source::ThisRun);
    for part in [
        "main thread waits in futex for the end of `",
        "waits in futex: pthread_cond_wait (libc.so.6), called from host: wait_for_news",
        "SIGUSR2 was sent to `",
        ", made by host, which blocks it",
    ] {
        assert!(text.contains(part), "no `{part}` in\n{text}");
    }
}

/// The lock of a thread that the fork did not take along.
#[test]
fn a_forked_child_that_hangs() {
    let sandbox = once(
        "//! deadline: 1s",
        "static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static void *hold(void *arg)
{
    pthread_mutex_lock(&lock);
    pause();
    return arg;
}
static __attribute__((noinline)) void go_wrong(void)
{
    pthread_t thread;
    pthread_create(&thread, NULL, hold, NULL);
    usleep(50000);
    pid_t child = fork();
    if (child == 0) {
        pthread_mutex_lock(&lock);
        _exit(0);
    }
    waitpid(child, NULL, 0);
}",
    );
    let (seen, text) = seen(&sandbox, Source::ThisRun);
    assert_eq!(seen.others.len(), 1, "{text}");
    for part in [
        "main thread waits in wait4 for the end of process ",
        ", main waits in futex for a lock that `",
        ", made by host had when the process was forked: ",
    ] {
        assert!(text.contains(part), "no `{part}` in\n{text}");
    }
}

#[test]
fn a_thread_that_crashes() {
    if !cores() {
        return;
    }
    let sandbox = once(
        "",
        "static int *volatile nothing;
static void *follow(void *arg)
{
    usleep(50000);
    *nothing = 1;
    return arg;
}
static __attribute__((noinline)) void go_wrong(void)
{
    pthread_t thread;
    pthread_create(&thread, NULL, follow, NULL);
    pthread_join(thread, NULL);
}",
    );
    let (seen, text) = seen(&sandbox, Source::Core);
    let fault = seen.fault.unwrap();
    assert_eq!((fault.signal.as_str(), fault.address, fault.handler), ("SIGSEGV", Some(0), Handler::Unknown));
    assert_eq!((seen.before, seen.threads.len()), (None, 2));
    for part in [
        "SIGSEGV at 0x0 (SEGV_MAPERR) in host: follow",
        "no handler took it in the end; thread: one made by host",
        "thread main, in futex for the end of one made by host",
    ] {
        assert!(text.contains(part), "no `{part}` in\n{text}");
    }
}

/// Whose handler, of which fault, although the process ended by another signal.
#[test]
fn a_handler_that_aborts() {
    if !cores() {
        return;
    }
    let sandbox = once(
        "",
        "static int *volatile nothing;
static void give_up(int signal)
{
    if (signal == SIGSEGV)
        abort();
}
static __attribute__((noinline)) void touch(void)
{
    *nothing = 1;
}
static __attribute__((noinline)) void go_wrong(void)
{
    signal(SIGSEGV, give_up);
    touch();
}",
    );
    let (seen, text) = seen(&sandbox, Source::Core);
    assert_eq!(seen.end, End::Signal("SIGABRT".to_owned()));
    for part in [
        "SIGSEGV at 0x0 (SEGV_MAPERR) in host: touch",
        "the handler that got it: host: give_up",
        ", then SIGABRT in abort (libc.so.6), called from host: give_up",
        "; thread: main",
    ] {
        assert!(text.contains(part), "no `{part}` in\n{text}");
    }
}

#[test]
fn a_core_does_not_outlive_its_run() {
    if !cores() {
        return;
    }
    let sandbox = once("", "static __attribute__((noinline)) void go_wrong(void)\n{\n    abort();\n}");
    let (_, text) = seen(&sandbox, Source::Core);
    assert!(
        text.contains(
            "SIGABRT (sent by the process itself with tgkill) in abort (libc.so.6), called from host: go_wrong"
        ),
        "{text}"
    );
    let left: Vec<_> =
        files(&sandbox.state().join("scratch")).into_iter().filter(|file| !file.ends_with("gate")).collect();
    assert!(left.is_empty(), "{left:?}");
}

/// What nobody looks at leaves nothing to see, and what is always expected is not looked at.
#[test]
fn nobody_looks_where_nobody_asked() {
    let abort = "static __attribute__((noinline)) void go_wrong(void)\n{\n    abort();\n}";
    let sandbox = once("", abort);
    sandbox.expect(0, &["run", "-j1", "--repeat", "40", "--diagnose", "never"]);
    assert_eq!(sandbox.record().cells[0].diagnosis, None);
}

/// What the ledger says always happens is looked at only where that is asked for.
#[test]
fn what_is_always_expected_is_not_looked_at() {
    let sandbox = Sandbox::new();
    sandbox.scenario("callback", "//! deadline: 1s", "pause();");
    sandbox.ledger("callback/*", "start", "timed-out");
    sandbox.expect(0, &["run"]);
    assert_eq!(sandbox.record().cells[0].diagnosis, None);
    sandbox.expect(0, &["run", "--diagnose", "all"]);
    let found = sandbox.record().cells[0].diagnosis.clone().unwrap();
    assert_eq!((found.from, found.reruns.len()), (Some(Source::ThisRun), 0));
}

/// The host ends a child that hangs, and goes on: the harness looks at it before that.
#[test]
fn a_child_that_the_host_gives_up() {
    let sandbox = once(
        "",
        "static __attribute__((noinline)) void wait_for_nobody(void)
{
    for (;;)
        pause();
}
static void go_wrong(void)
{
    pid_t child = xfork(\"child\");
    if (child == 0) {
        wait_for_nobody();
        child_end();
    }
    xwait_child(child, 300);
}",
    );
    let (seen, text) = seen(&sandbox, Source::ThisRun);
    assert_eq!(seen.others.len(), 1, "{text}");
    for part in [
        "called from host: mark_exchange\n",
        ", main waits in pause: pause (libc.so.6), called from host: wait_for_nobody",
    ] {
        assert!(text.contains(part), "no `{part}` in\n{text}");
    }
}

#[test]
fn a_child_that_crashes() {
    if !cores() {
        return;
    }
    let sandbox = once(
        "",
        "static __attribute__((noinline)) void go_wrong(void)
{
    pid_t child = xfork(\"child\");
    if (child == 0) {
        abort();
        child_end();
    }
    xwait_child(child, 5000);
}",
    );
    let (_, text) = seen(&sandbox, Source::ChildCore);
    assert!(text.contains("in abort (libc.so.6), called from host: go_wrong"), "{text}");
}
