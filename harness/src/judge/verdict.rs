//! The one function that concludes: outcome, snapshot and expectation in, verdict out. Pure, and tested by its whole table.

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use super::expectation::{Expectation, Way};
use super::ledger::Standing;
use super::rate::{Decision, Rate, Tally};
use super::{Outcome, What};

/// How a trace compares with its snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Comparison {
    /// The same.
    Same,
    /// There is no snapshot.
    Missing,
    /// Another.
    Different,
}

/// What we conclude about a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It finished, with the trace of its snapshot.
    Pass,
    /// It finished, and there is no snapshot yet.
    New,
    /// It finished, with another trace.
    Changed,
    /// It failed, and this failure is not expected: at least one run in twenty fails so.
    Failed,
    /// It failed as a fact, a law or a case says.
    Known,
    /// It must fail, and it did not.
    Fixed,
    /// It failed, or had another trace, and that is not expected; but nothing shows that one run in twenty does so.
    Rare,
    /// It was not run.
    Skipped,
    /// The harness failed, not the cell.
    Faulty,
}

impl Verdict {
    /// All, in the order of a summary.
    pub const ALL: [Self; 9] = [
        Self::Pass,
        Self::Known,
        Self::New,
        Self::Changed,
        Self::Failed,
        Self::Fixed,
        Self::Rare,
        Self::Faulty,
        Self::Skipped,
    ];

    /// The word for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::New => "new",
            Self::Changed => "changed",
            Self::Failed => "failed",
            Self::Known => "known",
            Self::Fixed => "fixed",
            Self::Rare => "rare",
            Self::Skipped => "skipped",
            Self::Faulty => "faulty",
        }
    }

    /// Whether a run with such a cell is not good.
    #[must_use]
    pub fn blocks(self) -> bool {
        match self {
            Self::New | Self::Changed | Self::Failed | Self::Fixed | Self::Faulty => true,
            Self::Pass | Self::Known | Self::Rare | Self::Skipped => false,
        }
    }

    /// The verdict of several runs of one cell. Runs that were skipped say nothing, and one that the harness spoiled spoils the
    /// cell. An unexpected run is `Failed` or `Changed` if at least one run in twenty is so, else `Rare`; the run that raised the
    /// question does not count for the answer. A cell that must fail and failed once is `Known`, whatever its other runs did.
    #[must_use]
    pub fn of_runs(runs: &Counts, rate: Option<Rate>) -> Self {
        let some = |verdict: Self| runs.of(verdict) > 0;
        let unexpected = runs.of(Self::Failed) + runs.of(Self::Changed);
        if some(Self::Faulty) {
            Self::Faulty
        } else if unexpected > 0 {
            let tally = Tally { bad: unexpected - 1, runs: runs.all() - 1 };
            match (tally.decision(), some(Self::Failed)) {
                (Decision::Seldom, _) => Self::Rare,
                (Decision::Open, _) if tally.bad * 5 < tally.runs => Self::Rare,
                (Decision::Often | Decision::Open, true) => Self::Failed,
                (Decision::Often | Decision::Open, false) => Self::Changed,
            }
        } else if some(Self::New) {
            Self::New
        } else if some(Self::Known) {
            Self::Known
        } else if some(Self::Fixed) {
            Self::Fixed
        } else if some(Self::Pass) {
            if rate.is_some_and(|rate| rate.is_over(runs.all())) { Self::Fixed } else { Self::Pass }
        } else {
            Self::Skipped
        }
    }
}

/// How many runs of one cell had each verdict.
#[derive(Debug, Clone, Copy, Default)]
pub struct Counts([usize; Verdict::ALL.len()]);

impl Counts {
    /// Counts runs with a verdict.
    pub fn add(&mut self, verdict: Verdict, runs: usize) {
        self.0[Self::at(verdict)] += runs;
    }

    /// Runs with that verdict.
    #[must_use]
    pub fn of(&self, verdict: Verdict) -> usize {
        self.0[Self::at(verdict)]
    }

    /// Runs that say something.
    #[must_use]
    pub fn all(&self) -> usize {
        self.0.iter().sum::<usize>() - self.of(Verdict::Skipped)
    }

    fn at(verdict: Verdict) -> usize {
        Verdict::ALL.iter().position(|other| *other == verdict).expect("ALL has every verdict")
    }
}

impl std::fmt::Display for Verdict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.name())
    }
}

/// A verdict and what the expectation has to do with it.
#[derive(Debug, Clone, Copy)]
pub struct Judgement<'e> {
    /// What we conclude.
    pub verdict: Verdict,
    /// The way that covers a `Known` failure, or the one by which a cell is `Fixed`.
    pub way: Option<&'e Way>,
    /// Of a `Failed` cell: the way that comes nearest to covering the failure, and why it does not.
    pub near: Option<(&'e Way, Standing)>,
}

/// The verdict of one run. A failure is `Known` if one of the expected ways has its phase, its outcome and what that says. A
/// cell that finished is `Fixed` if every run must fail.
#[must_use]
pub fn judge<'e>(outcome: &Outcome, comparison: Comparison, expected: &'e Expectation) -> Judgement<'e> {
    let plain = |verdict| Judgement { verdict, way: None, near: None };
    match outcome.what {
        What::NotRun => plain(Verdict::Skipped),
        What::HarnessFailed => plain(Verdict::Faulty),
        What::Finished => match (expected.must(), comparison) {
            (Some(way), _) => Judgement { way: Some(way), ..plain(Verdict::Fixed) },
            (None, Comparison::Same) => plain(Verdict::Pass),
            (None, Comparison::Missing) => plain(Verdict::New),
            (None, Comparison::Different) => plain(Verdict::Changed),
        },
        What::Exited(_)
        | What::Signalled(_)
        | What::TimedOut
        | What::Leaked
        | What::Flooded(_)
        | What::OverLimit(_)
        | What::Incomplete
        | What::Refused(_)
        | What::CheckFailed
        | What::Contradicted(_)
        | What::OverBudget(_)
        | What::Corrupted(_)
        | What::NotBuilt => {
            let standings = || expected.ways.iter().map(|way| (way, way.stands(outcome)));
            match standings().find(|(_, standing)| *standing == Standing::Covers) {
                Some((way, _)) => Judgement { way: Some(way), ..plain(Verdict::Known) },
                None => Judgement { near: standings().max_by_key(|(_, standing)| *standing), ..plain(Verdict::Failed) },
            }
        }
    }
}
