//! What the probe found out about a built library, kept beside it.

use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::linkage::Linkage;
use super::probe::{PROBE_COMMAND, Said, Table};
use crate::child::{ChildError, Core, Exit, Guard, Job, Limits, Stdout, Unwatched};

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

/// Loads a library and a copy of it in a child of its own, and reads its table and what each load mapped.
///
/// # Errors
/// When the child cannot be started; never for what the library does to it.
pub fn probe(guard: &mut Guard, id: &str, library: &Path, copy: &Path) -> Result<(Probed, Linkage), ChildError> {
    let program = guard.executable().to_owned();
    let folder = guard.scratch().to_owned();
    let report = folder.join("probe.jsonl");
    let paths = [library, copy, &report].map(|path| path.display().to_string());
    let args: Vec<String> = [PROBE_COMMAND.to_owned(), id.to_owned()].into_iter().chain(paths).collect();
    let job = Job {
        program: &program,
        args: &args,
        env: &[],
        folder: &folder,
        stdout: Stdout::Pipe,
        hand_over: &[],
        limits: LIMITS,
        core: Core::None,
    };
    let ended = guard.run(&job, &mut Unwatched)?;
    let text = std::fs::read_to_string(&report).unwrap_or_default();
    let _ = std::fs::remove_file(&report);
    let end = match (ended.stop, ended.exit) {
        (Some(_), _) => "loading it did not end, or wrote without end".to_owned(),
        (None, Exit::Signal(signal)) => format!("loading it ended in signal {signal}"),
        (None, Exit::Code(_)) => "loading it ended the process".to_owned(),
    };
    Ok(understand(&text, &end, library))
}

/// What the lines of a report say; `end` says why a line is missing.
fn understand(report: &str, end: &str, library: &Path) -> (Probed, Linkage) {
    let mut table = None;
    let mut first = Vec::new();
    let mut second = None;
    for said in report.lines().filter_map(|line| serde_json::from_str(line).ok()) {
        match said {
            Said::Table(found) => table = Some(Probed::Table(found)),
            Said::First(files) => first = files,
            Said::Second(files) => second = Some(Ok(files)),
            Said::Nothing(why) if table.is_none() => table = Some(Probed::Nothing(why)),
            Said::Nothing(why) => second = Some(Err(why)),
        }
    }
    let missing = || end.to_owned();
    let table = table.unwrap_or_else(|| Probed::Nothing(missing()));
    (table, Linkage::new(library, &first, second.unwrap_or_else(|| Err(missing()))))
}

/// What was found out about a library when it was built.
#[must_use]
pub fn kept(folder: &Path) -> Option<Probed> {
    serde_json::from_slice(&std::fs::read(folder.join(FILE)).ok()?).ok()
}
