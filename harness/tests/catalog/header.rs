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

/// What laws are told of a scenario with several libraries, as it stands before `also`. `plain` is a scenario for one.
#[rstest]
#[case("part-nowhere", Code::UnknownPart, "parts: plian")]
#[case("part-of-several", Code::UnknownPart, "parts: plain pair")]
#[case("part-mode", Code::UnknownPart, "parts: plain[dlmopne]")]
#[case("part-usual-mode", Code::UnknownPart, "parts-first: plain[dlopen]")]
#[case("value-parts", Code::HeaderValue, "parts: plain, pair")]
#[case("value-steps", Code::HeaderValue, "steps: load 1, start 1, load 2, call 3, exit")]
#[case("steps-place", Code::HeaderValue, "steps: load 1, churn 1 in threads")]
#[case("steps-end", Code::HeaderValue, "steps: load 1, start 1,")]
#[case("steps-mode", Code::HeaderValue, "steps: linkd: load 1, exit")]
#[case("steps-twice", Code::DuplicateDirective, "steps: load 1, exit\n//! steps: load 2, exit")]
fn a_wrong_story(#[case] name: &str, #[case] code: Code, #[case] directive: &str) {
    let project = Project::good();
    project.write("c-hosts/plain.c", "/* For one. */\n//! modes: dlopen dlmopen\n");
    project.write("c-hosts/pair.c", "/* For two. */\n//! runtimes: 2\n");
    project.write("c-hosts/callback.c", &replaced(HEADER, "//! also", &format!("//! {directive}\n//! also")));
    wrong(&format!("header-{name}"), code, &project, &project.read().unwrap_err());
}

/// Directives have no order: steps of a mode may stand above the modes.
#[test]
fn a_story_is_the_modes_own_or_that_of_all() {
    let project = Project::good();
    let all = "//! parts: plain[dlmopen]\n//! parts-first: plain\n//! steps: linked: load 2, exit\n//! steps: load 1, call 1 nested, exit\n";
    project.write("c-hosts/plain.c", "/* For one. */\n//! modes: dlopen dlmopen\n");
    project.write("c-hosts/callback.c", &replaced(HEADER, "//! runtimes", &format!("{all}//! runtimes")));
    let catalog = project.read().unwrap();
    let scenario = catalog.scenario("callback").unwrap();
    let steps = |mode: &str| -> Vec<(String, usize)> {
        let story = scenario.story(mode).unwrap();
        story.steps().iter().map(|step| (step.name.clone(), step.library)).collect()
    };
    assert_eq!(steps("linked"), [("load".to_owned(), 2), ("exit".to_owned(), 0)]);
    assert_eq!(steps("dlopen"), [("load".to_owned(), 1), ("call".to_owned(), 1), ("exit".to_owned(), 0)]);
    let parts = |parts: &[coexist::catalog::Part]| -> Vec<(String, Option<String>)> {
        parts.iter().map(|part| (part.scenario.to_string(), part.mode.as_deref().map(str::to_owned))).collect()
    };
    assert_eq!(parts(&scenario.parts), [("plain".to_owned(), Some("dlmopen".to_owned()))]);
    assert_eq!(parts(&scenario.parts_first), [("plain".to_owned(), None)]);
    assert_eq!(catalog.scenario("plain").unwrap().story("dlopen"), None);
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
