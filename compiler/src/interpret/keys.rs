//! How far the keys of new rows reach.

use super::{Generator, reach};
use crate::builtins::Builtin;
use rqg_runtime::schema::model::TableId;
use rqg_runtime::values::ORDINALS_PER_UNIT;

/// The table whose keys run out first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyLimit {
    /// Its name as printed in SQL.
    pub table: String,
    /// Units with lower indexes have keys of their own; from there on keys repeat.
    pub units: u64,
}

impl Generator {
    /// Up to which index new rows have keys that no other unit takes; none if the start rule makes
    /// no new rows, or no table has a key that they could collide in.
    #[must_use]
    pub fn key_limit(&self) -> Option<KeyLimit> {
        let reached = reach::from(self.program(), self.shared.start);
        let makes_rows = reached.builtins.iter().any(|builtin| {
            matches!(
                builtin,
                Builtin::NewKey | Builtin::RowValue | Builtin::FittingValue
            )
        });
        if !makes_rows {
            return None;
        }
        let plan = self.plan();
        let limits = (0_u32..)
            .zip(&plan.model().tables)
            .filter_map(|(id, table)| {
                let free = plan.rows().new_rows(TableId(id));
                (plan.takes_new_rows(TableId(id)) && free < u64::MAX).then(|| KeyLimit {
                    table: table.reference.clone(),
                    units: (free / ORDINALS_PER_UNIT).saturating_sub(plan.key_offset()),
                })
            });
        limits.min_by_key(|limit| limit.units)
    }
}
