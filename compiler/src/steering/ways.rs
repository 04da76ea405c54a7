//! Which rules can be derived in which mode.

use super::rewrite::Rewriter;
use crate::hir::{Grammar, RuleId};
use crate::lower;

/// What steering aims at, by rule.
#[derive(Debug)]
pub(super) struct Aim {
    /// Rules of which at least one has to be used.
    pub only: Vec<bool>,
    /// Rules that must not be used.
    pub without: Vec<bool>,
}

/// How a rule is derived.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Mode {
    /// Using what it likes but [`Aim::without`].
    Free,
    /// Using none of [`Aim::only`] either.
    Avoid,
    /// Using one of [`Aim::only`].
    Must,
}

/// What is known of the rules of a grammar.
#[derive(Debug)]
pub(super) struct Ways {
    /// Rules that have a derivation that ends, by mode.
    free: Vec<bool>,
    avoid: Vec<bool>,
    must: Vec<bool>,
    /// Rules that call one of [`Aim::only`], be it through others.
    leads: Vec<bool>,
}

impl Ways {
    /// Finds what can be derived: the least set that bears itself out, so that derivations end.
    pub fn find(grammar: &Grammar, aim: &Aim) -> Self {
        let callees = lower::callees(grammar);
        let mut callers = vec![Vec::new(); callees.len()];
        for (rule, callees) in callees.iter().enumerate() {
            for &callee in callees {
                callers[callee as usize].push(rule);
            }
        }
        let none = vec![false; callees.len()];
        let mut ways = Self {
            // Where nothing is left out nothing is changed either.
            free: vec![!aim.without.contains(&true); callees.len()],
            avoid: none.clone(),
            must: none,
            leads: aim.only.clone(),
        };
        spread(&mut ways.leads, &callers);
        for mode in [Mode::Free, Mode::Avoid, Mode::Must] {
            let mut open: Vec<usize> = (0..callees.len()).collect();
            while let Some(rule) = open.pop() {
                let derives = |ways: &Self| {
                    let rewriter = Rewriter {
                        aim,
                        ways,
                        version: &|rule, _| rule,
                    };
                    rewriter.body(grammar, rule, mode).is_some()
                };
                if !ways.of(mode)[rule] && derives(&ways) {
                    ways.of_mut(mode)[rule] = true;
                    open.extend(&callers[rule]);
                }
            }
        }
        ways
    }

    /// By rule, whether it has a derivation in a mode.
    fn of(&self, mode: Mode) -> &[bool] {
        match mode {
            Mode::Free => &self.free,
            Mode::Avoid => &self.avoid,
            Mode::Must => &self.must,
        }
    }

    fn of_mut(&mut self, mode: Mode) -> &mut [bool] {
        match mode {
            Mode::Free => &mut self.free,
            Mode::Avoid => &mut self.avoid,
            Mode::Must => &mut self.must,
        }
    }

    /// Whether a rule has a derivation in a mode.
    pub fn has(&self, rule: RuleId, mode: Mode) -> bool {
        self.of(mode)[rule.0 as usize]
    }

    /// The mode itself, or one that means the same for the rule.
    pub fn plain(&self, rule: RuleId, mode: Mode) -> Mode {
        match mode {
            Mode::Avoid if !self.leads[rule.0 as usize] => Mode::Free,
            mode => mode,
        }
    }
}

/// Adds to a set all that leads to it.
fn spread(set: &mut [bool], callers: &[Vec<usize>]) {
    let mut open: Vec<usize> = (0..set.len()).filter(|&rule| set[rule]).collect();
    while let Some(rule) = open.pop() {
        for &caller in &callers[rule] {
            if !std::mem::replace(&mut set[caller], true) {
                open.push(caller);
            }
        }
    }
}
