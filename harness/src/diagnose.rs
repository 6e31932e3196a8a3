//! Who it was: a cell that crashed or hangs is run once more below a tracer, a re-exec'd child of its own, which writes
//! down where every thread was. Never the measured run. Why: harness/docs/decisions/0009-diagnosis-is-another-run.md.

mod blocked;
mod fault;
mod image;
mod owner;
mod ptrace;
mod space;
mod tracer;

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use owner::{Brought, Owners};
pub use tracer::serve;

use crate::child::{ChildError, Stop};
use crate::run::{Observation, Preload, Start, Worker, observe};

/// The hidden subcommand under which the executable is a tracer.
pub const DIAGNOSE_COMMAND: &str = "__diagnose";
/// What the tracer has for writing down what it found, after the deadline that it keeps itself.
const WRITING: Duration = Duration::from_secs(20);

/// What further runs of a failed cell showed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Diagnosis {
    /// Outcome and phase of each further run.
    pub reruns: Vec<String>,
    /// Whether the last of them failed as the measured run did.
    pub same: bool,
    /// Where everybody was, in the last of them that failed.
    pub seen: Option<Seen>,
    /// Why there is nothing to see.
    pub trouble: Option<String>,
}

/// A process at its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seen {
    /// What the end was.
    pub end: End,
    /// The signal that began it, with its handler.
    pub fault: Option<Fault>,
    /// Faults of the same thread before it, at most three, the newest last: handled, and perhaps where it began.
    pub before: Vec<Fault>,
    /// All threads that could be seen; the first is the one that took the signal, or that ended the process. At the
    /// deadline, it is the main one, unless that has ended.
    pub threads: Vec<Thread>,
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
}

/// A thread at the end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Thread {
    /// Its name, from /proc/PID/task/TID/comm.
    pub name: String,
    /// Whether it is the process's first.
    pub main: bool,
    /// The system call that it waited in.
    pub blocked: Option<String>,
    /// Innermost first, as far as its stack could be read.
    pub frames: Vec<Frame>,
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
    let mut observation = observe(worker, &traced)?;
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
