//! After the runs: failed cells that have not shown who it was are run once more below the tracer.

use std::path::{Path, PathBuf};

use super::job::{CellJob, with_causes};
use super::races::Identity;
use super::{Event, Results, Setting};
use crate::check::linkage::Linkage;
use crate::child::cores;
use crate::compile::{Artefacts, Built};
use crate::diagnose::{self, Brought, Diagnosis, Owners, Source};
use crate::judge::{Verdict, What};
use crate::matrix::Cell;
use crate::record::CellRecord;
use crate::run::{Pool, Progress, Worker};

/// How often it is tried to see the same failure again: what races may not come at once.
const RERUNS: usize = 3;
/// Another deadline for what is no hang, as the tracer costs time.
const SLOWER: u32 = 2;

/// Which failed cells are diagnosed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Diagnose {
    /// Those that nobody expected.
    Blocking,
    /// Known failures as well.
    All,
    /// None.
    Never,
}

impl Diagnose {
    fn wants(self, record: &CellRecord) -> bool {
        let asked = match self {
            Self::Blocking => record.verdict.blocks() || record.verdict == Verdict::Rare,
            Self::All => true,
            Self::Never => false,
        };
        // A check fails without a place, but for one that says that a child hangs.
        asked && (record.outcome.what.has_a_place() || record.diagnosis.is_some())
    }
}

/// Diagnoses cells of some results: those whose run has shown who it was, and by further runs `most` of the others. How
/// many more there were.
pub fn diagnose<'c>(
    setting: Setting<'_>,
    cells: &'c [Cell<'c>],
    results: &mut Results,
    (which, most): (Diagnose, usize),
    pool: &mut Pool,
    seen: &mut (dyn FnMut(Event<'_>) + Send),
) -> usize {
    let wanted: Vec<usize> = (0..cells.len()).filter(|at| which.wants(&results.cells[*at])).collect();
    for (at, record) in results.cells.iter_mut().enumerate() {
        if wanted.binary_search(&at).is_err() {
            record.diagnosis = None;
        }
    }
    let lacks = |at: &usize| {
        let record = &results.cells[*at];
        record.outcome.what.has_a_place() && !record.diagnosis.as_ref().is_some_and(|found| found.is_complete())
    };
    let all: Vec<usize> = wanted.into_iter().filter(lacks).collect();
    if all.is_empty() {
        return 0;
    }
    let mut identity = Identity::new(setting.options, pool.first().guard.executable());
    let places = &all[..most.min(all.len())];
    let new = |at: &usize| {
        let expected = crate::judge::Expectation::default();
        (*at, CellJob::new(&cells[*at], expected, setting, &results.artefacts, &mut identity))
    };
    let jobs: Vec<(usize, CellJob<'_>)> = places.iter().map(new).collect();
    let (records, artefacts) = (&results.cells, &results.artefacts);
    let found = pool.each(
        &jobs,
        |_| false,
        |worker, (at, job)| job.diagnose(worker, &records[*at], artefacts),
        |progress| {
            if let Progress::Started((_, job)) = progress {
                seen(Event::Diagnosing(job.cell));
            }
        },
    );
    drop(jobs);
    for (at, diagnosis) in places.iter().zip(found) {
        if let Some(diagnosis) = diagnosis.flatten() {
            results.cells[*at].diagnosis = Some(Box::new(diagnosis));
        }
    }
    all.len().saturating_sub(most)
}

impl CellJob<'_> {
    /// Runs until the cell fails as it did, a few times at most; once where only a handler is not known.
    fn diagnose(&self, worker: &mut Worker, record: &CellRecord, artefacts: &Artefacts) -> Option<Diagnosis> {
        let mut start = self.start().ok()?;
        if record.outcome.what != What::TimedOut {
            start.deadline *= SLOWER;
        }
        let owners = owners(self.cell, &start.libraries, artefacts)?;
        let nothing = Diagnosis { from: None, reruns: Vec::new(), same: false, seen: None, trouble: None };
        let mut diagnosis = record.diagnosis.as_deref().cloned().unwrap_or(nothing);
        let (is_seen, most) = if diagnosis.seen.is_some() { (true, 1) } else { (false, RERUNS) };
        // Why the run itself shows nothing is told if no other one does.
        let no_core = || cores().is_err().then(|| "no core can be had here: coexist doctor".to_owned());
        let crashed = matches!(record.outcome.what, What::Signalled(_));
        let earlier = diagnosis.trouble.take().or_else(|| no_core().filter(|_| crashed));
        while diagnosis.reruns.len() < most && (is_seen || !diagnosis.same) {
            let rerun = diagnose::again(worker, &start, &owners).map_err(|error| with_causes(&error));
            let (observation, seen) = match rerun.and_then(|rerun| Ok((rerun.observation, rerun.seen?))) {
                Ok(looked) => looked,
                Err(_) if is_seen => break,
                Err(why) => {
                    diagnosis.trouble = Some(why);
                    break;
                }
            };
            let outcome = self.conclude(&observation);
            let same = outcome.what == record.outcome.what && outcome.phase == record.outcome.phase;
            diagnosis.reruns.push(outcome.whole());
            if is_seen {
                seen.filter(|_| same).into_iter().for_each(|seen| diagnosis.complete(seen));
                continue;
            }
            diagnosis.same = same;
            if outcome.what.has_a_place() {
                diagnosis.from = seen.is_some().then_some(Source::AnotherRun);
                diagnosis.seen = seen;
            }
        }
        if diagnosis.seen.is_none() {
            diagnosis.trouble = diagnosis.trouble.or(earlier);
        }
        Some(diagnosis)
    }
}

/// Whose the shared objects of a cell's process are.
pub(super) fn owners(cell: &Cell<'_>, libraries: &[(String, PathBuf)], artefacts: &Artefacts) -> Option<Owners> {
    let ready = |built: Option<&Built>| match built {
        Some(Built::Ready(artefact)) => Some(std::sync::Arc::clone(artefact)),
        Some(Built::Failed(_) | Built::Missing(_)) | None => None,
    };
    let brought = libraries.iter().enumerate().map(|(at, (label, file))| {
        let linkage = ready(artefacts.library(cell, at)).and_then(|artefact| Linkage::kept(&artefact.folder));
        let objects = linkage.map(|linkage| linkage.objects).unwrap_or_default();
        let objects = objects.into_iter().map(|object| object.file).collect();
        Brought { label: label.clone(), file: real(file), objects }
    });
    let host = ready(artefacts.host(cell))?;
    Some(Owners { host: real(&host.file), libraries: brought.collect() })
}

/// A file as the kernel names it.
fn real(file: &Path) -> PathBuf {
    file.canonicalize().unwrap_or_else(|_| file.to_owned())
}
