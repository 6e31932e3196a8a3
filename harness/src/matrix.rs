//! From the catalogue and a filter to an ordered list of cells. The only place that pairs things.

mod compact;
mod filter;

use std::sync::Arc;

pub use compact::compact;
pub use filter::{Filter, FilterError, glob, is_special};

use crate::catalog::{Catalog, FILE, Group, LINKED, PRELOAD, Runtime, Scenario, TERMINAL, Tools, Variants};
use crate::child::Stdout;
use crate::id::CellId;

/// One thing to run: a scenario, its load mode, and runtimes in order.
#[derive(Debug, Clone)]
pub struct Cell<'c> {
    /// Its printed name.
    pub id: CellId,
    /// What is to be shown.
    pub scenario: &'c Scenario,
    /// `dlopen`, `linked`, or the scenario's own word.
    pub mode: &'c str,
    /// With whom.
    pub runtimes: Vec<&'c Runtime>,
}

impl Cell<'_> {
    /// Whether the host is linked with the libraries.
    #[must_use]
    pub fn is_linked(&self) -> bool {
        self.mode == LINKED
    }

    /// Whether the libraries are in the host's `LD_PRELOAD`.
    #[must_use]
    pub fn is_preloaded(&self) -> bool {
        self.mode == PRELOAD
    }

    /// What the host's stdout is.
    #[must_use]
    pub fn stdout(&self) -> Stdout {
        match self.mode {
            FILE => Stdout::File,
            TERMINAL => Stdout::Terminal,
            _ => Stdout::Pipe,
        }
    }

    /// What its builds and its VM need of the machine.
    pub fn tools(&self) -> impl Iterator<Item = &Tools> {
        self.runtimes.iter().map(|runtime| &runtime.tools).chain(self.scenario.vm.iter().map(|vm| &vm.tools))
    }

    /// The groups of its runtimes and its VM.
    pub fn groups(&self) -> impl Iterator<Item = Group> {
        self.runtimes.iter().map(|runtime| runtime.group).chain(self.scenario.vm.iter().map(|vm| vm.group))
    }

    /// A name for each library: the runtime's, and `#2`, `#3` for a further copy.
    #[must_use]
    pub fn labels(&self) -> Vec<String> {
        self.id.labels()
    }

    /// The number by which the trace names the library at an index: 1 for the first.
    #[must_use]
    pub fn position(at: usize) -> u8 {
        u8::try_from(at + 1).unwrap_or(u8::MAX)
    }

    /// Which copy of its runtime the library at an index is: 1 for the first.
    #[must_use]
    pub fn copy(&self, at: usize) -> usize {
        self.id.copy(at)
    }
}

/// A part of all cells: `k` of `n`, by position, so that every part has some of everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    /// 1-based.
    pub part: usize,
    /// How many parts.
    pub of: usize,
}

impl std::str::FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parse = || {
            let (part, of) = text.split_once('/')?;
            let (part, of) = (part.parse().ok()?, of.parse().ok()?);
            (part >= 1 && part <= of).then_some(Self { part, of })
        };
        parse().ok_or_else(|| format!("`{text}` is no part of a whole: write k/n with 1 <= k <= n, as in 1/4"))
    }
}

/// All cells that the catalogue allows, scenario by scenario in the order of names; in each, modes as the header has them,
/// then fewer runtimes before more, then runtimes in the catalogue's order.
#[must_use]
pub fn cells(catalog: &Catalog) -> Vec<Cell<'_>> {
    cells_of(catalog, |_, _| true)
}

/// The same of some scenarios and modes only.
fn cells_of(catalog: &Catalog, is_wanted: impl Fn(&Scenario, &str) -> bool) -> Vec<Cell<'_>> {
    let mut all: Vec<Cell<'_>> = Vec::new();
    for scenario in &catalog.scenarios {
        let able: Vec<&Runtime> = catalog.runtimes.iter().filter(|runtime| accepts(scenario, runtime)).collect();
        let name: Arc<str> = scenario.name.as_str().into();
        for (at, mode) in scenario.modes.iter().enumerate().filter(|(_, mode)| is_wanted(scenario, mode)) {
            let printed_mode: Option<Arc<str>> = (at > 0).then(|| mode.as_str().into());
            let of = |runtimes| named(scenario, Arc::clone(&name), printed_mode.clone(), mode, runtimes);
            let first = all.len();
            for count in scenario.fewest..=scenario.most {
                tuples(&able, count, &mut |runtimes| {
                    if accepts_together(scenario, &runtimes) {
                        all.extend(of(runtimes));
                    }
                });
            }
            for ids in &scenario.also {
                let found: Option<Vec<&Runtime>> =
                    ids.iter().map(|id| catalog.runtime(id).filter(|runtime| accepts(scenario, runtime))).collect();
                let named = found.and_then(of).filter(|named| all[first..].iter().all(|cell| cell.id != named.id));
                all.extend(named);
            }
        }
    }
    all
}

/// One cell by its parts, whether or not [`cells`] would list it.
#[must_use]
pub fn cell<'c>(
    scenario: &'c Scenario,
    printed_mode: Option<&str>,
    mode: &'c str,
    runtimes: Vec<&'c Runtime>,
) -> Option<Cell<'c>> {
    named(scenario, scenario.name.as_str().into(), printed_mode.map(Arc::from), mode, runtimes)
}

/// The same with names that other cells have as well.
fn named<'c>(
    scenario: &'c Scenario,
    name: Arc<str>,
    printed_mode: Option<Arc<str>>,
    mode: &'c str,
    runtimes: Vec<&'c Runtime>,
) -> Option<Cell<'c>> {
    if runtimes.is_empty() {
        return None;
    }
    let ids = runtimes.iter().map(|runtime| runtime.id.clone()).collect();
    Some(Cell { id: CellId { scenario: name, mode: printed_mode, runtimes: ids }, scenario, mode, runtimes })
}

/// Whether a runtime has what a scenario needs.
#[must_use]
pub fn accepts(scenario: &Scenario, runtime: &Runtime) -> bool {
    runtime.flavours.contains_key(&scenario.flavour) && scenario.needs.iter().all(|entry| runtime.offers(*entry))
}

/// Whether runtimes that a scenario accepts one by one make a cell together.
#[must_use]
pub fn accepts_together(scenario: &Scenario, runtimes: &[&Runtime]) -> bool {
    let Some(first) = runtimes.first() else { return false };
    let default = || runtimes.iter().all(|runtime| runtime.id.variant.is_none());
    let related = || runtimes.iter().all(|runtime| runtime.id.name == first.id.name);
    let fit = match scenario.variants {
        Variants::Mixed => true,
        Variants::Alone => default() || related(),
    };
    fit && scenario.needs_first.iter().all(|entry| first.offers(*entry))
}

/// All ordered choices of `count` runtimes, a runtime with itself included.
fn tuples<'c>(able: &[&'c Runtime], count: usize, add: &mut impl FnMut(Vec<&'c Runtime>)) {
    let Some(total) = u32::try_from(count).ok().and_then(|count| able.len().checked_pow(count)) else { return };
    for number in 0..total {
        let mut rest = number;
        let mut chosen = vec![0; count];
        for place in chosen.iter_mut().rev() {
            *place = rest % able.len();
            rest /= able.len();
        }
        add(chosen.into_iter().map(|at| able[at]).collect());
    }
}
