//! The matrix for a person at a terminal: tables of verdicts.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::{BOLD, DIM, style};
use crate::id::RuntimeId;
use crate::judge::Verdict;
use crate::record::{CellRecord, Record};

/// Rows of one table; where there are more, or columns than fit, those in which all is well are counted instead of shown.
const ROWS: usize = 40;
/// Columns of a terminal that a table should fit into; where it does not, scenarios in which all is well are named below it.
const WIDTH: usize = 110;
/// What stands in a table where this run has no cell.
const NO_CELL: &str = "-";

/// What a cell of the matrix shows.
fn symbol(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "ok",
        Verdict::Known => "known",
        Verdict::New => "new",
        Verdict::Changed => "changed",
        Verdict::Failed => "FAILED",
        Verdict::Fixed => "fixed",
        Verdict::Rare => "rare",
        Verdict::Skipped => "skip",
        Verdict::Faulty => "FAULTY",
    }
}

/// One table for each number of runtimes: rows are runtimes in order, columns scenarios.
#[must_use]
pub fn matrix(record: &Record) -> String {
    let mut out = String::new();
    // Runtimes as the catalogue has them, which is how they first come.
    let mut order: Vec<String> = Vec::new();
    for id in record.cells.iter().flat_map(|cell| cell.cell.runtimes.iter()).map(ToString::to_string) {
        if !order.contains(&id) {
            order.push(id);
        }
    }
    let mut gaps = false;
    let arities: BTreeSet<usize> = record.cells.iter().map(|cell| cell.cell.runtimes.len()).collect();
    for arity in arities {
        let cells: Vec<&CellRecord> = record.cells.iter().filter(|cell| cell.cell.runtimes.len() == arity).collect();
        let title = match arity {
            1 => "one runtime in a process".to_owned(),
            2 => "two runtimes in a process, in the order of loading".to_owned(),
            more => format!("{more} runtimes in a process, in the order of loading"),
        };
        let _ = writeln!(out, "\n{BOLD}{title}{BOLD:#}");
        gaps |= tables(&mut out, &cells, &order);
    }
    if gaps {
        let _ = writeln!(out, "\n{DIM}{NO_CELL} is not in this run{DIM:#}");
    }
    out
}

/// Returns whether there is a place in them without a cell.
fn tables(out: &mut String, cells: &[&CellRecord], order: &[String]) -> bool {
    let mut columns: Vec<String> = Vec::new();
    let mut rows: BTreeMap<Vec<usize>, String> = BTreeMap::new();
    let mut verdicts: BTreeMap<(String, String), Verdict> = BTreeMap::new();
    for cell in cells {
        let (row, column) = (cell.cell.runtimes_text(), cell.cell.scenario_text());
        if !columns.contains(&column) {
            columns.push(column.clone());
        }
        let place = |id: &RuntimeId| order.iter().position(|known| *known == id.to_string()).unwrap_or(order.len());
        rows.insert(cell.cell.runtimes.iter().map(place).collect(), row.clone());
        verdicts.insert((row, column), cell.verdict);
    }
    let verdict = |row: &String, column: &String| verdicts.get(&(row.clone(), column.clone())).copied();
    let is_well = |row: &String, column: &String| verdict(row, column).is_none_or(|found| found == Verdict::Pass);
    let all = rows.len();
    let is_wide = columns.iter().map(|column| cell_width(column)).sum::<usize>() > WIDTH;
    let (well, columns): (Vec<String>, Vec<String>) =
        columns.into_iter().partition(|column| is_wide && rows.values().all(|row| is_well(row, column)));
    if is_wide || all > ROWS {
        rows.retain(|_, row| !columns.iter().all(|column| is_well(row, column)));
    }
    let hidden = all - rows.len();
    let label = rows.values().map(|row| row.chars().count()).max().unwrap_or(0).max(12);
    let mut gaps = false;
    let mut from = 0;
    while from < columns.len() && !rows.is_empty() {
        let mut width = label;
        let mut to = from;
        while to < columns.len() && (to == from || width + cell_width(&columns[to]) <= WIDTH) {
            width += cell_width(&columns[to]);
            to += 1;
        }
        let part = &columns[from..to];
        // The last column is not padded: no line ends in blanks.
        let padding = |at: usize| if at + 1 == part.len() { 0 } else { cell_width(&part[at]) - 2 };
        let _ = write!(out, "{:label$}", "");
        for (at, column) in part.iter().enumerate() {
            let _ = write!(out, "{DIM}  {column:width$}{DIM:#}", width = padding(at));
        }
        out.push('\n');
        for row in rows.values() {
            let _ = write!(out, "{row:label$}");
            for (at, column) in part.iter().enumerate() {
                gaps |= verdict(row, column).is_none();
                let (style, symbol) =
                    verdict(row, column).map_or((DIM, NO_CELL), |found| (style(found), symbol(found)));
                let _ = write!(out, "  {style}{symbol:width$}{style:#}", width = padding(at));
            }
            out.push('\n');
        }
        from = to;
    }
    if hidden > 0 {
        let _ = writeln!(out, "{hidden} {}rows in which every cell is ok", if rows.is_empty() { "" } else { "more " });
    }
    if !well.is_empty() && !rows.is_empty() {
        let named = format!("ok in every row: {}", well.join(", "));
        let options = textwrap::Options::new(WIDTH).subsequent_indent("  ").break_words(false);
        let whole_words = options.word_splitter(textwrap::WordSplitter::NoHyphenation);
        let _ = writeln!(
            out,
            "{}",
            textwrap::fill(&named, whole_words.word_separator(textwrap::WordSeparator::AsciiSpace))
        );
    }
    gaps
}

fn cell_width(column: &str) -> usize {
    column.chars().count().max(7) + 2
}
