//! What a measuring scenario found, against what is accepted of the library.

use super::Comparison;
use super::ledger::{Fact, Measured};
use super::rate::{Rate, Tally};
use crate::trace::Found;

/// The facts among what was found: a fact that some trials did not show has its rate.
#[must_use]
pub fn facts(found: &[Found]) -> Measured {
    let mut measured = Measured::default();
    for one in found.iter().filter(|one| one.times > 0) {
        let text = one.text.strip_prefix(one.key()).unwrap_or_default().trim();
        let text = if text.is_empty() { "yes" } else { text };
        measured.add(one.key(), Fact { text: text.to_owned(), rate: Rate::new(one.times, one.of) });
    }
    measured
}

/// What at least that part of the trials shows is no accident.
const SHOWS: f64 = 0.05;
/// What at most that part of the trials shows does not always show.
const ALWAYS: f64 = 0.9;
/// Sizes that differ by less than one part in so many are the same.
const SAME_SIZE: u64 = 8;

/// Compares what was found of some keys with what is accepted, and says what differs. A fact that is accepted with a rate may
/// show in each of a few trials, or in none; one that shows now and then is new only if its interval says so.
#[must_use]
pub fn compare_facts(accepted: Option<&Measured>, keys: &[String], found: &Measured) -> (Comparison, Vec<String>) {
    let nothing = Measured::default();
    let known = accepted.unwrap_or(&nothing).only(keys);
    let interval = |rate: Rate| {
        let (bad, runs) = rate.counts();
        Tally { bad: bad as usize, runs: runs as usize }.interval()
    };
    let shows = |fact: &Fact| fact.rate.is_none_or(|rate| interval(rate).0 >= SHOWS);
    let always = |fact: &Fact| fact.rate.is_none_or(|rate| interval(rate).1 > ALWAYS);
    let mut differences = Vec::new();
    for (key, fact) in known.all() {
        let now = found.of(key).iter().find(|other| same(fact, other));
        match now {
            None if fact.is_sure() => differences.push(format!("was accepted and is not found: {key} {fact}")),
            Some(now) if fact.is_sure() && !always(now) => {
                differences.push(format!("was found in every trial, and now in some: {key} {now}"));
            }
            None | Some(_) => {}
        }
    }
    for (key, fact) in found.all().filter(|(_, fact)| shows(fact)) {
        if !known.of(key).iter().any(|other| same(fact, other)) {
            differences.push(format!("new: {key} {fact}"));
        }
    }
    let comparison = match (differences.is_empty(), known.is_empty() && accepted.is_none_or(Measured::is_empty)) {
        (true, _) => Comparison::Same,
        (false, true) => Comparison::Missing,
        (false, false) => Comparison::Different,
    };
    (comparison, differences)
}

/// Whether two facts say the same, however often: the same words, or sizes that are nearly the same.
fn same(one: &Fact, other: &Fact) -> bool {
    match (one.text.parse::<u64>(), other.text.parse::<u64>()) {
        (Ok(one), Ok(other)) => one.abs_diff(other) * SAME_SIZE < one.max(other),
        (Ok(_) | Err(_), Ok(_) | Err(_)) => one.text == other.text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(texts: &[(&str, u32, u32)]) -> Measured {
        let found: Vec<Found> =
            texts.iter().map(|(text, times, of)| Found { text: (*text).to_owned(), times: *times, of: *of }).collect();
        facts(&found)
    }

    #[test]
    fn a_fact_without_words_is_yes_and_one_that_never_showed_is_none() {
        let measured =
            found(&[("scans-by-sp", 3, 3), ("needs SIGUSR1 in churn", 2, 20), ("needs SIGUSR2 in churn", 0, 3)]);
        let all: Vec<String> = measured.all().map(|(key, fact)| format!("{key} {fact}")).collect();
        assert_eq!(all, ["needs SIGUSR1 in churn (2 of 20)", "scans-by-sp yes"]);
    }

    #[test]
    fn what_differs_is_said() {
        let keys = ["needs".to_owned()];
        let sure = found(&[("needs SIGUSR1 in churn", 3, 3), ("takes SIGUSR1 by itself", 1, 1)]);
        let rare = found(&[("needs SIGUSR1 in churn", 2, 20)]);
        let often = found(&[("needs SIGUSR1 in churn", 12, 20)]);
        let none = Measured::default();
        let compare = |accepted: Option<&Measured>, found: &Measured| {
            let (comparison, differences) = compare_facts(accepted, &keys, found);
            (comparison, differences.join("; "))
        };
        assert_eq!(compare(None, &none).0, Comparison::Same);
        assert_eq!(compare(None, &often).0, Comparison::Missing);
        assert_eq!(compare(None, &rare).0, Comparison::Same, "it may be an accident");
        let most = found(&[("needs SIGUSR1 in churn", 19, 20)]);
        assert_eq!(compare(Some(&sure), &most).0, Comparison::Same);
        let size = |size: &str| found(&[(&format!("needs {size}"), 1, 1)]);
        assert_eq!(compare(Some(&size("4432")), &size("4448")).0, Comparison::Same);
        assert_eq!(compare(Some(&size("4432")), &size("8192")).0, Comparison::Different);
        assert_eq!(compare(Some(&sure), &sure.only(&keys)).0, Comparison::Same);
        assert_eq!(
            compare(Some(&sure), &none),
            (Comparison::Different, "was accepted and is not found: needs SIGUSR1 in churn".to_owned())
        );
        assert_eq!(compare(Some(&sure), &rare).0, Comparison::Different);
        assert_eq!(compare(Some(&rare), &none).0, Comparison::Same);
        assert_eq!(compare(Some(&rare), &sure.only(&keys)).0, Comparison::Same);
    }
}
