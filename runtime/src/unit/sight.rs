//! What the text does not tell of a draw.

use super::Unit;
use super::value::{RelationId, Value};
use crate::choices::{Choices, Sight};
use crate::demand::Domain;
use crate::plan::{Plan, PlannedSite};
use std::collections::HashSet;

impl Unit {
    /// Hides a draw of visible columns if two of the relations print alike.
    pub(super) fn hide_repeated<C: Choices>(
        &self,
        plan: &Plan,
        site: &PlannedSite,
        choices: &mut C,
    ) -> Sight {
        let alike = choices.tells_apart() && self.has_repeated_relation(plan, site);
        choices.hide(alike)
    }

    #[inline(never)]
    fn has_repeated_relation(&self, plan: &Plan, site: &PlannedSite) -> bool {
        let mut relations: Vec<RelationId> = Vec::new();
        let listed = self.visible_lists(plan, site, |_, relation| relations.push(relation));
        if relations.len() < 2 || listed.is_none() {
            return false;
        }
        let values = relations.into_iter().map(Value::Relation);
        self.print_alike(plan, values)
    }

    /// Hides a draw of a foreign key if two of the model have the same columns and tables.
    #[inline(always)]
    pub(super) fn hide_repeated_key<C: Choices>(
        &self,
        plan: &Plan,
        site: &PlannedSite,
        choices: &mut C,
    ) -> Sight {
        let alike = choices.tells_apart() && draws_repeated_key(plan, site);
        choices.hide(alike)
    }

    /// Hides a draw among the gathered candidates if two of them print alike.
    pub(super) fn hide_alike<C: Choices>(
        &self,
        plan: &Plan,
        site: &PlannedSite,
        choices: &mut C,
    ) -> Sight {
        let alike = self.candidates.len() > 1 && choices.tells_apart() && {
            if draws_foreign_keys(site) {
                let before = draws_repeated_key(plan, site);
                return choices.hide(before);
            }
            let values = self.candidates.iter().map(|found| found.value);
            self.print_alike(plan, values)
        };
        choices.hide(alike)
    }

    /// Whether two values have the same text.
    #[inline(never)]
    fn print_alike(&self, plan: &Plan, values: impl Iterator<Item = Value>) -> bool {
        let mut seen = HashSet::new();
        values
            .map(|value| {
                let mut text = Vec::new();
                self.arena.spell(plan, value, &mut text);
                text
            })
            .any(|text| !seen.insert(text))
    }
}

fn draws_foreign_keys(site: &PlannedSite) -> bool {
    matches!(
        site.domain,
        Domain::ForeignKeys | Domain::ForeignKeysFrom(_) | Domain::ForeignKeysTo(_)
    )
}

#[inline(never)]
fn draws_repeated_key(plan: &Plan, site: &PlannedSite) -> bool {
    if !draws_foreign_keys(site) {
        return false;
    }
    let mut seen = HashSet::new();
    let mut keys = plan.model().foreign_keys.iter();
    keys.any(|key| !seen.insert((key.from, key.to, &key.columns, &key.targets)))
}
