//! Building hosts: the support files once, then each scenario with them, as a program or as a library for a VM.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::inputs::{Inputs, hash_files, hash_text};
use super::library::{once, step};
use super::{Artefact, Artefacts, Built, CompileError, Key, Places, Store, Unit, compiler, vm};
use crate::catalog::Scenario;
use crate::run::Worker;

/// The host's name in its entry, as a program and as a library.
const PROGRAM: &str = "host";
const LIBRARY: &str = "libhost.so";
/// The support file that acts before a program's constructors: a library has no such moment.
const PREINIT: &str = "preinit.o";

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
    form: Form,
}

/// What a host is.
#[derive(Debug)]
enum Form {
    /// A program, linked with some libraries.
    Program(Vec<PathBuf>),
    /// A library that a VM loads, compiled with further arguments.
    Library(Vec<String>),
}

impl HostJob {
    /// The job; or what is known without one: something that it is linked with, or its VM, was not built.
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
        let form = match &scenario.vm {
            None => Form::Program(libraries),
            Some(vm) => {
                let (built, values) = match artefacts.vm(vm) {
                    Ok(found) => found,
                    Err(built) => return Ok(Err(built)),
                };
                hash_text(&mut hasher, built.key.as_str());
                Form::Library(vm::cflags(vm, values, &built, &inputs.include)?)
            }
        };
        let key = Key::new(&format!("host-{}", scenario.name), &hasher.finalize());
        Ok(Ok(Self { key, source: scenario.file.clone(), include: inputs.include.clone(), support, form }))
    }

    /// The file that the entry is kept for.
    pub fn file(&self) -> &'static str {
        match self.form {
            Form::Program(_) => PROGRAM,
            Form::Library(_) => LIBRARY,
        }
    }

    pub fn run(&self, worker: &mut Worker, places: &Places<'_>) -> Result<Built, CompileError> {
        once(worker, places, &self.key, self.file(), |guard, stage| {
            let mut command = c_command(&self.include)?;
            match &self.form {
                // coexist_early_host is looked up by name.
                Form::Program(_) => command.push("-rdynamic".to_owned()),
                Form::Library(flags) => {
                    command.push("-shared".to_owned());
                    command.extend(flags.iter().cloned());
                }
            }
            command.extend(["-pthread", "-o"].map(str::to_owned));
            command.push(stage.join(self.file()).display().to_string());
            command.push(self.source.display().to_string());
            command.extend(self.objects()?);
            command.push("-Wl,--no-as-needed".to_owned());
            // What a library needs besides is the dynamic linker's to find: it knows $ORIGIN in a DT_NEEDED, ld does not.
            command.push("-Wl,--allow-shlib-undefined".to_owned());
            if let Form::Program(libraries) = &self.form {
                for path in libraries {
                    // An absolute path as DT_NEEDED needs no search. A library with a SONAME is looked up by it, in the
                    // folder where it lies.
                    command.extend(path.parent().map(|folder| format!("-Wl,-rpath,{}", folder.display())));
                    command.push(path.display().to_string());
                }
            }
            command.push("-ldl".to_owned());
            step(guard, &command, &[], stage)
        })
    }

    /// The support files' objects that this host is linked with, sorted.
    fn objects(&self) -> Result<Vec<String>, CompileError> {
        let folder = &self.support.folder;
        let entries =
            std::fs::read_dir(folder).map_err(|source| CompileError::Read { path: folder.clone(), source })?;
        let wanted = |path: &PathBuf| matches!(self.form, Form::Program(_)) || !path.ends_with(PREINIT);
        let paths = entries.flatten().map(|entry| entry.path()).filter(wanted);
        let mut objects: Vec<String> = paths.map(|path| path.display().to_string()).collect();
        objects.sort();
        Ok(objects)
    }
}

fn c_command(include: &Path) -> Result<Vec<String>, CompileError> {
    let compiler = compiler::c()?;
    let mut command = vec![compiler.program.display().to_string()];
    command.extend(compiler.flags.iter().cloned());
    command.extend(["-std=gnu17", "-Wall", "-Wextra"].map(str::to_owned));
    command.push(format!("-I{}", include.display()));
    Ok(command)
}
