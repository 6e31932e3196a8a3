//! Open descriptors: what each is, and of the standard ones how it is opened.

use super::reading::DescriptorText;

/// Status flags that a library may change or set, as in /proc/PID/fdinfo; asm-generic/fcntl.h has the numbers.
const FLAGS: [(u32, &str); 4] =
    [(0o2000, "O_APPEND"), (0o4000, "O_NONBLOCK"), (0o20000, "O_ASYNC"), (0o2_000_000, "O_CLOEXEC")];

/// One descriptor.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Descriptor {
    /// What it is, with a number that no other one of its kind has: `pipe:[4711]`.
    pub link: String,
    /// Of stdin, stdout and stderr.
    pub flags: Vec<&'static str>,
}

impl Descriptor {
    /// What it is, without numbers: `pipe`, `eventpoll`, a path.
    #[must_use]
    pub fn what(&self) -> &str {
        let link = self.link.strip_prefix("anon_inode:").unwrap_or(&self.link);
        match link.strip_prefix('[') {
            Some(kind) => kind.trim_end_matches(']'),
            None => link.split_once(":[").map_or(link, |(kind, _)| kind),
        }
    }
}

impl From<&DescriptorText> for Descriptor {
    fn from(text: &DescriptorText) -> Self {
        let flags = text.info.lines().find_map(|line| line.strip_prefix("flags:"));
        let bits = flags.and_then(|flags| u32::from_str_radix(flags.trim(), 8).ok()).unwrap_or(0);
        Self {
            link: text.link.clone(),
            flags: FLAGS.iter().filter(|(bit, _)| bits & bit != 0).map(|(_, name)| *name).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_and_flags() {
        for (link, info, what, flags) in [
            ("pipe:[4711]", "pos:\t0\nflags:\t0100001\nmnt_id:\t14\n", "pipe", &[][..]),
            ("pipe:[4711]", "pos:\t0\nflags:\t0104001\nmnt_id:\t14\n", "pipe", &["O_NONBLOCK"]),
            ("/dev/null", "pos:\t0\nflags:\t02100002\n", "/dev/null", &["O_CLOEXEC"]),
            ("anon_inode:[eventpoll]", "", "eventpoll", &[]),
            ("anon_inode:inotify", "", "inotify", &[]),
            ("socket:[1]", "", "socket", &[]),
            ("/memfd:code (deleted)", "", "/memfd:code (deleted)", &[]),
        ] {
            let text = DescriptorText { link: link.to_owned(), info: info.to_owned() };
            let descriptor = Descriptor::from(&text);
            assert_eq!((descriptor.what(), descriptor.flags.as_slice()), (what, flags));
        }
    }
}
