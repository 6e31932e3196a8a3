//! What goes into builds: files, read and hashed once a run.

use std::path::{Path, PathBuf};

use super::{CompileError, compiler};

/// The C side that all builds share.
#[derive(Debug)]
pub struct Inputs {
    /// Folder of the headers.
    pub include: PathBuf,
    /// Hash of the headers.
    pub include_hash: blake3::Hash,
    /// The support files, sorted.
    pub support: Vec<PathBuf>,
    /// Hash of headers, support files and the C compiler's identity.
    pub support_hash: blake3::Hash,
    /// The C and C++ compilers' identity.
    pub compilers: String,
}

impl Inputs {
    /// Reads the C side below a project's root.
    pub fn read(root: &Path) -> Result<Self, CompileError> {
        let hosts = root.join("c-hosts");
        let include = hosts.join("include");
        let include_hash = hash_files(&files_below(&include)?, &include)?;
        let folder = hosts.join("support");
        let all = files_below(&folder)?;
        let compilers = compiler::identity();
        let mut hasher = blake3::Hasher::new();
        hasher.update(include_hash.as_bytes()).update(hash_files(&all, &folder)?.as_bytes());
        hasher.update(compilers.as_bytes());
        let support = all.into_iter().filter(|path| path.extension().is_some_and(|ending| ending == "c")).collect();
        Ok(Self { include, include_hash, support, support_hash: hasher.finalize(), compilers })
    }
}

/// The source files below a folder, sorted; hidden ones are nobody's source.
pub fn files_below(folder: &Path) -> Result<Vec<PathBuf>, CompileError> {
    walk(folder, |path| !path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b".")))
}

/// All files below a folder, sorted.
pub fn all_below(folder: &Path) -> Result<Vec<PathBuf>, CompileError> {
    walk(folder, |_| true)
}

fn walk(folder: &Path, wanted: impl Fn(&Path) -> bool) -> Result<Vec<PathBuf>, CompileError> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let read = |source| CompileError::Read { path: folder.clone(), source };
        for entry in std::fs::read_dir(&folder).map_err(read)? {
            let path = entry.map_err(read)?.path();
            if !wanted(&path) {
                continue;
            }
            if path.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    Ok(found)
}

/// A hash over names (relative to a folder) and contents.
pub fn hash_files(files: &[PathBuf], folder: &Path) -> Result<blake3::Hash, CompileError> {
    let mut hasher = blake3::Hasher::new();
    for path in files {
        let bytes = std::fs::read(path).map_err(|source| CompileError::Read { path: path.clone(), source })?;
        let name = path.strip_prefix(folder).unwrap_or(path);
        hash_text(&mut hasher, &name.to_string_lossy());
        hasher.update(&(bytes.len() as u64).to_le_bytes()).update(&bytes);
    }
    Ok(hasher.finalize())
}

/// Adds a text so that two texts never hash like their concatenation.
pub fn hash_text(hasher: &mut blake3::Hasher, text: &str) {
    hasher.update(&(text.len() as u64).to_le_bytes()).update(text.as_bytes());
}
