//! Guards as demands: negation is pushed down to the atoms.

use super::formula::{and, atom, or};
use crate::hir::{Guard, GuardKind};
use crate::ir::DialectGuard;
use rqg_runtime::demand::{Atom, Comparison, Demand, Term};

/// What a guard needs of the lowering around it.
pub trait GuardContext {
    /// The term of an expression, if it has one.
    fn term(&self, expr: &crate::hir::Expr) -> Option<Term>;
    /// Interns a guard that the dialect decides.
    fn dialect_guard(&mut self, guard: DialectGuard) -> u32;
}

/// The demand of a guard (`positive`) or of its negation.
pub fn demand(guard: &Guard, positive: bool, context: &mut dyn GuardContext) -> Demand {
    match &guard.kind {
        GuardKind::Or(a, b) | GuardKind::And(a, b) => {
            if let Some(guard @ DialectGuard::Any(_)) = of_dialect(guard, positive) {
                return atom(Atom::Guard(context.dialect_guard(guard)));
            }
            let (a, b) = (demand(a, positive, context), demand(b, positive, context));
            if matches!(guard.kind, GuardKind::Or(..)) == positive {
                or([a, b])
            } else {
                and(&a, &b)
            }
        }
        GuardKind::Not(inner) => demand(inner, !positive, context),
        GuardKind::Dialect(test) => {
            let id = context.dialect_guard(DialectGuard::Dialect(test.clone(), positive));
            atom(Atom::Guard(id))
        }
        GuardKind::Feature(name) => {
            let id = context.dialect_guard(DialectGuard::Feature(name.clone(), positive));
            atom(Atom::Guard(id))
        }
        GuardKind::Same(a, b, equal) => match (context.term(a), context.term(b)) {
            (Some(a), Some(b)) => atom(Atom::Same(a, b, *equal == positive)),
            _ => Demand::never(),
        },
        GuardKind::In(ty, classes) => match context.term(ty) {
            Some(term) => atom(Atom::TypeIn(term, *classes, positive)),
            None => Demand::never(),
        },
        GuardKind::Compare(a, comparison, b) => match (context.term(a), context.term(b)) {
            (Some(a), Some(b)) => {
                let comparison = if positive {
                    *comparison
                } else {
                    negate(*comparison)
                };
                atom(Atom::Compare(a, comparison, b))
            }
            _ => Demand::never(),
        },
        GuardKind::IsTrue(value) => match context.term(value) {
            Some(term) => atom(Atom::Same(term, Term::Bool(true), positive)),
            None => Demand::never(),
        },
        GuardKind::Context(index) => {
            let bit = 1u32 << (index & 31);
            atom(Atom::ContextIn(if positive { bit } else { !bit }))
        }
    }
}

/// A guard, or its negation, that nothing but dialect and features decide.
fn of_dialect(guard: &Guard, positive: bool) -> Option<DialectGuard> {
    Some(match &guard.kind {
        GuardKind::Dialect(test) => DialectGuard::Dialect(test.clone(), positive),
        GuardKind::Feature(name) => DialectGuard::Feature(name.clone(), positive),
        GuardKind::Not(inner) => of_dialect(inner, !positive)?,
        GuardKind::Or(a, b) | GuardKind::And(a, b) => {
            let both = vec![of_dialect(a, positive)?, of_dialect(b, positive)?];
            if matches!(guard.kind, GuardKind::Or(..)) == positive {
                DialectGuard::Any(both)
            } else {
                DialectGuard::All(both)
            }
        }
        _ => return None,
    })
}

fn negate(comparison: Comparison) -> Comparison {
    match comparison {
        Comparison::Equal => Comparison::NotEqual,
        Comparison::NotEqual => Comparison::Equal,
        Comparison::Less => Comparison::AtLeast,
        Comparison::AtMost => Comparison::Greater,
        Comparison::Greater => Comparison::AtMost,
        Comparison::AtLeast => Comparison::Less,
    }
}
