//! The folder of toolchains: one setup at a time, and each toolchain appears as a whole or not at all.

use std::fs::{File, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::SetupError;

/// What is being installed, or removed, has a name that no toolchain has; what a killed setup left is found by it.
const UNFINISHED: &str = ".unfinished-";

/// The folder, for as long as nobody else may install into it.
pub(super) struct Toolchains {
    folder: PathBuf,
    /// The lock ends with this process, however that ends.
    _lock: File,
}

impl Toolchains {
    /// Waits for others, and removes what a killed one left.
    pub(super) fn lock(folder: &Path) -> Result<Self, SetupError> {
        std::fs::create_dir_all(folder).map_err(folder_error(folder))?;
        let file = folder.join(".lock");
        let lock = File::create(&file).map_err(folder_error(&file))?;
        lock.lock().map_err(folder_error(&file))?;
        let own = Self { folder: folder.to_owned(), _lock: lock };
        own.remove_unfinished();
        Ok(own)
    }

    /// An empty folder to install into. Others who use the project may use its toolchains.
    pub(super) fn unfinished(&self) -> Result<TempDir, SetupError> {
        let mut builder = tempfile::Builder::new();
        builder.prefix(UNFINISHED).permissions(Permissions::from_mode(0o755));
        builder.tempdir_in(&self.folder).map_err(folder_error(&self.folder))
    }

    /// Moves a finished folder to its place; what was there goes.
    pub(super) fn put(&self, new: TempDir, target: &Path) -> Result<(), SetupError> {
        let old = self.unfinished()?;
        if target.exists() {
            std::fs::rename(target, old.path().join("old")).map_err(folder_error(target))?;
        }
        std::fs::rename(new.path(), target).map_err(folder_error(target))?;
        // What it names has moved, so there is nothing to remove.
        let _ = new.keep();
        Ok(())
    }

    /// Whoever holds the lock is the only one to install, so what is unfinished is nobody's.
    fn remove_unfinished(&self) {
        let entries = std::fs::read_dir(&self.folder).into_iter().flatten().filter_map(Result::ok);
        for entry in entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(UNFINISHED)) {
            // One that cannot be removed takes space and does no harm.
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

pub(super) fn folder_error(path: &Path) -> impl FnOnce(std::io::Error) -> SetupError {
    let path = path.to_owned();
    |source| SetupError::Folder { path, source }
}
