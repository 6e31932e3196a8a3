//! A cell that hangs, looked at where it hangs: all threads of all its processes are stopped for a moment, and go on.
//!
//! Whoever looks is an ancestor of these processes, so that Yama's `ptrace_scope` 1 allows it, and a thread of its own:
//! with its end everything that it was attached to is free, whatever happened in between.

use std::io;
use std::time::{Duration, Instant};

use super::ptrace;
use super::space::Space;
use super::still::{Standing, Still};
use super::waits::Known;
use super::{End, Process, Seen, Signals};

/// What all threads together may take to stand still.
const STANDSTILL: Duration = Duration::from_millis(500);
/// How long they stand still at most; stacks that are not followed by then are left out.
const LOOKING: Duration = Duration::from_secs(2);
/// A thread that was told to stop has mostly done so in this time.
const STOPPING: Duration = Duration::from_micros(200);
/// Processes and threads that are looked at: a fork bomb is not.
const PROCESSES: usize = 8;
const THREADS: usize = 512;

/// Where everybody is. The first of the processes is the main one.
///
/// # Errors
/// When nothing could be seen, for this reason.
pub fn look(processes: &[i32]) -> Result<Seen, String> {
    let looked = std::thread::scope(|scope| {
        let looking =
            std::thread::Builder::new().name("examiner".to_owned()).spawn_scoped(scope, || stop(processes).map(named));
        looking.map(|thread| thread.join().unwrap_or_else(|_| Err("the examination came to no end".to_owned())))
    });
    looked.map_err(|error| format!("no thread for it: {error}"))?
}

/// A process that was looked at.
struct Stopped {
    id: i32,
    name: String,
    space: Space,
    signals: Signals,
    threads: Vec<Standing>,
    ids: Vec<i32>,
}

/// Stops everybody, reads what has to be read while they stand, and lets them go.
fn stop(processes: &[i32]) -> Result<Vec<Stopped>, String> {
    let until = Instant::now() + LOOKING;
    let mut attached = Attached::default();
    let attaching: Vec<_> = processes.iter().take(PROCESSES).map(|process| attached.add(*process)).collect();
    let found: Vec<Stopped> =
        processes.iter().take(PROCESSES).filter_map(|process| attached.read(*process, until)).collect();
    attached.free();
    if found.is_empty() {
        let why = attaching.into_iter().find_map(Result::err);
        let why = why.map_or_else(|| "no thread stood still in time".to_owned(), |error| error.to_string());
        return Err(format!("the hanging process could not be looked at: {why}"));
    }
    Ok(found)
}

/// Threads that this one is attached to, with their processes, and what they stopped for.
#[derive(Default)]
struct Attached(Vec<(i32, i32, Option<i32>)>);

impl Attached {
    /// Attaches to all threads of a process, those that begin meanwhile as well.
    fn add(&mut self, process: i32) -> io::Result<()> {
        let until = Instant::now() + STANDSTILL;
        let mut refused = Ok(());
        loop {
            let new: Vec<i32> = threads(process).into_iter().filter(|id| !self.has(*id)).collect();
            let mut added = false;
            for id in new.into_iter().take(THREADS.saturating_sub(self.0.len())) {
                match ptrace::seize(id) {
                    Ok(()) => {
                        ptrace::interrupt(id);
                        self.0.push((process, id, None));
                        added = true;
                    }
                    // One that ends right now is refused as well, and is not there when it is looked for again.
                    Err(error) => refused = Err(error),
                }
            }
            self.wait(until);
            if !added || Instant::now() > until {
                return refused;
            }
        }
    }

    fn has(&self, id: i32) -> bool {
        self.0.iter().any(|(_, known, _)| *known == id)
    }

    /// Until all stand still.
    fn wait(&mut self, until: Instant) {
        loop {
            self.0.retain_mut(|(_, id, stopped)| match ptrace::now(*id) {
                _ if stopped.is_some() => true,
                Ok(Some(status)) if libc::WIFSTOPPED(status) => {
                    *stopped = Some(status);
                    true
                }
                Ok(Some(_)) | Err(_) => false,
                Ok(None) => true,
            });
            if self.0.iter().all(|(_, _, stopped)| stopped.is_some()) || Instant::now() > until {
                return;
            }
            std::thread::sleep(STOPPING);
        }
    }

    /// What one process shows.
    fn read(&self, process: i32, until: Instant) -> Option<Stopped> {
        let own = self.0.iter().filter(|(of, _, stopped)| *of == process && stopped.is_some());
        let still: Vec<Still> =
            own.filter_map(|(_, id, _)| Some(Still::live(process, *id, ptrace::registers(*id)?))).collect();
        let mut space = Space::live(still.first()?.id);
        let name = still[0].name.clone();
        let ids = still.iter().map(|still| still.id).collect();
        let mut stacks = Vec::new();
        for still in still {
            if Instant::now() > until {
                break;
            }
            stacks.push(Standing::read(&mut space, still, Some(process)));
        }
        Some(Stopped { id: process, name, space, signals: Signals::of(process), threads: stacks, ids })
    }

    /// Lets everybody go on as if nothing had been.
    fn free(self) {
        for (_, id, stopped) in self.0 {
            // A signal that was on its way arrives.
            let signal = stopped.filter(|status| status >> 16 == 0).map_or(0, |status| libc::WSTOPSIG(status));
            ptrace::detach(id, signal);
        }
    }
}

fn threads(process: i32) -> Vec<i32> {
    let Ok(tasks) = std::fs::read_dir(format!("/proc/{process}/task")) else { return Vec::new() };
    let mut all: Vec<i32> = tasks.flatten().filter_map(|task| task.file_name().to_str()?.parse().ok()).collect();
    all.sort_unstable();
    // The first thread comes first, whatever its id is.
    all.sort_by_key(|id| *id != process);
    all
}

fn named(stopped: Vec<Stopped>) -> Seen {
    let ids: Vec<(i32, Vec<i32>)> = stopped.iter().map(|process| (process.id, process.ids.clone())).collect();
    let mut processes = stopped.into_iter().map(|mut process| {
        let others = || ids.iter().filter(|(id, _)| *id != process.id);
        let known = Known {
            own: process.ids.clone(),
            elsewhere: others().flat_map(|(_, threads)| threads.clone()).collect(),
            processes: others().map(|(id, _)| *id).collect(),
        };
        let (id, space) = (process.id, &mut process.space);
        let threads = process.threads.into_iter().map(|thread| thread.named(space, id, &known)).collect();
        Process { id, name: process.name, signals: Some(process.signals), threads }
    });
    let main = processes.next();
    let (signals, threads) = main.map(|main| (main.signals, main.threads)).unwrap_or_default();
    Seen { end: End::Deadline, fault: None, before: None, signals, threads, others: processes.collect() }
}
