//! What apt-get says when it fails, in our words. Its own are those of apt 2.6 with LC_ALL=C.

use super::super::SetupError;

/// The error behind the output of an apt-get that failed. `is_installed` knows which packages are.
pub(super) fn understand(packages: &str, output: &str, is_installed: &dyn Fn(&str) -> bool) -> SetupError {
    let packages = packages.to_owned();
    if let Some((host, why)) = unreachable(output) {
        return SetupError::NoNetwork { program: "apt-get", packages, host, why };
    }
    if let Some(unknown) = unknown(output) {
        return SetupError::NoPackage { packages, unknown };
    }
    let removed = removed(output);
    let unmet = unmet(output);
    if removed.is_empty() && unmet.is_empty() {
        return SetupError::Apt { packages, output: end(output) };
    }
    let wanted: Vec<&str> = packages.split(' ').collect();
    let mut others: Vec<&str> = removed;
    others.extend(unmet.iter().flat_map(|line| names(line)).filter(|name| is_installed(name)));
    others.retain(|name| !wanted.contains(name));
    others.sort_unstable();
    others.dedup();
    if others.is_empty() {
        return SetupError::Dependencies { packages, output: unmet.join("\n") };
    }
    SetupError::Conflict { others: others.join(" "), packages }
}

/// Whether newer lists of packages may help. They may where packages do not go together, too: what is installed may be newer
/// than all that old lists have.
pub(super) fn is_stale(error: &SetupError, output: &str) -> bool {
    use SetupError::{Conflict, Dependencies, NoPackage};
    matches!(error, NoPackage { .. } | Dependencies { .. } | Conflict { .. }) || output.contains("404  Not Found")
}

/// `E: Failed to fetch http://deb.debian.org/…  Temporary failure resolving 'deb.debian.org'`
fn unreachable(output: &str) -> Option<(String, String)> {
    let failed = output.lines().find_map(|line| line.split_once("Failed to fetch ")).map(|(_, rest)| rest);
    let (url, why) = failed?.split_once(char::is_whitespace)?;
    let host = url.split_once("://").map_or(url, |(_, rest)| rest).split('/').next()?;
    // Who answers that there is no such file was reached.
    let answered = ["404", "403", "Hash Sum mismatch", "is not valid yet"];
    (!answered.iter().any(|word| why.contains(word))).then(|| (host.to_owned(), why.trim().to_owned()))
}

/// What no list has: `E: Unable to locate package x`, `E: Package 'x' has no installation candidate`.
fn unknown(output: &str) -> Option<String> {
    let mut found: Vec<&str> = output
        .lines()
        .filter_map(|line| {
            let no_package = line.strip_prefix("E: Unable to locate package ");
            let no_candidate = || {
                let rest = line.strip_prefix("E: Package '")?;
                rest.split_once('\'').map(|(name, _)| name)
            };
            let no_version = || line.strip_prefix("E: Can't select candidate version from package ")?.split(' ').next();
            no_package.or_else(no_candidate).or_else(no_version)
        })
        .collect();
    found.dedup();
    (!found.is_empty()).then(|| found.join(" "))
}

/// The packages that would have to go.
fn removed(output: &str) -> Vec<&str> {
    let after = output.lines().skip_while(|line| !line.starts_with("The following packages will be REMOVED")).skip(1);
    after
        .take_while(|line| line.starts_with(' '))
        .flat_map(str::split_whitespace)
        .map(|name| name.trim_end_matches('*'))
        .collect()
}

/// The lines below `The following packages have unmet dependencies:`.
fn unmet(output: &str) -> Vec<&str> {
    let after = output.lines().skip_while(|line| !line.contains("have unmet dependencies")).skip(1);
    after.take_while(|line| line.starts_with(' ')).map(str::trim).collect()
}

/// What may be names of packages in ` x : Depends: y:any (>= 1) but it is not installable`.
fn names(line: &str) -> impl Iterator<Item = &str> {
    let words = line.split([' ', ',', '|', '(', ')']).map(|word| word.split(':').next().unwrap_or_default());
    words.filter(|word| word.len() > 1 && word.starts_with(|c: char| c.is_ascii_lowercase()))
}

/// The lines with errors, or else the last ones.
fn end(output: &str) -> String {
    let errors: Vec<&str> = output.lines().filter(|line| line.starts_with("E: ")).collect();
    if errors.is_empty() { output.to_owned() } else { errors.join("\n") }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(
        "Err:1 http://deb.debian.org/debian bookworm/main amd64 ghc\n  Temporary failure resolving 'deb.debian.org'\nE: Failed to fetch http://deb.debian.org/debian/pool/main/g/ghc/ghc_9.0.2-4_amd64.deb  Temporary failure resolving 'deb.debian.org'\nE: Unable to fetch some archives, maybe run apt-get update or try with --fix-missing?",
        "apt-get cannot reach deb.debian.org, where it gets ghc: Temporary failure resolving 'deb.debian.org'"
    )]
    #[case(
        "W: Failed to fetch http://10.0.0.1:9/debian/dists/bookworm/InRelease  Could not connect to 10.0.0.1:9 (10.0.0.1). - connect (111: Connection refused)",
        "apt-get cannot reach 10.0.0.1:9, where it gets ghc: Could not connect to 10.0.0.1:9 (10.0.0.1). - connect (111: Connection refused)"
    )]
    #[case(
        "E: Failed to fetch http://deb.debian.org/debian/pool/main/g/ghc/ghc_9.0.2-3_amd64.deb  404  Not Found [IP: 1.2.3.4 80]",
        "apt-get failed to install ghc:\nE: Failed to fetch http://deb.debian.org/debian/pool/main/g/ghc/ghc_9.0.2-3_amd64.deb  404  Not Found [IP: 1.2.3.4 80]"
    )]
    #[case("E: Unable to locate package ghc", "apt-get knows no package ghc")]
    #[case(
        "Package ghc is not available, but is referred to by another package.\nE: Package 'ghc' has no installation candidate",
        "apt-get knows no package ghc"
    )]
    #[case(
        "The following packages will be REMOVED:\n  nodejs npm*\nThe following NEW packages will be installed:\n  ghc\nE: Packages need to be removed but remove is disabled.",
        "ghc cannot be installed beside nodejs npm, which is installed"
    )]
    #[case(
        "The following packages have unmet dependencies:\n node-acorn : Depends: nodejs:any or\n                       nodejs (< 12.22.5~dfsg-4~) but it is not installable\nE: Unable to correct problems, you have held broken packages.",
        "ghc cannot be installed beside nodejs, which is installed"
    )]
    #[case(
        "The following packages have unmet dependencies:\n ghc : Depends: libgone (>= 2) but it is not installable\nE: Unable to correct problems, you have held broken packages.",
        "ghc cannot be installed here:\nghc : Depends: libgone (>= 2) but it is not installable"
    )]
    #[case(
        "E: dpkg was interrupted, you must manually run 'dpkg --configure -a' to correct the problem.",
        "apt-get failed to install ghc:\nE: dpkg was interrupted, you must manually run 'dpkg --configure -a' to correct the problem."
    )]
    fn words(#[case] output: &str, #[case] expected: &str) {
        assert_eq!(understand("ghc", output, &|name| name == "nodejs").to_string(), expected);
    }
}
