//! What doctor found out, as its JSON has it.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::machine::Check;
use crate::catalog::{Entry, Group, Runtime, Tool, ToolSource, Tools, Vm};
use crate::check::table::{self, Probed};
use crate::compile::{Artefact, Failure, Toolbox};
use crate::toolchain::{Obstacles, Places};

/// Raised whenever a field of the JSON changes its meaning.
pub const SCHEMA: u32 = 1;

#[derive(Debug, Serialize)]
pub struct Report {
    pub schema: u32,
    pub platform: &'static str,
    pub machine: Vec<Check>,
    pub runtimes: Vec<RuntimeReport>,
    pub vms: Vec<VmReport>,
}

#[derive(Debug, Serialize)]
pub struct RuntimeReport {
    pub id: String,
    pub variant: Option<String>,
    pub about: String,
    pub group: Group,
    pub state: State,
    pub usable: bool,
    pub tools: BTreeMap<String, ToolReport>,
    /// What setup would install for it, 10^6 bytes on disk.
    pub megabytes: u32,
    pub offers: Vec<Entry>,
    pub absent: BTreeMap<Entry, String>,
    /// The table of the library that was built last, read in a child; none if it was not built yet.
    pub library: Option<Probed>,
    pub failure: Option<FailureReport>,
}

/// How far a runtime is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Its library is in the store.
    Built,
    /// Its tools are here.
    Ready,
    /// Its tools are here, and a step of its last build failed.
    Broken,
    /// A tool is not here.
    Missing,
}

/// The build that failed.
#[derive(Debug, Serialize)]
pub struct FailureReport {
    pub step: String,
    pub log: String,
    pub next: String,
}

/// What hosts run in that are no programs of their own.
#[derive(Debug, Serialize)]
pub struct VmReport {
    pub name: String,
    pub group: Group,
    pub usable: bool,
    pub tools: BTreeMap<String, ToolReport>,
    pub megabytes: u32,
}

#[derive(Debug, Serialize)]
pub struct ToolReport {
    pub found: bool,
    pub version: Option<String>,
    pub program: Option<String>,
    pub says: String,
    /// Programs of the same name that were looked at first and are not accepted.
    pub passed_over: Vec<String>,
}

/// What the store has of a runtime.
pub struct Kept {
    pub built: Option<Artefact>,
    pub failed: Option<Failure>,
}

impl RuntimeReport {
    pub fn new(runtime: &Runtime, kept: Kept, tools: &Toolbox, obstacles: &Obstacles<'_>, places: &Places) -> Self {
        let found = look(&runtime.tools, tools, obstacles);
        let state = match (&kept.built, &kept.failed) {
            _ if found.values().any(|tool| !tool.found) => State::Missing,
            (Some(_), _) => State::Built,
            (None, Some(_)) => State::Broken,
            (None, None) => State::Ready,
        };
        let failure = kept.failed.filter(|_| state == State::Broken);
        Self {
            id: runtime.id.to_string(),
            variant: runtime.variant().map(str::to_owned),
            about: runtime.about.clone(),
            group: runtime.group,
            state,
            usable: match state {
                State::Built | State::Ready => true,
                State::Broken | State::Missing => false,
            },
            megabytes: megabytes(&runtime.tools, &found),
            tools: found,
            offers: Entry::ALL.iter().copied().filter(|entry| runtime.offers(*entry)).collect(),
            absent: runtime.absent.clone(),
            library: kept.built.and_then(|artefact| table::kept(&artefact.folder)),
            failure: failure.map(|Failure { step, log }| FailureReport { step, log, next: repair(runtime, places) }),
        }
    }
}

impl VmReport {
    pub fn new(vm: &Vm, tools: &Toolbox, obstacles: &Obstacles<'_>) -> Self {
        let found = look(&vm.tools, tools, obstacles);
        Self {
            name: vm.name.clone(),
            group: vm.group,
            usable: found.values().all(|tool| tool.found),
            megabytes: megabytes(&vm.tools, &found),
            tools: found,
        }
    }
}

fn look(table: &Tools, tools: &Toolbox, obstacles: &Obstacles<'_>) -> BTreeMap<String, ToolReport> {
    let each = table.iter().map(|(name, tool)| (name.clone(), tool_report(name, tool, tools, obstacles)));
    each.collect()
}

fn tool_report(name: &str, tool: &Tool, tools: &Toolbox, obstacles: &Obstacles<'_>) -> ToolReport {
    match tools.get(name, tool) {
        Some(Ok(found)) => ToolReport {
            found: true,
            version: Some(found.version.clone()),
            program: Some(found.program.display().to_string()),
            says: String::new(),
            passed_over: found.passed_over.iter().map(ToString::to_string).collect(),
        },
        Some(Err(not_found)) => ToolReport {
            found: false,
            version: None,
            program: not_found.trouble.program().map(|program| program.display().to_string()),
            says: obstacles.words(tool, not_found),
            passed_over: Vec::new(),
        },
        None => ToolReport {
            found: false,
            version: None,
            program: None,
            says: "not looked for".to_owned(),
            passed_over: Vec::new(),
        },
    }
}

/// Disk space of what is missing; what two tools need is counted once.
fn megabytes(tools: &Tools, found: &BTreeMap<String, ToolReport>) -> u32 {
    let missing = tools.iter().filter(|(name, _)| found.get(*name).is_some_and(|tool| !tool.found));
    let sources: BTreeSet<(&Option<ToolSource>, u32)> =
        missing.map(|(_, tool)| (&tool.source, tool.megabytes)).collect();
    sources.iter().map(|(_, megabytes)| megabytes).sum()
}

/// What to do about a build that fails though all tools are here: mostly a part of one is not.
fn repair(runtime: &Runtime, places: &Places) -> String {
    let mut packages: Vec<&str> = Vec::new();
    let mut folders = Vec::new();
    for source in runtime.tools.values().filter_map(|tool| tool.source.as_ref()) {
        match source {
            ToolSource::Apt { packages: own } => packages.extend(own.iter().map(String::as_str)),
            ToolSource::Pip { package, .. } => folders.push(places.wheel(package)),
            ToolSource::Unpack { packages: own, apt } => {
                folders.push(places.unpacked(own));
                packages.extend(apt.iter().map(String::as_str));
            }
        }
    }
    packages.sort_unstable();
    packages.dedup();
    let id = &runtime.id;
    let install = (!packages.is_empty()).then(|| format!("apt-get install --reinstall {}", packages.join(" ")));
    let remove = folders.iter().map(|folder| format!("rm -r {}; coexist setup {id}", folder.display()));
    let steps: Vec<String> = install.into_iter().chain(remove).collect();
    if steps.is_empty() {
        format!("see what it says, then: coexist run {id}")
    } else {
        format!("if a part of the tool is missing: {}; then: coexist run {id}", steps.join("; "))
    }
}
