//! The ledger's text, and what may be wrong with it.

use std::collections::{BTreeMap, BTreeSet};
use std::io::ErrorKind;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use miette::{Diagnostic, NamedSource, SourceSpan};
use serde::Deserialize;
use thiserror::Error;
use toml::Spanned;

use super::{Cause, Entry, FACTS, FILE, Ledger, Measured, Pattern, TODO};
use crate::catalog::{Texts, closest};
use crate::id::{IdError, RuntimeId, is_name};
use crate::judge::What;

/// Why the ledger cannot be used.
#[derive(Debug, Error, Diagnostic)]
pub enum LedgerError {
    /// A file is there and cannot be read.
    #[error("failed to read {file}")]
    #[diagnostic(code(ledger::unreadable))]
    Read {
        /// Which.
        file: String,
        /// Why.
        source: std::io::Error,
    },
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
    causes: BTreeMap<String, Spanned<WrittenCause>>,
    #[serde(default)]
    failure: Vec<Spanned<Written>>,
    #[serde(default)]
    measured: BTreeMap<Spanned<String>, BTreeMap<String, Vec<Spanned<String>>>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenCause {
    reason: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    cells: Spanned<Texts>,
    phase: Spanned<Texts>,
    outcome: Spanned<Texts>,
    says: Option<Spanned<String>>,
    rate: Option<Spanned<String>>,
    cause: Option<Spanned<String>>,
    reason: Option<Spanned<String>>,
}

/// What is wrong, what to do, and where.
type Wrong = (String, &'static str, Range<usize>);

/// The text of one file, and which it is.
struct Text {
    file: Arc<str>,
    text: String,
}

impl Ledger {
    /// Reads cases and facts below a project's root; what is not there is empty.
    ///
    /// # Errors
    /// When a file cannot be read or does not hold to FORMATS.md.
    pub fn read(root: &Path) -> Result<Self, LedgerError> {
        Self::read_with(root, &BTreeMap::new())
    }

    /// The same with other texts in place of some files, by their path below the root.
    ///
    /// # Errors
    /// As [`Ledger::read`].
    pub fn read_with(root: &Path, texts: &BTreeMap<&str, &str>) -> Result<Self, LedgerError> {
        let mut names: BTreeSet<String> = match std::fs::read_dir(root.join(FACTS)) {
            Ok(files) => files.flatten().filter_map(|file| file.file_name().into_string().ok()).collect(),
            Err(error) if error.kind() == ErrorKind::NotFound => BTreeSet::new(),
            Err(source) => return Err(LedgerError::Read { file: FACTS.to_owned(), source }),
        };
        names.retain(|name| name.ends_with(".toml") && !name.starts_with('.'));
        let mut files: BTreeSet<String> = names.into_iter().map(|name| format!("{FACTS}/{name}")).collect();
        files.extend(texts.keys().filter(|name| **name != FILE).map(|name| (*name).to_owned()));
        let mut ledger = Self::default();
        for file in std::iter::once(FILE.to_owned()).chain(files) {
            let text = match texts.get(file.as_str()) {
                Some(text) => Ok((*text).to_owned()),
                None => std::fs::read_to_string(root.join(&file)),
            };
            match text {
                Ok(text) => ledger.add(&Text { file: file.into(), text })?,
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(source) => return Err(LedgerError::Read { file, source }),
            }
        }
        Ok(ledger)
    }

    /// Reads the text of the cases.
    ///
    /// # Errors
    /// When it does not hold to FORMATS.md.
    pub fn parse(text: &str) -> Result<Self, LedgerError> {
        let mut ledger = Self::default();
        ledger.add(&Text { file: FILE.into(), text: text.to_owned() })?;
        Ok(ledger)
    }

    /// Adds another file's text, which may name the causes of those before it.
    ///
    /// # Errors
    /// When it does not hold to FORMATS.md.
    pub fn parse_facts(&mut self, file: &str, text: &str) -> Result<(), LedgerError> {
        self.add(&Text { file: file.into(), text: text.to_owned() })
    }

    fn add(&mut self, text: &Text) -> Result<(), LedgerError> {
        self.try_add(text).map_err(|(message, help, at)| LedgerError::Invalid {
            message,
            help: help.to_owned(),
            source_code: NamedSource::new(&*text.file, text.text.clone()).with_language("TOML"),
            at: at.into(),
        })
    }

    fn try_add(&mut self, text: &Text) -> Result<(), Wrong> {
        let file: File = toml::from_str(&text.text).map_err(|error| {
            let help = "an entry is [[failure]] with cells, phase, outcome, and reason or cause; a cause is [causes.name] with reason; what was measured is [measured.runtime] with lists of texts";
            (error.message().to_owned(), help, error.span().unwrap_or(0..0))
        })?;
        let ends: Vec<usize> = text.text.match_indices('\n').map(|(at, _)| at).collect();
        let line = |at: usize| ends.partition_point(|end| *end < at) + 1;
        let mut causes: Vec<Cause> = Vec::new();
        for (name, cause) in file.causes {
            let at = cause.span();
            if !is_name(&name) {
                let message = format!("`{name}` is no name of a cause");
                return Err((message, "use a-z, 0-9 and `-`: [causes.stdout-buffer]", at));
            }
            if let Some(other) = self.causes.iter().find(|other| other.name == name) {
                let message = format!("{}:{} has a cause `{name}` as well", other.file, other.line);
                return Err((message, "give one of the two another name, or keep the one that all may use", at));
            }
            let reason = cause.into_inner().reason;
            check_reason(&reason)?;
            let (file, line) = (Arc::clone(&text.file), line(at.start));
            causes.push(Cause { name, reason: reason.into_inner(), file, line, is_used: false });
        }
        causes.sort_by_key(|cause| cause.line);
        self.causes.extend(causes);
        for written in file.failure {
            let at = written.span();
            let place = (Arc::clone(&text.file), line(at.start));
            let entry = entry(written.into_inner(), at, place, &mut self.causes)?;
            self.entries.push(Arc::new(entry));
        }
        for (library, facts) in file.measured {
            let (at, name) = (library.span(), library.into_inner());
            let help = "write the runtime as a cell has it: [measured.go], [measured.\"go@1.21\"]";
            let library: RuntimeId = name.parse().map_err(|why: IdError| (why.to_string(), help, at.clone()))?;
            if self.measured.contains_key(&library) {
                return Err((format!("`{library}` was measured already"), "keep one table of each library", at));
            }
            self.measured.insert(library, measured(facts)?);
        }
        Ok(())
    }
}

fn measured(written: BTreeMap<String, Vec<Spanned<String>>>) -> Result<Measured, Wrong> {
    let mut measured = Measured::default();
    for (key, facts) in written {
        for fact in facts {
            let help = "the tool writes them: coexist bless";
            measured.add(&key, fact.get_ref().parse().map_err(|why| (why, help, fact.span()))?);
        }
    }
    Ok(measured)
}

fn entry(
    written: Written,
    at: Range<usize>,
    (file, line): (Arc<str>, usize),
    causes: &mut [Cause],
) -> Result<Entry, Wrong> {
    let reason = reason(&written, at, causes)?;
    let says = written.says.map(|field| pattern(&field, "`*` stands for any text, `{a,b}` for either")).transpose()?;
    let rate = written.rate.map(|rate| {
        let help = "write failures of runs, as in 7 of 20";
        rate.get_ref().parse().map_err(|why| (why, help, rate.span()))
    });
    let cells = "`*` stands for any text, `{a,b}` for either: two-callbacks/go+*";
    Ok(Entry {
        phases: each(written.phase, "phase", phase)?,
        outcomes: each(written.outcome, "outcome", failure)?,
        cells: each(written.cells, "cells", |glob| pattern(glob, cells))?,
        rate: rate.transpose()?,
        cause: written.cause.map(Spanned::into_inner),
        reason,
        file,
        line,
        says,
    })
}

/// The entry's own reason, or its cause's.
fn reason(written: &Written, at: Range<usize>, causes: &mut [Cause]) -> Result<String, Wrong> {
    match (&written.reason, &written.cause) {
        (Some(reason), None) => {
            check_reason(reason)?;
            Ok(reason.get_ref().clone())
        }
        (None, Some(name)) => {
            if let Some(cause) = causes.iter_mut().find(|cause| cause.name == *name.get_ref()) {
                cause.is_used = true;
                return Ok(cause.reason.clone());
            }
            let near = closest(name.get_ref(), causes.iter().map(|cause| cause.name.as_str()));
            let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            let message = format!("there is no cause `{}`{near}", name.get_ref());
            Err((message, "a cause is a table: [causes.name] with reason = \"…\"", name.span()))
        }
        (Some(_), Some(name)) => {
            let message = "the entry has a `reason` and a `cause`".to_owned();
            Err((message, "keep one: the cause's table has the reason", name.span()))
        }
        (None, None) => {
            let message = "the entry has neither `reason` nor `cause`".to_owned();
            Err((
                message,
                "write reason = \"why, and how that was verified\", or cause = \"name\" of a [causes.name]",
                at,
            ))
        }
    }
}

fn check_reason(reason: &Spanned<String>) -> Result<(), Wrong> {
    let text = reason.get_ref().trim_start();
    if text.is_empty() {
        return Err(("`reason` is empty".to_owned(), "say it in a sentence", reason.span()));
    }
    if text.starts_with(TODO) {
        let help =
            "find out why, verify it by a counter-experiment, a backtrace or the other order, and write that down";
        return Err(("nobody has written this reason yet".to_owned(), help, reason.span()));
    }
    Ok(())
}

fn pattern(field: &Spanned<String>, help: &'static str) -> Result<Pattern, Wrong> {
    let text = field.get_ref();
    let wrong = |error: globset::Error| format!("`{text}` is no glob: {}", error.kind());
    Pattern::new(text).map_err(|error| (wrong(error), help, field.span()))
}

/// What the texts of a key stand for: one at least, and each once.
fn each<T>(
    field: Spanned<Texts>,
    key: &str,
    read: impl Fn(&Spanned<String>) -> Result<T, Wrong>,
) -> Result<Vec<T>, Wrong> {
    let at = field.span();
    let (mut all, mut seen) = (Vec::new(), BTreeSet::new());
    for text in Texts::each(field) {
        let one = read(&text)?;
        if !seen.insert(text.get_ref().clone()) {
            let message = format!("`{key}` has `{}` twice", text.get_ref());
            return Err((message, "once is enough", text.span()));
        }
        all.push(one);
    }
    if all.is_empty() {
        return Err((format!("`{key}` is an empty list"), "write one at least, or remove the entry", at));
    }
    Ok(all)
}

fn phase(field: &Spanned<String>) -> Result<String, Wrong> {
    let phase = field.get_ref();
    if phase.trim().is_empty() {
        return Err(("`phase` is empty".to_owned(), "write it as `coexist show CELL` prints it", field.span()));
    }
    Ok(phase.clone())
}

fn failure(field: &Spanned<String>) -> Result<What, Wrong> {
    let help = "write it as `coexist show CELL` prints it: signalled SIGSEGV";
    let what: What = field.get_ref().parse().map_err(|why: String| (why, help, field.span()))?;
    match what {
        What::Finished | What::NotRun | What::HarnessFailed => {
            Err((format!("`{what}` is no failure of a cell"), "remove the entry", field.span()))
        }
        What::Exited(_) | What::Signalled(_) | What::TimedOut | What::Leaked | What::Flooded(_) => Ok(what),
        What::OverLimit(_) | What::Incomplete | What::Refused(_) | What::CheckFailed => Ok(what),
        What::Contradicted(_) | What::OverBudget(_) | What::Corrupted(_) | What::NotBuilt => Ok(what),
    }
}
