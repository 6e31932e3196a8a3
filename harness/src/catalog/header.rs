//! Reads the first comment of `c-hosts/*.c` and the directives below it into scenarios.
//! Does not read the C code, and does not know which runtimes there are.

mod directive;

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;
use std::time::Duration;

use super::diagnostic::{Code, Finding, Source, name_below};
use super::{DLOPEN, Footprints, PLAIN, Part, Scenario, StdoutOrder, Variants};
use crate::id::is_name;

/// A scenario as its header states it, with the places of what is checked against the runtimes.
pub(super) struct Header {
    pub(super) source: Source,
    pub(super) scenario: Scenario,
    pub(super) places: Places,
}

/// Where the values stand that name something outside of the file.
#[derive(Debug, Default)]
pub(super) struct Places {
    /// One for each of `Scenario::needs`.
    pub(super) needs: Vec<Range<usize>>,
    /// One for each of `Scenario::needs_first`.
    pub(super) needs_first: Vec<Range<usize>>,
    /// The directive's value, if it stands there.
    pub(super) flavour: Option<Range<usize>>,
    /// The directive's value with its place, if it stands there.
    pub(super) vm: Option<(String, Range<usize>)>,
    /// Where `modes` says that the libraries are there before the host: `linked`, `preload`.
    pub(super) linked: Option<Range<usize>>,
    /// Each value of `steps`, or its mode if it has one.
    pub(super) stories: Vec<Range<usize>>,
    /// Each scenario of `parts` and `parts-first`, with its place.
    pub(super) parts: Vec<(Part, Range<usize>)>,
    /// One for each runtime of `Scenario::also`.
    pub(super) also: Vec<Vec<Range<usize>>>,
    /// The directive's value, if it stands there.
    pub(super) facts: Option<Range<usize>>,
}

/// Reads all scenarios of `folder`, sorted by name, and checks each by itself.
pub(super) fn read_folder(root: &Path, folder: &Path, findings: &mut Vec<Finding>) -> Vec<Header> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) => {
            let message = format!("failed to list the scenarios in {}: {error}", name_below(root, folder));
            let next = "run this in the project's root, which has samples/ and c-hosts/";
            findings.push(Finding::of_file(Code::MissingFolder, message, next));
            return Vec::new();
        }
    };
    let mut files: Vec<_> = entries.filter_map(Result::ok).map(|entry| entry.path()).collect();
    files.retain(|file| file.extension().is_some_and(|ending| ending == "c"));
    files.sort();
    let mut headers = Vec::new();
    for file in files {
        match Source::read(root, &file) {
            Ok(source) => {
                let mut header = read(source, &file);
                findings.extend(header.source.take_findings());
                headers.push(header);
            }
            Err(finding) => findings.push(*finding),
        }
    }
    headers
}

fn read(mut source: Source, file: &Path) -> Header {
    let name = file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    if !is_name(&name) {
        let message = format!("`{name}` cannot name a scenario");
        source.find(Code::HeaderName, 0..0, message, "rename the file: begin with a-z and use a-z, 0-9 and `-`");
    }
    let mut scenario = Scenario {
        name,
        file: file.to_owned(),
        vm: None,
        property: String::new(),
        fewest: 1,
        most: 1,
        needs: Vec::new(),
        needs_first: Vec::new(),
        variants: Variants::Mixed,
        flavour: PLAIN.to_owned(),
        modes: vec![DLOPEN.to_owned()],
        also: Vec::new(),
        parts: Vec::new(),
        parts_first: Vec::new(),
        stories: Vec::new(),
        stdout: Vec::new(),
        exit: 0,
        deadline: Duration::from_secs(10),
        stdout_order: StdoutOrder::Ordered,
        unstressed: Vec::new(),
        footprints: Footprints::Shown,
        budgets: Vec::new(),
        facts: Vec::new(),
    };
    let mut places = Places::default();
    let text = source.text.clone();
    let mut lines = Lines { text: &text, at: 0 };
    match property(&mut lines) {
        Ok(property) => scenario.property = property,
        Err(at) => {
            let message = "the file does not begin with a comment that states its property";
            let next = "say in the first comment what the scenario shows, in one or more sentences";
            source.find(Code::NoProperty, at, message, next);
            return Header { source, scenario, places };
        }
    }
    let mut seen = BTreeMap::new();
    while let Some(line) = lines.next_if(|line| line.starts_with("//!")) {
        directive::apply(&mut source, &line, &mut seen, &mut scenario, &mut places);
    }
    directive::check_facts(&mut source, &scenario, &places);
    directive::check_steps(&mut source, &scenario, &places);
    while let Some(line) = lines.next_if(|_| true) {
        if line.text.trim_start().starts_with("//!") {
            let next = "move it directly below the first comment, with nothing between";
            source.find(Code::MisplacedDirective, line.span(), "this directive would not be read", next);
        }
    }
    Header { source, scenario, places }
}

/// A line without its ending, and where it starts.
struct Line<'a> {
    text: &'a str,
    start: usize,
}

impl Line<'_> {
    fn span(&self) -> Range<usize> {
        self.start..self.start + self.text.len()
    }
}

/// The lines of a file, read one by one.
struct Lines<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Lines<'a> {
    fn next_if(&mut self, wanted: impl Fn(&str) -> bool) -> Option<Line<'a>> {
        let rest = &self.text[self.at..];
        let whole = rest.split_inclusive('\n').next()?;
        let text = whole.strip_suffix('\n').unwrap_or(whole);
        let text = text.strip_suffix('\r').unwrap_or(text);
        if !wanted(text) {
            return None;
        }
        let start = self.at;
        self.at += whole.len();
        Some(Line { text, start })
    }

    fn skip_blank(&mut self) {
        while self.next_if(|line| line.trim().is_empty()).is_some() {}
    }
}

/// The first comment on one line, without the licence's line; or where it should have been.
fn property(lines: &mut Lines<'_>) -> Result<String, Range<usize>> {
    let mut words = Vec::new();
    while words.is_empty() {
        lines.skip_blank();
        let start = lines.at;
        let comment = comment(lines).ok_or_else(|| {
            let line = lines.text[start..].lines().next().unwrap_or_default();
            start..start + line.len()
        })?;
        words.extend(
            comment
                .into_iter()
                .filter(|line| !line.starts_with("SPDX-License-Identifier:"))
                .flat_map(|line| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>()),
        );
    }
    Ok(words.join(" "))
}

/// The comment that starts on this line, line by line without its marks; `None` if none starts here.
fn comment(lines: &mut Lines<'_>) -> Option<Vec<String>> {
    let is_line_comment = |line: &str| line.starts_with("//") && !line.starts_with("//!");
    let mut texts = Vec::new();
    while let Some(line) = lines.next_if(is_line_comment) {
        let text = line.text.trim_start_matches('/').trim();
        texts.push(text.to_owned());
        // The licence's line is a comment of its own, whatever kind of comment comes after it.
        if text.starts_with("SPDX-License-Identifier:") {
            return Some(texts);
        }
    }
    if !texts.is_empty() {
        return Some(texts);
    }
    let first = lines.next_if(|line| line.starts_with("/*"))?;
    let mut text = first.text.trim_start_matches("/*").trim_start_matches(['*', '!']);
    loop {
        if let Some((last, _)) = text.split_once("*/") {
            texts.push(last.trim().to_owned());
            return Some(texts);
        }
        texts.push(text.trim().to_owned());
        text = lines.next_if(|_| true)?.text.trim_start();
        if !text.starts_with("*/") {
            text = text.strip_prefix('*').unwrap_or(text);
        }
    }
}
