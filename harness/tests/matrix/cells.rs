//! Each scenario with each variant of each sample, chosen pairs, and the cells that scenarios name themselves.

use std::collections::BTreeSet;
use std::fmt::Write;

use coexist::catalog::Runtime;
use coexist::judge::{Verdict, shape, snapshot};
use coexist::matrix::{self, Cell};
use coexist::record::CellRecord;
use libtest_mimic::{Failed, Trial};

use crate::stage::{self, Missing};

/// Pairs that stand for all: copies, versions, and both orders of what has a collector and what has none.
const PAIRS: [[&str; 2]; 10] = [
    ["go", "go"],
    ["go@1.21", "go"],
    ["go", "go@1.21"],
    ["c", "go"],
    ["go", "c"],
    ["rust", "go"],
    ["go", "rust"],
    ["cpp", "rust"],
    ["rust", "cpp"],
    ["rust", "rust"],
];

/// A test for each cell, and two about all of them.
pub fn trials(missing: &Missing) -> Vec<Trial> {
    let cells = Box::leak(Box::new(matrix::cells(stage::catalog())));
    let chosen = cells.iter().filter(|cell| is_chosen(cell));
    let mut trials: Vec<Trial> = chosen
        .map(|cell| {
            let trial = Trial::test(cell.id.to_string(), move || holds(cell));
            trial.with_ignored_flag(missing.of(cell) && !stage::is_required(cell))
        })
        .collect();
    trials.push(Trial::test("every_cell_has_a_snapshot_or_an_expectation", || each_is_known(cells)));
    trials.push(Trial::test("every_runtime_is_called_back_alone", || each_is_called_back(cells)));
    trials
}

/// One library, or copies of it where the scenario wants company; the chosen pairs; and what a header names with `also`.
fn is_chosen(cell: &Cell<'_>) -> bool {
    let same = cell.runtimes.iter().all(|runtime| runtime.id == cell.runtimes[0].id);
    let alone = same && cell.runtimes.len() == cell.scenario.fewest;
    let names: Vec<String> = cell.id.runtimes.iter().map(ToString::to_string).collect();
    let pair = PAIRS.iter().any(|pair| names == *pair);
    let is_named = cell.scenario.also.iter().any(|ids| ids[..] == cell.id.runtimes[..]);
    let asked_for = |runtime: &&Runtime| stage::is_asked_for(runtime);
    pair || is_named || alone && cell.runtimes.iter().all(asked_for)
}

/// A cell holds if it finished with the accepted trace and facts, or failed as a fact, a law or a case says, and nothing of it
/// is left. What nobody expects is run again, as `coexist run` does.
fn holds(cell: &Cell<'_>) -> Result<(), Failed> {
    let Some(judged) = stage::judged(stage::catalog(), cell.clone(), None) else {
        return Err(format!("{} was not run", cell.id).into());
    };
    let record = &judged.record;
    if !judged.left.is_empty() {
        return Err(format!("{} left behind: {:#?}", record.cell, judged.left).into());
    }
    if matches!(record.verdict, Verdict::New | Verdict::Changed) && cell.scenario.facts.is_empty() {
        snapshot::check(stage::root(), &record.cell, &record.trace);
    }
    match record.verdict {
        Verdict::Pass | Verdict::Known => Ok(()),
        Verdict::Rare => {
            eprintln!("{}", told(record));
            Ok(())
        }
        Verdict::New | Verdict::Changed | Verdict::Failed | Verdict::Fixed | Verdict::Skipped | Verdict::Faulty => {
            Err(told(record).into())
        }
    }
}

fn each_is_known(cells: &[Cell<'_>]) -> Result<(), Failed> {
    let expected = stage::expected().of_each(cells);
    let without: Vec<String> = cells
        .iter()
        .zip(&expected)
        .filter(|(cell, _)| cell.runtimes.iter().all(|runtime| stage::is_asked_for(runtime)))
        .filter(|(cell, expected)| {
            let own = snapshot::file(stage::root(), &cell.id);
            let common = snapshot::common_file(stage::root(), &cell.id, &shape(cell));
            !own.exists() && !common.exists() && expected.ways.is_empty()
        })
        .map(|(cell, _)| cell.id.to_string())
        .collect();
    if !without.is_empty() {
        return Err(format!("no snapshot: {without:?}\nrun them, and: coexist bless").into());
    }
    let orphans = snapshot::orphans(stage::root(), cells);
    if orphans.is_empty() { Ok(()) } else { Err(format!("snapshots of no cell: {orphans:?}").into()) }
}

fn each_is_called_back(cells: &[Cell<'_>]) -> Result<(), Failed> {
    let cells: BTreeSet<String> = cells.iter().map(|cell| cell.id.to_string()).collect();
    let without = |runtime: &&Runtime| !cells.contains(&format!("callback/{}", runtime.id));
    match stage::catalog().runtimes.iter().find(without) {
        Some(runtime) => Err(format!("callback/{} is no cell", runtime.id).into()),
        None => Ok(()),
    }
}

fn told(record: &CellRecord) -> String {
    let outcome = &record.outcome;
    let mut text = format!("{}: {}, {} in phase {}\n", record.cell, record.verdict, outcome.what, outcome.phase);
    for (title, part) in [("detail", &outcome.detail), ("trace", &record.trace), ("stderr", &record.stderr)] {
        if !part.is_empty() {
            let _ = writeln!(text, "\n{title}:\n{}", part.trim_end());
        }
    }
    text
}
