//! Walking checked bodies: the direct parts of elements and expressions.

use crate::hir::{Block, Count, Element, ElementKind, Expr, ExprKind, RuleId};
use std::slice::from_ref;

/// How a block relates to the scope around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Inner {
    /// Sees what the text around it sees.
    Same,
    /// `scope`; correlated or not.
    Scope(bool),
    /// `narrow`
    Narrow,
    /// `full`
    Full,
}

/// The elements of a block, all alternatives.
pub(super) fn elements(block: &Block) -> impl Iterator<Item = &Element> {
    block
        .alternatives
        .iter()
        .flat_map(|alternative| &alternative.elements)
}

/// Direct parts: a slice, then the bounds of a count or range.
type Parts<'h> = (&'h [Expr], Option<&'h Expr>, Option<&'h Expr>);

fn chained<'h>((parts, low, high): Parts<'h>) -> impl Iterator<Item = &'h Expr> {
    parts.iter().chain(low).chain(high)
}

/// The expressions that an element evaluates itself, in order.
pub(super) fn exprs(element: &Element) -> impl Iterator<Item = &Expr> {
    chained(match &element.kind {
        ElementKind::Repeat(_, count) => counted(&[], count),
        ElementKind::Place(expr)
        | ElementKind::Let(_, expr)
        | ElementKind::Narrow(expr, _)
        | ElementKind::Effect(_, expr) => (from_ref(expr), None, None),
        ElementKind::For { lists: exprs, .. }
        | ElementKind::Bind(exprs)
        | ElementKind::Return(exprs) => (exprs, None, None),
        _ => (&[], None, None),
    })
}

fn counted<'h>(parts: &'h [Expr], count: &'h Count) -> Parts<'h> {
    (parts, Some(&*count.low), count.high.as_deref())
}

/// The block within an element.
pub(super) fn block(element: &Element) -> Option<(&Block, Inner)> {
    match &element.kind {
        ElementKind::Group(block)
        | ElementKind::Optional(block, _)
        | ElementKind::Repeat(block, _)
        | ElementKind::For { body: block, .. }
        | ElementKind::Context(_, block) => Some((block, Inner::Same)),
        ElementKind::Scope { correlated, body } => Some((body, Inner::Scope(*correlated))),
        ElementKind::Narrow(_, block) => Some((block, Inner::Narrow)),
        ElementKind::Full(block) => Some((block, Inner::Full)),
        _ => None,
    }
}

/// The direct operands of an expression.
pub(super) fn operands(expr: &Expr) -> impl Iterator<Item = &Expr> {
    chained(match &expr.kind {
        ExprKind::Range(low, high) => (&[], low.as_deref(), high.as_deref()),
        ExprKind::Field(of, _) => (from_ref(&**of), None, None),
        ExprKind::Builtin(_, parts)
        | ExprKind::Call(_, parts)
        | ExprKind::Extern(_, parts)
        | ExprKind::List(parts) => (parts, None, None),
        ExprKind::Draws { item, count, .. } => counted(from_ref(&**item), count),
        ExprKind::Arithmetic(_, left, right) => (&[], Some(&**left), Some(&**right)),
        _ => (&[], None, None),
    })
}

/// Gives every rule that a body calls to `visit`, which may replace it.
pub(super) fn calls_mut(block: &mut Block, visit: &mut dyn FnMut(&mut RuleId)) {
    for alternative in &mut block.alternatives {
        for element in &mut alternative.elements {
            element_calls(element, visit);
        }
    }
}

fn element_calls(element: &mut Element, visit: &mut dyn FnMut(&mut RuleId)) {
    match &mut element.kind {
        ElementKind::Group(block)
        | ElementKind::Optional(block, _)
        | ElementKind::Context(_, block)
        | ElementKind::Scope { body: block, .. }
        | ElementKind::Full(block) => calls_mut(block, visit),
        ElementKind::Repeat(block, count) => {
            calls_mut(block, visit);
            count_calls(count, visit);
        }
        ElementKind::For { lists, body, .. } => {
            exprs_calls(lists, visit);
            calls_mut(body, visit);
        }
        ElementKind::Narrow(list, block) => {
            expr_calls(list, visit);
            calls_mut(block, visit);
        }
        ElementKind::Place(expr) | ElementKind::Let(_, expr) | ElementKind::Effect(_, expr) => {
            expr_calls(expr, visit);
        }
        ElementKind::Bind(exprs) | ElementKind::Return(exprs) => exprs_calls(exprs, visit),
        ElementKind::Terminal(_) | ElementKind::Glue | ElementKind::StatementBreak => {}
    }
}

fn exprs_calls(exprs: &mut [Expr], visit: &mut dyn FnMut(&mut RuleId)) {
    for expr in exprs {
        expr_calls(expr, visit);
    }
}

fn count_calls(count: &mut Count, visit: &mut dyn FnMut(&mut RuleId)) {
    expr_calls(&mut count.low, visit);
    if let Some(high) = &mut count.high {
        expr_calls(high, visit);
    }
}

fn expr_calls(expr: &mut Expr, visit: &mut dyn FnMut(&mut RuleId)) {
    match &mut expr.kind {
        ExprKind::Call(rule, arguments) => {
            visit(rule);
            exprs_calls(arguments, visit);
        }
        ExprKind::Builtin(_, parts) | ExprKind::Extern(_, parts) | ExprKind::List(parts) => {
            exprs_calls(parts, visit);
        }
        ExprKind::Range(low, high) => {
            for bound in [low, high].into_iter().flatten() {
                expr_calls(bound, visit);
            }
        }
        ExprKind::Field(of, _) => expr_calls(of, visit),
        ExprKind::Draws { item, count, .. } => {
            expr_calls(item, visit);
            count_calls(count, visit);
        }
        ExprKind::Text(block) => calls_mut(block, visit),
        ExprKind::Arithmetic(_, left, right) => {
            expr_calls(left, visit);
            expr_calls(right, visit);
        }
        _ => {}
    }
}

/// Spreads a property backwards along edges: whatever has an edge to a member becomes one.
/// `edges[i]` lists where `i` leads to.
pub(super) fn spread_back(members: &mut [bool], edges: &[Vec<usize>]) {
    let mut back = vec![Vec::new(); members.len()];
    for (from, targets) in edges.iter().enumerate() {
        for &to in targets {
            back[to].push(from);
        }
    }
    spread(members, &back);
}

/// Spreads a property forwards along edges.
pub(super) fn spread(members: &mut [bool], edges: &[Vec<usize>]) {
    let mut work: Vec<usize> = (0..members.len()).filter(|&i| members[i]).collect();
    while let Some(from) = work.pop() {
        for &to in &edges[from] {
            if !members[to] {
                members[to] = true;
                work.push(to);
            }
        }
    }
}
