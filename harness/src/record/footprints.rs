//! Footprints as a record has them: numbers, and what is different from the mark before. All facts of all marks of a full
//! matrix would be larger than everything else in it.

use serde::{Deserialize, Serialize};

use crate::run::{Change, Footprint};
use crate::trace::{Event, Kind, Trace};

/// What was measured at one mark.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FootprintRecord {
    /// The mark's name.
    pub mark: String,
    /// The steps since the mark before, as `load go`; each once.
    pub after: Vec<String>,
    /// Threads of the process.
    pub threads: u64,
    /// Resident set in KiB.
    pub resident_kib: u64,
    /// Reserved address space in KiB.
    pub reserved_kib: u64,
    /// Mappings of the address space.
    pub maps: u64,
    /// Open descriptors.
    pub descriptors: u64,
    /// What is different from the mark before; nothing at the first one.
    pub changes: Vec<Change>,
}

impl FootprintRecord {
    /// Of all marks of a run; `labels` are the cell's libraries in order.
    #[must_use]
    pub fn all(footprints: &[Footprint], trace: &Trace, labels: &[String]) -> Vec<Self> {
        let mut steps = steps(trace, labels).into_iter();
        let before = std::iter::once(None).chain(footprints.iter().map(Some));
        before
            .zip(footprints)
            .map(|(before, now)| Self {
                mark: now.mark.clone(),
                after: steps.next().unwrap_or_default(),
                threads: now.threads,
                resident_kib: now.resident_kib,
                reserved_kib: now.reserved_kib,
                maps: now.maps,
                descriptors: now.descriptors.len() as u64,
                changes: before.map(|before| now.since(before, labels)).unwrap_or_default(),
            })
            .collect()
    }
}

/// For each mark, the steps since the one before.
fn steps(trace: &Trace, labels: &[String]) -> Vec<Vec<String>> {
    let mut all = Vec::new();
    let mut steps: Vec<String> = Vec::new();
    for event in &trace.events {
        match event.kind {
            Kind::Mark => all.push(std::mem::take(&mut steps)),
            Kind::Step => {
                let step = named(event, labels);
                if !steps.contains(&step) {
                    steps.push(step);
                }
            }
            Kind::Done | Kind::Event | Kind::Lane | Kind::Note | Kind::Value | Kind::Failed | Kind::Refused => {}
            Kind::Detail | Kind::Fact | Kind::Live | Kind::End | Kind::Handler | Kind::State => {}
        }
    }
    all
}

fn named(step: &Event, labels: &[String]) -> String {
    match usize::from(step.runtime).checked_sub(1).and_then(|at| labels.get(at)) {
        Some(label) => format!("{} {label}", step.text),
        None => step.text.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(runtime: u8, kind: Kind, text: &str) -> Event {
        Event { lane: 1, runtime, kind, text: text.to_owned(), a: 0, b: 0 }
    }

    #[test]
    fn each_mark_has_the_steps_before_it() {
        let events = vec![
            event(0, Kind::Mark, "start"),
            event(1, Kind::Step, "load"),
            event(1, Kind::Done, "load"),
            event(2, Kind::Step, "load"),
            event(1, Kind::Step, "load"),
            event(0, Kind::Mark, "loaded"),
            event(0, Kind::Step, "pause"),
            event(0, Kind::Mark, "paused"),
        ];
        let trace = Trace { events, ..Trace::default() };
        let footprint = |mark: &str, threads| Footprint { mark: mark.to_owned(), threads, ..Footprint::default() };
        let footprints = [footprint("start", 1), footprint("loaded", 4), footprint("paused", 4)];
        let records = FootprintRecord::all(&footprints, &trace, &["go".to_owned(), "jvm".to_owned()]);
        let after: Vec<&[String]> = records.iter().map(|record| record.after.as_slice()).collect();
        assert_eq!(after, [&[][..], &["load go".to_owned(), "load jvm".to_owned()], &["pause".to_owned()]]);
        let changes: Vec<usize> = records.iter().map(|record| record.changes.len()).collect();
        assert_eq!(changes, [0, 1, 0]);
    }
}
