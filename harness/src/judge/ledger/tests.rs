//! Which entries are about a cell, how they stand to a failure, and what is wrong with a text.

use jiff::civil::date;
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

#[test]
fn the_last_day_of_an_entry_is_its_own() {
    let ledger = Ledger::parse(&format!("{ENTRY}since = 2026-01-01\nuntil = 2026-10-01\n")).unwrap();
    let (with, without) = (id("callback[x]/go+c"), id("callback/c"));
    assert!(ledger.expired(&[&with], date(2026, 10, 1)).is_empty());
    assert_eq!(ledger.expired(&[&without, &with], date(2026, 10, 2)).len(), 1);
    assert!(ledger.expired(&[&without], date(2026, 10, 2)).is_empty(), "it is about no cell of the run");
}

#[test]
fn reasons_are_shared_by_their_cause() {
    let with_cause = ENTRY.replace("reason = \"because\"", "cause = \"one\"");
    let own = with_cause.replace("cause =", "upstream = \"a/b#2\"\ncause =");
    let causes =
        "[causes.one]\nreason = \"shared\"\nupstream = \"https://example.org/1\"\n[causes.two]\nreason = \"unused\"\n";
    let ledger = Ledger::parse(&format!("{causes}{with_cause}{own}{ENTRY}")).unwrap();
    let told = |entry: &Entry| (entry.reason.clone(), entry.upstream.clone());
    let told: Vec<_> = ledger.entries().iter().map(told).collect();
    assert_eq!(told[0], ("shared".to_owned(), Some("https://example.org/1".to_owned())));
    assert_eq!(told[1], ("shared".to_owned(), Some("a/b#2".to_owned())), "the entry's own comes first");
    assert_eq!(told[2], ("because".to_owned(), None));
    let unused: Vec<(usize, &str)> = ledger.unused().iter().map(|cause| (cause.line, cause.name.as_str())).collect();
    assert_eq!(unused, [(4, "two")]);
}

#[test]
fn the_nearest_entry_says_why_it_does_not_cover() {
    let now = Circumstances { day: date(2026, 11, 24), platform: "x86_64-unknown-linux-gnu", versions: &[] };
    let seen = Outcome::new("start", What::Signalled(11), "segfault at 0");
    for (more, standing, why) in [
        ("", Standing::Covers, "ledger line 1 covers it"),
        ("phase = \"stop\"", Standing::OtherPhase, "ledger line 1 is about phase stop"),
        ("outcome = \"timed-out\"", Standing::OtherOutcome, "ledger line 1 is about `timed-out`"),
        ("says = \"bus error*\"", Standing::OtherSays, "ledger line 1 is about one that says `bus error*`"),
        ("says = \"segfault*\"", Standing::Covers, "ledger line 1 covers it"),
        ("platform = \"aarch64-*\"", Standing::OtherPlatform, "ledger line 1 is about platform aarch64-*"),
        ("platform = \"*-linux-{gnu,musl}\"", Standing::Covers, "ledger line 1 covers it"),
        (
            "toolchain = \"go >=1.21,<1.24\"",
            Standing::OtherToolchain,
            "ledger line 1 is about the toolchain go >=1.21, <1.24",
        ),
        ("until = 2026-11-23", Standing::Expired, "ledger line 1 expired on 2026-11-23"),
        ("until = 2026-11-24", Standing::Covers, "ledger line 1 covers it"),
    ] {
        let key = more.split(' ').next().unwrap_or_default();
        let kept = ENTRY.lines().filter(|line| key.is_empty() || !line.starts_with(key));
        let text: Vec<&str> = kept.chain([more]).collect();
        let ledger = Ledger::parse(&text.join("\n")).unwrap();
        let entry = &ledger.entries()[0];
        assert_eq!((entry.stands(&seen, &now), entry.why_not(entry.stands(&seen, &now)).as_str()), (standing, why));
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
    let now = Circumstances { day: date(2026, 11, 24), platform: "x86_64-unknown-linux-gnu", versions: &[] };
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
        let stands = entry.stands(&seen, &now);
        assert_eq!((stands, entry.why_not(stands)), (standing, format!("ledger line 1 {why}")));
    }
}

/// Where threads work at the same time, the phase is the last step that one of them began, and any of them may have failed.
#[test]
fn an_entry_covers_what_was_open_on_another_lane() {
    let ledger = Ledger::parse(&ENTRY.replace("\"start\"", "\"churn\"")).unwrap();
    let entry = &ledger.entries()[0];
    let now = Circumstances { day: date(2026, 11, 24), platform: "x86_64-unknown-linux-gnu", versions: &[] };
    let seen = |meanwhile: &[&str]| Outcome {
        meanwhile: meanwhile.iter().map(|step| (*step).to_owned()).collect(),
        ..Outcome::new("detach", What::Signalled(11), "")
    };
    assert_eq!(entry.stands(&seen(&[]), &now), Standing::OtherPhase);
    assert_eq!(entry.stands(&seen(&["call", "spin"]), &now), Standing::OtherPhase);
    assert_eq!(entry.stands(&seen(&["call", "churn"]), &now), Standing::Covers);
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
        (("reason =", "upstream = \"a/b\"\nreason ="), "`a/b` is no issue"),
        (("reason =", "until = \"2026-10-01\"\nreason ="), "invalid type"),
        (("reason =", "until = 2026-10-01T10:00:00\nreason ="), "is no day"),
        (("reason =", "since = 2026-10-02\nuntil = 2026-10-01\nreason ="), "`until` is before `since`"),
        (("reason =", "toolchain = \"go 1.21\"\nreason ="), "`1.21` is no bound"),
        (("reason =", "platform = \"{x\"\nreason ="), "no glob"),
        (("reason =", "says = \"{x\"\nreason ="), "no glob"),
    ] {
        let text = ENTRY.replace(change.0, change.1);
        let error = Ledger::parse(&text).unwrap_err();
        assert!(error.to_string().contains(message), "{text}: {error}");
        assert!(matches!(error, LedgerError::Invalid { .. }));
    }
}
