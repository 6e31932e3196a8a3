//! From manifests and C files to libraries and hosts: each built once, kept under a name that says what it was built from.
//! Starts compilers through guards; loads nothing.

mod compiler;
mod expand;
mod failures;
mod host;
mod inputs;
mod kept;
mod library;
mod store;
mod toolbox;
mod vm;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use miette::Diagnostic;
use serde::{Deserialize, Serialize};
use thiserror::Error;

pub use compiler::chosen;
pub use kept::{in_store, last_failures};
pub use library::Cost;
pub use store::{Key, Store};
pub use toolbox::{Toolbox, ask};

use expand::Values;

use crate::catalog::{Catalog, PLAIN, Runtime, Vm};
use crate::child::ChildError;
use crate::matrix::Cell;
use crate::run::{Pool, Progress, Worker};

/// A library or host to build.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unit {
    /// A C library of `c-hosts/lib`, by name.
    Lib(String),
    /// The object files that every host is linked with.
    Support,
    /// What a VM runs, by the VM's name.
    Vm(String),
    /// A flavour of a runtime's library.
    Library {
        /// `go@1.21`
        runtime: String,
        /// `plain`, `eager`…
        flavour: String,
    },
    /// A scenario's host; linked with libraries where the mode says so.
    Host {
        /// The scenario.
        scenario: String,
        /// The libraries it is linked with, by runtime, copy and flavour; empty where it loads them.
        linked: Vec<(String, usize, String)>,
    },
}

impl std::fmt::Display for Unit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Lib(name) => write!(f, "lib{name}"),
            Self::Support => f.write_str("host support"),
            Self::Vm(name) => write!(f, "VM {name}"),
            Self::Library { runtime, flavour } if flavour == PLAIN => f.write_str(runtime),
            Self::Library { runtime, flavour } => write!(f, "{runtime} ({flavour})"),
            Self::Host { scenario, linked } if linked.is_empty() => write!(f, "host {scenario}"),
            Self::Host { scenario, linked } => {
                let names: Vec<&str> = linked.iter().map(|(name, ..)| name.as_str()).collect();
                write!(f, "host {scenario} with {}", names.join("+"))
            }
        }
    }
}

/// What became of a unit.
#[derive(Debug, Clone)]
pub enum Built {
    /// It is there.
    Ready(Arc<Artefact>),
    /// A step failed, or what it needs did.
    Failed(Arc<Failure>),
    /// A tool is not there: nobody's failure.
    Missing(String),
}

impl Built {
    fn failure(&self) -> Option<&Failure> {
        match self {
            Self::Failed(failure) => Some(failure),
            Self::Ready(_) | Self::Missing(_) => None,
        }
    }
}

/// Something built, in the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artefact {
    /// The entry's folder.
    pub folder: PathBuf,
    /// The file in it that matters: a library, a program; the folder itself for object files.
    pub file: PathBuf,
    /// What it was built from.
    pub key: Key,
}

/// A step that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Failure {
    /// The command, or what was attempted.
    pub step: String,
    /// What it wrote, or why it could not run.
    pub log: String,
}

/// Why building could not be attempted: the harness's or the machine's trouble, no library's.
#[derive(Debug, Error, Diagnostic)]
pub enum CompileError {
    /// A file of the project cannot be read.
    #[error("failed to read {path}")]
    #[diagnostic(code(compile::read))]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The store cannot be written.
    #[error("failed to write {path}: {source}")]
    #[diagnostic(code(compile::write), help("make it writable, free some space, or name another place with --state"))]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// There is no C compiler.
    #[error("failed to find a compiler: {0}")]
    #[diagnostic(
        code(compile::compiler),
        help("install gcc and g++, or name another one with CC and CXX; then: coexist doctor")
    )]
    Compiler(String),
    /// A child could not be followed.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Child(#[from] ChildError),
}

/// Everything that a set of cells needs, built.
#[derive(Debug, Default)]
pub struct Artefacts {
    units: BTreeMap<Unit, Built>,
    /// For each VM the paths of its tools.
    programs: BTreeMap<String, Values>,
}

/// What was seen of a build.
#[derive(Debug, Clone, Copy)]
pub enum Step<'a> {
    /// A unit is being built.
    Building(&'a Unit),
    /// A unit is done.
    Done(&'a Unit, &'a Built),
}

/// The folders that building reads and writes.
#[derive(Debug)]
pub struct Places<'a> {
    /// The project's root.
    pub root: &'a Path,
    /// Where results are kept.
    pub store: &'a Store,
}

/// Builds all that `cells` need and the store does not have.
///
/// # Errors
/// Trouble of the harness; a unit that does not build is a result.
pub fn build(
    catalog: &Catalog,
    cells: &[Cell<'_>],
    places: &Places<'_>,
    tools: &Toolbox,
    pool: &mut Pool,
    seen: &mut (dyn FnMut(Step<'_>) + Send),
) -> Result<Artefacts, CompileError> {
    let mut artefacts = Artefacts::default();
    let inputs = inputs::Inputs::read(places.root)?;
    for vm in cells.iter().filter_map(|cell| cell.scenario.vm.as_deref()) {
        // Where one is missing, the VM is not built and nothing asks for its programs.
        artefacts.programs.extend(vm::programs(vm, tools).ok().map(|values| (vm.name.clone(), values)));
    }
    let wanted = units(cells);
    // What others are built from comes first.
    for wave in 0..3 {
        if wave == 2 {
            artefacts.copy(cells, places.store)?;
        }
        let mut jobs = Vec::new();
        for unit in wanted.iter().filter(|unit| unit.wave() == wave) {
            let plan = plan(unit, catalog, &inputs, tools, &artefacts, places)?;
            match plan {
                Plan::Known(built) => {
                    artefacts.units.insert(unit.clone(), built);
                }
                Plan::Build(job) => jobs.push((unit.clone(), job)),
            }
        }
        let work = |worker: &mut Worker, (_, job): &(Unit, Job)| job.run(worker, places, &inputs);
        let results = pool.each(
            &jobs,
            |_| false,
            work,
            |progress| match progress {
                Progress::Started((unit, _)) => seen(Step::Building(unit)),
                Progress::Ended((unit, _), Ok(built)) => seen(Step::Done(unit, built)),
                Progress::Ended(_, Err(_)) => {}
            },
        );
        for ((unit, _), result) in jobs.into_iter().zip(results) {
            let built = result.unwrap_or_else(|| Ok(Built::Missing("interrupted".to_owned())))?;
            artefacts.units.insert(unit, built);
        }
    }
    Ok(artefacts)
}

/// All units of a set of cells.
fn units(cells: &[Cell<'_>]) -> BTreeSet<Unit> {
    let mut all = BTreeSet::new();
    for cell in cells {
        all.insert(Unit::Support);
        all.extend(cell.scenario.vm.iter().map(|vm| Unit::Vm(vm.name.clone())));
        for runtime in &cell.runtimes {
            if let Some(build) = runtime.flavours.get(&cell.scenario.flavour) {
                all.extend(build.libs.iter().cloned().map(Unit::Lib));
            }
            all.insert(library_unit(runtime, &cell.scenario.flavour));
        }
        all.insert(host_unit(cell));
    }
    all
}

fn library_unit(runtime: &Runtime, flavour: &str) -> Unit {
    Unit::Library { runtime: runtime.id.to_string(), flavour: flavour.to_owned() }
}

fn host_unit(cell: &Cell<'_>) -> Unit {
    let linked = if cell.is_linked() {
        let name = |at: usize| (cell.runtimes[at].id.to_string(), cell.copy(at), cell.scenario.flavour.clone());
        (0..cell.runtimes.len()).map(name).collect()
    } else {
        Vec::new()
    };
    Unit::Host { scenario: cell.scenario.name.clone(), linked }
}

impl Unit {
    fn wave(&self) -> usize {
        match self {
            Self::Lib(_) | Self::Support | Self::Vm(_) => 0,
            Self::Library { .. } => 1,
            Self::Host { .. } => 2,
        }
    }
}

/// What is to be done for a unit.
enum Plan {
    Known(Built),
    Build(Job),
}

/// A unit's build, with all that it needs at hand.
enum Job {
    Lib(library::LibJob),
    Support(host::SupportJob),
    Vm(vm::VmJob),
    Library(Box<library::LibraryJob>),
    Host(host::HostJob),
}

impl Job {
    fn run(&self, worker: &mut Worker, places: &Places<'_>, inputs: &inputs::Inputs) -> Result<Built, CompileError> {
        match self {
            Self::Lib(job) => job.run(worker, places),
            Self::Support(job) => job.run(worker, places, inputs),
            Self::Vm(job) => job.run(worker, places),
            Self::Library(job) => job.run(worker, places),
            Self::Host(job) => job.run(worker, places),
        }
    }
}

fn plan(
    unit: &Unit,
    catalog: &Catalog,
    inputs: &inputs::Inputs,
    tools: &Toolbox,
    artefacts: &Artefacts,
    places: &Places<'_>,
) -> Result<Plan, CompileError> {
    let plan = match unit {
        Unit::Lib(name) => Plan::Build(Job::Lib(library::LibJob::plan(name, inputs, places)?)),
        Unit::Support => Plan::Build(Job::Support(host::SupportJob::plan(inputs))),
        Unit::Vm(name) => {
            let vm = catalog.vms.iter().find(|vm| vm.name == *name);
            match vm::VmJob::plan(vm.expect("units come from cells, cells from the catalogue"), inputs, tools)? {
                Ok(job) => Plan::Build(Job::Vm(job)),
                Err(built) => Plan::Known(built),
            }
        }
        Unit::Library { runtime, flavour } => {
            let runtime = catalog.runtimes.iter().find(|candidate| candidate.id.to_string() == *runtime);
            let runtime = runtime.expect("units come from cells, cells from the catalogue");
            match library::LibraryJob::plan(runtime, flavour, inputs, tools, artefacts, places)? {
                Ok(job) => Plan::Build(Job::Library(Box::new(job))),
                Err(built) => Plan::Known(built),
            }
        }
        Unit::Host { scenario, linked } => {
            let scenario = catalog.scenario(scenario).expect("units come from cells, cells from the catalogue");
            match host::HostJob::plan(scenario, linked, inputs, artefacts, places)? {
                Ok(job) => Plan::Build(Job::Host(job)),
                Err(built) => Plan::Known(built),
            }
        }
    };
    Ok(match plan {
        Plan::Build(job) => match places.store.get(job.key(), job.file_name()) {
            Some(artefact) => Plan::Known(Built::Ready(Arc::new(artefact))),
            None => Plan::Build(job),
        },
        known @ Plan::Known(_) => known,
    })
}

impl Job {
    fn key(&self) -> &Key {
        match self {
            Self::Lib(job) => &job.key,
            Self::Support(job) => &job.key,
            Self::Vm(job) => &job.key,
            Self::Library(job) => &job.key,
            Self::Host(job) => &job.key,
        }
    }

    fn file_name(&self) -> &str {
        match self {
            Self::Lib(job) => &job.file,
            Self::Support(_) | Self::Vm(_) => "",
            Self::Library(job) => &job.file,
            Self::Host(job) => job.file(),
        }
    }
}

impl Artefacts {
    /// What became of a unit.
    #[must_use]
    pub fn unit(&self, unit: &Unit) -> Option<&Built> {
        self.units.get(unit)
    }

    /// All units.
    pub fn units(&self) -> impl Iterator<Item = (&Unit, &Built)> {
        self.units.iter()
    }

    /// The host of a cell.
    #[must_use]
    pub fn host(&self, cell: &Cell<'_>) -> Option<&Built> {
        self.unit(&host_unit(cell))
    }

    /// The command that starts a built host, before the host's own arguments: the host, or its VM.
    #[must_use]
    pub fn command(&self, cell: &Cell<'_>, host: &Artefact, libraries: &[PathBuf]) -> Vec<String> {
        match &cell.scenario.vm {
            None => vec![host.file.display().to_string()],
            Some(vm) => match self.vm(vm) {
                Ok((built, values)) => vm::command(vm, values, &built, &host.file, libraries),
                Err(_) => Vec::new(),
            },
        }
    }

    /// What a VM runs and the paths of its tools; or why it is not there.
    fn vm(&self, vm: &Vm) -> Result<(Arc<Artefact>, Values), Built> {
        match (self.unit(&Unit::Vm(vm.name.clone())), self.programs.get(&vm.name)) {
            (Some(Built::Ready(artefact)), Some(values)) => Ok((Arc::clone(artefact), values.clone())),
            (Some(other @ (Built::Failed(_) | Built::Missing(_))), _) => Err(other.clone()),
            (None | Some(Built::Ready(_)), _) => Err(Built::Missing(format!("the VM {} was not built", vm.name))),
        }
    }

    /// The library of a cell's runtime at an index.
    #[must_use]
    pub fn library(&self, cell: &Cell<'_>, at: usize) -> Option<&Built> {
        self.unit(&library_unit(cell.runtimes[at], &cell.scenario.flavour))
    }

    /// Makes the further copies that cells with one library twice need: the loader takes one file for one library.
    fn copy(&self, cells: &[Cell<'_>], store: &Store) -> Result<(), CompileError> {
        let mut made = BTreeSet::new();
        for cell in cells {
            for at in 0..cell.runtimes.len() {
                let copy = cell.copy(at);
                if copy > 1
                    && let Some(Built::Ready(artefact)) = self.library(cell, at)
                    && made.insert((artefact.folder.clone(), copy))
                {
                    store.copy(artefact, copy)?;
                }
            }
        }
        Ok(())
    }
}
