//! `coexist doctor`: what is here, what is missing and how to get it. Installs and changes nothing.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use serde::Serialize;

use super::{ExitStatus, Stopped, ui};
use crate::catalog::{Entry, Group, Runtime};
use crate::check::table::{self, Probed};
use crate::child::Interrupt;
use crate::compile::{self, Store, Toolbox, ask, chosen};
use crate::project::Project;
use crate::suite::SuiteError;
use crate::toolchain::{Found, Places, find};

/// Raised whenever a field of the JSON changes its meaning.
const SCHEMA: u32 = 1;

#[derive(Debug, Args)]
pub struct Arguments {
    /// Print JSON on stdout
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Report {
    schema: u32,
    platform: &'static str,
    machine: Vec<Check>,
    runtimes: Vec<RuntimeReport>,
}

/// Something that the harness needs of the machine.
#[derive(Serialize)]
struct Check {
    what: &'static str,
    good: bool,
    says: String,
}

#[derive(Serialize)]
struct RuntimeReport {
    id: String,
    group: Group,
    usable: bool,
    tools: BTreeMap<String, ToolReport>,
    absent: BTreeMap<Entry, String>,
    /// The table of the library that was built last, read in a child; none if it was not built yet.
    library: Option<Probed>,
}

#[derive(Serialize)]
struct ToolReport {
    found: bool,
    version: Option<String>,
    program: Option<String>,
    says: String,
}

pub fn main(own: &Arguments, project: &Project) -> Result<ExitStatus, Stopped> {
    let catalog = super::catalog(project)?;
    let mut pool = super::pool(project, 1, &Arc::new(Interrupt::default()))?;
    let places = super::tool_places(project);
    let runtimes = {
        let guard = RefCell::new(&mut pool.first().guard);
        let ask = |program: &std::path::Path, args: &[String]| ask(&mut guard.borrow_mut(), program, args);
        catalog.runtimes.iter().map(|runtime| look(runtime, &places, &ask)).collect()
    };
    let mut report = Report { schema: SCHEMA, platform: env!("COEXIST_TARGET"), machine: machine(), runtimes };
    let tools = Toolbox::look(catalog.runtimes.iter(), &places, &mut pool.first().guard);
    let store = Store::open(project.store()).map_err(SuiteError::from)?;
    let places = compile::Places { root: project.root(), store: &store };
    let artefacts = compile::in_store(&catalog.runtimes, &places, &tools).map_err(SuiteError::from)?;
    for (artefact, report) in artefacts.into_iter().zip(&mut report.runtimes) {
        report.library = artefact.and_then(|artefact| table::kept(&artefact.folder));
    }
    if own.json {
        ui::data(&report);
    } else {
        ui::answer(&text(&report));
    }
    // The other groups are nobody's duty.
    let mut core = report.runtimes.iter().filter(|runtime| runtime.group == Group::Core);
    let good = report.machine.iter().all(|check| check.good) && core.all(|runtime| runtime.usable);
    Ok(if good { ExitStatus::Good } else { ExitStatus::Setup })
}

fn look(
    runtime: &Runtime,
    places: &Places,
    ask: &dyn Fn(&std::path::Path, &[String]) -> std::io::Result<String>,
) -> RuntimeReport {
    let tools: BTreeMap<String, ToolReport> = runtime
        .tools
        .iter()
        .map(|(name, tool)| {
            let found = find(tool, name, places, ask);
            let report = match &found {
                Found::Found { program, version, .. } => ToolReport {
                    found: true,
                    version: Some(version.clone()),
                    program: Some(program.display().to_string()),
                    says: String::new(),
                },
                Found::Missing { .. } | Found::Other { .. } | Found::WrongVersion { .. } | Found::Broken { .. } => {
                    ToolReport {
                        found: false,
                        version: None,
                        program: found.program().map(|program| program.display().to_string()),
                        says: found.to_string(),
                    }
                }
            };
            (name.clone(), report)
        })
        .collect();
    let usable = tools.values().all(|tool| tool.found);
    RuntimeReport {
        id: runtime.id.to_string(),
        group: runtime.group,
        usable,
        tools,
        absent: runtime.absent.clone(),
        library: None,
    }
}

fn machine() -> Vec<Check> {
    let program = |what: &'static str, (name, found): (String, Option<PathBuf>), need: &str| Check {
        what,
        good: found.is_some(),
        says: found.map_or_else(|| format!("{name} is not on PATH; {need}"), |path| path.display().to_string()),
    };
    vec![
        program("C compiler", chosen("CC", "cc"), "every host is built with it: apt-get install gcc"),
        program("C++ compiler", chosen("CXX", "c++"), "the runtime cpp is built with it: apt-get install g++"),
        randomised(),
        children_listed(),
    ]
}

/// Address space layout randomisation: without it, two runs of a cell are more alike than a user's two runs.
fn randomised() -> Check {
    let level = std::fs::read_to_string("/proc/sys/kernel/randomize_va_space").unwrap_or_default();
    let good = level.trim() == "2";
    let says = if good {
        "on".to_owned()
    } else {
        format!("level {}; wanted: sysctl kernel.randomize_va_space=2", level.trim())
    };
    Check { what: "ASLR", good, says }
}

/// Without this file, processes that outlive a cell are not found.
fn children_listed() -> Check {
    let good = std::path::Path::new("/proc/thread-self/children").exists();
    let says = if good { "listed in /proc" } else { "/proc has no lists of children (CONFIG_PROC_CHILDREN)" };
    Check { what: "children", good, says: says.to_owned() }
}

/// What the built library says, against the manifest.
fn library(runtime: &RuntimeReport) -> String {
    match &runtime.library {
        None => "not built yet".to_owned(),
        Some(Probed::Nothing(why)) => format!("built; {why}"),
        Some(Probed::Table(table)) => {
            let differs = |entry: &&Entry| table.offers.contains(entry) == runtime.absent.contains_key(entry);
            match Entry::ALL.iter().find(differs) {
                Some(entry) => format!("built; {entry} is not as the manifest says"),
                None => format!("built; offers {} of {} entries", table.offers.len(), Entry::ALL.len()),
            }
        }
    }
}

fn text(report: &Report) -> String {
    let mut out = format!("platform      {}\n", report.platform);
    for check in &report.machine {
        let _ = writeln!(out, "{:13} {}", check.what, check.says);
    }
    out.push('\n');
    for runtime in &report.runtimes {
        let tools: Vec<String> = runtime
            .tools
            .iter()
            .map(|(name, tool)| match &tool.version {
                Some(version) => format!("{name} {version} at {}", tool.program.as_deref().unwrap_or("")),
                None => tool.says.clone(),
            })
            .collect();
        let state = if runtime.usable { "ok" } else { "missing" };
        let says = if tools.is_empty() { "the C and C++ compilers above".to_owned() } else { tools.join("; ") };
        let _ = writeln!(out, "{:13} {state:8} {says}", runtime.id);
        let _ = writeln!(out, "{:22} {}", "", library(runtime));
        if !runtime.absent.is_empty() {
            let absent: Vec<String> = runtime.absent.iter().map(|(entry, why)| format!("{entry} ({why})")).collect();
            let _ = writeln!(out, "{:22} without {}", "", absent.join(", "));
        }
    }
    out
}
