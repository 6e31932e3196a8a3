//! The libraries of `samples/_broken`: what must come out when one is run, and which laws a pair of them shows.

use super::{Catalog, CatalogError, Runtime, cross, manifest};
use crate::id::RuntimeId;

/// What must come out when a library of `samples/_broken` is run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caught {
    /// The scenario to run it with, with its `[mode]` if that is not the default.
    pub scenario: String,
    /// Runtimes, or other broken samples, that are in the host after it.
    pub partners: Vec<String>,
    /// The outcome's name.
    pub outcome: String,
    /// The phase in which it must come out.
    pub phase: Option<String>,
    /// The verdict's name.
    pub verdict: String,
    /// The facts that the scenario must find, all of them.
    pub facts: Vec<String>,
}

/// A pair of made-up libraries that a law speaks of, and a control that it does not speak of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provoked {
    /// The law's name.
    pub law: String,
    /// Whether the law says that every run fails.
    pub how: Certainty,
    /// The scenario to run both with, with its `[mode]` if that is not the default.
    pub scenario: String,
    /// The two that fail together.
    pub pair: Vec<RuntimeId>,
    /// The same with another library in one place, which finish.
    pub control: Vec<RuntimeId>,
    /// Keys of the facts in which that library differs from the one that it replaces.
    pub differs: Vec<String>,
    /// Other laws that speak of the pair as well.
    pub beside: Vec<String>,
}

/// Whether every run of a pair fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Certainty {
    /// Each run.
    Must,
    /// Some run.
    May,
}

impl Catalog {
    /// Reads the samples that must be caught, `samples/_broken`; each has [`Runtime::caught`].
    ///
    /// # Errors
    /// As [`Catalog::read`], and a `[caught]` or a `[[law]]` that names a scenario or a library that is not there.
    pub fn read_broken(&self) -> Result<Vec<Runtime>, CatalogError> {
        self.read_caught(None)
    }

    /// The same where there are these laws.
    ///
    /// # Errors
    /// As [`Catalog::read_broken`], and a `[[law]]` that names another law.
    pub fn read_broken_by(&self, laws: &[&str]) -> Result<Vec<Runtime>, CatalogError> {
        self.read_caught(Some(laws))
    }

    fn read_caught(&self, laws: Option<&[&str]>) -> Result<Vec<Runtime>, CatalogError> {
        let mut findings = Vec::new();
        let folder = self.root.join("samples/_broken");
        let mut samples = manifest::read_folder(&self.root, &folder, manifest::Kind::Broken, &mut findings);
        let names: Vec<String> =
            samples.iter().flat_map(|sample| &sample.runtimes).map(|runtime| runtime.id.to_string()).collect();
        for sample in &mut samples {
            cross::check_caught(sample, self, &names);
            cross::check_laws(sample, self, &names, laws);
            findings.extend(sample.source.take_findings());
        }
        CatalogError::check(findings)?;
        Ok(samples.into_iter().flat_map(|sample| sample.runtimes).collect())
    }
}

/// Two libraries as a cell has them: `loses-faults+takes-faults`.
pub(super) fn ids(pair: &str) -> Option<Vec<RuntimeId>> {
    let ids: Vec<RuntimeId> = pair.split('+').map(str::parse).collect::<Result<_, _>>().ok()?;
    (ids.len() == 2).then_some(ids)
}
