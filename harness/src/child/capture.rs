//! One of a child's streams, up to a limit.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;

use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;
use rustix::pipe::{PipeFlags, pipe_with};
use rustix::pty::{OpenptFlags, grantpt, openpt, unlockpt};
use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};

use super::{ChildError, Stdout, system};

/// What a child wrote so far.
pub struct Capture {
    source: OwnedFd,
    kind: Stdout,
    open: bool,
    /// Up to the limit.
    pub bytes: Vec<u8>,
    limit: usize,
    /// There was more.
    pub full: bool,
}

impl Capture {
    /// A stream of that kind, and the child's end of it; a file is below `folder`, without a name.
    pub fn open(kind: Stdout, limit: usize, folder: &Path) -> Result<(Self, OwnedFd), ChildError> {
        let (source, theirs) = match kind {
            Stdout::Pipe => pipe_with(PipeFlags::CLOEXEC).map_err(system("make a pipe"))?,
            Stdout::File => file(folder).map_err(system("make a file for stdout"))?,
            Stdout::Terminal => terminal().map_err(system("make a pseudo-terminal"))?,
        };
        if kind != Stdout::File {
            rustix::io::ioctl_fionbio(&source, true).map_err(system("make a stream non-blocking"))?;
        }
        Ok((Self { source, kind, open: true, bytes: Vec::new(), limit, full: false }, theirs))
    }

    /// The end to wait for; a file tells nobody that it was written to.
    pub fn readable(&self) -> Option<BorrowedFd<'_>> {
        (self.open && self.kind != Stdout::File).then(|| self.source.as_fd())
    }

    /// Takes what a file has by now.
    pub fn look(&mut self, buffer: &mut [u8]) {
        if self.kind == Stdout::File {
            self.read(buffer);
        }
    }

    /// Takes what is there now.
    pub fn read(&mut self, buffer: &mut [u8]) {
        while self.open {
            let read = match self.kind {
                // The child's own place in the file must not move.
                Stdout::File => rustix::io::pread(&self.source, &mut *buffer, self.bytes.len() as u64),
                Stdout::Pipe | Stdout::Terminal => rustix::io::read(&self.source, &mut *buffer),
            };
            match read {
                Ok(0) if self.kind == Stdout::File => return,
                // A terminal that nobody has open any more says EIO.
                Ok(0) | Err(Errno::IO) => self.open = false,
                Ok(count) => {
                    let room = self.limit - self.bytes.len();
                    self.bytes.extend_from_slice(&buffer[..count.min(room)]);
                    if count > room {
                        self.full = true;
                        self.open = false;
                    }
                }
                Err(Errno::INTR) => {}
                Err(_) => return,
            }
        }
    }
}

/// A file twice: nothing is left of it when both are closed.
fn file(folder: &Path) -> Result<(OwnedFd, OwnedFd), Errno> {
    let file = tempfile::tempfile_in(folder).map_err(|error| Errno::from_io_error(&error).unwrap_or(Errno::IO))?;
    let theirs = rustix::io::fcntl_dupfd_cloexec(&file, 0)?;
    Ok((file.into(), theirs))
}

/// A pseudo-terminal in raw mode, as lines would end in CR LF otherwise.
fn terminal() -> Result<(OwnedFd, OwnedFd), Errno> {
    let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC)?;
    grantpt(&ours)?;
    unlockpt(&ours)?;
    let name = rustix::pty::ptsname(&ours, Vec::new())?;
    let theirs = rustix::fs::open(name, OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC, Mode::empty())?;
    let mut settings = tcgetattr(&theirs)?;
    settings.make_raw();
    tcsetattr(&theirs, OptionalActions::Now, &settings)?;
    Ok((ours, theirs))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_gives_back_what_was_written_and_no_more_than_the_limit() {
        for kind in [Stdout::Pipe, Stdout::File, Stdout::Terminal] {
            let mut buffer = [0; 64];
            let (mut capture, theirs) = Capture::open(kind, 8, &std::env::temp_dir()).unwrap();
            assert_eq!(rustix::termios::isatty(&theirs), kind == Stdout::Terminal);
            rustix::io::write(&theirs, b"one\n").unwrap();
            capture.read(&mut buffer);
            assert_eq!((capture.bytes.as_slice(), capture.full), (&b"one\n"[..], false), "{kind:?}");
            rustix::io::write(&theirs, b"two\nthree\n").unwrap();
            drop(theirs);
            capture.read(&mut buffer);
            assert_eq!((capture.bytes.as_slice(), capture.full), (&b"one\ntwo\n"[..], true), "{kind:?}");
        }
    }
}
