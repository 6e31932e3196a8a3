//! The guard's side: one thread, one child at a time, nothing left below when it ends.

use std::ffi::CString;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use rustix::process::{Pid, PidfdFlags, Resource, Rlimit, Signal, WaitOptions, kill_process, pidfd_open, wait};

use super::core::Given;
use super::message::{LARGEST, Reply, Request, receive, send};
use super::proc::{adopt_orphans, children_of, kill_children, name_of};
use super::{DESCRIPTORS, Survivor};

/// How long a process below the child may take to end by itself after it. Less, and a helper that is just going counts
/// as a survivor; more, and every real survivor costs that much.
const GRACE: Duration = Duration::from_millis(100);

/// Serves until the harness closes its end, kills what is left, and removes `scratch`.
///
/// # Errors
/// When the socket on standard input or a system call of the guard's own fails.
pub fn serve(scratch: &Path) -> std::io::Result<()> {
    adopt_orphans()?;
    close_at_exec();
    let cores = Given::start()?;
    // Hosts get descriptors of numbers just above 1000.
    let files = rustix::process::getrlimit(Resource::Nofile);
    if files.current.is_some_and(|current| current < DESCRIPTORS) {
        rustix::process::setrlimit(Resource::Nofile, Rlimit { current: Some(DESCRIPTORS), ..files })?;
    }
    let served = until_closed(std::io::stdin().as_fd(), cores);
    kill_children(&[]);
    let _ = std::env::set_current_dir("/");
    let _ = std::fs::remove_dir_all(scratch);
    Ok(served?)
}

/// Whoever started the harness may have left descriptors open in it: hosts do not get them. Linux before 5.11 has no such
/// call, and they do.
fn close_at_exec() {
    // SAFETY: sets a flag of descriptors, which stay open here.
    unsafe { libc::close_range(3, libc::c_uint::MAX, libc::CLOSE_RANGE_CLOEXEC.cast_signed()) };
}

fn until_closed(socket: BorrowedFd<'_>, mut cores: Given) -> Result<(), Errno> {
    let mut buffer = vec![0; LARGEST];
    while let Some((request, descriptors)) = receive::<Request>(socket, &mut buffer)? {
        match request {
            Request::Start { program, args, env, folder, targets, core } => {
                cores.set(core);
                match start(&program, &args, &env, &folder, &descriptors, &targets) {
                    Ok(pid) => {
                        drop(descriptors);
                        follow(socket, pid, &mut buffer)?;
                    }
                    Err(errno) => send(socket, &Reply::NotStarted(errno), &[])?,
                }
            }
            // The child ended while the request was on its way.
            Request::Signal(_) | Request::Kill => {}
        }
    }
    Ok(())
}

/// Waits for the child, passes signals on, and reports when nothing is left below.
fn follow(socket: BorrowedFd<'_>, pid: Pid, buffer: &mut [u8]) -> Result<(), Errno> {
    let child = pidfd_open(pid, PidfdFlags::empty())?;
    loop {
        let mut waits = [PollFd::new(&child, PollFlags::IN), PollFd::from_borrowed_fd(socket, PollFlags::IN)];
        rustix::io::retry_on_intr(|| poll(&mut waits, None))?;
        let ended = !waits[0].revents().is_empty();
        if ended {
            break;
        }
        match receive::<Request>(socket, buffer)? {
            Some((Request::Signal(number), _)) => {
                if let Some(signal) = Signal::from_named_raw(number) {
                    let _ = kill_process(pid, signal);
                }
            }
            Some((Request::Kill, _)) | None => {
                let _ = rustix::process::kill_process_group(pid, Signal::KILL);
                let _ = kill_process(pid, Signal::KILL);
            }
            Some((Request::Start { .. }, _)) => return Err(Errno::BUSY),
        }
    }
    let (status, cpu_micros, max_rss) = reap(pid)?;
    let survivors = survivors();
    let pid = pid.as_raw_nonzero().get();
    send(socket, &Reply::Ended { pid, status, survivors, cpu_micros, max_rss }, &[])
}

/// Status, processor time in microseconds and largest resident set in bytes of a child that has ended.
fn reap(pid: Pid) -> Result<(i32, u64, u64), Errno> {
    let mut status = 0;
    // SAFETY: rusage is plain data, for which all-zero bytes are valid.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    loop {
        // SAFETY: both pointers are to live locals of the right types.
        let reaped = unsafe { libc::wait4(pid.as_raw_nonzero().get(), &raw mut status, 0, &raw mut usage) };
        if reaped >= 0 {
            break;
        }
        let errno = std::io::Error::last_os_error();
        if errno.kind() != std::io::ErrorKind::Interrupted {
            return Err(Errno::from_io_error(&errno).unwrap_or(Errno::CHILD));
        }
    }
    let micros = |time: libc::timeval| time.tv_sec.cast_unsigned() * 1_000_000 + time.tv_usec.cast_unsigned();
    Ok((status, micros(usage.ru_utime) + micros(usage.ru_stime), usage.ru_maxrss.cast_unsigned() * 1024))
}

/// Who is left below after the grace; ends them.
fn survivors() -> Vec<Survivor> {
    let until = Instant::now() + GRACE;
    loop {
        match wait(WaitOptions::NOHANG) {
            Ok(Some(_)) => {}
            Ok(None) if Instant::now() < until => std::thread::sleep(Duration::from_millis(1)),
            Ok(None) => break,
            Err(_) => return Vec::new(),
        }
    }
    let own = rustix::process::getpid().as_raw_nonzero().get();
    let left = children_of(own).into_iter().map(|pid| Survivor { pid, name: name_of(pid) }).collect();
    kill_children(&[]);
    left
}

/// `posix_spawn`: own group, no blocked signals, default dispositions, /dev/null as stdin. The error is an errno.
fn start(
    program: &Path,
    args: &[String],
    env: &[(String, String)],
    folder: &Path,
    descriptors: &[OwnedFd],
    targets: &[i32],
) -> Result<Pid, i32> {
    if descriptors.len() != targets.len() + 2 {
        return Err(libc::EPROTO);
    }
    // One child at a time, so the guard's own folder may be the child's.
    std::env::set_current_dir(folder).map_err(|error| error.raw_os_error().unwrap_or(libc::ENOENT))?;
    let text = |bytes: &[u8]| CString::new(bytes).map_err(|_| libc::EINVAL);
    let program = text(program.as_os_str().as_bytes())?;
    let mut argv = vec![program.clone()];
    for arg in args {
        argv.push(text(arg.as_bytes())?);
    }
    let mut environment = Vec::new();
    for (name, value) in env {
        environment.push(text(format!("{name}={value}").as_bytes())?);
    }
    let pointers = |list: &[CString]| -> Vec<*mut libc::c_char> {
        list.iter().map(|text| text.as_ptr().cast_mut()).chain([std::ptr::null_mut()]).collect()
    };
    let (argv_pointers, env_pointers) = (pointers(&argv), pointers(&environment));

    let mut pid = 0;
    // SAFETY: actions and attributes are initialised before any other use and destroyed once; all pointers are to
    // live NUL-terminated texts or NULL-terminated arrays of them; descriptors are open.
    unsafe {
        let mut actions: libc::posix_spawn_file_actions_t = std::mem::zeroed();
        let mut attributes: libc::posix_spawnattr_t = std::mem::zeroed();
        libc::posix_spawn_file_actions_init(&raw mut actions);
        libc::posix_spawnattr_init(&raw mut attributes);

        libc::posix_spawn_file_actions_addopen(&raw mut actions, 0, c"/dev/null".as_ptr(), libc::O_RDONLY, 0);
        let mut refused = 0;
        for (descriptor, target) in descriptors.iter().zip([1, 2].iter().chain(targets)) {
            refused |= libc::posix_spawn_file_actions_adddup2(&raw mut actions, descriptor.as_raw_fd(), *target);
        }
        let mut none: libc::sigset_t = std::mem::zeroed();
        let mut all: libc::sigset_t = std::mem::zeroed();
        libc::sigemptyset(&raw mut none);
        libc::sigfillset(&raw mut all);
        libc::posix_spawnattr_setsigmask(&raw mut attributes, &raw const none);
        libc::posix_spawnattr_setsigdefault(&raw mut attributes, &raw const all);
        libc::posix_spawnattr_setpgroup(&raw mut attributes, 0);
        let flags = libc::POSIX_SPAWN_SETPGROUP | libc::POSIX_SPAWN_SETSIGMASK | libc::POSIX_SPAWN_SETSIGDEF;
        libc::posix_spawnattr_setflags(&raw mut attributes, libc::c_short::try_from(flags).unwrap_or(0));

        let errno = if refused == 0 {
            libc::posix_spawn(
                &raw mut pid,
                program.as_ptr(),
                &raw const actions,
                &raw const attributes,
                argv_pointers.as_ptr(),
                env_pointers.as_ptr(),
            )
        } else {
            refused
        };
        libc::posix_spawn_file_actions_destroy(&raw mut actions);
        libc::posix_spawnattr_destroy(&raw mut attributes);
        if errno != 0 {
            return Err(errno);
        }
    }
    Pid::from_raw(pid).ok_or(libc::ECHILD)
}
