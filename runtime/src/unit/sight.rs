//! What the text does not tell of a draw.

use super::value::Value;
use super::{Arena, Unit};
use crate::choices::{Choices, Sight};
use crate::plan::{Plan, PlannedSite};
use xxhash_rust::xxh3::xxh3_64;

/// Tells whether texts are alike, in memory of its own that it keeps.
#[derive(Debug, Clone, Default)]
pub(super) struct Prints {
    text: Vec<u8>,
    seen: Vec<u64>,
}

impl Prints {
    fn add(&mut self, arena: &Arena, plan: &Plan, value: Value) {
        self.text.clear();
        arena.spell(plan, value, &mut self.text);
        self.seen.push(xxh3_64(&self.text));
    }

    /// Whether two of those that were added since have the same text. Should two texts share their
    /// 64 bits, no harm is done: a choice is hidden that could be seen.
    fn are_alike(&mut self) -> bool {
        self.seen.sort_unstable();
        let alike = self.seen.windows(2).any(|pair| pair[0] == pair[1]);
        self.seen.clear();
        alike
    }
}

impl Unit {
    /// Hides a draw of visible columns if two of the relations print alike.
    pub(super) fn hide_repeated<C: Choices>(
        &mut self,
        plan: &Plan,
        site: &PlannedSite,
        choices: &mut C,
    ) -> Sight {
        let alike = choices.tells_apart() && self.has_repeated_relation(plan, site);
        choices.hide(alike)
    }

    #[inline(never)]
    fn has_repeated_relation(&mut self, plan: &Plan, site: &PlannedSite) -> bool {
        let mut relations = 0;
        let all = self.visible_lists(plan, site, |_, _| relations += 1);
        if relations < 2 || all.is_none() {
            return false;
        }
        let mut prints = std::mem::take(&mut self.prints);
        self.visible_lists(plan, site, |_, relation| {
            prints.add(&self.arena, plan, Value::Relation(relation));
        });
        self.prints = prints;
        self.prints.are_alike()
    }

    /// Hides a draw among the gathered candidates if two of them print alike.
    pub(super) fn hide_alike<C: Choices>(
        &mut self,
        plan: &Plan,
        site: &PlannedSite,
        choices: &mut C,
    ) -> Sight {
        let alike = self.candidates.len() > 1
            && choices.tells_apart()
            && if site.domain.is_foreign_keys() {
                site.repeats
            } else {
                for found in &self.candidates {
                    self.prints.add(&self.arena, plan, found.value);
                }
                self.prints.are_alike()
            };
        choices.hide(alike)
    }
}
