//! Laws against their page, and against the rule that they name no runtime.

use std::collections::BTreeSet;
use std::fs;

use coexist::catalog::Runtime;
use coexist::judge::Way;
use coexist::laws::LAWS;
use coexist::matrix;

use crate::sandbox::{below, files};
use crate::stage::{self, root};

#[test]
fn each_law_has_its_page_in_order() {
    let page = fs::read_to_string(root().join("harness/docs/LAWS.md")).unwrap();
    let headings: Vec<&str> = page.lines().filter_map(|line| line.strip_prefix("### ")).collect();
    let names: Vec<&str> = LAWS.iter().map(|law| law.name).collect();
    assert_eq!(headings, names);
}

/// The first cell of each example is one that the law speaks of.
#[test]
fn each_example_is_one() {
    let page = fs::read_to_string(root().join("harness/docs/LAWS.md")).unwrap();
    let cells = matrix::cells(stage::catalog());
    for part in page.split("\n### ").skip(1) {
        let name = part.lines().next().unwrap();
        let example = part.lines().find_map(|line| line.strip_prefix("- Example: `")).unwrap();
        let id = example.split('`').next().unwrap();
        let cell = cells.iter().find(|cell| cell.id.to_string() == id).unwrap_or_else(|| panic!("{id} is no cell"));
        let expected = stage::expected().of_each(std::slice::from_ref(cell)).remove(0);
        let speaks = |way: &Way| matches!(way, Way::Law(prediction) if prediction.law == name);
        assert!(expected.ways.iter().any(speaks), "{name} does not speak of {id}");
    }
}

/// Scenarios for one library whose failures laws read as facts.
const READ: [&str; 10] = [
    "handlers-in-front",
    "handlers-left",
    "host-fault",
    "large-frames",
    "load-unload",
    "reload",
    "signal-stack-left",
    "threads-left",
    "unload",
    "unload-unmaps",
];

/// The text literals of the laws' code, without those of its tests, and their files.
fn literals() -> Vec<(String, String)> {
    let folder = files(&root().join("harness/src/laws")).into_iter();
    let all = folder.chain([root().join("harness/src/laws.rs")]).flat_map(|file| {
        let text = fs::read_to_string(&file).unwrap();
        let code = text.split("#[cfg(test)]\nmod ").next().unwrap();
        let code: String = code.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
        let name = below(root(), &file);
        code.split('"').skip(1).step_by(2).map(|literal| (name.clone(), literal.to_owned())).collect::<Vec<_>>()
    });
    let all: Vec<_> = all.collect();
    assert!(all.len() > 100, "the laws are not where they were");
    all
}

/// A law speaks of facts. Words of the code, so that `go` in "goes" is none.
#[test]
fn no_law_names_a_runtime() {
    for (file, literal) in literals() {
        for word in literal.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '@')) {
            let names = |runtime: &Runtime| *runtime.id.name == *word || runtime.id.to_string() == word;
            // `c` is a letter as well, and names nothing by itself.
            let named = stage::catalog().runtimes.iter().find(|runtime| word.len() > 1 && names(runtime));
            assert!(named.is_none(), "{file}: `{word}` in `{literal}`");
        }
    }
}

/// A law asks a scenario's header what is done with two libraries, and names only scenarios for one, whose failures are facts.
#[test]
fn no_law_names_a_scenario_for_several() {
    let catalog = stage::catalog();
    let stories = catalog.scenarios.iter().flat_map(|scenario| scenario.stories.iter().map(|(_, story)| story));
    // Some words are a scenario's and a step's, the key of a fact, a mode, or the name of a law.
    let steps = stories.flat_map(|story| story.steps().iter().map(|step| step.name.as_str()));
    let keys = catalog.scenarios.iter().flat_map(|scenario| scenario.facts.iter().map(String::as_str));
    let modes = catalog.scenarios.iter().flat_map(|scenario| scenario.modes.iter().map(String::as_str));
    let words: BTreeSet<&str> = steps.chain(keys).chain(modes).chain(LAWS.iter().map(|law| law.name)).collect();
    let mut read = BTreeSet::new();
    for (file, literal) in literals() {
        let Some(scenario) = catalog.scenario(&literal) else { continue };
        let is_read = READ.contains(&literal.as_str());
        assert!(is_read || words.contains(literal.as_str()), "{file} names the scenario `{literal}`");
        if is_read {
            assert_eq!((scenario.fewest, scenario.most), (1, 1), "`{literal}` is no scenario for one");
            read.insert(literal);
        }
    }
    assert!(READ.iter().all(|name| read.contains(*name)), "take off the list what no law reads: {read:?}");
}

/// What people read and write by hand stays short, and no line is so long that nobody reads it.
#[test]
fn cases_are_few() {
    let cases = fs::read_to_string(root().join("snapshots/known-failures.toml")).unwrap();
    assert!(cases.lines().count() <= 1000);
    assert!(cases.matches("[[failure]]").count() <= 15, "find the law");
    for entry in stage::ledger().entries().iter().filter(|entry| entry.sample().is_none()) {
        let cells = entry.cells();
        let names = |runtime: &&coexist::catalog::Runtime| {
            let is_end = |c: char| !(c.is_ascii_alphanumeric() || c == '-');
            cells.split(is_end).any(|word| *runtime.id.name == *word)
        };
        let samples: std::collections::BTreeSet<_> =
            stage::catalog().runtimes.iter().filter(names).map(|runtime| &runtime.id.name).collect();
        assert!(samples.len() <= 3, "{}: {samples:?}", entry.place());
    }
    let folder = fs::read_dir(root().join("snapshots/facts")).unwrap().flatten().map(|file| file.path());
    for file in folder.chain([root().join("snapshots/known-failures.toml")]) {
        for (at, line) in fs::read_to_string(&file).unwrap().lines().enumerate() {
            assert!(line.chars().count() <= 200, "{}:{}", file.display(), at + 1);
        }
    }
}
