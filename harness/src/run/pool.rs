//! Workers: a thread and a guard each, working through a list of jobs.

use std::fs::File;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rustix::fs::{FlockOperation, flock};
use tempfile::TempDir;

use super::memory::Memory;
use crate::child::{ChildError, DESCRIPTORS, Guard, GuardProgram, Interrupt};

/// Name of the lock file in a run's scratch folder: held as long as its harness lives.
const LOCK: &str = "lock";
/// What a run's scratch folder is called, before the part that tells runs apart.
const RUN: &str = "run-";

/// The workers of one run and the folder that all of them write below.
#[derive(Debug)]
pub struct Pool {
    workers: Vec<Worker>,
    /// For jobs that wait more than they work.
    patient: Vec<Worker>,
    program: GuardProgram,
    interrupt: Arc<Interrupt>,
    // After the workers: guards remove their own folders first.
    _lock: File,
    scratch: TempDir,
}

/// What one worker has to itself.
#[derive(Debug)]
pub struct Worker {
    /// Runs this worker's children.
    pub guard: Guard,
    /// Which of the pool's it is, from 0.
    pub(super) number: usize,
    /// Trace memory of the last run, cleared.
    pub(super) memory: Option<Memory>,
}

impl Pool {
    /// Starts `count` guards below a new folder of `parent`.
    ///
    /// # Errors
    /// When the folder or a guard cannot be had.
    pub fn start(
        count: usize,
        parent: &Path,
        guard: &GuardProgram,
        interrupt: Arc<Interrupt>,
    ) -> Result<Self, ChildError> {
        let most = rustix::process::getrlimit(rustix::process::Resource::Nofile).maximum;
        if let Some(most) = most.filter(|most| *most < DESCRIPTORS) {
            return Err(ChildError::FewDescriptors(most));
        }
        let failed = |source| ChildError::Scratch { path: parent.to_owned(), source };
        std::fs::create_dir_all(parent).map_err(failed)?;
        // Until our lock is held, the folder looks abandoned.
        let alone = gate(parent).map_err(failed)?;
        let scratch = tempfile::Builder::new().prefix(RUN).tempdir_in(parent).map_err(failed)?;
        let lock = File::create(scratch.path().join(LOCK)).map_err(failed)?;
        flock(&lock, FlockOperation::NonBlockingLockExclusive).map_err(|errno| failed(errno.into()))?;
        drop(alone);
        let mut pool =
            Self { workers: Vec::new(), patient: Vec::new(), program: guard.clone(), interrupt, _lock: lock, scratch };
        for number in 0..count.max(1) {
            let worker = pool.worker(number)?;
            pool.workers.push(worker);
        }
        Ok(pool)
    }

    /// As many workers once more, for jobs that wait more than they work.
    ///
    /// # Errors
    /// When a folder or a guard cannot be had.
    pub fn be_patient(&mut self) -> Result<(), ChildError> {
        for number in self.patient.len()..self.workers.len() {
            let worker = self.worker(self.workers.len() + number)?;
            self.patient.push(worker);
        }
        Ok(())
    }

    fn worker(&self, number: usize) -> Result<Worker, ChildError> {
        let folder = self.scratch.path().join(format!("worker-{number}"));
        std::fs::create_dir(&folder).map_err(|source| ChildError::Scratch { path: folder.clone(), source })?;
        let guard = Guard::start(&self.program, folder, Arc::clone(&self.interrupt))?;
        Ok(Worker { guard, number, memory: None })
    }

    /// How many jobs run at once, beside those of patient workers.
    #[must_use]
    pub fn size(&self) -> usize {
        self.workers.len()
    }

    /// This run's own folder.
    #[must_use]
    pub fn scratch(&self) -> &Path {
        self.scratch.path()
    }

    /// The first worker, for what runs one at a time.
    #[must_use]
    pub fn first(&mut self) -> &mut Worker {
        &mut self.workers[0]
    }

    /// Does `work` for every job, in order as workers get free; `seen` gets what starts and ends, one thing at a time, on
    /// the workers' threads: a thread of its own would be woken for each. Patient workers, if there are any, take what `waits`
    /// says, and the others that only when nothing else is left. Stops early when the user asked to: jobs that
    /// were not started have no result.
    pub fn each<J: Sync, R: Send>(
        &mut self,
        jobs: &[J],
        waits: impl Fn(&J) -> bool,
        work: impl Fn(&mut Worker, &J) -> R + Sync,
        seen: impl FnMut(Progress<'_, J, R>) + Send,
    ) -> Vec<Option<R>> {
        let (slow, fast): (Vec<usize>, Vec<usize>) = (0..jobs.len()).partition(|at| waits(&jobs[*at]));
        let lists = [Queue::new(fast), Queue::new(slow)];
        let results: Vec<Mutex<Option<R>>> = jobs.iter().map(|_| Mutex::new(None)).collect();
        let seen = Mutex::new(seen);
        let tell = |progress: Progress<'_, J, R>| seen.lock().unwrap_or_else(PoisonError::into_inner)(progress);
        std::thread::scope(|scope| {
            let all = self.workers.iter_mut().map(|worker| (worker, &lists[..]));
            let all = all.chain(self.patient.iter_mut().map(|worker| (worker, &lists[1..])));
            for (worker, lists) in all {
                let (work, results, tell, interrupt) = (&work, &results, &tell, &self.interrupt);
                scope.spawn(move || {
                    while !interrupt.finish() {
                        let Some(at) = lists.iter().find_map(Queue::next) else { return };
                        let job = &jobs[at];
                        tell(Progress::Started(job));
                        let result = work(worker, job);
                        tell(Progress::Ended(job, &result));
                        *results[at].lock().unwrap_or_else(PoisonError::into_inner) = Some(result);
                    }
                });
            }
        });
        results.into_iter().map(|result| result.into_inner().unwrap_or_else(PoisonError::into_inner)).collect()
    }
}

/// Places in a list of jobs, each handed out once.
struct Queue {
    places: Vec<usize>,
    next: AtomicUsize,
}

impl Queue {
    fn new(places: Vec<usize>) -> Self {
        Self { places, next: AtomicUsize::new(0) }
    }

    fn next(&self) -> Option<usize> {
        self.places.get(self.next.fetch_add(1, Ordering::Relaxed)).copied()
    }
}

/// What happens to the jobs of a list.
#[derive(Debug)]
pub enum Progress<'a, J, R> {
    /// A worker took it.
    Started(&'a J),
    /// It is done.
    Ended(&'a J, &'a R),
}

/// Removes scratch folders of runs whose harness is gone.
pub fn sweep(parent: &Path) {
    let Ok(_alone) = gate(parent) else { return };
    let Ok(entries) = std::fs::read_dir(parent) else { return };
    for entry in entries.flatten().filter(|entry| entry.file_name().as_encoded_bytes().starts_with(RUN.as_bytes())) {
        let held = File::open(entry.path().join(LOCK))
            .is_ok_and(|lock| flock(&lock, FlockOperation::NonBlockingLockExclusive).is_err());
        if !held {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

/// Held while folders are made or removed.
fn gate(parent: &Path) -> std::io::Result<File> {
    let file = File::create(parent.join("gate"))?;
    flock(&file, FlockOperation::LockExclusive)?;
    Ok(file)
}
