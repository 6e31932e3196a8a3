//! What shows only when manifests and headers are seen together: names in one that stand for something in the other.

use std::sync::Arc;

use toml::Spanned;

use super::diagnostic::{Code, Source, suggest};
use super::header::Header;
use super::manifest::Sample;
use super::{Catalog, Entry, Runtime, Vm};
use crate::id::RuntimeId;

/// Gives a scenario the VM that its header names.
pub(super) fn find_vm(header: &mut Header, vms: &[Arc<Vm>]) {
    let Header { source, scenario, places } = header;
    let Some((name, at)) = &places.vm else { return };
    scenario.vm = vms.iter().find(|vm| vm.name == *name).cloned();
    if scenario.vm.is_none() {
        let next = if vms.is_empty() {
            format!("write c-hosts/vm/{name}/vm.toml (see CONTRIBUTING)")
        } else {
            suggest(name, vms.iter().map(|vm| vm.name.as_str()))
        };
        source.find(Code::UnknownVm, at.clone(), format!("there is no VM `{name}` in c-hosts/vm"), next);
    } else if let Some(linked) = &places.linked {
        let spans = vec![(at.clone(), "a library in the VM's process"), (linked.clone(), "a program")];
        let message = "the VM's process cannot have the libraries before it begins";
        source.find_labelled(Code::VmLinked, spans, message, "take that mode out, or make it another scenario");
    }
}

/// Checks that the parts of a scenario are scenarios for one runtime.
pub(super) fn check_parts(header: &mut Header, scenarios: &[(String, Vec<String>)]) {
    let Header { source, places, .. } = header;
    for (part, at) in &places.parts {
        let found = scenarios.iter().find(|(name, _)| **name == *part.scenario);
        let (message, next) = match (found, &part.mode) {
            (None, _) => (
                format!("there is no scenario `{}` for one runtime", part.scenario),
                suggest(&part.scenario, scenarios.iter().map(|(name, _)| name.as_str())),
            ),
            (Some((_, modes)), Some(mode)) if modes.first().is_some_and(|first| **first == **mode) => (
                format!("`{mode}` is the mode that `{}` means without one", part.scenario),
                format!("write `{}`", part.scenario),
            ),
            (Some((_, modes)), Some(mode)) if modes.iter().skip(1).all(|known| **known != **mode) => (
                format!("the scenario `{}` has no mode `{mode}` beside its first", part.scenario),
                suggest(mode, modes.iter().skip(1).map(String::as_str)),
            ),
            (Some(_), _) => continue,
        };
        source.find(Code::UnknownPart, at.clone(), message, next);
    }
}

/// Checks a scenario against the runtimes, and writes `also` with the ids by which the catalogue knows them.
pub(super) fn check_header(header: &mut Header, runtimes: &[Runtime]) {
    let Header { source, scenario, places } = header;
    let with_flavour: Vec<&Runtime> =
        runtimes.iter().filter(|runtime| runtime.flavours.contains_key(&scenario.flavour)).collect();
    if let (Some(at), []) = (&places.flavour, with_flavour.as_slice()) {
        let known = runtimes.iter().flat_map(|runtime| runtime.flavours.keys()).map(String::as_str);
        let message = format!("no runtime has the flavour `{}`", scenario.flavour);
        source.find(Code::FlavourNobodyOffers, at.clone(), message, suggest(&scenario.flavour, known));
    } else {
        check_needs(source, &scenario.needs, &places.needs, &with_flavour);
        check_needs(source, &scenario.needs_first, &places.needs_first, &with_flavour);
    }
    for (ids, spans) in scenario.also.iter_mut().zip(&places.also) {
        for (id, at) in ids.iter_mut().zip(spans) {
            if let Some(runtime) = find_runtime(runtimes, id) {
                id.clone_from(&runtime.id);
            } else {
                let next = suggest_runtime(runtimes, &id.to_string());
                source.find(Code::UnknownRuntime, at.clone(), format!("there is no runtime `{id}`"), next);
            }
        }
    }
}

fn check_needs(source: &mut Source, needs: &[Entry], places: &[std::ops::Range<usize>], runtimes: &[&Runtime]) {
    let mut each_is_offered = true;
    for (&entry, at) in needs.iter().zip(places) {
        if !runtimes.iter().any(|runtime| runtime.offers(entry)) {
            each_is_offered = false;
            source.find(
                Code::NeedsNobodyOffers,
                at.clone(),
                format!("no runtime offers `{entry}`"),
                "implement it in a sample and take it out of its [absent], or remove it here",
            );
        }
    }
    let all_by_one = runtimes.iter().any(|runtime| needs.iter().all(|&entry| runtime.offers(entry)));
    if let (true, false, [first, .., last]) = (each_is_offered, all_by_one, places) {
        source.find(
            Code::NeedsNobodyOffers,
            first.start..last.end,
            "no runtime offers all of these at once",
            "split the scenario, or remove what it can do without",
        );
    }
}

/// Checks what `[caught]` of a sample names.
pub(super) fn check_caught(sample: &mut Sample, catalog: &Catalog, broken: &[String]) {
    let Some((scenario, partners)) = sample.caught() else { return };
    let (scenario, partners) = (scenario.clone(), partners.to_vec());
    check_scenario(&mut sample.source, catalog, &scenario);
    for partner in partners {
        check_library(&mut sample.source, catalog, broken, &partner, partner.get_ref());
    }
}

/// Checks what each `[[law]]` of a sample names; the laws' own names only if these are known.
pub(super) fn check_laws(sample: &mut Sample, catalog: &Catalog, broken: &[String], laws: Option<&[&str]>) {
    let (source, named) = sample.laws();
    for named in named {
        check_scenario(source, catalog, named.scenario);
        for pair in named.pairs {
            for library in pair.get_ref().split('+') {
                check_library(source, catalog, broken, pair, library);
            }
        }
        for (law, laws) in named.laws.into_iter().filter_map(|law| laws.map(|laws| (law, laws))) {
            if !laws.contains(&law.get_ref().as_str()) {
                let next = suggest(law.get_ref(), laws.iter().copied());
                source.find(Code::UnknownLaw, law.span(), format!("there is no law `{law}`"), next);
            }
        }
    }
}

fn check_scenario(source: &mut Source, catalog: &Catalog, scenario: &Spanned<String>) {
    let (name, mode) = match scenario.get_ref().strip_suffix(']').and_then(|text| text.split_once('[')) {
        Some((name, mode)) => (name, Some(mode)),
        None => (scenario.get_ref().as_str(), None),
    };
    match (catalog.scenario(name), mode) {
        (None, _) => {
            let next = suggest(name, catalog.scenarios.iter().map(|scenario| scenario.name.as_str()));
            source.find(Code::CaughtUnknown, scenario.span(), format!("there is no scenario `{name}`"), next);
        }
        (Some(found), Some(mode)) if found.modes.iter().all(|known| known != mode) => {
            let next = suggest(mode, found.modes.iter().map(String::as_str));
            let message = format!("the scenario `{name}` has no mode `{mode}`");
            source.find(Code::CaughtUnknown, scenario.span(), message, next);
        }
        (Some(_), _) => {}
    }
}

fn check_library(source: &mut Source, catalog: &Catalog, broken: &[String], at: &Spanned<String>, name: &str) {
    let known = name.parse().is_ok_and(|id| catalog.runtime(&id).is_some());
    if !known && !broken.iter().any(|other| other == name) {
        let next = suggest_runtime(&catalog.runtimes, name);
        source.find(Code::CaughtUnknown, at.span(), format!("there is no runtime `{name}`"), next);
    }
}

/// The runtime that `id` means.
pub(super) fn find_runtime<'a>(runtimes: &'a [Runtime], id: &RuntimeId) -> Option<&'a Runtime> {
    runtimes.iter().find(|runtime| runtime.is_called(id))
}

/// The next step after an unknown runtime.
pub(super) fn suggest_runtime(runtimes: &[Runtime], text: &str) -> String {
    let names: Vec<String> = runtimes.iter().map(|runtime| runtime.id.to_string()).collect();
    suggest(text, names.iter().map(String::as_str))
}
