//! Guards.

use super::{Builder, Node, compare_op};
use crate::source::Span;
use crate::syntax::Rule;
use crate::syntax::ast::{Expr, ExprKind, Guard, GuardKind, GuardOperand, Ident};
use std::mem;

impl Builder<'_> {
    /// A `guard` pair: `&&` binds closer than `||`.
    pub(super) fn guard(&mut self, pair: Node<'_>) -> Guard {
        let span = self.span(&pair);
        let links = pair.clone().into_inner().count();
        let built = self.deeper(links, span, |this| {
            let mut alternatives: Option<Guard> = None;
            let mut all: Option<Guard> = None;
            let mut nots: Vec<Span> = Vec::new();
            for pair in pair.into_inner() {
                match pair.as_rule() {
                    Rule::not => nots.push(this.span(&pair)),
                    Rule::and => {}
                    Rule::or => alternatives = either(alternatives, all.take()),
                    _ => {
                        let operand = this.guard_operand(pair)?;
                        let negated =
                            mem::take(&mut nots)
                                .into_iter()
                                .rev()
                                .fold(operand, |guard, not| Guard {
                                    span: not.to(guard.span),
                                    kind: GuardKind::Not(Box::new(guard)),
                                });
                        all = Some(match all.take() {
                            Some(left) => Guard {
                                span: left.span.to(negated.span),
                                kind: GuardKind::And(Box::new(left), Box::new(negated)),
                            },
                            None => negated,
                        });
                    }
                }
            }
            either(alternatives, all)
        });
        built.flatten().unwrap_or(Guard {
            kind: GuardKind::Compare(
                Expr {
                    kind: ExprKind::Bool(false),
                    span,
                },
                None,
            ),
            span,
        })
    }

    fn guard_operand(&mut self, pair: Node<'_>) -> Option<Guard> {
        let span = self.span(&pair);
        if pair.as_rule() == Rule::guard_group {
            let inner = pair
                .into_inner()
                .find(|pair| pair.as_rule() == Rule::guard)?;
            let guard = self.guard(inner);
            return Some(Guard { span, ..guard });
        }
        let mut inner = pair.into_inner();
        let left = self.guard_sum(inner.next()?)?;
        let Some(operator) = inner.next() else {
            let kind = GuardKind::Compare(left, None);
            return Some(Guard { kind, span });
        };
        let right = inner.next()?;
        let kind = if operator.as_rule() == Rule::kw_in {
            GuardKind::In(left, self.ident(&right))
        } else {
            let right = self.compared(right)?;
            GuardKind::Compare(left, Some((compare_op(operator.as_str()), right)))
        };
        Some(Guard { kind, span })
    }

    /// The right-hand side: a number with a point is a version.
    fn compared(&mut self, pair: Node<'_>) -> Option<GuardOperand> {
        if pair.as_str().contains('.')
            && let Some(number) = only_number(pair.clone())
        {
            return Some(GuardOperand::Version(self.version(&number)));
        }
        self.guard_sum(pair).map(GuardOperand::Expr)
    }

    fn guard_sum(&mut self, pair: Node<'_>) -> Option<Expr> {
        let mut inner = pair.into_inner().peekable();
        self.sum(&mut inner)
    }

    pub(super) fn guard_value(&mut self, pair: Node<'_>) -> Expr {
        let span = self.span(&pair);
        let mut inner = pair.into_inner().peekable();
        let built = self.deeper(inner.clone().count(), span, |this| {
            // `context` is reserved elsewhere; here it is the name of the current context.
            let expr = match inner.next_if(|pair| pair.as_rule() == Rule::kw_context) {
                Some(context) => {
                    let Ident { text, span } = this.ident(&context);
                    Expr {
                        kind: ExprKind::Name(Ident { text, span }),
                        span,
                    }
                }
                None => this.primary(&mut inner)?,
            };
            Some(this.fields(expr, &mut inner))
        });
        built.flatten().unwrap_or(Expr {
            kind: ExprKind::Bool(false),
            span,
        })
    }
}

fn either(left: Option<Guard>, right: Option<Guard>) -> Option<Guard> {
    match (left, right) {
        (Some(left), Some(right)) => Some(Guard {
            span: left.span.to(right.span),
            kind: GuardKind::Or(Box::new(left), Box::new(right)),
        }),
        (left, right) => left.or(right),
    }
}

/// The number, if the operand is nothing else.
fn only_number(pair: Node<'_>) -> Option<Node<'_>> {
    let mut values = pair.into_inner();
    let value = values.next()?;
    if values.next().is_some() {
        return None;
    }
    value
        .into_inner()
        .next()
        .filter(|pair| pair.as_rule() == Rule::number)
}
