//! The command line: one file a subcommand, `ui` prints.

mod bless;
mod doctor;
mod exit;
mod explain;
mod laws;
mod ledger;
mod list;
mod run;
mod setup;
mod show;
mod ui;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Parser, Subcommand, ValueEnum};
use miette::Diagnostic;
use thiserror::Error;

pub use exit::ExitStatus;

use crate::catalog::{Catalog, CatalogError};
use crate::check::probe;
use crate::child::{self, ChildError, GuardProgram, Interrupt};
use crate::compile::CompileError;
use crate::diagnose;
use crate::matrix::FilterError;
use crate::project::{NoProject, Project};
use crate::run::{Pool, sweep};
use crate::suite::SuiteError;
use crate::toolchain;

/// Which language runtimes can live together in one process, and what breaks when they can't.
#[derive(Debug, Parser)]
#[command(name = "coexist", version, max_term_width = 100, arg_required_else_help = true, after_help = exit::HELP)]
struct Arguments {
    /// The project: a folder with samples/ and c-hosts/ [default: the nearest one at or above this folder]
    #[arg(long, global = true, value_name = "DIR")]
    root: Option<PathBuf>,
    /// Where everything is kept that is made or installed [default: target/coexist in the project]
    #[arg(long, global = true, value_name = "DIR")]
    state: Option<PathBuf>,
    /// Where libraries, hosts and toolchains are kept, if several checkouts are to share them [default: as --state]
    #[arg(long, global = true, value_name = "DIR", env = "COEXIST_CACHE")]
    cache: Option<PathBuf>,
    /// Colours; `auto` looks at the terminal, `NO_COLOR` and `CLICOLOR_FORCE`
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    color: Colour,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Colour {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Build, run and judge cells, and print the matrix
    Run(run::Arguments),
    /// What there is: runtimes, scenarios, cells
    List(list::Arguments),
    /// One cell of the last run in full, with its trace
    Show(show::Arguments),
    /// What is here: tools, versions, and what is missing
    Doctor(doctor::Arguments),
    /// Install tools, after saying what and how large
    Setup(setup::Arguments),
    /// Show traces that wait for a decision, and accept them
    Bless(bless::Arguments),
    /// Facts and cases: what the last run suggests, writing that down, and what is out of date
    Ledger(ledger::Arguments),
    /// What is known beforehand of a cell, a runtime, a law or a kind of fact; runs nothing
    Explain(explain::Arguments),
    /// The laws, and how each did in the last run: cells, failures, false alarms
    Laws(laws::Arguments),
}

/// What stops a subcommand; each has an exit status.
#[derive(Debug, Error, Diagnostic)]
enum Stopped {
    #[error(transparent)]
    #[diagnostic(transparent)]
    Project(#[from] NoProject),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Catalog(#[from] CatalogError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Ledger(#[from] crate::judge::ledger::LedgerError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Record(#[from] crate::record::RecordError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Suite(#[from] SuiteError),
    #[error("{message}")]
    #[diagnostic(code(cli::usage), help("{help}"))]
    Usage { message: String, help: String },
    #[error("{message}")]
    #[diagnostic(code(cli::nothing_selected), help("{help}"))]
    NothingSelected { message: String, help: String },
    #[error("{message}")]
    #[diagnostic(code(cli::setup), help("{help}"))]
    Setup { message: String, help: String },
}

impl From<FilterError> for Stopped {
    fn from(error: FilterError) -> Self {
        Self::Usage { message: error.to_string(), help: "globs have *, ? and {a,b}".to_owned() }
    }
}

impl Stopped {
    fn status(&self) -> ExitStatus {
        match self {
            Self::Project(_) | Self::Catalog(_) | Self::Ledger(_) | Self::Usage { .. } => ExitStatus::Usage,
            Self::Record(_) | Self::Setup { .. } => ExitStatus::Setup,
            Self::NothingSelected { .. } => ExitStatus::NothingSelected,
            Self::Suite(SuiteError::Compile(CompileError::Compiler(_) | CompileError::Write { .. })) => {
                ExitStatus::Setup
            }
            Self::Suite(SuiteError::Child(ChildError::Scratch { .. } | ChildError::FewDescriptors(_))) => {
                ExitStatus::Setup
            }
            Self::Suite(
                SuiteError::Compile(CompileError::Read { .. } | CompileError::Child(_)) | SuiteError::Child(_),
            ) => ExitStatus::Bug,
        }
    }
}

/// Reads the command line and does what it says.
#[must_use]
pub fn main() -> ExitStatus {
    if let Some(status) = role() {
        return status;
    }
    // clap prints its own errors and help, and ends the process with 2 or 0.
    let arguments = Arguments::parse();
    let place = || project(&arguments);
    finish(arguments.color, || match &arguments.command {
        Command::Run(own) => run::main(own, &place()?),
        Command::List(own) => list::main(own, &place()?),
        Command::Show(own) => show::main(own, &place()?),
        Command::Doctor(own) => doctor::main(own, &place()?),
        Command::Setup(own) => setup::main(own, &place()?),
        Command::Bless(own) => bless::main(own, &place()?),
        Command::Ledger(own) => ledger::main(own, &place()?),
        Command::Explain(own) => explain::main(own, &place()?),
        Command::Laws(own) => laws::main(own, &place()?),
    })
}

/// What this executable is when the harness starts it again: a guard, a probe or a tracer. Not the user's to type, so clap does
/// not know them.
fn role() -> Option<ExitStatus> {
    let words: Vec<OsString> = std::env::args_os().skip(1).collect();
    match words.as_slice() {
        [name, scratch] if name == child::GUARD_COMMAND => {
            Some(child::serve(Path::new(scratch)).map_or(ExitStatus::Bug, |()| ExitStatus::Good))
        }
        [name, _about] if name == crate::run::LOAD_COMMAND => {
            crate::run::be_busy();
            Some(ExitStatus::Good)
        }
        [name, id, library, copy, report] if name == probe::PROBE_COMMAND => {
            let [library, copy, report] = [library, copy, report].map(Path::new);
            let served = probe::serve(&id.to_string_lossy(), library, copy, report);
            Some(served.map_or(ExitStatus::Bug, |()| ExitStatus::Good))
        }
        [name, rest @ ..] if name == diagnose::DIAGNOSE_COMMAND => {
            Some(diagnose::serve(rest).map_or(ExitStatus::Bug, |()| ExitStatus::Good))
        }
        _ => None,
    }
}

fn finish(colour: Colour, work: impl FnOnce() -> Result<ExitStatus, Stopped>) -> ExitStatus {
    ui::choose_colour(colour);
    match work() {
        Ok(status) => status,
        Err(stopped) => {
            ui::error(&stopped);
            stopped.status()
        }
    }
}

fn project(arguments: &Arguments) -> Result<Project, NoProject> {
    let (state, cache) = (arguments.state.as_deref(), arguments.cache.as_deref());
    match &arguments.root {
        Some(root) => Project::at(root, state, cache),
        None => Project::above(&std::env::current_dir().unwrap_or_default(), state, cache),
    }
}

/// Workers with their guards; leftovers of runs that were killed go first.
fn pool(project: &Project, workers: usize, interrupt: &Arc<Interrupt>) -> Result<Pool, Stopped> {
    let start = || {
        let system = |what| move |source| ChildError::System { what, source };
        child::adopt_orphans().map_err(system("become a subreaper"))?;
        sweep(&project.scratch());
        toolchain::sweep(&tool_places(project));
        let program = std::env::current_exe().map_err(system("find this program"))?;
        Pool::start(workers, &project.scratch(), &GuardProgram::new(program), Arc::clone(interrupt))
    };
    Ok(start().map_err(SuiteError::from)?)
}

/// Where programs are looked for.
fn tool_places(project: &Project) -> toolchain::Places {
    toolchain::Places::new(project.cache(), &std::env::var_os("PATH").unwrap_or_default())
}

fn catalog(project: &Project) -> Result<Catalog, CatalogError> {
    Catalog::read(project.root())
}
