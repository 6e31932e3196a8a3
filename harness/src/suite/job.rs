//! One cell of a set: what its runs share, and each run from start to verdict.

use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::again::{Diagnose, owners};
use super::races::Identity;
use super::{Options, Setting};
use crate::catalog::Heap;
use crate::check::linkage::{Linkage, SharedObject};
use crate::compile::{Artefacts, Built, Store};
use crate::diagnose::{Diagnosis, Eyes, Failures};
use crate::history::Prints;
use crate::judge::snapshot;
use crate::judge::{
    Comparison, Expectation, Outcome, Verdict, What, compare_facts, conclude, facts, judge, nameless, shape, text,
};
use crate::matrix::Cell;
use crate::record::FootprintRecord;
use crate::run::{Observation, Preload, Start, Worker, observe};
use crate::trace::Found;

/// One run of one cell, judged.
#[derive(Debug)]
pub struct Run {
    /// What happened.
    pub outcome: Outcome,
    /// The trace against its snapshot.
    pub comparison: Comparison,
    /// What we conclude.
    pub verdict: Verdict,
    /// The trace as text.
    pub text: String,
    /// The same without names, for a trace that nobody has accepted.
    pub nameless: String,
    /// From start to end.
    pub wall: Duration,
    /// Bytes.
    pub max_rss: u64,
    /// What each library said of itself, by its position; nothing where it was not asked yet.
    pub(super) versions: Vec<Option<String>>,
    pub(super) prints: Option<Prints>,
    /// The end of what was written to stderr.
    pub(super) stderr: String,
    /// Measured at marks.
    pub(super) footprints: Vec<FootprintRecord>,
    /// Who it was, if the run failed and showed it.
    pub(super) diagnosis: Option<Box<Diagnosis>>,
    /// Facts that a measuring scenario found, and what of them it could not measure.
    pub(super) found: Vec<Found>,
    pub(super) void: Vec<String>,
    /// Whether texts and footprints were kept.
    pub(super) is_whole: bool,
}

/// A cell with all that its runs share.
pub(super) struct CellJob<'a> {
    pub(super) cell: &'a Cell<'a>,
    /// What it is expected to do.
    pub(super) expected: Expectation,
    options: Options,
    artefacts: &'a Artefacts,
    reference: OnceLock<Reference>,
    /// Whole runs that were kept: good ones, and others.
    kept: [AtomicUsize; 2],
    /// Runs whose failure was looked at.
    looked_at: AtomicUsize,
    /// Of all that is run.
    pub(super) hash: String,
}

/// What a cell's trace is compared with, by its fingerprint: the cell's own snapshot, or else the one that cells of its shape
/// have in common.
enum Reference {
    Own(String),
    Common(String),
    None,
}

impl Reference {
    fn read(root: &Path, cell: &Cell<'_>) -> Self {
        let own = snapshot::accepted(root, &cell.id).map(|accepted| Self::Own(accepted.fingerprint()));
        let common = || snapshot::common(root, &cell.id, &shape(cell));
        own.or_else(|| common().map(|accepted| Self::Common(accepted.fingerprint()))).unwrap_or(Self::None)
    }

    /// Nothing, if what is known of the trace does not say.
    fn compare(&self, prints: &Prints) -> Option<Comparison> {
        let same = |is_same: bool| if is_same { Comparison::Same } else { Comparison::Different };
        match self {
            Self::Own(accepted) => Some(same(*accepted == prints.own)),
            Self::Common(accepted) => prints.nameless.as_ref().map(|print| same(accepted == print)),
            Self::None => Some(Comparison::Missing),
        }
    }
}

/// The key of the facts that the harness adds to what a host found: shared objects that two copies of the library have in common.
const SHARES: &str = "shares";
/// The key of the facts about code that is there after the library has gone, and what it says of the library's own.
const STAYS: &str = "stays-mapped";
const ITSELF: &str = "itself";

/// How many runs of a cell are kept whole, of each kind: thousands of repeats must not fill the memory.
const KEPT: usize = 1;
/// Failed runs of a cell that are looked at.
const LOOKED_AT: usize = 20;
/// Bytes of a run's stderr that are kept.
const STDERR_KEPT: usize = 16 * 1024;

impl<'a> CellJob<'a> {
    pub(super) fn new(
        cell: &'a Cell<'a>,
        expected: Expectation,
        setting: Setting<'a>,
        artefacts: &'a Artefacts,
        identity: &mut Identity,
    ) -> Self {
        Self {
            cell,
            expected,
            options: setting.options,
            artefacts,
            reference: OnceLock::new(),
            kept: Default::default(),
            looked_at: AtomicUsize::new(0),
            hash: identity.of(cell, artefacts),
        }
    }

    /// How to start it; or the outcome that is known without starting it.
    pub(super) fn start(&self) -> Result<Start, Outcome> {
        start(self.cell, self.options, self.artefacts)
    }

    /// What a run shows.
    pub(super) fn conclude(&self, seen: &Observation) -> Outcome {
        conclude(self.cell, seen, &linked(self.cell, self.artefacts))
    }

    /// How something that was seen compares with what is accepted now; nothing if it cannot be said any more.
    pub(super) fn comparison(&self, prints: Option<&Prints>, setting: Setting<'_>) -> Option<Comparison> {
        prints.map_or(Some(Comparison::Missing), |prints| self.reference(setting).compare(prints))
    }

    fn reference(&self, setting: Setting<'_>) -> &Reference {
        self.reference.get_or_init(|| Reference::read(setting.root, self.cell))
    }

    /// Whether it waits for its deadline, every time.
    pub(super) fn hangs(&self) -> bool {
        self.expected.always_hangs()
    }

    /// Failures that are looked at where they happen. Those that the ledger always expects come by the thousand in a full
    /// matrix, and any further run shows them as well.
    fn failures(&self) -> Failures {
        let has_room = self.looked_at.load(Ordering::Relaxed) < LOOKED_AT;
        let is_expected = |what: fn(&What) -> bool| {
            self.expected.ways.iter().any(|way| way.is_certain() && way.outcomes().iter().any(what))
        };
        let wants = |what| match self.options.diagnose {
            Diagnose::Blocking => has_room && !is_expected(what),
            Diagnose::All => has_room,
            Diagnose::Never => false,
        };
        Failures {
            hang: wants(|what| *what == What::TimedOut),
            child: wants(|what| *what == What::CheckFailed),
            crash: wants(|what| matches!(what, What::Signalled(_))),
        }
    }

    /// What a run has shown of its own failure.
    fn diagnosis(&self, eyes: Eyes, outcome: &Outcome, start: &Start) -> Option<Box<Diagnosis>> {
        let is_about = outcome.what.has_a_place() || outcome.what == What::CheckFailed;
        let (from, seen) = eyes.seen.filter(|_| is_about)?;
        self.looked_at.fetch_add(1, Ordering::Relaxed);
        let owners = owners(self.cell, &start.libraries, self.artefacts)?;
        Some(Box::new(Diagnosis::of_run(from, seen.map(|seen| owners.label(seen)))))
    }

    pub(super) fn run(&self, worker: &mut Worker, setting: Setting<'_>) -> Run {
        let start = match self.start() {
            Ok(start) => start,
            Err(outcome) => return self.judged(outcome, setting, None),
        };
        let mut eyes = Eyes::new(self.failures());
        match observe(worker, &start, &mut eyes) {
            Ok(seen) => {
                let mut run = self.judged(self.conclude(&seen), setting, Some(&seen));
                run.diagnosis = self.diagnosis(eyes, &run.outcome, &start);
                let kept = &self.kept[usize::from(run.verdict != Verdict::Pass)];
                run.is_whole = kept.fetch_add(1, Ordering::Relaxed) < KEPT;
                if run.is_whole {
                    run.text.shrink_to_fit();
                    run.versions.shrink_to_fit();
                    run.stderr = tail(&seen.ended.stderr);
                    run.footprints = FootprintRecord::all(&seen.footprints, &seen.trace, &self.cell.labels());
                } else {
                    run.text = String::new();
                    run.nameless = String::new();
                }
                run
            }
            Err(error) => {
                let detail = with_causes(&error);
                let outcome = Outcome::new("start", What::HarnessFailed, detail);
                self.judged(outcome, setting, None)
            }
        }
    }

    /// Whether it finds out facts that are to be compared with accepted ones. Those of a library that must be caught are in its
    /// manifest.
    pub(super) fn measures(&self) -> bool {
        !self.cell.scenario.facts.is_empty() && self.cell.runtimes.iter().all(|runtime| runtime.caught.is_none())
    }

    /// What the host found. With what was measured when the library was built, if the scenario is to report which objects are
    /// its runtime: of others it does not matter whether they stay.
    fn measured(&self, found: &[Found]) -> Vec<Found> {
        let mut all = found.to_vec();
        if self.cell.scenario.facts.iter().any(|key| key == SHARES)
            && let Some(Built::Ready(artefact)) = self.artefacts.library(self.cell, 0)
            && let Some(linkage) = Linkage::kept(&artefact.folder)
        {
            let common: Vec<String> = linkage.common().into_iter().map(SharedObject::name).collect();
            let stays = |found: &Found| found.text.strip_prefix(STAYS).map(str::trim).map(str::to_owned);
            all.retain(|found| stays(found).is_none_or(|object| object == ITSELF || common.contains(&object)));
            all.extend(common.iter().map(|object| Found { text: format!("{SHARES} {object}"), times: 1, of: 1 }));
        }
        all
    }

    pub(super) fn unrun(&self, setting: Setting<'_>) -> Run {
        let interrupted = || Outcome::new("load", What::NotRun, "interrupted");
        let outcome = self.start().err().unwrap_or_else(interrupted);
        self.judged(outcome, setting, None)
    }

    fn judged(&self, outcome: Outcome, setting: Setting<'_>, seen: Option<&Observation>) -> Run {
        let mut run = Run {
            outcome,
            comparison: Comparison::Missing,
            verdict: Verdict::Skipped,
            text: seen.map(|seen| text(self.cell, seen)).unwrap_or_default(),
            nameless: String::new(),
            wall: seen.map_or(Duration::ZERO, |seen| seen.ended.wall),
            max_rss: seen.map_or(0, |seen| seen.ended.max_rss),
            versions: seen.map(|seen| versions(self.cell, seen)).unwrap_or_default(),
            prints: None,
            stderr: String::new(),
            footprints: Vec::new(),
            diagnosis: None,
            found: seen.map(|seen| self.measured(&seen.trace.found)).unwrap_or_default(),
            void: seen.map(|seen| seen.trace.facts("void").map(str::to_owned).collect()).unwrap_or_default(),
            is_whole: false,
        };
        if let (What::Finished, Some(seen)) = (&run.outcome.what, seen) {
            if !matches!(self.reference(setting), Reference::Own(_)) {
                run.nameless = nameless(self.cell, seen);
            }
            run.prints = Some(Prints::of(&run.text, &run.nameless));
            run.comparison = self.comparison(run.prints.as_ref(), setting).unwrap_or(Comparison::Missing);
            if self.measures() && run.comparison == Comparison::Same {
                let found = facts(&run.found);
                let [library, ..] = self.cell.runtimes.as_slice() else { unreachable!("a cell has a runtime") };
                let accepted = setting.expected.measured(&library.id);
                let (comparison, differences) = compare_facts(accepted, &self.cell.scenario.facts, &found);
                run.comparison = comparison;
                run.outcome.detail = differences.join("\n");
            }
        }
        run.verdict = judge(&run.outcome, run.comparison, &self.expected).verdict;
        if run.verdict == Verdict::Pass {
            run.nameless = String::new();
        }
        run
    }
}

/// What is known of a cell's libraries, where several may have a heap in common.
fn linked(cell: &Cell<'_>, artefacts: &Artefacts) -> Vec<Option<Linkage>> {
    if cell.runtimes.iter().filter(|runtime| runtime.heap == Heap::Shared).count() < 2 {
        return Vec::new();
    }
    let kept = |at| match artefacts.library(cell, at) {
        Some(Built::Ready(artefact)) => Linkage::kept(&artefact.folder),
        Some(Built::Failed(_) | Built::Missing(_)) | None => None,
    };
    (0..cell.runtimes.len()).map(kept).collect()
}

/// How to start a cell; or the outcome that is known without starting it.
///
/// # Errors
/// `NotBuilt` or `NotRun`, with the reason.
pub fn start(cell: &Cell<'_>, options: Options, artefacts: &Artefacts) -> Result<Start, Outcome> {
    let not_run = |detail: String| Outcome::new("build", What::NotRun, detail);
    let ready = |built: Option<&Built>| match built {
        Some(Built::Ready(artefact)) => Ok(std::sync::Arc::clone(artefact)),
        Some(Built::Failed(failure)) => {
            let detail = format!("{}\n{}", failure.step, failure.log);
            Err(Outcome::new("build", What::NotBuilt, detail))
        }
        Some(Built::Missing(why)) => Err(not_run(why.clone())),
        None => Err(not_run("was not built".to_owned())),
    };
    if let Some(stress) = options.stress.filter(|stress| cell.scenario.unstressed.contains(stress)) {
        return Err(not_run(format!("--stress {} changes what it is about", stress.name())));
    }
    let labels = cell.labels();
    let mut libraries = Vec::new();
    for (at, label) in labels.into_iter().enumerate() {
        let artefact = ready(artefacts.library(cell, at))?;
        libraries.push((label, Store::copy_path(&artefact, cell.copy(at))));
    }
    let host = ready(artefacts.host(cell))?;
    let files: Vec<_> = libraries.iter().map(|(_, path)| path.clone()).collect();
    Ok(Start {
        command: artefacts.command(cell, &host, &files),
        mode: cell.mode.to_owned(),
        libraries,
        stdout: cell.stdout(),
        preload: if cell.is_preloaded() { Preload::Yes } else { Preload::No },
        deadline: options.deadline.unwrap_or(cell.scenario.deadline),
        stress: options.stress,
    })
}

/// What the runtimes said of themselves.
fn versions(cell: &Cell<'_>, seen: &Observation) -> Vec<Option<String>> {
    let said = |at| seen.trace.fact(Cell::position(at), "version").map(str::to_owned);
    (0..cell.runtimes.len()).map(said).collect()
}

fn tail(bytes: &[u8]) -> String {
    String::from_utf8_lossy(&bytes[bytes.len().saturating_sub(STDERR_KEPT)..]).into_owned()
}

pub(super) fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text += &format!(": {cause}");
        next = cause.source();
    }
    text
}
