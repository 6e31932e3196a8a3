//! Views of a record. Text goes in, text comes out; nothing here prints or decides.

pub mod diagnosis;
mod footprints;
pub mod libraries;
pub mod suggestions;
pub mod terminal;
