//! What the harness needs of the machine, whatever the runtimes.

use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::child::{Guard, cores};
use crate::compile::{ask, chosen};

/// Something that the harness needs of the machine.
#[derive(Debug, Serialize)]
pub struct Check {
    pub what: &'static str,
    pub good: bool,
    pub says: String,
}

/// All of them.
pub fn checks(guard: &mut Guard) -> Vec<Check> {
    let mut program = |what: &'static str, (name, found): (String, Option<PathBuf>), need: &str| {
        let says = match &found {
            None => format!("{name} is not on PATH; {need}"),
            Some(path) => match ask(guard, path, &["--version".to_owned()]) {
                Ok(said) => format!("{} at {}", said.lines().next().unwrap_or_default().trim(), path.display()),
                Err(error) => format!("{} does not say its version: {error}", path.display()),
            },
        };
        Check { what, good: found.is_some(), says }
    };
    vec![
        program("C compiler", chosen("CC", "cc"), "every host is built with it: apt-get install gcc"),
        program("C++ compiler", chosen("CXX", "c++"), "the runtime cpp is built with it: apt-get install g++"),
        randomised(),
        children_listed(),
        cores_left(),
    ]
}

/// Address space layout randomisation: without it, two runs of a cell are more alike than a user's two runs.
fn randomised() -> Check {
    let level = std::fs::read_to_string("/proc/sys/kernel/randomize_va_space").unwrap_or_default();
    let good = level.trim() == "2";
    let says = if good {
        "on".to_owned()
    } else {
        format!("level {}; wanted: sysctl kernel.randomize_va_space=2", level.trim())
    };
    Check { what: "ASLR", good, says }
}

/// Without cores, a crash that does not come again in a re-run is not explained. That is no reason to fail.
fn cores_left() -> Check {
    let says = match cores() {
        Ok(()) => "left in the folder of a cell that crashes, read and removed".to_owned(),
        Err(why) => format!("none, so that who crashed is known only of what crashes again: {why}"),
    };
    Check { what: "cores", good: true, says }
}

/// Without this file, processes that outlive a cell are not found.
fn children_listed() -> Check {
    let good = Path::new("/proc/thread-self/children").exists();
    let says = if good { "listed in /proc" } else { "/proc has no lists of children (CONFIG_PROC_CHILDREN)" };
    Check { what: "children", good, says: says.to_owned() }
}
