//! Relations of one unit: aliases, CTEs and subqueries, new tables; and the overlay of effects.

use super::value::{Range32, RelationId};
use crate::schema::model::TableId;
use crate::tokens::Word;

/// What a relation's columns are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Those of a table of the model.
    Table(TableId),
    /// Names and types in the unit's list arena, walked together.
    Listed {
        /// Names: texts, or columns of model tables by their bare names.
        names: Range32,
        /// Their types.
        types: Range32,
    },
}

/// Where a relation of the unit comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// Another relation under a new name.
    Alias,
    /// A CTE or subquery.
    Derived,
    /// A table that the unit creates.
    New,
}

/// A relation that exists in one unit only.
#[derive(Debug, Clone, Copy)]
pub struct Relation {
    /// The text of its reference name.
    pub name: Range32,
    /// The same to be written.
    pub(crate) word: Word,
    /// Its columns.
    pub shape: Shape,
    /// Where it comes from.
    pub origin: Origin,
}

/// How many created tables an overlay holds; further ones exist but are not drawn.
pub const OVERLAY_CAPACITY: usize = 16;

/// The tables that the unit's effects have created and not dropped, in order of creation.
#[derive(Debug, Clone, Default)]
pub struct Overlay {
    created: [Option<RelationId>; OVERLAY_CAPACITY],
    len: usize,
}

impl Overlay {
    /// The tables that exist now.
    #[inline]
    pub fn tables(&self) -> impl Iterator<Item = RelationId> + '_ {
        self.created[..self.len].iter().copied().flatten()
    }

    /// The relation exists from now on.
    pub fn create(&mut self, relation: RelationId) {
        if self.len < OVERLAY_CAPACITY && !self.tables().any(|known| known == relation) {
            self.created[self.len] = Some(relation);
            self.len += 1;
        }
    }

    /// The relation does not exist any more.
    pub fn drop(&mut self, relation: RelationId) {
        let found = self.created[..self.len]
            .iter()
            .position(|known| *known == Some(relation));
        if let Some(at) = found {
            self.created.copy_within(at + 1..self.len, at);
            self.len -= 1;
        }
    }

    /// Nothing was created.
    pub fn clear(&mut self) {
        self.len = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_overlay_keeps_order_and_capacity() {
        let mut overlay = Overlay::default();
        for n in 0..20 {
            overlay.create(RelationId(n));
            overlay.create(RelationId(0));
        }
        overlay.drop(RelationId(3));
        overlay.drop(RelationId(99));
        let left: Vec<u32> = overlay.tables().map(|relation| relation.0).collect();
        assert_eq!(left, [0, 1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
    }
}
