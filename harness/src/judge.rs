//! What we conclude: from an observation to an outcome, from an outcome, a snapshot and the ledger to a verdict.
//! Runs nothing.

mod callbacks;
mod heaps;
pub mod ledger;
mod outcome;
pub mod snapshot;
mod verdict;

pub use ledger::Ledger;
pub use outcome::{Outcome, What, conclude};
pub use verdict::{Comparison, Verdict, judge};

use crate::catalog::StdoutOrder;
use crate::child::Exit;
use crate::matrix::Cell;
use crate::run::Observation;
use crate::trace;

/// An observation as text: the same whenever the cell behaved the same. This is what snapshots hold.
#[must_use]
pub fn text(cell: &Cell<'_>, observation: &Observation) -> String {
    let stdout = String::from_utf8_lossy(&observation.ended.stdout);
    let mut lines: Vec<&str> = stdout.lines().collect();
    if cell.scenario.stdout_order == StdoutOrder::Unordered {
        lines.sort_unstable();
    }
    let mut out = String::new();
    if !lines.is_empty() {
        out.push_str("stdout\n");
        for line in lines {
            out.push_str("  ");
            out.push_str(line);
            out.push('\n');
        }
    }
    out.push_str(&trace::render(&observation.trace, &cell.labels()));
    out.push_str(&match observation.ended.exit {
        Exit::Code(code) => format!("exit {code}\n"),
        Exit::Signal(signal) => format!("{}\n", outcome::signal_name(signal)),
    });
    out
}
