//! Standard output and error: a reader that goes away is no error, and nothing panics.

use crate::failure::Failure;
use std::io::{self, IsTerminal, Write};

/// Prints text on standard output.
///
/// A broken pipe counts as printed: the reader has seen what it wanted.
pub fn print(text: &str) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    match stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush())
    {
        Err(cause) if cause.kind() != io::ErrorKind::BrokenPipe => Err(Failure::Stdout(cause)),
        _ => Ok(()),
    }
}

/// Prints a line on standard error. Where even that fails, there is nobody to tell.
pub fn note(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}

/// Whether standard error is a terminal.
pub fn stderr_is_terminal() -> bool {
    io::stderr().is_terminal()
}

/// Whether to colour what goes to standard error (see <https://no-color.org>).
pub fn stderr_has_colours() -> bool {
    stderr_is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}
