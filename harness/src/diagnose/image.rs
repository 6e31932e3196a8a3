//! What an ELF file says of its code: names of functions, and how their frames are left.

use std::path::Path;

use framehop::ExplicitModuleSectionInfo;
use object::{Object, ObjectSection, ObjectSegment, ObjectSymbol, SymbolKind};

const PAGE: u64 = 4096;

/// One file.
#[derive(Debug)]
pub struct Image {
    functions: Functions,
    /// File offset, size in the file and address of what is mapped as code.
    segments: Vec<(u64, u64, u64)>,
    sections: Vec<(&'static str, u64, Vec<u8>)>,
}

impl Image {
    /// Reads a file; `None` for one that is no ELF file.
    pub fn read(file: &Path) -> Option<Self> {
        let bytes = std::fs::read(file).ok()?;
        let parsed = object::File::parse(&*bytes).ok()?;
        // Files share pages between segments: an offset alone could be another one's.
        let code = parsed.segments().filter(|segment| segment.permissions().executable());
        let segments = code.map(|segment| {
            let (offset, size) = segment.file_range();
            (offset, size, segment.address())
        });
        let sections = [".eh_frame", ".eh_frame_hdr", ".debug_frame"].into_iter().filter_map(|name| {
            let section = parsed.section_by_name(name)?;
            let compressed = section.compressed_file_range().ok()?.format != object::CompressionFormat::None;
            (!compressed).then(|| Some((name, section.address(), section.data().ok()?.to_vec())))?
        });
        let symbols = parsed.symbols().chain(parsed.dynamic_symbols());
        let functions = symbols.filter(|symbol| symbol.is_definition() && symbol.kind() == SymbolKind::Text);
        let named =
            functions.filter_map(|symbol| Some((symbol.address(), symbol.size(), symbol.name().ok()?.to_owned())));
        Some(Self {
            functions: Functions::new(named.collect()),
            segments: segments.collect(),
            sections: sections.collect(),
        })
    }

    /// What to add to an address of the file where a part of it from `offset` on is mapped at `start`.
    pub fn bias(&self, start: u64, offset: u64) -> Option<u64> {
        let whole = |number: u64| number & !(PAGE - 1);
        let holds = |(from, size, _): &&(u64, u64, u64)| whole(*from) <= offset && offset < from + size;
        let (from, _, address) = self.segments.iter().find(holds)?;
        Some(start.wrapping_sub(whole(*address) + (offset - whole(*from))))
    }

    /// The function that an address of the file is in.
    pub fn function(&self, address: u64) -> Option<String> {
        self.functions.at(address).map(readable)
    }

    /// For unwinding.
    pub fn sections(&self) -> ExplicitModuleSectionInfo<Vec<u8>> {
        let mut info = ExplicitModuleSectionInfo::default();
        for (name, address, data) in &self.sections {
            let range = *address..*address + data.len() as u64;
            match *name {
                ".eh_frame" => (info.eh_frame_svma, info.eh_frame) = (Some(range), Some(data.clone())),
                ".eh_frame_hdr" => (info.eh_frame_hdr_svma, info.eh_frame_hdr) = (Some(range), Some(data.clone())),
                _ => info.debug_frame = Some(data.clone()),
            }
        }
        info
    }
}

/// Address, size and name of functions, by address.
#[derive(Debug)]
struct Functions(Vec<(u64, u64, String)>);

/// How many that begin below an address may end before it, and yet another one holds it.
const NESTED: usize = 16;

impl Functions {
    fn new(mut all: Vec<(u64, u64, String)>) -> Self {
        all.sort();
        Self(all)
    }

    /// One that holds the address. Assembly's have no size and go on to the next one; what is between others has no name:
    /// the nearest one would be a lie.
    fn at(&self, address: u64) -> Option<&str> {
        let end = self.0.partition_point(|(from, _, _)| *from <= address);
        let below = &self.0[end.saturating_sub(NESTED)..end];
        let sized = below.iter().rev().find(|(from, size, _)| address < from + size);
        let nearest = below.last().filter(|(_, size, _)| *size == 0);
        nearest.filter(|_| sized.is_none()).or(sized).map(|(_, _, name)| name.as_str())
    }
}

/// A name as its language writes it, without parameters.
fn readable(name: &str) -> String {
    if let Ok(rust) = rustc_demangle::try_demangle(name) {
        return format!("{rust:#}");
    }
    let options = cpp_demangle::DemangleOptions::new().no_params().no_return_type();
    let cpp = cpp_demangle::Symbol::new(name).ok().and_then(|symbol| symbol.demangle_with_options(&options).ok());
    cpp.filter(|_| name.starts_with("_Z")).unwrap_or_else(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn functions() -> Functions {
        let all = [(0x100, 0x20, "short"), (0x180, 0, "assembly"), (0x200, 0x100, "long"), (0x210, 0x10, "inner")];
        Functions::new(all.map(|(from, size, name)| (from, size, name.to_owned())).to_vec())
    }

    #[test]
    fn a_function_is_named_where_it_is_and_not_behind_it() {
        for (address, name) in [
            (0xff, None),
            (0x100, Some("short")),
            (0x11f, Some("short")),
            (0x120, None),
            (0x180, Some("assembly")),
            (0x1ff, Some("assembly")),
            (0x200, Some("long")),
            (0x215, Some("inner")),
            (0x220, Some("long")),
            (0x300, None),
        ] {
            assert_eq!(functions().at(address), name, "{address:#x}");
        }
    }

    #[test]
    fn names_are_readable() {
        for (name, text) in [
            ("caml_main", "caml_main"),
            ("_ZN3art6Thread3RunEv", "art::Thread::Run"),
            ("_ZN4core9panicking5panic17h0123456789abcdefE", "core::panicking::panic"),
            ("runtime.sigtramp", "runtime.sigtramp"),
        ] {
            assert_eq!(readable(name), text);
        }
    }

    #[test]
    fn the_bias_is_that_of_the_mapped_segment() {
        let segments = vec![(0x1010, 0x500, 0x2010), (0x3000, 0x300, 0x5000)];
        let image = Image { functions: Functions::new(Vec::new()), segments, sections: Vec::new() };
        assert_eq!(image.bias(0x7000_2000, 0x1000), Some(0x7000_0000));
        assert_eq!(image.bias(0x7000_5000, 0x3000), Some(0x7000_0000));
        assert_eq!(image.bias(0x7000_0000, 0), None);
        assert_eq!(image.bias(0x7000_0000, 0x9000), None);
    }

    #[test]
    fn this_program_has_names() {
        let image = Image::read(&std::env::current_exe().unwrap()).unwrap();
        assert!(image.sections.iter().any(|(name, _, _)| *name == ".eh_frame"));
        assert!(Image::read(Path::new("/etc/passwd")).is_none());
    }
}
