//! All tests that need more than one module but those of `matrix`: one binary, so that they are linked once.
//!
//! `COEXIST_REQUIRE=core` turns a skipped cell of the group core into a failure, `all` any. `COEXIST_GROUP=all` tests
//! runtimes of all groups, not core's alone. `COEXIST_REPEAT=20` repeats what is worth repeating. `COEXIST_STATE` is
//! another state folder than the ordinary one.

#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a test may panic, and say why it did nothing")]

mod attribution;
mod broken;
mod catalog;
mod cli;
mod footprint;
mod hazards;
mod interrupt;
mod laws;
mod laws_page;
mod once;
mod processes;
mod recipes;
mod sandbox;
mod score;
#[allow(dead_code, reason = "the tests of the matrix use the rest")]
mod stage;
mod tidy;
mod vm;
