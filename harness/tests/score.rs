//! How laws are scored against a run, on made-up predictions and outcomes of cells that are there.

use std::sync::Arc;

use coexist::id::CellId;
use coexist::judge::ledger::{Entry, FACTS};
use coexist::judge::{Expectation, How, Ledger, Outcome, Prediction, Way, What};
use coexist::laws::{Count, Score, Seen};
use coexist::matrix::{self, Cell};

use crate::stage;

const CRASH: What = What::Signalled(11);

/// A law of that name says that a cell ends by SIGSEGV in `start`.
fn law(law: &'static str, how: How) -> Way {
    let (phases, outcomes) = (vec!["start".to_owned()], vec![CRASH]);
    Way::Law(Arc::new(Prediction { law, how, phases, outcomes, because: "a test".to_owned(), repeats: None }))
}

/// The same as somebody wrote it: in a sample's facts about two copies, or as a case.
fn entry(file: &str, more: &str) -> Way {
    let text =
        format!("[[failure]]\ncells = '*'\nphase = 'start'\noutcome = 'signalled SIGSEGV'\nreason = 'a test'\n{more}");
    let mut ledger = Ledger::default();
    ledger.parse_facts(file, &text).unwrap();
    let entry: &Arc<Entry> = &ledger.entries()[0];
    Way::Entry(Arc::clone(entry))
}

fn case() -> Way {
    entry("snapshots/known-failures.toml", "")
}

fn copies(more: &str) -> Way {
    entry(&format!("{FACTS}/c.toml"), more)
}

/// Scores one cell for each list of ways, with the outcome beside it. Returns the cells' names as well.
fn score(rows: &[(Vec<Way>, What, &str)]) -> (Score, Vec<CellId>) {
    let all = matrix::cells(stage::catalog());
    let cells: Vec<&Cell<'_>> = all.iter().filter(|cell| cell.runtimes.len() == 2).take(rows.len()).collect();
    assert_eq!(cells.len(), rows.len());
    let outcomes: Vec<Outcome> = rows.iter().map(|(_, what, phase)| Outcome::new(phase, what.clone(), "")).collect();
    let expectations: Vec<Expectation> = rows.iter().map(|(ways, ..)| Expectation { ways: ways.clone() }).collect();
    let seen: Vec<Seen<'_>> = cells.iter().copied().zip(&outcomes).collect();
    (Score::new(&seen, &expectations), cells.iter().map(|cell| cell.id.clone()).collect())
}

fn count(failed: usize, cells: usize) -> Count {
    Count { cells, failed }
}

#[test]
fn a_law_is_right_or_wrong() {
    let (score, cells) = score(&[
        (vec![law("one", How::Must)], CRASH, "start"),
        (vec![law("one", How::Must)], What::Finished, "exit"),
        (vec![law("one", How::Must)], CRASH, "stop"),
        (vec![law("one", How::May)], What::Finished, "exit"),
        (vec![law("one", How::May)], What::TimedOut, "start"),
        (vec![], CRASH, "start"),
        (vec![], What::Finished, "exit"),
    ]);
    let one = &score.laws["one"];
    assert_eq!((one.must, one.may, one.alone), (count(2, 3), count(1, 2), 3));
    assert_eq!(one.false_alarms, [cells[1].clone()]);
    assert_eq!(one.out_of_shape, [cells[2].clone(), cells[4].clone()]);
    assert_eq!((score.must, score.may, score.nothing), (count(2, 3), count(1, 2), count(1, 2)));
    // What ends otherwise than anybody said was not said.
    assert_eq!(score.missed, [cells[2].clone(), cells[4].clone(), cells[5].clone()]);
    assert_eq!((score.failures(), score.together), (4, count(1, 4)));
}

#[test]
fn a_cell_belongs_to_the_strongest_word() {
    let (score, _) = score(&[
        (vec![law("one", How::May), law("one", How::Must)], CRASH, "start"),
        (vec![law("one", How::May), law("two", How::Must)], CRASH, "start"),
        (vec![law("one", How::May), case()], CRASH, "start"),
        (vec![case()], What::Finished, "exit"),
    ]);
    let (one, two) = (&score.laws["one"], &score.laws["two"]);
    assert_eq!((one.must, one.may, one.alone), (count(1, 1), count(2, 2), 1), "a case speaks of the third as well");
    assert_eq!((two.must, two.may, two.alone), (count(1, 1), count(0, 0), 0));
    assert_eq!((score.must, score.may, score.case), (count(2, 2), count(1, 1), count(0, 1)));
    assert_eq!(score.cases.may, count(1, 2));
    assert_eq!(score.missed, [] as [CellId; 0]);
}

/// The hard failures are those of cells in which neither library fails by itself.
#[test]
fn what_one_library_does_is_not_counted_as_theirs() {
    let (score, _) = score(&[
        (vec![law("in-company", How::Must)], CRASH, "start"),
        (vec![copies("")], CRASH, "start"),
        (vec![copies("rate = '1 of 2'")], What::Finished, "exit"),
        (vec![law("one", How::May)], CRASH, "start"),
        (vec![], CRASH, "start"),
    ]);
    assert_eq!(score.together, count(1, 2));
    let copies = &score.laws["(fact of two copies)"];
    assert_eq!((copies.must, copies.may, copies.alone), (count(1, 1), count(0, 1), 1));
    assert_eq!(score.failures(), 4);
}
