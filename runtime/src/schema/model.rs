//! The data of a schema model. Immutable once built; every list is in declaration order, so that
//! nothing depends on hash order.

use crate::types::{BuiltinType, Classes, TypeId};

/// Index into [`Model::tables`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TableId(pub u32);

/// Index into [`Model::foreign_keys`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ForeignKeyId(pub u32);

/// Index into [`Model::unique_keys`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UniqueKeyId(pub u32);

/// A database schema as the generator knows it.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    /// Types by [`TypeId`]; the built-in ones come first.
    pub types: Vec<TypeInfo>,
    /// Base tables and views.
    pub tables: Vec<Table>,
    /// Foreign keys.
    pub foreign_keys: Vec<ForeignKey>,
    /// Primary keys, unique constraints and unique indexes.
    pub unique_keys: Vec<UniqueKey>,
}

/// An exact SQL type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypeInfo {
    /// As printed in a cast or a column definition, with its modifier, quoted where needed.
    pub sql: String,
    /// The type without its modifier (a domain's base type, followed to the end; else itself):
    /// types that share a base are comparable and assignable to each other.
    pub base: TypeId,
    /// What it is.
    pub kind: TypeKind,
    /// The classes it belongs to.
    pub classes: Classes,
    /// Length in characters or bits, or the precision of numeric, time and interval.
    pub length: Option<u32>,
    /// Digits after the point of numeric.
    pub scale: Option<i32>,
}

/// What an SQL type is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TypeKind {
    /// A built-in type, perhaps with a modifier.
    Builtin(BuiltinType),
    /// An array of elements.
    Array(TypeId),
    /// An enumeration with its labels, in order.
    Enum(Vec<String>),
    /// A domain over another exact type.
    Domain {
        /// The exact underlying type.
        over: TypeId,
        /// Whether it excludes NULL.
        not_null: bool,
        /// What its checks allow; [`Allowed::Unknown`] if they are not understood.
        allowed: Allowed,
    },
    /// A type that the generator cannot make values of.
    Other,
}

/// The values that understood CHECK constraints leave.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Allowed {
    /// No check.
    #[default]
    Any,
    /// Numbers between two inclusive bounds, given in units of `10^-scale` of the bound itself.
    Range {
        /// Lower bound, if any, as (unscaled, scale).
        low: Option<(i128, u32)>,
        /// Upper bound, if any, as (unscaled, scale).
        high: Option<(i128, u32)>,
    },
    /// One of these literals (printed as SQL).
    OneOf(Vec<String>),
    /// Strings whose length in characters lies within the bounds.
    Length(u32, u32),
    /// A check that is not understood: no value can be promised.
    Unknown,
}

/// A base table or view.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// The schema's bare name.
    pub schema: String,
    /// The bare name.
    pub name: String,
    /// As printed in SQL: quoted where needed, qualified unless in `public`.
    pub reference: String,
    /// What it is.
    pub kind: TableKind,
    /// Its columns, in order.
    pub columns: Vec<Column>,
    /// Its primary key.
    pub primary_key: Option<UniqueKeyId>,
    /// Its unique keys, the primary key included.
    pub unique_keys: Vec<UniqueKeyId>,
    /// Foreign keys that reference from it.
    pub references: Vec<ForeignKeyId>,
    /// Foreign keys that reference it.
    pub referenced_by: Vec<ForeignKeyId>,
    /// Whether a table-level check, exclusion constraint or the like is not understood, so that
    /// neither inserts nor updates can be promised to succeed.
    pub opaque_constraint: bool,
    /// Whether what a row that leaves columns out, or NULL in a foreign key, would hold is known to
    /// break a constraint: rows are promised to be accepted only if every column has the value
    /// that [`Rows`](crate::rows::Rows) gives it.
    pub whole_rows_only: bool,
    /// Rows that the run knows of.
    pub rows: u64,
}

/// What a relation of the schema is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TableKind {
    /// An ordinary table.
    Table,
    /// A partitioned table (rows must fit a partition: inserts are not promised).
    Partitioned,
    /// A view.
    View,
    /// A materialised view.
    MaterializedView,
}

/// A column.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// The bare name.
    pub name: String,
    /// As printed in SQL, quoted where needed.
    pub reference: String,
    /// Its exact type.
    pub ty: TypeId,
    /// NOT NULL, by itself, by a primary key or by its domain.
    pub not_null: bool,
    /// Whether it has a default (identity and serial included).
    pub has_default: bool,
    /// GENERATED … AS IDENTITY.
    pub identity: Option<Identity>,
    /// GENERATED ALWAYS AS (expression).
    pub generated: bool,
    /// What its checks leave.
    pub allowed: Allowed,
    /// The unique key that it is the only column of, if any.
    pub unique: Option<UniqueKeyId>,
    /// Whether it is part of any unique key.
    pub in_unique_key: bool,
    /// The foreign key that it belongs to first, if any.
    pub foreign_key: Option<ForeignKeyId>,
}

/// The two forms of identity columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Identity {
    /// ALWAYS: an INSERT may not give a value.
    Always,
    /// BY DEFAULT.
    ByDefault,
}

/// A foreign key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignKey {
    /// The referencing table.
    pub from: TableId,
    /// The referenced table.
    pub to: TableId,
    /// Positions of the referencing columns in `from`.
    pub columns: Vec<u16>,
    /// Positions of the referenced columns in `to`, in the same order.
    pub targets: Vec<u16>,
    /// MATCH FULL: either all of its columns are NULL or none is.
    pub full: bool,
}

/// A primary key, unique constraint or unique index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UniqueKey {
    /// The table.
    pub table: TableId,
    /// Positions of its columns.
    pub columns: Vec<u16>,
    /// The predicate of a partial index, as SQL.
    pub predicate: Option<String>,
    /// Whether ON CONFLICT can infer it (no expressions, not deferrable).
    pub inferable: bool,
    /// Whether it is the primary key.
    pub primary: bool,
    /// NULLS NOT DISTINCT: NULL collides with NULL.
    pub nulls_not_distinct: bool,
}

impl Model {
    /// The built-in types alone.
    #[must_use]
    pub fn builtin_types() -> Vec<TypeInfo> {
        BuiltinType::ALL
            .iter()
            .map(|&builtin| TypeInfo {
                sql: builtin.sql().to_owned(),
                base: builtin.id(),
                kind: TypeKind::Builtin(builtin),
                classes: builtin.classes(),
                length: None,
                scale: None,
            })
            .collect()
    }

    /// The type of an id that this model handed out.
    #[must_use]
    pub fn ty(&self, id: TypeId) -> &TypeInfo {
        &self.types[usize::from(id.0)]
    }

    /// The table of an id that this model handed out.
    #[must_use]
    pub fn table(&self, id: TableId) -> &Table {
        &self.tables[id.0 as usize]
    }
}
