//! The one function that concludes: outcome, snapshot and ledger in, verdict out. Pure, and tested by its whole table.

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use super::ledger::{Circumstances, Entry, Standing};
use super::rate::{Agreement, Rate};
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
    /// It failed, and the ledger does not have this failure.
    Failed,
    /// It failed exactly as the ledger says.
    Known,
    /// The ledger says that it fails, and it did not.
    Fixed,
    /// Some of its repeats were judged otherwise than others.
    Flaky,
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
        Self::Flaky,
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
            Self::Flaky => "flaky",
            Self::Skipped => "skipped",
            Self::Faulty => "faulty",
        }
    }

    /// Whether a run with such a cell is not good.
    #[must_use]
    pub fn blocks(self) -> bool {
        match self {
            Self::New | Self::Changed | Self::Failed | Self::Fixed | Self::Flaky | Self::Faulty => true,
            Self::Pass | Self::Known | Self::Skipped => false,
        }
    }

    /// The verdict of several runs of one cell: theirs if they agree, else `Flaky`. Runs that were skipped say nothing,
    /// and one that the harness spoiled spoils the cell. Where the ledger has a rate, `Pass` and `Known` may stand together
    /// as long as they fit it.
    #[must_use]
    pub fn of_repeats(verdicts: &[Self], rate: Option<Rate>) -> Self {
        let mut said = verdicts.iter().copied().filter(|verdict| *verdict != Self::Skipped);
        let Some(first) = said.next() else { return Self::Skipped };
        if verdicts.contains(&Self::Faulty) {
            return Self::Faulty;
        }
        match rate {
            Some(rate)
                if verdicts.iter().all(|verdict| matches!(verdict, Self::Pass | Self::Known | Self::Skipped)) =>
            {
                let count = |wanted: Self| verdicts.iter().filter(|verdict| **verdict == wanted).count();
                let (failures, passes) = (count(Self::Known), count(Self::Pass));
                match rate.agrees(failures, failures + passes) {
                    Agreement::Never => Self::Fixed,
                    Agreement::MoreOften => Self::Flaky,
                    Agreement::Agrees if failures > 0 => Self::Known,
                    Agreement::Agrees => Self::Pass,
                }
            }
            Some(_) | None if said.all(|verdict| verdict == first) => first,
            Some(_) | None => Self::Flaky,
        }
    }
}

impl std::fmt::Display for Verdict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.name())
    }
}

/// A verdict and what the ledger has to do with it.
#[derive(Debug, Clone, Copy)]
pub struct Judgement<'l> {
    /// What we conclude.
    pub verdict: Verdict,
    /// The entry that covers a `Known` failure, or the one by which a cell is `Fixed`.
    pub entry: Option<&'l Entry>,
    /// Of a `Failed` cell: the entry that comes nearest to covering the failure, and why it does not.
    pub near: Option<(&'l Entry, Standing)>,
}

/// The verdict. `entries` are those of the ledger whose cells include this one; one of them covers a failure only if phase,
/// outcome and what that says are the same, and all that it asks of platform, toolchain and day holds. Against one that has
/// no rate and whose demands hold, a cell that finished is `Fixed`.
#[must_use]
pub fn judge<'l>(
    outcome: &Outcome,
    comparison: Comparison,
    entries: &[&'l Entry],
    now: &Circumstances<'_>,
) -> Judgement<'l> {
    let plain = |verdict| Judgement { verdict, entry: None, near: None };
    match outcome.what {
        What::NotRun => plain(Verdict::Skipped),
        What::HarnessFailed => plain(Verdict::Faulty),
        What::Finished => {
            let expected = entries.iter().copied().find(|entry| entry.rate.is_none() && entry.expects(now));
            if expected.is_some() {
                return Judgement { verdict: Verdict::Fixed, entry: expected, near: None };
            }
            plain(match comparison {
                Comparison::Same => Verdict::Pass,
                Comparison::Missing => Verdict::New,
                Comparison::Different => Verdict::Changed,
            })
        }
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
            let standings = || entries.iter().copied().map(|entry| (entry, entry.stands(outcome, now)));
            match standings().find(|(_, standing)| *standing == Standing::Covers) {
                Some((entry, _)) => Judgement { verdict: Verdict::Known, entry: Some(entry), near: None },
                None => Judgement { near: standings().max_by_key(|(_, standing)| *standing), ..plain(Verdict::Failed) },
            }
        }
    }
}
