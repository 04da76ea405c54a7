//! Drawing elements of finite domains.

use super::Unit;
use super::value::{ColumnRef, RelationId, Value};
use crate::choices::Choices;
use crate::demand::{Cursor, Term, View};
use crate::plan::{Candidate, Candidates, Listed, Plan, PlannedSite, VisibleLists};
use crate::unit::relation::Shape;
use crate::unit::scope::Frame;

/// Draws below `n`; no draw is made where there is no choice.
#[inline]
pub(super) fn index<C: Choices>(n: usize, choices: &mut C) -> usize {
    if n <= 1 {
        return 0;
    }
    (choices.below(n as u64) as usize).min(n - 1)
}

impl Unit {
    /// Draws one element of a site's domain.
    #[inline(always)]
    pub fn draw<C: Choices>(&mut self, plan: &Plan, site: u32, choices: &mut C) -> Value {
        let Some(planned) = plan.site(site) else {
            return Value::Nothing;
        };
        if self.fits(planned.deepest)
            && let Some((list, seen)) = self.listed(plan, planned)
            && !list.candidates.is_empty()
        {
            let before = choices.hide(planned.repeats);
            let drawn = element(list, seen, choices);
            choices.restore(before);
            return drawn;
        }
        self.draw_open(plan, planned, choices)
    }

    /// As [`Unit::draw`], for generated code: what is drawn from and its demand speak of one slot
    /// only, which has this value.
    #[inline(always)]
    pub fn draw_of<C: Choices>(
        &mut self,
        plan: &Plan,
        site: u32,
        (slot, value): (u16, Value),
        choices: &mut C,
    ) -> Value {
        let Some(planned) = plan.site(site) else {
            return Value::Nothing;
        };
        if self.fits(planned.deepest)
            && let Some((list, seen)) = self.listed_of(plan, planned, value)
            && !list.candidates.is_empty()
        {
            let before = choices.hide(planned.repeats);
            let drawn = element(list, seen, choices);
            choices.restore(before);
            return drawn;
        }
        self.draw_open_of(plan, planned, (slot, value), choices)
    }

    #[inline(never)]
    fn draw_open_of<C: Choices>(
        &mut self,
        plan: &Plan,
        planned: &PlannedSite,
        (slot, value): (u16, Value),
        choices: &mut C,
    ) -> Value {
        self.set_slot(slot, value);
        if self.fits(planned.deepest)
            && let Some((list, seen)) = self.listed(plan, planned)
            && !list.candidates.is_empty()
        {
            let before = choices.hide(planned.repeats);
            let drawn = element(list, seen, choices);
            choices.restore(before);
            return drawn;
        }
        self.draw_open(plan, planned, choices)
    }

    #[inline(never)]
    fn draw_open<C: Choices>(
        &mut self,
        plan: &Plan,
        planned: &PlannedSite,
        choices: &mut C,
    ) -> Value {
        if self.fits(planned.deepest)
            && let Some(drawn) = self.draw_visible(plan, planned, choices)
        {
            return drawn;
        }
        self.gather(plan, planned, 1);
        let before = self.hide_alike(plan, planned, choices);
        let at = index(self.candidates.len(), choices);
        choices.restore(before);
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
        &mut self,
        plan: &Plan,
        site: &PlannedSite,
        choices: &mut C,
    ) -> Option<Value> {
        let mut count = 0;
        self.visible_lists(plan, site, |list, _| count += list.len())?;
        if count == 0 {
            return None;
        }
        let before = self.hide_repeated(plan, site, choices);
        let mut left = index(count, choices);
        choices.restore(before);
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
    pub(super) fn visible_lists<'p>(
        &self,
        plan: &Plan,
        site: &'p PlannedSite,
        mut visit: impl FnMut(&'p [Candidate], RelationId),
    ) -> Option<()> {
        let view = View { plan, unit: self };
        let (lists, enclosing) = visible_set(view, site)?;
        let mut at = if enclosing {
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
                        visit(&lists.tables.get(table.0 as usize)?.candidates, relation);
                    }
                    if !correlated || at == 0 {
                        return Some(());
                    }
                    at -= 1;
                }
            }
        }
    }

    /// The candidates among visible columns, some of which are no table's. None if the plan does not
    /// list them.
    fn collect_visible(
        &self,
        plan: &Plan,
        site: &PlannedSite,
        limit: u32,
        candidates: &mut Vec<Candidate>,
    ) -> Option<()> {
        let view = View { plan, unit: self };
        let (lists, enclosing) = visible_set(view, site)?;
        let consider = |column: ColumnRef, ty, candidates: &mut Vec<Candidate>| {
            let depth = lists.depth(ty).ok()?;
            if let Some(depth) = depth.filter(|&depth| depth <= limit) {
                let value = Value::Column(column.with_relation());
                candidates.push(Candidate { value, depth });
            }
            Some(())
        };
        let mut at = if enclosing {
            self.scopes.around_narrow()
        } else {
            self.scopes.current()
        };
        loop {
            match self.scopes.frame(at) {
                Frame::Full(other) => at = other,
                Frame::Narrow(columns) => {
                    let columns = self.arena.lists.get(columns.indexes());
                    for column in columns.unwrap_or_default() {
                        if let &Value::Column(column) = column {
                            consider(column, view.column_type(column), candidates)?;
                        }
                    }
                    return Some(());
                }
                Frame::Scope {
                    correlated,
                    start,
                    end,
                } => {
                    for relation in start..end {
                        let relation = self.scopes.bound(relation)?;
                        match view.shape(relation) {
                            Shape::Table(table) => {
                                let list = lists.tables.get(table.0 as usize)?;
                                let seen = Seen::visible(relation);
                                extend(candidates, &list.candidates, seen, Some(limit));
                            }
                            Shape::Listed { types, .. } => {
                                for position in 0..view.column_count(relation) {
                                    let at = types.start as usize + usize::from(position);
                                    let ty = match self.arena.lists.get(at) {
                                        Some(&Value::Type(ty)) => Some(ty),
                                        _ => None,
                                    };
                                    let column = ColumnRef::unplaced(relation, position, true);
                                    consider(column, ty, candidates)?;
                                }
                            }
                        }
                    }
                    if !correlated || at == 0 {
                        return Some(());
                    }
                    at -= 1;
                }
            }
        }
    }

    /// Collects the candidates: those that fit the budget; if fewer than `low` do, or the fuel is
    /// used up, those of the least depth at which `low` are left.
    pub(super) fn gather(&mut self, plan: &Plan, site: &PlannedSite, low: usize) {
        let mut candidates = std::mem::take(&mut self.candidates);
        if let Some(room) = self.room() {
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
    pub(super) fn listed<'p>(
        &self,
        plan: &Plan,
        site: &'p PlannedSite,
    ) -> Option<(&'p Listed, Seen)> {
        match &site.candidates {
            Candidates::Fixed { list, grows } => self.fixed_list(list, *grows),
            Candidates::PerTable {
                relation,
                lists,
                qualifies,
            } => {
                let relation = match relation {
                    Term::Slot(slot) => self.slot(*slot),
                    other => View { plan, unit: self }.term(other, None),
                };
                self.list_of(plan, relation, lists, *qualifies)
            }
            Candidates::PerTableBy { .. } => self.listed_by(plan, site),
            Candidates::FixedBy { .. } | Candidates::PerVisible { .. } | Candidates::Open => None,
        }
    }

    #[inline(never)]
    fn listed_by<'p>(&self, plan: &Plan, site: &'p PlannedSite) -> Option<(&'p Listed, Seen)> {
        let Candidates::PerTableBy {
            relation,
            by,
            sets,
            qualifies,
        } = &site.candidates
        else {
            return None;
        };
        let view = View { plan, unit: self };
        let relation = view.term(relation, None);
        self.list_of(plan, relation, sets.get(by.set(view)?)?, *qualifies)
    }

    /// The same where the site speaks of one slot only, which has this value.
    #[inline(always)]
    pub(super) fn listed_of<'p>(
        &self,
        plan: &Plan,
        site: &'p PlannedSite,
        value: Value,
    ) -> Option<(&'p Listed, Seen)> {
        match &site.candidates {
            Candidates::Fixed { list, grows } => self.fixed_list(list, *grows),
            Candidates::PerTable {
                relation: Term::Slot(_),
                lists,
                qualifies,
            } => self.list_of(plan, value, lists, *qualifies),
            _ => None,
        }
    }

    #[inline]
    fn fixed_list<'p>(&self, list: &'p Listed, grows: bool) -> Option<(&'p Listed, Seen)> {
        if grows && self.overlay.tables().next().is_some() {
            return None;
        }
        Some((list, Seen::AsListed))
    }

    /// The candidates that are listed for the table that a relation is.
    #[inline(always)]
    fn list_of<'p>(
        &self,
        plan: &Plan,
        relation: Value,
        lists: &'p [Listed],
        qualifies: bool,
    ) -> Option<(&'p Listed, Seen)> {
        let Value::Relation(relation) = relation else {
            return None;
        };
        // Most relations are tables of the model.
        if let Some(list) = lists.get(relation.0 as usize) {
            let qualified = false;
            return Some((
                list,
                Seen::Through {
                    relation,
                    qualified,
                },
            ));
        }
        self.list_of_own(plan, relation, lists, qualifies)
    }

    #[inline(never)]
    fn list_of_own<'p>(
        &self,
        plan: &Plan,
        relation: RelationId,
        lists: &'p [Listed],
        qualifies: bool,
    ) -> Option<(&'p Listed, Seen)> {
        let view = View { plan, unit: self };
        let seen = Seen::Through {
            relation,
            qualified: qualifies && view.qualifies(relation),
        };
        Some((lists.get(view.table_index(relation))?, seen))
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
            extend(
                candidates,
                &list.candidates,
                seen,
                (!all_fit).then_some(limit),
            );
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
        if self
            .collect_visible(plan, site, limit, candidates)
            .is_some()
        {
            return;
        }
        candidates.clear();
        let view = View { plan, unit: self };
        if let Candidates::FixedBy { by, sets } = &site.candidates
            && let Some(set) = by.set(view).and_then(|set| sets.get(set))
        {
            let answers = view.answers();
            if all_fit && room.is_some() {
                // The depth does not matter.
                let met = set.iter().filter(|found| found.is_met(answers));
                candidates.extend(met.map(|found| Candidate {
                    value: found.value,
                    depth: 0,
                }));
                return;
            }
            let found = set.iter().filter_map(|found| {
                let depth = found.depth(answers).filter(|&depth| depth <= limit)?;
                let value = found.value;
                Some(Candidate { value, depth })
            });
            candidates.extend(found);
            return;
        }
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
            for found in &list.candidates {
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

/// The lists of candidates among visible columns that apply, and whether the innermost narrowing
/// does not count.
#[inline]
fn visible_set<'p>(view: View<'_>, site: &'p PlannedSite) -> Option<(&'p VisibleLists, bool)> {
    let Candidates::PerVisible {
        by,
        sets,
        enclosing,
    } = &site.candidates
    else {
        return None;
    };
    let set = match by {
        Some(by) => by.set(view)?,
        None => 0,
    };
    Some((sets.get(set)?, *enclosing))
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

/// Draws one of listed candidates.
#[inline]
fn element<C: Choices>(list: &Listed, seen: Seen, choices: &mut C) -> Value {
    let list = &list.candidates;
    let drawn = list.get(index(list.len(), choices));
    seen.see(drawn.map_or(Value::Nothing, |found| found.value))
}

/// How a listed candidate becomes a value.
#[derive(Debug, Clone, Copy)]
pub(super) enum Seen {
    AsListed,
    Through {
        relation: RelationId,
        qualified: bool,
    },
}

impl Seen {
    pub fn visible(relation: RelationId) -> Self {
        Self::Through {
            relation,
            qualified: true,
        }
    }

    #[inline]
    pub fn see(self, value: Value) -> Value {
        match (self, value) {
            (
                Self::Through {
                    relation,
                    qualified,
                },
                Value::Column(column),
            ) => Value::Column(column.through(relation, qualified)),
            _ => value,
        }
    }
}

#[cfg(test)]
mod tests;
