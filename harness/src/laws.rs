//! Laws: what facts of single libraries do to each other in one process. A law names no runtime and no sample: it asks two
//! libraries for their facts, and the scenario's header for what is done with them. Each has its page in `harness/docs/LAWS.md`.
//! Predicts, and never looks at what a cell of several libraries did.

mod company;
mod expect;
mod faults;
mod follow;
mod gone;
mod library;
mod pair;
mod score;
mod signals;
mod state;

pub use expect::Expected;
pub use follow::{Follows, follows};
pub use library::Library;
use pair::{Cause, Pair};
pub use score::{Count, LawScore, Score, Seen, without};

use crate::judge::Prediction;

/// One law.
pub struct Law {
    /// Its name: the heading of its page.
    pub name: &'static str,
    /// The mechanism, in one sentence.
    pub mechanism: &'static str,
    /// What the host or a library can do about it, if something is known.
    pub cure: Option<&'static str>,
    /// What it says of a pair.
    predict: fn(&Pair<'_>, &mut Vec<Cause>),
}

/// All laws, in the order of their pages.
pub const LAWS: &[Law] = &[
    company::IN_COMPANY,
    company::TWO_CLIENTS,
    company::HALF_SHARED,
    company::ONE_HEAP,
    faults::STOLEN_FAULT,
    faults::STOLEN_SAFEPOINT,
    faults::NO_SIGNAL_STACK,
    faults::NO_WAY_BACK,
    faults::LEFT_BLOCKED,
    faults::GUARD_IN_THE_WAY,
    signals::STOLEN_SIGNAL,
    signals::STRUCK,
    signals::STRUCK_BY_A_TIMER,
    signals::ONSTACK_ADDED,
    signals::OVERWRITTEN_AT_STOP,
    signals::SECOND_HAS_IT,
    state::UNMASKED_TRAPS,
    state::OTHER_STACK,
    gone::RUNS_ON_WHEN_GONE,
    gone::SIGNAL_STACK_GONE,
    gone::HANDLER_GONE,
];

impl Law {
    /// The law of that name.
    #[must_use]
    pub fn find(name: &str) -> Option<&'static Self> {
        LAWS.iter().find(|law| law.name == name)
    }

    fn of(&self, pair: &Pair<'_>) -> Vec<Prediction> {
        let mut causes = Vec::new();
        (self.predict)(pair, &mut causes);
        causes.into_iter().map(|cause| cause.predicts(self.name)).collect()
    }
}
