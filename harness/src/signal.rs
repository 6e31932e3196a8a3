//! Names of signals, flags of handlers, masks.

/// From 1 on.
const NAMES: [&str; 31] = [
    "SIGHUP",
    "SIGINT",
    "SIGQUIT",
    "SIGILL",
    "SIGTRAP",
    "SIGABRT",
    "SIGBUS",
    "SIGFPE",
    "SIGKILL",
    "SIGUSR1",
    "SIGSEGV",
    "SIGUSR2",
    "SIGPIPE",
    "SIGALRM",
    "SIGTERM",
    "SIGSTKFLT",
    "SIGCHLD",
    "SIGCONT",
    "SIGSTOP",
    "SIGTSTP",
    "SIGTTIN",
    "SIGTTOU",
    "SIGURG",
    "SIGXCPU",
    "SIGXFSZ",
    "SIGVTALRM",
    "SIGPROF",
    "SIGWINCH",
    "SIGIO",
    "SIGPWR",
    "SIGSYS",
];

/// The kernel's last signal.
pub const LAST: i32 = 64;

/// Flags of a handler, as in `sigaction(2)`; asm-generic/signal-defs.h has the numbers.
const FLAGS: [(u64, &str); 7] = [
    (0x1, "SA_NOCLDSTOP"),
    (0x2, "SA_NOCLDWAIT"),
    (0x4, "SA_SIGINFO"),
    (0x0800_0000, "SA_ONSTACK"),
    (0x1000_0000, "SA_RESTART"),
    (0x4000_0000, "SA_NODEFER"),
    (0x8000_0000, "SA_RESETHAND"),
];

/// A signal's name; real-time ones by number.
#[must_use]
pub fn name(number: i32) -> String {
    match usize::try_from(number).ok().and_then(|at| NAMES.get(at.wrapping_sub(1))) {
        Some(name) => (*name).to_owned(),
        None => format!("SIG{number}"),
    }
}

/// The signal of a name.
#[must_use]
pub fn number(name: &str) -> Option<i32> {
    if let Some(at) = NAMES.iter().position(|known| *known == name) {
        return i32::try_from(at + 1).ok();
    }
    name.strip_prefix("SIG")?.parse().ok().filter(|number| (32..=LAST).contains(number))
}

/// The flags of a handler by name; what has none as one number.
#[must_use]
pub fn flags(bits: u64) -> Vec<String> {
    let known = FLAGS.iter().filter(|(bit, _)| bits & bit != 0);
    let rest = FLAGS.iter().fold(bits, |rest, (bit, _)| rest & !bit);
    let other = (rest != 0).then(|| format!("{rest:#x}"));
    known.map(|(_, name)| (*name).to_owned()).chain(other).collect()
}

/// The signals of a mask: bit n-1 for signal n.
#[must_use]
pub fn of_mask(mask: u64) -> Vec<String> {
    (1..=LAST).filter(|number| mask >> (number - 1) & 1 == 1).map(name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_read_back() {
        for signal in 1..=LAST {
            assert_eq!(number(&name(signal)), Some(signal));
        }
        for wrong in ["SIG0", "SIG65", "SIG11", "SEGV", "SIGNOPE", ""] {
            assert_eq!(number(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn flags_and_masks() {
        assert_eq!(flags(0x1c00_0004 & !0x0400_0000), ["SA_SIGINFO", "SA_ONSTACK", "SA_RESTART"]);
        assert_eq!(flags(0x20), ["0x20"]);
        assert!(flags(0).is_empty());
        assert_eq!(of_mask(1 << 22 | 1 << 33), ["SIGURG", "SIG34"]);
    }
}
