//! The command line, as a user meets it: exit statuses, and what is printed.

mod cache;
mod facts;
mod input;
mod laws;
mod ledger;
mod output;
mod races;
mod selection;
mod tools;
mod verdicts;

use crate::sandbox::Ran;

/// Exit status and output as they were accepted.
fn snapshot(name: &str, ran: &Ran) {
    let mut settings = insta::Settings::clone_current();
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, ran.shown()));
}
