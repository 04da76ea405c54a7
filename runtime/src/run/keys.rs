//! How far the keys of new rows reach.

use crate::plan::Plan;
use crate::schema::model::TableId;
use crate::uniqueness::Space;
use crate::values::ORDINALS_PER_UNIT;

/// The table whose keys run out first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyLimit {
    /// Its name as printed in SQL.
    pub table: String,
    /// Units with lower indexes have keys of their own; from there on keys repeat.
    pub units: u64,
}

/// Up to which index new rows have keys that no other unit takes; none if no table has a key that
/// they could collide in. In a strict run that is decided by its space as well.
#[must_use]
pub fn key_limit(plan: &Plan, space: Option<&Space>) -> Option<KeyLimit> {
    let limits = (0_u32..)
        .zip(&plan.model().tables)
        .filter_map(|(id, table)| {
            let free = plan.rows().new_rows(TableId(id));
            (plan.takes_new_rows(TableId(id)) && free < u64::MAX).then(|| {
                let units = (free / ORDINALS_PER_UNIT).saturating_sub(plan.key_offset());
                KeyLimit {
                    table: table.reference.clone(),
                    units: space.map_or(units, |space| space.keyed(units)),
                }
            })
        });
    limits.min_by_key(|limit| limit.units)
}
