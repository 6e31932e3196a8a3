//! ptrace(2) and what goes with it, as far as the tracer needs it. x86-64.

use std::ffi::{c_long, c_uint, c_void};
use std::io;
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

/// Traces a process from now on.
pub fn seize(pid: i32) -> io::Result<()> {
    call(libc::PTRACE_SEIZE, pid, 0, OPTIONS.cast_unsigned() as usize).map(drop)
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

/// The signal that a thread has stopped for.
pub fn signal_of(thread: i32) -> Option<libc::siginfo_t> {
    // SAFETY: plain data, for which all-zero bytes are valid.
    let mut info: libc::siginfo_t = unsafe { std::mem::zeroed() };
    call(libc::PTRACE_GETSIGINFO, thread, 0, &raw mut info as usize).ok()?;
    Some(info)
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

/// Keeps SIGCHLD from being lost between looking and waiting.
pub fn block_child_signal() {
    let set = child_signal();
    // SAFETY: the set is a live local.
    unsafe { libc::sigprocmask(libc::SIG_BLOCK, &raw const set, std::ptr::null_mut()) };
}

/// The reverse, before a program is started.
pub fn unblock_child_signal() {
    let set = child_signal();
    // SAFETY: the set is a live local.
    unsafe { libc::sigprocmask(libc::SIG_UNBLOCK, &raw const set, std::ptr::null_mut()) };
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
