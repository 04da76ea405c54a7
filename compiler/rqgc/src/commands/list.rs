//! `rqgc list`

use crate::failure::Failure;
use crate::terminal;
use std::fmt::Write as _;

pub fn run() -> Result<(), Failure> {
    terminal::print(&table())
}

/// The bundled grammars, a line each.
pub fn table() -> String {
    let bundled = rqg_grammars::BUNDLED;
    let width = |of: fn(&rqg_grammars::Bundled) -> &str| {
        bundled
            .iter()
            .map(|it| of(it).chars().count())
            .max()
            .unwrap_or(0)
    };
    let (name, description) = (width(|it| it.name), width(|it| it.description));
    let mut table = String::new();
    for grammar in bundled {
        // Writing to a string never fails.
        let _ = writeln!(
            table,
            "{:name$}  {:description$}  {}",
            grammar.name, grammar.description, grammar.dialects
        );
    }
    table
}
