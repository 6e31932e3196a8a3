//! The state of a process that stands still at a mark: what /proc says of it, and what only the process itself can tell.
//!
//! While it stands there, texts are read and nothing else; they become a `Footprint` when the run is over.

mod change;
mod descriptors;
mod maps;
mod owner;
mod reading;
mod status;
mod told;

use std::collections::{BTreeMap, BTreeSet};

pub use change::{Change, Steadiness};
pub use descriptors::Descriptor;
pub use maps::Mapping;
pub use owner::{Owner, Owners};
pub use reading::Reading;
pub use told::Handler;

use crate::trace::{Kind, Trace};

/// What was measured at one mark.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Footprint {
    /// The mark's name.
    pub mark: String,
    /// Threads of the process.
    pub threads: u64,
    /// Resident set in KiB.
    pub resident_kib: u64,
    /// Reserved address space in KiB.
    pub reserved_kib: u64,
    /// Mappings of the address space.
    pub maps: u64,
    /// Writable mappings that no file is behind: where heaps lie.
    pub writable: Vec<Mapping>,
    /// The files of which code is mapped, by name.
    pub modules: BTreeSet<String>,
    /// Open descriptors, without those that the harness handed over.
    pub descriptors: BTreeMap<i32, Descriptor>,
    /// Signals that are not at their default.
    pub handlers: BTreeMap<i32, Handler>,
    /// Signals that the thread at the mark has blocked: bit n-1 for signal n.
    pub blocked: u64,
    /// Bytes of that thread's signal stack; 0 is none.
    pub signal_stack: u64,
    /// Variables of the environment, with a hash of name and value.
    pub environment: BTreeMap<String, u64>,
    /// All other facts: limits, floating-point control, locale, timers, flags of the process.
    pub facts: BTreeMap<String, String>,
}

impl Footprint {
    /// What the texts of a reading and the events of its mark say.
    #[must_use]
    pub fn of(reading: &Reading, trace: &Trace, mark: usize, owners: &Owners<'_>) -> Self {
        let maps = maps::parse(&reading.maps);
        let mut footprint = Self {
            mark: reading.mark.clone(),
            maps: maps.len() as u64,
            writable: maps.iter().filter(|map| map.is_heap()).map(|map| map.at).collect(),
            modules: maps.iter().filter(|map| map.executable).filter_map(maps::Map::file_name).collect(),
            descriptors: reading.descriptors.iter().map(|(number, text)| (*number, text.into())).collect(),
            ..Self::default()
        };
        footprint.facts.extend(maps::facts(&maps));
        status::add(&mut footprint, reading, owners.folder);
        for event in of_mark(trace, mark) {
            told::add(&mut footprint, event, |address| owners.of(address, &maps));
        }
        footprint
    }

    /// Of all marks of a run.
    #[must_use]
    pub fn all(readings: &[Reading], trace: &Trace, owners: &Owners<'_>) -> Vec<Self> {
        readings.iter().enumerate().map(|(mark, reading)| Self::of(reading, trace, mark, owners)).collect()
    }

    /// The writable mapping that an address lies in.
    #[must_use]
    pub fn mapping_of(&self, address: u64) -> Option<Mapping> {
        self.writable.iter().copied().find(|mapping| mapping.start <= address && address < mapping.end)
    }
}

/// What the host told at its n-th mark.
fn of_mark(trace: &Trace, mark: usize) -> impl Iterator<Item = &crate::trace::Event> {
    let mut marks = trace.events.iter().enumerate().filter(|(_, event)| event.kind == Kind::Mark);
    let from = marks.nth(mark).map_or(trace.events.len(), |(at, _)| at + 1);
    let to = marks.next().map_or(trace.events.len(), |(at, _)| at);
    trace.events[from..to].iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_has_one() {
        let own = Reading::of(std::process::id().cast_signed(), "now");
        let own = Footprint::of(&own, &Trace::default(), 0, &Owners::none());
        assert!(own.threads >= 1 && own.maps > 3 && own.resident_kib > 0 && !own.writable.is_empty());
        assert!(own.modules.contains("libc.so.6") && own.descriptors.contains_key(&1));
        for fact in ["umask", "current folder", "RLIMIT_NOFILE", "hard RLIMIT_NOFILE", "timers", "executable stack"] {
            assert!(own.facts.contains_key(fact), "{fact}");
        }
    }

    #[test]
    fn a_process_that_is_gone_has_nothing() {
        let none = Footprint::of(&Reading::of(0, "now"), &Trace::default(), 0, &Owners::none());
        assert_eq!((none.threads, none.maps, none.descriptors.len()), (0, 0, 0));
    }
}
