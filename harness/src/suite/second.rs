//! A second look at what nobody expected: further runs of that cell, until an interval decides or time is up.

use std::time::{Duration, Instant};

use super::Setting;
use super::job::{CellJob, Run};
use super::races::Together;
use crate::judge::{Decision, Tally, Verdict, What};

/// Runs of one cell at most: a rate that a hundred runs do not decide lies between one in twenty and one in five.
const MOST: usize = 100;
/// Runs of a cell that must fail and finished, before it counts as fixed.
const FIXED: usize = 6;
/// A second look may take this part of the time that the first pass took…
const PART: f64 = 0.5;
/// …or this, whichever is longer: a run of one cell takes no time, and a hang takes its deadline.
const LEAST: Duration = Duration::from_secs(20);

/// The time that second looks of a run may take.
pub(super) struct SecondLook {
    run: Instant,
    end: Option<Instant>,
}

impl SecondLook {
    /// As the first pass begins.
    pub fn new() -> Self {
        Self { run: Instant::now(), end: None }
    }

    /// Whether its time is up.
    pub fn is_over(&self) -> bool {
        self.end.is_some_and(|end| Instant::now() >= end)
    }

    /// How many more runs a cell needs after its first pass.
    pub fn more(&mut self, job: &CellJob<'_>, runs: &[Run], setting: Setting<'_>) -> usize {
        if self.end.is_none() {
            let first = self.run.elapsed();
            self.end = Some(Instant::now() + LEAST.max(first.mul_f64(PART)));
        }
        if self.is_over() || runs.iter().any(|run| run.outcome.what == What::NotBuilt) {
            return 0;
        }
        let usual = |run: &Run| matches!(run.verdict, Verdict::Pass | Verdict::Known | Verdict::Skipped);
        if runs.iter().all(usual) {
            return 0;
        }
        let together = Together::new(job, runs, setting);
        let all = together.record.runs;
        let wanted = match together.verdict {
            Verdict::Failed | Verdict::Changed | Verdict::Rare => {
                let tally = Tally { bad: together.unexpected - 1, runs: all - 1 };
                // Three first, which is enough for what always fails; then as many again.
                if tally.decision() == Decision::Open { (2 * all).clamp(4, MOST) } else { 0 }
            }
            Verdict::Fixed => FIXED,
            Verdict::Pass | Verdict::New | Verdict::Known | Verdict::Skipped | Verdict::Faulty => 0,
        };
        wanted.saturating_sub(all)
    }
}
