//! What follows from facts that are not the accepted ones: cells that are expected to do something else then.

use super::Expected;
use crate::catalog::Catalog;
use crate::id::{CellId, RuntimeId};
use crate::judge::ledger::{Ledger, Measured};
use crate::matrix::cells;

/// What follows from other facts of one library.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Follows {
    /// Cells that must or may fail then, and were expected to finish.
    pub fail: Vec<CellId>,
    /// Cells that are expected to finish then, and were to fail.
    pub finish: Vec<CellId>,
}

/// Compares what is expected by the accepted facts with what would be by those that were found.
#[must_use]
pub fn follows(catalog: &Catalog, ledger: &Ledger, library: &RuntimeId, found: &Measured) -> Follows {
    let other = ledger.with_measured(library, found.clone());
    let mut about = cells(catalog);
    about.retain(|cell| cell.id.runtimes.len() > 1 && cell.id.runtimes.contains(library));
    let (before, after) =
        (Expected::new(catalog, ledger).of_each(&about), Expected::new(catalog, &other).of_each(&about));
    let mut follows = Follows::default();
    for ((cell, before), after) in about.iter().zip(&before).zip(&after) {
        match (before.ways.is_empty(), after.ways.is_empty()) {
            (true, false) => follows.fail.push(cell.id.clone()),
            (false, true) => follows.finish.push(cell.id.clone()),
            (true, true) | (false, false) => {}
        }
    }
    follows
}
