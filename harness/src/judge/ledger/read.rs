//! The ledger's text, and what may be wrong with it.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::Path;

use jiff::civil::Date;
use miette::{Diagnostic, NamedSource, SourceSpan};
use serde::Deserialize;
use thiserror::Error;
use toml::Spanned;
use toml::value::Datetime;

use super::{Cause, Entry, FILE, Ledger, Pattern, TODO};
use crate::catalog::{Texts, closest};
use crate::id::is_name;
use crate::judge::What;

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
    causes: BTreeMap<String, Spanned<WrittenCause>>,
    #[serde(default)]
    failure: Vec<Spanned<Written>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenCause {
    reason: Spanned<String>,
    upstream: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    cells: Spanned<String>,
    phase: Spanned<Texts>,
    outcome: Spanned<Texts>,
    says: Option<Spanned<String>>,
    rate: Option<Spanned<String>>,
    toolchain: Option<Spanned<String>>,
    platform: Option<Spanned<String>>,
    since: Option<Spanned<Datetime>>,
    until: Option<Spanned<Datetime>>,
    cause: Option<Spanned<String>>,
    reason: Option<Spanned<String>>,
    upstream: Option<Spanned<String>>,
}

/// What is wrong, what to do, and where.
type Wrong = (String, &'static str, Range<usize>);

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
        parse(text).map_err(|(message, help, at)| LedgerError::Invalid {
            message,
            help: help.to_owned(),
            source_code: NamedSource::new(FILE, text.to_owned()).with_language("TOML"),
            at: at.into(),
        })
    }
}

fn parse(text: &str) -> Result<Ledger, Wrong> {
    let file: File = toml::from_str(text).map_err(|error| {
        let help = "an entry is [[failure]] with cells, phase, outcome, and reason or cause; a cause is [causes.name] with reason";
        (error.message().to_owned(), help, error.span().unwrap_or(0..0))
    })?;
    let ends: Vec<usize> = text.match_indices('\n').map(|(at, _)| at).collect();
    let line = |at: usize| ends.partition_point(|end| *end < at) + 1;
    for (name, cause) in &file.causes {
        if !is_name(name) {
            let message = format!("`{name}` is no name of a cause");
            return Err((message, "use a-z, 0-9 and `-`: [causes.stdout-buffer]", cause.span()));
        }
        check_reason(&cause.get_ref().reason)?;
        cause.get_ref().upstream.as_ref().map_or(Ok(()), check_upstream)?;
    }
    let mut used = BTreeSet::new();
    let mut entries = Vec::new();
    for written in file.failure {
        let at = written.span();
        let entry = entry(written.into_inner(), at.clone(), line(at.start), &file.causes)?;
        used.extend(entry.cause.clone());
        entries.push(entry);
    }
    let cause = |(name, cause): (String, Spanned<WrittenCause>)| Cause {
        is_used: used.contains(&name),
        line: line(cause.span().start),
        name,
    };
    let mut causes: Vec<Cause> = file.causes.into_iter().map(cause).collect();
    causes.sort_by_key(|cause| cause.line);
    Ok(Ledger { entries, causes })
}

fn entry(
    written: Written,
    at: Range<usize>,
    line: usize,
    causes: &BTreeMap<String, Spanned<WrittenCause>>,
) -> Result<Entry, Wrong> {
    let (reason, of_cause) = reason(&written, at, causes)?;
    written.upstream.as_ref().map_or(Ok(()), check_upstream)?;
    let optional = |field: Option<Spanned<String>>| {
        field.map(|field| pattern(&field, "`*` stands for any text, `{a,b}` for either")).transpose()
    };
    let toolchain = written.toolchain.map(|range| {
        let help = "write a runtime and bounds that all hold: go >=1.21, <1.24";
        range.get_ref().parse().map_err(|why| (why, help, range.span()))
    });
    let rate = written.rate.map(|rate| {
        let help = "write failures of runs, as in 7 of 20";
        rate.get_ref().parse().map_err(|why| (why, help, rate.span()))
    });
    let (since, until) = (day(written.since.as_ref())?, day(written.until.as_ref())?);
    if let (Some(since), Some(until), Some(field)) = (since, until, &written.until)
        && until < since
    {
        return Err(("`until` is before `since`".to_owned(), "it is the last day of the entry", field.span()));
    }
    Ok(Entry {
        phases: each(written.phase, "phase", phase)?,
        outcomes: each(written.outcome, "outcome", failure)?,
        cells: pattern(&written.cells, "`*` stands for any text, `{a,b}` for either: two-callbacks/go+*")?,
        rate: rate.transpose()?,
        cause: written.cause.map(Spanned::into_inner),
        reason,
        upstream: written.upstream.map(Spanned::into_inner).or(of_cause),
        until,
        line,
        says: optional(written.says)?,
        platform: optional(written.platform)?,
        toolchain: toolchain.transpose()?,
    })
}

/// The entry's own reason, or its cause's with what was reported upstream.
fn reason(
    written: &Written,
    at: Range<usize>,
    causes: &BTreeMap<String, Spanned<WrittenCause>>,
) -> Result<(String, Option<String>), Wrong> {
    match (&written.reason, &written.cause) {
        (Some(reason), None) => {
            check_reason(reason)?;
            Ok((reason.get_ref().clone(), None))
        }
        (None, Some(name)) => {
            if let Some(cause) = causes.get(name.get_ref()).map(Spanned::get_ref) {
                let upstream = cause.upstream.as_ref().map(|upstream| upstream.get_ref().clone());
                return Ok((cause.reason.get_ref().clone(), upstream));
            }
            let near = closest(name.get_ref(), causes.keys().map(String::as_str));
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

/// An address, or `owner/repo#n`.
fn check_upstream(field: &Spanned<String>) -> Result<(), Wrong> {
    let text = field.get_ref();
    let is_word = |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
    let is_issue = text.split_once('#').and_then(|(repository, number)| {
        let (owner, name) = repository.split_once('/')?;
        Some(is_word(owner) && is_word(name) && number.parse::<u64>().is_ok())
    });
    let is_address = text.strip_prefix("https://").is_some_and(|rest| rest.contains('.') && !rest.contains(' '));
    if is_issue == Some(true) || is_address {
        return Ok(());
    }
    let help = "write owner/repo#123, or an address: https://…";
    Err((format!("`{text}` is no issue"), help, field.span()))
}

fn pattern(field: &Spanned<String>, help: &'static str) -> Result<Pattern, Wrong> {
    let text = field.get_ref();
    let wrong = |error: globset::Error| format!("`{text}` is no glob: {}", error.kind());
    Pattern::new(text).map_err(|error| (wrong(error), help, field.span()))
}

/// What the texts of a key stand for: one at least, and each once.
fn each<T: PartialEq>(
    field: Spanned<Texts>,
    key: &str,
    read: impl Fn(&Spanned<String>) -> Result<T, Wrong>,
) -> Result<Vec<T>, Wrong> {
    let at = field.span();
    let mut all = Vec::new();
    for text in Texts::each(field) {
        let one = read(&text)?;
        if all.contains(&one) {
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

fn day(field: Option<&Spanned<Datetime>>) -> Result<Option<Date>, Wrong> {
    let Some(field) = field else { return Ok(None) };
    let written = field.get_ref();
    let day = (written.time.is_none() && written.offset.is_none()).then_some(written.date).flatten();
    let day = day.and_then(|day| {
        let (year, month, day) =
            (i16::try_from(day.year).ok()?, i8::try_from(day.month).ok()?, i8::try_from(day.day).ok()?);
        Date::new(year, month, day).ok()
    });
    day.map(Some)
        .ok_or_else(|| (format!("`{written}` is no day"), "write a date without quotes: 2027-03-31", field.span()))
}
