//! The address space of a stopped process: what lies where, and who called whom.

use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;

use framehop::x86_64::{CacheX86_64, UnwindRegsX86_64, UnwinderX86_64};
use framehop::{FrameAddress, Module, Unwinder};

use super::Frame;
use super::image::Image;
use super::ptrace::{self, Registers};

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

/// One process while it stands still.
pub struct Space {
    /// A thread of it that has not ended.
    thread: i32,
    maps: Vec<Mapping>,
    images: BTreeMap<String, Option<Rc<Image>>>,
    unwinder: UnwinderX86_64<Vec<u8>>,
    cache: CacheX86_64,
    known: Vec<u64>,
}

/// A line of /proc/PID/maps.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Mapping {
    start: u64,
    end: u64,
    offset: u64,
    executable: bool,
    file: String,
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
}

impl Place {
    /// An instruction that did not come to its end.
    pub fn of(address: u64) -> Self {
        Self { address, interrupted: false, returned_to: false }
    }
}

impl Space {
    /// As it is now, seen from a thread that has not ended.
    pub fn read(thread: i32) -> Self {
        let text = std::fs::read(format!("/proc/{thread}/maps")).unwrap_or_default();
        let maps = String::from_utf8_lossy(&text).lines().filter_map(Mapping::parse).collect();
        Self {
            thread,
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
            let Some((next, interrupted)) = next else { break };
            if !self.is_code(next) && !interrupted {
                break;
            }
            places.push(Place { address: next, interrupted, returned_to: !interrupted });
        }
        places
    }

    /// Who called where no code is: its return address is still on top of the stack.
    fn returned(&self, at: &mut UnwindRegsX86_64) -> Option<(u64, bool)> {
        let back = self.word(at.sp())?;
        *at = UnwindRegsX86_64::new(back, at.sp() + 8, at.bp());
        Some((back, false))
    }

    /// Who called; the registers become those that it had.
    fn caller(&mut self, place: Place, at: &mut UnwindRegsX86_64) -> Option<(u64, bool)> {
        if self.is_restorer(place.address) {
            let greg = |number: usize| self.word(at.sp() + GREGS + 8 * number as u64);
            let (ip, sp, bp) = (greg(GREG_RIP)?, greg(GREG_RSP)?, greg(GREG_RBP)?);
            *at = UnwindRegsX86_64::new(ip, sp, bp);
            return Some((ip, true));
        }
        self.learn(place.address);
        let address = if place.returned_to {
            FrameAddress::from_return_address(place.address)?
        } else {
            FrameAddress::from_instruction_pointer(place.address)
        };
        let thread = self.thread;
        let mut read = |from: u64| {
            let mut bytes = [0; 8];
            ptrace::read(thread, from, &mut bytes).then(|| u64::from_le_bytes(bytes)).ok_or(())
        };
        let before = at.sp();
        let next = self.unwinder.unwind_frame(address, at, &mut self.cache, &mut read).ok()??;
        (at.sp() > before).then_some((next, false))
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
        ptrace::read(self.thread, address, &mut bytes) && bytes == RESTORER
    }

    fn word(&self, address: u64) -> Option<u64> {
        let mut bytes = [0; 8];
        ptrace::read(self.thread, address, &mut bytes).then(|| u64::from_le_bytes(bytes))
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
        let mut space = Space::read(std::process::id().cast_signed());
        let frame = space.frame(Place::of(places_of_this_process_have_names as *const () as u64));
        assert!(frame.function.is_some_and(|name| name.contains("places_of_this_process_have_names")));
        assert_eq!(space.frame(Place::of(0x18)).file, NOWHERE);
        assert_eq!(space.target(0x18), None);
    }
}
