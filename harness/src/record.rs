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
use crate::judge::{Comparison, Outcome, Tally, Verdict};

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
    /// Ledger entries that were about no cell of a full run: line and cells.
    pub unmatched: Vec<(usize, String)>,
    /// Ledger entries about cells of this run whose last day is over: line, cells, and that day.
    pub expired: Vec<(usize, String, String)>,
    /// Causes in the ledger that no entry has, in a full run: line and name.
    pub unused: Vec<(usize, String)>,
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
    /// The ledger's reason, for a known failure.
    pub reason: Option<String>,
    /// Where that was reported.
    pub upstream: Option<String>,
    /// Of a failure that the ledger does not have: the entry that comes nearest, and why it does not cover it.
    pub uncovered: Option<String>,
    /// Who it was, if that was asked for.
    pub diagnosis: Option<Box<Diagnosis>>,
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

impl CellRecord {
    /// The versions, by the runtimes' names without the numbers of copies.
    #[must_use]
    pub fn said(&self) -> Vec<(RuntimeId, String)> {
        let split = self.versions.iter().filter_map(|line| line.split_once(": "));
        split.filter_map(|(label, said)| Some((label.split('#').next()?.parse().ok()?, said.to_owned()))).collect()
    }
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

    /// Whether the ledger has entries or causes that are of no use, or of no use any more.
    #[must_use]
    pub fn ledger_is_outdated(&self) -> bool {
        !(self.unmatched.is_empty() && self.expired.is_empty() && self.unused.is_empty())
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
