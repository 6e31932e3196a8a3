//! A run for a person at a terminal: matrix, what failed, what to type next.

mod tables;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use anstyle::{AnsiColor, Style};

pub use tables::matrix;

use super::{diagnosis, footprints, libraries};
use crate::id::{CellId, RuntimeId};
use crate::judge::{Comparison, Verdict, What};
use crate::laws::Follows;
use crate::record::{CellRecord, LibraryRecord, Record};

/// Runs that say whether a cell always fails.
const ENOUGH: usize = 20;
/// Lines of a log that are shown.
const LOG_LINES: usize = 12;

const DIM: Style = Style::new().dimmed();
const BOLD: Style = Style::new().bold();

/// The colour of a verdict.
#[must_use]
pub fn style(verdict: Verdict) -> Style {
    let colour = match verdict {
        Verdict::Pass => AnsiColor::Green,
        Verdict::Known | Verdict::Skipped => AnsiColor::Yellow,
        Verdict::New | Verdict::Changed => AnsiColor::Cyan,
        Verdict::Failed | Verdict::Rare | Verdict::Faulty => AnsiColor::Red,
        Verdict::Fixed => AnsiColor::Magenta,
    };
    Style::new().fg_color(Some(colour.into()))
}

/// What needs attention, worst first, with what it was to show and what to type next.
#[must_use]
pub fn attention<'c>(record: &Record, property: impl Fn(&CellId) -> Option<&'c str>) -> String {
    let mut out = String::new();
    let mut explained: BTreeSet<&str> = BTreeSet::new();
    let order = [Verdict::Faulty, Verdict::Failed, Verdict::Fixed, Verdict::Changed, Verdict::New, Verdict::Rare];
    for verdict in order {
        let cells: Vec<&CellRecord> = record.cells.iter().filter(|cell| cell.verdict == verdict).collect();
        let Some(first) = cells.first() else { continue };
        let style = style(verdict);
        let _ = writeln!(out, "\n{style}{}{style:#}: {}", verdict, meaning(verdict));
        for (at, cell) in cells.iter().enumerate() {
            if at == 20 {
                let _ = writeln!(out, "  … and {} more", cells.len() - at);
                break;
            }
            let _ = writeln!(out, "  {BOLD}{}{BOLD:#}  {}", cell.cell, what(cell));
            if let Some(property) = property(&cell.cell).filter(|_| explained.insert(&cell.cell.scenario)) {
                let _ = writeln!(out, "    {DIM}the scenario: {property}{DIM:#}");
            }
            for line in said(cell, if cells.len() > 3 { 1 } else { LOG_LINES }) {
                let _ = writeln!(out, "    {line}");
            }
            if let Some(near) = &cell.uncovered {
                let _ = writeln!(out, "    {DIM}{near}{DIM:#}");
            }
            for line in cell.diagnosis.as_deref().into_iter().flat_map(diagnosis::short) {
                let _ = writeln!(out, "    {line}");
            }
        }
        for (what, command) in next(verdict, first, cells.len()) {
            let _ = writeln!(out, "  → {what}: {command}");
        }
    }
    for (place, cells) in &record.unmatched {
        let _ = writeln!(out, "\n{place}: `{cells}` matches no cell: remove the entry or mend its glob");
    }
    for (place, cause) in &record.unused {
        let _ = writeln!(out, "\n{place}: no entry has the cause `{cause}`: remove it");
    }
    if !record.orphans.is_empty() {
        let _ = writeln!(out, "\nsnapshots of cells that do not exist any more; remove them:");
        for orphan in &record.orphans {
            let _ = writeln!(out, "  {orphan}");
        }
    }
    out
}

/// What happened, in one line.
#[must_use]
pub fn what(cell: &CellRecord) -> String {
    let outcome = &cell.outcome;
    let mut text = match cell.verdict {
        Verdict::Changed if facts_differ(cell) => "finished with other facts".to_owned(),
        Verdict::Changed => "finished with another trace".to_owned(),
        Verdict::New if facts_differ(cell) => "finished with facts that are new".to_owned(),
        Verdict::New => "finished, and has no snapshot".to_owned(),
        Verdict::Fixed => fixed(cell),
        Verdict::Rare => rates(cell),
        Verdict::Pass | Verdict::Failed | Verdict::Known | Verdict::Skipped | Verdict::Faulty => outcome.whole(),
    };
    if cell.together.runs > 1 && cell.verdict != Verdict::Rare && cell.together.bad > 0 {
        let _ = write!(text, "; {} {}{}", bad(cell), cell.together.tally(), earlier(cell));
    }
    text
}

/// Whether the trace is the accepted one, and what was measured is not: only then a cell that finished has details.
fn facts_differ(cell: &CellRecord) -> bool {
    cell.outcome.what == What::Finished && !cell.outcome.detail.is_empty()
}

/// Whether it is a law that says that the cell must fail.
fn is_by_law(cell: &CellRecord) -> bool {
    let must = cell.expected.iter().find(|expected| expected.how == "must");
    must.is_some_and(|expected| expected.law.is_some())
}

/// What a cell did not do, and what says that it does: always, or in so many runs.
fn fixed(cell: &CellRecord) -> String {
    let must = cell.expected.iter().find(|expected| expected.how == "must");
    if let Some(must) = must {
        let law = must.law.as_ref().map_or_else(String::new, |law| format!("; law {law}"));
        return format!("finished, and must fail: {}{law}", must.because);
    }
    let rates: Vec<String> =
        cell.expected.iter().map(|expected| format!("{} ({})", expected.because, expected.how)).collect();
    format!("finished in all of {} runs{}, and fails in some: {}", cell.together.runs, earlier(cell), rates.join(", "))
}

/// What a cell did in the runs that nobody wants.
fn bad(cell: &CellRecord) -> &'static str {
    let failures = &cell.together.failures;
    let is_other = !failures.is_empty() && failures.iter().all(|failure| failure.verdict == Verdict::Changed);
    if is_other { "differed in" } else { "failed" }
}

/// How often a cell is bad, and with what.
fn rates(cell: &CellRecord) -> String {
    let failures = cell.together.failures.iter().map(|failure| {
        let what =
            if failure.verdict == Verdict::Changed { "another trace".to_owned() } else { failure.outcome.whole() };
        (what, failure.count)
    });
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for (what, count) in failures {
        *counts.entry(what).or_insert(0) += count;
    }
    let parts: Vec<String> = counts.into_iter().map(|(what, count)| format!("; {count} × {what}")).collect();
    format!("{} {}{}{}", bad(cell), cell.together.tally(), earlier(cell), parts.join(""))
}

/// How many of the runs were earlier ones.
fn earlier(cell: &CellRecord) -> String {
    match cell.together.runs.saturating_sub(cell.runs) {
        0 => String::new(),
        before => format!(" ({before} of them earlier)"),
    }
}

fn meaning(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "finished with the trace of its snapshot",
        Verdict::Known => "failed as a fact, a law or a case says",
        Verdict::New => "finished, and nobody has accepted its trace or its facts yet",
        Verdict::Changed => "finished, and its trace or its facts are not the accepted ones",
        Verdict::Failed => "no fact, law or case says that it fails so",
        Verdict::Fixed => "must fail by a fact, a law or a case, and finished",
        Verdict::Rare => {
            "failed or differed in few of its runs, and no fact, law or case says so; blocks only with --strict"
        }
        Verdict::Skipped => "was not run",
        Verdict::Faulty => "the harness itself failed; no library is to blame",
    }
}

/// What to do about the first of so many cells: for what, and the command.
fn next(verdict: Verdict, first: &CellRecord, count: usize) -> Vec<(&'static str, String)> {
    let cell = &first.cell;
    let look = (if count == 1 { "look closer" } else { "look closer at one" }, format!("coexist show '{cell}'"));
    match verdict {
        Verdict::New | Verdict::Changed if facts_differ(first) => vec![("read and accept", "coexist bless".to_owned())],
        Verdict::New | Verdict::Changed => {
            vec![
                ("read and accept", "coexist bless".to_owned()),
                ("the same with insta", "cargo insta review".to_owned()),
            ]
        }
        Verdict::Fixed if is_by_law(first) => {
            let samples: Vec<String> = cell.runtimes.iter().map(ToString::to_string).collect();
            vec![
                ("why it must fail", format!("coexist explain '{cell}'")),
                ("measure the facts again", format!("coexist run {} --most 1", samples.join(" "))),
            ]
        }
        Verdict::Fixed => {
            vec![look, ("take an entry out that is out of date", "coexist ledger apply --remove-fixed".to_owned())]
        }
        Verdict::Rare => vec![
            look,
            ("how often it fails", format!("coexist run '{cell}' --repeat 1000")),
            ("if it was mended, forget earlier runs", format!("coexist run '{cell}' --forget --repeat auto")),
        ],
        Verdict::Failed if first.together.runs < ENOUGH => {
            vec![look, ("whether it always fails", format!("coexist run '{cell}' --repeat {ENOUGH}"))]
        }
        Verdict::Failed => vec![look],
        Verdict::Known | Verdict::Faulty | Verdict::Pass | Verdict::Skipped => vec![look],
    }
}

/// One line of counts that add up.
#[must_use]
pub fn summary(record: &Record) -> String {
    let total: usize = record.totals.values().sum();
    let mut parts = Vec::new();
    for verdict in Verdict::ALL {
        let count = record.totals.get(&verdict).copied().unwrap_or(0);
        if count > 0 {
            let style = style(verdict);
            parts.push(format!("{style}{count} {verdict}{style:#}"));
        }
    }
    let runs: usize = record.cells.iter().map(|cell| cell.runs).sum();
    let repeats = if runs > total { format!(" in {runs} runs") } else { String::new() };
    let seconds = |ms: u64| ms as f64 / 1000.0;
    let mut text = format!(
        "\n{BOLD}{}{BOLD:#}{repeats}: {}   ({:.1} s, of which {:.1} s building)\n",
        counted(total),
        parts.join(", "),
        seconds(record.wall_ms),
        seconds(record.build_ms),
    );
    for (library, follows) in &record.follows {
        text += &following(library, follows);
    }
    if record.left > 0 {
        let _ = writeln!(
            text,
            "{} that must fail by a law were not run (a tenth of them is, by turns); all: coexist run --all",
            counted(record.left)
        );
    }
    if let Some(line) = confidence(record) {
        let _ = writeln!(text, "{line}");
    }
    if let Some(known) = record.cells.iter().find(|cell| cell.verdict == Verdict::Known) {
        let _ = writeln!(text, "{DIM}why a cell is known to fail: coexist show '{}'{DIM:#}", known.cell);
    }
    text
}

/// What the facts that were found of a library change for cells of several libraries.
fn following(library: &RuntimeId, follows: &Follows) -> String {
    let list = |cells: &[CellId], what: &str| match cells {
        [] => String::new(),
        [only] => format!(", {only} is {what}"),
        [first, ..] => format!(", {} are {what} (as {first})", counted(cells.len())),
    };
    let (fail, finish) = (list(&follows.fail, "expected to fail"), list(&follows.finish, "no longer expected to fail"));
    let nothing = if fail.is_empty() && finish.is_empty() { ", the same is expected of all cells" } else { "" };
    format!("if the facts that were found of {library} are accepted (coexist bless){fail}{finish}{nothing}\n")
}

/// What repeats of everything that all agreed allow to say: with no other outcome in n runs, its rate is at most
/// 1 - 0.05^(1/n) with 95 % confidence (Clopper-Pearson for k = 0).
fn confidence(record: &Record) -> Option<String> {
    let run = || record.cells.iter().filter(|cell| cell.verdict != Verdict::Skipped);
    if run().any(|cell| cell.runs == 1) {
        return None;
    }
    // What nobody expected was run again for its own sake.
    let is_usual = |cell: &&CellRecord| matches!(cell.verdict, Verdict::Pass | Verdict::Known | Verdict::New);
    let fewest = run().filter(is_usual).filter(|cell| cell.outcomes.len() == 1).map(|cell| cell.runs).min()?;
    let bound = 100.0 * (1.0 - 0.05f64.powf(1.0 / fewest as f64));
    Some(format!(
        "{DIM}cells that agreed in all of their runs: another outcome in 0 of {fewest}; at most {bound:.2} % of all, with 95 % confidence{DIM:#}"
    ))
}

/// Why cells were skipped, one line a reason.
#[must_use]
pub fn skipped(record: &Record) -> String {
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    for cell in record.cells.iter().filter(|cell| cell.verdict == Verdict::Skipped) {
        *reasons.entry(cell.outcome.detail.as_str()).or_insert(0) += 1;
    }
    let style = style(Verdict::Skipped);
    let lines =
        reasons.into_iter().map(|(reason, count)| format!("{style}skipped{style:#} {}: {reason}\n", counted(count)));
    lines.collect()
}

/// One cell in full.
#[must_use]
pub fn cell(record: &Record, cell: &CellRecord, property: &str, flavour: &str) -> String {
    let style = style(cell.verdict);
    let mut out = format!("{BOLD}{}{BOLD:#}  {style}{}{style:#}\n", cell.cell, cell.verdict);
    if !property.is_empty() {
        let _ = writeln!(out, "{DIM}{property}{DIM:#}");
    }
    let _ = writeln!(out, "\n{:9} {}", "outcome", cell.outcome.whole());
    for (at, line) in cell.outcome.detail.lines().enumerate() {
        let _ = writeln!(out, "{:9} {line}", if at == 0 { detail(cell) } else { "" });
    }
    if let Some(reason) = &cell.reason {
        let _ = writeln!(out, "{:9} {reason}", "known");
    }
    for expected in &cell.expected {
        let _ = writeln!(out, "{:9} {}", "expected", expected.text());
    }
    if let Some(near) = &cell.uncovered {
        let _ = writeln!(out, "{:9} {near}", "nearest");
    }
    let snapshot = match cell.comparison {
        Comparison::Same => "the trace is the accepted one",
        Comparison::Missing if cell.outcome.what == What::Finished => "there is none",
        Comparison::Missing => "not compared: the trace of a run that failed is no example",
        Comparison::Different => "the trace differs from the accepted one: coexist bless shows how",
    };
    let _ = writeln!(out, "{:9} {snapshot}", "snapshot");
    if cell.together.runs > 1 {
        let _ = writeln!(out, "{:9} {}", "runs", rates(cell));
    }
    let megabytes = cell.max_rss as f64 / 1e6;
    let _ = writeln!(out, "{:9} {:.1} ms, {megabytes:.1} MB resident at most", "took", cell.wall_us as f64 / 1000.0);
    for version in &cell.versions {
        let _ = writeln!(out, "{:9} {version}", "runtime");
    }
    for found in &cell.found {
        let _ = writeln!(out, "{:9} {} ({} of {})", "fact", found.text, found.times, found.of);
    }
    for void in &cell.void {
        let _ = writeln!(out, "{:9} {void}", "void");
    }
    out.push_str(&shared(record, cell, flavour));
    if let Some(found) = &cell.diagnosis {
        let _ = writeln!(out, "\n{BOLD}who it was{BOLD:#}{}", diagnosis::source(found));
        for line in diagnosis::long(found).lines() {
            let _ = writeln!(out, "  {line}");
        }
    }
    if !cell.trace.is_empty() {
        let _ = writeln!(out, "\n{BOLD}trace{BOLD:#}");
        for line in cell.trace.lines() {
            let _ = writeln!(out, "  {line}");
        }
    }
    if !cell.footprints.is_empty() {
        let _ = writeln!(out, "\n{BOLD}footprint{BOLD:#}");
        for line in footprints::text(&cell.footprints).lines() {
            let _ = writeln!(out, "  {line}");
        }
    }
    if !cell.stderr.is_empty() {
        let _ = writeln!(out, "\n{BOLD}stderr{BOLD:#}");
        for line in cell.stderr.lines() {
            let _ = writeln!(out, "  {line}");
        }
    }
    let _ = writeln!(out, "\n{DIM}from the run of {}{DIM:#}", record.started);
    if cell.verdict.blocks() || cell.verdict == Verdict::Rare {
        for (what, command) in next(cell.verdict, cell, 1).into_iter().chain(further(cell)) {
            if !command.starts_with("coexist show") {
                let _ = writeln!(out, "→ {what}: {command}");
            }
        }
    }
    out
}

/// What else may be done about a failure that was looked at closely.
fn further(cell: &CellRecord) -> Vec<(&'static str, String)> {
    let id = &cell.cell;
    let who = ("who it was", format!("coexist run '{id}' --diagnose all"));
    let known = ("if it is understood, into the ledger", format!("coexist ledger apply '{id}' --reason 'WHY'"));
    match cell.verdict {
        Verdict::Failed | Verdict::Rare if cell.diagnosis.is_none() && cell.outcome.what.has_a_place() => {
            vec![who, known]
        }
        Verdict::Failed | Verdict::Rare => vec![known],
        Verdict::Pass | Verdict::New | Verdict::Changed | Verdict::Known => Vec::new(),
        Verdict::Fixed | Verdict::Skipped | Verdict::Faulty => Vec::new(),
    }
}

/// What the words of an outcome are: of a check that failed, they are what should have been.
fn detail(cell: &CellRecord) -> &'static str {
    if cell.outcome.what == What::CheckFailed { "expected" } else { "detail" }
}

/// Whether the runtimes are one or several.
fn shared(record: &Record, cell: &CellRecord, flavour: &str) -> String {
    let labels = cell.cell.labels();
    let libraries = record.libraries_of(&cell.cell, flavour).into_iter();
    let known: Vec<(&str, &LibraryRecord)> =
        labels.iter().zip(libraries).filter_map(|(label, library)| Some((label.as_str(), library?))).collect();
    let mut out = String::new();
    let mut told: Vec<&str> = Vec::new();
    for (label, library) in &known {
        if !told.contains(&library.runtime.as_str()) {
            told.push(&library.runtime);
            let _ = writeln!(out, "{:9} {label}: {}", "library", libraries::runtime(library));
        }
    }
    for line in libraries::in_common(&known) {
        let _ = writeln!(out, "{:9} {line}", "in common");
    }
    out
}

fn counted(cells: usize) -> String {
    if cells == 1 { "1 cell".to_owned() } else { format!("{cells} cells") }
}

/// What is known of an outcome, in so many lines at most: a log says why at its end, all else at its beginning.
fn said(cell: &CellRecord, most: usize) -> Vec<String> {
    let mut lines: Vec<&str> = cell.outcome.detail.lines().collect();
    if cell.outcome.what == What::NotBuilt {
        lines.drain(..lines.len().saturating_sub(most));
    } else {
        lines.truncate(most);
    }
    let mut lines: Vec<String> = lines.into_iter().map(str::to_owned).collect();
    if let Some(first) = lines.first_mut().filter(|_| cell.outcome.what == What::CheckFailed) {
        *first = format!("expected: {first}");
    }
    lines
}
