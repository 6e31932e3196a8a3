//! Installs what manifests name: Debian packages with apt, pinned wheels with pip into the harness's own folder.
//! Says first what it will do; a toolchain's folder appears as a whole or not at all.
//!
//! Commands run here without the guard that ends all other children: an apt that is killed half way leaves a broken dpkg.

mod apt;
mod error;
mod folder;
mod obstacle;
mod pip;
mod plan;
mod unpack;

use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::Arc;

use super::Places;
use apt::Apt;

pub use error::SetupError;
pub use folder::sweep;
pub use obstacle::Obstacles;
pub use plan::{ByHand, Debian, Here, Plan, Unpacked, Wheel};

/// What setup needs to know of the machine, apart from PATH.
#[derive(Debug, Clone)]
pub struct Machine {
    /// Where apt keeps its lists of packages.
    pub apt_lists: PathBuf,
    /// Who installs.
    pub user: User,
}

/// Who installs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum User {
    /// May run apt.
    Root,
    /// Needs sudo for it.
    Other,
}

/// What setup is doing.
#[derive(Debug)]
pub enum Progress<'a> {
    /// These packages are being installed.
    Installing(&'a str),
    /// They are, or they are not.
    Done(&'a Installed),
}

/// What came of one package, or of Debian packages that belong together.
#[derive(Debug)]
pub struct Installed {
    /// The package names.
    pub what: String,
    /// Whether it is there now; what keeps several away is one error.
    pub result: Result<(), Arc<SetupError>>,
}

impl Plan {
    /// Does it: apt first, then what is unpacked, then one wheel after the other. What fails does not stop the rest, and is
    /// noted for whoever asks later.
    pub fn run(&self, places: &Places, machine: &Machine, seen: &mut dyn FnMut(Progress<'_>)) -> Vec<Installed> {
        let mut all = Vec::new();
        let apt = Apt::new(places, machine);
        apt.install(&self.apt, seen, &mut all);
        let unpacked = self.unpack.iter().map(|unpacked| (list(&unpacked.packages), unpacked));
        each(unpacked, |unpacked| unpack::install(unpacked, places, &apt), seen, &mut all);
        let wheels = self.pip.iter().map(|wheel| (wheel.package.clone(), wheel));
        each(wheels, |wheel| pip::install(wheel, places), seen, &mut all);
        places.notes.set(all.iter().map(|one| {
            let note = one.result.as_ref().err().map(|error| error.note());
            (one.what.clone(), note)
        }));
        all
    }
}

/// Installs one after the other. What would stop all of them is met once.
fn each<T>(
    all: impl Iterator<Item = (String, T)>,
    install: impl Fn(T) -> Result<(), SetupError>,
    seen: &mut dyn FnMut(Progress<'_>),
    results: &mut Vec<Installed>,
) {
    let mut stopped: Option<Arc<SetupError>> = None;
    for (what, one) in all {
        let result = if let Some(error) = &stopped {
            Err(Arc::clone(error))
        } else {
            seen(Progress::Installing(&what));
            install(one).map_err(Arc::new)
        };
        if let Err(error) = &result
            && error.is_about_all()
        {
            stopped = Some(Arc::clone(error));
        }
        let installed = Installed { what, result };
        seen(Progress::Done(&installed));
        results.push(installed);
    }
}

impl Machine {
    /// This machine.
    #[must_use]
    pub fn here() -> Self {
        let user = if rustix::process::geteuid().is_root() { User::Root } else { User::Other };
        Self { apt_lists: PathBuf::from("/var/lib/apt/lists"), user }
    }
}

fn list(packages: &[String]) -> String {
    packages.join(" ")
}

/// All that a program printed.
fn text_of(output: &Output) -> String {
    [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes)).concat()
}

/// The last lines of what a program printed, which is where it says what went wrong.
fn end_of(text: &str) -> String {
    const LINES: usize = 15;
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    lines[lines.len().saturating_sub(LINES)..].join("\n")
}

fn start_error(program: &Path) -> impl FnOnce(std::io::Error) -> SetupError {
    let program = program.to_owned();
    |source| SetupError::Start { program, source }
}

#[cfg(test)]
mod tests;
