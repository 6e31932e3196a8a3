//! Reads `c-hosts/vm/<name>/vm.toml`: how a VM is built and started whose process hosts run in.
//! Tools and steps are those of samples; the placeholders are a VM's own.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;
use toml::Spanned;

use super::super::diagnostic::{Code, Finding, Source, name_below, suggest};
use super::super::placeholder::{BUILT_IN, VM_BUILD, VM_RUN, placeholders};
use super::merge::strings;
use super::raw::{Steps, Table, Text, Tool, parse};
use super::{check, own_name};
use crate::catalog::{Group, Vm};
use crate::id::is_name;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    about: Text,
    #[serde(default)]
    group: Group,
    #[serde(default)]
    cflags: Vec<Text>,
    run: Spanned<Vec<Text>>,
    build: Build,
    #[serde(default)]
    tools: Table<Tool>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Build {
    steps: Steps,
}

/// Reads all VMs of `folder`, sorted by name; a project need not have any.
pub(in crate::catalog) fn read_folder(root: &Path, folder: &Path, findings: &mut Vec<Finding>) -> Vec<Arc<Vm>> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut folders: Vec<PathBuf> = entries.filter_map(Result::ok).map(|entry| entry.path()).collect();
    folders.retain(|path| path.is_dir() && !own_name(path).starts_with(['_', '.']));
    folders.sort();
    let mut vms = Vec::new();
    for folder in folders {
        match read(root, folder) {
            Ok(vm) => vms.push(Arc::new(vm)),
            Err(found) => findings.extend(found),
        }
    }
    vms
}

fn read(root: &Path, folder: PathBuf) -> Result<Vm, Vec<Finding>> {
    let (name, shown) = (own_name(&folder), name_below(root, &folder));
    let file = folder.join("vm.toml");
    let of_folder = |code, message, next| Err(vec![Finding::of_file(code, message, next)]);
    if !is_name(&name) {
        let next = "rename the folder: begin with a-z and use a-z, 0-9 and `-`".to_owned();
        return of_folder(Code::ManifestName, format!("`{name}` cannot name a VM ({shown})"), next);
    }
    if !file.exists() {
        let next = format!("write {shown}/vm.toml (see CONTRIBUTING), or rename the folder to start with `_`");
        return of_folder(Code::MissingManifest, format!("{shown} has no vm.toml"), next);
    }
    let mut source = Source::read(root, &file).map_err(|finding| vec![*finding])?;
    let Some(manifest) = parse::<Manifest>(&mut source) else { return Err(source.take_findings()) };
    check(&mut source, &manifest);
    let found = source.take_findings();
    if found.is_empty() { Ok(manifest.into_vm(name, folder)) } else { Err(found) }
}

fn check(source: &mut Source, manifest: &Manifest) {
    check::one_line(source, &manifest.about);
    check::tools(source, &manifest.tools);
    check::steps(source, &manifest.build.steps);
    let reserved =
        |key: &&Text| VM_RUN.contains(&key.get_ref().as_str()) && !BUILT_IN.contains(&key.get_ref().as_str());
    for key in manifest.tools.keys().filter(reserved) {
        check::reserved(source, key, "the name of a built-in placeholder");
    }
    let run = manifest.run.get_ref();
    if run.first().is_none_or(|program| program.get_ref().is_empty()) {
        let next = "write the program that loads the host, as in run = [\"{java}\", \"-cp\", \"{out}\", \"Host\"]";
        source.find(Code::EmptySteps, manifest.run.span(), "`run` starts no program", next);
    }
    if !run.is_empty() && !run.iter().any(|text| placeholders(text.get_ref()).any(|word| word == "host")) {
        let next = "hand {host} over as an argument: the program must load that library";
        source.find(Code::VmWithoutHost, manifest.run.span(), "`run` does not say where the host is", next);
    }
    let mut seen = BTreeSet::new();
    let steps = manifest.build.steps.get_ref().iter().flat_map(Spanned::get_ref);
    let built = steps.chain(&manifest.cflags).map(|text| (text, VM_BUILD));
    for (text, built_in) in built.chain(run.iter().map(|text| (text, VM_RUN))) {
        for word in placeholders(text.get_ref()) {
            let at = source.narrow(text.span(), &format!("{{{word}}}"));
            let tools = manifest.tools.keys().map(|key| key.get_ref().as_str());
            let mut known = built_in.iter().copied().chain(tools);
            if !known.clone().any(|known| known == word) && seen.insert(at.start) {
                let message = format!("nothing defines the placeholder `{{{word}}}` here");
                source.find(Code::UnknownPlaceholder, at, message, suggest(word, known.by_ref()));
            }
        }
    }
}

impl Manifest {
    fn into_vm(self, name: String, folder: PathBuf) -> Vm {
        Vm {
            name,
            folder,
            about: self.about.into_inner(),
            group: self.group,
            tools: self.tools.iter().map(|(name, tool)| (name.get_ref().clone(), tool.to_catalog())).collect(),
            steps: self.build.steps.get_ref().iter().map(|step| strings(step.get_ref())).collect(),
            cflags: strings(&self.cflags),
            run: strings(self.run.get_ref()),
        }
    }
}
