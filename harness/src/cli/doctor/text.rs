//! How doctor reads: a line for each runtime, or all that is known of a few.

use std::fmt::Write;
use std::path::Path;

use super::report::{FailureReport, Report, RuntimeReport, State, ToolReport};
use crate::catalog::{Entry, Group};
use crate::check::table::Probed;

/// Lines of a log that are shown.
const LINES: usize = 12;

/// One line for each runtime, by groups.
pub fn in_lines(report: &Report) -> String {
    let mut out = machine(report);
    let width = report.runtimes.iter().map(|runtime| runtime.id.len()).max().unwrap_or(0).max(12);
    for group in [Group::Core, Group::Compiled, Group::Vm] {
        let own: Vec<&RuntimeReport> = report.runtimes.iter().filter(|runtime| runtime.group == group).collect();
        if own.is_empty() {
            continue;
        }
        let _ = writeln!(out, "\n{group}");
        for runtime in own {
            let _ = writeln!(out, "  {:width$}  {:8} {}", runtime.id, state(runtime.state), line(runtime));
        }
    }
    if !report.vms.is_empty() {
        out.push_str("\nprograms that hosts run in\n");
    }
    for vm in &report.vms {
        let state = if vm.usable { "ready" } else { "missing" };
        let says = tools(vm.tools.iter(), vm.megabytes);
        let _ = writeln!(out, "  {:width$}  {state:8} {says}", format!("{} hosts", vm.name));
    }
    out
}

/// The machine, and all that is known of each runtime.
pub fn whole(report: &Report) -> String {
    format!("{}\n{}", machine(report), in_detail(report))
}

/// All that is known of each runtime.
pub fn in_detail(report: &Report) -> String {
    let mut out = String::new();
    for runtime in &report.runtimes {
        let variant = runtime.variant.as_ref().map(|variant| format!(", variant {variant}")).unwrap_or_default();
        let (id, state) = (&runtime.id, state(runtime.state));
        let gap = if out.is_empty() { "" } else { "\n" };
        let _ = writeln!(out, "{gap}{id}  {state}   (group {}{variant})", runtime.group);
        let mut fact = |name: &str, says: &str| {
            let _ = writeln!(out, "  {name:12} {says}");
        };
        fact("about", &runtime.about);
        if runtime.tools.is_empty() {
            fact("tools", "the C and C++ compilers");
        }
        for (name, tool) in &runtime.tools {
            match (&tool.version, &tool.program) {
                (Some(version), Some(program)) => fact(name, &format!("{version} at {program}")),
                (Some(_) | None, _) => fact(name, &tool.says),
            }
            for other in &tool.passed_over {
                fact("", &format!("passed over: {other}"));
            }
        }
        if runtime.megabytes > 0 {
            fact("to install", &format!("{} MB", runtime.megabytes));
        }
        fact("offers", &names(runtime.offers.iter()));
        for (entry, why) in &runtime.absent {
            fact("without", &format!("{entry}: {why}"));
        }
        fact("library", &library(runtime));
        if let Some(failure) = &runtime.failure {
            fact("failed step", &failure.step);
            for line in last_lines(failure) {
                fact("", line);
            }
            fact("what to do", &failure.next);
        }
    }
    out
}

fn machine(report: &Report) -> String {
    let mut out = format!("platform      {}\n", report.platform);
    for check in &report.machine {
        let _ = writeln!(out, "{:13} {}", check.what, check.says);
    }
    out
}

fn state(state: State) -> &'static str {
    match state {
        State::Built => "built",
        State::Ready => "ready",
        State::Broken => "broken",
        State::Missing => "missing",
    }
}

/// What one has to know: what is missing, or else versions and entries.
fn line(runtime: &RuntimeReport) -> String {
    if let Some(failure) = &runtime.failure {
        return format!("does not build: {}; {}", last_word(failure), failure.next);
    }
    let tools = if runtime.tools.is_empty() {
        "the C and C++ compilers".to_owned()
    } else {
        tools(runtime.tools.iter(), runtime.megabytes)
    };
    let trouble = match (runtime.state, table_trouble(runtime)) {
        (State::Built, Some(trouble)) => format!("; {trouble}"),
        (State::Built | State::Ready | State::Broken | State::Missing, _) => String::new(),
    };
    if runtime.state == State::Missing {
        return tools;
    }
    let absent = match runtime.absent.len() {
        0 => "all entries".to_owned(),
        _ => format!("without {}", names(runtime.absent.keys())),
    };
    format!("{tools}{trouble}; {absent}")
}

/// Missing ones only, if some are.
fn tools<'a>(all: impl Iterator<Item = (&'a String, &'a ToolReport)> + Clone, megabytes: u32) -> String {
    let missing: Vec<String> =
        all.clone().filter(|(_, tool)| !tool.found).map(|(name, tool)| format!("{name}: {}", tool.says)).collect();
    if missing.is_empty() {
        return all.map(|(name, tool)| found(name, tool)).collect::<Vec<_>>().join(", ");
    }
    // How to get it mostly says how large it is.
    let says_size = megabytes == 0 || missing.iter().any(|says| says.contains(&format!("({megabytes} MB)")));
    let size = if says_size { String::new() } else { format!("; {megabytes} MB") };
    format!("{}{size}", missing.join("; "))
}

/// `libtcl 8.6.13 (pkg-config)`: by the program that said so, if it has another name.
fn found(name: &str, tool: &ToolReport) -> String {
    let version = tool.version.as_deref().unwrap_or_default();
    let file = tool.program.as_deref().map(Path::new).and_then(Path::file_name).map(|file| file.to_string_lossy());
    match file {
        Some(file) if file != name => format!("{name} {version} ({file})"),
        Some(_) | None => format!("{name} {version}"),
    }
}

fn names<'a>(entries: impl Iterator<Item = &'a Entry>) -> String {
    entries.map(|entry| entry.name()).collect::<Vec<_>>().join(" ")
}

/// What the built library says, against the manifest.
fn library(runtime: &RuntimeReport) -> String {
    match (&runtime.library, table_trouble(runtime)) {
        (None, _) => "not built yet".to_owned(),
        (Some(_), Some(trouble)) => format!("built; {trouble}"),
        (Some(_), None) => format!("built; offers {} of {} entries", runtime.offers.len(), Entry::ALL.len()),
    }
}

fn table_trouble(runtime: &RuntimeReport) -> Option<String> {
    match runtime.library.as_ref()? {
        Probed::Nothing(why) => Some(why.clone()),
        Probed::Table(table) => {
            let differs = |entry: &&Entry| table.offers.contains(entry) == runtime.absent.contains_key(entry);
            let entry = Entry::ALL.iter().find(differs)?;
            Some(format!("{entry} is not as the manifest says"))
        }
    }
}

/// The first line that names a trouble, or else the last one.
fn last_word(failure: &FailureReport) -> &str {
    const WORDS: [&str; 6] =
        ["cannot find", "not found", "No such file", "error while loading", "undefined reference", "error:"];
    let lines = || failure.log.lines().map(str::trim).filter(|line| !line.is_empty());
    let telling = WORDS.iter().find_map(|word| lines().find(|line| line.contains(word)));
    telling.or_else(|| lines().next_back()).unwrap_or(&failure.step)
}

fn last_lines(failure: &FailureReport) -> Vec<&str> {
    let lines: Vec<&str> = failure.log.lines().collect();
    lines[lines.len().saturating_sub(LINES)..].to_vec()
}
