//! What host and runtimes reported: the bytes of the trace memory, decoded, and rendered as text.
//! Judges nothing, except whether the bytes can be believed.

mod decode;
mod render;
pub mod wire;

use std::collections::{BTreeMap, BTreeSet};

pub use decode::decode;
pub use render::{render, render_with_marks};

/// One cell's report, in the order in which it was claimed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trace {
    /// All events that were written to the end.
    pub events: Vec<Event>,
    /// Records that were claimed and never finished: their thread was ended meanwhile.
    pub torn: usize,
    /// Events beyond the memory's capacity.
    pub dropped: u64,
    /// Why the bytes cannot be believed, if so.
    pub corruption: Option<String>,
    /// Facts that a measuring scenario found out about its library, in its order. They are no events: no text of the trace
    /// has them.
    pub found: Vec<Found>,
}

/// A fact about one library, and the trials that it comes from.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Found {
    /// `needs SIGUSR1 in churn`: the first word is its key.
    pub text: String,
    /// How many trials showed it.
    pub times: u32,
    /// How many trials were made.
    pub of: u32,
}

impl Found {
    /// What kind of fact it is: `needs`.
    #[must_use]
    pub fn key(&self) -> &str {
        self.text.split(' ').next().unwrap_or_default()
    }
}

/// One event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// 1 is the host's main thread; 0 a thread without a lane.
    pub lane: u16,
    /// 0 is the host; 1.. the position of the library in the cell.
    pub runtime: u8,
    /// What it says.
    pub kind: Kind,
    /// Its text; what is not UTF-8 has been replaced.
    pub text: String,
    /// First number.
    pub a: i64,
    /// Second number.
    pub b: i64,
}

/// What an event says; `enum wire_kind` of `coexist_wire.h` has the explanations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "explained once, beside the layout")]
pub enum Kind {
    Step,
    Done,
    Event,
    Lane,
    Note,
    Value,
    Failed,
    Refused,
    Detail,
    Fact,
    Live,
    Mark,
    End,
    Handler,
    State,
}

impl Trace {
    /// The events of one kind.
    pub fn of(&self, kind: Kind) -> impl Iterator<Item = &Event> {
        self.events.iter().filter(move |event| event.kind == kind)
    }

    /// Whether the host said that the scenario is complete.
    #[must_use]
    pub fn complete(&self) -> bool {
        self.of(Kind::End).next().is_some()
    }

    /// The step that was open last, innermost first: in which phase a process was when it ended. After the end event it
    /// is `exit`; before any step, `load`.
    #[must_use]
    pub fn phase(&self) -> &str {
        if self.complete() {
            return "exit";
        }
        self.open_step(self.events.len()).unwrap_or("load")
    }

    /// The innermost steps that were open on other lanes than the phase's when a process ended before its scenario did: where
    /// several threads work at once, any of them may have ended it.
    #[must_use]
    pub fn meanwhile(&self) -> Vec<&str> {
        if self.complete() {
            return Vec::new();
        }
        let (open, _) = self.open_steps(self.events.len());
        let Some((lane, phase)) = open.last() else { return Vec::new() };
        let innermost: BTreeMap<u16, &str> = open.iter().copied().filter(|(other, _)| other != lane).collect();
        let steps: BTreeSet<&str> = innermost.into_values().filter(|step| step != phase).collect();
        steps.into_iter().collect()
    }

    /// The innermost step that was open just before an event, on any lane; else the last that was.
    #[must_use]
    pub fn open_step(&self, before: usize) -> Option<&str> {
        let (open, last) = self.open_steps(before);
        open.last().map(|(_, text)| *text).or(last)
    }

    /// The steps that were open just before an event, with their lanes, in the order in which they began; and the last that
    /// began.
    fn open_steps(&self, before: usize) -> (Vec<(u16, &str)>, Option<&str>) {
        let mut open: Vec<(u16, &str)> = Vec::new();
        let mut last = None;
        for event in &self.events[..before.min(self.events.len())] {
            match event.kind {
                Kind::Step => {
                    open.push((event.lane, &event.text));
                    last = Some(event.text.as_str());
                }
                Kind::Done => {
                    if let Some(at) = open.iter().rposition(|(lane, _)| *lane == event.lane) {
                        open.remove(at);
                    }
                }
                Kind::Event | Kind::Lane | Kind::Note | Kind::Value | Kind::Failed | Kind::Refused => {}
                Kind::Detail | Kind::Fact | Kind::Live | Kind::Mark | Kind::End | Kind::Handler | Kind::State => {}
            }
        }
        (open, last)
    }

    /// The last fact under a key, of one library or of the host (0).
    #[must_use]
    pub fn fact(&self, runtime: u8, key: &str) -> Option<&str> {
        let of_runtime = self.of(Kind::Fact).filter(|event| event.runtime == runtime);
        of_runtime.filter_map(|event| event.text.split_once('=')).filter(|(k, _)| *k == key).map(|(_, v)| v).last()
    }

    /// All facts of the host under a key.
    pub fn facts<'t>(&'t self, key: &'t str) -> impl Iterator<Item = &'t str> {
        let of_host = self.of(Kind::Fact).filter(|event| event.runtime == 0);
        of_host.filter_map(|event| event.text.split_once('=')).filter(move |(k, _)| *k == key).map(|(_, v)| v)
    }

    /// The details that directly follow an event on its lane, joined.
    #[must_use]
    pub fn detail_of(&self, index: usize) -> String {
        let lane = self.events[index].lane;
        let after = self.events[index + 1..].iter().filter(|event| event.lane == lane);
        after.take_while(|event| event.kind == Kind::Detail).map(|event| event.text.as_str()).collect()
    }

    /// The detail that follows an event, joined.
    #[must_use]
    pub fn detail_after(&self, index: usize) -> String {
        let after = self.events.iter().skip(index + 1);
        after.filter(|event| event.kind == Kind::Detail).map(|event| event.text.as_str()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trace(events: &[(u16, Kind, &str)]) -> Trace {
        let event = |(lane, kind, text): &(u16, Kind, &str)| Event {
            lane: *lane,
            runtime: 0,
            kind: *kind,
            text: (*text).to_owned(),
            a: 0,
            b: 0,
        };
        Trace { events: events.iter().map(event).collect(), ..Trace::default() }
    }

    #[test]
    fn what_other_lanes_did_when_it_ended() {
        let mut events = vec![(2, Kind::Step, "attach"), (2, Kind::Done, ""), (2, Kind::Step, "churn")];
        let seen = |events: &[_]| {
            let trace = trace(events);
            (trace.phase().to_owned(), trace.meanwhile().join(" "))
        };
        let is = |phase: &str, meanwhile: &str| (phase.to_owned(), meanwhile.to_owned());
        assert_eq!(seen(&[]), is("load", ""));
        assert_eq!(seen(&events), is("churn", ""));
        events.extend([(3, Kind::Step, "churn"), (1, Kind::Step, "join")]);
        assert_eq!(seen(&events), is("join", "churn"));
        events.extend([(3, Kind::Step, "callback"), (2, Kind::Done, "")]);
        assert_eq!(seen(&events), is("callback", "join"), "the innermost of each lane, and none that is done");
        events.push((2, Kind::Step, "detach"));
        assert_eq!(seen(&events), is("detach", "callback join"));
        events.push((1, Kind::End, ""));
        assert_eq!(seen(&events), is("exit", ""));
    }
}
