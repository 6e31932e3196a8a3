//! Whom a waiting thread waits for, as far as its system call and the memory that it waits at say. x86-64 and glibc.

use super::ptrace::Registers;
use super::space::Space;
use super::{Awaited, Frame, Peer, WaitsFor, blocked};

/// FUTEX_PRIVATE_FLAG and FUTEX_CLOCK_REALTIME, which change nothing here.
const FLAGS: u64 = 128 | 256;
/// FUTEX_WAIT and FUTEX_WAIT_BITSET.
const WAITS: [u64; 2] = [0, 9];
/// FUTEX_LOCK_PI and FUTEX_LOCK_PI2: the word is the owner.
const LOCKS: [u64; 2] = [6, 13];
/// FUTEX_TID_MASK
const TID: u32 = 0x3fff_ffff;
/// `__owner` and `__kind` in a `pthread_mutex_t`, whose first word is the futex.
const OWNER: u64 = 8;
const KIND: u64 = 16;
/// Bits that a kind may have: type, robust, protocols, shared, elision.
const KINDS: u32 = 0x3ff;
/// The word of a lock that somebody has and somebody waits for.
const CONTENDED: u32 = 2;

/// What a thread waits at, read while it stands still.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum At {
    /// A word that has to change.
    Futex {
        /// What the word was when the thread began to wait.
        expected: u32,
        /// What it is.
        word: u32,
        /// What would be a lock's owner, and its kind.
        owner: u32,
        kind: u32,
    },
    /// A lock of which the kernel knows the owner.
    Owned(u32),
    /// The end of this process; 0 or less is any child, or one of a group.
    Process(i32),
}

/// Whose ids are known.
#[derive(Debug, Default)]
pub struct Known {
    /// The threads of the process.
    pub own: Vec<i32>,
    /// The threads of other processes.
    pub elsewhere: Vec<i32>,
    /// The other processes.
    pub processes: Vec<i32>,
}

/// What a thread waits at. Files can only be looked at where the process, of this id, lives.
pub fn at(space: &Space, registers: &Registers, process: Option<i32>) -> Option<At> {
    let is = |call: i64| registers.orig_rax.cast_signed() == call;
    blocked::call(registers)?;
    if is(libc::SYS_futex) {
        let (address, operation) = (registers.rdi, registers.rsi & !FLAGS);
        let word = space.number(address)?;
        if LOCKS.contains(&operation) {
            return Some(At::Owned(word & TID));
        }
        let lock = |offset| space.number(address + offset).unwrap_or(u32::MAX);
        let futex = At::Futex { expected: registers.rdx as u32, word, owner: lock(OWNER), kind: lock(KIND) };
        return WAITS.contains(&operation).then_some(futex);
    }
    if is(libc::SYS_wait4) {
        return Some(At::Process(registers.rdi as i32));
    }
    if is(libc::SYS_waitid) {
        let is_process = registers.rdi == u64::from(libc::P_PID);
        return Some(At::Process(if is_process { registers.rsi as i32 } else { -1 }));
    }
    if is(libc::SYS_poll) && registers.rsi == 1 {
        let descriptor = space.number(registers.rdi)?;
        let text = std::fs::read_to_string(format!("/proc/{}/fdinfo/{descriptor}", process?)).ok()?;
        let awaited = text.lines().find_map(|line| line.strip_prefix("Pid:"))?;
        return Some(At::Process(awaited.trim().parse().ok()?));
    }
    None
}

/// Who that is. `own` is the thread that waits, `frames` are its calls.
pub fn name(at: At, own: i32, frames: &[Frame], known: &Known) -> Option<WaitsFor> {
    let peer = |id: u32| {
        let id = id.cast_signed();
        if id == own {
            Some(Peer::Itself)
        } else if known.own.contains(&id) || known.elsewhere.contains(&id) {
            Some(Peer::Thread(id))
        } else {
            None
        }
    };
    match at {
        At::Owned(owner) => Some(WaitsFor { what: Awaited::Lock, who: peer(owner)? }),
        At::Futex { word: CONTENDED, expected: CONTENDED, owner, kind } if kind & !KINDS == 0 && owner != 0 => {
            // What only looks like a lock has no owner that lives.
            let gone = || locks(frames).then_some(Peer::Gone(owner.cast_signed()));
            Some(WaitsFor { what: Awaited::Lock, who: peer(owner).or_else(gone)? })
        }
        // Whoever gave it back has woken nobody.
        At::Futex { expected: CONTENDED, word: 0, .. } if locks(frames) => {
            Some(WaitsFor { what: Awaited::Lock, who: Peer::Nobody })
        }
        // pthread_join waits for the kernel to clear the thread's id.
        At::Futex { word, expected, .. } if word == expected && known.own.contains(&word.cast_signed()) => {
            Some(WaitsFor { what: Awaited::End, who: peer(word)? })
        }
        At::Futex { .. } => None,
        At::Process(id) => {
            let only = || known.processes.first().filter(|_| known.processes.len() == 1);
            let id = if id > 0 { known.processes.iter().find(|other| **other == id) } else { only() };
            Some(WaitsFor { what: Awaited::End, who: Peer::Process(*id?) })
        }
    }
}

/// Whether the innermost calls with a name are to lock something.
fn locks(frames: &[Frame]) -> bool {
    let inside = frames.iter().take_while(|frame| super::space::name(&frame.file).starts_with("libc.so"));
    inside.filter_map(|frame| frame.function.as_ref()).any(|name| name.starts_with("pthread_mutex_"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waits(at: At) -> Option<(Awaited, Peer)> {
        let known = Known { own: vec![10, 11], elsewhere: vec![20], processes: vec![20] };
        name(at, 10, &[], &known).map(|waits| (waits.what, waits.who))
    }

    #[test]
    fn owners_of_locks_and_threads_that_are_joined() {
        let lock = |owner, kind| At::Futex { expected: 2, word: 2, owner, kind };
        let plain = |word| At::Futex { expected: word, word, owner: 0, kind: 0 };
        for (at, peer) in [
            (lock(11, 0), Some((Awaited::Lock, Peer::Thread(11)))),
            (lock(10, 1), Some((Awaited::Lock, Peer::Itself))),
            (lock(20, 0), Some((Awaited::Lock, Peer::Thread(20)))),
            (lock(11, 0x8000), None),
            (lock(99, 0), None),
            (plain(11), Some((Awaited::End, Peer::Thread(11)))),
            (plain(20), None),
            (plain(0), None),
            (At::Owned(11), Some((Awaited::Lock, Peer::Thread(11)))),
            (At::Process(-1), Some((Awaited::End, Peer::Process(20)))),
            (At::Process(20), Some((Awaited::End, Peer::Process(20)))),
            (At::Process(21), None),
        ] {
            assert_eq!(waits(at), peer, "{at:?}");
        }
    }

    #[test]
    fn a_lock_of_a_thread_that_is_gone_is_one_by_the_call() {
        let call = |function: &str| Frame {
            library: None,
            file: "/usr/lib/libc.so.6".to_owned(),
            function: Some(function.to_owned()),
            offset: 0,
            interrupted: false,
        };
        let at = |word, owner| At::Futex { expected: 2, word, owner, kind: 0 };
        let who_has = |at, function| name(at, 10, &[call(function)], &Known::default()).map(|waits| waits.who);
        assert_eq!(who_has(at(2, 99), "pthread_mutex_lock"), Some(Peer::Gone(99)));
        assert_eq!(who_has(at(0, 0), "pthread_mutex_lock"), Some(Peer::Nobody));
        assert_eq!(who_has(at(2, 99), "sem_wait"), None);
        assert_eq!(who_has(at(0, 0), "sem_wait"), None);
    }
}
