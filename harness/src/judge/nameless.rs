//! A trace without its names: `{1}` for the first library, `{title 1}` for what it prints. Cells whose runtimes behave alike
//! have the same one, so that one accepted trace judges all of them (decision 7).

use crate::catalog::{Footprints, StdoutOrder};
use crate::child::Exit;
use crate::matrix::Cell;
use crate::run::{Observation, Steadiness};
use crate::{signal, trace};

/// What names are written as.
struct Names {
    labels: Vec<String>,
    /// What stands on stdout, and what is written for it.
    lines: Vec<(String, String)>,
}

/// An observation as text: the same whenever the cell behaved the same. This is what snapshots of one cell hold.
#[must_use]
pub fn text(cell: &Cell<'_>, observation: &Observation) -> String {
    written(cell, observation, &Names { labels: cell.labels(), lines: Vec::new() })
}

/// The same without names, which is what common snapshots hold.
#[must_use]
pub fn nameless(cell: &Cell<'_>, observation: &Observation) -> String {
    let first = cell.runtimes[0];
    let stated = cell.scenario.stdout.iter().map(|line| (first.fill(line), line.clone()));
    let titles = cell.runtimes.iter().zip(titles(cell));
    let callbacks =
        titles.map(|(runtime, place)| (format!("{} callback!", runtime.title), format!("{{title {place}}} callback!")));
    let names = Names {
        labels: (1..=cell.runtimes.len()).map(|place| format!("{{{place}}}")).collect(),
        lines: stated.chain(callbacks).collect(),
    };
    without_optional(&written(cell, observation, &names))
}

/// Entries that a runtime may do without, and that a host then passes over.
const OPTIONAL: [&str; 4] = ["stop {", "attach {", "detach {", "spawn {"];

/// Leaves out the steps in such entries that returned 0 and in which nothing happened: who lacks the entry behaves the same.
fn without_optional(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let depth = |line: &str| line.len() - line.trim_start().len();
    let is_empty = |at: usize| lines.get(at + 1).is_none_or(|next| depth(next) <= depth(lines[at]));
    let is_optional =
        |line: &str| OPTIONAL.iter().any(|step| line.trim_start().starts_with(step)) && line.ends_with('}');
    let kept = (0..lines.len()).filter(|at| !(is_optional(lines[*at]) && is_empty(*at)));
    kept.fold(String::new(), |all, at| all + lines[at] + "\n")
}

/// The shape of a cell: a number for each library, the same for those that print the same: `1+2`, `1+1` for two copies.
#[must_use]
pub fn shape(cell: &Cell<'_>) -> String {
    let places: Vec<String> = titles(cell).map(|place| place.to_string()).collect();
    places.join("+")
}

fn titles(cell: &Cell<'_>) -> impl Iterator<Item = usize> {
    let mut known: Vec<&str> = Vec::new();
    let place = |title| {
        known.iter().position(|other| *other == title).unwrap_or_else(|| {
            known.push(title);
            known.len() - 1
        }) + 1
    };
    cell.runtimes.iter().map(|runtime| runtime.title.as_str()).map(place).collect::<Vec<_>>().into_iter()
}

fn written(cell: &Cell<'_>, observation: &Observation, names: &Names) -> String {
    let stdout = String::from_utf8_lossy(&observation.ended.stdout);
    let renamed = |line| {
        let found = names.lines.iter().find(|(plain, _)| plain == line);
        found.map_or(line, |(_, written)| written.as_str())
    };
    let mut lines: Vec<&str> = stdout.lines().map(renamed).collect();
    // Several libraries write through several buffers: the order in which those are emptied is nobody's promise.
    if cell.scenario.stdout_order == StdoutOrder::Unordered || cell.runtimes.len() > 1 {
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
    out.push_str(&trace::render_with_marks(&observation.trace, &names.labels, &changes(cell, observation, names)));
    out.push_str(&match observation.ended.exit {
        Exit::Code(code) => format!("exit {code}\n"),
        Exit::Signal(signal) => format!("{}\n", signal::name(signal)),
    });
    out
}

/// What is stable of the changes before each mark, if that belongs to the trace.
fn changes(cell: &Cell<'_>, observation: &Observation, names: &Names) -> Vec<Vec<String>> {
    match cell.scenario.footprints {
        Footprints::Shown => Vec::new(),
        Footprints::Compared => {
            let pairs = observation.footprints.windows(2).map(|pair| pair[1].since(&pair[0], &names.labels));
            let stable = pairs.map(|changes| {
                let stable = changes.iter().filter(|change| change.steadiness == Steadiness::Stable);
                stable.map(ToString::to_string).collect()
            });
            std::iter::once(Vec::new()).chain(stable).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::without_optional;

    #[test]
    fn optional_steps_stay_where_something_happened() {
        for (text, left) in [
            ("main\n  start {1}\n  stop {1}\n  end 0\n", "main\n  start {1}\n  end 0\n"),
            ("w\n  attach {2}\n  churn {2}\n  detach {2}\n", "w\n  churn {2}\n"),
            ("main\n  stop {1}\n    {1}: bye\n", "main\n  stop {1}\n    {1}: bye\n"),
            ("main\n  stop {1} … did not end\n", "main\n  stop {1} … did not end\n"),
            ("main\n  stop {1} = 3\n", "main\n  stop {1} = 3\n"),
        ] {
            assert_eq!(without_optional(text), left);
        }
    }
}
