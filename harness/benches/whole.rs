//! Whole runs against bare processes, in pairs: `cargo bench --bench whole`. Prints each figure beside its limit and fails
//! if one is missed by more than the noise that the pairs themselves show.
#![allow(clippy::print_stdout, reason = "a benchmark's output is its purpose")]

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use coexist::catalog::{Catalog, Group};
use coexist::child::{GuardProgram, Interrupt};
use coexist::compile::{Places, Store, Toolbox, build};
use coexist::matrix::Filter;
use coexist::project::Project;
use coexist::run::Pool;
use coexist::suite::{Diagnose, Hangs, Options, Repeat, start};
use coexist::toolchain;

const EXECUTABLE: &str = env!("CARGO_BIN_EXE_coexist");
const FILTERS: [&str; 3] = ["callback", "reentry", "raise"];
/// Cells that stand at six marks or more.
const WITH_FOOTPRINTS: [&str; 1] = ["footprint"];
const PAIRS: usize = 5;

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let cache = std::env::var_os("COEXIST_CACHE").map(PathBuf::from);
    let project = Project::at(root, None, cache.as_deref()).expect("the package is a project");
    let commands = commands(&project, &FILTERS);
    let bare = compile_bare(root);
    let jobs = std::thread::available_parallelism().map_or(1, usize::from);
    let mut missed = 0;

    missed += against_bare(root, &bare, &commands, &FILTERS, 1.15);
    missed += against_bare(root, &bare, &self::commands(&project, &WITH_FOOTPRINTS), &WITH_FOOTPRINTS, 1.3);

    let mut first: Vec<f64> = (0..11).map(|_| coexist(root, &["callback/c"], 1, 1).as_secs_f64() * 1000.0).collect();
    missed += verdict("start to the end of the first cell, nothing to build", median(&mut first), 100.0, "ms");

    let small = commands.len();
    let mut per_cell = Vec::new();
    for wanted in [100usize, 1_000, 10_000] {
        let rounds = wanted.div_ceil(small);
        let time = coexist(root, &FILTERS, rounds, jobs).as_secs_f64();
        per_cell.push(time / (rounds * small) as f64);
        println!("{:6} cells: {time:.2} s, {:.3} ms a cell", rounds * small, time * 1000.0 / (rounds * small) as f64);
    }
    missed += verdict("growth: a cell of 10,000 against one of 1,000", per_cell[2] / per_cell[1], 1.15, "times");
    if missed > 0 {
        println!("{missed} limits missed");
        std::process::exit(1);
    }
}

/// 1,000 runs against the same processes without a harness, in pairs: 1 if that took more than `limit` times as long.
fn against_bare(root: &Path, bare: &Path, commands: &[String], filters: &[&str], limit: f64) -> usize {
    let jobs = std::thread::available_parallelism().map_or(1, usize::from);
    let rounds = 1000usize.div_ceil(commands.len());
    let mut ratios = Vec::new();
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for pair in 0..=PAIRS {
        let own = coexist(root, filters, rounds, jobs);
        let other = bare_run(bare, commands, rounds, jobs);
        // The first pair warms caches.
        if pair > 0 {
            ratios.push(own.as_secs_f64() / other.as_secs_f64());
            ours.push(own.as_secs_f64());
            theirs.push(other.as_secs_f64());
        }
    }
    let (cells, names) = (commands.len() * rounds, filters.join(", "));
    let (ours, theirs) = (median(&mut ours), median(&mut theirs));
    println!("warm run of {cells} cells of {names} at -j {jobs}: {ours:.3} s, bare {theirs:.3} s");
    println!("  all pairs: {}", ratios.iter().map(|ratio| format!("{ratio:.3}")).collect::<Vec<_>>().join(" "));
    verdict("  ratio to bare processes, median of pairs", median(&mut ratios), limit, "times")
}

fn verdict(what: &str, figure: f64, limit: f64, unit: &str) -> usize {
    let good = figure <= limit;
    println!("{what}: {figure:.3} {unit} (limit {limit} {unit}) {}", if good { "ok" } else { "MISSED" });
    usize::from(!good)
}

fn median(figures: &mut [f64]) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

/// The wall time of a run of the harness itself, start to end.
fn coexist(root: &Path, filters: &[&str], repeat: usize, jobs: usize) -> Duration {
    let begun = Instant::now();
    let status = Command::new(EXECUTABLE)
        .args(["run", "--group", "core", "--repeat", &repeat.to_string(), "-j", &jobs.to_string()])
        .args(filters)
        .current_dir(root)
        .stderr(Stdio::null())
        .status()
        .expect("the executable was built for this benchmark");
    assert!(status.success(), "the cells of this benchmark pass: {status}");
    begun.elapsed()
}

/// The same hosts with the same libraries, as command lines.
fn commands(project: &Project, filters: &[&str]) -> Vec<String> {
    let catalog = Catalog::read(project.root()).expect("the catalogue is good");
    let mut chosen = Filter::new(filters).expect("these are globs").cells(&catalog);
    chosen.retain(|cell| cell.groups().all(|group| group == Group::Core));
    let guard = GuardProgram::new(PathBuf::from(EXECUTABLE));
    let mut pool = Pool::start(1, &project.scratch(), &guard, Arc::new(Interrupt::default())).expect("a worker starts");
    let store = Store::open(project.store()).expect("the store opens");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let places = toolchain::Places::new(project.cache(), &path);
    let tools = Toolbox::look(catalog.runtimes.iter().map(|runtime| &runtime.tools), &places, &mut pool.first().guard);
    let places = Places { root: project.root(), store: &store };
    let artefacts = build(&catalog, &chosen, &places, &tools, &mut pool, &mut |_| {}).expect("the cells build");
    let options = Options {
        repeat: Repeat::Times(1),
        deadline: None,
        hangs: Hangs::InLine,
        stress: None,
        diagnose: Diagnose::Never,
    };
    let mut lines = Vec::new();
    for cell in &chosen {
        let started = start(cell, options, &artefacts).expect("run `coexist setup` first: every cell must build");
        let mut words = vec![cell.scenario.exit.to_string(), started.command[0].clone()];
        words.push(format!("--mode={}", started.mode));
        words.extend(started.libraries.iter().map(|(label, path)| format!("{label}={}", path.display())));
        lines.push(words.join("\t"));
    }
    lines
}

fn compile_bare(root: &Path) -> PathBuf {
    let target = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("bare");
    let status = Command::new("cc")
        .args(["-O2", "-Wall", "-Wextra", "-o"])
        .arg(&target)
        .arg(root.join("harness/benches/bare.c"))
        .status()
        .expect("there is a C compiler");
    assert!(status.success(), "bare.c compiles");
    target
}

fn bare_run(bare: &Path, commands: &[String], rounds: usize, jobs: usize) -> Duration {
    let begun = Instant::now();
    let mut child = Command::new(bare)
        .args([jobs.to_string(), rounds.to_string()])
        .stdin(Stdio::piped())
        .spawn()
        .expect("it was compiled just now");
    let text = commands.join("\n") + "\n";
    child.stdin.take().expect("it is piped").write_all(text.as_bytes()).expect("it reads all of it");
    let status = child.wait().expect("it ends");
    assert!(status.success(), "bare processes end as the scenarios say");
    begun.elapsed()
}
