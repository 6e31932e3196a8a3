//! Snapshots of traces: `snapshots/<scenario>/<runtimes>.snap`, through insta. The only file that knows insta.
//!
//! The command line compares with `compare` and leaves pending files with `propose`; tests do both with `check`, which
//! panics with insta's own diff. Pending files are insta's: `cargo insta review` and `coexist bless` take the same ones.

#![allow(clippy::disallowed_types, reason = "this is the adaptor")]

use std::path::{Path, PathBuf};

use insta::internals::TextSnapshotContents;
use insta::{Settings, Snapshot, TextSnapshotKind};

use super::Comparison;
use crate::id::CellId;

/// Where snapshots lie below the project's root.
pub const FOLDER: &str = "snapshots";
const ENDING: &str = "snap";
const PENDING: &str = "snap.new";

/// The accepted trace of a cell.
#[derive(Debug)]
pub struct Accepted(TextSnapshotContents);

/// A trace that waits for a decision.
#[derive(Debug)]
pub struct Pending {
    /// The cell, by its file.
    pub cell: CellId,
    /// The waiting file.
    pub file: PathBuf,
    /// What was accepted before, if anything.
    pub old: Option<String>,
    /// What waits.
    pub new: String,
}

/// The file of a cell's snapshot.
#[must_use]
pub fn file(root: &Path, cell: &CellId) -> PathBuf {
    root.join(FOLDER).join(cell.scenario_text()).join(format!("{}.{ENDING}", cell.runtimes_text()))
}

/// Reads a cell's accepted trace; a file that cannot be read as one counts as none.
#[must_use]
pub fn accepted(root: &Path, cell: &CellId) -> Option<Accepted> {
    let snapshot = Snapshot::from_file(&file(root, cell)).ok()?;
    snapshot.as_text().cloned().map(Accepted)
}

/// Compares a trace with the accepted one.
#[must_use]
pub fn compare(accepted: Option<&Accepted>, text: &str) -> Comparison {
    let new = TextSnapshotContents::new(text.to_owned(), TextSnapshotKind::File);
    match accepted {
        None => Comparison::Missing,
        Some(Accepted(old)) if old.matches_latest(&new) => Comparison::Same,
        Some(_) => Comparison::Different,
    }
}

/// Prepares this process for `propose`: insta is told through its environment to write pending files and to neither print
/// nor panic.
///
/// # Safety
/// No other thread may run yet.
pub unsafe fn prepare(root: &Path) {
    for (name, value) in [("INSTA_UPDATE", "new"), ("INSTA_OUTPUT", "none"), ("INSTA_FORCE_PASS", "1")] {
        // SAFETY: the caller promises that there is no other thread.
        unsafe { std::env::set_var(name, value) };
    }
    // SAFETY: as above.
    unsafe { std::env::set_var("INSTA_WORKSPACE_ROOT", root) };
}

/// Leaves a trace as a pending file beside the snapshot, for a review: whole, or not at all. Needs `prepare`; `scratch` is
/// a folder for it to appear from.
pub fn propose(root: &Path, scratch: &Path, cell: &CellId, text: &str) {
    let target = file(root, cell);
    let name = target.with_extension(PENDING);
    let fresh = scratch.join(name.file_name().unwrap_or_default());
    assert_in(scratch, cell, text);
    let made = target.parent().map_or(Ok(()), std::fs::create_dir_all).and_then(|()| std::fs::rename(&fresh, &name));
    if made.is_err() {
        // The scratch folder is on another file system.
        let _ = std::fs::remove_file(&fresh);
        check(root, cell, text);
    }
}

/// insta's assertion: passes if the trace is the accepted one; else leaves a pending file, as insta's settings have it,
/// and panics with the diff.
pub fn check(root: &Path, cell: &CellId, text: &str) {
    assert_in(file(root, cell).parent().unwrap_or(root), cell, text);
}

fn assert_in(folder: &Path, cell: &CellId, text: &str) {
    let mut settings = Settings::clone_current();
    settings.set_snapshot_path(folder);
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.set_description(cell.to_string());
    settings.bind(|| insta::assert_snapshot!(cell.runtimes_text(), text));
}

/// All pending traces below a project's root, sorted by file.
#[must_use]
pub fn pending(root: &Path) -> Vec<Pending> {
    let mut found = Vec::new();
    for (cell, file) in files(root, PENDING) {
        let Some(new) = read(&file) else { continue };
        let old = read(&self::file(root, &cell));
        found.push(Pending { cell, file, old, new });
    }
    found
}

/// Accepts a pending trace: it becomes the snapshot, by rename.
///
/// # Errors
/// When the file cannot be read or written; then nothing has changed.
pub fn accept(root: &Path, pending: &Pending) -> Result<(), String> {
    let target = file(root, &pending.cell);
    let snapshot = Snapshot::from_file(&pending.file).map_err(|error| error.to_string())?;
    let folder = target.parent().unwrap_or(root);
    let open = std::os::unix::fs::PermissionsExt::from_mode(0o644);
    let beside = tempfile::Builder::new().prefix(".accepting-").permissions(open).tempfile_in(folder);
    let beside = beside.map_err(|error| error.to_string())?.into_temp_path();
    snapshot.save(&beside).map_err(|error| error.to_string())?;
    beside.persist(&target).map_err(|error| error.to_string())?;
    std::fs::remove_file(&pending.file).map_err(|error| error.to_string())
}

/// Drops a pending trace, if there is one.
pub fn withdraw(root: &Path, cell: &CellId) {
    let _ = std::fs::remove_file(file(root, cell).with_extension(PENDING));
}

/// Snapshots of cells that `exists` does not know: their scenario or runtime is gone.
#[must_use]
pub fn orphans(root: &Path, exists: impl Fn(&CellId) -> bool) -> Vec<PathBuf> {
    let all = files(root, ENDING).into_iter();
    all.filter(|(cell, _)| !exists(cell)).map(|(_, file)| file).collect()
}

fn read(file: &Path) -> Option<String> {
    Some(Snapshot::from_file(file).ok()?.as_text()?.to_string())
}

/// All files of an ending whose path names a cell, sorted.
fn files(root: &Path, ending: &str) -> Vec<(CellId, PathBuf)> {
    let mut found = Vec::new();
    let Ok(folders) = std::fs::read_dir(root.join(FOLDER)) else { return found };
    for folder in folders.flatten().map(|entry| entry.path()).filter(|path| path.is_dir()) {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for path in entries.flatten().map(|entry| entry.path()) {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let scenario = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let cell = name.strip_suffix(ending).and_then(|name| name.strip_suffix('.'));
            if let Some(cell) = cell.and_then(|runtimes| format!("{scenario}/{runtimes}").parse().ok()) {
                found.push((cell, path));
            }
        }
    }
    found.sort();
    found
}
