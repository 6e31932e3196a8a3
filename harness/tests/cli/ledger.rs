//! `coexist ledger`: what it suggests, writes, takes out, and says.

use coexist::judge::{Ledger, Verdict};

use super::snapshot;
use crate::sandbox::Sandbox;

const LEDGER: &str = "snapshots/known-failures.toml";
const FACTS: &str = "snapshots/facts/two.toml";

/// Two samples that abort and one that fails a check, whose trace-less cells nobody knows.
fn failing() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.aborting_sample("two");
    sandbox.aborting_sample("three");
    sandbox.sample("four", "");
    sandbox.scenario("checks", "", "VERIFY(lib == NULL);");
    sandbox.expect(100, &["run"]);
    sandbox.expect(0, &["bless", "--yes"]);
    sandbox
}

#[test]
fn what_failed_is_suggested_and_written() {
    let sandbox = failing();
    snapshot("ledger-suggest", &sandbox.expect(0, &["ledger", "suggest", "callback"]));
    snapshot("ledger-apply-nobody", &sandbox.expect(0, &["ledger", "apply", "callback"]));
    assert!(!sandbox.path(FACTS).exists(), "nobody was there to say yes");
    sandbox.write(FACTS, "# Mine.\n");
    sandbox.expect(0, &["ledger", "apply", "callback", "--reason", "it \"aborts\"", "--yes"]);
    let text = std::fs::read_to_string(sandbox.path(FACTS)).unwrap();
    assert!(text.starts_with("# Mine.\n\n[[failure]]\n"), "{text}");
    assert!(!sandbox.path(LEDGER).exists(), "what one library does alone is a fact, and no case");
    sandbox.expect(0, &["run", "callback"]);
    sandbox.expect(100, &["run"]);
    let more = sandbox.expect(0, &["ledger", "suggest"]);
    assert!(more.stdout.contains("says    = ") && !more.stdout.contains("SIGABRT"), "{}", more.stdout);
    sandbox.expect(0, &["ledger", "apply", "checks/two", "--yes"]);
    snapshot("ledger-todo-refused", &sandbox.expect(2, &["run"]));
    sandbox.replace(FACTS, "TODO: why, and how that was verified", "no library is NULL");
    sandbox.expect(0, &["ledger", "apply", "--reason", "no library is NULL", "--yes"]);
    sandbox.expect(0, &["run"]);
    snapshot("ledger-nothing", &sandbox.expect(0, &["ledger", "suggest"]));
    sandbox.expect(0, &["ledger", "apply", "--yes"]);
}

#[test]
fn a_cause_that_is_not_there_is_not_written() {
    let sandbox = failing();
    snapshot("ledger-apply-cause", &sandbox.expect(2, &["ledger", "apply", "--cause", "aborts", "--yes"]));
    assert!(!sandbox.path(FACTS).exists());
    sandbox.write(LEDGER, "[causes.aborts]\nreason = \"it aborts\"\n");
    sandbox.expect(0, &["ledger", "apply", "--cause", "aborts", "--yes"]);
    sandbox.expect(0, &["run"]);
    assert!(
        sandbox.record().cells.iter().all(|cell| cell.reason.as_deref().is_none_or(|reason| reason == "it aborts"))
    );
}

#[test]
fn what_is_fixed_is_taken_out() {
    let sandbox = failing();
    let entry = |cells: &str, more: &str| {
        format!(
            "[[failure]]\ncells = \"{cells}\" # some\nphase = \"callback\"\noutcome = \"signalled SIGABRT\"\n{more}reason = \"a test\"\n"
        )
    };
    let texts =
        [entry("callback/*", ""), entry("callback/one", ""), entry("nothing/*", ""), entry("callback/{two,three}", "")];
    sandbox.write(
        LEDGER,
        &format!("# First.\n\n{}\n# Second.\n\n{}\n{}\n# Last.\n{}", texts[0], texts[1], texts[2], texts[3]),
    );
    sandbox.expect(100, &["run"]);
    snapshot(
        "ledger-remove-fixed",
        &sandbox.expect(0, &["ledger", "apply", "callback/none", "--remove-fixed", "--yes"]),
    );
    let text = std::fs::read_to_string(sandbox.path(LEDGER)).unwrap();
    let ledger = Ledger::parse(&text).unwrap();
    let cells: Vec<String> = ledger.entries().iter().map(|entry| entry.cells()).collect();
    assert_eq!(cells, ["callback/{three,two}", "callback/{two,three}"]);
    assert!(text.starts_with("# First.\n\n") && text.contains("# Second.\n\n# Last.\n"), "{text}");
    sandbox.expect(0, &["run", "callback"]);
    assert!(sandbox.record().cells.iter().all(|cell| cell.verdict != Verdict::Fixed));
}

#[test]
fn the_ledger_is_counted_by_cause() {
    let sandbox = failing();
    sandbox.ledger("callback/two", "callback", "signalled SIGABRT");
    snapshot("ledger-check", &sandbox.expect(0, &["ledger", "check"]));
    let more = "[causes.one]\nreason = \"x\"\n[causes.spare]\nreason = \"x\"\n[[failure]]\ncells = \"callback/t*\"\nphase = \"x\"\noutcome = \"timed-out\"\ncause = \"one\"\n[[failure]]";
    sandbox.replace(LEDGER, "[[failure]]", more);
    sandbox.replace(LEDGER, "callback/two", "callback/nobody");
    snapshot("ledger-check-outdated", &sandbox.expect(103, &["ledger", "check"]));
}

#[test]
fn help() {
    let sandbox = Sandbox::new();
    snapshot("help-ledger", &sandbox.expect(0, &["ledger", "--help"]));
    snapshot("help-ledger-apply", &sandbox.expect(0, &["ledger", "apply", "--help"]));
    snapshot("help-run", &sandbox.expect(0, &["run", "--help"]));
}
