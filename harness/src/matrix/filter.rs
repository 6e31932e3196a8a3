//! What the user types to choose cells.
//!
//! A word chooses a cell when it is a glob for its id (`callback/*`, `two-callbacks/go+*`), its scenario with or without
//! mode (`rfc2012`, `rfc2012[dlopen]`), or one of its runtimes (`go`, `go@1.21`). Words are alternatives; none means all.

use globset::{GlobBuilder, GlobMatcher};
use thiserror::Error;

use super::Cell;

/// Some words; a cell is chosen if one of them chooses it.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    words: Vec<GlobMatcher>,
}

/// A word that is no glob.
#[derive(Debug, Error)]
#[error("`{word}` is no filter: {why}")]
pub struct FilterError {
    word: String,
    why: String,
}

impl Filter {
    /// From what was typed.
    ///
    /// # Errors
    /// When a word is not a glob.
    pub fn new<S: AsRef<str>>(words: &[S]) -> Result<Self, FilterError> {
        let words = words.iter().map(|word| {
            let word = word.as_ref();
            glob(word).map_err(|error| FilterError { word: word.to_owned(), why: error.kind().to_string() })
        });
        Ok(Self { words: words.collect::<Result<_, _>>()? })
    }

    /// Whether a cell is chosen.
    #[must_use]
    pub fn chooses(&self, cell: &Cell<'_>) -> bool {
        self.words.is_empty() || self.matches(&names(cell))
    }

    /// Whether something of these names is chosen.
    #[must_use]
    pub fn matches(&self, names: &[String]) -> bool {
        self.words.is_empty() || names.iter().any(|name| self.words.iter().any(|word| word.is_match(name)))
    }
}

/// A glob over names of cells: `[dlopen]` is a load mode, not a set of letters, and `*` stops at no character.
///
/// # Errors
/// When the text is not a glob.
pub fn glob(text: &str) -> Result<GlobMatcher, globset::Error> {
    let literal = text.replace('[', "\\[").replace(']', "\\]");
    Ok(GlobBuilder::new(&literal).literal_separator(false).backslash_escape(true).build()?.compile_matcher())
}

/// All that a cell may be called, with the default variant by both of its names.
fn names(cell: &Cell<'_>) -> Vec<String> {
    let aliases: Vec<Vec<String>> = cell
        .runtimes
        .iter()
        .map(|runtime| {
            let mut names = vec![runtime.id.to_string()];
            names.extend(runtime.default_variant.iter().map(|variant| format!("{}@{variant}", runtime.id.name)));
            names
        })
        .collect();
    let mut lists = vec![String::new()];
    for names in &aliases {
        lists = lists
            .iter()
            .flat_map(|list| {
                names.iter().map(move |name| if list.is_empty() { name.clone() } else { format!("{list}+{name}") })
            })
            .collect();
    }
    let full = format!("{}[{}]", cell.scenario.name, cell.mode);
    let mut all: Vec<String> = aliases.into_iter().flatten().collect();
    for list in &lists {
        all.push(format!("{}/{list}", cell.id.scenario_text()));
        all.push(format!("{full}/{list}"));
    }
    all.extend([cell.scenario.name.clone(), full]);
    all
}
