//! The trace memory and the mark socket of one run, from the harness's end.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::atomic::{AtomicU64, Ordering};

use rustix::fs::{MemfdFlags, SealFlags};
use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, socketpair};

use super::{Footprint, Observation};
use crate::child::{ChildError, Ended, Watch, system};
use crate::trace::wire::{CAPACITY, HEADER_SIZE, MARK_ANSWER, MARK_FULL, MARK_REQUEST, MARK_SIZE, Mark, RECORD_SIZE, header};
use crate::trace::{Trace, decode};

/// Bytes after the last claimed record that are looked at for records that nobody claimed.
const BEYOND: u64 = 4 * RECORD_SIZE as u64;

#[derive(Debug)]
pub struct Channel {
    memory: OwnedFd,
    marks: OwnedFd,
    host_marks: Option<OwnedFd>,
    nonce: u64,
    expected: u32,
    footprints: Vec<Footprint>,
    foreign: Option<String>,
    full: bool,
}

impl Channel {
    pub fn open() -> Result<Self, ChildError> {
        let flags = MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING;
        let memory = rustix::fs::memfd_create("coexist-trace", flags).map_err(system("make the trace memory"))?;
        let size = HEADER_SIZE as u64 + CAPACITY * RECORD_SIZE as u64;
        rustix::fs::ftruncate(&memory, size).map_err(system("size the trace memory"))?;
        // A library that cuts the memory short would kill its host with SIGBUS in our name.
        rustix::fs::fcntl_add_seals(&memory, SealFlags::SHRINK | SealFlags::GROW | SealFlags::SEAL)
            .map_err(system("seal the trace memory"))?;
        let nonce = nonce();
        rustix::io::pwrite(&memory, &header(nonce), 0).map_err(system("write the trace memory"))?;
        let (marks, host_marks) = socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, SocketFlags::CLOEXEC, None)
            .map_err(system("make the mark socket"))?;
        Ok(Self {
            memory,
            marks,
            host_marks: Some(host_marks),
            nonce,
            expected: 1,
            footprints: Vec::new(),
            foreign: None,
            full: false,
        })
    }

    /// The descriptors to hand over: trace memory, mark socket.
    pub fn host_side(&mut self) -> Result<(OwnedFd, OwnedFd), ChildError> {
        let memory = self.memory.try_clone().map_err(|source| ChildError::System { what: "share the trace memory", source })?;
        let marks = self.host_marks.take().ok_or(ChildError::GuardLost)?;
        Ok((memory, marks))
    }

    /// Decodes what the host left behind.
    pub fn finish(self, ended: Ended) -> Observation {
        let trace = self.read_trace();
        Observation { ended, trace, footprints: self.footprints, foreign_mark: self.foreign }
    }

    fn read_trace(&self) -> Trace {
        let mut head = [0; 40];
        let read = rustix::io::pread(&self.memory, &mut head, 0).unwrap_or(0);
        let claimed = crate::trace::wire::word_at(&head[..read], 32).min(CAPACITY);
        let length = (claimed * RECORD_SIZE as u64 + BEYOND).min(CAPACITY * RECORD_SIZE as u64);
        let mut records = vec![0; length as usize];
        let mut filled = 0;
        while filled < records.len() {
            match rustix::io::pread(&self.memory, &mut records[filled..], (HEADER_SIZE + filled) as u64) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(rustix::io::Errno::INTR) => {}
                Err(_) => break,
            }
        }
        records.truncate(filled);
        decode(&head[..read], &records, self.nonce)
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
        match Mark::decode(&message[..length], self.nonce) {
            Some(mark) if mark.kind == MARK_REQUEST && mark.index == self.expected => {
                self.expected += 1;
                self.footprints.push(Footprint::read(pid, &mark.name));
                let answer = mark.answer(self.nonce);
                debug_assert_eq!(u32::from(answer[16]), MARK_ANSWER);
                rustix::net::send(&self.marks, &answer, SendFlags::NOSIGNAL | SendFlags::DONTWAIT).is_ok()
            }
            Some(mark) if mark.kind == MARK_FULL => {
                self.full = true;
                false
            }
            Some(mark) => {
                self.foreign = Some(format!("mark {} of kind {} when mark {} was due", mark.index, mark.kind, self.expected));
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
