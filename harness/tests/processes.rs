//! Which processes have to do with a folder, and waiting for them to come or go.

use std::path::Path;
use std::time::{Duration, Instant};

use coexist::child::GUARD_COMMAND;

/// A process.
#[derive(Debug)]
pub struct Process {
    pub pid: i32,
    pub command: String,
}

impl Process {
    pub fn is_guard(&self) -> bool {
        self.command.contains(GUARD_COMMAND)
    }

    /// Whether it is the host program of a cell.
    pub fn is_host(&self) -> bool {
        self.command.contains("--mode=") && !self.is_guard()
    }
}

/// Processes that have a folder in their command line, their environment or their working directory, but for this one.
/// One that has ended and was not waited for has none of these.
pub fn about(folder: &Path) -> Vec<Process> {
    let needle = folder.to_str().expect("temporary folders have plain names").to_owned();
    let own = std::process::id().cast_signed();
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc").unwrap().flatten() {
        let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse::<i32>().ok()) else { continue };
        let read = |name: &str| {
            let bytes = std::fs::read(entry.path().join(name)).unwrap_or_default();
            String::from_utf8_lossy(&bytes).replace('\0', " ")
        };
        let command = read("cmdline");
        let cwd = std::fs::read_link(entry.path().join("cwd")).unwrap_or_default();
        if pid != own && (command.contains(&needle) || read("environ").contains(&needle) || cwd.starts_with(folder)) {
            found.push(Process { pid, command });
        }
    }
    found
}

/// Waits until a condition gives something.
pub fn wait_for<T>(what: &str, at_most: Duration, mut condition: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = condition() {
            return found;
        }
        assert!(begun.elapsed() < at_most, "waited {at_most:?} for {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Fails unless all processes about a folder go away within two seconds.
pub fn all_end(folder: &Path) {
    let begun = Instant::now();
    loop {
        let left = about(folder);
        if left.is_empty() {
            return;
        }
        assert!(begun.elapsed() < Duration::from_secs(2), "still running: {left:?}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Sends a signal.
pub fn send(pid: i32, signal: rustix::process::Signal) {
    let pid = rustix::process::Pid::from_raw(pid).expect("a process has an id");
    rustix::process::kill_process(pid, signal).unwrap();
}
