//! How often each of a few things was, as an object: in memory, a map of one would be ten times as large.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serializer};

pub fn serialize<S: Serializer>(counts: &[(String, usize)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(counts.iter().map(|(what, count)| (what, count)))
}

pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<(String, usize)>, D::Error> {
    BTreeMap::deserialize(deserializer).map(|counts: BTreeMap<_, _>| counts.into_iter().collect())
}
