//! Standard output and error: a reader that goes away is no error, and nothing panics.

use crate::failure::Failure;

pub use rqg_cli::terminal::{note, stderr_has_colours, stderr_is_terminal};

/// Prints text on standard output.
///
/// A broken pipe counts as printed: the reader has seen what it wanted.
pub fn print(text: &str) -> Result<(), Failure> {
    Ok(rqg_cli::terminal::print(text.as_bytes())?)
}
