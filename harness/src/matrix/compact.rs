//! Globs for some cells and no others: what the ledger's entries have instead of long lists.

use std::collections::{BTreeMap, BTreeSet};

use super::glob;
use crate::id::CellId;

/// One glob for each scenario and mode, which together match `chosen` and nothing else of `all`: a glob never claims more
/// than was seen.
#[must_use]
pub fn compact(chosen: &[&CellId], all: &[&CellId]) -> Vec<String> {
    let mut scenarios: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for cell in chosen {
        scenarios.entry(cell.scenario_text()).or_default().insert(cell.runtimes_text());
    }
    scenarios
        .into_iter()
        .map(|(scenario, wanted)| {
            let there: BTreeSet<String> =
                all.iter().filter(|cell| cell.scenario_text() == scenario).map(|cell| cell.runtimes_text()).collect();
            let words = words(&wanted, &there);
            if let [word] = words.as_slice() {
                return format!("{scenario}/{word}");
            }
            format!("{scenario}/{{{}}}", words.join(","))
        })
        .collect()
}

/// Words that match what is wanted, of what is there: `*`, or `go+*` and `*+go` where all such cells are wanted, and names.
fn words(wanted: &BTreeSet<String>, there: &BTreeSet<String>) -> Vec<String> {
    let mut left = wanted.clone();
    let mut found = Vec::new();
    let mut candidates = vec!["*".to_owned()];
    for runtimes in wanted {
        let first = runtimes.split_once('+').map(|(first, _)| format!("{first}+*"));
        let last = runtimes.rsplit_once('+').map(|(_, last)| format!("*+{last}"));
        candidates.extend(first.into_iter().chain(last));
    }
    for candidate in candidates {
        let Ok(matcher) = glob(&candidate).map(|glob| glob.compile_matcher()) else { continue };
        let matched: Vec<&String> = there.union(wanted).filter(|text| matcher.is_match(text)).collect();
        let news = matched.iter().filter(|text| left.contains(**text)).count();
        if news > 1 && matched.iter().all(|text| wanted.contains(*text)) {
            left.retain(|text| !matcher.is_match(text));
            found.push(candidate);
        }
    }
    let mut words: Vec<String> = left.into_iter().collect();
    words.extend(found);
    words
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ids(texts: &[&str]) -> Vec<CellId> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn a_glob_is_as_short_as_what_was_seen_allows() {
        let all = ids(&["a/c", "a/go", "a/c+c", "a/c+go", "a/go+c", "a/go+go", "a[x]/c", "a[x]/go", "b/go"]);
        for (chosen, expected) in [
            (&["a/c"][..], &["a/c"][..]),
            (&["a/go", "a/c"], &["a/{c,go}"]),
            (&["a/go+c", "a/go+go"], &["a/go+*"]),
            (&["a/c+go", "a/go+go", "a/go"], &["a/{go,*+go}"]),
            (&["a/go+go", "a/go+c", "a/c+go"], &["a/{go+c,*+go}"]),
            (&["a[x]/c", "a[x]/go"], &["a[x]/*"]),
            (&["b/go", "a/go"], &["a/go", "b/go"]),
        ] {
            let chosen = ids(chosen);
            let (chosen, all): (Vec<&CellId>, Vec<&CellId>) = (chosen.iter().collect(), all.iter().collect());
            assert_eq!(compact(&chosen, &all), expected);
        }
    }

    proptest! {
        #[test]
        fn it_matches_what_was_chosen_and_nothing_else(
            cells in proptest::collection::btree_map("(a|b|a\\[x\\])/(c|go|go@1|d-c)(\\+(c|go|go@1|d-c)){0,2}", any::<bool>(), 1..40),
        ) {
            let ids: Vec<(CellId, bool)> = cells.iter().map(|(text, chosen)| (text.parse().unwrap(), *chosen)).collect();
            let all: Vec<&CellId> = ids.iter().map(|(id, _)| id).collect();
            let chosen: Vec<&CellId> = ids.iter().filter(|(_, chosen)| *chosen).map(|(id, _)| id).collect();
            let globs = compact(&chosen, &all);
            // As one entry of the ledger has them.
            let whole = glob(&format!("{{{}}}", globs.join(","))).unwrap().compile_matcher();
            for (id, is_chosen) in &ids {
                prop_assert_eq!(whole.is_match(id.to_string()) && !globs.is_empty(), *is_chosen, "{} {:?}", id, globs);
            }
        }
    }
}
