//! Drawing lists of elements of finite domains.

use super::Unit;
use super::draw::{Seen, index};
use super::relation::Shape;
use super::value::{ColumnRef, Range32, RelationId, Value};
use crate::choices::Choices;
use crate::demand::{Domain, View};
use crate::plan::{Candidate, Listed, Order, Plan, PlannedSite};
use crate::values::{Constants, Distribution};

/// How many are asked for.
#[derive(Debug, Clone, Copy)]
pub struct Count {
    /// At least.
    pub low: i64,
    /// At most, inclusive; none: open.
    pub high: Option<i64>,
    /// How numbers between are distributed.
    pub distribution: Distribution,
}

impl Count {
    /// Draws a number of two inclusive bounds; none is drawn if they are the same.
    #[inline]
    pub(super) fn draw<C: Choices>(
        &self,
        low: u64,
        high: u64,
        constants: &mut Constants,
        choices: &mut C,
    ) -> u64 {
        if high <= low {
            return low;
        }
        let bound = |bound: u64| i64::try_from(bound).unwrap_or(i64::MAX);
        let drawn = self
            .distribution
            .draw_with(bound(low), bound(high), constants, choices);
        u64::try_from(drawn).unwrap_or(low)
    }
}

impl Unit {
    /// Draws a list of a site's elements with replacement.
    pub fn draw_list<C: Choices>(
        &mut self,
        plan: &Plan,
        site: u32,
        count: &Count,
        choices: &mut C,
    ) -> Value {
        let Some(planned) = plan.site(site) else {
            return Value::List(Range32::default());
        };
        let start = self.arena.lists.len();
        if self.fits(planned.deepest)
            && let Some((list, seen)) = self.listed(plan, planned)
            && !list.candidates.is_empty()
        {
            let n = self.generated(count, choices);
            for _ in 0..n {
                let drawn = list.candidates.get(index(list.candidates.len(), choices));
                let drawn = drawn.map_or(Value::Nothing, |found| found.value);
                self.arena.lists.push(seen.see(drawn));
            }
        } else {
            self.gather(plan, planned, 1);
            if !self.candidates.is_empty() {
                let n = self.generated(count, choices);
                for _ in 0..n {
                    let at = index(self.candidates.len(), choices);
                    if let Some(found) = self.candidates.get(at) {
                        self.arena.lists.push(found.value);
                    }
                }
            }
        }
        self.drawn_since(start, count)
    }

    /// Draws a list of a site's elements without replacement. Columns to insert come in the table's
    /// order, among them those that every INSERT has to name and those of the list `including`;
    /// others in the order in which they are drawn.
    pub fn draw_distinct<C: Choices>(
        &mut self,
        plan: &Plan,
        site: u32,
        count: &Count,
        including: Value,
        choices: &mut C,
    ) -> Value {
        let Some(planned) = plan.site(site) else {
            return Value::List(Range32::default());
        };
        if self.fits(planned.deepest)
            && including == Value::Nothing
            && let Some((list, seen)) = self.listed(plan, planned)
            && let Some(order) = list.order_for(count.low)
        {
            return self.draw_short((list, order, seen), count, choices);
        }
        if self.fits(planned.deepest)
            && let Some(drawn) = self.draw_visible_distinct(plan, planned, count, choices)
        {
            return drawn;
        }
        self.draw_gathered(plan, planned, count, including, choices)
    }

    /// Draws from a few visible columns where the plan lists those of each visible relation: the
    /// same draws as from a copy of them, of their positions alone.
    fn draw_visible_distinct<C: Choices>(
        &mut self,
        plan: &Plan,
        site: &PlannedSite,
        count: &Count,
        choices: &mut C,
    ) -> Option<Value> {
        const MOST_LISTS: usize = 8;
        let mut lists: [(&[Candidate], RelationId); MOST_LISTS] =
            [(&[], RelationId(0)); MOST_LISTS];
        let mut used = 0;
        let mut available = 0;
        self.visible_lists(plan, site, |list, relation| {
            if let Some(place) = lists.get_mut(used) {
                *place = (list, relation);
            }
            used += 1;
            available += list.len();
        })?;
        let lists = lists.get(..used)?;
        if available == 0 || available > Order::MOST || (available as i64) < count.low {
            return None;
        }
        let n = self.length(count, 0, available as u64, choices) as usize;
        let n = n.min(available);
        let start = self.arena.lists.len();
        let mut positions = Order::POSITIONS;
        for at in 0..n {
            let other = at + index(available - at, choices);
            positions.swap(at % Order::MOST, other % Order::MOST);
            let mut left = usize::from(positions[at % Order::MOST]);
            for (list, relation) in lists {
                if let Some(found) = list.get(left) {
                    let drawn = Seen::visible(*relation).see(found.value);
                    self.arena.lists.push(drawn);
                    break;
                }
                left -= list.len();
            }
        }
        Some(self.drawn_since(start, count))
    }

    /// As [`Unit::draw_distinct`], for generated code: what is drawn from and its demand speak of
    /// one slot only, which has this value.
    #[inline]
    pub fn draw_distinct_of<C: Choices>(
        &mut self,
        plan: &Plan,
        site: u32,
        (slot, value): (u16, Value),
        count: &Count,
        including: Value,
        choices: &mut C,
    ) -> Value {
        if let Some(planned) = plan.site(site)
            && self.fits(planned.deepest)
            && including == Value::Nothing
            && let Some((list, seen)) = self.listed_of(plan, planned, value)
            && let Some(order) = list.order_for(count.low)
        {
            return self.draw_short((list, order, seen), count, choices);
        }
        self.set_slot(slot, value);
        self.draw_distinct(plan, site, count, including, choices)
    }

    /// Draws from a short list, all of which fits: the same draws as from a copy of the candidates,
    /// of their positions alone.
    fn draw_short<C: Choices>(
        &mut self,
        (list, order, seen): (&Listed, &Order, Seen),
        count: &Count,
        choices: &mut C,
    ) -> Value {
        let candidates = list.candidates.as_slice();
        let available = candidates.len();
        let forced = usize::from(order.forced);
        let n = self.length(count, forced as u64, available as u64, choices) as usize;
        let n = n.min(available);
        let mut positions = order.positions;
        for at in forced..n {
            let other = at + index(available - at, choices);
            positions.swap(at % Order::MOST, other % Order::MOST);
        }
        if order.keeps_order {
            sort(&mut positions, n);
        }
        let drawn = positions.get(..n).unwrap_or_default().iter();
        let start = self.arena.lists.len();
        match (&list.columns, seen) {
            (
                Some(columns),
                Seen::Through {
                    relation,
                    qualified,
                },
            ) => {
                let column = |&at: &u8| match columns.get(usize::from(at)) {
                    Some(column) => Value::Column(column.through(relation, qualified)),
                    None => Value::Nothing,
                };
                self.arena.lists.extend(drawn.map(column));
            }
            _ => {
                let value = |&at: &u8| match candidates.get(usize::from(at)) {
                    Some(found) => seen.see(found.value),
                    None => Value::Nothing,
                };
                self.arena.lists.extend(drawn.map(value));
            }
        }
        self.drawn_since(start, count)
    }

    /// Draws from candidates that are collected first.
    #[inline(never)]
    fn draw_gathered<C: Choices>(
        &mut self,
        plan: &Plan,
        planned: &PlannedSite,
        count: &Count,
        including: Value,
        choices: &mut C,
    ) -> Value {
        self.gather(plan, planned, count.low.max(1) as usize);
        let start = self.arena.lists.len();
        if let Domain::Insertable(_) = planned.domain {
            self.draw_insertable(plan, including, count, choices);
        } else {
            let available = self.candidates.len() as u64;
            let n = self.length(count, 0, available, choices);
            for at in 0..n as usize {
                let other = at + index(self.candidates.len() - at, choices);
                self.candidates.swap(at, other);
                if let Some(found) = self.candidates.get(at) {
                    self.arena.lists.push(found.value);
                }
            }
        }
        self.drawn_since(start, count)
    }

    /// The list of what was drawn.
    #[inline]
    fn drawn_since(&mut self, start: usize, count: &Count) -> Value {
        let drawn = Range32::since(start, self.arena.lists.len());
        if i64::from(drawn.len) < count.low {
            self.unmet += 1;
        }
        Value::List(drawn)
    }

    /// Whether every INSERT has to name a column.
    fn is_required(&self, plan: &Plan, column: ColumnRef) -> bool {
        let view = View { plan, unit: self };
        match view.shape(column.relation) {
            Shape::Table(table) => plan.is_required(table, column.position),
            Shape::Listed { .. } => view.is_required(column),
        }
    }

    /// How long a list of values becomes that are made one by one.
    pub fn generated<C: Choices>(&mut self, count: &Count, choices: &mut C) -> u64 {
        let high = count.high.unwrap_or_else(|| count.low.saturating_add(7));
        let count = Count {
            high: Some(high),
            ..*count
        };
        self.length(&count, 0, u64::from(super::FUEL), choices)
    }

    /// How long a list becomes: the bounds clamped to `forced` and `available`; the lower one in
    /// shallow mode. An open bound means all there are without replacement.
    fn length<C: Choices>(
        &mut self,
        count: &Count,
        forced: u64,
        available: u64,
        choices: &mut C,
    ) -> u64 {
        let low = (count.low.max(0) as u64).max(forced).min(available);
        let high = count.high.map_or(available, |high| high.max(0) as u64);
        let high = high.clamp(low, available.max(low));
        if self.fits(0) {
            count.draw(low, high, &mut self.constants, choices)
        } else {
            low
        }
    }

    /// The candidates that are columns to insert: those that every INSERT has to name and those to
    /// include, and drawn ones up to the length, in the table's order.
    fn draw_insertable<C: Choices>(
        &mut self,
        plan: &Plan,
        including: Value,
        count: &Count,
        choices: &mut C,
    ) {
        let mut candidates = std::mem::take(&mut self.candidates);
        // The columns that have to be there come first, then the drawn ones.
        let mut forced = 0;
        for at in 0..candidates.len() {
            if let Value::Column(column) = candidates[at].value
                && (self.is_required(plan, column) || self.includes(including, column))
            {
                candidates.swap(forced, at);
                forced += 1;
            }
        }
        let n = self.length(count, forced as u64, candidates.len() as u64, choices) as usize;
        for at in forced..n {
            let other = at + index(candidates.len() - at, choices);
            candidates.swap(at, other);
        }
        candidates.truncate(n);
        candidates.sort_unstable_by_key(|found| match found.value {
            Value::Column(column) => column.position,
            _ => 0,
        });
        let values = candidates.iter().map(|found| found.value);
        self.arena.lists.extend(values);
        self.candidates = candidates;
    }

    fn includes(&self, list: Value, column: ColumnRef) -> bool {
        self.list(list).iter().any(|&element| {
            matches!(element, Value::Column(included) if included.position == column.position)
        })
    }
}

/// Sorts the first `n` positions.
#[inline]
fn sort(positions: &mut [u8; Order::MOST], n: usize) {
    let drawn = positions.iter().take(n);
    let mut left = drawn.fold(0_u64, |set, &at| set | 1 << (at % 64));
    for place in positions {
        if left == 0 {
            break;
        }
        *place = left.trailing_zeros() as u8;
        left &= left - 1;
    }
}
