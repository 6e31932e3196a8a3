//! The part of `bless` about facts: what measuring scenarios found in the last run, written into the sample's file.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::difference;
use crate::catalog::Catalog;
use crate::cli::{Stopped, ui};
use crate::id::{CellId, RuntimeId};
use crate::judge::ledger::{FACTS, Ledger, Measured};
use crate::judge::{Verdict, facts};
use crate::project::Project;
use crate::record::Record;
use crate::text_file;

/// Facts of one library that wait for a decision.
struct Waiting {
    library: RuntimeId,
    old: Measured,
    new: Measured,
}

/// Shows facts that the last run found and nobody has accepted, and accepts them. How many libraries were accepted, and how
/// many were left.
pub fn main(
    project: &Project,
    catalog: &Catalog,
    is_wanted: &dyn Fn(&CellId) -> bool,
    may_write: &dyn Fn(&str) -> bool,
) -> Result<(usize, usize), Stopped> {
    let Ok(record) = Record::read(&project.record()) else { return Ok((0, 0)) };
    let ledger = Ledger::read(project.root())?;
    let waiting = waiting(&record, catalog, &ledger, is_wanted);
    let mut accepted = 0;
    for one in &waiting {
        ui::answer(&format!("facts of {}\n{}\n", one.library, difference(&list(&one.old), &list(&one.new))));
        if !may_write(&format!("accept the facts of {}?", one.library)) {
            continue;
        }
        let file = format!("{FACTS}/{}.toml", one.library.name);
        let path = project.root().join(&file);
        let old = std::fs::read_to_string(&path).unwrap_or_else(|_| head(&one.library));
        let new = with_table(&old, &one.library, &one.new);
        Ledger::read_with(project.root(), &BTreeMap::from([(file.as_str(), new.as_str())]))?;
        text_file::write(&path, &new).map_err(|error| Stopped::Setup {
            message: format!("failed to write {file}: {error}"),
            help: "the file is as it was".to_owned(),
        })?;
        accepted += 1;
    }
    Ok((accepted, waiting.len() - accepted))
}

/// For each library, its facts with those that were found instead of the accepted ones of the same keys.
fn waiting(record: &Record, catalog: &Catalog, ledger: &Ledger, is_wanted: &dyn Fn(&CellId) -> bool) -> Vec<Waiting> {
    let mut waiting: Vec<Waiting> = Vec::new();
    let found = record.cells.iter().filter(|cell| matches!(cell.verdict, Verdict::New | Verdict::Changed));
    for cell in found.filter(|cell| is_wanted(&cell.cell)) {
        let Some(scenario) = catalog.scenario(&cell.cell.scenario).filter(|scenario| !scenario.facts.is_empty()) else {
            continue;
        };
        let library = &cell.cell.runtimes[0];
        let at = waiting.iter().position(|one| one.library == *library).unwrap_or_else(|| {
            let old = ledger.measured(library).cloned().unwrap_or_default();
            waiting.push(Waiting { library: library.clone(), new: old.clone(), old });
            waiting.len() - 1
        });
        waiting[at].new = waiting[at].new.with(&scenario.facts, &facts(&cell.found));
    }
    waiting.retain(|one| one.old != one.new);
    waiting
}

fn list(measured: &Measured) -> String {
    let lines: Vec<String> = measured.all().map(|(key, fact)| format!("{key} {fact}")).collect();
    lines.join("\n")
}

fn head(library: &RuntimeId) -> String {
    format!(
        "# Facts of the libraries of samples/{}, each found on one library alone or on two copies of it. Format: harness/docs/FORMATS.md.\n",
        library.name
    )
}

/// The file's text with the table of a library's facts replaced, or added at the end. All else stays to the byte.
fn with_table(old: &str, library: &RuntimeId, measured: &Measured) -> String {
    let name = library.to_string();
    let key = if library.variant.is_some() { format!("\"{name}\"") } else { name };
    let header = format!("[measured.{key}]");
    let mut lines: Vec<&str> = old.split_inclusive('\n').collect();
    let mut table = format!("{header}\n");
    let mut keys: Vec<&str> = measured.all().map(|(key, _)| key).collect();
    keys.dedup();
    for key in keys {
        let facts: Vec<String> = measured.of(key).iter().map(|fact| format!("\"{fact}\"")).collect();
        let line = format!("{key} = [{}]", facts.join(", "));
        if line.len() <= 140 {
            let _ = writeln!(table, "{line}");
        } else {
            let _ = writeln!(table, "{key} = [\n    {},\n]", facts.join(",\n    "));
        }
    }
    let begin = lines.iter().position(|line| line.trim_end() == header);
    match begin {
        Some(begin) => {
            let is_next = |line: &&str| line.starts_with(['[', '#']);
            let end = lines[begin + 1..].iter().position(is_next).map_or(lines.len(), |at| begin + 1 + at);
            let gap = if end < lines.len() { "\n" } else { "" };
            let table = format!("{table}{gap}");
            lines.splice(begin..end, [table.as_str()]);
            lines.concat()
        }
        None => format!("{}\n\n{table}", old.trim_end()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(facts: &[(&str, &str)]) -> Measured {
        let mut all = Measured::default();
        for (key, fact) in facts {
            all.add(key, fact.parse().unwrap());
        }
        all
    }

    #[test]
    fn a_table_is_replaced_and_all_else_stays() {
        let (go, old): (RuntimeId, RuntimeId) = ("go".parse().unwrap(), "go@1.21".parse().unwrap());
        let text = with_table(
            "# Facts.\n",
            &go,
            &measured(&[("needs", "SIGUSR1 in churn"), ("needs", "SIGUSR2 in churn (1 of 3)")]),
        );
        assert_eq!(text, "# Facts.\n\n[measured.go]\nneeds = [\"SIGUSR1 in churn\", \"SIGUSR2 in churn (1 of 3)\"]\n");
        let text = with_table(&text, &old, &measured(&[("ticks", "SIGPROF")]));
        let text = with_table(&text, &go, &measured(&[("ticks", "SIGALRM")]));
        assert_eq!(
            text,
            "# Facts.\n\n[measured.go]\nticks = [\"SIGALRM\"]\n\n[measured.\"go@1.21\"]\nticks = [\"SIGPROF\"]\n"
        );
        let mut ledger = Ledger::default();
        ledger.parse_facts("facts", &text).unwrap();
        assert_eq!(ledger.measured(&old).unwrap(), &measured(&[("ticks", "SIGPROF")]));
    }
}
