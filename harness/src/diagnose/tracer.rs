//! The tracer's side: starts a host below itself, lets every signal through, and looks at all threads when the process
//! ends or has to be ended.

use std::collections::{BTreeMap, VecDeque};
use std::ffi::{CString, OsStr, OsString};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::fault::{Asked, Disposition, FAULTS, Noted, describe};
use super::ptrace::{self, Registers};
use super::space::{Place, Space};
use super::still::{Standing, Still};
use super::waits::Known;
use super::{End, Report, Seen, Signals};
use crate::signal::name as signal_name;

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
const REMEMBERED: usize = 32;
/// Faults before the one that counts that are written down.
const BEFORE: usize = 3;
/// What all threads together may take to stand still.
const STANDSTILL: Duration = Duration::from_millis(500);
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
            ptrace::end_like(status)
        }
        Err(error) => write(&report, &Report::Trouble(format!("the host could not be traced: {error}"))),
    }
}

fn write(report: &Path, content: &Report) -> io::Result<()> {
    std::fs::write(report, serde_json::to_vec(content)?)
}

/// What is known of a thread between its stops.
#[derive(Debug, Default)]
struct Traced {
    /// Its last faults, the newest last.
    faults: VecDeque<Noted>,
    /// The kernel was asked to call a handler, and has not stopped there yet.
    entering: bool,
}

struct Tracer {
    pid: i32,
    threads: BTreeMap<i32, Traced>,
    seen: Option<Seen>,
}

impl Tracer {
    /// The program, traced from its first instruction on.
    fn start(env: &[OsString], command: &[OsString]) -> io::Result<Self> {
        let text = |word: &OsString| CString::new(word.as_bytes()).map_err(io::Error::from);
        let own = std::env::vars_os().map(|(name, value)| [name, value].join(OsStr::new("=")));
        let own: Vec<OsString> = own.chain(env.iter().cloned()).collect();
        let argv = command.iter().map(text).collect::<io::Result<Vec<_>>>()?;
        let envp = own.iter().map(text).collect::<io::Result<Vec<_>>>()?;
        let pid = ptrace::start(&argv, &envp)?;
        Ok(Self { pid, threads: BTreeMap::from([(pid, Traced::default())]), seen: None })
    }

    /// To the end of the process, or the deadline; its status.
    fn follow(&mut self, until: Instant) -> i32 {
        loop {
            let Some((thread, status)) = ptrace::next(until) else {
                self.look(None, End::Deadline, Others::Too);
                ptrace::kill(self.pid);
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
        let (Some(from), Some(registers)) = (ptrace::signal_of(thread), ptrace::registers(thread)) else { return };
        let handler = match disposition {
            Disposition::Caught => Asked::NotYet,
            Disposition::Default | Disposition::Ignored => Asked::Nobody,
        };
        let faults = &mut self.threads.entry(thread).or_default().faults;
        if faults.len() == REMEMBERED {
            faults.pop_front();
        }
        faults.push_back(Noted { signal, from, place: registers.rip, stack: registers.rsp, handler });
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
        let first = first.unwrap_or(self.pid);
        // The process itself has no memory to be read by once its main thread has ended.
        let mut all = std::iter::once(first).chain(stopped.iter().map(|(thread, _)| *thread));
        let alive = all.find(|thread| ptrace::registers(*thread).is_some());
        let mut space = Space::live(alive.unwrap_or(self.pid));
        let mut fault = None;
        let mut before = Vec::new();
        let mut standing = Vec::new();
        let rest = stopped.iter().map(|(thread, _)| *thread).filter(|thread| *thread != first);
        for thread in std::iter::once(first).chain(rest) {
            let Some(registers) = ptrace::registers(thread) else { continue };
            let stands = Standing::read(&mut space, Still::live(self.pid, thread, registers), Some(self.pid));
            if thread == first
                && end != End::Deadline
                && let Some((at, noted)) = self.fault(thread, &end, &registers, &stands.places)
            {
                let handled = self.before(thread, at);
                before = handled.iter().map(|noted| describe(&mut space, self.pid, noted)).collect();
                fault = Some(describe(&mut space, self.pid, &noted));
            }
            standing.push((thread, stands));
        }
        let known = Known { own: standing.iter().map(|(thread, _)| *thread).collect(), ..Known::default() };
        let name = |(_, stands): (i32, Standing)| stands.named(&mut space, self.pid, &known);
        let threads = standing.into_iter().map(name).collect();
        let signals = matches!(others, Others::Too).then(|| Signals::of(self.pid));
        self.seen = Some(Seen { end, fault, before: Some(before), signals, threads, others: Vec::new() });
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

    /// Handled faults of a thread before the one at an index, each place once.
    fn before(&self, thread: i32, at: usize) -> Vec<Noted> {
        let Some(traced) = self.threads.get(&thread) else { return Vec::new() };
        let mut found: Vec<Noted> = Vec::new();
        for noted in traced.faults.iter().take(at) {
            found.retain(|other| other.place != noted.place);
            found.push(*noted);
        }
        found.split_off(found.len().saturating_sub(BEFORE))
    }

    /// The fault that this end came of, and where it stands among the thread's: one whose handler is still running, or else
    /// the signal of the end itself.
    fn fault(&self, thread: i32, end: &End, registers: &Registers, places: &[Place]) -> Option<(usize, Noted)> {
        let faults = &self.threads.get(&thread)?.faults;
        let newest = |good: &dyn Fn(&Noted) -> bool| faults.iter().rposition(good).map(|at| (at, faults[at]));
        let interrupted = |noted: &&Noted| places.iter().any(|p| p.interrupted && p.address == noted.place);
        let below = |noted: &Noted| match noted.handler {
            Asked::Handler(_, stack) => registers.rsp <= stack && stack - registers.rsp < DEPTH_OF_HANDLERS,
            Asked::Nobody | Asked::NotYet | Asked::NotKnown => false,
        };
        // The outermost; where the same place faulted before and that was handled, the newest of them.
        if let Some(noted) = faults.iter().find(interrupted) {
            return newest(&|other| other.place == noted.place);
        }
        let last = *faults.back()?;
        match end {
            End::Signal(signal) if signal_name(last.signal) == *signal => Some(last_of(faults, last)),
            // Where the stack can't be followed through the handler.
            End::Signal(_) | End::Exit(_) => newest(&below),
            End::Deadline => None,
        }
    }
}

/// The last fault and where it stands. One that nobody is asked about may be the one before that comes again at once: its
/// handler gave up, took itself away and returned, or the kernel could not call it and took it away.
fn last_of(faults: &VecDeque<Noted>, last: Noted) -> (usize, Noted) {
    let at = faults.len() - 1;
    let again = at.checked_sub(1).map(|at| (at, faults[at]));
    match (last.handler, again) {
        (Asked::Nobody, Some((at, first))) if (first.place, first.signal) == (last.place, last.signal) => {
            match first.handler {
                Asked::Handler(..) => (at, Noted { handler: first.handler, ..last }),
                Asked::NotYet => (at, first),
                Asked::Nobody | Asked::NotKnown => (at + 1, last),
            }
        }
        (Asked::Nobody | Asked::Handler(..) | Asked::NotYet | Asked::NotKnown, _) => (at, last),
    }
}

/// Whether all threads are looked at.
#[derive(Debug, Clone, Copy)]
enum Others {
    Too,
    Not,
}
