//! Each law and the made-up libraries that show it: `[[law]]` in `samples/_broken`. The facts of both libraries are measured, each
//! alone; from these the law must predict how the pair ends, and it must say nothing of the control, which differs in one fact.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex};
use std::time::Duration;

use coexist::catalog::{Catalog, Certainty, Part, Provoked, Runtime};
use coexist::id::RuntimeId;
use coexist::judge::ledger::{FACTS, Measured, Standing};
use coexist::judge::{Comparison, Expectation, How, Ledger, Outcome, Way, What, compare_facts, facts};
use coexist::laws::{Expected, LAWS};
use coexist::matrix::{self, Cell};
use coexist::record::CellRecord;
use coexist::trace::Found;
use rstest::rstest;

use crate::stage;

/// What a pair that hangs gets.
const DEADLINE: Duration = Duration::from_secs(3);
/// What a control and a measuring scenario get.
const PATIENCE: Duration = Duration::from_secs(120);
/// Runs of a pair that may fail.
const OFTEN: usize = 20;
/// Runs from which a fact about a failure alone is made, if the first one fails.
const ALONE: usize = 3;

/// Scenarios for one library that some law asks about, beside the parts of the pair's own.
const ASKED: [(&str, Option<&str>); 10] = [
    ("host-fault", None),
    ("large-frames", Some("nested")),
    ("handlers-in-front", None),
    ("handlers-in-front", Some("onstack")),
    ("unload", None),
    ("load-unload", None),
    ("reload", None),
    ("unload-unmaps", None),
    ("handlers-left", None),
    ("signal-stack-left", None),
];

fn catalog() -> &'static Catalog {
    static CATALOG: LazyLock<Catalog> = LazyLock::new(|| {
        let names: Vec<&str> = LAWS.iter().map(|law| law.name).collect();
        let mut all = stage::catalog().clone();
        let broken =
            stage::catalog().read_broken_by(&names).unwrap_or_else(|error| panic!("{:?}", miette::Report::new(error)));
        all.runtimes.extend(broken);
        all
    });
    &CATALOG
}

/// A law that nothing shows may be one that is never right.
#[test]
fn every_law_is_shown() {
    let shown: BTreeSet<&str> =
        catalog().runtimes.iter().flat_map(|runtime| &runtime.provokes).map(|row| row.law.as_str()).collect();
    let none: Vec<&str> = LAWS.iter().map(|law| law.name).filter(|law| !shown.contains(law)).collect();
    assert!(none.is_empty(), "add a [[law]] to a library of samples/_broken for {none:?}");
}

#[rstest]
fn is_right(#[files("samples/_broken/*/sample.toml")] manifest: PathBuf) {
    let name = manifest.parent().and_then(Path::file_name).and_then(|name| name.to_str()).unwrap();
    let rows = &runtime(&name.parse().unwrap()).provokes;
    rows.iter().for_each(show);
}

fn show(row: &Provoked) {
    let [pair, control] = [&row.pair, &row.control].map(|ids| cell(&row.scenario, ids));
    let told = format!("{} of {} (control {})", row.law, pair.id, control.id);
    let texts = || row.pair.iter().chain(&row.control).map(|id| known(id, row).text(id)).collect::<Vec<_>>().join("\n");
    let told_all = || format!("{told}\n{}", texts());
    let (found, said) = (differences(row), row.differs.iter().cloned().collect::<BTreeSet<_>>());
    match row.how {
        Certainty::Must => assert_eq!(found, said, "{}", told_all()),
        // What races does not show in each of its scenarios each time.
        Certainty::May => {
            assert!(!found.is_empty() && found.is_subset(&said), "{found:?}, not {said:?}: {}", told_all());
        }
    }

    let mut own = catalog().clone();
    own.runtimes.retain(|runtime| row.pair.iter().chain(&row.control).any(|id| runtime.id == *id));
    let ledger = ledger(row);
    let expected = Expected::new(&own, &ledger);
    let cells = [pair.clone(), control.clone()];
    let expectations = expected.of_each(&cells);
    let [of_pair, of_control] = expectations.as_slice() else { unreachable!("two cells") };
    let laws: BTreeSet<&str> = std::iter::once(&row.law).chain(&row.beside).map(String::as_str).collect();
    assert_eq!(speaking(of_pair), laws, "{told}: which laws speak of the pair");
    assert_eq!(speaking(of_control), BTreeSet::new(), "{told}: which laws speak of the control");
    let how = match row.how {
        Certainty::Must => How::Must,
        Certainty::May => How::May,
    };
    let ways: Vec<&Way> =
        of_pair.ways.iter().filter(|way| matches!(way, Way::Law(law) if law.law == row.law)).collect();
    let surest = ways.iter().filter_map(|way| if let Way::Law(law) = way { Some(law.how) } else { None }).max();
    assert_eq!(surest, Some(how), "{told}");

    for round in 0..stage::repeats(2) {
        let Some(record) = run(&control, PATIENCE) else { return };
        let outcome = &record.outcome;
        assert_eq!(outcome.what, What::Finished, "{told}: control, round {round}: {outcome:?}\n{}", record.trace);
    }
    let is_predicted = |outcome: &Outcome| ways.iter().any(|way| way.stands(outcome) == Standing::Covers);
    let mut failed = 0;
    let runs = if how == How::Must { stage::repeats(2) } else { OFTEN };
    for round in 0..runs {
        let Some(record) = run(&pair, DEADLINE) else { return };
        let outcome = &record.outcome;
        if how == How::May && outcome.what == What::Finished {
            continue;
        }
        let why: Vec<String> = ways.iter().map(|way| way.why_not(way.stands(outcome))).collect();
        assert!(
            is_predicted(outcome),
            "{told}: round {round}: {outcome:?}\n{why:#?}\n{}\n{}",
            record.trace,
            record.stderr
        );
        failed += 1;
        if how == How::May {
            break;
        }
    }
    assert!(failed > 0, "{told}: none of {runs} runs failed");
}

/// The library that leaves its handler behind came first, and the other one has taken the signal since.
#[test]
fn a_handler_that_was_taken_over_is_nobodys() {
    let rows = &runtime(&"first-loses".parse().unwrap()).provokes;
    let row = rows.iter().find(|row| row.law == "handler-gone").unwrap();
    let ledger = ledger(row);
    let expected = Expected::new(catalog(), &ledger);
    let cells = ["unload-one", "unload-one[last]"].map(|scenario| cell(scenario, &row.pair));
    let expectations = expected.of_each(&cells);
    let speaks = |expectation: &Expectation| speaking(expectation).contains("handler-gone");
    assert_eq!(expectations.iter().map(speaks).collect::<Vec<_>>(), [false, true]);
}

fn speaking(expectation: &Expectation) -> BTreeSet<&str> {
    let law = |way: &Way| if let Way::Law(law) = way { Some(law.law) } else { None };
    expectation.ways.iter().filter_map(law).collect()
}

/// What is known of one library alone.
#[derive(Default)]
struct Known {
    measured: Measured,
    /// Failures in scenarios for one library: the scenario, and how it ended in each of some runs.
    failures: BTreeMap<String, Vec<Outcome>>,
}

impl Known {
    /// As the file of its sample has it.
    fn text(&self, id: &RuntimeId) -> String {
        let mut text = String::new();
        let list = |texts: BTreeSet<String>| format!("{:?}", texts.into_iter().collect::<Vec<_>>());
        for (cell, outcomes) in &self.failures {
            let failed = || outcomes.iter().filter(|outcome| outcome.what != What::Finished);
            let phases = list(failed().map(|outcome| outcome.phase.clone()).collect());
            let whats = list(failed().map(|outcome| outcome.what.to_string()).collect());
            text += &format!(
                "[[failure]]\ncells = {cell:?}\nphase = {phases}\noutcome = {whats}\nreason = \"it is made so\"\n"
            );
            if failed().count() < outcomes.len() {
                text += &format!("rate = \"{} of {}\"\n", failed().count(), outcomes.len());
            }
        }
        text += &format!("[measured.{:?}]\n", id.to_string());
        let keys: BTreeSet<&str> = self.measured.all().map(|(key, _)| key).collect();
        for key in keys {
            text += &format!("{key} = {}\n", list(self.measured.of(key).iter().map(ToString::to_string).collect()));
        }
        text
    }
}

/// Keys of the facts, and scenarios, in which the control's library is another one than the one that it replaces.
fn differences(row: &Provoked) -> BTreeSet<String> {
    let differ = row.pair.iter().zip(&row.control).find(|(one, other)| one != other);
    let (one, other) =
        differ.map(|(one, other)| (known(one, row), known(other, row))).expect("the catalogue asks for it");
    let keys: BTreeSet<&str> = one.measured.all().chain(other.measured.all()).map(|(key, _)| key).collect();
    let is_other = |key: &&str| {
        let keys = [(*key).to_owned()];
        compare_facts(Some(&one.measured), &keys, &other.measured.only(&keys)).0 != Comparison::Same
    };
    let scenarios = |known: &Known| -> BTreeSet<String> {
        known.failures.keys().filter_map(|cell| Some(cell.split_once('/')?.0.to_owned())).collect()
    };
    let failing = scenarios(&one).symmetric_difference(&scenarios(&other)).cloned().collect::<Vec<_>>();
    keys.into_iter().filter(is_other).map(str::to_owned).chain(failing).collect()
}

fn ledger(row: &Provoked) -> Ledger {
    let mut ledger = Ledger::default();
    let ids: BTreeSet<&RuntimeId> = row.pair.iter().chain(&row.control).collect();
    for id in ids {
        let text = known(id, row).text(id);
        ledger
            .parse_facts(&format!("{FACTS}/{}.toml", id.name), &text)
            .unwrap_or_else(|error| panic!("{error}\n{text}"));
    }
    ledger
}

/// What is measured on a library, and how it fails alone, in the parts of the scenario as well, and beside a copy of itself where
/// the row is about variants of one sample.
fn known(id: &RuntimeId, row: &Provoked) -> Known {
    let scenario = cell(&row.scenario, &row.pair).scenario;
    let asked = ASKED.iter().map(|(scenario, mode)| Part { scenario: (*scenario).into(), mode: mode.map(Into::into) });
    let parts: BTreeSet<Part> = asked.chain(scenario.parts.iter().chain(&scenario.parts_first).cloned()).collect();
    let name = |part: &Part| {
        let name = part.scenario.to_string();
        part.mode.as_ref().map_or(name.clone(), |mode| format!("{name}[{mode}]"))
    };
    let mut cells: Vec<Cell<'_>> = parts.iter().map(|part| cell(&name(part), std::slice::from_ref(id))).collect();
    if row.pair[0].name == row.pair[1].name && row.pair[0] != row.pair[1] {
        cells.push(cell(&row.scenario, &[id.clone(), id.clone()]));
    }
    cells.retain(|cell| cell.runtimes.iter().all(|runtime| matrix::accepts(cell.scenario, runtime)));
    let failures = cells.iter().map(|cell| (cell.id.to_string(), outcomes(cell)));
    let failures = failures.filter(|(_, outcomes)| outcomes.iter().any(|outcome| outcome.what != What::Finished));
    Known { failures: failures.collect(), measured: measured(id) }
}

/// Several rows are about one library, and measuring it takes seconds.
fn measured(id: &RuntimeId) -> Measured {
    static KEPT: Mutex<BTreeMap<RuntimeId, Measured>> = Mutex::new(BTreeMap::new());
    if let Some(measured) = KEPT.lock().unwrap().get(id) {
        return measured.clone();
    }
    let mut found: Vec<Found> = Vec::new();
    let measuring = catalog().scenarios.iter().filter(|scenario| !scenario.facts.is_empty());
    for scenario in measuring.filter(|scenario| matrix::accepts(scenario, runtime(id))) {
        let measuring = cell(&scenario.name, std::slice::from_ref(id));
        found.extend(run(&measuring, PATIENCE).map(|record| record.found).unwrap_or_default());
    }
    let measured = facts(&found);
    KEPT.lock().unwrap().insert(id.clone(), measured.clone());
    measured
}

/// How a cell ends: one run if that finishes, and some if it fails.
fn outcomes(cell: &Cell<'static>) -> Vec<Outcome> {
    static KEPT: Mutex<BTreeMap<String, Vec<Outcome>>> = Mutex::new(BTreeMap::new());
    let name = cell.id.to_string();
    if let Some(outcomes) = KEPT.lock().unwrap().get(&name) {
        return outcomes.clone();
    }
    let mut outcomes: Vec<Outcome> = Vec::new();
    while outcomes.len() < ALONE && outcomes.iter().all(|outcome| outcome.what != What::Finished) {
        outcomes.extend(run(cell, DEADLINE).map(|record| record.outcome));
    }
    KEPT.lock().unwrap().insert(name, outcomes.clone());
    outcomes
}

fn runtime(id: &RuntimeId) -> &'static Runtime {
    catalog().runtime(id).unwrap_or_else(|| panic!("{id} was not read"))
}

fn cell(scenario: &str, ids: &[RuntimeId]) -> Cell<'static> {
    let (name, mode) = match scenario.strip_suffix(']').and_then(|text| text.split_once('[')) {
        Some((name, mode)) => (name, Some(mode)),
        None => (scenario, None),
    };
    let scenario = catalog().scenario(name).unwrap_or_else(|| panic!("there is no scenario {name}"));
    let known = |mode: &str| scenario.modes.iter().find(|known| *known == mode).map(String::as_str);
    let mode = mode.map_or(scenario.modes[0].as_str(), |mode| known(mode).expect("the scenario has the mode"));
    let printed = (mode != scenario.modes[0]).then_some(mode);
    matrix::cell(scenario, printed, mode, ids.iter().map(runtime).collect()).unwrap()
}

/// With a catalogue of what the cell needs: what is expected of each cell of the whole one takes longer than most runs.
fn run(cell: &Cell<'static>, deadline: Duration) -> Option<CellRecord> {
    let whole = catalog();
    let own = Catalog {
        root: whole.root.clone(),
        runtimes: cell.runtimes.iter().copied().cloned().collect(),
        scenarios: vec![cell.scenario.clone()],
        vms: whole.vms.clone(),
    };
    stage::judged(&own, cell.clone(), Some(deadline)).map(|judged| judged.record)
}
