//! Failures that we know, with their reasons: facts of single libraries (`snapshots/facts/<sample>.toml`), and the cases that
//! no law predicts (`snapshots/known-failures.toml`). Reads and compares; writes nothing.

mod measured;
mod read;
#[cfg(test)]
mod tests;

use std::cell::OnceCell;
use std::collections::{BTreeMap, HashMap};
use std::iter;
use std::sync::Arc;

use globset::GlobMatcher;

pub use measured::{Fact, Measured};
pub use read::LedgerError;

use super::{Outcome, Rate, What};
use crate::id::{CellId, RuntimeId};
use crate::matrix::{glob, is_special};

/// Where the cases lie below the project's root, and the causes that several samples share.
pub const FILE: &str = "snapshots/known-failures.toml";

/// Where the facts lie below the project's root: a file for each sample.
pub const FACTS: &str = "snapshots/facts";

/// How a reason begins that nobody has written yet.
pub const TODO: &str = "TODO";

/// All known failures, in the files' order: cases first, then facts by sample.
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    entries: Vec<Arc<Entry>>,
    causes: Vec<Cause>,
    measured: BTreeMap<RuntimeId, Measured>,
}

/// Why several entries' cells fail.
#[derive(Debug, Clone)]
pub struct Cause {
    /// What entries call it.
    pub name: String,
    /// Why, and how that was verified.
    pub reason: String,
    /// The file, below the project's root.
    pub file: Arc<str>,
    /// Line of its table, 1-based.
    pub line: usize,
    is_used: bool,
}

impl Cause {
    /// `snapshots/facts/go.toml:12`
    #[must_use]
    pub fn place(&self) -> String {
        format!("{}:{}", self.file, self.line)
    }
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
    /// The file, below the project's root.
    pub file: Arc<str>,
    /// Line of the entry, 1-based.
    pub line: usize,
    cells: Vec<Pattern>,
    says: Option<Pattern>,
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

/// How an entry stands to a failure of a cell that its glob matches; the later, the nearer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// It is about other phases.
    OtherPhase,
    /// Of that phase, about other outcomes.
    OtherOutcome,
    /// Of that outcome, about one that says something else.
    OtherSays,
    /// It is that failure.
    Covers,
}

impl Entry {
    /// How it stands to a failure of a cell that its glob matches.
    #[must_use]
    pub fn stands(&self, outcome: &Outcome) -> Standing {
        let mut phases = iter::once(&outcome.phase).chain(&outcome.meanwhile);
        if !phases.any(|phase| self.phases.contains(phase)) {
            Standing::OtherPhase
        } else if !self.outcomes.contains(&outcome.what) {
            Standing::OtherOutcome
        } else if self.is_said_by(outcome) {
            Standing::Covers
        } else {
            Standing::OtherSays
        }
    }

    /// Whether the outcome's detail is what the entry's failure says.
    #[must_use]
    pub fn is_said_by(&self, outcome: &Outcome) -> bool {
        self.says.as_ref().is_none_or(|pattern| pattern.is_match(&outcome.detail))
    }

    /// `snapshots/facts/go.toml:12`
    #[must_use]
    pub fn place(&self) -> String {
        format!("{}:{}", self.file, self.line)
    }

    /// The sample of whose libraries it is a fact; nothing for a case.
    #[must_use]
    pub fn sample(&self) -> Option<&str> {
        self.file.strip_prefix(FACTS)?.strip_prefix('/')?.strip_suffix(".toml")
    }

    /// Whether one of its globs matches one of these cells, by its name, and it is asked about such cells.
    fn is_about_any(&self, cells: &[(&CellId, String)]) -> bool {
        let matchers: Vec<Matcher<'_>> = self.cells.iter().map(Pattern::matcher).collect();
        let matches = |name: &str| matchers.iter().any(|matcher| matcher.is_match(name));
        cells.iter().any(|(cell, name)| self.may_be_about(cell) && matches(name))
    }

    /// Facts of a sample are about its libraries alone, or copies of one; a case is about any cell.
    fn may_be_about(&self, cell: &CellId) -> bool {
        self.sample().is_none_or(|sample| {
            let first = &cell.runtimes[0];
            *first.name == *sample && cell.runtimes.iter().all(|runtime| runtime == first)
        })
    }

    /// Its globs, as they were written.
    #[must_use]
    pub fn cells(&self) -> String {
        self.cells.iter().map(|pattern| pattern.text.as_str()).collect::<Vec<_>>().join(", ")
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
            Standing::Covers => "covers it".to_owned(),
        };
        format!("{} {why}", self.place())
    }
}

impl Ledger {
    /// All entries.
    #[must_use]
    pub fn entries(&self) -> &[Arc<Entry>] {
        &self.entries
    }

    /// All causes, in the file's order.
    #[must_use]
    pub fn causes(&self) -> &[Cause] {
        &self.causes
    }

    /// The entries about a cell.
    #[must_use]
    pub fn about(&self, cell: &CellId) -> Vec<Arc<Entry>> {
        self.about_each([cell]).concat()
    }

    /// The entries about each of some cells, in their order. Facts of a sample are about its libraries alone, or copies of one,
    /// and are not asked about other cells.
    #[must_use]
    pub fn about_each<'c>(&self, cells: impl IntoIterator<Item = &'c CellId>) -> Vec<Vec<Arc<Entry>>> {
        let cells: Vec<&CellId> = cells.into_iter().collect();
        let names: Vec<String> = cells.iter().map(ToString::to_string).collect();
        let mut about = vec![Vec::new(); names.len()];
        let mut of_sample: HashMap<&str, Vec<usize>> = HashMap::new();
        for (at, cell) in cells.iter().enumerate() {
            let first = &cell.runtimes[0];
            if cell.runtimes.iter().all(|runtime| runtime == first) {
                of_sample.entry(&first.name).or_default().push(at);
            }
        }
        let every: Vec<usize> = (0..cells.len()).collect();
        for entry in &self.entries {
            let matchers: Vec<Matcher<'_>> = entry.cells.iter().map(Pattern::matcher).collect();
            let asked = match entry.sample() {
                Some(sample) => of_sample.get(sample).map_or(&[][..], Vec::as_slice),
                None => &every,
            };
            for at in asked.iter().copied() {
                if matchers.iter().any(|matcher| matcher.is_match(&names[at])) {
                    about[at].push(Arc::clone(entry));
                }
            }
        }
        about
    }

    /// Entries that are about none of these cells.
    pub fn unmatched<'c>(&self, cells: impl IntoIterator<Item = &'c CellId>) -> Vec<&Arc<Entry>> {
        let cells: Vec<(&CellId, String)> = cells.into_iter().map(|cell| (cell, cell.to_string())).collect();
        self.entries.iter().filter(|entry| !entry.is_about_any(&cells)).collect()
    }

    /// The same with other facts of one library.
    #[must_use]
    pub fn with_measured(&self, library: &RuntimeId, measured: Measured) -> Self {
        let mut other = self.clone();
        other.measured.insert(library.clone(), measured);
        other
    }

    /// What was measured on a library alone; nothing if nobody has accepted it yet.
    #[must_use]
    pub fn measured(&self, library: &RuntimeId) -> Option<&Measured> {
        self.measured.get(library)
    }

    /// Causes that no entry has.
    #[must_use]
    pub fn unused(&self) -> Vec<&Cause> {
        self.causes.iter().filter(|cause| !cause.is_used).collect()
    }
}
