//! What would stop setup, as far as it can be known without trying: what doctor says of what is missing.

use std::cell::OnceCell;

use super::apt::{Apt, are_installed, not_root};
use super::{Machine, SetupError, list, pip, plan};
use crate::catalog::{Tool, ToolSource};
use crate::toolchain::{NotFound, Places};

/// What is known against setup on one machine, found out once.
#[derive(Debug)]
pub struct Obstacles<'a> {
    places: &'a Places,
    machine: &'a Machine,
    pip: OnceCell<bool>,
    root: OnceCell<bool>,
}

impl<'a> Obstacles<'a> {
    /// Nothing is looked at yet.
    #[must_use]
    pub fn new(places: &'a Places, machine: &'a Machine) -> Self {
        Self { places, machine, pip: OnceCell::new(), root: OnceCell::new() }
    }

    /// Why a tool is not here, and what to do, on one line.
    #[must_use]
    pub fn words(&self, tool: &Tool, not_found: &NotFound) -> String {
        let error = match &tool.source {
            None => None,
            Some(ToolSource::Pip { package, .. }) => self.pip(package),
            Some(ToolSource::Apt { packages }) => match plan::in_vain(packages, &not_found.trouble, self.places) {
                Some(why) => return why,
                None => self.apt(packages),
            },
            Some(ToolSource::Unpack { packages, apt }) => self.apt_get(packages).or_else(|| self.needed(apt)),
        };
        match error.map(|error| error.note()) {
            Some(note) => format!("{}; {}; {}", not_found.trouble, note.says, note.next),
            None => not_found.to_string(),
        }
    }

    fn pip(&self, package: &str) -> Option<SetupError> {
        let package = package.to_owned();
        let Some(python) = self.places.on_path("python3").next() else { return Some(SetupError::NoPython { package }) };
        let has_pip = self.pip.get_or_init(|| pip::is_here(&python));
        (!has_pip).then_some(SetupError::NoPip { package })
    }

    fn apt(&self, packages: &[String]) -> Option<SetupError> {
        let apt = Apt::new(self.places, self.machine);
        self.apt_get(packages).or_else(|| {
            let may_install = self.root.get_or_init(|| apt.may_install());
            (!may_install).then(|| not_root(packages))
        })
    }

    fn apt_get(&self, packages: &[String]) -> Option<SetupError> {
        let is_here = self.places.on_path("apt-get").next().is_some();
        (!is_here).then(|| SetupError::NoApt { program: "apt-get", packages: list(packages) })
    }

    /// What is installed beside what is unpacked.
    fn needed(&self, packages: &[String]) -> Option<SetupError> {
        if packages.is_empty() || are_installed(packages, self.places) { None } else { self.apt(packages) }
    }
}
