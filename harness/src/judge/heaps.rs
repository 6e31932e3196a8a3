//! Whether the heaps of a cell's libraries lie apart, from the blocks that they reported and from /proc at a mark.

use std::collections::BTreeMap;

use super::callbacks::Contradiction;
use crate::catalog::Heap;
use crate::matrix::Cell;
use crate::run::{Footprint, Mapping, Observation};
use crate::trace::{Event, Kind};

/// The mark at which every library has churned once and none twice: later blocks may lie where earlier ones did.
const MARK: &str = "apart";

/// A library's blocks: first and last address in each mapping.
type Hulls = BTreeMap<u64, (u64, u64)>;

/// The first overlap of two heaps of which at least one is a runtime's own. Users of malloc share a heap by design.
///
/// Two blocks may never share a byte. Two heaps may share a mapping of /proc, since the kernel joins neighbours, but not
/// lie interleaved in it.
pub fn contradiction(cell: &Cell<'_>, seen: &Observation) -> Option<Contradiction> {
    let mark = seen.footprints.iter().find(|footprint| footprint.mark == MARK)?;
    let before = seen.trace.events.iter().position(|event| event.kind == Kind::Mark && event.text == MARK)?;
    let live: Vec<&Event> = seen.trace.events[..before].iter().filter(|event| event.kind == Kind::Live).collect();
    for first in 0..cell.runtimes.len() {
        for second in first + 1..cell.runtimes.len() {
            let shared = [first, second].iter().all(|at| cell.runtimes[*at].heap == Heap::Malloc);
            if shared {
                continue;
            }
            let labels = cell.labels();
            let names = format!("{} and {}", labels[first], labels[second]);
            if let Some(mapping) = interleaved(&hulls(&live, mark, first), &hulls(&live, mark, second), mark) {
                let detail = format!("{names} have blocks among each other in {:#x}-{:#x}", mapping.start, mapping.end);
                return Some(("churn", "heaps", detail));
            }
        }
    }
    None
}

fn hulls(live: &[&Event], at_mark: &Footprint, library: usize) -> Hulls {
    let mut hulls = Hulls::new();
    for event in live.iter().filter(|event| event.runtime == Cell::position(library)) {
        let (low, high) = (event.a.cast_unsigned(), event.a.cast_unsigned().wrapping_add(event.b.cast_unsigned()));
        if let Some(mapping) = at_mark.mapping_of(low) {
            let hull = hulls.entry(mapping.start).or_insert((low, high));
            *hull = (hull.0.min(low), hull.1.max(high));
        }
    }
    hulls
}

fn interleaved(first: &Hulls, second: &Hulls, at_mark: &Footprint) -> Option<Mapping> {
    let overlap = first.iter().find(|(mapping, (low, high))| {
        second.get(mapping).is_some_and(|(other_low, other_high)| low < other_high && other_low < high)
    });
    overlap.and_then(|(start, _)| at_mark.mapping_of(*start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_are_apart_and_the_interleaved_are_not() {
        let mark = Footprint {
            mark: String::new(),
            threads: 1,
            resident_kib: 0,
            reserved_kib: 0,
            caught: 0,
            maps: 1,
            writable: vec![Mapping { start: 0x1000, end: 0x9000 }],
        };
        let hulls = |low, high| Hulls::from([(0x1000, (low, high))]);
        assert_eq!(interleaved(&hulls(0x1000, 0x3000), &hulls(0x3000, 0x5000), &mark), None);
        assert!(interleaved(&hulls(0x1000, 0x3001), &hulls(0x3000, 0x5000), &mark).is_some());
        assert!(interleaved(&hulls(0x2000, 0x2100), &hulls(0x1000, 0x8000), &mark).is_some());
        assert_eq!(interleaved(&hulls(0x1000, 0x8000), &Hulls::new(), &mark), None);
    }
}
