//! What a process may have at a mark: `threads 64`, `resident 512 MiB`.

use std::fmt;

/// Something that is different in every run, and must stay below a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resource {
    /// Threads of the process.
    Threads,
    /// Resident set in KiB.
    Resident,
    /// Reserved address space in KiB.
    Reserved,
    /// Mappings of the address space.
    Mappings,
    /// Open descriptors.
    Descriptors,
}

/// The most of a resource that a process may have at any mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// Of what.
    pub of: Resource,
    /// How much, in the resource's unit.
    pub most: u64,
}

impl Resource {
    /// All, in the order of FORMATS.md.
    pub const ALL: [Self; 5] = [Self::Threads, Self::Resident, Self::Reserved, Self::Mappings, Self::Descriptors];

    /// Its word in headers and outcomes.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Threads => "threads",
            Self::Resident => "resident",
            Self::Reserved => "reserved",
            Self::Mappings => "mappings",
            Self::Descriptors => "descriptors",
        }
    }

    /// KiB in a unit; of what is counted, there is none.
    fn unit(self, unit: Option<&str>) -> Option<u64> {
        match (self, unit) {
            (Self::Threads | Self::Mappings | Self::Descriptors, None)
            | (Self::Resident | Self::Reserved, Some("KiB")) => Some(1),
            (Self::Resident | Self::Reserved, Some("MiB")) => Some(1 << 10),
            (Self::Resident | Self::Reserved, Some("GiB")) => Some(1 << 20),
            (Self::Resident | Self::Reserved, Some("TiB")) => Some(1 << 30),
            (Self::Threads | Self::Mappings | Self::Descriptors, Some(_)) | (Self::Resident | Self::Reserved, _) => {
                None
            }
        }
    }

    /// So much of it, in words.
    #[must_use]
    pub fn amount(self, number: u64) -> String {
        match self {
            Self::Threads | Self::Mappings | Self::Descriptors => format!("{number} {}", self.word()),
            Self::Resident | Self::Reserved => format!("{number} KiB {}", self.word()),
        }
    }
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

impl Budget {
    /// From the value of a directive.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut words = text.split_ascii_whitespace();
        let word = words.next()?;
        let of = Resource::ALL.into_iter().find(|resource| resource.word() == word)?;
        let number: u64 = words.next()?.parse().ok().filter(|number| *number > 0)?;
        let most = number.checked_mul(of.unit(words.next())?)?;
        words.next().is_none().then_some(Self { of, most })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_have_no_unit_and_sizes_have_one() {
        for (text, of, most) in [
            ("threads 64", Resource::Threads, 64),
            ("mappings 2000", Resource::Mappings, 2000),
            ("descriptors 40", Resource::Descriptors, 40),
            ("resident 512 MiB", Resource::Resident, 512 << 10),
            ("reserved 2 TiB", Resource::Reserved, 2 << 30),
            ("reserved 9 GiB", Resource::Reserved, 9 << 20),
            ("reserved 9 KiB", Resource::Reserved, 9),
        ] {
            assert_eq!(Budget::parse(text), Some(Budget { of, most }), "{text}");
        }
        for text in [
            "",
            "threads",
            "threads many",
            "threads 0",
            "threads 64 MiB",
            "resident 512",
            "resident 5 MB",
            "memory 5 MiB",
            "threads 64 65",
            "reserved 18446744073709551615 TiB",
            "resident 1 MiB more",
        ] {
            assert_eq!(Budget::parse(text), None, "{text}");
        }
    }
}
