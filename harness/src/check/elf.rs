//! Facts that stand in an ELF file. Loads nothing.

use std::fmt::Write;
use std::path::Path;

use object::elf::{DT_NEEDED, DT_SONAME, DynamicTag, FileHeader64};
use object::read::elf::{Dyn, FileHeader};
use object::{Endianness, Object};

/// What a shared object says of itself.
#[derive(Debug, Default)]
pub struct Facts {
    /// DT_NEEDED, in the file's order.
    pub needed: Vec<String>,
    /// DT_SONAME, by which the loader knows the object when another one needs it.
    pub soname: Option<String>,
    /// NT_GNU_BUILD_ID in hexadecimal.
    pub build_id: Option<String>,
}

/// Reads a file; what cannot be read has no facts.
#[must_use]
pub fn read(file: &Path) -> Facts {
    let Ok(bytes) = std::fs::read(file) else { return Facts::default() };
    let build_id = object::File::parse(&*bytes).ok().and_then(|parsed| hexadecimal(parsed.build_id().ok()??));
    let soname = dynamic_texts(&bytes, DT_SONAME).unwrap_or_default().pop();
    Facts { needed: dynamic_texts(&bytes, DT_NEEDED).unwrap_or_default(), soname, build_id }
}

/// The texts that the entries of one tag in the dynamic section name.
fn dynamic_texts(bytes: &[u8], tag: DynamicTag) -> object::Result<Vec<String>> {
    let header = FileHeader64::<Endianness>::parse(bytes)?;
    let endian = header.endian()?;
    let sections = header.sections(endian, bytes)?;
    let Some((dynamic, link)) = sections.dynamic(endian, bytes)? else { return Ok(Vec::new()) };
    let strings = sections.strings(endian, bytes, link)?;
    let entries = dynamic.iter().filter(|entry| entry.d_tag(endian) == tag);
    let names = entries.map(|entry| {
        let at = u32::try_from(entry.d_val(endian)).unwrap_or(u32::MAX);
        strings.get(at).map(|name| String::from_utf8_lossy(name).into_owned())
    });
    Ok(names.flatten().collect())
}

fn hexadecimal(bytes: &[u8]) -> Option<String> {
    let mut text = String::new();
    for byte in bytes {
        write!(text, "{byte:02x}").ok()?;
    }
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_program_needs_the_c_library() {
        let facts = read(&std::env::current_exe().unwrap());
        assert!(facts.needed.iter().any(|name| name.starts_with("libc.so")), "{facts:?}");
        assert_eq!(facts.soname, None);
        assert!(read(Path::new("/dev/null")).needed.is_empty());
    }

    #[test]
    fn the_c_library_has_a_soname() {
        let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
        let file = maps.lines().filter_map(|line| line.split_whitespace().last()).find(|file| file.contains("/libc"));
        assert_eq!(read(Path::new(file.unwrap())).soname.as_deref(), Some("libc.so.6"));
    }
}
