//! Chooses at once among what two choices one after the other choose.
//!
//! AFTER fusing: no alternative of a choice is nothing but a choice among literals, unless the sum
//! of the weights would be too large to be looked up. The weights are in the proportions that they
//! were in.

use super::{inline, terminal};
use crate::ir::{Alternative, Choice, ChoiceId, DemandId, Node, NodeId, Program, Step};
use crate::source::Span;

/// The largest sum of weights: what the run looks up.
const LARGEST_SUM: u64 = 4096;

/// The most alternatives.
const MOST: usize = 255;

/// Fuses what can be.
pub(super) fn run(program: &mut Program) {
    // A choice whose alternatives were taken apart may be an alternative of another one.
    let mut changed = true;
    while std::mem::take(&mut changed) {
        for choice in 0..program.choices.len() as u32 {
            if let Some(fused) = fuse(program, ChoiceId(choice)) {
                program.choices[choice as usize].alternatives = fused;
                changed = true;
            }
        }
    }
}

/// The choice that an alternative is, and the rules and alternatives that it stands within.
fn inner(program: &Program, alternative: &Alternative) -> Option<(ChoiceId, Vec<NodeId>)> {
    let mut node = alternative.body;
    let mut around = Vec::new();
    while let Some(body) = inline::within(program, node) {
        around.push(node);
        node = body;
    }
    let Some(Node::Choice(id)) = program.nodes.get(node.index()) else {
        return None;
    };
    let choice = program.choices.get(id.index())?;
    let plain = |inner: &Alternative| {
        inner.weight > 0
            && inner.demand == DemandId::ALWAYS
            && terminal(program, inner.body).is_some()
    };
    (choice.alternatives.iter().all(plain) && alternative.weight > 0).then_some((*id, around))
}

/// Whether a demand asks for nothing but room to nest.
fn is_always(program: &Program, demand: DemandId) -> bool {
    let demand = program.demands.get(demand.index());
    demand.is_some_and(|demand| demand.clauses.iter().any(|clause| clause.atoms.is_empty()))
}

fn sum(choice: &Choice) -> u64 {
    let weights = choice.alternatives.iter();
    weights.map(|found| u64::from(found.weight)).sum()
}

fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

fn lcm(a: u64, b: u64) -> Option<u64> {
    (a / gcd(a, b).max(1)).checked_mul(b)
}

/// The alternatives of a choice with those that are choices among literals taken apart.
fn fuse(program: &mut Program, id: ChoiceId) -> Option<Vec<Alternative>> {
    let choice = program.choices.get(id.index())?;
    let inner: Vec<Option<(ChoiceId, Vec<NodeId>)>> = choice
        .alternatives
        .iter()
        .map(|alternative| inner(program, alternative))
        .collect();
    let mut sums = inner.iter().flatten().map(|(id, _)| {
        let choice = program.choices.get(id.index());
        choice.map_or(1, sum)
    });
    let common = sums.try_fold(1, lcm)?;
    if inner.iter().all(Option::is_none) || common > u64::from(u32::MAX) {
        return None;
    }
    let mut fused = Vec::new();
    let mut made: Vec<(Vec<NodeId>, NodeId)> = Vec::new();
    for (at, (alternative, inner)) in choice.alternatives.iter().zip(&inner).enumerate() {
        let outer = Step {
            choice: id,
            alternative: at as u32,
        };
        let through = |inner: &Alternative, step: Option<Step>| {
            let mut steps = match alternative.stands_for.as_slice() {
                [] => vec![outer],
                known => known.to_vec(),
            };
            match inner.stands_for.as_slice() {
                [] => steps.extend(step),
                known => steps.extend_from_slice(known),
            }
            steps
        };
        let Some((inner, around)) = inner else {
            fused.push((
                u64::from(alternative.weight).checked_mul(common)?,
                Alternative {
                    stands_for: match alternative.stands_for.as_slice() {
                        [] => vec![outer],
                        known => known.to_vec(),
                    },
                    ..alternative.clone()
                },
            ));
            continue;
        };
        let chosen = program.choices.get(inner.index())?;
        let share = u64::from(alternative.weight).checked_mul(common / sum(chosen))?;
        for (at, literal) in chosen.alternatives.iter().enumerate() {
            let step = Step {
                choice: *inner,
                alternative: at as u32,
            };
            made.push((around.clone(), literal.body));
            fused.push((
                share.checked_mul(u64::from(literal.weight))?,
                Alternative {
                    weight: 0,
                    // A literal nests nothing.
                    demand: if is_always(program, alternative.demand) {
                        DemandId::ALWAYS
                    } else {
                        alternative.demand
                    },
                    min_depth: 0,
                    // Found below, by the order in which it is made.
                    body: NodeId(u32::MAX),
                    span: literal.span,
                    stands_for: through(literal, Some(step)),
                },
            ));
        }
    }
    let divisor = fused
        .iter()
        .fold(0, |divisor, (weight, _)| gcd(divisor, *weight))
        .max(1);
    let total: u64 = fused.iter().map(|(weight, _)| weight / divisor).sum();
    if total > LARGEST_SUM || fused.len() > MOST {
        return None;
    }
    let mut bodies = made.into_iter().map(|(around, literal)| {
        around
            .iter()
            .rev()
            .fold(literal, |body, &outer| wrap(program, outer, body))
    });
    let alternatives = fused.into_iter().map(|(weight, alternative)| {
        let body = match alternative.body {
            NodeId(u32::MAX) => bodies.next().unwrap_or(NodeId(0)),
            known => known,
        };
        Alternative {
            weight: (weight / divisor) as u32,
            body,
            ..alternative
        }
    });
    Some(alternatives.collect())
}

/// A literal within the rule or alternative that a node stands within.
fn wrap(program: &mut Program, around: NodeId, body: NodeId) -> NodeId {
    let node = match program.nodes.get(around.index()) {
        Some(Node::Within(rule, _)) => Node::Within(*rule, body),
        Some(Node::Only(choice, _)) => Node::Only(*choice, body),
        _ => return body,
    };
    let span = program.node_spans.get(around.index());
    let span = span.copied().unwrap_or_else(Span::default);
    program.nodes.push(node);
    program.node_spans.push(span);
    NodeId(program.nodes.len() as u32 - 1)
}
