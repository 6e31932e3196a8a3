//! Facts that a measuring scenario reports: where they go, and what becomes of one that its header does not declare.

use coexist::judge::{Verdict, What};
use coexist::trace::Found;

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
