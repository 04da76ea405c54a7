//! Whether two derivations of a grammar can print the same text.
//!
//! Strict uniqueness decodes an index into choices and hands out each sequence of *visible* outcomes
//! once. Texts are then unique if the following holds of every choice that may tell indexes apart:
//!
//! > Two derivations that agree in all that they draw before the choice, and differ in it, print
//! > different texts, whatever they draw afterwards.
//!
//! [`prove`] decides that, conservatively: what it calls proven holds, what it cannot prove may hold
//! as well.
//!
//! # The argument
//!
//! 1. *Over-approximation* ([`build`], [`items`]). The program is run once with what is known of
//!    values in their place; guards, demands and scopes are dropped, so every alternative is one, an
//!    open repetition has any number of rounds, and rules are told apart by what their arguments are
//!    known to be. What comes out is a graph whose paths include every derivation, with the same
//!    outcomes along the path as the derivation has. A text that is derived aside stands where it is
//!    placed.
//! 2. *Tokens* ([`tokens`], [`words`]). A text is cut into tokens by a function of the text alone, so
//!    texts with different tokens differ. That the tokens of a text are those of its pieces is checked
//!    at every seam without a space ([`automaton`], [`seams`]). Values stand as all the tokens that
//!    they may print; two kinds of tokens overlap if one word may be both (a keyword that equals a
//!    name). What stands in quotes is a text of its own, read character by character: quoting is
//!    injective. A grammar that cannot be cut into tokens is read as characters altogether.
//! 3. *Paths* ([`pairs`]). Brackets that belong together hold a region of their own, since the one that
//!    closes is where both derivations have it. Of each fork in each region all pairs of paths
//!    that part there are followed, token by token. None may come to one end with one text. So the
//!    text tells the path.
//! 4. *Choices that do not show*. A choice whose alternatives print values that rows or columns
//!    decide (an existing value, or one like it) may be unrecoverable, unless it is the first of a unit.
//!    Then paths may part there if they meet again where the choice ends, after the same text:
//!    everything before and behind it still stands at the same place, so the text tells the path but
//!    for what is inside. Such a choice is not recoverable. It does no harm, since derivations first
//!    differ in something else.
//! 5. *Values* ([`cover`]). A value is recoverable if what it decides is printed on every path behind
//!    its draw, outside of the choices of 4 (unless the draw is inside as well): both derivations
//!    print it at the same place, and it prints injectively given what was drawn before, a table by
//!    its name, a column by its name in a known relation, a foreign key by its tables and columns.
//! 6. Let two derivations print one text and first differ in a recoverable outcome. By 3 and 4 their
//!    paths agree but for what is inside of choices that do not show and are drawn later; so the
//!    outcome is no alternative, option or number of rounds on the path. By 5 it is no value. There is
//!    no such outcome.
//!
//! A grammar that nests without brackets is looked at in another way ([`lr`]): without an LR(1)
//! conflict each text has one path, and 5 and 6 follow.
//!
//! Two things are taken for granted: names that the schema gives differ where PostgreSQL has them
//! differ, and no unit uses up its fuel (20,000 calls and rounds), where lists are walked but in part.

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
