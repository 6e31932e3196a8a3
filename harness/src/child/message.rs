//! What harness and guard say to each other over a `SOCK_SEQPACKET` pair: one JSON text a message.

use std::os::fd::{BorrowedFd, OwnedFd};
use std::path::PathBuf;

use rustix::io::Errno;
use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer, SendAncillaryMessage, SendFlags,
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{Core, Survivor};

/// More than any message, less than a socket's buffer.
pub const LARGEST: usize = 128 * 1024;
/// Descriptors that one message may carry.
const MOST_DESCRIPTORS: usize = 8;

/// From the harness to the guard.
#[derive(Debug, Serialize, Deserialize)]
pub enum Request {
    /// Start a program; the message carries stdout, stderr and then one descriptor for each of `targets`.
    Start {
        program: PathBuf,
        args: Vec<String>,
        env: Vec<(String, String)>,
        folder: PathBuf,
        targets: Vec<i32>,
        core: Core,
    },
    /// Send a signal to the main process.
    Signal(i32),
    /// SIGKILL to the group and to everything below the guard.
    Kill,
}

/// From the guard to the harness.
#[derive(Debug, Serialize, Deserialize)]
pub enum Reply {
    /// The program could not be started: errno. Nothing is said when it could: the harness needs no waking for that.
    NotStarted(i32),
    /// It ended, and nothing is left below the guard.
    Ended { pid: i32, status: i32, survivors: Vec<Survivor>, cpu_micros: u64, max_rss: u64 },
}

/// Sends one message.
pub fn send<T: Serialize>(socket: BorrowedFd<'_>, message: &T, descriptors: &[BorrowedFd<'_>]) -> Result<(), Errno> {
    let bytes = serde_json::to_vec(message).map_err(|_| Errno::INVAL)?;
    if bytes.len() > LARGEST {
        return Err(Errno::TOOBIG);
    }
    let mut space = [std::mem::MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MOST_DESCRIPTORS))];
    let mut ancillary = SendAncillaryBuffer::new(&mut space);
    if !descriptors.is_empty() && !ancillary.push(SendAncillaryMessage::ScmRights(descriptors)) {
        return Err(Errno::TOOBIG);
    }
    let parts = [std::io::IoSlice::new(&bytes)];
    rustix::io::retry_on_intr(|| rustix::net::sendmsg(socket, &parts, &mut ancillary, SendFlags::NOSIGNAL))?;
    Ok(())
}

/// Waits for one message, of at most the buffer's length. `None`: the other side is gone.
pub fn receive<T: DeserializeOwned>(
    socket: BorrowedFd<'_>,
    buffer: &mut [u8],
) -> Result<Option<(T, Vec<OwnedFd>)>, Errno> {
    let mut space = [std::mem::MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MOST_DESCRIPTORS))];
    let mut ancillary = RecvAncillaryBuffer::new(&mut space);
    let received = rustix::io::retry_on_intr(|| {
        let mut parts = [std::io::IoSliceMut::new(buffer)];
        rustix::net::recvmsg(socket, &mut parts, &mut ancillary, RecvFlags::CMSG_CLOEXEC)
    });
    let length = match received {
        Ok(message) => message.bytes,
        Err(Errno::CONNRESET) => 0,
        Err(other) => return Err(other),
    };
    if length == 0 {
        return Ok(None);
    }
    let mut descriptors = Vec::new();
    for message in ancillary.drain() {
        if let RecvAncillaryMessage::ScmRights(rights) = message {
            descriptors.extend(rights);
        }
    }
    let message = serde_json::from_slice(&buffer[..length]).map_err(|_| Errno::BADMSG)?;
    Ok(Some((message, descriptors)))
}
