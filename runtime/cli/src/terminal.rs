//! Standard output and error: a reader that goes away is no error, and nothing panics.

use crate::Failure;
use std::io::{self, IsTerminal, Write};

/// Prints text on standard output.
///
/// A broken pipe counts as printed: the reader has seen what it wanted.
///
/// # Errors
/// Standard output does not take it.
pub fn print(text: &[u8]) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text).and_then(|()| stdout.flush()) {
        Err(cause) if cause.kind() != io::ErrorKind::BrokenPipe => Err(Failure::Stdout(cause)),
        _ => Ok(()),
    }
}

/// Prints a line on standard error. Where even that fails, there is nobody to tell.
pub fn note(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}

/// Whether standard error is a terminal.
#[must_use]
pub fn stderr_is_terminal() -> bool {
    io::stderr().is_terminal()
}

/// Whether to colour what goes to standard error (see <https://no-color.org>).
#[must_use]
pub fn stderr_has_colours() -> bool {
    stderr_is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}
