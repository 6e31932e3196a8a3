//! What the user types to choose cells.
//!
//! A word chooses a cell when it is a glob for its id (`callback/*`, `two-callbacks/go+*`), its scenario with or without
//! mode (`rfc2012`, `rfc2012[dlopen]`), or one of its runtimes (`go`, `go@1.21`). Words are alternatives; none means all.

use globset::{Glob, GlobBuilder, GlobSet};
use thiserror::Error;

use super::Cell;

/// Some words; a cell is chosen if one of them chooses it.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    words: GlobSet,
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
        let wrong =
            |word: &str, error: &globset::Error| FilterError { word: word.to_owned(), why: error.kind().to_string() };
        let globs = words.iter().map(|word| glob(word.as_ref()).map_err(|error| wrong(word.as_ref(), &error)));
        let globs: Vec<Glob> = globs.collect::<Result<_, _>>()?;
        let words = GlobSet::new(globs).map_err(|error| wrong(error.glob().unwrap_or_default(), &error))?;
        Ok(Self { words })
    }

    /// Whether a cell is chosen.
    #[must_use]
    pub fn chooses(&self, cell: &Cell<'_>) -> bool {
        self.words.is_empty() || self.matches(&names(cell))
    }

    /// Whether something of these names is chosen.
    #[must_use]
    pub fn matches(&self, names: &[String]) -> bool {
        self.words.is_empty() || names.iter().any(|name| self.words.is_match(name))
    }
}

/// A glob over names of cells: `[dlopen]` is a load mode, not a set of letters, and `*` stops at no character.
///
/// # Errors
/// When the text is not a glob.
pub fn glob(text: &str) -> Result<Glob, globset::Error> {
    let literal = text.replace('[', "\\[").replace(']', "\\]");
    GlobBuilder::new(&literal).literal_separator(false).backslash_escape(true).build()
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
    let short = cell.id.mode.is_none().then_some(&cell.scenario.name);
    let mut all: Vec<String> = aliases.into_iter().flatten().collect();
    for list in &lists {
        all.extend(short.into_iter().chain([&full]).map(|scenario| format!("{scenario}/{list}")));
    }
    all.extend([cell.scenario.name.clone(), full]);
    all
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::LazyLock;

    use proptest::prelude::*;

    use super::*;
    use crate::catalog::Catalog;
    use crate::id::CellId;
    use crate::matrix::cells;

    /// The project's own, which has variants, modes and pairs.
    static CATALOG: LazyLock<Catalog> =
        LazyLock::new(|| Catalog::read(Path::new(env!("CARGO_MANIFEST_DIR"))).expect("it is good"));
    static CELLS: LazyLock<Vec<Cell<'static>>> = LazyLock::new(|| cells(&CATALOG));

    fn chooses(word: &str, cell: &Cell<'_>) -> bool {
        Filter::new(&[word]).unwrap().chooses(cell)
    }

    proptest! {
        #[test]
        fn a_printed_id_is_a_glob_for_itself_and_no_other(text in "[a-z][a-z0-9-]{0,5}(\\[[a-z]{1,4}\\])?/[a-z][a-z0-9]{0,3}(@[a-z0-9][a-z0-9.-]{0,3})?(\\+[a-z][a-z0-9]{0,3}){0,2}", other in "[a-z]{1,4}(\\[[a-z]{1,3}\\])?/[a-z]{1,3}") {
            let id: CellId = text.parse().unwrap();
            let matcher = glob(&id.to_string()).unwrap().compile_matcher();
            prop_assert!(matcher.is_match(&text));
            prop_assert_eq!(matcher.is_match(&other), other == text);
        }

        #[test]
        fn brackets_are_no_set_of_letters(letters in "[a-z]{1,5}") {
            let matcher = glob(&format!("x[{letters}]/y")).unwrap().compile_matcher();
            let literal = format!("x[{letters}]/y");
            prop_assert!(matcher.is_match(&literal));
            for letter in letters.chars() {
                let as_a_set = format!("x{letter}/y");
                prop_assert!(!matcher.is_match(&as_a_set));
            }
        }

        #[test]
        fn a_star_stops_at_no_character(before in "[a-z@+./-]{0,6}", between in ".{0,10}", after in "[a-z@+./-]{0,6}") {
            let matcher = glob(&format!("{before}*{after}")).unwrap().compile_matcher();
            let text = format!("{before}{between}{after}");
            prop_assert!(matcher.is_match(text));
        }

        #[test]
        fn a_cell_is_chosen_by_each_of_its_names(at in any::<proptest::sample::Index>(), other in any::<proptest::sample::Index>()) {
            let cell = at.get(&CELLS);
            let other = other.get(&CELLS);
            for name in names(cell) {
                prop_assert!(chooses(&name, cell), "{name}");
            }
            // With the default variants and the default mode named, and as it is printed.
            let named = |runtime: &&crate::catalog::Runtime| match &runtime.default_variant {
                Some(variant) => format!("{}@{variant}", runtime.id.name),
                None => runtime.id.to_string(),
            };
            let runtimes: Vec<String> = cell.runtimes.iter().map(named).collect();
            let full = format!("{}[{}]/{}", cell.scenario.name, cell.mode, runtimes.join("+"));
            prop_assert!(chooses(&full, cell), "{full}");
            prop_assert_eq!(chooses(&cell.id.to_string(), other), cell.id == other.id);
            prop_assert_eq!(chooses(&full, other), cell.id == other.id);
        }

        #[test]
        fn no_text_panics(text in ".{0,20}") {
            let _ = Filter::new(&[text]);
        }
    }

    #[test]
    fn no_word_chooses_everything() {
        assert!(CELLS.iter().all(|cell| Filter::default().chooses(cell)));
    }
}
