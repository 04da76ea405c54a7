//! What is to be counted in a rule, as it is written.

use crate::hir::{Block, Count, ElementKind, Expr, ExprKind};
use crate::source::Span;

/// What is counted in a rule, in source order.
#[derive(Debug, Default)]
pub(super) struct Parts<'a> {
    pub choices: Vec<Choice<'a>>,
    pub repeated: Vec<Repeated<'a>>,
}

/// Alternatives, two or more.
#[derive(Debug)]
pub(super) struct Choice<'a> {
    pub block: &'a Block,
    /// Whether they are those of the rule.
    pub whole_rule: bool,
}

/// An option, if it has a chance (in parts per million), or a repetition.
#[derive(Debug)]
pub(super) struct Repeated<'a> {
    pub body: &'a Block,
    pub span: Span,
    pub chance: Option<u32>,
}

/// Collects what is counted in the body of a rule.
pub(super) fn parts(body: &Block) -> Parts<'_> {
    let mut parts = Parts::default();
    parts.block(body, true);
    parts
}

impl<'a> Parts<'a> {
    fn block(&mut self, block: &'a Block, whole_rule: bool) {
        if block.alternatives.len() > 1 {
            self.choices.push(Choice { block, whole_rule });
        }
        for alternative in &block.alternatives {
            for element in &alternative.elements {
                self.element(&element.kind, element.span);
            }
        }
    }

    fn element(&mut self, kind: &'a ElementKind, span: Span) {
        match kind {
            ElementKind::Terminal(_) | ElementKind::Glue | ElementKind::StatementBreak => {}
            ElementKind::Optional(body, chance) => {
                let chance = Some(*chance);
                self.repeated.push(Repeated { body, span, chance });
                self.block(body, false);
            }
            ElementKind::Repeat(body, count) => {
                let chance = None;
                self.repeated.push(Repeated { body, span, chance });
                self.block(body, false);
                self.count(count);
            }
            ElementKind::Group(body)
            | ElementKind::Scope { body, .. }
            | ElementKind::Full(body)
            | ElementKind::Context(_, body) => self.block(body, false),
            ElementKind::For { lists, body, .. } => {
                lists.iter().for_each(|list| self.expr(list));
                self.block(body, false);
            }
            ElementKind::Narrow(columns, body) => {
                self.expr(columns);
                self.block(body, false);
            }
            ElementKind::Place(expr) | ElementKind::Let(_, expr) | ElementKind::Effect(_, expr) => {
                self.expr(expr);
            }
            ElementKind::Bind(exprs) | ElementKind::Return(exprs) => {
                exprs.iter().for_each(|expr| self.expr(expr));
            }
        }
    }

    fn count(&mut self, count: &'a Count) {
        self.expr(&count.low);
        count.high.iter().for_each(|high| self.expr(high));
    }

    fn expr(&mut self, expr: &'a Expr) {
        match &expr.kind {
            ExprKind::Text(body) => self.block(body, false),
            ExprKind::Call(_, parts)
            | ExprKind::Builtin(_, parts)
            | ExprKind::Extern(_, parts)
            | ExprKind::List(parts) => parts.iter().for_each(|part| self.expr(part)),
            ExprKind::Field(of, _) => self.expr(of),
            ExprKind::Draws { item, count, .. } => {
                self.expr(item);
                self.count(count);
            }
            ExprKind::Arithmetic(_, left, right) => {
                self.expr(left);
                self.expr(right);
            }
            _ => {}
        }
    }
}
