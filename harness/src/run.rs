//! One cell in its own process: what it did, seen from outside. Judges nothing.

mod channel;
mod footprint;
mod memory;
mod pool;

use std::path::{Path, PathBuf};
use std::time::Duration;

pub use footprint::{Footprint, Mapping};
pub use pool::{Pool, Progress, Worker, sweep};

use crate::child::{ChildError, Ended, Job, Limits};
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
    /// The host program.
    pub host: PathBuf,
    /// `--mode=MODE`.
    pub mode: String,
    /// Label and path of each library, in order.
    pub libraries: Vec<(String, PathBuf)>,
    /// Wall time before it is stopped.
    pub deadline: Duration,
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

/// Runs a host to its end.
///
/// # Errors
/// When the harness itself cannot do its part; never for what the host does.
pub fn observe(worker: &mut Worker, start: &Start) -> Result<Observation, ChildError> {
    let scratch = worker.guard.scratch().to_owned();
    // The last cell may have removed it.
    std::fs::create_dir_all(&scratch).map_err(|source| ChildError::Scratch { path: scratch.clone(), source })?;
    let (mut channel, host_marks) = channel::Channel::open(worker.memory.take())?;
    let host_trace = channel.trace()?;
    let mut args = vec![format!("--mode={}", start.mode)];
    args.extend(start.libraries.iter().map(|(label, path)| format!("{label}={}", path.display())));
    let job = Job {
        program: &start.host,
        args: &args,
        env: &environment(&scratch),
        folder: &scratch,
        hand_over: vec![(host_trace, trace::wire::TRACE_FD), (host_marks, trace::wire::MARK_FD)],
        limits: Limits {
            deadline: start.deadline,
            stdout: OUTPUT,
            stderr: OUTPUT,
            memory: MEMORY,
            processes: PROCESSES,
        },
    };
    let ended = worker.guard.run(job, &mut channel)?;
    empty(&scratch);
    let (observation, memory) = channel.finish(ended);
    worker.memory = memory;
    Ok(observation)
}

/// All that a host finds in its environment.
fn environment(scratch: &Path) -> Vec<(String, String)> {
    let scratch = scratch.display().to_string();
    [("PATH", "/usr/local/bin:/usr/bin:/bin"), ("LC_ALL", "C"), ("HOME", &scratch), ("TMPDIR", &scratch)]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec()
}

/// Removes what a cell left in its folder. Nothing of the cell lives any more, so nothing comes back.
fn empty(folder: &Path) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        let _ = if path.is_dir() { std::fs::remove_dir_all(&path) } else { std::fs::remove_file(&path) };
    }
}
