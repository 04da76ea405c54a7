//! Which choices of a grammar the text tells.
//!
//! AFTER this pass: whatever a run draws is hidden unless it is marked otherwise here, and of what is
//! not hidden the following holds, provided that no text has two derivations ([`crate::ambiguity`]):
//! if two derivations agree in all that was drawn before a choice and differ in the choice, then
//! their texts differ, whatever is drawn later. In doubt a choice is hidden.
//!
//! What is not hidden:
//! - choices, options and numbers of rounds whose text is part of the unit's text, unless two
//!   alternatives look alike;
//! - values that are placed on every path from where they are drawn, and whose text tells them, given
//!   what was drawn before: tables, columns, lists of them, texts that were derived aside.
//!
//! A choice within something hidden is hidden as well: that follows when the unit is made.

mod alike;
mod marks;
mod reveal;

pub use marks::Visibility;

use crate::ambiguity;
use crate::ir::Program;

/// Decides for every choice of a program.
#[must_use]
pub fn decide(program: &Program) -> Visibility {
    let mut visibility = marks::mark(program);
    if let Some(start) = program.start("query") {
        let proof = ambiguity::prove(program, start, None);
        if proof.is_proven() {
            visibility.prefer(program, start, &proof);
        }
    }
    visibility
}
