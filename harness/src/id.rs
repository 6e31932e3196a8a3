//! Names of things: runtimes and cells, as they are printed, typed, stored and linked.
//! Knows nothing of what a name stands for. A copy of a name shares its text: a full matrix has each in several lists.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A runtime as a cell names it: `go`, or `go@1.21` for another variant than the default.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RuntimeId {
    /// The sample's folder.
    pub name: Arc<str>,
    /// Another variant than the default.
    pub variant: Option<Arc<str>>,
}

/// `scenario[mode]/runtime+runtime`: one thing to run.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CellId {
    /// The C file's name without its ending.
    pub scenario: Arc<str>,
    /// The load mode, unless it is the scenario's first.
    pub mode: Option<Arc<str>>,
    /// In the order in which the host loads them.
    pub runtimes: Arc<[RuntimeId]>,
}

/// Why a text is no name.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum IdError {
    /// A part of the name is empty or has a character that names do not have.
    #[error("`{0}` is not a name: use a-z, 0-9, `-`, and `.` in a variant")]
    Name(String),
    /// The text has no `/` between the scenario and its runtimes.
    #[error("`{0}` is not a cell: write scenario/runtime, as in `callback/go` or `two-callbacks/go+rust`")]
    Cell(String),
}

/// Whether `text` may name a sample, a scenario, a tool or a flavour: `[a-z][a-z0-9-]*`.
#[must_use]
pub fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

/// Whether `text` may name a variant: `[a-z0-9][a-z0-9.-]*`.
#[must_use]
pub fn is_variant(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '.')
}

impl fmt::Display for RuntimeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        match &self.variant {
            Some(variant) => write!(f, "@{variant}"),
            None => Ok(()),
        }
    }
}

impl FromStr for RuntimeId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let (name, variant) = match text.split_once('@') {
            Some((name, variant)) => (name, Some(variant)),
            None => (text, None),
        };
        if !is_name(name) || variant.is_some_and(|variant| !is_variant(variant)) {
            return Err(IdError::Name(text.to_owned()));
        }
        Ok(Self { name: name.into(), variant: variant.map(Arc::from) })
    }
}

impl CellId {
    /// `runtime+runtime`, the part after the slash.
    #[must_use]
    pub fn runtimes_text(&self) -> String {
        let names: Vec<String> = self.runtimes.iter().map(RuntimeId::to_string).collect();
        names.join("+")
    }

    /// `scenario[mode]`, the part before the slash.
    #[must_use]
    pub fn scenario_text(&self) -> String {
        match &self.mode {
            Some(mode) => format!("{}[{mode}]", self.scenario),
            None => self.scenario.to_string(),
        }
    }

    /// A name for each library: the runtime's, and `#2`, `#3` for a further copy of it.
    #[must_use]
    pub fn labels(&self) -> Vec<String> {
        let label = |at: usize| match self.copy(at) {
            1 => self.runtimes[at].to_string(),
            copy => format!("{}#{copy}", self.runtimes[at]),
        };
        (0..self.runtimes.len()).map(label).collect()
    }

    /// Which copy of its runtime the library at an index is: 1 for the first.
    #[must_use]
    pub fn copy(&self, at: usize) -> usize {
        self.runtimes[..=at].iter().filter(|id| **id == self.runtimes[at]).count()
    }
}

impl fmt::Display for CellId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.scenario_text(), self.runtimes_text())
    }
}

impl FromStr for CellId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let (scenario, runtimes) = text.split_once('/').ok_or_else(|| IdError::Cell(text.to_owned()))?;
        let (scenario, mode) = match scenario.strip_suffix(']').and_then(|s| s.split_once('[')) {
            Some((scenario, mode)) => (scenario, Some(mode)),
            None => (scenario, None),
        };
        for name in [Some(scenario), mode].into_iter().flatten() {
            if !is_name(name) {
                return Err(IdError::Name(name.to_owned()));
            }
        }
        Ok(Self {
            scenario: scenario.into(),
            mode: mode.map(Arc::from),
            runtimes: runtimes.split('+').map(str::parse).collect::<Result<_, _>>()?,
        })
    }
}

macro_rules! as_text {
    ($name:ident) => {
        impl TryFrom<String> for $name {
            type Error = IdError;
            fn try_from(text: String) -> Result<Self, IdError> {
                text.parse()
            }
        }
        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.to_string()
            }
        }
    };
}
as_text!(RuntimeId);
as_text!(CellId);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_printed_cell_is_read_back(text in "[a-z][a-z0-9-]{0,8}(\\[[a-z][a-z0-9-]{0,6}\\])?/[a-z][a-z0-9]{0,5}(@[a-z0-9][a-z0-9.]{0,4})?(\\+[a-z][a-z0-9]{0,5}){0,2}") {
            let id: CellId = text.parse().unwrap();
            prop_assert_eq!(id.to_string(), text);
        }

        #[test]
        fn a_printed_runtime_is_read_back(name in "[a-z][a-z0-9-]{0,8}", variant in proptest::option::of("[a-z0-9][a-z0-9.-]{0,5}")) {
            let id = RuntimeId { name: name.into(), variant: variant.map(Arc::from) };
            prop_assert_eq!(id.to_string().parse::<RuntimeId>(), Ok(id.clone()));
            let json = serde_json::to_string(&id).unwrap();
            prop_assert_eq!(serde_json::from_str::<RuntimeId>(&json).unwrap(), id);
        }

        #[test]
        fn what_is_read_is_printed_as_it_was(text in "[a-z0-9@+/.\\[\\]-]{1,16}") {
            if let Ok(id) = text.parse::<CellId>() {
                prop_assert_eq!(id.to_string(), text);
            }
        }

        #[test]
        fn no_text_panics(text in ".{0,40}") {
            let _ = text.parse::<CellId>();
            let _ = text.parse::<RuntimeId>();
        }
    }
}
