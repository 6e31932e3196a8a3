//! `coexist show CELL`: one cell of the last run in full.

use clap::Args;
use serde::Serialize;

use super::{ExitStatus, Stopped, ui};
use crate::catalog::{Catalog, PLAIN, closest};
use crate::id::{CellId, RuntimeId};
use crate::project::Project;
use crate::record::{CellRecord, Record, SCHEMA};
use crate::report::terminal;

/// The JSON of one cell.
#[derive(Serialize)]
struct Shown<'a> {
    schema: u32,
    cell: &'a CellRecord,
}

#[derive(Debug, Args)]
pub struct Arguments {
    /// The cell's id, as the matrix and `coexist list cells` print it
    cell: String,
    /// Print the cell's part of the record as JSON on stdout
    #[arg(long)]
    json: bool,
}

pub fn main(own: &Arguments, project: &Project) -> Result<ExitStatus, Stopped> {
    let catalog = super::catalog(project)?;
    let id = canonical(&own.cell, &catalog)?;
    let record = Record::read(&project.record());
    let exists = || crate::matrix::cells(&catalog).iter().any(|cell| cell.id == id);
    let recorded = record.as_ref().is_ok_and(|record| record.cell(&id).is_some());
    if !recorded && !exists() {
        return Err(unknown(&id.to_string(), &catalog));
    }
    let record = record?;
    let Some(cell) = record.cell(&id) else {
        let help = format!("run it: coexist run '{id}'");
        return Err(Stopped::Usage { message: format!("the last run did not have {id}"), help });
    };
    if own.json {
        ui::data(&Shown { schema: SCHEMA, cell });
    } else {
        let scenario = catalog.scenario(&id.scenario);
        let flavour = scenario.map_or(PLAIN, |scenario| &scenario.flavour);
        let property = scenario.map_or("", |scenario| &scenario.property);
        ui::answer(&terminal::cell(&record, cell, property, flavour));
    }
    Ok(ExitStatus::Good)
}

/// The cell's printed id: the default variant and the default mode are not named.
fn canonical(text: &str, catalog: &Catalog) -> Result<CellId, Stopped> {
    let Ok(mut id) = text.parse::<CellId>() else { return Err(unknown(text, catalog)) };
    let known = |id: &RuntimeId| catalog.runtime(id).map_or_else(|| id.clone(), |known| known.id.clone());
    id.runtimes = id.runtimes.iter().map(known).collect();
    if let Some(scenario) = catalog.scenario(&id.scenario)
        && id.mode.as_deref() == scenario.modes.first().map(String::as_str)
    {
        id.mode = None;
    }
    Ok(id)
}

fn unknown(text: &str, catalog: &Catalog) -> Stopped {
    let ids: Vec<String> = crate::matrix::cells(catalog).iter().map(|cell| cell.id.to_string()).collect();
    let help = match closest(text, ids.iter().map(String::as_str)) {
        Some(near) => format!("did you mean {near}? All cells: coexist list cells"),
        None => "all cells: coexist list cells".to_owned(),
    };
    Stopped::NothingSelected { message: format!("there is no cell {text}"), help }
}
