//! What is not always the same: how often a cell is run, and what its runs say together with those of earlier days.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::job::{CellJob, Run};
use super::{Options, Setting};
use crate::check::linkage::Linkage;
use crate::compile::{Artefact, Artefacts, Built};
use crate::history::{DIFFERENT, History, Past};
use crate::judge::{Counts, Verdict, Way, What, judge};
use crate::matrix::Cell;
use crate::record::{self, Failure};

/// How often `auto` runs a cell that does not always do the same, for its rate.
const MANY: usize = 20;

/// How often each cell is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeat {
    /// That many times.
    Times(usize),
    /// Once; twenty times what has a rate or did not always do the same.
    Auto,
}

impl std::str::FromStr for Repeat {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.parse() {
            Ok(times) if times > 0 => Ok(Self::Times(times)),
            Ok(_) => Err("a cell is run once at least".to_owned()),
            Err(_) if text == "auto" => Ok(Self::Auto),
            Err(_) => Err("write a number, or auto".to_owned()),
        }
    }
}

impl Repeat {
    /// How many runs more a cell needs after these.
    pub(super) fn more(self, job: &CellJob<'_>, runs: &[Run], setting: Setting<'_>) -> usize {
        if runs.is_empty() && job.start().is_err() {
            return 0;
        }
        let wanted = match self {
            Self::Times(times) => times,
            Self::Auto if runs.is_empty() => 1,
            Self::Auto => {
                let together = Together::new(job, runs, setting);
                let differs = together.record.bad > 0 && together.record.bad < together.record.runs;
                match together.verdict {
                    Verdict::Faulty | Verdict::Skipped => 0,
                    Verdict::Pass
                    | Verdict::Known
                    | Verdict::New
                    | Verdict::Failed
                    | Verdict::Changed
                    | Verdict::Rare
                    | Verdict::Fixed => {
                        if differs || job.expected.rate().is_some() {
                            MANY
                        } else {
                            1
                        }
                    }
                }
            }
        };
        wanted.saturating_sub(runs.len())
    }
}

/// What all runs of a cell say together.
pub(super) struct Together<'e> {
    /// What we conclude.
    pub verdict: Verdict,
    /// The way that covers an expected failure, whenever that was seen.
    pub way: Option<&'e Way>,
    /// What the record has of it.
    pub record: record::Together,
    /// Runs that nobody expected.
    pub unexpected: usize,
}

impl<'e> Together<'e> {
    /// Combines today's runs with earlier runs of identical binaries. Earlier ones are judged as if they had been made today,
    /// so that a snapshot, a fact or a law that came since holds for them as well.
    pub fn new(job: &'e CellJob<'_>, runs: &[Run], setting: Setting<'_>) -> Self {
        let nothing = runs.iter().all(|run| matches!(run.verdict, Verdict::Skipped | Verdict::Faulty));
        // What facts earlier runs found is not remembered.
        let earlier = if nothing || job.measures() { Vec::new() } else { setting.history.of(&job.cell.id, &job.hash) };

        let mut counts = Counts::default();
        let mut way = None;
        let mut record = record::Together { runs: 0, bad: 0, failures: Vec::new() };
        let runs = runs.iter().map(|run| (&run.outcome, Some(run.comparison), 1));
        let seen = earlier.iter().map(|seen| (&seen.outcome, job.comparison(seen.trace.as_ref(), setting), seen.count));
        for (outcome, comparison, count) in runs.chain(seen) {
            let Some(comparison) = comparison else { continue };
            let judgement = judge(outcome, comparison, &job.expected);
            let verdict = judgement.verdict;
            counts.add(verdict, count);
            record.runs += count;
            match verdict {
                Verdict::Known | Verdict::Failed | Verdict::Changed => {
                    way = way.or(judgement.way);
                    record.bad += count;
                    count_failure(&mut record.failures, Failure { outcome: outcome.clone(), verdict, count });
                }
                Verdict::Pass | Verdict::New | Verdict::Fixed | Verdict::Rare => {}
                Verdict::Skipped | Verdict::Faulty => {}
            }
        }
        let unexpected = counts.of(Verdict::Failed) + counts.of(Verdict::Changed);
        Self { verdict: Verdict::of_runs(&counts, job.expected.rate()), way, record, unexpected }
    }
}

/// Adds to what is alike. Details that differ every time, as `no end after 3.1 s`, must not fill the record.
fn count_failure(failures: &mut Vec<Failure>, new: Failure) {
    let is_full = failures.len() >= DIFFERENT;
    let same = |failure: &&mut Failure| {
        let (old, new) = (&failure.outcome, &new.outcome);
        old.is_alike(new) && (is_full || old.detail == new.detail)
    };
    match failures.iter_mut().filter(|failure| failure.verdict == new.verdict).find(same) {
        Some(failure) => failure.count += new.count,
        None => failures.push(new),
    }
}

impl CellJob<'_> {
    /// What is known of the cell after these runs, of those that were run to an end.
    pub(super) fn past(&self, runs: &[Run], history: &History) -> Option<Past> {
        let mut past = Past::new(self.hash.clone());
        past.seen = history.of(&self.cell.id, &self.hash);
        let ended =
            runs.iter().filter(|run| !matches!(run.outcome.what, What::NotRun | What::HarnessFailed | What::NotBuilt));
        let mut any = false;
        for run in ended {
            past.add(&run.outcome, run.prints.as_ref());
            any = true;
        }
        any.then_some(past)
    }
}

/// What tells whether two runs are of the same: the harness, the host, each library with the shared objects that it brings,
/// and how they are run.
pub(super) struct Identity {
    way: blake3::Hash,
    known: HashMap<PathBuf, blake3::Hash>,
}

impl Identity {
    pub fn new(options: Options, harness: &Path) -> Self {
        let mut program = blake3::Hasher::new();
        let _ = std::fs::File::open(harness).and_then(|file| program.update_reader(file).map(drop));
        let way = format!("{:?} {:?} {}", options.deadline, options.stress, program.finalize());
        Self { way: blake3::hash(way.as_bytes()), known: HashMap::new() }
    }

    /// Of a cell. What could not be built has no past, whatever its hash is.
    pub fn of(&mut self, cell: &Cell<'_>, artefacts: &Artefacts) -> String {
        let libraries = (0..cell.runtimes.len()).map(|at| artefacts.library(cell, at));
        let mut all = blake3::Hasher::new();
        all.update(self.way.as_bytes()).update(cell.mode.as_bytes());
        for built in libraries.chain([artefacts.host(cell)]) {
            match built {
                Some(Built::Ready(artefact)) => all.update(self.of_artefact(artefact).as_bytes()),
                Some(Built::Failed(_) | Built::Missing(_)) | None => all.update(b"-"),
            };
        }
        all.finalize().to_hex()[..20].to_owned()
    }

    fn of_artefact(&mut self, artefact: &Artefact) -> blake3::Hash {
        *self.known.entry(artefact.folder.clone()).or_insert_with(|| {
            // A key is of what a library was built from, not of the shared objects that were there then.
            let objects = Linkage::kept(&artefact.folder).map(|linkage| linkage.objects);
            blake3::hash(format!("{} {objects:?}", artefact.key.as_str()).as_bytes())
        })
    }
}
