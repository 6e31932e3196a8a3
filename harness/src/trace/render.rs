//! A trace as text: the same for the same behaviour, whatever the times, addresses and ids were.
//!
//! Lanes come by name, events in order inside a lane. Between lanes no order is promised, so none is shown. What threads
//! without a lane reported is sorted.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::{Event, Kind, Trace};

const INDENT: &str = "  ";

/// Renders the lanes; `labels` are the cell's libraries in order.
#[must_use]
pub fn render(trace: &Trace, labels: &[String]) -> String {
    render_with_marks(trace, labels, &[])
}

/// The same with lines below each mark: those of the first, of the second…
#[must_use]
pub fn render_with_marks(trace: &Trace, labels: &[String], below: &[Vec<String>]) -> String {
    // Marks are taken one at a time, on whichever lane.
    let mut below = below.iter().map(Vec::as_slice);
    let below = |event: &Event| if event.kind == Kind::Mark { below.next().unwrap_or_default() } else { &[] };
    let events: Vec<Line<'_>> = trace.events.iter().map(below).zip(&trace.events).collect();
    let mut names: BTreeMap<u16, &str> = BTreeMap::from([(0, "no lane"), (1, "main")]);
    for event in trace.of(Kind::Lane) {
        names.insert(event.lane, &event.text);
    }
    let mut lanes: BTreeMap<(bool, &str), Vec<String>> = BTreeMap::new();
    for (lane, name) in names {
        let of_lane = events.iter().filter(|(_, event)| event.lane == lane);
        let mut text = render_lane(of_lane, labels);
        if lane == 0 {
            let mut lines: Vec<&str> = text.lines().collect();
            lines.sort_unstable();
            text = lines.into_iter().fold(String::new(), |all, line| all + line + "\n");
        }
        if !text.is_empty() {
            lanes.entry((lane != 1, name)).or_default().push(text);
        }
    }
    let mut out = String::new();
    for ((_, name), mut texts) in lanes {
        texts.sort_unstable();
        for text in texts {
            let _ = writeln!(out, "{name}");
            out.push_str(&text);
        }
    }
    out
}

/// An event, and what stands below it.
type Line<'a> = (&'a [String], &'a Event);

fn render_lane<'a>(events: impl Iterator<Item = &'a Line<'a>>, labels: &[String]) -> String {
    let mut out = String::new();
    let mut depth = 1usize;
    // Where the line of each open step begins, to add the result if nothing came between.
    let mut open: Vec<usize> = Vec::new();
    for (below, event) in events {
        let label = |event: &Event| match event.runtime {
            0 => String::new(),
            position => match labels.get(usize::from(position) - 1) {
                Some(label) => format!(" {label}"),
                None => format!(" library {position}"),
            },
        };
        match event.kind {
            Kind::Step => {
                open.push(out.len());
                let _ = writeln!(out, "{}{}{}", INDENT.repeat(depth), event.text, label(event));
                depth += 1;
            }
            Kind::Done => {
                depth = depth.saturating_sub(1).max(1);
                if let Some(at) = open.pop()
                    && event.a != 0
                    && let Some(newline) = out[at..].find('\n')
                {
                    out.insert_str(at + newline, &format!(" = {}", event.a));
                }
            }
            Kind::Event => {
                let _ = write!(out, "{}{}: {}", INDENT.repeat(depth), label(event).trim_start(), event.text);
                let _ = if event.a == 0 { writeln!(out) } else { writeln!(out, " {}", event.a) };
            }
            Kind::Note => {
                let _ = writeln!(out, "{}{}", INDENT.repeat(depth), event.text);
            }
            Kind::Value => {
                let _ = writeln!(out, "{}{}{} = {}", INDENT.repeat(depth), event.text, label(event), event.a);
            }
            Kind::Failed => {
                let _ = writeln!(out, "{}check failed: {}", INDENT.repeat(depth), event.text);
            }
            Kind::Refused => {
                let _ = writeln!(out, "{}refused{}: {}", INDENT.repeat(depth), label(event), event.text);
            }
            Kind::Mark => {
                let _ = writeln!(out, "{}mark {}", INDENT.repeat(depth), event.text);
                for line in *below {
                    let _ = writeln!(out, "{}{line}", INDENT.repeat(depth + 1));
                }
            }
            Kind::End => {
                let _ = writeln!(out, "{}end {}", INDENT.repeat(depth), event.a);
            }
            Kind::Lane | Kind::Detail | Kind::Fact | Kind::Live | Kind::Handler | Kind::State => {}
        }
    }
    for at in open.into_iter().rev() {
        if let Some(newline) = out[at..].find('\n') {
            out.insert_str(at + newline, " … did not end");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(lane: u16, runtime: u8, kind: Kind, text: &str, a: i64) -> Event {
        Event { lane, runtime, kind, text: text.to_owned(), a, b: 0 }
    }

    #[test]
    fn lanes_steps_and_results() {
        let trace = Trace {
            events: vec![
                event(2, 0, Kind::Lane, "worker", 0),
                event(1, 1, Kind::Step, "load", 0),
                event(2, 1, Kind::Step, "callback", 0),
                event(1, 1, Kind::Done, "load", 0),
                event(0, 1, Kind::Event, "zeta", 0),
                event(2, 1, Kind::Event, "callback", 0),
                event(1, 1, Kind::Step, "state", 0),
                event(1, 1, Kind::Done, "state", 3),
                event(0, 1, Kind::Event, "alpha", 2),
                event(1, 0, Kind::End, "", 0),
            ],
            ..Trace::default()
        };
        insta::assert_snapshot!(render(&trace, &["go".to_owned()]), @r"
        main
          load go
          state go = 3
          end 0
        no lane
          go: alpha 2
          go: zeta
        worker
          callback go … did not end
            go: callback
        ");
    }
}
