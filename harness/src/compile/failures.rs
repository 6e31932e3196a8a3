//! What went wrong when something was last built, kept beside the store until it is built: doctor shows it.

use std::path::PathBuf;

use super::{Failure, Key, Store};

/// Bytes of a log that are kept: its end.
const KEPT: usize = 16 << 10;

/// How the log of a build that the user ended itself ends.
pub const INTERRUPTED: &str = "(interrupted)";

impl Store {
    /// What went wrong when this was last built; `None` if it was never tried, or was built since.
    #[must_use]
    pub fn failure(&self, key: &Key) -> Option<Failure> {
        serde_json::from_slice(&std::fs::read(self.file(key)).ok()?).ok()
    }

    /// Writes down how building it ended. Nobody needs the note, so a folder that cannot be written is no trouble.
    pub(super) fn note(&self, key: &Key, failure: Option<&Failure>) {
        let file = self.file(key);
        match failure {
            None => {
                let _ = std::fs::remove_file(file);
            }
            Some(Failure { log, .. }) if log.ends_with(INTERRUPTED) => {}
            Some(Failure { step, log }) => {
                let log = log[log.ceil_char_boundary(log.len().saturating_sub(KEPT))..].to_owned();
                let text = serde_json::to_vec_pretty(&Failure { step: step.clone(), log }).unwrap_or_default();
                let _ = std::fs::create_dir_all(self.failures()).and_then(|()| std::fs::write(file, text));
            }
        }
    }

    fn file(&self, key: &Key) -> PathBuf {
        self.failures().join(format!("{}.json", key.as_str()))
    }
}
