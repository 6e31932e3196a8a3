//! `coexist run`: build, run, judge, print the matrix.

mod choice;

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;

use super::setup::{self, Groups};
use super::{ExitStatus, Stopped, ui};
use crate::catalog::{Catalog, Stress};
use crate::child::Interrupt;
use crate::compile::{Store, Toolbox};
use crate::history::History;
use crate::id::{CellId, RuntimeId};
use crate::judge::ledger::Measured;
use crate::judge::{Ledger, Verdict, What, facts, snapshot};
use crate::laws::{Expected, Follows, follows};
use crate::matrix::{Cell, Shard, cells};
use crate::project::Project;
use crate::record::{CellRecord, LibraryRecord, Record, SCHEMA};
use crate::report::terminal;
use crate::suite::{self, Diagnose, Hangs, Options, Repeat, Setting};

#[derive(Debug, Args)]
pub struct Arguments {
    /// Which cells: a runtime (go, go@1.21), a scenario (callback, rfc2012[dlopen]), or a glob for ids (two-callbacks/go+*)
    filters: Vec<String>,
    /// Print the record as JSON on stdout
    #[arg(long)]
    json: bool,
    /// Cells to run in parallel [default: number of CPUs; cells that always hang run beside them]
    #[arg(short, long, value_name = "N")]
    jobs: Option<NonZeroUsize>,
    /// Run every cell this many times; auto: once, and 20 times what does not always do the same
    #[arg(long, value_name = "N|auto", default_value = "1")]
    repeat: Repeat,
    /// Make races come out: one-core (one processor for each cell), loaded (busy processors), shuffled (moved threads)
    #[arg(long, value_name = "HOW")]
    stress: Option<Stress>,
    /// Forget what earlier runs saw of these cells
    #[arg(long)]
    forget: bool,
    /// Run the k-th of n parts of the cells
    #[arg(long, value_name = "K/N")]
    shard: Option<Shard>,
    /// Only cells of so many runtimes at most
    #[arg(long, value_name = "N")]
    most: Option<NonZeroUsize>,
    /// Only runtimes and VMs of these groups: core, compiled, vm, all [default with filters: all; without: core, and alone
    /// whatever else is here]
    #[arg(long, value_name = "GROUP,…", value_delimiter = ',')]
    group: Vec<Groups>,
    /// Only cells of these runtimes and no others: go,jvm,python@signals; a sample's name means its default variant
    #[arg(long, value_name = "RUNTIME,…", value_delimiter = ',', conflicts_with = "group")]
    only: Vec<RuntimeId>,
    /// Install what is missing first
    #[arg(long)]
    install: bool,
    /// Fail if a cell of these runtimes is skipped; without names, of any
    #[arg(long, value_name = "RUNTIME,…", num_args = 0..=1, default_missing_value = "all", require_equals = true)]
    require: Option<String>,
    /// Also run the cells that must fail by a law; without it, a run of everything takes a tenth of them by turns
    #[arg(long)]
    all: bool,
    /// Fail if a cell is `rare` as well: it failed in few of its runs, and nobody expected that
    #[arg(long)]
    strict: bool,
    /// Another deadline than the scenarios' own, in seconds
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    deadline: Option<Duration>,
    /// Of which failed cells to say who it was: blocking ones; all, known failures as well; never
    #[arg(long, value_name = "WHICH", default_value = "blocking")]
    diagnose: Diagnosed,
}

/// Cells that are run again for it without being asked for: each costs a run, and a hang its deadline.
const DIAGNOSED: usize = 20;

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Diagnosed {
    Blocking,
    All,
    Never,
}

impl Diagnosed {
    /// Which, and how many at most.
    fn choice(self) -> (Diagnose, usize) {
        match self {
            Self::Blocking => (Diagnose::Blocking, DIAGNOSED),
            Self::All => (Diagnose::All, usize::MAX),
            Self::Never => (Diagnose::Never, 0),
        }
    }
}

fn seconds(text: &str) -> Result<Duration, String> {
    let number: f64 = text.trim_end_matches('s').parse().map_err(|_| "write seconds, as in 2.5".to_owned())?;
    if number > 0.0 && number < 86_400.0 {
        Ok(Duration::from_secs_f64(number))
    } else {
        Err("between 0 and a day".to_owned())
    }
}

pub fn main(own: &Arguments, project: &Project) -> Result<ExitStatus, Stopped> {
    share_memory();
    // SAFETY: nothing has started a thread yet.
    unsafe { snapshot::prepare(project.root()) };
    let begun = Instant::now();
    let started = jiff::Timestamp::now();
    let catalog = super::catalog(project)?;
    let ledger = Ledger::read(project.root())?;
    let asked = choice::asked(own, &catalog)?;

    let interrupt = Arc::new(Interrupt::default());
    watch_signals(&interrupt)?;
    let needed = || asked.iter().filter(|cell| !choice::if_here(own, cell)).flat_map(Cell::tools);
    let missing = if own.install { setup::install(project, needed())? } else { None };
    if let Some(missing) = &missing {
        ui::error(missing);
    }
    let jobs = own.jobs.or_else(|| std::thread::available_parallelism().ok()).map_or(1, NonZeroUsize::get);
    let mut pool = super::pool(project, jobs, &interrupt)?;
    let places = super::tool_places(project);
    let tools = Toolbox::look(asked.iter().flat_map(Cell::tools), &places, &mut pool.first().guard);
    let expected = Expected::new(&catalog, &ledger);
    let (chosen, left) = choice::chosen(own, asked, &tools, &expected, turn(started))?;
    let store = Store::open(project.store()).map_err(suite::SuiteError::from)?;

    let mut history = remembered(own, project, &chosen);
    let setting = Setting {
        root: project.root(),
        catalog: &catalog,
        store: &store,
        tools: &tools,
        expected: &expected,
        history: &history,
        options: Options {
            repeat: own.repeat,
            deadline: own.deadline,
            hangs: hangs(own),
            stress: own.stress,
            diagnose: own.diagnose.choice().0,
        },
    };
    let mut progress = ui::Progress::new();
    let results = suite::run(setting, &chosen, &mut pool, &mut |event| progress.see(&event));
    let mut undiagnosed = 0;
    let results = results.map(|mut results| {
        let see = &mut |event: suite::Event<'_>| progress.see(&event);
        undiagnosed = suite::diagnose(setting, &chosen, &mut results, own.diagnose.choice(), &mut pool, see);
        results
    });
    progress.end();
    let results = results?;

    let full = own.filters.is_empty() && own.shard.is_none() && own.only.is_empty();
    let whole = full && !interrupt.finish();
    // One after the other: of a full matrix, each is some 10 MB.
    drop(chosen);
    let all = if full { cells(&catalog) } else { Vec::new() };
    if full {
        history.keep(&all.iter().map(|cell| cell.id.to_string()).collect());
    }
    if let Err(error) = history.write(&project.history(), &results.remembered) {
        ui::say(&format!("what was seen could not be written to {}: {error}\n", project.history().display()));
    }
    drop((history, results.remembered));
    let record = Record {
        schema: SCHEMA,
        started: started.to_string(),
        wall_ms: millis(begun.elapsed()),
        build_ms: millis(results.building),
        platform: suite::PLATFORM.to_owned(),
        command: std::env::args().skip(1).collect(),
        full: full && left == 0 && own.most.is_none() && is_every_group(own),
        follows: following(&catalog, &ledger, &results.cells),
        left,
        libraries: LibraryRecord::all(&results.artefacts),
        totals: totals(&results.cells),
        unmatched: if whole { unmatched(&ledger, &all) } else { Vec::new() },
        unused: if whole { unused(&ledger) } else { Vec::new() },
        orphans: if full { orphans(project, &all) } else { Vec::new() },
        cells: results.cells,
    };
    propose(project, &catalog, &record, pool.scratch());
    drop(pool);
    record.write(&project.record())?;
    show(&record, &catalog);
    if undiagnosed > 0 {
        ui::say(&format!("{undiagnosed} more failed cells were not diagnosed: coexist run 'CELL' --diagnose all\n"));
    }
    if own.json {
        ui::data(&record);
    }
    let status = match (status(own, &record, &interrupt), missing) {
        (ExitStatus::Good | ExitStatus::LedgerOutdated, Some(_)) => return Ok(ExitStatus::Setup),
        (status, _) => status,
    };
    if status == ExitStatus::Setup {
        ui::say("cells were skipped that --require asks for: exit status 96. What is missing: coexist doctor\n");
    }
    Ok(status)
}

/// One heap for all threads: what a worker made and another thread gave back would stay in the worker's, and of a full matrix
/// that is a seventh of the memory (with glibc's arenas 73 MB for 21,840 cells, without 63, in the same time).
fn share_memory() {
    #[cfg(target_env = "gnu")]
    // SAFETY: nothing has started a thread yet, and the call only sets a number.
    unsafe {
        libc::mallopt(libc::M_ARENA_MAX, 1);
    }
}

/// Where somebody said how many cells run at once, it is that many.
fn hangs(own: &Arguments) -> Hangs {
    if own.jobs.is_some() { Hangs::InLine } else { Hangs::Aside }
}

/// What earlier runs saw; nothing of the chosen cells with `--forget`.
fn remembered(own: &Arguments, project: &Project, chosen: &[Cell<'_>]) -> History {
    let mut history = History::read(&project.history()).unwrap_or_else(|why| {
        ui::say(&format!("what earlier runs saw is lost: {}: {why}\n", project.history().display()));
        History::default()
    });
    if own.forget {
        for cell in chosen {
            history.forget(&cell.id);
        }
    }
    history
}

/// Ctrl-C once: finish what runs. Twice, or SIGTERM: end it.
fn watch_signals(interrupt: &Arc<Interrupt>) -> Result<(), Stopped> {
    use signal_hook::consts::{SIGINT, SIGTERM};
    let interrupt = Arc::clone(interrupt);
    let mut signals = signal_hook::iterator::Signals::new([SIGINT, SIGTERM])
        .map_err(|source| crate::child::ChildError::System { what: "watch for ctrl-C", source })
        .map_err(suite::SuiteError::from)?;
    std::thread::spawn(move || {
        for signal in signals.forever() {
            if signal == SIGTERM {
                interrupt.raise();
            }
            if interrupt.raise() == 1 {
                ui::say("\ninterrupted: finishing what runs; once more to end it\n");
            }
        }
    });
    Ok(())
}

fn totals(cells: &[CellRecord]) -> BTreeMap<Verdict, usize> {
    let mut totals = BTreeMap::new();
    for cell in cells {
        *totals.entry(cell.verdict).or_insert(0) += 1;
    }
    totals
}

/// What follows from facts that are not the accepted ones.
fn following(catalog: &Catalog, ledger: &Ledger, cells: &[CellRecord]) -> Vec<(RuntimeId, Follows)> {
    let mut libraries: BTreeMap<&RuntimeId, Measured> = BTreeMap::new();
    for cell in cells.iter().filter(|cell| matches!(cell.verdict, Verdict::New | Verdict::Changed)) {
        let Some(scenario) = catalog.scenario(&cell.cell.scenario).filter(|scenario| !scenario.facts.is_empty()) else {
            continue;
        };
        let library = &cell.cell.runtimes[0];
        let known = libraries.entry(library).or_insert_with(|| ledger.measured(library).cloned().unwrap_or_default());
        *known = known.with(&scenario.facts, &facts(&cell.found));
    }
    let of = |(library, found): (&RuntimeId, Measured)| (library.clone(), follows(catalog, ledger, library, &found));
    libraries.into_iter().map(of).collect()
}

fn unmatched(ledger: &Ledger, all: &[Cell<'_>]) -> Vec<(String, String)> {
    ledger.unmatched(all.iter().map(|cell| &cell.id)).into_iter().map(|entry| (entry.place(), entry.cells())).collect()
}

fn unused(ledger: &Ledger) -> Vec<(String, String)> {
    ledger.unused().into_iter().map(|cause| (cause.place(), cause.name.clone())).collect()
}

fn orphans(project: &Project, all: &[Cell<'_>]) -> Vec<String> {
    let files = snapshot::orphans(project.root(), all);
    files.iter().map(|file| file.strip_prefix(project.root()).unwrap_or(file).display().to_string()).collect()
}

/// Leaves pending traces where they are wanted, and takes back those that are not any more. CI never writes.
fn propose(project: &Project, catalog: &Catalog, record: &Record, scratch: &Path) {
    if std::env::var("CI").is_ok_and(|value| !matches!(value.as_str(), "" | "0" | "false")) {
        return;
    }
    // Where only facts differ, bless reads them from the record.
    let is_measured =
        |cell: &CellRecord| catalog.scenario(&cell.cell.scenario).is_some_and(|scenario| !scenario.facts.is_empty());
    let facts_differ = |cell: &CellRecord| is_measured(cell) && !cell.outcome.detail.is_empty();
    for cell in &record.cells {
        match cell.verdict {
            Verdict::New | Verdict::Changed if !cell.trace.is_empty() && !facts_differ(cell) => {
                snapshot::propose(project.root(), scratch, &cell.cell, &cell.trace);
            }
            Verdict::Pass => snapshot::withdraw(project.root(), &cell.cell),
            Verdict::New | Verdict::Changed | Verdict::Failed | Verdict::Known | Verdict::Fixed => {}
            Verdict::Rare | Verdict::Skipped | Verdict::Faulty => {}
        }
    }
}

fn show(record: &Record, catalog: &Catalog) {
    let property = |id: &CellId| catalog.scenario(&id.scenario).map(|scenario| scenario.property.as_str());
    ui::say(&terminal::matrix(record));
    ui::say(&terminal::attention(record, property));
    ui::say(&terminal::summary(record));
    ui::say(&terminal::skipped(record));
}

fn status(own: &Arguments, record: &Record, interrupt: &Interrupt) -> ExitStatus {
    let has = |verdict: Verdict| record.totals.contains_key(&verdict);
    let blocking = || record.cells.iter().filter(|cell| cell.verdict.blocks());
    let missing = |cell: &&CellRecord| {
        let wanted = |name: &str| {
            name == "all"
                || cell.cell.runtimes.iter().any(|runtime| runtime.to_string() == name || *runtime.name == *name)
        };
        cell.verdict == Verdict::Skipped && choice::required(own).any(wanted)
    };
    if interrupt.finish() {
        ExitStatus::Interrupted
    } else if has(Verdict::Faulty) {
        ExitStatus::Bug
    } else if own.strict && has(Verdict::Rare)
        || blocking().any(|cell| cell.verdict != Verdict::Fixed && cell.outcome.what != What::NotBuilt)
    {
        ExitStatus::Blocking
    } else if blocking().any(|cell| cell.outcome.what == What::NotBuilt) {
        ExitStatus::BuildFailed
    } else if record.cells.iter().any(|cell| missing(&cell)) {
        ExitStatus::Setup
    } else if has(Verdict::Fixed) || record.ledger_is_outdated() {
        ExitStatus::LedgerOutdated
    } else {
        ExitStatus::Good
    }
}

/// Which tenth of the cells that must fail has its turn: another one each day, by the clock of UTC.
fn turn(time: jiff::Timestamp) -> u64 {
    u64::try_from(time.as_second() / 86_400).unwrap_or(0)
}

fn is_every_group(own: &Arguments) -> bool {
    own.group.contains(&Groups::All)
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
