//! The layout of the trace memory and of mark messages: the other side of `c-hosts/include/coexist_wire.h`.

use super::Kind;

/// Descriptor of the trace memory in a host.
pub const TRACE_FD: i32 = 1000;
/// Descriptor of the mark socket in a host.
pub const MARK_FD: i32 = 1001;

/// First word of the trace memory and of every mark.
pub const MAGIC: u64 = 0x0031_5458_4545_4f43;
/// Version of the layout.
pub const VERSION: u32 = 1;
/// Where the records begin.
pub const HEADER_SIZE: usize = 4096;
/// Bytes of one record.
pub const RECORD_SIZE: usize = 128;
/// Bytes of a record's text.
pub const TEXT_SIZE: usize = 88;
/// Records that the harness makes room for; memory is only taken for those that are written.
pub const CAPACITY: u64 = 65_536;
/// Bytes of a mark message.
pub const MARK_SIZE: usize = 64;

/// The kind of a record that is no event: a fact that a measuring scenario found out.
pub const FOUND: u8 = 16;

/// The host asks to be measured.
pub const MARK_REQUEST: u32 = 1;
/// The harness has measured.
pub const MARK_ANSWER: u32 = 2;
/// The trace memory is full.
pub const MARK_FULL: u32 = 3;
/// A child of the host hangs, and is ended after the answer.
pub const MARK_HUNG: u32 = 4;

const CHECK_FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;

impl Kind {
    /// From its number.
    #[must_use]
    pub fn from_wire(number: u8) -> Option<Self> {
        Some(match number {
            1 => Self::Step,
            2 => Self::Done,
            3 => Self::Event,
            4 => Self::Lane,
            5 => Self::Note,
            6 => Self::Value,
            7 => Self::Failed,
            8 => Self::Refused,
            9 => Self::Detail,
            10 => Self::Fact,
            11 => Self::Live,
            12 => Self::Mark,
            13 => Self::End,
            14 => Self::Handler,
            15 => Self::State,
            _ => return None,
        })
    }
}

/// The header as the harness writes it, up to and including `head`.
#[must_use]
pub fn header(nonce: u64) -> [u8; 40] {
    let mut bytes = [0; 40];
    bytes[..8].copy_from_slice(&MAGIC.to_le_bytes());
    bytes[8..12].copy_from_slice(&VERSION.to_le_bytes());
    bytes[12..16].copy_from_slice(&(RECORD_SIZE as u32).to_le_bytes());
    bytes[16..24].copy_from_slice(&CAPACITY.to_le_bytes());
    bytes[24..32].copy_from_slice(&nonce.to_le_bytes());
    bytes
}

/// The check word of a record: `words` are the fourteen after `check`.
#[must_use]
pub fn check(nonce: u64, commit: u64, words: &[u8]) -> u64 {
    let mut hash = nonce ^ commit.wrapping_mul(CHECK_FACTOR);
    for word in words.chunks_exact(8) {
        hash = (hash ^ word_at(word, 0)).rotate_left(29).wrapping_mul(CHECK_FACTOR);
    }
    hash
}

/// The little-endian word at a byte offset; missing bytes are zero.
#[must_use]
pub fn word_at(bytes: &[u8], offset: usize) -> u64 {
    let mut word = [0; 8];
    let from = offset.min(bytes.len());
    let count = (bytes.len() - from).min(8);
    word[..count].copy_from_slice(&bytes[from..from + count]);
    u64::from_le_bytes(word)
}

/// One mark message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// `MARK_REQUEST`, `MARK_ANSWER`, `MARK_FULL` or `MARK_HUNG`.
    pub kind: u32,
    /// Counts what is answered from 1.
    pub index: u32,
    /// The mark's name.
    pub name: String,
}

impl Mark {
    /// From a message; `None` if it is not one of this run.
    #[must_use]
    pub fn decode(bytes: &[u8], nonce: u64) -> Option<Self> {
        if bytes.len() != MARK_SIZE || word_at(bytes, 0) != MAGIC || word_at(bytes, 8) != nonce {
            return None;
        }
        let both = word_at(bytes, 16);
        let name = bytes[24..].split(|byte| *byte == 0).next().unwrap_or_default();
        Some(Self {
            kind: (both & 0xffff_ffff) as u32,
            index: (both >> 32) as u32,
            name: String::from_utf8(name.to_vec()).ok()?,
        })
    }

    /// The harness's answer to it.
    #[must_use]
    pub fn answer(&self, nonce: u64) -> [u8; MARK_SIZE] {
        let mut bytes = [0; MARK_SIZE];
        bytes[..8].copy_from_slice(&MAGIC.to_le_bytes());
        bytes[8..16].copy_from_slice(&nonce.to_le_bytes());
        bytes[16..20].copy_from_slice(&MARK_ANSWER.to_le_bytes());
        bytes[20..24].copy_from_slice(&self.index.to_le_bytes());
        bytes
    }
}
