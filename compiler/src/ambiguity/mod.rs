//! Whether two derivations of a grammar can print the same text.
//!
//! Strict uniqueness decodes an index into choices and hands out each sequence of *visible* choices
//! once. That makes texts unique only if the visible choices can be read off the text. [`prove`]
//! decides that, conservatively: what it calls proven holds, what it cannot prove may hold as well.

mod automaton;
mod build;
mod cover;
mod decide;
mod items;
mod known;
mod lr;
mod pairs;
mod pattern;
mod report;
mod seams;
#[cfg(test)]
pub(crate) mod tests;
mod tokens;
mod words;

use crate::diagnostics::Diagnostic;
use crate::ir::{ChoiceId, ExprId, NodeId, Program, RuleId};
use rqg_runtime::schema::model::Model;
use std::collections::BTreeSet;

/// Something in a program that draws.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Point {
    /// A choice among alternatives.
    Choice(ChoiceId),
    /// An option, or the number of rounds of a repetition.
    Node(NodeId),
    /// A value: a draw, a list of draws with its length, the length of a generated list, or what a
    /// builtin draws.
    Expr(ExprId),
    /// The length of a list that is drawn.
    Length(ExprId),
}

/// A place that stands in the way of a proof.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// What is ambiguous there, with the productions that conflict.
    pub diagnostic: Diagnostic,
    /// A text with two derivations, where one was found.
    pub example: Option<Example>,
}

/// A text that two derivations print.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// The text; what a value prints stands as its kind in angle brackets.
    pub text: String,
    /// How each derivation makes it: one line for each choice in which they differ.
    pub derivations: [Vec<String>; 2],
}

/// What is known of a grammar's ambiguity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Derivations that differ in a recoverable choice print different texts, and all choices are
    /// recoverable that have to be.
    Proven,
    /// No proof was found because of these places.
    Unproven(Vec<Place>),
}

/// The outcome of [`prove`].
#[derive(Debug, Clone)]
pub struct Proof {
    verdict: Verdict,
    recoverable: BTreeSet<Point>,
    hidden: BTreeSet<Point>,
}

impl Proof {
    /// Proven or not.
    #[must_use]
    pub fn verdict(&self) -> &Verdict {
        &self.verdict
    }

    /// Whether the grammar is proven.
    #[must_use]
    pub fn is_proven(&self) -> bool {
        self.verdict == Verdict::Proven
    }

    /// Whether the outcome of what is drawn there can be read off every text that it has a part in,
    /// given all that was drawn before it. Of a proven grammar, any two derivations that first
    /// differ (in the order in which they draw) in a recoverable outcome print different texts; so
    /// a strict run may let any of these choices tell indexes apart, and no other.
    ///
    /// The outcome is what the program sees: an alternative, a number of rounds, a value. Where
    /// several draws of the source make one value, it is for the source to see to it that different
    /// draws make different values.
    #[must_use]
    pub fn is_recoverable(&self, point: Point) -> bool {
        self.recoverable.contains(&point)
    }

    /// What is drawn in derivations from the start rule and is not recoverable. Empty if nothing is
    /// proven.
    pub fn hidden(&self) -> impl Iterator<Item = Point> + '_ {
        self.hidden.iter().copied()
    }
}

/// Tries to prove that units derived from a start rule can be told apart by their texts. Without a
/// model nothing is taken for granted of the schema.
#[must_use]
pub fn prove(program: &Program, start: RuleId, model: Option<&Model>) -> Proof {
    decide::prove(program, start, model)
}
