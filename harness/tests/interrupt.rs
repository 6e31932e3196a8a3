//! Runs that do not come to their end: ctrl-C, SIGTERM, SIGKILL of the harness or of a guard. No process, no scratch
//! folder and no half-written file may be left, and the next run must be good.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use coexist::judge::{Verdict, What};
use rstest::rstest;
use rustix::process::Signal;

use crate::processes::{self, Process, all_end, wait_for};
use crate::sandbox::{Sandbox, below, files};
use crate::stage::repeats;

/// More than anything here takes on a busy machine.
const LONG: Duration = Duration::from_secs(30);

/// `callback` sleeps in its host.
fn sleeping(seconds: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.sample("two", "");
    sandbox.scenario(
        "callback",
        "//! deadline: 60s",
        &format!("xcallback(lib); usleep({seconds} * 1e6); xcallback(lib);"),
    );
    sandbox
}

/// Starts a run; the second thing is the first host that is seen.
fn started(sandbox: &Sandbox) -> (Child, Process) {
    let run = sandbox.command(&["run", "-j1"]).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let state = sandbox.state();
    let host = wait_for("a host to start", LONG, || processes::about(&state).into_iter().find(Process::is_host));
    (run, host)
}

fn signal(run: &Child, signal: Signal) {
    processes::send(run.id().cast_signed(), signal);
}

/// What the run wrote to stderr until it ended, and its exit status.
fn ended(run: Child) -> (Option<i32>, String) {
    let output = run.wait_with_output().unwrap();
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

/// What lies in the state's scratch folder, but for the empty lock file that runs share.
fn scratch(sandbox: &Sandbox) -> Vec<String> {
    let scratch = sandbox.state().join("scratch");
    let entries = std::fs::read_dir(&scratch).into_iter().flatten().flatten().map(|entry| entry.path());
    entries.filter(|path| !path.ends_with("gate")).map(|path| below(&scratch, &path)).collect()
}

fn nothing_is_left(sandbox: &Sandbox) {
    all_end(&sandbox.state());
    assert_eq!(scratch(sandbox), [""; 0]);
}

#[test]
fn ctrl_c_once_finishes_what_runs() {
    let sandbox = sleeping("1");
    let (run, _) = started(&sandbox);
    signal(&run, Signal::INT);
    let (status, stderr) = ended(run);
    assert_eq!(status, Some(130), "{stderr}");
    assert!(stderr.contains("finishing what runs"), "{stderr}");
    let record = sandbox.record();
    let verdicts: Vec<Verdict> = record.cells.iter().map(|cell| cell.verdict).collect();
    assert_eq!(verdicts, [Verdict::New, Verdict::Skipped], "the first came to its end, the second did not begin");
    assert_eq!(record.cells[1].outcome.detail, "interrupted");
    nothing_is_left(&sandbox);
}

#[rstest]
#[case(&[Signal::INT, Signal::INT])]
#[case(&[Signal::TERM])]
fn ctrl_c_twice_or_sigterm_ends_what_runs(#[case] signals: &[Signal]) {
    let sandbox = sleeping("40");
    let (run, _) = started(&sandbox);
    for one in signals {
        signal(&run, *one);
        // Two signals of one kind at once are one.
        std::thread::sleep(Duration::from_millis(50));
    }
    let begun = Instant::now();
    let (status, stderr) = ended(run);
    assert_eq!(status, Some(130), "{stderr}");
    assert!(begun.elapsed() < Duration::from_secs(3), "it took {:?}", begun.elapsed());
    let record = sandbox.record();
    for cell in &record.cells {
        assert_eq!((cell.verdict, cell.outcome.what.clone()), (Verdict::Skipped, What::NotRun));
    }
    nothing_is_left(&sandbox);
}

#[test]
fn ctrl_c_during_a_build_is_no_failed_build() {
    let sandbox = Sandbox::cold();
    sandbox.replace("samples/one/sample.toml", "steps = [[", "steps = [[\"sleep\", \"1\"], [");
    let mut run = sandbox.command(&["run", "-j1"]);
    let run = run.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let state = sandbox.state();
    let building = |process: &Process| process.command.starts_with("sleep ") || process.command.contains("/sleep ");
    wait_for("a build to start", LONG, || processes::about(&state).into_iter().find(building));
    signal(&run, Signal::INT);
    let (status, stderr) = ended(run);
    assert_eq!(status, Some(130), "{stderr}");
    assert_eq!(sandbox.record().cells[0].verdict, Verdict::Skipped, "{stderr}");
    nothing_is_left(&sandbox);
    sandbox.expect(100, &["run"]);
}

#[test]
fn a_run_leaves_another_run_alone() {
    let sandbox = sleeping("1");
    let (first, _) = started(&sandbox);
    sandbox.expect(100, &["run", "callback/two"]);
    let (status, stderr) = ended(first);
    assert_eq!(status, Some(100), "{stderr}");
    assert!(stderr.contains("2 cells: 2 new"), "{stderr}");
    nothing_is_left(&sandbox);
}

#[test]
fn a_killed_harness_takes_everything_with_it() {
    let sandbox = sleeping("40");
    let (mut run, _) = started(&sandbox);
    run.kill().unwrap();
    run.wait().unwrap();
    all_end(&sandbox.state());
    let left = files(&sandbox.state().join("scratch"));
    assert!(
        left.iter().all(|file| file.ends_with("lock") || file.ends_with("gate")),
        "the guard removed its folder: {left:?}"
    );
    sandbox.scenario("callback", "", "xcallback(lib);");
    sandbox.expect(100, &["run"]);
    assert_eq!(scratch(&sandbox), [""; 0], "the next run sweeps");
}

#[test]
fn a_killed_guard_spoils_one_cell() {
    let sandbox = sleeping("(lib->label[0] == 'o' ? 40 : 0)");
    let (run, host) = started(&sandbox);
    let guard = processes::about(&sandbox.state()).into_iter().find(Process::is_guard).unwrap();
    processes::send(guard.pid, Signal::KILL);
    let (status, stderr) = ended(run);
    assert_eq!(status, Some(1), "{stderr}");
    let record = sandbox.record();
    let verdicts: Vec<Verdict> = record.cells.iter().map(|cell| cell.verdict).collect();
    assert_eq!(verdicts, [Verdict::Faulty, Verdict::New], "another guard runs the second: {stderr}");
    assert!(record.cells[0].outcome.detail.contains("guard"), "{stderr}");
    assert!(!Path::new(&format!("/proc/{}", host.pid)).exists(), "the host outlived the run");
    nothing_is_left(&sandbox);
}

/// Kills runs at moments all over their length, each second one with nothing built.
#[test]
fn runs_killed_at_any_moment_leave_nothing_behind() {
    let sandbox = Sandbox::cold();
    sandbox.sample("two", "");
    sandbox.scenario("pair", "//! runtimes: 1..2", "xcallback(lib);");
    let store = sandbox.state().join("store");
    let begun = Instant::now();
    sandbox.expect(100, &["run"]);
    let cold = begun.elapsed();
    sandbox.expect(0, &["bless", "--yes"]);
    let (good_store, good_snapshots) = (store_entries(&store), sandbox.snapshots());
    let begun = Instant::now();
    sandbox.expect(0, &["run"]);
    let warm = begun.elapsed();

    let rounds = u32::try_from(repeats(10)).unwrap();
    for round in 0..rounds {
        let length = if round % 2 == 0 { cold } else { warm };
        if round % 2 == 0 {
            std::fs::remove_dir_all(&store).unwrap();
        }
        // Half of the rounds have traces to propose.
        if round % 4 < 2 {
            std::fs::remove_dir_all(sandbox.path("snapshots/pair")).unwrap();
        }
        let mut run = sandbox.command(&["run"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(length * (round + 1) / (rounds + 1));
        run.kill().unwrap();
        run.wait().unwrap();
        all_end(&sandbox.state());
        for (entry, content) in store_entries(&store) {
            assert_eq!(Some(&content), good_store.get(&entry), "round {round}: {entry} is half-written");
        }
        for copy in files(&store).into_iter().filter(|file| !file.starts_with(store.join("locks"))) {
            assert!(is_whole(&copy), "round {round}: {} is half-written", copy.display());
        }
        let next = sandbox.run(&["run"]);
        assert!([0, 100].contains(&next.status), "round {round}: {}", next.stderr);
        assert_eq!(scratch(&sandbox), [""; 0], "round {round}: the next run sweeps");
        assert!(sandbox.record().cells.iter().all(|cell| cell.outcome.what == What::Finished), "{}", next.stderr);
        sandbox.expect(0, &["bless", "--yes"]);
        sandbox.expect(0, &["run"]);
        assert_eq!(store_entries(&store), good_store, "round {round}");
        assert_eq!(sandbox.snapshots(), good_snapshots, "round {round}");
    }
}

/// The files of each entry, and whether they are whole. Copies are left out: they come to an entry later.
fn store_entries(store: &Path) -> BTreeMap<String, BTreeMap<String, bool>> {
    let mut entries = BTreeMap::new();
    for folder in std::fs::read_dir(store).into_iter().flatten().flatten().map(|entry| entry.path()) {
        let name = below(store, &folder);
        if name != "locks" && name != "tools" {
            let all = files(&folder).into_iter().map(|file| (below(&folder, &file), is_whole(&file)));
            entries.insert(name, all.filter(|(file, _)| !file.starts_with("copy-")).collect());
        }
    }
    entries
}

/// Linkers write an ELF file's section headers at its end. What is no ELF file has something in it.
fn is_whole(file: &Path) -> bool {
    let bytes = std::fs::read(file).unwrap();
    if !bytes.starts_with(b"\x7fELF") || bytes.len() < 64 {
        return !bytes.is_empty() && !bytes.starts_with(b"\x7f");
    }
    let offset = u64::from_le_bytes(bytes[40..48].try_into().unwrap());
    let half = |at: usize| u64::from(u16::from_le_bytes(bytes[at..at + 2].try_into().unwrap()));
    offset > 0 && offset + half(58) * half(60) <= bytes.len() as u64
}

#[test]
fn a_cut_file_is_not_whole() {
    let sandbox = Sandbox::new();
    sandbox.expect(100, &["run"]);
    let hosts: Vec<_> =
        files(&sandbox.state().join("store")).into_iter().filter(|file| file.ends_with("host")).collect();
    let good = std::fs::read(&hosts[0]).unwrap();
    assert!(is_whole(&hosts[0]));
    for length in [0, 3, 63, 64, good.len() / 2, good.len() - 1] {
        let cut = sandbox.path("cut");
        std::fs::write(&cut, &good[..length]).unwrap();
        assert!(!is_whole(&cut), "{length} of {} bytes", good.len());
    }
}
