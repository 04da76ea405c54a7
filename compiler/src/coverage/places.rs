//! From the parts of a program to the places in the grammar that they were written at: rules may have
//! several forms in a program, and passes join alternatives.

use super::Counts;
use crate::interpret::reach::{Part, children};
use crate::ir::{Alternative, ChoiceId, DemandId, Node, Program, RuleId, Step};
use crate::source::Span;
use rqg_runtime::plan::Plan;
use std::collections::{BTreeMap, BTreeSet};

/// An alternative: the block that it belongs to, and its place there from 0.
pub(super) type AlternativePlace = (Span, u32);

/// What derivations of a run can use.
#[derive(Debug, Default)]
pub(super) struct Possible {
    /// By their names' places.
    pub rules: BTreeSet<Span>,
    pub alternatives: BTreeSet<AlternativePlace>,
    /// Options and repetitions.
    pub parts: BTreeSet<Span>,
}

impl Possible {
    /// Walks from a rule through all that dialect, schema and weights leave.
    pub fn find(program: &Program, plan: &Plan, start: RuleId) -> Self {
        let mut found = Self::default();
        let mut seen = vec![false; program.rules.len()];
        let mut open = vec![Part::Rule(start)];
        let never = |demand: DemandId| plan.demand(demand.0).constant() == Some(None);
        while let Some(part) = open.pop() {
            match part {
                Part::Rule(id) => {
                    let known = seen.get_mut(id.index());
                    if known.is_none_or(|known| std::mem::replace(known, true)) {
                        continue;
                    }
                    found.enter(program, id);
                }
                Part::Node(id) => match program.nodes.get(id.index()) {
                    Some(Node::Choice(choice)) => {
                        let alternatives = program.choices.get(choice.index());
                        let alternatives = alternatives.map_or(&[][..], |it| &it.alternatives);
                        for (at, alternative) in alternatives.iter().enumerate() {
                            if !never(alternative.demand) {
                                found.choose(program, *choice, at, alternative);
                                open.push(Part::Node(alternative.body));
                            }
                        }
                        continue;
                    }
                    Some(Node::Only(choice, _)) => {
                        found.alternatives.extend(place(program, *choice, 0));
                    }
                    Some(Node::Within(rule, _)) => found.enter(program, *rule),
                    Some(Node::Optional { demand, .. } | Node::Repeat { demand, .. }) => {
                        if never(*demand) {
                            continue;
                        }
                        found.parts.extend(program.node_spans.get(id.index()));
                    }
                    _ => {}
                },
                Part::Expr(_) => {}
            }
            children(program, part, &mut |child| open.push(child));
        }
        found
    }

    fn enter(&mut self, program: &Program, rule: RuleId) {
        let rule = program.rules.get(rule.index());
        self.rules.extend(rule.map(|rule| rule.span));
    }

    fn choose(&mut self, program: &Program, choice: ChoiceId, at: usize, chosen: &Alternative) {
        let itself = [Step {
            choice,
            alternative: at as u32,
        }];
        let steps = match chosen.stands_for.as_slice() {
            [] => &itself[..],
            steps => steps,
        };
        for step in steps {
            let place = place(program, step.choice, step.alternative as usize);
            self.alternatives.extend(place);
        }
    }
}

/// The place of an alternative before the passes.
fn place(program: &Program, choice: ChoiceId, alternative: usize) -> Option<AlternativePlace> {
    let choice = program.choices.get(choice.index())?;
    Some((choice.span, *choice.places.get(alternative)?))
}

/// Counts by place.
#[derive(Debug, Default)]
pub(super) struct Placed {
    rules: BTreeMap<Span, u64>,
    alternatives: BTreeMap<AlternativePlace, u64>,
    /// How often they were come to, and taken.
    parts: BTreeMap<Span, (u64, u64)>,
}

impl Placed {
    pub fn new(program: &Program, counts: &Counts) -> Self {
        let mut placed = Self::default();
        for (rule, count) in program.rules.iter().zip(&counts.rules) {
            *placed.rules.entry(rule.span).or_default() += count;
        }
        for (choice, counts) in program.choices.iter().zip(&counts.alternatives) {
            for (&place, count) in choice.places.iter().zip(counts) {
                *placed.alternatives.entry((choice.span, place)).or_default() += count;
            }
        }
        for (span, reached) in program.node_spans.iter().zip(&counts.reached) {
            placed.parts.entry(*span).or_default().0 += reached;
        }
        for (span, taken) in program.node_spans.iter().zip(&counts.taken) {
            placed.parts.entry(*span).or_default().1 += taken;
        }
        placed
    }

    /// How often the rule was entered whose name stands there.
    pub fn rule(&self, span: Span) -> u64 {
        self.rules.get(&span).copied().unwrap_or(0)
    }

    pub fn alternative(&self, place: AlternativePlace) -> u64 {
        self.alternatives.get(&place).copied().unwrap_or(0)
    }

    /// How often an option or repetition was come to, and taken.
    pub fn part(&self, span: Span) -> (u64, u64) {
        self.parts.get(&span).copied().unwrap_or_default()
    }
}
