//! The trace memory and the mark socket of one run, from the harness's end.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::atomic::{AtomicU64, Ordering};

use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, socketpair};

use super::memory::Memory;
use super::{Footprint, Observation};
use crate::child::{ChildError, Ended, Watch, system};
use crate::trace::wire::{MARK_FULL, MARK_REQUEST, MARK_SIZE, Mark};

#[derive(Debug)]
pub struct Channel {
    memory: Memory,
    marks: OwnedFd,
    expected: u32,
    footprints: Vec<Footprint>,
    foreign: Option<String>,
    full: bool,
}

impl Channel {
    /// The channel, and the host's end of the mark socket.
    pub fn open(used: Option<Memory>) -> Result<(Self, OwnedFd), ChildError> {
        let memory = Memory::for_run(used, nonce())?;
        let (marks, host_marks) = socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, SocketFlags::CLOEXEC, None)
            .map_err(system("make the mark socket"))?;
        let channel = Self { memory, marks, expected: 1, footprints: Vec::new(), foreign: None, full: false };
        Ok((channel, host_marks))
    }

    /// The trace memory as a host gets it.
    pub fn trace(&self) -> Result<OwnedFd, ChildError> {
        let shared = self.memory.descriptor().try_clone_to_owned();
        shared.map_err(|source| ChildError::System { what: "share the trace memory", source })
    }

    /// Decodes what the host left behind; the memory comes back if another run may use it.
    pub fn finish(self, ended: Ended) -> (Observation, Option<Memory>) {
        let (trace, memory) = self.memory.finish();
        let memory = memory.filter(|_| ended.survivors.is_empty() && self.foreign.is_none());
        let observation = Observation { ended, trace, footprints: self.footprints, foreign_mark: self.foreign };
        (observation, memory)
    }
}

impl Watch for Channel {
    fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        (self.foreign.is_none() && !self.full).then(|| self.marks.as_fd())
    }

    fn ready(&mut self, pid: i32) -> bool {
        let mut message = [0; MARK_SIZE + 1];
        let length = match rustix::net::recv(&self.marks, &mut message, RecvFlags::DONTWAIT) {
            Ok((length, _)) => length,
            Err(rustix::io::Errno::AGAIN | rustix::io::Errno::INTR) => return true,
            Err(_) => 0,
        };
        if length == 0 {
            // All copies of the host's end are closed: it is ending, or closed what is not its own.
            self.full = true;
            return true;
        }
        match Mark::decode(&message[..length], self.memory.nonce()) {
            Some(mark) if mark.kind == MARK_REQUEST && mark.index == self.expected => {
                self.expected += 1;
                self.footprints.push(Footprint::read(pid, &mark.name));
                let answer = mark.answer(self.memory.nonce());
                rustix::net::send(&self.marks, &answer, SendFlags::NOSIGNAL | SendFlags::DONTWAIT).is_ok()
            }
            Some(mark) if mark.kind == MARK_FULL => {
                self.full = true;
                false
            }
            Some(mark) => {
                self.foreign =
                    Some(format!("mark {} of kind {} when mark {} was due", mark.index, mark.kind, self.expected));
                false
            }
            None => {
                self.foreign = Some(format!("{length} bytes that are no mark"));
                false
            }
        }
    }
}

/// Another number for every run of this process, not to be guessed from the last one by accident.
fn nonce() -> u64 {
    use std::hash::{BuildHasher, RandomState};
    static COUNT: AtomicU64 = AtomicU64::new(0);
    static SEED: std::sync::LazyLock<RandomState> = std::sync::LazyLock::new(RandomState::new);
    SEED.hash_one((std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed)))
}
