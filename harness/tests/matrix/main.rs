//! The matrix as tests: a test for each cell of the runtimes that are asked for, and one for each sample's managed code. The
//! catalogue makes the list, so a new folder or file is tested without an edit here, and a cell that needs a tool which is not
//! on this machine is reported as ignored.
//!
//! `COEXIST_ONLY=go,jvm` and `COEXIST_GROUP=all` say which runtimes are asked for; with `COEXIST_REQUIRE=core` or `all` a cell
//! that cannot be run is a failure.

#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a test may panic")]

mod cells;
mod managed;
#[path = "../processes.rs"]
#[allow(dead_code, reason = "the other tests use the rest")]
mod processes;
#[path = "../stage.rs"]
#[allow(dead_code, reason = "the other tests use the rest")]
mod stage;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let missing = stage::Missing::look();
    let trials: Vec<Trial> = cells::trials(&missing).into_iter().chain(managed::trials(&missing)).collect();
    libtest_mimic::run(&arguments, trials).exit_code()
}
