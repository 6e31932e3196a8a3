//! Text files that appear whole or not at all.

use std::io::Write;
use std::path::Path;

/// Writes a file in place of the one that is there, and the folders above it.
///
/// # Errors
/// When the folder cannot be written; then the file is as it was.
pub fn write(path: &Path, text: &str) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let open = std::os::unix::fs::PermissionsExt::from_mode(0o644);
    let mut file = tempfile::Builder::new().prefix(".writing-").permissions(open).tempfile_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.persist(path)?;
    Ok(())
}
