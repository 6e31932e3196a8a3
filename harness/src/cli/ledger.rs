//! `coexist ledger`: facts and cases that the last run suggests, and writing them down.

mod edit;

use std::collections::BTreeSet;
use std::fmt::Write;
use std::sync::Arc;

use clap::{Args, Subcommand};

use super::{ExitStatus, Stopped, ui};
use crate::id::CellId;
use crate::judge::ledger::{Entry, FACTS, FILE, Ledger};
use crate::judge::{Verdict, judge};
use crate::laws::Expected;
use crate::matrix::{Cell, Filter, cells};
use crate::project::Project;
use crate::record::Record;
use crate::report::suggestions::{Suggestion, Why, suggestions};
use crate::text_file;

#[derive(Debug, Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Print entries for what failed in the last run and is not expected
    Suggest {
        /// Only of these cells: runtimes, scenarios, or globs for ids
        filters: Vec<String>,
    },
    /// Write these entries, after showing them: facts of single libraries beside their sample, all others as cases
    Apply(Apply),
    /// Facts and cases by cause, and what in them is out of date
    Check,
}

#[derive(Debug, Args)]
struct Apply {
    /// Only of these cells: runtimes, scenarios, or globs for ids
    filters: Vec<String>,
    /// Why all of them fail, if that was verified; without it the entries have a TODO, and the ledger is refused until it is written
    #[arg(long, value_name = "TEXT", conflicts_with = "cause")]
    reason: Option<String>,
    /// The name of their cause
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
    let expected = Expected::new(&catalog, &ledger);
    let cells = cells(&catalog);
    match &own.command {
        Command::Suggest { filters } => {
            let record = Record::read(&project.record())?;
            let found = suggested(&Filter::new(filters)?, &record, &expected, &cells);
            if found.is_empty() {
                ui::say("nothing failed in the last run that is not expected\n");
            }
            for suggestion in found {
                let text = suggestion.text(Why::Unknown);
                ui::answer(&format!("# {}\n{text}\n", suggestion.about()));
            }
            Ok(ExitStatus::Good)
        }
        Command::Apply(own) => apply(own, project, (&ledger, &expected), &cells),
        Command::Check => Ok(check(&ledger, &cells)),
    }
}

fn suggested(filter: &Filter, record: &Record, expected: &Expected<'_>, cells: &[Cell<'_>]) -> Vec<Suggestion> {
    let failed: Vec<Cell<'_>> =
        cells.iter().filter(|cell| record.cell(&cell.id).is_some_and(|cell| cell.together.bad > 0)).cloned().collect();
    let expectations = expected.of_each(&failed);
    let of = |id: &CellId| failed.iter().position(|cell| cell.id == *id);
    let is_asked_for = |id: &CellId| of(id).is_some_and(|at| filter.chooses(&failed[at]));
    suggestions(record, &ids(cells), is_asked_for, |id, outcome| {
        let known =
            |at: usize| judge(outcome, crate::judge::Comparison::Missing, &expectations[at]).verdict == Verdict::Known;
        of(id).is_some_and(known)
    })
}

fn apply(
    own: &Apply,
    project: &Project,
    (ledger, expected): (&Ledger, &Expected<'_>),
    cells: &[Cell<'_>],
) -> Result<ExitStatus, Stopped> {
    let record = Record::read(&project.record())?;
    let why = match (&own.reason, &own.cause) {
        (Some(reason), _) => Why::Reason(reason),
        (None, Some(cause)) => Why::Cause(cause),
        (None, None) => Why::Unknown,
    };
    let found = suggested(&Filter::new(&own.filters)?, &record, expected, cells);
    let mut files: BTreeSet<String> = found.iter().map(|suggestion| file(suggestion.sample.as_deref())).collect();
    if own.remove_fixed {
        files.extend(ledger.entries().iter().map(|entry| entry.file.to_string()));
    }
    let mut changed = Vec::new();
    for name in files {
        let path = project.root().join(&name);
        let old = std::fs::read_to_string(&path).unwrap_or_default();
        let mut edits = edit::Edits::new(&old);
        if own.remove_fixed {
            remove_fixed(&mut edits, &name, &record, ledger, cells);
        }
        for suggestion in found.iter().filter(|suggestion| file(suggestion.sample.as_deref()) == name) {
            edits.append(suggestion.text(why));
        }
        if !edits.is_empty() {
            changed.push((name, edits.text(), edits.shown(), edits.appends()));
        }
    }
    if changed.is_empty() {
        ui::say("nothing to write: facts and cases say what the last run says\n");
        return Ok(ExitStatus::Good);
    }
    // With the reasons as they are to be: what is wrong is said before anything is written.
    let appends = changed.iter().any(|(_, _, _, appends)| *appends);
    if !(matches!(why, Why::Unknown) && appends) {
        let new = changed.iter().map(|(name, text, _, _)| (name.as_str(), text.as_str())).collect();
        Ledger::read_with(project.root(), &new)?;
    }
    for (name, _, shown, _) in &changed {
        ui::answer(&format!("{name}\n{shown}"));
    }
    let names: Vec<&str> = changed.iter().map(|(name, _, _, _)| name.as_str()).collect();
    if !(own.yes || ui::confirm(&format!("write {}?", names.join(", ")))) {
        ui::say("nothing was written\n");
        return Ok(ExitStatus::Good);
    }
    for (name, text, _, _) in &changed {
        text_file::write(&project.root().join(name), text).map_err(|error| Stopped::Setup {
            message: format!("failed to write {name}: {error}"),
            help: "the file is as it was".to_owned(),
        })?;
        ui::say(&format!("wrote {name}\n"));
    }
    if matches!(why, Why::Unknown) && appends {
        ui::say("write the reasons now: until then the files are refused\n");
    }
    Ok(ExitStatus::Good)
}

/// Where an entry about cells of one sample alone, or of several, belongs.
fn file(sample: Option<&str>) -> String {
    sample.map_or_else(|| FILE.to_owned(), |sample| format!("{FACTS}/{sample}.toml"))
}

/// Takes out of each entry the cells that did not fail although it says so, and the entry if it is about no other cell.
fn remove_fixed(edits: &mut edit::Edits<'_>, file: &str, record: &Record, ledger: &Ledger, cells: &[Cell<'_>]) {
    let all = ids(cells);
    let entries = ledger.about_each(all.iter().copied());
    for entry in ledger.entries().iter().filter(|entry| &*entry.file == file) {
        let is_here = |entries: &[Arc<Entry>]| entries.iter().any(|other| Arc::ptr_eq(other, entry));
        let about: Vec<(&CellId, &Vec<Arc<Entry>>)> =
            all.iter().copied().zip(&entries).filter(|(_, entries)| is_here(entries)).collect();
        let is_fixed = |id: &CellId, entries: &[Arc<Entry>]| {
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
        let _ = writeln!(out, "{}: `{}` matches no cell", entry.place(), entry.cells());
    }
    for cause in ledger.unused() {
        let _ = writeln!(out, "{}: no entry has the cause `{}`", cause.place(), cause.name);
    }
    let is_outdated = out.len() > before;
    ui::answer(&out);
    if is_outdated { ExitStatus::LedgerOutdated } else { ExitStatus::Good }
}

fn ids<'c>(cells: &'c [Cell<'_>]) -> Vec<&'c CellId> {
    cells.iter().map(|cell| &cell.id).collect()
}
