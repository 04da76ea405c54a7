//! The call graph: strongly connected components, their order, and whether every rule can end.
//!
//! AFTER this pass: each rule has a derivation that ends, were all guards and requirements met.

use crate::diagnostics::{Code, Diagnostic, Diagnostics};
use crate::hir::{Block, Count, ElementKind, Expr, ExprKind, Grammar, Rule};

/// The call graph of a grammar.
#[derive(Debug)]
pub struct CallGraph {
    /// The rules that each rule calls, ascending, each once.
    pub callees: Vec<Vec<u32>>,
    /// The component of each rule; a component's callees have lower or equal numbers.
    pub component: Vec<u32>,
    /// Whether the rule can reach itself.
    pub recursive: Vec<bool>,
}

impl CallGraph {
    /// Builds it.
    pub fn new(grammar: &Grammar) -> Self {
        let callees: Vec<Vec<u32>> = grammar.rules.iter().map(callees).collect();
        let component = components(&callees);
        let mut sizes = vec![0u32; component.len() + 1];
        for &id in &component {
            sizes[id as usize] += 1;
        }
        let recursive = (0..callees.len())
            .map(|rule| {
                sizes[component[rule] as usize] > 1 || callees[rule].contains(&(rule as u32))
            })
            .collect();
        Self {
            callees,
            component,
            recursive,
        }
    }
}

fn callees(rule: &Rule) -> Vec<u32> {
    let mut found = Vec::new();
    visit_block(&rule.body, &mut |call| found.push(call));
    found.sort_unstable();
    found.dedup();
    found
}

/// Calls `f` for every rule called anywhere below.
pub fn visit_block(block: &Block, f: &mut dyn FnMut(u32)) {
    for alternative in &block.alternatives {
        for element in &alternative.elements {
            match &element.kind {
                ElementKind::Terminal(_) | ElementKind::Glue | ElementKind::StatementBreak => {}
                ElementKind::Group(block)
                | ElementKind::Optional(block, _)
                | ElementKind::Scope { body: block, .. }
                | ElementKind::Full(block)
                | ElementKind::Context(_, block) => visit_block(block, f),
                ElementKind::Repeat(block, count) => {
                    visit_count(count, f);
                    visit_block(block, f);
                }
                ElementKind::For { lists, body, .. } => {
                    lists.iter().for_each(|list| visit_expr(list, f));
                    visit_block(body, f);
                }
                ElementKind::Place(expr)
                | ElementKind::Let(_, expr)
                | ElementKind::Effect(_, expr) => {
                    visit_expr(expr, f);
                }
                ElementKind::Narrow(expr, block) => {
                    visit_expr(expr, f);
                    visit_block(block, f);
                }
                ElementKind::Bind(exprs) | ElementKind::Return(exprs) => {
                    exprs.iter().for_each(|expr| visit_expr(expr, f));
                }
            }
        }
    }
}

fn visit_count(count: &Count, f: &mut dyn FnMut(u32)) {
    visit_expr(&count.low, f);
    if let Some(high) = &count.high {
        visit_expr(high, f);
    }
}

fn visit_expr(expr: &Expr, f: &mut dyn FnMut(u32)) {
    match &expr.kind {
        ExprKind::Call(rule, arguments) => {
            f(rule.0);
            arguments
                .iter()
                .for_each(|argument| visit_expr(argument, f));
        }
        ExprKind::Builtin(_, arguments)
        | ExprKind::Extern(_, arguments)
        | ExprKind::List(arguments) => {
            arguments
                .iter()
                .for_each(|argument| visit_expr(argument, f));
        }
        ExprKind::Field(base, _) => visit_expr(base, f),
        ExprKind::Range(low, high) => {
            for bound in [low, high].into_iter().flatten() {
                visit_expr(bound, f);
            }
        }
        ExprKind::Draws { item, count, .. } => {
            visit_expr(item, f);
            visit_count(count, f);
        }
        ExprKind::Text(block) => visit_block(block, f),
        ExprKind::Arithmetic(_, a, b) => {
            visit_expr(a, f);
            visit_expr(b, f);
        }
        ExprKind::Local(_)
        | ExprKind::Int(_)
        | ExprKind::Bool(_)
        | ExprKind::Str(_)
        | ExprKind::Type(_)
        | ExprKind::Class(_)
        | ExprKind::Float(_)
        | ExprKind::Distribution(_) => {}
    }
}

/// Tarjan's strongly connected components (SIAM J. Comput. 1972), without recursion; numbered so
/// that callees come first.
fn components(callees: &[Vec<u32>]) -> Vec<u32> {
    const UNSEEN: u32 = u32::MAX;
    let count = callees.len();
    let (mut order, mut low) = (vec![UNSEEN; count], vec![0u32; count]);
    let (mut component, mut on_stack) = (vec![UNSEEN; count], vec![false; count]);
    let (mut stack, mut next_order, mut next_component) = (Vec::new(), 0u32, 0u32);
    for root in 0..count {
        if order[root] != UNSEEN {
            continue;
        }
        let mut path: Vec<(usize, usize)> = vec![(root, 0)];
        while let Some(&mut (rule, ref mut edge)) = path.last_mut() {
            if order[rule] == UNSEEN {
                order[rule] = next_order;
                low[rule] = next_order;
                next_order += 1;
                stack.push(rule);
                on_stack[rule] = true;
            }
            if let Some(&callee) = callees[rule].get(*edge) {
                *edge += 1;
                let callee = callee as usize;
                if order[callee] == UNSEEN {
                    path.push((callee, 0));
                } else if on_stack[callee] {
                    low[rule] = low[rule].min(order[callee]);
                }
                continue;
            }
            path.pop();
            if let Some(&(parent, _)) = path.last() {
                low[parent] = low[parent].min(low[rule]);
            }
            if low[rule] == order[rule] {
                while let Some(member) = stack.pop() {
                    on_stack[member] = false;
                    component[member] = next_component;
                    if member == rule {
                        break;
                    }
                }
                next_component += 1;
            }
        }
    }
    component
}

/// Reports the cycles of rules that can never end, each once.
pub fn check_termination(grammar: &Grammar, graph: &CallGraph, diagnostics: &mut Diagnostics) {
    let ends = terminating(grammar, graph);
    let mut reported: Vec<u32> = Vec::new();
    for (id, rule) in grammar.rules.iter().enumerate() {
        let component = graph.component[id];
        if ends[id] || !graph.recursive[id] || reported.contains(&component) {
            continue;
        }
        // A cycle that only waits for another endless one is not the cause.
        let members: Vec<usize> = (0..ends.len())
            .filter(|&other| graph.component[other] == component)
            .collect();
        reported.push(component);
        let names: Vec<String> = members
            .iter()
            .map(|&member| format!("`{}`", grammar.rules[member].name))
            .collect();
        let mut diagnostic = Diagnostic::new(
            Code::EndlessRecursion,
            rule.span,
            format!("rule `{}` can never end", rule.name),
        )
        .label("every alternative leads back here")
        .help("add an alternative that does not call the rule again, directly or through others");
        if names.len() > 1 {
            diagnostic =
                diagnostic.help(format!("these rules call each other: {}", names.join(", ")));
        }
        diagnostics.push(diagnostic);
    }
}

/// Which rules have a derivation that ends, guards and requirements aside.
pub fn terminating(grammar: &Grammar, graph: &CallGraph) -> Vec<bool> {
    let count = grammar.rules.len();
    let mut callers: Vec<Vec<u32>> = vec![Vec::new(); count];
    for (rule, callees) in graph.callees.iter().enumerate() {
        for &callee in callees {
            callers[callee as usize].push(rule as u32);
        }
    }
    let mut ends = vec![false; count];
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_by_key(|&rule| std::cmp::Reverse(graph.component[rule]));
    // A stack: the last pushed (callees) come first.
    while let Some(rule) = order.pop() {
        if !ends[rule] && block_ends(&grammar.rules[rule].body, &ends) {
            ends[rule] = true;
            order.extend(
                callers[rule]
                    .iter()
                    .map(|&caller| caller as usize)
                    .filter(|&caller| !ends[caller]),
            );
        }
    }
    ends
}

fn block_ends(block: &Block, ends: &[bool]) -> bool {
    block.alternatives.iter().any(|alternative| {
        alternative.weight > 0
            && alternative
                .elements
                .iter()
                .all(|element| match &element.kind {
                    ElementKind::Terminal(_)
                    | ElementKind::Glue
                    | ElementKind::StatementBreak
                    | ElementKind::Optional(..) => true,
                    ElementKind::Group(block)
                    | ElementKind::Scope { body: block, .. }
                    | ElementKind::Full(block)
                    | ElementKind::Context(_, block) => block_ends(block, ends),
                    ElementKind::Repeat(block, count) => {
                        super::infer::constant(&count.low) == Some(0) || block_ends(block, ends)
                    }
                    ElementKind::For { lists, body, .. } => {
                        lists.iter().all(|list| expr_ends(list, ends)) && block_ends(body, ends)
                    }
                    ElementKind::Place(expr)
                    | ElementKind::Let(_, expr)
                    | ElementKind::Effect(_, expr) => expr_ends(expr, ends),
                    ElementKind::Narrow(expr, block) => {
                        expr_ends(expr, ends) && block_ends(block, ends)
                    }
                    ElementKind::Bind(exprs) | ElementKind::Return(exprs) => {
                        exprs.iter().all(|expr| expr_ends(expr, ends))
                    }
                })
    })
}

fn expr_ends(expr: &Expr, ends: &[bool]) -> bool {
    match &expr.kind {
        ExprKind::Call(rule, arguments) => {
            ends[rule.0 as usize] && arguments.iter().all(|argument| expr_ends(argument, ends))
        }
        ExprKind::Builtin(_, arguments)
        | ExprKind::Extern(_, arguments)
        | ExprKind::List(arguments) => arguments.iter().all(|argument| expr_ends(argument, ends)),
        ExprKind::Field(base, _) => expr_ends(base, ends),
        ExprKind::Draws { item, count, .. } => {
            super::infer::constant(&count.low) == Some(0) || expr_ends(item, ends)
        }
        ExprKind::Text(block) => block_ends(block, ends),
        ExprKind::Arithmetic(_, a, b) => expr_ends(a, ends) && expr_ends(b, ends),
        _ => true,
    }
}
