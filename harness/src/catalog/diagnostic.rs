//! What can be wrong in a manifest or a header, and how it is shown: file, line, caret, next step.
//! Holds no rule itself; the readers say what is wrong.

use std::fmt;
use std::ops::Range;
use std::path::Path;

use miette::{Diagnostic, LabeledSpan, NamedSource};
use thiserror::Error;

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $text:literal,)*) => {
        /// The kind of a [`Finding`].
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $($(#[$doc])* $variant,)*
        }

        impl Code {
            /// All codes.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The code as it is printed: `manifest::unknown-key`.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)*
                }
            }
        }
    };
}

codes! {
    /// `samples/` or `c-hosts/` is not there.
    MissingFolder = "catalog::missing-folder",
    /// A file or folder that is there cannot be read as text.
    Unreadable = "catalog::unreadable",
    /// A folder of samples or VMs has no manifest.
    MissingManifest = "manifest::missing-file",
    /// The text is no TOML.
    ManifestSyntax = "manifest::syntax",
    /// A key that manifests do not have.
    UnknownKey = "manifest::unknown-key",
    /// A key that every manifest must have.
    MissingKey = "manifest::missing-key",
    /// A value of the wrong type, or one that says nothing.
    ManifestValue = "manifest::value",
    /// A sample, tool, variant, flavour or placeholder has a name that no cell can be written with.
    ManifestName = "manifest::name",
    /// The id is another one than the folder's name.
    IdFolder = "manifest::id-folder",
    /// Two samples, or two variants of one, would have the same id and export.
    DuplicateId = "manifest::duplicate-id",
    /// Variants without a default, or a default without variants.
    Default = "manifest::default",
    /// `[absent]` names something that is no entry of the contract.
    UnknownEntry = "manifest::unknown-entry",
    /// `[absent]` names an entry that every runtime must offer.
    MandatoryEntry = "manifest::mandatory-entry",
    /// A placeholder that nothing defines.
    UnknownPlaceholder = "manifest::unknown-placeholder",
    /// A placeholder of the manifest's own inside the value of another one.
    NestedPlaceholder = "manifest::nested-placeholder",
    /// A tool or placeholder of the manifest has the name of another placeholder.
    ReservedName = "manifest::reserved-name",
    /// A tool that is nowhere to be found: not on PATH and not installed by setup.
    ToolNowhere = "manifest::tool-nowhere",
    /// A tool that setup would get from two places.
    ToolTwice = "manifest::tool-twice",
    /// A package that is not pinned, or whose name is none.
    Package = "manifest::package",
    /// `plain` is defined a second time.
    PlainFlavour = "manifest::plain-flavour",
    /// A build without steps, or a step without a program.
    EmptySteps = "manifest::empty-steps",
    /// A library that `c-hosts/lib` does not have.
    MissingLib = "manifest::missing-lib",
    /// A VM is started without being told which library the host is.
    VmWithoutHost = "manifest::vm-without-host",
    /// `[managed]` names a file that is not there, or a text that does not stand in it once.
    Managed = "manifest::managed",
    /// `[caught]` outside of `samples/_broken`.
    Caught = "manifest::caught",
    /// `[caught]` names a scenario or a partner that is not there.
    CaughtUnknown = "manifest::caught-unknown",
    /// `[[law]]` names a law that there is not.
    UnknownLaw = "manifest::unknown-law",
    /// A scenario's file name is no name.
    HeaderName = "header::name",
    /// The first comment of a scenario does not state its property.
    NoProperty = "header::no-property",
    /// A line with `//!` that is not of the form `//! word: value`.
    HeaderSyntax = "header::syntax",
    /// A directive that headers do not have.
    UnknownDirective = "header::unknown-directive",
    /// A directive that may stand once stands twice.
    DuplicateDirective = "header::duplicate-directive",
    /// A directive that is not directly below the first comment.
    MisplacedDirective = "header::misplaced-directive",
    /// A directive's value is not what it takes.
    HeaderValue = "header::value",
    /// `runtimes` takes no library at all, or fewer than it starts with.
    Arity = "header::arity",
    /// `facts` in a scenario that does not take one library.
    FactsOfSeveral = "header::facts-of-several",
    /// A load mode stands twice.
    DuplicateMode = "header::duplicate-mode",
    /// `needs` names something that is no entry of the contract.
    HeaderUnknownEntry = "header::unknown-entry",
    /// `stdout` has a placeholder that it does not know.
    HeaderPlaceholder = "header::unknown-placeholder",
    /// `also` names a runtime that is not there.
    UnknownRuntime = "header::unknown-runtime",
    /// `parts` names something that is no scenario for one runtime.
    UnknownPart = "header::unknown-part",
    /// `vm` names something that is no folder of `c-hosts/vm`.
    UnknownVm = "header::unknown-vm",
    /// `vm` stands beside the mode `linked`.
    VmLinked = "header::vm-linked",
    /// No runtime offers what the scenario needs.
    NeedsNobodyOffers = "header::needs-nobody-offers",
    /// No runtime has the flavour that the scenario loads.
    FlavourNobodyOffers = "header::flavour-nobody-offers",
}

/// One thing that is wrong in one file.
#[derive(Debug, Error)]
#[error("{message}")]
pub struct Finding {
    /// Which rule was broken.
    pub code: Code,
    /// What is wrong, as a lowercase sentence.
    pub message: String,
    /// What to do next.
    pub next_step: String,
    source_text: Option<NamedSource<String>>,
    labels: Vec<LabeledSpan>,
}

/// All that is wrong in the catalogue: at least one finding for each wrong file, in the order of the files.
#[derive(Debug, Error)]
#[error("{first}")]
pub struct CatalogError {
    first: Box<Finding>,
    others: Vec<Finding>,
}

/// The word among `candidates` that `word` was most likely meant to be, if one is near enough.
///
/// Near enough is one slip of the finger (insert, delete, replace, swap) for each three letters, and at least one.
pub fn closest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = (word.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(word, candidate), candidate))
        .filter(|&(distance, candidate)| distance <= limit && distance < candidate.chars().count())
        .min()
        .map(|(_, candidate)| candidate)
}

/// "did you mean `x`?", or else "it is one of …", for the next step of a finding.
pub fn suggest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    let mut candidates: Vec<&str> = candidates.into_iter().collect();
    candidates.sort_unstable();
    candidates.dedup();
    if let Some(near) = closest(word, candidates.iter().copied()) {
        return format!("did you mean `{near}`?");
    }
    match candidates.as_slice() {
        [] => "there is none to choose from".to_owned(),
        [only] => format!("the only one is `{only}`"),
        several => format!("it is one of `{}`", several.join("`, `")),
    }
}

/// A file that is being read: its text, its name from the root on, and what was found wrong in it so far.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) name: String,
    pub(super) text: String,
    findings: Vec<Finding>,
}

impl Source {
    /// Reads `file`, which is named from `root` on in diagnostics.
    pub(super) fn read(root: &Path, file: &Path) -> Result<Self, Box<Finding>> {
        let name = name_below(root, file);
        match std::fs::read_to_string(file) {
            Ok(text) => Ok(Self { name, text, findings: Vec::new() }),
            Err(error) => {
                let message = format!("failed to read {name}: {error}");
                Err(Box::new(Finding::of_file(Code::Unreadable, message, "make it a readable text file in UTF-8")))
            }
        }
    }

    /// Notes a finding with one caret.
    pub(super) fn find(&mut self, code: Code, at: Range<usize>, message: impl Into<String>, next: impl Into<String>) {
        self.find_labelled(code, vec![(at, "here")], message, next);
    }

    /// Notes a finding with several carets, each with its own words.
    pub(super) fn find_labelled(
        &mut self,
        code: Code,
        at: Vec<(Range<usize>, &str)>,
        message: impl Into<String>,
        next: impl Into<String>,
    ) {
        let labels = at.into_iter().map(|(span, label)| LabeledSpan::at(self.within_a_line(span), label)).collect();
        self.findings.push(Finding {
            code,
            message: message.into(),
            next_step: next.into(),
            source_text: Some(NamedSource::new(&self.name, self.text.clone())),
            labels,
        });
    }

    /// What was found so far; the source stays usable.
    pub(super) fn take_findings(&mut self) -> Vec<Finding> {
        std::mem::take(&mut self.findings)
    }

    /// Where `part` stands inside `span`, or the whole span if the text has it in an escaped form.
    pub(super) fn narrow(&self, span: Range<usize>, part: &str) -> Range<usize> {
        match self.text.get(span.clone()).and_then(|text| text.find(part)) {
            Some(offset) => span.start + offset..span.start + offset + part.len(),
            None => span,
        }
    }

    /// A caret below a whole table would bury the message: the first line of it is enough.
    fn within_a_line(&self, span: Range<usize>) -> Range<usize> {
        let start = span.start.min(self.text.len());
        let end = span.end.clamp(start, self.text.len());
        match self.text.get(start..end).and_then(|text| text.find('\n')) {
            Some(length) => start..start + length,
            None => start..end,
        }
    }
}

impl Finding {
    /// A finding about a file or folder as a whole.
    pub(super) fn of_file(code: Code, message: impl Into<String>, next: impl Into<String>) -> Self {
        Self { code, message: message.into(), next_step: next.into(), source_text: None, labels: Vec::new() }
    }
}

impl CatalogError {
    /// `Ok` when nothing was found.
    pub(super) fn check(findings: Vec<Finding>) -> Result<(), Self> {
        let mut findings = findings.into_iter();
        match findings.next() {
            Some(first) => Err(Self { first: Box::new(first), others: findings.collect() }),
            None => Ok(()),
        }
    }

    /// All findings, at least one.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        std::iter::once(&*self.first).chain(&self.others)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Diagnostic for Finding {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(self.code))
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(&self.next_step))
    }

    fn source_code(&self) -> Option<&dyn miette::SourceCode> {
        self.source_text.as_ref().map(|source| source as &dyn miette::SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }
}

/// Shown as its first finding, with the others as related ones.
impl Diagnostic for CatalogError {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.first.code()
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.first.help()
    }

    fn source_code(&self) -> Option<&dyn miette::SourceCode> {
        self.first.source_code()
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        self.first.labels()
    }

    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn Diagnostic> + 'a>> {
        Some(Box::new(self.others.iter().map(|finding| finding as &dyn Diagnostic)))
    }
}

/// `file` from `root` on, so that messages read the same on every machine.
pub(super) fn name_below(root: &Path, file: &Path) -> String {
    file.strip_prefix(root).unwrap_or(file).display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_is_suggested() {
        let words = ["flavours", "variants", "tools", "absent", "go", "c"];
        for (word, near) in [
            ("flavour", Some("flavours")),
            ("flavors", Some("flavours")),
            ("varaints", Some("variants")),
            ("tool", Some("tools")),
            ("og", Some("go")),
            ("x", None),
            ("libraries", None),
        ] {
            assert_eq!(closest(word, words), near, "{word}");
        }
        assert_eq!(suggest("libraries", ["b", "a", "b"]), "it is one of `a`, `b`");
    }

    #[test]
    fn codes_are_words_and_unique() {
        let mut codes: Vec<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
        assert!(codes.iter().all(|code| code.chars().all(|c| c.is_ascii_lowercase() || c == '-' || c == ':')));
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), Code::ALL.len());
    }
}
