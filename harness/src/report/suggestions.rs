//! Entries for what failed in a run and is not expected: everything but the reason, which somebody has to find.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use crate::id::CellId;
use crate::judge::ledger::TODO;
use crate::judge::{Outcome, Tally, Verdict, What};
use crate::matrix::compact;
use crate::record::{Failure, Record};

/// An entry without its reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// A glob for cells of one scenario.
    pub cells: String,
    /// The sample that all of them are about, and no other: then it is a fact of that sample.
    pub sample: Option<String>,
    /// How many these are.
    pub count: usize,
    ends: Ends,
    rate: Option<String>,
}

/// Ways to end that stand in one entry: each of the outcomes was seen in each of the phases.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Ends {
    phases: BTreeSet<String>,
    outcomes: BTreeSet<String>,
    says: Option<String>,
}

/// What cells have in common that stand in one entry: the sample, the scenario, how they end, and how often.
type Alike = (Option<String>, String, Ends, Option<String>);

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
        let is_new = |failure: &&Failure| failure.verdict == Verdict::Failed && !is_known(&cell.cell, &failure.outcome);
        let new = cell.together.failures.iter().filter(is_new);
        let ways = joined(new.map(|failure| (&failure.outcome, failure.count)));
        let runs = cell.together.runs;
        let always = ways.values().sum::<usize>() == runs;
        for (ends, bad) in ways {
            let rate = (!always).then(|| format!("{bad} of {runs}"));
            groups.entry((sample(&cell.cell), cell.cell.scenario_text(), ends, rate)).or_default().push(&cell.cell);
        }
    }
    let suggestion = |((sample, _, ends, rate), cells): (_, Vec<&CellId>)| Suggestion {
        sample,
        cells: compact(&cells, all).concat(),
        count: cells.len(),
        ends,
        rate,
    };
    groups.into_iter().map(suggestion).collect()
}

/// The sample of a library alone, or of two copies of one.
fn sample(cell: &CellId) -> Option<String> {
    let first = &cell.runtimes[0];
    cell.runtimes.iter().all(|runtime| runtime == first).then(|| first.name.to_string())
}

/// In as few entries as say what was seen and no more: first the outcomes of a phase, then phases with the same outcomes.
fn joined<'a>(failures: impl Iterator<Item = (&'a Outcome, usize)>) -> BTreeMap<Ends, usize> {
    let mut by_phase: BTreeMap<_, (BTreeSet<String>, usize)> = BTreeMap::new();
    for (outcome, count) in failures {
        let (outcomes, bad) = by_phase.entry((&outcome.phase, says(outcome))).or_default();
        outcomes.insert(outcome.what.to_string());
        *bad += count;
    }
    let mut by_outcomes: BTreeMap<_, (BTreeSet<String>, usize)> = BTreeMap::new();
    for ((phase, says), (outcomes, count)) in by_phase {
        let (phases, bad) = by_outcomes.entry((outcomes, says)).or_default();
        phases.insert(phase.clone());
        *bad += count;
    }
    by_outcomes.into_iter().map(|((outcomes, says), (phases, bad))| (Ends { phases, outcomes, says }, bad)).collect()
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
    /// As it stands in a file of facts or cases.
    #[must_use]
    pub fn text(&self, why: Why<'_>) -> String {
        let mut out = "[[failure]]\n".to_owned();
        let mut line = |key: &str, value: &str| {
            let _ = writeln!(out, "{key:7} = {value}");
        };
        line("cells", &toml_string(&self.cells));
        line("phase", &toml_texts(&self.ends.phases));
        line("outcome", &toml_texts(&self.ends.outcomes));
        if let Some(says) = &self.ends.says {
            line("says", &toml_string(says));
        }
        if let Some(rate) = &self.rate {
            line("rate", &toml_string(rate));
        }
        match why {
            Why::Unknown => line("reason", &toml_string(&format!("{TODO}: why, and how that was verified"))),
            Why::Reason(reason) => line("reason", &toml_string(reason)),
            Why::Cause(cause) => line("cause", &toml_string(cause)),
        }
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

/// One text, or a list of several.
fn toml_texts(texts: &BTreeSet<String>) -> String {
    let strings: Vec<String> = texts.iter().map(|text| toml_string(text)).collect();
    if strings.len() == 1 { strings.concat() } else { format!("[{}]", strings.join(", ")) }
}

/// A basic string of TOML.
pub(crate) fn toml_string(text: &str) -> String {
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

    fn suggestion(ends: Ends, rate: Option<&str>) -> Suggestion {
        Suggestion { cells: "a/b".to_owned(), sample: None, count: 1, ends, rate: rate.map(str::to_owned) }
    }

    proptest! {
        #[test]
        fn what_is_suggested_is_an_entry_that_says_so(text in ".{1,30}", line in 1u32..999) {
            let failure = Outcome::new("start", What::CheckFailed, format!("{text} (line {line})"));
            let (ends, _) = joined([(&failure, 1)].into_iter()).pop_first().unwrap();
            let says = ends.says.clone().unwrap();
            prop_assert!(glob(&says).unwrap().compile_matcher().is_match(&failure.detail), "{says}");
            let entry = suggestion(ends, Some("1 of 2"));
            let ledger = Ledger::parse(&entry.text(Why::Reason(&format!("x{text}")))).unwrap();
            prop_assert_eq!(&ledger.entries()[0].reason, &format!("x{text}"));
        }
    }

    #[test]
    fn ends_are_joined_where_each_outcome_was_seen_in_each_phase() {
        let seen = [
            (Outcome::new("churn", What::TimedOut, ""), 1),
            (Outcome::new("churn", What::Incomplete, ""), 2),
            (Outcome::new("detach", What::TimedOut, ""), 3),
            (Outcome::new("detach", What::Incomplete, ""), 4),
            (Outcome::new("exit", What::TimedOut, ""), 5),
            (Outcome::new("exit", What::CheckFailed, "a (line 3)"), 6),
            (Outcome::new("exit", What::CheckFailed, "b (line 3)"), 7),
        ];
        let texts: Vec<String> = joined(seen.iter().map(|(outcome, count)| (outcome, *count)))
            .into_iter()
            .map(|(ends, bad)| format!("{bad}: {:?} {:?} {:?}", ends.phases, ends.outcomes, ends.says))
            .collect();
        assert_eq!(
            texts,
            [
                r#"10: {"churn", "detach"} {"incomplete", "timed-out"} None"#,
                r#"6: {"exit"} {"check-failed"} Some("a*")"#,
                r#"7: {"exit"} {"check-failed"} Some("b*")"#,
                r#"5: {"exit"} {"timed-out"} None"#,
            ]
        );
    }

    #[test]
    fn several_ends_are_lists_that_the_ledger_reads() {
        let seen = [Outcome::new("churn", What::TimedOut, ""), Outcome::new("churn", What::Incomplete, "")];
        let (ends, bad) = joined(seen.iter().map(|outcome| (outcome, 1))).pop_first().unwrap();
        let text = suggestion(ends, Some(&format!("{bad} of 3"))).text(Why::Reason("x"));
        assert!(text.contains("\noutcome = [\"incomplete\", \"timed-out\"]\n"), "{text}");
        let ledger = Ledger::parse(&text).unwrap();
        assert_eq!(ledger.entries()[0].outcomes, [What::Incomplete, What::TimedOut]);
    }

    #[test]
    fn nobody_has_written_the_reason() {
        let failure = Outcome::new("start", What::TimedOut, "");
        let (ends, _) = joined([(&failure, 1)].into_iter()).pop_first().unwrap();
        let refused = Ledger::parse(&suggestion(ends, None).text(Why::Unknown)).unwrap_err();
        assert_eq!(refused.to_string(), "nobody has written this reason yet");
    }
}
