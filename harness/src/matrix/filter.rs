//! What the user types to choose cells.
//!
//! A word chooses a cell when it is a glob for its id (`callback/*`, `two-callbacks/go+*`), its scenario with or without
//! mode (`rfc2012`, `rfc2012[dlopen]`), or one of its runtimes (`go`, `go@1.21`). Words are alternatives; none means all.

use globset::{Glob, GlobBuilder, GlobSet};
use thiserror::Error;

use super::{Cell, cells_of};
use crate::catalog::{Catalog, Runtime, Scenario};

/// Some words; a cell is chosen if one of them chooses it.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    words: GlobSet,
    /// What stands before a slash, if nothing there stands for something else: no cell of another scenario is meant.
    heads: Option<Vec<String>>,
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
        let set = GlobSet::new(globs).map_err(|error| wrong(error.glob().unwrap_or_default(), &error))?;
        Ok(Self { words: set, heads: heads(words) })
    }

    /// All cells of the catalogue that are chosen, in its order. Scenarios that no word is about are not looked at.
    #[must_use]
    pub fn cells<'c>(&self, catalog: &'c Catalog) -> Vec<Cell<'c>> {
        let by_runtime = catalog.runtimes.iter().any(|runtime| self.matches(&aliases(runtime)));
        let mut chosen = cells_of(catalog, |scenario, mode| {
            let names = names(scenario, mode);
            by_runtime || self.matches(&names) || self.is_about(&names)
        });
        chosen.retain(|cell| self.chooses(cell));
        chosen
    }

    /// Whether a cell is chosen.
    #[must_use]
    pub fn chooses(&self, cell: &Cell<'_>) -> bool {
        let names = names(cell.scenario, cell.mode);
        self.matches(&names)
            || cell.runtimes.iter().any(|runtime| self.matches(&aliases(runtime)))
            || self.is_about(&names) && self.matches(&ids(cell, &names[1]))
    }

    /// Whether one of the words may be the id of a cell whose scenario has these names.
    fn is_about(&self, names: &[String]) -> bool {
        self.heads.as_deref().is_none_or(|heads| names.iter().any(|name| heads.contains(name)))
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

/// Whether a character of a glob does not stand for itself.
#[must_use]
pub fn is_special(character: char) -> bool {
    matches!(character, '*' | '?' | '{' | '}' | '\\')
}

fn heads<S: AsRef<str>>(words: &[S]) -> Option<Vec<String>> {
    let mut heads = Vec::new();
    for word in words.iter().map(AsRef::as_ref) {
        match word.split_once('/') {
            Some((head, _)) if !head.contains(is_special) => heads.push(head.to_owned()),
            None if !word.contains(is_special) => {}
            Some(_) | None => return None,
        }
    }
    Some(heads)
}

/// A scenario's names, without its mode and with it.
fn names(scenario: &Scenario, mode: &str) -> [String; 2] {
    [scenario.name.clone(), format!("{}[{mode}]", scenario.name)]
}

/// A runtime's names: the default variant has two.
fn aliases(runtime: &Runtime) -> Vec<String> {
    let mut names = vec![runtime.id.to_string()];
    names.extend(runtime.default_variant.iter().map(|variant| format!("{}@{variant}", runtime.id.name)));
    names
}

/// All that a cell's id may be, with the default variant by both of its names, and the default mode named or not.
fn ids(cell: &Cell<'_>, full: &str) -> Vec<String> {
    let mut lists = vec![String::new()];
    for names in cell.runtimes.iter().map(|runtime| aliases(runtime)) {
        lists = lists
            .iter()
            .flat_map(|list| {
                names.iter().map(move |name| if list.is_empty() { name.clone() } else { format!("{list}+{name}") })
            })
            .collect();
    }
    let short = cell.id.mode.is_none().then_some(cell.scenario.name.as_str());
    let of = |list: &String| {
        short.into_iter().chain([full]).map(|scenario| format!("{scenario}/{list}")).collect::<Vec<_>>()
    };
    lists.iter().flat_map(of).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::LazyLock;

    use proptest::prelude::*;
    use rstest::rstest;

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

    /// A word that is not asked about a cell's ids must be one that none of them is.
    #[test]
    fn what_is_left_out_is_not_chosen() {
        let words = [
            "callback/c",
            "callback[dlopen]/c",
            "callback",
            "c",
            "*/c",
            "call*",
            "two-callbacks/*",
            "{callback,churn}/c",
        ];
        for cell in CELLS.iter().step_by(7) {
            for word in words {
                let matcher = glob(word).unwrap().compile_matcher();
                let is_named = all_names(cell).iter().any(|name| matcher.is_match(name));
                assert_eq!(chooses(word, cell), is_named, "{word} {}", cell.id);
            }
        }
    }

    /// What is planned for some words is what they choose of all.
    #[rstest]
    #[case(&["callback/c"])]
    #[case(&["callback", "rfc2012[dlopen]/c"])]
    #[case(&["go@1.21"])]
    #[case(&["*[managed]*"])]
    #[case(&["nothing"])]
    #[case(&[])]
    fn nothing_is_left_out(#[case] words: &[&str]) {
        let filter = Filter::new(words).unwrap();
        let planned: Vec<CellId> = filter.cells(&CATALOG).into_iter().map(|cell| cell.id).collect();
        let chosen: Vec<CellId> =
            CELLS.iter().filter(|cell| filter.chooses(cell)).map(|cell| cell.id.clone()).collect();
        assert_eq!(planned, chosen);
    }

    fn all_names(cell: &Cell<'_>) -> Vec<String> {
        let names = names(cell.scenario, cell.mode);
        let mut all = ids(cell, &names[1]);
        all.extend(cell.runtimes.iter().flat_map(|runtime| aliases(runtime)));
        all.extend(names);
        all
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
            for name in all_names(cell) {
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
