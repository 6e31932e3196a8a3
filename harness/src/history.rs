//! What earlier runs saw of each cell, as long as everything that was run is the same: `history.json`. A cell that failed once
//! and now passes with the same bytes is not well.

use std::collections::{BTreeMap, HashSet};
use std::io::Write;
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};

use crate::id::CellId;
use crate::judge::{Outcome, snapshot};

/// Raised whenever a field changes its meaning.
const SCHEMA: u32 = 1;

/// Pasts of one cell that are kept, the latest ones: so many that each way of stress has its own.
const PASTS: usize = 6;

/// Different things that one cell did which are told apart; what comes after them counts for one of the same outcome.
pub const DIFFERENT: usize = 16;

/// What was seen of all cells. Most of it is about cells and builds that a run is not about, so it stays text until it is
/// asked for.
#[derive(Debug, Default, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct History {
    schema: u32,
    /// By the cell's id: its pasts, the latest first.
    cells: BTreeMap<Box<str>, Box<RawValue>>,
}

/// What a run saw of one cell, as text: of a full matrix, it waits for the end.
#[derive(Debug, Clone)]
pub struct Remembered {
    cell: CellId,
    past: Box<RawValue>,
}

/// What was seen of one cell when the same was run in the same way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Past {
    /// Of all that was run, and how.
    pub hash: String,
    /// Each different thing once.
    pub seen: Vec<Seen>,
}

/// One thing that a cell did, and how often.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seen {
    /// What happened.
    pub outcome: Outcome,
    /// Of a cell that finished: which trace.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub trace: Option<Prints>,
    /// In so many runs.
    pub count: usize,
}

/// Which trace a cell had: fingerprints as `judge::snapshot` makes them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prints {
    /// With names.
    pub own: String,
    /// Without, if that was needed.
    pub nameless: Option<String>,
}

impl Prints {
    /// Of a trace with names, and of one without if that was needed.
    #[must_use]
    pub fn of(text: &str, nameless: &str) -> Self {
        let nameless = (!nameless.is_empty()).then(|| snapshot::fingerprint(nameless));
        Self { own: snapshot::fingerprint(text), nameless }
    }
}

impl Remembered {
    /// All that is known of a cell with the past's hash.
    #[must_use]
    pub fn new(cell: &CellId, past: &Past) -> Self {
        Self { cell: cell.clone(), past: to_raw_value(past).unwrap_or_default() }
    }
}

impl Past {
    /// Nothing seen yet.
    #[must_use]
    pub fn new(hash: String) -> Self {
        Self { hash, seen: Vec::new() }
    }

    /// Counts one more run.
    pub fn add(&mut self, outcome: &Outcome, trace: Option<&Prints>) {
        let same = |seen: &Seen| seen.outcome == *outcome && seen.trace.as_ref() == trace;
        let alike = |seen: &Seen| {
            (&seen.outcome.phase, &seen.outcome.what) == (&outcome.phase, &outcome.what) && seen.trace.as_ref() == trace
        };
        let is_full = self.seen.len() >= DIFFERENT;
        let at =
            self.seen.iter().position(same).or_else(|| is_full.then(|| self.seen.iter().position(alike)).flatten());
        if let Some(at) = at {
            self.seen[at].count += 1;
        } else {
            // Most cells do one thing, and a vector that grows by itself begins with room for four.
            self.seen.reserve_exact(1);
            self.seen.push(Seen { outcome: outcome.clone(), trace: trace.cloned(), count: 1 });
        }
    }
}

impl History {
    /// Reads it; no file is an empty history.
    ///
    /// # Errors
    /// Why it cannot be read: it is damaged, or of another version.
    pub fn read(path: &Path) -> Result<Self, String> {
        let bytes = match std::fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(error.to_string()),
        };
        let history: Self = serde_json::from_slice(&bytes).map_err(|error| error.to_string())?;
        if history.schema == SCHEMA { Ok(history) } else { Err(format!("it has schema {}", history.schema)) }
    }

    /// What was seen of a cell when the same was run in the same way.
    #[must_use]
    pub fn of(&self, cell: &CellId, hash: &str) -> Vec<Seen> {
        self.pasts(cell).into_iter().find(|past| past.hash == hash).map(|past| past.seen).unwrap_or_default()
    }

    /// From now on, this is all that is known of its cell with the past's hash.
    pub fn set(&mut self, remembered: &Remembered) {
        let Ok(past) = serde_json::from_str::<Past>(remembered.past.get()) else { return };
        let mut pasts = self.pasts(&remembered.cell);
        pasts.retain(|other| other.hash != past.hash);
        pasts.insert(0, past);
        pasts.truncate(PASTS);
        // Numbers and text can always be written.
        if let Ok(text) = to_raw_value(&pasts) {
            self.cells.insert(remembered.cell.to_string().into(), text);
        }
    }

    /// What is not as it should be is as if it had not been seen.
    fn pasts(&self, cell: &CellId) -> Vec<Past> {
        let text = self.cells.get(cell.to_string().as_str());
        text.and_then(|text| serde_json::from_str(text.get()).ok()).unwrap_or_default()
    }

    /// Knows nothing of a cell from now on.
    pub fn forget(&mut self, cell: &CellId) {
        self.cells.remove(cell.to_string().as_str());
    }

    /// Knows nothing of cells that are not among these any more.
    pub fn keep(&mut self, cells: &HashSet<String>) {
        self.cells.retain(|cell, _| cells.contains(&**cell));
    }

    /// Writes it whole or not at all.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn write(&mut self, path: &Path) -> std::io::Result<()> {
        self.schema = SCHEMA;
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
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::What;

    fn outcome(what: What, detail: &str) -> Outcome {
        Outcome { phase: "start".to_owned(), what, detail: detail.to_owned() }
    }

    #[test]
    fn it_is_about_what_was_run() {
        let folder = tempfile::TempDir::new().unwrap();
        let file = folder.path().join("history.json");
        let cell: CellId = "churn/go+c".parse().unwrap();
        let mut history = History::read(&file).unwrap();
        let mut past = Past::new("one".to_owned());
        past.add(&outcome(What::TimedOut, ""), None);
        past.add(&outcome(What::TimedOut, ""), None);
        let trace = Prints { own: "a".to_owned(), nameless: None };
        past.add(&outcome(What::Finished, ""), Some(&trace));
        history.set(&Remembered::new(&cell, &past));
        history.write(&file).unwrap();
        let mut read = History::read(&file).unwrap();
        let counts: Vec<usize> = read.of(&cell, "one").iter().map(|seen| seen.count).collect();
        assert_eq!(counts, [2, 1]);
        assert!(read.of(&cell, "two").is_empty());
        for hash in ["two", "three", "four", "five", "six"] {
            read.set(&Remembered::new(&cell, &Past::new(hash.to_owned())));
        }
        assert_eq!(read.of(&cell, "one").len(), 2, "the same once more is the same");
        read.set(&Remembered::new(&cell, &Past::new("seven".to_owned())));
        assert!(read.of(&cell, "one").is_empty());
        read.forget(&cell);
        assert!(read.of(&cell, "one").is_empty());
        read.set(&Remembered::new(&cell, &Past::new("eight".to_owned())));
        read.keep(&HashSet::from(["churn/go+c".to_owned()]));
        assert_eq!(read.cells.len(), 1);
        read.keep(&HashSet::from(["churn/go".to_owned()]));
        assert!(read.cells.is_empty());
        std::fs::write(&file, "{\"schema\": 1, \"cells\": {\"churn/go+c\": 7}}").unwrap();
        assert!(History::read(&file).unwrap().of(&cell, "one").is_empty());
        std::fs::write(&file, "{\"schema\": 9, \"cells\": {}}").unwrap();
        assert_eq!(History::read(&file).unwrap_err(), "it has schema 9");
    }

    #[test]
    fn details_that_always_differ_do_not_fill_it() {
        let mut past = Past::new(String::new());
        for number in 0..100 {
            past.add(&outcome(What::Signalled(11), &format!("at {number:#x}")), None);
        }
        assert_eq!(past.seen.len(), DIFFERENT);
        assert_eq!(past.seen.iter().map(|seen| seen.count).sum::<usize>(), 100);
    }
}
