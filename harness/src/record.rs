//! The record of one run: JSON with a schema version, of which every report is a view.

mod counts;
mod footprints;

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use miette::Diagnostic;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::check::linkage::{Linkage, SharedObject, Sharing};
use crate::compile::{Artefact, Artefacts, Built, Cost, Unit};
use crate::diagnose::Diagnosis;
use crate::id::{CellId, RuntimeId};
use crate::judge::{Comparison, How, Outcome, Tally, Verdict, Way};
use crate::laws::Follows;
use crate::trace::Found;

pub use footprints::FootprintRecord;

/// Raised whenever a field changes its meaning.
pub const SCHEMA: u32 = 4;

/// One run of the harness.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// SCHEMA.
    pub schema: u32,
    /// When it began: RFC 3339, UTC.
    pub started: String,
    /// How long it took, in milliseconds.
    pub wall_ms: u64,
    /// Of these, until everything was built.
    pub build_ms: u64,
    /// The target triple of the harness.
    pub platform: String,
    /// What was asked for, as words of a command line.
    pub command: Vec<String>,
    /// Whether every cell of the catalogue was asked for.
    pub full: bool,
    /// All cells that were asked for, in the matrix's order.
    pub cells: Vec<CellRecord>,
    /// The libraries that these cells loaded, by name.
    pub libraries: Vec<LibraryRecord>,
    /// How often each verdict was given.
    pub totals: BTreeMap<Verdict, usize>,
    /// Facts and cases that were about no cell of a full run: place and cells.
    pub unmatched: Vec<(String, String)>,
    /// Causes that no fact and no case has, in a full run: place and name.
    pub unused: Vec<(String, String)>,
    /// Libraries whose facts are not the accepted ones, and what follows from that for cells of several libraries.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub follows: Vec<(RuntimeId, Follows)>,
    /// Cells that must fail by a law, and that were not run: their law was left to say so.
    pub left: usize,
    /// Snapshot files that belong to no cell, below the project's root.
    pub orphans: Vec<String>,
}

/// One cell of a run.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CellRecord {
    /// `scenario[mode]/runtime+runtime`.
    pub cell: CellId,
    /// What we conclude.
    pub verdict: Verdict,
    /// What happened; of several runs, in the first that was not like the best.
    pub outcome: Outcome,
    /// The trace against its snapshot.
    pub comparison: Comparison,
    /// How often it was run.
    pub runs: usize,
    /// How often each outcome came.
    #[serde(with = "counts")]
    pub outcomes: Vec<(String, usize)>,
    /// The same with earlier runs of the same in the same way.
    pub together: Together,
    /// Median wall time of a run in microseconds.
    pub wall_us: u64,
    /// Largest resident set of a run in bytes.
    pub max_rss: u64,
    /// The runtimes, by their own words.
    pub versions: Vec<String>,
    /// The trace as text.
    pub trace: String,
    /// The same without names, if nobody has accepted it: what `bless --common` would accept.
    pub nameless: String,
    /// What was written to stderr, its end.
    pub stderr: String,
    /// Measured at marks.
    pub footprints: Vec<FootprintRecord>,
    /// Facts that a measuring scenario found out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub found: Vec<Found>,
    /// Facts that it could not find out, as what it compares with did not pass either: `needs SIGUSR1 in churn: hung`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub void: Vec<String>,
    /// Why it failed, if that was expected: the words of a fact or a case, or the facts and the law that predict it.
    pub reason: Option<String>,
    /// What it is expected to do, if that is not to finish.
    pub expected: Vec<ExpectedRecord>,
    /// Of a failure that nobody expected: the fact, case or law that comes nearest, and why it does not cover it.
    pub uncovered: Option<String>,
    /// Who it was, if that was asked for.
    pub diagnosis: Option<Box<Diagnosis>>,
}

/// One way in which a cell is expected to fail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExpectedRecord {
    /// The law that predicts it; nothing for a fact or a case that somebody wrote down.
    pub law: Option<String>,
    /// `must`, `may`, or how often.
    pub how: String,
    /// The facts that it follows from, or the place of the entry.
    pub because: String,
    /// The phases in one of which it fails; empty: any.
    pub phases: Vec<String>,
}

impl ExpectedRecord {
    /// In words: `must fail in fault, law stolen-fault: …`
    #[must_use]
    pub fn text(&self) -> String {
        let by = self.law.as_ref().map_or_else(String::new, |law| format!(", law {law}"));
        let phases = if self.phases.is_empty() { "any phase".to_owned() } else { self.phases.join(" or ") };
        let how = match self.how.as_str() {
            "must" => "must fail".to_owned(),
            "may" => "may fail".to_owned(),
            rate => format!("fails in {rate} runs"),
        };
        format!("{how} in {phases}{by}: {}", self.because)
    }

    /// Of one way.
    #[must_use]
    pub fn of(way: &Way) -> Self {
        match way {
            Way::Entry(entry) => Self {
                law: None,
                how: entry.rate.map_or_else(|| "must".to_owned(), |rate| rate.to_string()),
                because: entry.place(),
                phases: entry.phases.clone(),
            },
            Way::Law(prediction) => Self {
                law: Some(prediction.law.to_owned()),
                how: match prediction.how {
                    How::Must => "must".to_owned(),
                    How::May => "may".to_owned(),
                },
                because: prediction.because.clone(),
                phases: prediction.phases.clone(),
            },
        }
    }
}

/// What is known of a cell from this run and from earlier ones in which everything that was run was the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Together {
    /// How often it was run.
    pub runs: usize,
    /// How often it failed, or had another trace than the accepted one.
    pub bad: usize,
    /// What happened then.
    pub failures: Vec<Failure>,
}

/// One thing that happened in bad runs of a cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Failure {
    /// What.
    pub outcome: Outcome,
    /// What we conclude from one such run: `known`, `failed` or `changed`.
    pub verdict: Verdict,
    /// How often.
    pub count: usize,
}

impl Together {
    /// For its rate.
    #[must_use]
    pub fn tally(&self) -> Tally {
        Tally { bad: self.bad, runs: self.runs }
    }
}

/// A library of a run: what it was, and what it has in common with a copy of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LibraryRecord {
    /// `go@1.21`
    pub runtime: String,
    /// `plain`, `eager`…
    pub flavour: String,
    /// What building it took, whenever that was, in milliseconds.
    pub build_ms: Option<u64>,
    /// Whether two copies have one runtime between them.
    pub sharing: Sharing,
    /// File names of the shared objects that are this runtime, the largest first; none if the library has it inside.
    pub common: Vec<String>,
    /// All shared objects that it brings, but the C library.
    pub objects: Vec<SharedObject>,
}

impl LibraryRecord {
    /// Of all libraries that were built.
    #[must_use]
    pub fn all(artefacts: &Artefacts) -> Vec<Self> {
        let ready = artefacts.units().filter_map(|(unit, built)| match (unit, built) {
            (Unit::Library { runtime, flavour }, Built::Ready(artefact)) => Some((runtime, flavour, artefact)),
            (Unit::Library { .. } | Unit::Lib(_) | Unit::Support | Unit::Vm(_) | Unit::Host { .. }, _) => None,
        });
        ready.filter_map(|(runtime, flavour, artefact)| Self::of(runtime, flavour, artefact)).collect()
    }

    /// Of one that was built.
    #[must_use]
    pub fn of(runtime: &str, flavour: &str, artefact: &Artefact) -> Option<Self> {
        let linkage = Linkage::kept(&artefact.folder)?;
        Some(Self {
            runtime: runtime.to_owned(),
            flavour: flavour.to_owned(),
            build_ms: Cost::kept(&artefact.folder).map(|cost| cost.ms),
            sharing: linkage.sharing(),
            common: linkage.common().into_iter().map(SharedObject::name).collect(),
            objects: linkage.objects,
        })
    }
}

/// Why a record cannot be read.
#[derive(Debug, Error, Diagnostic)]
pub enum RecordError {
    /// There was no run yet.
    #[error("there is no record of a run at {0}")]
    #[diagnostic(code(record::none), help("make one: coexist run"))]
    None(String),
    /// It is of another version, or damaged.
    #[error("the record at {path} cannot be read: {why}")]
    #[diagnostic(
        code(record::unreadable),
        help("it may be of another version of coexist; make a new one: coexist run")
    )]
    Unreadable {
        /// The file.
        path: String,
        /// Why.
        why: String,
    },
    /// It cannot be written.
    #[error("failed to write the record {path}: {why}")]
    #[diagnostic(code(record::unwritable))]
    Unwritable {
        /// The file.
        path: String,
        /// Why.
        why: String,
    },
}

impl Record {
    /// What is known of a cell's libraries, in the cell's order.
    #[must_use]
    pub fn libraries_of(&self, cell: &CellId, flavour: &str) -> Vec<Option<&LibraryRecord>> {
        let find = |id: &crate::id::RuntimeId| {
            let id = id.to_string();
            self.libraries.iter().find(|library| library.runtime == id && library.flavour == flavour)
        };
        cell.runtimes.iter().map(find).collect()
    }

    /// Whether there are facts, cases or causes that are of no use.
    #[must_use]
    pub fn ledger_is_outdated(&self) -> bool {
        !(self.unmatched.is_empty() && self.unused.is_empty())
    }

    /// The cell of an id.
    #[must_use]
    pub fn cell(&self, id: &CellId) -> Option<&CellRecord> {
        self.cells.iter().find(|cell| cell.cell == *id)
    }

    /// Reads a record.
    ///
    /// # Errors
    /// When there is none, or it is not of this schema.
    pub fn read(path: &Path) -> Result<Self, RecordError> {
        let shown = path.display().to_string();
        let bytes = match std::fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Err(RecordError::None(shown)),
            Err(error) => return Err(RecordError::Unreadable { path: shown, why: error.to_string() }),
        };
        let record: Self = serde_json::from_slice(&bytes)
            .map_err(|error| RecordError::Unreadable { path: shown.clone(), why: error.to_string() })?;
        if record.schema != SCHEMA {
            let why = format!("schema {} where this is {SCHEMA}", record.schema);
            return Err(RecordError::Unreadable { path: shown, why });
        }
        Ok(record)
    }

    /// Writes it whole or not at all.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), RecordError> {
        let write = || -> std::io::Result<()> {
            let folder = path.parent().unwrap_or(Path::new("."));
            std::fs::create_dir_all(folder)?;
            let open = std::os::unix::fs::PermissionsExt::from_mode(0o644);
            let mut file = tempfile::Builder::new().permissions(open).tempfile_in(folder)?;
            let mut buffered = std::io::BufWriter::new(&mut file);
            serde_json::to_writer(&mut buffered, self)?;
            buffered.flush()?;
            drop(buffered);
            file.persist(path)?;
            Ok(())
        };
        write().map_err(|error| RecordError::Unwritable { path: path.display().to_string(), why: error.to_string() })
    }
}
