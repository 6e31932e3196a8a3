//! Snapshots of traces, through insta: `snapshots/<scenario>/<runtimes>.snap` of one cell, `snapshots/<scenario>/_<shape>.snap`
//! of all that have none of their own. The only file that knows insta.
//!
//! The command line compares fingerprints and leaves pending files with `propose`; tests do both with `check`, which
//! panics with insta's own diff. Pending files are insta's: `cargo insta review` and `coexist bless` take the same ones.

#![allow(clippy::disallowed_types, reason = "this is the adaptor")]

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use insta::internals::TextSnapshotContents;
use insta::{Settings, Snapshot, TextSnapshotKind};

use super::shape;
use crate::id::CellId;
use crate::matrix::Cell;

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

/// The file of the trace that cells of a shape have in common.
#[must_use]
pub fn common_file(root: &Path, cell: &CellId, shape: &str) -> PathBuf {
    root.join(FOLDER).join(cell.scenario_text()).join(format!("{}.{ENDING}", common_name(shape)))
}

fn common_name(shape: &str) -> String {
    format!("_{shape}")
}

/// Reads the trace that cells of a shape have in common.
#[must_use]
pub fn common(root: &Path, cell: &CellId, shape: &str) -> Option<Accepted> {
    read_accepted(&common_file(root, cell, shape))
}

/// Accepts a trace without names as the one that cells of a shape have in common: whole, or not at all.
///
/// # Errors
/// When it cannot be written; then nothing has changed.
pub fn accept_common(root: &Path, scratch: &Path, cell: &CellId, shape: &str, text: &str) -> Result<(), String> {
    let name = common_name(shape);
    assert_in(scratch, &name, &format!("{}/{name}", cell.scenario_text()), text);
    let fresh = scratch.join(format!("{name}.{PENDING}"));
    let accepted = keep(&fresh, &common_file(root, cell, shape));
    let _ = std::fs::remove_file(fresh);
    accepted
}

/// Reads a cell's accepted trace; a file that cannot be read as one counts as none.
#[must_use]
pub fn accepted(root: &Path, cell: &CellId) -> Option<Accepted> {
    read_accepted(&file(root, cell))
}

fn read_accepted(file: &Path) -> Option<Accepted> {
    Snapshot::from_file(file).ok()?.as_text().cloned().map(Accepted)
}

impl Accepted {
    /// The same for all that insta takes for the same trace.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        hashed(&self.0)
    }
}

/// The same of a trace that was just seen.
#[must_use]
pub fn fingerprint(text: &str) -> String {
    hashed(&TextSnapshotContents::new(text.to_owned(), TextSnapshotKind::File))
}

fn hashed(contents: &TextSnapshotContents) -> String {
    blake3::hash(contents.to_string().as_bytes()).to_hex()[..16].to_owned()
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
    assert_in(scratch, &cell.runtimes_text(), &cell.to_string(), text);
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
    assert_in(file(root, cell).parent().unwrap_or(root), &cell.runtimes_text(), &cell.to_string(), text);
}

fn assert_in(folder: &Path, name: &str, about: &str, text: &str) {
    let mut settings = Settings::clone_current();
    settings.set_snapshot_path(folder);
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.set_description(about);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

/// All pending traces below a project's root, sorted by file.
#[must_use]
pub fn pending(root: &Path) -> Vec<Pending> {
    let mut found = Vec::new();
    for file in files(root, PENDING) {
        let (Some(cell), Some(new)) = (cell_of(&file, PENDING), read(&file)) else { continue };
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
    keep(&pending.file, &file(root, &pending.cell))?;
    std::fs::remove_file(&pending.file).map_err(|error| error.to_string())
}

/// Makes a pending file the snapshot at `target`, by rename.
fn keep(pending: &Path, target: &Path) -> Result<(), String> {
    let snapshot = Snapshot::from_file(pending).map_err(|error| error.to_string())?;
    let folder = target.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).map_err(|error| error.to_string())?;
    let open = std::os::unix::fs::PermissionsExt::from_mode(0o644);
    let beside = tempfile::Builder::new().prefix(".accepting-").permissions(open).tempfile_in(folder);
    let beside = beside.map_err(|error| error.to_string())?.into_temp_path();
    snapshot.save(&beside).map_err(|error| error.to_string())?;
    beside.persist(target).map_err(|error| error.to_string())
}

/// Drops a pending trace, if there is one.
pub fn withdraw(root: &Path, cell: &CellId) {
    let _ = std::fs::remove_file(file(root, cell).with_extension(PENDING));
}

/// Snapshots that are about none of `cells`: their scenario or runtime is gone, or a shape that no cell has.
#[must_use]
pub fn orphans(root: &Path, cells: &[Cell<'_>]) -> Vec<PathBuf> {
    let known: HashSet<PathBuf> =
        cells.iter().flat_map(|cell| [file(root, &cell.id), common_file(root, &cell.id, &shape(cell))]).collect();
    files(root, ENDING).into_iter().filter(|file| !known.contains(file)).collect()
}

/// The text of a snapshot, accepted or pending.
#[must_use]
pub fn read(file: &Path) -> Option<String> {
    Some(Snapshot::from_file(file).ok()?.as_text()?.to_string())
}

/// All files of an ending, sorted.
fn files(root: &Path, ending: &str) -> Vec<PathBuf> {
    let below = |folder: PathBuf| std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let all = below(root.join(FOLDER)).filter(|path| path.is_dir()).flat_map(below);
    let mut found: Vec<PathBuf> = all.filter(|path| stem(path, ending).is_some()).collect();
    found.sort();
    found
}

/// A file's name without the ending, if it has that.
fn stem<'p>(file: &'p Path, ending: &str) -> Option<&'p str> {
    file.file_name()?.to_str()?.strip_suffix(ending)?.strip_suffix('.')
}

/// The cell that a file is named for; a common trace is no cell's.
fn cell_of(file: &Path, ending: &str) -> Option<CellId> {
    let scenario = file.parent()?.file_name()?.to_str()?;
    format!("{scenario}/{}", stem(file, ending)?).parse().ok()
}
