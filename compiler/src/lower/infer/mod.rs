//! Requirement inference and emission, one backward pass over each rule.
//!
//! A sequence is walked from its end. `demand` is what the rest needs; a binding turns what it says of
//! the bound slot into a filter of the draw (its site's demand) and into the statement that such a
//! candidate exists; what cannot be pushed back that way loses its clause. The same code runs until
//! the demands of all rule instances are stable and then once more to emit nodes.
//!
//! An *instance* is a source rule together with what its caller demands of the values that it
//! returns: those demands reach the draws inside it, so each such pair is lowered apart.

mod calls;
mod draws;
mod elements;
mod expressions;
mod lists;
mod scopes;

use super::builder::Builder;
use super::formula::{covers, deeper};
use super::guards::GuardContext;
use crate::diagnostics::Diagnostic;
use crate::hir::{self, ExprKind};
use crate::ir::{DialectGuard, NodeId};
use rqg_runtime::demand::{Demand, Term};
use std::collections::{BTreeSet, HashMap};

/// In a demand on results, slot `RESULT + i` stands for the i-th result.
const RESULT: u16 = 60_000;
/// In a demand on results, slot `EXTRA + j` stands for the j-th value handed down by the caller.
const EXTRA: u16 = 50_000;
/// More instances than this of one rule mean that demands feed on themselves.
const MAX_INSTANCES_OF_A_RULE: usize = 24;
/// An instance whose demand has changed this often is left as it is (an under-approximation).
const MAX_ROUNDS: u32 = 40;
/// What an open upper bound of a repetition of text adds to the lower one.
pub const OPEN_REPETITION: i64 = 7;

/// A rule with what is demanded of its results.
#[derive(Debug, Clone)]
pub struct Instance {
    /// The source rule.
    pub rule: hir::RuleId,
    /// What the caller demands of the results (over `RESULT` and `EXTRA` slots).
    pub on_results: Option<Demand>,
    /// How many values the caller hands down for that, after the parameters.
    pub extras: u16,
    /// What it demands of its caller: its own parameters and scope.
    pub demand: Demand,
    rounds: u32,
    callers: BTreeSet<usize>,
}

/// The state of inference over a whole grammar.
pub struct Inference<'a> {
    grammar: &'a hir::Grammar,
    pub instances: Vec<Instance>,
    index: HashMap<(hir::RuleId, Option<Demand>), usize>,
    per_rule: Vec<usize>,
    pub builder: Builder,
    pub diagnostics: Vec<Diagnostic>,
    /// Rank of each rule for the work list: callees first.
    rank: Vec<u32>,
    pending: BTreeSet<(u32, usize)>,
    /// The instance under analysis.
    current: usize,
    next_slot: u16,
    most_slots: u16,
}

/// An emitted rule instance.
pub struct Emitted {
    pub body: NodeId,
    pub slots: u16,
}

impl<'a> Inference<'a> {
    /// Starts with the base instance of every rule, at index `rule id`.
    pub fn new(grammar: &'a hir::Grammar, rank: Vec<u32>) -> Self {
        let mut builder = Builder::new();
        builder.emitting = false;
        let mut inference = Self {
            grammar,
            instances: Vec::new(),
            index: HashMap::new(),
            per_rule: vec![0; grammar.rules.len()],
            builder,
            diagnostics: Vec::new(),
            rank,
            pending: BTreeSet::new(),
            current: 0,
            next_slot: 0,
            most_slots: 0,
        };
        for rule in 0..grammar.rules.len() {
            inference.instance(hir::RuleId(rule as u32), None, 0);
        }
        inference
    }

    /// Runs until every instance's demand is stable.
    pub fn solve(&mut self) {
        while let Some((_, id)) = self.pending.pop_first() {
            let (found, ..) = self.rule(id);
            let found = deeper(&found);
            let instance = &mut self.instances[id];
            let added = accept(&mut instance.demand, &found);
            instance.rounds += 1;
            if added && instance.rounds < MAX_ROUNDS {
                let callers: Vec<usize> = instance.callers.iter().copied().collect();
                for caller in callers {
                    self.enqueue(caller);
                }
            }
        }
    }

    /// Takes back what instances promised on their way to stability and what their alternatives, with
    /// the callees as they are in the end, do not bear out: sizes are limited, so that a clause found
    /// early may not be found again. AFTER this, a clause of an instance is covered by one of an
    /// alternative, whose calls are covered in turn at a smaller depth.
    pub fn retract(&mut self) {
        for id in 0..self.instances.len() {
            // What was looked at once saw its callees as they are in the end.
            if self.instances[id].rounds > 1 {
                self.enqueue(id);
            }
        }
        while let Some((_, id)) = self.pending.pop_first() {
            if self.broken_promises(id) {
                let callers: Vec<usize> = self.instances[id].callers.iter().copied().collect();
                for caller in callers {
                    self.enqueue(caller);
                }
            }
        }
    }

    /// Removes the promises of an instance that its alternatives don't bear out; whether there were any.
    pub fn broken_promises(&mut self, id: usize) -> bool {
        let found = deeper(&self.rule(id).0);
        let promised = &mut self.instances[id].demand.clauses;
        let before = promised.len();
        promised.retain(|clause| found.clauses.iter().any(|other| covers(other, clause)));
        promised.len() < before
    }

    /// Emits the nodes of an instance; its final demand is known.
    pub fn emit(&mut self, id: usize) -> Emitted {
        self.builder.emitting = true;
        let (_, body, slots) = self.rule(id);
        Emitted { body, slots }
    }

    fn enqueue(&mut self, id: usize) {
        let rank = self.rank[self.instances[id].rule.0 as usize];
        self.pending.insert((rank, id));
    }

    /// The instance of a rule for a demand on its results; made if it is new.
    fn instance(&mut self, rule: hir::RuleId, on_results: Option<Demand>, extras: u16) -> usize {
        let key = (rule, on_results);
        if let Some(&known) = self.index.get(&key) {
            return known;
        }
        let id = self.instances.len();
        self.instances.push(Instance {
            rule,
            on_results: key.1.clone(),
            extras,
            demand: Demand::never(),
            rounds: 0,
            callers: BTreeSet::new(),
        });
        self.per_rule[rule.0 as usize] += 1;
        self.index.insert(key, id);
        self.enqueue(id);
        id
    }

    fn rule(&mut self, id: usize) -> (Demand, NodeId, u16) {
        self.current = id;
        let rule = &self.grammar.rules[self.instances[id].rule.0 as usize];
        self.next_slot = rule.locals.len() as u16 + self.instances[id].extras;
        self.most_slots = self.next_slot;
        let (demand, body) = self.block(&rule.body);
        (demand, body, self.most_slots)
    }

    fn source_rule(&self) -> &'a hir::Rule {
        &self.grammar.rules[self.instances[self.current].rule.0 as usize]
    }

    /// The slot of a local: parameters, then what the caller hands down, then the other locals.
    fn slot(&self, local: hir::LocalId) -> u16 {
        let rule = self.source_rule();
        if local.0 < rule.params {
            local.0
        } else {
            local.0 + self.instances[self.current].extras
        }
    }

    fn temporary(&mut self) -> u16 {
        let slot = self.next_slot;
        self.next_slot += 1;
        self.most_slots = self.most_slots.max(self.next_slot);
        slot
    }
}

impl GuardContext for Inference<'_> {
    fn term(&self, expr: &hir::Expr) -> Option<Term> {
        Inference::term(self, expr)
    }

    fn dialect_guard(&mut self, guard: DialectGuard) -> u32 {
        self.builder.guard(guard)
    }
}

/// Adds the clauses that are new; known ones stay (others may rely on them) unless a new one says
/// the same of more situations. Returns whether anything changed.
fn accept(known: &mut Demand, found: &Demand) -> bool {
    let mut changed = false;
    for clause in &found.clauses {
        if known.clauses.iter().any(|old| covers(old, clause)) {
            continue;
        }
        known.clauses.retain(|old| !covers(clause, old));
        known.clauses.push(clause.clone());
        changed = true;
    }
    if changed {
        known
            .clauses
            .sort_by_key(|clause| (clause.depth, clause.atoms.len()));
    }
    changed
}

/// The value of a constant int expression.
pub fn constant(expr: &hir::Expr) -> Option<i64> {
    use crate::syntax::ast::ArithmeticOp;
    match &expr.kind {
        ExprKind::Int(value) => Some(*value),
        ExprKind::Arithmetic(op, a, b) => {
            let (a, b) = (constant(a)?, constant(b)?);
            Some(match op {
                ArithmeticOp::Add => a.saturating_add(b),
                ArithmeticOp::Subtract => a.saturating_sub(b),
                ArithmeticOp::Multiply => a.saturating_mul(b),
            })
        }
        _ => None,
    }
}
