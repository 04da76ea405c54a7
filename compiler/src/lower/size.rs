//! Expected size of what each rule derives: a multi-type branching process whose offspring means are
//! the expected calls (Harris, The Theory of Branching Processes, 1963). Guards count as open, lists
//! as half full.

use super::infer::{OPEN_REPETITION, constant};
use super::recursion::CallGraph;
use crate::hir::{Block, Count, ElementKind, Expr, ExprKind, Grammar};
use std::collections::BTreeMap;

/// Expectations of one rule's derivations.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RuleSize {
    /// Expected number of rule calls, itself included; infinite where recursion outgrows its ends.
    pub calls: f64,
    /// Expected nesting of rule calls, cut at [`DEPTH_HORIZON`].
    pub depth: f64,
    /// Expected entropy of the choices among alternatives, options and repetitions, in bits.
    pub entropy: f64,
}

/// Depth is not followed beyond this many nested calls.
pub const DEPTH_HORIZON: u32 = 64;
/// Length that a list of draws without an upper bound is taken to have beyond its lower one.
const OPEN_LIST: f64 = 3.0;
/// Above this spectral radius the expected size counts as infinite.
const CRITICAL: f64 = 1.0 - 1e-9;

/// What one derivation step of a rule is expected to do.
#[derive(Debug, Clone, Default)]
struct Offspring {
    /// Expected calls of each rule.
    calls: BTreeMap<u32, f64>,
    /// Entropy of its own choices.
    entropy: f64,
}

impl Offspring {
    fn add(&mut self, other: &Self, times: f64) {
        for (&rule, &calls) in &other.calls {
            *self.calls.entry(rule).or_insert(0.0) += calls * times;
        }
        self.entropy += other.entropy * times;
    }
}

/// The sizes of all rules.
pub fn sizes(grammar: &Grammar, graph: &CallGraph) -> Vec<RuleSize> {
    let offspring: Vec<Offspring> = grammar
        .rules
        .iter()
        .map(|rule| block_offspring(&rule.body))
        .collect();
    let infinite = infinite_rules(&offspring, graph);
    let count = grammar.rules.len();
    let mut calls = vec![1.0f64; count];
    let mut entropy: Vec<f64> = offspring.iter().map(|one| one.entropy).collect();
    let mut members: Vec<Vec<usize>> = vec![Vec::new(); count];
    for rule in 0..count {
        members[graph.component[rule] as usize].push(rule);
    }
    for component in members.iter().filter(|component| !component.is_empty()) {
        // Gauss–Seidel on (1 - M) x = b: converges as the spectral radius is below 1.
        let rounds = if graph.recursive[component[0]] {
            2_000
        } else {
            1
        };
        for _ in 0..rounds {
            let mut change = 0.0f64;
            for &rule in component {
                let (mut new_calls, mut new_entropy) = (1.0, offspring[rule].entropy);
                for (&callee, &times) in &offspring[rule].calls {
                    new_calls += times * calls[callee as usize];
                    new_entropy += times * entropy[callee as usize];
                }
                if infinite[rule] {
                    (new_calls, new_entropy) = (f64::INFINITY, f64::INFINITY);
                }
                if new_calls.is_finite() {
                    change = change.max((new_calls - calls[rule]).abs() / new_calls.max(1.0));
                }
                calls[rule] = new_calls;
                entropy[rule] = new_entropy;
            }
            if change < 1e-9 {
                break;
            }
        }
    }
    let depth = depths(grammar);
    (0..count)
        .map(|rule| RuleSize {
            calls: calls[rule],
            depth: depth[rule],
            entropy: entropy[rule],
        })
        .collect()
}

/// The rules whose expected size is infinite: in or above a component with spectral radius ≥ 1.
fn infinite_rules(offspring: &[Offspring], graph: &CallGraph) -> Vec<bool> {
    let count = offspring.len();
    let mut members: Vec<Vec<usize>> = vec![Vec::new(); count];
    for rule in 0..count {
        members[graph.component[rule] as usize].push(rule);
    }
    let mut infinite = vec![false; count];
    for component in members {
        let Some(&first) = component.first() else {
            continue;
        };
        let own =
            graph.recursive[first] && spectral_radius(&component, offspring, graph) >= CRITICAL;
        let below = component.iter().any(|&rule| {
            offspring[rule]
                .calls
                .keys()
                .any(|&callee| infinite[callee as usize])
        });
        if own || below {
            for rule in component {
                infinite[rule] = true;
            }
        }
    }
    infinite
}

/// Power iteration on `1 + M`, whose dominant eigenvalue is one more than M's and never oscillates.
/// It lies between the least and the greatest growth of a component (Collatz–Wielandt); a norm that
/// stands still for one round says nothing.
fn spectral_radius(component: &[usize], offspring: &[Offspring], graph: &CallGraph) -> f64 {
    let id = graph.component[component[0]];
    let mut vector: BTreeMap<usize, f64> = component.iter().map(|&rule| (rule, 1.0)).collect();
    let mut radius = 0.0;
    for _ in 0..300 {
        let mut next: BTreeMap<usize, f64> = BTreeMap::new();
        for &rule in component {
            let sum: f64 = offspring[rule]
                .calls
                .iter()
                .filter(|(callee, _)| graph.component[**callee as usize] == id)
                .map(|(callee, times)| times * vector[&(*callee as usize)])
                .sum();
            next.insert(rule, vector[&rule] + sum);
        }
        let norm = next.values().fold(0.0f64, |max, &value| max.max(value));
        if norm <= 0.0 {
            return 0.0;
        }
        let growth = |rule: &usize| next[rule] / vector[rule];
        let (least, greatest) = component
            .iter()
            .map(growth)
            .fold((f64::INFINITY, 0.0f64), |(least, greatest), ratio| {
                (least.min(ratio), greatest.max(ratio))
            });
        radius = greatest - 1.0;
        let settled = greatest - least < 1e-12;
        next.values_mut().for_each(|value| *value /= norm);
        vector = next;
        if settled {
            break;
        }
    }
    radius
}

/// Rules whose own recursion makes their expected size infinite (not those above them).
pub fn supercritical(grammar: &Grammar, graph: &CallGraph) -> Vec<usize> {
    let offspring: Vec<Offspring> = grammar
        .rules
        .iter()
        .map(|rule| block_offspring(&rule.body))
        .collect();
    let count = grammar.rules.len();
    let mut members: Vec<Vec<usize>> = vec![Vec::new(); count];
    for rule in 0..count {
        members[graph.component[rule] as usize].push(rule);
    }
    members
        .iter()
        .filter(|component| {
            component
                .first()
                .is_some_and(|&first| graph.recursive[first])
        })
        .filter(|component| spectral_radius(component, &offspring, graph) >= CRITICAL)
        .filter_map(|component| component.first().copied())
        .collect()
}

fn block_offspring(block: &Block) -> Offspring {
    let total: f64 = block
        .alternatives
        .iter()
        .map(|alternative| f64::from(alternative.weight))
        .sum();
    let mut result = Offspring::default();
    for alternative in &block.alternatives {
        let share = f64::from(alternative.weight) / total.max(1.0);
        if share == 0.0 {
            continue;
        }
        result.entropy -= share * share.log2();
        for element in &alternative.elements {
            match &element.kind {
                ElementKind::Terminal(_) | ElementKind::Glue | ElementKind::StatementBreak => {}
                ElementKind::Group(block)
                | ElementKind::Scope { body: block, .. }
                | ElementKind::Full(block)
                | ElementKind::Context(_, block) => result.add(&block_offspring(block), share),
                ElementKind::Optional(block, chance) => {
                    let chance = f64::from(*chance) / 1e6;
                    result.entropy += share * binary_entropy(chance);
                    result.add(&block_offspring(block), share * chance);
                }
                ElementKind::Repeat(block, count) => {
                    let (low, high) = bounds(count, OPEN_REPETITION as f64);
                    result.entropy += share * (high - low + 1.0).log2();
                    result.add(&block_offspring(block), share * f64::midpoint(low, high));
                }
                ElementKind::For { lists, body, .. } => {
                    let mut length = f64::INFINITY;
                    for list in lists {
                        expr_offspring(list, share, &mut result);
                        length = length.min(list_length(list));
                    }
                    result.add(&block_offspring(body), share * length);
                }
                ElementKind::Place(expr)
                | ElementKind::Let(_, expr)
                | ElementKind::Effect(_, expr) => {
                    expr_offspring(expr, share, &mut result);
                }
                ElementKind::Narrow(expr, block) => {
                    expr_offspring(expr, share, &mut result);
                    result.add(&block_offspring(block), share);
                }
                ElementKind::Bind(exprs) | ElementKind::Return(exprs) => {
                    for expr in exprs {
                        expr_offspring(expr, share, &mut result);
                    }
                }
            }
        }
    }
    result
}

fn expr_offspring(expr: &Expr, share: f64, result: &mut Offspring) {
    match &expr.kind {
        ExprKind::Call(rule, arguments) => {
            *result.calls.entry(rule.0).or_insert(0.0) += share;
            for argument in arguments {
                expr_offspring(argument, share, result);
            }
        }
        ExprKind::Builtin(_, arguments)
        | ExprKind::Extern(_, arguments)
        | ExprKind::List(arguments) => {
            for argument in arguments {
                expr_offspring(argument, share, result);
            }
        }
        ExprKind::Field(base, _) => expr_offspring(base, share, result),
        ExprKind::Draws { item, count, .. } => {
            let (low, high) = bounds(count, OPEN_LIST);
            expr_offspring(item, share * f64::midpoint(low, high), result);
        }
        ExprKind::Text(block) => result.add(&block_offspring(block), share),
        ExprKind::Arithmetic(_, a, b) => {
            expr_offspring(a, share, result);
            expr_offspring(b, share, result);
        }
        _ => {}
    }
}

fn binary_entropy(p: f64) -> f64 {
    if p <= 0.0 || p >= 1.0 {
        0.0
    } else {
        -p * p.log2() - (1.0 - p) * (1.0 - p).log2()
    }
}

/// Bounds of a count as numbers; what only the run knows counts as 1 to 3.
fn bounds(count: &Count, open: f64) -> (f64, f64) {
    let low = constant(&count.low).map_or(1.0, |low| low.max(0) as f64);
    let high = match &count.high {
        Some(high) => constant(high).map_or(low + 2.0, |high| high as f64),
        None => low + open,
    };
    (low, high.max(low))
}

fn list_length(list: &Expr) -> f64 {
    match &list.kind {
        ExprKind::Draws { count, .. } => {
            let (low, high) = bounds(count, OPEN_LIST);
            f64::midpoint(low, high)
        }
        ExprKind::List(items) => items.len() as f64,
        _ => 2.0,
    }
}

/// Expected depth: the probability that a derivation ends within d nested calls, summed up.
fn depths(grammar: &Grammar) -> Vec<f64> {
    let count = grammar.rules.len();
    let mut within = vec![0.0f64; count];
    let mut expected = vec![0.0f64; count];
    for _ in 0..DEPTH_HORIZON {
        for rule in 0..count {
            expected[rule] += 1.0 - within[rule];
        }
        let next: Vec<f64> = grammar
            .rules
            .iter()
            .map(|rule| block_within(&rule.body, &within))
            .collect();
        let settled = next.iter().zip(&within).all(|(a, b)| (a - b).abs() < 1e-6);
        within = next;
        if settled {
            break;
        }
    }
    expected
}

/// The probability that all calls in the block end within the depth that `within` speaks of.
fn block_within(block: &Block, within: &[f64]) -> f64 {
    let total: f64 = block
        .alternatives
        .iter()
        .map(|alternative| f64::from(alternative.weight))
        .sum();
    let mut sum = 0.0;
    for alternative in &block.alternatives {
        let mut product = f64::from(alternative.weight) / total.max(1.0);
        for element in &alternative.elements {
            product *= match &element.kind {
                ElementKind::Terminal(_) | ElementKind::Glue | ElementKind::StatementBreak => 1.0,
                ElementKind::Group(block)
                | ElementKind::Scope { body: block, .. }
                | ElementKind::Full(block)
                | ElementKind::Context(_, block) => block_within(block, within),
                ElementKind::Optional(block, chance) => {
                    let chance = f64::from(*chance) / 1e6;
                    1.0 - chance + chance * block_within(block, within)
                }
                ElementKind::Repeat(block, count) => {
                    let (low, high) = bounds(count, OPEN_REPETITION as f64);
                    block_within(block, within).powf(f64::midpoint(low, high))
                }
                ElementKind::For { lists, body, .. } => {
                    let length = lists.iter().map(list_length).fold(f64::INFINITY, f64::min);
                    let lists: f64 = lists.iter().map(|list| expr_within(list, within)).product();
                    lists * block_within(body, within).powf(length)
                }
                ElementKind::Place(expr)
                | ElementKind::Let(_, expr)
                | ElementKind::Effect(_, expr) => expr_within(expr, within),
                ElementKind::Narrow(expr, block) => {
                    expr_within(expr, within) * block_within(block, within)
                }
                ElementKind::Bind(exprs) | ElementKind::Return(exprs) => {
                    exprs.iter().map(|expr| expr_within(expr, within)).product()
                }
            };
        }
        sum += product;
    }
    sum
}

fn expr_within(expr: &Expr, within: &[f64]) -> f64 {
    match &expr.kind {
        ExprKind::Call(rule, arguments) => {
            let arguments: f64 = arguments
                .iter()
                .map(|argument| expr_within(argument, within))
                .product();
            arguments * within[rule.0 as usize]
        }
        ExprKind::Builtin(_, arguments)
        | ExprKind::Extern(_, arguments)
        | ExprKind::List(arguments) => arguments
            .iter()
            .map(|argument| expr_within(argument, within))
            .product(),
        ExprKind::Field(base, _) => expr_within(base, within),
        ExprKind::Draws { item, count, .. } => {
            let (low, high) = bounds(count, OPEN_LIST);
            expr_within(item, within).powf(f64::midpoint(low, high))
        }
        ExprKind::Text(block) => block_within(block, within),
        ExprKind::Arithmetic(_, a, b) => expr_within(a, within) * expr_within(b, within),
        _ => 1.0,
    }
}
