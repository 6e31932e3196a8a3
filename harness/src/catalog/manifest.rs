//! Reads `samples/<id>/sample.toml` into runtimes, one for each variant, and `c-hosts/vm/<name>/vm.toml` into VMs.
//! Starts nothing, and looks at nothing but the manifests and the names in `c-hosts/lib`.

mod check;
mod merge;
mod raw;
mod vm;

use std::path::{Path, PathBuf};

use toml::Spanned;

use super::Runtime;
use super::diagnostic::{Code, Finding, Source, name_below};
use raw::Manifest;
pub(super) use vm::read_folder as read_vms;

/// Whether the manifests of a folder say by what they must be caught.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// `samples/`: runtimes.
    Sample,
    /// `samples/_broken/`: libraries that must be caught.
    Broken,
}

/// A sample as its manifest states it, with what is needed to point at it.
pub(super) struct Sample {
    pub(super) source: Source,
    pub(super) runtimes: Vec<Runtime>,
    manifest: Manifest,
    folder: PathBuf,
}

/// Reads all samples of `folder`, sorted by name, and checks each by itself.
pub(super) fn read_folder(root: &Path, folder: &Path, kind: Kind, findings: &mut Vec<Finding>) -> Vec<Sample> {
    let mut samples = Vec::new();
    let folders = sample_folders(root, folder).unwrap_or_else(|finding| {
        findings.push(*finding);
        Vec::new()
    });
    for folder in folders {
        match read_sample(root, folder) {
            Ok(sample) => samples.push(sample),
            Err(found) => findings.extend(found),
        }
    }
    check_ids(&mut samples);
    let libs = libraries(root);
    for Sample { source, runtimes, manifest, folder } in &mut samples {
        check::check(source, manifest, folder, kind, &libs);
        *runtimes = merge::runtimes(source, manifest, folder);
        findings.extend(source.take_findings());
    }
    samples
}

impl Sample {
    /// Where `[caught]` names its scenario and its partners.
    pub(super) fn caught(&self) -> Option<(&Spanned<String>, &[Spanned<String>])> {
        self.manifest.caught.as_ref().map(|caught| (&caught.get_ref().scenario, &caught.get_ref().partners[..]))
    }

    /// What each `[[law]]` names, and where to note what is wrong with it.
    pub(super) fn laws(&mut self) -> (&mut Source, Vec<Named<'_>>) {
        let named = self.manifest.law.iter().map(Spanned::get_ref).map(|law| Named {
            laws: std::iter::once(&law.name).chain(&law.beside).collect(),
            scenario: &law.scenario,
            pairs: [&law.pair, &law.control],
        });
        (&mut self.source, named.collect())
    }
}

/// What a `[[law]]` names, with its places.
pub(super) struct Named<'m> {
    pub(super) laws: Vec<&'m Spanned<String>>,
    pub(super) scenario: &'m Spanned<String>,
    pub(super) pairs: [&'m Spanned<String>; 2],
}

fn sample_folders(root: &Path, folder: &Path) -> Result<Vec<PathBuf>, Box<Finding>> {
    let name = name_below(root, folder);
    let entries = std::fs::read_dir(folder).map_err(|error| {
        let message = format!("failed to list the samples in {name}: {error}");
        let next = "run this in the project's root, which has samples/ and c-hosts/";
        Box::new(Finding::of_file(Code::MissingFolder, message, next))
    })?;
    let mut folders: Vec<PathBuf> = entries
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|path| path.is_dir() && !own_name(path).starts_with(['_', '.']))
        .collect();
    folders.sort();
    Ok(folders)
}

fn read_sample(root: &Path, folder: PathBuf) -> Result<Sample, Vec<Finding>> {
    let file = folder.join("sample.toml");
    if !file.exists() {
        let folder = name_below(root, &folder);
        return Err(vec![Finding::of_file(
            Code::MissingManifest,
            format!("{folder} has no sample.toml"),
            format!("write {folder}/sample.toml (see CONTRIBUTING), or rename the folder to start with `_`"),
        )]);
    }
    let mut source = Source::read(root, &file).map_err(|finding| vec![*finding])?;
    match raw::parse(&mut source) {
        Some(manifest) => Ok(Sample { source, manifest, runtimes: Vec::new(), folder }),
        None => Err(source.take_findings()),
    }
}

/// Names of `c-hosts/lib/*.c`, sorted.
fn libraries(root: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(root.join("c-hosts/lib")) else { return Vec::new() };
    let mut names: Vec<String> = entries
        .filter_map(Result::ok)
        .filter_map(|entry| entry.file_name().to_str()?.strip_suffix(".c").map(str::to_owned))
        .collect();
    names.sort();
    names
}

/// An id is its folder's name, and folders differ, so the exports differ as well: `-` becomes `_`, which no id has.
fn check_ids(samples: &mut [Sample]) {
    for index in 0..samples.len() {
        let id = samples[index].manifest.id.clone();
        let own = own_name(&samples[index].folder);
        if *id.get_ref() == own {
            continue;
        }
        let other = samples.iter().enumerate().find(|(at, other)| *at != index && other.manifest.id == id);
        let other = other.map(|(_, other)| other.source.name.clone());
        let source = &mut samples[index].source;
        match other {
            Some(other) => source.find(
                Code::DuplicateId,
                id.span(),
                format!("the id `{id}` is that of {other} as well"),
                format!("write id = \"{own}\", the name of this folder"),
            ),
            None => source.find(
                Code::IdFolder,
                id.span(),
                format!("the id `{id}` is not the name of its folder, `{own}`"),
                format!("write id = \"{own}\", or rename the folder"),
            ),
        }
    }
}

fn own_name(folder: &Path) -> String {
    folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}
