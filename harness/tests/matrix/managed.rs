//! That managed code does the work: where its source is broken, cells must notice. Glue that pretends would not.

use std::fs;
use std::path::{Path, PathBuf};

use coexist::catalog::{Catalog, Managed, Runtime};
use coexist::id::RuntimeId;
use coexist::judge::What;
use coexist::matrix::{self, Cell};
use coexist::record::CellRecord;
use libtest_mimic::Trial;
use tempfile::TempDir;

use crate::stage::{self, Missing};

/// The loader refuses it in a process of glibc, so that nothing of it ever runs.
const NEVER_RUNS: &str = "musl";

/// What a glue file may end in; in a sample of another language, none of these is managed code.
const GLUE: [&str; 3] = ["c", "h", "map"];

/// A test for each sample.
pub fn trials(missing: &Missing) -> Vec<Trial> {
    let default = |runtime: &&Runtime| runtime.id.variant.is_none() && *runtime.id.name != *NEVER_RUNS;
    let samples = stage::catalog().runtimes.iter().filter(default).filter(|runtime| stage::is_asked_for(runtime));
    let trial = |runtime: &'static Runtime| {
        let trial = Trial::test(format!("managed/{}", runtime.id), move || {
            breaking_it_is_noticed(runtime);
            Ok(())
        });
        trial.with_ignored_flag(missing.has(runtime) && !stage::is_required_of(&[runtime]))
    };
    samples.map(trial).collect()
}

fn breaking_it_is_noticed(runtime: &Runtime) {
    let name = &*runtime.id.name;
    let managed = runtime.managed.as_ref().unwrap_or_else(|| panic!("{name} does not say where its managed code is"));
    is_no_glue(runtime, managed);
    let folder = TempDir::new().unwrap();
    let catalog = broken(runtime, managed, folder.path());
    let id = RuntimeId { name: name.into(), variant: None };
    let callback = run(&catalog, "callback", std::slice::from_ref(&id));
    assert_eq!(callback.outcome.what, What::Contradicted("line-missing".to_owned()), "{}", told(&callback));
    let c = RuntimeId { name: "c".into(), variant: None };
    let partner = if name == "c" { RuntimeId { name: "cpp".into(), variant: None } } else { c };
    let state = run(&catalog, "two-callbacks", &[id, partner]);
    let seen = (&state.outcome.what, state.outcome.phase.as_str());
    assert_eq!(seen, (&What::CheckFailed, "state"), "{}", told(&state));
}

/// In a sample with files of another language, C is glue.
fn is_no_glue(runtime: &Runtime, managed: &Managed) {
    let ending = |path: &Path| path.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_owned();
    let is_glue = |path: &Path| GLUE.contains(&ending(path).as_str());
    let other = fs::read_dir(&runtime.folder).unwrap().flatten().map(|entry| entry.path());
    let other: Vec<PathBuf> = other
        .filter(|path| path.is_file() && !is_glue(path) && !["toml", "lock"].contains(&ending(path).as_str()))
        .collect();
    assert!(
        other.is_empty() || !is_glue(&managed.file),
        "{}: {} is glue beside {other:?}",
        runtime.id,
        managed.file.display()
    );
}

/// The catalogue with that runtime's managed code changed in both places.
fn broken(runtime: &Runtime, managed: &Managed, folder: &Path) -> Catalog {
    copy(&runtime.folder, folder);
    let file = folder.join(&managed.file);
    let mut text = fs::read_to_string(&file).unwrap();
    for [from, to] in [&managed.callback, &managed.state] {
        text = text.replacen(from, to, 1);
    }
    fs::write(&file, text).unwrap();
    let mut catalog = stage::catalog().clone();
    for own in &mut catalog.runtimes {
        if own.id == runtime.id {
            folder.clone_into(&mut own.folder);
        }
    }
    catalog
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

fn run(catalog: &Catalog, scenario: &str, ids: &[RuntimeId]) -> CellRecord {
    let scenario = catalog.scenario(scenario).unwrap();
    let runtimes = ids.iter().map(|id| catalog.runtime(id).unwrap()).collect();
    let cell: Cell<'_> = matrix::cell(scenario, None, &scenario.modes[0], runtimes).unwrap();
    stage::judged(catalog, cell, None).expect("its tools are here").record
}

fn told(record: &CellRecord) -> String {
    format!("{}: {}\n{}\n{}", record.cell, record.outcome.detail, record.trace, record.stderr)
}
