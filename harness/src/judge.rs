//! What we conclude: from an observation to an outcome, from an outcome, a snapshot and an expectation to a verdict.
//! Runs nothing.

mod budget;
mod callbacks;
mod expectation;
mod facts;
mod heaps;
pub mod ledger;
mod nameless;
mod outcome;
mod rate;
pub mod snapshot;
mod verdict;

pub use expectation::{Expectation, How, Prediction, Way};
pub use facts::{compare_facts, facts};
pub use ledger::Ledger;
pub use nameless::{nameless, shape, text};
pub use outcome::{Outcome, What, conclude};
pub use rate::{Decision, Rate, Tally};
pub use verdict::{Comparison, Counts, Judgement, Verdict, judge};
