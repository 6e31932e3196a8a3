//! What came of looking for a tool, in words: what is there instead of it, and what to do.

use std::fmt;
use std::path::{Path, PathBuf};

/// A program that the manifest accepts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Absolute path; of unpacked packages, their folder.
    pub program: PathBuf,
    /// As the program says it: `1.27.3`.
    pub version: String,
    /// Changes when the program does.
    pub fingerprint: Fingerprint,
    /// What was looked at before and is not accepted.
    pub passed_over: Vec<Trouble>,
}

/// A program's version, size, time of writing and a hash of its answer: another text for another program, without reading it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(pub String);

/// There is none that the manifest accepts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotFound {
    /// What there is instead.
    pub trouble: Trouble,
    /// The next step, in one line.
    pub next: String,
}

/// What there is instead of a tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// There is no program of that name.
    Missing,
    /// There is a program of that name, and it is something else.
    Other {
        /// Absolute path.
        program: PathBuf,
        /// The first line that it printed.
        says: String,
    },
    /// It is the right program in a version that the manifest does not accept.
    WrongVersion {
        /// Absolute path.
        program: PathBuf,
        /// Its own.
        version: String,
        /// The manifest's, or the beginning of it.
        wanted: String,
    },
    /// pkg-config is there and has not heard of the library.
    Unknown {
        /// Absolute path of pkg-config.
        program: PathBuf,
        /// The library, as pkg-config would call it.
        module: String,
    },
    /// It could not be asked, or prints no version.
    Broken {
        /// Absolute path.
        program: PathBuf,
        /// What happened.
        why: String,
    },
}

impl Trouble {
    /// The program that this is about.
    #[must_use]
    pub fn program(&self) -> Option<&Path> {
        match self {
            Self::Missing => None,
            Self::Other { program, .. }
            | Self::WrongVersion { program, .. }
            | Self::Unknown { program, .. }
            | Self::Broken { program, .. } => Some(program),
        }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("not here"),
            Self::Other { program, says } => {
                write!(f, "{} is something else: it says \"{says}\"", program.display())
            }
            Self::WrongVersion { program, version, wanted } if is_older(version, wanted) => {
                write!(f, "{} is too old: {version}, wanted is {wanted}", program.display())
            }
            Self::WrongVersion { program, version, wanted } => {
                write!(f, "{} is {version}, wanted is {wanted}", program.display())
            }
            Self::Unknown { module, .. } => write!(f, "pkg-config knows no {module}"),
            Self::Broken { program, why } => write!(f, "{} does not work: {why}", program.display()),
        }
    }
}

impl fmt::Display for NotFound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}", self.trouble, self.next)
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether the first dotted part that differs is a smaller number.
fn is_older(version: &str, wanted: &str) -> bool {
    let parts = version.split('.').zip(wanted.split('.'));
    let differing =
        parts.map(|(own, other)| (own.parse::<u64>(), other.parse::<u64>())).find(|(own, other)| own != other);
    matches!(differing, Some((Ok(own), Ok(other))) if own < other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_old_is_told_from_too_new() {
        for (version, wanted, older) in [
            ("1.19", "1.27", true),
            ("1.27.1", "1.27.3", true),
            ("1.9", "1.10", true),
            ("1.28", "1.27", false),
            ("1.27rc1", "1.27", false),
            ("2.0", "1.27", false),
        ] {
            assert_eq!(is_older(version, wanted), older, "{version} {wanted}");
        }
    }
}
