//! Every combination of what happened, how the trace compares, and what is expected: the verdicts are written out.

use std::sync::Arc;

use super::*;
use crate::judge::{How, Ledger, Prediction};

const SAID: &str = "the handler is still there (line 7)";

/// What is expected of the cell; `{what}` is the outcome that is judged. An entry by its lines, or a law by `must` or `may`, its
/// phase and its outcome.
const EXPECTED: [(&str, &[&str]); 14] = [
    ("nothing", &[]),
    ("entry", &["phase = 'start'", "outcome = '{what}'"]),
    ("entry that says so", &["phase = 'start'", "outcome = '{what}'", "says = 'the handler*'"]),
    ("entry with a rate", &["phase = 'start'", "outcome = '{what}'", "rate = '1 of 2'"]),
    ("entry, other phase", &["phase = 'stop'", "outcome = '{what}'"]),
    ("entry, other outcome", &["phase = 'start'", "outcome = 'signalled SIGUSR2'"]),
    ("entry, other says", &["phase = 'start'", "outcome = '{what}'", "says = 'the mask*'"]),
    ("entry, other phase, rate", &["phase = 'stop'", "outcome = '{what}'", "rate = '1 of 2'"]),
    ("must", &["must", "start", "{what}"]),
    ("must, any phase", &["must", "", "{what}"]),
    ("must, other phase", &["must", "stop", "{what}"]),
    ("must, other outcome", &["must", "start", "signalled SIGUSR2"]),
    ("may", &["may", "start", "{what}"]),
    ("may, other phase", &["may", "stop", "{what}"]),
];

/// Columns are EXPECTED's, in its order: P pass, K known, N new, C changed, F failed, X fixed, S skipped, ! faulty.
const TABLE: &str = "\
finished same                      P X X P X X X P X X X X P P
finished missing                   N X X N X X X N X X X X N N
finished different                 C X X C X X X C X X X X C C
exited 1 same                      F K K K F F F F K K F F K F
exited 1 missing                   F K K K F F F F K K F F K F
exited 1 different                 F K K K F F F F K K F F K F
signalled SIGSEGV same             F K K K F F F F K K F F K F
signalled SIGSEGV missing          F K K K F F F F K K F F K F
signalled SIGSEGV different        F K K K F F F F K K F F K F
timed-out same                     F K K K F F F F K K F F K F
timed-out missing                  F K K K F F F F K K F F K F
timed-out different                F K K K F F F F K K F F K F
leaked same                        F K K K F F F F K K F F K F
leaked missing                     F K K K F F F F K K F F K F
leaked different                   F K K K F F F F K K F F K F
flooded stdout same                F K K K F F F F K K F F K F
flooded stdout missing             F K K K F F F F K K F F K F
flooded stdout different           F K K K F F F F K K F F K F
over-limit memory same             F K K K F F F F K K F F K F
over-limit memory missing          F K K K F F F F K K F F K F
over-limit memory different        F K K K F F F F K K F F K F
incomplete same                    F K K K F F F F K K F F K F
incomplete missing                 F K K K F F F F K K F F K F
incomplete different               F K K K F F F F K K F F K F
refused no-export same             F K K K F F F F K K F F K F
refused no-export missing          F K K K F F F F K K F F K F
refused no-export different        F K K K F F F F K K F F K F
check-failed same                  F K K K F F F F K K F F K F
check-failed missing               F K K K F F F F K K F F K F
check-failed different             F K K K F F F F K K F F K F
contradicted heaps same            F K K K F F F F K K F F K F
contradicted heaps missing         F K K K F F F F K K F F K F
contradicted heaps different       F K K K F F F F K K F F K F
over-budget threads same           F K K K F F F F K K F F K F
over-budget threads missing        F K K K F F F F K K F F K F
over-budget threads different      F K K K F F F F K K F F K F
corrupted trace same               F K K K F F F F K K F F K F
corrupted trace missing            F K K K F F F F K K F F K F
corrupted trace different          F K K K F F F F K K F F K F
not-built same                     F K K K F F F F K K F F K F
not-built missing                  F K K K F F F F K K F F K F
not-built different                F K K K F F F F K K F F K F
not-run same                       S S S S S S S S S S S S S S
not-run missing                    S S S S S S S S S S S S S S
not-run different                  S S S S S S S S S S S S S S
harness-failed same                ! ! ! ! ! ! ! ! ! ! ! ! ! !
harness-failed missing             ! ! ! ! ! ! ! ! ! ! ! ! ! !
harness-failed different           ! ! ! ! ! ! ! ! ! ! ! ! ! !
";

fn expectation(lines: &[&[&str]], what: &What) -> Expectation {
    // Of an outcome that nobody can expect, another one is.
    let what = match what {
        What::Finished | What::NotRun | What::HarnessFailed => "signalled SIGUSR1".to_owned(),
        failure => failure.to_string(),
    };
    let mut ways = Vec::new();
    for lines in lines.iter().filter(|lines| !lines.is_empty()) {
        match lines {
            [how @ ("must" | "may"), phase, outcome] => ways.push(Way::Law(Arc::new(Prediction {
                law: "a-law",
                how: if *how == "must" { How::Must } else { How::May },
                phases: if phase.is_empty() { Vec::new() } else { vec![(*phase).to_owned()] },
                outcomes: vec![outcome.replace("{what}", &what).parse().unwrap()],
                because: "one has a fact and the other has another".to_owned(),
                repeats: None,
            }))),
            lines => {
                let text = format!(
                    "[[failure]]\ncells = '*'\nreason = 'a test'\n{}",
                    lines.join("\n").replace("{what}", &what)
                );
                ways.extend(Ledger::parse(&text).unwrap().entries().iter().cloned().map(Way::Entry));
            }
        }
    }
    Expectation { ways }
}

fn letter(verdict: Verdict) -> char {
    match verdict {
        Verdict::Pass => 'P',
        Verdict::Known => 'K',
        Verdict::New => 'N',
        Verdict::Changed => 'C',
        Verdict::Failed => 'F',
        Verdict::Fixed => 'X',
        Verdict::Skipped => 'S',
        Verdict::Faulty => '!',
        Verdict::Rare => '?',
    }
}

fn judged<'e>(what: &What, comparison: Comparison, expected: &'e Expectation) -> Judgement<'e> {
    judge(&Outcome::new("start", what.clone(), SAID), comparison, expected)
}

#[test]
fn every_combination_has_its_verdict() {
    let mut found = String::new();
    let words: Vec<&str> = TABLE.lines().map(|line| line[..35].trim()).collect();
    for row in &words {
        let (what, comparison) = row.rsplit_once(' ').unwrap();
        let what: What = what.parse().unwrap();
        let comparison: Comparison = serde_json::from_value(comparison.into()).unwrap();
        let letters = EXPECTED
            .map(|(_, lines)| letter(judged(&what, comparison, &expectation(&[lines], &what)).verdict).to_string());
        found += &format!("{row:<35}{}\n", letters.join(" "));
    }
    assert_eq!(found, TABLE, "columns: {:?}", EXPECTED.map(|(name, _)| name));
}

/// The table has each outcome that there is, with each comparison.
#[test]
fn the_table_is_whole() {
    for word in crate::judge::outcome::WORDS {
        let rows = TABLE.lines().filter(|line| line.split(' ').next() == Some(word));
        assert_eq!(rows.count(), 3, "{word}");
    }
    assert_eq!(TABLE.lines().count(), 3 * crate::judge::outcome::WORDS.len());
}

fn by_name(name: &str) -> &'static [&'static str] {
    EXPECTED.iter().find(|(other, _)| *other == name).unwrap().1
}

#[test]
fn of_several_ways_one_that_covers_is_enough() {
    let ways = [by_name("entry, other phase"), by_name("must, other outcome"), by_name("may")];
    let expected = expectation(&ways, &What::TimedOut);
    let judgement = judged(&What::TimedOut, Comparison::Missing, &expected);
    assert_eq!(judgement.verdict, Verdict::Known);
    assert_eq!(judgement.way.unwrap().reason(), "one has a fact and the other has another; law a-law");
    // A rate and a `may` leave a run that finishes in peace, and a `must` beside them does not.
    let some = expectation(&[by_name("entry with a rate"), by_name("may")], &What::TimedOut);
    assert_eq!(judged(&What::Finished, Comparison::Same, &some).verdict, Verdict::Pass);
    let all = expectation(&[by_name("entry with a rate"), by_name("may"), by_name("must")], &What::TimedOut);
    let fixed = judged(&What::Finished, Comparison::Same, &all);
    assert_eq!((fixed.verdict, fixed.way.map(Way::is_certain)), (Verdict::Fixed, Some(true)));
}

#[test]
fn the_nearest_way_is_named() {
    for (ways, standing, why) in [
        (
            &["entry, other phase", "must, other outcome"][..],
            Standing::OtherOutcome,
            "law a-law predicts `signalled SIGUSR2` (one has a fact and the other has another)",
        ),
        (
            &["entry, other says", "may, other phase"],
            Standing::OtherSays,
            "snapshots/known-failures.toml:1 is about one that says `the mask*`",
        ),
        (
            &["may, other phase"],
            Standing::OtherPhase,
            "law a-law predicts a failure in phase stop (one has a fact and the other has another)",
        ),
    ] {
        let ways: Vec<&[&str]> = ways.iter().map(|name| by_name(name)).collect();
        let expected = expectation(&ways, &What::TimedOut);
        let judgement = judged(&What::TimedOut, Comparison::Missing, &expected);
        let (way, found) = judgement.near.unwrap();
        assert_eq!((judgement.verdict, found, way.why_not(found).as_str()), (Verdict::Failed, standing, why));
    }
}

fn of_runs(runs: &[(Verdict, usize)], rate: Option<&str>) -> Verdict {
    let mut counts = Counts::default();
    for (verdict, count) in runs {
        counts.add(*verdict, *count);
    }
    Verdict::of_runs(&counts, rate.map(|rate| rate.parse().unwrap()))
}

#[test]
fn what_nobody_expects_is_judged_by_how_often_it_comes() {
    use Verdict::{Changed, Failed, Faulty, Fixed, Known, New, Pass, Rare, Skipped};
    for (runs, verdict) in [
        (&[(Pass, 2)][..], Pass),
        (&[(Failed, 1)], Failed),
        (&[(Failed, 4)], Failed),
        (&[(Changed, 4)], Changed),
        (&[(Failed, 1), (Pass, 27)], Rare),
        (&[(Changed, 1), (New, 27)], Rare),
        (&[(Failed, 8), (Pass, 24)], Failed),
        (&[(Failed, 1), (Known, 27)], Rare),
        // Undecided: what was seen speaks.
        (&[(Failed, 2), (Pass, 1)], Failed),
        (&[(Failed, 1), (Pass, 1)], Rare),
        (&[(Known, 2), (Pass, 1)], Known),
        // One that must fail and finished once was not mended.
        (&[(Fixed, 5), (Known, 1)], Known),
        (&[(Fixed, 6)], Fixed),
        (&[(Pass, 1), (Skipped, 1)], Pass),
        (&[(Skipped, 2)], Skipped),
        (&[], Skipped),
        (&[(Pass, 1), (Faulty, 1), (Failed, 1)], Faulty),
    ] {
        assert_eq!(of_runs(runs, None), verdict, "{runs:?}");
    }
}

#[test]
fn a_rate_is_over_after_many_runs_without_a_failure() {
    use Verdict::{Fixed, Known, Pass};
    for (runs, verdict) in [
        (&[(Pass, 1)][..], Pass),
        (&[(Pass, 19)], Pass),
        (&[(Pass, 20)], Fixed),
        (&[(Pass, 40), (Known, 1)], Known),
        (&[(Known, 40)], Known),
    ] {
        assert_eq!(of_runs(runs, Some("10 of 20")), verdict, "{runs:?}");
    }
}
