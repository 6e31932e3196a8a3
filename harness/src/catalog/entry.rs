//! The entries of the contract table (`coexist_runtime.h`), in the table's order.
//! Knows their names and bits; what an entry must do stands in the C header.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

macro_rules! entries {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// A function of the contract table that a runtime offers, or leaves NULL.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum Entry {
            $($(#[$doc])* $variant,)*
        }

        impl Entry {
            /// All entries in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name in the C table, in headers and in manifests.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }
    };
}

entries! {
    /// Says which runtime it is.
    Version = "version",
    /// Comes up.
    Start = "start",
    /// Shuts down.
    Stop = "stop",
    /// Managed code prints a line.
    Callback = "callback",
    /// Managed code calls a C function.
    Call = "call",
    /// Managed code allocates and collects.
    Churn = "churn",
    /// An error is thrown and caught in managed code.
    Raise = "raise",
    /// A hardware fault becomes the language's error.
    Fault = "fault",
    /// A stack overflow becomes the language's error.
    Overflow = "overflow",
    /// A C function is called from a thread that the runtime made.
    Spawn = "spawn",
    /// A thread of the host is registered.
    Attach = "attach",
    /// A thread of the host is forgotten.
    Detach = "detach",
    /// Managed threads stay busy in the background.
    Spin = "spin",
    /// The language's clock is read.
    Clock = "clock",
    /// A managed stack trace is written.
    Backtrace = "backtrace",
    /// A counter in managed global state.
    State = "state",
}

/// A word that names no entry of the contract.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{0}` is no entry of the contract")]
pub struct UnknownEntry(pub String);

impl Entry {
    /// Entries that no runtime may leave NULL: without them no scenario can say anything about it.
    pub const MANDATORY: &'static [Self] = &[Self::Version, Self::Start, Self::Callback];

    /// The bit of this entry in the host's `offers` fact: bit i is the i-th function pointer from `version` on.
    #[must_use]
    pub fn bit(self) -> u32 {
        1 << self as u32
    }

    /// The entries whose bits are set in the host's `offers` fact; bits beyond the table are left out.
    pub fn from_mask(mask: u32) -> impl Iterator<Item = Self> {
        Self::ALL.iter().copied().filter(move |entry| mask & entry.bit() != 0)
    }

    /// All names, in the order of the table.
    pub fn names() -> impl Iterator<Item = &'static str> {
        Self::ALL.iter().map(|entry| entry.name())
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Entry {
    type Err = UnknownEntry;

    fn from_str(text: &str) -> Result<Self, UnknownEntry> {
        let found = Self::ALL.iter().copied().find(|entry| entry.name() == text);
        found.ok_or_else(|| UnknownEntry(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        for &entry in Entry::ALL {
            assert_eq!(entry.name().parse(), Ok(entry));
            assert_eq!(serde_json::to_string(&entry).unwrap(), format!("\"{entry}\""));
        }
        assert_eq!("Call".parse::<Entry>(), Err(UnknownEntry("Call".to_owned())));
    }

    #[test]
    fn bits_follow_the_table() {
        assert_eq!(Entry::Version.bit(), 1);
        assert_eq!(Entry::State.bit(), 1 << 15);
        assert_eq!(Entry::ALL.len(), 16);
        assert_eq!(
            Entry::from_mask(0x8000_8005).collect::<Vec<_>>(),
            [Entry::Version, Entry::Stop, Entry::State],
            "a bit beyond the table is another contract's"
        );
    }

    #[test]
    fn the_order_is_that_of_the_c_table() {
        let header = concat!(env!("CARGO_MANIFEST_DIR"), "/c-hosts/include/coexist_runtime.h");
        let header = std::fs::read_to_string(header).unwrap();
        let table = header.split_once("typedef struct coexist_runtime {").unwrap().1;
        let table = table.split_once("} coexist_runtime;").unwrap().0;
        let found: Vec<&str> = table
            .lines()
            .filter(|line| !line.trim_start().starts_with(['/', '*']))
            .filter_map(|line| line.split_once("(*")?.1.split_once(')').map(|(name, _)| name))
            .collect();
        assert_eq!(found, Entry::names().collect::<Vec<_>>());
    }
}
