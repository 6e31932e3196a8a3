//! From facts, laws and cases to what each cell is expected to do. Made once for a run.

use std::collections::HashMap;
use std::sync::Arc;

use super::library::Library;
use super::pair::Pair;
use super::{LAWS, Law};
use crate::catalog::{Catalog, Part, Story};
use crate::id::{CellId, RuntimeId};
use crate::judge::ledger::{Entry, Ledger, Measured};
use crate::judge::{Expectation, Way};
use crate::matrix::Cell;

/// How each library fails by itself: alone, and beside a copy of itself.
pub(super) struct Alone {
    by: HashMap<(Part, RuntimeId), [Vec<Arc<Entry>>; 2]>,
}

impl Alone {
    /// Of all scenarios of the catalogue.
    fn new(catalog: &Catalog, ledger: &Ledger) -> Self {
        let mut ids = Vec::new();
        for scenario in &catalog.scenarios {
            for (at, mode) in scenario.modes.iter().enumerate() {
                let mode: Option<Arc<str>> = (at > 0).then(|| mode.as_str().into());
                let part = Part { scenario: scenario.name.as_str().into(), mode };
                for runtime in &catalog.runtimes {
                    for copies in 1..=2 {
                        let runtimes = vec![runtime.id.clone(); copies].into();
                        let (scenario, mode) = (Arc::clone(&part.scenario), part.mode.clone());
                        ids.push((part.clone(), CellId { scenario, mode, runtimes }));
                    }
                }
            }
        }
        let mut by: HashMap<_, [Vec<Arc<Entry>>; 2]> = HashMap::new();
        let entries = ledger.about_each(ids.iter().map(|(_, id)| id));
        for ((part, id), entries) in ids.into_iter().zip(entries).filter(|(_, entries)| !entries.is_empty()) {
            by.entry((part, id.runtimes[0].clone())).or_default()[id.runtimes.len() - 1] = entries;
        }
        Self { by }
    }

    pub(super) fn of(&self, part: &Part, library: &RuntimeId) -> &[Arc<Entry>] {
        self.by.get(&(part.clone(), library.clone())).map_or(&[], |entries| entries[0].as_slice())
    }

    pub(super) fn twice(&self, part: &Part, library: &RuntimeId) -> &[Arc<Entry>] {
        self.by.get(&(part.clone(), library.clone())).map_or(&[], |entries| entries[1].as_slice())
    }
}

/// All that is known beforehand: asked for each cell.
pub struct Expected<'k> {
    ledger: &'k Ledger,
    alone: Alone,
    catalog: &'k Catalog,
}

impl<'k> Expected<'k> {
    /// From a catalogue and what was accepted.
    #[must_use]
    pub fn new(catalog: &'k Catalog, ledger: &'k Ledger) -> Self {
        Self { ledger, alone: Alone::new(catalog, ledger), catalog }
    }

    /// What is accepted of what was measured on a library.
    #[must_use]
    pub fn measured(&self, library: &RuntimeId) -> Option<&'k Measured> {
        self.ledger.measured(library)
    }

    /// What each of some cells is expected to do, in their order.
    #[must_use]
    pub fn of_each(&self, cells: &[Cell<'_>]) -> Vec<Expectation> {
        self.of_each_by(cells, &LAWS.iter().collect::<Vec<_>>())
    }

    /// The same by some of the laws only.
    #[must_use]
    pub fn of_each_by(&self, cells: &[Cell<'_>], laws: &[&Law]) -> Vec<Expectation> {
        let runtimes = self.catalog.runtimes.iter().chain(cells.iter().flat_map(|cell| cell.runtimes.iter().copied()));
        let mut libraries: HashMap<&RuntimeId, Library<'_>> = HashMap::new();
        for runtime in runtimes {
            libraries.entry(&runtime.id).or_insert_with(|| Library::new(runtime, self.ledger, &self.alone));
        }
        let entries = self.ledger.about_each(cells.iter().map(|cell| &cell.id));
        let each = cells.iter().zip(entries).map(|(cell, entries)| {
            let mut ways: Vec<Way> = entries.into_iter().map(Way::Entry).collect();
            // What somebody wrote about two copies of one library is all that is known of them, where there is something.
            for (one, other) in pairs(cell.runtimes.len()) {
                let libraries = [one, other].map(|at| &libraries[&cell.runtimes[at].id]);
                ways.extend(predictions(cell, libraries, laws));
            }
            Expectation { ways }
        });
        each.collect()
    }
}

/// All pairs of positions, in order.
fn pairs(count: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..count).flat_map(move |one| (one + 1..count).map(move |other| (one, other)))
}

fn predictions(cell: &Cell<'_>, libraries: [&Library<'_>; 2], laws: &[&Law]) -> Vec<Way> {
    let untold = Story::default();
    let story = cell.scenario.story(cell.mode).unwrap_or(&untold);
    let part = Part { scenario: Arc::clone(&cell.id.scenario), mode: cell.id.mode.clone() };
    let pair = Pair { scenario: cell.scenario, part, story, libraries };
    let all = laws.iter().flat_map(|law| law.of(&pair));
    all.map(|prediction| Way::Law(Arc::new(prediction))).collect()
}
