//! Installs Debian packages: all at once, and group by group if that fails. Removes none.

mod says;

use std::cell::Cell;
use std::collections::BTreeSet;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Arc;

use super::{Debian, Installed, Machine, Progress, SetupError, User, list, start_error, text_of};
use crate::toolchain::Places;

/// What apt-get and whoever it starts for itself get to know.
const ENVIRONMENT: [&str; 2] = ["DEBIAN_FRONTEND=noninteractive", "LC_ALL=C"];

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

/// apt-get on one machine.
pub(super) struct Apt<'a> {
    places: &'a Places,
    machine: &'a Machine,
    /// Newer lists than those of a moment ago are not to be had.
    updated: Cell<bool>,
}

impl<'a> Apt<'a> {
    pub(super) fn new(places: &'a Places, machine: &'a Machine) -> Self {
        Self { places, machine, updated: Cell::new(false) }
    }

    /// Installs all of `groups` and adds one result for each to `all`.
    pub(super) fn install(&self, groups: &[Debian], seen: &mut dyn FnMut(Progress<'_>), all: &mut Vec<Installed>) {
        if groups.is_empty() {
            return;
        }
        let names: BTreeSet<&String> = groups.iter().flat_map(|group| &group.packages).collect();
        let names: Vec<String> = names.into_iter().cloned().collect();
        seen(Progress::Installing(&list(&names)));
        let together = self.lists(&names).and_then(|()| self.install_packages(&names)).map_err(Arc::new);
        for group in groups {
            let result = match &together {
                Ok(()) => Ok(()),
                Err(error) if error.is_about_all() => Err(Arc::clone(error)),
                // One package that cannot be had must not keep the others away.
                Err(_) => self.install_packages(&group.packages).map_err(Arc::new),
            };
            let installed = Installed { what: list(&group.packages), result };
            seen(Progress::Done(&installed));
            all.push(installed);
        }
    }

    /// Gets the lists of packages if there are none: a fresh container image has none, and knows no package.
    pub(super) fn lists(&self, names: &[String]) -> Result<(), SetupError> {
        if has_lists(&self.machine.apt_lists) { Ok(()) } else { self.update(names) }
    }

    /// Whether this user may install, alone or by sudo without a password.
    pub(super) fn may_install(&self) -> bool {
        match self.machine.user {
            User::Root => true,
            User::Other => self.places.on_path("sudo").next().is_some_and(|sudo| {
                let asked = Command::new(sudo).args(["-n", "true"]).stdin(Stdio::null()).output();
                asked.is_ok_and(|output| output.status.success())
            }),
        }
    }

    fn update(&self, names: &[String]) -> Result<(), SetupError> {
        self.updated.set(true);
        // Without this, apt-get is content with old lists, or with none.
        let args = ["update", "-o", "APT::Update::Error-Mode=any"].map(str::to_owned);
        self.run(&args, names).map_err(|failure| failure.error)
    }

    fn install_packages(&self, packages: &[String]) -> Result<(), SetupError> {
        let args = install_args(packages);
        self.with_fresh_lists(packages, || self.run(&args, packages))
    }

    /// Does something with packages, and once more with newer lists if those are to blame.
    pub(super) fn with_fresh_lists(
        &self,
        packages: &[String],
        work: impl Fn() -> Result<(), Failure>,
    ) -> Result<(), SetupError> {
        let Err(Failure { error, output }) = work() else { return Ok(()) };
        if self.updated.get() || !says::is_stale(&error, &output) {
            return Err(error);
        }
        self.update(packages)?;
        work().map_err(|failure| failure.error)
    }

    fn run(&self, args: &[String], packages: &[String]) -> Result<(), Failure> {
        let (program, mut command) = self.command(packages)?;
        let output = run(&mut command, args).map_err(start_error(&program))?;
        if output.status.success() {
            return Ok(());
        }
        if self.machine.user == User::Other && output.stderr.starts_with(b"sudo:") {
            return Err(not_root(packages).into());
        }
        Err(self.failure(packages, &output))
    }

    /// What an apt-get that failed means.
    pub(super) fn failure(&self, packages: &[String], output: &Output) -> Failure {
        let output = text_of(output);
        let is_installed = |name: &str| are_installed(&[name.to_owned()], self.places);
        Failure { error: says::understand(&list(packages), &output, &is_installed), output }
    }

    /// The program to start, apt-get or sudo, and how the command begins.
    fn command(&self, packages: &[String]) -> Result<(PathBuf, Command), SetupError> {
        let no_apt = || SetupError::NoApt { program: "apt-get", packages: list(packages) };
        let apt_get = self.places.on_path("apt-get").next().ok_or_else(no_apt)?;
        match self.machine.user {
            User::Root => {
                let mut command = Command::new(&apt_get);
                command.envs(ENVIRONMENT.iter().filter_map(|text| text.split_once('=')));
                Ok((apt_get, command))
            }
            User::Other => {
                let sudo = self.places.on_path("sudo").next().ok_or_else(|| not_root(packages))?;
                let mut command = Command::new(&sudo);
                command.args(["-n", "env"]).args(ENVIRONMENT).arg(&apt_get);
                Ok((sudo, command))
            }
        }
    }
}

/// Why apt-get failed, and all that it printed.
pub(super) struct Failure {
    error: SetupError,
    output: String,
}

impl From<SetupError> for Failure {
    fn from(error: SetupError) -> Self {
        Self { error, output: String::new() }
    }
}

/// What is installed stays: a package that would take its place cannot be had here.
fn install_args(packages: &[String]) -> Vec<String> {
    let args = ["install", "-y", "--no-install-recommends", "--no-remove"].map(str::to_owned);
    args.into_iter().chain(packages.iter().cloned()).collect()
}

pub(super) fn not_root(packages: &[String]) -> SetupError {
    SetupError::NotRoot { packages: list(packages), command: format!("apt-get {}", list(&install_args(packages))) }
}

/// In a process group of its own: ctrl-C on the terminal must not end dpkg between two packages.
fn run(command: &mut Command, args: &[String]) -> std::io::Result<Output> {
    // Somebody else's apt may be at work, as on a machine that has just been started.
    let command = command.args(["-q", "-o", "DPkg::Lock::Timeout=120"]).args(args);
    command.stdin(Stdio::null()).process_group(0).output()
}

fn has_lists(folder: &Path) -> bool {
    let entries = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    entries.into_iter().any(|entry| entry.path().is_file() && entry.file_name() != "lock")
}
