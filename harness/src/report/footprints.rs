//! Footprints of one cell as text: for each mark where the process stood, and what had changed since the mark before.

use std::fmt::Write;

use crate::record::FootprintRecord;

/// Steps that are named; more are counted.
const STEPS: usize = 4;

/// A line for each mark and one for each change.
#[must_use]
pub fn text(footprints: &[FootprintRecord]) -> String {
    let mut out = String::new();
    for mark in footprints {
        let _ = writeln!(
            out,
            "{}{}: {}, {:.1} MB resident, {:.1} MB reserved, {}, {}",
            mark.mark,
            after(&mark.after),
            counted(mark.threads, "thread"),
            mark.resident_kib as f64 * 1024.0 / 1e6,
            mark.reserved_kib as f64 * 1024.0 / 1e6,
            counted(mark.maps, "mapping"),
            counted(mark.descriptors, "descriptor"),
        );
        for change in &mark.changes {
            let _ = writeln!(out, "  {change}");
        }
    }
    out
}

fn after(steps: &[String]) -> String {
    if steps.is_empty() {
        return String::new();
    }
    let named: Vec<&str> = steps.iter().take(STEPS).map(String::as_str).collect();
    let more = if steps.len() > STEPS { format!(" and {} more", steps.len() - STEPS) } else { String::new() };
    format!(", after {}{more}", named.join(", "))
}

fn counted(number: u64, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::{Change, Steadiness};

    #[test]
    fn marks_and_changes() {
        let mark = |mark: &str, after: &[&str], threads, changes: Vec<Change>| FootprintRecord {
            mark: mark.to_owned(),
            after: after.iter().map(|step| (*step).to_owned()).collect(),
            threads,
            resident_kib: 1500,
            reserved_kib: 70_000,
            maps: 41,
            descriptors: 3,
            changes,
        };
        let change = |subject: &str, from: Option<&str>, to: Option<&str>| Change {
            subject: subject.to_owned(),
            from: from.map(str::to_owned),
            to: to.map(str::to_owned),
            steadiness: Steadiness::Stable,
        };
        let changes = vec![
            change("RLIMIT_NOFILE", Some("1024"), Some("20000")),
            change("flags of SIGUSR1 of the host", None, Some("SA_ONSTACK")),
        ];
        let marks = [
            mark("start", &[], 1, Vec::new()),
            mark("loaded", &["load go"], 6, changes),
            mark("end", &["a", "b", "c", "d", "e", "f"], 6, Vec::new()),
        ];
        insta::assert_snapshot!(text(&marks), @r"
        start: 1 thread, 1.5 MB resident, 71.7 MB reserved, 41 mappings, 3 descriptors
        loaded, after load go: 6 threads, 1.5 MB resident, 71.7 MB reserved, 41 mappings, 3 descriptors
          RLIMIT_NOFILE: 1024 → 20000
          flags of SIGUSR1 of the host: SA_ONSTACK added
        end, after a, b, c, d and 2 more: 6 threads, 1.5 MB resident, 71.7 MB reserved, 41 mappings, 3 descriptors
        ");
    }
}
