//! Which shared objects a library brings into a process, and which of them a second copy of it shares with the first:
//! measured in the probe's child, from /proc/PID/maps after each load, and kept beside the library.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::elf;

/// The file's name, in the folder of the library.
const FILE: &str = "linkage.json";

/// The C library and the compiler's support are every process's: to share them is to share no language's runtime.
const EVERYBODYS: [&str; 9] = [
    "ld-linux",
    "libc.so",
    "libm.so",
    "libmvec.so",
    "libpthread.so",
    "libdl.so",
    "librt.so",
    "libutil.so",
    "libgcc_s.so",
];

/// What loading a library, and then a second copy of it, maps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Linkage {
    /// In the order of loading, without the library itself, the C library and the compiler's support.
    pub objects: Vec<SharedObject>,
    /// What the second copy had mapped in addition; or why that is not known.
    pub second: Result<Vec<PathBuf>, String>,
}

/// A shared object as it was when it was loaded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SharedObject {
    /// As the kernel names it.
    pub file: PathBuf,
    /// Whether the library itself names it in its DT_NEEDED.
    pub needed: bool,
    /// DT_SONAME, if it has one.
    #[serde(default)]
    pub soname: Option<String>,
    /// NT_GNU_BUILD_ID, if it has one.
    pub build_id: Option<String>,
    /// Size in bytes.
    pub bytes: u64,
    /// Time of writing, nanoseconds since 1970.
    pub written: i64,
}

/// Whether two copies of a library have one runtime between them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sharing {
    /// Each copy brings all of its runtime.
    Private,
    /// Both use the same shared object, which the library names in its DT_NEEDED.
    Shared,
    /// A second copy could not be loaded beside the first.
    Unknown,
}

impl Linkage {
    /// From what was mapped after the first load, and after the second. Files of the library's own folder are its own.
    pub(super) fn new(library: &Path, first: &[PathBuf], second: Result<Vec<PathBuf>, String>) -> Self {
        let needed = elf::read(library).needed;
        let objects = first
            .iter()
            .filter(|file| file.parent() != library.parent() && !is_everybodys(file))
            .filter_map(|file| SharedObject::of(file, needed.iter().any(|name| goes_by(file, name))))
            .collect();
        Self { objects, second }
    }

    /// Keeps it beside a library.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn keep(&self, folder: &Path) -> std::io::Result<()> {
        std::fs::write(folder.join(FILE), serde_json::to_vec(self)?)
    }

    /// What was kept beside a library.
    #[must_use]
    pub fn kept(folder: &Path) -> Option<Self> {
        serde_json::from_slice(&std::fs::read(folder.join(FILE)).ok()?).ok()
    }

    /// Whether all shared objects are still the ones that were loaded then.
    #[must_use]
    pub fn is_current(&self) -> bool {
        self.objects.iter().all(|object| stamp(&object.file) == Some((object.bytes, object.written)))
    }

    /// The runtime's own shared objects that two copies have in common, the largest first.
    #[must_use]
    pub fn common(&self) -> Vec<&SharedObject> {
        let second = self.second.as_deref().unwrap_or_default();
        let again = |object: &SharedObject| second.iter().any(|file| file.file_name() == object.file.file_name());
        let mut common: Vec<&SharedObject> =
            self.objects.iter().filter(|object| object.needed && !again(object)).collect();
        common.sort_by_key(|object| std::cmp::Reverse(object.bytes));
        common
    }

    /// Whether two copies have one runtime between them.
    #[must_use]
    pub fn sharing(&self) -> Sharing {
        match &self.second {
            Err(_) => Sharing::Unknown,
            Ok(_) if self.common().is_empty() => Sharing::Private,
            Ok(_) => Sharing::Shared,
        }
    }
}

impl SharedObject {
    fn of(file: &Path, needed: bool) -> Option<Self> {
        let (bytes, written) = stamp(file)?;
        let elf::Facts { soname, build_id, .. } = elf::read(file);
        Some(Self { file: file.to_owned(), needed, soname, build_id, bytes, written })
    }

    /// Whether a process that has one of them gets it for the other as well: the loader looks for a needed object's
    /// name among those that are loaded before it looks for files.
    #[must_use]
    pub fn is_loaded_as(&self, other: &Self) -> bool {
        let name = |object: &Self| object.soname.clone().unwrap_or_else(|| object.name());
        self.file == other.file || name(self) == name(other)
    }

    /// Its file's name.
    #[must_use]
    pub fn name(&self) -> String {
        name_of(&self.file)
    }
}

fn stamp(file: &Path) -> Option<(u64, i64)> {
    let facts = file.metadata().ok()?;
    Some((facts.size(), facts.mtime().saturating_mul(1_000_000_000).saturating_add(facts.mtime_nsec())))
}

fn name_of(file: &Path) -> String {
    file.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn is_everybodys(file: &Path) -> bool {
    let name = name_of(file);
    EVERYBODYS.iter().any(|own| name.starts_with(own))
}

/// Whether a mapped file is what DT_NEEDED calls `name`. The kernel shows the file behind the link: `libgc.so.1` is
/// mapped as `libgc.so.1.5.1`.
fn goes_by(file: &Path, name: &str) -> bool {
    let own = name_of(file);
    own == name
        || own.strip_prefix(name).is_some_and(|rest| rest.starts_with('.'))
        || file.parent().and_then(|folder| folder.join(name).canonicalize().ok()).is_some_and(|link| link == file)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(file: &str, needed: bool, bytes: u64) -> SharedObject {
        SharedObject { file: file.into(), needed, soname: None, build_id: None, bytes, written: 0 }
    }

    #[test]
    fn common_is_what_a_second_copy_does_not_map_again() {
        let objects =
            vec![object("/l/libz.so.1", false, 9), object("/l/libgc.so.1.5", true, 5), object("/l/libx.so", true, 7)];
        let table = [
            (Ok(vec![]), Sharing::Shared, &["libx.so", "libgc.so.1.5"][..]),
            (Ok(vec!["/tmp/libx.so".into()]), Sharing::Shared, &["libgc.so.1.5"]),
            (Ok(vec!["/tmp/libx.so".into(), "/tmp/libgc.so.1.5".into()]), Sharing::Private, &[]),
            (Err("signal 11".to_owned()), Sharing::Unknown, &["libx.so", "libgc.so.1.5"]),
        ];
        for (second, sharing, names) in table {
            let linkage = Linkage { objects: objects.clone(), second };
            assert_eq!(linkage.sharing(), sharing);
            assert_eq!(linkage.common().iter().map(|object| object.name()).collect::<Vec<_>>(), names);
        }
    }

    #[test]
    fn the_first_object_of_a_name_serves_all() {
        let [first, second] = ["/l/17/libjvm.so", "/l/25/libjvm.so"].map(|file| object(file, true, 1));
        assert!(first.is_loaded_as(&second));
        let renamed = SharedObject { soname: Some("libjvm.so.25".to_owned()), ..second.clone() };
        assert!(!first.is_loaded_as(&renamed));
        assert!(renamed.is_loaded_as(&SharedObject { soname: renamed.soname.clone(), ..first }));
        assert!(renamed.is_loaded_as(&second), "one file is one object");
    }

    #[test]
    fn a_link_goes_by_its_name() {
        assert!(goes_by(Path::new("/l/libgc.so.1.5.1"), "libgc.so.1"));
        assert!(!goes_by(Path::new("/l/libgc.so.10"), "libgc.so.1"));
        assert!(!goes_by(Path::new("/l/libgccpp.so.1"), "libgc.so.1"));
    }

    #[test]
    fn an_object_that_changed_is_not_current() {
        let folder = tempfile::TempDir::new().unwrap();
        let file = folder.path().join("libx.so");
        std::fs::write(&file, "one").unwrap();
        let linkage = Linkage::new(Path::new("/l/own.so"), std::slice::from_ref(&file), Ok(vec![]));
        linkage.keep(folder.path()).unwrap();
        assert!(Linkage::kept(folder.path()).unwrap().is_current());
        std::fs::write(&file, "other").unwrap();
        assert!(!Linkage::kept(folder.path()).unwrap().is_current());
        std::fs::remove_file(&file).unwrap();
        assert!(!linkage.is_current());
    }
}
