//! What the store has of runtimes as they would be built now. Builds nothing.

use super::inputs::Inputs;
use super::library::LibraryJob;
use super::{Artefact, Artefacts, CompileError, Failure, Places, Toolbox};
use crate::catalog::{PLAIN, Runtime};

/// For each runtime its plain library, if the store has it as it would be built now.
///
/// # Errors
/// When a file of the project cannot be read.
pub fn in_store(
    runtimes: &[Runtime],
    places: &Places<'_>,
    tools: &Toolbox,
) -> Result<Vec<Option<Artefact>>, CompileError> {
    each_plain(runtimes, places, tools, |job| places.store.get(&job.key, &job.file))
}

/// For each runtime what went wrong when its plain library was last built, if it would be built the same way now.
///
/// # Errors
/// When a file of the project cannot be read.
pub fn last_failures(
    runtimes: &[Runtime],
    places: &Places<'_>,
    tools: &Toolbox,
) -> Result<Vec<Option<Failure>>, CompileError> {
    each_plain(runtimes, places, tools, |job| places.store.failure(&job.key))
}

fn each_plain<T>(
    runtimes: &[Runtime],
    places: &Places<'_>,
    tools: &Toolbox,
    look: impl Fn(&LibraryJob) -> Option<T>,
) -> Result<Vec<Option<T>>, CompileError> {
    let inputs = Inputs::read(places.root)?;
    let none = Artefacts::default();
    let find = |runtime| {
        let planned = LibraryJob::plan(runtime, PLAIN, &inputs, tools, &none, places)?;
        Ok(planned.ok().and_then(|job| look(&job)))
    };
    runtimes.iter().map(find).collect()
}
