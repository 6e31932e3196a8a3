//! The manifest as it is written, with the place of every text in it.
//! Knows keys and types; what the values may be is `check`'s.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use toml::Spanned;

use super::super::diagnostic::{Code, Source, suggest};
use crate::catalog::{Certainty, Group, Heap, Texts};

/// A text with its place.
pub(super) type Text = Spanned<String>;
/// A table of anything with the places of its keys.
pub(super) type Table<T> = BTreeMap<Text, T>;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Manifest {
    pub(super) id: Text,
    pub(super) title: Text,
    pub(super) about: Text,
    pub(super) ffi: Option<Text>,
    pub(super) heap: Heap,
    #[serde(default)]
    pub(super) group: Group,
    pub(super) default: Option<Text>,
    #[serde(default)]
    pub(super) absent: Table<Text>,
    #[serde(default)]
    pub(super) tools: Table<Tool>,
    pub(super) build: Build,
    #[serde(default)]
    pub(super) flavours: Table<Flavour>,
    #[serde(default)]
    pub(super) variants: Table<Variant>,
    pub(super) managed: Option<Spanned<Managed>>,
    pub(super) caught: Option<Spanned<Caught>>,
    #[serde(default)]
    pub(super) law: Vec<Spanned<Law>>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Tool {
    pub(super) args: Option<Spanned<Vec<String>>>,
    pub(super) says: Option<Text>,
    pub(super) unless: Option<Text>,
    pub(super) accept: Option<Text>,
    #[serde(default)]
    pub(super) on_path: Vec<Text>,
    pub(super) pip: Option<Spanned<Pip>>,
    pub(super) apt: Option<Spanned<Apt>>,
    pub(super) unpack: Option<Spanned<Unpack>>,
    pub(super) megabytes: Option<u32>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Pip {
    pub(super) package: Text,
    pub(super) program: Text,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Apt {
    pub(super) packages: Vec<Text>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Unpack {
    pub(super) packages: Vec<Text>,
    #[serde(default)]
    pub(super) apt: Vec<Text>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Build {
    pub(super) steps: Steps,
    #[serde(default)]
    pub(super) env: Table<Text>,
    #[serde(default)]
    pub(super) vars: Table<Words>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Flavour {
    #[serde(default)]
    pub(super) libs: Vec<Text>,
    #[serde(default)]
    pub(super) vars: Table<Words>,
    #[serde(default)]
    pub(super) env: Table<Text>,
    pub(super) steps: Option<Steps>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Variant {
    pub(super) about: Option<Text>,
    pub(super) heap: Option<Heap>,
    pub(super) group: Option<Group>,
    #[serde(default)]
    pub(super) absent: Table<Text>,
    #[serde(default)]
    pub(super) offers: Vec<Text>,
    pub(super) steps: Option<Steps>,
    #[serde(default)]
    pub(super) tools: Table<Tool>,
    #[serde(default)]
    pub(super) vars: Table<Words>,
    #[serde(default)]
    pub(super) env: Table<Text>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Managed {
    pub(super) file: Text,
    pub(super) callback: Option<Swap>,
    pub(super) state: Swap,
}

/// What stands once in a file, and what breaks it.
pub(super) type Swap = Spanned<[Text; 2]>;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Caught {
    pub(super) scenario: Text,
    #[serde(default)]
    pub(super) partners: Vec<Text>,
    pub(super) outcome: String,
    pub(super) phase: Option<String>,
    pub(super) verdict: String,
    #[serde(default)]
    pub(super) facts: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Law {
    pub(super) name: Text,
    pub(super) how: Certainty,
    pub(super) scenario: Text,
    pub(super) pair: Text,
    pub(super) control: Text,
    pub(super) differs: Vec<Text>,
    #[serde(default)]
    pub(super) beside: Vec<Text>,
}

/// Programs with their arguments.
pub(super) type Steps = Spanned<Vec<Spanned<Vec<Text>>>>;

/// The value of a placeholder: a text, or a list of texts.
#[derive(Debug, Clone)]
pub(super) struct Words(pub(super) Vec<Text>);

impl<'de> Deserialize<'de> for Words {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(Texts::each(Spanned::deserialize(deserializer)?)))
    }
}

/// A manifest, or `None` with the reason noted in `source`.
pub(super) fn parse<M: DeserializeOwned>(source: &mut Source) -> Option<M> {
    let (code, error) = match toml::de::DeTable::parse(&source.text) {
        Err(error) => (Code::ManifestSyntax, error),
        Ok(_) => match toml::from_str(&source.text) {
            Ok(manifest) => return Some(manifest),
            Err(error) => (Code::ManifestValue, error),
        },
    };
    let at = error.span().unwrap_or(0..source.text.len());
    let message = error.message().trim_end().to_owned();
    explain(source, code, at, &message);
    None
}

/// serde says which word it met and which ones it knows, all between backticks; that is enough for a suggestion.
fn explain(source: &mut Source, code: Code, at: Range<usize>, message: &str) {
    let words: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    match words.split_first() {
        Some((key, known)) if message.starts_with("unknown field") => {
            source.find(
                Code::UnknownKey,
                at,
                format!("a manifest has no key `{key}` here"),
                suggest(key, known.to_vec()),
            );
        }
        Some((value, known)) if message.starts_with("unknown variant") => {
            source.find(code, at, format!("`{value}` is no value of this key"), suggest(value, known.to_vec()));
        }
        Some((key, _)) if message.starts_with("missing field") => source.find(
            Code::MissingKey,
            at,
            format!("the key `{key}` is missing"),
            format!("add `{key} = …` here; harness/docs/FORMATS.md says what it means"),
        ),
        Some(_) | None if message.starts_with("duplicate key") => {
            source.find(code, at, "the key stands twice", "keep one of the two");
        }
        Some(_) | None => source.find(code, at, message, "harness/docs/FORMATS.md has the form of a manifest"),
    }
}
