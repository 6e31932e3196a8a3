//! `coexist bless`: show traces and facts that wait for a decision, cells with the same change together, and accept them.

mod facts;

use std::collections::BTreeMap;
use std::fmt::Write;

use clap::Args;

use super::{ExitStatus, Stopped, ui};
use crate::catalog::Catalog;
use crate::id::CellId;
use crate::judge::shape;
use crate::judge::snapshot::{self, Pending};
use crate::matrix::{Filter, cells};
use crate::project::Project;
use crate::record::Record;

#[derive(Debug, Args)]
pub struct Arguments {
    /// Only these cells: runtimes, scenarios, or globs for ids
    filters: Vec<String>,
    /// Accept without asking, after showing
    #[arg(long)]
    yes: bool,
    /// Only show
    #[arg(long, conflicts_with = "yes")]
    show: bool,
    /// Accept what this cell did in the last run, without names, for all cells of its scenario and shape that have no
    /// snapshot of their own
    #[arg(long, value_name = "CELL", conflicts_with = "filters")]
    common: Option<CellId>,
}

pub fn main(own: &Arguments, project: &Project) -> Result<ExitStatus, Stopped> {
    // SAFETY: nothing has started a thread yet.
    unsafe { snapshot::prepare(project.root()) };
    let catalog = super::catalog(project)?;
    if let Some(id) = &own.common {
        return common(own, id, &catalog, project);
    }
    let filter = Filter::new(&own.filters)?;
    let mut pending = snapshot::pending(project.root());
    let is_wanted = |cell: &CellId| {
        let mut names = vec![cell.to_string(), cell.scenario.to_string(), cell.scenario_text()];
        names.extend(cell.runtimes.iter().map(ToString::to_string));
        filter.matches(&names)
    };
    pending.retain(|one| is_wanted(&one.cell));
    let may_write = |question: &str| !own.show && (own.yes || ui::confirm(question));
    let (measured, left) = facts::main(project, &catalog, &is_wanted, &may_write)?;
    if pending.is_empty() && measured + left == 0 {
        ui::say("no trace and no fact waits for a decision\n");
        return Ok(ExitStatus::Good);
    }
    if measured + left > 0 {
        let libraries = if measured == 1 { "one library".to_owned() } else { format!("{measured} libraries") };
        ui::say(&format!("facts of {libraries} accepted, {left} left waiting\n"));
    }
    if pending.is_empty() {
        return Ok(ExitStatus::Good);
    }
    let mut groups: BTreeMap<String, Vec<&Pending>> = BTreeMap::new();
    for one in &pending {
        groups.entry(general(one, &catalog)).or_default().push(one);
    }
    let mut accepted = 0;
    for group in groups.values() {
        ui::answer(&shown(group));
        if own.show || !(own.yes || ui::confirm(&format!("accept {}?", count(group.len())))) {
            continue;
        }
        for one in group {
            snapshot::accept(project.root(), one).map_err(|why| Stopped::Setup {
                message: format!("failed to accept {}: {why}", one.cell),
                help: "nothing of it was written".to_owned(),
            })?;
            accepted += 1;
        }
    }
    ui::say(&format!("{} accepted, {} left waiting\n", count(accepted), pending.len() - accepted));
    Ok(ExitStatus::Good)
}

/// Accepts a cell's trace without names, and takes back the pending traces that it makes needless.
fn common(own: &Arguments, id: &CellId, catalog: &Catalog, project: &Project) -> Result<ExitStatus, Stopped> {
    let record = Record::read(&project.record())?;
    let cells = cells(catalog);
    let cell = |id: &CellId| cells.iter().find(|cell| cell.id == *id);
    let (Some(cell_of_id), Some(seen)) = (cell(id), record.cell(id).filter(|seen| !seen.nameless.is_empty())) else {
        return Err(Stopped::NothingSelected {
            message: format!("{id} has no trace of the last run that waits for a decision"),
            help: format!("run it: coexist run '{id}'"),
        });
    };
    let shape = shape(cell_of_id);
    let same = record.cells.iter().filter(|other| {
        other.nameless == seen.nameless
            && other.cell.scenario_text() == id.scenario_text()
            && cell(&other.cell).is_some_and(|other| self::shape(other) == shape)
    });
    let same: Vec<&CellId> = same.map(|other| &other.cell).collect();
    let file = snapshot::common_file(project.root(), id, &shape);
    let old = snapshot::read(&file);
    let names: Vec<String> = same.iter().map(|cell| cell.runtimes_text()).collect();
    ui::answer(&format!("{}\nof {}\n", file.strip_prefix(project.root()).unwrap_or(&file).display(), names.join(", ")));
    ui::answer(&difference(old.as_deref().unwrap_or(""), &seen.nameless));
    if own.show || !(own.yes || ui::confirm("accept it for all of them?")) {
        return Ok(ExitStatus::Good);
    }
    let failed = |why: String| Stopped::Setup {
        message: format!("failed to accept it: {why}"),
        help: "nothing was written".to_owned(),
    };
    let scratch = tempfile::TempDir::new().map_err(|error| failed(error.to_string()))?;
    snapshot::accept_common(project.root(), scratch.path(), id, &shape, &seen.nameless).map_err(failed)?;
    for cell in &same {
        snapshot::withdraw(project.root(), cell);
    }
    ui::say(&format!("accepted for {}\n", count(same.len())));
    Ok(ExitStatus::Good)
}

fn count(number: usize) -> String {
    if number == 1 { "1 trace".to_owned() } else { format!("{number} traces") }
}

/// The change with runtimes by their places: cells that differ in names only are shown once.
fn general(one: &Pending, catalog: &Catalog) -> String {
    let text = format!("{}\n{}\n{}", one.cell.scenario_text(), one.old.as_deref().unwrap_or(""), one.new);
    let mut names: Vec<(String, usize)> = Vec::new();
    for (at, id) in one.cell.runtimes.iter().enumerate() {
        let place = one.cell.runtimes.iter().position(|other| other == id).unwrap_or(at);
        names.push((id.to_string(), place));
        if let Some(runtime) = catalog.runtime(id) {
            names.extend([(runtime.title.clone(), place), (id.name.to_string(), place)]);
        }
    }
    let word = |word: &str| {
        let named = names.iter().find_map(|(name, place)| Some((place, word.strip_prefix(name.as_str())?)));
        match named {
            Some((place, rest)) if rest.is_empty() || rest.starts_with([':', '#', '_']) => format!("<{place}>{rest}"),
            _ => word.to_owned(),
        }
    };
    text.split_inclusive(['\n', ' ']).map(|part| word(part.trim_end()) + &part[part.trim_end().len()..]).collect()
}

fn shown(group: &[&Pending]) -> String {
    let first = group[0];
    let mut out = format!("{}\n", first.cell);
    if group.len() > 1 {
        let others: Vec<String> = group[1..].iter().map(|one| one.cell.runtimes_text()).collect();
        let _ = writeln!(out, "and the same but for names: {}", others.join(", "));
    }
    match &first.old {
        None => {
            for line in first.new.lines() {
                let _ = writeln!(out, "+ {line}");
            }
        }
        Some(old) => out.push_str(&difference(old, &first.new)),
    }
    out.push('\n');
    out
}

/// Line by line, by the longest common subsequence; traces are short.
fn difference(old: &str, new: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let mut common = vec![vec![0usize; new.len() + 1]; old.len() + 1];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            common[i][j] =
                if old[i] == new[j] { common[i + 1][j + 1] + 1 } else { common[i + 1][j].max(common[i][j + 1]) };
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut out = String::new();
    while i < old.len() || j < new.len() {
        let same = i < old.len() && j < new.len() && old[i] == new[j];
        if same {
            let _ = writeln!(out, "  {}", old[i]);
            (i, j) = (i + 1, j + 1);
        } else if j == new.len() || (i < old.len() && common[i + 1][j] >= common[i][j + 1]) {
            let _ = writeln!(out, "- {}", old[i]);
            i += 1;
        } else {
            let _ = writeln!(out, "+ {}", new[j]);
            j += 1;
        }
    }
    out
}
