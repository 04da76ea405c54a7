//! Rules that need an open scope, and `full` without `narrow`.
//!
//! AFTER [`check`]: wherever the main file draws from the scope, or calls a rule that cannot be
//! derived without one, a scope is open on some path from the start rule; the same for `full` and
//! `narrow`. A rule that has another way when no scope is open needs none: its alternatives are
//! chosen by what is available. Without a start rule the callers are unknown and nothing is reported.

use super::scopes::draws_from_scope;
use super::walk::{self, Inner};
use crate::diagnostics::{Code, Diagnostic, Diagnostics};
use crate::hir::{Block, Count, Element, ElementKind, Expr, ExprKind, Grammar, RuleId};
use crate::source::Span;

/// What is open at a place, as far as its own rule tells.
#[derive(Clone, Copy, Default)]
struct Place {
    open: bool,
    /// What `full` goes back to.
    outer: bool,
    narrow: bool,
}

impl Place {
    fn enter(self, inner: Inner) -> Self {
        match inner {
            Inner::Same => self,
            Inner::Scope(_) => Self {
                open: true,
                outer: true,
                narrow: false,
            },
            Inner::Narrow => Self {
                open: true,
                outer: self.open,
                narrow: true,
            },
            Inner::Full => Self {
                open: self.outer,
                narrow: false,
                ..self
            },
        }
    }
}

/// What a rule does outside of scopes of its own.
#[derive(Default)]
struct Uses {
    /// Draws from the scope where no scope is open.
    draws: Vec<Span>,
    /// `full` where nothing is narrowed, unless a caller did.
    fulls: Vec<Span>,
    /// `full` in a scope of the rule, where nothing is narrowed.
    idle_fulls: Vec<Span>,
    calls: Vec<Call>,
    /// A `bind` outside of every scope was reported: where the scope was meant to be is unknown.
    lacks_scope: bool,
}

struct Call {
    rule: usize,
    place: Place,
    span: Span,
}

/// Reports what needs a scope, or a `narrow`, where none can be open.
pub(super) fn check(grammar: &Grammar, start: Option<RuleId>, diagnostics: &mut Diagnostics) {
    let Some(start) = start else { return };
    let uses: Vec<Uses> = grammar
        .rules
        .iter()
        .map(|rule| {
            let mut uses = Uses::default();
            block(&rule.body, Place::default(), &mut uses);
            uses
        })
        .collect();
    let reached = reached(&uses, start);
    let open = entered(&uses, &reached, |place| place.open, |place| !place.open);
    let narrowed = entered(&uses, &reached, |place| place.narrow, |place| !place.open);
    let needing = needing(grammar, &uses);
    for (i, rule) in grammar.rules.iter().enumerate() {
        if !rule.main || !reached[i] {
            continue;
        }
        if !open[i] && !uses[i].lacks_scope {
            let silent = |called: usize| grammar.rules[called].main && !open[called];
            report_closed(grammar, &uses[i], &needing, silent, diagnostics);
        }
        let fulls = uses[i].fulls.iter().filter(|_| !narrowed[i]);
        for &span in fulls.chain(&uses[i].idle_fulls) {
            diagnostics.push(
                Diagnostic::new(Code::FullOutsideNarrow, span, "`full` outside of `narrow`")
                    .label("nothing is ever narrowed here")
                    .help("leave `full` out, or use it inside `narrow(list) { … }`"),
            );
        }
    }
}

fn report_closed(
    grammar: &Grammar,
    uses: &Uses,
    needing: &[bool],
    silent: impl Fn(usize) -> bool,
    diagnostics: &mut Diagnostics,
) {
    let help = "open one around it: `scope { let r = alias(table()); bind r; … }`";
    for &span in &uses.draws {
        diagnostics.push(
            Diagnostic::new(
                Code::NoScope,
                span,
                "no scope is open where this column is drawn",
            )
            .label("draws from the scope")
            .help(help),
        );
    }
    for call in &uses.calls {
        if call.place.open || !needing[call.rule] || silent(call.rule) {
            continue;
        }
        let called = &grammar.rules[call.rule];
        let message = format!("`{}` needs an open scope", called.name);
        diagnostics.push(
            Diagnostic::new(Code::NoScope, call.span, message)
                .label("no scope is open here")
                .also(called.span, "cannot be derived without columns of a scope")
                .help(help),
        );
    }
}

fn reached(uses: &[Uses], start: RuleId) -> Vec<bool> {
    let edges: Vec<Vec<usize>> = uses
        .iter()
        .map(|uses| uses.calls.iter().map(|call| call.rule).collect())
        .collect();
    let mut reached = vec![false; uses.len()];
    reached[start.0 as usize] = true;
    walk::spread(&mut reached, &edges);
    reached
}

/// The rules that may be entered in a state: called where `holds`, or where `inherits` by such a rule.
fn entered(
    uses: &[Uses],
    reached: &[bool],
    holds: impl Fn(Place) -> bool,
    inherits: impl Fn(Place) -> bool,
) -> Vec<bool> {
    let mut entered = vec![false; uses.len()];
    let mut edges = vec![Vec::new(); uses.len()];
    for (i, uses) in uses.iter().enumerate().filter(|(i, _)| reached[*i]) {
        for call in &uses.calls {
            if holds(call.place) {
                entered[call.rule] = true;
            } else if inherits(call.place) {
                edges[i].push(call.rule);
            }
        }
    }
    walk::spread(&mut entered, &edges);
    entered
}

fn block(body: &Block, place: Place, uses: &mut Uses) {
    for element in walk::elements(body) {
        uses.lacks_scope |= matches!(element.kind, ElementKind::Bind(_)) && !place.open;
        for part in walk::exprs(element) {
            expr(part, place, uses);
        }
        let Some((inner, kind)) = walk::block(element) else {
            continue;
        };
        // In a scope of its own nothing is narrowed for sure; elsewhere the caller may have narrowed.
        if kind == Inner::Full && !place.narrow {
            if place.open {
                uses.idle_fulls.push(element.span);
            } else {
                uses.fulls.push(element.span);
            }
        }
        block(inner, place.enter(kind), uses);
    }
}

fn expr(value: &Expr, place: Place, uses: &mut Uses) {
    match &value.kind {
        ExprKind::Text(body) => block(body, place, uses),
        ExprKind::Call(rule, _) => uses.calls.push(Call {
            rule: rule.0 as usize,
            place,
            span: value.span,
        }),
        _ if draws_from_scope(value) && !place.open => uses.draws.push(value.span),
        _ => {}
    }
    for part in walk::operands(value) {
        expr(part, place, uses);
    }
}

// ---- what can be derived without a scope

/// The rules that can be derived, but not without a scope.
fn needing(grammar: &Grammar, uses: &[Uses]) -> Vec<bool> {
    let order = callees_first(uses);
    let ends = derivable(grammar, uses, &order, None);
    let closed = derivable(grammar, uses, &order, Some(&ends));
    ends.iter()
        .zip(closed)
        .map(|(ends, closed)| *ends && !closed)
        .collect()
}

/// The least set of rules that can be derived, given what is open at their start: everything
/// (`ends` is none) or nothing (`ends` tells what can be derived where a scope is open).
fn derivable(
    grammar: &Grammar,
    uses: &[Uses],
    order: &[usize],
    ends: Option<&[bool]>,
) -> Vec<bool> {
    let mut callers = vec![Vec::new(); uses.len()];
    for (i, uses) in uses.iter().enumerate() {
        for call in &uses.calls {
            callers[call.rule].push(i);
        }
    }
    let place = Place {
        open: ends.is_none(),
        outer: ends.is_none(),
        narrow: false,
    };
    let mut known = vec![false; uses.len()];
    let mut work: Vec<usize> = order.iter().rev().copied().collect();
    while let Some(i) = work.pop() {
        if known[i] {
            continue;
        }
        let ways = Ways {
            here: &known,
            open: ends.unwrap_or(&known),
        };
        if ways.block(&grammar.rules[i].body, place) {
            known[i] = true;
            work.extend(callers[i].iter().filter(|&&caller| !known[caller]));
        }
    }
    known
}

/// Rules with those that they call before them, as far as there are no cycles.
fn callees_first(uses: &[Uses]) -> Vec<usize> {
    let mut order = Vec::with_capacity(uses.len());
    let mut seen = vec![false; uses.len()];
    for root in 0..uses.len() {
        if std::mem::replace(&mut seen[root], true) {
            continue;
        }
        let mut path = vec![(root, 0)];
        while let Some((rule, next)) = path.last_mut() {
            let Some(call) = uses[*rule].calls.get(*next) else {
                order.push(*rule);
                path.pop();
                continue;
            };
            *next += 1;
            if !std::mem::replace(&mut seen[call.rule], true) {
                path.push((call.rule, 0));
            }
        }
    }
    order
}

/// What is known to be derivable where nothing is open (`here`) and where a scope is.
struct Ways<'k> {
    here: &'k [bool],
    open: &'k [bool],
}

impl Ways<'_> {
    fn block(&self, block: &Block, place: Place) -> bool {
        block.alternatives.is_empty()
            || block.alternatives.iter().any(|way| {
                way.elements
                    .iter()
                    .all(|element| self.element(element, place))
            })
    }

    fn element(&self, element: &Element, place: Place) -> bool {
        let exprs = || walk::exprs(element).all(|expr| self.expr(expr, place));
        match &element.kind {
            ElementKind::Optional(..) => true,
            ElementKind::Repeat(_, count) if may_be_zero(count) => true,
            ElementKind::For { .. } => exprs(),
            _ => {
                exprs()
                    && walk::block(element)
                        .is_none_or(|(inner, kind)| self.block(inner, place.enter(kind)))
            }
        }
    }

    fn expr(&self, expr: &Expr, place: Place) -> bool {
        match &expr.kind {
            ExprKind::Text(body) => self.block(body, place),
            ExprKind::Draws { count, .. } if may_be_zero(count) => true,
            _ => {
                let itself = match &expr.kind {
                    ExprKind::Call(rule, _) if place.open => self.open[rule.0 as usize],
                    ExprKind::Call(rule, _) => self.here[rule.0 as usize],
                    _ => place.open || !draws_from_scope(expr),
                };
                itself && walk::operands(expr).all(|part| self.expr(part, place))
            }
        }
    }
}

/// Whether the count can be 0, as far as it is constant.
fn may_be_zero(count: &Count) -> bool {
    !matches!(count.low.kind, ExprKind::Int(low) if low > 0)
}
