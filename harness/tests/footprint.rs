//! That what a library changes in its host's process is named, with whose it is; and that one that changes nothing has
//! nothing to show.

use coexist::catalog::Catalog;
use coexist::id::RuntimeId;
use coexist::matrix::{self, Cell};
use coexist::record::{CellRecord, FootprintRecord};
use coexist::run::Steadiness;
use rstest::rstest;

use crate::stage;

const SCENARIO: &str = "footprint";

#[rstest]
#[case("takes-signal", "started", "SIGUSR1: the host SA_RESTART → takes-signal SA_ONSTACK")]
#[case("adds-onstack", "started", "flags of SIGUSR1 of the host: SA_ONSTACK added")]
#[case("raises-limit", "started", "RLIMIT_NOFILE: 1024 → 4096")]
#[case("sets-nonblocking", "started", "flags of stdin: O_NONBLOCK added")]
#[case("unmasks-traps", "started", "SSE control: default → traps on division by zero")]
#[case("executable-stack", "loaded", "executable stack: no → yes")]
#[case("many-threads", "started", "threads: 1 → 301")]
fn a_change_is_named(#[case] library: &str, #[case] mark: &str, #[case] expected: &str) {
    let Some(record) = run(library) else { return };
    let changed = record.footprints.iter().find(|footprint| footprint.mark == mark).unwrap();
    let changes: Vec<String> = changed.changes.iter().map(ToString::to_string).collect();
    assert!(changes.iter().any(|change| change == expected), "{changes:#?}");
    let after = if mark == "loaded" { "load" } else { "start" };
    assert_eq!(changed.after, [format!("{after} {library}")]);
}

/// An empty library is the baseline: it must change nothing, in every run.
#[rstest]
#[case("clean")]
#[case("c")]
fn a_library_that_does_nothing_changes_nothing(#[case] library: &str) {
    for round in 0..stage::repeats(10) {
        let Some(record) = run(library) else { return };
        assert_eq!(record.verdict.to_string(), "pass", "round {round}: {}", record.trace);
        let stable = record.footprints.iter().flat_map(|footprint| &footprint.changes);
        let stable: Vec<String> =
            stable.filter(|change| change.steadiness == Steadiness::Stable).map(ToString::to_string).collect();
        assert!(stable.is_empty(), "round {round}: {stable:?}");
        let threads: Vec<u64> = record.footprints.iter().map(|FootprintRecord { threads, .. }| *threads).collect();
        assert_eq!(threads, [1; 6], "round {round}");
    }
}

fn run(library: &str) -> Option<CellRecord> {
    let catalog = stage::catalog_with_broken();
    stage::judged(catalog, cell(catalog, library), None).map(|judged| judged.record)
}

fn cell<'c>(catalog: &'c Catalog, library: &str) -> Cell<'c> {
    let id: RuntimeId = library.parse().unwrap();
    let scenario = catalog.scenario(SCENARIO).unwrap();
    matrix::cell(scenario, None, &scenario.modes[0], vec![catalog.runtime(&id).unwrap()]).unwrap()
}
