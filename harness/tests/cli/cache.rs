//! What is built once is not built again: in another checkout with the same cache, and until something that it was built
//! from, or that was loaded with it, has changed.

use std::path::Path;
use std::process::Command;

use coexist::check::linkage::Sharing;
use tempfile::TempDir;

use crate::sandbox::{Ran, Sandbox};

fn built(ran: &Ran) -> Vec<&str> {
    ran.stderr.lines().filter_map(|line| line.strip_prefix("   built ")).collect()
}

#[test]
fn two_checkouts_share_a_cache() {
    let cache = TempDir::new().unwrap();
    let cache = cache.path().to_str().unwrap();
    let (first, second) = (Sandbox::cold(), Sandbox::cold());
    let ran = first.expect(100, &["run", "--cache", cache]);
    assert!(built(&ran).contains(&"one"), "{}", ran.stderr);
    let ran = second.expect(100, &["run", "--cache", cache]);
    assert_eq!(built(&ran), [""; 0], "{}", ran.stderr);
    assert!(!second.state().join("store").exists(), "what is shared is nowhere else");
    second.replace("samples/one/library.c", "#define ID", "/* changed */\n#define ID");
    let ran = second.expect(100, &["run", "--cache", cache]);
    assert_eq!(built(&ran), ["one"]);
    assert_eq!(built(&first.expect(100, &["run", "--cache", cache])), [""; 0], "both are there");
}

/// Builds the shared object that is the sample's runtime.
fn runtime(folder: &Path, version: &str) {
    let source = folder.join("runtime.c");
    std::fs::write(&source, format!("const char *runtime_version(void) {{ return \"{version}\"; }}\n")).unwrap();
    let fresh = folder.join("fresh.so");
    let output = Command::new("cc")
        .args(["-fPIC", "-shared", "-Wl,--build-id", "-Wl,-soname,libruntime.so", "-o"])
        .args([&fresh, &source])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    std::fs::rename(fresh, folder.join("libruntime.so")).unwrap();
}

#[test]
fn an_upgraded_runtime_is_seen_and_built_against() {
    let system = TempDir::new().unwrap();
    runtime(system.path(), "1");
    let sandbox = Sandbox::cold();
    let folder = system.path().display();
    sandbox.replace(
        "samples/one/sample.toml",
        "\"library.c\",",
        &format!("\"library.c\", \"-Wl,--no-as-needed\", \"-L{folder}\", \"-lruntime\", \"-Wl,-rpath,{folder}\","),
    );
    sandbox.expect(100, &["run"]);
    let before = sandbox.record().libraries.remove(0);
    assert_eq!((before.sharing, before.common.as_slice()), (Sharing::Shared, &["libruntime.so".to_owned()][..]));
    assert_eq!(built(&sandbox.expect(100, &["run"])), [""; 0]);
    let listed = sandbox.expect(0, &["list", "runtimes"]);
    assert!(listed.stdout.contains("share libruntime.so"), "{}", listed.stdout);

    runtime(system.path(), "2, with a longer name");
    assert_eq!(built(&sandbox.expect(100, &["run"])), ["one"]);
    let after = sandbox.record().libraries.remove(0);
    assert_ne!(before.objects[0].build_id, after.objects[0].build_id);
    assert_eq!(built(&sandbox.expect(100, &["run"])), [""; 0]);
}
