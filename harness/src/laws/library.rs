//! One library as laws see it: its facts, read once.

use std::sync::Arc;

use crate::catalog::{Heap, Part, Runtime};
use crate::id::RuntimeId;
use crate::judge::What;
use crate::judge::ledger::{Entry, Fact, Ledger};

use super::expect::Alone;

/// The facts of one library.
pub struct Library<'f> {
    /// Which.
    pub runtime: &'f Runtime,
    ledger: &'f Ledger,
    alone: &'f Alone,
    handlers: Vec<Handler<'f>>,
}

/// A handler that a library takes: `SIGSEGV by itself SA_ONSTACK SA_SIGINFO`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Handler<'f> {
    pub signal: &'f str,
    /// The shared object whose code it is, or `itself`.
    pub owner: &'f str,
    flags: &'f str,
}

impl<'f> Handler<'f> {
    fn read(text: &'f str) -> Option<Self> {
        let (signal, rest) = text.split_once(" by ")?;
        let (owner, flags) = rest.split_once(" SA_").map_or((rest, ""), |(owner, flags)| (owner, flags));
        Some(Self { signal, owner, flags })
    }

    pub fn has_onstack(&self) -> bool {
        self.has("ONSTACK")
    }

    pub fn has_nodefer(&self) -> bool {
        self.has("NODEFER")
    }

    fn has(&self, flag: &str) -> bool {
        self.flags.split(' ').any(|other| other.trim_start_matches("SA_") == flag)
    }
}

/// How often a fact shows: each time, or sometimes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Sure {
    Sometimes,
    Always,
}

/// Faults: signals that the kernel sends for what an instruction did.
pub(super) const FAULTS: [&str; 4] = ["SIGSEGV", "SIGBUS", "SIGFPE", "SIGILL"];

impl<'f> Library<'f> {
    pub(super) fn new(runtime: &'f Runtime, ledger: &'f Ledger, alone: &'f Alone) -> Self {
        let mut library = Self { runtime, ledger, alone, handlers: Vec::new() };
        library.handlers = library.facts("takes").iter().filter_map(|fact| Handler::read(&fact.text)).collect();
        library
    }

    pub(super) fn id(&self) -> &'f RuntimeId {
        &self.runtime.id
    }

    pub(super) fn facts(&self, key: &str) -> &'f [Fact] {
        self.ledger.measured(&self.runtime.id).map_or(&[], |measured| measured.of(key))
    }

    /// Whether it has a fact with that text, and how surely.
    pub(super) fn has(&self, key: &str, text: &str) -> Option<Sure> {
        let fact = self.facts(key).iter().find(|fact| fact.text == text)?;
        Some(if fact.is_sure() { Sure::Always } else { Sure::Sometimes })
    }

    /// Whether it has a fact of that key.
    pub(super) fn is(&self, key: &str) -> bool {
        !self.facts(key).is_empty()
    }

    /// A fact that is a number.
    pub(super) fn number(&self, key: &str) -> Option<u64> {
        self.facts(key).first()?.text.parse().ok()
    }

    /// Facts `X in STEP`: each X, and how surely.
    pub(super) fn in_step(&self, key: &str, step: &str) -> impl Iterator<Item = (&'f str, Sure)> {
        let of = self.facts(key).iter().filter_map(move |fact| {
            let (what, at) = fact.text.split_once(" in ")?;
            (at == step).then_some((what, if fact.is_sure() { Sure::Always } else { Sure::Sometimes }))
        });
        of.collect::<Vec<_>>().into_iter()
    }

    pub(super) fn handlers(&self) -> &[Handler<'f>] {
        &self.handlers
    }

    pub(super) fn handler(&self, signal: &str) -> Option<Handler<'f>> {
        self.handlers.iter().find(|handler| handler.signal == signal).copied()
    }

    /// Whether a fault that is not its own goes to the handler that was there before. A library may do so for a null dereference
    /// and take a fault near the stack pointer for its own overflow.
    /// Where the host's own handler does not get the fault in an ordinary run, what is handed on comes too late: after a report.
    pub(super) fn hands_on(&self, signal: &str, kind: &str) -> bool {
        let part = Part { scenario: "host-fault".into(), mode: None };
        if self
            .fails(&part)
            .iter()
            .any(|entry| entry.rate.is_none() && entry.phases.iter().any(|phase| phase == "started"))
        {
            return false;
        }
        let others = self.facts("hands-on").iter().any(|fact| fact.text.split(' ').next() == Some(signal));
        // Only SIGSEGV comes in several kinds.
        if signal == "SIGSEGV" { self.has("hands-on", &format!("{signal} {kind}")).is_some() } else { others }
    }

    /// Whether the code of its runtime stays in the process when it is unloaded: its own, or that of the objects it shares.
    pub(super) fn code_stays(&self) -> bool {
        let stays = |object: &str| self.has("stays-mapped", object).is_some();
        let objects = self.facts("shares");
        stays("itself") || !objects.is_empty() && objects.iter().all(|fact| stays(&fact.text))
    }

    /// How the process ends when it gets a fault that is not its own.
    pub(super) fn ends_on_a_strange_fault(&self) -> Vec<What> {
        let of = |fact: &Fact| {
            let end = fact.text.splitn(3, ' ').nth(2)?;
            if end == "hung" { Some(What::TimedOut) } else { end.parse().ok() }
        };
        self.facts("ends-on").iter().filter_map(of).collect()
    }

    /// What its handlers make of a crash that is not its own: an end of the process, or a report without end.
    pub(super) fn crashes_in_it(&self) -> Vec<What> {
        let mut ends = self.ends_on_a_strange_fault();
        if ends.contains(&What::TimedOut) {
            ends.extend(["stdout", "stderr"].map(|stream| What::Flooded(stream.to_owned())));
            ends.push(What::Incomplete);
        }
        ends
    }

    /// How it fails alone in a scenario.
    pub(super) fn fails(&self, part: &Part) -> &'f [Arc<Entry>] {
        self.alone.of(part, &self.runtime.id)
    }

    /// How two copies of it fail in a scenario.
    pub(super) fn fails_twice(&self, part: &Part) -> &'f [Arc<Entry>] {
        self.alone.twice(part, &self.runtime.id)
    }

    /// A shared object that is the runtime of both: one that two copies of either have in common, or that has handlers of both.
    pub(super) fn shares(&self, other: &Self) -> Option<&'f str> {
        let others = other.facts("shares");
        let own = self.facts("shares").iter();
        let shared = own.map(|fact| fact.text.as_str()).find(|object| others.iter().any(|fact| fact.text == *object));
        let owns = |object: &str| other.handlers.iter().any(|handler| handler.owner == object);
        let mut owners = self.handlers.iter().map(|handler| handler.owner).filter(|owner| owner.contains(".so"));
        shared.or_else(|| owners.find(|owner| owns(owner)))
    }

    /// Whether it has shared objects of its runtime that another library has not.
    pub(super) fn has_more_than(&self, other: &Self) -> bool {
        let others = other.facts("shares");
        self.facts("shares").iter().any(|fact| !others.contains(fact))
    }

    /// Whether it calls C on a stack segment of its own: a host that has large frames in there fails.
    pub(super) fn has_own_segments(&self) -> bool {
        let part = Part { scenario: "large-frames".into(), mode: Some("nested".into()) };
        self.fails(&part).iter().any(|entry| entry.phases.iter().any(|phase| phase == "call"))
    }

    /// Whether it insists on SA_ONSTACK when another handler is in front and hands a fault on to it.
    pub(super) fn insists_on_signal_stack(&self) -> bool {
        let part = |mode: Option<&str>| Part { scenario: "handlers-in-front".into(), mode: mode.map(Into::into) };
        !self.fails(&part(None)).is_empty() && self.fails(&part(Some("onstack"))).is_empty()
    }

    pub(super) fn has_a_shared_heap(&self) -> bool {
        self.runtime.heap == Heap::Shared
    }
}
