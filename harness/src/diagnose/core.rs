//! A core file, as the kernel writes it: who crashed, and where all threads were. core(5), elf(5), and struct elf_prstatus
//! of the kernel's include/linux/elfcore.h. x86-64.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::fault::{Asked, FAULTS, Noted, describe};
use super::ptrace::{Registers, Sent};
use super::space::{Mapping, Memory, Place, Space};
use super::still::{Standing, Still};
use super::waits::Known;
use super::{End, Seen};
use crate::signal::name as signal_name;

const ET_CORE: u64 = 4;
const PT_LOAD: u64 = 1;
const PT_NOTE: u64 = 4;
const PF_X: u64 = 1;
const NT_PRSTATUS: u64 = 1;
const NT_PRPSINFO: u64 = 3;
const NT_AUXV: u64 = 6;
const NT_SIGINFO: u64 = 0x5349_4749;
const NT_FILE: u64 = 0x4649_4c45;
const AT_SYSINFO_EHDR: u64 = 33;
/// Bytes of the ELF header and of one program header.
const HEADER: usize = 64;
const SEGMENT: usize = 56;
/// Notes are some hundred bytes a thread and a mapping.
const LARGEST_NOTES: u64 = 64 << 20;
/// How deep below the scratch folder a cell may have gone before it crashed.
const DEPTH: usize = 4;

/// A part of the address space.
#[derive(Debug, Clone, Copy)]
struct Segment {
    start: u64,
    end: u64,
    /// Where its bytes begin in the core, and how many there are.
    offset: u64,
    size: u64,
    executable: bool,
}

/// A part of the address space that a file lies behind.
#[derive(Debug, Clone)]
struct Mapped {
    start: u64,
    end: u64,
    offset: u64,
    file: String,
}

/// What a core says, but for the memory.
#[derive(Debug, Default)]
struct Core {
    /// The process, and the signal that ended it.
    process: i32,
    signal: i32,
    from: Option<Sent>,
    /// The one that took the signal first.
    threads: Vec<Still>,
    segments: Vec<Segment>,
    files: Vec<Mapped>,
    vdso: Option<u64>,
}

/// Reads the core of a process that began to run in `folder` and was ended since `begun`, and removes it.
///
/// # Errors
/// When it cannot be found or read, for this reason.
pub fn take(process: i32, folder: &Path, begun: SystemTime) -> Result<Seen, String> {
    let all = files(folder, DEPTH).into_iter().chain(strays(begun));
    let Some((path, file, core)) = all.filter_map(open).find(|(_, _, core)| core.process == process) else {
        return Err("the kernel wrote its core to another folder, or could not write all of it".to_owned());
    };
    let _ = std::fs::remove_file(path);
    if core.threads.is_empty() { Err("its core names no thread".to_owned()) } else { Ok(core.seen(file)) }
}

/// Reads a core of whatever process left one in `folder`.
pub fn any(folder: &Path) -> Option<Seen> {
    let (_, file, core) = files(folder, DEPTH).into_iter().find_map(open)?;
    (!core.threads.is_empty()).then(|| core.seen(file))
}

/// New files where a process mostly goes that leaves its folder.
fn strays(begun: SystemTime) -> impl Iterator<Item = PathBuf> {
    files(Path::new("/"), 0).into_iter().filter(move |file| is_newer(file, begun))
}

fn open(path: PathBuf) -> Option<(PathBuf, File, Core)> {
    let file = File::open(&path).ok()?;
    let core = Core::read(&file)?;
    Some((path, file, core))
}

fn files(folder: &Path, depth: usize) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let Ok(entries) = std::fs::read_dir(folder) else { return found };
    for entry in entries.flatten() {
        match entry.file_type() {
            Ok(kind) if kind.is_file() => found.push(entry.path()),
            Ok(kind) if kind.is_dir() && depth > 0 => found.extend(files(&entry.path(), depth - 1)),
            Ok(_) | Err(_) => {}
        }
    }
    found
}

fn is_newer(file: &Path, than: SystemTime) -> bool {
    std::fs::metadata(file).and_then(|facts| facts.modified()).is_ok_and(|time| time >= than)
}

/// A little-endian number of some bytes; what is not there is 0.
fn number(bytes: &[u8], at: usize, size: usize) -> u64 {
    let part = bytes.get(at..at + size).unwrap_or_default();
    part.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

impl Core {
    /// `None` for what is no core.
    fn read(file: &File) -> Option<Self> {
        let mut header = [0; HEADER];
        file.read_exact_at(&mut header, 0).ok()?;
        if !header.starts_with(b"\x7fELF\x02\x01") || number(&header, 16, 2) != ET_CORE {
            return None;
        }
        let (offset, count) = (number(&header, 32, 8), number(&header, 56, 2) as usize);
        let mut table = vec![0; count * SEGMENT];
        file.read_exact_at(&mut table, offset).ok()?;
        let mut core = Self::default();
        for entry in table.chunks_exact(SEGMENT) {
            let (kind, flags) = (number(entry, 0, 4), number(entry, 4, 4));
            let (offset, start) = (number(entry, 8, 8), number(entry, 16, 8));
            let (size, length) = (number(entry, 32, 8), number(entry, 40, 8));
            if kind == PT_LOAD {
                let end = start.saturating_add(length);
                core.segments.push(Segment { start, end, offset, size, executable: flags & PF_X != 0 });
            } else if kind == PT_NOTE && size <= LARGEST_NOTES {
                let mut notes = vec![0; size as usize];
                file.read_exact_at(&mut notes, offset).ok()?;
                core.note(&notes);
            }
        }
        Some(core)
    }

    /// All notes of a segment.
    fn note(&mut self, mut notes: &[u8]) {
        while notes.len() >= 12 {
            let (name, length) = (number(notes, 0, 4) as usize, number(notes, 4, 4) as usize);
            let kind = number(notes, 8, 4);
            let from = 12 + name.next_multiple_of(4);
            let Some(content) = notes.get(from..from + length) else { return };
            match kind {
                NT_PRSTATUS => self.threads.push(thread(content)),
                NT_PRPSINFO => self.process = number(content, 24, 4) as i32,
                NT_SIGINFO => {
                    self.signal = number(content, 0, 4) as i32;
                    let (code, sender) = (number(content, 8, 4) as i32, number(content, 16, 4) as i32);
                    self.from = Some(Sent { code, address: number(content, 16, 8), sender });
                }
                NT_AUXV => {
                    let vdso = content.chunks_exact(16).find(|pair| number(pair, 0, 8) == AT_SYSINFO_EHDR);
                    self.vdso = vdso.map(|pair| number(pair, 8, 8));
                }
                NT_FILE => self.files = mapped(content),
                _ => {}
            }
            notes = notes.get(from + length.next_multiple_of(4)..).unwrap_or_default();
        }
    }

    /// As /proc/PID/maps would have it.
    fn maps(&self) -> Vec<Mapping> {
        let stack = self.threads.iter().find(|thread| thread.id == self.process).map(|thread| thread.registers.rsp);
        let all = self.segments.iter().map(|segment| {
            let file = self.files.iter().find(|file| file.start <= segment.start && segment.start < file.end);
            let holds = |address: Option<u64>| address.is_some_and(|at| segment.start <= at && at < segment.end);
            let (offset, file) = match file {
                Some(file) => (file.offset + (segment.start - file.start), file.file.clone()),
                None if holds(self.vdso) => (0, "[vdso]".to_owned()),
                None if holds(stack) => (0, "[stack]".to_owned()),
                None => (0, String::new()),
            };
            Mapping { start: segment.start, end: segment.end, offset, executable: segment.executable, file }
        });
        all.collect()
    }

    fn seen(self, file: File) -> Seen {
        let maps = self.maps();
        let Self { process, signal, from, threads, segments, files, .. } = self;
        let mut space = Space::new(maps, Box::new(Bytes { core: file, segments, files }));
        let known = Known { own: threads.iter().map(|thread| thread.id).collect(), ..Known::default() };
        let (place, stack) = threads.first().map_or((0, 0), |first| (first.registers.rip, first.registers.rsp));
        let standing: Vec<Standing> =
            threads.into_iter().map(|thread| Standing::read(&mut space, thread, None)).collect();
        let last = from.map(|from| Noted { signal, from, place, stack, handler: asked(signal, from) });
        let noted = standing.first().and_then(|first| interrupted(&first.places)).or(last);
        let fault = noted.map(|noted| describe(&mut space, process, &noted));
        Seen {
            end: End::Signal(signal_name(signal)),
            fault,
            before: None,
            signals: None,
            threads: standing.into_iter().map(|thread| thread.named(&mut space, process, &known)).collect(),
            others: Vec::new(),
        }
    }
}

/// Who was asked about the signal that ended the process. Of one that a process sends it is plain: nobody has a handler. A
/// fault may have had one that took itself away, or for which there was no room.
fn asked(signal: i32, from: Sent) -> Asked {
    if from.code <= 0 || !FAULTS.contains(&signal) { Asked::Nobody } else { Asked::NotKnown }
}

/// The outermost fault on a stack whose handler is still running.
fn interrupted(places: &[Place]) -> Option<Noted> {
    let at = places.iter().rposition(|place| place.came.is_some_and(|came| FAULTS.contains(&came.signal)))?;
    let came = places[at].came?;
    // Between the two is what the handler returns to.
    let handler = places.get(at.checked_sub(2)?)?;
    let handler = Asked::Handler(handler.address.wrapping_sub(1), came.stack);
    Some(Noted { signal: came.signal, from: came.from, place: places[at].address, stack: came.stack, handler })
}

/// One thread, from its `elf_prstatus`.
fn thread(content: &[u8]) -> Still {
    let word = |at: usize| number(content, at, 8);
    let register = |place: usize| word(112 + 8 * place);
    Still {
        id: number(content, 32, 4) as i32,
        name: String::new(),
        masked: word(24),
        pending: word(16),
        registers: Registers {
            r15: register(0),
            r14: register(1),
            r13: register(2),
            r12: register(3),
            rbp: register(4),
            rbx: register(5),
            r11: register(6),
            r10: register(7),
            r9: register(8),
            r8: register(9),
            rax: register(10),
            rcx: register(11),
            rdx: register(12),
            rsi: register(13),
            rdi: register(14),
            orig_rax: register(15),
            rip: register(16),
            cs: register(17),
            eflags: register(18),
            rsp: register(19),
            ss: register(20),
            fs_base: register(21),
            gs_base: register(22),
            ds: register(23),
            es: register(24),
            fs: register(25),
            gs: register(26),
        },
    }
}

/// Which files were mapped where.
fn mapped(content: &[u8]) -> Vec<Mapped> {
    let (count, page) = (number(content, 0, 8) as usize, number(content, 8, 8));
    let Some(table) = count.checked_mul(24).and_then(|length| content.get(16..16 + length)) else { return Vec::new() };
    let names = content[16 + table.len()..].split(|byte| *byte == 0);
    let mapped = |(entry, name): (&[u8], &[u8])| Mapped {
        start: number(entry, 0, 8),
        end: number(entry, 8, 8),
        offset: number(entry, 16, 8).wrapping_mul(page),
        file: String::from_utf8_lossy(name).into_owned(),
    };
    table.chunks_exact(24).zip(names).map(mapped).collect()
}

/// The memory: what was written to is in the core, and all else in the files that were mapped.
struct Bytes {
    core: File,
    segments: Vec<Segment>,
    files: Vec<Mapped>,
}

impl Memory for Bytes {
    fn read(&self, address: u64, into: &mut [u8]) -> bool {
        let Some(end) = address.checked_add(into.len() as u64) else { return false };
        let holds = |start: u64, size: u64| start <= address && end <= start.saturating_add(size);
        if let Some(segment) = self.segments.iter().find(|segment| holds(segment.start, segment.size)) {
            return self.core.read_exact_at(into, segment.offset + (address - segment.start)).is_ok();
        }
        let Some(mapped) = self.files.iter().find(|mapped| holds(mapped.start, mapped.end - mapped.start)) else {
            return false;
        };
        let read = |file: File| file.read_exact_at(into, mapped.offset + (address - mapped.start));
        File::open(&mapped.file).and_then(read).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A note of the kernel's: name, content, each filled up to a word.
    fn note(kind: u64, content: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for word in [5, content.len() as u64, kind] {
            bytes.extend_from_slice(&(word as u32).to_le_bytes());
        }
        bytes.extend_from_slice(b"CORE\0\0\0\0");
        bytes.extend_from_slice(content);
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        bytes
    }

    fn words(words: &[u64]) -> Vec<u8> {
        words.iter().flat_map(|word| word.to_le_bytes()).collect()
    }

    #[test]
    fn notes_say_who_and_what() {
        let mut status = vec![0; 336];
        status[16] = 1;
        status[32] = 77;
        status[112 + 8 * 16] = 0x42;
        let mut about = vec![0; 136];
        about[24] = 7;
        let mut signal = vec![0; 128];
        (signal[0], signal[8], signal[16]) = (11, 1, 0x18);
        let mut files = words(&[2, 4096, 0x1000, 0x2000, 0, 0x2000, 0x5000, 3]);
        files.extend_from_slice(b"/a\0/b c\0");
        let mut core = Core::default();
        let all = [note(NT_PRSTATUS, &status), note(NT_PRPSINFO, &about), note(NT_SIGINFO, &signal)].concat();
        core.note(&[all, note(NT_FILE, &files), note(NT_AUXV, &words(&[33, 0x9000]))].concat());
        let first = &core.threads[0];
        assert_eq!((first.id, first.registers.rip, first.pending), (77, 0x42, 1));
        assert_eq!((core.process, core.signal, core.vdso), (7, 11, Some(0x9000)));
        assert_eq!(core.from, Some(Sent { code: 1, address: 0x18, sender: 0x18 }));
        assert_eq!((core.files[1].offset, core.files[1].file.as_str()), (3 * 4096, "/b c"));
    }

    #[test]
    fn what_is_damaged_or_no_core_is_nothing() {
        let mut core = Core::default();
        core.note(&note(NT_PRSTATUS, &[0; 336])[..200]);
        core.note(&note(NT_FILE, &words(&[u64::MAX, 4096])));
        core.note(&note(NT_FILE, &[]));
        assert!(core.threads.is_empty() && core.files.is_empty());
        assert!(Core::read(&File::open(std::env::current_exe().unwrap()).unwrap()).is_none());
        assert!(Core::read(&File::open("/dev/null").unwrap()).is_none());
    }
}
