//! Statement breaks: only in text that is derived in place.
//!
//! AFTER [`check`]: no `;;` is derived into a text value.

use super::walk;
use crate::diagnostics::{Code, Diagnostic, Diagnostics};
use crate::hir::{Block, ElementKind, Expr, ExprKind, Grammar};
use crate::source::Span;

/// What a rule derives in place and aside.
#[derive(Default)]
struct Breaks {
    own: Option<Span>,
    in_place: Vec<usize>,
    /// Rules whose text becomes a value, with the place of the call.
    aside: Vec<(usize, Span)>,
    /// Breaks within a text value.
    misplaced: Vec<Span>,
}

/// Reports breaks that end up in text values.
pub(super) fn check(grammar: &Grammar, diagnostics: &mut Diagnostics) {
    let found: Vec<Breaks> = grammar
        .rules
        .iter()
        .map(|rule| {
            let mut breaks = Breaks::default();
            block(&rule.body, false, &mut breaks);
            breaks
        })
        .collect();
    let mut breaking: Vec<bool> = found.iter().map(|breaks| breaks.own.is_some()).collect();
    let edges: Vec<Vec<usize>> = found.iter().map(|breaks| breaks.in_place.clone()).collect();
    walk::spread_back(&mut breaking, &edges);
    for breaks in &found {
        for &span in &breaks.misplaced {
            diagnostics.push(report(
                span,
                "a statement cannot end inside a value".to_owned(),
            ));
        }
        for &(rule, span) in &breaks.aside {
            if !breaking[rule] {
                continue;
            }
            let name = &grammar.rules[rule].name;
            let message = format!("`{name}` ends statements, it cannot be a value");
            let diagnostic = report(span, message);
            diagnostics.push(match origin(rule, &found) {
                Some(place) => diagnostic.also(place, "a statement ends here"),
                None => diagnostic,
            });
        }
    }
}

fn report(span: Span, message: String) -> Diagnostic {
    Diagnostic::new(Code::BreakInText, span, message)
        .label("this text is derived aside and placed later")
        .help("derive it in place: write the rule's name where its text belongs")
}

/// A break that a rule derives in place, its own or that of a rule that it calls.
fn origin(rule: usize, found: &[Breaks]) -> Option<Span> {
    let mut reached = vec![false; found.len()];
    let mut work = vec![rule];
    while let Some(rule) = work.pop() {
        if std::mem::replace(&mut reached[rule], true) {
            continue;
        }
        if let Some(span) = found[rule].own {
            return Some(span);
        }
        work.extend(&found[rule].in_place);
    }
    None
}

fn block(body: &Block, aside: bool, breaks: &mut Breaks) {
    for element in walk::elements(body) {
        match &element.kind {
            ElementKind::StatementBreak if aside => breaks.misplaced.push(element.span),
            ElementKind::StatementBreak => breaks.own = breaks.own.or(Some(element.span)),
            ElementKind::Place(Expr {
                kind: ExprKind::Call(rule, arguments),
                span,
                ..
            }) => {
                let rule = rule.0 as usize;
                if aside {
                    breaks.aside.push((rule, *span));
                } else {
                    breaks.in_place.push(rule);
                }
                for argument in arguments {
                    expr(argument, breaks);
                }
            }
            _ => {
                for part in walk::exprs(element) {
                    expr(part, breaks);
                }
                if let Some((inner, _)) = walk::block(element) {
                    block(inner, aside, breaks);
                }
            }
        }
    }
}

fn expr(value: &Expr, breaks: &mut Breaks) {
    match &value.kind {
        ExprKind::Text(body) => block(body, true, breaks),
        ExprKind::Call(rule, _) => breaks.aside.push((rule.0 as usize, value.span)),
        _ => {}
    }
    for part in walk::operands(value) {
        expr(part, breaks);
    }
}
