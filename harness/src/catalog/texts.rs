//! A key's value that is a text or a list of texts.

use std::fmt;

use serde::de::{Deserializer, SeqAccess, Visitor};
use serde::{Deserialize, de::Error};
use toml::Spanned;

/// As it was written. An untagged enum would lose the places of the list's texts.
pub(crate) enum Texts {
    One(String),
    Many(Vec<Spanned<String>>),
}

impl Texts {
    /// All, each with its place.
    pub(crate) fn each(field: Spanned<Self>) -> Vec<Spanned<String>> {
        let at = field.span();
        match field.into_inner() {
            Self::One(text) => vec![Spanned::new(at, text)],
            Self::Many(texts) => texts,
        }
    }
}

impl<'de> Deserialize<'de> for Texts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextsVisitor)
    }
}

struct TextsVisitor;

impl<'de> Visitor<'de> for TextsVisitor {
    type Value = Texts;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text or a list of texts")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Texts, E> {
        Ok(Texts::One(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut texts: A) -> Result<Texts, A::Error> {
        let mut all = Vec::new();
        while let Some(text) = texts.next_element()? {
            all.push(text);
        }
        Ok(Texts::Many(all))
    }
}
