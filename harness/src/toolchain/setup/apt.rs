//! Installs Debian packages: all at once, and group by group if that fails.

use std::collections::BTreeSet;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use super::{Debian, Installed, Machine, Progress, SetupError, User, end_of, list, start_error};
use crate::toolchain::Places;

/// Whether dpkg has all of `packages`; without dpkg, it has none.
pub(super) fn are_installed(packages: &[String], places: &Places) -> bool {
    let Some(query) = places.on_path("dpkg-query").next() else { return false };
    let output = Command::new(query)
        .args(["--show", "--showformat=${db:Status-Status}\\n"])
        .args(packages)
        .stdin(Stdio::null())
        .output();
    output.is_ok_and(|output| {
        let text = String::from_utf8_lossy(&output.stdout);
        output.status.success() && text.lines().all(|status| status == "installed")
    })
}

/// Installs all of `groups` and adds one result for each to `all`.
pub(super) fn install(
    groups: &[Debian],
    places: &Places,
    machine: &Machine,
    seen: &mut dyn FnMut(Progress<'_>),
    all: &mut Vec<Installed>,
) {
    let names: BTreeSet<&String> = groups.iter().flat_map(|group| &group.packages).collect();
    let names: Vec<String> = names.into_iter().cloned().collect();
    let has_lists = has_lists(&machine.apt_lists);
    seen(Progress::Installing(&list(&names)));
    let together = if has_lists { Ok(()) } else { apt_get(&["update".to_owned()], &names, places, machine) };
    let together = together.and_then(|()| install_packages(&names, places, machine));
    // One package that cannot be had must not keep the others away.
    for group in groups {
        let result = match &together {
            Ok(()) => Ok(()),
            // These are about no package: the next try would say the same.
            Err(SetupError::NoApt { .. }) => Err(SetupError::NoApt { packages: list(&group.packages) }),
            Err(SetupError::NotRoot { .. }) => Err(not_root(&group.packages)),
            Err(SetupError::NoNetwork { whom, .. }) => {
                Err(SetupError::NoNetwork { packages: list(&group.packages), whom })
            }
            Err(_) => install_packages(&group.packages, places, machine),
        };
        let installed = Installed { what: list(&group.packages), result };
        seen(Progress::Done(&installed));
        all.push(installed);
    }
}

fn install_packages(packages: &[String], places: &Places, machine: &Machine) -> Result<(), SetupError> {
    apt_get(&install_args(packages), packages, places, machine)
}

/// What is installed stays: a package that would take its place cannot be had here.
fn install_args(packages: &[String]) -> Vec<String> {
    let args = ["install", "-y", "--no-install-recommends", "--no-remove"].map(str::to_owned);
    args.into_iter().chain(packages.iter().cloned()).collect()
}

fn not_root(packages: &[String]) -> SetupError {
    SetupError::NotRoot { packages: list(packages), command: format!("apt-get {}", list(&install_args(packages))) }
}

fn apt_get(args: &[String], packages: &[String], places: &Places, machine: &Machine) -> Result<(), SetupError> {
    let packages = list(packages);
    let Some(program) = places.on_path("apt-get").next() else { return Err(SetupError::NoApt { packages }) };
    let not_root = |packages| SetupError::NotRoot { packages, command: format!("apt-get {}", list(args)) };
    let output = match machine.user {
        User::Root => run(Command::new(&program).env("DEBIAN_FRONTEND", "noninteractive"), &program, args)?,
        User::Other => {
            let Some(sudo) = places.on_path("sudo").next() else { return Err(not_root(packages)) };
            let mut command = Command::new(&sudo);
            run(command.args(["-n", "env", "DEBIAN_FRONTEND=noninteractive"]).arg(&program), &sudo, args)?
        }
    };
    if output.status.success() {
        return Ok(());
    }
    let is_sudo = machine.user == User::Other && output.stderr.starts_with(b"sudo:");
    Err(if is_sudo { not_root(packages) } else { SetupError::apt(packages, end_of(&output)) })
}

/// In a process group of its own: ctrl-C on the terminal must not end dpkg between two packages.
fn run(command: &mut Command, program: &Path, args: &[String]) -> Result<Output, SetupError> {
    // Somebody else's apt may be at work, as on a machine that has just been started.
    let command = command.args(["-q", "-o", "DPkg::Lock::Timeout=120"]).args(args);
    command.stdin(Stdio::null()).process_group(0).output().map_err(start_error(program))
}

/// A fresh container image has none, and `apt-get install` then knows no package.
fn has_lists(folder: &Path) -> bool {
    let entries = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    entries.into_iter().any(|entry| entry.path().is_file() && entry.file_name() != "lock")
}
