//! What is decided for a table, a column and a foreign key before the first row is asked for.

use super::mix::{Key, Permutation};
use crate::schema::model::{ForeignKeyId, TableId};
use crate::types::TypeId;
use crate::values::Scale;

/// A table.
#[derive(Debug, Clone, Default)]
pub(super) struct TableRows {
    /// Rows that it holds.
    pub count: u64,
    /// Rows `0..stable` are never deleted.
    pub stable: u64,
    /// Row numbers below give rows that do not collide.
    pub limit: u64,
    /// By position.
    pub columns: Vec<ColumnRows>,
}

/// A column.
#[derive(Debug, Clone)]
pub(super) struct ColumnRows {
    /// Its type, domains followed to the end.
    pub ty: TypeId,
    /// What its draws are keyed with.
    pub key: Key,
    /// Where its values come from.
    pub source: Source,
    /// Whether it is NULL now and then.
    pub nulls: bool,
    /// Rows from here on hold NULL.
    pub until: u64,
}

impl ColumnRows {
    /// Whether the value of a new row has to be the one that the row decides, since a unique or
    /// foreign key depends on it.
    pub fn decides_new(&self) -> bool {
        !matches!(self.source, Source::Absent | Source::Drawn) || self.until < u64::MAX
    }
}

/// Where the values of a column come from.
#[derive(Debug, Clone)]
pub(super) enum Source {
    /// Left out of the load: the server makes them, or nothing is known.
    Absent,
    /// NULL in every row.
    Null,
    /// Any value that fits.
    Drawn,
    /// `base + row` for rows below `loaded`, `next + (row - loaded)` for new ones.
    Serial {
        /// The value of row 0.
        base: i128,
        /// Rows that are loaded.
        loaded: u64,
        /// The value of the first new row.
        next: i128,
    },
    /// The value with a number that the row decides.
    Numbered {
        /// What is numbered.
        values: Values,
        /// How the row decides.
        digit: Digit,
    },
    /// That of the referenced row.
    Foreign {
        /// The foreign key and the position of the referenced column.
        first: (ForeignKeyId, u16),
        /// Another foreign key that holds the column, for rows in which the first is NULL.
        second: Option<(ForeignKeyId, u16)>,
        /// Whether it is NULL when the foreign key is; else a value is drawn then.
        null: bool,
    },
}

/// Different values, numbered from 0.
#[derive(Debug, Clone)]
pub(super) enum Values {
    /// By arithmetic.
    Scale(Scale),
    /// FALSE and TRUE.
    Boolean,
    /// The labels of an enumeration.
    Labels,
    /// Those at these places in the list of a check.
    Listed(Vec<usize>),
}

/// One digit of a row number, in a system of several bases.
///
/// Among rows that agree in all lower digits, it is a bijection of `(row / divisor) % capacity`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Digit {
    /// The product of the bases of all lower digits.
    pub divisor: u64,
    /// The base.
    pub capacity: u64,
    /// What digits are shifted with, by the lower digits: so that rows do not share the first
    /// value of a slow digit.
    pub shift: Option<Key>,
    /// Of the digits that loaded rows use.
    pub permutation: Permutation,
}

impl Digit {
    /// The digit of a row.
    #[inline]
    pub fn of(&self, row: u64) -> u64 {
        let mut digit = row;
        if self.divisor > 1 {
            digit /= self.divisor;
        }
        if digit >= self.capacity {
            digit %= self.capacity.max(1);
        }
        let used = self.permutation.len();
        if digit >= used {
            return digit;
        }
        if let Some(key) = self.shift {
            // Both are below `used`: the sum fits in 65 bits at most.
            let shifted = u128::from(digit) + u128::from(key.below(row % self.divisor, used));
            digit = (shifted % u128::from(used)) as u64;
        }
        self.permutation.apply(digit)
    }
}

/// A foreign key.
#[derive(Debug, Clone)]
pub(super) struct Reference {
    /// The referenced table.
    pub parent: TableId,
    /// What draws of its rows are keyed with.
    pub key: Key,
    /// How the referenced row is found.
    pub partner: Partner,
    /// Whether it is NULL now and then.
    pub nulls: bool,
    /// Rows from here on do not reference any.
    pub until: u64,
}

/// How the row that a row references is found.
#[derive(Debug, Clone, Copy)]
pub(super) enum Partner {
    /// There is none: the key is NULL.
    Never,
    /// Drawn from the first so many.
    Drawn(u64),
    /// In the same table: drawn from those before it, of the first so many. Whether a row without
    /// any before it references none rather than itself.
    Earlier(u64, bool),
    /// In the same table: drawn from those before it that reference the same row of another table.
    /// They are as far apart as that table has stable rows.
    Siblings {
        /// How far apart.
        distance: u64,
        /// Those below may be referenced.
        stable: u64,
        /// Whether a row without siblings before it references none rather than itself.
        nulls: bool,
    },
    /// The row itself.
    Own,
    /// A digit of the row number.
    Digit(Digit),
    /// One of the rows that belong to the same row of a third table as the row that another foreign
    /// key of this table references.
    Beside {
        /// The other foreign key.
        first: ForeignKeyId,
        /// By which the row that it references belongs to the third table.
        link: ForeignKeyId,
        /// How rows of the referenced table belong to the third table: a lowest digit that is not
        /// shifted, so that those of one row are as far apart as the base.
        digit: Digit,
        /// How many rows may be referenced: no fewer than the base.
        parents: u64,
    },
    /// The row that a foreign key of this table references determines it, by a foreign key of its
    /// own, or because both are the same. Where the first is NULL it is drawn from so many.
    Through(ForeignKeyId, Option<ForeignKeyId>, u64),
}
