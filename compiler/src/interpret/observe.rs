//! Watching a derivation: what is entered, chosen and drawn.

use crate::ir::{ChoiceId, NodeId, RuleId};

/// Is told what a derivation does. The one that generates does nothing and costs nothing.
pub trait Observer {
    /// Whether it is told anything.
    const WATCHES: bool = true;

    /// Whether texts of drawn values are wanted.
    const WANTS_TEXT: bool = false;

    /// A rule is entered.
    fn enter(&mut self, _rule: RuleId) {}

    /// A rule is left; what it wrote in place or aside.
    fn leave(&mut self, _rule: RuleId, _text: &[u8]) {}

    /// An alternative, as before the passes, is chosen, or is the only one that can be.
    fn alternative(&mut self, _choice: ChoiceId, _alternative: usize) {}

    /// An option or a repetition is come to.
    fn reach(&mut self, _part: NodeId) {}

    /// The option is taken, or a round of the repetition begins.
    fn take(&mut self, _part: NodeId) {}

    /// A value is drawn or made, by the draw or builtin of this name.
    fn drawn(&mut self, _what: &str, _text: &[u8]) {}
}

/// Watches nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unwatched;

impl Observer for Unwatched {
    const WATCHES: bool = false;
}
