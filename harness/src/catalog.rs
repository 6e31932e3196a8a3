//! What there is: runtimes from `samples/*/sample.toml`, scenarios from `c-hosts/*.c`, VMs from `c-hosts/vm/*/vm.toml`.
//! Reads text and nothing else: it builds nothing, starts nothing, and pairs nothing.

mod budget;
mod caught;
mod cross;
mod diagnostic;
mod entry;
mod header;
mod manifest;
pub mod placeholder;
mod story;
mod stress;
mod texts;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

pub use budget::{Budget, Resource};
pub use caught::{Caught, Certainty, Provoked};
pub use diagnostic::{CatalogError, Code, Finding, closest, suggest};
pub use entry::Entry;
pub use story::{Place, Step, Story};
pub use stress::Stress;
pub(crate) use texts::Texts;

use crate::id::RuntimeId;

/// The name of the library that every sample has.
pub const PLAIN: &str = "plain";
/// The mode in which the host is linked with its libraries.
pub const LINKED: &str = "linked";
/// The mode in which the libraries are in the host's `LD_PRELOAD`.
pub const PRELOAD: &str = "preload";
/// The mode in which the host's stdout is a regular file.
pub const FILE: &str = "file";
/// The mode in which the host's stdout is a pseudo-terminal.
pub const TERMINAL: &str = "terminal";
/// The mode in which the host loads its libraries with dlopen and nothing special.
pub const DLOPEN: &str = "dlopen";

/// All runtimes and scenarios of one project root, sorted by name.
#[derive(Debug, Clone)]
pub struct Catalog {
    /// The folder that has `samples/` and `c-hosts/`.
    pub root: PathBuf,
    /// One for each variant; the default variant of a sample comes first, the others by name.
    pub runtimes: Vec<Runtime>,
    /// One for each C file.
    pub scenarios: Vec<Scenario>,
    /// What hosts run in that are no programs of their own.
    pub vms: Vec<Arc<Vm>>,
}

/// One variant of one sample.
#[derive(Debug, Clone)]
pub struct Runtime {
    /// `go`, `go@1.21`.
    pub id: RuntimeId,
    /// The default's own variant name, by which it may be called as well: `1.27` for `go`.
    pub default_variant: Option<String>,
    /// The sample's folder.
    pub folder: PathBuf,
    /// What `callback` prints before " callback!".
    pub title: String,
    /// One line for `list`.
    pub about: String,
    /// The language's way into C, as the mail's first line has it.
    pub ffi: String,
    /// Who hands out the memory of managed objects.
    pub heap: Heap,
    /// With whom it is installed.
    pub group: Group,
    /// Contract entries that are NULL, with the reason.
    pub absent: BTreeMap<Entry, String>,
    /// Programs that the steps call.
    pub tools: Tools,
    /// `plain`, and whatever else the manifest has.
    pub flavours: BTreeMap<String, Build>,
    /// Where managed code does what `callback` and `state` show, and what breaks it there.
    pub managed: Option<Managed>,
    /// By what the harness must catch it; `None` but for the samples of `samples/_broken`.
    pub caught: Option<Caught>,
    /// The laws that it shows, as the first of two libraries; none but for samples of `samples/_broken`.
    pub provokes: Vec<Provoked>,
}

/// A file of managed code, and two changes that must come out: a sample whose glue does the work would not notice them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Managed {
    /// Below the sample's folder.
    pub file: PathBuf,
    /// What stands once in that file and makes the line of `callback`; with what it is another line.
    pub callback: [String; 2],
    /// What stands once in that file and counts for `state`; with what it counts wrong.
    pub state: [String; 2],
}

/// Who hands out the memory of managed objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Heap {
    /// The runtime maps and manages its own.
    Own,
    /// The C library's malloc, which all its users share.
    Malloc,
    /// The runtime's own, in a library of the system that all copies of the sample share.
    Shared,
}

/// Runtimes that are installed together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Group {
    /// In every run.
    #[default]
    Core,
    /// Languages that are compiled ahead of time.
    Compiled,
    /// Virtual machines and interpreters.
    Vm,
}

/// Programs by the words that steps have for them.
pub type Tools = BTreeMap<String, Tool>;

/// A program that builds samples, and where to get it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tool {
    /// Arguments that make it print its version.
    pub args: Vec<String>,
    /// What stands before the version in that output.
    pub says: String,
    /// What another implementation prints that says the same otherwise.
    pub unless: Option<String>,
    /// The version or a dotted prefix of it.
    pub accept: Option<String>,
    /// Names to look for on PATH.
    pub on_path: Vec<String>,
    /// Where `setup` gets it.
    pub source: Option<ToolSource>,
    /// Disk space that `setup` takes for it, in MB (10^6 bytes).
    pub megabytes: u32,
}

/// Where `setup` gets a program.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum ToolSource {
    /// A pinned wheel, installed with pip into a folder of its own.
    Pip {
        /// `name==version`.
        package: String,
        /// The program's path below that folder.
        program: PathBuf,
    },
    /// Debian packages that are unpacked into a folder of their own, for those that conflict with what may be installed.
    Unpack {
        /// Package names.
        packages: Vec<String>,
        /// Packages that they need and that are installed with apt.
        apt: Vec<String>,
    },
    /// Debian packages, installed with apt.
    Apt {
        /// Package names.
        packages: Vec<String>,
    },
}

/// How one library of a sample is built; `vars` and `env` of manifest, variant and flavour are laid over each other already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Build {
    /// Programs with their arguments, placeholders unexpanded.
    pub steps: Vec<Vec<String>>,
    /// Environment, placeholders unexpanded.
    pub env: BTreeMap<String, String>,
    /// The manifest's own placeholders; a single text is a list of one.
    pub vars: BTreeMap<String, Vec<String>>,
    /// Libraries of `c-hosts/lib` that it is linked with.
    pub libs: Vec<String>,
}

/// A virtual machine or interpreter whose process hosts run in: they are libraries that a program of its language loads.
#[derive(Debug, PartialEq, Eq)]
pub struct Vm {
    /// The folder's name below `c-hosts/vm`.
    pub name: String,
    /// The folder.
    pub folder: PathBuf,
    /// One line for `list`.
    pub about: String,
    /// With whom it is installed.
    pub group: Group,
    /// Programs that the steps and `run` call.
    pub tools: Tools,
    /// What makes the files that it runs, placeholders unexpanded.
    pub steps: Vec<Vec<String>>,
    /// Further arguments of the C compiler for hosts, placeholders unexpanded.
    pub cflags: Vec<String>,
    /// A program with its arguments, to which a host's own are appended; placeholders unexpanded.
    pub run: Vec<String>,
}

/// One C file of `c-hosts/`: a property to show for any runtimes that it accepts.
#[derive(Debug, Clone)]
pub struct Scenario {
    /// The file's name without its ending.
    pub name: String,
    /// The C file.
    pub file: PathBuf,
    /// In whose process it runs; `None`: it is a program itself.
    pub vm: Option<Arc<Vm>>,
    /// The first comment, on one line.
    pub property: String,
    /// Fewest libraries in one host; 0 with `most`: only the cells of `also`.
    pub fewest: usize,
    /// Most libraries in one host.
    pub most: usize,
    /// Entries that every runtime must offer.
    pub needs: Vec<Entry>,
    /// Entries that the first runtime must offer.
    pub needs_first: Vec<Entry>,
    /// Which runtimes share a host.
    pub variants: Variants,
    /// Which library of the sample it loads.
    pub flavour: String,
    /// Load modes, the default first; never empty.
    pub modes: Vec<String>,
    /// Further cells by their runtimes.
    pub also: Vec<Vec<RuntimeId>>,
    /// Scenarios for one runtime whose steps every library takes here as well.
    pub parts: Vec<Part>,
    /// The same of the first library only.
    pub parts_first: Vec<Part>,
    /// What is done with two libraries: of a mode, or of all that have no own.
    pub stories: Vec<(Option<String>, Story)>,
    /// All of stdout, line by line, with placeholders; empty: not stated.
    pub stdout: Vec<String>,
    /// The exit status to expect.
    pub exit: u8,
    /// Wall time after which the process is stopped.
    pub deadline: Duration,
    /// Whether lines of stdout come from one thread.
    pub stdout_order: StdoutOrder,
    /// Ways of stress that change what it is about: it is not run under them.
    pub unstressed: Vec<Stress>,
    /// Whether what is stable of footprints belongs to the trace.
    pub footprints: Footprints,
    /// What a host may have at a mark.
    pub budgets: Vec<Budget>,
    /// Keys of the facts that it may report, if it is a measuring scenario: `needs`, `takes`.
    pub facts: Vec<String>,
}

/// A scenario for one runtime that is part of another one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Part {
    /// Its name.
    pub scenario: Arc<str>,
    /// Another mode than its first.
    pub mode: Option<Arc<str>>,
}

/// What becomes of the changes between marks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Footprints {
    /// They are shown.
    Shown,
    /// Those that are the same in every run stand in the trace, below their marks.
    Compared,
}

/// Which runtimes share a host, where a scenario takes several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Variants {
    /// Any with any.
    Mixed,
    /// Default variants with each other, and variants of one sample: others would say nothing new.
    Alone,
}

/// Whether lines of stdout come in an order that is promised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StdoutOrder {
    /// One thread prints.
    Ordered,
    /// Several threads print; the snapshot has the lines sorted.
    Unordered,
}

impl std::fmt::Display for Group {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::Core => "core",
            Self::Compiled => "compiled",
            Self::Vm => "vm",
        })
    }
}

impl Scenario {
    /// What is done with two libraries in that mode; nothing if the header does not say.
    #[must_use]
    pub fn story(&self, mode: &str) -> Option<&Story> {
        let own = self.stories.iter().find(|(of, _)| of.as_deref() == Some(mode));
        own.or_else(|| self.stories.iter().find(|(of, _)| of.is_none())).map(|(_, story)| story)
    }
}

impl Runtime {
    /// Whether that is one of its names: `go` and `go@1.27` for the default variant.
    #[must_use]
    pub fn is_called(&self, id: &RuntimeId) -> bool {
        self.id.name == id.name
            && (self.id.variant == id.variant || id.variant.is_some() && self.variant() == id.variant.as_deref())
    }

    /// The variant's name, also the default one's.
    #[must_use]
    pub fn variant(&self) -> Option<&str> {
        self.id.variant.as_deref().or(self.default_variant.as_deref())
    }

    /// A line of a scenario's stated stdout with this runtime's names.
    #[must_use]
    pub fn fill(&self, line: &str) -> String {
        line.replace("{id}", &self.id.name).replace("{title}", &self.title).replace("{ffi}", &self.ffi)
    }

    /// Whether the contract entry is not NULL, as the manifest says.
    #[must_use]
    pub fn offers(&self, entry: Entry) -> bool {
        !self.absent.contains_key(&entry)
    }
}

impl Catalog {
    /// Reads all manifests and headers below `root`.
    ///
    /// # Errors
    /// All that does not hold to FORMATS.md, each with its line and a caret, and at least one for each wrong file.
    pub fn read(root: &Path) -> Result<Self, CatalogError> {
        let mut findings = Vec::new();
        let samples = manifest::read_folder(root, &root.join("samples"), manifest::Kind::Sample, &mut findings);
        let mut headers = header::read_folder(root, &root.join("c-hosts"), &mut findings);
        let vms = manifest::read_vms(root, &root.join("c-hosts/vm"), &mut findings);
        let runtimes: Vec<Runtime> = samples.into_iter().flat_map(|sample| sample.runtimes).collect();
        // Against an incomplete set of runtimes, good scenarios would be blamed as well.
        if findings.is_empty() {
            let alone = headers.iter().map(|header| &header.scenario).filter(|scenario| scenario.fewest == 1);
            let alone: Vec<_> = alone.map(|scenario| (scenario.name.clone(), scenario.modes.clone())).collect();
            for header in &mut headers {
                cross::find_vm(header, &vms);
                cross::check_parts(header, &alone);
                if !runtimes.is_empty() {
                    cross::check_header(header, &runtimes);
                }
                findings.extend(header.source.take_findings());
            }
        }
        CatalogError::check(findings)?;
        let scenarios = headers.into_iter().map(|header| header.scenario).collect();
        Ok(Self { root: root.to_owned(), runtimes, scenarios, vms })
    }

    /// The runtime of that id; the default variant is found by its own name as well (`go@1.27` is `go`).
    #[must_use]
    pub fn runtime(&self, id: &RuntimeId) -> Option<&Runtime> {
        cross::find_runtime(&self.runtimes, id)
    }

    /// The scenario of that name.
    #[must_use]
    pub fn scenario(&self, name: &str) -> Option<&Scenario> {
        self.scenarios.iter().find(|scenario| scenario.name == name)
    }
}
