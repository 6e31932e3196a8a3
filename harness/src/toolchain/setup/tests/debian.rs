//! Debian packages, installed by a fake apt-get.

use super::*;

#[test]
fn debian_packages_are_installed_together() {
    let fake = Fake::new(&[("apt-get", APT)]);
    let plan = fake.plan(&[debian(&["ghc"]), debian(&["ocaml", "findlib"]), debian(&["ghc"])]);
    assert_eq!(plan.describe(), ["apt      ghc (10 MB)", "apt      ocaml findlib (10 MB)"]);
    assert_eq!(fake.run(&plan), ["ghc: installed", "ocaml findlib: installed"]);
    let options = "apt -q -o DPkg::Lock::Timeout=120";
    let install = format!("{options} install -y --no-install-recommends --no-remove findlib ghc ocaml");
    assert_eq!(fake.log(), [install.as_str()]);

    fs::remove_file(fake.root.path().join("lists/debian_InRelease")).unwrap();
    fake.program("lists/lock", "");
    fake.run(&plan);
    assert_eq!(fake.log()[1..], [format!("{options} update -o APT::Update::Error-Mode=any"), install]);
}

#[test]
fn one_bad_debian_package_does_not_stop_the_others() {
    let fake = Fake::new(&[("apt-get", APT)]);
    let plan = fake.plan(&[debian(&["bad"]), debian(&["ghc"])]);
    assert_eq!(fake.run(&plan), ["bad: apt-get knows no package bad", "ghc: installed"]);
    let updates = fake.log().iter().filter(|line| line.contains(" update ")).count();
    assert_eq!(updates, 1, "{:?}", fake.log());
}

/// Lists that are older than what the archive has, or than what is installed, are got anew, once.
#[rstest]
#[case::gone("E: Failed to fetch http://deb.debian.org/debian/pool/g/ghc.deb  404  Not Found [IP: 1.2.3.4 80]")]
#[case::older_than_what_is_installed(
    "The following packages have unmet dependencies:\n libpcre2-dev : Depends: libpcre2-8-0 (= 10.42-1) but 10.42-1+deb12u1 is to be installed"
)]
#[case::without_a_package_that_others_need(
    "The following packages have unmet dependencies:\n libhdf5-dev : Depends: libcurl-dev but it is not installable"
)]
fn old_lists_are_updated(#[case] says: &str) {
    let old = format!(
        r#"
echo "apt $*" >> "$LOG"
[ "$4" = update ] && {{ : > "${{LOG%/*}}/lists/new"; exit 0; }}
[ -e "${{LOG%/*}}/lists/new" ] && exit 0
echo "{says}" >&2
exit 100"#
    );
    let pcre = "case $* in *libpcre2-8-0*) echo installed;; *) exit 1;; esac";
    let fake = Fake::new(&[("apt-get", &old), ("dpkg-query", pcre)]);
    let plan = fake.plan(&[debian(&["ghc"]), debian(&["ocaml"])]);
    assert_eq!(fake.run(&plan), ["ghc: installed", "ocaml: installed"]);
    assert_eq!(fake.log().len(), 3, "{:?}", fake.log());
}

#[test]
fn packages_that_are_installed_are_not_installed_again() {
    let fake = Fake::new(&[("apt-get", APT), ("dpkg-query", "echo installed; echo installed")]);
    let tool = debian(&["ocaml", "findlib"]);
    let plan = fake.plan(std::slice::from_ref(&tool));
    assert!(plan.is_done());
    let says = "ocaml findlib installed, but no program of that name is on PATH; \
                put /usr/bin there, or: apt-get install --reinstall ocaml findlib";
    assert_eq!(plan.describe(), [format!("by hand  go: {says}")]);
    assert_eq!(fake.doctor(&tool), says);
    drop(fake);
    let fake = Fake::new(&[("dpkg-query", "echo installed; echo not-installed")]);
    assert!(!fake.plan(&[tool]).is_done());
}

#[test]
fn a_debian_package_of_the_wrong_version_is_left_to_a_human() {
    let fake = Fake::new(&[("apt-get", APT), ("dpkg-query", "echo installed")]);
    fake.program("bin/ghc", "9.4.7");
    let tool = Tool { accept: Some("9.0.2".to_owned()), ..debian(&["ghc"]) };
    let [line] = fake.plan(&[tool]).describe().try_into().unwrap();
    let ghc = fake.root.path().join("bin/ghc").display().to_string();
    let says = "by hand  go: ghc installed, but GHC is 9.4.7, wanted is 9.0.2; put a 9.0.2 on PATH";
    assert_eq!(line.replace(&ghc, "GHC"), says);
}
