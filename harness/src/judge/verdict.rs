//! The one function that concludes: outcome, snapshot and ledger in, verdict out. Pure, and tested by its whole table.

use serde::{Deserialize, Serialize};

use super::ledger::Entry;
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

/// The verdict. `entries` are those of the ledger whose cells include this one; one of them covers a failure only if phase
/// and outcome are the same. Against one that has no rate, a cell that finished is `Fixed`.
#[must_use]
pub fn judge(outcome: &Outcome, comparison: Comparison, entries: &[&Entry]) -> Verdict {
    match outcome.what {
        What::NotRun => Verdict::Skipped,
        What::HarnessFailed => Verdict::Faulty,
        What::Finished if entries.iter().any(|entry| entry.rate.is_none()) => Verdict::Fixed,
        What::Finished => match comparison {
            Comparison::Same => Verdict::Pass,
            Comparison::Missing => Verdict::New,
            Comparison::Different => Verdict::Changed,
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
            let covered = entries.iter().any(|entry| entry.covers(outcome));
            if covered { Verdict::Known } else { Verdict::Failed }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMPARISONS: [Comparison; 3] = [Comparison::Same, Comparison::Missing, Comparison::Different];

    fn outcome(phase: &str, what: What) -> Outcome {
        Outcome { phase: phase.to_owned(), what, detail: String::new() }
    }

    fn failures() -> Vec<What> {
        let word = || "x".to_owned();
        vec![
            What::Exited(1),
            What::Signalled(11),
            What::TimedOut,
            What::Leaked,
            What::Flooded(word()),
            What::OverLimit(word()),
            What::Incomplete,
            What::Refused(word()),
            What::CheckFailed,
            What::Contradicted(word()),
            What::OverBudget(word()),
            What::Corrupted(word()),
            What::NotBuilt,
        ]
    }

    #[test]
    fn finished_is_judged_by_snapshot_unless_the_ledger_expects_a_failure() {
        let finished = outcome("exit", What::Finished);
        let expected = [Verdict::Pass, Verdict::New, Verdict::Changed];
        for (comparison, verdict) in COMPARISONS.into_iter().zip(expected) {
            assert_eq!(judge(&finished, comparison, &[]), verdict);
            let entry = Entry::for_test("exit", What::Signalled(11));
            assert_eq!(judge(&finished, comparison, &[&entry]), Verdict::Fixed);
            let sometimes = Entry::sometimes_for_test("exit", What::Signalled(11));
            assert_eq!(judge(&finished, comparison, &[&sometimes]), verdict);
            assert_eq!(judge(&finished, comparison, &[&sometimes, &entry]), Verdict::Fixed);
        }
    }

    #[test]
    fn a_failure_is_known_only_in_its_own_phase_and_way() {
        for what in failures() {
            let seen = outcome("callback", what.clone());
            for comparison in COMPARISONS {
                assert_eq!(judge(&seen, comparison, &[]), Verdict::Failed, "{what}");
                let same = Entry::for_test("callback", what.clone());
                assert_eq!(judge(&seen, comparison, &[&same]), Verdict::Known, "{what}");
                let elsewhere = Entry::for_test("load", what.clone());
                assert_eq!(judge(&seen, comparison, &[&elsewhere]), Verdict::Failed, "{what}");
                assert_eq!(judge(&seen, comparison, &[&elsewhere, &same]), Verdict::Known, "{what}");
                for other in failures().into_iter().chain([What::Signalled(6), What::Exited(2)]) {
                    if other != what {
                        let otherwise = Entry::for_test("callback", other);
                        assert_eq!(judge(&seen, comparison, &[&otherwise]), Verdict::Failed, "{what}");
                    }
                }
            }
        }
    }

    #[test]
    fn what_did_not_run_blames_no_cell() {
        let entry = Entry::for_test("load", What::Signalled(11));
        for comparison in COMPARISONS {
            for entries in [&[][..], &[&entry]] {
                assert_eq!(judge(&outcome("load", What::NotRun), comparison, entries), Verdict::Skipped);
                assert_eq!(judge(&outcome("load", What::HarnessFailed), comparison, entries), Verdict::Faulty);
            }
        }
    }

    #[test]
    fn repeats_agree_or_are_flaky() {
        use Verdict::{Failed, Faulty, Flaky, Known, Pass, Skipped};
        for (verdicts, together) in [
            (&[Pass, Pass][..], Pass),
            (&[Known, Known], Known),
            (&[Pass, Failed, Pass], Flaky),
            (&[Known, Failed], Flaky),
            (&[Pass, Skipped], Pass),
            (&[Skipped, Skipped], Skipped),
            (&[], Skipped),
            (&[Pass, Faulty, Failed], Faulty),
        ] {
            assert_eq!(Verdict::of_repeats(verdicts, None), together, "{verdicts:?}");
        }
    }

    #[test]
    fn repeats_fit_the_ledgers_rate_or_block() {
        use Verdict::{Failed, Fixed, Flaky, Known, Pass, Skipped};
        let half = "10 of 20".parse().ok();
        for (verdicts, together) in [
            (vec![Pass], Pass),
            (vec![Known], Known),
            (vec![Pass, Known, Skipped], Known),
            (vec![Pass; 10], Fixed),
            (vec![Known; 11], Flaky),
            (vec![Pass, Known, Failed], Flaky),
            (vec![Failed, Failed], Failed),
            (vec![Fixed], Fixed),
            (vec![Skipped], Skipped),
        ] {
            assert_eq!(Verdict::of_repeats(&verdicts, half), together, "{verdicts:?}");
        }
    }
}
