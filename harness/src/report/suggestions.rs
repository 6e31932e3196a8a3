//! Ledger entries for what failed in a run and is not known: everything but the reason, which somebody has to find.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::id::CellId;
use crate::judge::ledger::TODO;
use crate::judge::{Outcome, Tally, Verdict, What};
use crate::matrix::compact;
use crate::record::Record;

/// An entry without its reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// A glob for cells of one scenario.
    pub cells: String,
    /// How many these are.
    pub count: usize,
    phase: String,
    outcome: String,
    says: Option<String>,
    rate: Option<String>,
}

/// What cells of one entry have in common: scenario, phase, outcome, what that says, and the rate.
type Alike = (String, String, String, Option<String>, Option<String>);

/// What an entry says of why.
#[derive(Debug, Clone, Copy)]
pub enum Why<'a> {
    /// Somebody has to write it.
    Unknown,
    /// In its own words.
    Reason(&'a str),
    /// By the name of a cause.
    Cause(&'a str),
}

/// Of the cells that failed and are asked for, those that fail alike together. `all` are the cells that there are;
/// `is_known` tells failures that the ledger has by now.
pub fn suggestions(
    record: &Record,
    all: &[&CellId],
    is_asked_for: impl Fn(&CellId) -> bool,
    is_known: impl Fn(&CellId, &Outcome) -> bool,
) -> Vec<Suggestion> {
    let mut groups: BTreeMap<Alike, Vec<&CellId>> = BTreeMap::new();
    for cell in record.cells.iter().filter(|cell| is_asked_for(&cell.cell)) {
        let mut counts: BTreeMap<(String, String, Option<String>), usize> = BTreeMap::new();
        for failure in &cell.together.failures {
            if failure.verdict == Verdict::Failed && !is_known(&cell.cell, &failure.outcome) {
                let outcome = &failure.outcome;
                let key = (outcome.phase.clone(), outcome.what.to_string(), says(outcome));
                *counts.entry(key).or_insert(0) += failure.count;
            }
        }
        let runs = cell.together.runs;
        for ((phase, what, says), bad) in counts {
            let rate = (bad < runs).then(|| format!("{bad} of {runs}"));
            groups.entry((cell.cell.scenario_text(), phase, what, says, rate)).or_default().push(&cell.cell);
        }
    }
    let suggestion = |((_, phase, outcome, says, rate), cells): (_, Vec<&CellId>)| Suggestion {
        cells: compact(&cells, all).concat(),
        count: cells.len(),
        phase,
        outcome,
        says,
        rate,
    };
    groups.into_iter().map(suggestion).collect()
}

/// Which check it was: what it says, without the line, which moves.
fn says(outcome: &Outcome) -> Option<String> {
    if outcome.what != What::CheckFailed {
        return None;
    }
    let first = outcome.detail.lines().next()?;
    let text = first.rsplit_once(" (line ").map_or(first, |(text, _)| text);
    // What a glob would take for a sign of its own is any character.
    let literal = |c: char| if "*?{},\\".contains(c) { '?' } else { c };
    Some(format!("{}*", text.chars().map(literal).collect::<String>()))
}

impl Suggestion {
    /// As it stands in the ledger. `day` is when the entry is made.
    #[must_use]
    pub fn text(&self, why: Why<'_>, day: &str) -> String {
        let mut out = "[[failure]]\n".to_owned();
        let mut line = |key: &str, value: &str| {
            let _ = writeln!(out, "{key:7} = {}", toml_string(value));
        };
        line("cells", &self.cells);
        line("phase", &self.phase);
        line("outcome", &self.outcome);
        if let Some(says) = &self.says {
            line("says", says);
        }
        if let Some(rate) = &self.rate {
            line("rate", rate);
        }
        match why {
            Why::Unknown => line("reason", &format!("{TODO}: why, and how that was verified")),
            Why::Reason(reason) => line("reason", reason),
            Why::Cause(cause) => line("cause", cause),
        }
        let _ = writeln!(out, "{:7} = {day}", "since");
        out
    }

    /// For people: `3 cells: failed 4 of 20…`
    #[must_use]
    pub fn about(&self) -> String {
        let cells = if self.count == 1 { "1 cell".to_owned() } else { format!("{} cells", self.count) };
        match self.rate.as_ref().and_then(|rate| rate.split_once(" of ")) {
            Some((bad, runs)) => {
                let tally = Tally { bad: bad.parse().unwrap_or(0), runs: runs.parse().unwrap_or(1) };
                format!("{cells}, failed {tally}")
            }
            None => cells,
        }
    }
}

/// A basic string of TOML.
fn toml_string(text: &str) -> String {
    let mut out = "\"".to_owned();
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            control if control.is_control() => {
                let _ = write!(out, "\\u{:04X}", control as u32);
            }
            other => out.push(other),
        }
    }
    out + "\""
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::judge::Ledger;
    use crate::matrix::glob;

    proptest! {
        #[test]
        fn what_is_suggested_is_an_entry_that_says_so(text in ".{1,30}", line in 1u32..999) {
            let detail = format!("{text} (line {line})");
            let outcome = Outcome { phase: "start".to_owned(), what: What::CheckFailed, detail };
            let says = says(&outcome).unwrap();
            prop_assert!(glob(&says).unwrap().compile_matcher().is_match(&outcome.detail), "{says}");
            let entry = Suggestion {
                cells: "a/b".to_owned(), count: 1, phase: "start".to_owned(), outcome: "check-failed".to_owned(),
                says: Some(says), rate: Some("1 of 2".to_owned()),
            };
            let ledger = Ledger::parse(&entry.text(Why::Reason(&format!("x{text}")), "2026-11-24")).unwrap();
            prop_assert_eq!(&ledger.entries()[0].reason, &format!("x{text}"));
        }
    }

    #[test]
    fn nobody_has_written_the_reason() {
        let entry = Suggestion {
            cells: "a/b".to_owned(),
            count: 1,
            phase: "start".to_owned(),
            outcome: "timed-out".to_owned(),
            says: None,
            rate: None,
        };
        let refused = Ledger::parse(&entry.text(Why::Unknown, "2026-11-24")).unwrap_err();
        assert_eq!(refused.to_string(), "nobody has written this reason yet");
    }
}
