//! A set of cells from build to verdict: the one way through the modules, for the command line and for tests.

mod again;
mod job;
mod races;
mod second;
mod summary;

use std::path::Path;
use std::time::{Duration, Instant};

use miette::Diagnostic;
use thiserror::Error;

use crate::catalog::{Catalog, Stress};
use crate::child::ChildError;
use crate::compile::{self, Artefacts, CompileError, Places, Store, Toolbox};
use crate::history::{History, Remembered};
use crate::laws::Expected;
use crate::matrix::Cell;
use crate::record::CellRecord;
use crate::run::{Load, Pool, Progress};
pub use again::{Diagnose, diagnose};
use job::CellJob;
pub use job::{Run, start};
use races::Identity;
pub use races::Repeat;
use second::SecondLook;
use summary::summarise;

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
    /// Which failures are looked at where they happen.
    pub diagnose: Diagnose,
}

/// What becomes of cells that are expected to hang every time, and so need no processor.
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
    /// What cells are expected to do.
    pub expected: &'a Expected<'a>,
    /// What earlier runs saw.
    pub history: &'a History,
    /// How cells are run.
    pub options: Options,
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
    /// So many runs more, of cells that need a second look.
    Again(usize),
    /// A run of a cell began.
    Started(&'a Cell<'a>),
    /// A run of a cell ended.
    Ended(&'a Cell<'a>, &'a Run),
    /// A failed cell is run once more, to see who it was.
    Diagnosing(&'a Cell<'a>),
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
    pub remembered: Vec<Remembered>,
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
    let expectations = setting.expected.of_each(cells);
    let job = |(cell, expected)| CellJob::new(cell, expected, setting, &artefacts, &mut identity);
    let jobs: Vec<CellJob<'_>> = cells.iter().zip(expectations).map(job).collect();
    if setting.options.hangs == Hangs::Aside && jobs.iter().any(CellJob::hangs) {
        pool.be_patient()?;
    }
    let mut done: Vec<Vec<Run>> = jobs.iter().map(|_| Vec::new()).collect();
    let mut look = SecondLook::new();
    loop {
        let mut more: Vec<usize> =
            jobs.iter().zip(&done).map(|(job, runs)| setting.options.repeat.more(job, runs, setting)).collect();
        if more.iter().all(|more| *more == 0) {
            more = jobs.iter().zip(&done).map(|(job, runs)| look.more(job, runs, setting)).collect();
        }
        // Round by round, so that repeats of one cell meet different neighbours.
        let rounds = 0..more.iter().copied().max().unwrap_or(0);
        let wave: Vec<usize> =
            rounds.flat_map(|round| (0..jobs.len()).filter(|at| more[*at] > round).collect::<Vec<_>>()).collect();
        let is_first = done.iter().all(Vec::is_empty);
        seen(if is_first { Event::Built(wave.len()) } else { Event::Again(wave.len()) });
        let (look, results) = (&look, &mut *pool);
        let results = results.each(
            &wave,
            |at| jobs[*at].hangs(),
            // As a list of one: most cells have no other run, and where it lies it stays.
            |worker, at| if look.is_over() { Vec::new() } else { vec![jobs[*at].run(worker, setting)] },
            |progress| match progress {
                Progress::Started(at) => seen(Event::Started(jobs[*at].cell)),
                Progress::Ended(at, runs) => runs.iter().for_each(|run| seen(Event::Ended(jobs[*at].cell, run))),
            },
        );
        let is_whole = results.iter().all(Option::is_some);
        for (at, runs) in wave.iter().zip(results) {
            match runs {
                Some(first) if done[*at].is_empty() => done[*at] = first,
                Some(further) => done[*at].extend(further),
                None => {}
            }
        }
        if wave.is_empty() || !is_whole {
            break;
        }
    }
    let mut remembered = Vec::new();
    let cells = jobs
        .iter()
        .zip(done)
        .map(|(job, runs)| {
            let past = job.past(&runs, setting.history);
            remembered.extend(past.map(|past| Remembered::new(&job.cell.id, &past)));
            let runs = if runs.is_empty() { vec![job.unrun(setting)] } else { runs };
            summarise(job, runs, setting)
        })
        .collect();
    Ok(Results { cells, building, artefacts, remembered })
}
