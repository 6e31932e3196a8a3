//! The trace memory: a memfd that a worker uses for one run after the other.
//!
//! A fresh page costs the host a fault of several microseconds, a page that is there already next to nothing; so memory is
//! cleared and used again, unless a run left doubts about it. Nothing of the last run lives when it is.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::atomic::{AtomicU64, Ordering};

use rustix::fs::{MemfdFlags, SealFlags};
use rustix::io::Errno;

use crate::child::{ChildError, system};
use crate::trace::wire::{CAPACITY, HEADER_SIZE, RECORD_SIZE, header, word_at};
use crate::trace::{Trace, decode};

/// Bytes of one page, the unit in which the memory is taken.
const PAGE: u64 = 4096;
/// Memory that a run made larger than this is not kept.
const KEPT: u64 = 64 * PAGE;

/// Trace memory with the nonce of its current run.
#[derive(Debug)]
pub struct Memory {
    descriptor: OwnedFd,
    nonce: u64,
    /// Bytes of the record area that have pages, a multiple of PAGE.
    paged: u64,
}

impl Memory {
    /// Empty memory for a run: `used` cleared, or new.
    pub fn for_run(used: Option<Self>) -> Result<Self, ChildError> {
        let nonce = nonce();
        let memory = match used {
            Some(used) => Self { nonce, ..used },
            None => Self::new(nonce)?,
        };
        rustix::io::pwrite(&memory.descriptor, &header(nonce), 0).map_err(system("write the trace memory"))?;
        Ok(memory)
    }

    fn new(nonce: u64) -> Result<Self, ChildError> {
        let flags = MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING;
        let descriptor = rustix::fs::memfd_create("coexist-trace", flags).map_err(system("make the trace memory"))?;
        let size = HEADER_SIZE as u64 + CAPACITY * RECORD_SIZE as u64;
        rustix::fs::ftruncate(&descriptor, size).map_err(system("size the trace memory"))?;
        // A library that cuts the memory short would kill its host with SIGBUS in our name.
        rustix::fs::fcntl_add_seals(&descriptor, SealFlags::SHRINK | SealFlags::GROW | SealFlags::SEAL)
            .map_err(system("seal the trace memory"))?;
        Ok(Self { descriptor, nonce, paged: 0 })
    }

    /// The memory as a host gets it.
    pub fn descriptor(&self) -> BorrowedFd<'_> {
        self.descriptor.as_fd()
    }

    /// This run's number.
    pub fn nonce(&self) -> u64 {
        self.nonce
    }

    /// Decodes what the host left behind, and clears it. The memory comes back unless it cannot be trusted.
    pub fn finish(mut self) -> (Trace, Option<Self>) {
        let mut head = [0; 40];
        let read = rustix::io::pread(&self.descriptor, &mut head, 0).unwrap_or(0);
        let claimed = word_at(&head[..read], 32).min(CAPACITY) * RECORD_SIZE as u64;
        // All that has pages must be claimed records and zeros.
        let looked_at = claimed.next_multiple_of(PAGE).max(self.paged).min(CAPACITY * RECORD_SIZE as u64);
        let records = self.read(looked_at);
        let mut trace = decode(&head[..read], &records, self.nonce);
        if trace.corruption.is_none() && self.has_pages() > HEADER_SIZE as u64 + looked_at {
            trace.corruption = Some("memory that no record was claimed in was written".to_owned());
        }
        self.paged = looked_at;
        let kept = trace.corruption.is_none() && looked_at <= KEPT && self.clear(claimed).is_ok();
        (trace, kept.then_some(self))
    }

    fn read(&self, length: u64) -> Vec<u8> {
        let mut records = vec![0; usize::try_from(length).unwrap_or(0)];
        let mut filled = 0;
        while filled < records.len() {
            match rustix::io::pread(&self.descriptor, &mut records[filled..], (HEADER_SIZE + filled) as u64) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(Errno::INTR) => {}
                Err(_) => break,
            }
        }
        records.truncate(filled);
        records
    }

    /// Bytes that the memory really takes.
    fn has_pages(&self) -> u64 {
        rustix::fs::fstat(&self.descriptor).map_or(0, |facts| facts.st_blocks.cast_unsigned() * 512)
    }

    fn clear(&self, length: u64) -> Result<(), Errno> {
        let zeros = [0; PAGE as usize];
        let mut at = 0;
        while at < length {
            let part = (length - at).min(PAGE) as usize;
            at += rustix::io::pwrite(&self.descriptor, &zeros[..part], HEADER_SIZE as u64 + at)? as u64;
        }
        Ok(())
    }
}

/// Another number for every run of this process, not to be guessed from the last one by accident.
fn nonce() -> u64 {
    use std::hash::{BuildHasher, RandomState};
    static COUNT: AtomicU64 = AtomicU64::new(0);
    static SEED: std::sync::LazyLock<RandomState> = std::sync::LazyLock::new(RandomState::new);
    SEED.hash_one((std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed)))
}
