//! Changes of the ledger's text by lines: whatever is not changed, comments and order with it, stays as it is to the byte.

use std::fmt::Write as _;
use std::ops::Range;

/// Some changes of a text.
#[derive(Debug)]
pub struct Edits<'t> {
    old: &'t str,
    lines: Vec<&'t str>,
    /// By index of a line, in the file's order.
    changes: Vec<(Range<usize>, Vec<String>)>,
    appended: Vec<String>,
}

impl<'t> Edits<'t> {
    /// None yet.
    pub fn new(old: &'t str) -> Self {
        Self { old, lines: old.split_inclusive('\n').collect(), changes: Vec::new(), appended: Vec::new() }
    }

    pub fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.appended.is_empty()
    }

    pub fn appends(&self) -> bool {
        !self.appended.is_empty()
    }

    /// One more entry at the end.
    pub fn append(&mut self, entry: String) {
        self.appended.push(entry);
    }

    /// Without the entry at a line, 1-based. Comments above it are about what follows as well, and stay.
    pub fn remove(&mut self, line: usize) {
        let mut entry = self.entry(line);
        // One of the two gaps around it goes as well.
        if entry.end < self.lines.len() && self.lines[entry.end].trim().is_empty() {
            entry.end += 1;
        }
        self.changes.push((entry, Vec::new()));
    }

    /// With another glob in the entry at a line.
    pub fn narrow(&mut self, line: usize, cells: &str) {
        let entry = self.entry(line);
        let is_key = |at: &usize| {
            let rest = self.lines[*at].trim_start().strip_prefix("cells");
            rest.is_some_and(|rest| rest.trim_start().starts_with('='))
        };
        if let Some(at) = entry.clone().find(is_key) {
            // A list goes on until its bracket closes.
            let is_list = self.lines[at].contains('[') && !self.lines[at].contains(']');
            if is_list || self.lines[at].matches('"').count() > 2 {
                let last = (at..entry.end).find(|line| self.lines[*line].contains(']')).unwrap_or(at);
                let key = self.lines[at].split('=').next().unwrap_or("cells ");
                self.changes.push((at..last + 1, vec![format!("{key}= \"{cells}\"\n")]));
                return;
            }
            // A glob has no quotes: what is between two of them is the value, and a comment may follow.
            let mut parts = self.lines[at].splitn(3, '"');
            let (key, rest) = (parts.next().unwrap_or_default(), parts.nth(1).unwrap_or("\n"));
            self.changes.push((at..at + 1, vec![format!("{key}\"{cells}\"{rest}")]));
        }
    }

    /// From its header to its last key. Lines of a list, and comments between them, are indented.
    fn entry(&self, line: usize) -> Range<usize> {
        let begin = line - 1;
        let is_over = |text: &&&str| text.starts_with(['[', '#']);
        let length = self.lines[begin + 1..].iter().take_while(|text| !is_over(text)).count();
        let mut end = begin + 1 + length;
        let is_no_key = |text: &str| text.is_empty() || text.starts_with('#');
        while is_no_key(self.lines[end - 1].trim()) {
            end -= 1;
        }
        begin..end
    }

    /// The whole file with the changes.
    pub fn text(&self) -> String {
        let mut out = String::new();
        let mut at = 0;
        for (range, new) in &self.changes {
            out.extend(self.lines[at..range.start].iter().copied());
            out.extend(new.iter().map(String::as_str));
            at = range.end;
        }
        out.extend(self.lines[at..].iter().copied());
        for entry in &self.appended {
            if !out.is_empty() {
                out = out.trim_end().to_owned() + "\n\n";
            }
            out += entry;
        }
        out
    }

    /// The changes for a person to look at.
    pub fn shown(&self) -> String {
        let mut out = String::new();
        for (range, new) in &self.changes {
            let _ = writeln!(out, "line {}", range.start + 1);
            for line in self.lines[range.clone()].iter().filter(|line| !line.trim().is_empty()) {
                let _ = write!(out, "- {line}");
            }
            for line in new {
                let _ = write!(out, "+ {line}");
            }
        }
        if !self.appended.is_empty() {
            let _ = writeln!(out, "{}", if self.old.is_empty() { "a new file" } else { "at the end" });
        }
        for (at, entry) in self.appended.iter().enumerate() {
            let _ = write!(out, "{}", if at > 0 { "+\n" } else { "" });
            for line in entry.lines() {
                let _ = writeln!(out, "+ {line}");
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "# The ledger.\n\n# One.\n\n[[failure]]\ncells   = \"a/*\"  # all\nphase = \"x\"\n\n# Two.\n[causes.c]\nreason = \"y\"\n\n[[failure]]\ncells = \"b/*\"\nphase = \"x\"";

    #[test]
    fn what_is_not_changed_stays() {
        let mut edits = Edits::new(OLD);
        assert!(edits.is_empty());
        assert_eq!(edits.text(), OLD);
        edits.remove(5);
        assert_eq!(edits.text(), OLD.replace("[[failure]]\ncells   = \"a/*\"  # all\nphase = \"x\"\n\n", ""));
        edits.narrow(13, "b/c");
        let mut other = Edits::new(OLD);
        other.narrow(5, "a/b");
        assert_eq!(other.text(), OLD.replace("a/*", "a/b"));
        edits.append("[[failure]]\ncells = \"d\"\n".to_owned());
        let text = edits.text();
        assert!(
            text.ends_with("[[failure]]\ncells = \"b/c\"\nphase = \"x\"\n\n[[failure]]\ncells = \"d\"\n"),
            "{text}"
        );
        assert!(text.starts_with("# The ledger.\n\n# One.\n\n# Two.\n[causes.c]\n"), "{text}");
    }

    #[test]
    fn a_list_goes_with_its_entry_and_a_comment_behind_it_stays() {
        let list = OLD.replacen("phase = \"x\"", "phase = [\n  # one\n  \"x\",\n]", 1);
        let mut edits = Edits::new(&list);
        edits.remove(5);
        assert_eq!(edits.text(), OLD.replace("[[failure]]\ncells   = \"a/*\"  # all\nphase = \"x\"\n\n", ""));
        let indented = OLD.replace("# Two.", "  # Two.");
        let mut edits = Edits::new(&indented);
        edits.remove(5);
        assert!(edits.text().contains("  # Two.\n[causes.c]\n"), "{}", edits.text());
    }
}
