//! Two libraries in one scenario, as a law sees them.

use std::sync::Arc;

use super::Library;
use super::library::{FAULTS, Handler};
use crate::catalog::{Part, Place, Scenario, Story};
use crate::judge::ledger::Entry;
use crate::judge::{How, Prediction, What};
use crate::signal;

/// Two libraries of a cell, in the order of the cell.
pub(super) struct Pair<'p> {
    pub scenario: &'p Scenario,
    /// The cell's scenario and mode, as an alone cell has them.
    pub part: Part,
    pub story: &'p Story,
    /// In the order of the cell: the first is library 1 of the story.
    pub libraries: [&'p Library<'p>; 2],
}

/// One side of a pair.
#[derive(Clone, Copy)]
pub(super) struct Side<'p> {
    pub library: &'p Library<'p>,
    /// Its position in the cell: 1 or 2.
    pub at: usize,
}

impl<'p> std::ops::Deref for Side<'p> {
    type Target = Library<'p>;

    fn deref(&self) -> &Library<'p> {
        self.library
    }
}

/// Why a pair fails: a prediction that has no law's name yet.
pub(super) struct Cause {
    pub how: How,
    pub phases: Vec<String>,
    pub outcomes: Vec<What>,
    pub because: String,
    pub repeats: Option<Arc<Entry>>,
}

impl Cause {
    pub fn new(how: How, phases: &[&str], outcomes: Vec<What>, because: String) -> Self {
        let phases = phases.iter().map(|phase| (*phase).to_owned()).collect();
        Self { how, phases, outcomes, because, repeats: None }
    }

    pub fn predicts(mut self, law: &'static str) -> Prediction {
        let mut seen: Vec<What> = Vec::new();
        self.outcomes.retain(|what| {
            let is_new = !seen.contains(what);
            seen.push(what.clone());
            is_new
        });
        let Self { how, phases, outcomes, because, repeats } = self;
        Prediction { law, how, phases, outcomes, because, repeats }
    }
}

impl<'p> Pair<'p> {
    pub fn side(&self, at: usize) -> Side<'p> {
        Side { library: self.libraries[at - 1], at }
    }

    /// The sides in the order of loading.
    pub fn loaded(&self) -> [Side<'p>; 2] {
        let first = self.story.first();
        [self.side(first), self.side(3 - first)]
    }

    pub fn sides(&self) -> [Side<'p>; 2] {
        [self.side(1), self.side(2)]
    }

    pub fn other(&self, side: Side<'p>) -> Side<'p> {
        self.side(3 - side.at)
    }

    pub fn are_the_same(&self) -> bool {
        self.libraries[0].id() == self.libraries[1].id()
    }

    /// Whether their handler of a signal is the same function: it belongs to a shared object that both have, or both are one
    /// library with a shared runtime.
    pub fn have_one_handler(&self, signal: &str) -> bool {
        let [one, other] = self.libraries;
        let (Some(a), Some(b)) = (one.handler(signal), other.handler(signal)) else { return false };
        let is_file = |handler: Handler<'_>| handler.owner.contains(".so");
        if self.are_the_same() { one.is("shares") } else { a.owner == b.owner && is_file(a) }
    }

    /// Whether a step of one side runs beside the other one, once both are up, and where.
    pub fn does(&self, side: Side<'p>, step: &str) -> bool {
        self.story.beside(side.at).any(|other| other.name == step)
    }

    /// Whether a step of one side runs on several threads beside the other one.
    pub fn does_on_threads(&self, side: Side<'p>, step: &str) -> bool {
        self.story.beside(side.at).any(|other| other.name == step && other.place == Place::Threads)
    }

    /// Any crash, and what handlers of both make of one.
    pub fn crashes(&self) -> Vec<What> {
        let mut all = crash();
        for library in self.libraries {
            all.extend(library.crashes_in_it());
        }
        all
    }
}

/// Ways in which a process ends whose memory is spoiled, whose code is gone, or that waits for ever.
pub(super) fn crash() -> Vec<What> {
    use libc::{SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGQUIT, SIGSEGV, SIGTRAP};
    let signals = [SIGSEGV, SIGABRT, SIGBUS, SIGILL, SIGTRAP, SIGQUIT, SIGFPE];
    signals.into_iter().map(What::Signalled).chain([What::TimedOut]).collect()
}

/// Ended by that signal, by its name.
pub(super) fn signalled(name: &str) -> Vec<What> {
    signal::number(name).map(What::Signalled).into_iter().collect()
}

pub(super) fn is_fault(signal: &str) -> bool {
    FAULTS.contains(&signal)
}

/// Whether an outcome is an end of the process, and not a check that it passed or failed.
pub(super) fn is_an_end(what: &What) -> bool {
    match what {
        What::Signalled(_) | What::Exited(_) | What::TimedOut | What::Flooded(_) | What::Incomplete => true,
        What::Leaked | What::Corrupted(_) => true,
        What::Finished | What::OverLimit(_) | What::Refused(_) | What::CheckFailed | What::Contradicted(_) => false,
        What::OverBudget(_) | What::NotBuilt | What::NotRun | What::HarnessFailed => false,
    }
}
