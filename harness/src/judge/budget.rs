//! Whether a cell had more of something at a mark than its scenario's header allows.

use crate::catalog::{Budget, Resource};
use crate::matrix::Cell;
use crate::run::{Footprint, Observation};
use crate::trace::Kind;

/// Phase, resource and numbers of the first mark at which a budget was exceeded.
pub fn exceeded<'a>(cell: &Cell<'_>, seen: &'a Observation) -> Option<(&'a str, Resource, String)> {
    let marks = seen.trace.events.iter().enumerate().filter(|(_, event)| event.kind == Kind::Mark);
    marks.zip(&seen.footprints).find_map(|((at, _), footprint)| {
        let budget = cell.scenario.budgets.iter().find(|budget| amount(footprint, budget.of) > budget.most)?;
        Some((seen.trace.open_step(at).unwrap_or("load"), budget.of, told(footprint, *budget)))
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

fn told(footprint: &Footprint, budget: Budget) -> String {
    let has = budget.of.amount(amount(footprint, budget.of));
    format!("{has} at the mark {}, where {} are allowed", footprint.mark, budget.most)
}
