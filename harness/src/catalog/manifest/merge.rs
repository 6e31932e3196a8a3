//! Lays variants and flavours over the base manifest, and checks the placeholders of each build that comes out.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use toml::Spanned;

use super::super::diagnostic::{Code, Source, suggest};
use super::super::placeholder::{BUILT_IN, placeholders};
use super::raw::{Flavour, Law, Manifest, Steps, Swap, Table, Text, Tool, Variant, Words};
use crate::catalog::caught::ids;
use crate::catalog::{self, Caught, Managed, PLAIN, Provoked, Runtime, ToolSource};
use crate::id::RuntimeId;

/// What breaks the line of `callback`, unless the manifest has something else.
const DEFAULT_CALLBACK: [&str; 2] = [" callback!", " broken!"];

/// One runtime for each variant, the default first.
pub(super) fn runtimes(source: &mut Source, manifest: &Manifest, folder: &Path) -> Vec<Runtime> {
    let mut seen = BTreeSet::new();
    let base = Variant::default();
    let variants = manifest.variants.iter().map(|(name, variant)| (Some(name.get_ref().clone()), variant));
    let mut runtimes = Vec::new();
    for (name, variant) in std::iter::once((None, &base)).chain(variants) {
        let tools = laid_over([&manifest.tools, &variant.tools]);
        let none = Flavour::default();
        let flavours = manifest.flavours.iter().map(|(name, flavour)| (name.get_ref().as_str(), flavour));
        let mut builds = BTreeMap::new();
        for (flavour_name, flavour) in std::iter::once((PLAIN, &none)).chain(flavours) {
            let layers = Layers {
                steps: flavour.steps.as_ref().or(variant.steps.as_ref()).unwrap_or(&manifest.build.steps),
                env: laid_over([&manifest.build.env, &variant.env, &flavour.env]),
                vars: laid_over([&manifest.build.vars, &variant.vars, &flavour.vars]),
                libs: &flavour.libs,
            };
            layers.check(source, &tools, &mut seen);
            builds.insert(flavour_name.to_owned(), layers.build());
        }
        runtimes.push(Runtime {
            default_variant: match name {
                Some(_) => None,
                None => manifest.default.as_ref().map(|name| name.get_ref().clone()),
            },
            id: RuntimeId { name: manifest.id.get_ref().as_str().into(), variant: name.map(Into::into) },
            folder: folder.to_owned(),
            title: manifest.title.get_ref().clone(),
            about: variant.about.as_ref().unwrap_or(&manifest.about).get_ref().clone(),
            ffi: manifest.ffi.as_ref().map_or_else(|| "c".to_owned(), |ffi| ffi.get_ref().clone()),
            heap: variant.heap.unwrap_or(manifest.heap),
            group: variant.group.unwrap_or(manifest.group),
            absent: laid_over([&manifest.absent, &variant.absent])
                .into_iter()
                .filter(|(entry, _)| variant.offers.iter().all(|offered| offered.get_ref() != entry))
                .filter_map(|(entry, reason)| Some((entry.parse().ok()?, reason.get_ref().clone())))
                .collect(),
            tools: tools.iter().map(|(&name, tool)| (name.to_owned(), tool.to_catalog())).collect(),
            flavours: builds,
            managed: manifest.managed.as_ref().map(|managed| {
                let managed = managed.get_ref();
                let swap = |swap: &Swap| swap.get_ref().each_ref().map(|text| text.get_ref().clone());
                Managed {
                    file: managed.file.get_ref().into(),
                    callback: managed.callback.as_ref().map_or_else(|| DEFAULT_CALLBACK.map(str::to_owned), swap),
                    state: swap(&managed.state),
                }
            }),
            caught: manifest.caught.as_ref().map(|caught| {
                let caught = caught.get_ref();
                Caught {
                    scenario: caught.scenario.get_ref().clone(),
                    partners: strings(&caught.partners),
                    outcome: caught.outcome.clone(),
                    phase: caught.phase.clone(),
                    verdict: caught.verdict.clone(),
                    facts: caught.facts.clone(),
                }
            }),
            provokes: manifest.law.iter().filter_map(|law| provoked(law.get_ref())).collect(),
        });
    }
    runtimes
}

/// Nothing if a pair is none, which was said already.
fn provoked(law: &Law) -> Option<Provoked> {
    Some(Provoked {
        law: law.name.get_ref().clone(),
        how: law.how,
        scenario: law.scenario.get_ref().clone(),
        pair: ids(law.pair.get_ref())?,
        control: ids(law.control.get_ref())?,
        differs: strings(&law.differs),
        beside: strings(&law.beside),
    })
}

/// One build of one variant and flavour, with the place of every text.
struct Layers<'a> {
    steps: &'a Steps,
    env: BTreeMap<&'a str, &'a Text>,
    vars: BTreeMap<&'a str, &'a Words>,
    libs: &'a [Text],
}

/// Findings that were made already: a text of the base stands in the builds of all variants and flavours.
type Seen = BTreeSet<(usize, String)>;

impl Layers<'_> {
    fn check(&self, source: &mut Source, tools: &BTreeMap<&str, &Tool>, seen: &mut Seen) {
        let arguments = self.steps.get_ref().iter().flat_map(Spanned::get_ref);
        for text in arguments.chain(self.env.values().copied()) {
            self.check_text(source, tools, seen, text);
        }
        for text in self.vars.values().flat_map(|words| &words.0) {
            self.check_value(source, seen, text);
            self.check_text(source, tools, seen, text);
        }
    }

    fn check_text(&self, source: &mut Source, tools: &BTreeMap<&str, &Tool>, seen: &mut Seen, text: &Text) {
        for word in placeholders(text.get_ref()) {
            let at = source.narrow(text.span(), &format!("{{{word}}}"));
            let defined = BUILT_IN.contains(&word) || tools.contains_key(word) || self.vars.contains_key(word);
            if !defined && seen.insert((at.start, word.to_owned())) {
                let known = BUILT_IN.iter().chain(tools.keys()).chain(self.vars.keys()).copied();
                let message = format!("nothing defines the placeholder `{{{word}}}`");
                source.find(Code::UnknownPlaceholder, at, message, suggest(word, known));
            }
        }
    }

    /// Values are put in once, so that nothing can come back to itself.
    fn check_value(&self, source: &mut Source, seen: &mut Seen, text: &Text) {
        for word in placeholders(text.get_ref()).filter(|word| self.vars.contains_key(word)) {
            let at = source.narrow(text.span(), &format!("{{{word}}}"));
            if seen.insert((at.start, word.to_owned())) {
                let message = format!("`{{{word}}}` is one of [vars], and this is the value of another one");
                let next = "write out its value; only tools and built-in placeholders may stand here";
                source.find(Code::NestedPlaceholder, at, message, next);
            }
        }
    }

    fn build(&self) -> catalog::Build {
        let owned = |(name, text): (&&str, &&Text)| ((*name).to_owned(), text.get_ref().clone());
        catalog::Build {
            steps: self.steps.get_ref().iter().map(|step| strings(step.get_ref())).collect(),
            env: self.env.iter().map(owned).collect(),
            vars: self.vars.iter().map(|(name, words)| ((*name).to_owned(), strings(&words.0))).collect(),
            libs: strings(self.libs),
        }
    }
}

impl Tool {
    pub(super) fn to_catalog(&self) -> catalog::Tool {
        let pip = self.pip.as_ref().map(|pip| ToolSource::Pip {
            package: pip.get_ref().package.get_ref().clone(),
            program: pip.get_ref().program.get_ref().into(),
        });
        let apt = self.apt.as_ref().map(|apt| ToolSource::Apt { packages: strings(&apt.get_ref().packages) });
        let unpack = self.unpack.as_ref().map(|unpack| ToolSource::Unpack {
            packages: strings(&unpack.get_ref().packages),
            apt: strings(&unpack.get_ref().apt),
        });
        catalog::Tool {
            args: self.args.as_ref().map(|args| args.get_ref().clone()).unwrap_or_default(),
            says: self.says.as_ref().map(|says| says.get_ref().clone()).unwrap_or_default(),
            unless: self.unless.as_ref().map(|text| text.get_ref().clone()),
            accept: self.accept.as_ref().map(|text| text.get_ref().clone()),
            on_path: strings(&self.on_path),
            source: pip.or(apt).or(unpack),
            megabytes: self.megabytes.unwrap_or(0),
        }
    }
}

fn laid_over<T, const N: usize>(layers: [&Table<T>; N]) -> BTreeMap<&str, &T> {
    layers.into_iter().flatten().map(|(name, value)| (name.get_ref().as_str(), value)).collect()
}

pub(super) fn strings(texts: &[Text]) -> Vec<String> {
    texts.iter().map(|text| text.get_ref().clone()).collect()
}
