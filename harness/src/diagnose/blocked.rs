//! The system call that a stopped thread was waiting in.

use super::ptrace::Registers;

/// What the kernel leaves in the result of a call that a stop has interrupted: ERESTARTSYS, ERESTARTNOINTR, ERESTARTNOHAND,
/// ERESTART_RESTARTBLOCK of its include/linux/errno.h if the call will be made again, and EINTR, as of rt_sigtimedwait, if not.
const RESTARTS: [i64; 5] = [-512, -513, -514, -516, -4];

/// Calls that threads wait in.
const NAMES: [(i64, &str); 32] = [
    (libc::SYS_futex, "futex"),
    (libc::SYS_read, "read"),
    (libc::SYS_write, "write"),
    (libc::SYS_readv, "readv"),
    (libc::SYS_writev, "writev"),
    (libc::SYS_poll, "poll"),
    (libc::SYS_ppoll, "ppoll"),
    (libc::SYS_select, "select"),
    (libc::SYS_pselect6, "pselect6"),
    (libc::SYS_epoll_wait, "epoll_wait"),
    (libc::SYS_epoll_pwait, "epoll_pwait"),
    (libc::SYS_epoll_pwait2, "epoll_pwait2"),
    (libc::SYS_nanosleep, "nanosleep"),
    (libc::SYS_clock_nanosleep, "clock_nanosleep"),
    (libc::SYS_pause, "pause"),
    (libc::SYS_rt_sigsuspend, "rt_sigsuspend"),
    (libc::SYS_rt_sigtimedwait, "rt_sigtimedwait"),
    (libc::SYS_wait4, "wait4"),
    (libc::SYS_waitid, "waitid"),
    (libc::SYS_accept, "accept"),
    (libc::SYS_accept4, "accept4"),
    (libc::SYS_connect, "connect"),
    (libc::SYS_recvfrom, "recvfrom"),
    (libc::SYS_recvmsg, "recvmsg"),
    (libc::SYS_sendto, "sendto"),
    (libc::SYS_sendmsg, "sendmsg"),
    (libc::SYS_semop, "semop"),
    (libc::SYS_semtimedop, "semtimedop"),
    (libc::SYS_msgrcv, "msgrcv"),
    (libc::SYS_flock, "flock"),
    (libc::SYS_io_getevents, "io_getevents"),
    (libc::SYS_sched_yield, "sched_yield"),
];

/// Its name, or its number; `None` for a thread that computes.
pub fn call(registers: &Registers) -> Option<String> {
    let number = registers.orig_rax.cast_signed();
    if number < 0 || !RESTARTS.contains(&registers.rax.cast_signed()) {
        return None;
    }
    let known = NAMES.iter().find(|(known, _)| *known == number);
    Some(known.map_or_else(|| format!("system call {number}"), |(_, name)| (*name).to_owned()))
}
