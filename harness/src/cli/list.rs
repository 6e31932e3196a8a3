//! `coexist list`: runtimes, scenarios, cells, from the catalogue alone.

use std::fmt::Write;

use clap::{Args, ValueEnum};
use serde::Serialize;

use super::{ExitStatus, Stopped, ui};
use crate::catalog::{Catalog, Entry, Group, Heap, PLAIN};
use crate::matrix::{Filter, cells};
use crate::project::Project;

/// Raised whenever a field of the JSON changes its meaning.
const SCHEMA: u32 = 1;

#[derive(Debug, Args)]
pub struct Arguments {
    /// What to list; without it, runtimes and scenarios
    what: Option<What>,
    /// Which cells, as for `coexist run`
    filters: Vec<String>,
    /// Print JSON on stdout
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum What {
    Runtimes,
    Scenarios,
    Cells,
}

#[derive(Serialize)]
struct Listed<'a> {
    schema: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    runtimes: Option<Vec<ListedRuntime<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scenarios: Option<Vec<ListedScenario<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cells: Option<Vec<String>>,
}

#[derive(Serialize)]
struct ListedRuntime<'a> {
    id: String,
    title: &'a str,
    about: &'a str,
    group: Group,
    heap: Heap,
    flavours: Vec<&'a str>,
    offers: Vec<Entry>,
    absent: &'a std::collections::BTreeMap<Entry, String>,
}

#[derive(Serialize)]
struct ListedScenario<'a> {
    name: &'a str,
    property: &'a str,
    fewest: usize,
    most: usize,
    flavour: &'a str,
    modes: &'a [String],
    needs: &'a [Entry],
    vm: Option<&'a str>,
}

pub fn main(own: &Arguments, project: &Project) -> Result<ExitStatus, Stopped> {
    let catalog = super::catalog(project)?;
    let wants = |what: What| own.what.is_none_or(|chosen| chosen == what);
    let listed = Listed {
        schema: SCHEMA,
        runtimes: wants(What::Runtimes).then(|| catalog.runtimes.iter().map(runtime).collect()),
        scenarios: wants(What::Scenarios).then(|| catalog.scenarios.iter().map(scenario).collect()),
        cells: (own.what == Some(What::Cells)).then(|| chosen(own, &catalog)).transpose()?,
    };
    if own.json {
        ui::data(&listed);
        return Ok(ExitStatus::Good);
    }
    let mut out = String::new();
    if let Some(runtimes) = &listed.runtimes {
        grid(&mut out, runtimes);
    }
    if let Some(scenarios) = &listed.scenarios {
        if !out.is_empty() {
            out.push('\n');
        }
        for scenario in scenarios {
            let _ = writeln!(out, "{}  {}", scenario.name, facts(scenario));
            let _ = writeln!(out, "    {}", scenario.property);
        }
    }
    for cell in listed.cells.iter().flatten() {
        let _ = writeln!(out, "{cell}");
    }
    ui::answer(&out);
    Ok(ExitStatus::Good)
}

fn chosen(own: &Arguments, catalog: &Catalog) -> Result<Vec<String>, Stopped> {
    let filter = Filter::new(&own.filters)?;
    let found: Vec<String> =
        cells(catalog).iter().filter(|cell| filter.chooses(cell)).map(|cell| cell.id.to_string()).collect();
    if found.is_empty() {
        let message = format!("no cell matches {}", own.filters.join(" "));
        return Err(Stopped::NothingSelected { message, help: "all cells: coexist list cells".to_owned() });
    }
    Ok(found)
}

fn runtime(runtime: &crate::catalog::Runtime) -> ListedRuntime<'_> {
    ListedRuntime {
        id: runtime.id.to_string(),
        title: &runtime.title,
        about: &runtime.about,
        group: runtime.group,
        heap: runtime.heap,
        flavours: runtime.flavours.keys().map(String::as_str).collect(),
        offers: Entry::ALL.iter().copied().filter(|entry| runtime.offers(*entry)).collect(),
        absent: &runtime.absent,
    }
}

fn scenario(scenario: &crate::catalog::Scenario) -> ListedScenario<'_> {
    ListedScenario {
        name: &scenario.name,
        property: &scenario.property,
        fewest: scenario.fewest,
        most: scenario.most,
        flavour: &scenario.flavour,
        modes: &scenario.modes,
        needs: &scenario.needs,
        vm: scenario.vm.as_ref().map(|vm| vm.name.as_str()),
    }
}

/// Runtimes down, contract entries across.
fn grid(out: &mut String, runtimes: &[ListedRuntime<'_>]) {
    let width = runtimes.iter().map(|runtime| runtime.id.len()).max().unwrap_or(0).max(8);
    let _ = write!(out, "{:width$}", "runtime");
    for entry in Entry::ALL.iter().copied() {
        let _ = write!(out, " {}", entry.name());
    }
    let _ = writeln!(out, " | flavours");
    for runtime in runtimes {
        let _ = write!(out, "{:width$}", runtime.id);
        for entry in Entry::ALL.iter().copied() {
            let mark = if runtime.offers.contains(&entry) { "x" } else { "." };
            let _ = write!(out, " {mark:^length$}", length = entry.name().len());
        }
        let _ = writeln!(out, " | {}", runtime.flavours.join(" "));
    }
}

fn facts(scenario: &ListedScenario<'_>) -> String {
    let mut parts = vec![if scenario.fewest == scenario.most {
        format!("runtimes: {}", scenario.fewest)
    } else {
        format!("runtimes: {}..{}", scenario.fewest, scenario.most)
    }];
    if scenario.modes.len() > 1 || scenario.modes[0] != crate::catalog::DLOPEN {
        parts.push(format!("modes: {}", scenario.modes.join(" ")));
    }
    if scenario.flavour != PLAIN {
        parts.push(format!("flavour: {}", scenario.flavour));
    }
    if !scenario.needs.is_empty() {
        let needs: Vec<&str> = scenario.needs.iter().map(|entry| entry.name()).collect();
        parts.push(format!("needs: {}", needs.join(" ")));
    }
    parts.extend(scenario.vm.map(|vm| format!("vm: {vm}")));
    format!("({})", parts.join(", "))
}
