//! Unpacks Debian packages into a folder of its own, for those that cannot be installed beside what is installed.

use std::path::Path;
use std::process::{Command, Stdio};

use super::folder::{Toolchains, folder_error};
use super::{SetupError, Unpacked, end_of, list, start_error};
use crate::toolchain::{Places, UNPACKED_VERSION};

/// Fetches the packages with apt-get and unpacks them with dpkg-deb, unless another setup did so meanwhile.
pub(super) fn install(unpacked: &Unpacked, places: &Places) -> Result<(), SetupError> {
    let packages = || list(&unpacked.packages);
    let no_apt = || SetupError::NoApt { packages: packages() };
    let apt_get = places.on_path("apt-get").next().ok_or_else(no_apt)?;
    let dpkg_deb = places.on_path("dpkg-deb").next().ok_or_else(no_apt)?;
    let toolchains = Toolchains::lock(places.toolchains())?;
    if unpacked.folder.join(UNPACKED_VERSION).exists() {
        return Ok(());
    }
    let (fetched, new) = (toolchains.unfinished()?, toolchains.unfinished()?);
    let run = |program: &Path, args: &[&str], folder: &Path| {
        let mut command = Command::new(program);
        let command = command.args(args).current_dir(folder).stdin(Stdio::null());
        let output = command.output().map_err(start_error(program))?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned());
        }
        Err(SetupError::apt(packages(), end_of(&output)))
    };
    let mut download = vec!["-q", "download"];
    download.extend(unpacked.packages.iter().map(String::as_str));
    run(&apt_get, &download, fetched.path())?;
    let mut version = String::new();
    for entry in std::fs::read_dir(fetched.path()).map_err(folder_error(fetched.path()))?.flatten() {
        let (file, target) = (entry.path().display().to_string(), new.path().display().to_string());
        run(&dpkg_deb, &["--extract", &file, &target], fetched.path())?;
        version = run(&dpkg_deb, &["--field", &file, "Version"], fetched.path())?;
    }
    let told = new.path().join(UNPACKED_VERSION);
    std::fs::write(&told, version).map_err(folder_error(&told))?;
    toolchains.put(new, &unpacked.folder)
}
