//! A table while its definition is read: references to other tables are still names.

use super::check::Columns;
use super::cursor::QualifiedName;
use super::types::Types;
use crate::schema::model::{Allowed, Column, Identity, Table, TableKind, TypeKind};
use crate::schema::names;
use crate::types::{BuiltinType, Classes, TypeId};
use std::collections::HashMap;

/// What the default of a column gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DefaultKind {
    /// NULL, or no default.
    None,
    /// The same value for several rows.
    Constant,
    /// Another value for each row (a sequence, a random UUID).
    Distinct,
}

/// A unique key whose table is known.
#[derive(Debug, Clone)]
pub(super) struct DraftKey {
    /// Positions of the columns.
    pub columns: Vec<u16>,
    /// The predicate of a partial index.
    pub predicate: Option<String>,
    /// See [`crate::schema::UniqueKey::inferable`].
    pub inferable: bool,
    /// Whether it is the primary key.
    pub primary: bool,
    /// NULLS NOT DISTINCT.
    pub nulls_not_distinct: bool,
}

/// A foreign key whose target is not looked up yet.
#[derive(Debug, Clone)]
pub(super) struct DraftForeignKey {
    /// Positions of the referencing columns.
    pub columns: Vec<u16>,
    /// The referenced table.
    pub to: QualifiedName,
    /// The referenced columns; empty: the primary key.
    pub targets: Vec<String>,
    /// MATCH FULL.
    pub full: bool,
    /// Where it stands.
    pub offset: usize,
}

/// A table or view being read.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    /// The table, its cross references still empty.
    pub table: Table,
    /// What the columns default to, in order.
    pub defaults: Vec<DefaultKind>,
    /// Positions by name.
    pub positions: HashMap<String, usize>,
    /// Unique keys.
    pub keys: Vec<DraftKey>,
    /// Foreign keys.
    pub foreign_keys: Vec<DraftForeignKey>,
    /// Names in the expressions of generated columns.
    pub operands: Vec<String>,
    /// Whether it was dropped again.
    pub dropped: bool,
}

impl Draft {
    /// Without columns.
    pub fn new(schema: String, name: String, kind: TableKind) -> Self {
        Self {
            table: Table {
                reference: names::reference(&schema, &name),
                schema,
                name,
                kind,
                columns: Vec::new(),
                primary_key: None,
                unique_keys: Vec::new(),
                references: Vec::new(),
                referenced_by: Vec::new(),
                opaque_constraint: false,
                whole_rows_only: false,
                rows: 0,
            },
            defaults: Vec::new(),
            positions: HashMap::new(),
            keys: Vec::new(),
            foreign_keys: Vec::new(),
            operands: Vec::new(),
            dropped: false,
        }
    }

    /// Adds a column without constraints; None if there is one of that name, or too many.
    pub fn add_column(&mut self, name: &str, ty: TypeId) -> Option<usize> {
        /// PostgreSQL's own limit.
        const MAX_COLUMNS: usize = 1_664;
        let position = self.table.columns.len();
        if position >= MAX_COLUMNS || self.positions.contains_key(name) {
            return None;
        }
        self.positions.insert(name.to_owned(), position);
        self.table.columns.push(Column {
            name: name.to_owned(),
            reference: names::identifier(name),
            ty,
            not_null: false,
            has_default: false,
            identity: None,
            generated: false,
            allowed: Allowed::Any,
            unique: None,
            in_unique_key: false,
            foreign_key: None,
        });
        self.defaults.push(DefaultKind::None);
        Some(position)
    }

    /// Copies the columns of another table, without keys.
    pub fn copy_columns(&mut self, other: &Self, defaults: bool, generated: bool) {
        for (column, &default) in other.table.columns.iter().zip(&other.defaults) {
            if let Some(position) = self.add_column(&column.name, column.ty) {
                let copy = &mut self.table.columns[position];
                copy.not_null = column.not_null;
                copy.allowed = column.allowed.clone();
                if defaults {
                    copy.has_default = column.has_default;
                    self.defaults[position] = default;
                }
                if generated {
                    copy.identity = column.identity;
                    copy.generated = column.generated;
                }
            }
        }
    }

    /// Copies the keys of the table whose columns this one has copied.
    pub fn copy_keys(&mut self, other: &Self, foreign: bool) {
        let moved = |columns: &[u16]| -> Option<Vec<u16>> {
            columns
                .iter()
                .map(|&old| {
                    let name = &other.table.columns.get(usize::from(old))?.name;
                    u16::try_from(*self.positions.get(name)?).ok()
                })
                .collect()
        };
        let keys: Vec<_> = other
            .keys
            .iter()
            .filter_map(|key| {
                Some(DraftKey {
                    columns: moved(&key.columns)?,
                    ..key.clone()
                })
            })
            .collect();
        let foreign_keys: Vec<_> = other
            .foreign_keys
            .iter()
            .filter(|_| foreign)
            .filter_map(|key| {
                Some(DraftForeignKey {
                    columns: moved(&key.columns)?,
                    ..key.clone()
                })
            })
            .collect();
        self.keys.extend(keys);
        self.foreign_keys.extend(foreign_keys);
    }

    /// The positions of columns by name; the first unknown name otherwise.
    pub fn column_positions(&self, columns: &[String]) -> Result<Vec<u16>, String> {
        columns
            .iter()
            .map(|name| {
                self.positions
                    .get(name)
                    .and_then(|&position| u16::try_from(position).ok())
                    .ok_or_else(|| format!("table {} has no column {name}", self.table.name))
            })
            .collect()
    }

    /// Makes a column an identity column.
    pub fn set_identity(&mut self, column: usize, identity: Identity) {
        let target = &mut self.table.columns[column];
        target.identity = Some(identity);
        target.not_null = true;
        target.has_default = true;
        self.defaults[column] = DefaultKind::Distinct;
    }

    /// Gives a column a default.
    pub fn set_default(&mut self, column: usize, default: DefaultKind) {
        self.table.columns[column].has_default = default != DefaultKind::None;
        self.defaults[column] = default;
    }
}

/// A table's columns as its checks see them.
pub(super) struct TableColumns<'a> {
    /// The table.
    pub draft: &'a Draft,
    /// The types.
    pub types: &'a Types,
}

impl Columns for TableColumns<'_> {
    fn position(&self, name: &str) -> Option<usize> {
        self.draft.positions.get(name).copied()
    }

    fn digits(&self, column: usize) -> Option<u32> {
        digits(self.types, self.draft.table.columns[column].ty)
    }
}

/// The `VALUE` that the checks of a domain see.
pub(super) struct DomainValue<'a> {
    /// What the domain is over.
    pub over: TypeId,
    /// The types.
    pub types: &'a Types,
}

impl Columns for DomainValue<'_> {
    fn position(&self, name: &str) -> Option<usize> {
        (name == "value").then_some(0)
    }

    fn digits(&self, _: usize) -> Option<u32> {
        digits(self.types, self.over)
    }
}

/// For number types, the digits after the point of the smallest step.
fn digits(types: &Types, ty: TypeId) -> Option<u32> {
    let info = types.underlying(ty);
    let TypeKind::Builtin(builtin) = info.kind else {
        return None;
    };
    match builtin {
        BuiltinType::Numeric => Some(match info.scale {
            Some(scale) => u32::try_from(scale).unwrap_or(0),
            None => 3,
        }),
        BuiltinType::Float4 | BuiltinType::Float8 => Some(3),
        _ => builtin.classes().intersects(Classes::INTEGER).then_some(0),
    }
}
