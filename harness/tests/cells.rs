//! The matrix as tests: each scenario with each sample, chosen pairs, and the cells that scenarios name themselves.
//! Folders and files make the tests: a new one is tested without an edit here.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use coexist::catalog::{Runtime, Scenario};
use coexist::id::RuntimeId;
use coexist::judge::{Ledger, Verdict, shape, snapshot};
use coexist::matrix::{self, Cell, accepts, accepts_together};
use coexist::record::CellRecord;
use rstest::rstest;

use crate::stage;

/// All variants of a sample in all modes of a scenario: alone, or with itself where the scenario wants company.
#[rstest]
fn single(
    #[files("c-hosts/*.c")] host: PathBuf,
    #[files("samples/*/sample.toml")]
    #[exclude("samples/_")]
    sample: PathBuf,
) {
    let scenario = scenario(&host);
    if scenario.most == 0 {
        eprintln!("{} has the cells that it names, and no others", scenario.name);
        return;
    }
    let name = sample.parent().and_then(Path::file_name).unwrap();
    let all = stage::catalog().runtimes.iter();
    let variants = all.filter(|runtime| *runtime.id.name == *name);
    let mut found = 0;
    for runtime in variants {
        found += 1;
        if !stage::is_asked_for(runtime) {
            eprintln!("{} is of another group than core: COEXIST_GROUP=all", runtime.id);
            continue;
        }
        all_modes(scenario, &vec![runtime; scenario.fewest]);
    }
    assert!(found > 0, "{} is no runtime of the catalogue", sample.display());
}

#[rstest]
fn pair(
    #[files("c-hosts/*.c")] host: PathBuf,
    #[values(
        "go+go",
        "go@1.21+go@1.27",
        "go@1.27+go@1.21",
        "c+go",
        "go+c",
        "rust+go",
        "go+rust",
        "cpp+rust",
        "rust+cpp",
        "rust+rust"
    )]
    names: &str,
) {
    let scenario = scenario(&host);
    if (scenario.fewest..=scenario.most).contains(&2) {
        let runtimes: Vec<&Runtime> = names.split('+').map(runtime).collect();
        all_modes(scenario, &runtimes);
    } else {
        eprintln!("{} takes no pair", scenario.name);
    }
}

/// The cells of `//! also:`.
#[rstest]
fn named_by_its_scenario(#[files("c-hosts/*.c")] host: PathBuf) {
    let scenario = scenario(&host);
    for ids in &scenario.also {
        let runtimes: Vec<&Runtime> = ids.iter().map(|id| stage::catalog().runtime(id).unwrap()).collect();
        all_modes(scenario, &runtimes);
    }
}

#[test]
fn each_has_a_snapshot_or_is_a_known_failure() {
    let ledger = Ledger::read(stage::root()).unwrap();
    let cells = matrix::cells(stage::catalog());
    let without: Vec<String> = cells
        .iter()
        .filter(|cell| cell.runtimes.iter().all(|runtime| stage::is_asked_for(runtime)))
        .filter(|cell| {
            let own = snapshot::file(stage::root(), &cell.id);
            let common = snapshot::common_file(stage::root(), &cell.id, &shape(cell));
            !own.exists() && !common.exists() && ledger.about(&cell.id).is_empty()
        })
        .map(|cell| cell.id.to_string())
        .collect();
    assert!(without.is_empty(), "no snapshot: {without:?}\nrun them, and: coexist bless");
    let orphans = snapshot::orphans(stage::root(), &cells);
    assert!(orphans.is_empty(), "snapshots of no cell: {orphans:?}");
}

/// What the tests above make of files must be what `coexist run` makes of them, or they would test nothing.
#[test]
fn every_runtime_is_called_back_alone() {
    let cells: BTreeSet<String> = matrix::cells(stage::catalog()).iter().map(|cell| cell.id.to_string()).collect();
    for runtime in &stage::catalog().runtimes {
        assert!(cells.contains(&format!("callback/{}", runtime.id)), "{}", runtime.id);
        assert!(accepts(scenario(Path::new("callback.c")), runtime));
    }
}

fn scenario(host: &Path) -> &'static Scenario {
    let name = host.file_stem().and_then(|name| name.to_str()).unwrap();
    stage::catalog().scenario(name).unwrap_or_else(|| panic!("{name} is no scenario of the catalogue"))
}

fn runtime(name: &str) -> &'static Runtime {
    let id: RuntimeId = name.parse().unwrap();
    stage::catalog().runtime(&id).unwrap_or_else(|| panic!("{name} is no runtime of the catalogue"))
}

fn all_modes(scenario: &'static Scenario, runtimes: &[&'static Runtime]) {
    if let Some(unable) = runtimes.iter().find(|runtime| !accepts(scenario, runtime)) {
        eprintln!("no cell: {} does not offer what {} needs", unable.id, scenario.name);
        return;
    }
    if !accepts_together(scenario, runtimes) {
        eprintln!("no cell: {} does not put these together", scenario.name);
        return;
    }
    for (at, mode) in scenario.modes.iter().enumerate() {
        let cell = matrix::cell(scenario, (at > 0).then_some(mode), mode, runtimes.to_vec()).unwrap();
        holds(cell);
    }
}

/// A cell passes if it finished with the accepted trace, or failed as the ledger says, and nothing of it is left. One run
/// says little about an entry that it does not bear out, as a race may be won: `coexist run` tells, with status 103.
fn holds(cell: Cell<'_>) {
    let Some(judged) = stage::judged(stage::catalog(), cell, None) else { return };
    let record = &judged.record;
    assert!(judged.left.is_empty(), "{} left behind: {:#?}", record.cell, judged.left);
    if matches!(record.verdict, Verdict::New | Verdict::Changed) {
        snapshot::check(stage::root(), &record.cell, &record.trace);
    }
    assert!(matches!(record.verdict, Verdict::Pass | Verdict::Known | Verdict::Fixed), "{}", told(record));
}

fn told(record: &CellRecord) -> String {
    let outcome = &record.outcome;
    let mut text = format!("{}: {}, {} in phase {}\n", record.cell, record.verdict, outcome.what, outcome.phase);
    for (title, part) in [("detail", &outcome.detail), ("trace", &record.trace), ("stderr", &record.stderr)] {
        if !part.is_empty() {
            let _ = writeln!(text, "\n{title}:\n{}", part.trim_end());
        }
    }
    text
}
