//! Watching a derivation: what is entered, chosen and drawn.

use crate::ir::{ChoiceId, RuleId};

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

    /// An alternative is chosen.
    fn alternative(&mut self, _choice: ChoiceId, _alternative: usize) {}

    /// A value is drawn or made, by the draw or builtin of this name.
    fn drawn(&mut self, _what: &str, _text: &[u8]) {}
}

/// Watches nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unwatched;

impl Observer for Unwatched {
    const WATCHES: bool = false;
}

/// Counts how often rules and alternatives are derived.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverage {
    /// By rule of the program.
    pub rules: Vec<u64>,
    /// By choice and alternative of the program.
    pub alternatives: Vec<Vec<u64>>,
}

fn count(counts: &mut Vec<u64>, at: usize) {
    if counts.len() <= at {
        counts.resize(at + 1, 0);
    }
    if let Some(count) = counts.get_mut(at) {
        *count += 1;
    }
}

impl Observer for Coverage {
    fn enter(&mut self, rule: RuleId) {
        count(&mut self.rules, rule.index());
    }

    fn alternative(&mut self, choice: ChoiceId, alternative: usize) {
        if self.alternatives.len() <= choice.index() {
            self.alternatives.resize(choice.index() + 1, Vec::new());
        }
        if let Some(counts) = self.alternatives.get_mut(choice.index()) {
            count(counts, alternative);
        }
    }
}
