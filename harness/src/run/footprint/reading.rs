//! The texts of /proc at a mark, as they are. The process waits meanwhile, so nothing is done here but to read.

use std::ffi::CStr;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::fs::{Dir, Mode, OFlags, openat, readlinkat};

use crate::trace::wire::{MARK_FD, TRACE_FD};

/// Of a process with more threads than this, children of further ones are not looked for: each costs a file.
const THREADS: usize = 16;
/// What one read of such a file gives at most, however much is asked for: a page.
const PIECE: usize = 4096;
/// Descriptors whose status flags are read: stdin, stdout, stderr.
const STANDARD: i32 = 3;

/// What /proc said; what could not be read is empty.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    /// The mark's name.
    pub mark: String,
    pub(super) status: String,
    pub(super) maps: String,
    pub(super) limits: String,
    pub(super) timers: String,
    /// Where its current folder is.
    pub(super) folder: String,
    /// By number: what it is, and for the standard ones the text of fdinfo.
    pub(super) descriptors: Vec<(i32, DescriptorText)>,
    /// Processes that its threads started.
    pub(super) children: usize,
}

/// One descriptor.
#[derive(Debug, Clone, Default)]
pub struct DescriptorText {
    /// What its link says: `pipe:[4711]`, `/dev/null`.
    pub(super) link: String,
    /// Of the standard ones: the text of fdinfo.
    pub(super) info: String,
}

impl Reading {
    /// Reads what /proc says of a process now.
    #[must_use]
    pub fn of(pid: i32, mark: &str) -> Self {
        let mut reading = Self { mark: mark.to_owned(), ..Self::default() };
        let Some(process) = open(rustix::fs::CWD, format!("/proc/{pid}"), OFlags::DIRECTORY) else { return reading };
        let process = process.as_fd();
        reading.status = record(process, c"status");
        reading.maps = text(process, c"maps");
        reading.limits = record(process, c"limits");
        reading.timers = text(process, c"timers");
        reading.folder = link(process, c"cwd");
        reading.descriptors = descriptors(process);
        reading.children = children(process);
        reading
    }
}

fn open(folder: BorrowedFd<'_>, name: impl rustix::path::Arg, flags: OFlags) -> Option<OwnedFd> {
    openat(folder, name, flags | OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty()).ok()
}

/// All of a file below a folder.
fn text(folder: BorrowedFd<'_>, name: impl rustix::path::Arg) -> String {
    read(folder, name, |count| count > 0)
}

/// All of a file that the kernel writes as one record: only a full piece has another one behind it.
fn record(folder: BorrowedFd<'_>, name: impl rustix::path::Arg) -> String {
    read(folder, name, |count| count == PIECE)
}

fn read(folder: BorrowedFd<'_>, name: impl rustix::path::Arg, goes_on: impl Fn(usize) -> bool) -> String {
    let Some(file) = open(folder, name, OFlags::empty()) else { return String::new() };
    let mut bytes = Vec::with_capacity(PIECE);
    loop {
        let from = bytes.len();
        bytes.resize(from + PIECE, 0);
        let count = rustix::io::read(&file, &mut bytes[from..]).unwrap_or(0);
        bytes.truncate(from + count);
        if !goes_on(count) {
            return String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into());
        }
    }
}

fn link(folder: BorrowedFd<'_>, name: impl rustix::path::Arg) -> String {
    readlinkat(folder, name, Vec::new()).map(|target| target.to_string_lossy().into_owned()).unwrap_or_default()
}

/// The names in a folder that are numbers.
fn numbers(process: BorrowedFd<'_>, folder: &CStr) -> impl Iterator<Item = i32> {
    let folder = open(process, folder, OFlags::DIRECTORY).and_then(|folder| Dir::new(folder).ok());
    folder.into_iter().flatten().flatten().filter_map(|entry| entry.file_name().to_str().ok()?.parse().ok())
}

fn descriptors(process: BorrowedFd<'_>) -> Vec<(i32, DescriptorText)> {
    let own = |number: &i32| *number == TRACE_FD || *number == MARK_FD;
    let all = numbers(process, c"fd").filter(|number| !own(number));
    all.map(|number| {
        let info = if number < STANDARD { record(process, format!("fdinfo/{number}")) } else { String::new() };
        (number, DescriptorText { link: link(process, format!("fd/{number}")), info })
    })
    .collect()
}

fn children(process: BorrowedFd<'_>) -> usize {
    let texts = numbers(process, c"task").take(THREADS).map(|task| text(process, format!("task/{task}/children")));
    texts.map(|text| text.split_ascii_whitespace().count()).sum()
}
