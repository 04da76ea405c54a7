//! Random grammars: texts of the language that mostly mean something, for properties that hold for
//! every grammar.
//!
//! They are typed while they are written: a name stands only where a value of its type is wanted
//! and visible. What a grammar requires is left to chance, so a few are rejected by the compiler.

mod dice;
mod elements;
mod expressions;
mod guards;
mod rules;
mod types;
mod uses;
mod writer;

use writer::Writer;

/// The text of the grammar that a seed determines.
#[must_use]
pub fn grammar(seed: u64) -> String {
    Writer::new(seed).grammar()
}
