//! Where built things are kept: `<store>/<name>-<hash>/`, complete or not there. Entries appear by rename only.

use std::fs::File;
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};

use super::inputs::all_below;
use super::library::{copy_files, copy_objects};
use super::{Artefact, CompileError};
use crate::check::linkage::Linkage;

/// The name of an entry: what it is, and a hash of all that went into it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(String);

impl Key {
    /// `what` is for people, `hash` tells entries apart.
    #[must_use]
    pub fn new(what: &str, hash: &blake3::Hash) -> Self {
        Self(format!("{what}-{}", &hash.to_hex()[..20]))
    }

    /// The folder's name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A folder of built things.
#[derive(Debug, Clone)]
pub struct Store {
    root: PathBuf,
}

impl Store {
    /// At a folder, which is made if it is not there.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn open(root: PathBuf) -> Result<Self, CompileError> {
        std::fs::create_dir_all(&root).map_err(|source| CompileError::Write { path: root.clone(), source })?;
        Ok(Self { root })
    }

    /// A folder for tools' own caches.
    #[must_use]
    pub fn tool_cache(&self) -> PathBuf {
        self.root.join("tools")
    }

    /// A folder for what went wrong.
    pub(super) fn failures(&self) -> PathBuf {
        self.root.join("failures")
    }

    /// What is there, and still as it was built: a library whose runtime was upgraded since is not.
    #[must_use]
    pub fn get(&self, key: &Key, file: &str) -> Option<Artefact> {
        let folder = self.root.join(key.as_str());
        let file = if file.is_empty() { folder.clone() } else { folder.join(file) };
        let is_good = file.exists() && Linkage::kept(&folder).is_none_or(|linkage| linkage.is_current());
        is_good.then(|| Artefact { folder, file, key: key.clone() })
    }

    /// Keeps others from building the same; until the file is dropped.
    pub(super) fn lock(&self, key: &Key) -> Result<File, CompileError> {
        let folder = self.root.join("locks");
        let path = folder.join(key.as_str());
        let locked = std::fs::create_dir_all(&folder).and_then(|()| File::create(&path)).and_then(|file| {
            flock(&file, FlockOperation::LockExclusive)?;
            Ok(file)
        });
        locked.map_err(|source| CompileError::Write { path, source })
    }

    /// Moves a finished folder in.
    pub(super) fn put(&self, key: &Key, folder: &Path, file: &str) -> Result<Artefact, CompileError> {
        let target = self.root.join(key.as_str());
        if target.exists() && self.get(key, file).is_none() {
            // Whoever has it open keeps it; it goes with the builder's scratch folder.
            let old = folder.with_extension("old");
            std::fs::rename(&target, &old).map_err(|source| CompileError::Write { path: target.clone(), source })?;
            let _ = std::fs::remove_dir_all(old);
        }
        match std::fs::rename(folder, &target) {
            Ok(()) => {}
            // Another harness without our lock was faster, with the same content.
            Err(_) if target.exists() => {}
            Err(error) if error.kind() == std::io::ErrorKind::CrossesDevices => self.carry_in(folder, &target)?,
            Err(source) => return Err(CompileError::Write { path: target, source }),
        }
        self.get(key, file).ok_or_else(|| CompileError::Write {
            path: target,
            source: std::io::Error::other("the entry lacks the file that it is kept for"),
        })
    }

    /// From another file system than the store's: the entry still appears by rename.
    fn carry_in(&self, folder: &Path, target: &Path) -> Result<(), CompileError> {
        let write = |source| CompileError::Write { path: target.to_owned(), source };
        let fresh = tempfile::Builder::new().prefix(".incoming-").tempdir_in(&self.root).map_err(write)?;
        let whole = fresh.path().join("entry");
        copy_files(&all_below(folder)?, folder, &whole)?;
        std::fs::rename(&whole, target).map_err(write)
    }

    /// The file of an entry's n-th copy.
    #[must_use]
    pub fn copy_path(artefact: &Artefact, copy: usize) -> PathBuf {
        if copy == 1 {
            return artefact.file.clone();
        }
        let name = artefact.file.file_name().unwrap_or_default();
        artefact.folder.join(format!("copy-{copy}")).join(name)
    }

    /// Makes an entry's n-th copy: every shared object of it, as another file each.
    pub(super) fn copy(&self, artefact: &Artefact, copy: usize) -> Result<(), CompileError> {
        let target = Self::copy_path(artefact, copy);
        if target.exists() {
            return Ok(());
        }
        let _lock = self.lock(&artefact.key)?;
        let write = |source| CompileError::Write { path: target.clone(), source };
        let fresh = tempfile::Builder::new().prefix(".copy-").tempdir_in(&artefact.folder).map_err(write)?;
        copy_objects(&artefact.folder, fresh.path()).map_err(write)?;
        let folder = artefact.folder.join(format!("copy-{copy}"));
        match std::fs::rename(fresh.path(), &folder) {
            Err(_) if folder.exists() => Ok(()),
            moved => moved.map_err(write),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_from_another_file_system_is_whole() {
        let (here, there) = (tempfile::TempDir::new().unwrap(), tempfile::TempDir::new_in("/dev/shm").unwrap());
        let stage = there.path().join("stage");
        std::fs::create_dir_all(stage.join("deep/er")).unwrap();
        for file in ["libx.so", ".hidden", "deep/er/inner"] {
            std::fs::write(stage.join(file), file).unwrap();
        }
        let store = Store::open(here.path().join("store")).unwrap();
        let artefact = store.put(&Key::new("x", &blake3::hash(b"x")), &stage, "libx.so").unwrap();
        for file in ["libx.so", ".hidden", "deep/er/inner"] {
            assert_eq!(std::fs::read_to_string(artefact.folder.join(file)).unwrap(), file);
        }
    }
}
