//! What programs said when they were asked for their version, so that they are not asked again while they stay the same.
//! A lost or unreadable file costs time and nothing else.

use std::collections::BTreeMap;
use std::io::Write;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use super::rustup;

/// Bytes of an answer that are kept; a version stands near the beginning.
const KEPT: usize = 4096;

/// What tells one state of a program from another without reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Stamp {
    /// Nanoseconds since 1970 at which the file was written.
    pub(super) written: i64,
    /// Bytes.
    pub(super) size: u64,
    pub(super) inode: u64,
}

impl Stamp {
    /// Of the file that `program` is, or links to.
    pub(super) fn of(program: &Path) -> std::io::Result<Self> {
        let facts = program.metadata()?;
        let written = facts.mtime().saturating_mul(1_000_000_000).saturating_add(facts.mtime_nsec());
        Ok(Self { written, size: facts.size(), inode: facts.ino() })
    }
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Answer {
    stamp: Stamp,
    output: String,
}

/// Answers by command line.
type Answers = BTreeMap<String, Answer>;

/// The answers, and the file that has them.
#[derive(Debug)]
pub(super) struct Versions {
    file: PathBuf,
    answers: Mutex<Answers>,
}

impl Versions {
    pub(super) fn read(file: PathBuf) -> Self {
        let answers = std::fs::read(&file).ok().and_then(|text| serde_json::from_slice(&text).ok());
        Self { answers: Mutex::new(answers.unwrap_or_default()), file }
    }

    /// The answer of a program that is still the same, if the files that it names are still there.
    pub(super) fn get(&self, program: &Path, args: &[String], stamp: Stamp) -> Option<String> {
        let answers = self.lock();
        let answer = answers.get(&key(program, args)).filter(|answer| answer.stamp == stamp)?;
        let mut files = answer.output.split_whitespace().filter(|word| word.starts_with('/'));
        files.all(|file| Path::new(file).exists()).then(|| answer.output.clone())
    }

    /// Keeps an answer, which [`beginning`] has cut.
    pub(super) fn keep(&self, program: &Path, args: &[String], stamp: Stamp, output: String) {
        let mut answers = self.lock();
        answers.insert(key(program, args), Answer { stamp, output });
        // Without the file the next run asks again, which is no reason to fail this one.
        let _ = write(&self.file, &*answers);
    }

    fn lock(&self) -> MutexGuard<'_, Answers> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// As much of an answer as is kept, and as is read: what is kept must say the same.
pub(super) fn beginning(mut output: String) -> String {
    output.truncate(output.floor_char_boundary(KEPT));
    output
}

fn key(program: &Path, args: &[String]) -> String {
    let behind = rustup::behind(program).map(|state| format!(" {state}")).unwrap_or_default();
    format!("{} {}{behind}", program.display(), args.join(" "))
}

/// Two harnesses may write at once: each file is whole, and what the other one knew is found out again.
pub(super) fn write<T: Serialize>(file: &Path, known: &T) -> std::io::Result<()> {
    let folder = file.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let mut new = tempfile::Builder::new().prefix(".new-").tempfile_in(folder)?;
    new.write_all(&serde_json::to_vec_pretty(known)?)?;
    new.persist(file)?;
    Ok(())
}
