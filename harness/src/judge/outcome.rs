//! What happened to a cell. Says nothing of whether that was expected.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{budget, callbacks, heaps};
use crate::check::linkage::Linkage;
use crate::child::{Exit, Stop};
use crate::matrix::Cell;
use crate::run::Observation;
use crate::signal;
use crate::trace::wire::TEXT_SIZE;
use crate::trace::{Kind, Trace};

/// What happened, in which phase, and more in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// The step that was open: `build`, `load`, `start`, `callback`…, `exit` after the scenario's end.
    pub phase: String,
    /// Where the process itself ended: steps that were open on other lanes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub meanwhile: Vec<String>,
    /// What happened.
    pub what: What,
    /// More, for people; never compared.
    pub detail: String,
}

impl Outcome {
    /// One in a phase, with nothing beside it.
    #[must_use]
    pub fn new(phase: &str, what: What, detail: impl Into<String>) -> Self {
        Self { phase: phase.to_owned(), meanwhile: Vec::new(), what, detail: detail.into() }
    }

    /// Whether the same happened in the same place, whatever the details say.
    #[must_use]
    pub fn is_alike(&self, other: &Self) -> bool {
        (&self.phase, &self.meanwhile, &self.what) == (&other.phase, &other.meanwhile, &other.what)
    }

    /// What happened, and where: `signalled SIGSEGV in phase detach, while another thread was in churn`
    #[must_use]
    pub fn whole(&self) -> String {
        let meanwhile = match self.meanwhile.as_slice() {
            [] => String::new(),
            [step] => format!(", while another thread was in {step}"),
            steps => format!(", while other threads were in {}", steps.join(" and ")),
        };
        format!("{} in phase {}{meanwhile}", self.what, self.phase)
    }
}

/// What happened. Its text is what the ledger, the record and the terminal have.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum What {
    /// The scenario came to its end, its exit status is the right one, and all that was reported fits together.
    Finished,
    /// Another exit status than the scenario's.
    Exited(i32),
    /// Ended by a signal.
    Signalled(i32),
    /// Did not end by its deadline.
    TimedOut,
    /// A process of the cell outlived it.
    Leaked,
    /// More than fits was written to `stdout`, `stderr` or the trace (`events`).
    Flooded(String),
    /// More `memory` or `processes` than a cell may have.
    OverLimit(String),
    /// The right exit status without the scenario's end: someone else ended the process.
    Incomplete,
    /// The host did not accept the library; reason codes are those of `coexist_wire.h`.
    Refused(String),
    /// A check of the scenario failed.
    CheckFailed,
    /// Two reports of the same thing differ: lines, events, calls, the manifest.
    Contradicted(String),
    /// More of something at a mark than the scenario's header allows: `threads`, `resident`, `reserved`, `mappings`,
    /// `descriptors`.
    OverBudget(String),
    /// The `trace` memory or the `marks` were written by someone else than the host.
    Corrupted(String),
    /// The library or the host could not be built.
    NotBuilt,
    /// It was not run; nobody's failure.
    NotRun,
    /// The harness could not do its part.
    HarnessFailed,
}

impl What {
    /// Whether a thread and a place in code belong to it, which another run below a tracer can show.
    #[must_use]
    pub fn has_a_place(&self) -> bool {
        match self {
            Self::Signalled(_) | Self::TimedOut | Self::Exited(_) | Self::Incomplete => true,
            Self::Finished | Self::Leaked | Self::Flooded(_) | Self::OverLimit(_) | Self::Refused(_) => false,
            Self::CheckFailed | Self::Contradicted(_) | Self::OverBudget(_) | Self::Corrupted(_) => false,
            Self::NotBuilt | Self::NotRun | Self::HarnessFailed => false,
        }
    }
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Finished => f.write_str("finished"),
            Self::Exited(code) => write!(f, "exited {code}"),
            Self::Signalled(signal) => write!(f, "signalled {}", signal::name(*signal)),
            Self::TimedOut => f.write_str("timed-out"),
            Self::Leaked => f.write_str("leaked"),
            Self::Flooded(stream) => write!(f, "flooded {stream}"),
            Self::OverLimit(limit) => write!(f, "over-limit {limit}"),
            Self::Incomplete => f.write_str("incomplete"),
            Self::Refused(reason) => write!(f, "refused {reason}"),
            Self::CheckFailed => f.write_str("check-failed"),
            Self::Contradicted(about) => write!(f, "contradicted {about}"),
            Self::OverBudget(what) => write!(f, "over-budget {what}"),
            Self::Corrupted(part) => write!(f, "corrupted {part}"),
            Self::NotBuilt => f.write_str("not-built"),
            Self::NotRun => f.write_str("not-run"),
            Self::HarnessFailed => f.write_str("harness-failed"),
        }
    }
}

/// What a text may begin with to be an outcome, for suggestions.
pub const WORDS: [&str; 16] = [
    "finished",
    "exited",
    "signalled",
    "timed-out",
    "leaked",
    "flooded",
    "over-limit",
    "incomplete",
    "refused",
    "check-failed",
    "contradicted",
    "over-budget",
    "corrupted",
    "not-built",
    "not-run",
    "harness-failed",
];

impl FromStr for What {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (word, rest) = text.split_once(' ').map_or((text, None), |(word, rest)| (word, Some(rest)));
        let what = match (word, rest) {
            ("finished", None) => Self::Finished,
            ("exited", Some(code)) => Self::Exited(code.parse().map_err(|_| format!("`{code}` is no exit status"))?),
            ("signalled", Some(name)) => {
                Self::Signalled(signal::number(name).ok_or_else(|| format!("`{name}` is no signal"))?)
            }
            ("timed-out", None) => Self::TimedOut,
            ("leaked", None) => Self::Leaked,
            ("flooded", Some(stream)) => Self::Flooded(stream.to_owned()),
            ("over-limit", Some(limit)) => Self::OverLimit(limit.to_owned()),
            ("incomplete", None) => Self::Incomplete,
            ("refused", Some(reason)) => Self::Refused(reason.to_owned()),
            ("check-failed", None) => Self::CheckFailed,
            ("contradicted", Some(about)) => Self::Contradicted(about.to_owned()),
            ("over-budget", Some(what)) => Self::OverBudget(what.to_owned()),
            ("corrupted", Some(part)) => Self::Corrupted(part.to_owned()),
            ("not-built", None) => Self::NotBuilt,
            ("not-run", None) => Self::NotRun,
            ("harness-failed", None) => Self::HarnessFailed,
            (known, None) if WORDS.contains(&known) => return Err(format!("`{known}` needs a word after it")),
            (known, Some(_)) if WORDS.contains(&known) => return Err(format!("`{known}` stands alone")),
            (other, _) => return Err(format!("`{other}` is no outcome; there are {}", WORDS.join(", "))),
        };
        Ok(what)
    }
}

impl From<What> for String {
    fn from(what: What) -> Self {
        what.to_string()
    }
}

impl TryFrom<String> for What {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

/// What an observation says. The first of these that holds: memory that cannot be believed, limits, a signal, the host's
/// own complaints, the exit status, the missing end, survivors, contradictions. `linked` is what is known of the cell's
/// libraries, in its order.
#[must_use]
pub fn conclude(cell: &Cell<'_>, seen: &Observation, linked: &[Option<Linkage>]) -> Outcome {
    let trace = &seen.trace;
    let now = |what: What, detail: String| {
        let meanwhile = trace.meanwhile().into_iter().map(str::to_owned).collect();
        Outcome { meanwhile, ..Outcome::new(trace.phase(), what, detail) }
    };

    if let Some(why) = &trace.corruption {
        return now(What::Corrupted("trace".to_owned()), why.clone());
    }
    if let Some(what) = &seen.foreign_mark {
        return now(What::Corrupted("marks".to_owned()), what.clone());
    }
    if trace.dropped > 0 {
        return now(What::Flooded("events".to_owned()), format!("more than {} events", trace.events.len()));
    }
    match seen.ended.stop {
        Some(Stop::Deadline) => {
            return now(What::TimedOut, format!("no end after {:.1} s", seen.ended.wall.as_secs_f64()));
        }
        Some(Stop::Stdout) => return now(What::Flooded("stdout".to_owned()), too_much(seen.ended.stdout.len())),
        Some(Stop::Stderr) => return now(What::Flooded("stderr".to_owned()), too_much(seen.ended.stderr.len())),
        Some(Stop::Memory) => return now(What::OverLimit("memory".to_owned()), String::new()),
        Some(Stop::Processes) => return now(What::OverLimit("processes".to_owned()), String::new()),
        Some(Stop::Interrupted) => return now(What::NotRun, "interrupted".to_owned()),
        // The watcher stops a process for a foreign mark or a full trace, and both were found above.
        Some(Stop::Watcher) => return now(What::Corrupted("marks".to_owned()), "the mark socket broke".to_owned()),
        None => {}
    }
    let code = match seen.ended.exit {
        Exit::Signal(signal) => return now(What::Signalled(signal), last_line(&seen.ended.stderr)),
        Exit::Code(code) => code,
    };
    for (index, event) in trace.events.iter().enumerate() {
        let at = |what: What, detail: String| Outcome::new(trace.open_step(index).unwrap_or("load"), what, detail);
        match event.kind {
            Kind::Refused => return at(What::Refused(event.text.clone()), trace.detail_after(index)),
            Kind::Failed => return at(What::CheckFailed, check(trace, index)),
            Kind::Step | Kind::Done | Kind::Event | Kind::Lane | Kind::Note | Kind::Value => {}
            Kind::Detail | Kind::Fact | Kind::Live | Kind::Mark | Kind::End | Kind::Handler | Kind::State => {}
        }
    }
    if code != i32::from(cell.scenario.exit) {
        return now(What::Exited(code), last_line(&seen.ended.stderr));
    }
    if !trace.complete() {
        return now(What::Incomplete, format!("exit status {code}, and the scenario had not ended"));
    }
    if !seen.ended.survivors.is_empty() {
        let names: Vec<&str> = seen.ended.survivors.iter().map(|survivor| survivor.name.as_str()).collect();
        return now(What::Leaked, format!("still running afterwards: {}", names.join(", ")));
    }
    let contradiction = callbacks::contradiction(cell, seen)
        .or_else(|| heaps::contradiction(cell, seen, linked))
        .or_else(|| undeclared(cell, seen));
    if let Some((phase, about, detail)) = contradiction {
        return Outcome::new(phase, What::Contradicted(about.to_owned()), detail);
    }
    match budget::exceeded(cell, seen) {
        Some((phase, resource, detail)) => Outcome::new(phase, What::OverBudget(resource.to_string()), detail),
        None => now(What::Finished, String::new()),
    }
}

/// A fact whose key the scenario's header does not have.
fn undeclared(cell: &Cell<'_>, seen: &Observation) -> Option<(&'static str, &'static str, String)> {
    let found = seen.trace.found.iter().find(|found| !cell.scenario.facts.iter().any(|key| key == found.key()))?;
    Some(("exit", "fact", format!("`{}` was found, and the header does not declare `{}`", found.text, found.key())))
}

fn too_much(bytes: usize) -> String {
    format!("more than {bytes} bytes")
}

/// What a failed check says: its sentence, what the host added to it, where it stands in the scenario, and whether it was not the
/// only one.
fn check(trace: &Trace, index: usize) -> String {
    let event = &trace.events[index];
    let added = trace.detail_of(index);
    // A sentence that is longer than a record goes on in what follows.
    let between = if added.is_empty() || event.text.len() == TEXT_SIZE { "" } else { ": " };
    let mut text = format!("{}{between}{}", event.text, added.trim_end_matches("; "));
    if event.a > 0 {
        text += &format!(" (line {} of the scenario)", event.a);
    }
    match trace.of(Kind::Failed).count() {
        1 => {}
        2 => text += "\none more check failed",
        more => text += &format!("\n{} more checks failed", more - 1),
    }
    text
}

/// The last line of stderr that says something.
fn last_line(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default().chars().take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_outcome_is_read_back() {
        let all = [
            What::Finished,
            What::Exited(7),
            What::Signalled(11),
            What::Signalled(35),
            What::TimedOut,
            What::Leaked,
            What::Flooded("stdout".to_owned()),
            What::OverLimit("memory".to_owned()),
            What::Incomplete,
            What::Refused("no-export".to_owned()),
            What::CheckFailed,
            What::Contradicted("line-missing".to_owned()),
            What::OverBudget("threads".to_owned()),
            What::Corrupted("trace".to_owned()),
            What::NotBuilt,
            What::NotRun,
            What::HarnessFailed,
        ];
        for what in all {
            assert_eq!(what.to_string().parse::<What>(), Ok(what));
        }
    }

    #[test]
    fn what_other_threads_were_in_is_told() {
        let told = |steps: &[&str]| {
            let meanwhile = steps.iter().map(|step| (*step).to_owned()).collect();
            Outcome { meanwhile, ..Outcome::new("detach", What::TimedOut, "") }.whole()
        };
        assert_eq!(told(&[]), "timed-out in phase detach");
        assert_eq!(told(&["churn"]), "timed-out in phase detach, while another thread was in churn");
        assert_eq!(told(&["call", "churn"]), "timed-out in phase detach, while other threads were in call and churn");
    }

    #[test]
    fn what_is_no_outcome_says_why() {
        for (text, why) in [
            ("signalled", "needs a word"),
            ("signalled SIGNOPE", "no signal"),
            ("timed-out twice", "stands alone"),
            ("crashed", "no outcome"),
            ("exited x", "no exit status"),
        ] {
            let error = text.parse::<What>().unwrap_err();
            assert!(error.contains(why), "{text}: {error}");
        }
    }
}
