//! Finds the program of a manifest's tool: first what setup installed, then PATH; and asks it who it is.
//! A name proves nothing: `go` may be another implementation of Go, or one of 2015.

use std::path::{Path, PathBuf};

use super::found::{Fingerprint, Found, NotFound, Trouble};
use super::versions::{Stamp, beginning};
use super::{Ask, Places, is_program};
use crate::catalog::{Tool, ToolSource};

/// Looks for `tool`, which steps call `{name}`.
///
/// The first candidate that the manifest accepts is taken. A program that was asked before and has not changed since is not
/// started.
///
/// # Errors
/// If there is none: what the first candidate is, and the next step.
pub fn find(tool: &Tool, name: &str, places: &Places, ask: &Ask<'_>) -> Result<Found, NotFound> {
    let mut passed_over = Vec::new();
    let trouble = match candidates(tool, places) {
        Candidates::Folder(folder) => match look_into(tool, folder) {
            Ok(found) => return Ok(found),
            Err(trouble) => trouble,
        },
        Candidates::Programs(programs) => {
            for program in programs {
                match identify(tool, program, places, ask) {
                    Ok(found) => return Ok(Found { passed_over, ..found }),
                    Err(trouble) => passed_over.push(trouble),
                }
            }
            passed_over.into_iter().next().unwrap_or(Trouble::Missing)
        }
    };
    Err(NotFound { trouble, next: next_step(tool, name, places) })
}

/// Where to get a tool, in one line.
#[must_use]
pub fn how_to_get(tool: &Tool, name: &str) -> String {
    let megabytes = tool.megabytes;
    let wanted = tool.accept.as_ref().map(|version| format!(" {version}")).unwrap_or_default();
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
        None if tool.on_path.is_empty() => format!("install {name}{wanted}"),
        None => format!("install {name}{wanted}, so that `{}` is on PATH", tool.on_path.join("` or `")),
    }
}

/// What stopped the last setup, if something did.
fn next_step(tool: &Tool, name: &str, places: &Places) -> String {
    let note = tool.source.as_ref().and_then(|source| places.notes.get(source));
    note.map_or_else(|| how_to_get(tool, name), |note| note.to_string())
}

/// What may be the tool, in the order in which it is looked at.
enum Candidates {
    /// Packages that setup unpacked: no program is asked.
    Folder(PathBuf),
    Programs(Vec<PathBuf>),
}

fn candidates(tool: &Tool, places: &Places) -> Candidates {
    let installed = match &tool.source {
        Some(ToolSource::Unpack { packages, .. }) => return Candidates::Folder(places.unpacked(packages)),
        Some(ToolSource::Pip { package, program }) => Some(places.wheel(package).join(program)),
        Some(ToolSource::Apt { .. }) | None => None,
    };
    let installed = installed.into_iter().filter(|program| is_program(program));
    Candidates::Programs(installed.chain(tool.on_path.iter().flat_map(|name| places.on_path(name))).collect())
}

fn look_into(tool: &Tool, folder: PathBuf) -> Result<Found, Trouble> {
    let told = std::fs::read_to_string(folder.join(super::UNPACKED_VERSION));
    let version = told.map_err(|_| Trouble::Missing)?.trim().to_owned();
    check_version(tool, &folder, &version)?;
    Ok(Found { program: folder, fingerprint: Fingerprint(version.clone()), version, passed_over: Vec::new() })
}

fn identify(tool: &Tool, program: PathBuf, places: &Places, ask: &Ask<'_>) -> Result<Found, Trouble> {
    let broken = |error: std::io::Error| Trouble::Broken { program: program.clone(), why: error.to_string() };
    let stamp = Stamp::of(&program).map_err(broken)?;
    let module = pkg_config_module(tool, &program);
    // pkg-config answers for libraries: they come and go while it stays the same file.
    let kept = places.versions.get(&program, &tool.args, stamp).filter(|_| module.is_none());
    let kept = kept.map(|output| understand(tool, program.clone(), &output, stamp));
    // Another manifest may have kept an answer that says nothing to this one.
    if let Some(understood) = kept.filter(|understood| !matches!(understood, Err(Trouble::Other { .. }))) {
        return understood;
    }
    let output = match (ask(&program, &tool.args), module) {
        (Ok(output), _) => beginning(output),
        (Err(_), Some(module)) => return Err(Trouble::Unknown { program, module: module.to_owned() }),
        (Err(error), None) => return Err(broken(error)),
    };
    let found = understand(tool, program.clone(), &output, stamp);
    // Of other answers none is kept: what is missing may come without a change of this program.
    if found.is_ok() && module.is_none() {
        places.versions.keep(&program, &tool.args, stamp, output);
    }
    found
}

/// The library that pkg-config is asked for.
fn pkg_config_module<'t>(tool: &'t Tool, program: &Path) -> Option<&'t str> {
    let is_pkg_config = program.file_name().is_some_and(|name| name == "pkg-config" || name == "pkgconf");
    tool.args.last().map(String::as_str).filter(|module| is_pkg_config && !module.starts_with('-'))
}

/// What a program's answer means.
fn understand(tool: &Tool, program: PathBuf, output: &str, stamp: Stamp) -> Result<Found, Trouble> {
    let is_other = tool.unless.as_ref().is_some_and(|other| output.contains(other));
    let Some((_, rest)) = output.split_once(&tool.says).filter(|_| !is_other) else {
        let says = output.lines().find(|line| !line.trim().is_empty()).unwrap_or_default().trim().to_owned();
        return Err(Trouble::Other { program, says });
    };
    let version = version_at(rest);
    if version.is_empty() {
        let why = format!("it prints no version after \"{}\"", tool.says);
        return Err(Trouble::Broken { program, why });
    }
    check_version(tool, &program, version)?;
    // A proxy of rustup stays the same file; what it answers does not.
    let answer = &blake3::hash(output.as_bytes()).to_hex()[..16];
    let fingerprint = Fingerprint(format!("{version} {} {} {answer}", stamp.size, stamp.written));
    Ok(Found { program, version: version.to_owned(), fingerprint, passed_over: Vec::new() })
}

/// The version that `text` begins with: letters, digits and `.+~_-`, at least one of them a digit.
fn version_at(text: &str) -> &str {
    let text = text.trim_start();
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && !".+~_-".contains(c)).unwrap_or(text.len());
    let version = text[..end].trim_end_matches(['.', '-', '_']);
    if version.contains(|c: char| c.is_ascii_digit()) { version } else { "" }
}

fn check_version(tool: &Tool, program: &Path, version: &str) -> Result<(), Trouble> {
    match &tool.accept {
        Some(wanted) if !is_accepted(version, wanted) => Err(Trouble::WrongVersion {
            program: program.to_owned(),
            version: version.to_owned(),
            wanted: wanted.clone(),
        }),
        Some(_) | None => Ok(()),
    }
}

/// Whether `version` begins with all dotted parts of `wanted`: 1.27.3 is a 1.27, and 1.270 is none.
pub(super) fn is_accepted(version: &str, wanted: &str) -> bool {
    let mut parts = version.split('.');
    wanted.split('.').all(|part| parts.next() == Some(part))
}

#[cfg(test)]
mod tests;
