//! Every combination of what happened, how the trace compares, and what the ledger has: the verdicts are written out.

use jiff::civil::date;

use super::*;
use crate::judge::Ledger;

const HERE: &str = "x86_64-unknown-linux-gnu";
const SAID: &str = "the handler is still there (line 7)";

/// What the ledger has about the cell; `{what}` is the outcome that is judged.
const LEDGER: [(&str, &[&str]); 16] = [
    ("none", &[]),
    ("covers", &["phase = 'start'", "outcome = '{what}'"]),
    ("says so", &["phase = 'start'", "outcome = '{what}'", "says = 'the handler*'"]),
    ("this day", &["phase = 'start'", "outcome = '{what}'", "until = 2026-11-24"]),
    ("this platform", &["phase = 'start'", "outcome = '{what}'", "platform = 'x86_64-*'"]),
    ("this toolchain", &["phase = 'start'", "outcome = '{what}'", "toolchain = 'go >=1.21, <1.28'"]),
    ("with a rate", &["phase = 'start'", "outcome = '{what}'", "rate = '1 of 2'"]),
    ("other phase", &["phase = 'stop'", "outcome = '{what}'"]),
    ("other outcome", &["phase = 'start'", "outcome = 'signalled SIGUSR2'"]),
    ("other says", &["phase = 'start'", "outcome = '{what}'", "says = 'the mask*'"]),
    ("expired", &["phase = 'start'", "outcome = '{what}'", "until = 2026-11-23"]),
    ("other platform", &["phase = 'start'", "outcome = '{what}'", "platform = 'aarch64-*'"]),
    ("other toolchain", &["phase = 'start'", "outcome = '{what}'", "toolchain = 'go <1.27'"]),
    ("unsaid toolchain", &["phase = 'start'", "outcome = '{what}'", "toolchain = 'rust <1.27'"]),
    ("other phase, rate", &["phase = 'stop'", "outcome = '{what}'", "rate = '1 of 2'"]),
    ("expired, rate", &["phase = 'start'", "outcome = '{what}'", "rate = '1 of 2'", "until = 2026-11-23"]),
];

/// Columns are LEDGER's, in its order: P pass, K known, N new, C changed, F failed, X fixed, S skipped, ! faulty.
const TABLE: &str = "\
finished same                      P X X X X X P X X X P P P P P P
finished missing                   N X X X X X N X X X N N N N N N
finished different                 C X X X X X C X X X C C C C C C
exited 1 same                      F K K K K K K F F F F F F F F F
exited 1 missing                   F K K K K K K F F F F F F F F F
exited 1 different                 F K K K K K K F F F F F F F F F
signalled SIGSEGV same             F K K K K K K F F F F F F F F F
signalled SIGSEGV missing          F K K K K K K F F F F F F F F F
signalled SIGSEGV different        F K K K K K K F F F F F F F F F
timed-out same                     F K K K K K K F F F F F F F F F
timed-out missing                  F K K K K K K F F F F F F F F F
timed-out different                F K K K K K K F F F F F F F F F
leaked same                        F K K K K K K F F F F F F F F F
leaked missing                     F K K K K K K F F F F F F F F F
leaked different                   F K K K K K K F F F F F F F F F
flooded stdout same                F K K K K K K F F F F F F F F F
flooded stdout missing             F K K K K K K F F F F F F F F F
flooded stdout different           F K K K K K K F F F F F F F F F
over-limit memory same             F K K K K K K F F F F F F F F F
over-limit memory missing          F K K K K K K F F F F F F F F F
over-limit memory different        F K K K K K K F F F F F F F F F
incomplete same                    F K K K K K K F F F F F F F F F
incomplete missing                 F K K K K K K F F F F F F F F F
incomplete different               F K K K K K K F F F F F F F F F
refused no-export same             F K K K K K K F F F F F F F F F
refused no-export missing          F K K K K K K F F F F F F F F F
refused no-export different        F K K K K K K F F F F F F F F F
check-failed same                  F K K K K K K F F F F F F F F F
check-failed missing               F K K K K K K F F F F F F F F F
check-failed different             F K K K K K K F F F F F F F F F
contradicted heaps same            F K K K K K K F F F F F F F F F
contradicted heaps missing         F K K K K K K F F F F F F F F F
contradicted heaps different       F K K K K K K F F F F F F F F F
over-budget threads same           F K K K K K K F F F F F F F F F
over-budget threads missing        F K K K K K K F F F F F F F F F
over-budget threads different      F K K K K K K F F F F F F F F F
corrupted trace same               F K K K K K K F F F F F F F F F
corrupted trace missing            F K K K K K K F F F F F F F F F
corrupted trace different          F K K K K K K F F F F F F F F F
not-built same                     F K K K K K K F F F F F F F F F
not-built missing                  F K K K K K K F F F F F F F F F
not-built different                F K K K K K K F F F F F F F F F
not-run same                       S S S S S S S S S S S S S S S S
not-run missing                    S S S S S S S S S S S S S S S S
not-run different                  S S S S S S S S S S S S S S S S
harness-failed same                ! ! ! ! ! ! ! ! ! ! ! ! ! ! ! !
harness-failed missing             ! ! ! ! ! ! ! ! ! ! ! ! ! ! ! !
harness-failed different           ! ! ! ! ! ! ! ! ! ! ! ! ! ! ! !
";

fn ledger(lines: &[&str], what: &What) -> Ledger {
    // Of an outcome that no entry can have, the entry is about another one.
    let what = match what {
        What::Finished | What::NotRun | What::HarnessFailed => "signalled SIGUSR1".to_owned(),
        failure => failure.to_string(),
    };
    let head = if lines.is_empty() { "" } else { "[[failure]]\ncells = '*'\nreason = 'a test'\n" };
    Ledger::parse(&format!("{head}{}", lines.join("\n").replace("{what}", &what))).unwrap()
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
        Verdict::Flaky => '?',
    }
}

fn judged<'l>(what: &What, comparison: Comparison, ledger: &'l Ledger) -> Judgement<'l> {
    let outcome = Outcome::new("start", what.clone(), SAID);
    let versions = [("c".parse().unwrap(), "12".to_owned()), ("go".parse().unwrap(), "go1.27.3".to_owned())];
    let now = Circumstances { day: date(2026, 11, 24), platform: HERE, versions: &versions };
    judge(&outcome, comparison, &ledger.entries().iter().collect::<Vec<_>>(), &now)
}

#[test]
fn every_combination_has_its_verdict() {
    let mut found = String::new();
    let words: Vec<&str> = TABLE.lines().map(|line| line[..35].trim()).collect();
    for row in &words {
        let (what, comparison) = row.rsplit_once(' ').unwrap();
        let what: What = what.parse().unwrap();
        let comparison: Comparison = serde_json::from_value(comparison.into()).unwrap();
        let letters =
            LEDGER.map(|(_, lines)| letter(judged(&what, comparison, &ledger(lines, &what)).verdict).to_string());
        found += &format!("{row:<35}{}\n", letters.join(" "));
    }
    assert_eq!(found, TABLE, "columns: {:?}", LEDGER.map(|(name, _)| name));
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

#[test]
fn of_several_entries_one_that_covers_is_enough() {
    let entries = |lines: &[&[&str]]| {
        let text =
            lines.iter().map(|lines| format!("[[failure]]\ncells = '*'\nreason = 'a test'\n{}\n", lines.join("\n")));
        Ledger::parse(&text.collect::<String>().replace("{what}", "timed-out")).unwrap()
    };
    let [covers, rate, phase, expired] = [LEDGER[1].1, LEDGER[6].1, LEDGER[7].1, LEDGER[10].1];
    let both = entries(&[phase, expired, covers]);
    let judgement = judged(&What::TimedOut, Comparison::Missing, &both);
    assert_eq!((judgement.verdict, judgement.entry.map(|entry| entry.line)), (Verdict::Known, Some(12)));
    assert_eq!(judged(&What::Finished, Comparison::Same, &entries(&[rate, expired])).verdict, Verdict::Pass);
    let second = entries(&[rate, covers]);
    let fixed = judged(&What::Finished, Comparison::Same, &second);
    assert_eq!((fixed.verdict, fixed.entry.map(|entry| entry.line)), (Verdict::Fixed, Some(7)));
}

#[test]
fn the_nearest_entry_is_named() {
    for (what, lines, standing) in [
        (What::TimedOut, &[LEDGER[7].1, LEDGER[10].1, LEDGER[8].1][..], Standing::Expired),
        (What::TimedOut, &[LEDGER[7].1, LEDGER[8].1], Standing::OtherOutcome),
        (What::TimedOut, &[LEDGER[9].1, LEDGER[12].1, LEDGER[11].1], Standing::OtherToolchain),
    ] {
        let text =
            lines.iter().map(|lines| format!("[[failure]]\ncells = '*'\nreason = 'a test'\n{}\n", lines.join("\n")));
        let ledger = Ledger::parse(&text.collect::<String>().replace("{what}", "timed-out")).unwrap();
        let judgement = judged(&what, Comparison::Missing, &ledger);
        assert_eq!(
            (judgement.verdict, judgement.near.map(|(_, standing)| standing)),
            (Verdict::Failed, Some(standing))
        );
    }
}

#[test]
fn repeats_agree_or_are_flaky() {
    use Verdict::{Failed, Faulty, Flaky, Known, Pass, Skipped};
    for (verdicts, together) in [
        (&[Pass, Pass][..], Pass),
        (&[Known, Known], Known),
        (&[Pass, Failed, Pass], Flaky),
        (&[Known, Failed], Flaky),
        (&[Pass, Skipped], Pass),
        (&[Skipped, Skipped], Skipped),
        (&[], Skipped),
        (&[Pass, Faulty, Failed], Faulty),
    ] {
        assert_eq!(Verdict::of_repeats(verdicts, None), together, "{verdicts:?}");
    }
}

#[test]
fn repeats_fit_the_ledgers_rate_or_block() {
    use Verdict::{Failed, Fixed, Flaky, Known, Pass, Skipped};
    let half = "10 of 20".parse().ok();
    for (verdicts, together) in [
        (vec![Pass], Pass),
        (vec![Known], Known),
        (vec![Pass, Known, Skipped], Known),
        (vec![Pass; 10], Fixed),
        (vec![Known; 11], Flaky),
        (vec![Pass, Known, Failed], Flaky),
        (vec![Failed, Failed], Failed),
        (vec![Fixed], Fixed),
        (vec![Skipped], Skipped),
    ] {
        assert_eq!(Verdict::of_repeats(&verdicts, half), together, "{verdicts:?}");
    }
}
