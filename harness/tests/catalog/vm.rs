//! Wrong VMs and wrong uses of one, as they are shown. And what a good one becomes.

use coexist::catalog::{Code, Group};
use rstest::rstest;

use super::{HEADER, Project, replaced, wrong};

const VM: &str = r#"about  = "a Java program"
group  = "vm"
cflags = ["-I{out}/include"]
run    = ["{java}", "-Djava.library.path={folders}", "-Dhost={host}", "-cp", "{out}", "Host"]

[tools.java]
args  = ["-version"]
says  = "openjdk version \""
on_path = ["java"]
apt   = { packages = ["openjdk-17-jdk-headless"] }
megabytes = 250

[build]
steps = [["{java}", "-cp", "{include}", "{out}"]]
"#;

/// A project with the VM `java` and a scenario in it.
fn project() -> Project {
    let project = Project::good();
    project.write("c-hosts/vm/java/vm.toml", VM);
    project.write("c-hosts/java-host.c", &in_vm("java"));
    project
}

/// The good header, in a VM and without the modes.
fn in_vm(name: &str) -> String {
    replaced(HEADER, "//! modes: linked dlopen", &format!("//! vm: {name}"))
}

#[test]
fn a_good_vm() {
    let catalog = project().read().unwrap();
    let vm = catalog.scenario("java-host").unwrap().vm.as_ref().unwrap();
    assert_eq!(catalog.vms.as_slice(), std::slice::from_ref(vm));
    assert_eq!((vm.name.as_str(), vm.about.as_str(), vm.group), ("java", "a Java program", Group::Vm));
    assert_eq!((vm.run[0].as_str(), vm.steps[0].len(), vm.cflags.len()), ("{java}", 4, 1));
    assert_eq!(vm.tools["java"].megabytes, 250);
    assert_eq!(catalog.scenario("callback").unwrap().vm, None);
}

#[rstest]
#[case("syntax", Code::ManifestSyntax, "[build]", "[build")]
#[case("unknown-key", Code::UnknownKey, "cflags", "cflag")]
#[case("missing-key", Code::MissingKey, "steps = [[", "# [[")]
#[case("missing-run", Code::MissingKey, "run    =", "# ")]
#[case("value-about", Code::ManifestValue, "\"a Java program\"", "\"\"")]
#[case("value-group", Code::ManifestValue, "group  = \"vm\"", "group = \"vms\"")]
#[case("empty-steps", Code::EmptySteps, "[[\"{java}\", \"-cp\", \"{include}\", \"{out}\"]]", "[]")]
#[case("empty-run", Code::EmptySteps, "[\"{java}\", \"-Djava", "[\"\", \"-Djava")]
#[case("without-host", Code::VmWithoutHost, "\"-Dhost={host}\", ", "")]
#[case("placeholder-run", Code::UnknownPlaceholder, "\"-cp\", \"{out}\", \"Host\"", "\"-cp\", \"{cc}\", \"Host\"")]
#[case("placeholder-steps", Code::UnknownPlaceholder, "\"{include}\"", "\"{host}\"")]
#[case("placeholder-cflags", Code::UnknownPlaceholder, "-I{out}", "-I{outt}")]
#[case("reserved-tool", Code::ReservedName, "[tools.java]", "[tools.host]")]
#[case("tool-nowhere", Code::ToolNowhere, "on_path = [\"java\"]", "")]
#[case("missing-megabytes", Code::MissingKey, "megabytes = 250\n", "")]
fn a_wrong_vm(#[case] name: &str, #[case] code: Code, #[case] from: &str, #[case] to: &str) {
    let project = project();
    project.write("c-hosts/vm/java/vm.toml", &replaced(VM, from, to));
    wrong(&format!("vm-{name}"), code, &project, &project.read().unwrap_err());
}

#[test]
fn a_folder_without_a_manifest() {
    let project = project();
    project.write("c-hosts/vm/node/host.js", "");
    wrong("vm-missing-file", Code::MissingManifest, &project, &project.read().unwrap_err());
}

#[test]
fn a_folder_whose_name_is_none() {
    let project = project();
    project.write("c-hosts/vm/Node/vm.toml", VM);
    wrong("vm-name", Code::ManifestName, &project, &project.read().unwrap_err());
}

#[rstest]
#[case("unknown-vm", Code::UnknownVm, "vm: java", "vm: jaav")]
#[case("value-vm", Code::HeaderValue, "vm: java", "vm: Java")]
#[case("duplicate-vm", Code::DuplicateDirective, "//! vm: java", "//! vm: java\n//! vm: java")]
#[case("vm-linked", Code::VmLinked, "//! vm: java", "//! vm: java\n//! modes: dlopen linked")]
fn a_wrong_use(#[case] name: &str, #[case] code: Code, #[case] from: &str, #[case] to: &str) {
    let project = project();
    project.write("c-hosts/java-host.c", &replaced(&in_vm("java"), from, to));
    wrong(&format!("header-{name}"), code, &project, &project.read().unwrap_err());
}

#[test]
fn a_vm_where_there_is_none() {
    let project = Project::good();
    project.write("c-hosts/java-host.c", &in_vm("java"));
    wrong("header-no-vm", Code::UnknownVm, &project, &project.read().unwrap_err());
}
