//! Tells the harness for which platform it is built, and cargo that tests come from folders: rstest makes one for each
//! sample and scenario, so a new folder or file must reach the compiler.

fn main() {
    println!("cargo::rerun-if-changed=samples");
    println!("cargo::rerun-if-changed=c-hosts");
    println!("cargo::rerun-if-changed=build.rs");
    let target = std::env::var("TARGET").expect("cargo sets TARGET for build scripts");
    println!("cargo::rustc-env=COEXIST_TARGET={target}");
}
