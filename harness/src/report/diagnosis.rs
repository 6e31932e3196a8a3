//! Who it was, in words: a few lines for the list of a run, all stacks for `show`.

mod waiting;

use std::fmt::Write;

use crate::diagnose::{Diagnosis, End, Fault, Frame, Handler, Seen, Source, Thread};

/// Calls of one stack that `show` has.
const SHOWN: usize = 24;

/// A few lines.
#[must_use]
pub fn short(diagnosis: &Diagnosis) -> Vec<String> {
    let mut lines: Vec<String> = hedge(diagnosis).into_iter().collect();
    if let Some(seen) = &diagnosis.seen {
        lines.extend(summary(seen));
    }
    lines
}

/// What the heading of the findings ends in.
#[must_use]
pub fn source(diagnosis: &Diagnosis) -> &'static str {
    match diagnosis.from {
        Some(Source::AnotherRun) => ", from a re-run below a tracer",
        Some(Source::ThisRun | Source::Core | Source::ChildCore) | None => "",
    }
}

/// Which process the findings are of, or why there are none.
fn hedge(diagnosis: &Diagnosis) -> Option<String> {
    let runs = diagnosis.reruns.len();
    let own = "seen in the run itself";
    match diagnosis.from {
        Some(Source::ThisRun) => return Some(format!("{own}, while it hung")),
        Some(Source::Core) if knows_handlers(diagnosis) => {
            return Some(format!("{own}, by its core; the handler, in a re-run that failed in the same place"));
        }
        Some(Source::Core) => return Some(format!("{own}, by its core")),
        Some(Source::ChildCore) => return Some(format!("{own}, by the core of a process that it started")),
        Some(Source::AnotherRun) | None => {}
    }
    if !diagnosis.same && runs > 0 && diagnosis.reruns.iter().all(|rerun| rerun.starts_with("finished")) {
        let reruns = if runs == 1 { "the re-run".to_owned() } else { format!("{runs} re-runs") };
        let why = diagnosis.trouble.as_ref().map_or(String::new(), |why| format!(", and {why}"));
        return Some(format!("who it was is not known: {reruns} did not fail{why}"));
    }
    if let Some(why) = &diagnosis.trouble {
        return Some(format!("who it was is not known: {why}"));
    }
    if !diagnosis.same {
        return Some(format!("the re-run failed otherwise: {}", diagnosis.reruns.join("; ")));
    }
    (runs > 1).then(|| {
        format!("re-run {runs} failed in the same way; those before it: {}", diagnosis.reruns[..runs - 1].join(", "))
    })
}

/// Whether a further run has said what a core does not.
fn knows_handlers(diagnosis: &Diagnosis) -> bool {
    diagnosis.seen.as_ref().is_some_and(|seen| seen.before.is_some())
}

fn summary(seen: &Seen) -> Vec<String> {
    let Some(first) = seen.threads.first() else { return Vec::new() };
    match (&seen.end, &seen.fault) {
        (_, Some(fault)) => vec![fault_line(fault, first), consequence(seen, fault, first)],
        (End::Signal(signal), None) => vec![format!("{signal} in {}; thread: {}", chain(&first.frames), who(first))],
        (End::Exit(status), None) => {
            vec![format!("exit {status} from {}; thread: {}", chain(&first.frames), who(first))]
        }
        (End::Deadline, None) => waiting::lines(seen, first),
    }
}

fn fault_line(fault: &Fault, thread: &Thread) -> String {
    let place = stack_at(fault, thread).map_or_else(|| fault.at.to_string(), chain);
    format!("{} in {place}", kind(fault))
}

/// The calls of a thread from the one that faulted outwards, if it is among them.
fn stack_at<'t>(fault: &Fault, thread: &'t Thread) -> Option<&'t [Frame]> {
    let at = thread.frames.iter().rposition(|frame| frame.offset == fault.at.offset && frame.file == fault.at.file)?;
    Some(&thread.frames[at..])
}

/// An earlier one, whose stack is gone.
fn fault_words(fault: &Fault) -> String {
    let handler = match &fault.handler {
        Handler::None => String::new(),
        Handler::Ran(frame) => format!(", by {frame}"),
        Handler::NotEntered => ", by a handler that could not be called".to_owned(),
        Handler::Unknown => String::new(),
    };
    format!("{} in {}{handler}", kind(fault), fault.at)
}

fn kind(fault: &Fault) -> String {
    let address = fault.address.map_or(String::new(), |address| format!(" at {address:#x}"));
    let target = fault.target.as_ref().map_or(String::new(), |target| format!(", {target}"));
    format!("{}{address} ({}{target})", fault.signal, fault.why)
}

fn consequence(seen: &Seen, fault: &Fault, thread: &Thread) -> String {
    let handler = match &fault.handler {
        Handler::None => "no handler".to_owned(),
        Handler::Ran(frame) => format!("the handler that got it: {frame}{}", stolen(fault, frame, thread)),
        Handler::NotEntered => "its handler could not be called: no room on its stack".to_owned(),
        Handler::Unknown => "no handler took it in the end".to_owned(),
    };
    let earlier = match seen.before.as_deref().unwrap_or_default() {
        [] => String::new(),
        [one] => format!("; before it a handled {} in {}", one.signal, one.at),
        all @ [.., last] => {
            format!("; before it {} handled faults, the last a {} in {}", all.len(), last.signal, last.at)
        }
    };
    let then = match &seen.end {
        End::Signal(signal) if *signal == fault.signal => String::new(),
        End::Signal(signal) => format!(", then {signal} in {}", chain(&thread.frames)),
        End::Exit(status) => format!(", which called exit {status}"),
        End::Deadline => String::new(),
    };
    format!("{handler}{then}; thread: {}{earlier}", who(thread))
}

/// Whose fault somebody else's handler got, if it is known whose.
fn stolen(fault: &Fault, handler: &Frame, thread: &Thread) -> String {
    // Code made at run time is its caller's.
    let owner = stack_at(fault, thread).into_iter().flatten().find_map(|frame| frame.library.as_deref());
    match (owner, handler.library.as_deref()) {
        (Some("host"), Some(handler)) if handler != "host" => ", for a fault of the host".to_owned(),
        (Some(owner), Some(handler)) if owner != handler => format!(", for a fault of {owner}"),
        _ => String::new(),
    }
}

/// The innermost call, and the next one of somebody else's. Of calls inside the C library it is the outermost one, which
/// is what was asked of it: `abort` rather than what `abort` does.
fn chain(frames: &[Frame]) -> String {
    let plumbing = |frame: &Frame| frame.file.starts_with("libc.so") || frame.file.starts_with("ld-linux");
    let inside = frames.iter().take_while(|frame| plumbing(frame)).count();
    let asked = frames[..inside].iter().rev().find(|frame| frame.function.is_some());
    let Some(first) = asked.or(frames.first()) else { return "an unknown place".to_owned() };
    let mut text = first.to_string();
    let others = &frames[inside.max(1).min(frames.len())..];
    if let Some(caller) = others.iter().find(|frame| !plumbing(frame) && !frame.interrupted) {
        let _ = write!(text, ", called from {caller}");
    }
    text
}

/// A thread by what it is to its process: the main one, or whose function it began with.
fn who(thread: &Thread) -> String {
    if thread.main {
        return "main".to_owned();
    }
    match (thread.name.as_str(), thread.maker()) {
        ("", Some(maker)) => format!("one made by {maker}"),
        ("", None) => format!("{}", thread.id),
        (name, Some(maker)) => format!("`{name}`, made by {maker}"),
        (name, None) => format!("`{name}`"),
    }
}

/// Threads with the same calls are one group.
fn groups(threads: &[Thread]) -> Vec<(usize, &Thread)> {
    let mut groups: Vec<(usize, &Thread)> = Vec::new();
    for thread in threads {
        let what = |thread: &Thread| (thread.blocked.clone(), thread.waits_for, waiting::pending(thread));
        let same = |(_, other): &&mut (usize, &Thread)| other.frames == thread.frames && what(other) == what(thread);
        match groups.iter_mut().find(same) {
            Some((count, _)) => *count += 1,
            None => groups.push((1, thread)),
        }
    }
    groups.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    groups
}

/// All that was seen.
#[must_use]
pub fn long(diagnosis: &Diagnosis) -> String {
    let mut out = String::new();
    for line in short(diagnosis) {
        let _ = writeln!(out, "{line}");
    }
    let Some(seen) = &diagnosis.seen else { return out };
    for fault in seen.before.iter().flatten() {
        let _ = writeln!(out, "before it, handled: {}", fault_words(fault));
    }
    out.push_str(&stacks(seen, &seen.threads));
    for process in &seen.others {
        let _ = writeln!(out, "process {} below it, `{}`", process.id, process.name);
        for line in stacks(seen, &process.threads).lines() {
            let _ = writeln!(out, "  {line}");
        }
    }
    out
}

/// The first thread, and groups of others.
fn stacks(seen: &Seen, threads: &[Thread]) -> String {
    let mut out = String::new();
    if let Some(first) = threads.first() {
        let _ = writeln!(out, "thread {}", title(seen, first));
        out.push_str(&stack(first));
    }
    for (count, thread) in groups(threads.get(1..).unwrap_or_default()) {
        let name = if count == 1 {
            format!("thread {}", title(seen, thread))
        } else {
            format!("{count} threads as {}", title(seen, thread))
        };
        let _ = writeln!(out, "{name}");
        out.push_str(&stack(thread));
    }
    out
}

fn title(seen: &Seen, thread: &Thread) -> String {
    let blocked = thread.blocked.as_ref().map_or(String::new(), |call| format!(", in {call}"));
    let awaited = waiting::awaited(seen, thread).map_or(String::new(), |who| format!(" {who}"));
    let pending =
        waiting::pending(thread).map_or(String::new(), |signals| format!("; blocks {signals}, which was sent"));
    format!("{}{blocked}{awaited}{pending}", who(thread))
}

fn stack(thread: &Thread) -> String {
    let mut out = String::new();
    for frame in thread.frames.iter().take(SHOWN) {
        let interrupted = if frame.interrupted { "(a signal came) " } else { "" };
        let _ = writeln!(out, "  {interrupted}{frame}");
    }
    if thread.frames.len() > SHOWN {
        let _ = writeln!(out, "  … and {} more", thread.frames.len() - SHOWN);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(library: Option<&str>, file: &str, function: Option<&str>) -> Frame {
        Frame {
            library: library.map(str::to_owned),
            file: file.to_owned(),
            function: function.map(str::to_owned),
            offset: 0x10,
            interrupted: false,
        }
    }

    fn thread(name: &str, main: bool, blocked: Option<&str>, frames: Vec<Frame>) -> Thread {
        let (blocked, name) = (blocked.map(str::to_owned), name.to_owned());
        let (masked, pending) = (Vec::new(), Vec::new());
        let id = i32::from(name.as_bytes()[0]);
        Thread { id, name, main, blocked, waits_for: None, masked, pending, frames }
    }

    fn diagnosis(end: End, fault: Option<Fault>, threads: Vec<Thread>) -> Diagnosis {
        let seen = Some(Seen { end, fault, before: Some(Vec::new()), signals: None, threads, others: Vec::new() });
        let reruns = vec!["signalled SIGSEGV in phase callback".to_owned()];
        Diagnosis { from: Some(Source::AnotherRun), reruns, same: true, seen, trouble: None }
    }

    #[test]
    fn a_crash_says_where_who_and_whose_handler() {
        let at = frame(Some("ocaml"), "libsample.so", Some("caml_main"));
        let host = frame(Some("host"), "host", Some("xcallback"));
        let fault = Fault {
            signal: "SIGSEGV".to_owned(),
            why: "SEGV_MAPERR".to_owned(),
            address: Some(0x18),
            target: None,
            at: at.clone(),
            handler: Handler::Ran(frame(Some("jvm"), "libjvm.so", Some("JVM_handle_linux_signal"))),
        };
        let crash =
            diagnosis(End::Signal("SIGSEGV".to_owned()), Some(fault), vec![thread("host", true, None, vec![at, host])]);
        assert_eq!(
            short(&crash),
            [
                "SIGSEGV at 0x18 (SEGV_MAPERR) in ocaml: caml_main (libsample.so), called from host: xcallback",
                "the handler that got it: jvm: JVM_handle_linux_signal (libjvm.so), for a fault of ocaml; thread: main",
            ]
        );
    }

    #[test]
    fn a_handled_fault_before_the_end_is_named() {
        let fault = |function: &str, handler| Fault {
            signal: "SIGSEGV".to_owned(),
            why: "SEGV_ACCERR".to_owned(),
            address: Some(0x1000),
            target: Some("libc.so.6".to_owned()),
            at: frame(Some("ecl"), "libecl.so", Some(function)),
            handler,
        };
        let own = thread("worker", false, None, vec![frame(Some("ecl"), "libecl.so", Some("second"))]);
        let mut found = diagnosis(End::Exit(1), Some(fault("second", Handler::NotEntered)), vec![own]);
        found.seen.as_mut().unwrap().before = Some(vec![fault("first", Handler::Ran(frame(None, "libgc.so.1", None)))]);
        let text = long(&found);
        assert!(
            text.contains("thread: `worker`, made by ecl; before it a handled SIGSEGV in ecl: first (libecl.so)\n"),
            "{text}"
        );
        let before = "before it, handled: SIGSEGV at 0x1000 (SEGV_ACCERR, libc.so.6) in ecl: first (libecl.so), by libgc.so.1+0x10\n";
        assert!(text.contains(before), "{text}");
    }

    #[test]
    fn a_hang_says_what_main_waits_for_and_groups_the_others() {
        let wait =
            || vec![frame(None, "libc.so.6", Some("pthread_cond_wait")), frame(Some("go"), "libsample.so", None)];
        let threads = vec![
            thread("host", true, Some("futex"), wait()),
            thread("a", false, Some("epoll_wait"), vec![frame(Some("go"), "libsample.so", Some("runtime.futex"))]),
            thread("b", false, Some("futex"), wait()),
            thread("c", false, Some("futex"), wait()),
        ];
        let hang = diagnosis(End::Deadline, None, threads);
        assert_eq!(
            short(&hang),
            [
                "main thread waits in futex: pthread_cond_wait (libc.so.6), called from go: libsample.so+0x10",
                "other threads: 2 of go in futex, 1 of go in epoll_wait",
            ]
        );
        assert!(long(&hang).contains("2 threads as `b`, made by go, in futex\n"), "{}", long(&hang));
    }

    #[test]
    fn a_hang_without_a_main_thread_says_so() {
        let left = thread("marker", false, Some("futex"), vec![frame(Some("ecl"), "libgc.so.1", None)]);
        assert_eq!(
            short(&diagnosis(End::Deadline, None, vec![left])),
            ["the main thread has ended, and the process has not", "other threads: 1 of ecl in futex"]
        );
    }

    #[test]
    fn a_re_run_that_did_not_fail_is_said_to() {
        let reruns = vec!["finished in phase exit".to_owned(); 3];
        let passed = Diagnosis { from: None, reruns, same: false, seen: None, trouble: None };
        assert_eq!(short(&passed), ["who it was is not known: 3 re-runs did not fail"]);
        let trouble = Diagnosis { reruns: Vec::new(), trouble: Some("not permitted".to_owned()), ..passed };
        assert_eq!(short(&trouble), ["who it was is not known: not permitted"]);
    }
}
