//! Building libraries: the samples' own by their manifests' steps, and the C libraries that they are linked with.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::expand::{Values, argument, inline};
use super::failures::INTERRUPTED;
use super::inputs::{Inputs, files_below, hash_files, hash_text};
use super::{Artefact, Artefacts, Built, CompileError, Failure, Key, Places, Toolbox, Unit, compiler};
use crate::catalog::{Build, PLAIN, Runtime};
use crate::check::table;
use crate::child::{ChildError, Core, Exit, Guard, Job, Limits, Stdout, Stop, Unwatched};
use crate::run::Worker;

/// What one step of a build may take.
const LIMITS: Limits =
    Limits { deadline: Duration::from_mins(20), stdout: 4 << 20, stderr: 4 << 20, memory: 16 << 30, processes: 2000 };

/// Raised whenever a library's entry in the store gets other files.
const ENTRY: u32 = 3;

/// The file that says what building an entry took.
const COST: &str = "cost.json";

/// Variables of our own environment that tools need to find themselves.
const PASSED_ON: [&str; 5] = ["PATH", "HOME", "CARGO_HOME", "RUSTUP_HOME", "RUSTUP_TOOLCHAIN"];

/// A C library of `c-hosts/lib`.
#[derive(Debug)]
pub struct LibJob {
    pub key: Key,
    pub file: String,
    source: PathBuf,
    include: PathBuf,
}

impl LibJob {
    pub fn plan(name: &str, inputs: &Inputs, places: &Places<'_>) -> Result<Self, CompileError> {
        let folder = places.root.join("c-hosts/lib");
        let source = folder.join(format!("{name}.c"));
        let mut hasher = blake3::Hasher::new();
        hasher.update(inputs.include_hash.as_bytes());
        hasher.update(hash_files(std::slice::from_ref(&source), &folder)?.as_bytes());
        hash_text(&mut hasher, &inputs.compilers);
        let key = Key::new(&format!("lib{name}"), &hasher.finalize());
        Ok(Self { key, file: format!("lib{name}.so"), source, include: inputs.include.clone() })
    }

    pub fn run(&self, worker: &mut Worker, places: &Places<'_>) -> Result<Built, CompileError> {
        once(worker, places, &self.key, &self.file, |guard, stage| {
            let compiler = compiler::c()?;
            let mut command = vec![compiler.program.display().to_string()];
            command.extend(compiler.flags.iter().cloned());
            command.extend(["-std=gnu17", "-shared", "-o"].map(str::to_owned));
            command.push(stage.join(&self.file).display().to_string());
            command.push(format!("-I{}", self.include.display()));
            command.push(format!("-Wl,-soname,{}", self.file));
            command.push(self.source.display().to_string());
            step(guard, &command, &[], stage)
        })
    }
}

/// A flavour of a sample's library.
#[derive(Debug)]
pub struct LibraryJob {
    pub key: Key,
    pub file: String,
    id: String,
    folder: PathBuf,
    sources: Vec<PathBuf>,
    build: Build,
    values: Values,
    libs: Vec<Arc<Artefact>>,
}

impl LibraryJob {
    /// The job; or what is known without one: a tool is missing, or a library that it needs was not built.
    pub fn plan(
        runtime: &Runtime,
        flavour: &str,
        inputs: &Inputs,
        tools: &Toolbox,
        artefacts: &Artefacts,
        places: &Places<'_>,
    ) -> Result<Result<Self, Built>, CompileError> {
        let build = runtime.flavours.get(flavour).expect("a cell's runtime has the scenario's flavour").clone();
        let sources = files_below(&runtime.folder)?;
        let mut hasher = blake3::Hasher::new();
        hasher.update(inputs.include_hash.as_bytes()).update(hash_files(&sources, &runtime.folder)?.as_bytes());
        // The manifest's build, as it is after variant and flavour: titles and prose rebuild nothing.
        hash_text(&mut hasher, &format!("{ENTRY}|{build:?}|{}|{flavour}|{}", runtime.id, inputs.compilers));

        let mut values = build.vars.clone();
        for (name, tool) in &runtime.tools {
            match tools.find(name, tool) {
                Ok((program, fingerprint)) => {
                    hash_text(&mut hasher, &fingerprint.0);
                    values.insert(name.clone(), vec![program.display().to_string()]);
                }
                Err(why) => return Ok(Err(Built::Missing(format!("{}: {why}", runtime.id)))),
            }
        }
        let mut libs = Vec::new();
        for name in &build.libs {
            match artefacts.unit(&Unit::Lib(name.clone())) {
                Some(Built::Ready(artefact)) => {
                    hash_text(&mut hasher, artefact.key.as_str());
                    libs.push(Arc::clone(artefact));
                }
                Some(other) => return Ok(Err(other.clone())),
                None => return Ok(Err(Built::Missing(format!("lib{name} was not built")))),
            }
        }
        let broken = places.root.join("samples/_broken");
        if runtime.folder.starts_with(&broken) {
            let shared: Vec<PathBuf> =
                files_below(&broken)?.into_iter().filter(|path| path.parent() == Some(&broken)).collect();
            hasher.update(hash_files(&shared, &broken)?.as_bytes());
        }
        let id = &runtime.id;
        let variant = runtime.variant().unwrap_or_default().to_owned();
        for (name, value) in [
            ("id", id.name.to_string()),
            ("variant", variant),
            ("flavour", flavour.to_owned()),
            ("include", inputs.include.display().to_string()),
            ("broken", broken.display().to_string()),
            ("cache", places.store.tool_cache().join(&*id.name).display().to_string()),
        ] {
            values.insert(name.to_owned(), vec![value]);
        }
        let mut name = id.to_string().replace('@', "-");
        if flavour != PLAIN {
            name = format!("{name}-{flavour}");
        }
        let key = Key::new(&name, &hasher.finalize());
        let file = format!("libcoexist-{name}.so");
        let id = id.name.to_string();
        Ok(Ok(Self { key, file, id, folder: runtime.folder.clone(), sources, build, values, libs }))
    }

    pub fn run(&self, worker: &mut Worker, places: &Places<'_>) -> Result<Built, CompileError> {
        once(worker, places, &self.key, &self.file, |guard, stage| {
            let begun = Instant::now();
            let built = self.steps(guard, stage)?;
            if built.is_ok() {
                self.look_at(guard, stage)?;
                let cost = Cost { ms: u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX) };
                let path = stage.join(COST);
                std::fs::write(&path, serde_json::to_vec(&cost).unwrap_or_default()).map_err(write(&path))?;
            }
            Ok(built)
        })
    }

    /// What the library says and brings with it, beside a second copy of itself, written down beside it.
    fn look_at(&self, guard: &mut Guard, stage: &Path) -> Result<(), CompileError> {
        let twice = guard.scratch().join("twice");
        copy_objects(stage, &twice).map_err(write(&twice))?;
        let (table, linkage) = table::probe(guard, &self.id, &stage.join(&self.file), &twice.join(&self.file))?;
        let _ = std::fs::remove_dir_all(twice);
        let path = stage.join(table::FILE);
        std::fs::write(&path, serde_json::to_vec(&table).unwrap_or_default()).map_err(write(&path))?;
        linkage.keep(stage).map_err(write(stage))
    }

    fn steps(&self, guard: &mut Guard, stage: &Path) -> Result<Result<(), Failure>, CompileError> {
        let work = private_copy(guard, &self.sources, &self.folder)?;
        for lib in &self.libs {
            let target = stage.join(lib.file.file_name().unwrap_or_default());
            std::fs::copy(&lib.file, &target).map_err(write(&target))?;
        }
        let mut values = self.values.clone();
        for (name, value) in [("work", work.clone()), ("lib", stage.to_owned()), ("out", stage.join(&self.file))] {
            values.insert(name.to_owned(), vec![value.display().to_string()]);
        }
        values.insert("cc".to_owned(), vec![compiler::c()?.program.display().to_string()]);
        if let Ok(cxx) = compiler::cxx() {
            values.insert("cxx".to_owned(), vec![cxx.program.display().to_string()]);
        }
        // A manifest's own placeholders may name the built-in ones.
        for name in self.build.vars.keys() {
            if let Some(list) = self.build.vars.get(name) {
                let list = list.iter().map(|text| inline(text, &values)).collect();
                values.insert(name.clone(), list);
            }
        }
        if let Some(cache) = values.get("cache").and_then(|list| list.first()) {
            std::fs::create_dir_all(cache).map_err(write(Path::new(cache)))?;
        }
        let env: Vec<(String, String)> =
            self.build.env.iter().map(|(name, text)| (name.clone(), inline(text, &values))).collect();
        for command in &self.build.steps {
            let command: Vec<String> = command.iter().flat_map(|text| argument(text, &values)).collect();
            if let Err(failure) = step(guard, &command, &env, &work)? {
                return Ok(Err(failure));
            }
        }
        let out = stage.join(&self.file);
        if !out.is_file() {
            let log = format!("all steps ended well and {} was not written", self.file);
            return Ok(Err(Failure { step: "{out}".to_owned(), log }));
        }
        Ok(Ok(()))
    }
}

/// What building an entry took.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cost {
    /// Wall time in milliseconds.
    pub ms: u64,
}

impl Cost {
    /// As it was kept in an entry's folder.
    #[must_use]
    pub fn kept(folder: &Path) -> Option<Self> {
        serde_json::from_slice(&std::fs::read(folder.join(COST)).ok()?).ok()
    }
}

/// Copies the shared objects of a folder into a new one.
pub fn copy_objects(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(to)?;
    let is_object = |path: &Path| path.extension().is_some_and(|ending| ending == "so");
    for entry in std::fs::read_dir(from)?.flatten().filter(|entry| is_object(&entry.path())) {
        std::fs::copy(entry.path(), to.join(entry.file_name()))?;
    }
    Ok(())
}

/// Copies files of a folder to the same places below another one.
pub fn copy_files(files: &[PathBuf], from: &Path, to: &Path) -> Result<(), CompileError> {
    std::fs::create_dir_all(to).map_err(write(to))?;
    for file in files {
        let target = to.join(file.strip_prefix(from).unwrap_or(file));
        let parent = target.parent().unwrap_or(to);
        std::fs::create_dir_all(parent).map_err(write(parent))?;
        std::fs::copy(file, &target).map_err(write(&target))?;
    }
    Ok(())
}

/// Copies the files of a folder to a guard's scratch folder, where steps may write beside them; `once` removes it.
pub fn private_copy(guard: &Guard, files: &[PathBuf], folder: &Path) -> Result<PathBuf, CompileError> {
    let work = guard.scratch().join("work");
    copy_files(files, folder, &work)?;
    Ok(work)
}

/// Builds into a private folder, unless someone else did meanwhile, and moves that into the store.
pub fn once(
    worker: &mut Worker,
    places: &Places<'_>,
    key: &Key,
    file: &str,
    build: impl FnOnce(&mut Guard, &Path) -> Result<Result<(), Failure>, CompileError>,
) -> Result<Built, CompileError> {
    let _lock = places.store.lock(key)?;
    if let Some(artefact) = places.store.get(key, file) {
        return Ok(Built::Ready(Arc::new(artefact)));
    }
    let guard = &mut worker.guard;
    let scratch = guard.scratch().to_owned();
    let stage = scratch.join("stage");
    std::fs::create_dir_all(&stage).map_err(write(&stage))?;
    let built = match build(guard, &stage)? {
        Ok(()) => Built::Ready(Arc::new(places.store.put(key, &stage, file)?)),
        Err(failure) => Built::Failed(Arc::new(failure)),
    };
    places.store.note(key, built.failure());
    for folder in [stage, scratch.join("work")] {
        let _ = std::fs::remove_dir_all(folder);
    }
    Ok(built)
}

/// Runs one command of a build.
pub fn step(
    guard: &mut Guard,
    command: &[String],
    env: &[(String, String)],
    folder: &Path,
) -> Result<Result<(), Failure>, CompileError> {
    let shown = command.join(" ");
    let failed = |log: String| Ok(Err(Failure { step: shown.clone(), log }));
    let Some((name, args)) = command.split_first() else {
        return failed("a step without a program".to_owned());
    };
    let Some(program) = compiler::on_path(Path::new(name)) else {
        return failed(format!("{name} is not on PATH"));
    };
    let mut all = own_environment(guard);
    all.retain(|(name, _)| !env.iter().any(|(own, _)| own == name));
    all.extend(env.iter().cloned());
    let job = Job {
        program: &program,
        args,
        env: &all,
        folder,
        stdout: Stdout::Pipe,
        hand_over: &[],
        limits: LIMITS,
        core: Core::None,
    };
    let ended = match guard.run(&job, &mut Unwatched) {
        Ok(ended) => ended,
        Err(ChildError::Program { source, .. }) => return failed(source.to_string()),
        Err(other) => return Err(other.into()),
    };
    if ended.exit == Exit::Code(0) && ended.stop.is_none() {
        return Ok(Ok(()));
    }
    let how = match (ended.stop, ended.exit) {
        (Some(Stop::Interrupted), _) => INTERRUPTED.to_owned(),
        (Some(stop), _) => format!("(stopped: {stop:?})"),
        (None, Exit::Code(code)) => format!("(exit status {code})"),
        (None, Exit::Signal(signal)) => format!("(signal {signal})"),
    };
    let written = [ended.stdout, ended.stderr].concat();
    failed(format!("{}\n{how}", String::from_utf8_lossy(&written).trim_end()))
}

/// What tools get of our own environment.
pub fn own_environment(guard: &Guard) -> Vec<(String, String)> {
    let passed = PASSED_ON.iter().filter_map(|name| Some(((*name).to_owned(), std::env::var(name).ok()?)));
    let ours = [("LC_ALL".to_owned(), "C".to_owned()), ("TMPDIR".to_owned(), guard.scratch().display().to_string())];
    passed.chain(ours).collect()
}

fn write(path: &Path) -> impl FnOnce(std::io::Error) -> CompileError {
    let path = path.to_owned();
    |source| CompileError::Write { path, source }
}
