//! Choices with the weights that the run decides added up.

use super::Plan;

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
    /// The table of weights, if the run decides which alternatives are available.
    pub fixed: Option<Fixed>,
    /// The alternative of the least depth bound.
    pub shallowest: usize,
}

/// The table of weights of a choice that the run decides.
#[derive(Debug, Clone)]
pub struct Fixed {
    /// Ascending sums of the weights; unavailable alternatives add nothing.
    pub cumulative: Vec<u64>,
    /// The alternative, if only one is available.
    pub only: Option<usize>,
    /// The greatest depth among the available ones.
    pub deepest: u32,
}

pub(super) fn plan(plan: &Plan, alternatives: &[Alternative]) -> PlannedChoice {
    let by_depth = (0..alternatives.len()).min_by_key(|&at| alternatives[at].min_depth);
    PlannedChoice {
        alternatives: alternatives.to_vec(),
        fixed: fixed(plan, alternatives),
        shallowest: by_depth.unwrap_or(0),
    }
}

/// None if a unit decides about an alternative, or if no available one has a weight.
fn fixed(plan: &Plan, alternatives: &[Alternative]) -> Option<Fixed> {
    let mut total = 0;
    let mut cumulative = Vec::with_capacity(alternatives.len());
    let mut available = Vec::new();
    let mut deepest = 0;
    for (at, alternative) in alternatives.iter().enumerate() {
        let depth = plan.demand(alternative.demand).constant();
        if alternative.weight > 0
            && let Some(depth) = depth?
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
        cumulative,
        deepest,
    })
}
