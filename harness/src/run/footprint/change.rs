//! What is different between two footprints of one process.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Footprint, Handler, Owner};
use crate::signal;

/// One difference. With one value only, that was added or removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// What is different: `SIGURG`, `RLIMIT_NOFILE`, `environment`.
    pub subject: String,
    /// What was there before.
    pub from: Option<String>,
    /// What is there now.
    pub to: Option<String>,
    /// Whether it is the same in every run.
    pub steadiness: Steadiness,
}

/// Whether a change is worth comparing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Steadiness {
    /// The same in every run of the same libraries.
    Stable,
    /// Depends on time, the machine, or the system's libraries.
    Noisy,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.from, &self.to) {
            (Some(from), Some(to)) => write!(f, "{}: {from} → {to}", self.subject),
            (None, Some(to)) => write!(f, "{}: {to} added", self.subject),
            (Some(from), None) => write!(f, "{}: {from} removed", self.subject),
            (None, None) => f.write_str(&self.subject),
        }
    }
}

impl Footprint {
    /// What is different from an earlier footprint of the process, the stable first; `labels` are the cell's libraries in
    /// order. Resident set, address space and the number of mappings are never the same, and no change.
    #[must_use]
    pub fn since(&self, before: &Self, labels: &[String]) -> Vec<Change> {
        let mut changes = Changes { stable: Vec::new(), noisy: Vec::new() };
        for number in 1..=signal::LAST {
            changes.handler(number, before.handlers.get(&number), self.handlers.get(&number), labels);
        }
        if self.blocked != before.blocked {
            let (was, is) = (signal::of_mask(before.blocked), signal::of_mask(self.blocked));
            changes.set("signals blocked in the thread", &was, &is);
        }
        self.signal_stack(before, &mut changes);
        self.standard_descriptors(before, &mut changes);
        changes.facts(before, self);
        changes.environment(before, self);
        self.noisy(before, &mut changes);
        let Changes { mut stable, noisy } = changes;
        stable.extend(noisy);
        stable
    }

    /// Its size depends on the processor, whose registers must fit into it.
    fn signal_stack(&self, before: &Self, changes: &mut Changes) {
        let (was, is) = (before.signal_stack, self.signal_stack);
        let text = |bytes: u64| if bytes == 0 { "none" } else { "set" }.to_owned();
        if (was == 0) != (is == 0) {
            changes.stable("signal stack of the thread", Some(text(was)), Some(text(is)));
        }
        if was != is {
            changes.noisy("bytes of the signal stack", Some(was.to_string()), Some(is.to_string()));
        }
    }

    fn standard_descriptors(&self, before: &Self, changes: &mut Changes) {
        for (number, name) in ["stdin", "stdout", "stderr"].into_iter().enumerate() {
            let number = i32::try_from(number).unwrap_or(0);
            match (before.descriptors.get(&number), self.descriptors.get(&number)) {
                (Some(was), Some(is)) => {
                    if was.link != is.link {
                        let again = if was.what() == is.what() { "another " } else { "" };
                        changes.stable(name, Some(was.what().to_owned()), Some(format!("{again}{}", is.what())));
                    }
                    let texts = |flags: &[&str]| flags.iter().map(|flag| (*flag).to_owned()).collect::<Vec<_>>();
                    changes.set(&format!("flags of {name}"), &texts(&was.flags), &texts(&is.flags));
                }
                (Some(was), None) => changes.stable(name, Some(was.what().to_owned()), Some("closed".to_owned())),
                (None, Some(is)) => changes.stable(name, Some("closed".to_owned()), Some(is.what().to_owned())),
                (None, None) => {}
            }
        }
    }

    fn noisy(&self, before: &Self, changes: &mut Changes) {
        if self.threads != before.threads {
            changes.noisy("threads", Some(before.threads.to_string()), Some(self.threads.to_string()));
        }
        let others = |footprint: &Self| -> BTreeSet<String> {
            let all = footprint.descriptors.iter().filter(|(number, _)| **number > 2);
            all.map(|(number, descriptor)| format!("{number} ({})", descriptor.what())).collect()
        };
        if self.descriptors != before.descriptors {
            changes.noisy_set("descriptors", &others(before), &others(self));
        }
        changes.noisy_set("code of", &before.modules, &self.modules);
    }
}

struct Changes {
    stable: Vec<Change>,
    noisy: Vec<Change>,
}

impl Changes {
    fn stable(&mut self, subject: &str, from: Option<String>, to: Option<String>) {
        self.stable.push(Change { subject: subject.to_owned(), from, to, steadiness: Steadiness::Stable });
    }

    fn noisy(&mut self, subject: &str, from: Option<String>, to: Option<String>) {
        self.noisy.push(Change { subject: subject.to_owned(), from, to, steadiness: Steadiness::Noisy });
    }

    fn handler(&mut self, number: i32, was: Option<&Handler>, is: Option<&Handler>, labels: &[String]) {
        if was == is {
            return;
        }
        let name = signal::name(number);
        let text = |handler: Option<&Handler>| {
            let Some(handler) = handler else { return "default".to_owned() };
            let words = std::iter::once(handler.owner.text(labels)).chain(signal::flags(handler.flags));
            words.collect::<Vec<_>>().join(" ")
        };
        match (was, is) {
            (Some(was), Some(is)) if was.owner == is.owner && was.address == is.address => {
                let of = format!("{name} of {}", is.owner.text(labels));
                self.set(&format!("flags of {of}"), &signal::flags(was.flags), &signal::flags(is.flags));
                self.set(&format!("mask of {of}"), &signal::of_mask(was.mask), &signal::of_mask(is.mask));
            }
            (Some(was), Some(is)) if was.owner == is.owner => {
                let to = format!("another of {}", text(Some(is)));
                self.stable(&name, Some(text(Some(was))), Some(to));
            }
            (None, None) => {}
            (_, Some(is)) if is_of_glibc(number, is) => self.noisy(&name, Some(text(was)), Some(text(Some(is)))),
            (was, is) => self.stable(&name, Some(text(was)), Some(text(is))),
        }
    }

    /// What was added to a set and what was removed, in two changes.
    fn set(&mut self, subject: &str, was: &[String], is: &[String]) {
        if was == is {
            return;
        }
        if let Some(removed) = beyond(was, is) {
            self.stable(subject, Some(removed), None);
        }
        if let Some(added) = beyond(is, was) {
            self.stable(subject, None, Some(added));
        }
    }

    fn noisy_set(&mut self, subject: &str, was: &BTreeSet<String>, is: &BTreeSet<String>) {
        for removed in was.difference(is) {
            self.noisy(subject, Some(removed.clone()), None);
        }
        for added in is.difference(was) {
            self.noisy(subject, None, Some(added.clone()));
        }
    }

    fn facts(&mut self, before: &Footprint, now: &Footprint) {
        // Most often nothing has changed, and a run has many marks.
        if before.facts == now.facts {
            return;
        }
        let keys: BTreeSet<&String> = before.facts.keys().chain(now.facts.keys()).collect();
        for key in keys {
            let (was, is) = (before.facts.get(key), now.facts.get(key));
            if was != is {
                self.stable(key, was.cloned(), is.cloned());
            }
        }
    }

    fn environment(&mut self, before: &Footprint, now: &Footprint) {
        if before.environment == now.environment {
            return;
        }
        let names: BTreeSet<&String> = before.environment.keys().chain(now.environment.keys()).collect();
        for name in names {
            match (before.environment.get(name), now.environment.get(name)) {
                (Some(was), Some(is)) if was != is => {
                    self.stable("environment", Some(name.clone()), Some("another value".to_owned()));
                }
                (Some(_), None) => self.stable("environment", Some(name.clone()), None),
                (None, Some(_)) => self.stable("environment", None, Some(name.clone())),
                (Some(_), Some(_)) | (None, None) => {}
            }
        }
    }
}

/// Signals 32 and 33 are glibc's own, for pthread_cancel and for setuid in all threads: it sets their handlers when they are
/// first needed, which is with the first thread.
fn is_of_glibc(number: i32, handler: &Handler) -> bool {
    (32..=33).contains(&number) && handler.owner == Owner::File("libc.so".to_owned())
}

/// What a list has that another one has not.
fn beyond(list: &[String], other: &[String]) -> Option<String> {
    let found: Vec<&str> = list.iter().filter(|word| !other.contains(word)).map(String::as_str).collect();
    (!found.is_empty()).then(|| found.join(" "))
}

#[cfg(test)]
mod tests {
    use super::super::Descriptor;
    use super::*;

    fn handler(owner: Owner, address: u64, flags: u64) -> Handler {
        Handler { owner, address, flags, mask: 0 }
    }

    fn before() -> Footprint {
        let mut footprint = Footprint { threads: 1, blocked: 1 << 16, ..Footprint::default() };
        footprint.handlers.insert(10, handler(Owner::Host, 0x1000, 0x1000_0000));
        footprint.handlers.insert(11, handler(Owner::Library(0), 0x2000, 0x4));
        footprint.facts.insert("RLIMIT_NOFILE".to_owned(), "1024".to_owned());
        footprint.environment.insert("LC_ALL".to_owned(), 7);
        footprint.modules.insert("libc.so.6".to_owned());
        for number in 0..3 {
            let descriptor = Descriptor { link: format!("pipe:[{number}]"), flags: Vec::new() };
            footprint.descriptors.insert(number, descriptor);
        }
        footprint
    }

    /// One thing changes each time.
    type Table = [(fn(&mut Footprint), &'static [&'static str])];

    fn check(table: &Table) {
        for (change, expected) in table {
            let mut now = before();
            change(&mut now);
            let changes = now.since(&before(), &["go".to_owned(), "jvm".to_owned()]);
            assert_eq!(changes.iter().map(ToString::to_string).collect::<Vec<_>>(), *expected);
        }
    }

    #[test]
    fn handlers_and_masks() {
        check(&[
            (
                |f| {
                    f.handlers.insert(23, handler(Owner::Library(0), 0x2000, 0x1800_0004));
                },
                &["SIGURG: default → go SA_SIGINFO SA_ONSTACK SA_RESTART"],
            ),
            (
                |f| {
                    f.handlers.insert(13, handler(Owner::Ignored, 1, 0));
                },
                &["SIGPIPE: default → ignored"],
            ),
            (
                |f| {
                    f.handlers.remove(&11);
                },
                &["SIGSEGV: go SA_SIGINFO → default"],
            ),
            (
                |f| {
                    f.handlers.insert(11, handler(Owner::Library(1), 0x9000, 0x4));
                },
                &["SIGSEGV: go SA_SIGINFO → jvm SA_SIGINFO"],
            ),
            (
                |f| {
                    f.handlers.insert(11, handler(Owner::Library(0), 0x2400, 0x4));
                },
                &["SIGSEGV: go SA_SIGINFO → another of go SA_SIGINFO"],
            ),
            (
                |f| {
                    f.handlers.insert(11, handler(Owner::Nowhere, 0x2000, 0x4));
                },
                &["SIGSEGV: go SA_SIGINFO → unmapped memory SA_SIGINFO"],
            ),
            (
                |f| {
                    f.handlers.insert(10, handler(Owner::Host, 0x1000, 0x0800_0000));
                },
                &["flags of SIGUSR1 of the host: SA_RESTART removed", "flags of SIGUSR1 of the host: SA_ONSTACK added"],
            ),
            (|f| f.handlers.get_mut(&10).unwrap().mask = 1 << 26, &["mask of SIGUSR1 of the host: SIGPROF added"]),
            (
                |f| f.blocked = 1 << 22 | 1 << 26,
                &[
                    "signals blocked in the thread: SIGCHLD removed",
                    "signals blocked in the thread: SIGURG SIGPROF added",
                ],
            ),
        ]);
    }

    #[test]
    fn everything_else() {
        check(&[
            (|_| {}, &[]),
            (|f| f.threads = 6, &["threads: 1 → 6"]),
            (
                |f| {
                    f.facts.insert("RLIMIT_NOFILE".to_owned(), "20000".to_owned());
                },
                &["RLIMIT_NOFILE: 1024 → 20000"],
            ),
            (
                |f| f.signal_stack = 8192,
                &["signal stack of the thread: none → set", "bytes of the signal stack: 0 → 8192"],
            ),
            (|f| f.descriptors.get_mut(&0).unwrap().flags.push("O_NONBLOCK"), &["flags of stdin: O_NONBLOCK added"]),
            (
                |f| {
                    f.descriptors.remove(&2);
                },
                &["stderr: pipe → closed"],
            ),
            (
                |f| "pipe:[77]".clone_into(&mut f.descriptors.get_mut(&1).unwrap().link),
                &["stdout: pipe → another pipe"],
            ),
            (|f| "/dev/null".clone_into(&mut f.descriptors.get_mut(&1).unwrap().link), &["stdout: pipe → /dev/null"]),
            (
                |f| {
                    let link = "anon_inode:[eventpoll]".to_owned();
                    f.descriptors.insert(5, Descriptor { link, flags: Vec::new() });
                },
                &["descriptors: 5 (eventpoll) added"],
            ),
            (
                |f| {
                    f.environment.insert("R_HOME".to_owned(), 1);
                },
                &["environment: R_HOME added"],
            ),
            (
                |f| {
                    f.environment.insert("LC_ALL".to_owned(), 8);
                },
                &["environment: LC_ALL → another value"],
            ),
            (
                |f| {
                    f.environment.remove("LC_ALL");
                },
                &["environment: LC_ALL removed"],
            ),
            (
                |f| {
                    f.modules.insert("libgcc_s.so.1".to_owned());
                },
                &["code of: libgcc_s.so.1 added"],
            ),
            (|f| (f.resident_kib, f.reserved_kib, f.maps) = (1, 2, 3), &[]),
        ]);
    }

    #[test]
    fn only_some_changes_are_noisy() {
        let mut now = before();
        now.threads = 3;
        now.modules.insert("libm.so.6".to_owned());
        now.handlers.insert(33, handler(Owner::File("libc.so".to_owned()), 0x5000, 0x4));
        now.facts.insert("umask".to_owned(), "0077".to_owned());
        let changes = now.since(&before(), &[]);
        let steadiness: Vec<Steadiness> = changes.iter().map(|change| change.steadiness).collect();
        assert_eq!(steadiness, [Steadiness::Stable, Steadiness::Noisy, Steadiness::Noisy, Steadiness::Noisy]);
    }
}
