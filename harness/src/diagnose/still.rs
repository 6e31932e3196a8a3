//! Threads that stand still: first what has to be read while they do, then the names for it.

use super::ptrace::Registers;
use super::space::{Place, Space};
use super::waits::{self, At, Known};
use super::{Signals, Thread, blocked};
use crate::signal;

/// One thread, as the kernel describes it.
#[derive(Debug)]
pub struct Still {
    /// Its id.
    pub id: i32,
    /// Its name; nothing where that is not known.
    pub name: String,
    pub registers: Registers,
    /// Signals that it has blocked, and those that were sent to it and wait: bit n-1 for signal n.
    pub masked: u64,
    pub pending: u64,
}

impl Still {
    /// A thread of a process that lives.
    pub fn live(process: i32, id: i32, registers: Registers) -> Self {
        let status = Status::of(process, id);
        Self { id, name: status.name(), registers, masked: status.mask("SigBlk:"), pending: status.mask("SigPnd:") }
    }
}

/// The same with its calls.
#[derive(Debug)]
pub struct Standing {
    still: Still,
    at: Option<At>,
    /// Innermost first.
    pub places: Vec<Place>,
}

impl Standing {
    /// Follows the stack of a thread; `process` is its id if it lives.
    pub fn read(space: &mut Space, still: Still, process: Option<i32>) -> Self {
        let places = space.stack(&still.registers);
        Self { at: waits::at(space, &still.registers, process), places, still }
    }

    /// With names. `main` is the id of the process.
    pub fn named(self, space: &mut Space, main: i32, known: &Known) -> Thread {
        let frames: Vec<_> = self.places.into_iter().map(|place| space.frame(place)).collect();
        let waits_for = self.at.and_then(|at| waits::name(at, self.still.id, &frames, known));
        Thread {
            id: self.still.id,
            name: self.still.name,
            main: self.still.id == main,
            blocked: blocked::call(&self.still.registers),
            waits_for,
            masked: signal::of_mask(self.still.masked),
            pending: signal::of_mask(self.still.pending),
            frames,
        }
    }
}

/// /proc/PID/task/TID/status
struct Status(String);

impl Status {
    fn of(process: i32, thread: i32) -> Self {
        Self(std::fs::read_to_string(format!("/proc/{process}/task/{thread}/status")).unwrap_or_default())
    }

    fn field(&self, name: &str) -> Option<&str> {
        self.0.lines().find_map(|line| line.strip_prefix(name)).map(str::trim)
    }

    fn name(&self) -> String {
        self.field("Name:").unwrap_or_default().to_owned()
    }

    fn mask(&self, name: &str) -> u64 {
        self.field(name).and_then(|text| u64::from_str_radix(text, 16).ok()).unwrap_or(0)
    }
}

impl Signals {
    /// Of a process that lives.
    pub fn of(process: i32) -> Self {
        let status = Status::of(process, process);
        Self { handled: signal::of_mask(status.mask("SigCgt:")), pending: signal::of_mask(status.mask("ShdPnd:")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_read() {
        let status = Status("Name:\tworker\nSigPnd:\t0000000000000200\nShdPnd:\t0000000000004000\n".to_owned());
        assert_eq!(
            (status.name().as_str(), status.mask("SigPnd:"), status.mask("SigBlk:")),
            ("worker", 0x200, 0),
            "what is not there is nothing"
        );
    }
}
