//! Calls of rules: a callee's demand over the arguments, and demands on its results.

use super::super::formula::{and, flat, map_terms, mentions, normalize, slots};
use super::{EXTRA, Inference, MAX_INSTANCES_OF_A_RULE, RESULT};
use crate::hir;
use crate::ir::{self, Expr, ExprId};
use crate::source::Span;
use rqg_runtime::demand::{Clause, Demand, Term};

impl<'a> Inference<'a> {
    pub(super) fn call_instance(
        &mut self,
        rule: hir::RuleId,
        on_results: Option<Demand>,
        extras: u16,
    ) -> usize {
        let full = self.per_rule[rule.0 as usize] > MAX_INSTANCES_OF_A_RULE;
        let known = self.index.contains_key(&(rule, on_results.clone()));
        let id = if full && !known {
            rule.0 as usize
        } else {
            self.instance(rule, on_results, extras)
        };
        if !self.builder.emitting {
            self.instances[id].callers.insert(self.current);
        }
        id
    }

    /// Evaluates arguments left to right; `with_terms` says what the callee demands of them.
    pub(super) fn arguments(
        &mut self,
        arguments: &'a [hir::Expr],
        rest: Demand,
        with_terms: impl FnOnce(&[Term], Demand) -> Demand,
    ) -> (Demand, Vec<ExprId>) {
        let mut pending = Vec::new();
        let terms: Vec<Term> = arguments
            .iter()
            .map(|argument| {
                self.term(argument).unwrap_or_else(|| {
                    let slot = self.temporary();
                    pending.push(slot);
                    Term::Slot(slot)
                })
            })
            .collect();
        let mut demand = with_terms(&terms, rest);
        let mut ids = Vec::with_capacity(arguments.len());
        for (argument, term) in arguments.iter().zip(&terms).rev() {
            let (before, id) = match term {
                Term::Slot(slot) if pending.contains(slot) => {
                    let (before, id) = self.bind(*slot, argument, demand);
                    (before, self.stored(*slot, arguments, argument, id))
                }
                _ => self.pure(argument, demand),
            };
            demand = before;
            ids.push(id);
        }
        ids.reverse();
        (demand, ids)
    }

    pub(super) fn call(
        &mut self,
        id: usize,
        arguments: &'a [hir::Expr],
        rest: Demand,
    ) -> (Demand, Vec<ExprId>) {
        let callee = self.instances[id].demand.clone();
        self.arguments(arguments, rest, move |terms, rest| {
            let demand = map_terms(&callee, &mut |term, _| match term {
                Term::Slot(slot) => terms.get(usize::from(*slot)).cloned(),
                _ => None,
            });
            and(&demand, &rest)
        })
    }

    /// A rule that returns values: what is demanded of them goes into an instance of its own,
    /// unless a clause demands nothing of them.
    pub(super) fn bind_results(
        &mut self,
        results: &[u16],
        rule: hir::RuleId,
        arguments: &'a [hir::Expr],
        rest: &Demand,
        span: Span,
    ) -> (Demand, ExprId) {
        let speaks = |clause: &Clause| {
            clause
                .atoms
                .iter()
                .any(|atom| results.iter().any(|&slot| mentions(atom, slot)))
        };
        let free: Vec<Clause> = rest
            .clauses
            .iter()
            .filter(|clause| !speaks(clause))
            .cloned()
            .collect();
        if !free.is_empty() || rest.is_never() {
            let id = self.call_instance(rule, None, 0);
            let (demand, arguments) = self.call(id, arguments, normalize(free));
            return (
                demand,
                self.builder
                    .expr(Expr::Call(ir::RuleId(id as u32), arguments)),
            );
        }
        let as_result = map_terms(rest, &mut |term, _| match term {
            Term::Slot(slot) => results
                .iter()
                .position(|result| result == slot)
                .map(|i| Term::Slot(RESULT + i as u16)),
            _ => None,
        });
        let handed: Vec<u16> = slots(&as_result)
            .into_iter()
            .filter(|&slot| slot < EXTRA)
            .collect();
        let on_results = map_terms(&as_result, &mut |term, _| match term {
            Term::Slot(slot) => handed
                .iter()
                .position(|other| other == slot)
                .map(|j| Term::Slot(EXTRA + j as u16)),
            _ => None,
        });
        let id = self.call_instance(rule, Some(flat(&on_results)), handed.len() as u16);
        if self.instances[id].on_results.is_none() {
            self.note_lost(rest, &Demand::never(), span);
            return (Demand::never(), self.builder.expr(Expr::Int(0)));
        }
        let params = arguments.len();
        let callee = self.instances[id].demand.clone();
        let depth = rest
            .clauses
            .iter()
            .map(|clause| clause.depth)
            .max()
            .unwrap_or(0);
        let values: Vec<ExprId> = handed
            .iter()
            .map(|&slot| self.builder.expr(Expr::Slot(slot)))
            .collect();
        let (demand, mut ids) = self.arguments(arguments, Demand::always(depth), |terms, rest| {
            let demand = map_terms(&callee, &mut |term, _| match term {
                Term::Slot(slot) if usize::from(*slot) < params => {
                    terms.get(usize::from(*slot)).cloned()
                }
                Term::Slot(slot) => handed
                    .get(usize::from(*slot) - params)
                    .map(|&slot| Term::Slot(slot)),
                _ => None,
            });
            and(&demand, &rest)
        });
        ids.extend(values);
        (
            demand,
            self.builder.expr(Expr::Call(ir::RuleId(id as u32), ids)),
        )
    }
}
