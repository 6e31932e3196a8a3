//! One handler for each fault: what becomes of a null dereference or a stack overflow when another library has taken it.

use super::Law;
use super::library::{Library, Sure};
use super::pair::{Cause, Pair, Side, crash, signalled};
use crate::judge::{How, What};

pub(super) const STOLEN_FAULT: Law = Law {
    name: "stolen-fault",
    mechanism: "A process has one handler for each signal, and the later library's does not hand on a fault that the earlier one turns into an error.",
    cure: Some(
        "Load the library that does not hand on first; where it has an option to leave the signal alone, use that; or preload a signal-chaining library such as libjsig.",
    ),
    predict: stolen_fault,
};

pub(super) const STOLEN_SAFEPOINT: Law = Law {
    name: "stolen-safepoint",
    mechanism: "A runtime that stops its threads by faults on a protected page loses such a fault to the later library's handler, whenever one comes.",
    cure: Some("Load the library that does not hand on first."),
    predict: stolen_safepoint,
};

pub(super) const NO_SIGNAL_STACK: Law = Law {
    name: "no-signal-stack",
    mechanism: "Without SA_ONSTACK the kernel would run the later library's handler on the very stack that has overflowed.",
    cure: Some("Add SA_ONSTACK to the later handler: read it back with sigaction and set it again with the flag."),
    predict: no_signal_stack,
};

pub(super) const NO_WAY_BACK: Law = Law {
    name: "no-way-back",
    mechanism: "An error that leaves its handler by unwinding finds no way through frames of the later library that have no unwind tables.",
    cure: Some("Load the library that throws out of its handler last."),
    predict: no_way_back,
};

pub(super) const LEFT_BLOCKED: Law = Law {
    name: "left-blocked",
    mechanism: "An error that leaves its handler without a return leaves the signal blocked, unless the handler that the kernel called has SA_NODEFER.",
    cure: Some("Add SA_NODEFER to the later handler, or load the library that throws out of its handler last."),
    predict: left_blocked,
};

pub(super) const GUARD_IN_THE_WAY: Law = Law {
    name: "guard-in-the-way",
    mechanism: "A library protects pages of the main stack that another one's recursion reaches within its own limit.",
    cure: Some("Run the recursion on a thread of the host's, or lower its limit below the guard."),
    predict: guard_in_the_way,
};

/// The thief takes a signal that the victim needs in a step, is loaded after it, and does not hand on.
fn thefts(victim: Side<'_>, thief: Side<'_>, pair: &Pair<'_>, step: &str) -> Vec<(String, Sure)> {
    let needed = victim.in_step("needs", step);
    // A victim whose handler runs on a signal stack overflows to the last byte; another one faults with room to spare.
    let last_byte = |signal: &str| step == "overflow" && victim.handler(signal).is_some_and(|own| own.has_onstack());
    let kind = |signal: &str| if last_byte(signal) { "guard" } else { "null" };
    let is_taken = |signal: &str| {
        thief.handler(signal).is_some() && !thief.hands_on(signal, kind(signal)) && !pair.have_one_handler(signal)
    };
    needed.filter(|(signal, _)| is_taken(signal)).map(|(signal, sure)| (signal.to_owned(), sure)).collect()
}

fn needs(victim: &Library<'_>, thief: &Library<'_>, signal: &str, step: &str) -> String {
    format!(
        "{} needs its handler of {signal} in {step}; {} takes {signal} and does not hand it on",
        victim.id(),
        thief.id()
    )
}

fn stolen_fault(pair: &Pair<'_>, causes: &mut Vec<Cause>) {
    let [victim, thief] = pair.loaded();
    for step in ["fault", "overflow"].into_iter().filter(|step| pair.does(victim, step)) {
        for (signal, sure) in thefts(victim, thief, pair, step) {
            let mut outcomes = crash();
            outcomes.extend(thief.crashes_in_it());
            let how = if sure == Sure::Always { How::Must } else { How::May };
            causes.push(Cause::new(how, &[step], outcomes, needs(&victim, &thief, &signal, step)));
        }
    }
}

fn stolen_safepoint(pair: &Pair<'_>, causes: &mut Vec<Cause>) {
    let [victim, thief] = pair.loaded();
    if !pair.does_on_threads(victim, "churn") {
        return;
    }
    for (signal, _) in victim.in_step("faults", "churn") {
        let taken = thief.handler(signal).is_some() && !thief.hands_on(signal, "wild");
        if victim.handler(signal).is_some() && taken && !pair.have_one_handler(signal) {
            let mut outcomes = pair.crashes();
            outcomes.push(What::Incomplete);
            let because = format!(
                "{} is sent {signal} by its own pages in churn; {} takes {signal} and does not hand it on",
                victim.id(),
                thief.id()
            );
            causes.push(Cause::new(How::May, &["churn", "detach", "stop", "exit"], outcomes, because));
        }
    }
}

fn no_signal_stack(pair: &Pair<'_>, causes: &mut Vec<Cause>) {
    let [victim, thief] = pair.loaded();
    if !pair.are_the_same() && victim.shares(&thief).is_some() {
        return;
    }
    for step in ["overflow", "fault"].into_iter().filter(|step| pair.does(victim, step)) {
        let key = if step == "overflow" || victim.insists_on_signal_stack() { "needs" } else { continue };
        for (signal, sure) in victim.in_step(key, step).filter(|(signal, _)| matches!(*signal, "SIGSEGV" | "SIGBUS")) {
            let (Some(own), Some(later)) = (victim.handler(signal), thief.handler(signal)) else { continue };
            if own.has_onstack() && !later.has_onstack() && !pair.have_one_handler(signal) {
                let mut outcomes = crash();
                outcomes.extend(thief.crashes_in_it());
                let how = if sure == Sure::Always { How::Must } else { How::May };
                let because = format!(
                    "{} needs its handler of {signal} on a signal stack in {step}; the handler of {} has no SA_ONSTACK",
                    victim.id(),
                    thief.id()
                );
                causes.push(Cause::new(how, &[step], outcomes, because));
            }
        }
    }
}

fn left_blocked(pair: &Pair<'_>, causes: &mut Vec<Cause>) {
    let [victim, thief] = pair.loaded();
    for step in ["fault", "overflow"].into_iter().filter(|step| pair.does(victim, step)) {
        let needs = victim.facts("needs-nodefer").iter().any(|fact| fact.text.trim_start_matches("in ") == step);
        let Some(later) = thief.handler("SIGSEGV") else { continue };
        if needs && !later.has_nodefer() && !pair.have_one_handler("SIGSEGV") {
            let because = format!(
                "the error of {} leaves its handler of SIGSEGV without a return in {step}; the handler of {} has no SA_NODEFER, so the signal stays blocked",
                victim.id(),
                thief.id()
            );
            let mut outcomes = crash();
            outcomes.extend(thief.crashes_in_it());
            causes.push(Cause::new(How::Must, &[step], outcomes, because));
        }
    }
}

fn no_way_back(pair: &Pair<'_>, causes: &mut Vec<Cause>) {
    let [victim, thief] = pair.loaded();
    for step in ["fault", "overflow"].into_iter().filter(|step| pair.does(victim, step)) {
        let throws = victim.facts("throws-out").iter().any(|fact| fact.text.trim_start_matches("in ") == step);
        if throws && thief.is("no-unwind-info") && !pair.are_the_same() {
            let mut outcomes = pair.crashes();
            outcomes.push(What::Exited(1));
            let because = format!(
                "the error of {} leaves its handler by unwinding; {} hands on from frames without unwind tables",
                victim.id(),
                thief.id()
            );
            causes.push(Cause::new(How::Must, &[step], outcomes, because));
        }
    }
}

fn guard_in_the_way(pair: &Pair<'_>, causes: &mut Vec<Cause>) {
    for victim in pair.sides().into_iter().filter(|side| pair.does(*side, "overflow")) {
        let other = pair.other(victim);
        // A victim that needs its handler there protects a guard of its own.
        let handles = victim.in_step("needs", "overflow").next().is_some();
        let (Some(depth), Some(guard)) = (victim.number("overflow-depth"), other.number("guards-main-stack")) else {
            continue;
        };
        if depth > guard && !handles && victim.shares(&other).is_none() {
            let because = format!(
                "{} protects the main stack from {guard} KiB on; the recursion of {} goes down to {depth} KiB",
                other.id(),
                victim.id()
            );
            let mut outcomes = [signalled("SIGSEGV"), signalled("SIGABRT")].concat();
            outcomes.extend(other.crashes_in_it());
            causes.push(Cause::new(How::Must, &["overflow"], outcomes, because));
        }
    }
}
