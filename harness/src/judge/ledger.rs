//! `snapshots/known-failures.toml`: failures that we know, with their reasons. Reads and compares; writes nothing.

mod range;
mod read;
#[cfg(test)]
mod tests;

use std::cell::OnceCell;
use std::iter;

use globset::GlobMatcher;
use jiff::civil::Date;

pub use range::{Range, version};
pub use read::LedgerError;

use super::{Outcome, Rate, What};
use crate::id::{CellId, RuntimeId};
use crate::matrix::{glob, is_special};

/// Where the ledger lies below the project's root.
pub const FILE: &str = "snapshots/known-failures.toml";

/// How a reason begins that nobody has written yet.
pub const TODO: &str = "TODO";

/// All known failures, in the file's order.
#[derive(Debug, Default)]
pub struct Ledger {
    entries: Vec<Entry>,
    causes: Vec<Cause>,
}

/// Why several entries' cells fail.
#[derive(Debug)]
pub struct Cause {
    /// What entries call it.
    pub name: String,
    /// Line of its table, 1-based.
    pub line: usize,
    is_used: bool,
}

/// One known failure of some cells.
#[derive(Debug)]
pub struct Entry {
    /// The phases in one of which they fail.
    pub phases: Vec<String>,
    /// What happens there: one of these.
    pub outcomes: Vec<What>,
    /// How often, if not always.
    pub rate: Option<Rate>,
    /// The name of its cause, if it shares one.
    pub cause: Option<String>,
    /// Why: the entry's own words, or those of its cause.
    pub reason: String,
    /// Where it was reported: an address, or `owner/repo#n`.
    pub upstream: Option<String>,
    /// The last day of the entry.
    pub until: Option<Date>,
    /// Line of the entry, 1-based.
    pub line: usize,
    cells: Pattern,
    says: Option<Pattern>,
    platform: Option<Pattern>,
    toolchain: Option<Range>,
}

/// A glob. It is compiled for as long as it is asked about texts: a ledger has a thousand, each takes some 30 KiB, and few are
/// about what is run.
#[derive(Debug)]
struct Pattern {
    text: String,
    /// What every text that it matches has in it, in this order. Most texts do not, and that is soon seen.
    pieces: Vec<String>,
}

/// A glob that is asked about texts.
struct Matcher<'p> {
    pattern: &'p Pattern,
    compiled: OnceCell<GlobMatcher>,
}

impl Pattern {
    fn new(text: &str) -> Result<Self, globset::Error> {
        if text.contains(is_special) {
            glob(text)?;
        }
        Ok(Self { text: text.to_owned(), pieces: pieces(text) })
    }

    fn matcher(&self) -> Matcher<'_> {
        Matcher { pattern: self, compiled: OnceCell::new() }
    }

    fn is_match(&self, text: &str) -> bool {
        self.matcher().is_match(text)
    }
}

impl Matcher<'_> {
    fn is_match(&self, text: &str) -> bool {
        let compile = || glob(&self.pattern.text).expect("it was a glob when it was read").compile_matcher();
        self.may_match(text) && self.compiled.get_or_init(compile).is_match(text)
    }

    fn may_match(&self, text: &str) -> bool {
        let mut rest = text;
        let is_there = |piece: &String| {
            let after = rest.find(piece.as_str()).map(|at| &rest[at + piece.len()..]);
            rest = after.unwrap_or_default();
            after.is_some()
        };
        self.pattern.pieces.iter().all(is_there)
    }
}

/// The parts of a glob that stand for themselves, outside of braces.
fn pieces(text: &str) -> Vec<String> {
    let mut pieces = vec![String::new()];
    let mut depth = 0usize;
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            '\\' => drop(characters.next()),
            _ => {}
        }
        if depth > 0 || is_special(character) {
            pieces.push(String::new());
        } else if let Some(piece) = pieces.last_mut() {
            piece.push(character);
        }
    }
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

/// Where and when a cell was run, and with which versions: what the conditions of entries are about.
#[derive(Debug, Clone, Copy)]
pub struct Circumstances<'a> {
    /// The day, UTC.
    pub day: Date,
    /// The target triple of the harness.
    pub platform: &'a str,
    /// What the runtimes that came so far said of themselves.
    pub versions: &'a [(RuntimeId, String)],
}

/// How an entry stands to a failure of a cell that its glob matches; the later, the nearer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// It is about other phases.
    OtherPhase,
    /// Of that phase, about other outcomes.
    OtherOutcome,
    /// Of that outcome, about one that says something else.
    OtherSays,
    /// It is that failure, on another platform.
    OtherPlatform,
    /// It is that failure, with other versions; or nobody said the version.
    OtherToolchain,
    /// It is that failure, and the entry's time is over.
    Expired,
    /// It is that failure.
    Covers,
}

impl Entry {
    /// How it stands to a failure of a cell that its glob matches.
    #[must_use]
    pub fn stands(&self, outcome: &Outcome, now: &Circumstances<'_>) -> Standing {
        let matches =
            |pattern: &Option<Pattern>, text: &str| pattern.as_ref().is_none_or(|pattern| pattern.is_match(text));
        let mut phases = iter::once(&outcome.phase).chain(&outcome.meanwhile);
        if !phases.any(|phase| self.phases.contains(phase)) {
            Standing::OtherPhase
        } else if !self.outcomes.contains(&outcome.what) {
            Standing::OtherOutcome
        } else if !matches(&self.says, &outcome.detail) {
            Standing::OtherSays
        } else if !matches(&self.platform, now.platform) {
            Standing::OtherPlatform
        } else if !self.toolchain.as_ref().is_none_or(|range| range.holds(now.versions)) {
            Standing::OtherToolchain
        } else if self.has_expired(now.day) {
            Standing::Expired
        } else {
            Standing::Covers
        }
    }

    /// Whether it expects a cell that its glob matches to fail, under these circumstances.
    #[must_use]
    pub fn expects(&self, now: &Circumstances<'_>) -> bool {
        self.platform.as_ref().is_none_or(|pattern| pattern.is_match(now.platform))
            && self.toolchain.as_ref().is_none_or(|range| range.holds(now.versions))
            && !self.has_expired(now.day)
    }

    /// Whether its last day is over.
    #[must_use]
    pub fn has_expired(&self, day: Date) -> bool {
        self.until.is_some_and(|until| day > until)
    }

    /// Whether its glob matches one of these names of cells.
    fn is_about_any(&self, names: &[String]) -> bool {
        let matcher = self.cells.matcher();
        names.iter().any(|name| matcher.is_match(name))
    }

    /// That glob, as it was written.
    #[must_use]
    pub fn cells(&self) -> &str {
        &self.cells.text
    }

    /// Why it does not cover a failure, for people.
    #[must_use]
    pub fn why_not(&self, standing: Standing) -> String {
        let text = |pattern: &Option<Pattern>| pattern.as_ref().map_or("", |pattern| &pattern.text).to_owned();
        let why = match standing {
            Standing::OtherPhase => format!("is about phase {}", self.phases.join(" or ")),
            Standing::OtherOutcome => {
                let names: Vec<String> = self.outcomes.iter().map(|what| format!("`{what}`")).collect();
                format!("is about {}", names.join(" or "))
            }
            Standing::OtherSays => format!("is about one that says `{}`", text(&self.says)),
            Standing::OtherPlatform => format!("is about platform {}", text(&self.platform)),
            Standing::OtherToolchain => {
                format!(
                    "is about the toolchain {}",
                    self.toolchain.as_ref().map(ToString::to_string).unwrap_or_default()
                )
            }
            Standing::Expired => format!("expired on {}", self.until.map(|day| day.to_string()).unwrap_or_default()),
            Standing::Covers => "covers it".to_owned(),
        };
        format!("ledger line {} {why}", self.line)
    }
}

impl Ledger {
    /// All entries.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// All causes, in the file's order.
    #[must_use]
    pub fn causes(&self) -> &[Cause] {
        &self.causes
    }

    /// The entries about a cell.
    #[must_use]
    pub fn about(&self, cell: &CellId) -> Vec<&Entry> {
        self.about_each([cell]).concat()
    }

    /// The entries about each of some cells, in their order.
    #[must_use]
    pub fn about_each<'c>(&self, cells: impl IntoIterator<Item = &'c CellId>) -> Vec<Vec<&Entry>> {
        let names: Vec<String> = cells.into_iter().map(ToString::to_string).collect();
        let mut about = vec![Vec::new(); names.len()];
        for entry in &self.entries {
            let matcher = entry.cells.matcher();
            for (name, entries) in names.iter().zip(&mut about) {
                if matcher.is_match(name) {
                    entries.push(entry);
                }
            }
        }
        about
    }

    /// Entries that are about none of these cells.
    pub fn unmatched<'c>(&self, cells: impl IntoIterator<Item = &'c CellId>) -> Vec<&Entry> {
        let names: Vec<String> = cells.into_iter().map(ToString::to_string).collect();
        self.entries.iter().filter(|entry| !entry.is_about_any(&names)).collect()
    }

    /// Entries about some of these cells whose last day is over.
    pub fn expired<'l>(&'l self, cells: &[&CellId], day: Date) -> Vec<&'l Entry> {
        let names: Vec<String> = cells.iter().map(ToString::to_string).collect();
        let over = self.entries.iter().filter(|entry| entry.has_expired(day));
        over.filter(|entry| entry.is_about_any(&names)).collect()
    }

    /// Causes that no entry has.
    #[must_use]
    pub fn unused(&self) -> Vec<&Cause> {
        self.causes.iter().filter(|cause| !cause.is_used).collect()
    }
}
