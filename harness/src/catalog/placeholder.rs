//! Placeholders: `{word}` inside a text of a manifest or header.
//! Knows where they stand and which ones are always there; the values are the reader's business.

use std::fmt;

/// Placeholders that every build step of a sample has, whatever its manifest defines.
pub const BUILT_IN: &[&str] =
    &["cc", "cxx", "out", "id", "variant", "flavour", "include", "lib", "work", "cache", "broken"];

/// Placeholders of a VM's build steps and C flags, beside its tools.
pub const VM_BUILD: &[&str] = &["cc", "out", "include"];
/// Placeholders of the command that starts a VM, beside its tools.
pub const VM_RUN: &[&str] = &["out", "host", "folders"];

/// A piece of a text with placeholders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part<'a> {
    /// Text that stands for itself.
    Text(&'a str),
    /// The word between the braces.
    Placeholder(&'a str),
}

/// Splits `text` into its pieces; joined again they are the same text.
///
/// A placeholder is a brace, a letter, letters, digits, `-` or `_`, and a brace. Any other brace stands for itself.
#[must_use]
pub fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut plain = 0;
    let mut at = 0;
    while let Some(open) = text[at..].find('{').map(|offset| at + offset) {
        at = open + 1;
        let Some(word) = word_until_brace(&text[at..]) else { continue };
        if plain < open {
            parts.push(Part::Text(&text[plain..open]));
        }
        parts.push(Part::Placeholder(word));
        at += word.len() + 1;
        plain = at;
    }
    if plain < text.len() {
        parts.push(Part::Text(&text[plain..]));
    }
    parts
}

/// The placeholders of `text`, in order.
pub fn placeholders(text: &str) -> impl Iterator<Item = &str> {
    parts(text).into_iter().filter_map(|part| match part {
        Part::Text(_) => None,
        Part::Placeholder(word) => Some(word),
    })
}

fn word_until_brace(text: &str) -> Option<&str> {
    let word = &text[..text.find('}')?];
    let good = word.starts_with(|c: char| c.is_ascii_alphabetic())
        && word.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    good.then_some(word)
}

impl fmt::Display for Part<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Placeholder(word) => write!(f, "{{{word}}}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_words_between_braces_are_placeholders() {
        for (text, found) in [
            ("{go}", vec!["go"]),
            ("-I{include}/{Id}", vec!["include", "Id"]),
            ("{{go}}", vec!["go"]),
            ("${ORIGIN}", vec!["ORIGIN"]),
            ("{} { go } {1} {go", vec![]),
            ("ä{a}ö{b-c}", vec!["a", "b-c"]),
        ] {
            assert_eq!(placeholders(text).collect::<Vec<_>>(), found, "{text}");
        }
    }

    proptest! {
        #[test]
        fn pieces_make_the_text_again(text in "[a{}b ä]{0,20}") {
            let joined: String = parts(&text).iter().map(Part::to_string).collect();
            prop_assert_eq!(joined, text);
        }
    }
}
