//! One cell in its own process: what it did, seen from outside. Judges nothing.

mod channel;
mod footprint;
mod memory;
mod pool;
mod stress;

use std::os::fd::{AsFd, BorrowedFd};
use std::path::{Path, PathBuf};
use std::time::Duration;

use channel::Channel;
pub use footprint::{Change, Descriptor, Footprint, Handler, Mapping, Owner, Owners, Reading, Steadiness};
use memory::Memory;
pub use pool::{Pool, Progress, Worker, sweep};
pub use stress::{LOAD_COMMAND, Load, be_busy};

use crate::catalog::Stress;
use crate::child::{ChildError, Core, Ended, Job, Limits, Stdout, Watch, descendants_of};
use crate::trace::{self, Trace};

/// Memory that a cell may keep resident, in bytes. Runtimes reserve much more address space than that and use far less.
pub const MEMORY: u64 = 4 << 30;
/// Processes that a cell may have at once.
pub const PROCESSES: usize = 200;
/// Bytes of stdout, and of stderr, that a cell may write.
pub const OUTPUT: usize = 1 << 20;

/// A host, its libraries, and how long it may take.
#[derive(Debug, Clone)]
pub struct Start {
    /// The program and its first arguments: a host, or a VM that loads one.
    pub command: Vec<String>,
    /// `--mode=MODE`.
    pub mode: String,
    /// Label and path of each library, in order.
    pub libraries: Vec<(String, PathBuf)>,
    /// What its stdout is.
    pub stdout: Stdout,
    /// Whether the libraries are there before the host.
    pub preload: Preload,
    /// Wall time before it is stopped.
    pub deadline: Duration,
    /// What makes its life harder.
    pub stress: Option<Stress>,
}

/// Who loads the libraries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preload {
    /// The host, or the dynamic linker as the host is linked with them.
    No,
    /// The dynamic linker, from `LD_PRELOAD`.
    Yes,
}

/// What was seen of one run of one cell.
#[derive(Debug)]
pub struct Observation {
    /// The process.
    pub ended: Ended,
    /// What host and libraries reported.
    pub trace: Trace,
    /// What was measured at each mark.
    pub footprints: Vec<Footprint>,
    /// Something arrived on the mark socket that no host sends.
    pub foreign_mark: Option<String>,
}

/// Looks at a cell that fails, while there is something to look at. Nothing that it does may change what is observed.
pub trait Witness {
    /// What a crash is to leave.
    fn core(&self) -> Core {
        Core::None
    }
    /// The deadline has passed, and nobody has been told yet. The first of the processes is the main one.
    fn overdue(&mut self, _processes: &[i32]) {}
    /// The host has waited long enough for a process that it started, and will end that. The first is the host's own.
    fn child_hangs(&mut self, _processes: &[i32]) {}
    /// It is over. What started in this folder may have left cores, the main process if its id is said.
    fn over(&mut self, _crashed: Option<i32>, _folder: &Path) {}
}

/// Nobody looks.
#[derive(Debug)]
pub struct Unwitnessed;

impl Witness for Unwitnessed {}

/// Runs a host to its end.
///
/// # Errors
/// When the harness itself cannot do its part; never for what the host does.
pub fn observe(worker: &mut Worker, start: &Start, witness: &mut dyn Witness) -> Result<Observation, ChildError> {
    let scratch = worker.guard.scratch().to_owned();
    let memory = Memory::for_run(worker.memory.take())?;
    let (mut channel, host_marks) = Channel::open(memory.nonce())?;
    let (program, first) =
        start.command.split_first().map_or(("", &[][..]), |(program, rest)| (program.as_str(), rest));
    let mut args = first.to_vec();
    args.push(format!("--mode={}", start.mode));
    args.extend(start.libraries.iter().map(|(label, path)| format!("{label}={}", path.display())));
    let job = Job {
        program: Path::new(program),
        args: &args,
        env: &environment(&scratch, start),
        folder: &scratch,
        // Our copy of the host's end stays open: its end of file would only wake us.
        stdout: start.stdout,
        hand_over: &[(memory.descriptor(), trace::wire::TRACE_FD), (host_marks.as_fd(), trace::wire::MARK_FD)],
        limits: Limits {
            deadline: start.deadline,
            stdout: OUTPUT,
            stderr: OUTPUT,
            memory: MEMORY,
            processes: PROCESSES,
        },
        core: witness.core(),
    };
    let (guard, number) = (worker.guard.id(), worker.number);
    let mut watch = Watched { channel: &mut channel, witness };
    let ended = stress::under(start.stress, guard, number, || worker.guard.run(&job, &mut watch))?;
    witness.over(ended.core, &scratch);
    empty(&scratch);
    let (trace, memory) = memory.finish();
    worker.memory = memory.filter(|_| ended.survivors.is_empty() && channel.foreign.is_none());
    let footprints = match channel.readings.as_slice() {
        [] => Vec::new(),
        readings => Footprint::all(readings, &trace, &Owners::in_run(start, &scratch)),
    };
    Ok(Observation { ended, trace, footprints, foreign_mark: channel.foreign })
}

/// Marks are answered, and a hang has a witness.
struct Watched<'a> {
    channel: &'a mut Channel,
    witness: &'a mut dyn Witness,
}

impl Watch for Watched<'_> {
    fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        self.channel.descriptor()
    }

    fn ready(&mut self, pid: i32) -> bool {
        let witness = &mut *self.witness;
        self.channel.ready(pid, &mut || {
            let all: Vec<i32> = std::iter::once(pid).chain(descendants_of(pid)).collect();
            witness.child_hangs(&all);
        })
    }

    fn overdue(&mut self, processes: &[i32]) {
        self.witness.overdue(processes);
    }
}

/// All that a host finds in its environment.
fn environment(scratch: &Path, start: &Start) -> Vec<(String, String)> {
    let scratch = scratch.display().to_string();
    [("PATH", "/usr/local/bin:/usr/bin:/bin"), ("LC_ALL", "C"), ("HOME", &scratch), ("TMPDIR", &scratch)]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into_iter()
        .chain(preloaded(start))
        .collect()
}

fn preloaded(start: &Start) -> Option<(String, String)> {
    let files: Vec<String> = start.libraries.iter().map(|(_, path)| path.display().to_string()).collect();
    match start.preload {
        Preload::No => None,
        Preload::Yes => Some(("LD_PRELOAD".to_owned(), files.join(":"))),
    }
}

/// Removes what a cell left in its folder. Nothing of the cell lives any more, so nothing comes back.
fn empty(folder: &Path) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        // The cell may have removed it; the next one wants it.
        let _ = std::fs::create_dir_all(folder);
        return;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        let _ = if path.is_dir() { std::fs::remove_dir_all(&path) } else { std::fs::remove_file(&path) };
    }
}
