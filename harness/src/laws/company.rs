//! What a library does alone, it does in company; and what two owners of one runtime do to each other.

use std::sync::Arc;

use super::Law;
use super::pair::{Cause, Pair, Side, crash, is_an_end};
use crate::catalog::Part;
use crate::judge::ledger::Entry;
use crate::judge::{How, What};

pub(super) const IN_COMPANY: Law = Law {
    name: "in-company",
    mechanism: "A library that fails alone takes the same steps beside another one, and fails in them.",
    cure: None,
    predict: in_company,
};

pub(super) const TWO_CLIENTS: Law = Law {
    name: "two-clients",
    mechanism: "Two libraries that use one shared object are two owners of one runtime, and neither knows of the other.",
    cure: Some(
        "Load the runtime once, and let one of the two start and stop it; or link it statically into each, with hidden symbols.",
    ),
    predict: two_clients,
};

pub(super) const HALF_SHARED: Law = Law {
    name: "half-shared",
    mechanism: "Two builds of one runtime share a part of it, and that part is bound to the rest of the one that came first.",
    cure: Some("Use one build of the runtime for both, or link it statically into each."),
    predict: half_shared,
};

pub(super) const ONE_HEAP: Law = Law {
    name: "one-heap",
    mechanism: "Clients of one collector share its settings, roots, threads and heap, and each sets them as if it were alone.",
    cure: Some("Build one of the two with a private copy of the collector."),
    predict: one_heap,
};

fn in_company(pair: &Pair<'_>, causes: &mut Vec<Cause>) {
    for side in pair.sides() {
        let first = if side.at == 1 { pair.scenario.parts_first.as_slice() } else { &[] };
        let itself = [pair.part.clone()];
        let itself = if pair.scenario.fewest == 1 && pair.scenario.vm.is_some() { itself.as_slice() } else { &[] };
        for part in pair.scenario.parts.iter().chain(first).chain(itself) {
            for entry in side.fails(part) {
                causes.extend(repeated(pair, side, part, entry));
            }
        }
    }
}

/// The same failure in a pair; nothing if the pair never takes the step.
fn repeated(pair: &Pair<'_>, side: Side<'_>, part: &Part, entry: &Arc<Entry>) -> Option<Cause> {
    let taken: Vec<&str> = pair.story.phases(side.at).collect();
    let mut phases: Vec<String> =
        entry.phases.iter().filter(|phase| taken.contains(&phase.as_str())).cloned().collect();
    if pair.story.steps().is_empty() {
        phases.clone_from(&entry.phases);
    }
    if phases.is_empty() {
        return None;
    }
    let mut outcomes = entry.outcomes.clone();
    if outcomes.iter().any(is_an_end) {
        outcomes.extend(crash());
        // What the other one's handler makes of the crash: an end of its own, or an error that it goes on with.
        let ends = pair.other(side).ends_on_a_strange_fault();
        if !ends.is_empty() {
            outcomes.extend([What::Incomplete, What::CheckFailed]);
            outcomes.extend(["stdout", "stderr"].map(|stream| What::Flooded(stream.to_owned())));
        }
        outcomes.extend(ends);
        // Threads that work at once are told apart by the step that began last.
        if phases.iter().any(|phase| phase == "churn") && taken.contains(&"detach") {
            phases.push("detach".to_owned());
        }
    }
    let how = if entry.rate.is_none() { How::Must } else { How::May };
    let because = format!("{} fails alone in {}: {}", side.id(), name(part), entry.reason);
    Some(Cause { how, phases, outcomes, because, repeats: Some(Arc::clone(entry)) })
}

fn name(part: &Part) -> String {
    match &part.mode {
        Some(mode) => format!("{}[{mode}]", part.scenario),
        None => part.scenario.to_string(),
    }
}

/// Two copies of one library are a fact of it; this is about two variants that have one runtime.
fn two_clients(pair: &Pair<'_>, causes: &mut Vec<Cause>) {
    let [one, other] = pair.libraries;
    if pair.are_the_same() || one.id().name != other.id().name {
        return;
    }
    let Some(object) = one.shares(other) else { return };
    let certain =
        |library: &super::Library<'_>| library.fails_twice(&pair.part).iter().any(|entry| entry.rate.is_none());
    let both = certain(one) && certain(other);
    for library in pair.libraries {
        for entry in library.fails_twice(&pair.part) {
            let mut outcomes = entry.outcomes.clone();
            if outcomes.iter().any(is_an_end) {
                outcomes.extend(pair.crashes());
            }
            let how = if both && entry.rate.is_none() { How::Must } else { How::May };
            let because = format!("both use {object}, and two copies of {} fail: {}", library.id(), entry.reason);
            causes.push(Cause { how, phases: Vec::new(), outcomes, because, repeats: None });
        }
    }
}

/// Where symbols are global the rest of the first serves both.
fn half_shared(pair: &Pair<'_>, causes: &mut Vec<Cause>) {
    let [one, other] = pair.libraries;
    let is_global = pair.scenario.parts.iter().any(|part| part.mode.as_deref() == Some("global"));
    if pair.are_the_same() || one.id().name != other.id().name || is_global {
        return;
    }
    if let Some(object) = one.shares(other).filter(|_| one.has_more_than(other) && other.has_more_than(one)) {
        let because = format!("both use {object}, and each has another rest of the runtime that it belongs to");
        causes.push(Cause::new(How::Must, &["load", "start"], pair.crashes(), because));
    }
}

fn one_heap(pair: &Pair<'_>, causes: &mut Vec<Cause>) {
    let [one, other] = pair.libraries;
    if one.id().name == other.id().name || !one.has_a_shared_heap() || !other.has_a_shared_heap() {
        return;
    }
    let Some(object) = one.shares(other) else { return };
    let mut outcomes = pair.crashes();
    outcomes.push(What::CheckFailed);
    let because = format!("the objects of both lie in the heap of {object}");
    causes.push(Cause::new(How::May, &[], outcomes, because));
}
