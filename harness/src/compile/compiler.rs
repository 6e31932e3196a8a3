//! The C and C++ compilers, as the crate cc finds them.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::CompileError;
use crate::toolchain::is_program;

/// A compiler with the flags that cc gives for this platform.
#[derive(Debug, Clone)]
pub struct Compiler {
    /// The program.
    pub program: PathBuf,
    /// Optimisation, debug information, position independence.
    pub flags: Vec<String>,
}

/// The C compiler. Asks it who it is, so only builds call this.
pub fn c() -> Result<&'static Compiler, CompileError> {
    static FOUND: OnceLock<Result<Compiler, String>> = OnceLock::new();
    FOUND.get_or_init(|| find(false)).as_ref().map_err(|why| CompileError::Compiler(why.clone()))
}

/// The C++ compiler, where there is one.
pub fn cxx() -> Result<&'static Compiler, CompileError> {
    static FOUND: OnceLock<Result<Compiler, String>> = OnceLock::new();
    FOUND.get_or_init(|| find(true)).as_ref().map_err(|why| CompileError::Compiler(why.clone()))
}

fn find(cpp: bool) -> Result<Compiler, String> {
    let platform = env!("COEXIST_TARGET");
    let mut build = cc::Build::new();
    build
        .cpp(cpp)
        .host(platform)
        .target(platform)
        .opt_level(1)
        .debug(true)
        .pic(true)
        .cargo_metadata(false)
        .cargo_warnings(false);
    let tool = build.try_get_compiler().map_err(|error| error.to_string())?;
    let program = on_path(tool.path()).ok_or_else(|| format!("{} is not on PATH", tool.path().display()))?;
    let flags = tool.args().iter().map(|flag| flag.to_string_lossy().into_owned()).collect();
    Ok(Compiler { program, flags })
}

/// A text that changes when a compiler or what chooses it does; starts no process.
pub fn identity() -> String {
    let mut text = env!("COEXIST_TARGET").to_owned();
    for (variable, default) in [("CC", "cc"), ("CXX", "c++")] {
        let (name, path) = chosen(variable, default);
        let canonical = path.and_then(|path| path.canonicalize().ok());
        let facts = canonical.as_ref().and_then(|path| path.metadata().ok());
        let stamp = facts.and_then(|facts| Some((facts.len(), facts.modified().ok()?)));
        text += &format!("|{name}|{canonical:?}|{stamp:?}");
    }
    for variable in ["CFLAGS", "CXXFLAGS"] {
        text += &format!("|{:?}", std::env::var(variable).ok());
    }
    text
}

/// What a variable (CC, CXX) or else the default names, with arguments if it has any, and the program's path.
#[must_use]
pub fn chosen(variable: &str, default: &str) -> (String, Option<PathBuf>) {
    let name = std::env::var(variable).unwrap_or_else(|_| default.to_owned());
    let program = on_path(Path::new(name.split(' ').next().unwrap_or(default)));
    (name, program)
}

/// A program's path: as it is if it has a slash, else the first of that name on PATH.
#[must_use]
pub fn on_path(program: &Path) -> Option<PathBuf> {
    if program.components().count() > 1 {
        return Some(program.to_owned());
    }
    let folders = std::env::var_os("PATH")?;
    std::env::split_paths(&folders).map(|folder| folder.join(program)).find(|path| is_program(path))
}
