//! The rows that tables hold.
//!
//! Row `i` of a table is a pure function of the data seed, the schema with its row counts, the
//! table and `i`: tables of any size need no memory, any slice can be made on any machine, and the
//! generator can ask for a value that some row really holds. The rows keep what the model knows of
//! the schema: types, NOT NULL, understood checks, unique keys, foreign keys.
//!
//! Of a table's rows the last tenth is *volatile*: nothing references them, so they may be deleted;
//! the others are *stable*. Numbers from [`Rows::count`] on are those of *new* rows, which are not
//! loaded: their keys collide with no loaded row's and with no other new row's.
//!
//! ```
//! use rqg_runtime::rows::Rows;
//! use rqg_runtime::schema::{TableId, default_model};
//!
//! let mut model = default_model();
//! for table in &mut model.tables {
//!     table.rows = 100;
//! }
//! let rows = Rows::new(&model, 0);
//! let mut out = Vec::new();
//! assert!(rows.literal(&model, TableId(0), 0, 7, &mut out));
//! assert_eq!(out, b"8");
//! ```

mod cell;
mod dump;
mod keys;
mod mix;
mod order;
mod plan;
mod recipe;
mod references;

#[cfg(test)]
#[cfg(feature = "ddl")]
mod tests;

pub use dump::{Dump, DumpFormat, DumpGenerator};

use crate::schema::model::{ForeignKeyId, Model, TableId};
use crate::values::Word;
use crate::values::quoting::escape_copy_from;
pub(crate) use cell::Found;
use cell::{Cells, NULLS};
use recipe::{ColumnRows, Partner, Reference, Source, TableRows};
use std::ops::Range;

/// One row in so many is volatile.
pub const VOLATILE_SHARE: u64 = 10;

/// What the rows of every table are, decided once for a model and a data seed.
#[derive(Debug, Clone)]
pub struct Rows {
    tables: Vec<TableRows>,
    cells: Cells,
    /// By foreign key.
    references: Vec<Reference>,
    order: Vec<TableId>,
    limits: Vec<Limit>,
}

/// A table that cannot hold as many rows as were asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limit {
    /// The table.
    pub table: TableId,
    /// The rows asked for.
    pub asked: u64,
    /// The rows that it holds instead.
    pub possible: u64,
    /// Why, as the end of a sentence: `its column (a) has room for 9 numbers`.
    pub reason: String,
}

impl Rows {
    /// Decides what the rows of every table are; [`Table::rows`](crate::schema::Table::rows) says
    /// how many each is to hold.
    #[must_use]
    pub fn new(model: &Model, data_seed: u64) -> Self {
        let planned = plan::plan(model, data_seed);
        Self {
            cells: Cells::new(model, &planned.tables),
            order: planned.order.tables,
            tables: planned.tables,
            references: planned.references,
            limits: planned.limits,
        }
    }

    /// The tables that hold fewer rows than were asked for, and why.
    #[must_use]
    pub fn limits(&self) -> &[Limit] {
        &self.limits
    }

    /// Base tables, parents before children: filled in this order, row after row, every row finds
    /// what it references.
    #[must_use]
    pub fn load_order(&self) -> &[TableId] {
        &self.order
    }

    fn table(&self, table: TableId) -> Option<&TableRows> {
        self.tables.get(table.0 as usize)
    }

    fn column(&self, table: TableId, column: u16) -> Option<&ColumnRows> {
        self.table(table)?.columns.get(usize::from(column))
    }

    fn reference(&self, key: ForeignKeyId) -> Option<&Reference> {
        self.references.get(key.0 as usize)
    }

    /// How many rows a table holds.
    #[must_use]
    pub fn count(&self, table: TableId) -> u64 {
        self.table(table).map_or(0, |table| table.count)
    }

    /// How many of them are never deleted: rows `0..stable`. Foreign keys reference no others.
    #[must_use]
    pub fn stable(&self, table: TableId) -> u64 {
        self.table(table).map_or(0, |table| table.stable)
    }

    /// The rows that may be deleted, since nothing references them.
    #[must_use]
    pub fn victims(&self, table: TableId) -> Range<u64> {
        self.stable(table)..self.count(table)
    }

    /// How many row numbers from [`Rows::count`] on give rows whose keys are new.
    #[must_use]
    pub fn new_rows(&self, table: TableId) -> u64 {
        self.table(table)
            .map_or(0, |table| table.limit - table.count)
    }

    /// Whether some row holds a value other than NULL that is known.
    #[must_use]
    pub fn holds(&self, table: TableId, column: u16) -> bool {
        self.is_loaded(table, column)
            && self
                .column(table, column)
                .is_some_and(|column| !matches!(column.source, Source::Null) && column.until > 0)
    }

    /// Whether rows are loaded with a value, or NULL, for a column; else the server makes it.
    #[must_use]
    pub fn is_loaded(&self, table: TableId, column: u16) -> bool {
        self.count(table) > 0
            && self
                .column(table, column)
                .is_some_and(|column| !matches!(column.source, Source::Absent))
    }

    /// Whether the value of a new row has to be the one given here, since a unique or foreign key
    /// depends on it; others may be drawn freely.
    #[must_use]
    pub fn is_new_value(&self, table: TableId, column: u16) -> bool {
        self.column(table, column)
            .is_some_and(ColumnRows::decides_new)
    }

    /// The same of the column at a place among all columns of the model's tables.
    #[inline]
    pub(crate) fn is_new_value_at(&self, place: u32) -> bool {
        self.cells.decides_new(place)
    }

    /// The row that a row references by a foreign key; None if the key is NULL there.
    #[must_use]
    pub fn partner(&self, key: ForeignKeyId, row: u64) -> Option<u64> {
        // Recursion ends: a step leads to another key of this table that is not decided by a third,
        // and from there to a table that is filled earlier.
        let reference = self.reference(key)?;
        if row >= reference.until {
            return None;
        }
        let mut word = Word::new(reference.key.hash(row));
        let null = word.happens(NULLS);
        // At most once, and whether there is none is decided by the end of the word.
        let mut drawn = |from: u64| word.below(from);
        match reference.partner {
            Partner::Never => None,
            Partner::Own => Some(row),
            Partner::Digit(digit) => Some(digit.of(row)),
            Partner::Through(first, link, parents) => match (self.partner(first, row), link) {
                (Some(parent), Some(link)) => self.partner(link, parent),
                (Some(parent), None) => Some(parent),
                (None, _) => Some(drawn(parents)),
            },
            _ if reference.nulls && null => None,
            Partner::Drawn(parents) => Some(drawn(parents)),
            Partner::Beside {
                first,
                link,
                digit,
                parents,
            } => {
                let common = self.partner(link, self.partner(first, row)?)?;
                let lowest = digit.permutation.invert(common);
                let rows = (parents - lowest).div_ceil(digit.capacity.max(1));
                Some(lowest + digit.capacity * drawn(rows))
            }
            Partner::Siblings {
                distance,
                stable,
                nulls,
            } => {
                let distance = distance.max(1);
                let first = row % distance;
                let usable = stable.saturating_sub(first).div_ceil(distance);
                match usable.min(row / distance) {
                    0 => (!nulls).then_some(row),
                    earlier => Some(first + distance * drawn(earlier)),
                }
            }
            Partner::Earlier(stable, nulls) => match stable.min(row) {
                0 => (!nulls).then_some(row),
                earlier => Some(drawn(earlier)),
            },
        }
    }

    /// The value that a row holds in the column at a place among all columns of the model's tables;
    /// None if it is NULL, or nothing that is known.
    #[inline]
    pub(crate) fn find_at(&self, place: u32, row: u64) -> Option<Found> {
        self.cells.find_at(self, place, row)
    }

    fn find(&self, table: TableId, column: u16, row: u64) -> Option<Found> {
        self.cells.find(self, table, column, row)
    }

    /// Appends a value that was found as [`Rows::literal`] does.
    #[inline]
    pub(crate) fn push_found(&self, found: Found, out: &mut Vec<u8>) {
        self.cells.push_literal(found, out);
    }

    /// Whether a row holds NULL in a column, or nothing that is known.
    #[must_use]
    pub fn is_null(&self, table: TableId, column: u16, row: u64) -> bool {
        self.find(table, column, row).is_none()
    }

    /// Appends the value that a row holds in a column as an SQL literal that can be inserted into
    /// the column and that the column equals in that row. False, and nothing is appended, if the
    /// row holds NULL or nothing that is known.
    pub fn literal(
        &self,
        _model: &Model,
        table: TableId,
        column: u16,
        row: u64,
        out: &mut Vec<u8>,
    ) -> bool {
        let found = self.find(table, column, row);
        if let Some(found) = found {
            self.cells.push_literal(found, out);
        }
        found.is_some()
    }

    /// Appends the value that a row holds in a column as a field of COPY's text format: escaped,
    /// `\N` for NULL.
    pub fn copy_field(
        &self,
        model: &Model,
        table: TableId,
        column: u16,
        row: u64,
        out: &mut Vec<u8>,
    ) {
        let start = out.len();
        if self.text(model, table, column, row, out) {
            escape_copy_from(out, start);
        } else {
            out.extend_from_slice(b"\\N");
        }
    }

    /// Appends the value that a row holds in a column as the text that the type's input function
    /// reads, unquoted. False, and nothing is appended, if the row holds NULL or nothing that is
    /// known.
    pub fn text(
        &self,
        _model: &Model,
        table: TableId,
        column: u16,
        row: u64,
        out: &mut Vec<u8>,
    ) -> bool {
        let found = self.find(table, column, row);
        if let Some(found) = found {
            self.cells.push_text(found, out);
        }
        found.is_some()
    }
}
