//! State of the thread: floating-point traps and the stack that it runs on.

use super::Law;
use super::library::Sure;
use super::pair::{Cause, Pair, Side, signalled};
use crate::catalog::Place;
use crate::judge::{How, What};

pub(super) const UNMASKED_TRAPS: Law = Law {
    name: "unmasked-traps",
    mechanism: "A library unmasks floating-point traps of the thread, which new threads inherit, and another one divides by zero or makes a NaN in its ordinary work.",
    cure: Some(
        "Save the floating-point environment before the load and the start of the first, and restore it afterwards (fegetenv, fesetenv).",
    ),
    predict: unmasked_traps,
};

pub(super) const OTHER_STACK: Law = Law {
    name: "other-stack",
    mechanism: "One library calls C on a stack segment of its own, and the other one fails on a stack that is not the thread's.",
    cure: Some("Call the second library on a thread of its own, and hand the result back."),
    predict: other_stack,
};

fn unmasked_traps(pair: &Pair<'_>, causes: &mut Vec<Cause>) {
    if pair.are_the_same() {
        return;
    }
    for unmasker in pair.sides().into_iter().filter(|side| side.is("unmasks-traps")) {
        let other = pair.other(unmasker);
        let mut steps: Vec<(&str, Sure)> = divided(pair, other);
        steps.dedup();
        if steps.is_empty() {
            continue;
        }
        // Threads that were made before the traps were unmasked do not have them.
        let is_elsewhere = other.has("divides", "on own threads").is_some() && pair.loaded()[0].at == other.at;
        let surest = steps.iter().map(|(_, sure)| *sure).max().filter(|_| !is_elsewhere);
        let how = if surest == Some(Sure::Always) { How::Must } else { How::May };
        let names: Vec<&str> = steps.iter().map(|(step, _)| *step).collect();
        let mut outcomes = pair.crashes();
        outcomes.extend(signalled("SIGFPE"));
        outcomes.extend([What::CheckFailed, What::Incomplete]);
        let because = format!(
            "{} unmasks floating-point traps; {} divides in {}",
            unmasker.id(),
            other.id(),
            names.join(" and ")
        );
        causes.push(Cause::new(how, &names, outcomes, because));
    }
}

/// The steps after the other library's start in which a library divides.
fn divided<'p>(pair: &Pair<'p>, library: Side<'p>) -> Vec<(&'p str, Sure)> {
    let mut steps = Vec::new();
    for fact in library.facts("divides") {
        let step = fact.text.trim_start_matches("in ");
        let sure = if fact.is_sure() { Sure::Always } else { Sure::Sometimes };
        let is_taken = match step {
            "churn" => pair.does_on_threads(library, "churn"),
            "work" => {
                pair.does(library, "churn") || pair.story.after("stop", library.at).any(|step| step.name == "churn")
            }
            other => pair.does(library, other),
        };
        if is_taken {
            steps.push((if step == "work" { "churn" } else { step }, sure));
        }
    }
    steps
}

fn other_stack(pair: &Pair<'_>, causes: &mut Vec<Cause>) {
    if pair.are_the_same() {
        return;
    }
    for caller in pair.sides().into_iter().filter(|side| side.has_own_segments()) {
        let called = pair.other(caller);
        // What is started on such a stack takes it for the thread's.
        let is = |name: &str, place: Place| {
            pair.story.steps().iter().any(|step| step.library == called.at && step.name == name && step.place == place)
        };
        let nested = is("call", Place::Nested) && is("start", Place::Main);
        if nested && called.is("knows-stack") {
            let mut outcomes = pair.crashes();
            outcomes.push(What::CheckFailed);
            let because = format!(
                "{} calls C on a stack segment of its own; {} fails on a stack that is not the thread's",
                caller.id(),
                called.id()
            );
            causes.push(Cause::new(How::Must, &["call"], outcomes, because));
        }
    }
}
