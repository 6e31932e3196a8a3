//! `coexist explain`: what is known beforehand of a cell, a runtime, a law or a kind of fact. Runs nothing.

use std::collections::BTreeMap;
use std::fmt::Write;

use clap::Args;

use super::{ExitStatus, Stopped, ui};
use crate::catalog::{Catalog, Runtime, closest};
use crate::id::{CellId, RuntimeId};
use crate::judge::ledger::Ledger;
use crate::judge::{Expectation, Way};
use crate::laws::{Expected, LAWS, Law};
use crate::matrix::{Cell, cell, cells};
use crate::project::Project;
use crate::record::ExpectedRecord;

#[derive(Debug, Args)]
pub struct Arguments {
    /// A cell (fault-stolen/jvm+ocaml), a runtime (jvm@25), a law (stolen-fault), or the key of a measured fact (needs)
    what: String,
}

pub fn main(own: &Arguments, project: &Project) -> Result<ExitStatus, Stopped> {
    let catalog = super::catalog(project)?;
    let ledger = Ledger::read(project.root())?;
    let expected = Expected::new(&catalog, &ledger);
    let runtime = own.what.parse::<RuntimeId>().ok().and_then(|id| catalog.runtime(&id));
    let text = if let Some(law) = Law::find(&own.what) {
        law_text(law, &catalog, &expected)
    } else if let Some(runtime) = runtime {
        runtime_text(runtime, &catalog, &ledger, &expected)
    } else if let Some(cell) = own.what.parse::<CellId>().ok().and_then(|id| find(&id, &catalog)) {
        cell_text(&cell, &expected.of_each(std::slice::from_ref(&cell))[0])
    } else if catalog.scenarios.iter().any(|scenario| scenario.facts.contains(&own.what)) {
        fact_text(&own.what, &catalog, &ledger)
    } else {
        let keys = catalog.scenarios.iter().flat_map(|scenario| scenario.facts.iter().map(String::as_str));
        let names = LAWS.iter().map(|law| law.name).chain(keys);
        let near = closest(&own.what, names).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
        return Err(Stopped::NothingSelected {
            message: format!("`{}` is no cell, runtime, law or kind of fact{near}", own.what),
            help: "laws: coexist laws; runtimes: coexist list runtimes; cells: coexist list cells".to_owned(),
        });
    };
    ui::answer(&text);
    Ok(ExitStatus::Good)
}

/// A cell by its name, whether or not a run would take it.
fn find<'c>(id: &CellId, catalog: &'c Catalog) -> Option<Cell<'c>> {
    let scenario = catalog.scenario(&id.scenario)?;
    let mode = id.mode.as_deref();
    let name = scenario.modes.iter().find(|known| mode.map_or(*known == &scenario.modes[0], |mode| mode == *known))?;
    let printed = mode.filter(|mode| *mode != scenario.modes[0]);
    cell(scenario, printed, name, id.runtimes.iter().map(|id| catalog.runtime(id)).collect::<Option<_>>()?)
}

fn cell_text(cell: &Cell<'_>, expectation: &Expectation) -> String {
    let mut out = format!("{}\n{}\n", cell.id, cell.scenario.property);
    if expectation.ways.is_empty() {
        out += "\nnothing says that it fails: it is expected to finish\n";
    }
    for way in &expectation.ways {
        let expected = ExpectedRecord::of(way);
        let ends: Vec<String> = way.outcomes().iter().map(ToString::to_string).collect();
        let _ = writeln!(out, "\n{}", expected.text());
        let _ = writeln!(out, "  ends in   {}", ends.join(", "));
        match way {
            Way::Entry(entry) => {
                let _ = writeln!(out, "  reason    {}", entry.reason);
            }
            Way::Law(prediction) => {
                if let Some(law) = Law::find(prediction.law) {
                    let _ = writeln!(out, "  mechanism {}", law.mechanism);
                    let _ = law.cure.map(|cure| writeln!(out, "  cure      {cure}"));
                }
            }
        }
    }
    out
}

fn runtime_text(runtime: &Runtime, catalog: &Catalog, ledger: &Ledger, expected: &Expected<'_>) -> String {
    let mut out = format!("{}: {}\n", runtime.id, runtime.about);
    match ledger.measured(&runtime.id) {
        Some(measured) => {
            out += "\nmeasured facts\n";
            for (key, fact) in measured.all() {
                let _ = writeln!(out, "  {key} {fact}");
            }
        }
        None => out += "\nnothing was measured and accepted: coexist run RUNTIME --most 1, then coexist bless\n",
    }
    let mut own = cells(catalog);
    own.retain(|cell| cell.id.runtimes.contains(&runtime.id));
    let expectations = expected.of_each(&own);
    let mut lines: BTreeMap<(String, &'static str), Vec<&CellId>> = BTreeMap::new();
    for (cell, expectation) in own.iter().zip(&expectations) {
        let mut laws: Vec<(String, &'static str)> = expectation.ways.iter().map(kind).collect();
        laws.sort_unstable();
        laws.dedup();
        for law in laws {
            lines.entry(law).or_default().push(&cell.id);
        }
    }
    let _ = writeln!(out, "\nof {} cells", own.len());
    for ((law, how), cells) in &lines {
        let some: Vec<String> = cells.iter().take(3).map(ToString::to_string).collect();
        let more = if cells.len() > some.len() { ", …" } else { "" };
        let _ = writeln!(out, "  {:>5} {how} fail by {law}: {}{more}", cells.len(), some.join(", "));
    }
    let quiet = expectations.iter().filter(|expectation| expectation.ways.is_empty()).count();
    let _ = writeln!(out, "  {quiet:>5} are expected to finish");
    out
}

fn kind(way: &Way) -> (String, &'static str) {
    let how = if way.is_certain() { "must" } else { "may" };
    match way {
        Way::Law(prediction) => (format!("law {}", prediction.law), how),
        Way::Entry(entry) => (entry.file.to_string(), how),
    }
}

fn law_text(law: &Law, catalog: &Catalog, expected: &Expected<'_>) -> String {
    let mut out = format!("{}\n{}\n", law.name, law.mechanism);
    if let Some(cure) = law.cure {
        let _ = writeln!(out, "\ncure: {cure}");
    }
    let all = cells(catalog);
    let spoken: Vec<(&CellId, Expectation)> = all
        .iter()
        .zip(expected.of_each_by(&all, &[law]))
        .filter(|(_, expectation)| expectation.ways.iter().any(|way| matches!(way, Way::Law(_))))
        .map(|(cell, expectation)| (&cell.id, expectation))
        .collect();
    let certain =
        |expectation: &Expectation| expectation.ways.iter().any(|way| matches!(way, Way::Law(_)) && way.is_certain());
    let must = spoken.iter().filter(|(_, expectation)| certain(expectation)).count();
    let _ = writeln!(out, "\nof {} cells {must} must fail by it, and {} may", all.len(), spoken.len() - must);
    for (id, expectation) in spoken.iter().take(5) {
        let because = expectation.ways.iter().find_map(|way| match way {
            Way::Law(prediction) => Some(prediction.because.as_str()),
            Way::Entry(_) => None,
        });
        let _ = writeln!(out, "  {id}: {}", because.unwrap_or_default());
    }
    let _ = writeln!(out, "\nits page: harness/docs/LAWS.md; how it does: coexist laws");
    out
}

fn fact_text(key: &str, catalog: &Catalog, ledger: &Ledger) -> String {
    let mut out = String::new();
    for scenario in catalog.scenarios.iter().filter(|scenario| scenario.facts.iter().any(|own| own == key)) {
        let _ = writeln!(out, "{key}, measured by {}\n{}", scenario.name, scenario.property);
    }
    out.push('\n');
    for runtime in &catalog.runtimes {
        for fact in ledger.measured(&runtime.id).into_iter().flat_map(|measured| measured.of(key)) {
            let _ = writeln!(out, "  {:16} {fact}", runtime.id.to_string());
        }
    }
    out
}
