//! Expressions: what binding a value pushes back into how it is made.

use super::super::formula::{
    abstract_slot, and, atom, exists, mentions, normalize, substitute, without_witnessed,
};
use super::Inference;
use super::lists::relation_of_types;
use crate::builtins::{Builtin, Role};
use crate::diagnostics::{Code, Diagnostic};
use crate::hir::{self, ExprKind, Ty};
use crate::ir::{self, Argument, Expr, ExprId, Site};
use crate::source::Span;
use rqg_runtime::demand::{Atom, Demand, Term};

impl<'a> Inference<'a> {
    pub(super) fn returns(&self, rule: hir::RuleId) -> bool {
        self.grammar.rules[rule.0 as usize].returns
    }

    /// Binds `slot` to the expression's value before `rest`: what both demand, and the expression.
    pub(super) fn bind(
        &mut self,
        slot: u16,
        expr: &'a hir::Expr,
        rest: Demand,
    ) -> (Demand, ExprId) {
        if let Some(term) = self.term(expr) {
            let (demand, id) = self.pure(expr, substitute(&rest, slot, &term));
            return (demand, id);
        }
        match &expr.kind {
            ExprKind::Builtin(builtin, arguments) => {
                self.bind_builtin(slot, *builtin, arguments, &rest, expr.span)
            }
            ExprKind::Call(rule, arguments) => {
                if self.returns(*rule) {
                    return self.bind_results(&[slot], *rule, arguments, &rest, expr.span);
                }
                let id = self.call_instance(*rule, None, 0);
                let rest = self.without(&rest, slot, expr.span);
                let (demand, arguments) = self.call(id, arguments, rest);
                (
                    demand,
                    self.builder
                        .expr(Expr::Call(ir::RuleId(id as u32), arguments)),
                )
            }
            ExprKind::Draws {
                distinct,
                item,
                count,
            } => self.bind_draws(slot, *distinct, item, count, &rest, expr.span),
            ExprKind::List(items) => self.bind_list(slot, items, &rest, expr.span),
            ExprKind::Text(block) => {
                let (demand, node) = self.block(block);
                (and(&demand, &rest), self.builder.expr(Expr::Text(node)))
            }
            ExprKind::Str(text) => {
                let literal = self.builder.literal(text);
                (rest, self.builder.expr(Expr::Str(literal)))
            }
            ExprKind::Extern(index, arguments) => {
                let rest = self.without(&rest, slot, expr.span);
                let (demand, arguments) = self.arguments(arguments, rest, |_, demand| demand);
                (demand, self.builder.expr(Expr::Extern(*index, arguments)))
            }
            ExprKind::Arithmetic(op, a, b) => {
                let rest = self.without(&rest, slot, expr.span);
                let (second, first) = (self.temporary(), self.temporary());
                let (rest, b) = self.bind(second, b, rest);
                let (demand, a) = self.bind(first, a, rest);
                (demand, self.builder.expr(Expr::Arithmetic(*op, a, b)))
            }
            ExprKind::Field(base, field) => {
                let temporary = self.temporary();
                let by = Term::Field(Box::new(Term::Slot(temporary)), *field);
                let (demand, base) = self.bind(temporary, base, substitute(&rest, slot, &by));
                (demand, self.builder.expr(Expr::Field(base, *field)))
            }
            // Arguments of builtins only; analysis lets them stand nowhere else.
            ExprKind::Class(_)
            | ExprKind::Range(..)
            | ExprKind::Float(_)
            | ExprKind::Distribution(_) => (rest, self.builder.expr(Expr::Int(0))),
            ExprKind::Local(_) | ExprKind::Int(_) | ExprKind::Bool(_) | ExprKind::Type(_) => {
                self.pure(expr, rest)
            }
        }
    }

    /// Binds slots to the values of expressions that are evaluated one after the other.
    pub(super) fn bind_all(
        &mut self,
        slots: &[u16],
        exprs: &'a [hir::Expr],
        rest: Demand,
    ) -> (Demand, Vec<ExprId>) {
        // What has a term is not kept in its slot: no draw may speak of that.
        let terms = exprs.iter().map(|expr| self.term(expr));
        let mut demand = slots
            .iter()
            .zip(terms)
            .fold(rest, |demand, (&slot, term)| match term {
                Some(term) => substitute(&demand, slot, &term),
                None => demand,
            });
        let mut ids = Vec::with_capacity(exprs.len());
        for (expr, &slot) in exprs.iter().zip(slots).rev() {
            let (before, id) = self.bind(slot, expr, demand);
            demand = before;
            ids.push(self.stored(slot, exprs, expr, id));
        }
        ids.reverse();
        (demand, ids)
    }

    /// An expression (one of several) whose value is kept in its slot as well: the draws that are
    /// evaluated after it may speak of it.
    pub(super) fn stored(
        &mut self,
        slot: u16,
        among: &[hir::Expr],
        expr: &hir::Expr,
        id: ExprId,
    ) -> ExprId {
        if among.len() < 2 || self.term(expr).is_some() || expr.ty == Ty::Text {
            return id;
        }
        let kept = self.builder.expr(Expr::Slot(slot));
        self.builder.expr(Expr::Let(slot, id, kept))
    }

    /// Emits an expression that has a term: no draw is made. An alias has a term, and an effect of
    /// its own (a fresh name).
    pub(super) fn pure(&mut self, expr: &'a hir::Expr, rest: Demand) -> (Demand, ExprId) {
        let lowered = match &expr.kind {
            ExprKind::Local(local) => Expr::Slot(self.slot(*local)),
            ExprKind::Int(value) => Expr::Int(*value),
            ExprKind::Bool(value) => Expr::Bool(*value),
            ExprKind::Type(id) => Expr::Type(*id),
            ExprKind::Field(base, field) => {
                let (rest, base) = self.pure(base, rest);
                return (rest, self.builder.expr(Expr::Field(base, *field)));
            }
            ExprKind::Builtin(builtin, arguments) => {
                let (rest, arguments) = self.value_arguments(arguments, rest);
                return (rest, self.builder.expr(Expr::Builtin(*builtin, arguments)));
            }
            _ => Expr::Int(0),
        };
        (rest, self.builder.expr(lowered))
    }

    /// The term of an expression whose value is known without a draw.
    pub(super) fn term(&self, expr: &hir::Expr) -> Option<Term> {
        match &expr.kind {
            ExprKind::Local(local) => Some(Term::Slot(self.slot(*local))),
            ExprKind::Int(value) => Some(Term::Int(*value)),
            ExprKind::Bool(value) => Some(Term::Bool(*value)),
            ExprKind::Type(id) => Some(Term::Type(*id)),
            ExprKind::Field(base, field) => Some(Term::Field(Box::new(self.term(base)?), *field)),
            ExprKind::Builtin(builtin, arguments) => match builtin.overload().role {
                // An alias has the columns of what it stands for, a column seen through it its own.
                Role::Alias => self.term(&arguments[0]),
                Role::Of => {
                    self.term(&arguments[0])?;
                    self.term(&arguments[1])
                }
                _ => None,
            },
            _ => None,
        }
    }

    /// Clauses that say nothing of a value that no draw decides; the others are lost.
    pub(super) fn without(&mut self, demand: &Demand, slot: u16, span: Span) -> Demand {
        let kept = normalize(
            demand
                .clauses
                .iter()
                .filter(|clause| !clause.atoms.iter().any(|atom| mentions(atom, slot)))
                .cloned()
                .collect(),
        );
        self.note_lost(demand, &kept, span);
        kept
    }

    /// Reports a demand that was satisfiable and is not any more because it can't be pushed back.
    pub(super) fn note_lost(&mut self, before: &Demand, after: &Demand, span: Span) {
        if self.builder.emitting && after.is_never() && !before.is_never() {
            self.diagnostics.push(
                Diagnostic::new(
                    Code::NotPushable,
                    span,
                    "what later uses require of this value cannot be pushed back into how it is made",
                )
                .label("made here")
                .help("draw it where the requirement is known, for example with a type argument, or give the later use an alternative that needs less"),
            );
        }
    }

    pub(super) fn bind_builtin(
        &mut self,
        slot: u16,
        builtin: Builtin,
        arguments: &'a [hir::Expr],
        rest: &Demand,
        span: Span,
    ) -> (Demand, ExprId) {
        match builtin.overload().role {
            Role::Draw(domain) => {
                let (domain, filter, temporaries) = self.domain(domain, arguments);
                let narrowed = and(&abstract_slot(rest, slot), &filter);
                let narrowed = without_witnessed(&domain, &narrowed);
                let site = Site {
                    domain: domain.clone(),
                    demand: self.builder.demand(&narrowed),
                    span,
                };
                let site = self.builder.site(site);
                let draw = self.builder.expr(Expr::Draw(site));
                self.wrap(temporaries, exists(&domain, 1, &narrowed), draw)
            }
            Role::Plain if builtin == Builtin::Regex => {
                let rest = self.without(rest, slot, span);
                let pattern = match arguments.first().map(|argument| &argument.kind) {
                    Some(ExprKind::Str(pattern)) => self.builder.regex(pattern),
                    _ => 0,
                };
                let arguments = vec![Argument::Regex(pattern)];
                (rest, self.builder.expr(Expr::Builtin(builtin, arguments)))
            }
            Role::Plain => {
                let rest = self.without(rest, slot, span);
                let (demand, arguments) = self.value_arguments(arguments, rest);
                (demand, self.builder.expr(Expr::Builtin(builtin, arguments)))
            }
            Role::Needs(property) => {
                let rest = self.without(rest, slot, span);
                let needs = |terms: &[Term], demand: Demand| match terms.first() {
                    Some(term) => and(&atom(Atom::Has(term.clone(), property)), &demand),
                    None => demand,
                };
                let (demand, ids) = self.arguments(arguments, rest, needs);
                let arguments = ids.into_iter().map(Argument::Value).collect();
                (demand, self.builder.expr(Expr::Builtin(builtin, arguments)))
            }
            Role::Alias => {
                let temporary = self.temporary();
                let rest = substitute(rest, slot, &Term::Slot(temporary));
                self.with_arguments(builtin, arguments, rest, |i, _| {
                    (i == 0).then_some(temporary)
                })
            }
            Role::Of => {
                let temporary = self.temporary();
                let rest = substitute(rest, slot, &Term::Slot(temporary));
                self.with_arguments(builtin, arguments, rest, |i, _| {
                    (i == 1).then_some(temporary)
                })
            }
            Role::Relation => {
                let temporary = self.temporary();
                let writable = builtin == Builtin::NewTable;
                let demand = relation_of_types(rest, slot, temporary, writable);
                self.note_lost(rest, &demand, span);
                let last = arguments.len() - 1;
                self.with_arguments(builtin, arguments, demand, move |i, _| {
                    (i == last).then_some(temporary)
                })
            }
        }
    }
}
