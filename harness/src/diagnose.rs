//! Who it was: where every thread of a cell was that crashed or hangs. A hang is looked at while it lasts, a crash by the
//! core that it leaves; what left nothing is run once more below a tracer, a re-exec'd child of its own. Nobody traces the
//! measured run before it has failed. Why: harness/docs/decisions/0009-the-failure-that-was-seen.md.

mod blocked;
mod core;
mod fault;
mod hang;
mod image;
mod owner;
mod ptrace;
mod space;
mod still;
mod tracer;
mod waits;
mod witness;

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use owner::{Brought, Owners};
pub use tracer::serve;
pub use witness::{Eyes, Failures};

use crate::child::{ChildError, Stop};
use crate::run::{Observation, Preload, Start, Unwitnessed, Worker, observe};

/// The hidden subcommand under which the executable is a tracer.
pub const DIAGNOSE_COMMAND: &str = "__diagnose";
/// What the tracer has for writing down what it found, after the deadline that it keeps itself.
const WRITING: Duration = Duration::from_secs(20);

/// What is known of a failure: from the run itself, or from further runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Diagnosis {
    /// Where `seen` is from.
    pub from: Option<Source>,
    /// Outcome and phase of each further run.
    pub reruns: Vec<String>,
    /// Whether what was seen is the measured failure: it is that run, or one that failed in the same way.
    pub same: bool,
    /// Where everybody was; of further runs, in the last one that failed.
    pub seen: Option<Seen>,
    /// Why there is nothing to see.
    pub trouble: Option<String>,
}

impl Diagnosis {
    /// Of the run itself.
    #[must_use]
    pub fn of_run(from: Source, seen: Result<Seen, String>) -> Self {
        let (seen, trouble) = match seen {
            Ok(seen) => (Some(seen), None),
            Err(why) => (None, Some(why)),
        };
        Self { from: seen.is_some().then_some(from), reruns: Vec::new(), same: seen.is_some(), seen, trouble }
    }

    /// Whether a further run may show what this one does not: a core says nothing of handlers that ran before.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        let lacks = |seen: &Seen| seen.fault.as_ref().is_some_and(|fault| fault.handler == Handler::Unknown);
        self.seen.as_ref().is_some_and(|seen| !lacks(seen))
    }

    /// Adds what a further run showed of the same fault: whose handler was asked, and what came before it.
    pub fn complete(&mut self, again: Seen) {
        let Some(Seen { fault: Some(own), before, .. }) = &mut self.seen else { return };
        let Some(fault) = again.fault.filter(|fault| fault.signal == own.signal && fault.at.is_beside(&own.at)) else {
            return;
        };
        *before = again.before;
        own.handler = fault.handler;
        if own.address.is_none() {
            // Where the kernel finds no room for a handler, it sends a second signal that says nothing of the first.
            (own.why, own.address, own.target) = (fault.why, fault.address, fault.target);
        }
    }
}

/// Which process was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Source {
    /// The measured one, while it hung.
    #[serde(rename = "this run")]
    ThisRun,
    /// The measured one, by the core that it left.
    #[serde(rename = "core")]
    Core,
    /// A process that the measured one has started, by the core that it left.
    #[serde(rename = "core of a child")]
    ChildCore,
    /// One that was run once more below a tracer.
    #[serde(rename = "another run")]
    AnotherRun,
}

/// A process at its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seen {
    /// What the end was.
    pub end: End,
    /// The signal that began it, with its handler.
    pub fault: Option<Fault>,
    /// Faults of the same thread before it, at most three, the newest last: handled, and perhaps where it began. Known only
    /// of a process that was traced.
    pub before: Option<Vec<Fault>>,
    /// What signals the process deals with; not known of a core, nor where only one thread could be seen.
    pub signals: Option<Signals>,
    /// All threads that could be seen; the first is the one that took the signal, or that ended the process. At the
    /// deadline, it is the main one, unless that has ended.
    pub threads: Vec<Thread>,
    /// Other processes of the cell that were still there.
    pub others: Vec<Process>,
}

/// Another process of a cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Process {
    /// Its id.
    pub id: i32,
    /// The name of its first thread.
    pub name: String,
    /// What signals it deals with.
    pub signals: Option<Signals>,
    /// The main one first.
    pub threads: Vec<Thread>,
}

/// Signals of a process as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signals {
    /// Those that have a handler.
    pub handled: Vec<String>,
    /// Those that were sent to the process, and that no thread has taken yet.
    pub pending: Vec<String>,
}

/// What ended a process.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum End {
    /// This signal.
    Signal(String),
    /// A thread, with this status.
    Exit(i32),
    /// The tracer, at the deadline.
    Deadline,
}

/// A signal that a thread got.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// `SIGSEGV`
    pub signal: String,
    /// What the kernel says of it: `SEGV_MAPERR`, or who sent it.
    pub why: String,
    /// The address that could not be used, where there is one.
    pub address: Option<u64>,
    /// What is at that address, if anything.
    pub target: Option<String>,
    /// Where the thread was.
    pub at: Frame,
    /// Whose handler the kernel called.
    pub handler: Handler,
}

/// Who was asked about a signal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Handler {
    /// Nobody had a handler.
    None,
    /// This function.
    Ran(Frame),
    /// There is one, and the kernel could not call it: no room on the stack that it was to run on.
    NotEntered,
    /// A core does not say whether somebody was asked.
    Unknown,
}

/// A thread at the end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Thread {
    /// Its id.
    pub id: i32,
    /// Its name; a core does not have it.
    pub name: String,
    /// Whether it is the process's first.
    pub main: bool,
    /// The system call that it waited in.
    pub blocked: Option<String>,
    /// Whom it waited for.
    pub waits_for: Option<WaitsFor>,
    /// Signals that it had blocked.
    pub masked: Vec<String>,
    /// Signals that were sent to it and had not arrived.
    pub pending: Vec<String>,
    /// Innermost first, as far as its stack could be read.
    pub frames: Vec<Frame>,
}

/// Whom a thread waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WaitsFor {
    /// What has to happen.
    pub what: Awaited,
    /// Who has to do it.
    pub who: Peer,
}

/// What somebody waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Awaited {
    /// A lock of the C library that somebody else has.
    Lock,
    /// The end of a thread or a process.
    End,
}

/// Who is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Peer {
    /// The thread itself.
    Itself,
    /// The thread of this id. In another process, it had the lock when this one was forked.
    Thread(i32),
    /// The process of this id.
    Process(i32),
    /// A thread of this id that is not there any more.
    Gone(i32),
    /// Nobody: the lock is free, and the thread was not woken.
    Nobody,
}

/// One call on a stack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Frame {
    /// The label of the library whose code it is, or `host`.
    pub library: Option<String>,
    /// The shared object; what is no file is in words.
    pub file: String,
    /// The function, if the file has a name for it.
    pub function: Option<String>,
    /// Where in the file, as its symbols count; the address itself where there is no file.
    pub offset: u64,
    /// It made no call: a signal's handler came in between.
    pub interrupted: bool,
}

/// What the tracer leaves behind.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Report {
    /// The process ended, by itself or at the deadline.
    Ended(Box<Option<Seen>>),
    /// It could not be traced.
    Trouble(String),
}

/// One further run below the tracer.
#[derive(Debug)]
pub struct Rerun {
    /// As of any run, but for what is measured at marks.
    pub observation: Observation,
    /// Where everybody was; or why that is not known.
    pub seen: Result<Option<Seen>, String>,
}

/// Runs a host once more, below the tracer. `owners` says whose the shared objects are.
///
/// # Errors
/// As `observe`.
pub fn again(worker: &mut Worker, start: &Start, owners: &Owners) -> Result<Rerun, ChildError> {
    let report = worker.guard.scratch().with_extension("diagnosis");
    let _ = std::fs::remove_file(&report);
    let mut traced = start.clone();
    traced.command = command(worker.guard.executable(), &report, start);
    traced.deadline = start.deadline + WRITING;
    traced.preload = Preload::No;
    let mut observation = observe(worker, &traced, &mut Unwitnessed)?;
    let seen = read(&report);
    let _ = std::fs::remove_file(&report);
    if let Ok(Some(Seen { end: End::Deadline, .. })) = &seen {
        // The tracer kept it, so that everybody could be looked at.
        observation.ended.stop = Some(Stop::Deadline);
    }
    let seen = seen.map(|seen| seen.map(|seen| owners.label(seen)));
    Ok(Rerun { observation, seen })
}

fn command(executable: &Path, report: &Path, start: &Start) -> Vec<String> {
    let text = |path: &Path| path.display().to_string();
    let deadline = start.deadline.as_millis().to_string();
    let mut words = vec![text(executable), DIAGNOSE_COMMAND.to_owned(), text(report), deadline];
    if start.preload == Preload::Yes {
        let files: Vec<String> = start.libraries.iter().map(|(_, file)| text(file)).collect();
        words.push(format!("LD_PRELOAD={}", files.join(":")));
    }
    words.push("--".to_owned());
    words.extend(start.command.iter().cloned());
    words
}

fn read(report: &PathBuf) -> Result<Option<Seen>, String> {
    let bytes =
        std::fs::read(report).map_err(|_| "the tracer was ended before it could write down anything".to_owned())?;
    match serde_json::from_slice(&bytes) {
        Ok(Report::Ended(seen)) => Ok(*seen),
        Ok(Report::Trouble(why)) => Err(why),
        Err(error) => Err(format!("the tracer's report cannot be read: {error}")),
    }
}

impl Frame {
    /// Whether two are in the same function, or at the same place of a file that has no names.
    fn is_beside(&self, other: &Self) -> bool {
        let place = |frame: &Self| (frame.function.clone(), frame.function.is_none().then_some(frame.offset));
        self.file == other.file && place(self) == place(other)
    }
}

impl std::fmt::Display for Frame {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let library = self.library.as_deref().unwrap_or_default();
        if !library.is_empty() {
            write!(f, "{library}: ")?;
        }
        match &self.function {
            Some(function) if library == self.file => f.write_str(function),
            Some(function) => write!(f, "{function} ({})", self.file),
            None if self.file.contains(' ') => write!(f, "{} ({:#x})", self.file, self.offset),
            None => write!(f, "{}+{:#x}", self.file, self.offset),
        }
    }
}

impl Thread {
    /// Whose thread it is: the owner of the outermost call that is not the C library's.
    #[must_use]
    pub fn maker(&self) -> Option<&str> {
        let own = |frame: &&Frame| frame.function.is_some() || frame.library.is_some();
        let outermost = self.frames.iter().rev().find(|frame| !frame.file.starts_with("libc.so") && own(frame))?;
        Some(outermost.library.as_deref().unwrap_or(&outermost.file))
    }
}
