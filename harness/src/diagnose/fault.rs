//! One fault: what the kernel says of it, and who is asked.

use super::ptrace;
use super::space::{Place, Space};
use super::{Fault, Handler};
use crate::signal::name as signal_name;

/// Signals that say that something is wrong with the code that runs.
pub const FAULTS: [i32; 7] =
    [libc::SIGSEGV, libc::SIGBUS, libc::SIGFPE, libc::SIGILL, libc::SIGABRT, libc::SIGTRAP, libc::SIGSYS];
/// SI_KERNEL: a non-canonical address, or an instruction that only the kernel may use. No address is known.
const KERNEL: i32 = 128;
/// How far from the stack pointer a function reaches for what is its own, in bytes.
const FRAME: u64 = 64 * 1024;

/// A fault as it came.
#[derive(Debug, Clone, Copy)]
pub struct Noted {
    /// Its number.
    pub signal: i32,
    /// si_code, the address that could not be used, and who sent it.
    pub from: ptrace::Sent,
    /// Where the thread was.
    pub place: u64,
    /// And its stack.
    pub stack: u64,
    /// Who was asked.
    pub handler: Asked,
}

/// Who was asked about it.
#[derive(Debug, Clone, Copy)]
pub enum Asked {
    /// There is no handler.
    Nobody,
    /// The handler's address and its stack's.
    Handler(u64, u64),
    /// It was not reached.
    NotYet,
    /// A core does not say.
    NotKnown,
}

/// What a process does with a signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disposition {
    /// The signal's own effect.
    Default,
    /// Nothing.
    Ignored,
    /// It calls a handler.
    Caught,
}

impl Disposition {
    /// As it is now, from /proc/PID/status.
    pub fn of(pid: i32, signal: i32) -> Self {
        let text = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
        Self::parse(&text, signal)
    }

    /// From the masks of /proc/PID/status.
    fn parse(status: &str, signal: i32) -> Self {
        let has = |field: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(field));
            let mask = line.and_then(|text| u64::from_str_radix(text.trim(), 16).ok()).unwrap_or(0);
            mask >> (signal - 1) & 1 == 1
        };
        if has("SigCgt:") {
            Self::Caught
        } else if has("SigIgn:") {
            Self::Ignored
        } else {
            Self::Default
        }
    }
}

/// With names.
pub fn describe(space: &mut Space, pid: i32, noted: &Noted) -> Fault {
    let sent = noted.from.code <= 0;
    let address = (!sent && noted.from.code != KERNEL && has_address(noted.signal)).then_some(noted.from.address);
    Fault {
        signal: signal_name(noted.signal),
        why: if sent { sent_by(noted, pid) } else { code_name(noted.signal, noted.from.code) },
        address,
        target: address.and_then(|address| {
            if is_beyond_stack(noted, address) { Some(BEYOND.to_owned()) } else { space.target(address) }
        }),
        at: space.frame(Place::of(noted.place)),
        handler: match noted.handler {
            Asked::Nobody => Handler::None,
            Asked::Handler(address, _) => Handler::Ran(space.frame(Place::of(address))),
            Asked::NotYet => Handler::NotEntered,
            Asked::NotKnown => Handler::Unknown,
        },
    }
}

const BEYOND: &str = "beyond the thread's stack";

/// Where a function has its variables, there is no memory. A stack that is code, and may not be, is another matter.
fn is_beyond_stack(noted: &Noted, address: u64) -> bool {
    noted.signal == libc::SIGSEGV && address != noted.place && address.abs_diff(noted.stack) < FRAME
}

fn has_address(signal: i32) -> bool {
    matches!(signal, libc::SIGSEGV | libc::SIGBUS | libc::SIGFPE | libc::SIGILL | libc::SIGTRAP)
}

fn sent_by(noted: &Noted, pid: i32) -> String {
    let call = match noted.from.code {
        libc::SI_TKILL => "tgkill",
        libc::SI_USER => "kill",
        libc::SI_QUEUE => "sigqueue",
        libc::SI_TIMER => return "sent by a timer".to_owned(),
        _ => return "sent by the kernel".to_owned(),
    };
    let who = if noted.from.sender == pid { "the process itself" } else { "another process" };
    format!("sent by {who} with {call}")
}

/// As siginfo.h of the C library has them.
fn code_name(signal: i32, code: i32) -> String {
    let name = match (signal, code) {
        (libc::SIGSEGV, 1) => "SEGV_MAPERR",
        (libc::SIGSEGV, 2) => "SEGV_ACCERR",
        (libc::SIGSEGV, 4) => "SEGV_PKUERR",
        (libc::SIGSEGV, KERNEL) => "SI_KERNEL",
        (libc::SIGBUS, 1) => "BUS_ADRALN",
        (libc::SIGBUS, 2) => "BUS_ADRERR",
        (libc::SIGBUS, 3) => "BUS_OBJERR",
        (libc::SIGFPE, 1) => "FPE_INTDIV",
        (libc::SIGFPE, 2) => "FPE_INTOVF",
        (libc::SIGFPE, 3) => "FPE_FLTDIV",
        (libc::SIGFPE, 4) => "FPE_FLTOVF",
        (libc::SIGFPE, 5) => "FPE_FLTUND",
        (libc::SIGFPE, 6) => "FPE_FLTRES",
        (libc::SIGFPE, 7) => "FPE_FLTINV",
        (libc::SIGILL, 1) => "ILL_ILLOPC",
        (libc::SIGILL, 2) => "ILL_ILLOPN",
        (libc::SIGSYS, 1) => "SYS_SECCOMP",
        _ => return format!("code {code}"),
    };
    name.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dispositions_come_from_the_masks() {
        let status = "Name:\thost\nSigIgn:\t0000000000001000\nSigCgt:\t0000000180000440\n";
        assert_eq!(Disposition::parse(status, libc::SIGSEGV), Disposition::Caught);
        assert_eq!(Disposition::parse(status, libc::SIGBUS), Disposition::Caught);
        assert_eq!(Disposition::parse(status, libc::SIGPIPE), Disposition::Ignored);
        assert_eq!(Disposition::parse(status, libc::SIGABRT), Disposition::Default);
        assert_eq!(Disposition::parse(status, 33), Disposition::Caught);
        assert_eq!(Disposition::parse(status, 34), Disposition::Default);
    }
}
