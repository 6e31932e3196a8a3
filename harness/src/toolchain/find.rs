//! Finds the program of a manifest's tool: first what setup installed, then PATH; and asks it who it is.
//! A name proves nothing: `go` may be another implementation of Go, or one of 2015.

use std::fmt;
use std::path::{Path, PathBuf};

use super::versions::Stamp;
use super::{Ask, Places, is_program};
use crate::catalog::{Tool, ToolSource};

/// What came of looking for a tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// A program that the manifest accepts.
    Found {
        /// Absolute path.
        program: PathBuf,
        /// As the program says it: `1.27.3`.
        version: String,
        /// Changes when the program does.
        fingerprint: Fingerprint,
    },
    /// There is no program of that name.
    Missing {
        /// The next step, in one line.
        how_to_get: String,
    },
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
    /// It could not be asked, or prints no version.
    Broken {
        /// Absolute path.
        program: PathBuf,
        /// What happened.
        why: String,
    },
}

/// A program's version, size, time of writing and a hash of its answer: another text for another program, without reading it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(pub String);

/// Looks for `tool`, which steps call `{name}`.
///
/// The first candidate that the manifest accepts is taken; if there is none, the result is about the first candidate.
/// A program that was asked before and has not changed since is not started.
#[must_use]
pub fn find(tool: &Tool, name: &str, places: &Places, ask: &Ask<'_>) -> Found {
    let installed = match &tool.source {
        Some(ToolSource::Unpack { packages, .. }) => return find_unpacked(tool, name, &places.unpacked(packages)),
        Some(ToolSource::Pip { package, program }) => Some(places.wheel(package).join(program)),
        Some(ToolSource::Apt { .. }) | None => None,
    };
    let on_path = tool.on_path.iter().flat_map(|name| places.on_path(name));
    let mut first = None;
    for program in installed.into_iter().filter(|program| is_program(program)).chain(on_path) {
        let found = identify(tool, program, places, ask);
        if matches!(found, Found::Found { .. }) {
            return found;
        }
        first.get_or_insert(found);
    }
    first.unwrap_or_else(|| Found::Missing { how_to_get: how_to_get(tool, name) })
}

/// Packages that setup unpacked are no program: the folder stands for one.
fn find_unpacked(tool: &Tool, name: &str, folder: &Path) -> Found {
    match std::fs::read_to_string(folder.join(super::UNPACKED_VERSION)) {
        Ok(version) => {
            let fingerprint = Fingerprint(version.clone());
            Found::Found { program: folder.to_owned(), version, fingerprint }
        }
        Err(_) => Found::Missing { how_to_get: how_to_get(tool, name) },
    }
}

/// Where to get a tool, in one line.
#[must_use]
pub fn how_to_get(tool: &Tool, name: &str) -> String {
    let megabytes = tool.megabytes;
    match &tool.source {
        Some(ToolSource::Pip { package, .. }) => {
            format!("`coexist setup` gets {package} from PyPI ({megabytes} MB)")
        }
        Some(ToolSource::Unpack { packages, .. }) => {
            format!("`coexist setup` unpacks Debian's {} ({megabytes} MB)", packages.join(" "))
        }
        Some(ToolSource::Apt { packages }) => {
            format!("`coexist setup` installs {} with apt ({megabytes} MB)", packages.join(" "))
        }
        None if tool.on_path.is_empty() => format!("install {name}"),
        None => format!("install {name}, so that `{}` is on PATH", tool.on_path.join("` or `")),
    }
}

impl Found {
    /// The program and its fingerprint, or in one line why there is none.
    ///
    /// # Errors
    /// Everything but [`Found::Found`], in words.
    pub fn usable(self) -> Result<(PathBuf, Fingerprint), String> {
        match self {
            Self::Found { program, fingerprint, .. } => Ok((program, fingerprint)),
            Self::Missing { .. } | Self::Other { .. } | Self::WrongVersion { .. } | Self::Broken { .. } => {
                Err(self.to_string())
            }
        }
    }

    /// The program that this is about.
    #[must_use]
    pub fn program(&self) -> Option<&Path> {
        match self {
            Self::Missing { .. } => None,
            Self::Found { program, .. }
            | Self::Other { program, .. }
            | Self::WrongVersion { program, .. }
            | Self::Broken { program, .. } => Some(program),
        }
    }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Found { program, version, .. } => write!(f, "{version} at {}", program.display()),
            Self::Missing { how_to_get } => write!(f, "not here; {how_to_get}"),
            Self::Other { program, says } => {
                write!(f, "{} is something else: it says \"{says}\"", program.display())
            }
            Self::WrongVersion { program, version, wanted } => {
                write!(f, "{} is {version}, not {wanted}", program.display())
            }
            Self::Broken { program, why } => write!(f, "{} does not work: {why}", program.display()),
        }
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn identify(tool: &Tool, program: PathBuf, places: &Places, ask: &Ask<'_>) -> Found {
    let stamp = match Stamp::of(&program) {
        Ok(stamp) => stamp,
        Err(error) => return Found::Broken { program, why: error.to_string() },
    };
    if let Some(output) = places.versions.get(&program, &tool.args, stamp) {
        return understand(tool, program, &output, stamp);
    }
    let output = match ask(&program, &tool.args) {
        Ok(output) => output,
        Err(error) => return Found::Broken { program, why: error.to_string() },
    };
    let found = understand(tool, program.clone(), &output, stamp);
    // Of other answers none is kept: what is missing may come without a change of this program.
    if matches!(found, Found::Found { .. }) {
        places.versions.keep(&program, &tool.args, stamp, output);
    }
    found
}

/// What a program's answer means.
fn understand(tool: &Tool, program: PathBuf, output: &str, stamp: Stamp) -> Found {
    let is_other = tool.unless.as_ref().is_some_and(|other| output.contains(other));
    let Some((_, rest)) = output.split_once(&tool.says).filter(|_| !is_other) else {
        let says = output.lines().find(|line| !line.trim().is_empty()).unwrap_or_default().trim().to_owned();
        return Found::Other { program, says };
    };
    let version = version_at(rest);
    if version.is_empty() {
        let why = format!("it prints no version after \"{}\"", tool.says);
        return Found::Broken { program, why };
    }
    match &tool.accept {
        Some(wanted) if !is_accepted(version, wanted) => {
            Found::WrongVersion { program, version: version.to_owned(), wanted: wanted.clone() }
        }
        Some(_) | None => {
            // A proxy of rustup stays the same file; what it answers does not.
            let answer = &blake3::hash(output.as_bytes()).to_hex()[..16];
            let fingerprint = Fingerprint(format!("{version} {} {} {answer}", stamp.size, stamp.written));
            Found::Found { program, version: version.to_owned(), fingerprint }
        }
    }
}

/// The version that `text` begins with: letters, digits and `.+~_-`, at least one of them a digit.
fn version_at(text: &str) -> &str {
    let text = text.trim_start();
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && !".+~_-".contains(c)).unwrap_or(text.len());
    let version = text[..end].trim_end_matches(['.', '-', '_']);
    if version.contains(|c: char| c.is_ascii_digit()) { version } else { "" }
}

/// Whether `version` begins with all dotted parts of `wanted`: 1.27.3 is a 1.27, and 1.270 is none.
fn is_accepted(version: &str, wanted: &str) -> bool {
    let mut parts = version.split('.');
    wanted.split('.').all(|part| parts.next() == Some(part))
}

#[cfg(test)]
mod tests;
