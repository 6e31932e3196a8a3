//! The real project for tests: its catalogue, and the way from a cell to what became of it. That way is the one of
//! `coexist run`, with a guard and a scratch folder of its own for each call, and with the libraries that `run` built.

use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use coexist::catalog::{Catalog, Group, Runtime, Tools};
use coexist::child::GuardProgram;
use coexist::compile::{Store, Toolbox};
use coexist::history::History;
use coexist::judge::{Ledger, Verdict};
use coexist::laws::Expected;
use coexist::matrix::Cell;
use coexist::project::Project;
use coexist::record::CellRecord;
use coexist::run::Pool;
use coexist::suite::{self, Diagnose, Hangs, Options, Repeat, Setting};
use coexist::toolchain::Places;

use crate::processes;

/// The program under test.
pub const COEXIST: &str = env!("CARGO_BIN_EXE_coexist");

/// The project's root.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The project's folders.
pub fn project() -> &'static Project {
    static PROJECT: LazyLock<Project> = LazyLock::new(|| {
        let state = std::env::var_os("COEXIST_STATE").map(PathBuf::from);
        Project::at(root(), state.as_deref(), None).unwrap()
    });
    &PROJECT
}

/// What there is.
pub fn catalog() -> &'static Catalog {
    static CATALOG: LazyLock<Catalog> = LazyLock::new(|| Catalog::read(root()).unwrap());
    &CATALOG
}

/// What there is, and the samples that must be caught as runtimes like any other.
pub fn catalog_with_broken() -> &'static Catalog {
    static CATALOG: LazyLock<Catalog> = LazyLock::new(|| {
        let mut all = catalog().clone();
        all.runtimes.extend(catalog().read_broken().unwrap());
        all
    });
    &CATALOG
}

/// Whether a runtime's cells are tested: those of the group core, with COEXIST_GROUP=all any, and with COEXIST_ONLY=go,jvm
/// these.
pub fn is_asked_for(runtime: &Runtime) -> bool {
    if let Ok(names) = std::env::var("COEXIST_ONLY") {
        return names.split(',').any(|name| runtime.is_called(&name.parse().unwrap()));
    }
    match std::env::var("COEXIST_GROUP").as_deref() {
        Err(_) | Ok("" | "core") => runtime.group == Group::Core,
        Ok("all") => true,
        Ok(other) => panic!("COEXIST_GROUP is core or all, not {other}"),
    }
}

/// The tools that are not on this machine.
pub struct Missing(Toolbox);

impl Missing {
    /// Looks for the tools of all cells.
    pub fn look() -> Self {
        let guard = GuardProgram::new(PathBuf::from(COEXIST));
        let mut pool = Pool::start(1, &project().scratch(), &guard, Arc::default()).unwrap();
        let places = Places::new(project().cache(), &std::env::var_os("PATH").unwrap_or_default());
        let all = catalog().runtimes.iter().map(|runtime| &runtime.tools);
        let all = all.chain(catalog().vms.iter().map(|vm| &vm.tools));
        Self(Toolbox::look(all, &places, &mut pool.first().guard))
    }

    /// Whether a cell needs one of them.
    pub fn of(&self, cell: &Cell<'_>) -> bool {
        cell.tools().any(|tools| self.lacks(tools))
    }

    /// Whether a runtime needs one of them.
    pub fn has(&self, runtime: &Runtime) -> bool {
        self.lacks(&runtime.tools)
    }

    fn lacks(&self, tools: &Tools) -> bool {
        tools.iter().any(|(name, tool)| !self.0.get(name, tool).is_some_and(Result::is_ok))
    }
}

/// Whether `COEXIST_REQUIRE` asks for a cell.
pub fn is_required(cell: &Cell<'_>) -> bool {
    is_required_if(cell.groups().all(|group| group == Group::Core))
}

/// The same of a cell of some runtimes.
pub fn is_required_of(runtimes: &[&Runtime]) -> bool {
    is_required_if(runtimes.iter().all(|runtime| runtime.group == Group::Core))
}

fn is_required_if(core: bool) -> bool {
    match std::env::var("COEXIST_REQUIRE").as_deref() {
        Err(_) | Ok("") => false,
        Ok("core") => core,
        Ok("all") => true,
        Ok(other) => panic!("COEXIST_REQUIRE is core or all, not {other}"),
    }
}

/// How often to do what is worth repeating.
pub fn repeats(usually: usize) -> usize {
    match std::env::var("COEXIST_REPEAT") {
        Ok(text) => text.parse().expect("COEXIST_REPEAT is a number"),
        Err(_) => usually,
    }
}

/// A cell after one run.
#[derive(Debug)]
pub struct Judged {
    /// What `coexist run` would put into its record.
    pub record: CellRecord,
    /// Processes and files that were still there when the run was over.
    pub left: Vec<String>,
}

/// Facts and cases of the project.
pub fn ledger() -> &'static Ledger {
    static LEDGER: LazyLock<Ledger> = LazyLock::new(|| Ledger::read(root()).unwrap());
    &LEDGER
}

/// What is expected of the project's cells.
pub fn expected() -> &'static Expected<'static> {
    static EXPECTED: LazyLock<Expected<'static>> = LazyLock::new(|| Expected::new(catalog(), ledger()));
    &EXPECTED
}

/// Builds what a cell needs and runs it once. `None` if it was skipped, for which the reason is printed; where
/// `COEXIST_REQUIRE` says so, that is a failure.
pub fn judged(catalog: &Catalog, cell: Cell<'_>, deadline: Option<Duration>) -> Option<Judged> {
    run(catalog, cell, deadline, Diagnose::Never)
}

/// The same, and once more below the tracer if it fails.
pub fn diagnosed(cell: Cell<'_>, deadline: Duration) -> Option<Judged> {
    run(catalog_with_broken(), cell, Some(deadline), Diagnose::All)
}

fn run(catalog: &Catalog, cell: Cell<'_>, deadline: Option<Duration>, which: Diagnose) -> Option<Judged> {
    let project = project();
    let guard = GuardProgram::new(PathBuf::from(COEXIST));
    let mut pool = Pool::start(1, &project.scratch(), &guard, Arc::default()).unwrap();
    let store = Store::open(project.store()).unwrap();
    let places = Places::new(project.cache(), &std::env::var_os("PATH").unwrap_or_default());
    let tools = Toolbox::look(cell.tools(), &places, &mut pool.first().guard);
    let own;
    let expected = if std::ptr::eq(catalog, self::catalog()) {
        expected()
    } else {
        own = Expected::new(catalog, ledger());
        &own
    };
    let setting = Setting {
        root: project.root(),
        catalog,
        store: &store,
        tools: &tools,
        expected,
        history: &History::default(),
        options: Options { repeat: Repeat::Times(1), deadline, hangs: Hangs::InLine, stress: None, diagnose: which },
    };
    let core = cell.groups().all(|group| group == Group::Core);
    let cells = [cell];
    let mut results = suite::run(setting, &cells, &mut pool, &mut |_| {}).unwrap();
    suite::diagnose(setting, &cells, &mut results, (which, 1), &mut pool, &mut |_| {});
    let left = left_in(pool.first().guard.scratch());
    let record = results.cells.pop().expect("one cell, one record");
    if record.verdict == Verdict::Skipped {
        let required = is_required_if(core);
        assert!(!required, "{} was skipped: {}", record.cell, record.outcome.detail);
        eprintln!("skipped {}: {}", record.cell, record.outcome.detail);
        return None;
    }
    Some(Judged { record, left })
}

/// Cells have their scratch folder in their environment, and so has whatever they start.
fn left_in(scratch: &Path) -> Vec<String> {
    let processes = processes::about(scratch).into_iter().filter(|process| !process.is_guard());
    let files = std::fs::read_dir(scratch).unwrap().flatten().map(|entry| entry.path().display().to_string());
    processes.map(|process| format!("{process:?}")).chain(files).collect()
}
