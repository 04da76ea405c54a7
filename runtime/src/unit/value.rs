//! Values of the language at run time: small, copied, with what is large kept in the unit.

use crate::schema::model::{ForeignKeyId, TableId, UniqueKeyId};
use crate::types::TypeId;

/// A relation: below the number of the model's tables a table or view of the model, above one of
/// the unit's own (an alias, a CTE, a subquery, a new table).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RelationId(pub u32);

/// Index into the function catalog.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FunctionId(pub u16);

/// A range of the unit's text arena or of its list arena.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Range32 {
    /// The first element.
    pub start: u32,
    /// How many.
    pub len: u32,
}

impl Range32 {
    /// The range of an arena from `start` to its present length.
    #[must_use]
    pub fn since(start: usize, now: usize) -> Self {
        Self {
            start: start as u32,
            len: now.saturating_sub(start) as u32,
        }
    }

    /// As a range of indexes.
    #[must_use]
    #[inline]
    pub fn indexes(self) -> std::ops::Range<usize> {
        self.start as usize..self.start as usize + self.len as usize
    }
}

/// A column seen through a relation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ColumnRef {
    /// The relation.
    pub relation: RelationId,
    /// The column's position in it.
    pub position: u16,
    /// Whether it prints as `relation.column`.
    pub qualified: bool,
    /// Its place among the columns of the model's tables, whatever relation it is seen through; past
    /// the last one for a column of no table.
    pub(crate) place: u32,
}

impl ColumnRef {
    /// A column of no table of the model.
    #[must_use]
    #[inline]
    pub(crate) fn unplaced(relation: RelationId, position: u16, qualified: bool) -> Self {
        Self {
            relation,
            position,
            qualified,
            place: u32::MAX,
        }
    }

    /// Whether it is a column of a table of the model.
    #[must_use]
    #[inline]
    pub(crate) fn is_placed(self) -> bool {
        self.place != u32::MAX
    }

    /// The same column of the same table, seen through a relation that stands for the table.
    #[must_use]
    #[inline]
    pub(crate) fn through(self, relation: RelationId, qualified: bool) -> Self {
        Self {
            relation,
            qualified,
            ..self
        }
    }

    /// The same printed as `relation.column`.
    #[must_use]
    #[inline]
    pub(crate) fn with_relation(self) -> Self {
        Self {
            qualified: true,
            ..self
        }
    }

    /// The same printed by its bare name.
    #[must_use]
    #[inline]
    pub(crate) fn bare(self) -> Self {
        Self {
            qualified: false,
            ..self
        }
    }
}

/// A value of the language. The tag has a word of its own, so that values are copied in whole words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[repr(u32)]
pub enum Value {
    /// A slot that is not bound yet, or a draw without candidates; prints nothing.
    #[default]
    Nothing,
    /// Text in the unit's text arena; also a name that the unit made.
    Text(Range32),
    /// A whole number.
    Int(i64),
    /// A truth value.
    Bool(bool),
    /// An SQL type.
    Type(TypeId),
    /// A relation.
    Relation(RelationId),
    /// The bare name of a relation.
    RelationName(RelationId),
    /// A column, or its name.
    Column(ColumnRef),
    /// A function of the catalog, or its name.
    Function(FunctionId),
    /// A foreign key.
    ForeignKey(ForeignKeyId),
    /// A unique key.
    UniqueKey(UniqueKeyId),
    /// A row of a table of the model: below the table's count one that it holds, above a new one.
    /// (No type of its own, which would take a third word.)
    Row(TableId, u64),
    /// Values in the unit's list arena; also the several results of a rule.
    List(Range32),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_two_words() {
        assert_eq!(std::mem::size_of::<Value>(), 16);
    }
}
