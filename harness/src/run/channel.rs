//! The mark socket of one run, from the harness's end.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, socketpair};

use super::Reading;
use crate::child::{ChildError, system};
use crate::trace::wire::{MARK_FULL, MARK_HUNG, MARK_REQUEST, MARK_SIZE, Mark};

/// Answers marks.
#[derive(Debug)]
pub struct Channel {
    marks: OwnedFd,
    nonce: u64,
    expected: u32,
    full: bool,
    /// What /proc said at each mark so far.
    pub readings: Vec<Reading>,
    /// What arrived that no host sends.
    pub foreign: Option<String>,
}

impl Channel {
    /// The channel of a run, and the host's end of its socket.
    pub fn open(nonce: u64) -> Result<(Self, OwnedFd), ChildError> {
        let (marks, host_marks) = socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, SocketFlags::CLOEXEC, None)
            .map_err(system("make the mark socket"))?;
        let channel = Self { marks, nonce, expected: 1, full: false, readings: Vec::new(), foreign: None };
        Ok((channel, host_marks))
    }

    /// The socket, while something may come.
    pub fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        (self.foreign.is_none() && !self.full).then(|| self.marks.as_fd())
    }

    /// Answers what has come from the host, which is process `pid`, after `look` if a child of it hangs. `false` ends it.
    pub fn ready(&mut self, pid: i32, look: &mut dyn FnMut()) -> bool {
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
        match Mark::decode(&message[..length], self.nonce) {
            Some(mark) if matches!(mark.kind, MARK_REQUEST | MARK_HUNG) && mark.index == self.expected => {
                self.expected += 1;
                if mark.kind == MARK_HUNG {
                    look();
                } else {
                    self.readings.push(Reading::of(pid, &mark.name));
                }
                let answer = mark.answer(self.nonce);
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
