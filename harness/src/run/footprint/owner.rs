//! Whose an address is.

use std::path::{Path, PathBuf};

use super::maps::Map;
use crate::run::Start;

/// The file of a host that is loaded by a VM.
const HOST_IN_VM: &str = "libhost.so";

/// Whose code an address is, or what is said instead of an address.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Owner {
    /// SIG_IGN.
    #[default]
    Ignored,
    /// The scenario's own code.
    Host,
    /// The library at a position of the cell, from 0 on.
    Library(usize),
    /// Another file, by its name without the version.
    File(String),
    /// Memory that no file is behind.
    MadeAtRunTime,
    /// An address that is not mapped.
    Nowhere,
}

impl Owner {
    /// In words; `labels` are the cell's libraries in order.
    #[must_use]
    pub fn text(&self, labels: &[String]) -> String {
        match self {
            Self::Ignored => "ignored".to_owned(),
            Self::Host => "the host".to_owned(),
            Self::Library(at) => labels.get(*at).cloned().unwrap_or_else(|| format!("library {}", at + 1)),
            Self::File(name) => name.clone(),
            Self::MadeAtRunTime => "code made at run time".to_owned(),
            Self::Nowhere => "unmapped memory".to_owned(),
        }
    }
}

/// The files that have a name in a cell.
#[derive(Debug)]
pub struct Owners<'a> {
    host: Option<&'a Path>,
    libraries: Vec<PathBuf>,
    /// The folder in which the process was started.
    pub(super) folder: &'a Path,
}

impl<'a> Owners<'a> {
    /// Of no run: only what has a file has a name.
    #[cfg(test)]
    pub(super) fn none() -> Self {
        Self { host: None, libraries: Vec::new(), folder: Path::new("/nowhere") }
    }

    /// Of one run. /proc has paths without links in them.
    #[must_use]
    pub fn in_run(start: &'a Start, folder: &'a Path) -> Self {
        let whole = |path: &PathBuf| std::fs::canonicalize(path).unwrap_or_else(|_| path.clone());
        // More words are a VM and what it gets; the program is the VM's then.
        let host = (start.command.len() == 1).then(|| Path::new(&start.command[0]));
        Self { host, folder, libraries: start.libraries.iter().map(|(_, path)| whole(path)).collect() }
    }

    pub(super) fn of(&self, address: u64, maps: &[Map<'_>]) -> Owner {
        const IGNORED: u64 = 1;
        if address == IGNORED {
            return Owner::Ignored;
        }
        let Some(map) = maps.iter().find(|map| map.at.start <= address && address < map.at.end) else {
            return Owner::Nowhere;
        };
        let Some(file) = map.file().map(Path::new) else { return Owner::MadeAtRunTime };
        let name = || file.file_name().map(|name| unversioned(&name.to_string_lossy())).unwrap_or_default();
        match self.libraries.iter().position(|library| library == file) {
            Some(at) => Owner::Library(at),
            None if self.is_host(file) => Owner::Host,
            None => Owner::File(name()),
        }
    }

    fn is_host(&self, file: &Path) -> bool {
        let same_name = self.host.is_some_and(|host| host.file_name() == file.file_name());
        same_name || file.file_name().is_some_and(|name| name == HOST_IN_VM)
    }
}

/// `libruby-3.1.so` of `libruby-3.1.so.3.1.2`: the same library in another build is the same owner.
fn unversioned(name: &str) -> String {
    const ENDING: &str = ".so";
    let end = name.find(".so.").map_or(name.len(), |at| at + ENDING.len());
    name[..end].to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::maps::parse;
    use super::*;

    #[test]
    fn every_address_has_an_owner() {
        let maps = "1000-2000 r-xp 0 0:0 1   /store/host-1/host\n2000-3000 r-xp 0 0:0 2   /store/library-2/libsample.so\n\
                    3000-4000 r-xp 0 0:0 3   /usr/lib/libruby-3.1.so.3.1.2\n4000-5000 r-xp 0 0:0 0 \n\
                    6000-7000 r-xp 0 0:0 2   /store/library-2/copy-2/libsample.so\n7000-8000 r-xp 0 0:0 9   /store/vm/libhost.so\n";
        let owners = Owners {
            folder: Path::new("/tmp"),
            host: Some(Path::new("/store/host-1/host")),
            libraries: vec!["/store/library-2/libsample.so".into(), "/store/library-2/copy-2/libsample.so".into()],
        };
        let labels = ["go".to_owned(), "go#2".to_owned()];
        for (address, text) in [
            (1, "ignored"),
            (0x1000, "the host"),
            (0x2fff, "go"),
            (0x3000, "libruby-3.1.so"),
            (0x4800, "code made at run time"),
            (0x5000, "unmapped memory"),
            (0x6000, "go#2"),
            (0x7000, "the host"),
        ] {
            assert_eq!(owners.of(address, &parse(maps)).text(&labels), text, "{address:#x}");
        }
    }
}
