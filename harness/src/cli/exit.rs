//! Exit statuses: what a caller may rely on.

use std::process::{ExitCode, Termination};

/// How `coexist` ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitStatus {
    /// All is well.
    Good = 0,
    /// The harness itself failed.
    Bug = 1,
    /// The command line, a manifest, a header or the ledger is wrong.
    Usage = 2,
    /// No cell was chosen.
    NothingSelected = 4,
    /// Something that is needed is not there, or could not be installed.
    Setup = 96,
    /// A cell has a verdict that blocks.
    Blocking = 100,
    /// A library or a host could not be built.
    BuildFailed = 101,
    /// Every cell is well, and the ledger says otherwise.
    LedgerOutdated = 103,
    /// Interrupted by the user.
    Interrupted = 130,
}

/// The same, for `--help`.
pub const HELP: &str = "\
Exit status:
    0  good
    1  a bug of coexist
    2  the command line, a manifest, a header or the ledger is wrong
    4  nothing selected
   96  something is missing
  100  a verdict blocks
  101  a build failed
  103  only the ledger is out of date
  130  interrupted";

impl Termination for ExitStatus {
    fn report(self) -> ExitCode {
        ExitCode::from(self as u8)
    }
}
