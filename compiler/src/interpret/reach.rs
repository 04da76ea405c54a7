//! What a start rule reaches, and how deeply rules nest.

use crate::builtins::Builtin;
use crate::ir::{Argument, Count, Expr, ExprId, Node, NodeId, Program, RuleId, SiteId};

/// A part of a program.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Part {
    Rule(RuleId),
    Node(NodeId),
    Expr(ExprId),
}

/// Rules, draws and extern fns that derivations from a rule may come to.
#[derive(Debug, Default)]
pub(crate) struct Reached {
    /// By rule: whether it is reached.
    pub rules: Vec<bool>,
    /// Draws, in ascending order.
    pub sites: Vec<SiteId>,
    /// The node that an extern fn is called in, and the fn.
    pub externs: Vec<(NodeId, u32)>,
    /// Builtins that are no draws, each once.
    pub builtins: Vec<Builtin>,
}

/// Walks everything below a rule. What is left to do is kept in a list, not on the call stack:
/// grammars may nest deeply.
pub(crate) fn from(program: &Program, start: RuleId) -> Reached {
    let mut reached = Reached {
        rules: vec![false; program.rules.len()],
        ..Reached::default()
    };
    let mut node = NodeId(0);
    let mut open = vec![(node, Part::Rule(start))];
    while let Some((around, part)) = open.pop() {
        node = match part {
            Part::Node(id) => id,
            _ => around,
        };
        match part {
            Part::Rule(rule) => {
                let known = reached.rules.get_mut(rule.index());
                if known.is_none_or(|known| std::mem::replace(known, true)) {
                    continue;
                }
            }
            Part::Expr(expr) => match program.exprs.get(expr.index()) {
                Some(Expr::Draw(site) | Expr::DrawList { site, .. }) => reached.sites.push(*site),
                Some(Expr::Extern(function, _)) => reached.externs.push((node, *function)),
                Some(Expr::Builtin(builtin, _)) if !reached.builtins.contains(builtin) => {
                    reached.builtins.push(*builtin);
                }
                _ => {}
            },
            Part::Node(_) => {}
        }
        children(program, part, &mut |child| open.push((node, child)));
    }
    reached.sites.sort_unstable();
    reached.sites.dedup();
    reached
}

/// How deeply nodes and expressions nest within the rule that nests most.
pub(crate) fn levels(program: &Program) -> usize {
    let mut deepest = 0;
    for rule in &program.rules {
        let mut open = vec![(1, Part::Node(rule.body))];
        while let Some((level, part)) = open.pop() {
            deepest = deepest.max(level);
            children(program, part, &mut |child| {
                if !matches!(child, Part::Rule(_)) {
                    open.push((level + 1, child));
                }
            });
        }
    }
    deepest
}

/// What is directly below a part.
pub(crate) fn children(program: &Program, part: Part, visit: &mut impl FnMut(Part)) {
    match part {
        Part::Rule(rule) => {
            if let Some(rule) = program.rules.get(rule.index()) {
                visit(Part::Node(rule.body));
            }
        }
        Part::Node(node) => {
            if let Some(node) = program.nodes.get(node.index()) {
                of_node(program, node, visit);
            }
        }
        Part::Expr(expr) => {
            if let Some(expr) = program.exprs.get(expr.index()) {
                of_expr(expr, visit);
            }
        }
    }
}

fn of_node(program: &Program, node: &Node, visit: &mut impl FnMut(Part)) {
    match node {
        Node::Empty | Node::Literal(_) | Node::Glue | Node::StatementBreak => {}
        Node::Sequence(nodes) => nodes.iter().for_each(|&node| visit(Part::Node(node))),
        Node::Choice(choice) => {
            if let Some(choice) = program.choices.get(choice.index()) {
                let bodies = choice.alternatives.iter().map(|found| found.body);
                bodies.for_each(|body| visit(Part::Node(body)));
            }
        }
        Node::Optional { body, .. }
        | Node::Scope { body, .. }
        | Node::Within(_, body)
        | Node::Only(_, body)
        | Node::Full(body)
        | Node::Context(_, body) => visit(Part::Node(*body)),
        Node::Repeat { count, body, .. } => {
            of_count(count, visit);
            visit(Part::Node(*body));
        }
        Node::For { lists, body, .. } => {
            exprs(lists, visit);
            visit(Part::Node(*body));
        }
        Node::Call(rule, arguments) => {
            exprs(arguments, visit);
            visit(Part::Rule(*rule));
        }
        Node::Place(expr) | Node::Let(_, expr) | Node::Effect(_, expr) => visit(Part::Expr(*expr)),
        Node::Bind(values) | Node::Return(values) => exprs(values, visit),
        Node::Narrow(columns, body) => {
            visit(Part::Expr(*columns));
            visit(Part::Node(*body));
        }
    }
}

fn of_expr(expr: &Expr, visit: &mut impl FnMut(Part)) {
    match expr {
        Expr::Slot(_)
        | Expr::Int(_)
        | Expr::Bool(_)
        | Expr::Str(_)
        | Expr::Type(_)
        | Expr::Draw(_) => {}
        Expr::Let(_, left, right) | Expr::Arithmetic(_, left, right) => {
            exprs(&[*left, *right], visit);
        }
        Expr::Field(of, _) => visit(Part::Expr(*of)),
        Expr::DrawList {
            count, including, ..
        } => {
            of_count(count, visit);
            including.iter().for_each(|&list| visit(Part::Expr(list)));
        }
        Expr::Generate { item, count } => {
            of_count(count, visit);
            visit(Part::Expr(*item));
        }
        Expr::Builtin(_, arguments) => {
            for argument in arguments {
                match argument {
                    Argument::Value(expr) => visit(Part::Expr(*expr)),
                    Argument::Range(low, high) => exprs(&[*low, *high], visit),
                    _ => {}
                }
            }
        }
        Expr::Call(rule, arguments) => {
            exprs(arguments, visit);
            visit(Part::Rule(*rule));
        }
        Expr::Extern(_, values) | Expr::List(values) => exprs(values, visit),
        Expr::Text(body) => visit(Part::Node(*body)),
    }
}

fn exprs(exprs: &[ExprId], visit: &mut impl FnMut(Part)) {
    exprs.iter().for_each(|&expr| visit(Part::Expr(expr)));
}

fn of_count(count: &Count, visit: &mut impl FnMut(Part)) {
    visit(Part::Expr(count.low));
    if let Some(high) = count.high {
        visit(Part::Expr(high));
    }
}
