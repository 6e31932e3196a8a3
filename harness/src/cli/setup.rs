//! `coexist setup`: install what the runtimes' builds need, after saying what and how large.

use std::cell::RefCell;
use std::sync::Arc;

use clap::Args;

use super::{ExitStatus, Stopped, ui};
use crate::catalog::{Catalog, Group, Runtime, Tools, closest};
use crate::child::Interrupt;
use crate::compile::ask;
use crate::project::Project;
use crate::toolchain::{Machine, Plan, Progress, SetupError};

/// Which groups of runtimes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Groups {
    All,
    One(Group),
}

impl Groups {
    /// Whether one of several words means a group.
    pub fn mean(words: &[Self], group: Group) -> bool {
        words.iter().any(|word| match word {
            Self::All => true,
            Self::One(one) => *one == group,
        })
    }
}

impl std::str::FromStr for Groups {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "all" => Ok(Self::All),
            "core" => Ok(Self::One(Group::Core)),
            "compiled" => Ok(Self::One(Group::Compiled)),
            "vm" => Ok(Self::One(Group::Vm)),
            _ => Err("there are core, compiled, vm and all".to_owned()),
        }
    }
}

#[derive(Debug, Args)]
pub struct Arguments {
    /// For which runtimes: go, go@1.21; without any, for those of --group
    runtimes: Vec<String>,
    /// For the runtimes and VMs of these groups: core, compiled, vm, all
    #[arg(long, value_name = "GROUP,…", value_delimiter = ',', default_value = "core", conflicts_with = "runtimes")]
    group: Vec<Groups>,
    /// Only say what would be done
    #[arg(long)]
    dry_run: bool,
}

pub fn main(own: &Arguments, project: &Project) -> Result<ExitStatus, Stopped> {
    let catalog = super::catalog(project)?;
    let tools: Vec<&Tools> = if own.runtimes.is_empty() {
        let wanted = |group| Groups::mean(&own.group, group);
        let runtimes = catalog.runtimes.iter().filter(|runtime| wanted(runtime.group)).map(|runtime| &runtime.tools);
        runtimes.chain(catalog.vms.iter().filter(|vm| wanted(vm.group)).map(|vm| &vm.tools)).collect()
    } else {
        named(&own.runtimes, &catalog)?.into_iter().map(|runtime| &runtime.tools).collect()
    };
    if own.dry_run {
        tell(&plan(project, tools)?);
        return Ok(ExitStatus::Good);
    }
    match install(project, tools)? {
        None => Ok(ExitStatus::Good),
        Some(missing) => Err(missing),
    }
}

/// The runtimes of some names; a sample's name means all of its variants.
pub fn named<'c>(names: &[String], catalog: &'c Catalog) -> Result<Vec<&'c Runtime>, Stopped> {
    let mut chosen = Vec::new();
    for name in names {
        let exact = name.parse().ok().and_then(|id| catalog.runtime(&id)).filter(|_| name.contains('@'));
        let variants = catalog.runtimes.iter().filter(|runtime| *runtime.id.name == **name);
        let found: Vec<&Runtime> = exact.map_or_else(|| variants.collect(), |runtime| vec![runtime]);
        if found.is_empty() {
            let ids: Vec<String> = catalog.runtimes.iter().map(|runtime| runtime.id.to_string()).collect();
            let help = match closest(name, ids.iter().map(String::as_str)) {
                Some(near) => format!("did you mean {near}? All runtimes: coexist list runtimes"),
                None => "all runtimes: coexist list runtimes".to_owned(),
            };
            return Err(Stopped::NothingSelected { message: format!("there is no runtime {name}"), help });
        }
        chosen.extend(found);
    }
    Ok(chosen)
}

fn plan<'a>(project: &Project, tools: impl IntoIterator<Item = &'a Tools>) -> Result<Plan, Stopped> {
    let mut pool = super::pool(project, 1, &Arc::new(Interrupt::default()))?;
    let guard = RefCell::new(&mut pool.first().guard);
    let places = super::tool_places(project);
    let ask = |program: &std::path::Path, args: &[String]| ask(&mut guard.borrow_mut(), program, args);
    Ok(Plan::new(tools, &places, &ask))
}

fn tell(plan: &Plan) {
    for line in plan.describe() {
        ui::say(&format!("{line}\n"));
    }
    if plan.is_done() {
        ui::say("nothing to install\n");
    } else {
        ui::say(&format!("to install: {} MB on disk\n", plan.megabytes()));
    }
}

/// Says what is missing and installs it. Afterwards all is there that can be had; `Some` if that is not all.
pub fn install<'a>(project: &Project, tools: impl IntoIterator<Item = &'a Tools>) -> Result<Option<Stopped>, Stopped> {
    let plan = plan(project, tools)?;
    tell(&plan);
    let installed = plan.run(&super::tool_places(project), &Machine::here(), &mut |progress| match progress {
        Progress::Installing(what) => ui::say(&format!("installing {what}\n")),
        Progress::Done(_) => {}
    });
    let errors: Vec<&Arc<SetupError>> = installed.iter().filter_map(|one| one.result.as_ref().err()).collect();
    let mut told: Vec<&Arc<SetupError>> = Vec::new();
    for error in &errors {
        // One that keeps several away is shown once.
        if !told.iter().any(|other| Arc::ptr_eq(other, error)) {
            ui::error(&***error);
            told.push(error);
        }
    }
    let failed = match errors.len() {
        0 => None,
        failed => Some(format!("{failed} of {} could not be installed", installed.len())),
    };
    let left = match plan.by_hand.len() {
        0 => None,
        1 => Some("one tool is left to be installed by hand".to_owned()),
        left => Some(format!("{left} tools are left to be installed by hand")),
    };
    let said: Vec<String> = failed.into_iter().chain(left).collect();
    let missing = || Stopped::Setup {
        message: said.join("; "),
        help: "what each one needs stands above, and in: coexist doctor".to_owned(),
    };
    Ok((!said.is_empty()).then(missing))
}
