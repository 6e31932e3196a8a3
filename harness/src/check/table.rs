//! What the probe found out about a built library, kept beside it.

use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::probe::{PROBE_COMMAND, Table};
use crate::child::{ChildError, Exit, Guard, Job, Limits, Unwatched};

/// The file's name, in the folder of the library.
pub const FILE: &str = "table.json";

/// Loading a library may hang; whoever waits for it here waits for a report, not for a verdict.
const LIMITS: Limits =
    Limits { deadline: Duration::from_secs(5), stdout: 1 << 16, stderr: 1 << 16, memory: 4 << 30, processes: 64 };

/// The library's table, or what came instead of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Probed {
    /// It was loaded and has one.
    Table(Table),
    /// It was not loaded, or has none, in words.
    Nothing(String),
}

/// Loads a library in a child of its own and reads its table.
///
/// # Errors
/// When the child cannot be started; never for what the library does to it.
pub fn probe(guard: &mut Guard, library: &Path, id: &str) -> Result<Probed, ChildError> {
    let program = guard.executable().to_owned();
    let folder = guard.scratch().to_owned();
    let args = [PROBE_COMMAND.to_owned(), library.display().to_string(), id.to_owned()];
    let job = Job { program: &program, args: &args, env: &[], folder: &folder, hand_over: &[], limits: LIMITS };
    let ended = guard.run(&job, &mut Unwatched)?;
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    Ok(match (ended.stop, ended.exit) {
        (Some(_), _) => Probed::Nothing("loading it did not end, or wrote without end".to_owned()),
        (None, Exit::Signal(signal)) => Probed::Nothing(format!("loading it ended in signal {signal}")),
        // What constructors print comes before the table.
        (None, Exit::Code(0)) => match said(&ended.stdout).lines().last().map(serde_json::from_str) {
            Some(Ok(table)) => Probed::Table(table),
            Some(Err(_)) | None => Probed::Nothing("loading it ended the process".to_owned()),
        },
        (None, Exit::Code(_)) => Probed::Nothing(said(&ended.stderr)),
    })
}

/// What was found out about a library when it was built.
#[must_use]
pub fn kept(folder: &Path) -> Option<Probed> {
    serde_json::from_slice(&std::fs::read(folder.join(FILE)).ok()?).ok()
}
