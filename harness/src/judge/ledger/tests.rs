//! Which entries are about a cell, how they stand to a failure, and what is wrong with a text.

use proptest::prelude::*;
use rstest::rstest;

use super::*;

const ENTRY: &str = "[[failure]]\ncells = \"callback[x]/go+*\"\nphase = \"start\"\noutcome = \"signalled SIGSEGV\"\nreason = \"because\"\n";

fn id(text: &str) -> CellId {
    text.parse().unwrap()
}

#[test]
fn an_entry_is_about_the_cells_of_its_glob() {
    let ledger = Ledger::parse(ENTRY).unwrap();
    assert_eq!(ledger.about(&id("callback[x]/go+c")).len(), 1);
    assert_eq!(ledger.about(&id("callback[x]/c+go")).len(), 0);
    assert_eq!(ledger.about(&id("callback/go+c")).len(), 0);
}

proptest! {
    /// Looking first for the pieces of a glob that stand for themselves changes no answer.
    #[test]
    fn pieces_hide_nothing(text in "[ab/+,]{0,8}", glob in "([ab/+,]|[*?]|\\\\[a*]|\\{([ab]{1,2},){0,2}[ab*]{0,2}\\}){0,6}") {
        let plain = crate::matrix::glob(&glob);
        match (Pattern::new(&glob), plain) {
            (Ok(pattern), Ok(plain)) => prop_assert_eq!(pattern.is_match(&text), plain.compile_matcher().is_match(&text)),
            (Err(_), Err(_)) => {}
            (Ok(_), Err(why)) => prop_assert!(false, "{glob} is no glob: {why}"),
            (Err(why), Ok(_)) => prop_assert!(false, "{glob} is a glob: {why}"),
        }
    }

    #[test]
    fn what_is_no_glob_is_said_when_it_is_read(glob in "[ab{}*,\\\\]{0,6}") {
        prop_assert_eq!(Pattern::new(&glob).is_ok(), crate::matrix::glob(&glob).is_ok());
    }
}

#[rstest]
#[case("churn/go", &["churn/go"])]
#[case("churn/{go,rust}+c", &["churn/", "+c"])]
#[case("*[a]/?b\\*c", &["[a]/", "b", "c"])]
#[case("{a,{b,c}d}e", &["e"])]
#[case("", &[])]
fn pieces_are_outside_of_braces(#[case] glob: &str, #[case] expected: &[&str]) {
    assert_eq!(pieces(glob), expected);
}

#[test]
fn an_entry_about_no_cell_is_found() {
    let ledger = Ledger::parse(ENTRY).unwrap();
    let (with, without) = (id("callback[x]/go+c"), id("callback/c"));
    assert!(ledger.unmatched([&without, &with]).is_empty());
    assert_eq!(ledger.unmatched([&without])[0].line, 1);
}

/// Facts of a sample are about its own libraries alone, or copies of one.
#[test]
fn facts_are_about_one_library() {
    let facts = ENTRY.replace("\"callback[x]/go+*\"", "[\"callback/go\", \"callback/{go,c}+*\"]");
    let mut ledger = Ledger::default();
    ledger.parse_facts("snapshots/facts/go.toml", &facts).unwrap();
    for (cell, about) in [
        ("callback/go", 1),
        ("callback/go+go", 1),
        ("callback/go@1.21", 0),
        ("callback/go+go@1.21", 0),
        ("callback/go+c", 0),
        ("callback/c", 0),
        ("callback/c+c", 0),
        ("churn/go", 0),
    ] {
        assert_eq!(ledger.about(&id(cell)).len(), about, "{cell}");
    }
    let entry = &ledger.entries()[0];
    assert_eq!((entry.sample(), entry.place().as_str()), (Some("go"), "snapshots/facts/go.toml:1"));
    assert_eq!(entry.cells(), "callback/go, callback/{go,c}+*");
    assert_eq!(Ledger::parse(ENTRY).unwrap().entries()[0].sample(), None);
    // What matches by its words alone is about no cell: somebody wrote it into the wrong file.
    let ids = ["callback/c", "callback/go+c"].map(id);
    assert_eq!(ledger.unmatched(&ids).len(), 1);
    assert!(ledger.unmatched(&[id("callback/go+go")]).is_empty());
}

#[test]
fn an_entry_about_many_is_asked_like_one_about_few() {
    let ids: Vec<CellId> = ["callback[x]/go+c", "callback/c", "callback[x]/go+go"].map(id).into();
    let ledger = Ledger::parse(ENTRY).unwrap();
    let each: Vec<usize> = ledger.about_each(&ids).iter().map(Vec::len).collect();
    assert_eq!(each, [1, 0, 1]);
}

#[test]
fn reasons_are_shared_by_their_cause() {
    let with_cause = ENTRY.replace("reason = \"because\"", "cause = \"one\"");
    let causes = "[causes.one]\nreason = \"shared\"\n[causes.two]\nreason = \"unused\"\n";
    let mut ledger = Ledger::parse(&format!("{causes}{with_cause}{ENTRY}")).unwrap();
    let own = "[causes.own]\nreason = \"own\"\n";
    ledger
        .parse_facts("snapshots/facts/go.toml", &format!("{own}{with_cause}{}", with_cause.replace("one", "own")))
        .unwrap();
    let told: Vec<&str> = ledger.entries().iter().map(|entry| entry.reason.as_str()).collect();
    assert_eq!(told, ["shared", "because", "shared", "own"]);
    let unused: Vec<String> = ledger.unused().into_iter().map(Cause::place).collect();
    assert_eq!(unused, ["snapshots/known-failures.toml:3"]);
}

/// The files are one after the other in one list: a name stands for one cause, and a library has one table of measured facts.
#[test]
fn what_is_there_twice_is_said_where_it_stands() {
    let cause = "[causes.one]\nreason = \"x\"\n";
    let measured = "[measured.go]\nticks = [\"SIGPROF\"]\n";
    for (second, message, caret) in [
        (cause, "snapshots/facts/go.toml:2 has a cause `one` as well", "[causes.one]"),
        (measured, "`go` was measured already", "go"),
    ] {
        let mut ledger = Ledger::default();
        ledger.parse_facts("snapshots/facts/go.toml", &format!("\n{cause}{measured}")).unwrap();
        let error = ledger.parse_facts("snapshots/facts/other.toml", second).unwrap_err();
        let LedgerError::Invalid { message: said, at, source_code, .. } = error else { panic!("{error}") };
        assert_eq!((said.as_str(), source_code.name()), (message, "snapshots/facts/other.toml"));
        assert!(second[at.offset()..].starts_with(caret), "{second}: {at:?}");
    }
}

#[test]
fn what_was_measured_belongs_to_one_library() {
    let text =
        "[measured.go]\nneeds = [\"SIGUSR1 in churn\", \"SIGSEGV in churn (3 of 20)\"]\n[measured.\"go@1.21\"]\n";
    let mut ledger = Ledger::default();
    ledger.parse_facts("snapshots/facts/go.toml", text).unwrap();
    let of = |name: &str| ledger.measured(&name.parse().unwrap());
    let needs: Vec<(String, bool)> =
        of("go").unwrap().of("needs").iter().map(|fact| (fact.text.clone(), fact.is_sure())).collect();
    assert_eq!(needs, [("SIGSEGV in churn".to_owned(), false), ("SIGUSR1 in churn".to_owned(), true)]);
    assert!(of("go@1.21").unwrap().is_empty(), "it was measured, and nothing was found");
    assert_eq!(of("c"), None);
    let other = ledger.with_measured(&"c".parse().unwrap(), of("go").unwrap().clone());
    assert_eq!((other.measured(&"c".parse().unwrap()), other.measured(&"go".parse().unwrap())), (of("go"), of("go")));
}

#[test]
fn the_nearest_entry_says_why_it_does_not_cover() {
    let seen = Outcome::new("start", What::Signalled(11), "segfault at 0");
    for (more, standing, why) in [
        ("", Standing::Covers, "covers it"),
        ("phase = \"stop\"", Standing::OtherPhase, "is about phase stop"),
        ("outcome = \"timed-out\"", Standing::OtherOutcome, "is about `timed-out`"),
        ("says = \"bus error*\"", Standing::OtherSays, "is about one that says `bus error*`"),
        ("says = \"segfault*\"", Standing::Covers, "covers it"),
        ("rate = \"1 of 2\"", Standing::Covers, "covers it"),
    ] {
        let key = more.split(' ').next().unwrap_or_default();
        let kept = ENTRY.lines().filter(|line| key.is_empty() || !line.starts_with(key));
        let text: Vec<&str> = kept.chain([more]).collect();
        let ledger = Ledger::parse(&text.join("\n")).unwrap();
        let entry = &ledger.entries()[0];
        let why = format!("snapshots/known-failures.toml:1 {why}");
        assert_eq!((entry.stands(&seen), entry.why_not(entry.stands(&seen))), (standing, why));
    }
}

/// Any of its phases with any of its outcomes, and nothing else.
#[test]
fn an_entry_may_have_several_phases_and_outcomes() {
    let text = ENTRY
        .replace("\"start\"", "[\"churn\", \"detach\"]")
        .replace("\"signalled SIGSEGV\"", "[\n  \"signalled SIGSEGV\", # first\n  \"exited 2\",\n]");
    let ledger = Ledger::parse(&text).unwrap();
    let entry = &ledger.entries()[0];
    for (phase, what, standing, why) in [
        ("churn", What::Signalled(11), Standing::Covers, "covers it"),
        ("detach", What::Signalled(11), Standing::Covers, "covers it"),
        ("churn", What::Exited(2), Standing::Covers, "covers it"),
        ("detach", What::Exited(2), Standing::Covers, "covers it"),
        ("start", What::Exited(2), Standing::OtherPhase, "is about phase churn or detach"),
        ("detach", What::Exited(3), Standing::OtherOutcome, "is about `signalled SIGSEGV` or `exited 2`"),
        ("churn", What::TimedOut, Standing::OtherOutcome, "is about `signalled SIGSEGV` or `exited 2`"),
    ] {
        let seen = Outcome::new(phase, what, "");
        let stands = entry.stands(&seen);
        assert_eq!((stands, entry.why_not(stands)), (standing, format!("snapshots/known-failures.toml:1 {why}")));
    }
}

/// Where threads work at the same time, the phase is the last step that one of them began, and any of them may have failed.
#[test]
fn an_entry_covers_what_was_open_on_another_lane() {
    let ledger = Ledger::parse(&ENTRY.replace("\"start\"", "\"churn\"")).unwrap();
    let entry = &ledger.entries()[0];
    let seen = |meanwhile: &[&str]| Outcome {
        meanwhile: meanwhile.iter().map(|step| (*step).to_owned()).collect(),
        ..Outcome::new("detach", What::Signalled(11), "")
    };
    assert_eq!(entry.stands(&seen(&[])), Standing::OtherPhase);
    assert_eq!(entry.stands(&seen(&["call", "spin"])), Standing::OtherPhase);
    assert_eq!(entry.stands(&seen(&["call", "churn"])), Standing::Covers);
}

#[test]
fn what_is_wrong_in_a_list_is_said_where_it_stands() {
    for (from, to, message, caret) in [
        ("\"start\"", "[]", "`phase` is an empty list", "[]"),
        ("\"start\"", "[\"start\", \" \"]", "`phase` is empty", "\" \""),
        ("\"start\"", "[\"start\", 3]", "invalid type: integer `3`", "3"),
        ("\"start\"", "4", "expected a text or a list of texts", "4"),
        ("\"signalled SIGSEGV\"", "[\"leaked\", \"crashed\"]", "no outcome", "\"crashed\""),
        (
            "\"signalled SIGSEGV\"",
            "[\"leaked\", \"exited 2\",\"leaked\"]",
            "`outcome` has `leaked` twice",
            "\"leaked\"",
        ),
    ] {
        let text = ENTRY.replace(from, to);
        let error = Ledger::parse(&text).unwrap_err();
        assert!(error.to_string().contains(message), "{text}: {error}");
        let LedgerError::Invalid { at, .. } = error else { panic!("{error}") };
        assert_eq!(&text[at.offset()..at.offset() + at.len()], caret, "{text}");
        assert!(text.rfind(caret) == Some(at.offset()), "it is the last one: {text}");
    }
}

#[test]
fn what_is_wrong_is_said_where_it_stands() {
    for (change, message) in [
        (("outcome = ", "outcom = "), "unknown field"),
        (("signalled SIGSEGV", "crashed"), "no outcome"),
        (("signalled SIGSEGV", "finished"), "no failure"),
        (("because", " "), "`reason` is empty"),
        (("because", "TODO: why"), "nobody has written this reason yet"),
        (("start", " "), "`phase` is empty"),
        (("callback[x]/go+*", "callback/{go"), "no glob"),
        (("reason = \"because\"\n", ""), "neither `reason` nor `cause`"),
        (("phase = \"start\"\n", ""), "missing field"),
        (("reason =", "rate = \"often\"\nreason ="), "no rate"),
        (("reason =", "rate = \"2 of 2\"\nreason ="), "needs no rate"),
        (("reason =", "cause = \"x\"\nreason ="), "a `reason` and a `cause`"),
        (("reason = \"because\"", "cause = \"x\""), "there is no cause `x`"),
        (("[[failure]]", "[causes.A]\nreason = \"x\"\n[[failure]]"), "no name of a cause"),
        (("[[failure]]", "[causes.a]\nreason = \"TODO\"\n[[failure]]"), "nobody has written"),
        (("[[failure]]", "[causes.a]\nwhy = \"x\"\n[[failure]]"), "unknown field"),
        (("\"callback[x]/go+*\"", "[]"), "`cells` is an empty list"),
        (("\"callback[x]/go+*\"", "[\"a/go\", \"a/go\"]"), "`cells` has `a/go` twice"),
        (("reason =", "upstream = \"a/b#1\"\nreason ="), "unknown field `upstream`"),
        (("[[failure]]", "[measured.Go]\n[[failure]]"), "Go"),
        (("[[failure]]", "[measured.go]\nticks = \"SIGPROF\"\n[[failure]]"), "invalid type"),
        (("[[failure]]", "[measured.go]\nticks = [\" \"]\n[[failure]]"), "a fact cannot be empty"),
        (("reason =", "says = \"{x\"\nreason ="), "no glob"),
    ] {
        let text = ENTRY.replace(change.0, change.1);
        let error = Ledger::parse(&text).unwrap_err();
        assert!(error.to_string().contains(message), "{text}: {error}");
        assert!(matches!(error, LedgerError::Invalid { .. }));
    }
}
