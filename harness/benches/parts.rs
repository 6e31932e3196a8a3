//! What parts of the harness cost: planning, decoding, and an event and a mark as a host pays for them. `cargo bench --bench parts`.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};

use coexist::catalog::Catalog;
use coexist::child::{GuardProgram, Interrupt, Stdout};
use coexist::matrix::cells;
use coexist::run::{Pool, Preload, Start, Unwitnessed, observe};
use coexist::trace::{Kind, decode, render, wire};

/// Limit: 50 ms for 10,000 cells. 100 runtimes in one scenario of pairs.
fn planning(criterion: &mut Criterion) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut catalog = Catalog::read(root).expect("the catalogue is good");
    catalog.scenarios.retain(|scenario| scenario.name == "two-callbacks");
    let scenario = &mut catalog.scenarios[0];
    scenario.also.clear();
    (scenario.fewest, scenario.most) = (2, 2);
    let model = catalog.runtimes[0].clone();
    catalog.runtimes = (0..100)
        .map(|number| {
            let mut runtime = model.clone();
            runtime.id.name = format!("r{number}").into();
            runtime
        })
        .collect();
    assert_eq!(cells(&catalog).len(), 10_000);
    criterion.bench_function("plan 10,000 cells (limit 50 ms)", |bencher| bencher.iter(|| cells(&catalog).len()));
}

fn decoding(criterion: &mut Criterion) {
    let nonce = 7;
    let mut header = wire::header(nonce).to_vec();
    header[32..40].copy_from_slice(&100u64.to_le_bytes());
    let mut records = Vec::new();
    for index in 0..100u64 {
        let mut record = vec![0; wire::RECORD_SIZE];
        (record[16], record[18]) = (1, if index == 0 { 4 } else { 5 });
        let check = wire::check(nonce, index + 1, &record[16..]);
        record[..8].copy_from_slice(&(index + 1).to_le_bytes());
        record[8..16].copy_from_slice(&check.to_le_bytes());
        records.extend(record);
    }
    criterion.bench_function("decode and render 100 events", |bencher| {
        bencher.iter(|| render(&decode(&header, &records, nonce), &[]).len());
    });
}

/// Limit: 200 ns each. The host times them together, in trace memory that its worker used before.
fn event(criterion: &mut Criterion) {
    timed_by_host(criterion, "1,000 events in a host (limit 200 us)", "event");
}

/// Limit: 500 us each, in a process with ten threads and two hundred mappings.
fn mark(criterion: &mut Criterion) {
    timed_by_host(criterion, "100 marks with their footprints (limit 50 ms)", "mark");
}

fn timed_by_host(criterion: &mut Criterion, title: &str, name: &str) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let host = compile(root, name);
    let scratch = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("scratch-{name}"));
    let guard = GuardProgram::new(PathBuf::from(env!("CARGO_BIN_EXE_coexist")));
    let mut pool = Pool::start(1, &scratch, &guard, Arc::new(Interrupt::default())).expect("a worker starts");
    let command = vec![host.display().to_string()];
    let start = Start {
        command,
        mode: "dlopen".to_owned(),
        libraries: Vec::new(),
        stdout: Stdout::Pipe,
        preload: Preload::No,
        deadline: Duration::from_secs(10),
        stress: None,
    };
    criterion.bench_function(title, |bencher| {
        bencher.iter_custom(|count| {
            let run = |_| {
                let seen = observe(pool.first(), &start, &mut Unwitnessed).expect("the host runs");
                let told = seen.trace.of(Kind::Value).find(|event| event.text == "nanoseconds").map(|event| event.a);
                Duration::from_nanos(told.expect("the host tells").cast_unsigned())
            };
            (0..count).map(run).sum()
        });
    });
}

fn compile(root: &Path, name: &str) -> PathBuf {
    let target = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let support = std::fs::read_dir(root.join("c-hosts/support")).expect("the support files are there");
    let sources = support.flatten().map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|e| e == "c"));
    let status = Command::new("cc")
        .args(["-std=gnu17", "-O1", "-g", "-rdynamic", "-pthread", "-I"])
        .arg(root.join("c-hosts/include"))
        .arg("-o")
        .arg(&target)
        .arg(root.join(format!("harness/benches/{name}.c")))
        .args(sources)
        .status()
        .expect("there is a C compiler");
    assert!(status.success(), "{name}.c compiles");
    target
}

criterion_group!(benches, planning, decoding, event, mark);
criterion_main!(benches);
