//! `snapshots/known-failures.toml`: failures that we know, with their reasons.

use std::path::Path;

use globset::GlobMatcher;
use miette::{Diagnostic, NamedSource, SourceSpan};
use serde::Deserialize;
use thiserror::Error;
use toml::Spanned;

use super::{Outcome, Rate, What};
use crate::id::CellId;
use crate::matrix::glob;

/// Where the ledger lies below the project's root.
pub const FILE: &str = "snapshots/known-failures.toml";

/// All known failures, in the file's order.
#[derive(Debug, Default)]
pub struct Ledger {
    entries: Vec<Entry>,
}

/// One known failure of some cells.
#[derive(Debug)]
pub struct Entry {
    /// A glob over cells, as it was written.
    pub cells: String,
    /// The phase in which they fail.
    pub phase: String,
    /// What happens.
    pub what: What,
    /// How often, if not always.
    pub rate: Option<Rate>,
    /// Why.
    pub reason: String,
    /// Line of the entry, 1-based.
    pub line: usize,
    matcher: GlobMatcher,
}

impl Entry {
    /// Whether this is that failure, for a cell that the entry is about.
    #[must_use]
    pub fn covers(&self, outcome: &Outcome) -> bool {
        self.phase == outcome.phase && self.what == outcome.what
    }

    #[cfg(test)]
    pub(super) fn for_test(phase: &str, what: What) -> Self {
        let matcher = glob("*").unwrap();
        let (phase, reason) = (phase.to_owned(), "a test".to_owned());
        Self { cells: "*".to_owned(), phase, what, rate: None, reason, line: 1, matcher }
    }

    #[cfg(test)]
    pub(super) fn sometimes_for_test(phase: &str, what: What) -> Self {
        Self { rate: "1 of 2".parse().ok(), ..Self::for_test(phase, what) }
    }
}

/// Why the ledger cannot be used.
#[derive(Debug, Error, Diagnostic)]
pub enum LedgerError {
    /// The file is there and cannot be read.
    #[error("failed to read {FILE}")]
    #[diagnostic(code(ledger::unreadable))]
    Read(#[source] std::io::Error),
    /// The file does not hold to FORMATS.md.
    #[error("{message}")]
    #[diagnostic(code(ledger::invalid), help("{help}"))]
    Invalid {
        /// What is wrong.
        message: String,
        /// What to do.
        help: String,
        /// The file.
        #[source_code]
        source_code: NamedSource<String>,
        /// Where.
        #[label("here")]
        at: SourceSpan,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    failure: Vec<Spanned<Written>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    cells: Spanned<String>,
    phase: Spanned<String>,
    outcome: Spanned<String>,
    rate: Option<Spanned<String>>,
    reason: Spanned<String>,
}

impl Ledger {
    /// Reads the ledger below a project's root; no file is an empty ledger.
    ///
    /// # Errors
    /// When the file cannot be read or does not hold to FORMATS.md.
    pub fn read(root: &Path) -> Result<Self, LedgerError> {
        match std::fs::read_to_string(root.join(FILE)) {
            Ok(text) => Self::parse(&text),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(LedgerError::Read(error)),
        }
    }

    /// Reads a ledger's text.
    ///
    /// # Errors
    /// When it does not hold to FORMATS.md.
    pub fn parse(text: &str) -> Result<Self, LedgerError> {
        let invalid = |message: String, help: &str, at: std::ops::Range<usize>| LedgerError::Invalid {
            message,
            help: help.to_owned(),
            source_code: NamedSource::new(FILE, text.to_owned()).with_language("TOML"),
            at: at.into(),
        };
        let file: File = toml::from_str(text).map_err(|error| {
            let at = error.span().unwrap_or(0..0);
            invalid(error.message().to_owned(), "an entry is [[failure]] with cells, phase, outcome and reason", at)
        })?;
        let mut entries = Vec::new();
        for written in file.failure {
            let line = text[..written.span().start].lines().count() + 1;
            let written = written.into_inner();
            let matcher = glob(written.cells.get_ref()).map_err(|error| {
                let help = "`*` stands for any text, `{a,b}` for either: two-callbacks/go+*";
                invalid(
                    format!("`{}` is no glob: {}", written.cells.get_ref(), error.kind()),
                    help,
                    written.cells.span(),
                )
            })?;
            let what: What = written.outcome.get_ref().parse().map_err(|why: String| {
                invalid(why, "write it as `coexist show CELL` prints it: signalled SIGSEGV", written.outcome.span())
            })?;
            match what {
                What::Finished | What::NotRun | What::HarnessFailed => {
                    let message = format!("`{what}` is no failure of a cell");
                    return Err(invalid(message, "remove the entry", written.outcome.span()));
                }
                What::Exited(_) | What::Signalled(_) | What::TimedOut | What::Leaked | What::Flooded(_) => {}
                What::OverLimit(_) | What::Incomplete | What::Refused(_) | What::CheckFailed => {}
                What::Contradicted(_) | What::OverBudget(_) | What::Corrupted(_) | What::NotBuilt => {}
            }
            for (field, name) in [(&written.phase, "phase"), (&written.reason, "reason")] {
                if field.get_ref().trim().is_empty() {
                    return Err(invalid(format!("`{name}` is empty"), "say it in a sentence", field.span()));
                }
            }
            let rate = written.rate.map(|rate| {
                let parsed: Result<Rate, String> = rate.get_ref().parse();
                parsed.map_err(|why| invalid(why, "write failures of runs, as in 7 of 20", rate.span()))
            });
            entries.push(Entry {
                rate: rate.transpose()?,
                cells: written.cells.into_inner(),
                phase: written.phase.into_inner(),
                what,
                reason: written.reason.into_inner(),
                line,
                matcher,
            });
        }
        Ok(Self { entries })
    }

    /// The entries about a cell.
    #[must_use]
    pub fn about(&self, cell: &CellId) -> Vec<&Entry> {
        let id = cell.to_string();
        self.entries.iter().filter(|entry| entry.matcher.is_match(&id)).collect()
    }

    /// Entries that are about none of these cells.
    pub fn unmatched<'l>(&'l self, cells: &[&CellId]) -> Vec<&'l Entry> {
        let ids: Vec<String> = cells.iter().map(ToString::to_string).collect();
        self.entries.iter().filter(|entry| !ids.iter().any(|id| entry.matcher.is_match(id))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENTRY: &str = "[[failure]]\ncells = \"callback[x]/go+*\"\nphase = \"start\"\noutcome = \"signalled SIGSEGV\"\nreason = \"because\"\n";

    fn id(text: &str) -> CellId {
        text.parse().unwrap()
    }

    #[test]
    fn an_entry_is_about_the_cells_of_its_glob() {
        let ledger = Ledger::parse(ENTRY).unwrap();
        assert_eq!(ledger.about(&id("callback[x]/go+c")).len(), 1);
        assert_eq!(ledger.about(&id("callback[x]/c+go")).len(), 0);
        assert_eq!(ledger.about(&id("callback/go+c")).len(), 0);
    }

    #[test]
    fn an_entry_about_no_cell_is_found() {
        let ledger = Ledger::parse(ENTRY).unwrap();
        let (with, without) = (id("callback[x]/go+c"), id("callback/c"));
        assert!(ledger.unmatched(&[&without, &with]).is_empty());
        assert_eq!(ledger.unmatched(&[&without])[0].line, 1);
    }

    #[test]
    fn what_is_wrong_is_said_where_it_stands() {
        for (change, message) in [
            (("outcome = ", "outcom = "), "unknown field"),
            (("signalled SIGSEGV", "crashed"), "no outcome"),
            (("signalled SIGSEGV", "finished"), "no failure"),
            (("because", " "), "`reason` is empty"),
            (("callback[x]/go+*", "callback/{go"), "no glob"),
            (("reason = \"because\"\n", ""), "missing field"),
            (("reason =", "rate = \"often\"\nreason ="), "no rate"),
            (("reason =", "rate = \"2 of 2\"\nreason ="), "needs no rate"),
        ] {
            let text = ENTRY.replace(change.0, change.1);
            let error = Ledger::parse(&text).unwrap_err();
            assert!(error.to_string().contains(message), "{error}");
            assert!(matches!(error, LedgerError::Invalid { .. }));
        }
    }
}
