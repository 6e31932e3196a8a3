//! Where output goes and how it looks: data on stdout, text on stderr, colour, readers that go away.

use std::process::Stdio;

use coexist::record::{Record, SCHEMA};
use rstest::rstest;

use super::snapshot;
use crate::sandbox::Sandbox;

#[test]
fn json_is_the_record_and_its_counts_add_up() {
    let sandbox = Sandbox::new();
    sandbox.aborting_sample("two");
    let ran = sandbox.expect(100, &["run", "--json"]);
    let record: Record = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(record.schema, SCHEMA);
    assert_eq!(record.cells.len(), 2);
    assert_eq!(record.totals.values().sum::<usize>(), record.cells.len());
    for (verdict, count) in &record.totals {
        assert_eq!(record.cells.iter().filter(|cell| cell.verdict == *verdict).count(), *count);
    }
    for cell in &record.cells {
        assert_eq!(cell.outcomes.iter().map(|(_, count)| count).sum::<usize>(), cell.runs);
    }
    assert!(ran.stderr.contains("2 cells in 5 runs: 1 new, 1 failed"), "text is there as well: {}", ran.stderr);
    let shown = sandbox.expect(0, &["show", "callback/two", "--json"]);
    let shown: serde_json::Value = serde_json::from_str(&shown.stdout).unwrap();
    assert_eq!((&shown["schema"], &shown["cell"]["outcome"]["what"]), (&SCHEMA.into(), &"signalled SIGABRT".into()));
}

#[test]
fn without_json_a_run_has_nothing_for_stdout() {
    let sandbox = Sandbox::new();
    assert_eq!(sandbox.expect(100, &["run"]).stdout, "");
}

#[test]
fn a_failed_cell_is_shown_with_what_to_type_next() {
    let sandbox = Sandbox::new();
    sandbox.aborting_sample("two");
    sandbox.expect(100, &["run", "--diagnose", "never"]);
    let commands = |id: &str| {
        let shown = sandbox.expect(0, &["show", id]).stdout;
        let commands = shown.lines().filter_map(|line| line.strip_prefix("→ ")?.split_once(": "));
        commands.map(|(_, command)| command.to_owned()).collect::<Vec<_>>()
    };
    let failed = commands("callback/two");
    assert!(failed.contains(&"coexist run 'callback/two' --diagnose all".to_owned()), "{failed:?}");
    assert!(failed.contains(&"coexist ledger apply 'callback/two' --reason 'WHY'".to_owned()), "{failed:?}");
    assert!(failed.iter().all(|command| !command.starts_with("coexist show")), "it is shown already: {failed:?}");
    // Each is a command line that is taken, and after the last one the cell does not block any more.
    for command in &failed {
        let words: Vec<&str> = command.split(' ').skip(1).map(|word| word.trim_matches('\'')).collect();
        assert_ne!(sandbox.run(&words).status, 2, "{command}");
    }
    sandbox.expect(0, &["ledger", "apply", "callback/two", "--reason", "a test", "--yes"]);
    sandbox.run(&["run"]);
    assert_eq!(commands("callback/two"), [""; 0]);
}

#[test]
fn a_place_without_a_cell_is_explained() {
    let sandbox = Sandbox::new();
    let legend = "- is not in this run";
    assert!(!sandbox.expect(100, &["run"]).stderr.contains(legend));
    sandbox.sample("two", "");
    sandbox.scenario("other", "//! runtimes: 1", "");
    let ran = sandbox.expect(100, &["run", "callback/one", "other/two"]);
    assert!(ran.stderr.contains("2 new") && ran.stderr.contains(legend), "{}", ran.stderr);
}

#[test]
fn lists() {
    let sandbox = Sandbox::new();
    snapshot("list", &sandbox.expect(0, &["list"]));
    snapshot("list-json", &sandbox.expect(0, &["list", "--json"]));
    let cells = sandbox.expect(0, &["list", "cells", "--json"]);
    let cells: serde_json::Value = serde_json::from_str(&cells.stdout).unwrap();
    assert_eq!(cells, serde_json::json!({ "schema": 1, "cells": ["callback/one"] }));
}

#[rstest]
#[case(&[], &[], false)]
#[case(&["--color", "always"], &[], true)]
#[case(&["--color", "never"], &[("CLICOLOR_FORCE", "1")], false)]
#[case(&[], &[("CLICOLOR_FORCE", "1")], true)]
#[case(&["--color", "always"], &[("NO_COLOR", "1")], true)]
#[case(&[], &[("NO_COLOR", "1")], false)]
fn colour_is_where_it_is_wanted(#[case] args: &[&str], #[case] env: &[(&str, &str)], #[case] coloured: bool) {
    let sandbox = Sandbox::new();
    let mut all = vec!["run"];
    all.extend(args);
    let ran = sandbox.ran(sandbox.command(&all).envs(env.iter().copied()));
    assert_eq!(ran.status, 100);
    assert_eq!(ran.stderr.contains("\x1b["), coloured, "{}", ran.stderr);
}

/// As in `coexist list | head -1`.
#[rstest]
#[case(&["list"], 0)]
#[case(&["list", "--json"], 0)]
#[case(&["list", "cells"], 0)]
#[case(&["run", "--json"], 100)]
fn a_reader_that_has_gone_away_is_no_error(#[case] args: &[&str], #[case] status: i32) {
    let sandbox = Sandbox::new();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output = sandbox.command(args).stdout(writer).stderr(Stdio::piped()).output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(status), "{stderr}");
    assert!(!stderr.contains("panicked") && !stderr.contains("Broken pipe"), "{stderr}");
}

#[test]
fn nobody_reads_the_text_of_a_run() {
    let sandbox = Sandbox::new();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output = sandbox.command(&["run"]).stderr(writer).output().unwrap();
    assert_eq!(output.status.code(), Some(100));
    assert_eq!(sandbox.record().cells.len(), 1);
}

#[test]
fn help_says_what_exit_statuses_mean() {
    let ran = Sandbox::new().expect(0, &["--help"]);
    snapshot("help", &ran);
    assert!(!ran.stdout.contains("__guard"), "what is for the harness itself is not shown");
}
