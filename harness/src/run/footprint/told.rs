//! What the host told of itself at a mark: the events of kinds `Handler` and `State`.

use super::{Footprint, Owner};
use crate::signal;
use crate::trace::{Event, Kind};

/// What a signal has instead of its default.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Handler {
    /// Whose code it is.
    pub owner: Owner,
    /// Where; the same owner may have several.
    pub address: u64,
    /// SA_ONSTACK and others.
    pub flags: u64,
    /// Signals that are blocked while it runs: bit n-1 for signal n.
    pub mask: u64,
}

pub(super) fn add(footprint: &mut Footprint, event: &Event, owner: impl Fn(u64) -> Owner) {
    match event.kind {
        Kind::Handler => {
            let Some((number, mask)) = event.text.split_once(' ') else { return };
            let Ok(number) = number.parse() else { return };
            let address = event.a.cast_unsigned();
            let handler = Handler {
                owner: owner(address),
                address,
                flags: event.b.cast_unsigned(),
                mask: u64::from_str_radix(mask, 16).unwrap_or(0),
            };
            footprint.handlers.insert(number, handler);
        }
        Kind::State => state(footprint, event),
        Kind::Step | Kind::Done | Kind::Event | Kind::Lane | Kind::Note | Kind::Value | Kind::Failed => {}
        Kind::Refused | Kind::Detail | Kind::Fact | Kind::Live | Kind::Mark | Kind::End => {}
    }
}

fn state(footprint: &mut Footprint, event: &Event) {
    let number = event.a.cast_unsigned();
    let (word, rest) = event.text.split_once(' ').unwrap_or((&event.text, ""));
    let (key, value) = match word {
        "mask" => {
            footprint.blocked = number;
            return;
        }
        "environment" => {
            let name = rest.split('=').next().unwrap_or(rest);
            footprint.environment.insert(name.to_owned(), number);
            return;
        }
        "locale" => match rest.split_once(' ') {
            Some((category, name)) => (category.to_owned(), name.to_owned()),
            None => return,
        },
        "altstack" => {
            footprint.signal_stack = number;
            return;
        }
        "mxcsr" => ("SSE control".to_owned(), sse(number)),
        "x87" => ("x87 control".to_owned(), x87(number)),
        "ITIMER_REAL" | "ITIMER_VIRTUAL" | "ITIMER_PROF" => {
            let value = match (number, event.b) {
                (_, 0) => "off".to_owned(),
                (0, _) => "once".to_owned(),
                (interval, _) => format!("every {interval} us"),
            };
            (word.to_owned(), value)
        }
        "death" => {
            let signal = event.a.try_into().ok().filter(|number| (1..=signal::LAST).contains(number));
            (event.text.clone(), signal.map_or_else(|| "none".to_owned(), signal::name))
        }
        _ => (event.text.clone(), number.to_string()),
    };
    footprint.facts.insert(key, value);
}

/// Exceptions by their bits, in MXCSR from bit 7 on and in the x87 control word from bit 0 on: masked where set.
const EXCEPTIONS: [&str; 6] = ["invalid", "denormal", "division by zero", "overflow", "underflow", "inexact"];
const ROUNDING: [&str; 4] = ["", "rounds down", "rounds up", "rounds to zero"];

/// The MXCSR register, as Intel's manual has it (volume 1, 10.2.3).
fn sse(control: u64) -> String {
    let mut words = traps(control >> 7);
    words.push(ROUNDING[(control >> 13 & 3) as usize].to_owned());
    for (bit, what) in [(15, "flushes results to zero"), (6, "takes denormals for zero")] {
        if control >> bit & 1 == 1 {
            words.push(what.to_owned());
        }
    }
    or_default(words)
}

/// The x87 control word, as Intel's manual has it (volume 1, 8.1.5).
fn x87(control: u64) -> String {
    let mut words = traps(control);
    words.push(ROUNDING[(control >> 10 & 3) as usize].to_owned());
    words.push(["single precision", "", "double precision", ""][(control >> 8 & 3) as usize].to_owned());
    or_default(words)
}

fn traps(masked: u64) -> Vec<String> {
    let open: Vec<&str> =
        (0..EXCEPTIONS.len()).filter(|bit| masked >> bit & 1 == 0).map(|bit| EXCEPTIONS[bit]).collect();
    if open.is_empty() { Vec::new() } else { vec![format!("traps on {}", open.join(", "))] }
}

fn or_default(mut words: Vec<String>) -> String {
    words.retain(|word| !word.is_empty());
    if words.is_empty() { "default".to_owned() } else { words.join("; ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fact(text: &str, a: i64, b: i64) -> (String, String) {
        let event = Event { lane: 1, runtime: 0, kind: Kind::State, text: text.to_owned(), a, b };
        let mut footprint = Footprint::default();
        add(&mut footprint, &event, |_| Owner::Nowhere);
        footprint.facts.pop_first().expect("it is a fact")
    }

    #[test]
    fn state_in_words() {
        for (text, a, b, key, value) in [
            ("mxcsr", 0x1f80, 0, "SSE control", "default"),
            ("mxcsr", 0x9fc0, 0, "SSE control", "flushes results to zero; takes denormals for zero"),
            ("mxcsr", 0x1900, 0, "SSE control", "traps on invalid, division by zero, overflow"),
            ("mxcsr", 0x5f80, 0, "SSE control", "rounds up"),
            ("x87", 0x037f, 0, "x87 control", "default"),
            ("x87", 0x0272, 0, "x87 control", "traps on invalid, division by zero, overflow; double precision"),
            ("locale LC_CTYPE C.UTF-8", 0, 0, "LC_CTYPE", "C.UTF-8"),
            ("ITIMER_PROF", 10_000, 1, "ITIMER_PROF", "every 10000 us"),
            ("ITIMER_REAL", 0, 1, "ITIMER_REAL", "once"),
            ("ITIMER_REAL", 0, 0, "ITIMER_REAL", "off"),
            ("death signal", 9, 0, "death signal", "SIGKILL"),
            ("death signal", 0, 0, "death signal", "none"),
            ("huge pages off", 1, 0, "huge pages off", "1"),
        ] {
            assert_eq!(fact(text, a, b), (key.to_owned(), value.to_owned()));
        }
    }

    #[test]
    fn handlers_have_owner_flags_and_mask() {
        let text = "23 0000000000400000".to_owned();
        let event = Event { lane: 1, runtime: 0, kind: Kind::Handler, text, a: 0x4000, b: 0x0800_0004 };
        let mut footprint = Footprint::default();
        add(&mut footprint, &event, |_| Owner::Library(0));
        let handler = Handler { owner: Owner::Library(0), address: 0x4000, flags: 0x0800_0004, mask: 0x40_0000 };
        assert_eq!(footprint.handlers.pop_first(), Some((23, handler)));
    }

    #[test]
    fn what_no_host_writes_is_passed_over() {
        for (kind, text) in [(Kind::Handler, "x"), (Kind::Handler, "x y"), (Kind::State, ""), (Kind::State, "locale")] {
            let event = Event { lane: 1, runtime: 0, kind, text: text.to_owned(), a: -1, b: -1 };
            add(&mut Footprint::default(), &event, |_| Owner::Nowhere);
        }
    }
}
