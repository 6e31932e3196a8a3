//! A library, looked at by itself: loaded in a child of its own, never in this process.

mod elf;
pub mod linkage;
pub mod probe;
pub mod table;
