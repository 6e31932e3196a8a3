//! `coexist list`: runtimes, scenarios, cells, from the catalogue alone.

use std::fmt::Write;
use std::sync::Arc;

use clap::{Args, ValueEnum};
use serde::Serialize;

use super::{ExitStatus, Stopped, ui};
use crate::catalog::{Catalog, Entry, Group, Heap, PLAIN, Runtime};
use crate::check::linkage::Sharing;
use crate::child::Interrupt;
use crate::compile::{self, Artefact, Places, Store, Toolbox, ask, in_store};
use crate::matrix::Filter;
use crate::project::Project;
use crate::record::LibraryRecord;
use crate::suite::SuiteError;

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
    default_variant: Option<&'a str>,
    version: Option<String>,
    heap: Heap,
    sharing: Option<Sharing>,
    common: Vec<String>,
    build_ms: Option<u64>,
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
    needs_first: &'a [Entry],
    vm: Option<&'a str>,
}

pub fn main(own: &Arguments, project: &Project) -> Result<ExitStatus, Stopped> {
    let catalog = super::catalog(project)?;
    let wants = |what: What| own.what.is_none_or(|chosen| chosen == what);
    let listed = Listed {
        schema: SCHEMA,
        runtimes: wants(What::Runtimes).then(|| runtimes(&catalog, project)).transpose()?,
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
    let found: Vec<String> = Filter::new(&own.filters)?.cells(catalog).iter().map(|cell| cell.id.to_string()).collect();
    if found.is_empty() {
        let message = format!("no cell matches {}", own.filters.join(" "));
        return Err(Stopped::NothingSelected { message, help: "all cells: coexist list cells".to_owned() });
    }
    Ok(found)
}

/// With the versions of their tools, and with what was measured of the libraries that are built.
fn runtimes<'c>(catalog: &'c Catalog, project: &Project) -> Result<Vec<ListedRuntime<'c>>, Stopped> {
    let mut pool = super::pool(project, 1, &Arc::new(Interrupt::default()))?;
    let tools = Toolbox::look(
        catalog.runtimes.iter().map(|runtime| &runtime.tools),
        &super::tool_places(project),
        &mut pool.first().guard,
    );
    let store = Store::open(project.store()).map_err(SuiteError::from)?;
    let places = Places { root: project.root(), store: &store };
    let built = in_store(&catalog.runtimes, &places, &tools).map_err(SuiteError::from)?;
    // What needs no tool of its own is built by the C compiler.
    let compiler = compile::chosen("CC", "cc")
        .1
        .and_then(|cc| ask(&mut pool.first().guard, &cc, &["-dumpfullversion".to_owned()]).ok());
    let compiler = compiler.map(|version| format!("cc {}", version.trim()));
    let version = |own: &Runtime| if own.tools.is_empty() { compiler.clone() } else { tools.version(own) };
    let each = catalog.runtimes.iter().zip(built);
    Ok(each.map(|(own, built)| runtime(own, version(own), built.as_ref())).collect())
}

fn runtime<'c>(runtime: &'c Runtime, version: Option<String>, built: Option<&Artefact>) -> ListedRuntime<'c> {
    let id = runtime.id.to_string();
    let library = built.and_then(|artefact| LibraryRecord::of(&id, PLAIN, artefact));
    ListedRuntime {
        id,
        title: &runtime.title,
        about: &runtime.about,
        group: runtime.group,
        default_variant: runtime.default_variant.as_deref(),
        version,
        heap: runtime.heap,
        sharing: library.as_ref().map(|library| library.sharing),
        build_ms: library.as_ref().and_then(|library| library.build_ms),
        common: library.map(|library| library.common).unwrap_or_default(),
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
        needs_first: &scenario.needs_first,
        vm: scenario.vm.as_ref().map(|vm| vm.name.as_str()),
    }
}

/// Runtimes down, contract entries across. What every runtime must offer has no column.
fn grid(out: &mut String, runtimes: &[ListedRuntime<'_>]) {
    let entries: Vec<Entry> = Entry::ALL.iter().copied().filter(|entry| !Entry::MANDATORY.contains(entry)).collect();
    let id = |runtime: &ListedRuntime<'_>| match runtime.default_variant {
        Some(variant) => format!("{} (@{variant})", runtime.id),
        None => runtime.id.clone(),
    };
    let version = |runtime: &ListedRuntime<'_>| runtime.version.clone().unwrap_or_else(|| "not here".to_owned());
    let width = |texts: &mut dyn Iterator<Item = usize>| texts.max().unwrap_or(0).max(8);
    let ids = width(&mut runtimes.iter().map(|runtime| id(runtime).len()));
    let versions = width(&mut runtimes.iter().map(|runtime| version(runtime).len()));
    let _ = write!(out, "{:ids$} {:versions$}", "runtime", "version");
    for entry in &entries {
        let _ = write!(out, " {entry}");
    }
    let _ = writeln!(out, " | flavours   | two copies");
    for runtime in runtimes {
        let _ = write!(out, "{:ids$} {:versions$}", id(runtime), version(runtime));
        for entry in &entries {
            let mark = if runtime.offers.contains(entry) { "x" } else { "." };
            let _ = write!(out, " {mark:^length$}", length = entry.name().len());
        }
        let flavours: Vec<&str> = runtime.flavours.iter().copied().filter(|flavour| *flavour != PLAIN).collect();
        let _ = writeln!(out, " | {:10} | {}", flavours.join(" "), copies(runtime));
    }
    let variants = runtimes.iter().filter(|runtime| runtime.id.contains('@')).count();
    let _ = writeln!(
        out,
        "{} runtimes, {} with variants; every one offers version, start and callback. Why one does not offer an entry: \
         coexist doctor RUNTIME",
        runtimes.len() - variants,
        runtimes.len(),
    );
}

/// Whether two copies of the library have one runtime between them, as it was measured.
fn copies(runtime: &ListedRuntime<'_>) -> String {
    match (runtime.sharing, runtime.common.as_slice()) {
        (None, _) => "not built yet".to_owned(),
        (Some(Sharing::Private), _) => "private".to_owned(),
        (Some(Sharing::Unknown), _) => "a second one does not load".to_owned(),
        (Some(Sharing::Shared), [first, rest @ ..]) if rest.len() > 1 => {
            format!("share {first} and {} more", rest.len())
        }
        (Some(Sharing::Shared), names) => format!("share {}", names.join(" and ")),
    }
}

fn facts(scenario: &ListedScenario<'_>) -> String {
    let mut parts = vec![if scenario.most == 0 {
        "runtimes: as listed".to_owned()
    } else if scenario.fewest == scenario.most {
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
    if !scenario.needs_first.is_empty() {
        let needs: Vec<&str> = scenario.needs_first.iter().map(|entry| entry.name()).collect();
        parts.push(format!("the first needs: {}", needs.join(" ")));
    }
    parts.extend(scenario.vm.map(|vm| format!("vm: {vm}")));
    format!("({})", parts.join(", "))
}
