//! Building hosts: the support files once, then each scenario with them.

use std::path::PathBuf;
use std::sync::Arc;

use super::inputs::{Inputs, hash_files, hash_text};
use super::library::{once, step};
use super::{Artefact, Artefacts, Built, CompileError, Key, Places, Store, Unit, compiler};
use crate::catalog::Scenario;
use crate::run::Worker;

/// The host's name in its entry.
pub const PROGRAM: &str = "host";

/// The object files that every host is linked with.
#[derive(Debug)]
pub struct SupportJob {
    pub key: Key,
}

impl SupportJob {
    pub fn plan(inputs: &Inputs) -> Self {
        Self { key: Key::new("support", &inputs.support_hash) }
    }

    pub fn run(&self, worker: &mut Worker, places: &Places<'_>, inputs: &Inputs) -> Result<Built, CompileError> {
        once(worker, places, &self.key, "", |guard, stage| {
            let mut command = c_command(&inputs.include)?;
            command.push("-c".to_owned());
            command.extend(inputs.support.iter().map(|path| path.display().to_string()));
            step(guard, &command, &[], stage)
        })
    }
}

/// A scenario's host.
#[derive(Debug)]
pub struct HostJob {
    pub key: Key,
    source: PathBuf,
    include: PathBuf,
    support: Arc<Artefact>,
    libraries: Vec<PathBuf>,
}

impl HostJob {
    /// The job; or what is known without one: something that it is linked with was not built.
    pub fn plan(
        scenario: &Scenario,
        linked: &[(String, usize, String)],
        inputs: &Inputs,
        artefacts: &Artefacts,
        places: &Places<'_>,
    ) -> Result<Result<Self, Built>, CompileError> {
        let folder = places.root.join("c-hosts");
        let mut hasher = blake3::Hasher::new();
        hasher.update(inputs.support_hash.as_bytes());
        hasher.update(hash_files(std::slice::from_ref(&scenario.file), &folder)?.as_bytes());
        let support = match artefacts.unit(&Unit::Support) {
            Some(Built::Ready(artefact)) => Arc::clone(artefact),
            Some(other) => return Ok(Err(other.clone())),
            None => return Ok(Err(Built::Missing("the support files were not built".to_owned()))),
        };
        let mut libraries = Vec::new();
        for (runtime, copy, flavour) in linked {
            let unit = Unit::Library { runtime: runtime.clone(), flavour: flavour.clone() };
            match artefacts.unit(&unit) {
                Some(Built::Ready(artefact)) => {
                    let path = Store::copy_path(artefact, *copy);
                    hash_text(&mut hasher, &path.display().to_string());
                    libraries.push(path);
                }
                Some(other) => return Ok(Err(other.clone())),
                None => return Ok(Err(Built::Missing(format!("{unit} was not built")))),
            }
        }
        let key = Key::new(&format!("host-{}", scenario.name), &hasher.finalize());
        Ok(Ok(Self { key, source: scenario.file.clone(), include: inputs.include.clone(), support, libraries }))
    }

    pub fn run(&self, worker: &mut Worker, places: &Places<'_>) -> Result<Built, CompileError> {
        once(worker, places, &self.key, PROGRAM, |guard, stage| {
            let mut command = c_command(&self.include)?;
            // -rdynamic: coexist_early_host is looked up by name; an absolute path as DT_NEEDED needs no search.
            command.extend(["-rdynamic", "-pthread", "-o"].map(str::to_owned));
            command.push(stage.join(PROGRAM).display().to_string());
            command.push(self.source.display().to_string());
            let objects = std::fs::read_dir(&self.support.folder)
                .map_err(|source| CompileError::Read { path: self.support.folder.clone(), source })?;
            let mut objects: Vec<String> = objects.flatten().map(|entry| entry.path().display().to_string()).collect();
            objects.sort();
            command.extend(objects);
            command.push("-Wl,--no-as-needed".to_owned());
            for path in &self.libraries {
                // A library with a SONAME is looked up by it, in the folder where it lies.
                command.extend(path.parent().map(|folder| format!("-Wl,-rpath,{}", folder.display())));
                command.push(path.display().to_string());
            }
            command.push("-ldl".to_owned());
            step(guard, &command, &[], stage)
        })
    }
}

fn c_command(include: &std::path::Path) -> Result<Vec<String>, CompileError> {
    let compiler = compiler::c()?;
    let mut command = vec![compiler.program.display().to_string()];
    command.extend(compiler.flags.iter().cloned());
    command.extend(["-std=gnu17", "-Wall", "-Wextra"].map(str::to_owned));
    command.push(format!("-I{}", include.display()));
    Ok(command)
}
