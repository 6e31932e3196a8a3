//! What makes races come out: one processor for a cell, processors that others keep busy, or threads that are moved about.

use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::Pid;
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

use crate::catalog::Stress;
use crate::child::children_of;

/// The word by which this executable, started again, keeps a processor busy.
pub const LOAD_COMMAND: &str = "__load";

/// How often a busy process looks whether it is still wanted.
const BUSY: Duration = Duration::from_millis(2);
/// How long threads stay where they were moved to.
const STAY: Duration = Duration::from_micros(500);

/// Does `work` while the children of a guard are under stress. Of several workers each has another number.
pub(super) fn under<R>(stress: Option<Stress>, guard: i32, number: usize, work: impl FnOnce() -> R) -> R {
    match stress {
        None | Some(Stress::Loaded) => work(),
        Some(Stress::OneCore) => {
            // The guard's children have its processors, and it needs none while they run.
            let all = processors();
            if !all.is_empty() {
                allow(guard, &[all[number % all.len()]]);
            }
            work()
        }
        Some(Stress::Shuffled) => {
            let over = AtomicBool::new(false);
            std::thread::scope(|scope| {
                scope.spawn(|| shuffle(guard, number, &over));
                let result = work();
                over.store(true, Ordering::Relaxed);
                result
            })
        }
    }
}

/// Gives each thread below a guard another processor, again and again.
fn shuffle(guard: i32, number: usize, over: &AtomicBool) {
    let all = processors();
    let mut state = seed(number);
    while !over.load(Ordering::Relaxed) && !all.is_empty() {
        for process in children_of(guard) {
            let Ok(tasks) = std::fs::read_dir(format!("/proc/{process}/task")) else { continue };
            let ids = tasks.flatten().filter_map(|task| task.file_name().to_str()?.parse().ok());
            for thread in ids {
                // Marsaglia's xorshift: nothing here needs better chance than that.
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                allow(thread, &[all[state as usize % all.len()]]);
            }
        }
        std::thread::sleep(STAY);
    }
}

/// Another number in each run and for each worker, and never 0.
fn seed(number: usize) -> u64 {
    let now = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
    (now.as_nanos() as u64).rotate_left(32) ^ number as u64 | 1
}

/// The processors that this process may use.
fn processors() -> Vec<usize> {
    let set = sched_getaffinity(None).unwrap_or_else(|_| CpuSet::new());
    (0..CpuSet::MAX_CPU).filter(|cpu| set.is_set(*cpu)).collect()
}

/// A thread that has just ended needs none.
fn allow(thread: i32, cpus: &[usize]) {
    let mut set = CpuSet::new();
    for cpu in cpus {
        set.set(*cpu);
    }
    let _ = sched_setaffinity(Pid::from_raw(thread), &set);
}

/// A busy process for each processor, as long as this lives; they end within milliseconds also when this process is killed.
#[derive(Debug)]
pub struct Load {
    children: Vec<Child>,
}

impl Load {
    /// Starts them. `program` is this executable; they have `about` on their command line, to be told apart.
    ///
    /// # Errors
    /// When one cannot be started.
    pub fn start(program: &Path, about: &Path) -> std::io::Result<Self> {
        let mut load = Self { children: Vec::new() };
        for cpu in processors() {
            let mut command = Command::new(program);
            command.arg(LOAD_COMMAND).arg(about).env_clear();
            command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
            let child = command.spawn()?;
            allow(child.id().cast_signed(), &[cpu]);
            load.children.push(child);
        }
        Ok(load)
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        for child in &mut self.children {
            let _ = child.kill();
        }
        for child in &mut self.children {
            let _ = child.wait();
        }
    }
}

/// Keeps a processor busy until stdin, a pipe from the harness, ends: nobody has to be there to stop this.
pub fn be_busy() {
    let mut stdin = std::io::stdin();
    loop {
        let until = Instant::now() + BUSY;
        while Instant::now() < until {
            std::hint::spin_loop();
        }
        let mut ready = [PollFd::new(&stdin, PollFlags::IN)];
        let now = Timespec { tv_sec: 0, tv_nsec: 0 };
        if poll(&mut ready, Some(&now)).is_ok_and(|count| count > 0) && !matches!(stdin.read(&mut [0; 1]), Ok(1)) {
            return;
        }
    }
}
