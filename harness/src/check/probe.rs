//! The probe: a re-exec'd child that loads one library and writes down its table. The only file that names libloading.

use std::ffi::{CStr, c_char, c_void};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::catalog::Entry;

/// The hidden subcommand under which the executable is a probe.
pub const PROBE_COMMAND: &str = "__probe";

/// What a library's table says, as the probe found it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// Version of the contract.
    pub abi: u32,
    /// The sample's id.
    pub id: String,
    /// What callback prints.
    pub title: String,
    /// Entries that are not NULL.
    pub offers: Vec<Entry>,
}

/// `coexist_runtime` of `coexist_runtime.h`.
#[repr(C)]
struct RawTable {
    abi: u32,
    size: u32,
    id: *const c_char,
    title: *const c_char,
    entries: [*const c_void; Entry::ALL.len()],
}

/// The name that a sample's library exports.
#[must_use]
pub fn export(id: &str) -> String {
    format!("coexist_runtime_{}", id.replace('-', "_"))
}

/// Loads a library into this process and reads its table. For the probe child only: the library's constructors run here.
///
/// # Errors
/// Why there is no table, in words.
pub fn read(library: &Path, id: &str) -> Result<Table, String> {
    #[allow(clippy::disallowed_types, reason = "this is the probe")]
    // SAFETY: this process exists to find out whether that is a good idea.
    let loaded = unsafe { libloading::Library::new(library) }.map_err(|error| error.to_string())?;
    let name = export(id);
    // SAFETY: the contract gives the export this type.
    let symbol = unsafe { loaded.get::<extern "C" fn() -> *const RawTable>(name.as_bytes()) };
    let table = symbol.map_err(|error| error.to_string())?();
    if table.is_null() {
        return Err(format!("{name} returned NULL"));
    }
    // SAFETY: not NULL, and the first two fields are the same in every version of the contract.
    let (abi, size) = unsafe { ((*table).abi, (*table).size) };
    if abi != 1 || size as usize != size_of::<RawTable>() {
        return Err(format!("the table is of version {abi} and has {size} bytes"));
    }
    // SAFETY: version and size are those of RawTable, and the table is constant.
    let table = unsafe { &*table };
    let text = |pointer: *const c_char| {
        if pointer.is_null() {
            return String::new();
        }
        // SAFETY: the contract's texts end in NUL and stay.
        unsafe { CStr::from_ptr(pointer) }.to_string_lossy().into_owned()
    };
    let offers = Entry::ALL.iter().copied().zip(table.entries).filter(|(_, entry)| !entry.is_null());
    let found =
        Table { abi, id: text(table.id), title: text(table.title), offers: offers.map(|(entry, _)| entry).collect() };
    // Unloading is another question than this one.
    std::mem::forget(loaded);
    Ok(found)
}
