//! Drawing elements of finite domains, one or a list.

use super::Unit;
use super::value::{ColumnRef, Range32, RelationId, Value};
use crate::choices::Choices;
use crate::demand::{Cursor, Domain, View};
use crate::plan::{Candidate, Candidates, Plan, PlannedSite};
use crate::unit::relation::Shape;
use crate::unit::scope::Frame;
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
    pub(super) fn draw<C: Choices>(
        self,
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

/// Draws below `n`; no draw is made where there is no choice.
#[inline]
fn index<C: Choices>(n: usize, choices: &mut C) -> usize {
    if n <= 1 {
        return 0;
    }
    (choices.below(n as u64) as usize).min(n - 1)
}

impl Unit {
    /// Draws one element of a site's domain.
    #[inline]
    pub fn draw<C: Choices>(&mut self, plan: &Plan, site: u32, choices: &mut C) -> Value {
        let Some(planned) = plan.site(site) else {
            return Value::Nothing;
        };
        if self.fits(plan, planned.deepest) {
            if let Some((list, relation)) = self.listed(plan, planned)
                && !list.is_empty()
            {
                let drawn = list.get(index(list.len(), choices));
                return relation.see(drawn.map_or(Value::Nothing, |found| found.value));
            }
            if let Some(drawn) = self.draw_visible(plan, planned, choices) {
                return drawn;
            }
        }
        self.gather(plan, planned, 1);
        let at = index(self.candidates.len(), choices);
        match self.candidates.get(at) {
            Some(found) => found.value,
            None => {
                self.unmet += 1;
                Value::Nothing
            }
        }
    }

    /// Draws a visible column where the plan lists those of each visible relation.
    fn draw_visible<C: Choices>(
        &self,
        plan: &Plan,
        site: &PlannedSite,
        choices: &mut C,
    ) -> Option<Value> {
        let mut count = 0;
        self.visible_lists(plan, site, |list, _| count += list.len())?;
        if count == 0 {
            return None;
        }
        let mut left = index(count, choices);
        let mut drawn = None;
        self.visible_lists(plan, site, |list, relation| {
            if drawn.is_none() {
                drawn = list.get(left).map(|found| (found.value, relation));
                left = left.wrapping_sub(list.len());
            }
        })?;
        drawn.map(|(value, relation)| Seen::visible(relation).see(value))
    }

    /// Goes through the listed candidates of each visible relation, in the domain's order. None if
    /// the plan lists none, or not all of what is visible is a table of the model.
    fn visible_lists<'p>(
        &self,
        plan: &Plan,
        site: &'p PlannedSite,
        mut visit: impl FnMut(&'p [Candidate], RelationId),
    ) -> Option<()> {
        let Candidates::PerVisible { lists, enclosing } = &site.candidates else {
            return None;
        };
        let view = View { plan, unit: self };
        let mut at = if *enclosing {
            self.scopes.around_narrow()
        } else {
            self.scopes.current()
        };
        loop {
            match self.scopes.frame(at) {
                Frame::Full(other) => at = other,
                Frame::Narrow(_) => return None,
                Frame::Scope {
                    correlated,
                    start,
                    end,
                } => {
                    for relation in start..end {
                        let relation = self.scopes.bound(relation)?;
                        let Shape::Table(table) = view.shape(relation) else {
                            return None;
                        };
                        visit(lists.get(table.0 as usize)?, relation);
                    }
                    if !correlated || at == 0 {
                        return Some(());
                    }
                    at -= 1;
                }
            }
        }
    }

    /// Draws a list of a site's elements, with replacement or without.
    pub fn draw_list<C: Choices>(
        &mut self,
        plan: &Plan,
        site: u32,
        count: Count,
        distinct: bool,
        including: Value,
        choices: &mut C,
    ) -> Value {
        let Some(planned) = plan.site(site) else {
            return Value::List(Range32::default());
        };
        let low = count.low.max(0) as usize;
        if self.fits(plan, planned.deepest)
            && let Some((list, seen)) = self.listed(plan, planned)
            && list.len() >= low.max(1)
            && list.len() <= usize::from(u16::MAX)
        {
            return self.draw_listed(
                plan,
                (planned, list, seen),
                count,
                distinct,
                including,
                choices,
            );
        }
        self.gather(plan, planned, if distinct { low.max(1) } else { 1 });
        let start = self.arena.lists.len();
        if let (Domain::Insertable(_), true) = (&planned.domain, distinct) {
            self.draw_insertable(plan, including, count, choices);
        } else if distinct {
            let available = self.candidates.len() as u64;
            let n = self.length(plan, count, 0, available, choices);
            for at in 0..n as usize {
                let other = at + index(self.candidates.len() - at, choices);
                self.candidates.swap(at, other);
                if let Some(found) = self.candidates.get(at) {
                    self.arena.lists.push(found.value);
                }
            }
        } else if !self.candidates.is_empty() {
            let n = self.generated(plan, count, choices);
            for _ in 0..n {
                let at = index(self.candidates.len(), choices);
                if let Some(found) = self.candidates.get(at) {
                    self.arena.lists.push(found.value);
                }
            }
        }
        let drawn = Range32::since(start, self.arena.lists.len());
        if (drawn.len as usize) < low {
            self.unmet += 1;
        }
        Value::List(drawn)
    }

    /// Draws a list of listed candidates, all of which fit: the same draws as from a copy of them,
    /// of their positions alone.
    fn draw_listed<C: Choices>(
        &mut self,
        plan: &Plan,
        (site, list, seen): (&PlannedSite, &[Candidate], Seen),
        count: Count,
        distinct: bool,
        including: Value,
        choices: &mut C,
    ) -> Value {
        let start = self.arena.lists.len();
        let value_at = |at: usize| list.get(at).map_or(Value::Nothing, |found| found.value);
        if !distinct {
            let n = self.generated(plan, count, choices);
            for _ in 0..n {
                let drawn = seen.see(value_at(index(list.len(), choices)));
                self.arena.lists.push(drawn);
            }
        } else {
            let mut order = std::mem::take(&mut self.order);
            order.clear();
            order.extend(0..list.len() as u16);
            let mut forced = 0;
            let insertable = matches!(site.domain, Domain::Insertable(_));
            if insertable {
                // The columns that have to be there come first, then the drawn ones.
                for at in 0..order.len() {
                    if let Value::Column(column) = seen.see(value_at(usize::from(order[at])))
                        && (self.is_required(plan, column) || self.includes(including, column))
                    {
                        order.swap(at, forced);
                        forced += 1;
                    }
                }
            }
            let n = self.length(plan, count, forced as u64, order.len() as u64, choices) as usize;
            for at in forced..n {
                let other = at + index(order.len() - at, choices);
                order.swap(at, other);
            }
            order.truncate(n);
            if insertable {
                // Listed in the table's order.
                order.sort_unstable();
            }
            let drawn = order.iter().map(|&at| seen.see(value_at(usize::from(at))));
            self.arena.lists.extend(drawn);
            self.order = order;
        }
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
    pub fn generated<C: Choices>(&mut self, plan: &Plan, count: Count, choices: &mut C) -> u64 {
        let high = count.high.unwrap_or_else(|| count.low.saturating_add(7));
        let count = Count {
            high: Some(high),
            ..count
        };
        self.length(plan, count, 0, u64::from(super::FUEL), choices)
    }

    /// How long a list becomes: the bounds clamped to `forced` and `available`; the lower one in
    /// shallow mode. An open bound means all there are without replacement.
    fn length<C: Choices>(
        &mut self,
        plan: &Plan,
        count: Count,
        forced: u64,
        available: u64,
        choices: &mut C,
    ) -> u64 {
        let low = (count.low.max(0) as u64).max(forced).min(available);
        let high = count.high.map_or(available, |high| high.max(0) as u64);
        let high = high.clamp(low, available.max(low));
        if self.fits(plan, 0) {
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
        count: Count,
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
        let n = self.length(plan, count, forced as u64, candidates.len() as u64, choices) as usize;
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

    /// Collects the candidates: those that fit the budget; if fewer than `low` do, or the fuel is
    /// used up, those of the least depth at which `low` are left.
    fn gather(&mut self, plan: &Plan, site: &PlannedSite, low: usize) {
        let mut candidates = std::mem::take(&mut self.candidates);
        if let Some(room) = self.room(plan) {
            self.collect(plan, site, Some(room), &mut candidates);
            if candidates.len() >= low.max(1) {
                self.candidates = candidates;
                return;
            }
        }
        self.collect(plan, site, None, &mut candidates);
        let within = |limit: u32, candidates: &[Candidate]| {
            candidates
                .iter()
                .filter(|found| found.depth <= limit)
                .count()
        };
        let mut limit = candidates.iter().map(|found| found.depth).min();
        while let Some(least) = limit
            && within(least, &candidates) < low
        {
            let depths = candidates.iter().map(|found| found.depth);
            match depths.filter(|&depth| depth > least).min() {
                Some(next) => limit = Some(next),
                None => break,
            }
        }
        if let Some(limit) = limit {
            candidates.retain(|found| found.depth <= limit);
        }
        self.candidates = candidates;
    }

    /// The candidates that the plan lists for the site, as far as it does, and how they are seen.
    #[inline]
    fn listed<'p>(&self, plan: &Plan, site: &'p PlannedSite) -> Option<(&'p [Candidate], Seen)> {
        match &site.candidates {
            Candidates::Fixed { list, grows } => {
                if *grows && self.overlay.tables().next().is_some() {
                    return None;
                }
                Some((list, Seen::AsListed))
            }
            Candidates::PerTable {
                relation,
                lists,
                qualifies,
            } => {
                let view = View { plan, unit: self };
                let Value::Relation(relation) = view.term(relation, None) else {
                    return None;
                };
                let Shape::Table(table) = view.shape(relation) else {
                    return None;
                };
                let seen = Seen::Through {
                    relation,
                    qualified: *qualifies && view.qualifies(relation),
                };
                Some((lists.get(table.0 as usize)?, seen))
            }
            Candidates::PerVisible { .. } | Candidates::Open => None,
        }
    }

    /// The candidates in the domain's order: those within the room, or all with their depths.
    fn collect(
        &self,
        plan: &Plan,
        site: &PlannedSite,
        room: Option<u32>,
        candidates: &mut Vec<Candidate>,
    ) {
        candidates.clear();
        let limit = room.unwrap_or(u32::MAX);
        let all_fit = site.deepest <= limit;
        if let Some((list, seen)) = self.listed(plan, site) {
            extend(candidates, list, seen, (!all_fit).then_some(limit));
            return;
        }
        let listed = self.visible_lists(plan, site, |list, relation| {
            let seen = Seen::visible(relation);
            extend(candidates, list, seen, (!all_fit).then_some(limit));
        });
        if listed.is_some() {
            return;
        }
        candidates.clear();
        let view = View { plan, unit: self };
        let open = site.open_clauses(view, limit);
        let mut consider = |value| {
            let depth = match room {
                Some(room) => site.accepts(view, open, room, value).then_some(0),
                None => site.depth(view, open, value),
            };
            if let Some(depth) = depth {
                candidates.push(Candidate { value, depth });
            }
        };
        if let Candidates::Fixed { list, .. } = &site.candidates {
            for found in list {
                consider(found.value);
            }
            self.overlay
                .tables()
                .for_each(|relation| consider(Value::Relation(relation)));
            return;
        }
        let mut cursor = Cursor::start(&site.domain, view, None);
        while let Some(value) = cursor.next(view) {
            consider(value);
        }
    }
}

/// Adds listed candidates, those within a limit of depth if there is one.
fn extend(candidates: &mut Vec<Candidate>, list: &[Candidate], seen: Seen, limit: Option<u32>) {
    let see = |found: &Candidate| Candidate {
        value: seen.see(found.value),
        depth: found.depth,
    };
    match limit {
        // The usual case, without a test for each.
        None => candidates.extend(list.iter().map(see)),
        Some(limit) => {
            let fitting = list.iter().filter(|found| found.depth <= limit);
            candidates.extend(fitting.map(see));
        }
    }
}

/// How a listed candidate becomes a value.
#[derive(Debug, Clone, Copy)]
enum Seen {
    AsListed,
    Through {
        relation: RelationId,
        qualified: bool,
    },
}

impl Seen {
    fn visible(relation: RelationId) -> Self {
        Self::Through {
            relation,
            qualified: true,
        }
    }

    #[inline]
    fn see(self, value: Value) -> Value {
        match (self, value) {
            (
                Self::Through {
                    relation,
                    qualified,
                },
                Value::Column(column),
            ) => Value::column(relation, column.position, qualified),
            _ => value,
        }
    }
}
