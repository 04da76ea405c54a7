//! Choosing among alternatives, options and numbers of repetitions.

use super::Unit;
use crate::choices::Choices;
use crate::demand::View;
use crate::plan::Plan;

impl Unit {
    /// Picks an alternative of a choice (an index into the plan's choices).
    ///
    /// Candidates have a weight, a demand that holds, and fit the budget; if there is none, or the
    /// fuel is used up, those of the least depth are the candidates, whatever their weight.
    #[inline]
    pub fn choose<C: Choices>(&mut self, plan: &Plan, choice: u32, choices: &mut C) -> usize {
        let Some(planned) = plan.choice(choice) else {
            return 0;
        };
        if let Some(fixed) = planned.fixed(View { plan, unit: self })
            && self.fits(plan, fixed.deepest)
        {
            return match fixed.only {
                Some(only) => only,
                None => choices.pick_listed(&fixed.cumulative, &fixed.listed),
            };
        }
        self.choose_masked(plan, choice, choices)
    }

    fn choose_masked<C: Choices>(&mut self, plan: &Plan, choice: u32, choices: &mut C) -> usize {
        let Some(planned) = plan.choice(choice) else {
            return 0;
        };
        let mut weights = std::mem::take(&mut self.weights);
        weights.clear();
        let view = View { plan, unit: self };
        let mut total = 0;
        let mut candidates = 0;
        let mut last = 0;
        if let Some(room) = self.room(plan) {
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
    #[inline]
    pub fn option<C: Choices>(
        &mut self,
        plan: &Plan,
        demand: u32,
        parts_per_million: u32,
        choices: &mut C,
    ) -> bool {
        let demand = plan.demand(demand);
        let fits = match demand.constant() {
            Some(depth) => depth.is_some_and(|depth| self.fits(plan, depth)),
            None => {
                let view = View { plan, unit: self };
                let room = self.room(plan);
                room.is_some_and(|room| demand.holds_within(view, room))
            }
        };
        if !fits {
            return false;
        }
        match parts_per_million {
            0 => false,
            1_000_000.. => true,
            parts => choices.chance(parts),
        }
    }

    /// How many times a repetition of text is done. An open bound means seven more than the lower
    /// one.
    pub fn repetitions<C: Choices>(
        &mut self,
        plan: &Plan,
        demand: u32,
        count: super::Count,
        choices: &mut C,
    ) -> u64 {
        let low = count.low.max(0) as u64;
        let high = match count.high {
            Some(high) => (high.max(0) as u64).max(low),
            None => low.saturating_add(7),
        };
        let view = View { plan, unit: self };
        let fits = |room| plan.demand(demand).holds_within(view, room);
        if self.room(plan).is_some_and(fits) {
            count.draw(low, high, &mut self.constants, choices)
        } else if plan.demand(demand).holds(view).is_some() {
            low
        } else {
            0
        }
    }
}
