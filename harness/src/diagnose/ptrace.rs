//! ptrace(2) and what goes with it, as far as the tracer needs it. x86-64.

use std::ffi::{CString, c_char, c_long, c_uint, c_void};
use std::io;
use std::os::fd::{AsRawFd, OwnedFd};
use std::time::{Duration, Instant};

/// Registers of a stopped thread.
pub type Registers = libc::user_regs_struct;

/// What the kernel is to tell: new threads, and every thread's end, while it can still be looked at. With the tracer's end
/// everything dies.
const OPTIONS: i32 = libc::PTRACE_O_TRACECLONE | libc::PTRACE_O_TRACEEXIT | libc::PTRACE_O_EXITKILL;

fn call(request: c_uint, thread: i32, address: usize, data: usize) -> io::Result<c_long> {
    // SAFETY: requests that write do so to the `data` that their callers below made for them.
    let result = unsafe { libc::ptrace(request, thread, address as *mut c_void, data as *mut c_void) };
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(result) }
}

/// Starts a program that is traced from its first instruction on. For a process of one thread.
///
/// # Errors
/// When it may not be traced; then it is not run either.
pub fn start(argv: &[CString], envp: &[CString]) -> io::Result<i32> {
    let pointers = |list: &[CString]| -> Vec<*const c_char> {
        list.iter().map(|text| text.as_ptr()).chain([std::ptr::null()]).collect()
    };
    let (argv, envp) = (pointers(argv), pointers(envp));
    let (hold, release) = rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC)?;
    set_child_signal(libc::SIG_BLOCK);
    // SAFETY: this process has one thread, so the child may do anything.
    let pid = unsafe { libc::fork() };
    if pid < 0 {
        return Err(io::Error::last_os_error());
    }
    if pid == 0 {
        become_program(&hold, release, &argv, &envp);
    }
    if let Err(error) = call(libc::PTRACE_SEIZE, pid, 0, OPTIONS.cast_unsigned() as usize) {
        kill(pid);
        return Err(error);
    }
    rustix::io::write(&release, &[1])?;
    Ok(pid)
}

/// The child's side of the fork: waits until it is traced, and becomes the program.
fn become_program(hold: &OwnedFd, release: OwnedFd, argv: &[*const c_char], envp: &[*const c_char]) -> ! {
    // Were it open here as well, a tracer that dies would not be noticed.
    drop(release);
    set_child_signal(libc::SIG_UNBLOCK);
    let mut byte = 0u8;
    // SAFETY: the pipe is open and the byte a live local; argv and envp are NULL-terminated arrays of texts that live in
    // this copy of the parent's memory. Rust ignores SIGPIPE, programs start with the default.
    unsafe {
        libc::signal(libc::SIGPIPE, libc::SIG_DFL);
        if libc::read(hold.as_raw_fd(), (&raw mut byte).cast(), 1) == 1 {
            libc::execve(argv[0], argv.as_ptr(), envp.as_ptr());
        }
        libc::_exit(127)
    }
}

/// Attaches to a thread that runs and leaves it running. When the calling thread ends, so does this.
///
/// # Errors
/// When it is gone, or may not be traced.
pub fn seize(thread: i32) -> io::Result<()> {
    call(libc::PTRACE_SEIZE, thread, 0, 0).map(drop)
}

/// Lets go of a stopped thread, which goes on with a signal or 0.
pub fn detach(thread: i32, signal: i32) {
    let _ = call(libc::PTRACE_DETACH, thread, 0, signal.cast_unsigned() as usize);
}

/// What an attached thread has come to, as of waitpid, if it has stopped or ended by now. Waits for nobody else's.
///
/// # Errors
/// When it is gone.
pub fn now(thread: i32) -> io::Result<Option<i32>> {
    let mut status = 0;
    // SAFETY: the status is a live local.
    let waited = unsafe { libc::waitpid(thread, &raw mut status, libc::__WALL | libc::WNOHANG) };
    if waited < 0 { Err(io::Error::last_os_error()) } else { Ok((waited == thread).then_some(status)) }
}

/// Ends the process that was started.
pub fn kill(pid: i32) {
    // SAFETY: it is ours, and was not waited for.
    unsafe { libc::kill(pid, libc::SIGKILL) };
}

/// Ends this process with a status as of waitpid.
pub fn end_like(status: i32) -> ! {
    if libc::WIFSIGNALED(status) {
        let signal = libc::WTERMSIG(status);
        // SAFETY: with the default disposition, the signal ends this process and does nothing else.
        unsafe {
            libc::signal(signal, libc::SIG_DFL);
            libc::raise(signal);
        }
        std::process::exit(1);
    }
    std::process::exit(libc::WEXITSTATUS(status));
}

/// Lets a thread go on, with a signal or 0. It may be gone.
pub fn go_on(thread: i32, signal: i32) {
    let _ = call(libc::PTRACE_CONT, thread, 0, signal.cast_unsigned() as usize);
}

/// Lets the kernel call the handler of a signal, and stops the thread at its first instruction.
pub fn enter_handler(thread: i32, signal: i32) {
    let _ = call(libc::PTRACE_SINGLESTEP, thread, 0, signal.cast_unsigned() as usize);
}

/// Leaves a thread stopped that job control has stopped.
pub fn stay(thread: i32) {
    let _ = call(libc::PTRACE_LISTEN, thread, 0, 0);
}

/// Stops a running thread.
pub fn interrupt(thread: i32) {
    let _ = call(libc::PTRACE_INTERRUPT, thread, 0, 0);
}

/// Of a stopped thread.
pub fn registers(thread: i32) -> Option<Registers> {
    // SAFETY: plain data, for which all-zero bytes are valid.
    let mut registers: Registers = unsafe { std::mem::zeroed() };
    call(libc::PTRACE_GETREGS, thread, 0, &raw mut registers as usize).ok()?;
    Some(registers)
}

/// What the kernel says of a signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sent {
    /// si_code
    pub code: i32,
    /// si_addr, where the signal has one.
    pub address: u64,
    /// si_pid, where somebody sent it.
    pub sender: i32,
}

/// The signal that a thread has stopped for.
pub fn signal_of(thread: i32) -> Option<Sent> {
    // SAFETY: plain data, for which all-zero bytes are valid.
    let mut info: libc::siginfo_t = unsafe { std::mem::zeroed() };
    call(libc::PTRACE_GETSIGINFO, thread, 0, &raw mut info as usize).ok()?;
    // SAFETY: both are fields of a union of integers and pointers, all of whose bytes are set.
    let (address, sender) = unsafe { (info.si_addr() as u64, info.si_pid()) };
    Some(Sent { code: info.si_code, address, sender })
}

/// What belongs to the event that a thread has stopped for: at its end, the status.
pub fn message(thread: i32) -> Option<i32> {
    let mut message: libc::c_ulong = 0;
    call(libc::PTRACE_GETEVENTMSG, thread, 0, &raw mut message as usize).ok()?;
    i32::try_from(message).ok()
}

/// Reads a process's memory; `false` unless all of it is there.
pub fn read(pid: i32, address: u64, into: &mut [u8]) -> bool {
    let local = libc::iovec { iov_base: into.as_mut_ptr().cast(), iov_len: into.len() };
    let remote = libc::iovec { iov_base: address as *mut c_void, iov_len: into.len() };
    // SAFETY: the local range is `into`; the remote one is the kernel's to check.
    let count = unsafe { libc::process_vm_readv(pid, &raw const local, 1, &raw const remote, 1, 0) };
    usize::try_from(count) == Ok(into.len())
}

/// Blocks SIGCHLD, so that it is not lost between looking and waiting; or the reverse, before a program is started.
fn set_child_signal(how: i32) {
    let set = child_signal();
    // SAFETY: the set is a live local.
    unsafe { libc::sigprocmask(how, &raw const set, std::ptr::null_mut()) };
}

fn child_signal() -> libc::sigset_t {
    // SAFETY: sigemptyset makes a set of the zeroed bytes; both calls get a live local.
    unsafe {
        let mut set: libc::sigset_t = std::mem::zeroed();
        libc::sigemptyset(&raw mut set);
        libc::sigaddset(&raw mut set, libc::SIGCHLD);
        set
    }
}

/// The next thread that stopped or ended, with its status as of waitpid.
pub fn next(until: Instant) -> Option<(i32, i32)> {
    loop {
        let mut status = 0;
        // SAFETY: the status is a live local.
        let thread = unsafe { libc::waitpid(-1, &raw mut status, libc::__WALL | libc::WNOHANG) };
        if thread > 0 {
            return Some((thread, status));
        }
        let left = until.saturating_duration_since(Instant::now());
        if left == Duration::ZERO || thread < 0 {
            return None;
        }
        let set = child_signal();
        let timeout = libc::timespec { tv_sec: left.as_secs().cast_signed(), tv_nsec: i64::from(left.subsec_nanos()) };
        // SAFETY: both are live locals, and nobody asks for the signal's details.
        unsafe { libc::sigtimedwait(&raw const set, std::ptr::null_mut(), &raw const timeout) };
    }
}
