//! How well laws do against a run: what each said of a cell, and what the cell did.

use std::collections::{BTreeMap, BTreeSet};

use super::{Expected, LAWS, Law};
use crate::id::CellId;
use crate::judge::ledger::{FACTS, FILE, Standing};
use crate::judge::{Expectation, How, Outcome, Way, What};
use crate::matrix::Cell;

/// Cells that somebody said something of, and how many of them failed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    /// Cells.
    pub cells: usize,
    /// Those that failed.
    pub failed: usize,
}

impl Count {
    fn add(&mut self, failed: bool) {
        self.cells += 1;
        self.failed += usize::from(failed);
    }
}

/// What one law, or a list of cases, is worth.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LawScore {
    /// Cells that must fail.
    pub must: Count,
    /// Cells that may fail.
    pub may: Count,
    /// Failed cells that no other law and no case speaks of.
    pub alone: usize,
    /// Cells that must fail and finished.
    pub false_alarms: Vec<CellId>,
    /// Failed cells whose outcome or phase it does not name, and nothing else does.
    pub out_of_shape: Vec<CellId>,
}

/// Laws against a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Score {
    /// By law.
    pub laws: BTreeMap<&'static str, LawScore>,
    /// By cases.
    pub cases: LawScore,
    /// Cells that must fail by a law.
    pub must: Count,
    /// Cells that may fail by a law, and need not by another one.
    pub may: Count,
    /// Cells of which only a case speaks.
    pub case: Count,
    /// Cells of which nothing is said.
    pub nothing: Count,
    /// Failures that nobody said.
    pub missed: Vec<CellId>,
    /// Of cells in which neither library fails alone in these steps: all failures, and those that were said.
    pub together: Count,
}

/// A cell of several libraries and what it did.
pub type Seen<'c> = (&'c Cell<'c>, &'c Outcome);

impl Score {
    /// Scores laws and cases against what some cells did. What somebody wrote of two copies of a library counts as a law of its
    /// own would: it is a fact of one library.
    #[must_use]
    pub fn new(seen: &[Seen<'_>], expectations: &[Expectation]) -> Self {
        let mut score = Self::default();
        for ((cell, outcome), expectation) in seen.iter().zip(expectations) {
            score.add(&cell.id, outcome, expectation);
        }
        score
    }

    fn add(&mut self, cell: &CellId, outcome: &Outcome, expectation: &Expectation) {
        let failed = outcome.what != What::Finished;
        let covered = expectation.ways.iter().any(|way| way.stands(outcome) == Standing::Covers);
        let mut speak: BTreeMap<&'static str, How> = BTreeMap::new();
        let mut case = false;
        for way in &expectation.ways {
            match way {
                Way::Law(law) => {
                    let how = speak.entry(law.law).or_insert(law.how);
                    *how = (*how).max(law.how);
                }
                Way::Entry(entry) if &*entry.file == FILE => case = true,
                Way::Entry(entry) => {
                    let how = if entry.rate.is_none() { How::Must } else { How::May };
                    let known = speak.entry("(fact of two copies)").or_insert(how);
                    *known = (*known).max(how);
                }
            }
        }
        let only = speak.len() == 1 && !case;
        for (law, how) in &speak {
            let own = self.laws.entry(law).or_default();
            match how {
                How::Must => own.must.add(failed),
                How::May => own.may.add(failed),
            }
            own.alone += usize::from(failed && only);
            if *how == How::Must && !failed {
                own.false_alarms.push(cell.clone());
            }
            if failed && !covered {
                own.out_of_shape.push(cell.clone());
            }
        }
        match speak.values().max() {
            Some(How::Must) => self.must.add(failed),
            Some(How::May) => self.may.add(failed),
            None if case => self.case.add(failed),
            None => self.nothing.add(failed),
        }
        if case {
            self.cases.may.add(failed);
        }
        if failed && !covered {
            self.missed.push(cell.clone());
        }
        let alone = speak.contains_key("in-company") || speak.contains_key("(fact of two copies)");
        if failed && !alone {
            self.together.cells += 1;
            self.together.failed += usize::from(covered);
        }
    }

    /// All failures.
    #[must_use]
    pub fn failures(&self) -> usize {
        self.must.failed + self.may.failed + self.case.failed + self.nothing.failed
    }
}

/// Leaves one sample out: laws that only its cells carry are struck out, cases are not asked, and failures that the other
/// library has alone are not counted. Says how its cells come out then, and which laws were struck out.
#[must_use]
pub fn without(
    sample: &str,
    seen: &[Seen<'_>],
    expected: &Expected<'_>,
    all: &[Expectation],
) -> (Score, Vec<&'static str>) {
    let has = |cell: &CellId| cell.runtimes.iter().any(|runtime| *runtime.name == *sample);
    let mut carried: BTreeSet<&str> = BTreeSet::new();
    for ((cell, outcome), expectation) in seen.iter().zip(all) {
        if outcome.what != What::Finished && !has(&cell.id) {
            carried.extend(expectation.ways.iter().filter_map(|way| match way {
                Way::Law(law) => Some(law.law),
                Way::Entry(_) => None,
            }));
        }
    }
    let (kept, struck): (Vec<&Law>, Vec<&Law>) = LAWS.iter().partition(|law| carried.contains(law.name));
    let is_partners = |cell: &Cell<'_>, expectation: &Expectation| {
        expectation.ways.iter().any(|way| match way {
            Way::Law(law) => law.repeats.as_ref().is_some_and(|entry| {
                let file = format!("{FACTS}/{sample}.toml");
                *entry.file != *file && cell.runtimes.iter().any(|runtime| *runtime.id.name != *sample)
            }),
            Way::Entry(_) => false,
        })
    };
    let of: Vec<usize> = (0..seen.len())
        .filter(|at| {
            let (cell, outcome) = seen[*at];
            has(&cell.id) && !(outcome.what != What::Finished && is_partners(cell, &all[*at]))
        })
        .collect();
    let cells: Vec<Cell<'_>> = of.iter().map(|at| seen[*at].0.clone()).collect();
    let mut expectations = expected.of_each_by(&cells, &kept);
    for expectation in &mut expectations {
        expectation.ways.retain(|way| !matches!(way, Way::Entry(entry) if &*entry.file == FILE));
    }
    let chosen: Vec<Seen<'_>> = of.iter().map(|at| seen[*at]).collect();
    (Score::new(&chosen, &expectations), struck.iter().map(|law| law.name).collect())
}
