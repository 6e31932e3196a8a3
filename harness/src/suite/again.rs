//! After the runs: failed cells are run once more below the tracer.

use std::path::{Path, PathBuf};

use super::job::{CellJob, with_causes};
use super::races::Identity;
use super::{Event, Results, Setting};
use crate::check::linkage::Linkage;
use crate::compile::{Artefacts, Built};
use crate::diagnose::{self, Brought, Diagnosis, Owners};
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
        asked && record.outcome.what.has_a_place()
    }
}

/// Diagnoses `most` of the cells of some results; how many more there were.
pub fn diagnose<'c>(
    setting: Setting<'_>,
    cells: &'c [Cell<'c>],
    results: &mut Results,
    (which, most): (Diagnose, usize),
    pool: &mut Pool,
    seen: &mut (dyn FnMut(Event<'_>) + Send),
) -> usize {
    let all: Vec<usize> = (0..cells.len()).filter(|at| which.wants(&results.cells[*at])).collect();
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
        results.cells[*at].diagnosis = diagnosis.flatten().map(Box::new);
    }
    all.len().saturating_sub(most)
}

impl CellJob<'_> {
    /// Runs until the cell fails as it did, a few times at most.
    fn diagnose(&self, worker: &mut Worker, record: &CellRecord, artefacts: &Artefacts) -> Option<Diagnosis> {
        let mut start = self.start().ok()?;
        if record.outcome.what != What::TimedOut {
            start.deadline *= SLOWER;
        }
        let owners = owners(self.cell, &start.libraries, artefacts)?;
        let mut diagnosis = Diagnosis { reruns: Vec::new(), same: false, seen: None, trouble: None };
        while diagnosis.reruns.len() < RERUNS && !diagnosis.same {
            let rerun = match diagnose::again(worker, &start, &owners) {
                Ok(rerun) => rerun,
                Err(error) => {
                    diagnosis.trouble = Some(with_causes(&error));
                    break;
                }
            };
            let seen = match rerun.seen {
                Ok(seen) => seen,
                Err(why) => {
                    diagnosis.trouble = Some(why);
                    break;
                }
            };
            let outcome = self.conclude(&rerun.observation);
            diagnosis.same = outcome.what == record.outcome.what && outcome.phase == record.outcome.phase;
            diagnosis.reruns.push(outcome.whole());
            if outcome.what.has_a_place() {
                diagnosis.seen = seen;
            }
        }
        Some(diagnosis)
    }
}

/// Whose the shared objects of a cell's process are.
fn owners(cell: &Cell<'_>, libraries: &[(String, PathBuf)], artefacts: &Artefacts) -> Option<Owners> {
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
