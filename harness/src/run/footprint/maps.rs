//! /proc/PID/maps.

/// One mapping of the address space.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mapping {
    /// First address.
    pub start: u64,
    /// First address after it.
    pub end: u64,
}

/// One line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Map<'a> {
    pub(super) at: Mapping,
    pub(super) writable: bool,
    pub(super) executable: bool,
    /// A file, `[heap]`, or nothing.
    pub(super) path: &'a str,
}

/// What the kernel adds to the path of a file that was removed.
const DELETED: &str = " (deleted)";

impl<'a> Map<'a> {
    /// Writable memory that no file is behind.
    pub(super) fn is_heap(&self) -> bool {
        self.writable && !self.executable && !self.path.starts_with('/')
    }

    /// The file that it is of.
    pub(super) fn file(&self) -> Option<&'a str> {
        let path = self.path.strip_suffix(DELETED).unwrap_or(self.path);
        path.starts_with('/').then_some(path)
    }

    /// The last part of the file's path.
    pub(super) fn file_name(&self) -> Option<String> {
        self.file().and_then(|path| path.rsplit('/').next()).map(str::to_owned)
    }
}

/// All lines that are mappings.
pub(super) fn parse(text: &str) -> Vec<Map<'_>> {
    text.lines().filter_map(line).collect()
}

/// `7f00-7f01 r-xp 00001000 fe:00 17    /lib/x.so`: a path may have blanks.
fn line(line: &str) -> Option<Map<'_>> {
    let mut words = line.splitn(6, ' ');
    let (start, end) = words.next()?.split_once('-')?;
    let permissions = words.next()?.as_bytes();
    let address = |text| u64::from_str_radix(text, 16).ok();
    Some(Map {
        at: Mapping { start: address(start)?, end: address(end)? },
        writable: permissions.get(1) == Some(&b'w'),
        executable: permissions.get(2) == Some(&b'x'),
        path: words.nth(3).unwrap_or_default().trim_start(),
    })
}

/// What may run as code although it can be written: the main thread's stack, and anything else.
pub(super) fn facts(maps: &[Map<'_>]) -> [(String, String); 2] {
    let both = |map: &&Map<'_>| map.writable && map.executable;
    let is_stack = |map: &Map<'_>| map.path == "[stack]";
    let answer = |found: bool| if found { "yes" } else { "no" }.to_owned();
    [
        ("executable stack".to_owned(), answer(maps.iter().filter(both).any(is_stack))),
        ("writable code".to_owned(), answer(maps.iter().filter(both).any(|map| !is_stack(map)))),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heaps_are_writable_and_of_no_file() {
        let table = [
            ("c000000000-c000400000 rw-p 00000000 00:00 0 ", Some((0xc0_0000_0000, 0xc0_0040_0000))),
            ("55d0-55e0 rw-p 00000000 00:00 0                          [heap]", Some((0x55d0, 0x55e0))),
            ("7f00-7f01 rw-p 00001000 fe:00 17    /lib/x.so", None),
            ("7f00-7f01 r--p 00000000 00:00 0", None),
            ("nonsense", None),
            ("", None),
        ];
        for (text, expected) in table {
            let heap = line(text).filter(Map::is_heap).map(|map| (map.at.start, map.at.end));
            assert_eq!(heap, expected, "{text}");
        }
    }

    #[test]
    fn files_have_names() {
        let table = [
            (
                "7f35c29cb000-7f35c2b20000 r-xp 00026000 08:01 3935341                    /usr/lib/x86_64-linux-gnu/libc.so.6",
                Some("libc.so.6"),
            ),
            (
                "7f35c29cb000-7f35c2b20000 r-xp 00026000 08:01 3935341                    /tmp/a b.so (deleted)",
                Some("a b.so"),
            ),
            ("7ffd56b51000-7ffd56b53000 r-xp 00000000 00:00 0                          [vdso]", None),
            ("7f35c29cb000-7f35c2b20000 rwxp 00000000 00:00 0 ", None),
        ];
        for (text, expected) in table {
            assert_eq!(line(text).unwrap().file_name().as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn writable_code_is_not_the_stack() {
        for (text, stack, code) in [
            ("7ffd-7ffe rw-p 00000000 00:00 0     [stack]\n7f00-7f01 r-xp 00000000 00:00 0 \n", "no", "no"),
            ("7ffd-7ffe rwxp 00000000 00:00 0     [stack]\n", "yes", "no"),
            ("7ffd-7ffe rw-p 00000000 00:00 0     [stack]\n7f00-7f01 rwxp 00000000 00:00 0 \n", "no", "yes"),
        ] {
            assert_eq!(facts(&parse(text)).map(|(_, answer)| answer), [stack, code], "{text}");
        }
    }
}
