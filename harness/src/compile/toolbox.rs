//! The programs that this run's builds may call: looked for once, before anything is built.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::catalog::{Runtime, Tool, Tools};
use crate::child::{Core, Exit, Guard, Job, Limits, Stdout, Unwatched};
use crate::toolchain::{Fingerprint, Found, NotFound, Places, find};

/// What a program may take to print its version.
const LIMITS: Limits =
    Limits { deadline: Duration::from_mins(1), stdout: 1 << 16, stderr: 1 << 16, memory: 4 << 30, processes: 64 };

/// Tools by their manifests' words, found or not.
#[derive(Debug, Default)]
pub struct Toolbox {
    found: BTreeMap<String, Result<Found, NotFound>>,
}

impl Toolbox {
    /// Looks for the tools of some runtimes and VMs.
    pub fn look<'a>(tools: impl IntoIterator<Item = &'a Tools>, places: &Places, guard: &mut Guard) -> Self {
        let guard = RefCell::new(guard);
        let mut found = BTreeMap::new();
        for (name, tool) in tools.into_iter().flatten() {
            found.entry(key(name, tool)).or_insert_with(|| {
                find(tool, name, places, &|program, args| ask(&mut guard.borrow_mut(), program, args))
            });
        }
        Self { found }
    }

    /// The versions of a runtime's tools as they say them, each once, if all are here; `None` too where there are no tools.
    #[must_use]
    pub fn version(&self, runtime: &Runtime) -> Option<String> {
        let versions = runtime.tools.iter().map(|(name, tool)| {
            let (_, fingerprint) = self.find(name, tool).ok()?;
            fingerprint.0.split(' ').next().map(str::to_owned)
        });
        let versions: Option<BTreeSet<String>> = versions.collect();
        let versions = versions.filter(|versions| !versions.is_empty())?;
        Some(versions.into_iter().collect::<Vec<_>>().join(" "))
    }

    /// The program's path and a text that changes when it does; or why there is none.
    pub(super) fn find(&self, name: &str, tool: &Tool) -> Result<(PathBuf, Fingerprint), String> {
        match self.get(name, tool) {
            Some(Ok(found)) => Ok((found.program.clone(), found.fingerprint.clone())),
            Some(Err(not_found)) => Err(not_found.to_string()),
            None => Err(format!("{name} was not looked for")),
        }
    }

    /// What came of looking for it; `None` if nobody did.
    #[must_use]
    pub fn get(&self, name: &str, tool: &Tool) -> Option<&Result<Found, NotFound>> {
        self.found.get(&key(name, tool))
    }
}

fn key(name: &str, tool: &Tool) -> String {
    format!("{name} {tool:?}")
}

/// Starts a program through a guard and returns what it printed.
///
/// # Errors
/// When it does not start, or does not end with 0 in time.
pub fn ask(guard: &mut Guard, program: &Path, args: &[String]) -> io::Result<String> {
    let folder = guard.scratch().to_owned();
    let env = super::library::own_environment(guard);
    let job = Job {
        program,
        args,
        env: &env,
        folder: &folder,
        stdout: Stdout::Pipe,
        hand_over: &[],
        limits: LIMITS,
        core: Core::None,
    };
    let ended = guard.run(&job, &mut Unwatched).map_err(io::Error::other)?;
    let said = String::from_utf8_lossy(&[ended.stdout, ended.stderr].concat()).into_owned();
    match (ended.stop, ended.exit) {
        (None, Exit::Code(0)) => Ok(said),
        (None, Exit::Code(code)) => Err(io::Error::other(format!("exit status {code}: {}", said.trim()))),
        (None, Exit::Signal(signal)) => Err(io::Error::other(format!("signal {signal}: {}", said.trim()))),
        (Some(stop), _) => Err(io::Error::other(format!("stopped: {stop:?}"))),
    }
}
