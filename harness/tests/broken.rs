//! The samples of `samples/_broken`: each must come out exactly as its `[caught]` says, and leave nothing behind.

use std::path::{Path, PathBuf};
use std::time::Duration;

use coexist::catalog::{Catalog, Caught, Runtime, Scenario};
use coexist::id::RuntimeId;
use coexist::judge::{Comparison, Verdict, What};
use coexist::matrix::{self, Cell};
use rstest::rstest;

use crate::stage;

/// What a sample that never ends gets instead of its scenario's deadline.
const DEADLINE: Duration = Duration::from_millis(1500);
/// What the others get: no busy machine must make them time out, nor a virtual one that is slow to hand out memory for the
/// first time (5 s a GiB were seen).
const PATIENCE: Duration = Duration::from_secs(120);

/// The sample that nothing is wrong with.
const CONTROL: &str = "clean";

/// A fact that is a size, and so nothing that is wrong: whatever makes errors of overflows has one.
const SIZE: &str = "overflow-depth";

/// Scenarios that no library can fail on purpose, in order, and why.
const UNCAUGHT: [(&str, &str); 1] = [(
    "load-address",
    "the kernel says where a library lies, and a library has no say in it once its process is there. The check can fail: \
     `setarch -R coexist run load-address/c` does, in the phase `child`",
)];

#[rstest]
fn is_caught(#[files("samples/_broken/*/sample.toml")] manifest: PathBuf) {
    let name = manifest.parent().and_then(Path::file_name).and_then(|name| name.to_str()).unwrap();
    let catalog = stage::catalog_with_broken();
    let runtime = runtime(catalog, name);
    let caught = runtime.caught.as_ref().expect("read_broken asks for it");
    let deadline = if caught.outcome == What::TimedOut.to_string() { DEADLINE } else { PATIENCE };
    for round in 0..stage::repeats(1) {
        let Some(judged) = stage::judged(catalog, cell(catalog, runtime, caught), Some(deadline)) else { return };
        let (record, left) = (judged.record, judged.left);
        let outcome = &record.outcome;
        let seen = Caught {
            outcome: outcome.what.to_string(),
            phase: caught.phase.is_some().then(|| outcome.phase.clone()),
            verdict: record.verdict.to_string(),
            facts: record.found.iter().map(|found| found.text.clone()).collect(),
            ..caught.clone()
        };
        assert_eq!(seen, *caught, "round {round}: {}\n{}\n{}", outcome.detail, record.trace, record.stderr);
        // The sound one does what every runtime does; others finish with another trace, or nothing is compared.
        let compared = match (&outcome.what, record.verdict) {
            (What::Finished, Verdict::Changed) => Comparison::Different,
            (What::Finished, _) => Comparison::Same,
            _ => Comparison::Missing,
        };
        assert_eq!(record.comparison, compared);
        assert!(left.is_empty(), "round {round}: left behind: {left:#?}");
    }
}

/// One of them is sound: if it were caught as well, the others would show nothing.
#[test]
fn the_control_is_among_them() {
    let pass = Verdict::Pass.to_string();
    let broken = stage::catalog().read_broken().unwrap();
    let is_sound = |caught: &Caught| caught.verdict == pass && caught.facts.is_empty();
    let sound = broken.iter().filter(|runtime| runtime.caught.as_ref().is_some_and(is_sound));
    assert_eq!(sound.map(|runtime| runtime.id.to_string()).collect::<Vec<_>>(), [CONTROL]);
}

/// The control passes whatever it can take part in, alone and with a copy of itself: what catches the others catches them.
#[rstest]
fn the_control_passes(#[files("c-hosts/*.c")] host: PathBuf) {
    let name = host.file_stem().and_then(|name| name.to_str()).unwrap();
    let control = runtime(stage::catalog_with_broken(), CONTROL);
    let mut own = stage::catalog().clone();
    own.runtimes = vec![control.clone()];
    own.scenarios.retain(|scenario| scenario.name == name);
    let cells = matrix::cells(&own);
    assert!(!cells.is_empty() || is_listed(&own.scenarios[0]), "{CONTROL} has not got what this needs");
    for round in 0..stage::repeats(1) {
        for cell in cells.clone() {
            let Some(judged) = stage::judged(&own, cell, Some(PATIENCE)) else { continue };
            let (record, left) = (judged.record, judged.left);
            let told = format!("round {round}: {}: {}\n{}", record.cell, record.outcome.detail, record.trace);
            assert_eq!((record.verdict, record.comparison), (Verdict::Pass, Comparison::Same), "{told}");
            let mut found = record.found;
            found.retain(|found| found.key() != SIZE);
            assert_eq!((found.as_slice(), record.void.as_slice()), ([].as_slice(), [].as_slice()), "{told}");
            assert!(left.is_empty(), "{told}\nleft behind: {left:#?}");
        }
    }
}

/// Its cells are those that its header names, none of which is the control's.
fn is_listed(scenario: &Scenario) -> bool {
    scenario.most == 0
}

/// A scenario that catches nobody may be one that cannot fail.
#[test]
fn every_scenario_catches_one_of_them() {
    let broken = stage::catalog().read_broken().unwrap();
    let caught: Vec<&Caught> = broken.iter().filter_map(|runtime| runtime.caught.as_ref()).collect();
    let pass = Verdict::Pass.to_string();
    let says = |caught: &Caught| caught.verdict != pass || !caught.facts.is_empty();
    let catches = |name: &str| caught.iter().any(|caught| says(caught) && scenario_of(caught).0 == name);
    let names = stage::catalog().scenarios.iter().map(|scenario| scenario.name.as_str());
    let none: Vec<&str> = names.filter(|name| !catches(name)).collect();
    assert_eq!(
        none,
        UNCAUGHT.map(|(name, _)| name),
        "add a library to samples/_broken that these catch, or take them off the list"
    );
}

/// The cell that a sample is caught in.
pub fn named(name: &str) -> Cell<'static> {
    let catalog = stage::catalog_with_broken();
    let runtime = runtime(catalog, name);
    cell(catalog, runtime, runtime.caught.as_ref().expect("read_broken asks for it"))
}

fn runtime<'c>(catalog: &'c Catalog, name: &str) -> &'c Runtime {
    let id: RuntimeId = name.parse().unwrap();
    catalog.runtime(&id).unwrap_or_else(|| panic!("{name} was not read"))
}

fn cell<'c>(catalog: &'c Catalog, runtime: &'c Runtime, caught: &'c Caught) -> Cell<'c> {
    let (name, mode) = scenario_of(caught);
    let scenario = catalog.scenario(name).expect("read_broken has looked");
    let mode = mode.unwrap_or(&scenario.modes[0]);
    let partners = caught.partners.iter().map(|partner| self::runtime(catalog, partner));
    let runtimes: Vec<&Runtime> = std::iter::once(runtime).chain(partners).collect();
    matrix::cell(scenario, (*mode != scenario.modes[0]).then_some(mode), mode, runtimes).unwrap()
}

/// Its name, and its mode if that is written down.
pub fn scenario_of(caught: &Caught) -> (&str, Option<&str>) {
    match caught.scenario.strip_suffix(']').and_then(|text| text.split_once('[')) {
        Some((name, mode)) => (name, Some(mode)),
        None => (caught.scenario.as_str(), None),
    }
}
