//! `coexist laws`: each law, and how it did in the last run.

use std::fmt::Write;
use std::path::PathBuf;

use clap::Args;

use super::{ExitStatus, Stopped, ui};
use crate::catalog::Catalog;
use crate::judge::{Ledger, What};
use crate::laws::{Count, Expected, LAWS, Score, Seen, without};
use crate::matrix::{Cell, cell};
use crate::project::Project;
use crate::record::Record;

#[derive(Debug, Args)]
pub struct Arguments {
    /// Score against this record [default: the last run's]
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
    /// Leave a sample out: strike out the laws that only its cells carry, ask no case, and score its cells; `each` does so with
    /// every sample
    #[arg(long, value_name = "SAMPLE")]
    without: Option<String>,
    /// Name the cells that a law was wrong about, and the failures that nothing predicts
    #[arg(long)]
    cells: bool,
}

pub fn main(own: &Arguments, project: &Project) -> Result<ExitStatus, Stopped> {
    let catalog = super::catalog(project)?;
    let ledger = Ledger::read(project.root())?;
    let record = Record::read(own.record.as_deref().unwrap_or(&project.record()))?;
    let expected = Expected::new(&catalog, &ledger);
    let (cells, places) = several(&record, &catalog);
    let seen: Vec<Seen<'_>> = cells.iter().zip(&places).map(|(cell, at)| (cell, &record.cells[*at].outcome)).collect();
    let expectations = expected.of_each(&cells);
    match &own.without {
        Some(sample) => {
            let samples: Vec<String> = if sample == "each" {
                let mut all: Vec<String> = catalog.runtimes.iter().map(|runtime| runtime.id.name.to_string()).collect();
                all.dedup();
                all
            } else if catalog.runtimes.iter().any(|runtime| *runtime.id.name == **sample) {
                vec![sample.clone()]
            } else {
                return Err(Stopped::Usage {
                    message: format!("--without: there is no sample {sample}"),
                    help: "all runtimes: coexist list runtimes".to_owned(),
                });
            };
            let scores = samples.iter().map(|sample| (sample, without(sample, &seen, &expected, &expectations)));
            ui::answer(&left_out(scores, own.cells));
        }
        None => ui::answer(&table(&Score::new(&seen, &expectations), own.cells)),
    }
    Ok(ExitStatus::Good)
}

/// The cells of several libraries that were run, whether or not the catalogue lists them, and their places in the record.
fn several<'c>(record: &Record, catalog: &'c Catalog) -> (Vec<Cell<'c>>, Vec<usize>) {
    let run = record.cells.iter().enumerate().filter(|(_, cell)| {
        cell.cell.runtimes.len() > 1
            && !matches!(cell.outcome.what, What::NotRun | What::NotBuilt | What::HarnessFailed)
    });
    let found = run.filter_map(|(at, record)| {
        let id = &record.cell;
        let scenario = catalog.scenario(&id.scenario)?;
        let mode = id.mode.as_deref();
        let name =
            scenario.modes.iter().find(|known| mode.map_or(*known == &scenario.modes[0], |mode| mode == *known))?;
        let runtimes = id.runtimes.iter().map(|id| catalog.runtime(id)).collect::<Option<_>>()?;
        Some((cell(scenario, mode, name, runtimes)?, at))
    });
    found.unzip()
}

fn percent(part: usize, all: usize) -> String {
    if all == 0 { "-".to_owned() } else { format!("{:.1} %", 100.0 * part as f64 / all as f64) }
}

fn counted(count: Count) -> String {
    if count.cells == 0 { "-".to_owned() } else { format!("{}/{}", count.failed, count.cells) }
}

fn table(score: &Score, cells: bool) -> String {
    let mut out = format!("{:22}{:>13}{:>13}{:>9}{:>14}\n", "law", "must", "may", "only it", "out of shape");
    let names = LAWS.iter().map(|law| law.name).chain(["(fact of two copies)"]);
    for name in names {
        let own = score.laws.get(name).cloned().unwrap_or_default();
        let _ = writeln!(
            out,
            "{name:22}{:>13}{:>13}{:>9}{:>14}",
            counted(own.must),
            counted(own.may),
            own.alone,
            own.out_of_shape.len()
        );
        for cell in own.false_alarms.iter().filter(|_| cells) {
            let _ = writeln!(out, "  finished      {cell}");
        }
        for cell in own.out_of_shape.iter().filter(|_| cells) {
            let _ = writeln!(out, "  out of shape  {cell}");
        }
    }
    let _ = writeln!(out, "{:22}{:>13}{:>13}", "cases", "", counted(score.cases.may));
    let all = score.failures();
    let said = all - score.missed.len();
    let _ = writeln!(out, "\ncells of several libraries, failed/all");
    let _ =
        writeln!(out, "  must fail      {:>14}  {}", counted(score.must), percent(score.must.failed, score.must.cells));
    let _ =
        writeln!(out, "  may fail       {:>14}  {}", counted(score.may), percent(score.may.failed, score.may.cells));
    let _ = writeln!(out, "  only a case    {:>14}", counted(score.case));
    let _ = writeln!(out, "  nothing said   {:>14}", counted(score.nothing));
    let _ = writeln!(out, "failures that were said beforehand: {said} of {all}, {}", percent(said, all));
    let _ = writeln!(
        out,
        "of those in which neither fails alone: {} of {}, {}",
        score.together.failed,
        score.together.cells,
        percent(score.together.failed, score.together.cells)
    );
    for cell in score.missed.iter().filter(|_| cells) {
        let _ = writeln!(out, "  not said  {cell}");
    }
    out
}

fn left_out<'s>(scores: impl Iterator<Item = (&'s String, (Score, Vec<&'static str>))>, cells: bool) -> String {
    let mut out =
        format!("{:12}{:>9}{:>9}{:>10}{:>11}{:>8}  struck out\n", "without", "failed", "said", "", "false must", "may");
    let (mut failures, mut said, mut wrong) = (0, 0, 0);
    for (sample, (score, struck)) in scores {
        let all = score.failures();
        let own = all - score.missed.len();
        let false_musts = score.must.cells - score.must.failed;
        let _ = writeln!(
            out,
            "{sample:12}{all:>9}{own:>9}{:>10}{false_musts:>11}{:>8}  {}",
            percent(own, all),
            score.may.cells,
            struck.join(" ")
        );
        for cell in score.missed.iter().filter(|_| cells) {
            let _ = writeln!(out, "  not said  {cell}");
        }
        failures += all;
        said += own;
        wrong += false_musts;
    }
    let _ = writeln!(out, "{:12}{failures:>9}{said:>9}{:>10}{wrong:>11}", "all", percent(said, failures));
    out
}
