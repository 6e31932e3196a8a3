//! What was measured on one library alone: facts that its own measuring scenarios found and somebody accepted.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use crate::judge::Rate;

/// The facts of one library, by key: `needs` → `SIGUSR1 in churn`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Measured {
    facts: BTreeMap<String, Vec<Fact>>,
}

/// One fact without its key. In the file: `SIGUSR1 in churn`, or `SIGSEGV in churn (3 of 20)` if some trials did not show it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fact {
    /// What was found.
    pub text: String,
    /// Trials that showed it, unless all did.
    pub rate: Option<Rate>,
}

impl Fact {
    /// Whether every trial showed it.
    #[must_use]
    pub fn is_sure(&self) -> bool {
        self.rate.is_none()
    }
}

impl fmt::Display for Fact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)?;
        match self.rate {
            Some(rate) => write!(f, " ({rate})"),
            None => Ok(()),
        }
    }
}

impl FromStr for Fact {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let counted = text.strip_suffix(')').and_then(|text| text.rsplit_once(" ("));
        let (text, rate) = match counted.map(|(text, rate)| (text, rate.parse())) {
            Some((text, Ok(rate))) => (text, Some(rate)),
            Some((_, Err(_))) | None => (text, None),
        };
        if text.trim().is_empty() {
            return Err("a fact cannot be empty".to_owned());
        }
        Ok(Self { text: text.to_owned(), rate })
    }
}

impl Measured {
    /// Adds a fact under its key.
    pub fn add(&mut self, key: &str, fact: Fact) {
        let facts = self.facts.entry(key.to_owned()).or_default();
        if let Err(at) = facts.binary_search(&fact) {
            facts.insert(at, fact);
        }
    }

    /// The facts of one key, sorted.
    #[must_use]
    pub fn of(&self, key: &str) -> &[Fact] {
        self.facts.get(key).map_or(&[], Vec::as_slice)
    }

    /// All facts with their keys, sorted.
    pub fn all(&self) -> impl Iterator<Item = (&str, &Fact)> {
        self.facts.iter().flat_map(|(key, facts)| facts.iter().map(move |fact| (key.as_str(), fact)))
    }

    /// Whether nothing was found.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.facts.is_empty()
    }

    /// These facts, with other ones in place of all that have one of some keys.
    #[must_use]
    pub fn with(&self, keys: &[String], found: &Self) -> Self {
        let mut facts = self.facts.clone();
        facts.retain(|key, _| !keys.contains(key));
        facts.extend(found.only(keys).facts);
        Self { facts }
    }

    /// Only the facts of these keys.
    #[must_use]
    pub fn only(&self, keys: &[String]) -> Self {
        let facts = self.facts.iter().filter(|(key, _)| keys.contains(key));
        Self { facts: facts.map(|(key, facts)| (key.clone(), facts.clone())).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fact_is_read_back_as_it_was_written() {
        for text in ["SIGUSR1 in churn", "SIGSEGV in churn (3 of 20)", "f(x)", "4432"] {
            assert_eq!(text.parse::<Fact>().unwrap().to_string(), text);
        }
        assert!("a (3 of 20)".parse::<Fact>().unwrap().rate.is_some());
        assert!("a (20 of 20)".parse::<Fact>().unwrap().is_sure(), "what was always seen has no rate");
        assert!("".parse::<Fact>().is_err());
    }

    #[test]
    fn facts_have_one_order() {
        let mut measured = Measured::default();
        for text in ["b", "a", "b"] {
            measured.add("needs", text.parse().unwrap());
        }
        assert_eq!(measured.of("needs").iter().map(ToString::to_string).collect::<Vec<_>>(), ["a", "b"]);
        assert!(measured.of("takes").is_empty());
        assert!(measured.only(&["takes".to_owned()]).is_empty());
    }
}
