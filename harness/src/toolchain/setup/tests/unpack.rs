//! Debian packages that are unpacked beside what is installed, with a fake apt-get and a fake dpkg-deb.

use super::*;

const DOWNLOAD: &str = r#"
echo "apt $*" >> "$LOG"
[ "$2" = download ] || exit 0
shift 2
for package in "$@"; do
    [ "$package" = bad ] && { echo "E: Unable to locate package bad" >&2; exit 100; }
    [ "$package" = torn ] || echo "$package" > "${package}_18.20_amd64.deb"
done"#;
const DPKG_DEB: &str = r#"
case "$1" in
--extract) /bin/mkdir -p "$3/usr" && /bin/cp "$2" "$3/usr" ;;
--show) read -r name < "$3"; echo "$name 18.20+${#name}" ;;
esac"#;

fn unpacked(packages: &[&str]) -> Tool {
    let packages = packages.iter().map(|name| (*name).to_owned()).collect();
    let source = Some(ToolSource::Unpack { packages, apt: vec!["libuv1-dev".to_owned()] });
    Tool { source, on_path: vec![], accept: Some("18".to_owned()), ..wheel("x==1") }
}

#[test]
fn packages_are_unpacked_as_a_whole_or_not_at_all() {
    let fake = Fake::new(&[("apt-get", DOWNLOAD), ("dpkg-deb", DPKG_DEB)]);
    let good = unpacked(&["libnode108", "libnode-dev"]);
    let newer = Tool { accept: Some("20".to_owned()), ..unpacked(&["newer"]) };
    let tools = [good.clone(), unpacked(&["bad"]), unpacked(&["torn"]), newer];
    let plan = fake.plan(&tools);
    let lines = [
        "apt      libuv1-dev",
        "unpack   bad (10 MB)",
        "unpack   libnode108 libnode-dev (10 MB)",
        "unpack   newer (10 MB)",
        "unpack   torn (10 MB)",
    ];
    assert_eq!((plan.describe(), plan.megabytes()), (lines.map(str::to_owned).into(), 40));
    assert_eq!(
        fake.run(&plan),
        [
            "libuv1-dev: installed",
            "bad: apt-get knows no package bad",
            "libnode108 libnode-dev: installed",
            "newer: newer is 18.20+5 here, wanted is 20",
            "torn: apt-get failed to install torn:\napt-get has fetched something else",
        ]
    );
    assert_eq!(fake.toolchains(), [".lock", "unpacked-libnode108"]);
    let folder = fake.places().unpacked(&["libnode108".to_owned()]);
    let files = ["libnode108_18.20_amd64.deb", "libnode-dev_18.20_amd64.deb"];
    assert!(files.iter().all(|file| folder.join("usr").join(file).exists()));
    let fetched = fake.log().into_iter().filter(|line| line.contains("libnode")).collect::<Vec<_>>();
    assert_eq!(fetched, ["apt -q download libnode108 libnode-dev"], "nothing of it is installed");
}

#[test]
fn what_is_unpacked_stays_and_what_it_needs_is_still_installed() {
    let fake = Fake::new(&[("apt-get", DOWNLOAD), ("dpkg-deb", DPKG_DEB)]);
    let tool = unpacked(&["libnode108"]);
    let plan = fake.plan(std::slice::from_ref(&tool));
    fake.run(&plan);
    // The version is the first package's.
    let again = fake.plan(std::slice::from_ref(&tool));
    assert_eq!(again.describe(), ["here     go 18.20+10", "apt      libuv1-dev"]);
    let fetched = fake.log().len();
    assert_eq!(fake.run(&Plan { apt: vec![], ..plan }), ["libnode108: installed"], "by another setup meanwhile");
    assert_eq!(fake.log().len(), fetched);
}

#[test]
fn without_dpkg_deb_nothing_is_fetched() {
    let fake = Fake::new(&[("apt-get", DOWNLOAD)]);
    let tool = unpacked(&["libnode108"]);
    let ran = fake.run(&fake.plan(std::slice::from_ref(&tool)));
    assert_eq!(ran[1], "libnode108: there is no dpkg-deb on PATH, which installs libnode108");
    assert!(!fake.log().iter().any(|line| line.contains("download")));
}
