//! What is missing on a machine, what setup does about it and what doctor says, with fake programs on PATH.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::snapshot;
use crate::processes::wait_for;
use crate::sandbox::{Ran, Sandbox};

/// Has all but `bad`, and installs a program of the package's name beside itself.
const APT_GET: &str = r#"#!/bin/sh
for word; do [ "$word" = bad ] && { echo "E: Unable to locate package bad" >&2; exit 100; }; done
for word; do
    case $word in good*) printf '#!/bin/sh\necho %s 1.0\n' "$word" > "${0%/*}/$word"; chmod 755 "${0%/*}/$word" ;; esac
done
"#;

/// A sandbox with a folder of its own at the beginning of PATH.
struct Machine {
    sandbox: Sandbox,
}

impl Machine {
    fn new(programs: &[(&str, &str)]) -> Self {
        let machine = Self { sandbox: Sandbox::cold() };
        machine.sandbox.write("bin/.keep", "");
        for (name, text) in programs {
            machine.program(name, text);
        }
        machine
    }

    /// Written by another process: nobody forks while this one has it open, and starts it meanwhile.
    fn program(&self, name: &str, text: &str) {
        self.sandbox.write(&format!("{name}.text"), text);
        let [from, to] = [format!("{name}.text"), format!("bin/{name}")].map(|file| self.sandbox.path(&file));
        assert!(Command::new("install").args(["-m", "755"]).arg(from).arg(to).status().unwrap().success());
    }

    /// A sample with a tool of that name.
    fn sample(&self, id: &str, tool: &str) {
        self.sandbox.sample(id, "");
        let tool = format!("[tools.{id}]\nargs = [\"--version\"]\nsays = \"{id} \"\n{tool}\n\n[build]");
        self.sandbox.replace(&format!("samples/{id}/sample.toml"), "[build]", &tool);
    }

    fn debian(&self, id: &str) {
        self.sample(id, &format!("on_path = [\"{id}\"]\napt = {{ packages = [\"{id}\"] }}\nmegabytes = 7"));
    }

    fn command(&self, args: &[&str]) -> Command {
        let path = std::env::var_os("PATH").unwrap();
        let own: Vec<PathBuf> = [self.sandbox.path("bin")].into_iter().chain(std::env::split_paths(&path)).collect();
        let mut command = self.sandbox.command(args);
        command.env("PATH", std::env::join_paths(own).unwrap());
        command
    }

    fn expect(&self, status: i32, args: &[&str]) -> Ran {
        let ran = self.sandbox.ran(&mut self.command(args));
        assert_eq!(ran.status, status, "{args:?}\n{}{}", ran.stdout, ran.stderr);
        ran
    }

    /// The line of a runtime.
    fn doctor(&self, status: i32, id: &str) -> String {
        let said = self.expect(status, &["doctor"]).stdout;
        let line = said.lines().find(|line| line.trim_start().starts_with(&format!("{id} ")));
        let words: Vec<&str> = line.unwrap_or_else(|| panic!("{said}")).split_whitespace().collect();
        words.join(" ")
    }

    fn toolchains(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.sandbox.state().join("toolchains")).unwrap().flatten();
        entries.map(|entry| entry.file_name().into_string().unwrap()).collect()
    }
}

#[test]
fn what_cannot_be_had_does_not_stop_the_rest() {
    let machine = Machine::new(&[("apt-get", APT_GET)]);
    machine.debian("good");
    machine.debian("bad");
    assert_eq!(machine.doctor(96, "bad"), "bad missing bad: not here; `coexist setup` installs bad with apt (7 MB)");
    snapshot("setup-dry-run", &machine.expect(0, &["setup", "--dry-run"]));
    let ran = machine.expect(96, &["setup"]);
    snapshot("setup", &ran);

    assert_eq!(machine.doctor(96, "good").split(';').next(), Some("good ready good 1.0"));
    let says = machine.doctor(96, "bad");
    let reason = "bad: not here; setup failed: apt-get knows no package bad; its lists are new: ";
    assert!(says.starts_with(&format!("bad missing {reason}")), "{says}");
    let ran = machine.expect(100, &["run"]);
    assert!(ran.stderr.contains(&format!("skipped 1 cell: {reason}")), "{}", ran.stderr);
    machine.sandbox.expect(0, &["bless", "--yes"]);
    machine.expect(0, &["run"]);
    let ran = machine.expect(96, &["run", "--install"]);
    assert!(ran.stderr.contains("1 of 1 could not be installed"), "{}", ran.stderr);
    assert!(ran.stderr.contains("3 cells: 2 pass, 1 skipped"), "{}", ran.stderr);
}

#[test]
fn a_second_setup_does_nothing() {
    let machine = Machine::new(&[("apt-get", APT_GET)]);
    machine.debian("good");
    machine.expect(0, &["setup", "--group", "all"]);
    machine.program("apt-get", "#!/bin/sh\nexit 1\n");
    let begun = Instant::now();
    let ran = machine.expect(0, &["setup", "--group", "all"]);
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    assert_eq!(ran.stderr, "here     good 1.0\nnothing to install\n");
    assert_eq!(machine.doctor(0, "good").split(';').next(), Some("good ready good 1.0"));
}

#[test]
fn what_only_a_human_can_install_is_missing_after_setup() {
    let machine = Machine::new(&[]);
    machine.sample("good", "on_path = [\"good\"]\naccept = \"2.1\"");
    let ran = machine.expect(96, &["setup"]);
    assert!(
        ran.stderr.contains("by hand  good: not here; install good 2.1, so that `good` is on PATH"),
        "{}",
        ran.stderr
    );
    assert!(ran.stderr.contains("one tool is left to be installed by hand"), "{}", ran.stderr);
    machine.program("good", "#!/bin/sh\necho good 1.9\n");
    let old =
        format!("{} is too old: 1.9, wanted is 2.1; install good 2.1", machine.sandbox.path("bin/good").display());
    assert!(machine.doctor(96, "good").starts_with(&format!("good missing good: {old}")));
    machine.program("good", "#!/bin/sh\necho good 2.1.3\n");
    assert_eq!(machine.doctor(0, "good").split(';').next(), Some("good ready good 2.1.3"));
}

/// A tool that is here and cannot build: a part of it, or a library, is not.
#[test]
fn found_but_unable_to_link() {
    let machine = Machine::new(&[("apt-get", APT_GET)]);
    machine.debian("good");
    let part = machine.sandbox.path("bin/part");
    let link = format!(
        "steps = [[\"sh\", \"-c\", \"test -e {} || {{ echo '/usr/bin/ld: cannot find -lgood'; echo 'collect2: error: ld returned 1'; exit 1; }}\"], [",
        part.display()
    );
    machine.sandbox.replace("samples/good/sample.toml", "steps = [[", &link);
    machine.expect(0, &["setup"]);
    assert!(machine.doctor(0, "good").starts_with("good ready good 1.0"));
    machine.expect(101, &["run", "good"]);

    let next = "if a part of the tool is missing: apt-get install --reinstall good; then: coexist run good";
    let says = format!("good broken does not build: /usr/bin/ld: cannot find -lgood; {next}");
    assert_eq!(machine.doctor(96, "good"), says);
    let detail = machine.expect(96, &["doctor", "good"]).stdout;
    for line in ["collect2: error: ld returned 1", "(exit status 1)", next, "good         1.0 at "] {
        assert!(detail.contains(line), "{line}\n{detail}");
    }
    machine.expect(0, &["doctor", "one"]);
    let json: serde_json::Value = serde_json::from_str(&machine.expect(96, &["doctor", "--json"]).stdout).unwrap();
    let runtime = &json["runtimes"].as_array().unwrap()[0];
    let facts = ["id", "state", "usable"].map(|key| runtime[key].to_string());
    assert_eq!(facts, ["\"good\"", "\"broken\"", "false"]);
    assert!(runtime["failure"]["log"].as_str().unwrap().contains("cannot find -lgood"));

    std::fs::write(part, "").unwrap();
    machine.expect(100, &["run", "good"]);
    assert!(machine.doctor(0, "good").starts_with("good built good 1.0"));
}

#[test]
fn in_detail_absent_entries_have_their_reasons() {
    let machine = Machine::new(&[]);
    for args in [&["doctor", "one"][..], &["doctor", "--verbose"]] {
        let said = machine.expect(0, args).stdout;
        let (_, one) = said.split_once("one  ready   (group core)\n").unwrap_or_else(|| panic!("{said}"));
        assert!(
            one.contains("  offers       version start stop callback call churn raise spawn clock state\n"),
            "{one}"
        );
        assert!(one.contains("  without      overflow: -\n"), "{one}");
    }
    machine.expect(4, &["doctor", "two"]);
}

/// pip goes on for a while after a setup that was killed, and nobody sweeps under its feet; then what it left goes.
#[test]
fn nothing_is_left_of_a_setup_that_was_killed() {
    let machine = Machine::new(&[(
        "python3",
        "#!/bin/sh\n[ \"$1\" = -c ] && exit 0\nwhile [ \"$1\" != --target ]; do shift; done\n: > \"$2/half\"\nfor turn in $(seq 200); do [ -e \"$2/end\" ] && exit; sleep 0.05; done\n",
    )]);
    machine.sample("good", "pip = { package = \"good==1.0\", program = \"bin/good\" }\nmegabytes = 7");
    let mut setup = machine.command(&["setup"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let toolchains = machine.sandbox.state().join("toolchains");
    let half = || {
        let entries = std::fs::read_dir(&toolchains).ok()?.flatten().map(|entry| entry.path());
        entries.into_iter().find(|folder| folder.join("half").exists())
    };
    // Before that, the folder is there and pip is not.
    let unfinished = wait_for("pip", Duration::from_secs(20), half);
    setup.kill().unwrap();
    setup.wait().unwrap();
    machine.expect(96, &["doctor"]);
    assert!(half().is_some(), "swept while pip was at work");
    std::fs::write(unfinished.join("end"), "").unwrap();
    wait_for("the sweep", Duration::from_secs(20), || {
        machine.expect(96, &["doctor"]);
        (machine.toolchains() == [".lock"]).then_some(())
    });
}
