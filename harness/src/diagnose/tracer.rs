//! The tracer's side: starts a host below itself, lets every signal through, and looks at all threads when the process
//! ends or has to be ended.

use std::collections::{BTreeMap, VecDeque};
use std::ffi::{CString, OsString};
use std::io::{self, Write};
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::ptrace::{self, Registers};
use super::space::{Place, Space};
use super::{End, Fault, Handler, Report, Seen, Thread, blocked};
use crate::judge::signal_name;

/// Signals that say that something is wrong with the code that runs.
const FAULTS: [i32; 7] =
    [libc::SIGSEGV, libc::SIGBUS, libc::SIGFPE, libc::SIGILL, libc::SIGABRT, libc::SIGTRAP, libc::SIGSYS];
/// Signals that are ignored, or stop, where nobody has a handler.
const HARMLESS: [i32; 8] = [
    libc::SIGCHLD,
    libc::SIGCONT,
    libc::SIGURG,
    libc::SIGWINCH,
    libc::SIGSTOP,
    libc::SIGTSTP,
    libc::SIGTTIN,
    libc::SIGTTOU,
];
/// Faults of a thread that are remembered: runtimes take some in their every day's work.
const REMEMBERED: usize = 4;
/// What all threads together may take to stand still.
const STANDSTILL: Duration = Duration::from_millis(500);
/// SI_KERNEL: a non-canonical address, or an instruction that only the kernel may use. No address is known.
const KERNEL: i32 = 128;
/// How far below its beginning a handler's stack may be.
const DEPTH_OF_HANDLERS: u64 = 1 << 20;

/// Does what `__diagnose REPORT MILLISECONDS NAME=VALUE… -- PROGRAM ARGUMENT…` says, and ends as the program did.
///
/// # Errors
/// When the words are others, or the report cannot be written.
pub fn serve(words: &[OsString]) -> io::Result<()> {
    let wrong = || io::Error::from(io::ErrorKind::InvalidInput);
    let [report, deadline, rest @ ..] = words else { return Err(wrong()) };
    let at = rest.iter().position(|word| word == "--").ok_or_else(wrong)?;
    let (env, command) = (&rest[..at], &rest[at + 1..]);
    let milliseconds = deadline.to_str().and_then(|text| text.parse().ok()).ok_or_else(wrong)?;
    let until = Instant::now() + Duration::from_millis(milliseconds);
    let report = PathBuf::from(report);
    match Tracer::start(env, command) {
        Ok(mut tracer) => {
            let status = tracer.follow(until);
            write(&report, &Report::Ended(Box::new(tracer.seen.take())))?;
            end_like(status)
        }
        Err(error) => write(&report, &Report::Trouble(format!("the host could not be traced: {error}"))),
    }
}

fn write(report: &Path, content: &Report) -> io::Result<()> {
    std::fs::write(report, serde_json::to_vec(content)?)
}

/// Ends this process with a status as of waitpid.
fn end_like(status: i32) -> ! {
    if libc::WIFSIGNALED(status) {
        let signal = libc::WTERMSIG(status);
        // SAFETY: default disposition and unblocked, the signal ends this process and nothing else.
        unsafe {
            libc::signal(signal, libc::SIG_DFL);
            libc::raise(signal);
        }
        std::process::exit(1);
    }
    std::process::exit(libc::WEXITSTATUS(status));
}

/// What is known of a thread between its stops.
#[derive(Debug, Default)]
struct Traced {
    /// Its last faults, the newest last.
    faults: VecDeque<Noted>,
    /// The kernel was asked to call a handler, and has not stopped there yet.
    entering: bool,
}

/// A fault as it came.
#[derive(Debug, Clone, Copy)]
struct Noted {
    signal: i32,
    code: i32,
    address: u64,
    sender: i32,
    place: u64,
    handler: Asked,
}

/// Who was asked about it.
#[derive(Debug, Clone, Copy)]
enum Asked {
    Nobody,
    /// The handler's address and its stack's.
    Handler(u64, u64),
    /// It was not reached.
    NotYet,
}

struct Tracer {
    pid: i32,
    threads: BTreeMap<i32, Traced>,
    seen: Option<Seen>,
}

impl Tracer {
    /// The program, stopped before its first instruction until it is traced.
    fn start(env: &[OsString], command: &[OsString]) -> io::Result<Self> {
        let text = |word: &OsString| CString::new(word.as_bytes()).map_err(io::Error::from);
        let argv = command.iter().map(text).collect::<io::Result<Vec<_>>>()?;
        let own = std::env::vars_os().map(|(name, value)| {
            let mut both = name.into_vec();
            both.push(b'=');
            both.extend(value.into_vec());
            OsString::from_vec(both)
        });
        let own: Vec<OsString> = own.chain(env.iter().cloned()).collect();
        let envp = own.iter().map(text).collect::<io::Result<Vec<_>>>()?;
        let pointers = |list: &[CString]| -> Vec<*const libc::c_char> {
            list.iter().map(|text| text.as_ptr()).chain([std::ptr::null()]).collect()
        };
        let (argv_pointers, envp_pointers) = (pointers(&argv), pointers(&envp));
        let (hold, release) = rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC)?;
        ptrace::block_child_signal();
        // SAFETY: this process has one thread, so the child may do anything.
        let pid = unsafe { libc::fork() };
        if pid < 0 {
            return Err(io::Error::last_os_error());
        }
        if pid == 0 {
            become_program(&hold, release, &argv_pointers, &envp_pointers);
        }
        if let Err(error) = ptrace::seize(pid) {
            // SAFETY: the child is ours, and waits.
            unsafe { libc::kill(pid, libc::SIGKILL) };
            return Err(error);
        }
        rustix::io::write(&release, &[1])?;
        Ok(Self { pid, threads: BTreeMap::from([(pid, Traced::default())]), seen: None })
    }

    /// To the end of the process, or the deadline; its status.
    fn follow(&mut self, until: Instant) -> i32 {
        loop {
            let Some((thread, status)) = ptrace::next(until) else {
                self.look(None, End::Deadline, Others::Too);
                // SAFETY: the process is ours, and has not been waited for.
                unsafe { libc::kill(self.pid, libc::SIGKILL) };
                return 0;
            };
            if libc::WIFSTOPPED(status) {
                self.stopped(thread, status);
            } else if thread == self.pid {
                return status;
            } else {
                self.threads.remove(&thread);
            }
        }
    }

    fn stopped(&mut self, thread: i32, status: i32) {
        let signal = libc::WSTOPSIG(status);
        let traced = self.threads.entry(thread).or_default();
        match status >> 16 {
            0 if traced.entering && signal == libc::SIGTRAP => {
                traced.entering = false;
                let at = ptrace::registers(thread).map(|registers| Asked::Handler(registers.rip, registers.rsp));
                if let (Some(last), Some(at)) = (traced.faults.back_mut(), at) {
                    last.handler = at;
                }
                ptrace::go_on(thread, 0);
            }
            0 => self.signalled(thread, signal),
            libc::PTRACE_EVENT_EXIT => {
                self.exiting(thread);
                ptrace::go_on(thread, 0);
            }
            libc::PTRACE_EVENT_STOP if HARMLESS[4..].contains(&signal) => ptrace::stay(thread),
            _ => ptrace::go_on(thread, 0),
        }
    }

    /// Every signal is passed on. One that nobody handles is the end.
    fn signalled(&mut self, thread: i32, signal: i32) {
        if HARMLESS.contains(&signal) {
            return ptrace::go_on(thread, signal);
        }
        let disposition = Disposition::of(self.pid, signal);
        let is_fault = FAULTS.contains(&signal);
        if is_fault || disposition == Disposition::Default {
            self.note(thread, signal, disposition);
        }
        match disposition {
            Disposition::Caught if is_fault => {
                self.threads.entry(thread).or_default().entering = true;
                ptrace::enter_handler(thread, signal);
            }
            Disposition::Default => {
                self.look(Some(thread), End::Signal(signal_name(signal)), Others::Too);
                ptrace::go_on(thread, signal);
            }
            Disposition::Caught | Disposition::Ignored => ptrace::go_on(thread, signal),
        }
    }

    fn note(&mut self, thread: i32, signal: i32, disposition: Disposition) {
        let (Some(info), Some(registers)) = (ptrace::signal_of(thread), ptrace::registers(thread)) else { return };
        // SAFETY: reads two fields of a union of integers and pointers, all of whose bytes are set.
        let (address, sender) = unsafe { (info.si_addr() as u64, info.si_pid()) };
        let handler = match disposition {
            Disposition::Caught => Asked::NotYet,
            Disposition::Default | Disposition::Ignored => Asked::Nobody,
        };
        let faults = &mut self.threads.entry(thread).or_default().faults;
        if faults.len() == REMEMBERED {
            faults.pop_front();
        }
        faults.push_back(Noted { signal, code: info.si_code, address, sender, place: registers.rip, handler });
    }

    /// A thread is about to be gone, and can be looked at for the last time. The others of a process that ends are being
    /// killed then, and can't.
    fn exiting(&mut self, thread: i32) {
        let (Some(status), Some(registers)) = (ptrace::message(thread), ptrace::registers(thread)) else { return };
        let ends_all = registers.orig_rax.cast_signed() == libc::SYS_exit_group;
        if libc::WIFSIGNALED(status) {
            let signal = libc::WTERMSIG(status);
            if signal != libc::SIGKILL {
                self.look(Some(thread), End::Signal(signal_name(signal)), Others::Not);
            }
        } else if ends_all {
            self.look(Some(thread), End::Exit(libc::WEXITSTATUS(status)), Others::Not);
        }
    }

    /// Writes down where everybody is, once.
    fn look(&mut self, first: Option<i32>, end: End, others: Others) {
        if self.seen.is_some() {
            return;
        }
        let stopped = match others {
            Others::Too => self.stop_all(first),
            Others::Not => Vec::new(),
        };
        let mut space = Space::read(self.pid);
        let first = first.unwrap_or(self.pid);
        let mut fault = None;
        let mut threads = Vec::new();
        let rest = stopped.iter().map(|(thread, _)| *thread).filter(|thread| *thread != first);
        for thread in std::iter::once(first).chain(rest) {
            let Some(registers) = ptrace::registers(thread) else { continue };
            let places = space.stack(&registers);
            if thread == first && end != End::Deadline {
                fault =
                    self.fault(thread, &end, &registers, &places).map(|noted| describe(&mut space, self.pid, &noted));
            }
            threads.push(Thread {
                name: comm(self.pid, thread),
                main: thread == self.pid,
                blocked: blocked::call(&registers),
                frames: places.into_iter().map(|place| space.frame(place)).collect(),
            });
        }
        self.seen = Some(Seen { end, fault, threads });
        for (thread, status) in stopped {
            self.stopped(thread, status);
        }
    }

    /// Stops all threads but one that is stopped; who did, and for what.
    fn stop_all(&mut self, but: Option<i32>) -> Vec<(i32, i32)> {
        let mut running: Vec<i32> = self.threads.keys().copied().filter(|thread| Some(*thread) != but).collect();
        for thread in &running {
            ptrace::interrupt(*thread);
        }
        let until = Instant::now() + STANDSTILL;
        let mut stopped = Vec::new();
        while !running.is_empty() {
            let Some((thread, status)) = ptrace::next(until) else { break };
            running.retain(|other| *other != thread);
            if libc::WIFSTOPPED(status) {
                self.threads.entry(thread).or_default();
                stopped.push((thread, status));
            } else {
                self.threads.remove(&thread);
            }
        }
        stopped
    }

    /// The fault that this end came of: one whose handler is still running, or else the signal of the end itself.
    fn fault(&self, thread: i32, end: &End, registers: &Registers, places: &[Place]) -> Option<Noted> {
        let faults = &self.threads.get(&thread)?.faults;
        let interrupted = |noted: &&Noted| places.iter().any(|p| p.interrupted && p.address == noted.place);
        let below = |noted: &&Noted| match noted.handler {
            Asked::Handler(_, stack) => registers.rsp <= stack && stack - registers.rsp < DEPTH_OF_HANDLERS,
            Asked::Nobody | Asked::NotYet => false,
        };
        if let Some(noted) = faults.iter().find(interrupted) {
            return Some(*noted);
        }
        let mut last = *faults.back()?;
        match end {
            End::Signal(signal) if signal_name(last.signal) == *signal => {
                // A handler that gives up takes itself away and returns: the same fault comes again.
                let again = |noted: &&Noted| noted.place == last.place && matches!(noted.handler, Asked::Handler(..));
                if let (Asked::Nobody, Some(before)) = (last.handler, faults.iter().rev().find(again)) {
                    last.handler = before.handler;
                }
                Some(last)
            }
            // Where the stack can't be followed through the handler.
            End::Signal(_) | End::Exit(_) => faults.iter().rev().find(below).copied(),
            End::Deadline => None,
        }
    }
}

/// Whether all threads are looked at.
#[derive(Debug, Clone, Copy)]
enum Others {
    Too,
    Not,
}

fn describe(space: &mut Space, pid: i32, noted: &Noted) -> Fault {
    let sent = noted.code <= 0;
    let address = (!sent && noted.code != KERNEL && has_address(noted.signal)).then_some(noted.address);
    Fault {
        signal: signal_name(noted.signal),
        why: if sent { sent_by(noted, pid) } else { code_name(noted.signal, noted.code) },
        address,
        target: address.and_then(|address| space.target(address)),
        at: space.frame(Place::of(noted.place)),
        handler: match noted.handler {
            Asked::Nobody => Handler::None,
            Asked::Handler(address, _) => Handler::Ran(space.frame(Place::of(address))),
            Asked::NotYet => Handler::NotEntered,
        },
    }
}

fn has_address(signal: i32) -> bool {
    matches!(signal, libc::SIGSEGV | libc::SIGBUS | libc::SIGFPE | libc::SIGILL | libc::SIGTRAP)
}

fn sent_by(noted: &Noted, pid: i32) -> String {
    let call = match noted.code {
        libc::SI_TKILL => "tgkill",
        libc::SI_USER => "kill",
        libc::SI_QUEUE => "sigqueue",
        libc::SI_TIMER => return "sent by a timer".to_owned(),
        _ => return "sent by the kernel".to_owned(),
    };
    let who = if noted.sender == pid { "the process itself" } else { "another process" };
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

fn comm(pid: i32, thread: i32) -> String {
    let text = std::fs::read_to_string(format!("/proc/{pid}/task/{thread}/comm")).unwrap_or_default();
    text.trim_end().to_owned()
}

/// What a process does with a signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Disposition {
    Default,
    Ignored,
    Caught,
}

impl Disposition {
    fn of(pid: i32, signal: i32) -> Self {
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

/// The child's side of the fork: waits until it is traced, and becomes the program. Never returns.
fn become_program(hold: &OwnedFd, release: OwnedFd, argv: &[*const libc::c_char], envp: &[*const libc::c_char]) -> ! {
    drop(release);
    ptrace::unblock_child_signal();
    let mut byte = 0u8;
    // SAFETY: the pipe is open and the byte a live local; Rust ignores SIGPIPE, programs start with the default; argv and
    // envp are NULL-terminated arrays of texts that live in the parent's copied memory.
    unsafe {
        libc::signal(libc::SIGPIPE, libc::SIG_DFL);
        if libc::read(hold.as_raw_fd(), (&raw mut byte).cast(), 1) == 1 {
            libc::execve(argv[0], argv.as_ptr(), envp.as_ptr());
            let _ = io::stderr().write_all(b"the host could not be started below the tracer\n");
        }
        libc::_exit(127)
    }
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
