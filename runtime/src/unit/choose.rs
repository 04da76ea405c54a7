//! Choosing among alternatives, options and numbers of repetitions.

use super::Unit;
use super::value::Value;
use crate::choices::Choices;
use crate::demand::View;
use crate::plan::{Fixed, Plan, PlannedChoice};

impl Unit {
    /// Picks an alternative of a choice (an index into the plan's choices).
    ///
    /// Candidates have a weight, a demand that holds, and fit the budget; if there is none, or the
    /// fuel is used up, those of the least depth are the candidates, whatever their weight.
    #[inline(always)]
    pub fn choose<C: Choices>(&mut self, plan: &Plan, choice: u32, choices: &mut C) -> usize {
        let Some(planned) = plan.choice(choice) else {
            return 0;
        };
        let view = View { plan, unit: self };
        match planned.fixed(view, |slot| self.slot(slot)) {
            Some(fixed) if self.fits(fixed.deepest) => pick(fixed, choices),
            _ => self.choose_masked(plan, choice, choices),
        }
    }

    /// As [`Unit::choose`], for generated code: the demands of the alternatives speak of no slot.
    #[inline(always)]
    pub fn choose_fixed<C: Choices>(&mut self, plan: &Plan, choice: u32, choices: &mut C) -> usize {
        match plan.quick().of(choice) {
            Some((deepest, listed)) if self.fits(deepest) => {
                if let &[only] = listed {
                    return usize::from(only);
                }
                let planned = plan.choice(choice);
                let cumulative = planned.map_or(&[][..], PlannedChoice::cumulative);
                choices.pick_listed(cumulative, listed)
            }
            _ => self.choose_other(plan, choice, choices),
        }
    }

    #[inline(never)]
    fn choose_other<C: Choices>(&mut self, plan: &Plan, choice: u32, choices: &mut C) -> usize {
        self.choose(plan, choice, choices)
    }

    /// As [`Unit::choose`], for generated code: the demands of the alternatives speak of one slot
    /// only, which has this value.
    #[inline(always)]
    pub fn choose_of<C: Choices>(
        &mut self,
        plan: &Plan,
        choice: u32,
        (slot, value): (u16, Value),
        choices: &mut C,
    ) -> usize {
        let Some(planned) = plan.choice(choice) else {
            return 0;
        };
        let view = View { plan, unit: self };
        match planned.fixed(view, |_| value) {
            Some(fixed) if self.fits(fixed.deepest) => pick(fixed, choices),
            _ => self.choose_masked_of(plan, choice, (slot, value), choices),
        }
    }

    #[inline(never)]
    fn choose_masked_of<C: Choices>(
        &mut self,
        plan: &Plan,
        choice: u32,
        (slot, value): (u16, Value),
        choices: &mut C,
    ) -> usize {
        self.set_slot(slot, value);
        self.choose_masked(plan, choice, choices)
    }

    #[inline(never)]
    fn choose_masked<C: Choices>(&mut self, plan: &Plan, choice: u32, choices: &mut C) -> usize {
        let Some(planned) = plan.choice(choice) else {
            return 0;
        };
        if let Some(fixed) = planned.decided(View { plan, unit: self })
            && self.fits(fixed.deepest)
        {
            return pick(fixed, choices);
        }
        self.choose_weighed(plan, planned, choices)
    }

    #[inline(never)]
    fn choose_weighed<C: Choices>(
        &mut self,
        plan: &Plan,
        planned: &PlannedChoice,
        choices: &mut C,
    ) -> usize {
        let mut weights = std::mem::take(&mut self.weights);
        weights.clear();
        let view = View { plan, unit: self };
        let mut total = 0;
        let mut candidates = 0;
        let mut last = 0;
        if let Some(room) = self.room() {
            for (at, alternative) in planned.alternatives.iter().enumerate() {
                if alternative.weight > 0
                    && plan.demand(alternative.demand).holds_within(view, room)
                {
                    total += u64::from(alternative.weight);
                    candidates += 1;
                    last = at;
                }
                weights.push(total);
            }
        }
        if candidates == 0 {
            weights.clear();
            let depth_of = |alternative: &crate::plan::Alternative| {
                plan.demand(alternative.demand).holds(view)
            };
            match planned.alternatives.iter().filter_map(depth_of).min() {
                Some(least) => {
                    for (at, alternative) in planned.alternatives.iter().enumerate() {
                        if depth_of(alternative) == Some(least) {
                            total += u64::from(alternative.weight.max(1));
                            candidates += 1;
                            last = at;
                        }
                        weights.push(total);
                    }
                }
                None => {
                    self.unmet += 1;
                    last = planned.shallowest;
                }
            }
        }
        let chosen = if candidates > 1 {
            choices.pick(&weights)
        } else {
            last
        };
        self.weights = weights;
        chosen
    }

    /// Whether an option is taken: with a chance in parts per million, if its demand holds and it
    /// fits the budget; else no draw is made.
    #[inline(always)]
    pub fn option<C: Choices>(
        &mut self,
        plan: &Plan,
        demand: u32,
        parts_per_million: u32,
        choices: &mut C,
    ) -> bool {
        let allowed = match plan.demand(demand).constant() {
            Some(depth) => depth.is_some_and(|depth| self.fits(depth)),
            None => self.allows(plan, demand),
        };
        allowed && take(parts_per_million, choices)
    }

    /// As [`Unit::option`], for generated code: the demand speaks of one slot only, which has this
    /// value.
    #[inline(always)]
    pub fn option_of<C: Choices>(
        &mut self,
        plan: &Plan,
        demand: u32,
        (slot, value): (u16, Value),
        parts_per_million: u32,
        choices: &mut C,
    ) -> bool {
        let known = plan
            .demand(demand)
            .depth_of(View { plan, unit: self }, value);
        let allowed = match known {
            Some(depth) => depth.is_some_and(|depth| self.fits(depth)),
            None => self.allows_of(plan, demand, (slot, value)),
        };
        allowed && take(parts_per_million, choices)
    }

    #[inline(never)]
    fn allows_of(&mut self, plan: &Plan, demand: u32, (slot, value): (u16, Value)) -> bool {
        self.set_slot(slot, value);
        self.allows(plan, demand)
    }

    /// Whether a demand holds within the budget.
    #[inline(never)]
    fn allows(&self, plan: &Plan, demand: u32) -> bool {
        let demand = plan.demand(demand);
        match demand.constant() {
            Some(depth) => depth.is_some_and(|depth| self.fits(depth)),
            None => {
                let view = View { plan, unit: self };
                self.room()
                    .is_some_and(|room| demand.holds_within(view, room))
            }
        }
    }

    /// How many times a repetition of text is done. An open bound means seven more than the lower
    /// one.
    pub fn repetitions<C: Choices>(
        &mut self,
        plan: &Plan,
        demand: u32,
        count: &super::Count,
        choices: &mut C,
    ) -> u64 {
        let low = count.low.max(0) as u64;
        let high = match count.high {
            Some(high) => (high.max(0) as u64).max(low),
            None => low.saturating_add(7),
        };
        if self.allows(plan, demand) {
            return count.draw(low, high, &mut self.constants, choices);
        }
        let view = View { plan, unit: self };
        if plan.demand(demand).holds(view).is_some() {
            low
        } else {
            0
        }
    }
}

/// Picks an alternative where the weights are fixed.
#[inline(always)]
fn pick<C: Choices>(fixed: &Fixed, choices: &mut C) -> usize {
    match fixed.only {
        Some(only) => only,
        None => choices.pick_listed(&fixed.cumulative, &fixed.listed),
    }
}

/// True with a chance in parts per million; no draw is made where it is certain.
#[inline(always)]
fn take<C: Choices>(parts_per_million: u32, choices: &mut C) -> bool {
    match parts_per_million {
        0 => false,
        1_000_000.. => true,
        parts => choices.chance(parts),
    }
}
