//! The harness's side: start a job through a guard, capture what it writes, hold it to its limits.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::net::{AddressFamily, SocketFlags, SocketType, socketpair};

use super::capture::Capture;
use super::message::{Reply, Request, receive, send};
use super::proc::{children_of, descendants_of, is_dumping, kill_children, resident, starved};
use super::{ChildError, Ended, Exit, GuardProgram, Interrupt, Job, Limits, Stdout, Stop, Watch, system};

/// A child that ends within this is not watched while it writes: a pipe holds 64 KiB, and every line would wake us.
const SETTLING: Duration = Duration::from_millis(20);
/// How often limits that nothing wakes us for are looked at.
const TICK: Duration = Duration::from_millis(100);
/// What a process that was sent SIGQUIT has for writing down what its threads are doing.
const STACK_DUMP: Duration = Duration::from_millis(700);
/// How often its own length a deadline may reach at most, however loaded the machine is.
const MOST_EXTENSION: u32 = 5;
/// One read from a pipe.
const CHUNK: usize = 64 * 1024;

/// Ids of all guards of this process: orphans of a lost guard are killed, guards are not.
static GUARDS: Mutex<Vec<i32>> = Mutex::new(Vec::new());

/// A guard process and the folder that it removes when it ends.
#[derive(Debug)]
pub struct Guard {
    socket: OwnedFd,
    process: std::process::Child,
    program: GuardProgram,
    scratch: PathBuf,
    interrupt: Arc<Interrupt>,
    buffer: Vec<u8>,
}

impl Guard {
    /// Starts a guard that owns `scratch`, an existing folder.
    ///
    /// # Errors
    /// When the socket or the process cannot be had.
    pub fn start(program: &GuardProgram, scratch: PathBuf, interrupt: Arc<Interrupt>) -> Result<Self, ChildError> {
        let (socket, process) = launch(program, &scratch).map_err(ChildError::Guard)?;
        Ok(Self { socket, process, program: program.clone(), scratch, interrupt, buffer: vec![0; CHUNK] })
    }

    /// The guard's process.
    #[must_use]
    pub fn id(&self) -> i32 {
        self.process.id().cast_signed()
    }

    /// The executable that guards are: `coexist` itself.
    #[must_use]
    pub fn executable(&self) -> &Path {
        &self.program.program
    }

    /// The folder for whatever this guard's children write; emptied by whoever uses it.
    #[must_use]
    pub fn scratch(&self) -> &Path {
        &self.scratch
    }

    /// Runs one job to its end.
    ///
    /// # Errors
    /// When the program cannot be started or the guard is lost; never for what the child does.
    pub fn run(&mut self, job: &Job<'_>, watch: &mut dyn Watch) -> Result<Ended, ChildError> {
        let result = self.follow(job, watch);
        if matches!(result, Err(ChildError::GuardLost)) {
            self.replace()?;
        }
        result
    }

    /// Asks the guard to start the program; what it will write.
    fn begin(&mut self, job: &Job<'_>) -> Result<(Capture, Capture), ChildError> {
        let (stdout, their_stdout) = Capture::open(job.stdout, job.limits.stdout, &self.scratch)?;
        let (stderr, their_stderr) = Capture::open(Stdout::Pipe, job.limits.stderr, &self.scratch)?;
        let mut descriptors = vec![their_stdout.as_fd(), their_stderr.as_fd()];
        descriptors.extend(job.hand_over.iter().map(|(descriptor, _)| *descriptor));
        let request = Request::Start {
            program: job.program.to_owned(),
            args: job.args.to_owned(),
            env: job.env.to_owned(),
            folder: job.folder.to_owned(),
            targets: job.hand_over.iter().map(|(_, target)| *target).collect(),
            core: job.core,
        };
        send(self.socket.as_fd(), &request, &descriptors).map_err(lost_or("ask the guard"))?;
        Ok((stdout, stderr))
    }

    fn follow(&mut self, job: &Job<'_>, watch: &mut dyn Watch) -> Result<Ended, ChildError> {
        let begun = Instant::now();
        let limits = job.limits;
        let (mut stdout, mut stderr) = self.begin(job)?;
        let mut ending = Ending { stop: None, kill_at: None, killed: false };
        let mut deadline = begun + limits.deadline;
        let latest = begun + MOST_EXTENSION * limits.deadline;
        let mut next_look = begun + TICK;
        let mut main = None;
        let ended = loop {
            let now = Instant::now();
            let settled = now >= begun + SETTLING;
            let due = ending.kill_at.unwrap_or(if ending.stop.is_some() { next_look } else { deadline });
            let until = if settled { next_look } else { begun + SETTLING }.min(due);
            let timeout = until.saturating_duration_since(now);
            let streams = if settled { [stdout.readable(), stderr.readable()] } else { [None, None] };
            let watched = if ending.stop.is_none() { watch.descriptor() } else { None };
            let ready = self.wait(streams, watched, timeout)?;
            if ready.stdout {
                stdout.read(&mut self.buffer);
            }
            if ready.stderr {
                stderr.read(&mut self.buffer);
            }
            if ready.watch {
                main = main.or_else(|| self.main_child());
                if !watch.ready(main.unwrap_or(0)) {
                    self.stop(&mut ending, Stop::Watcher)?;
                }
            }
            if ready.guard {
                match self.reply()? {
                    Reply::Ended { pid, status, survivors, cpu_micros, max_rss } => {
                        break (pid, status, survivors, cpu_micros, max_rss);
                    }
                    Reply::NotStarted(errno) => {
                        let source = std::io::Error::from_raw_os_error(errno);
                        return Err(ChildError::Program { program: job.program.to_owned(), source });
                    }
                }
            }
            if ending.stop.is_none() && !ending.killed {
                let now = Instant::now();
                if stdout.full {
                    self.stop(&mut ending, Stop::Stdout)?;
                } else if stderr.full {
                    self.stop(&mut ending, Stop::Stderr)?;
                } else if now >= deadline {
                    // On a loaded machine, time without a processor is not the child's.
                    let all = descendants_of(self.process.id().cast_signed());
                    let fair = begun + limits.deadline + starved(&all);
                    if fair > now && now < latest {
                        deadline = fair.min(latest);
                    } else if all.first().is_some_and(|main| is_dumping(*main)) {
                        // It has crashed. What it ended with is known, and writing the core may end.
                        self.kill(&mut ending)?;
                    } else {
                        watch.overdue(&all);
                        self.stop(&mut ending, Stop::Deadline)?;
                    }
                } else if now >= next_look
                    && let Some(stop) = self.look(&limits)
                {
                    self.stop(&mut ending, stop)?;
                }
            }
            let now = Instant::now();
            if ending.kill_at.is_some_and(|at| now >= at) && !ending.killed {
                self.kill(&mut ending)?;
            }
            if now >= next_look {
                stdout.look(&mut self.buffer);
                next_look = now + TICK;
            }
        };
        // Everything below the guard is gone, so whatever was written is in the pipes.
        stdout.read(&mut self.buffer);
        stderr.read(&mut self.buffer);
        let (pid, status, survivors, cpu_micros, max_rss) = ended;
        let exit = if libc::WIFSIGNALED(status) {
            Exit::Signal(libc::WTERMSIG(status))
        } else {
            Exit::Code(libc::WEXITSTATUS(status))
        };
        if ending.stop.is_none() && stdout.full {
            ending.stop = Some(Stop::Stdout);
        }
        Ok(Ended {
            exit,
            stop: ending.stop,
            core: (libc::WIFSIGNALED(status) && libc::WCOREDUMP(status)).then_some(pid),
            stdout: stdout.bytes,
            stderr: stderr.bytes,
            survivors,
            wall: begun.elapsed(),
            cpu: Duration::from_micros(cpu_micros),
            max_rss,
        })
    }

    /// Ends what a lost guard left to us, and starts another one: one cell is spoiled, not all that follow.
    fn replace(&mut self) -> Result<(), ChildError> {
        // A dying guard's socket closes before its children become ours: only once it is reaped are they all here.
        let _ = self.process.kill();
        let _ = self.process.wait();
        let lost = self.process.id().cast_signed();
        {
            let mut guards = guards();
            guards.retain(|guard| *guard != lost);
            kill_children(&guards);
        }
        std::fs::create_dir_all(&self.scratch).map_err(ChildError::Guard)?;
        (self.socket, self.process) = launch(&self.program, &self.scratch).map_err(ChildError::Guard)?;
        Ok(())
    }

    fn reply(&mut self) -> Result<Reply, ChildError> {
        match receive::<Reply>(self.socket.as_fd(), &mut self.buffer).map_err(lost_or("hear from the guard"))? {
            Some((reply, _)) => Ok(reply),
            None => Err(ChildError::GuardLost),
        }
    }

    /// A stopped child gets the chance to write down what it was doing only where it was too slow; a child that wrote or
    /// took too much is ended at once.
    fn stop(&self, ending: &mut Ending, why: Stop) -> Result<(), ChildError> {
        ending.stop = Some(why);
        match why {
            Stop::Deadline => {
                ending.kill_at = Some(Instant::now() + STACK_DUMP);
                send(self.socket.as_fd(), &Request::Signal(libc::SIGQUIT), &[]).map_err(lost_or("ask the guard"))
            }
            Stop::Stdout | Stop::Stderr | Stop::Memory | Stop::Processes | Stop::Watcher | Stop::Interrupted => {
                self.kill(ending)
            }
        }
    }

    fn kill(&self, ending: &mut Ending) -> Result<(), ChildError> {
        ending.killed = true;
        ending.kill_at = None;
        send(self.socket.as_fd(), &Request::Kill, &[]).map_err(lost_or("ask the guard"))
    }

    /// Limits that no descriptor tells about.
    fn look(&self, limits: &Limits) -> Option<Stop> {
        if self.interrupt.end() {
            return Some(Stop::Interrupted);
        }
        let all = descendants_of(self.process.id().cast_signed());
        if all.len() > limits.processes {
            return Some(Stop::Processes);
        }
        let memory: u64 = all.iter().map(|pid| resident(*pid)).sum();
        (memory > limits.memory).then_some(Stop::Memory)
    }

    /// The process that the guard started: what it inherits comes after it.
    fn main_child(&self) -> Option<i32> {
        children_of(self.process.id().cast_signed()).first().copied()
    }

    fn wait(
        &self,
        [stdout, stderr]: [Option<BorrowedFd<'_>>; 2],
        watched: Option<BorrowedFd<'_>>,
        timeout: Duration,
    ) -> Result<Ready, ChildError> {
        let descriptors = [Some(self.socket.as_fd()), stdout, stderr, watched];
        let mut list: Vec<PollFd<'_>> =
            descriptors.iter().flatten().map(|fd| PollFd::from_borrowed_fd(*fd, PollFlags::IN)).collect();
        let timeout = Timespec { tv_sec: timeout.as_secs().cast_signed(), tv_nsec: i64::from(timeout.subsec_nanos()) };
        match poll(&mut list, Some(&timeout)) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(errno) => return Err(system("wait for a child")(errno)),
        }
        let mut answers = list.iter().map(|polled| !polled.revents().is_empty());
        let [guard, stdout, stderr, watch] =
            descriptors.map(|descriptor| descriptor.is_some() && answers.next().unwrap_or(false));
        Ok(Ready { guard, stdout, stderr, watch })
    }
}

impl Drop for Guard {
    /// Closes the socket, upon which the guard kills what is left, cleans up and ends.
    fn drop(&mut self) {
        let _ = rustix::net::shutdown(&self.socket, rustix::net::Shutdown::Both);
        let _ = self.process.wait();
        let pid = self.process.id().cast_signed();
        guards().retain(|guard| *guard != pid);
    }
}

/// Starts a guard process; returns our end of its socket.
fn launch(program: &GuardProgram, scratch: &Path) -> std::io::Result<(OwnedFd, std::process::Child)> {
    let (ours, theirs) = socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, SocketFlags::CLOEXEC, None)?;
    // Registered before anyone can take it for an orphan.
    let mut guards = guards();
    let process = Command::new(&program.program)
        .args(&program.args)
        .arg(scratch)
        .stdin(Stdio::from(theirs))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        // Not in the terminal's foreground group: ctrl-C is the harness's to understand.
        .process_group(0)
        .spawn()?;
    guards.push(process.id().cast_signed());
    Ok((ours, process))
}

struct Ending {
    stop: Option<Stop>,
    kill_at: Option<Instant>,
    killed: bool,
}

#[allow(clippy::struct_excessive_bools, reason = "one for each descriptor")]
struct Ready {
    guard: bool,
    stdout: bool,
    stderr: bool,
    watch: bool,
}

fn guards() -> std::sync::MutexGuard<'static, Vec<i32>> {
    GUARDS.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn lost_or(what: &'static str) -> impl FnOnce(Errno) -> ChildError {
    move |errno| match errno {
        Errno::PIPE | Errno::CONNRESET | Errno::NOTCONN => ChildError::GuardLost,
        _ => system(what)(errno),
    }
}
