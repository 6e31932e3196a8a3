//! One directive of a header: `//! word: value`.
//! Reads its value; whether the runtimes can do what it asks for is checked elsewhere.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use super::super::diagnostic::{Code, Source, suggest};
use super::super::placeholder::placeholders;
use super::{Line, Places};
use crate::catalog::{
    Budget, Entry, Footprints, LINKED, PRELOAD, Part, Scenario, StdoutOrder, Step, Story, Stress, Variants,
};
use crate::id::{RuntimeId, is_name};

/// The directives that there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Directive {
    Runtimes,
    Needs,
    NeedsFirst,
    Variants,
    Flavour,
    Modes,
    Vm,
    Also,
    Parts,
    PartsFirst,
    Steps,
    Stdout,
    Exit,
    Deadline,
    Unordered,
    Unstressed,
    Footprint,
    Budget,
    Facts,
}

/// Placeholders in `stdout`, all of the first runtime.
const STDOUT_PLACEHOLDERS: [&str; 3] = ["id", "title", "ffi"];

impl Directive {
    const ALL: [Self; 19] = [
        Self::Runtimes,
        Self::Needs,
        Self::NeedsFirst,
        Self::Variants,
        Self::Flavour,
        Self::Modes,
        Self::Vm,
        Self::Also,
        Self::Parts,
        Self::PartsFirst,
        Self::Steps,
        Self::Stdout,
        Self::Exit,
        Self::Deadline,
        Self::Unordered,
        Self::Unstressed,
        Self::Footprint,
        Self::Budget,
        Self::Facts,
    ];

    fn word(self) -> &'static str {
        match self {
            Self::Runtimes => "runtimes",
            Self::Needs => "needs",
            Self::NeedsFirst => "needs-first",
            Self::Variants => "variants",
            Self::Flavour => "flavour",
            Self::Modes => "modes",
            Self::Vm => "vm",
            Self::Also => "also",
            Self::Parts => "parts",
            Self::PartsFirst => "parts-first",
            Self::Steps => "steps",
            Self::Stdout => "stdout",
            Self::Exit => "exit",
            Self::Deadline => "deadline",
            Self::Unordered => "unordered",
            Self::Unstressed => "unstressed",
            Self::Footprint => "footprint",
            Self::Budget => "budget",
            Self::Facts => "facts",
        }
    }

    fn example(self) -> &'static str {
        match self {
            Self::Runtimes => {
                "write `1`, or `1..3` for one to three libraries in a host, or `listed` for the cells of `also` only"
            }
            Self::Needs | Self::NeedsFirst => "write entries of the contract, as in `callback call`",
            Self::Variants => "write `alone`",
            Self::Flavour => "write one word, as in `eager`",
            Self::Modes => "write words, as in `linked dlopen`",
            Self::Vm => "write the name of a folder of c-hosts/vm, as in `java`",
            Self::Also => "write runtimes, as in `c+cpp+rust` or `go@1.21+rust`",
            Self::Parts | Self::PartsFirst => {
                "write scenarios for one runtime, as in `callback churn` or `load-flags[global]`"
            }
            Self::Steps => {
                "write steps and libraries in their order, as in `load 1, start 1, churn 2 on threads, call 1 nested, exit`; before them a mode and a colon, if they are of that mode only"
            }
            Self::Stdout => "write the line exactly",
            Self::Exit => "write a number from 0 to 255",
            Self::Deadline => "write a time above zero, as in `20s`, `500ms` or `2m`",
            Self::Unordered => "write `stdout`",
            Self::Unstressed => "write what `--stress` takes, as in `shuffled`",
            Self::Footprint => "write `compared`",
            Self::Budget => {
                "write `threads 64`, or a number of `mappings` or `descriptors`, or `resident 512 MiB`, or `reserved 9 GiB`"
            }
            Self::Facts => {
                "write keys of facts from a-z and `-`, as in `needs takes`, for a scenario with `runtimes: 1`"
            }
        }
    }

    fn may_repeat(self) -> bool {
        match self {
            Self::Also | Self::Steps | Self::Stdout | Self::Budget => true,
            Self::Runtimes
            | Self::Needs
            | Self::NeedsFirst
            | Self::Variants
            | Self::Flavour
            | Self::Modes
            | Self::Vm
            | Self::Parts
            | Self::PartsFirst
            | Self::Exit
            | Self::Deadline
            | Self::Unordered
            | Self::Unstressed
            | Self::Footprint
            | Self::Facts => false,
        }
    }
}

impl fmt::Display for Directive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// A directive's value and where it stands.
struct Value<'a> {
    of: Directive,
    text: &'a str,
    start: usize,
}

impl<'a> Value<'a> {
    fn span(&self) -> Range<usize> {
        self.start..self.start + self.text.len()
    }

    /// The pieces between `separator`s, each with its place.
    fn split(&self, separator: char) -> impl Iterator<Item = (Range<usize>, &'a str)> {
        let (all, start) = (self.text, self.start);
        all.split(separator).filter(|piece| !piece.is_empty()).map(move |piece| {
            let offset = start + (piece.as_ptr() as usize - all.as_ptr() as usize);
            (offset..offset + piece.len(), piece)
        })
    }

    fn wrong(&self, source: &mut Source, at: Range<usize>) {
        let found = source.text.get(at.clone()).unwrap_or_default();
        let message = format!("`{found}` is no value of `{}`", self.of);
        source.find(Code::HeaderValue, at, message, self.of.example());
    }
}

/// Reads one line into `scenario`, or notes in `source` what is wrong with it.
pub(super) fn apply(
    source: &mut Source,
    line: &Line<'_>,
    seen: &mut BTreeMap<Directive, Range<usize>>,
    scenario: &mut Scenario,
    places: &mut Places,
) {
    let Some((word, value)) = line.text["//!".len()..].split_once(':') else {
        let next = "write `//! word: value`; a remark belongs into the comment above";
        source.find(Code::HeaderSyntax, line.span(), "this is no directive", next);
        return;
    };
    let value_start = line.start + line.text.len() - value.len();
    let trimmed = word.trim();
    let word_start = line.start + "//!".len() + (word.len() - word.trim_start().len());
    let word_span = word_start..word_start + trimmed.len();
    let Some(directive) = Directive::ALL.into_iter().find(|directive| directive.word() == trimmed) else {
        let message = format!("a header has no directive `{trimmed}`");
        let next = suggest(trimmed, Directive::ALL.map(Directive::word));
        source.find(Code::UnknownDirective, word_span, message, next);
        return;
    };
    let first = seen.entry(directive).or_insert_with(|| word_span.clone()).clone();
    if first != word_span && !directive.may_repeat() {
        let spans = vec![(first, "first"), (word_span, "again")];
        let message = format!("`{directive}` stands twice");
        source.find_labelled(Code::DuplicateDirective, spans, message, "keep one of the two");
        return;
    }
    // A line of output is taken as it is, with all its spaces but the one after the colon.
    let text = if directive == Directive::Stdout { value.strip_prefix(' ').unwrap_or(value) } else { value.trim() };
    let value = Value { of: directive, text, start: value_start + (text.as_ptr() as usize - value.as_ptr() as usize) };
    if value.text.is_empty() && directive != Directive::Stdout {
        // With nothing to point at, the directive itself is shown.
        let message = format!("`{directive}` has no value");
        source.find(Code::HeaderValue, word_span, message, directive.example());
        return;
    }
    match directive {
        Directive::Runtimes => runtimes(source, &value, scenario),
        Directive::Needs => needs(source, &value, &mut scenario.needs, &mut places.needs),
        Directive::NeedsFirst => needs(source, &value, &mut scenario.needs_first, &mut places.needs_first),
        Directive::Variants => match value.text {
            "alone" => scenario.variants = Variants::Alone,
            _ => value.wrong(source, value.span()),
        },
        Directive::Flavour if is_name(value.text) => {
            value.text.clone_into(&mut scenario.flavour);
            places.flavour = Some(value.span());
        }
        Directive::Flavour => value.wrong(source, value.span()),
        Directive::Modes => modes(source, &value, scenario, places),
        Directive::Vm if is_name(value.text) => places.vm = Some((value.text.to_owned(), value.span())),
        Directive::Vm => value.wrong(source, value.span()),
        Directive::Also => also(source, &value, scenario, places),
        Directive::Parts => parts(source, &value, &mut scenario.parts, &mut places.parts),
        Directive::PartsFirst => parts(source, &value, &mut scenario.parts_first, &mut places.parts),
        Directive::Steps => steps(source, &value, scenario, places),
        Directive::Stdout => stdout(source, &value, scenario),
        Directive::Footprint => match value.text {
            "compared" => scenario.footprints = Footprints::Compared,
            _ => value.wrong(source, value.span()),
        },
        Directive::Budget => match Budget::parse(value.text) {
            Some(budget) => scenario.budgets.push(budget),
            None => value.wrong(source, value.span()),
        },
        Directive::Facts => facts(source, &value, scenario, places),
        Directive::Exit => match value.text.parse() {
            Ok(status) => scenario.exit = status,
            Err(_) => value.wrong(source, value.span()),
        },
        Directive::Deadline => match duration(value.text) {
            Some(deadline) => scenario.deadline = deadline,
            None => value.wrong(source, value.span()),
        },
        Directive::Unordered => match value.text {
            "stdout" => scenario.stdout_order = StdoutOrder::Unordered,
            _ => value.wrong(source, value.span()),
        },
        Directive::Unstressed => {
            for (at, word) in value.split(' ') {
                match word.parse::<Stress>() {
                    Ok(stress) => scenario.unstressed.push(stress),
                    Err(_) => value.wrong(source, at),
                }
            }
        }
    }
}

fn runtimes(source: &mut Source, value: &Value<'_>, scenario: &mut Scenario) {
    if value.text == "listed" {
        (scenario.fewest, scenario.most) = (0, 0);
        return;
    }
    let (fewest, most) = value.text.split_once("..").unwrap_or((value.text, value.text));
    let (Ok(fewest), Ok(most)) = (fewest.parse::<usize>(), most.parse::<usize>()) else {
        return value.wrong(source, value.span());
    };
    let message = match (fewest, most) {
        (0, _) => "a host without a library shows nothing".to_owned(),
        (fewest, most) if fewest > most => format!("{fewest}..{most} is the wrong way round"),
        (fewest, most) => {
            (scenario.fewest, scenario.most) = (fewest, most);
            return;
        }
    };
    source.find(Code::Arity, value.span(), message, value.of.example());
}

fn needs(source: &mut Source, value: &Value<'_>, entries: &mut Vec<Entry>, places: &mut Vec<Range<usize>>) {
    for (at, word) in value.split(' ') {
        match word.parse::<Entry>() {
            Ok(entry) => {
                entries.push(entry);
                places.push(at);
            }
            Err(error) => {
                source.find(Code::HeaderUnknownEntry, at, error.to_string(), suggest(word, Entry::names()));
            }
        }
    }
}

fn modes(source: &mut Source, value: &Value<'_>, scenario: &mut Scenario, places: &mut Places) {
    scenario.modes.clear();
    for (at, word) in value.split(' ') {
        if !is_name(word) {
            value.wrong(source, at);
        } else if scenario.modes.iter().any(|mode| mode == word) {
            source.find(Code::DuplicateMode, at, format!("the mode `{word}` stands twice"), "keep one of the two");
        } else {
            if word == LINKED || word == PRELOAD {
                places.linked = Some(at);
            }
            scenario.modes.push(word.to_owned());
        }
    }
}

fn facts(source: &mut Source, value: &Value<'_>, scenario: &mut Scenario, places: &mut Places) {
    places.facts = Some(value.span());
    for (at, word) in value.split(' ') {
        let is_key = word.starts_with(|c: char| c.is_ascii_lowercase())
            && word.chars().all(|c| c.is_ascii_lowercase() || c == '-');
        if !is_key || scenario.facts.iter().any(|key| key == word) {
            value.wrong(source, at);
        } else {
            scenario.facts.push(word.to_owned());
        }
    }
}

/// A fact is one library's: with several in the process nobody could say whose it is.
pub(super) fn check_facts(source: &mut Source, scenario: &Scenario, places: &Places) {
    let Some(at) = places.facts.clone().filter(|_| scenario.fewest != 1 || scenario.most != 1) else { return };
    let message = "facts are of one library, and this scenario takes several";
    source.find(Code::FactsOfSeveral, at, message, "write `runtimes: 1`, or remove `facts`");
}

fn also(source: &mut Source, value: &Value<'_>, scenario: &mut Scenario, places: &mut Places) {
    let mut runtimes = Vec::new();
    let mut spans = Vec::new();
    for (at, word) in value.split('+') {
        match word.parse::<RuntimeId>() {
            Ok(id) => {
                runtimes.push(id);
                spans.push(at);
            }
            Err(_) => return value.wrong(source, at),
        }
    }
    if runtimes.is_empty() {
        return value.wrong(source, value.span());
    }
    scenario.also.push(runtimes);
    places.also.push(spans);
}

fn parts(source: &mut Source, value: &Value<'_>, parts: &mut Vec<Part>, places: &mut Vec<(Part, Range<usize>)>) {
    for (at, word) in value.split(' ') {
        let (name, mode) = match word.strip_suffix(']').and_then(|word| word.split_once('[')) {
            Some((name, mode)) => (name, Some(mode)),
            None => (word, None),
        };
        if !is_name(name) || mode.is_some_and(|mode| !is_name(mode)) {
            return value.wrong(source, at);
        }
        let part = Part { scenario: name.into(), mode: mode.map(Arc::from) };
        places.push((part.clone(), at));
        parts.push(part);
    }
}

fn steps(source: &mut Source, value: &Value<'_>, scenario: &mut Scenario, places: &mut Places) {
    let (mode, text) = match value.text.split_once(':') {
        Some((mode, text)) => (Some(mode.trim()), text),
        None => (None, value.text),
    };
    let Ok(story) = text.parse::<Story>() else {
        let wrong = text.split(',').find(|step| step.parse::<Step>().is_err()).unwrap_or(text).trim();
        return value.wrong(source, source.narrow(value.span(), if wrong.is_empty() { text } else { wrong }));
    };
    places.stories.push(mode.map_or(value.span(), |mode| source.narrow(value.span(), mode)));
    scenario.stories.push((mode.map(str::to_owned), story));
}

/// Steps are of a mode that the scenario has, wherever `modes` stands, and each mode has one list of them.
pub(super) fn check_steps(source: &mut Source, scenario: &Scenario, places: &Places) {
    let mut seen: BTreeMap<Option<&str>, Range<usize>> = BTreeMap::new();
    for ((mode, _), at) in scenario.stories.iter().zip(&places.stories) {
        let mode = mode.as_deref();
        if let Some(name) = mode.filter(|name| !scenario.modes.iter().any(|other| other == name)) {
            let next = suggest(name, scenario.modes.iter().map(String::as_str));
            source.find(Code::HeaderValue, at.clone(), format!("the scenario has no mode `{name}`"), next);
        } else if let Some(first) = seen.insert(mode, at.clone()) {
            let spans = vec![(first, "first"), (at.clone(), "again")];
            let message = "`steps` stands twice for one mode";
            source.find_labelled(Code::DuplicateDirective, spans, message, "keep one of the two");
        }
    }
}

fn stdout(source: &mut Source, value: &Value<'_>, scenario: &mut Scenario) {
    for word in placeholders(value.text).filter(|word| !STDOUT_PLACEHOLDERS.contains(word)) {
        let at = source.narrow(value.span(), &format!("{{{word}}}"));
        let message = format!("`stdout` has no placeholder `{{{word}}}`");
        source.find(Code::HeaderPlaceholder, at, message, suggest(word, STDOUT_PLACEHOLDERS));
    }
    scenario.stdout.push(value.text.to_owned());
}

fn duration(text: &str) -> Option<Duration> {
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let number: u64 = text[..digits].parse().ok()?;
    let milliseconds = match &text[digits..] {
        "ms" => number,
        "s" => number.checked_mul(1000)?,
        "m" => number.checked_mul(60_000)?,
        _ => return None,
    };
    (milliseconds > 0).then(|| Duration::from_millis(milliseconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deadlines_have_a_unit_and_are_above_zero() {
        for (text, milliseconds) in [("20s", Some(20_000)), ("500ms", Some(500)), ("2m", Some(120_000))] {
            assert_eq!(duration(text), milliseconds.map(Duration::from_millis), "{text}");
        }
        for text in ["20", "0s", "s", "-1s", "1 s", "1h", "99999999999999999999s", "18446744073709551615m"] {
            assert_eq!(duration(text), None, "{text}");
        }
    }
}
