//! Every combination of what happened, how the trace compares, and what is expected of the cell: the verdicts are written out.

use std::sync::Arc;

use super::*;
use crate::judge::{How, Ledger, Prediction};

const SAID: &str = "the handler is still there (line 7)";

/// One thing that is expected of the cell; `{what}` is the outcome that is judged.
#[derive(Clone, Copy)]
enum Column {
    /// Nothing is.
    Nothing,
    /// An entry with these lines.
    Entry(&'static [&'static str]),
    /// A law says so: whether every run fails, in which phases, with which outcome, and the lines of the entry that it repeats.
    Law(How, &'static [&'static str], &'static str, &'static [&'static str]),
}
use Column::{Entry, Law, Nothing};
use How::{May, Must};

const COVERS: &[&str] = &["phase = 'start'", "outcome = '{what}'"];
const RATE: &[&str] = &["phase = 'start'", "outcome = '{what}'", "rate = '1 of 2'"];
const SAYS_SO: &[&str] = &["phase = 'start'", "outcome = '{what}'", "says = 'the handler*'"];
const OTHER_PHASE: &[&str] = &["phase = 'stop'", "outcome = '{what}'"];
const OTHER_OUTCOME: &[&str] = &["phase = 'start'", "outcome = 'signalled SIGUSR2'"];
const OTHER_SAYS: &[&str] = &["phase = 'start'", "outcome = '{what}'", "says = 'the mask*'"];
const OTHER_OUTCOME_SAYS: &[&str] = &["phase = 'start'", "outcome = 'signalled SIGUSR2'", "says = 'the mask*'"];
const ONE_OF_SEVERAL: &[&str] = &["phase = ['stop', 'start']", "outcome = ['signalled SIGUSR2', '{what}']"];
const OTHER_PHASE_RATE: &[&str] = &["phase = 'stop'", "outcome = '{what}'", "rate = '1 of 2'"];

/// What is expected of the cell.
const COLUMNS: [(&str, Column); 18] = [
    ("nothing", Nothing),
    ("entry covers", Entry(COVERS)),
    ("entry says so", Entry(SAYS_SO)),
    ("entry, one of several", Entry(ONE_OF_SEVERAL)),
    ("entry with a rate", Entry(RATE)),
    ("entry, other phase", Entry(OTHER_PHASE)),
    ("entry, other outcome", Entry(OTHER_OUTCOME)),
    ("entry, other says", Entry(OTHER_SAYS)),
    ("entry, other phase, rate", Entry(OTHER_PHASE_RATE)),
    ("must", Law(Must, &["start"], "{what}", &[])),
    ("may", Law(May, &["start"], "{what}", &[])),
    ("must in any phase", Law(Must, &[], "{what}", &[])),
    ("must, repeats what says so", Law(Must, &["start"], "{what}", SAYS_SO)),
    ("must, repeats another end", Law(Must, &["start"], "{what}", OTHER_OUTCOME_SAYS)),
    ("must, other phase", Law(Must, &["stop"], "{what}", &[])),
    ("must, other outcome", Law(Must, &["start"], "signalled SIGUSR2", &[])),
    ("must, repeats other says", Law(Must, &["start"], "{what}", OTHER_SAYS)),
    ("may, other phase", Law(May, &["stop"], "{what}", &[])),
];

/// Columns are COLUMNS, in their order: P pass, K known, N new, C changed, F failed, X fixed, S skipped, ! faulty.
const TABLE: &str = "\
finished same                      P X X X P X X X P X P X X X X X X P
finished missing                   N X X X N X X X N X N X X X X X X N
finished different                 C X X X C X X X C X C X X X X X X C
exited 1 same                      F K K K K F F F F K K K K K F F F F
exited 1 missing                   F K K K K F F F F K K K K K F F F F
exited 1 different                 F K K K K F F F F K K K K K F F F F
signalled SIGSEGV same             F K K K K F F F F K K K K K F F F F
signalled SIGSEGV missing          F K K K K F F F F K K K K K F F F F
signalled SIGSEGV different        F K K K K F F F F K K K K K F F F F
timed-out same                     F K K K K F F F F K K K K K F F F F
timed-out missing                  F K K K K F F F F K K K K K F F F F
timed-out different                F K K K K F F F F K K K K K F F F F
leaked same                        F K K K K F F F F K K K K K F F F F
leaked missing                     F K K K K F F F F K K K K K F F F F
leaked different                   F K K K K F F F F K K K K K F F F F
flooded stdout same                F K K K K F F F F K K K K K F F F F
flooded stdout missing             F K K K K F F F F K K K K K F F F F
flooded stdout different           F K K K K F F F F K K K K K F F F F
over-limit memory same             F K K K K F F F F K K K K K F F F F
over-limit memory missing          F K K K K F F F F K K K K K F F F F
over-limit memory different        F K K K K F F F F K K K K K F F F F
incomplete same                    F K K K K F F F F K K K K K F F F F
incomplete missing                 F K K K K F F F F K K K K K F F F F
incomplete different               F K K K K F F F F K K K K K F F F F
refused no-export same             F K K K K F F F F K K K K K F F F F
refused no-export missing          F K K K K F F F F K K K K K F F F F
refused no-export different        F K K K K F F F F K K K K K F F F F
check-failed same                  F K K K K F F F F K K K K K F F F F
check-failed missing               F K K K K F F F F K K K K K F F F F
check-failed different             F K K K K F F F F K K K K K F F F F
contradicted heaps same            F K K K K F F F F K K K K K F F F F
contradicted heaps missing         F K K K K F F F F K K K K K F F F F
contradicted heaps different       F K K K K F F F F K K K K K F F F F
over-budget threads same           F K K K K F F F F K K K K K F F F F
over-budget threads missing        F K K K K F F F F K K K K K F F F F
over-budget threads different      F K K K K F F F F K K K K K F F F F
corrupted trace same               F K K K K F F F F K K K K K F F F F
corrupted trace missing            F K K K K F F F F K K K K K F F F F
corrupted trace different          F K K K K F F F F K K K K K F F F F
not-built same                     F K K K K F F F F K K K K K F F F F
not-built missing                  F K K K K F F F F K K K K K F F F F
not-built different                F K K K K F F F F K K K K K F F F F
not-run same                       S S S S S S S S S S S S S S S S S S
not-run missing                    S S S S S S S S S S S S S S S S S S
not-run different                  S S S S S S S S S S S S S S S S S S
harness-failed same                ! ! ! ! ! ! ! ! ! ! ! ! ! ! ! ! ! !
harness-failed missing             ! ! ! ! ! ! ! ! ! ! ! ! ! ! ! ! ! !
harness-failed different           ! ! ! ! ! ! ! ! ! ! ! ! ! ! ! ! ! !
";

/// Of an outcome that nothing can predict, what is expected is another one.
fn expectable(what: &What) -> What {
    match what {
        What::Finished | What::NotRun | What::HarnessFailed => "signalled SIGUSR1".parse().unwrap(),
        failure => failure.clone(),
    }
}

/// An entry in the line of the file that its place in a list of them says.
fn entry(at: usize, lines: &[&str], what: &What) -> Arc<crate::judge::ledger::Entry> {
    let lines = lines.join("\n").replace("{what}", &expectable(what).to_string());
    let text = format!("{}[[failure]]\ncells = '*'\nreason = 'a test'\n{lines}", "\n".repeat(at));
    Arc::clone(&Ledger::parse(&text).unwrap().entries()[0])
}

fn expected(columns: &[Column], what: &What) -> Expectation {
    let ways = columns.iter().enumerate().filter_map(|(at, column)| match column {
        Nothing => None,
        Entry(lines) => Some(Way::Entry(entry(at, lines, what))),
        Law(how, phases, outcome, repeats) => Some(Way::Law(Arc::new(Prediction {
            law: "a-law",
            how: *how,
            phases: phases.iter().map(|phase| (*phase).to_owned()).collect(),
            outcomes: vec![outcome.replace("{what}", &expectable(what).to_string()).parse().unwrap()],
            because: "a test".to_owned(),
            repeats: (!repeats.is_empty()).then(|| entry(at, repeats, what)),
        }))),
    });
    Expectation { ways: ways.collect() }
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
        let letters = COLUMNS
            .map(|(_, column)| letter(judged(&what, comparison, &expected(&[column], &what)).verdict).to_string());
        found += &format!("{row:<35}{}\n", letters.join(" "));
    }
    assert_eq!(found, TABLE, "columns: {:?}", COLUMNS.map(|(name, _)| name));
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

/// Any way that covers a failure is enough, and any that is certain must come, whatever the others say.
#[test]
fn two_ways_are_each_as_good_as_alone() {
    for what in [What::Finished, What::TimedOut] {
        let alone = COLUMNS.map(|(_, column)| judged(&what, Comparison::Same, &expected(&[column], &what)).verdict);
        for (one, first) in alone.iter().zip(COLUMNS) {
            for (other, second) in alone.iter().zip(COLUMNS) {
                let both = judged(&what, Comparison::Same, &expected(&[first.1, second.1], &what)).verdict;
                let strongest = [Verdict::Known, Verdict::Fixed].into_iter().find(|v| [one, other].contains(&v));
                assert_eq!(both, strongest.unwrap_or(*one), "{what}: {} and {}", first.0, second.0);
            }
        }
    }
}

fn line(way: Option<&Way>) -> Option<usize> {
    way.map(|way| match way {
        Way::Entry(entry) => entry.line,
        Way::Law(_) => 0,
    })
}

#[test]
fn the_way_that_decides_is_named() {
    let law = Law(Must, &["start"], "{what}", &[]);
    for (what, columns, verdict, by) in [
        (What::TimedOut, &[Entry(OTHER_PHASE), Entry(RATE), Entry(COVERS)][..], Verdict::Known, Some(2)),
        (What::TimedOut, &[Entry(OTHER_PHASE), law, Entry(COVERS)], Verdict::Known, Some(0)),
        (What::Finished, &[Entry(RATE), Entry(COVERS), law], Verdict::Fixed, Some(2)),
        (What::Finished, &[Entry(RATE), law], Verdict::Fixed, Some(0)),
        (What::Finished, &[Entry(RATE)], Verdict::Pass, None),
    ] {
        let expected = expected(columns, &what);
        let judgement = judged(&what, Comparison::Same, &expected);
        assert_eq!((judgement.verdict, line(judgement.way)), (verdict, by));
    }
}

#[test]
fn the_nearest_way_is_named() {
    let law = |phases| Law(May, phases, "signalled SIGUSR2", &[]);
    for (columns, standing, why) in [
        (
            &[Entry(OTHER_PHASE), Entry(OTHER_OUTCOME)][..],
            Standing::OtherOutcome,
            "snapshots/known-failures.toml:2 is about `signalled SIGUSR2`",
        ),
        (
            &[Entry(OTHER_SAYS), Entry(OTHER_OUTCOME)],
            Standing::OtherSays,
            "snapshots/known-failures.toml:1 is about one that says `the mask*`",
        ),
        (
            &[Entry(OTHER_PHASE), law(&["start"])],
            Standing::OtherOutcome,
            "law a-law predicts `signalled SIGUSR2` (a test)",
        ),
        (
            &[law(&["stop", "call"])],
            Standing::OtherPhase,
            "law a-law predicts a failure in phase stop or call (a test)",
        ),
    ] {
        let expected = expected(columns, &What::TimedOut);
        let judgement = judged(&What::TimedOut, Comparison::Missing, &expected);
        let near = judgement.near.map(|(way, standing)| (standing, way.why_not(standing)));
        assert_eq!((judgement.verdict, near), (Verdict::Failed, Some((standing, why.to_owned()))));
    }
}

#[test]
fn what_is_always_a_hang_needs_no_processor() {
    let hang = What::TimedOut;
    for (columns, is_a_hang) in [
        (&[][..], false),
        (&[Entry(COVERS)][..], true),
        (&[Entry(RATE)], false),
        (&[Entry(ONE_OF_SEVERAL)], false),
        (&[Law(Must, &["start"], "{what}", &[])], true),
        (&[Law(May, &["start"], "{what}", &[])], false),
    ] {
        assert_eq!(expected(columns, &hang).always_hangs(), is_a_hang, "{:?}", expected(columns, &hang));
    }
}

fn of_runs(runs: &[(Verdict, usize)], rate: Option<&str>) -> Verdict {
    let mut counts = Counts::default();
    for (verdict, count) in runs {
        counts.add(*verdict, *count);
    }
    Verdict::of_runs(&counts, rate.map(|rate| rate.parse().unwrap()))
}

/// The run that raised the question does not count for the answer: of three bad runs, two say how often it is bad.
#[test]
fn several_runs_have_one_verdict() {
    use Verdict::{Changed, Failed, Faulty, Fixed, Known, New, Pass, Rare, Skipped};
    for (runs, together) in [
        (&[][..], Skipped),
        (&[(Skipped, 2)], Skipped),
        (&[(Pass, 2)], Pass),
        (&[(Pass, 1), (Skipped, 1)], Pass),
        (&[(Known, 2)], Known),
        (&[(Known, 1), (Fixed, 5)], Known),
        (&[(Fixed, 6)], Fixed),
        (&[(New, 3)], New),
        (&[(New, 1), (Known, 2)], New),
        (&[(Pass, 1), (Faulty, 1), (Failed, 1)], Faulty),
        // Before anything is decided, what came in one of five further runs is taken for what blocks.
        (&[(Failed, 1)], Failed),
        (&[(Failed, 3)], Failed),
        (&[(Pass, 1), (Failed, 1)], Rare),
        (&[(Pass, 4), (Failed, 2)], Failed),
        (&[(Pass, 5), (Failed, 2)], Rare),
        (&[(Known, 27), (Failed, 1)], Rare),
        (&[(Pass, 24), (Failed, 7)], Failed),
        (&[(Pass, 90), (Failed, 11)], Rare),
        // Another trace is as unexpected as a failure, and a failure is the worse of the two.
        (&[(Changed, 3)], Changed),
        (&[(Pass, 27), (Changed, 1)], Rare),
        (&[(New, 27), (Changed, 1)], Rare),
        (&[(Changed, 2), (Failed, 1)], Failed),
    ] {
        assert_eq!(of_runs(runs, None), together, "{runs:?}");
    }
}

#[test]
fn what_has_a_rate_and_never_fails_any_more_is_fixed() {
    use Verdict::{Failed, Fixed, Known, Pass, Rare, Skipped};
    for (runs, together) in [
        (&[(Pass, 1)][..], Pass),
        (&[(Pass, 19)], Pass),
        (&[(Pass, 20)], Fixed),
        (&[(Pass, 19), (Skipped, 9)], Pass),
        (&[(Pass, 40), (Known, 1)], Known),
        (&[(Known, 40)], Known),
        (&[(Pass, 30), (Failed, 1)], Rare),
        (&[(Failed, 2)], Failed),
        (&[(Skipped, 1)], Skipped),
    ] {
        assert_eq!(of_runs(runs, Some("10 of 20")), together, "{runs:?}");
    }
}
