//! Text that leaves the scope whose columns it names.
//!
//! Text (and a column drawn from the scope) carries the *environment* it was derived in: the body of
//! the innermost `scope` or `narrow` of its rule, or the rule's caller. The rule that is enforced:
//!
//! - Text that may hold columns drawn from its environment is placed, or passed on, only where that
//!   environment is visible: in itself, in a `correlated` scope within it, and, for a `narrow`, in
//!   what it narrows. Inside an uncorrelated `scope` or a `narrow` the text around it is invisible.
//! - Such text or such a column is returned only from outside of every scope of the rule.
//! - A text parameter belongs to the caller's environment: a rule that places it where its own start
//!   is invisible cannot be given text that holds columns of the scope.
//!
//! Text may hold columns of the scope if its derivation can reach a draw from it outside of an
//! uncorrelated scope of its own, or places text that does. A column value is an explicit reference
//! and may be placed anywhere. AFTER [`check`]: no derivation breaks these rules.

mod origins;

use super::walk::{self, Inner};
use crate::builtins::{DrawDomain, Role};
use crate::diagnostics::Diagnostics;
use crate::hir::{Block, Expr, ExprKind, Grammar};

/// Reports text that is placed where its relations are invisible.
pub(super) fn check(grammar: &Grammar, diagnostics: &mut Diagnostics) {
    let touching = touching(grammar);
    origins::check(grammar, &touching, diagnostics);
}

/// Whether an expression itself draws from the scope.
pub(super) fn draws_from_scope(expr: &Expr) -> bool {
    let ExprKind::Builtin(builtin, _) = &expr.kind else {
        return false;
    };
    matches!(
        builtin.overload().role,
        Role::Draw(DrawDomain::Visible | DrawDomain::VisibleWithType | DrawDomain::VisibleInClass)
    )
}

/// The rules whose derivations may draw from the scope of their caller.
fn touching(grammar: &Grammar) -> Vec<bool> {
    let mut touching = vec![false; grammar.rules.len()];
    let mut edges = vec![Vec::new(); grammar.rules.len()];
    for (i, rule) in grammar.rules.iter().enumerate() {
        touching[i] = touches(&rule.body, &mut edges[i]);
    }
    walk::spread_back(&mut touching, &edges);
    touching
}

/// Whether a block draws from the scope around it; collects the rules that it calls there.
fn touches(block: &Block, calls: &mut Vec<usize>) -> bool {
    let mut found = false;
    for element in walk::elements(block) {
        for expr in walk::exprs(element) {
            found |= expr_touches(expr, calls);
        }
        if let Some((inner, kind)) = walk::block(element)
            && kind != Inner::Scope(false)
        {
            found |= touches(inner, calls);
        }
    }
    found
}

fn expr_touches(expr: &Expr, calls: &mut Vec<usize>) -> bool {
    let mut found = draws_from_scope(expr);
    match &expr.kind {
        ExprKind::Text(block) => found |= touches(block, calls),
        ExprKind::Call(rule, _) => calls.push(rule.0 as usize),
        _ => {}
    }
    for part in walk::operands(expr) {
        found |= expr_touches(part, calls);
    }
    found
}
