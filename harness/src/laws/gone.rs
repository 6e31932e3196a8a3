//! One library is unloaded, and the other one works on: threads, handlers and signal stacks that were in its code.

use super::Law;
use super::pair::{Cause, Pair, Side, signalled};
use crate::catalog::Part;
use crate::judge::{How, What};

pub(super) const RUNS_ON_WHEN_GONE: Law = Law {
    name: "runs-on-when-gone",
    mechanism: "Threads of a library run on when dlclose has unmapped the code below them.",
    cure: Some("Never unload it: link it with -Wl,-z,nodelete, or load it with RTLD_NODELETE."),
    predict: runs_on,
};

pub(super) const SIGNAL_STACK_GONE: Law = Law {
    name: "signal-stack-gone",
    mechanism: "A library leaves a signal stack in its own memory behind, and the next signal that wants one is delivered into nothing.",
    cure: Some("Never unload it, or give the thread a signal stack of the host's after dlclose."),
    predict: signal_stack_gone,
};

pub(super) const HANDLER_GONE: Law = Law {
    name: "handler-gone",
    mechanism: "A library leaves a handler behind, and the next such signal runs code that is not mapped any more.",
    cure: Some("Never unload it, or put the handlers back that were there before its load."),
    predict: handler_gone,
};

/// Everything that comes once a library is unloaded, and what a thread does at the same time.
const FROM_THEN_ON: [&str; 8] = ["unload", "call", "churn", "state", "stop", "exit", "load", "start"];

fn part(scenario: &str) -> Part {
    Part { scenario: scenario.into(), mode: None }
}

/// Whether it crashes in or after its own unloading when it is alone: each time or sometimes. A thread has to run before the
/// process ends, for which no scenario with two libraries waits; what the exit itself calls is certain.
fn runs_on_alone(library: Side<'_>) -> Option<How> {
    let ends = |scenario: &str| {
        let of = library.fails(&part(scenario)).iter();
        of.filter(|entry| {
            let crashes =
                entry.outcomes.iter().any(|what| matches!(what, What::Signalled(_) | What::TimedOut | What::Exited(_)));
            crashes && entry.phases.iter().any(|phase| matches!(phase.as_str(), "unload" | "load" | "exit"))
        })
        .map(|entry| entry.rate.is_none() && entry.phases.iter().all(|phase| phase == "exit"))
        .max()
    };
    if ends("unload") == Some(true) {
        return Some(How::Must);
    }
    let others = ["unload", "signal-stack-left", "load-unload", "reload", "handlers-left", "unload-unmaps"];
    let any = others.into_iter().any(|scenario| ends(scenario).is_some());
    let threads = !library.fails(&part("threads-left")).is_empty();
    (any || threads).then_some(How::May)
}

fn runs_on(pair: &Pair<'_>, causes: &mut Vec<Cause>) {
    for gone in pair.sides().into_iter().filter(|side| pair.story.has("unload", side.at)) {
        if gone.code_stays() {
            continue;
        }
        let Some(how) = runs_on_alone(gone) else { continue };
        let mut outcomes = pair.crashes();
        outcomes.extend([What::Contradicted("line-foreign".to_owned()), What::Incomplete]);
        let because = format!("threads or handlers of {} run on when its code is unmapped", gone.id());
        causes.push(Cause::new(how, &FROM_THEN_ON, outcomes, because));
    }
}

fn signal_stack_gone(pair: &Pair<'_>, causes: &mut Vec<Cause>) {
    for gone in pair.sides() {
        let other = pair.other(gone);
        let left = !gone.fails(&part("signal-stack-left")).is_empty();
        if !left || pair.story.after("unload", other.at).next().is_none() {
            continue;
        }
        let wants = |signal: &str| other.handler(signal).is_some_and(|handler| handler.has_onstack());
        let sent = ["churn", "work"].into_iter().flat_map(|step| other.in_step("is-sent", step));
        if let Some((signal, _)) = sent.into_iter().find(|(signal, _)| wants(signal)) {
            let because = format!(
                "{} leaves its signal stack behind when it is unloaded; {} is sent {signal}, whose handler wants one",
                gone.id(),
                other.id()
            );
            causes.push(Cause::new(How::May, &FROM_THEN_ON, signalled("SIGSEGV"), because));
        }
    }
}

fn handler_gone(pair: &Pair<'_>, causes: &mut Vec<Cause>) {
    for gone in pair.sides() {
        let other = pair.other(gone);
        if pair.story.after("unload", other.at).next().is_none() || gone.code_stays() {
            continue;
        }
        for fact in gone.facts("leaves-handler") {
            let signal = fact.text.as_str();
            // What was taken since is the other one's.
            if pair.loaded()[0].at == gone.at && other.handler(signal).is_some() {
                continue;
            }
            let is_sent = ["churn", "work"].into_iter().any(|step| {
                ["is-sent", "needs"].into_iter().any(|key| other.in_step(key, step).any(|(sent, _)| sent == signal))
            });
            if is_sent {
                let because = format!(
                    "{} leaves its handler of {signal} behind; {} is sent {signal} in its work",
                    gone.id(),
                    other.id()
                );
                causes.push(Cause::new(How::May, &[], pair.crashes(), because));
            }
        }
    }
}
