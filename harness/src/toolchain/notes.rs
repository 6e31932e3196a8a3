//! What stopped setup when it was last to install something, so that `doctor` and `run` can say it.
//! A lost or unreadable file is an empty one.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use super::versions::write;
use crate::catalog::ToolSource;

/// Why something could not be installed, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Note {
    /// What happened, on one line.
    pub says: String,
    /// The next step.
    pub next: String,
}

/// The notes by the names of the packages, and the file that has them.
#[derive(Debug)]
pub(super) struct Notes {
    file: PathBuf,
    notes: Mutex<BTreeMap<String, Note>>,
}

impl Notes {
    pub(super) fn read(file: PathBuf) -> Self {
        let notes = std::fs::read(&file).ok().and_then(|text| serde_json::from_slice(&text).ok());
        Self { notes: Mutex::new(notes.unwrap_or_default()), file }
    }

    /// What stopped setup when it was to install this.
    pub(super) fn get(&self, source: &ToolSource) -> Option<Note> {
        let notes = self.lock();
        names(source).into_iter().find_map(|what| notes.get(&what).cloned())
    }

    /// Writes down, or crosses out, what became of some packages.
    pub(super) fn set(&self, news: impl IntoIterator<Item = (String, Option<Note>)>) {
        let mut notes = self.lock();
        let before = notes.clone();
        for (what, note) in news {
            match note {
                Some(note) => notes.insert(what, note),
                None => notes.remove(&what),
            };
        }
        if *notes != before {
            // Without the file, doctor says less; the installation itself went as it went.
            let _ = write(&self.file, &*notes);
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Note>> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What notes about it are called: what setup installs at once.
fn names(source: &ToolSource) -> Vec<String> {
    match source {
        ToolSource::Pip { package, .. } => vec![package.clone()],
        ToolSource::Apt { packages } => vec![packages.join(" ")],
        ToolSource::Unpack { packages, apt } => vec![packages.join(" "), apt.join(" ")],
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "setup failed: {}; {}", self.says, self.next)
    }
}
