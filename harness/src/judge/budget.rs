//! Whether a cell had more of something at a mark than its scenario's header allows.

use crate::catalog::{Budget, Resource};
use crate::matrix::Cell;
use crate::run::{Footprint, Observation};
use crate::trace::Kind;

/// Phase, resource and numbers of the first mark at which a budget was exceeded.
pub fn exceeded<'a>(cell: &Cell<'_>, seen: &'a Observation) -> Option<(&'a str, Resource, String)> {
    let (mark, budget) = first(&seen.footprints, &cell.scenario.budgets)?;
    let marks = seen.trace.events.iter().enumerate().filter(|(_, event)| event.kind == Kind::Mark);
    let phase = marks.map(|(at, _)| at).nth(mark).and_then(|at| seen.trace.open_step(at)).unwrap_or("load");
    let footprint = &seen.footprints[mark];
    let has = budget.of.amount(amount(footprint, budget.of));
    Some((phase, budget.of, format!("{has} at the mark {}, where {} are allowed", footprint.mark, budget.most)))
}

fn first(footprints: &[Footprint], budgets: &[Budget]) -> Option<(usize, Budget)> {
    footprints.iter().enumerate().find_map(|(mark, footprint)| {
        let budget = budgets.iter().find(|budget| amount(footprint, budget.of) > budget.most)?;
        Some((mark, *budget))
    })
}

fn amount(footprint: &Footprint, of: Resource) -> u64 {
    match of {
        Resource::Threads => footprint.threads,
        Resource::Resident => footprint.resident_kib,
        Resource::Reserved => footprint.reserved_kib,
        Resource::Mappings => footprint.maps,
        Resource::Descriptors => footprint.descriptors.len() as u64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::Descriptor;

    #[test]
    fn the_first_mark_above_a_budget() {
        let descriptors = (0..5).map(|number| (number, Descriptor::default())).collect();
        let small = Footprint { threads: 1, resident_kib: 10, reserved_kib: 20, maps: 30, ..Footprint::default() };
        let large =
            Footprint { threads: 2, resident_kib: 20, reserved_kib: 40, maps: 60, descriptors, ..Footprint::default() };
        let marks = [small, large];
        for (of, most, mark) in [
            (Resource::Threads, 2, None),
            (Resource::Threads, 1, Some(1)),
            (Resource::Threads, 0, Some(0)),
            (Resource::Resident, 20, None),
            (Resource::Resident, 19, Some(1)),
            (Resource::Reserved, 39, Some(1)),
            (Resource::Mappings, 59, Some(1)),
            (Resource::Descriptors, 5, None),
            (Resource::Descriptors, 4, Some(1)),
        ] {
            let budget = Budget { of, most };
            assert_eq!(first(&marks, &[budget]), mark.map(|mark| (mark, budget)), "{of} {most}");
        }
        assert_eq!(first(&marks, &[]), None);
    }
}
