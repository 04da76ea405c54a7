//! Choices with the weights that the run decides added up.

use super::Plan;
use super::decider::{Decider, Tests};
use super::demands::PlannedDemand;
use super::table::{Table, unit_of_samples};
use crate::demand::View;
use crate::unit::value::Value;

/// An alternative of a choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Alternative {
    /// Its weight.
    pub weight: u32,
    /// What it needs: an index into the plan's demands.
    pub demand: u32,
    /// Upper bound of the nested calls of its shallowest derivation.
    pub min_depth: u32,
}

/// A choice among alternatives.
#[derive(Debug, Clone)]
pub struct PlannedChoice {
    /// The alternatives in source order.
    pub alternatives: Vec<Alternative>,
    /// What decides which alternatives are available.
    available: Available,
    /// The alternative of the least depth bound.
    pub shallowest: usize,
}

/// What decides which alternatives of a choice are available.
#[derive(Debug, Clone)]
enum Available {
    /// The run.
    Fixed(Fixed),
    /// The value of one slot: the tables of weights that occur, and which of them belongs to each
    /// value of the model.
    Slot(u16, Vec<Option<Fixed>>, Box<Table<u16>>),
    /// The values of slots and the surroundings.
    Decided(Box<Decider<Option<Fixed>>>),
    /// The unit.
    Open,
}

impl PlannedChoice {
    /// The table of weights, if the run or one slot, whose value `slot` gives, decides which
    /// alternatives are available, and if an available one has a weight.
    #[must_use]
    #[inline(always)]
    pub fn fixed(&self, view: View<'_>, slot: impl FnOnce(u16) -> Value) -> Option<&Fixed> {
        match &self.available {
            Available::Fixed(fixed) => Some(fixed),
            Available::Slot(decides, fixed, which) => {
                let which = which.get(view, slot(*decides))?;
                fixed.get(usize::from(which))?.as_ref()
            }
            Available::Decided(_) | Available::Open => None,
        }
    }

    /// The ascending sums of the weights, if the run alone decides which alternatives are available.
    #[must_use]
    #[inline(always)]
    pub(crate) fn cumulative(&self) -> &[u64] {
        match &self.available {
            Available::Fixed(fixed) => &fixed.cumulative,
            _ => &[],
        }
    }

    /// The table of weights, if the values of slots and the surroundings decide which alternatives
    /// are available, and if an available one has a weight.
    #[must_use]
    #[inline]
    pub fn decided(&self, view: View<'_>) -> Option<&Fixed> {
        match &self.available {
            Available::Decided(decider) => decider.decide(view)?.as_ref(),
            _ => None,
        }
    }
}

/// The table of weights of a choice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fixed {
    /// Ascending sums of the weights; unavailable alternatives add nothing.
    pub cumulative: Vec<u64>,
    /// The alternative of each position below the total; empty for large totals.
    pub listed: Vec<u8>,
    /// The alternative, if only one is available.
    pub only: Option<usize>,
    /// The greatest depth among the available ones.
    pub deepest: u32,
}

/// The choices whose weights the run decides, side by side, with the alternative of each position.
#[derive(Debug, Clone, Default)]
pub(crate) struct Quick {
    choices: Vec<Positions>,
    positions: Vec<u8>,
}

/// The positions of a choice.
#[derive(Debug, Clone, Copy, Default)]
struct Positions {
    /// The greatest depth among the available alternatives.
    deepest: u32,
    first: u32,
    /// One if there is nothing to choose; none if they are not listed.
    count: u32,
}

impl Quick {
    pub(super) fn new(choices: &[PlannedChoice]) -> Self {
        let mut quick = Self::default();
        for choice in choices {
            let first = quick.positions.len() as u32;
            let mut deepest = 0;
            if let Available::Fixed(fixed) = &choice.available {
                deepest = fixed.deepest;
                match fixed.only {
                    Some(only) => quick.positions.extend(u8::try_from(only)),
                    None => quick.positions.extend_from_slice(&fixed.listed),
                }
            }
            quick.choices.push(Positions {
                deepest,
                first,
                count: quick.positions.len() as u32 - first,
            });
        }
        quick
    }

    /// The depth that a choice needs, and the alternatives of its positions; none if the weights
    /// are not known, or not listed.
    #[inline(always)]
    pub fn of(&self, choice: u32) -> Option<(u32, &[u8])> {
        let found = self.choices.get(choice as usize)?;
        let first = found.first as usize;
        let listed = self.positions.get(first..first + found.count as usize)?;
        (!listed.is_empty()).then_some((found.deepest, listed))
    }
}

pub(super) fn plan(plan: &Plan, alternatives: &[Alternative]) -> PlannedChoice {
    let by_depth = (0..alternatives.len()).min_by_key(|&at| alternatives[at].min_depth);
    PlannedChoice {
        alternatives: alternatives.to_vec(),
        available: available(plan, alternatives),
        shallowest: by_depth.unwrap_or(0),
    }
}

fn available(plan: &Plan, alternatives: &[Alternative]) -> Available {
    let demands = || {
        let weighed = alternatives.iter().filter(|found| found.weight > 0);
        weighed.map(|alternative| plan.demand(alternative.demand))
    };
    let open = |demand: &&PlannedDemand| demand.constant().is_none();
    let Some(first) = demands().find(open) else {
        let depths = |at: usize| plan.demand(alternatives[at].demand).constant().flatten();
        return fixed(alternatives, depths).map_or(Available::Open, Available::Fixed);
    };
    let Some((slot, mut kinds)) = first.slot() else {
        return decided(plan, alternatives);
    };
    for demand in demands().filter(open) {
        match demand.slot() {
            Some((other, known)) if other == slot => kinds = kinds & known,
            _ => return decided(plan, alternatives),
        }
    }
    let mut unit = unit_of_samples(plan);
    let mut tables: Vec<Option<Fixed>> = Vec::new();
    let which = Table::new(plan, kinds, |value| {
        unit.set_lone_slot(slot, value);
        let view = View { plan, unit: &unit };
        let table = fixed(alternatives, |at| {
            plan.demand(alternatives[at].demand).holds(view)
        });
        let known = tables.iter().position(|known| *known == table);
        let at = known.unwrap_or_else(|| {
            tables.push(table);
            tables.len() - 1
        });
        u16::try_from(at).unwrap_or(u16::MAX)
    });
    match which {
        Some(which) => Available::Slot(slot, tables, Box::new(which)),
        None => Available::Open,
    }
}

fn decided(plan: &Plan, alternatives: &[Alternative]) -> Available {
    let mut tests = Tests::default();
    let clauses = alternatives
        .iter()
        .map(|alternative| match alternative.weight {
            0 => Some(Vec::new()),
            _ => plan.demand(alternative.demand).clauses(&mut tests),
        });
    let decider = clauses.collect::<Option<Vec<_>>>().and_then(|clauses| {
        let goal = |clauses: &Vec<(u32, u128)>| clauses.iter().map(|(_, tests)| *tests).collect();
        let goals: Vec<Vec<u128>> = clauses.iter().map(goal).collect();
        // Which clause holds is not told: the deepest may.
        let deepest = |clauses: &Vec<(u32, u128)>| clauses.iter().map(|(depth, _)| *depth).max();
        let deepest: Vec<Option<u32>> = clauses.iter().map(deepest).collect();
        let table = |available: u64| {
            fixed(alternatives, |at| {
                deepest[at].filter(|_| available >> at & 1 == 1)
            })
        };
        Some(Decider::new(plan, &tests, &goals)?.map(table))
    });
    match decider {
        Some(decider) => Available::Decided(Box::new(decider)),
        None => Available::Open,
    }
}

/// The table of weights of the alternatives that have a depth; none if there is no weight.
fn fixed(alternatives: &[Alternative], depth: impl Fn(usize) -> Option<u32>) -> Option<Fixed> {
    let mut total = 0;
    let mut cumulative = Vec::with_capacity(alternatives.len());
    let mut available = Vec::new();
    let mut deepest = 0;
    for (at, alternative) in alternatives.iter().enumerate() {
        if alternative.weight > 0
            && let Some(depth) = depth(at)
        {
            total += u64::from(alternative.weight);
            available.push(at);
            deepest = deepest.max(depth);
        }
        cumulative.push(total);
    }
    Some(Fixed {
        only: match available.as_slice() {
            [] => return None,
            &[only] => Some(only),
            _ => None,
        },
        listed: listed(&cumulative),
        cumulative,
        deepest,
    })
}

/// The largest total of weights whose positions are listed.
const LARGEST_LISTED: u64 = 4096;

/// The alternative of each position below a total; nothing if there are too many.
fn listed(cumulative: &[u64]) -> Vec<u8> {
    let total = cumulative.last().copied().unwrap_or(0);
    if total > LARGEST_LISTED || cumulative.len() > usize::from(u8::MAX) {
        return Vec::new();
    }
    let alternative = |position: u64| cumulative.partition_point(|&bound| bound <= position) as u8;
    (0..total).map(alternative).collect()
}
