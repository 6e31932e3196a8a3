//! The rules of the tree that no compiler checks.

use std::path::{Path, PathBuf};

use crate::sandbox::{below, files};
use crate::stage::root;

/// What may lie at the top.
const TOP: [&str; 24] = [
    ".cargo",
    ".ci",
    ".clang-format",
    ".config",
    ".editorconfig",
    ".git",
    ".gitattributes",
    ".github",
    ".gitignore",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "build.rs",
    "c-hosts",
    "clippy.toml",
    "deny.toml",
    "harness",
    "justfile",
    "rustfmt.toml",
    "samples",
];
/// The same, but made by the tools.
const MADE: [&str; 2] = ["snapshots", "target"];

/// Files of the harness that may contain `unsafe`, each for something that Rust's libraries do not do.
const UNSAFE: [&str; 6] =
    ["check/probe.rs", "child/guard.rs", "cli/bless.rs", "cli/run.rs", "diagnose/ptrace.rs", "judge/snapshot.rs"];

const LONGEST_FILE: usize = 450;
const LONGEST_TEST: usize = 400;
const LONGEST_DESIGN: usize = 120;

/// A file of the harness: its path below `harness/src`, and its text without unit tests and comments.
struct Source {
    name: String,
    text: String,
    code: String,
}

fn sources() -> Vec<Source> {
    let folder = root().join("harness/src");
    let found: Vec<Source> = rust(&folder)
        .into_iter()
        .map(|file| {
            let text = std::fs::read_to_string(&file).unwrap();
            let shipped = text.split("#[cfg(test)]\nmod ").next().unwrap();
            let code = shipped.lines().filter(|line| !line.trim_start().starts_with("//"));
            let code = code.flat_map(|line| [line, "\n"]).collect();
            Source { name: below(&folder, &file), text, code }
        })
        .collect();
    assert!(found.len() > 40, "the sources are not where they were");
    found
}

fn rust(folder: &Path) -> Vec<PathBuf> {
    let mut found = files(folder);
    // Unit tests that have a file of their own are called that, and are tests.
    found.retain(|file| file.extension().is_some_and(|ending| ending == "rs") && !file.ends_with("tests.rs"));
    found.sort();
    found
}

/// Files whose code has one of some words, but for those that may.
fn outside(allowed: &[&str], words: &[&str]) -> Vec<String> {
    let has = |source: &Source| words.iter().any(|word| source.code.contains(word));
    let found: Vec<String> = sources().into_iter().filter(has).map(|source| source.name).collect();
    for name in allowed {
        assert!(found.iter().any(|file| file == name), "{name} has none of {words:?} any more: take it off the list");
    }
    found.into_iter().filter(|name| !allowed.contains(&name.as_str())).collect()
}

#[test]
fn the_top_level_is_fixed() {
    let entries = std::fs::read_dir(root()).unwrap().flatten();
    let names = entries.map(|entry| entry.file_name().into_string().unwrap());
    let strange: Vec<String> =
        names.filter(|name| !TOP.contains(&name.as_str()) && !MADE.contains(&name.as_str())).collect();
    assert!(strange.is_empty(), "not of this place: {strange:?}");
}

#[test]
fn only_one_file_prints() {
    let words = ["println!", "print!(", "dbg!(", "io::stdout", "io::stderr", "anstream::"];
    assert_eq!(outside(&["cli/ui.rs"], &words), [""; 0]);
}

#[test]
fn only_the_probe_loads_libraries() {
    assert_eq!(outside(&["check/probe.rs"], &["libloading", "dlopen("]), [""; 0]);
}

#[test]
fn only_one_file_knows_insta() {
    assert_eq!(outside(&["judge/snapshot.rs"], &["insta::"]), [""; 0]);
}

#[test]
fn unsafe_is_in_few_files() {
    assert_eq!(outside(&UNSAFE, &["unsafe {", "unsafe fn", "unsafe impl", "unsafe extern"]), [""; 0]);
}

#[test]
fn every_module_says_what_it_is_for() {
    let mut silent: Vec<String> =
        sources().into_iter().filter(|source| !source.text.starts_with("//! ")).map(|source| source.name).collect();
    for folder in ["harness/tests", "harness/benches"] {
        let own = rust(&root().join(folder)).into_iter();
        silent.extend(
            own.filter(|file| !std::fs::read_to_string(file).unwrap().starts_with("//! "))
                .map(|file| below(root(), &file)),
        );
    }
    assert_eq!(silent, [""; 0]);
}

#[test]
fn no_file_is_long() {
    let mut long = Vec::new();
    for (folder, longest) in [("harness/src", LONGEST_FILE), ("harness/tests", LONGEST_TEST)] {
        for file in rust(&root().join(folder)) {
            let lines = std::fs::read_to_string(&file).unwrap().lines().count();
            if lines > longest {
                long.push(format!("{}: {lines} lines", below(root(), &file)));
            }
        }
    }
    assert_eq!(long, [""; 0]);
}

#[test]
fn no_module_has_a_name_that_says_nothing() {
    let names = ["mod.rs", "utils.rs", "util.rs", "helpers.rs", "common.rs", "misc.rs"];
    let all = rust(&root().join("harness")).into_iter();
    let found: Vec<PathBuf> = all.filter(|file| names.iter().any(|name| file.ends_with(name))).collect();
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn the_design_fits_on_a_page() {
    let design = std::fs::read_to_string(root().join("harness/docs/DESIGN.md")).unwrap();
    let lines = design.lines().count();
    assert!((20..=LONGEST_DESIGN).contains(&lines), "DESIGN.md has {lines} lines, of {LONGEST_DESIGN}");
}

#[test]
fn samples_have_sources_only() {
    let built = ["so", "o", "a", "class", "rlib", "exe"];
    let all = files(&root().join("samples")).into_iter().chain(files(&root().join("c-hosts")));
    let found: Vec<PathBuf> = all
        .filter(|file| {
            let elf = std::fs::read(file).unwrap().starts_with(b"\x7fELF");
            elf || file.extension().is_some_and(|ending| built.iter().any(|built| ending == *built))
        })
        .collect();
    assert!(found.is_empty(), "built things belong below target/: {found:?}");
}

#[test]
fn every_dependency_has_its_reason() {
    let manifest = std::fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let mut dependencies = 0;
    let (mut section, mut before) = ("", "");
    for line in manifest.lines() {
        if line.starts_with('[') {
            section = line;
        } else if section.ends_with("dependencies]") && line.contains(" = ") && !line.starts_with('#') {
            dependencies += 1;
            assert!(before.starts_with("# ") || line.contains(" # "), "no reason above: {line}");
        }
        before = line;
    }
    assert!(dependencies > 10, "the dependencies are not where they were");
}

#[test]
fn nothing_names_a_machine() {
    let home = std::env::var("HOME").unwrap_or_default();
    // A home of one word, as root's, is in good text as well.
    let places: Vec<&str> =
        [root().to_str().unwrap(), &home].into_iter().filter(|path| path.matches('/').count() > 1).collect();
    let mut found = Vec::new();
    for folder in ["harness", "samples", "c-hosts", "snapshots", ".ci", ".github"] {
        for file in files(&root().join(folder)) {
            let text = String::from_utf8_lossy(&std::fs::read(&file).unwrap()).into_owned();
            if places.iter().any(|place| text.contains(place)) {
                found.push(below(root(), &file));
            }
        }
    }
    assert_eq!(found, [""; 0]);
}
