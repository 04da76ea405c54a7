//! Counting what derivations use.

use crate::interpret::Observer;
use crate::ir::{ChoiceId, NodeId, RuleId};

/// How often the parts of a program were used.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// By rule of the program.
    pub rules: Vec<u64>,
    /// By choice and alternative of the program before the passes.
    pub alternatives: Vec<Vec<u64>>,
    /// By node: how often an option or a repetition was come to.
    pub reached: Vec<u64>,
    /// By node: how often an option was taken, and how many rounds a repetition had.
    pub taken: Vec<u64>,
}

impl Counts {
    /// Adds what was counted elsewhere.
    pub fn add(&mut self, other: &Self) {
        add_all(&mut self.rules, &other.rules);
        add_all(&mut self.reached, &other.reached);
        add_all(&mut self.taken, &other.taken);
        grow(&mut self.alternatives, other.alternatives.len());
        for (counts, more) in self.alternatives.iter_mut().zip(&other.alternatives) {
            add_all(counts, more);
        }
    }
}

fn add_all(counts: &mut Vec<u64>, more: &[u64]) {
    grow(counts, more.len());
    for (count, more) in counts.iter_mut().zip(more) {
        *count += more;
    }
}

fn grow<T: Clone + Default>(list: &mut Vec<T>, length: usize) {
    if list.len() < length {
        list.resize(length, T::default());
    }
}

fn count(counts: &mut Vec<u64>, at: usize) {
    grow(counts, at + 1);
    if let Some(count) = counts.get_mut(at) {
        *count += 1;
    }
}

impl Observer for Counts {
    fn enter(&mut self, rule: RuleId) {
        count(&mut self.rules, rule.index());
    }

    fn alternative(&mut self, choice: ChoiceId, alternative: usize) {
        grow(&mut self.alternatives, choice.index() + 1);
        if let Some(counts) = self.alternatives.get_mut(choice.index()) {
            count(counts, alternative);
        }
    }

    fn reach(&mut self, part: NodeId) {
        count(&mut self.reached, part.index());
    }

    fn take(&mut self, part: NodeId) {
        count(&mut self.taken, part.index());
    }
}
