//! `coexist doctor`: what is here, what is missing and how to get it. Installs and changes nothing.

mod machine;
mod report;
mod text;

use std::sync::Arc;

use clap::Args;

use super::{ExitStatus, Stopped, setup, ui};
use crate::catalog::{Group, Runtime};
use crate::child::Interrupt;
use crate::compile::{self, Store, Toolbox};
use crate::project::Project;
use crate::suite::SuiteError;
use crate::toolchain::{Machine, Obstacles};
use report::{Kept, Report, RuntimeReport, SCHEMA, VmReport};

#[derive(Debug, Args)]
pub struct Arguments {
    /// Only these runtimes, in detail: go, go@1.21
    runtimes: Vec<String>,
    /// All in detail: paths, what each entry is absent for, the log of a build that failed
    #[arg(short, long)]
    verbose: bool,
    /// Print JSON on stdout
    #[arg(long)]
    json: bool,
}

pub fn main(own: &Arguments, project: &Project) -> Result<ExitStatus, Stopped> {
    let catalog = super::catalog(project)?;
    let runtimes: Vec<Runtime> = if own.runtimes.is_empty() {
        catalog.runtimes.clone()
    } else {
        setup::named(&own.runtimes, &catalog)?.into_iter().cloned().collect()
    };
    let vms = if own.runtimes.is_empty() { &catalog.vms[..] } else { &[] };
    let mut pool = super::pool(project, 1, &Arc::new(Interrupt::default()))?;
    let guard = &mut pool.first().guard;
    let places = super::tool_places(project);
    let tables = runtimes.iter().map(|runtime| &runtime.tools).chain(vms.iter().map(|vm| &vm.tools));
    let tools = Toolbox::look(tables, &places, guard);
    let store = Store::open(project.store()).map_err(SuiteError::from)?;
    let folders = compile::Places { root: project.root(), store: &store };
    let built = compile::in_store(&runtimes, &folders, &tools).map_err(SuiteError::from)?;
    let failed = compile::last_failures(&runtimes, &folders, &tools).map_err(SuiteError::from)?;
    let kept = built.into_iter().zip(failed).map(|(built, failed)| Kept { built, failed });

    let here = Machine::here();
    let obstacles = Obstacles::new(&places, &here);
    let look = |(runtime, kept)| RuntimeReport::new(runtime, kept, &tools, &obstacles, &places);
    let report = Report {
        schema: SCHEMA,
        platform: env!("COEXIST_TARGET"),
        machine: machine::checks(guard),
        runtimes: runtimes.iter().zip(kept).map(look).collect(),
        vms: vms.iter().map(|vm| VmReport::new(vm, &tools, &obstacles)).collect(),
    };
    if own.json {
        ui::data(&report);
    } else if !own.runtimes.is_empty() {
        ui::answer(&text::in_detail(&report));
    } else if own.verbose {
        ui::answer(&text::whole(&report));
    } else {
        ui::answer(&text::in_lines(&report));
    }
    Ok(status(own, &report))
}

/// Whoever names runtimes asks for these; else the groups other than core are nobody's duty.
fn status(own: &Arguments, report: &Report) -> ExitStatus {
    let is_asked_for = |group| !own.runtimes.is_empty() || group == Group::Core;
    let runtimes = report.runtimes.iter().map(|runtime| (runtime.group, runtime.usable));
    let vms = report.vms.iter().map(|vm| (vm.group, vm.usable));
    let usable = runtimes.chain(vms).all(|(group, usable)| usable || !is_asked_for(group));
    let good = usable && report.machine.iter().all(|check| check.good);
    if good { ExitStatus::Good } else { ExitStatus::Setup }
}
