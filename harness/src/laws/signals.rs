//! Signals that runtimes send to their own threads, and what another library's handler does to them.

use super::Law;
use super::library::Sure;
use super::pair::{Cause, Pair, is_fault, signalled};
use crate::judge::{How, What};

/// Where several threads work at once, the phase may be that of any of them.
const WORK: [&str; 4] = ["churn", "detach", "stop", "exit"];

pub(super) const STOLEN_SIGNAL: Law = Law {
    name: "stolen-signal",
    mechanism: "A runtime stops its threads by a signal; the later library has that signal, so the thread never answers.",
    cure: Some("Give one of the two another signal, where it has an option for that."),
    predict: stolen_signal,
};

pub(super) const STRUCK: Law = Law {
    name: "struck",
    mechanism: "A signal that a runtime sends to its own threads runs the later library's handler on a thread that the later library does not know.",
    cure: Some("Give one of the two another signal, where it has an option for that."),
    predict: struck,
};

pub(super) const STRUCK_BY_A_TIMER: Law = Law {
    name: "struck-by-a-timer",
    mechanism: "A timer of one library runs the later library's handler in the middle of anything.",
    cure: Some("Switch the timer off, or give it another signal."),
    predict: struck_by_a_timer,
};

pub(super) const ONSTACK_ADDED: Law = Law {
    name: "onstack-added",
    mechanism: "The later library adds SA_ONSTACK to a stop signal's handler, so a stopped thread's stack pointer is on the signal stack and the collector scans the wrong memory.",
    cure: Some("Load the library that adds SA_ONSTACK first."),
    predict: onstack_added,
};

pub(super) const OVERWRITTEN_AT_STOP: Law = Law {
    name: "overwritten-at-stop",
    mechanism: "A library that is stopped puts back the handlers that were there before it, over those that another one has taken since.",
    cure: Some("Stop libraries in the reverse order of loading, or read the handlers before a stop and put them back."),
    predict: overwritten_at_stop,
};

pub(super) const SECOND_HAS_IT: Law = Law {
    name: "second-has-it",
    mechanism: "Both libraries take a signal, and the handler that counts is the one that was taken last.",
    cure: None,
    predict: second_has_it,
};

fn stolen_signal(pair: &Pair<'_>, causes: &mut Vec<Cause>) {
    let [victim, thief] = pair.loaded();
    if !pair.does_on_threads(victim, "churn") {
        return;
    }
    for (signal, sure) in victim.in_step("needs", "churn").filter(|(signal, _)| !is_fault(signal)) {
        if thief.handler(signal).is_none() || pair.have_one_handler(signal) {
            continue;
        }
        let mut outcomes = pair.crashes();
        outcomes.extend([What::Incomplete, What::CheckFailed, What::Contradicted("line-foreign".to_owned())]);
        outcomes.extend(signalled(signal));
        let how = if sure == Sure::Always { How::Must } else { How::May };
        let because = format!("{} needs its handler of {signal} in churn; {} takes {signal}", victim.id(), thief.id());
        causes.push(Cause::new(how, &WORK, outcomes, because));
    }
}

fn struck(pair: &Pair<'_>, causes: &mut Vec<Cause>) {
    let [sender, other] = pair.loaded();
    if !pair.does_on_threads(sender, "churn") {
        return;
    }
    for (signal, sent) in sender.in_step("is-sent", "churn") {
        let Some(struck) = other.has("struck-aside", signal) else { continue };
        if sender.handler(signal).is_none() || other.handler(signal).is_none() || pair.have_one_handler(signal) {
            continue;
        }
        let mut outcomes = pair.crashes();
        let more = ["incomplete", "flooded stdout", "contradicted line-foreign", "exited 2"];
        outcomes.extend(more.iter().filter_map(|text| text.parse::<What>().ok()));
        outcomes.extend(signalled(signal));
        let how = if struck == Sure::Always && sent == Sure::Always { How::Must } else { How::May };
        let because = format!(
            "{} sends {signal} to its threads in churn; the handler of {} fails on a thread that it does not know",
            sender.id(),
            other.id()
        );
        causes.push(Cause::new(how, &WORK, outcomes, because));
    }
}

fn struck_by_a_timer(pair: &Pair<'_>, causes: &mut Vec<Cause>) {
    let [ticking, struck] = pair.loaded();
    for fact in ticking.facts("ticks") {
        let signal = fact.text.as_str();
        if struck.has("struck-by", signal).is_none() || pair.have_one_handler(signal) {
            continue;
        }
        let mut outcomes = pair.crashes();
        outcomes.extend([What::CheckFailed, What::Exited(4), What::Contradicted("callback-missing".to_owned())]);
        outcomes.extend([What::Flooded("stderr".to_owned())]);
        outcomes.extend(signalled(signal));
        let because = format!(
            "{} has a timer of {signal}; {} takes {signal} and cannot stand its ticks",
            ticking.id(),
            struck.id()
        );
        causes.push(Cause::new(How::May, &[], outcomes, because));
    }
}

fn onstack_added(pair: &Pair<'_>, causes: &mut Vec<Cause>) {
    let [victim, adder] = pair.loaded();
    // Who collects in ordinary work as well may do so whenever threads come and go.
    let (step, how, phases): (_, _, &[&str]) = if pair.does_on_threads(victim, "churn") {
        ("churn", How::Must, &["churn", "detach"])
    } else if pair.does_on_threads(victim, "attach") {
        ("work", How::May, &[])
    } else {
        return;
    };
    if pair.are_the_same() || !adder.is("adds-onstack") {
        return;
    }
    for (signal, _) in victim.in_step("needs", step).filter(|(signal, _)| !is_fault(signal)) {
        let lacks = victim.handler(signal).is_some_and(|handler| !handler.has_onstack());
        if lacks && victim.is("scans-by-sp") {
            let because = format!(
                "{} stops threads by {signal} without SA_ONSTACK and scans from where the handler runs; {} adds SA_ONSTACK",
                victim.id(),
                adder.id()
            );
            causes.push(Cause::new(how, phases, pair.crashes(), because));
        }
    }
}

fn overwritten_at_stop(pair: &Pair<'_>, causes: &mut Vec<Cause>) {
    let [stopped, other] = pair.loaded();
    let works_on = pair.story.after("stop", other.at).any(|step| step.name != "stop" && step.name != "unload");
    if !works_on || stopped.shares(&other).is_some() {
        return;
    }
    for fact in stopped.facts("overwrites-at-stop").iter().chain(stopped.facts("default-at-stop")) {
        let signal = fact.text.as_str();
        let is_sent = ["needs", "is-sent", "is-ticked"].into_iter().any(|key| {
            ["work", "churn"].into_iter().any(|step| other.in_step(key, step).any(|(sent, _)| sent == signal))
        });
        if other.handler(signal).is_some() && (is_sent || other.has("ticks", signal).is_some()) {
            let because = format!(
                "{} puts back what was there for {signal} when it stops; {} has taken {signal} since, and is sent it",
                stopped.id(),
                other.id()
            );
            let mut outcomes = signalled(signal);
            outcomes.push(What::TimedOut);
            causes.push(Cause::new(How::May, &["churn", "call", "state", "stop", "unload"], outcomes, because));
        }
    }
}

fn second_has_it(pair: &Pair<'_>, causes: &mut Vec<Cause>) {
    let [first, second] = pair.loaded();
    if !pair.story.has("keeps", first.at) {
        return;
    }
    let is_taken = |signal: &&str| second.handler(signal).is_some() && !pair.have_one_handler(signal);
    let taken: Vec<&str> = first.handlers().iter().map(|handler| handler.signal).filter(is_taken).collect();
    if !taken.is_empty() {
        let because = format!("{} takes {}, as {} does", second.id(), taken.join(" "), first.id());
        causes.push(Cause::new(How::Must, &["loaded", "started"], vec![What::CheckFailed], because));
    }
}
