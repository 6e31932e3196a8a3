//! The folder of toolchains: one setup at a time, and each toolchain appears as a whole or not at all.

use std::fs::{File, OpenOptions, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use tempfile::TempDir;

use super::SetupError;
use crate::toolchain::Places;

/// What is being installed, or removed, has a name that no toolchain has; what a killed setup left is found by it.
const UNFINISHED: &str = ".unfinished-";
const LOCK: &str = ".lock";

/// The folder, for as long as nobody else may install into it.
pub(super) struct Toolchains {
    folder: PathBuf,
    lock: File,
}

/// Removes what a killed setup left; whoever is at work sweeps for itself.
pub fn sweep(places: &Places) {
    let folder = places.toolchains();
    if let Ok(lock) = File::open(folder.join(LOCK))
        && lock.try_lock().is_ok()
    {
        remove_unfinished(folder);
    }
}

impl Toolchains {
    /// Waits for others, and removes what a killed one left.
    pub(super) fn lock(folder: &Path) -> Result<Self, SetupError> {
        std::fs::create_dir_all(folder).map_err(folder_error(folder))?;
        let file = folder.join(LOCK);
        let mut options = OpenOptions::new();
        let lock =
            options.read(true).write(true).create(true).truncate(false).open(&file).map_err(folder_error(&file))?;
        lock.lock().map_err(folder_error(&file))?;
        remove_unfinished(folder);
        Ok(Self { folder: folder.to_owned(), lock })
    }

    /// An empty folder to install into. Others who use the project may use its toolchains.
    pub(super) fn unfinished(&self) -> Result<TempDir, SetupError> {
        let mut builder = tempfile::Builder::new();
        builder.prefix(UNFINISHED).permissions(Permissions::from_mode(0o755));
        builder.tempdir_in(&self.folder).map_err(folder_error(&self.folder))
    }

    /// The lock as a child's empty stdin: a child that outlives a killed setup holds it until it has ended.
    pub(super) fn held(&self) -> Stdio {
        self.lock.try_clone().map_or_else(|_| Stdio::null(), Stdio::from)
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
}

/// Whoever holds the lock is the only one to install, so what is unfinished is nobody's.
fn remove_unfinished(folder: &Path) {
    let entries = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    for entry in entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(UNFINISHED)) {
        // One that cannot be removed takes space and does no harm.
        let _ = std::fs::remove_dir_all(entry.path());
    }
}

pub(super) fn folder_error(path: &Path) -> impl FnOnce(std::io::Error) -> SetupError {
    let path = path.to_owned();
    |source| SetupError::Folder { path, source }
}
