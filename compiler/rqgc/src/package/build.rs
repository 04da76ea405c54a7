//! Builds packages with cargo.

use crate::failure::Failure;
use crate::terminal;
use serde_json::Value;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// How to build.
#[derive(Debug)]
pub struct Build<'a> {
    /// The package's root.
    pub package: &'a Path,
    /// Where cargo keeps what it builds.
    pub target: &'a Path,
    /// The profile.
    pub profile: &'a str,
    /// Whether to show what cargo says while it builds.
    pub verbose: bool,
}

/// Builds a package with one executable, and tells where that is.
pub fn build(build: &Build<'_>) -> Result<PathBuf, Failure> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let shown = build.verbose || terminal::stderr_is_terminal();
    let command = Command::new(&cargo)
        .args(["build", "--message-format", "json-render-diagnostics"])
        .args(["--profile", build.profile])
        .arg("--target-dir")
        .arg(build.target)
        .current_dir(build.package)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(if shown {
            Stdio::inherit()
        } else {
            Stdio::piped()
        })
        .spawn();
    let done = command.and_then(std::process::Child::wait_with_output);
    let done = done.map_err(|cause| {
        let help = match cause.kind() {
            ErrorKind::NotFound => {
                "\nhelp: install Rust with https://rustup.rs, or use `--emit crate` and build the \
                 crate where there is cargo"
            }
            _ => "",
        };
        let cargo = cargo.display();
        Failure::Environment(format!("cannot run `{cargo}`: {cause}{help}"))
    })?;
    if !done.status.success() {
        terminal::note(String::from_utf8_lossy(&done.stderr).trim_end());
        return Err(Failure::Environment(format!(
            "cargo could not build the generator\nhelp: the crate is in `{}`; `--runtime` says \
             where the crates come from that it builds on",
            build.package.display()
        )));
    }
    executable(&done.stdout)
        .ok_or_else(|| Failure::Environment("cargo did not say where the executable is".to_owned()))
}

/// The last executable in cargo's messages.
fn executable(messages: &[u8]) -> Option<PathBuf> {
    let messages = messages.split(|&byte| byte == b'\n');
    let mut executables = messages.rev().filter_map(|message| {
        let message: Value = serde_json::from_slice(message).ok()?;
        Some(PathBuf::from(message.get("executable")?.as_str()?))
    });
    executables.next()
}
