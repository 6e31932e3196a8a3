//! CONTRIBUTING.md's two recipes, a runtime and a scenario, done as the page says: write the files that it shows, run, accept.

use std::collections::BTreeSet;

use coexist::catalog::Group;
use coexist::judge::Verdict;
use coexist::matrix::cells;

use crate::sandbox::{Sandbox, copy, files};
use crate::stage::{self, root};

/// A file that the page shows: its path and its text.
#[derive(Debug)]
struct Shown {
    path: String,
    text: String,
}

/// The fenced blocks with `file=…`, in order.
fn shown(page: &str) -> Vec<Shown> {
    let mut found = Vec::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        let Some(fence) = line.strip_prefix("```") else { continue };
        let text: String = lines.by_ref().take_while(|line| *line != "```").flat_map(|line| [line, "\n"]).collect();
        if let Some(path) = fence.split(' ').find_map(|word| word.strip_prefix("file=")) {
            found.push(Shown { path: path.to_owned(), text });
        }
    }
    found
}

fn contributing() -> Vec<Shown> {
    shown(&std::fs::read_to_string(root().join("CONTRIBUTING.md")).unwrap())
}

/// A tree with the real scenarios and the samples that every machine can build.
fn tree() -> Sandbox {
    let sandbox = Sandbox::new();
    std::fs::remove_dir_all(sandbox.path("samples/one")).unwrap();
    for part in ["c-hosts", "samples/c", "samples/cpp", "samples/rust"] {
        copy(&root().join(part), &sandbox.path(part));
    }
    let c = stage::catalog().runtime(&"c".parse().unwrap()).unwrap();
    for file in files(&sandbox.path("c-hosts")).iter().filter(|file| file.extension().is_some_and(|end| end == "c")) {
        let name = file.file_stem().and_then(|name| name.to_str()).unwrap();
        // What C does not offer, no sample of the tree does. The files of support are no scenarios.
        let needs_more = stage::catalog().scenario(name).is_some_and(|scenario| {
            !c.flavours.contains_key(&scenario.flavour)
                || !scenario.needs.iter().chain(&scenario.needs_first).all(|entry| c.offers(*entry))
        });
        if needs_more {
            std::fs::remove_file(file).unwrap();
            continue;
        }
        // These need runtimes that the tree does not have.
        let text = std::fs::read_to_string(file).unwrap();
        let is_here = |list: &str| list.split('+').all(|name| ["c", "cpp", "rust"].contains(&name));
        let kept = text.lines().filter(|line| line.strip_prefix("//! also: ").is_none_or(is_here));
        std::fs::write(file, kept.flat_map(|line| [line, "\n"]).collect::<String>()).unwrap();
    }
    sandbox
}

fn list(sandbox: &Sandbox) -> BTreeSet<String> {
    sandbox.expect(0, &["list", "cells"]).stdout.lines().map(str::to_owned).collect()
}

#[test]
fn both_recipes_are_shown() {
    let paths: Vec<String> = contributing().into_iter().map(|file| file.path).collect();
    let is_manifest = |path: &String| path.starts_with("samples/") && path.ends_with("/sample.toml");
    let is_scenario = |path: &String| path.starts_with("c-hosts/") && path.ends_with(".c");
    assert!(paths.iter().any(is_manifest) && paths.iter().any(is_scenario), "{paths:?}");
    for path in paths {
        assert!(!root().join(&path).exists(), "{path} is there already: the recipe would change it");
    }
}

#[test]
fn what_the_page_shows_is_in_the_matrix_and_passes() {
    let sandbox = tree();
    let before = list(&sandbox);
    for file in contributing() {
        sandbox.write(&file.path, &file.text);
    }
    let after = list(&sandbox);
    assert!(before.is_subset(&after));
    let new: Vec<String> = after.difference(&before).cloned().collect();
    let catalog = coexist::catalog::Catalog::read(&sandbox.root()).unwrap();
    for file in contributing() {
        let parts: Vec<&str> = file.path.split('/').collect();
        match parts.as_slice() {
            ["samples", id, "sample.toml"] => {
                let alone = format!("callback/{id}");
                assert!(new.contains(&alone), "{alone} is not in {new:?}");
            }
            ["c-hosts", name] => {
                let name = name.strip_suffix(".c").unwrap();
                let own: Vec<String> = cells(&catalog)
                    .iter()
                    .filter(|cell| cell.scenario.name == name)
                    .map(|cell| cell.id.to_string())
                    .collect();
                assert!(!own.is_empty() && own.iter().all(|cell| new.contains(cell)), "{own:?} is not all in {new:?}");
            }
            _ => {}
        }
    }

    // VMs are not on every machine, and a recipe does not ask for one.
    let own: Vec<String> = cells(&catalog)
        .iter()
        .filter(|cell| cell.groups().all(|group| group == Group::Core))
        .map(|cell| cell.id.to_string())
        .filter(|id| new.contains(id))
        .collect();
    let mut run = vec!["run"];
    run.extend(own.iter().map(String::as_str));
    let ran = sandbox.expect(100, &run);
    let record = sandbox.record();
    assert_eq!(record.cells.len(), own.len());
    assert!(record.cells.iter().all(|cell| cell.verdict == Verdict::New), "{}", ran.stderr);
    sandbox.expect(0, &["bless", "--yes"]);
    sandbox.expect(0, &run);
}
