//! Whether the heaps of a cell's libraries lie apart, from the blocks that they reported and from /proc at a mark.

use std::collections::BTreeSet;

use super::callbacks::Contradiction;
use crate::catalog::Heap;
use crate::check::linkage::Linkage;
use crate::matrix::Cell;
use crate::run::{Footprint, Observation};
use crate::trace::{Event, Kind};

/// The mark at which every library has churned once and none twice: later blocks may lie where earlier ones did.
const MARK: &str = "apart";

/// Heaps that map their memory themselves never share one of these, bytes.
const PAGE: u64 = 4096;

/// The first two heaps that have blocks in the same page, unless they are one heap by design.
pub fn contradiction(cell: &Cell<'_>, seen: &Observation, linked: &[Option<Linkage>]) -> Option<Contradiction> {
    let mark = seen.footprints.iter().find(|footprint| footprint.mark == MARK)?;
    let before = seen.trace.events.iter().position(|event| event.kind == Kind::Mark && event.text == MARK)?;
    let live: Vec<&Event> = seen.trace.events[..before].iter().filter(|event| event.kind == Kind::Live).collect();
    let labels = cell.labels();
    for first in 0..cell.runtimes.len() {
        for second in first + 1..cell.runtimes.len() {
            if are_one(cell.runtimes[first].heap, cell.runtimes[second].heap, have_common(linked, first, second)) {
                continue;
            }
            let page = pages(&live, mark, first).intersection(&pages(&live, mark, second)).next().copied();
            if let Some(page) = page {
                let detail = format!("{} and {} have blocks in the page {page:#x}", labels[first], labels[second]);
                return Some(("churn", "heaps", detail));
            }
        }
    }
    None
}

/// Users of malloc share a heap, and so do clients of one shared object that has it.
fn are_one(first: Heap, second: Heap, have_common: bool) -> bool {
    match (first, second) {
        (Heap::Malloc, Heap::Malloc) => true,
        (Heap::Shared, Heap::Shared) => have_common,
        (Heap::Own | Heap::Malloc | Heap::Shared, _) => false,
    }
}

/// Whether two libraries get the same shared object, as Guile and ECL get libgc, or a second JVM the first one's libjvm.
fn have_common(linked: &[Option<Linkage>], first: usize, second: usize) -> bool {
    let (Some(Some(first)), Some(Some(second))) = (linked.get(first), linked.get(second)) else { return false };
    first.objects.iter().any(|object| second.objects.iter().any(|other| other.is_loaded_as(object)))
}

/// The pages in which a library's blocks lie, of those that are mapped at the mark: a block may be gone by then.
fn pages(live: &[&Event], mark: &Footprint, library: usize) -> BTreeSet<u64> {
    let of_library = live.iter().filter(|event| event.runtime == Cell::position(library));
    let mapped = of_library.filter(|event| mark.mapping_of(event.a.cast_unsigned()).is_some());
    mapped
        .flat_map(|event| {
            let (low, size) = (event.a.cast_unsigned(), event.b.cast_unsigned().clamp(1, PAGE * PAGE));
            (low / PAGE..=low.saturating_add(size - 1) / PAGE).map(|page| page * PAGE)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::linkage::SharedObject;
    use crate::run::Mapping;

    fn block(runtime: u8, low: i64, size: i64) -> Event {
        Event { lane: 1, runtime, kind: Kind::Live, text: String::new(), a: low, b: size }
    }

    #[test]
    fn two_files_of_one_name_are_one_heap() {
        let linkage = |file: &str| {
            let object = SharedObject {
                file: file.into(),
                needed: true,
                soname: Some("libjvm.so".to_owned()),
                build_id: None,
                bytes: 1,
                written: 0,
            };
            Some(Linkage { objects: vec![object], second: Ok(vec![]) })
        };
        let linked = [linkage("/17/libjvm.so"), linkage("/25/libjvm.so"), None];
        assert!(have_common(&linked, 0, 1) && !have_common(&linked, 0, 2));
    }

    #[test]
    fn blocks_take_their_pages_if_those_are_mapped() {
        let writable = vec![Mapping { start: 0x1000, end: 0x9000 }];
        let mark = Footprint { mark: MARK.to_owned(), writable, ..Footprint::default() };
        let events = [block(1, 0x1ff0, 0x20), block(1, 0x20_0000, 8), block(2, 0x3000, 1), block(3, 0x4000, -1)];
        let live: Vec<&Event> = events.iter().collect();
        let first = pages(&live, &mark, 0);
        assert!(first.contains(&0x1000) && first.contains(&0x2000) && !first.contains(&0x20_0000));
        assert_eq!(pages(&live, &mark, 1), BTreeSet::from([0x3000]));
        assert_eq!(pages(&live, &mark, 2).len() as u64, PAGE, "a size that cannot be is cut");
    }
}
