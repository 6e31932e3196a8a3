//! Facts that a measuring scenario reports: where they go, and what becomes of one that its header does not declare.

use coexist::judge::{Verdict, What};
use coexist::trace::Found;

use super::snapshot;
use crate::sandbox::Sandbox;

fn reporting(keys: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    let directives = format!("//! facts: {keys}\n#include \"support/trial.h\"");
    let lines = "found(\"needs SIGUSR1 in churn\", 2, 3); fact(\"void\", \"takes: hung\");";
    sandbox.scenario("measures", &directives, lines);
    sandbox
}

#[test]
fn what_was_found_is_kept_and_shown() {
    let sandbox = reporting("takes needs");
    sandbox.expect(100, &["run", "measures"]);
    let cell = &sandbox.record().cells[0];
    let found = Found { text: "needs SIGUSR1 in churn".to_owned(), times: 2, of: 3 };
    assert_eq!((cell.verdict, cell.found.as_slice()), (Verdict::New, [found].as_slice()));
    assert_eq!(cell.void, ["takes: hung"]);
    assert!(!cell.trace.contains("SIGUSR1"), "{}", cell.trace);
    let shown = sandbox.expect(0, &["show", "measures/one"]).stdout;
    assert!(shown.contains("needs SIGUSR1 in churn (2 of 3)") && shown.contains("takes: hung"), "{shown}");
}

#[test]
fn what_the_header_does_not_declare_contradicts_it() {
    let sandbox = reporting("takes");
    sandbox.expect(100, &["run", "measures"]);
    let outcome = &sandbox.record().cells[0].outcome;
    assert_eq!((&outcome.what, outcome.phase.as_str()), (&What::Contradicted("fact".to_owned()), "exit"));
    assert!(outcome.detail.contains("does not declare `needs`"), "{}", outcome.detail);
}

/// Facts wait for somebody who reads them, as traces do, and are written into the sample's own file.
#[test]
fn facts_are_accepted_and_compared() {
    let sandbox = reporting("takes needs");
    let run = |status: i32| {
        let ran = sandbox.expect(status, &["run", "measures", "-j1"]);
        (sandbox.record().cells[0].verdict, ran)
    };
    let (verdict, ran) = run(100);
    assert_eq!(verdict, Verdict::New);
    snapshot("facts-new", &ran);
    snapshot("facts-bless-show", &sandbox.expect(0, &["bless", "--show"]));
    assert!(!sandbox.path("snapshots/facts").exists(), "--show accepts nothing");
    snapshot("facts-bless", &sandbox.expect(0, &["bless", "--yes"]));
    let text = std::fs::read_to_string(sandbox.path("snapshots/facts/one.toml")).unwrap();
    assert!(text.ends_with("\n\n[measured.one]\nneeds = [\"SIGUSR1 in churn (2 of 3)\"]\n"), "{text}");
    assert_eq!(run(0).0, Verdict::Pass);

    sandbox.replace("c-hosts/measures.c", "found(", "found(\"takes SIGSEGV by itself\", 1, 1); found(");
    let (verdict, ran) = run(100);
    assert_eq!(verdict, Verdict::Changed);
    snapshot("facts-changed", &ran);
    snapshot("facts-bless-changed", &sandbox.expect(0, &["bless", "--yes"]));
    assert_eq!(run(0).0, Verdict::Pass);

    // A fact that showed in some trials only may show in none; one that is sure may not go away.
    sandbox.replace("c-hosts/measures.c", "found(\"needs", "if (false) found(\"needs");
    assert_eq!(run(0).0, Verdict::Pass);
    sandbox.replace("c-hosts/measures.c", "found(\"takes", "if (false) found(\"takes");
    snapshot("facts-gone", &run(100).1);
}
