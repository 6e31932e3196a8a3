//! `coexist ledger`: what the last run says that the ledger should have, and writing that into it.

mod edit;

use std::fmt::Write;

use clap::{Args, Subcommand};
use jiff::civil::Date;

use super::{ExitStatus, Stopped, ui};
use crate::id::CellId;
use crate::judge::ledger::{Circumstances, Entry, FILE, Ledger, Standing};
use crate::matrix::{Cell, Filter, cells};
use crate::project::Project;
use crate::record::{CellRecord, Record};
use crate::report::suggestions::{Suggestion, Why, suggestions};

#[derive(Debug, Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Print entries for what failed in the last run and is not known
    Suggest {
        /// Only of these cells: runtimes, scenarios, or globs for ids
        filters: Vec<String>,
    },
    /// Write these entries at the end of the ledger, after showing them
    Apply(Apply),
    /// What the ledger has, by cause, and what in it is out of date
    Check,
}

#[derive(Debug, Args)]
struct Apply {
    /// Only of these cells: runtimes, scenarios, or globs for ids
    filters: Vec<String>,
    /// Why all of them fail, if that was verified; without it the entries have a TODO, and the ledger is refused until it is written
    #[arg(long, value_name = "TEXT", conflicts_with = "cause")]
    reason: Option<String>,
    /// The name of their cause in the ledger
    #[arg(long, value_name = "NAME")]
    cause: Option<String>,
    /// Also take out cells that the last run found fixed, and entries about no cell
    #[arg(long)]
    remove_fixed: bool,
    /// Write without asking, after showing
    #[arg(long)]
    yes: bool,
}

pub fn main(own: &Arguments, project: &Project) -> Result<ExitStatus, Stopped> {
    let catalog = super::catalog(project)?;
    let ledger = Ledger::read(project.root())?;
    let cells = cells(&catalog);
    match &own.command {
        Command::Suggest { filters } => {
            let record = Record::read(&project.record())?;
            let found = suggested(&Filter::new(filters)?, &record, &ledger, &cells);
            if found.is_empty() {
                ui::say("nothing failed in the last run that the ledger does not have\n");
            }
            for suggestion in found {
                let text = suggestion.text(Why::Unknown, day(&record));
                ui::answer(&format!("# {}\n{text}\n", suggestion.about()));
            }
            Ok(ExitStatus::Good)
        }
        Command::Apply(own) => apply(own, project, &ledger, &cells),
        Command::Check => Ok(check(&ledger, &cells)),
    }
}

fn suggested(filter: &Filter, record: &Record, ledger: &Ledger, cells: &[Cell<'_>]) -> Vec<Suggestion> {
    let is_asked_for = |id: &CellId| cells.iter().find(|cell| cell.id == *id).is_some_and(|cell| filter.chooses(cell));
    suggestions(record, &ids(cells), is_asked_for, |id, outcome| {
        let versions = record.cell(id).map(CellRecord::said).unwrap_or_default();
        let now = Circumstances { day: today(), platform: &record.platform, versions: &versions };
        ledger.about(id).iter().any(|entry| entry.stands(outcome, &now) == Standing::Covers)
    })
}

fn apply(own: &Apply, project: &Project, ledger: &Ledger, cells: &[Cell<'_>]) -> Result<ExitStatus, Stopped> {
    let record = Record::read(&project.record())?;
    let why = match (&own.reason, &own.cause) {
        (Some(reason), _) => Why::Reason(reason),
        (None, Some(cause)) => Why::Cause(cause),
        (None, None) => Why::Unknown,
    };
    let path = project.root().join(FILE);
    let old = std::fs::read_to_string(&path).unwrap_or_default();
    let mut edits = edit::Edits::new(&old);
    if own.remove_fixed {
        remove_fixed(&mut edits, &record, ledger, cells);
    }
    for suggestion in suggested(&Filter::new(&own.filters)?, &record, ledger, cells) {
        edits.append(suggestion.text(why, day(&record)));
    }
    if edits.is_empty() {
        ui::say("nothing to write: the ledger has what the last run says\n");
        return Ok(ExitStatus::Good);
    }
    let new = edits.text();
    // With the reasons as they are to be: what is wrong is said before anything is written.
    if !(matches!(why, Why::Unknown) && edits.appends()) {
        Ledger::parse(&new)?;
    }
    ui::answer(&edits.shown());
    if !(own.yes || ui::confirm(&format!("write {FILE}?"))) {
        ui::say("nothing was written\n");
        return Ok(ExitStatus::Good);
    }
    edit::write(&path, &new).map_err(|error| Stopped::Setup {
        message: format!("failed to write {FILE}: {error}"),
        help: "the file is as it was".to_owned(),
    })?;
    ui::say(&format!("wrote {FILE}\n"));
    if matches!(why, Why::Unknown) && edits.appends() {
        ui::say("write the reasons now: until then the ledger is refused\n");
    }
    Ok(ExitStatus::Good)
}

/// Takes out of each entry the cells that did not fail although it says so, and the entry if it is about no other cell.
fn remove_fixed(edits: &mut edit::Edits<'_>, record: &Record, ledger: &Ledger, cells: &[Cell<'_>]) {
    let all = ids(cells);
    let entries = ledger.about_each(all.iter().copied());
    for entry in ledger.entries() {
        let is_here = |entries: &[&Entry]| entries.iter().any(|other| std::ptr::eq(*other, entry));
        let about: Vec<(&CellId, &Vec<&Entry>)> =
            all.iter().copied().zip(&entries).filter(|(_, entries)| is_here(entries)).collect();
        let is_fixed = |id: &CellId, entries: &[&Entry]| {
            let fixed = record.cell(id).is_some_and(|cell| cell.verdict == crate::judge::Verdict::Fixed);
            // Where another entry says that it always fails, nothing is known of this one's rate.
            fixed && (entry.rate.is_none() || entries.iter().all(|other| other.rate.is_some()))
        };
        let left: Vec<&CellId> =
            about.iter().filter(|(id, entries)| !is_fixed(id, entries)).map(|(id, _)| *id).collect();
        if left.is_empty() {
            edits.remove(entry.line);
        } else if left.len() < about.len() {
            let globs = crate::matrix::compact(&left, &all);
            edits.narrow(
                entry.line,
                &if globs.len() == 1 { globs.concat() } else { format!("{{{}}}", globs.join(",")) },
            );
        }
    }
}

/// One line for each cause, then what is out of date.
fn check(ledger: &Ledger, cells: &[Cell<'_>]) -> ExitStatus {
    let ids = ids(cells);
    let mut out = format!("{:26}{:>9}{:>9}\n", "cause", "entries", "cells");
    let about = ledger.about_each(ids.iter().copied());
    let mut line = |name: &str, is_counted: &dyn Fn(&Entry) -> bool| {
        let entries = ledger.entries().iter().filter(|entry| is_counted(entry)).count();
        let cells = about.iter().filter(|entries| entries.iter().any(|entry| is_counted(entry))).count();
        let _ = writeln!(out, "{name:26}{entries:>9}{cells:>9}");
    };
    for cause in ledger.causes() {
        line(&cause.name, &|entry| entry.cause.as_deref() == Some(cause.name.as_str()));
    }
    line("with reasons of their own", &|entry| entry.cause.is_none());
    line("all", &|_| true);
    let before = out.len();
    for entry in ledger.unmatched(ids.iter().copied()) {
        let _ = writeln!(out, "line {}: `{}` is about no cell", entry.line, entry.cells());
    }
    for entry in ledger.expired(&ids, today()) {
        let _ = writeln!(out, "line {}: `{}` has expired", entry.line, entry.cells());
    }
    for cause in ledger.unused() {
        let _ = writeln!(out, "line {}: no entry has the cause `{}`", cause.line, cause.name);
    }
    let is_outdated = out.len() > before;
    ui::answer(&out);
    if is_outdated { ExitStatus::LedgerOutdated } else { ExitStatus::Good }
}

fn ids<'c>(cells: &'c [Cell<'_>]) -> Vec<&'c CellId> {
    cells.iter().map(|cell| &cell.id).collect()
}

/// By the clock of UTC, as in a run.
fn today() -> Date {
    jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date()
}

/// When the failures were seen.
fn day(record: &Record) -> &str {
    record.started.get(..10).unwrap_or("1970-01-01")
}
