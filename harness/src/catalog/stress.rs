//! The ways in which a run may make the life of cells harder, so that races come out.

use std::str::FromStr;

/// How a cell's life is made harder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stress {
    /// All threads of a cell have one processor between them.
    OneCore,
    /// Each processor has a busy process beside the cells.
    Loaded,
    /// Each thread of a cell is moved from processor to processor.
    Shuffled,
}

impl Stress {
    const ALL: [Self; 3] = [Self::OneCore, Self::Loaded, Self::Shuffled];

    /// The word for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::OneCore => "one-core",
            Self::Loaded => "loaded",
            Self::Shuffled => "shuffled",
        }
    }
}

impl FromStr for Stress {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let names = Self::ALL.map(Self::name).join(", ");
        Self::ALL.into_iter().find(|stress| stress.name() == text).ok_or_else(|| format!("there are {names}"))
    }
}
