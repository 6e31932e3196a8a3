//! Building what a VM runs, and the command that starts it with a host.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::expand::{Values, argument};
use super::inputs::{Inputs, files_below, hash_files, hash_text};
use super::library::{once, private_copy, step};
use super::{Artefact, Built, CompileError, Key, Places, Toolbox, compiler};
use crate::catalog::{Tool, Vm};
use crate::run::Worker;

/// The files that a VM runs.
#[derive(Debug)]
pub struct VmJob {
    pub key: Key,
    vm: Arc<Vm>,
    sources: Vec<PathBuf>,
    values: Values,
}

impl VmJob {
    /// The job; or that a tool is missing.
    pub fn plan(vm: &Arc<Vm>, inputs: &Inputs, tools: &Toolbox) -> Result<Result<Self, Built>, CompileError> {
        let sources = files_below(&vm.folder)?;
        let mut hasher = blake3::Hasher::new();
        hasher.update(inputs.include_hash.as_bytes()).update(hash_files(&sources, &vm.folder)?.as_bytes());
        hash_text(&mut hasher, &inputs.compilers);
        let mut values = match programs(vm, tools) {
            Ok(values) => values,
            Err(built) => return Ok(Err(built)),
        };
        for (name, tool) in &vm.tools {
            if let Ok((_, fingerprint)) = tools.find(name, tool) {
                hash_text(&mut hasher, &fingerprint.0);
            }
        }
        values.insert("include".to_owned(), vec![inputs.include.display().to_string()]);
        let key = Key::new(&format!("vm-{}", vm.name), &hasher.finalize());
        Ok(Ok(Self { key, vm: Arc::clone(vm), sources, values }))
    }

    pub fn run(&self, worker: &mut Worker, places: &Places<'_>) -> Result<Built, CompileError> {
        once(worker, places, &self.key, "", |guard, stage| {
            let work = private_copy(guard, &self.sources, &self.vm.folder)?;
            let mut values = self.values.clone();
            values.insert("out".to_owned(), vec![stage.display().to_string()]);
            values.insert("cc".to_owned(), vec![compiler::c()?.program.display().to_string()]);
            for command in &self.vm.steps {
                let command: Vec<String> = command.iter().flat_map(|text| argument(text, &values)).collect();
                if let Err(failure) = step(guard, &command, &[], &work)? {
                    return Ok(Err(failure));
                }
            }
            Ok(Ok(()))
        })
    }
}

/// The paths of a VM's tools, or that one is missing.
pub fn programs(vm: &Vm, tools: &Toolbox) -> Result<Values, Built> {
    let program = |(name, tool): (&String, &Tool)| match tools.find(name, tool) {
        Ok((program, _)) => Ok((name.clone(), vec![program.display().to_string()])),
        Err(why) => Err(Built::Missing(format!("{} as a host: {why}", vm.name))),
    };
    vm.tools.iter().map(program).collect()
}

/// What a VM adds to the C compiler's arguments for its hosts.
pub fn cflags(vm: &Vm, mut values: Values, built: &Artefact, include: &Path) -> Result<Vec<String>, CompileError> {
    values.extend(folder_values(built));
    values.insert("include".to_owned(), vec![include.display().to_string()]);
    values.insert("cc".to_owned(), vec![compiler::c()?.program.display().to_string()]);
    Ok(vm.cflags.iter().flat_map(|text| argument(text, &values)).collect())
}

/// The command that starts a VM with a host: a program, and its arguments before the host's own.
pub fn command(vm: &Vm, mut values: Values, built: &Artefact, host: &Path, libraries: &[PathBuf]) -> Vec<String> {
    let folders: Vec<String> =
        libraries.iter().filter_map(|library| library.parent()).map(|folder| folder.display().to_string()).collect();
    values.extend(folder_values(built));
    values.insert("host".to_owned(), vec![host.display().to_string()]);
    values.insert("folders".to_owned(), vec![folders.join(":")]);
    vm.run.iter().flat_map(|text| argument(text, &values)).collect()
}

fn folder_values(built: &Artefact) -> [(String, Vec<String>); 1] {
    [("out".to_owned(), vec![built.folder.display().to_string()])]
}
