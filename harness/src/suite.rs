//! A set of cells from build to verdict: the one way through the modules, for the command line and for tests.

mod again;
mod races;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use jiff::civil::Date;
use miette::Diagnostic;
use thiserror::Error;

pub use again::{Diagnose, diagnose};

use crate::catalog::{Catalog, Heap};
use crate::check::linkage::Linkage;
use crate::child::ChildError;
use crate::compile::{self, Artefacts, Built, CompileError, Places, Store, Toolbox};
use crate::history::{History, Past, Prints};
use crate::id::{CellId, RuntimeId};
use crate::judge::snapshot::{self, Accepted};
use crate::judge::{Circumstances, Comparison, Ledger, Outcome, Verdict, What, conclude, judge, nameless, shape, text};
use crate::matrix::Cell;
use crate::record::{CellRecord, FootprintRecord};
use crate::run::{Load, Observation, Pool, Preload, Progress, Start, Stress, Worker, observe};
use races::Identity;
pub use races::Repeat;

/// Bytes of a cell's stderr that a record keeps.
const STDERR_KEPT: usize = 16 * 1024;

/// The target triple of the harness.
pub const PLATFORM: &str = env!("COEXIST_TARGET");

/// How cells are run.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// How often each.
    pub repeat: Repeat,
    /// Another deadline than the scenarios'.
    pub deadline: Option<Duration>,
    /// What becomes of cells that are known to hang.
    pub hangs: Hangs,
    /// What makes races come out.
    pub stress: Option<Stress>,
}

/// What becomes of cells that the ledger says hang, and so need no processor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hangs {
    /// They wait for their turn as any other.
    InLine,
    /// They run beside the others.
    Aside,
}

/// Everything that a suite works with.
#[derive(Clone, Copy)]
pub struct Setting<'a> {
    /// The project's root.
    pub root: &'a Path,
    /// What there is.
    pub catalog: &'a Catalog,
    /// Where built things are kept.
    pub store: &'a Store,
    /// Finds programs for builds.
    pub tools: &'a Toolbox,
    /// Known failures.
    pub ledger: &'a Ledger,
    /// What earlier runs saw.
    pub history: &'a History,
    /// The day by which their entries expire, UTC.
    pub day: Date,
    /// How cells are run.
    pub options: Options,
}

impl Setting<'_> {
    /// What entries of the ledger are compared with, of a run in which these versions were said.
    fn now<'v>(&self, versions: &'v [(RuntimeId, String)]) -> Circumstances<'v> {
        Circumstances { day: self.day, platform: PLATFORM, versions }
    }
}

/// The harness could not do its part.
#[derive(Debug, Error, Diagnostic)]
pub enum SuiteError {
    /// Building could not be attempted.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Compile(#[from] CompileError),
    /// Children could not be started.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Child(#[from] ChildError),
}

/// What is going on.
#[derive(Debug)]
pub enum Event<'a> {
    /// About a build.
    Build(compile::Step<'a>),
    /// Everything is built; so many runs follow.
    Built(usize),
    /// So many runs more, of cells that are not always the same.
    Again(usize),
    /// A run of a cell began.
    Started(&'a Cell<'a>),
    /// A run of a cell ended.
    Ended(&'a Cell<'a>, &'a Run),
    /// A failed cell is run once more, to see who it was.
    Diagnosing(&'a Cell<'a>),
}

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
    versions: Vec<(RuntimeId, String)>,
    prints: Option<Prints>,
    /// Measured at marks.
    footprints: Vec<FootprintRecord>,
    observation: Option<Observation>,
}

/// Cells, judged, and how long building took.
#[derive(Debug)]
pub struct Results {
    /// In the order of the cells.
    pub cells: Vec<CellRecord>,
    /// Until everything was built.
    pub building: Duration,
    /// What was built, and what was not.
    pub artefacts: Artefacts,
    /// What is known now of cells that were run.
    pub pasts: Vec<(CellId, Past)>,
}

/// Builds what `cells` need and runs them.
///
/// # Errors
/// Trouble of the harness's own; whatever a cell does is a result.
pub fn run<'c>(
    setting: Setting<'_>,
    cells: &'c [Cell<'c>],
    pool: &mut Pool,
    seen: &mut (dyn FnMut(Event<'_>) + Send),
) -> Result<Results, SuiteError> {
    let begun = Instant::now();
    let places = Places { root: setting.root, store: setting.store };
    let artefacts =
        compile::build(setting.catalog, cells, &places, setting.tools, pool, &mut |step| seen(Event::Build(step)))?;
    let building = begun.elapsed();

    let program = pool.first().guard.executable().to_owned();
    let load = match setting.options.stress {
        Some(Stress::Loaded) => Some(Load::start(&program, pool.scratch())),
        Some(Stress::OneCore | Stress::Shuffled) | None => None,
    };
    let _load = load.transpose().map_err(|source| ChildError::System { what: "keep processors busy", source })?;
    let mut identity = Identity::new(setting.options, &program);
    let job = |cell| CellJob::new(cell, setting, &artefacts, &mut identity);
    let jobs: Vec<CellJob<'_>> = cells.iter().map(job).collect();
    if setting.options.hangs == Hangs::Aside && jobs.iter().any(|job| job.hangs(setting)) {
        pool.be_patient()?;
    }
    let mut done: Vec<Vec<Run>> = jobs.iter().map(|_| Vec::new()).collect();
    loop {
        let more: Vec<usize> =
            jobs.iter().zip(&done).map(|(job, runs)| setting.options.repeat.more(job, runs, setting)).collect();
        // Round by round, so that repeats of one cell meet different neighbours.
        let rounds = 0..more.iter().copied().max().unwrap_or(0);
        let wave: Vec<usize> =
            rounds.flat_map(|round| (0..jobs.len()).filter(|at| more[*at] > round).collect::<Vec<_>>()).collect();
        let is_first = done.iter().all(Vec::is_empty);
        seen(if is_first { Event::Built(wave.len()) } else { Event::Again(wave.len()) });
        let results = pool.each(
            &wave,
            |at| jobs[*at].hangs(setting),
            |worker, at| jobs[*at].run(worker, setting),
            |progress| match progress {
                Progress::Started(at) => seen(Event::Started(jobs[*at].cell)),
                Progress::Ended(at, run) => seen(Event::Ended(jobs[*at].cell, run)),
            },
        );
        let is_whole = results.iter().all(Option::is_some);
        for (at, run) in wave.iter().zip(results) {
            done[*at].extend(run);
        }
        if wave.is_empty() || !is_whole {
            break;
        }
    }
    let pasts = jobs.iter().zip(&done).filter_map(|(job, runs)| job.past(runs, setting.history)).collect();
    let cells = jobs
        .iter()
        .zip(done)
        .map(|(job, runs)| {
            let runs = if runs.is_empty() { vec![job.unrun(setting)] } else { runs };
            summarise(job, runs, setting)
        })
        .collect();
    Ok(Results { cells, building, artefacts, pasts })
}

/// A cell with all that its runs share.
struct CellJob<'a> {
    cell: &'a Cell<'a>,
    start: Result<Start, Outcome>,
    linked: Vec<Option<Linkage>>,
    reference: OnceLock<Reference>,
    /// Runs whose whole observation is kept: good ones, and others.
    kept: [AtomicUsize; 2],
    /// Of all that is run.
    hash: String,
}

/// What a cell's trace is compared with: the cell's own snapshot, or else the one that cells of its shape have in common.
enum Reference {
    Own(Accepted),
    Common(Accepted),
    None,
}

impl Reference {
    fn read(root: &Path, cell: &Cell<'_>) -> Self {
        let common = || snapshot::common(root, &cell.id, &shape(cell)).map_or(Self::None, Self::Common);
        snapshot::accepted(root, &cell.id).map_or_else(common, Self::Own)
    }
}

/// How many whole observations of a cell are kept, of each kind: thousands of repeats must not fill the memory.
const KEPT: usize = 1;

impl<'a> CellJob<'a> {
    fn new(cell: &'a Cell<'a>, setting: Setting<'_>, artefacts: &Artefacts, identity: &mut Identity) -> Self {
        let hash = identity.of(cell, artefacts);
        Self {
            cell,
            start: start(cell, setting.options, artefacts),
            linked: linked(cell, artefacts),
            reference: OnceLock::new(),
            kept: Default::default(),
            hash,
        }
    }

    /// Whether the ledger knows that it times out.
    fn hangs(&self, setting: Setting<'_>) -> bool {
        setting.ledger.about(&self.cell.id).iter().any(|entry| entry.what == What::TimedOut)
    }

    fn run(&self, worker: &mut Worker, setting: Setting<'_>) -> Run {
        let start = match &self.start {
            Ok(start) => start,
            Err(outcome) => return self.judged(outcome.clone(), setting, None),
        };
        match observe(worker, start) {
            Ok(observation) => {
                let outcome = conclude(self.cell, &observation, &self.linked);
                let mut run = self.judged(outcome, setting, Some(observation));
                if self.kept[usize::from(run.verdict != Verdict::Pass)].fetch_add(1, Ordering::Relaxed) >= KEPT {
                    run.observation = None;
                    run.text = String::new();
                    run.nameless = String::new();
                } else if let Some(seen) = &mut run.observation {
                    // Facts of all kept marks would fill the memory as well: what had changed is enough.
                    let footprints = std::mem::take(&mut seen.footprints);
                    run.footprints = FootprintRecord::all(&footprints, &seen.trace, &self.cell.labels());
                }
                run
            }
            Err(error) => {
                let detail = with_causes(&error);
                let outcome = Outcome { phase: "start".to_owned(), what: What::HarnessFailed, detail };
                self.judged(outcome, setting, None)
            }
        }
    }

    fn unrun(&self, setting: Setting<'_>) -> Run {
        let interrupted = || Outcome { phase: "load".to_owned(), what: What::NotRun, detail: "interrupted".to_owned() };
        let outcome = self.start.as_ref().err().cloned().unwrap_or_else(interrupted);
        self.judged(outcome, setting, None)
    }

    fn judged(&self, outcome: Outcome, setting: Setting<'_>, observation: Option<Observation>) -> Run {
        let mut run = Run {
            outcome,
            comparison: Comparison::Missing,
            verdict: Verdict::Skipped,
            text: observation.as_ref().map(|seen| text(self.cell, seen)).unwrap_or_default(),
            nameless: String::new(),
            wall: observation.as_ref().map_or(Duration::ZERO, |seen| seen.ended.wall),
            max_rss: observation.as_ref().map_or(0, |seen| seen.ended.max_rss),
            versions: observation.as_ref().map(|seen| versions(self.cell, seen)).unwrap_or_default(),
            prints: None,
            footprints: Vec::new(),
            observation,
        };
        if let (What::Finished, Some(seen)) = (&run.outcome.what, &run.observation) {
            run.comparison = match self.reference.get_or_init(|| Reference::read(setting.root, self.cell)) {
                Reference::Own(accepted) => snapshot::compare(accepted, &run.text),
                Reference::Common(accepted) => {
                    run.nameless = nameless(self.cell, seen);
                    snapshot::compare(accepted, &run.nameless)
                }
                Reference::None => {
                    run.nameless = nameless(self.cell, seen);
                    Comparison::Missing
                }
            };
        }
        run.prints = (run.outcome.what == What::Finished).then(|| Prints::of(&run.text, &run.nameless));
        let entries = setting.ledger.about(&self.cell.id);
        run.verdict = judge(&run.outcome, run.comparison, &entries, &setting.now(&run.versions)).verdict;
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
    let not_run = |detail: String| Outcome { phase: "build".to_owned(), what: What::NotRun, detail };
    let ready = |built: Option<&Built>| match built {
        Some(Built::Ready(artefact)) => Ok(std::sync::Arc::clone(artefact)),
        Some(Built::Failed(failure)) => {
            let detail = format!("{}\n{}", failure.step, failure.log);
            Err(Outcome { phase: "build".to_owned(), what: What::NotBuilt, detail })
        }
        Some(Built::Missing(why)) => Err(not_run(why.clone())),
        None => Err(not_run("was not built".to_owned())),
    };
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

/// Several runs of a cell as one line of the record: the first run that speaks for the verdict, and the numbers of all.
fn summarise(job: &CellJob<'_>, runs: Vec<Run>, setting: Setting<'_>) -> CellRecord {
    let cell = job.cell;
    let entries = setting.ledger.about(&cell.id);
    let together = races::Together::new(job, &runs, setting, &entries);
    let verdict = together.verdict;
    let mut outcomes = BTreeMap::new();
    for run in &runs {
        *outcomes.entry(run.outcome.what.to_string()).or_insert(0) += 1;
    }
    let mut walls: Vec<Duration> = runs.iter().map(|run| run.wall).collect();
    walls.sort_unstable();
    let wall = walls[walls.len() / 2];
    let max_rss = runs.iter().map(|run| run.max_rss).max().unwrap_or(0);
    let count = runs.len();
    let speaks = |run: &Run| match verdict {
        Verdict::Flaky => run.verdict.blocks(),
        same => run.verdict == same,
    };
    let whole = |run: &Run| speaks(run) && run.observation.is_some();
    let at = runs.iter().position(whole).or_else(|| runs.iter().position(speaks)).unwrap_or(0);
    let run = runs.into_iter().nth(at).expect("a cell has at least one run, of which `at` is one");
    let judgement = judge(&run.outcome, run.comparison, &entries, &setting.now(&run.versions));
    let known = judgement.entry.or(together.entry).filter(|_| verdict == Verdict::Known);
    let near = judgement.near.map(|(entry, standing)| entry.why_not(standing));
    let seen = run.observation.as_ref();
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
        stderr: seen.map(|seen| tail(&seen.ended.stderr)).unwrap_or_default(),
        footprints: run.footprints,
        reason: known.map(|entry| entry.reason.clone()),
        upstream: known.and_then(|entry| entry.upstream.clone()),
        uncovered: near.or(together.doubted),
        together: together.record,
        diagnosis: None,
        outcome: run.outcome,
    }
}

/// What the runtimes said of themselves. A library that was not looked at yet has no version here.
fn versions(cell: &Cell<'_>, seen: &Observation) -> Vec<(RuntimeId, String)> {
    let ids = cell.id.runtimes.iter().enumerate();
    ids.filter_map(|(at, id)| Some((id.clone(), seen.trace.fact(Cell::position(at), "version")?.to_owned()))).collect()
}

/// The same by the cell's labels: libraries come up in their order.
fn labelled(cell: &Cell<'_>, versions: &[(RuntimeId, String)]) -> Vec<String> {
    cell.labels().iter().zip(versions).map(|(label, (_, version))| format!("{label}: {version}")).collect()
}

fn tail(bytes: &[u8]) -> String {
    String::from_utf8_lossy(&bytes[bytes.len().saturating_sub(STDERR_KEPT)..]).into_owned()
}

fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text += &format!(": {cause}");
        next = cause.source();
    }
    text
}
