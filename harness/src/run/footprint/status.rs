//! /proc/PID/status, limits, timers, and the current folder.

use std::path::Path;

use super::{Footprint, Reading};
use crate::signal;

/// What /proc/PID/limits calls them, and `setrlimit(2)`.
const LIMITS: [(&str, &str); 16] = [
    ("Max cpu time", "RLIMIT_CPU"),
    ("Max file size", "RLIMIT_FSIZE"),
    ("Max data size", "RLIMIT_DATA"),
    ("Max stack size", "RLIMIT_STACK"),
    ("Max core file size", "RLIMIT_CORE"),
    ("Max resident set", "RLIMIT_RSS"),
    ("Max processes", "RLIMIT_NPROC"),
    ("Max open files", "RLIMIT_NOFILE"),
    ("Max locked memory", "RLIMIT_MEMLOCK"),
    ("Max address space", "RLIMIT_AS"),
    ("Max file locks", "RLIMIT_LOCKS"),
    ("Max pending signals", "RLIMIT_SIGPENDING"),
    ("Max msgqueue size", "RLIMIT_MSGQUEUE"),
    ("Max nice priority", "RLIMIT_NICE"),
    ("Max realtime priority", "RLIMIT_RTPRIO"),
    ("Max realtime timeout", "RLIMIT_RTTIME"),
];

pub(super) fn add(footprint: &mut Footprint, reading: &Reading, started_in: &Path) {
    for line in reading.status.lines() {
        let Some((name, value)) = line.split_once(':') else { continue };
        let value = value.trim();
        let number = || value.split(' ').next().and_then(|word| word.parse().ok()).unwrap_or(0);
        let mut fact = |key: &str| footprint.facts.insert(key.to_owned(), value.to_owned());
        match name {
            "Threads" => footprint.threads = number(),
            "VmRSS" => footprint.resident_kib = number(),
            "VmSize" => footprint.reserved_kib = number(),
            "Name" => drop(fact("name of the main thread")),
            "Umask" => drop(fact("umask")),
            "Cpus_allowed_list" => drop(fact("processors allowed")),
            "Seccomp" => drop(fact("seccomp")),
            _ => {}
        }
    }
    footprint.facts.extend(reading.limits.lines().filter_map(limit).flatten());
    footprint.facts.extend([
        ("current folder".to_owned(), folder(&reading.folder, started_in)),
        ("timers".to_owned(), timers(&reading.timers)),
        ("child processes".to_owned(), reading.children.to_string()),
    ]);
}

/// Below the folder in which the process was started, which is another one in every run, as `./below`.
fn folder(path: &str, started_in: &Path) -> String {
    match Path::new(path).strip_prefix(started_in) {
        Ok(below) => Path::new(".").join(below).display().to_string(),
        Err(_) => path.to_owned(),
    }
}

/// `Max open files            1024                 524288               files     `: soft and hard, a column of 26 and two of 21.
fn limit(line: &str) -> Option<[(String, String); 2]> {
    let (name, rest) = line.split_at_checked(26)?;
    let (_, name) = LIMITS.iter().find(|(theirs, _)| *theirs == name.trim_end())?;
    let mut words = rest.split_ascii_whitespace();
    let (soft, hard) = (words.next()?, words.next()?);
    let unit = match words.next() {
        Some("bytes") => " bytes",
        Some("seconds") => " s",
        Some("us") => " us",
        _ => "",
    };
    let value = |number: &str| if number == "unlimited" { number.to_owned() } else { format!("{number}{unit}") };
    Some([((*name).to_owned(), value(soft)), (format!("hard {name}"), value(hard))])
}

/// POSIX timers, as `SIGPROF by clock 1`.
fn timers(text: &str) -> String {
    let mut found = Vec::new();
    let mut what = String::new();
    for line in text.lines() {
        match line.split_once(": ") {
            Some(("signal", value)) => {
                let number = value.split('/').next().and_then(|number| number.parse().ok());
                what = number.map_or_else(|| value.to_owned(), signal::name);
            }
            Some(("notify", value)) if value.starts_with("none") => "nothing".clone_into(&mut what),
            Some(("ClockID", clock)) => found.push(format!("{what} by clock {clock}")),
            Some(_) | None => {}
        }
    }
    found.sort_unstable();
    if found.is_empty() { "none".to_owned() } else { found.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATUS: &str = "Name:\tcallback\nUmask:\t0022\nState:\tS (sleeping)\nTgid:\t4711\nVmSize:\t    2540 kB
VmRSS:\t    1576 kB\nThreads:\t7\nSigCgt:\t0000000000000000\nSeccomp:\t0\nCpus_allowed:\t3\nCpus_allowed_list:\t0-1\n";

    const LIMITS: &str = "Limit                     Soft Limit           Hard Limit           Units     
Max cpu time              unlimited            unlimited            seconds   
Max stack size            8388608              unlimited            bytes     
Max processes             15458                15458                processes 
Max open files            1024                 524288               files     
Max realtime timeout      unlimited            unlimited            us        
";

    const TIMERS: &str = "ID: 0\nsignal: 27/0000000000000000\nnotify: signal/tid.4711\nClockID: -6\n\
                          ID: 1\nsignal: 14/00007fff86e452a8\nnotify: signal/pid.4711\nClockID: 1\n";

    #[test]
    fn status_and_limits() {
        let reading = Reading {
            status: STATUS.to_owned(),
            limits: LIMITS.to_owned(),
            folder: "/tmp".to_owned(),
            ..Reading::default()
        };
        let mut footprint = Footprint::default();
        add(&mut footprint, &reading, Path::new("/scratch"));
        assert_eq!((footprint.threads, footprint.resident_kib, footprint.reserved_kib), (7, 1576, 2540));
        for (key, value) in [
            ("umask", "0022"),
            ("name of the main thread", "callback"),
            ("processors allowed", "0-1"),
            ("current folder", "/tmp"),
            ("RLIMIT_NOFILE", "1024"),
            ("hard RLIMIT_NOFILE", "524288"),
            ("RLIMIT_STACK", "8388608 bytes"),
            ("hard RLIMIT_STACK", "unlimited"),
            ("RLIMIT_NPROC", "15458"),
            ("timers", "none"),
        ] {
            assert_eq!(footprint.facts.get(key).map(String::as_str), Some(value), "{key}");
        }
    }

    #[test]
    fn folders_are_told_from_where_it_started() {
        for (path, told) in
            [("/scratch/w0", "./"), ("/scratch/w0/b", "./b"), ("/scratch", "/scratch"), ("/", "/"), ("", "")]
        {
            assert_eq!(folder(path, Path::new("/scratch/w0")), told);
        }
    }

    #[test]
    fn timers_have_a_signal_and_a_clock() {
        assert_eq!(timers(TIMERS), "SIGALRM by clock 1, SIGPROF by clock -6");
        assert_eq!(timers("ID: 3\nsignal: 0/0\nnotify: none/pid.1\nClockID: 0\n"), "nothing by clock 0");
    }
}
