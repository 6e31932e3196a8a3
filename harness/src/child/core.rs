//! Core files: whether the kernel leaves one in the folder of the process that crashed, and what is in it. core(5).

use std::io;

use rustix::process::{Resource, Rlimit};
use serde::{Deserialize, Serialize};

/// Bytes that a core may have on the disk. The kernel cuts what is longer, from the highest address down.
const LARGEST: u64 = 1 << 30;
const PATTERN: &str = "/proc/sys/kernel/core_pattern";
/// Bit 0 of coredump_filter: private memory that was written to. A JVM adds what it wants.
const WRITTEN: &str = "1";

/// What a crash leaves behind, where the machine allows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Core {
    /// No file.
    None,
    /// A file with the registers of all threads, and all memory that no file on the disk has.
    Memory,
}

/// Whether cores can be had here; else why, and what to do about it.
///
/// # Errors
/// The reason, in words.
pub fn cores() -> Result<(), String> {
    let pattern = std::fs::read_to_string(PATTERN).map_err(|error| format!("{PATTERN} cannot be read: {error}"))?;
    is_beside(pattern.trim_end())?;
    match rustix::process::getrlimit(Resource::Core).maximum {
        Some(0) => Err("the hard limit is 0 (ulimit -Hc); as root: ulimit -Hc unlimited".to_owned()),
        Some(_) | None => Ok(()),
    }
}

/// Whether a core_pattern is a file in the current folder of the process. All else is not ours to read or to remove.
fn is_beside(pattern: &str) -> Result<(), String> {
    let wanted = "as root: sysctl kernel.core_pattern=core";
    match pattern.as_bytes() {
        [b'|', ..] => {
            let program = pattern[1..].split(' ').next().unwrap_or_default();
            Err(format!("the kernel gives them to {program}; {wanted}"))
        }
        [b'@', ..] => Err(format!("the kernel sends them to the socket {}; {wanted}", &pattern[1..])),
        [] => Err(format!("kernel.core_pattern is empty; {wanted}")),
        _ if pattern.contains('/') => Err(format!("the kernel writes them to {pattern}; {wanted}")),
        _ => Ok(()),
    }
}

/// What the children of this process get.
#[derive(Debug)]
pub struct Given {
    /// Of a core, where there may be one.
    limit: u64,
    now: Core,
}

impl Given {
    /// Nothing, so far: compilers' crashes are nobody's subject.
    ///
    /// # Errors
    /// That of setrlimit.
    pub fn start() -> io::Result<Self> {
        let hard = rustix::process::getrlimit(Resource::Core).maximum.unwrap_or(u64::MAX);
        let is_filtered = || std::fs::write("/proc/self/coredump_filter", WRITTEN).is_ok();
        let limit = if cores().is_ok() && is_filtered() { LARGEST.min(hard) } else { 0 };
        let given = Self { limit, now: Core::None };
        given.limit_to(0)?;
        Ok(given)
    }

    /// For the next child, which inherits it.
    pub fn set(&mut self, core: Core) {
        let limit = match core {
            Core::None => 0,
            Core::Memory => self.limit,
        };
        if core != self.now && self.limit_to(limit).is_ok() {
            self.now = core;
        }
    }

    fn limit_to(&self, bytes: u64) -> io::Result<()> {
        let limit = Rlimit { current: Some(bytes), maximum: Some(self.limit) };
        Ok(rustix::process::setrlimit(Resource::Core, limit)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_plain_name_is_in_the_folder() {
        for (pattern, is_good) in [
            ("core", true),
            ("core.%p", true),
            ("%e.%t", true),
            ("", false),
            ("|/usr/share/apport/apport -p%p", false),
            ("@/run/systemd/coredump", false),
            ("/var/crash/core.%p", false),
            ("crashes/core", false),
        ] {
            assert_eq!(is_beside(pattern).is_ok(), is_good, "{pattern}");
        }
        let said = is_beside("|/usr/share/apport/apport -p%p -s%s").unwrap_err();
        assert!(said.contains("/usr/share/apport/apport;"), "{said}");
    }
}
