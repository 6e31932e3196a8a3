//! Wrong headers of scenarios: each kind of mistake once, as it is shown.

use coexist::catalog::Code;
use rstest::rstest;

use super::{HEADER, MANAGED, MANIFEST, Project, replaced, wrong};

#[rstest]
#[case("no-property", Code::NoProperty, "/*", "#include <stdio.h>\n/*")]
#[case("syntax", Code::HeaderSyntax, "//! exit: 3", "//! exit 3")]
#[case("unknown-directive", Code::UnknownDirective, "//! needs:", "//! need:")]
#[case("duplicate-directive", Code::DuplicateDirective, "//! exit: 3", "//! exit: 3\n//! exit: 4")]
#[case("misplaced-directive", Code::MisplacedDirective, "#include", "//! needs: call\n#include")]
#[case("value-runtimes", Code::HeaderValue, "1..2", "1..many")]
#[case("value-flavour", Code::HeaderValue, "flavour: eager", "flavour: Eager")]
#[case("value-modes", Code::HeaderValue, "linked dlopen", "linked dlOpen")]
#[case("value-also", Code::HeaderValue, "go@1.27+go@1.21+go", "go@1.27+Go")]
#[case("value-exit", Code::HeaderValue, "exit: 3", "exit: 256")]
#[case("value-deadline", Code::HeaderValue, "500ms", "500")]
#[case("value-unordered", Code::HeaderValue, "unordered: stdout", "unordered: stderr")]
#[case("value-unstressed", Code::HeaderValue, "shuffled one-core", "shuffled two-core")]
#[case("value-footprint", Code::HeaderValue, "footprint: compared", "footprint: shown")]
#[case("value-budget", Code::HeaderValue, "threads 64", "threads 64 MiB")]
#[case("value-facts", Code::HeaderValue, "also: go@1.27", "facts: needs Takes\n//! also: go@1.27")]
#[case("facts-of-several", Code::FactsOfSeveral, "also: go@1.27", "facts: needs takes\n//! also: go@1.27")]
#[case("value-empty", Code::HeaderValue, "needs: callback stop", "needs:")]
#[case("arity-none", Code::Arity, "1..2", "0")]
#[case("arity-inverted", Code::Arity, "1..2", "3..2")]
#[case("duplicate-mode", Code::DuplicateMode, "linked dlopen", "linked dlopen linked")]
#[case("unknown-entry", Code::HeaderUnknownEntry, "callback stop", "callbacks stop")]
#[case("unknown-entry-first", Code::HeaderUnknownEntry, "needs-first: call", "needs-first: callto")]
#[case("value-variants", Code::HeaderValue, "variants: alone", "variants: few")]
#[case("first-needs-nobody-offers", Code::NeedsNobodyOffers, "needs-first: call", "needs-first: overflow")]
#[case("unknown-placeholder", Code::HeaderPlaceholder, "{ffi}", "{variant}")]
#[case("unknown-runtime", Code::UnknownRuntime, "go@1.21", "go@1.20")]
#[case("needs-nobody-offers", Code::NeedsNobodyOffers, "callback stop", "callback overflow")]
#[case("flavour-nobody-offers", Code::FlavourNobodyOffers, "flavour: eager", "flavour: eagre")]
fn a_wrong_header(#[case] name: &str, #[case] code: Code, #[case] from: &str, #[case] to: &str) {
    let project = Project::good();
    project.write("c-hosts/callback.c", &replaced(HEADER, from, to));
    wrong(&format!("header-{name}"), code, &project, &project.read().unwrap_err());
}

#[test]
fn a_wrong_name_of_a_scenario() {
    let project = Project::good();
    project.write("c-hosts/Two_callbacks.c", HEADER);
    wrong("header-name", Code::HeaderName, &project, &project.read().unwrap_err());
}

#[test]
fn entries_that_nobody_offers_together() {
    let project = Project::good();
    let other = replaced(MANIFEST, "overflow =", "stop =").replace("\"go\"", "\"other\"").replace("{go}", "{other}");
    let other = other.replace("tools.go", "tools.other");
    project.write("samples/other/main.go", MANAGED);
    project.write("samples/other/sample.toml", &other);
    project.write("c-hosts/callback.c", &replaced(HEADER, "callback stop", "callback stop overflow"));
    wrong("header-needs-nobody-offers-together", Code::NeedsNobodyOffers, &project, &project.read().unwrap_err());
}
