//! Blocks, alternatives and elements: control flow, walked from its end.

use super::super::formula::{and, map_terms, or};
use super::super::guards;
use super::lists::every_round;
use super::scopes::{bind_visible, close_scope, decide_context, narrow_visible, swap_domain};
use super::{EXTRA, Inference, RESULT, constant};
use crate::diagnostics::{Code, Diagnostic};
use crate::hir::{self, ElementKind, ExprKind, Ty};
use crate::ir::{self, DemandId, ExprId, Node, NodeId};
use crate::source::Span;
use rqg_runtime::demand::{Demand, Domain, Term};

impl<'a> Inference<'a> {
    /// Alternatives: what the block demands, and its node.
    pub(super) fn block(&mut self, block: &'a hir::Block) -> (Demand, NodeId) {
        let usable: Vec<&hir::Alternative> = block
            .alternatives
            .iter()
            .filter(|alternative| alternative.weight > 0)
            .collect();
        let mut demands = Vec::with_capacity(usable.len());
        let mut lowered = Vec::with_capacity(usable.len());
        let mut places = Vec::with_capacity(usable.len());
        for alternative in usable {
            let first_slot = self.next_slot;
            let (rest, body) = self.elements(&alternative.elements, alternative.span);
            self.next_slot = first_slot;
            let demand = match &alternative.guard {
                Some(guard) => and(&guards::demand(guard, true, self), &rest),
                None => rest,
            };
            if demand.is_never() && self.builder.emitting {
                self.report_never(alternative, &block.alternatives);
            }
            let min_depth = demand
                .clauses
                .iter()
                .map(|clause| clause.depth)
                .max()
                .unwrap_or(0);
            let lowered_one = ir::Alternative {
                weight: alternative.weight,
                demand: self.builder.demand(&demand),
                min_depth,
                body,
                span: alternative.span,
                stands_for: Vec::new(),
            };
            // What is never available is left out of the program.
            if !self.builder.emitting || !demand.is_never() {
                places.push(alternative.ordinal);
                lowered.push(lowered_one);
            }
            demands.push(demand);
        }
        let written = block.alternatives.last().map_or(0, |last| last.ordinal + 1);
        // One alternative whose demand the block's own demand repeats: no choice is made.
        let only = match (lowered.as_slice(), demands.len()) {
            ([single], 1) => Some(single.body),
            _ => None,
        };
        if let (Some(body), 1) = (only, written) {
            return (or(demands), body);
        }
        let rule = ir::RuleId(self.current as u32);
        let choice = self.builder.choice(ir::Choice {
            written,
            places,
            alternatives: lowered,
            rule,
            span: block.span,
        });
        let node = match only {
            Some(body) => Node::Only(choice, body),
            None => Node::Choice(choice),
        };
        (or(demands), self.builder.node(node, block.span))
    }

    pub(super) fn report_never(
        &mut self,
        alternative: &hir::Alternative,
        all: &[hir::Alternative],
    ) {
        if all.len() > 1 && self.instances[self.current].on_results.is_none() {
            self.diagnostics.push(
                Diagnostic::new(
                    Code::LeftoverAlternative,
                    alternative.span,
                    "this alternative can never be chosen",
                )
                .label("its guard or its requirements can never be met")
                .help("remove it, or loosen what its draws require"),
            );
        }
    }

    /// A sequence, walked from its end.
    pub(super) fn elements(
        &mut self,
        elements: &'a [hir::Element],
        span: Span,
    ) -> (Demand, NodeId) {
        let mut demand = Demand::always(0);
        let mut nodes = Vec::with_capacity(elements.len());
        for element in elements.iter().rev() {
            let (before, node) = self.element(element, demand);
            demand = before;
            nodes.push(node);
        }
        nodes.reverse();
        let node = self.builder.sequence(&nodes, span);
        (demand, node)
    }

    /// One element before `rest`: what both demand, and the element's node.
    pub(super) fn element(&mut self, element: &'a hir::Element, rest: Demand) -> (Demand, NodeId) {
        let span = element.span;
        match &element.kind {
            ElementKind::Terminal(text) if text.is_empty() => (rest, NodeId(0)),
            ElementKind::Terminal(text) => {
                let literal = self.builder.literal(text);
                (rest, self.builder.node(Node::Literal(literal), span))
            }
            ElementKind::Glue => (rest, self.builder.node(Node::Glue, span)),
            ElementKind::Group(block) => {
                let (demand, node) = self.block(block);
                (and(&demand, &rest), node)
            }
            ElementKind::Optional(block, chance) => {
                let (demand, body) = self.block(block);
                let demand = self.builder.demand(&demand);
                let node = Node::Optional {
                    chance: *chance,
                    demand,
                    body,
                };
                (rest, self.builder.node(node, span))
            }
            ElementKind::Repeat(block, count) => self.repeat(block, count, rest, span),
            ElementKind::For {
                pattern,
                lists,
                separator,
                body,
            } => self.for_each(pattern, lists, separator.as_deref(), body, &rest, span),
            ElementKind::Place(expr) => self.place(expr, rest, span),
            ElementKind::Let(pattern, expr) => self.let_binding(pattern, expr, rest, span),
            ElementKind::Scope { correlated, body } => {
                let (demand, body) = self.block(body);
                let demand = close_scope(&demand, *correlated);
                let node = Node::Scope {
                    correlated: *correlated,
                    body,
                };
                (and(&demand, &rest), self.builder.node(node, span))
            }
            ElementKind::Bind(relations) => {
                let mut demand = rest;
                let mut ids = Vec::with_capacity(relations.len());
                for relation in relations.iter().rev() {
                    let slot = self.temporary();
                    demand = bind_visible(&demand, slot, matches!(relation.ty, Ty::List(_)));
                    let (before, id) = self.bind(slot, relation, demand);
                    demand = before;
                    ids.push(self.stored(slot, relations, relation, id));
                }
                ids.reverse();
                (demand, self.builder.node(Node::Bind(ids), span))
            }
            ElementKind::Narrow(list, body) => {
                let (inside, body) = self.block(body);
                let slot = self.temporary();
                let narrowed = narrow_visible(&inside, slot);
                let (demand, list) = self.bind(slot, list, and(&narrowed, &rest));
                (demand, self.builder.node(Node::Narrow(list, body), span))
            }
            ElementKind::Full(body) => {
                let (inside, body) = self.block(body);
                let demand = swap_domain(&inside, &Domain::Visible, &Domain::Enclosing);
                (
                    and(&demand, &rest),
                    self.builder.node(Node::Full(body), span),
                )
            }
            ElementKind::Context(context, body) => {
                let (inside, body) = self.block(body);
                let demand = decide_context(&inside, *context);
                (
                    and(&demand, &rest),
                    self.builder.node(Node::Context(*context, body), span),
                )
            }
            ElementKind::StatementBreak => (rest, self.builder.node(Node::StatementBreak, span)),
            ElementKind::Effect(kind, relation) => {
                let slot = self.temporary();
                let (demand, relation) = self.bind(slot, relation, rest);
                (
                    demand,
                    self.builder.node(Node::Effect(*kind, relation), span),
                )
            }
            ElementKind::Return(values) => self.return_values(values, span),
        }
    }

    pub(super) fn repeat(
        &mut self,
        block: &'a hir::Block,
        count: &'a hir::Count,
        rest: Demand,
        span: Span,
    ) -> (Demand, NodeId) {
        let (inside, body) = self.block(block);
        let needed = constant(&count.low) != Some(0);
        let demand = if needed {
            DemandId::ALWAYS
        } else {
            self.builder.demand(&inside)
        };
        let separator = count
            .separator
            .as_deref()
            .map(|text| self.builder.literal(text));
        let count = self.count(count, true);
        let node = self.builder.node(
            Node::Repeat {
                count,
                separator,
                demand,
                body,
            },
            span,
        );
        (if needed { and(&inside, &rest) } else { rest }, node)
    }

    pub(super) fn for_each(
        &mut self,
        pattern: &[hir::LocalId],
        lists: &'a [hir::Expr],
        separator: Option<&str>,
        body: &'a hir::Block,
        rest: &Demand,
        span: Span,
    ) -> (Demand, NodeId) {
        let (inside, body) = self.block(body);
        let slots: Vec<u16> = pattern.iter().map(|&local| self.slot(local)).collect();
        let temporaries: Vec<u16> = lists.iter().map(|_| self.temporary()).collect();
        let every = every_round(&inside, &slots, &temporaries);
        self.note_lost(&inside, &every, span);
        let mut demand = and(&every, rest);
        let mut ids = Vec::with_capacity(lists.len());
        for (list, &slot) in lists.iter().zip(&temporaries).rev() {
            let (before, id) = self.bind(slot, list, demand);
            demand = before;
            ids.push(self.stored(slot, lists, list, id));
        }
        ids.reverse();
        let separator = separator.map(|text| self.builder.literal(text));
        let node = Node::For {
            slots,
            lists: ids,
            separator,
            body,
        };
        (demand, self.builder.node(node, span))
    }

    pub(super) fn place(
        &mut self,
        expr: &'a hir::Expr,
        rest: Demand,
        span: Span,
    ) -> (Demand, NodeId) {
        match &expr.kind {
            ExprKind::Call(rule, arguments) if !self.returns(*rule) => {
                let id = self.call_instance(*rule, None, 0);
                let (demand, arguments) = self.call(id, arguments, rest);
                (
                    demand,
                    self.builder
                        .node(Node::Call(ir::RuleId(id as u32), arguments), span),
                )
            }
            ExprKind::Text(block) => {
                let (demand, node) = self.block(block);
                (and(&demand, &rest), node)
            }
            ExprKind::Str(text) => {
                let literal = self.builder.literal(text);
                (rest, self.builder.node(Node::Literal(literal), span))
            }
            _ => {
                let slot = self.temporary();
                let (demand, id) = self.bind(slot, expr, rest);
                (demand, self.builder.node(Node::Place(id), span))
            }
        }
    }

    pub(super) fn let_binding(
        &mut self,
        pattern: &[hir::LocalId],
        expr: &'a hir::Expr,
        rest: Demand,
        span: Span,
    ) -> (Demand, NodeId) {
        let slots: Vec<u16> = pattern.iter().map(|&local| self.slot(local)).collect();
        let (demand, id) = match (&expr.kind, slots.as_slice()) {
            (ExprKind::Call(rule, arguments), _) if self.returns(*rule) => {
                self.bind_results(&slots, *rule, arguments, &rest, expr.span)
            }
            (_, [slot]) => self.bind(*slot, expr, rest),
            _ => (rest, ExprId(0)),
        };
        (demand, self.builder.node(Node::Let(slots, id), span))
    }

    pub(super) fn return_values(
        &mut self,
        values: &'a [hir::Expr],
        span: Span,
    ) -> (Demand, NodeId) {
        let instance = &self.instances[self.current];
        let params = self.source_rule().params;
        let on_results = instance
            .on_results
            .clone()
            .unwrap_or_else(|| Demand::always(0));
        let slots: Vec<u16> = values.iter().map(|_| self.temporary()).collect();
        let demand = map_terms(&on_results, &mut |term, _| match term {
            Term::Slot(slot) if *slot >= RESULT => slots
                .get(usize::from(slot - RESULT))
                .map(|&slot| Term::Slot(slot)),
            Term::Slot(slot) if *slot >= EXTRA => Some(Term::Slot(slot - EXTRA + params)),
            _ => None,
        });
        let (demand, ids) = self.bind_all(&slots, values, demand);
        (demand, self.builder.node(Node::Return(ids), span))
    }
}
