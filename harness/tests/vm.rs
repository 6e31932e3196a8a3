//! Hosts that are libraries in the process of a VM: here one of a few lines of C, which is on every machine.

use std::time::Duration;

use coexist::judge::{Verdict, What};
use coexist::record::CellRecord;
use rustix::process::Signal;

use crate::processes::{self, Process, wait_for};
use crate::sandbox::Sandbox;

const MANIFEST: &str = r#"about  = "a thread of a C program"
group  = "vm"
cflags = ["-DENTRY=enter"]
run    = ["{out}/small", "{host}", "{folders}"]

[tools.shell]
args      = ["-c", "echo shell 1.0"]
says      = "shell "
on_path   = ["sh"]

[build]
steps = [["{cc}", "-pthread", "-o", "{out}/small", "small.c", "-ldl"], ["{shell}", "-c", "echo hello >$1/hello", "sh", "{out}"]]
"#;

/// As java does: the program's main is in a thread that is not the process's first.
const PROGRAM: &str = r#"#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
static int count;
static char **words;
static void *body(void *arg)
{
    void *host = dlopen(words[1], RTLD_NOW);
    int (*enter)(int, char **) = (int (*)(int, char **))(uintptr_t)dlsym(host, "enter");
    /* The path of libraries comes before the host's own words, and stands for the program. */
    exit(enter(count - 2, words + 2));
    return arg;
}
int main(int argc, char **argv)
{
    count = argc;
    words = argv;
    pthread_t thread;
    pthread_create(&thread, NULL, body, NULL);
    pthread_join(thread, NULL);
}
"#;

/// A scenario `guest` in the VM `small`, with some lines of C between start and end.
fn guest(sandbox: &Sandbox, lines: &str) {
    let text = format!(
        "/* A scenario of a test. */\n//! vm: small\n//! runtimes: 1..2\n//! deadline: 60s\n#include \"coexist.h\"\n\
         #include <dlfcn.h>\n#include <string.h>\n#include <unistd.h>\n\
         __attribute__((visibility(\"default\"))) int ENTRY(int argc, char **argv)\n{{\n    host_begin(argc, argv);\n    \
         for (int i = 0; i < host_count(); i++) {{\n        xload_begin(i);\n        dlopen(host_path(i), RTLD_LAZY);\n        \
         xstart(xload_end(i, NULL));\n    }}\n    {lines}\n    return host_end(0);\n}}\n"
    );
    sandbox.write("c-hosts/guest.c", &text);
}

fn with_vm() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("c-hosts/vm/small/vm.toml", MANIFEST);
    sandbox.write("c-hosts/vm/small/small.c", PROGRAM);
    guest(&sandbox, "mark(\"up\"); VERIFY(strstr(argv[0], \"/store/one-\") != NULL);");
    sandbox
}

fn only_cell(sandbox: &Sandbox) -> CellRecord {
    let mut cells = sandbox.record().cells;
    assert_eq!(cells.len(), 1);
    cells.remove(0)
}

#[test]
fn its_cells_are_cells_like_any_other() {
    let sandbox = with_vm();
    let ran = sandbox.expect(100, &["run", "guest"]);
    let cells = sandbox.record().cells;
    assert_eq!(cells.iter().map(|cell| cell.cell.to_string()).collect::<Vec<_>>(), ["guest/one", "guest/one+one"]);
    for cell in &cells {
        assert_eq!(cell.outcome.what, What::Finished, "{}{}", ran.stderr, cell.trace);
        assert_eq!(cell.footprints.len(), 1);
        assert_eq!(cell.footprints[0].threads, 2, "the program's first thread waits for its second");
    }
    assert_eq!(cells[0].trace, "main\n  load one\n  start one\n  mark up\n  end 0\nexit 0\n");
    sandbox.expect(0, &["bless", "--yes"]);
    sandbox.expect(0, &["run", "guest"]);
    let listed = sandbox.expect(0, &["list", "scenarios"]).stdout;
    assert!(listed.contains("guest  (runtimes: 1..2, vm: small)"), "{listed}");
}

#[test]
fn they_are_of_the_groups_of_runtime_and_vm() {
    let sandbox = with_vm();
    for (args, cells) in
        [(&["run"][..], 2), (&["run", "--group", "vm,core"], 3), (&["run", "one", "--group", "core"], 1)]
    {
        sandbox.expect(100, args);
        assert_eq!(sandbox.record().cells.len(), cells, "{args:?}");
    }
}

#[test]
fn without_its_tool_they_are_skipped() {
    let sandbox = with_vm();
    sandbox.replace("c-hosts/vm/small/vm.toml", "[\"sh\"]", "[\"nowhere-to-be-found\"]");
    sandbox.expect(0, &["run", "guest/one"]);
    let cell = only_cell(&sandbox);
    assert_eq!((cell.verdict, cell.outcome.what), (Verdict::Skipped, What::NotRun));
    assert!(cell.outcome.detail.starts_with("small as a host: not here; install shell"), "{}", cell.outcome.detail);
    sandbox.expect(96, &["run", "guest/one", "--require"]);
    let doctor = sandbox.run(&["doctor"]).stdout;
    assert!(doctor.contains("small hosts   missing  shell: not here; install shell"), "{doctor}");
    let setup = sandbox.expect(0, &["setup", "--group", "vm", "--dry-run"]).stderr;
    assert!(setup.contains("by hand  shell: not here"), "{setup}");
}

#[test]
fn a_vm_that_does_not_build_is_no_skip() {
    let sandbox = with_vm();
    sandbox.replace("c-hosts/vm/small/small.c", "static int count;", "static int count = no;");
    sandbox.expect(101, &["run", "guest/one"]);
    let cell = only_cell(&sandbox);
    assert_eq!(cell.outcome.what, What::NotBuilt);
    assert!(cell.outcome.detail.contains("small.c"), "{}", cell.outcome.detail);
}

#[test]
fn what_goes_in_is_built_again_when_it_changes() {
    let sandbox = with_vm();
    let built = |sandbox: &Sandbox| {
        let said = sandbox.run(&["run", "guest/one"]).stderr;
        ["built VM small", "built host guest"].map(|what| said.contains(what))
    };
    sandbox.write("c-hosts/vm/small/unique", &format!("{:?}", sandbox.root()));
    assert_eq!(built(&sandbox), [true, true], "a file that nothing reads counts as well");
    assert_eq!(built(&sandbox), [false, false]);
    for (file, from, to, again) in [
        ("c-hosts/vm/small/small.c", "#include <stdlib.h>", "#include <stdlib.h>\n", [true, true]),
        ("c-hosts/vm/small/vm.toml", "echo hello", "echo  hello", [true, true]),
        ("c-hosts/vm/small/vm.toml", "shell 1.0", "shell 1.1", [true, true]),
        ("c-hosts/guest.c", "A scenario", "One scenario", [false, true]),
    ] {
        sandbox.replace(file, from, to);
        assert_eq!(built(&sandbox), again, "{file}: {from}");
        assert_eq!(only_cell(&sandbox).outcome.what, What::Finished);
    }
}

#[test]
fn what_the_vm_could_not_load_is_refused() {
    let sandbox = with_vm();
    for (lines, code) in [
        ("xload_begin(0); xload_end(0, \"the VM says: undefined symbol: x\");", "undefined-symbol"),
        ("xload_begin(0); xload_end(0, \"the VM does not like it\");", "load-error"),
    ] {
        guest(&sandbox, lines);
        sandbox.expect(100, &["run", "guest/one"]);
        let cell = only_cell(&sandbox);
        assert_eq!((cell.outcome.what, cell.outcome.phase.as_str()), (What::Refused(code.to_owned()), "load"));
    }
    guest(&sandbox, "VERIFY(argc == 0);");
    sandbox.replace("c-hosts/guest.c", "dlopen(host_path(i), RTLD_LAZY);", "");
    sandbox.expect(100, &["run", "guest/one"]);
    assert_eq!(only_cell(&sandbox).outcome.what, What::Refused("load-error".to_owned()));
}

fn parent_of(pid: i32) -> i32 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let parent = status.lines().find_map(|line| line.strip_prefix("PPid:")).unwrap();
    parent.trim().parse().unwrap()
}

/// The thread that asked for the death signal is not the process's first.
#[test]
fn it_ends_with_its_guard_while_the_harness_stands_still() {
    let sandbox = with_vm();
    guest(&sandbox, "sleep(60);");
    let mut run = sandbox.command(&["run", "guest/one"]).stderr(std::process::Stdio::null()).spawn().unwrap();
    let long = Duration::from_secs(30);
    let state = sandbox.state();
    let host = wait_for("the VM to sleep", long, || {
        let host = processes::about(&state).into_iter().find(Process::is_host)?;
        let threads = std::fs::read_dir(format!("/proc/{}/task", host.pid)).map_or(0, Iterator::count);
        let mapped = std::fs::read_to_string(format!("/proc/{}/maps", host.pid)).unwrap_or_default();
        (threads == 2 && mapped.contains("libcoexist-one.so")).then_some(host)
    });
    // It is in `sleep`, or a few instructions before it: the library that it starts is loaded after the beginning.
    processes::send(run.id().cast_signed(), Signal::STOP);
    let guard = parent_of(host.pid);
    assert!(processes::about(&state).iter().any(|process| process.pid == guard && process.is_guard()));
    processes::send(guard, Signal::KILL);
    wait_for("the VM to end", Duration::from_secs(5), || {
        let status = std::fs::read_to_string(format!("/proc/{}/status", host.pid)).unwrap_or_default();
        (status.is_empty() || status.contains("State:\tZ")).then_some(())
    });
    run.kill().unwrap();
    run.wait().unwrap();
}
