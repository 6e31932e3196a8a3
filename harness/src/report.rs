//! Views of a record. Text goes in, text comes out; nothing here prints or decides.

mod footprints;
pub mod libraries;
pub mod terminal;
