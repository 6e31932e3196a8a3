//! `coexist doctor`: what is here, what is missing and how to get it. Installs and changes nothing.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use serde::Serialize;

use super::{ExitStatus, Stopped, ui};
use crate::catalog::{Entry, Group, Runtime, Tools, Vm};
use crate::check::table::{self, Probed};
use crate::child::Interrupt;
use crate::compile::{self, Store, Toolbox, ask, chosen};
use crate::project::Project;
use crate::suite::SuiteError;
use crate::toolchain::{Ask, Found, Places, find};

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
    vms: Vec<VmReport>,
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

/// What hosts run in that are no programs of their own.
#[derive(Serialize)]
struct VmReport {
    name: String,
    group: Group,
    usable: bool,
    tools: BTreeMap<String, ToolReport>,
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
    let (runtimes, vms) = {
        let guard = RefCell::new(&mut pool.first().guard);
        let ask = |program: &std::path::Path, args: &[String]| ask(&mut guard.borrow_mut(), program, args);
        let runtimes = catalog.runtimes.iter().map(|runtime| look(runtime, &places, &ask)).collect();
        (runtimes, catalog.vms.iter().map(|vm| look_at_vm(vm, &places, &ask)).collect())
    };
    let mut report = Report { schema: SCHEMA, platform: env!("COEXIST_TARGET"), machine: machine(), runtimes, vms };
    let tools = Toolbox::look(catalog.runtimes.iter().map(|runtime| &runtime.tools), &places, &mut pool.first().guard);
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
    let runtimes = report.runtimes.iter().map(|runtime| (runtime.group, runtime.usable));
    let vms = report.vms.iter().map(|vm| (vm.group, vm.usable));
    let core = runtimes.chain(vms).all(|(group, usable)| usable || group != Group::Core);
    let good = report.machine.iter().all(|check| check.good) && core;
    Ok(if good { ExitStatus::Good } else { ExitStatus::Setup })
}

fn look(runtime: &Runtime, places: &Places, ask: &Ask<'_>) -> RuntimeReport {
    let (usable, tools) = look_at_tools(&runtime.tools, places, ask);
    RuntimeReport {
        id: runtime.id.to_string(),
        group: runtime.group,
        usable,
        tools,
        absent: runtime.absent.clone(),
        library: None,
    }
}

fn look_at_vm(vm: &Vm, places: &Places, ask: &Ask<'_>) -> VmReport {
    let (usable, tools) = look_at_tools(&vm.tools, places, ask);
    VmReport { name: vm.name.clone(), group: vm.group, usable, tools }
}

/// Whether all are here, and what was found of each.
fn look_at_tools(tools: &Tools, places: &Places, ask: &Ask<'_>) -> (bool, BTreeMap<String, ToolReport>) {
    let tools: BTreeMap<String, ToolReport> = tools
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
    (tools.values().all(|tool| tool.found), tools)
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
        let _ = writeln!(out, "{:13} {}", runtime.id, state(runtime.usable, &runtime.tools));
        let _ = writeln!(out, "{:22} {}", "", library(runtime));
        if !runtime.absent.is_empty() {
            let absent: Vec<String> = runtime.absent.iter().map(|(entry, why)| format!("{entry} ({why})")).collect();
            let _ = writeln!(out, "{:22} without {}", "", absent.join(", "));
        }
    }
    for vm in &report.vms {
        let _ = writeln!(out, "{:13} {}", format!("{} hosts", vm.name), state(vm.usable, &vm.tools));
    }
    out
}

fn state(usable: bool, tools: &BTreeMap<String, ToolReport>) -> String {
    let tools: Vec<String> = tools
        .iter()
        .map(|(name, tool)| match &tool.version {
            Some(version) => format!("{name} {version} at {}", tool.program.as_deref().unwrap_or("")),
            None => tool.says.clone(),
        })
        .collect();
    let state = if usable { "ok" } else { "missing" };
    let says = if tools.is_empty() { "the C and C++ compilers above".to_owned() } else { tools.join("; ") };
    format!("{state:8} {says}")
}
