//! What earlier runs saw of each cell, as long as everything that was run is the same: `history.json`. A cell that failed once
//! and now passes with the same bytes is not well.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fs::File;
use std::io::Write;
use std::ops::Range;
use std::os::unix::fs::FileExt;
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

/// What was seen of all cells. Of a full matrix and several builds that is some 30 MB, so it stays in its file, which nobody
/// writes to (a new one takes its place), and a cell's part is read when somebody asks.
#[derive(Debug, Default)]
pub struct History {
    file: Option<File>,
    /// By the cell's id: where in the file its pasts are, the latest first.
    cells: BTreeMap<Box<str>, Range<usize>>,
}

/// `history.json`.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Whole<Cells> {
    schema: u32,
    cells: Cells,
}

/// What a run saw of one cell, as text: of a full matrix, it waits for the end.
#[derive(Debug, Clone)]
pub struct Remembered {
    cell: Box<str>,
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
        Self { cell: cell.to_string().into(), past: to_raw_value(past).unwrap_or_default() }
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
        let alike = |seen: &Seen| seen.outcome.is_alike(outcome) && seen.trace.as_ref() == trace;
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
        let file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(error.to_string()),
        };
        let bytes = std::io::read_to_string(&file).map_err(|error| error.to_string())?;
        let whole: Whole<BTreeMap<Box<str>, &RawValue>> =
            serde_json::from_str(&bytes).map_err(|error| error.to_string())?;
        if whole.schema != SCHEMA {
            return Err(format!("it has schema {}", whole.schema));
        }
        let place = |text: &str| {
            let begin = text.as_ptr().addr() - bytes.as_ptr().addr();
            begin..begin + text.len()
        };
        let cells = whole.cells.into_iter().map(|(cell, pasts)| (cell, place(pasts.get()))).collect();
        Ok(Self { file: Some(file), cells })
    }

    /// What was seen of a cell when the same was run in the same way.
    #[must_use]
    pub fn of(&self, cell: &CellId, hash: &str) -> Vec<Seen> {
        let pasts = self.pasts(&cell.to_string());
        pasts.into_iter().find(|past| past.hash == hash).map(|past| past.seen).unwrap_or_default()
    }

    /// What is not as it should be is as if it had not been seen.
    fn pasts(&self, cell: &str) -> Vec<Past> {
        self.text(cell).and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
    }

    fn text(&self, cell: &str) -> Option<String> {
        let (file, place) = (self.file.as_ref()?, self.cells.get(cell)?);
        let mut bytes = vec![0; place.len()];
        file.read_exact_at(&mut bytes, place.start as u64).ok()?;
        String::from_utf8(bytes).ok()
    }

    /// Knows nothing of a cell from now on.
    pub fn forget(&mut self, cell: &CellId) {
        self.cells.remove(cell.to_string().as_str());
    }

    /// Knows nothing of cells that are not among these any more.
    pub fn keep(&mut self, cells: &HashSet<String>) {
        self.cells.retain(|cell, _| cells.contains(&**cell));
    }

    /// Writes it whole or not at all, with what a run saw: that is all that is known of a cell with the past's hash.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn write(&self, path: &Path, seen: &[Remembered]) -> std::io::Result<()> {
        let folder = path.parent().unwrap_or(Path::new("."));
        std::fs::create_dir_all(folder)?;
        let open = std::os::unix::fs::PermissionsExt::from_mode(0o644);
        let mut file = tempfile::Builder::new().permissions(open).tempfile_in(folder)?;
        let mut buffered = std::io::BufWriter::new(&mut file);
        let cells = Merged { history: self, seen: seen.iter().map(|new| (&*new.cell, &*new.past)).collect() };
        serde_json::to_writer(&mut buffered, &Whole { schema: SCHEMA, cells })?;
        buffered.flush()?;
        drop(buffered);
        file.persist(path)?;
        Ok(())
    }
}

/// What was known, and what came to it; made one cell at a time.
struct Merged<'h> {
    history: &'h History,
    seen: HashMap<&'h str, &'h RawValue>,
}

impl Merged<'_> {
    fn of(&self, cell: &str) -> Option<Box<RawValue>> {
        let seen = self.seen.get(cell).and_then(|past| serde_json::from_str::<Past>(past.get()).ok());
        let Some(past) = seen else { return RawValue::from_string(self.history.text(cell)?).ok() };
        let mut pasts = self.history.pasts(cell);
        pasts.retain(|other| other.hash != past.hash);
        pasts.insert(0, past);
        pasts.truncate(PASTS);
        to_raw_value(&pasts).ok()
    }
}

impl Serialize for Merged<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let known = self.history.cells.keys().map(|cell| &**cell);
        let cells: BTreeSet<&str> = known.chain(self.seen.keys().copied()).collect();
        serializer.collect_map(cells.into_iter().filter_map(|cell| Some((cell, self.of(cell)?))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::What;

    fn outcome(what: What, detail: &str) -> Outcome {
        Outcome::new("start", what, detail)
    }

    #[test]
    fn it_is_about_what_was_run() {
        let folder = tempfile::TempDir::new().unwrap();
        let file = folder.path().join("history.json");
        let cell: CellId = "churn/go+c".parse().unwrap();
        let history = History::read(&file).unwrap();
        let mut past = Past::new("one".to_owned());
        past.add(&outcome(What::TimedOut, ""), None);
        past.add(&outcome(What::TimedOut, ""), None);
        let trace = Prints { own: "a".to_owned(), nameless: None };
        past.add(&outcome(What::Finished, ""), Some(&trace));
        history.write(&file, &[Remembered::new(&cell, &past)]).unwrap();
        let read = History::read(&file).unwrap();
        let counts: Vec<usize> = read.of(&cell, "one").iter().map(|seen| seen.count).collect();
        assert_eq!(counts, [2, 1]);
        assert!(read.of(&cell, "two").is_empty());
        let add = |hash: &str| {
            let past = Past::new(hash.to_owned());
            History::read(&file).unwrap().write(&file, &[Remembered::new(&cell, &past)]).unwrap();
            History::read(&file).unwrap()
        };
        let last = ["two", "three", "four", "five", "six"].map(add);
        assert_eq!(last[4].of(&cell, "one").len(), 2, "six pasts are kept");
        assert_eq!(read.of(&cell, "one").len(), 2, "a file that has been replaced can still be read");
        assert!(add("seven").of(&cell, "one").is_empty());

        let other: CellId = "churn/c".parse().unwrap();
        let mut history = add("eight");
        let past = Past { hash: "one".to_owned(), seen: past.seen };
        history.write(&file, &[Remembered::new(&other, &past)]).unwrap();
        history = History::read(&file).unwrap();
        assert_eq!(history.cells.keys().map(|cell| &**cell).collect::<Vec<_>>(), ["churn/c", "churn/go+c"]);
        assert_eq!((history.of(&other, "one"), history.pasts("churn/go+c").len()), (past.seen, PASTS));
        history.forget(&other);
        assert!(history.of(&other, "one").is_empty());
        history.keep(&HashSet::from(["churn/go+c".to_owned()]));
        assert_eq!(history.cells.len(), 1);
        history.keep(&HashSet::from(["churn/go".to_owned()]));
        history.write(&file, &[]).unwrap();
        assert!(History::read(&file).unwrap().cells.is_empty());

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
