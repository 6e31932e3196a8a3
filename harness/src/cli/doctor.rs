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
use crate::compile::{self, Failure, Store, Toolbox, ask, chosen};
use crate::project::Project;
use crate::suite::SuiteError;
use crate::toolchain::{Ask, Found, Places, find};

/// Raised whenever a field of the JSON changes its meaning.
const SCHEMA: u32 = 1;

#[derive(Debug, Args)]
pub struct Arguments {
    /// Say more, of these runtimes: go, go@1.21
    runtimes: Vec<String>,
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
    about: String,
    group: Group,
    usable: bool,
    /// What `setup` would take for the tools that are not here, 10^6 bytes.
    megabytes: u32,
    tools: BTreeMap<String, ToolReport>,
    absent: BTreeMap<Entry, String>,
    /// The table of the library that was built last, read in a child; none if it was not built yet.
    library: Option<Probed>,
    /// What was said when its build failed last, if it was not built since.
    failure: Option<Failure>,
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
    super::setup::named(&own.runtimes, &catalog)?;
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
        match artefact {
            Some(artefact) => report.library = table::kept(&artefact.folder),
            None => report.failure = store.failure(&report.id),
        }
    }
    if own.json {
        ui::data(&report);
    } else {
        ui::answer(&text(&report, &own.runtimes));
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
        about: runtime.about.clone(),
        group: runtime.group,
        usable,
        megabytes: runtime.tools.iter().filter(|(name, _)| !tools[*name].found).map(|(_, tool)| tool.megabytes).sum(),
        tools,
        absent: runtime.absent.clone(),
        library: None,
        failure: None,
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
        None => match &runtime.failure {
            Some(failure) => format!("does not build: {}", last_words(&failure.log)),
            None => "not built yet".to_owned(),
        },
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

/// The line of a log that says most: the first one with an error in it, or else the last.
fn last_words(log: &str) -> &str {
    let said = || log.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('('));
    said()
        .find(|line| line.contains("cannot find") || line.contains("error"))
        .or_else(|| said().next_back())
        .unwrap_or_default()
}

/// One line a runtime; all that is known of those that are named.
fn text(report: &Report, named: &[String]) -> String {
    let mut out = String::new();
    if named.is_empty() {
        let _ = writeln!(out, "platform      {}", report.platform);
        for check in &report.machine {
            let _ = writeln!(out, "{:13} {}", check.what, check.says);
        }
        out.push('\n');
    }
    let width = report.runtimes.iter().map(|runtime| runtime.id.len()).max().unwrap_or(0);
    for runtime in report.runtimes.iter().filter(|runtime| named.is_empty() || is_named(runtime, named)) {
        let size = if runtime.megabytes > 0 { format!("{} MB; ", runtime.megabytes) } else { String::new() };
        let tools = state(runtime.usable, &runtime.tools);
        let _ = writeln!(out, "{:width$} {:8} {tools}; {size}{}", runtime.id, runtime.group, library(runtime));
        if !named.is_empty() {
            details(&mut out, runtime);
        }
    }
    for vm in report.vms.iter().filter(|_| named.is_empty()) {
        let _ = writeln!(out, "{:width$} {:8} {}", format!("{} hosts", vm.name), vm.group, state(vm.usable, &vm.tools));
    }
    if named.is_empty() {
        out.push_str("\nwhat a runtime does not offer, and why a build failed: coexist doctor RUNTIME\n");
    }
    out
}

fn is_named(runtime: &RuntimeReport, named: &[String]) -> bool {
    let name = runtime.id.split('@').next().unwrap_or_default();
    named.iter().any(|word| *word == runtime.id || *word == name)
}

fn details(out: &mut String, runtime: &RuntimeReport) {
    let _ = writeln!(out, "  {}", runtime.about);
    for (entry, why) in &runtime.absent {
        let _ = writeln!(out, "  without {entry}: {why}");
    }
    if let Some(failure) = &runtime.failure {
        let _ = writeln!(out, "  the build failed at: {}", failure.step);
        for line in failure.log.lines() {
            let _ = writeln!(out, "    {line}");
        }
        let _ = writeln!(out, "  mend what it says, then: coexist run callback/{}", runtime.id);
    }
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
    let says = if tools.is_empty() { "the C and C++ compilers".to_owned() } else { tools.join("; ") };
    format!("{state:8} {says}")
}
