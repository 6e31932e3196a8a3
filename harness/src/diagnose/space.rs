//! The address space of a process that stands still, or of its core: what lies where, and who called whom.

use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;

use framehop::x86_64::{CacheX86_64, UnwindRegsX86_64, UnwinderX86_64};
use framehop::{FrameAddress, Module, Unwinder};

use super::Frame;
use super::image::Image;
use super::ptrace::{self, Registers, Sent};
use crate::signal::LAST;

/// Calls of a stack that are written down.
const DEPTH: usize = 256;
/// A frame whose address is not mapped.
const NOWHERE: &str = "no memory at all";
/// What a handler returns to: `mov $15, %rax; syscall`, in every C library and in Go.
const RESTORER: [u8; 9] = [0x48, 0xc7, 0xc0, 0x0f, 0, 0, 0, 0x0f, 0x05];
/// `uc_mcontext.gregs` in a `ucontext_t`, and the places of three registers there.
const GREGS: u64 = 40;
const GREG_RBP: usize = 10;
const GREG_RSP: usize = 15;
const GREG_RIP: usize = 16;
const GREG_ERR: usize = 19;
const GREG_TRAPNO: usize = 20;
const GREG_CR2: usize = 22;
/// The `siginfo_t` behind the kernel's `ucontext`, and what it has where.
const SIGINFO: u64 = 304;
const SI_CODE: u64 = 8;
const SI_ADDR: u64 = 16;

/// The bytes of a process.
pub trait Memory {
    /// Fills all of `into`, or says that some of it is not there.
    fn read(&self, address: u64, into: &mut [u8]) -> bool;
}

/// Memory of a thread that stands still.
struct Live(i32);

impl Memory for Live {
    fn read(&self, address: u64, into: &mut [u8]) -> bool {
        ptrace::read(self.0, address, into)
    }
}

/// One process while it stands still.
pub struct Space {
    memory: Box<dyn Memory>,
    maps: Vec<Mapping>,
    images: BTreeMap<String, Option<Rc<Image>>>,
    unwinder: UnwinderX86_64<Vec<u8>>,
    cache: CacheX86_64,
    known: Vec<u64>,
}

/// A line of /proc/PID/maps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapping {
    /// The first byte.
    pub start: u64,
    /// The first byte behind it.
    pub end: u64,
    /// Where it begins in its file.
    pub offset: u64,
    /// Whether it may be run.
    pub executable: bool,
    /// The file; what is none in square brackets, or nothing.
    pub file: String,
}

impl Mapping {
    fn parse(line: &str) -> Option<Self> {
        let mut words = line.splitn(6, ' ');
        let (start, end) = words.next()?.split_once('-')?;
        let executable = words.next()?.contains('x');
        let number = |text: &str| u64::from_str_radix(text, 16).ok();
        let offset = number(words.next()?)?;
        let file = words.nth(2).unwrap_or_default().trim().to_owned();
        Some(Self { start: number(start)?, end: number(end)?, offset, executable, file })
    }
}

/// Where a call was, before it has a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The address of the instruction.
    pub address: u64,
    /// It made no call: a signal's handler came in between.
    pub interrupted: bool,
    /// The address is where a call returns to: the call is before it.
    returned_to: bool,
    /// The signal that came in between, as its frame on the stack has it.
    pub came: Option<Came>,
}

/// A signal that a handler was called for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Came {
    /// Its number.
    pub signal: i32,
    /// Where from.
    pub from: Sent,
    /// The stack of the thread when it came.
    pub stack: u64,
}

impl Place {
    /// An instruction that did not come to its end.
    pub fn of(address: u64) -> Self {
        Self { address, interrupted: false, returned_to: false, came: None }
    }
}

impl Space {
    /// As it is now, seen from a thread that has not ended.
    pub fn live(thread: i32) -> Self {
        let text = std::fs::read(format!("/proc/{thread}/maps")).unwrap_or_default();
        let maps = String::from_utf8_lossy(&text).lines().filter_map(Mapping::parse).collect();
        Self::new(maps, Box::new(Live(thread)))
    }

    /// Of some mappings and their bytes.
    pub fn new(maps: Vec<Mapping>, memory: Box<dyn Memory>) -> Self {
        Self {
            memory,
            maps,
            images: BTreeMap::new(),
            unwinder: UnwinderX86_64::new(),
            cache: CacheX86_64::new(),
            known: Vec::new(),
        }
    }

    fn mapping(&self, address: u64) -> Option<&Mapping> {
        self.maps.iter().find(|mapping| mapping.start <= address && address < mapping.end)
    }

    fn image(&mut self, file: &str) -> Option<Rc<Image>> {
        if !file.starts_with('/') {
            return None;
        }
        let read = || Image::read(Path::new(file)).map(Rc::new);
        self.images.entry(file.to_owned()).or_insert_with(read).clone()
    }

    /// What is at an address, in words.
    pub fn target(&self, address: u64) -> Option<String> {
        let mapping = self.mapping(address)?;
        Some(if mapping.file.is_empty() { "memory of no file".to_owned() } else { name(&mapping.file) })
    }

    /// A name for a place.
    pub fn frame(&mut self, place: Place) -> Frame {
        let address = if place.returned_to { place.address.wrapping_sub(1) } else { place.address };
        let nowhere = |file: &str| Frame {
            library: None,
            file: file.to_owned(),
            function: None,
            offset: address,
            interrupted: place.interrupted,
        };
        let Some(mapping) = self.mapping(address).cloned() else { return nowhere(NOWHERE) };
        if mapping.file.is_empty() {
            return nowhere(if mapping.executable { "code made at run time" } else { "memory of no file" });
        }
        let image = self.image(&mapping.file);
        let bias = image.as_ref().and_then(|image| image.bias(mapping.start, mapping.offset));
        let Some((image, bias)) = image.zip(bias) else { return nowhere(&mapping.file) };
        let offset = address.wrapping_sub(bias);
        Frame { file: mapping.file, function: image.function(offset), offset, ..nowhere("") }
    }

    /// The calls of a thread, innermost first, as far as they can be followed.
    pub fn stack(&mut self, registers: &Registers) -> Vec<Place> {
        let mut places = vec![Place::of(registers.rip)];
        let mut at = UnwindRegsX86_64::new(registers.rip, registers.rsp, registers.rbp);
        while places.len() < DEPTH {
            let place = places[places.len() - 1];
            let next = if self.is_code(place.address) { self.caller(place, &mut at) } else { self.returned(&mut at) };
            let Some((next, came)) = next else { break };
            if !self.is_code(next) && came.is_none() {
                break;
            }
            places.push(Place { address: next, interrupted: came.is_some(), returned_to: came.is_none(), came });
        }
        places
    }

    /// Who called where no code is: its return address is still on top of the stack.
    fn returned(&self, at: &mut UnwindRegsX86_64) -> Option<(u64, Option<Came>)> {
        let back = self.word(at.sp())?;
        *at = UnwindRegsX86_64::new(back, at.sp() + 8, at.bp());
        Some((back, None))
    }

    /// Who called; the registers become those that it had.
    fn caller(&mut self, place: Place, at: &mut UnwindRegsX86_64) -> Option<(u64, Option<Came>)> {
        if self.is_restorer(place.address) {
            let greg = |number: usize| self.word(at.sp() + GREGS + 8 * number as u64);
            let (ip, sp, bp) = (greg(GREG_RIP)?, greg(GREG_RSP)?, greg(GREG_RBP)?);
            let trap = Trap { number: greg(GREG_TRAPNO)?, error: greg(GREG_ERR)?, address: greg(GREG_CR2)? };
            let came = self.came(at.sp() + SIGINFO, trap, sp)?;
            *at = UnwindRegsX86_64::new(ip, sp, bp);
            return Some((ip, Some(came)));
        }
        self.learn(place.address);
        let address = if place.returned_to {
            FrameAddress::from_return_address(place.address)?
        } else {
            FrameAddress::from_instruction_pointer(place.address)
        };
        let memory = &self.memory;
        let mut read = |from: u64| {
            let mut bytes = [0; 8];
            memory.read(from, &mut bytes).then(|| u64::from_le_bytes(bytes)).ok_or(())
        };
        let before = at.sp();
        let next = self.unwinder.unwind_frame(address, at, &mut self.cache, &mut read).ok()??;
        (at.sp() > before).then_some((next, None))
    }

    /// The signal that a handler was called for. The kernel leaves a `siginfo_t` only for handlers with SA_SIGINFO; for the
    /// others, there is something older.
    fn came(&self, siginfo: u64, trap: Trap, stack: u64) -> Option<Came> {
        let (signal, code) = (self.number(siginfo)?.cast_signed(), self.number(siginfo + SI_CODE)?.cast_signed());
        let address = self.word(siginfo + SI_ADDR)?;
        let from = Sent { code, address, sender: address as i32 };
        let is_sent = (1..=LAST).contains(&signal) && (-60..=0).contains(&code);
        if is_sent || trap.explains(signal, from) {
            return Some(Came { signal, from, stack });
        }
        let (signal, from) = trap.signal();
        Some(Came { signal, from, stack })
    }

    /// Tells the unwinder of the file that an address is in.
    fn learn(&mut self, address: u64) {
        let Some(mapping) = self.mapping(address).cloned() else { return };
        if self.known.contains(&mapping.start) {
            return;
        }
        self.known.push(mapping.start);
        let Some(image) = self.image(&mapping.file) else { return };
        let Some(bias) = image.bias(mapping.start, mapping.offset) else { return };
        let range = mapping.start..mapping.end;
        self.unwinder.add_module(Module::new(mapping.file, range, bias, image.sections()));
    }

    fn is_code(&self, address: u64) -> bool {
        self.mapping(address).is_some_and(|mapping| mapping.executable)
    }

    fn is_restorer(&self, address: u64) -> bool {
        let mut bytes = [0; RESTORER.len()];
        self.memory.read(address, &mut bytes) && bytes == RESTORER
    }

    /// Eight bytes at an address.
    pub fn word(&self, address: u64) -> Option<u64> {
        let mut bytes = [0; 8];
        self.memory.read(address, &mut bytes).then(|| u64::from_le_bytes(bytes))
    }

    /// Four bytes at an address.
    pub fn number(&self, address: u64) -> Option<u32> {
        let mut bytes = [0; 4];
        self.memory.read(address, &mut bytes).then(|| u32::from_le_bytes(bytes))
    }
}

/// The processor's last exception that became a signal of the thread.
#[derive(Debug, Clone, Copy)]
struct Trap {
    number: u64,
    error: u64,
    address: u64,
}

/// Exceptions of x86-64.
const INVALID_OPCODE: u64 = 6;
const GENERAL_PROTECTION: u64 = 13;
const PAGE_FAULT: u64 = 14;

impl Trap {
    /// Whether the kernel sends this signal for it.
    fn explains(self, signal: i32, from: Sent) -> bool {
        match (signal, self.number) {
            (libc::SIGSEGV | libc::SIGBUS, PAGE_FAULT) => from.code > 0 && from.address == self.address,
            (libc::SIGSEGV | libc::SIGBUS, 4..=17) => from.code > 0 && from.address == 0,
            (libc::SIGFPE, 0 | 16 | 19) | (libc::SIGILL, INVALID_OPCODE) | (libc::SIGTRAP, 1 | 3) => from.code > 0,
            _ => false,
        }
    }

    /// The signal that it mostly becomes; 0 where that is not certain.
    fn signal(self) -> (i32, Sent) {
        let (signal, code, address) = match self.number {
            // SEGV_MAPERR; SEGV_ACCERR, if the page is there.
            PAGE_FAULT => (libc::SIGSEGV, if self.error & 1 == 0 { 1 } else { 2 }, self.address),
            // SI_KERNEL
            GENERAL_PROTECTION => (libc::SIGSEGV, 128, 0),
            INVALID_OPCODE => (libc::SIGILL, 2, 0),
            _ => (0, 0, 0),
        };
        (signal, Sent { code, address, sender: 0 })
    }
}

/// A file's name without its folder.
pub fn name(file: &str) -> String {
    file.rsplit('/').next().unwrap_or(file).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mappings_are_read() {
        let line = "7f1c00001000-7f1c00003000 r-xp 00002000 fe:00 1234                       /usr/lib/a b.so";
        let mapping = Mapping {
            start: 0x7f1c_0000_1000,
            end: 0x7f1c_0000_3000,
            offset: 0x2000,
            executable: true,
            file: "/usr/lib/a b.so".to_owned(),
        };
        assert_eq!(Mapping::parse(line), Some(mapping));
        let line = "7ffc1000-7ffc2000 rw-p 00000000 00:00 0 ";
        assert!(Mapping::parse(line).is_some_and(|mapping| mapping.file.is_empty() && !mapping.executable));
        assert_eq!(Mapping::parse("nonsense"), None);
    }

    #[test]
    fn places_of_this_process_have_names() {
        let mut space = Space::live(std::process::id().cast_signed());
        let frame = space.frame(Place::of(places_of_this_process_have_names as *const () as u64));
        assert!(frame.function.is_some_and(|name| name.contains("places_of_this_process_have_names")));
        assert_eq!(space.frame(Place::of(0x18)).file, NOWHERE);
        assert_eq!(space.target(0x18), None);
    }
}
