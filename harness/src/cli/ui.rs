//! The only file that prints. Text for people goes to stderr, data to stdout; a reader that has gone away is no error.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "this is where printing is")]

use std::collections::HashSet;
use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme};
use serde::Serialize;

use super::Colour;
use crate::compile::{Built, Step};
use crate::judge::Verdict;
use crate::report::terminal::style;
use crate::suite::Event;

/// A run that takes longer is named while it runs.
const SLOW: Duration = Duration::from_secs(5);

/// Settles colours for all that follows.
pub fn choose_colour(colour: Colour) {
    match colour {
        Colour::Auto => {}
        Colour::Always => anstream::ColorChoice::Always.write_global(),
        Colour::Never => anstream::ColorChoice::Never.write_global(),
    }
}

/// Text for a person.
pub fn say(text: &str) {
    let _ = anstream::stderr().write_all(text.as_bytes());
}

/// Text that was asked for.
pub fn answer(text: &str) {
    let _ = anstream::stdout().write_all(text.as_bytes());
}

/// Data that was asked for, as JSON.
pub fn data<T: Serialize>(value: &T) {
    let mut out = std::io::stdout().lock();
    let written = serde_json::to_writer_pretty(&mut out, value).map_err(std::io::Error::from);
    let _ = written.and_then(|()| out.write_all(b"\n"));
}

/// An error, with its place and what to do.
pub fn error(error: &dyn Diagnostic) {
    let fancy = anstream::AutoStream::choice(&std::io::stderr()) != anstream::ColorChoice::Never;
    let theme = if fancy { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    let mut text = String::new();
    let handler = GraphicalReportHandler::new_themed(theme).with_width(110).with_links(false);
    if handler.render_report(&mut text, error).is_err() {
        text = error.to_string();
    }
    say(&format!("{}\n", text.trim_end()));
}

/// What is seen of a run while it goes on: a bar on a terminal, and lines for what blocks or is slow.
pub struct Progress {
    bar: ProgressBar,
    running: Vec<(String, Instant, bool)>,
    told: HashSet<(String, String)>,
}

impl Progress {
    /// Before anything is built.
    pub fn new() -> Self {
        let terminal = std::io::stderr().is_terminal();
        let target = if terminal { ProgressDrawTarget::stderr_with_hz(10) } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(0), target);
        bar.set_style(ProgressStyle::with_template("{spinner} {msg}").unwrap_or_else(|_| ProgressStyle::default_bar()));
        Self { bar, running: Vec::new(), told: HashSet::new() }
    }

    /// One event.
    pub fn see(&mut self, event: &Event<'_>) {
        match event {
            Event::Build(Step::Building(unit)) => {
                self.bar.set_message(format!("building {unit}"));
                self.bar.tick();
            }
            Event::Build(Step::Done(unit, built)) => match built {
                Built::Ready(_) => self.line(&format!("   built {unit}")),
                Built::Failed(failure) => {
                    let style = style(Verdict::Failed);
                    self.line(&format!("{style}  failed{style:#} to build {unit}\n{}", failure.log));
                }
                Built::Missing(why) => self.line(&format!(" skipped {unit}: {why}")),
            },
            Event::Built(runs) => {
                let template = "{bar:30} {pos}/{len}  {elapsed}  {msg}";
                if let Ok(style) = ProgressStyle::with_template(template) {
                    self.bar.set_style(style);
                }
                self.bar.set_length(*runs as u64);
                self.bar.set_message("");
            }
            Event::Again(runs) => self.bar.inc_length(*runs as u64),
            Event::Diagnosing(cell) => {
                self.bar.set_message(format!("diagnosing {}", cell.id));
                self.bar.tick();
            }
            Event::Started(cell) => {
                self.bar.set_message(cell.id.to_string());
                self.running.push((cell.id.to_string(), Instant::now(), false));
            }
            Event::Ended(cell, run) => {
                let id = cell.id.to_string();
                if let Some(at) = self.running.iter().position(|(running, ..)| *running == id) {
                    self.running.swap_remove(at);
                }
                self.bar.inc(1);
                self.name_slow();
                // Once for each thing that a cell does, however often it is repeated.
                if run.verdict.blocks() && self.told.insert((id.clone(), run.outcome.what.to_string())) {
                    let style = style(run.verdict);
                    self.line(&format!("{style}{:>8}{style:#} {id}  {}", run.verdict, run.outcome.what));
                }
            }
        }
    }

    /// After the last event.
    pub fn end(&self) {
        self.bar.finish_and_clear();
    }

    fn name_slow(&mut self) {
        let slow: Vec<String> = self
            .running
            .iter_mut()
            .filter(|(_, since, named)| !named && since.elapsed() > SLOW)
            .map(|(id, _, named)| {
                *named = true;
                id.clone()
            })
            .collect();
        for id in slow {
            self.line(&format!("    slow {id}  more than {} s", SLOW.as_secs()));
        }
    }

    fn line(&self, text: &str) {
        self.bar.suspend(|| say(&format!("{text}\n")));
    }
}

/// Whether to ask a person before something large happens.
pub fn confirm(question: &str) -> bool {
    say(&format!("{question} [y/N] "));
    let mut line = String::new();
    let answered = std::io::stdin().is_terminal() && std::io::stdin().read_line(&mut line).is_ok();
    answered && matches!(line.trim(), "y" | "Y" | "yes")
}
