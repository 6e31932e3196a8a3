//! Whether what the host called, what the libraries reported, and what arrived on stdout is the same.

use crate::catalog::{Entry, PLAIN};
use crate::matrix::Cell;
use crate::run::Observation;
use crate::trace::Kind;

/// Phase, what contradicts what, and the numbers.
pub type Contradiction = (&'static str, &'static str, String);

/// The first contradiction, if any.
pub fn contradiction(cell: &Cell<'_>, seen: &Observation) -> Option<Contradiction> {
    for at in 0..cell.runtimes.len() {
        if let Some(found) = table(cell, seen, at).or_else(|| events(cell, seen, at)) {
            return Some(found);
        }
    }
    lines(cell, seen).or_else(|| stated_stdout(cell, seen)).or_else(|| foreign_line(cell, seen))
}

/// The library's table against its manifest.
fn table(cell: &Cell<'_>, seen: &Observation, at: usize) -> Option<Contradiction> {
    let runtime = cell.runtimes[at];
    let position = Cell::position(at);
    if let Some(title) = seen.trace.fact(position, "title")
        && title != runtime.title
    {
        return Some(("load", "title", format!("the table says {title}, the manifest {}", runtime.title)));
    }
    let mask = seen.trace.fact(position, "offers")?;
    let mask = u32::from_str_radix(mask.trim_start_matches("0x"), 16).unwrap_or(0);
    let differs = |entry: &&Entry| (mask & entry.bit() != 0) != runtime.offers(**entry);
    Entry::ALL.iter().find(differs).map(|entry| {
        let (table, manifest) = if runtime.offers(*entry) { ("NULL", "offers it") } else { ("set", "says absent") };
        ("load", "offers", format!("{entry} is {table} in the table, the manifest {manifest}"))
    })
}

/// Calls of a library against its own events. An eager library reports once more, before anyone called it.
fn events(cell: &Cell<'_>, seen: &Observation, at: usize) -> Option<Contradiction> {
    let (calls, events) = counts(seen, at);
    let label = &cell.labels()[at];
    let said = || format!("{label}: {calls} calls returned, {events} events");
    if events > calls && cell.scenario.flavour == PLAIN {
        return Some(("callback", "event-doubled", said()));
    }
    if events < calls {
        let lines = count_lines(seen, &cell.runtimes[at].title);
        let about = if lines > events { "event-missing" } else { "callback-missing" };
        return Some(("callback", about, said()));
    }
    None
}

/// Events against lines, by title: copies of a runtime print the same.
fn lines(cell: &Cell<'_>, seen: &Observation) -> Option<Contradiction> {
    for runtime in &cell.runtimes {
        let same = (0..cell.runtimes.len()).filter(|at| cell.runtimes[*at].title == runtime.title);
        let events: usize = same.map(|at| counts(seen, at).1).sum();
        let lines = count_lines(seen, &runtime.title);
        let said = || format!("\"{}\" was printed {events} times and is on stdout {lines} times", line(&runtime.title));
        if lines < events {
            return Some(("callback", "line-missing", said()));
        }
        if lines > events {
            return Some(("callback", "line-doubled", said()));
        }
    }
    None
}

/// stdout against what the scenario's header says that it is, to the byte.
fn stated_stdout(cell: &Cell<'_>, seen: &Observation) -> Option<Contradiction> {
    if cell.scenario.stdout.is_empty() {
        return None;
    }
    let expected: String = cell.scenario.stdout.iter().map(|line| cell.runtimes[0].fill(line) + "\n").collect();
    (expected.as_bytes() != seen.ended.stdout).then(|| ("exit", "stdout", first_other(&expected, &seen.ended.stdout)))
}

/// The first of the stated lines that is not there.
fn first_other(expected: &str, stdout: &[u8]) -> String {
    let text = String::from_utf8_lossy(stdout);
    let mut found = text.lines();
    for (at, wanted) in expected.lines().enumerate() {
        let at = at + 1;
        match found.next() {
            Some(line) if line == wanted => {}
            Some(line) => return format!("line {at} of stdout is not the stated \"{wanted}\": {line}"),
            None => return format!("line {at} of stdout is missing: \"{wanted}\""),
        }
    }
    match found.next() {
        Some(line) => format!("on stdout after the stated lines: {line}"),
        None => "stdout has the stated lines, and they do not all end as lines do".to_owned(),
    }
}

/// A line on stdout that no callback printed: a runtime complains there. Scenarios that print themselves state it, and a VM's
/// program prints in its own way.
fn foreign_line(cell: &Cell<'_>, seen: &Observation) -> Option<Contradiction> {
    if !cell.scenario.stdout.is_empty() || cell.scenario.vm.is_some() || cell.scenario.flavour != PLAIN {
        return None;
    }
    let text = String::from_utf8_lossy(&seen.ended.stdout);
    let is_callback = |found: &str| cell.runtimes.iter().any(|runtime| found == line(&runtime.title));
    let foreign = text.lines().find(|found| !is_callback(found))?;
    Some(("exit", "line-foreign", format!("on stdout: {foreign}")))
}

/// Calls that returned, and events, of one library's callback.
fn counts(seen: &Observation, at: usize) -> (usize, usize) {
    let position = Cell::position(at);
    let count =
        |kind| seen.trace.of(kind).filter(|event| event.runtime == position && event.text == "callback").count();
    (count(Kind::Done), count(Kind::Event))
}

fn line(title: &str) -> String {
    format!("{title} callback!")
}

/// Whole lines that are exactly the callback's.
fn count_lines(seen: &Observation, title: &str) -> usize {
    let wanted = line(title) + "\n";
    seen.ended.stdout.split_inclusive(|byte| *byte == b'\n').filter(|found| *found == wanted.as_bytes()).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_that_is_not_as_stated_is_named() {
        for (stdout, says) in [
            ("one\nTWO\n", "line 2 of stdout is not the stated \"two\": TWO"),
            ("one\n", "line 2 of stdout is missing: \"two\""),
            ("", "line 1 of stdout is missing: \"one\""),
            ("one\ntwo\nthree\n", "on stdout after the stated lines: three"),
            ("one\ntwo", "stdout has the stated lines, and they do not all end as lines do"),
            ("one\r\ntwo\n", "stdout has the stated lines, and they do not all end as lines do"),
        ] {
            assert_eq!(first_other("one\ntwo\n", stdout.as_bytes()), says, "{stdout:?}");
        }
    }
}
