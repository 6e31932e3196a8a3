//! What a measured run shows of its own failure.

use std::path::Path;
use std::time::SystemTime;

use super::{Seen, Source, core, hang};
use crate::child::{Core, cores};
use crate::run::Witness;

/// Which failures of a run are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Failures {
    /// A hang: the process stands still for a moment at its deadline.
    pub hang: bool,
    /// A process that the host has started and waits for hangs: all of them stand still for a moment.
    pub child: bool,
    /// A crash: the kernel writes a core, which takes as long as memory is to be written.
    pub crash: bool,
}

/// Looks at one run.
#[derive(Debug)]
pub struct Eyes {
    wanted: Failures,
    begun: SystemTime,
    /// The deadline has passed.
    is_late: bool,
    /// Where everybody was, if the run failed and was looked at; or why that is not known.
    pub seen: Option<(Source, Result<Seen, String>)>,
}

impl Eyes {
    /// For a run that begins now.
    #[must_use]
    pub fn new(wanted: Failures) -> Self {
        Self { wanted, begun: SystemTime::now(), is_late: false, seen: None }
    }
}

impl Witness for Eyes {
    fn core(&self) -> Core {
        if self.wanted.crash { Core::Memory } else { Core::None }
    }

    fn overdue(&mut self, processes: &[i32]) {
        self.is_late = true;
        if self.wanted.hang {
            self.seen = Some((Source::ThisRun, hang::look(processes)));
        }
    }

    fn child_hangs(&mut self, processes: &[i32]) {
        if self.wanted.child && self.seen.is_none() {
            self.seen = Some((Source::ThisRun, hang::look(processes)));
        }
    }

    fn over(&mut self, crashed: Option<i32>, folder: &Path) {
        // A process that was told to write down its stacks at its deadline may crash over that: the hang counts.
        let is_wanted = if crashed.is_some() {
            self.wanted.crash && !self.is_late
        } else {
            self.wanted.child && self.seen.is_none()
        };
        match crashed {
            // Where the kernel gives cores to a program, it says of every crash that there is one.
            Some(main) if is_wanted && cores().is_ok() => {
                self.seen = Some((Source::Core, core::take(main, folder, self.begun)));
            }
            None if is_wanted => self.seen = core::any(folder).map(|seen| (Source::ChildCore, Ok(seen))),
            Some(_) | None => {}
        }
    }
}
