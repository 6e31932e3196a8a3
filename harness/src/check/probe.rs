//! The probe: a re-exec'd child that loads a library twice and writes down its table and what each load mapped.
//! The only file that names libloading.

use std::ffi::{CStr, c_char, c_void};
use std::io::Write;
use std::path::{Path, PathBuf};

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

/// What the probe writes down, one line each, as soon as it knows: the next step may end it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Said {
    /// The table.
    Table(Table),
    /// Files that the first load mapped.
    First(Vec<PathBuf>),
    /// Files that the load of the second copy mapped.
    Second(Vec<PathBuf>),
    /// A load failed, or there is no table: why.
    Nothing(String),
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

/// Loads a library and then its copy into this process, and writes to `report` what came of it. For the probe child only:
/// constructors run here.
///
/// # Errors
/// When the report cannot be written.
pub fn serve(id: &str, library: &Path, copy: &Path, report: &Path) -> std::io::Result<()> {
    let mut report = std::fs::File::create(report)?;
    let mut say = |said: Said| writeln!(report, "{}", serde_json::to_string(&said)?);
    let mut known = mapped()?;
    let loaded = match load(library) {
        Ok(loaded) => loaded,
        Err(why) => return say(Said::Nothing(why)),
    };
    match read(&loaded, id) {
        Ok(table) => say(Said::Table(table))?,
        Err(why) => say(Said::Nothing(why))?,
    }
    say(Said::First(news(&mut known)?))?;
    match load(copy) {
        Ok(second) => std::mem::forget(second),
        Err(why) => return say(Said::Nothing(why)),
    }
    // Unloading is another question than this one.
    std::mem::forget(loaded);
    say(Said::Second(news(&mut known)?))
}

/// Files that are mapped now and were not known.
fn news(known: &mut Vec<PathBuf>) -> std::io::Result<Vec<PathBuf>> {
    let new: Vec<PathBuf> = mapped()?.into_iter().filter(|file| !known.contains(file)).collect();
    known.extend(new.iter().cloned());
    Ok(new)
}

/// Shared objects of this process, in the order of their addresses.
fn mapped() -> std::io::Result<Vec<PathBuf>> {
    let maps = std::fs::read_to_string("/proc/self/maps")?;
    let files = maps.lines().filter_map(|line| {
        let (facts, file) = line.split_once('/')?;
        facts.contains(" r-xp ").then(|| PathBuf::from(format!("/{file}")))
    });
    Ok(files.collect())
}

#[allow(clippy::disallowed_types, reason = "this is the probe")]
fn load(library: &Path) -> Result<libloading::Library, String> {
    // SAFETY: this process exists to find out whether that is a good idea.
    unsafe { libloading::Library::new(library) }.map_err(|error| error.to_string())
}

#[allow(clippy::disallowed_types, reason = "this is the probe")]
fn read(loaded: &libloading::Library, id: &str) -> Result<Table, String> {
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
    Ok(Table { abi, id: text(table.id), title: text(table.title), offers: offers.map(|(entry, _)| entry).collect() })
}
