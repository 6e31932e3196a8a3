//! Several runs of a cell as one line of the record.

use std::collections::BTreeMap;
use std::time::Duration;

use super::Setting;
use super::job::{CellJob, Run};
use super::races::Together;
use crate::diagnose::Diagnosis;
use crate::judge::{Verdict, Way, judge};
use crate::matrix::Cell;
use crate::record::{CellRecord, ExpectedRecord};

/// The first run that speaks for the verdict, and the numbers of all.
pub(super) fn summarise(job: &CellJob<'_>, runs: Vec<Run>, setting: Setting<'_>) -> CellRecord {
    let cell = job.cell;
    let together = Together::new(job, &runs, setting);
    let verdict = together.verdict;
    let mut outcomes = BTreeMap::new();
    for run in &runs {
        *outcomes.entry(run.outcome.what.to_string()).or_insert(0) += 1;
    }
    let outcomes = outcomes.into_iter().collect();
    let mut walls: Vec<Duration> = runs.iter().map(|run| run.wall).collect();
    walls.sort_unstable();
    let wall = walls[walls.len() / 2];
    let max_rss = runs.iter().map(|run| run.max_rss).max().unwrap_or(0);
    let count = runs.len();
    // Of a cell that fails now and then, a failure says more than a trace that nobody has accepted yet, and one that comes more often than the
    // ledger says more than a run that is well.
    let is_among = |verdict| runs.iter().any(|run| run.verdict == verdict);
    let blocks = runs.iter().any(|run| run.verdict.blocks());
    let speaks = |run: &Run| match verdict {
        Verdict::Rare if is_among(Verdict::Failed) => run.verdict == Verdict::Failed,
        Verdict::Rare if blocks => run.verdict.blocks(),
        Verdict::Rare => run.verdict == Verdict::Known,
        same => run.verdict == same,
    };
    let whole = |run: &Run| speaks(run) && run.is_whole;
    let at = runs.iter().position(whole).or_else(|| runs.iter().position(speaks)).unwrap_or(0);
    let diagnosis = diagnosis(&runs, at);
    let run = runs.into_iter().nth(at).expect("a cell has at least one run, of which `at` is one");
    let judgement = judge(&run.outcome, run.comparison, &job.expected);
    let known = judgement.way.or(together.way).filter(|_| verdict == Verdict::Known);
    let near = judgement.near.map(|(way, standing)| way.why_not(standing));
    CellRecord {
        cell: cell.id.clone(),
        verdict,
        comparison: run.comparison,
        runs: count,
        outcomes,
        wall_us: u64::try_from(wall.as_micros()).unwrap_or(u64::MAX),
        max_rss,
        versions: labelled(cell, &run.versions),
        trace: run.text,
        nameless: run.nameless,
        stderr: run.stderr,
        footprints: run.footprints,
        found: run.found,
        void: run.void,
        reason: known.map(Way::reason),
        expected: job.expected.ways.iter().map(ExpectedRecord::of).collect(),
        uncovered: near,
        together: together.record,
        diagnosis,
        outcome: run.outcome,
    }
}

/// Who it was in one of the runs, or in another one that failed in the same way.
fn diagnosis(runs: &[Run], at: usize) -> Option<Box<Diagnosis>> {
    let shows = |run: &&Run| run.diagnosis.as_ref().is_some_and(|found| found.seen.is_some());
    let alike = runs.iter().filter(|run| run.outcome.is_alike(&runs[at].outcome));
    std::iter::once(&runs[at]).chain(alike).find(shows).unwrap_or(&runs[at]).diagnosis.clone()
}

/// The same by the cell's labels.
fn labelled(cell: &Cell<'_>, versions: &[Option<String>]) -> Vec<String> {
    let labels = cell.labels();
    let said = labels.iter().zip(versions).filter_map(|(label, said)| Some(format!("{label}: {}", said.as_ref()?)));
    said.collect()
}
