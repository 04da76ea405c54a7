//! `rqgc fmt`: the canonical form of a grammar's text.
//!
//! The text is cut into tokens ([`super::scan`]), which are grouped as the grammar groups them
//! ([`read`]) and printed anew ([`print`]). Tokens keep their order and comments their places among
//! them. Only what means nothing comes or goes: a bar before the first alternative, a comma after
//! the last element of a list, a semicolon after `effect` and `return`.
//!
//! What fits in a line goes in a line; a long body gets a line for each alternative or statement,
//! its elements fill the lines. The author decides three things, which formatting keeps: whether
//! alternatives and statements that would fit in a line stand on lines of their own (shown by the
//! first of them), where alternatives or a sequence of several lines start new ones (most put a
//! clause of SQL on each), and single blank lines. The result thus depends on nothing that it changes, and
//! formatting again changes nothing.

mod print;
mod read;
mod tree;

use super::scan;
use crate::diagnostics::{Diagnostic, Diagnostics, Severity};
use crate::source::SourceId;

/// The canonical form of a text.
///
/// # Errors
/// The diagnostics of a text that does not parse.
pub fn format(source: SourceId, text: &str) -> Result<String, Vec<Diagnostic>> {
    let mut diagnostics = Diagnostics::default();
    super::parse(source, text, &mut diagnostics);
    let found = diagnostics.into_sorted();
    if found
        .iter()
        .any(|diagnostic| diagnostic.severity == Severity::Error)
    {
        return Err(found);
    }
    let tokens = scan::tokenize(text);
    let file = read::Reader::new(text, &tokens).file();
    Ok(print::file(&file))
}

#[cfg(test)]
mod tests;
