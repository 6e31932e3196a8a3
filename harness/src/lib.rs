//! Can these language runtimes live together in one process, and what breaks when they can't?
//!
//! Data flows one way, and a module uses only those above it:
//!
//! | module | from | to |
//! |---|---|---|
//! | [`id`] | a text | names of runtimes and cells |
//! | [`signal`] | numbers | names of signals and flags |
//! | [`project`] | a folder | where everything is |
//! | [`text_file`] | a text | a file that appears whole or not at all |
//! | [`child`] | a program | what it left, and nothing running |
//! | [`catalog`] | `samples/*/sample.toml`, `c-hosts/*.c` | runtimes and scenarios |
//! | [`toolchain`] | a manifest's tools | programs on this machine; what `setup` installs |
//! | [`matrix`] | the catalogue, a filter | ordered cells |
//! | [`trace`] | bytes of the trace memory | events, text |
//! | [`run`] | a cell's host and libraries | an observation |
//! | [`check`] | a built library | its table, read in a child |
//! | [`compile`] | manifests and C files | libraries and hosts, each built once |
//! | [`judge`] | an observation, a snapshot, an expectation | an outcome, a verdict |
//! | [`laws`] | facts of single libraries, cases | what each cell is expected to do |
//! | [`history`] | `history.json` | what earlier runs of the same saw |
//! | [`diagnose`] | a failed cell's host and libraries | who it was, from another run below a tracer |
//! | [`record`] | judged cells | the JSON of a run |
//! | [`suite`] | cells | judged cells: the one way through all of the above |
//! | [`report`] | a record | text |
//! | [`cli`] | a command line | an exit status |
//!
//! Formats are in `harness/docs/FORMATS.md`, the reasons in `harness/docs/decisions/`.

#![deny(missing_docs)]

pub mod catalog;
pub mod check;
pub mod child;
pub mod cli;
pub mod compile;
pub mod diagnose;
pub mod history;
pub mod id;
pub mod judge;
pub mod laws;
pub mod matrix;
pub mod project;
pub mod record;
pub mod report;
pub mod run;
pub mod signal;
pub mod suite;
pub mod text_file;
pub mod toolchain;
pub mod trace;
