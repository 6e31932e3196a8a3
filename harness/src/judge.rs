//! What we conclude: from an observation to an outcome, from an outcome, a snapshot and the ledger to a verdict.
//! Runs nothing.

mod budget;
mod callbacks;
mod heaps;
pub mod ledger;
mod nameless;
mod outcome;
mod rate;
pub mod snapshot;
mod verdict;

pub use ledger::{Circumstances, Ledger};
pub use nameless::{nameless, shape, text};
pub use outcome::{Outcome, What, conclude};
pub use rate::{Rate, Tally};
pub use verdict::{Comparison, Judgement, Verdict, judge};
