//! Laws against their page, and against the rule that they name no runtime.

use std::fs;

use coexist::judge::Way;
use coexist::laws::LAWS;
use coexist::matrix;

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

/// A law speaks of facts. Words of the code, so that `go` in "goes" is none.
#[test]
fn no_law_names_a_runtime() {
    let mut files: Vec<_> =
        fs::read_dir(root().join("harness/src/laws")).unwrap().flatten().map(|file| file.path()).collect();
    files.push(root().join("harness/src/laws.rs"));
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        for literal in text.split('"').skip(1).step_by(2) {
            let words = literal.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '@'));
            for word in words {
                let names =
                    |runtime: &coexist::catalog::Runtime| *runtime.id.name == *word || runtime.id.to_string() == word;
                // `c` is a letter as well, and names nothing by itself.
                let named = stage::catalog().runtimes.iter().find(|runtime| word.len() > 1 && names(runtime));
                assert!(named.is_none(), "{}: `{word}` in `{literal}`", file.display());
            }
        }
    }
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
