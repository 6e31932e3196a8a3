//! The program `coexist`.

use coexist::cli::{self, ExitStatus};

fn main() -> ExitStatus {
    cli::main()
}
