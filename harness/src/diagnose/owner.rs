//! Whose code it is: from the file that is mapped to the label of the cell's library that brought it.

use std::path::PathBuf;

use super::space::name;
use super::{Fault, Frame, Handler, Process, Seen, Thread};

/// What one library of a cell brings into the process.
#[derive(Debug)]
pub struct Brought {
    /// `go`, `jvm#2`
    pub label: String,
    /// The library.
    pub file: PathBuf,
    /// Shared objects that come with it.
    pub objects: Vec<PathBuf>,
}

/// Who brought what in one cell.
#[derive(Debug)]
pub struct Owners {
    /// The host's own file.
    pub host: PathBuf,
    /// The libraries in their order.
    pub libraries: Vec<Brought>,
}

impl Owners {
    /// The label for a file. A shared object that several runtimes bring is nobody's; of several copies of one runtime, it
    /// is the first one's.
    fn of(&self, file: &str) -> Option<String> {
        let path = PathBuf::from(file);
        if path == self.host {
            return Some("host".to_owned());
        }
        if let Some(library) = self.libraries.iter().find(|library| library.file == path) {
            return Some(library.label.clone());
        }
        let mut owners = self.libraries.iter().filter(|library| library.objects.contains(&path));
        let first = owners.next()?;
        let runtime = |label: &str| label.split('#').next().unwrap_or_default().to_owned();
        owners.all(|other| runtime(&other.label) == runtime(&first.label)).then(|| first.label.clone())
    }

    fn frame(&self, frame: Frame) -> Frame {
        Frame { library: self.of(&frame.file), file: name(&frame.file), ..frame }
    }

    /// Gives every frame its owner.
    #[must_use]
    pub fn label(&self, seen: Seen) -> Seen {
        let handler = |handler| match handler {
            Handler::Ran(frame) => Handler::Ran(self.frame(frame)),
            Handler::None => Handler::None,
            Handler::NotEntered => Handler::NotEntered,
            Handler::Unknown => Handler::Unknown,
        };
        let fault = |fault: Fault| Fault { at: self.frame(fault.at), handler: handler(fault.handler), ..fault };
        let frames = |frames: Vec<Frame>| frames.into_iter().map(|frame| self.frame(frame)).collect();
        let thread = |thread: Thread| Thread { frames: frames(thread.frames), ..thread };
        let threads = |threads: Vec<Thread>| threads.into_iter().map(thread).collect();
        let process = |process: Process| Process { threads: threads(process.threads), ..process };
        Seen {
            before: seen.before.map(|before| before.into_iter().map(fault).collect()),
            fault: seen.fault.map(fault),
            threads: threads(seen.threads),
            others: seen.others.into_iter().map(process).collect(),
            ..seen
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_belong_to_who_brought_them() {
        let library = |label: &str, file: &str, objects: &[&str]| Brought {
            label: label.to_owned(),
            file: file.into(),
            objects: objects.iter().map(PathBuf::from).collect(),
        };
        let owners = Owners {
            host: "/s/host".into(),
            libraries: vec![
                library("jvm", "/s/1/libsample.so", &["/j/libjvm.so", "/l/libz.so"]),
                library("jvm#2", "/s/2/libsample.so", &["/j/libjvm.so", "/l/libz.so"]),
                library("go", "/s/3/libsample.so", &["/l/libz.so"]),
            ],
        };
        for (file, owner) in [
            ("/s/host", Some("host")),
            ("/s/2/libsample.so", Some("jvm#2")),
            ("/j/libjvm.so", Some("jvm")),
            ("/l/libz.so", None),
            ("/l/libc.so.6", None),
        ] {
            assert_eq!(owners.of(file).as_deref(), owner, "{file}");
        }
    }
}
