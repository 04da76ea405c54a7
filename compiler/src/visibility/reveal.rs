//! Which slots the text of what follows tells, on every path.
//!
//! A derivation is finite, so what holds of a rule if it holds of the rules that it calls holds: the
//! answers for parameters and results start as yes and are taken back until nothing changes.

use crate::builtins::Builtin;
use crate::ir::{Argument, Expr, ExprId, Node, NodeId, Program, RuleId};
use rqg_runtime::demand::{Domain, Field, Term};
use std::collections::HashMap;

/// What of a slot is to be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Told {
    /// The value, by its text.
    Value,
    /// A column, by its text or by its name.
    Column,
    /// A row of a table, by what it holds in the columns of a unique key, which is in this slot.
    Row(u16),
}

/// What is known of the rules so far.
#[derive(Debug, Clone, Default)]
pub(super) struct Known {
    /// Parameters that were asked for, and whether they are told.
    params: HashMap<(RuleId, u16, Told), bool>,
    /// By rule and result: whether all callers place it.
    results: HashMap<(RuleId, usize), bool>,
    /// Something was taken back, or asked for the first time.
    changed: bool,
}

impl Known {
    /// Whether a result of a rule is placed by whoever calls the rule.
    pub fn result(&self, rule: RuleId, at: usize) -> bool {
        self.results.get(&(rule, at)).copied().unwrap_or(true)
    }

    /// A caller does not place a result.
    pub fn drop_result(&mut self, rule: RuleId, at: usize) {
        self.changed |= self.result(rule, at);
        self.results.insert((rule, at), false);
    }

    /// Whether something changed since it was last asked.
    pub fn take_change(&mut self) -> bool {
        std::mem::take(&mut self.changed)
    }

    /// Asks again for all parameters.
    pub fn settle_params(&mut self, program: &Program) {
        let asked: Vec<(RuleId, u16, Told)> = self.params.keys().copied().collect();
        for (rule, slot, told) in asked {
            let Some(body) = program.rules.get(rule.index()).map(|rule| rule.body) else {
                continue;
            };
            if self.params.get(&(rule, slot, told)) == Some(&true)
                && !self.node(program, rule, body, slot, told)
            {
                self.params.insert((rule, slot, told), false);
                self.changed = true;
            }
        }
    }

    /// Whether a call tells an argument.
    pub fn param(&mut self, rule: RuleId, slot: u16, told: Told) -> bool {
        if let Some(&known) = self.params.get(&(rule, slot, told)) {
            return known;
        }
        self.params.insert((rule, slot, told), true);
        self.changed = true;
        true
    }

    /// Whether nodes, one after the other, tell a slot before it is bound anew.
    pub fn nodes(
        &mut self,
        program: &Program,
        rule: RuleId,
        nodes: &[NodeId],
        slot: u16,
        told: Told,
    ) -> bool {
        for (at, &node) in nodes.iter().enumerate() {
            if let Some(Node::Let(slots, expr)) = program.nodes.get(node.index()) {
                if slots.contains(&slot) {
                    return false;
                }
                let rest = nodes.get(at + 1..).unwrap_or_default();
                if let &[bound] = slots.as_slice()
                    && self.placing(program, rule, *expr, slot, told)
                    && self.nodes(program, rule, rest, bound, Told::Value)
                {
                    return true;
                }
            } else if self.node(program, rule, node, slot, told) {
                return true;
            }
        }
        false
    }

    /// Whether a node tells a slot.
    fn node(
        &mut self,
        program: &Program,
        rule: RuleId,
        node: NodeId,
        slot: u16,
        told: Told,
    ) -> bool {
        let Some(node) = program.nodes.get(node.index()) else {
            return false;
        };
        match node {
            Node::Sequence(nodes) => self.nodes(program, rule, nodes, slot, told),
            Node::Choice(choice) => {
                let choice = program.choices.get(choice.index());
                let alternatives = choice.map_or(&[][..], |choice| &choice.alternatives);
                !alternatives.is_empty()
                    && alternatives
                        .iter()
                        .all(|found| self.node(program, rule, found.body, slot, told))
            }
            Node::Repeat { count, body, .. } => {
                matches!(program.exprs.get(count.low.index()), Some(Expr::Int(1..)))
                    && self.node(program, rule, *body, slot, told)
            }
            Node::For {
                slots, lists, body, ..
            } => {
                let (&[element], &[list]) = (slots.as_slice(), lists.as_slice()) else {
                    return false;
                };
                if element == slot {
                    return false;
                }
                match (program.exprs.get(list.index()), told) {
                    // Each element is told, and the number of rounds tells how many they are.
                    (Some(Expr::Slot(list)), Told::Value | Told::Column) if *list == slot => {
                        self.node(program, rule, *body, element, told)
                    }
                    (Some(Expr::Field(of, Field::Columns)), Told::Row(key))
                        if is_slot(program, *of, key) =>
                    {
                        self.holds(program, *body, element, slot)
                    }
                    _ => false,
                }
            }
            Node::Call(callee, arguments) => self.call(program, *callee, arguments, slot, told),
            Node::Within(_, body)
            | Node::Only(_, body)
            | Node::Scope { body, .. }
            | Node::Narrow(_, body)
            | Node::Full(body)
            | Node::Context(_, body) => self.node(program, rule, *body, slot, told),
            Node::Place(expr) => self.placing(program, rule, *expr, slot, told),
            Node::Return(results) => results.iter().enumerate().any(|(at, &result)| {
                self.result(rule, at) && self.placing(program, rule, result, slot, told)
            }),
            Node::Let(..)
            | Node::Optional { .. }
            | Node::Empty
            | Node::Literal(_)
            | Node::Glue
            | Node::Bind(_)
            | Node::StatementBreak
            | Node::Effect(..) => false,
        }
    }

    /// Whether the text of an expression, placed, tells a slot.
    fn placing(
        &mut self,
        program: &Program,
        rule: RuleId,
        expr: ExprId,
        slot: u16,
        told: Told,
    ) -> bool {
        match program.exprs.get(expr.index()) {
            Some(Expr::Slot(placed)) => *placed == slot && !matches!(told, Told::Row(_)),
            Some(Expr::Field(of, Field::Name)) => {
                told == Told::Column && is_slot(program, *of, slot)
            }
            Some(Expr::Builtin(Builtin::Of, arguments)) => match arguments.as_slice() {
                [_, Argument::Value(column)] => {
                    told == Told::Column && is_slot(program, *column, slot)
                }
                _ => false,
            },
            Some(Expr::Builtin(Builtin::Quote, arguments)) => match arguments.as_slice() {
                [Argument::Value(quoted)] => self.placing(program, rule, *quoted, slot, told),
                _ => false,
            },
            Some(Expr::Text(body)) => self.node(program, rule, *body, slot, told),
            Some(Expr::Call(callee, arguments)) => {
                let returns = program.rules.get(callee.index()).map(|rule| rule.returns);
                returns == Some(false) && self.call(program, *callee, arguments, slot, told)
            }
            Some(Expr::Let(bound, _, then)) => {
                *bound != slot && self.placing(program, rule, *then, slot, told)
            }
            _ => false,
        }
    }

    fn call(
        &mut self,
        program: &Program,
        callee: RuleId,
        arguments: &[ExprId],
        slot: u16,
        told: Told,
    ) -> bool {
        let position = |of: u16| {
            let mut given = arguments.iter();
            given.position(|&argument| is_slot(program, argument, of))
        };
        let inside = match told {
            Told::Value | Told::Column => told,
            Told::Row(key) => match position(key) {
                Some(key) => Told::Row(key as u16),
                None => return false,
            },
        };
        (0_u16..).zip(arguments).any(|(at, &argument)| {
            is_slot(program, argument, slot) && self.param(callee, at, inside)
        })
    }

    /// Whether a node places, first or among others, what a row holds in a column.
    fn holds(&mut self, program: &Program, node: NodeId, column: u16, row: u16) -> bool {
        match program.nodes.get(node.index()) {
            Some(Node::Sequence(nodes)) => nodes
                .iter()
                .any(|&node| self.holds(program, node, column, row)),
            Some(Node::Place(expr)) => match program.exprs.get(expr.index()) {
                Some(Expr::Builtin(Builtin::ExistingIn, arguments)) => matches!(
                    arguments.as_slice(),
                    [Argument::Value(of), Argument::Value(held)]
                        if is_slot(program, *of, column) && is_slot(program, *held, row)
                ),
                _ => false,
            },
            _ => false,
        }
    }
}

/// What an expression gives that binds a slot only so that a demand can speak of it.
pub(super) fn given(program: &Program, expr: ExprId) -> ExprId {
    match program.exprs.get(expr.index()) {
        Some(Expr::Let(bound, value, then)) if is_slot(program, *then, *bound) => {
            given(program, *value)
        }
        _ => expr,
    }
}

/// Whether an expression is a slot.
pub(super) fn is_slot(program: &Program, expr: ExprId, slot: u16) -> bool {
    program.exprs.get(expr.index()) == Some(&Expr::Slot(slot))
}

/// The slot of the table that a row is drawn from.
pub(super) fn table_of_row(program: &Program, expr: ExprId) -> Option<u16> {
    let Some(Expr::Builtin(Builtin::Key | Builtin::Victim, arguments)) =
        program.exprs.get(given(program, expr).index())
    else {
        return None;
    };
    match arguments.as_slice() {
        [Argument::Value(table)] => match program.exprs.get(table.index()) {
            Some(Expr::Slot(table)) => Some(*table),
            _ => None,
        },
        _ => None,
    }
}

/// The slot of the table that a unique key is drawn of.
pub(super) fn table_of_key(program: &Program, expr: ExprId) -> Option<u16> {
    let expr = given(program, expr);
    let Some(Expr::Draw(site)) = program.exprs.get(expr.index()) else {
        return None;
    };
    match program.sites.get(site.index()).map(|site| &site.domain) {
        Some(Domain::UniqueKeys(Term::Slot(table))) => Some(*table),
        _ => None,
    }
}
