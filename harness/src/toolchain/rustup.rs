//! Sees through rustup: `rustc` on PATH is often rustup itself, which stays the same file while the toolchain changes.
//! Starts nothing. The shims of other version managers are not seen through.

use std::ffi::OsStr;
use std::fmt::Write;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// A short text that changes whenever `program` may mean another toolchain; `None` if it is no proxy of rustup.
pub(super) fn behind(program: &Path) -> Option<String> {
    if !is_proxy(program) {
        return None;
    }
    let home = std::env::var_os("RUSTUP_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".rustup")))?;
    let toolchain = std::env::var_os("RUSTUP_TOOLCHAIN");
    let folder = std::env::current_dir().unwrap_or_default();
    Some(state(&home, program.file_name()?, toolchain.as_deref(), &folder))
}

fn is_proxy(program: &Path) -> bool {
    let is_link = program.canonicalize().is_ok_and(|file| file.file_name() == Some(OsStr::new("rustup")));
    let file = |path: &Path| path.metadata().map(|facts| (facts.dev(), facts.ino())).ok();
    is_link || file(program).is_some_and(|own| Some(own) == file(&program.with_file_name("rustup")))
}

/// All that rustup looks at before it chooses, and all that it could choose.
fn state(home: &Path, name: &OsStr, toolchain: Option<&OsStr>, folder: &Path) -> String {
    let mut files = vec![home.join("settings.toml")];
    let toolchains = std::fs::read_dir(home.join("toolchains")).into_iter().flatten().filter_map(Result::ok);
    files.extend(toolchains.map(|entry| entry.path().join("bin").join(name)));
    files.sort();
    let overrides =
        folder.ancestors().flat_map(|folder| ["rust-toolchain", "rust-toolchain.toml"].map(|name| folder.join(name)));
    files.extend(overrides);
    let mut text = format!("{toolchain:?}");
    for file in files {
        let Ok(facts) = file.metadata() else { continue };
        let _ = write!(text, "|{} {} {} {}", file.display(), facts.size(), facts.mtime(), facts.mtime_nsec());
    }
    blake3::hash(text.as_bytes()).to_hex()[..16].to_owned()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use tempfile::TempDir;

    use super::*;

    #[test]
    fn a_proxy_is_a_link_to_rustup() {
        let folder = TempDir::new().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::write(path("rustup"), "").unwrap();
        fs::write(path("gcc"), "").unwrap();
        fs::hard_link(path("rustup"), path("rustc")).unwrap();
        std::os::unix::fs::symlink("rustup", path("cargo")).unwrap();
        assert_eq!(["rustc", "cargo", "gcc", "none"].map(|name| is_proxy(&path(name))), [true, true, false, false]);
    }

    #[test]
    fn whatever_rustup_looks_at_changes_the_state() {
        let folder = TempDir::new().unwrap();
        let (home, project) = (folder.path().join("home"), folder.path().join("project"));
        fs::create_dir_all(home.join("toolchains/stable/bin")).unwrap();
        fs::create_dir_all(&project).unwrap();
        let now = || state(&home, OsStr::new("rustc"), None, &project);
        let mut states = vec![now(), state(&home, OsStr::new("rustc"), Some(OsStr::new("nightly")), &project)];
        for file in ["home/settings.toml", "home/toolchains/stable/bin/rustc", "project/rust-toolchain.toml"] {
            fs::write(folder.path().join(file), "x").unwrap();
            states.push(now());
        }
        assert_eq!(states.last(), Some(&now()));
        states.sort();
        states.dedup();
        assert_eq!(states.len(), 5);
    }
}
