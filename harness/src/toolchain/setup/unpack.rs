//! Unpacks Debian packages into a folder of its own, for those that cannot be installed beside what is installed.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::apt::Apt;
use super::folder::{Toolchains, folder_error};
use super::{SetupError, Unpacked, end_of, list, start_error, text_of};
use crate::toolchain::find::is_accepted;
use crate::toolchain::{Places, UNPACKED_VERSION};

/// Fetches the packages with apt-get and unpacks them with dpkg-deb, unless another setup did so meanwhile.
pub(super) fn install(unpacked: &Unpacked, places: &Places, apt: &Apt<'_>) -> Result<(), SetupError> {
    let packages = || list(&unpacked.packages);
    let program = |program: &'static str| {
        places.on_path(program).next().ok_or_else(|| SetupError::NoApt { program, packages: packages() })
    };
    let (apt_get, dpkg_deb) = (program("apt-get")?, program("dpkg-deb")?);
    let toolchains = Toolchains::lock(places.toolchains())?;
    if let Ok(version) = std::fs::read_to_string(unpacked.folder.join(UNPACKED_VERSION))
        && is_wanted(unpacked, version.trim())
    {
        return Ok(());
    }
    let (fetched, new) = (toolchains.unfinished()?, toolchains.unfinished()?);
    let run = |program: &Path, args: &[&str]| {
        let mut command = Command::new(program);
        command.args(args).current_dir(fetched.path()).env("LC_ALL", "C").stdin(toolchains.held());
        command.output().map_err(start_error(program))
    };
    let mut download = vec!["-q", "download"];
    download.extend(unpacked.packages.iter().map(String::as_str));
    apt.lists(&unpacked.packages)?;
    apt.with_fresh_lists(&unpacked.packages, || {
        let output = run(&apt_get, &download)?;
        if output.status.success() { Ok(()) } else { Err(apt.failure(&unpacked.packages, &output)) }
    })?;

    let failed = |output: String| SetupError::Apt { packages: packages(), output };
    let dpkg_deb = |args: &[&str]| {
        let output = run(&dpkg_deb, args)?;
        let said = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        if output.status.success() { Ok(said) } else { Err(failed(end_of(&text_of(&output)))) }
    };
    let target = new.path().display().to_string();
    let mut version = None;
    for file in files(fetched.path())? {
        let file = file.display().to_string();
        dpkg_deb(&["--extract", &file, &target])?;
        let fields = dpkg_deb(&["--show", "--showformat=${Package} ${Version}", &file])?;
        if let Some((name, own)) = fields.split_once(' ')
            && unpacked.packages.first().is_some_and(|first| first == name)
        {
            version = Some(own.to_owned());
        }
    }
    let version = version.ok_or_else(|| failed("apt-get has fetched something else".to_owned()))?;
    if !is_wanted(unpacked, &version) {
        let wanted = unpacked.accept.clone().unwrap_or_default();
        return Err(SetupError::Version { packages: packages(), version, wanted });
    }
    let told = new.path().join(UNPACKED_VERSION);
    std::fs::write(&told, version).map_err(folder_error(&told))?;
    toolchains.put(new, &unpacked.folder)
}

fn is_wanted(unpacked: &Unpacked, version: &str) -> bool {
    unpacked.accept.as_ref().is_none_or(|wanted| is_accepted(version, wanted))
}

fn files(folder: &Path) -> Result<Vec<PathBuf>, SetupError> {
    let entries = std::fs::read_dir(folder).map_err(folder_error(folder))?;
    let mut files: Vec<PathBuf> = entries.filter_map(Result::ok).map(|entry| entry.path()).collect();
    files.retain(|file| file.extension().is_some_and(|ending| ending == "deb"));
    files.sort();
    Ok(files)
}
