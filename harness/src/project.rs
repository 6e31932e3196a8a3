//! Where things are: the project's root, and the folder below `target/` that holds all that the harness makes.

use std::path::{Path, PathBuf};

use miette::Diagnostic;
use thiserror::Error;

/// A project's folders.
#[derive(Debug, Clone)]
pub struct Project {
    root: PathBuf,
    state: PathBuf,
    cache: PathBuf,
}

/// There is no project here.
#[derive(Debug, Error, Diagnostic)]
#[error("no coexist project at {0} or above it")]
#[diagnostic(code(project::none), help("a project is a folder with `samples/` and `c-hosts/`; name it with --root"))]
pub struct NoProject(PathBuf);

impl Project {
    /// At a folder, with another place than `target/coexist` for what is made, if one is given, and another place than that
    /// for what several checkouts may share.
    ///
    /// # Errors
    /// When the folder is no project.
    pub fn at(root: &Path, state: Option<&Path>, cache: Option<&Path>) -> Result<Self, NoProject> {
        let canonical = root.canonicalize().unwrap_or_else(|_| root.to_owned());
        if !is_project(&canonical) {
            return Err(NoProject(root.to_owned()));
        }
        let state = state.map_or_else(|| canonical.join("target/coexist"), absolute);
        let cache = cache.map_or_else(|| state.clone(), absolute);
        Ok(Self { root: canonical, state, cache })
    }

    /// The nearest project at or above a folder.
    ///
    /// # Errors
    /// When there is none.
    pub fn above(folder: &Path, state: Option<&Path>, cache: Option<&Path>) -> Result<Self, NoProject> {
        match folder.ancestors().find(|candidate| is_project(candidate)) {
            Some(root) => Self::at(root, state, cache),
            None => Err(NoProject(folder.to_owned())),
        }
    }

    /// The folder with `samples/` and `c-hosts/`.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Built libraries and hosts.
    #[must_use]
    pub fn store(&self) -> PathBuf {
        self.cache.join("store")
    }

    /// Scratch folders of runs.
    #[must_use]
    pub fn scratch(&self) -> PathBuf {
        self.state.join("scratch")
    }

    /// What several checkouts may share: built libraries and hosts, all that `setup` installs, and what is known about it.
    #[must_use]
    pub fn cache(&self) -> &Path {
        &self.cache
    }

    /// What earlier runs saw.
    #[must_use]
    pub fn history(&self) -> PathBuf {
        self.state.join("history.json")
    }

    /// The record of the last run.
    #[must_use]
    pub fn record(&self) -> PathBuf {
        self.state.join("record.json")
    }
}

fn is_project(folder: &Path) -> bool {
    folder.join("samples").is_dir() && folder.join("c-hosts").is_dir()
}

fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}
