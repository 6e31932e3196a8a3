//! HAZARDS.md against what there is: its scenarios, cells, what these are expected to do, and samples; and that no scenario
//! is missing.

use std::collections::BTreeSet;
use std::fmt::Display;

use coexist::catalog::{Catalog, Runtime};
use coexist::id::CellId;
use coexist::judge::ledger::Standing;
use coexist::judge::{Outcome, Way, What};
use coexist::laws::Expected;
use coexist::matrix::{self, Cell};
use coexist::record::ExpectedRecord;

use crate::broken::scenario_of;
use crate::stage::{self, root};

const PAGE: &str = "harness/docs/HAZARDS.md";
/// Heads of the tables.
const HAZARDS: [&str; 5] = ["what goes wrong", "scenarios", "shows in", "made to fail", "reports"];
const OTHERS: [&str; 2] = ["scenario", "what it is about"];
/// How the third column begins where no cell shows it.
const NOT_HERE: &str = "not here: ";

/// Where no cell shows a hazard, and nothing that must be caught either, there is no scenario: these, and no others.
const UNSEEN: usize = 1;

/// A line of a table.
#[derive(Debug)]
struct Row<'p> {
    line: usize,
    cells: Vec<&'p str>,
}

/// The page's tables.
#[derive(Debug, Default)]
struct Page<'p> {
    hazards: Vec<Row<'p>>,
    others: Vec<Row<'p>>,
}

impl<'p> Page<'p> {
    fn read(text: &'p str) -> Self {
        let mut page = Self::default();
        let mut head: Vec<&str> = Vec::new();
        for (at, line) in text.lines().enumerate() {
            let cells = line.strip_prefix("| ").and_then(|line| line.strip_suffix(" |"));
            let Some(cells) = cells.map(|cells| cells.split(" | ").collect::<Vec<_>>()) else {
                // The rule below a head is not its end.
                if !line.starts_with("|-") {
                    head.clear();
                }
                continue;
            };
            match head.as_slice() {
                [] => head = cells,
                head if *head == HAZARDS => page.hazards.push(Row { line: at + 1, cells }),
                head if *head == OTHERS => page.others.push(Row { line: at + 1, cells }),
                head => panic!("line {}: a table of {head:?}", at + 1),
            }
        }
        page
    }
}

/// What stands between backticks.
fn quoted(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

/// What the page is compared with.
struct Project<'c> {
    catalog: &'c Catalog,
    broken: Vec<Runtime>,
    cells: Vec<Cell<'c>>,
    expected: &'c Expected<'c>,
}

impl Project<'_> {
    fn here() -> Self {
        let catalog = stage::catalog();
        Self {
            catalog,
            broken: catalog.read_broken().unwrap(),
            cells: matrix::cells(catalog),
            expected: stage::expected(),
        }
    }

    /// All that is wrong with the page's tables.
    fn complaints(&self, page: &Page<'_>) -> Vec<String> {
        let mut all = Vec::new();
        let mut unseen = 0;
        let mut named = BTreeSet::new();
        for row in &page.hazards {
            let mut wrong = |what: &dyn Display| all.push(format!("line {}: {what}", row.line));
            let [_, scenarios, shown, samples, _] = row.cells[..] else {
                wrong(&format!("{} columns", row.cells.len()));
                continue;
            };
            let scenarios = quoted(scenarios);
            for name in &scenarios {
                if self.catalog.scenario(name).is_none() {
                    wrong(&format!("there is no scenario {name}"));
                }
            }
            named.extend(scenarios.iter().copied());
            let shows = quoted(shown);
            let (triples, rest) = shows.as_chunks::<3>();
            if !rest.is_empty() {
                wrong(&format!("a cell, its outcome and its phase, not {rest:?}"));
            }
            for [cell, outcome, phase] in triples {
                if let Err(why) = self.check_cell(&scenarios, cell, outcome, phase) {
                    wrong(&format!("{cell}: {why}"));
                }
            }
            let samples = quoted(samples);
            for name in &samples {
                if let Err(why) = self.check_sample(&scenarios, name) {
                    wrong(&format!("{name}: {why}"));
                }
            }
            if triples.is_empty() != shown.starts_with(NOT_HERE) {
                wrong(&format!("either cells or `{NOT_HERE}` and why"));
            }
            match (scenarios.is_empty(), triples.is_empty(), samples.is_empty()) {
                (true, true, true) => unseen += 1,
                (true, _, _) => wrong(&"nothing without a scenario"),
                (false, true, true) => wrong(&"no cell shows it, and no sample shows that one could"),
                (false, _, _) => {}
            }
        }
        for row in &page.others {
            for name in quoted(row.cells[0]) {
                if self.catalog.scenario(name).is_none() {
                    all.push(format!("line {}: there is no scenario {name}", row.line));
                }
                if !named.insert(name) {
                    all.push(format!("line {}: {name} is about a hazard, or stands here twice", row.line));
                }
            }
        }
        let missing = self.catalog.scenarios.iter().filter(|scenario| !named.contains(scenario.name.as_str()));
        all.extend(
            missing.map(|scenario| format!("{} is about none of the rows: {}", scenario.name, scenario.property)),
        );
        if unseen != UNSEEN {
            all.push(format!("{unseen} rows without a scenario, not {UNSEEN}"));
        }
        all
    }

    /// A cell must be one of the row's scenarios, and a fact, a law or a case must say that it fails so.
    fn check_cell(&self, scenarios: &[&str], cell: &str, outcome: &str, phase: &str) -> Result<(), String> {
        let id: CellId = cell.parse().map_err(|error: coexist::id::IdError| error.to_string())?;
        let what: What = outcome.parse()?;
        let Some(cell) = self.cells.iter().find(|cell| cell.id == id) else {
            return Err("there is no such cell".to_owned());
        };
        if !scenarios.contains(&&*id.scenario) {
            return Err("is no cell of the row's scenarios".to_owned());
        }
        let expected = self.expected.of_each(std::slice::from_ref(cell)).remove(0);
        let outcome = Outcome::new(phase, what, "");
        let fits = |way: &Way| matches!(way.stands(&outcome), Standing::Covers | Standing::OtherSays);
        if expected.ways.iter().any(fits) {
            return Ok(());
        }
        let known: Vec<String> = expected.ways.iter().map(|way| ExpectedRecord::of(way).text()).collect();
        Err(format!("nothing says that it ends with {} in {phase}, but {known:?}", outcome.what))
    }

    /// A sample must be caught by one of the row's scenarios.
    fn check_sample(&self, scenarios: &[&str], name: &str) -> Result<(), String> {
        let sample = self.broken.iter().find(|runtime| runtime.id.to_string() == name);
        let caught = sample.and_then(|sample| sample.caught.as_ref()).ok_or("there is no such sample")?;
        if scenarios.contains(&scenario_of(caught).0) {
            Ok(())
        } else {
            Err(format!("is caught by {}", caught.scenario))
        }
    }
}

fn text() -> String {
    std::fs::read_to_string(root().join(PAGE)).unwrap()
}

#[test]
fn what_the_page_says_is_so() {
    let text = text();
    let page = Page::read(&text);
    assert!(page.hazards.len() > 45 && !page.others.is_empty(), "the tables are not where they were");
    let complaints = Project::here().complaints(&page);
    assert!(complaints.is_empty(), "{PAGE}:\n{}", complaints.join("\n"));
}

/// Each row is said wrong in one way, and exactly that is found.
#[test]
fn what_is_not_so_is_found() {
    let project = Project::here();
    let row = "| it breaks | `unload` | `unload/gccgo` `signalled SIGSEGV` in `unload` | `unloaded-thread` | – |";
    let complaints = |row: &str| {
        let hazards = vec![Row { line: 1, cells: row[2..row.len() - 2].split(" | ").collect() }];
        let mut found = project.complaints(&Page { hazards, others: Vec::new() });
        found.retain(|complaint| complaint.starts_with("line"));
        found
    };
    assert_eq!(complaints(row), [""; 0]);
    for (sound, broken, expected) in [
        ("| `unload` |", "| `unload`, `unlode` |", "line 1: there is no scenario unlode"),
        (
            "unload/gccgo",
            "unload/gccgo+",
            "line 1: unload/gccgo+: `` is not a name: use a-z, 0-9, `-`, and `.` in a variant",
        ),
        ("unload/gccgo", "unload/cobol", "line 1: unload/cobol: there is no such cell"),
        ("unload/gccgo", "reload/gccgo", "line 1: reload/gccgo: is no cell of the row's scenarios"),
        ("SIGSEGV", "SIGMUND", "line 1: unload/gccgo: `SIGMUND` is no signal"),
        ("SIGSEGV", "SIGBUS", "line 1: unload/gccgo: nothing says that it ends with signalled SIGBUS in unload, but ["),
        (
            "in `unload`",
            "in `load`",
            "line 1: unload/gccgo: nothing says that it ends with signalled SIGSEGV in load, but [",
        ),
        ("in `unload`", "", r#"line 1: a cell, its outcome and its phase, not ["unload/gccgo", "signalled SIGSEGV"]"#),
        ("unloaded-thread", "unloaded-threat", "line 1: unloaded-threat: there is no such sample"),
        ("unloaded-thread", "grows", "line 1: grows: is caught by load-unload"),
        ("`unload/gccgo`", "not here: `unload/gccgo`", "line 1: either cells or `not here: ` and why"),
        (
            "`unload/gccgo` `signalled SIGSEGV` in `unload` | `unloaded-thread`",
            "not here: – | –",
            "line 1: no cell shows it, and no sample shows that one could",
        ),
        ("| – |", "| – | – |", "line 1: 6 columns"),
    ] {
        let found = complaints(&row.replace(sound, broken));
        assert!(found.iter().any(|complaint| complaint.starts_with(expected)), "{expected}\n{found:#?}");
    }
}

/// A scenario that the page does not name is missed, and so is one that stands in both tables.
#[test]
fn every_scenario_has_one_place() {
    let project = Project::here();
    let row = |cells: &[&'static str]| Row { line: 1, cells: cells.to_vec() };
    let empty = project.complaints(&Page::default());
    assert_eq!(empty.len(), project.catalog.scenarios.len() + 1, "{empty:#?}");
    let others = vec![row(&["`soak`", "memory"]), row(&["`soak`", "memory"])];
    let twice = project.complaints(&Page { hazards: Vec::new(), others });
    assert!(twice.contains(&"line 1: soak is about a hazard, or stands here twice".to_owned()), "{twice:#?}");
    assert!(!twice.iter().any(|complaint| complaint.starts_with("soak is about none")), "{twice:#?}");
}
