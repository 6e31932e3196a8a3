//! Who is below whom, and ending them.

use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, WaitOptions, kill_process, waitpid};

/// How long killed processes may take to disappear; a process in uninterruptible sleep can take longer.
const DYING: Duration = Duration::from_secs(5);

/// Direct children of a process (of all its threads), from /proc/PID/task/TID/children.
#[must_use]
pub fn children_of(pid: i32) -> Vec<i32> {
    let mut found = Vec::new();
    let Ok(tasks) = std::fs::read_dir(format!("/proc/{pid}/task")) else { return found };
    for task in tasks.flatten() {
        let text = std::fs::read_to_string(task.path().join("children")).unwrap_or_default();
        found.extend(text.split_ascii_whitespace().filter_map(|word| word.parse::<i32>().ok()));
    }
    found
}

/// All processes below one, nearest first.
#[must_use]
pub fn descendants_of(pid: i32) -> Vec<i32> {
    let mut all = children_of(pid);
    let mut next = 0;
    while next < all.len() {
        let below = children_of(all[next]);
        all.extend(below);
        next += 1;
    }
    all
}

/// The name of a process, from /proc/PID/comm.
pub fn name_of(pid: i32) -> String {
    std::fs::read_to_string(format!("/proc/{pid}/comm")).map(|text| text.trim_end().to_owned()).unwrap_or_default()
}

/// Whether the kernel is writing the core of a process; Linux before 4.15 does not say.
pub fn is_dumping(pid: i32) -> bool {
    let text = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    text.lines().any(|line| line.strip_prefix("CoreDumping:").is_some_and(|word| word.trim() == "1"))
}

/// Resident memory of a process in bytes.
pub fn resident(pid: i32) -> u64 {
    let text = std::fs::read_to_string(format!("/proc/{pid}/statm")).unwrap_or_default();
    let pages: u64 = text.split(' ').nth(1).and_then(|word| word.parse().ok()).unwrap_or(0);
    pages * rustix::param::page_size() as u64
}

/// The longest that a thread of some processes has waited for a processor although it could have run, from
/// /proc/PID/task/TID/schedstat.
pub fn starved(pids: &[i32]) -> Duration {
    let tasks = pids.iter().filter_map(|pid| std::fs::read_dir(format!("/proc/{pid}/task")).ok()).flatten().flatten();
    let waited = tasks.filter_map(|task| {
        let text = std::fs::read_to_string(task.path().join("schedstat")).ok()?;
        text.split_ascii_whitespace().nth(1)?.parse().ok()
    });
    Duration::from_nanos(waited.max().unwrap_or(0))
}

/// Kills and reaps children of this process until none is left that `spare` does not name. What was below a killed
/// child becomes a child of the nearest subreaper, which is this process, and goes the same way.
pub fn kill_children(spare: &[i32]) {
    let own = rustix::process::getpid().as_raw_nonzero().get();
    let until = Instant::now() + DYING;
    loop {
        let doomed: Vec<i32> = children_of(own).into_iter().filter(|pid| !spare.contains(pid)).collect();
        if doomed.is_empty() || Instant::now() > until {
            return;
        }
        for pid in doomed.iter().copied().filter_map(Pid::from_raw) {
            let _ = kill_process(pid, Signal::KILL);
        }
        for pid in doomed.into_iter().filter_map(Pid::from_raw) {
            while Instant::now() < until && matches!(waitpid(Some(pid), WaitOptions::NOHANG), Ok(None)) {
                std::thread::sleep(Duration::from_micros(200));
            }
        }
    }
}

/// Makes this process the one that inherits orphans from below it.
///
/// # Errors
/// That of prctl, on kernels before 3.4.
pub fn adopt_orphans() -> std::io::Result<()> {
    Ok(rustix::process::set_child_subreaper(Pid::from_raw(1))?)
}
