//! Child processes: every program that the harness starts goes through a guard, is captured, bounded, and ended.
//! Knows nothing of cells or builds. Why there is a guard: harness/docs/decisions/0001-one-guard-per-worker.md.

mod capture;
mod core;
mod guard;
mod launch;
mod message;
mod proc;

use std::ffi::OsString;
use std::os::fd::BorrowedFd;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use miette::Diagnostic;
use serde::{Deserialize, Serialize};
use thiserror::Error;

pub use self::core::{Core, cores};
pub use guard::serve;
pub use launch::Guard;
pub use proc::{adopt_orphans, children_of, descendants_of};

/// The hidden subcommand under which the executable is a guard.
pub const GUARD_COMMAND: &str = "__guard";

/// Descriptors that a child may have at least: hosts get some of numbers just above 1000. Linux's usual soft limit.
pub const DESCRIPTORS: u64 = 1024;

/// What to start.
#[derive(Debug)]
pub struct Job<'a> {
    /// The program's path.
    pub program: &'a Path,
    /// `argv[1..]`.
    pub args: &'a [String],
    /// The whole environment.
    pub env: &'a [(String, String)],
    /// The folder to start in.
    pub folder: &'a Path,
    /// What its stdout is.
    pub stdout: Stdout,
    /// Descriptors to hand over, with the numbers that they get.
    pub hand_over: &'a [(BorrowedFd<'a>, i32)],
    /// What the process group may use.
    pub limits: Limits,
    /// What it leaves if it crashes, in the folder that it is in then.
    pub core: Core,
}

/// What a child's stdout is; its stderr is a pipe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stdout {
    /// A pipe.
    Pipe,
    /// A regular file that has no name.
    File,
    /// A pseudo-terminal that changes nothing of what is written to it.
    Terminal,
}

/// What a child and all that is below it may use.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Wall time before it is stopped.
    pub deadline: Duration,
    /// Bytes of stdout before it is stopped.
    pub stdout: usize,
    /// Bytes of stderr before it is stopped.
    pub stderr: usize,
    /// Resident memory of the group in bytes before it is stopped; looked at a few times a second.
    pub memory: u64,
    /// Processes in the group before it is stopped; looked at a few times a second.
    pub processes: usize,
}

/// How the main process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Exit {
    /// With an exit status.
    Code(i32),
    /// By a signal.
    Signal(i32),
}

/// Why the harness ended a child before it ended itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// The deadline passed.
    Deadline,
    /// Too many bytes on stdout.
    Stdout,
    /// Too many bytes on stderr.
    Stderr,
    /// Too much resident memory.
    Memory,
    /// Too many processes.
    Processes,
    /// The watcher said so.
    Watcher,
    /// The user interrupted the run twice.
    Interrupted,
}

/// A process that was still there after the main process had ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Survivor {
    /// Its id.
    pub pid: i32,
    /// Its name, from /proc/PID/comm.
    pub name: String,
}

/// What a child left behind.
#[derive(Debug)]
pub struct Ended {
    /// How the main process ended.
    pub exit: Exit,
    /// Why the harness stopped it, if it did.
    pub stop: Option<Stop>,
    /// The main process's id, if the kernel says that it left a core.
    pub core: Option<i32>,
    /// What it wrote, up to the limit.
    pub stdout: Vec<u8>,
    /// What it wrote, up to the limit.
    pub stderr: Vec<u8>,
    /// Processes that outlived it; they have been killed.
    pub survivors: Vec<Survivor>,
    /// From start to end.
    pub wall: Duration,
    /// User and system time of the main process and the children that it waited for.
    pub cpu: Duration,
    /// Largest resident set in bytes.
    pub max_rss: u64,
}

/// Looks at a child while it runs.
pub trait Watch {
    /// A descriptor to wait for.
    fn descriptor(&self) -> Option<BorrowedFd<'_>>;
    /// That descriptor is readable; `pid` is the main process. `false` ends the child.
    fn ready(&mut self, pid: i32) -> bool;
    /// The deadline has passed, and the child goes on for as long as this takes. The first of the processes is the main one.
    fn overdue(&mut self, _processes: &[i32]) {}
}

/// Nobody looks.
#[derive(Debug)]
pub struct Unwatched;

impl Watch for Unwatched {
    fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        None
    }
    fn ready(&mut self, _pid: i32) -> bool {
        true
    }
}

/// Why a child could not be started or followed: never the child's own doing.
#[derive(Debug, Error, Diagnostic)]
pub enum ChildError {
    /// A guard could not be started.
    #[error("failed to start a guard process")]
    #[diagnostic(code(child::guard))]
    Guard(#[source] std::io::Error),
    /// The guard is gone; what was below it has been killed.
    #[error("the guard process ended unexpectedly")]
    #[diagnostic(code(child::guard_lost))]
    GuardLost,
    /// The hard limit of open files is too low for hosts.
    #[error("a process may have {0} open files here, and hosts need {DESCRIPTORS} (ulimit -Hn)")]
    #[diagnostic(code(child::few_descriptors), help("raise the hard limit: ulimit -Hn 4096, as root"))]
    FewDescriptors(u64),
    /// A scratch folder could not be made.
    #[error("failed to make a scratch folder below {path}: {source}")]
    #[diagnostic(code(child::scratch), help("make it writable, free some space, or name another place with --state"))]
    Scratch {
        /// Where.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A system call of ours failed.
    #[error("failed to {what}")]
    #[diagnostic(code(child::system))]
    System {
        /// What we tried.
        what: &'static str,
        /// The call's error.
        #[source]
        source: std::io::Error,
    },
    /// The program could not be started.
    #[error("failed to start {program}")]
    #[diagnostic(code(child::program))]
    Program {
        /// Its path.
        program: PathBuf,
        /// The error of `posix_spawn`.
        #[source]
        source: std::io::Error,
    },
}

/// How often the user has asked to stop: 0 go on, 1 finish what runs, 2 end it.
#[derive(Debug, Default)]
pub struct Interrupt(AtomicUsize);

impl Interrupt {
    /// One more request; returns how many there are now.
    pub fn raise(&self) -> usize {
        self.0.fetch_add(1, Ordering::SeqCst) + 1
    }
    /// Whether nothing new should start.
    #[must_use]
    pub fn finish(&self) -> bool {
        self.0.load(Ordering::SeqCst) >= 1
    }
    /// Whether what runs should end.
    #[must_use]
    pub fn end(&self) -> bool {
        self.0.load(Ordering::SeqCst) >= 2
    }
}

/// How a guard is started: this executable and the hidden subcommand, or a test's idea of it.
#[derive(Debug, Clone)]
pub struct GuardProgram {
    /// The executable.
    pub program: PathBuf,
    /// Its arguments before the scratch folder.
    pub args: Vec<OsString>,
}

impl GuardProgram {
    /// `program` is the `coexist` executable.
    #[must_use]
    pub fn new(program: PathBuf) -> Self {
        Self { program, args: vec![GUARD_COMMAND.into()] }
    }
}

pub(crate) fn system(what: &'static str) -> impl FnOnce(rustix::io::Errno) -> ChildError {
    move |errno| ChildError::System { what, source: errno.into() }
}
