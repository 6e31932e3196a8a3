//! What a cell is expected to do: failures that people wrote down, facts or cases, and failures that laws predict.
//! Compared with an outcome here, and made elsewhere.

use std::sync::Arc;

use super::ledger::{Entry, Standing};
use super::{Outcome, Rate, What};

/// All that is expected of one cell; empty: it finishes. Entries come before predictions.
#[derive(Debug, Clone, Default)]
pub struct Expectation {
    /// The failures that are accepted, and those that must come.
    pub ways: Vec<Way>,
}

/// One way in which a cell is expected to fail.
#[derive(Debug, Clone)]
pub enum Way {
    /// Somebody wrote it down: a fact of a library alone, or a case.
    Entry(Arc<Entry>),
    /// A law predicts it.
    Law(Arc<Prediction>),
}

/// What a law says of one cell.
#[derive(Debug, Clone)]
pub struct Prediction {
    /// The law's name.
    pub law: &'static str,
    /// Whether every run fails.
    pub how: How,
    /// The phases in one of which it fails; empty: any.
    pub phases: Vec<String>,
    /// How it ends there: one of these.
    pub outcomes: Vec<What>,
    /// The facts that it follows from, for people.
    pub because: String,
    /// The entry whose failure it repeats, if that says which check fails.
    pub repeats: Option<Arc<Entry>>,
}

/// Whether a law says that every run fails, or that a run may fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum How {
    /// Each run may finish or fail.
    May,
    /// Every run fails.
    Must,
}

impl Expectation {
    /// The way by which every run must fail.
    #[must_use]
    pub fn must(&self) -> Option<&Way> {
        self.ways.iter().find(|way| way.is_certain())
    }

    /// How often some way of it comes, if all of them are entries with rates.
    #[must_use]
    pub fn rate(&self) -> Option<Rate> {
        let rate = |way: &Way| match way {
            Way::Entry(entry) => entry.rate,
            Way::Law(_) => None,
        };
        Rate::any(&self.ways.iter().map(rate).collect::<Vec<_>>())
    }

    /// Whether a run of it is expected to wait for its deadline, every time and in no other way.
    #[must_use]
    pub fn always_hangs(&self) -> bool {
        let hangs = |way: &Way| way.is_certain() && way.outcomes() == [What::TimedOut];
        self.ways.iter().any(hangs)
    }
}

impl Way {
    /// Whether every run fails so.
    #[must_use]
    pub fn is_certain(&self) -> bool {
        match self {
            Self::Entry(entry) => entry.rate.is_none(),
            Self::Law(prediction) => prediction.how == How::Must,
        }
    }

    /// How a run ends that fails so.
    #[must_use]
    pub fn outcomes(&self) -> &[What] {
        match self {
            Self::Entry(entry) => &entry.outcomes,
            Self::Law(prediction) => &prediction.outcomes,
        }
    }

    /// How it stands to a failure.
    #[must_use]
    pub fn stands(&self, outcome: &Outcome) -> Standing {
        match self {
            Self::Entry(entry) => entry.stands(outcome),
            Self::Law(prediction) => prediction.stands(outcome),
        }
    }

    /// Why a run fails so, for people.
    #[must_use]
    pub fn reason(&self) -> String {
        match self {
            Self::Entry(entry) => entry.reason.clone(),
            Self::Law(prediction) => format!("{}; law {}", prediction.because, prediction.law),
        }
    }

    /// Why it does not cover a failure, for people.
    #[must_use]
    pub fn why_not(&self, standing: Standing) -> String {
        match (self, standing) {
            (Self::Entry(entry), _) => entry.why_not(standing),
            (Self::Law(law), Standing::OtherPhase) => {
                format!("law {} predicts a failure in phase {} ({})", law.law, law.phases.join(" or "), law.because)
            }
            (Self::Law(law), Standing::OtherOutcome | Standing::OtherSays) => {
                let names: Vec<String> = law.outcomes.iter().map(|what| format!("`{what}`")).collect();
                format!("law {} predicts {} ({})", law.law, names.join(" or "), law.because)
            }
            (Self::Law(law), Standing::Covers) => format!("law {} covers it", law.law),
        }
    }
}

impl Prediction {
    fn stands(&self, outcome: &Outcome) -> Standing {
        let mut phases = std::iter::once(&outcome.phase).chain(&outcome.meanwhile);
        if !self.phases.is_empty() && !phases.any(|phase| self.phases.contains(phase)) {
            return Standing::OtherPhase;
        }
        if !self.outcomes.contains(&outcome.what) {
            return Standing::OtherOutcome;
        }
        let said = |entry: &Arc<Entry>| !entry.outcomes.contains(&outcome.what) || entry.is_said_by(outcome);
        if self.repeats.as_ref().is_none_or(said) { Standing::Covers } else { Standing::OtherSays }
    }
}
