//! The state of a process that stands still at a mark, read from /proc.

use serde::{Deserialize, Serialize};

/// What was measured at one mark.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Footprint {
    /// The mark's name.
    pub mark: String,
    /// Threads of the process.
    pub threads: u32,
    /// Resident set in KiB.
    pub resident_kib: u64,
    /// Reserved address space in KiB.
    pub reserved_kib: u64,
    /// Signals with a handler, as the kernel's mask: bit n-1 for signal n.
    pub caught: u64,
    /// Mappings of the address space.
    pub maps: usize,
    /// Writable mappings that no file is behind: where heaps lie.
    #[serde(skip)]
    pub writable: Vec<Mapping>,
}

/// One mapping of the address space.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mapping {
    /// First address.
    pub start: u64,
    /// First address after it.
    pub end: u64,
}

impl Footprint {
    /// Reads what /proc says of a process now; what cannot be read is zero.
    #[must_use]
    pub fn read(pid: i32, mark: &str) -> Self {
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
        let maps = std::fs::read_to_string(format!("/proc/{pid}/maps")).unwrap_or_default();
        let field = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            line.and_then(|line| line.trim_start_matches(':').split_whitespace().next()).unwrap_or("0")
        };
        Self {
            mark: mark.to_owned(),
            threads: field("Threads").parse().unwrap_or(0),
            resident_kib: field("VmRSS").parse().unwrap_or(0),
            reserved_kib: field("VmSize").parse().unwrap_or(0),
            caught: u64::from_str_radix(field("SigCgt"), 16).unwrap_or(0),
            maps: maps.lines().count(),
            writable: maps.lines().filter_map(writable).collect(),
        }
    }

    /// The writable mapping that an address lies in.
    #[must_use]
    pub fn mapping_of(&self, address: u64) -> Option<Mapping> {
        self.writable.iter().copied().find(|mapping| mapping.start <= address && address < mapping.end)
    }
}

/// A line of /proc/PID/maps, if it is writable memory without a file.
fn writable(line: &str) -> Option<Mapping> {
    let mut words = line.split_ascii_whitespace();
    let (start, end) = words.next()?.split_once('-')?;
    let permissions = words.next()?;
    let path = words.nth(3);
    if !permissions.starts_with("rw") || path.is_some_and(|path| path.starts_with('/')) {
        return None;
    }
    Some(Mapping { start: u64::from_str_radix(start, 16).ok()?, end: u64::from_str_radix(end, 16).ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_writable_memory_without_a_file() {
        let table = [
            ("c000000000-c000400000 rw-p 00000000 00:00 0 ", Some((0xc0_0000_0000, 0xc0_0040_0000))),
            ("55d0-55e0 rw-p 00000000 00:00 0                          [heap]", Some((0x55d0, 0x55e0))),
            ("7f00-7f01 rw-p 00001000 fe:00 17    /lib/x.so", None),
            ("7f00-7f01 r--p 00000000 00:00 0", None),
            ("nonsense", None),
            ("", None),
        ];
        for (line, expected) in table {
            assert_eq!(writable(line), expected.map(|(start, end)| Mapping { start, end }), "{line}");
        }
    }

    #[test]
    fn this_process_has_one() {
        let own = Footprint::read(std::process::id().cast_signed(), "now");
        assert!(own.threads >= 1 && own.maps > 3 && own.resident_kib > 0 && !own.writable.is_empty());
    }
}
