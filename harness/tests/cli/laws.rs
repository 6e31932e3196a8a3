//! What laws predict from facts of two libraries: verdicts, what is left to a law, and what is said about it beforehand.

use coexist::judge::Verdict;

use super::snapshot;
use crate::sandbox::Sandbox;

const NEEDS: &str = "[measured.one]\nneeds = [\"SIGUSR1 in churn\"]\n";
const TAKES: &str = "[measured.two]\ntakes = [\"SIGUSR1 by itself SA_RESTART\"]\n";

/// Two samples and a scenario for two. By the facts, `one` beside `two` fails in `churn`, in each of its modes.
fn project(modes: &str, churn: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.sample("two", "");
    let story = "load 1, start 1, load 2, start 2, churn 1 on threads, exit";
    let header =
        format!("//! runtimes: 2\n//! modes: {modes}\n//! steps: {story}\n//! deadline: 2s\n#include <stdlib.h>");
    sandbox.scenario("pair", &header, &format!("xstart(xload(1)); step(\"churn\", lib); {churn}"));
    sandbox
}

fn with_facts(sandbox: Sandbox) -> Sandbox {
    sandbox.write("snapshots/facts/one.toml", NEEDS);
    sandbox.write("snapshots/facts/two.toml", TAKES);
    sandbox
}

fn verdict(sandbox: &Sandbox, id: &str) -> Option<Verdict> {
    sandbox.record().cells.iter().find(|cell| cell.cell.to_string() == id).map(|cell| cell.verdict)
}

/// Inside of a prediction a failure is known; one that must come and does not is told with its law and both facts.
#[test]
fn a_law_covers_a_failure_and_misses_one() {
    let sandbox = with_facts(project("well broken", "if (host_is_mode(\"broken\")) abort();"));
    let ran = sandbox.expect(103, &["run", "pair*/one+two", "--diagnose", "never"]);
    snapshot("law-fixed", &ran);
    assert_eq!(verdict(&sandbox, "pair/one+two"), Some(Verdict::Fixed));
    assert_eq!(verdict(&sandbox, "pair[broken]/one+two"), Some(Verdict::Known));
    snapshot("law-show-known", &sandbox.expect(0, &["show", "pair[broken]/one+two"]));
    let mut scored = sandbox.expect(0, &["laws", "--cells"]);
    // Without the laws that speak of no cell here, so that another law changes nothing.
    let speaks = |line: &&str| !line.trim_end().ends_with("-            -        0             0");
    scored.stdout = scored.stdout.lines().filter(speaks).flat_map(|line| [line, "\n"]).collect();
    snapshot("law-scored", &scored);
    // Nobody else carries the law, so without one of the two nothing says that the other fails.
    let left_out = sandbox.expect(0, &["laws", "--without", "one"]).stdout;
    let line = left_out.lines().find(|line| line.starts_with("one ")).unwrap();
    let words: Vec<&str> = line.split_whitespace().collect();
    assert_eq!(words[..7], ["one", "1", "0", "0.0", "%", "0", "0"], "{left_out}");
    assert!(words.contains(&"stolen-signal"), "{left_out}");
    // There is no entry that could be taken out.
    sandbox.expect(0, &["ledger", "apply", "--remove-fixed", "--yes"]);
    assert_eq!(std::fs::read_to_string(sandbox.path("snapshots/facts/one.toml")).unwrap(), NEEDS);
    // Another end, another phase, or the other order is none of the law's.
    let other = sandbox.expect(100, &["run", "pair[broken]/two+one", "--diagnose", "never"]);
    assert!(other.stderr.contains("1 failed"), "{}", other.stderr);
    sandbox.replace("c-hosts/pair.c", "abort();", "{ step(\"other\", lib); abort(); }");
    snapshot("law-other-phase", &sandbox.expect(100, &["run", "pair[broken]/one+two", "--diagnose", "never"]));
}

/// What a library does alone, it does beside another one.
#[test]
fn what_fails_alone_is_known_in_company() {
    let sandbox = project("well", "xcallback(lib);");
    sandbox.aborting_sample("one");
    sandbox.replace("c-hosts/pair.c", "//! steps: ", "//! parts: callback\n//! steps: callback 1, ");
    let fact = "[[failure]]\ncells = \"callback/one\"\nphase = \"callback\"\noutcome = \"signalled SIGABRT\"\nreason = \"it aborts\"\n";
    sandbox.write("snapshots/facts/one.toml", fact);
    sandbox.expect(0, &["run", "callback/one", "pair/one+two", "--diagnose", "never"]);
    let shown = sandbox.expect(0, &["show", "pair/one+two"]).stdout;
    assert!(shown.contains("law in-company: one fails alone in callback: it aborts"), "{shown}");
    // Where it is mended, the fact is what is out of date.
    sandbox.sample("one", "");
    sandbox.expect(103, &["run", "callback/one"]);
    sandbox.expect(0, &["ledger", "apply", "--remove-fixed", "--yes"]);
    sandbox.run(&["run", "pair/one+two"]);
    assert_eq!(verdict(&sandbox, "pair/one+two"), Some(Verdict::New));
}

/// A run of everything takes a tenth of the cells that must fail by a law, and says how many it left.
#[test]
fn cells_that_must_fail_have_their_turns() {
    let modes: Vec<String> = (0..30).map(|number| format!("m{number}")).collect();
    let sandbox = with_facts(project(&modes.join(" "), "abort();"));
    sandbox.ledger("pair*/{one+one,two+*}", "churn", "signalled SIGABRT");
    let by_law = |sandbox: &Sandbox| {
        sandbox.record().cells.iter().filter(|cell| cell.cell.to_string().ends_with("/one+two")).count()
    };
    let ran = sandbox.run(&["run", "--diagnose", "never"]);
    let left = sandbox.record().left;
    assert_eq!((left + by_law(&sandbox), left > 10), (30, true), "{}", ran.stderr);
    assert!(ran.stderr.contains(&format!("{left} cells that must fail by a law were not run")), "{}", ran.stderr);
    assert!(!sandbox.record().full);
    for args in [&["run", "--all", "--diagnose", "never"][..], &["run", "pair*/*", "--diagnose", "never"]] {
        sandbox.run(args);
        assert_eq!((sandbox.record().left, by_law(&sandbox)), (0, 30), "{args:?}");
    }
}

/// Facts that nobody has accepted yet change no verdict, and a run says what they would change.
#[test]
fn what_follows_from_new_facts_is_said() {
    let sandbox = project("well", "");
    sandbox.write("snapshots/facts/one.toml", NEEDS);
    let measures = "found(\"takes SIGUSR1 by itself\", 1, 1);";
    sandbox.scenario("measures", "//! facts: takes\n#include \"support/trial.h\"", measures);
    sandbox.expect(100, &["run", "measures/two", "pair/one+two"]);
    sandbox.expect(0, &["bless", "pair/one+two", "--yes"]);
    sandbox.expect(0, &["run", "pair/one+two"]);
    snapshot("law-follows", &sandbox.expect(100, &["run", "measures/two"]));
    assert_eq!(sandbox.record().follows[0].1.fail[0].to_string(), "pair/one+two");
    sandbox.expect(0, &["bless", "--yes"]);
    sandbox.expect(103, &["run", "pair/one+two"]);
    sandbox.replace("c-hosts/measures.c", "found(", "if (false) found(");
    snapshot("law-follows-gone", &sandbox.expect(100, &["run", "measures/two"]));
}

#[test]
fn what_is_known_beforehand_is_explained() {
    let sandbox = with_facts(project("well", ""));
    sandbox.scenario("measures", "//! facts: takes\n#include \"support/trial.h\"", "");
    for (name, what) in [
        ("cell", "pair/one+two"),
        ("cell-well", "pair/two+one"),
        ("runtime", "one"),
        ("law", "stolen-signal"),
        ("fact", "takes"),
    ] {
        snapshot(&format!("explain-{name}"), &sandbox.expect(0, &["explain", what]));
    }
    snapshot("explain-nothing", &sandbox.expect(4, &["explain", "stolen-singal"]));
    snapshot("laws-before-run", &sandbox.expect(96, &["laws"]));
    sandbox.run(&["run", "callback"]);
    snapshot("laws-nobody", &sandbox.expect(2, &["laws", "--without", "three"]));
}
