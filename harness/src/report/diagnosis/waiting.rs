//! A hang in words: who waits for whom.

use super::{chain, groups, who};
use crate::diagnose::{Awaited, Peer, Process, Seen, Thread};

/// Threads of one chain of waiting, from the main one on, and lines in all.
const LINKS: usize = 3;
const LINES: usize = 5;
/// Groups of threads that are counted.
const GROUPS: usize = 3;

/// What the main thread waits for, and whom that waits for; others that wait for locks; what the rest does.
pub fn lines(seen: &Seen, first: &Thread) -> Vec<String> {
    let mut told: Vec<&Thread> = Vec::new();
    let mut lines = Vec::new();
    if first.main {
        follow(seen, first, &mut told, &mut lines);
    } else {
        lines.push("the main thread has ended, and the process has not".to_owned());
    }
    let all = || seen.threads.iter().chain(seen.others.iter().flat_map(|process| &process.threads));
    let locked = |thread: &&Thread| thread.waits_for.is_some_and(|waits| waits.what == Awaited::Lock);
    for thread in all().filter(locked) {
        follow(seen, thread, &mut told, &mut lines);
    }
    for main in seen.others.iter().filter_map(|process| process.threads.first()) {
        follow(seen, main, &mut told, &mut lines);
    }
    lines.extend(all().filter_map(|thread| {
        let signals = pending(thread)?;
        Some(format!("{signals} was sent to {}, which blocks it", name(seen, thread)))
    }));
    lines.truncate(LINES);
    lines.extend(rest(&seen.threads, &told));
    lines
}

/// A line for a thread, and for each that it waits for in turn.
fn follow<'s>(seen: &'s Seen, from: &'s Thread, told: &mut Vec<&'s Thread>, lines: &mut Vec<String>) {
    let mut next = Some(from);
    for _ in 0..LINKS {
        let Some(thread) = next.filter(|thread| !told.iter().any(|other| other.id == thread.id)) else { return };
        told.push(thread);
        let name = if thread.main && process_of(seen, thread).is_none() {
            "main thread".to_owned()
        } else {
            name(seen, thread)
        };
        lines.push(format!("{name} {}", standing(seen, thread)));
        next = thread.waits_for.and_then(|waits| match waits.who {
            // What another process had when it was forked is not that one's to give back.
            Peer::Thread(id) => find(seen, id).filter(|owner| is_beside(seen, thread, owner)),
            Peer::Process(id) => seen.others.iter().find(|process| process.id == id)?.threads.first(),
            Peer::Itself | Peer::Gone(_) | Peer::Nobody => None,
        });
    }
}

fn standing(seen: &Seen, thread: &Thread) -> String {
    let awaited = awaited(seen, thread).map_or(String::new(), |who| format!(" {who}"));
    let doing = thread.blocked.as_ref().map_or("computes".to_owned(), |call| format!("waits in {call}{awaited}"));
    format!("{doing}: {}", chain(&thread.frames))
}

/// Whom a thread waits for, if that is known.
pub fn awaited(seen: &Seen, thread: &Thread) -> Option<String> {
    let waits = thread.waits_for?;
    Some(match (waits.what, waits.who) {
        (Awaited::Lock, Peer::Itself) => "for a lock that it has itself".to_owned(),
        (Awaited::Lock, Peer::Nobody) => "for a lock that nobody has".to_owned(),
        (Awaited::Lock, Peer::Gone(id)) => format!("for a lock of thread {id}, which is gone"),
        (Awaited::Lock, Peer::Thread(id) | Peer::Process(id)) => {
            let owner = find(seen, id)?;
            let is_forked = process_of(seen, thread).is_some() && process_of(seen, owner).is_none();
            if is_beside(seen, thread, owner) {
                format!("for a lock that {} has", who(owner))
            } else if is_forked {
                format!("for a lock that {} had when the process was forked", who(owner))
            } else {
                format!("for a lock that {} has", name(seen, owner))
            }
        }
        (Awaited::End, Peer::Thread(id)) => format!("for the end of {}", who(find(seen, id)?)),
        (Awaited::End, Peer::Process(id)) => format!("for the end of process {id}"),
        (Awaited::End, Peer::Nobody) => "for nobody's end".to_owned(),
        (Awaited::End, Peer::Itself) => "for its own end".to_owned(),
        (Awaited::End, Peer::Gone(id)) => format!("for the end of thread {id}, which is gone"),
    })
}

/// Signals that were sent to a thread and that it blocks.
pub fn pending(thread: &Thread) -> Option<String> {
    let blocked: Vec<&str> =
        thread.pending.iter().filter(|signal| thread.masked.contains(signal)).map(String::as_str).collect();
    (!blocked.is_empty()).then(|| blocked.join(" "))
}

/// A thread, and its process unless that is the main one.
fn name(seen: &Seen, thread: &Thread) -> String {
    match process_of(seen, thread) {
        Some(process) => format!("process {}, {}", process.id, who(thread)),
        None => who(thread),
    }
}

fn process_of<'s>(seen: &'s Seen, thread: &Thread) -> Option<&'s Process> {
    seen.others.iter().find(|process| process.threads.iter().any(|other| other.id == thread.id))
}

/// Whether two threads are of the same process.
fn is_beside(seen: &Seen, one: &Thread, other: &Thread) -> bool {
    let process = |thread| process_of(seen, thread).map(|process| process.id);
    process(one) == process(other)
}

fn find(seen: &Seen, id: i32) -> Option<&Thread> {
    let others = seen.others.iter().flat_map(|process| &process.threads);
    seen.threads.iter().chain(others).find(|thread| thread.id == id)
}

/// The threads that no line is about, by what they do.
fn rest(threads: &[Thread], told: &[&Thread]) -> Option<String> {
    let rest: Vec<Thread> =
        threads.iter().filter(|thread| !told.iter().any(|other| other.id == thread.id)).cloned().collect();
    let others = groups(&rest);
    if others.is_empty() {
        return None;
    }
    let doing = |thread: &Thread| thread.blocked.as_deref().map_or("computing".to_owned(), |call| format!("in {call}"));
    let most: Vec<String> = others
        .iter()
        .take(GROUPS)
        .map(|(count, thread)| {
            let owner = thread.frames.iter().find_map(|frame| frame.library.as_deref()).unwrap_or(&thread.name);
            format!("{count} of {owner} {}", doing(thread))
        })
        .collect();
    let more = if others.len() > GROUPS { ", …" } else { "" };
    Some(format!("other threads: {}{more}", most.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnose::{End, Frame, WaitsFor};

    fn thread(id: i32, name: &str, waits_for: Option<(Awaited, Peer)>) -> Thread {
        let frame = Frame {
            library: Some("go".to_owned()),
            file: "go".to_owned(),
            function: Some(format!("work_{name}")),
            offset: 0,
            interrupted: false,
        };
        Thread {
            id,
            name: name.to_owned(),
            main: name == "host",
            blocked: Some("futex".to_owned()),
            waits_for: waits_for.map(|(what, who)| WaitsFor { what, who }),
            masked: Vec::new(),
            pending: Vec::new(),
            frames: vec![frame],
        }
    }

    fn said(threads: Vec<Thread>, others: Vec<Process>) -> Vec<String> {
        let seen = Seen { end: End::Deadline, fault: None, before: None, signals: None, threads, others };
        lines(&seen, &seen.threads[0])
    }

    #[test]
    fn a_chain_is_followed_to_the_lock_that_closes_it() {
        let threads = vec![
            thread(1, "host", Some((Awaited::End, Peer::Thread(2)))),
            thread(2, "a", Some((Awaited::Lock, Peer::Thread(3)))),
            thread(3, "b", Some((Awaited::Lock, Peer::Thread(2)))),
            thread(4, "c", None),
        ];
        assert_eq!(
            said(threads, Vec::new()),
            [
                "main thread waits in futex for the end of `a`, made by go: go: work_host",
                "`a`, made by go waits in futex for a lock that `b`, made by go has: go: work_a",
                "`b`, made by go waits in futex for a lock that `a`, made by go has: go: work_b",
                "other threads: 1 of go in futex",
            ]
        );
    }

    #[test]
    fn a_lock_that_a_fork_left_behind() {
        let forked = vec![thread(9, "host", Some((Awaited::Lock, Peer::Thread(2))))];
        let other = Process { id: 9, name: "host".to_owned(), signals: None, threads: forked };
        let threads = vec![thread(1, "host", Some((Awaited::End, Peer::Process(9)))), thread(2, "a", None)];
        assert_eq!(
            said(threads, vec![other]),
            [
                "main thread waits in futex for the end of process 9: go: work_host",
                "process 9, main waits in futex for a lock that `a`, made by go had when the process was forked: go: work_host",
                "other threads: 1 of go in futex",
            ]
        );
    }

    #[test]
    fn a_blocked_signal_is_told() {
        let mut deaf = thread(2, "a", None);
        (deaf.masked, deaf.pending) = (vec!["SIGPWR".to_owned()], vec!["SIGPWR".to_owned()]);
        let said = said(vec![thread(1, "host", None), deaf], Vec::new());
        assert_eq!(said[1], "SIGPWR was sent to `a`, made by go, which blocks it");
    }
}
