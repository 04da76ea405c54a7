//! Read access to a unit and to what is fixed for the run: properties of values.

use super::Field;
use crate::plan::Plan;
use crate::schema::model::{Column, Model, TableId, TypeKind};
use crate::types::TypeId;
use crate::unit::Unit;
use crate::unit::relation::{Origin, Shape};
use crate::unit::value::{ColumnRef, RelationId, Value};

/// What demands are evaluated against.
#[derive(Clone, Copy)]
pub struct View<'a> {
    /// What is fixed for the run.
    pub plan: &'a Plan,
    /// The state of the unit.
    pub unit: &'a Unit,
}

impl<'a> View<'a> {
    /// The schema model.
    #[must_use]
    #[inline]
    pub fn model(self) -> &'a Model {
        self.plan.model()
    }

    /// What a relation's columns are. A handle of no relation has none.
    #[must_use]
    #[inline]
    pub fn shape(self, relation: RelationId) -> Shape {
        if (relation.0 as usize) < self.model().tables.len() {
            return Shape::Table(TableId(relation.0));
        }
        self.unit
            .relation(relation)
            .map_or(Shape::Table(TableId(u32::MAX)), |own| own.shape)
    }

    /// The number of the table of the model that a relation is, by itself or under another name;
    /// past the last one for any other relation.
    #[must_use]
    #[inline(always)]
    pub(crate) fn table_index(self, relation: RelationId) -> usize {
        if relation.0 < self.unit.arena.first_own {
            return relation.0 as usize;
        }
        match self.unit.relation(relation) {
            Some(own) => match own.shape {
                Shape::Table(table) => table.0 as usize,
                Shape::Listed { .. } => usize::MAX,
            },
            None => usize::MAX,
        }
    }

    /// The table of the model that a relation is, by itself or under another name.
    #[must_use]
    #[inline]
    pub fn model_table(self, relation: RelationId) -> Option<TableId> {
        match self.shape(relation) {
            Shape::Table(table) => Some(table),
            Shape::Listed { .. } => None,
        }
    }

    /// Whether a column may hold NULL; one of a CTE or subquery may.
    fn is_nullable(self, column: ColumnRef) -> bool {
        self.model_column(column)
            .is_none_or(|(_, column)| !column.not_null)
    }

    /// Whether a relation is a table with rows that the run knows of.
    #[must_use]
    pub fn has_rows(self, relation: RelationId) -> bool {
        self.model_table(relation)
            .is_some_and(|table| self.plan.rows().count(table) > 0)
    }

    /// Whether columns drawn from the relation print as `relation.column`.
    #[must_use]
    #[inline]
    pub fn qualifies(self, relation: RelationId) -> bool {
        self.unit
            .relation(relation)
            .is_some_and(|own| own.origin != Origin::New)
    }

    /// A column seen through a relation.
    #[must_use]
    #[inline]
    pub fn column(self, relation: RelationId, position: u16, qualified: bool) -> Value {
        Value::Column(match self.shape(relation) {
            Shape::Table(table) => self
                .plan
                .places()
                .column(table, relation, position, qualified),
            Shape::Listed { .. } => ColumnRef::unplaced(relation, position, qualified),
        })
    }

    /// The column of the model that a column is, if it is one.
    #[must_use]
    #[inline]
    pub fn model_column(self, column: ColumnRef) -> Option<(TableId, &'a Column)> {
        match self.shape(column.relation) {
            Shape::Table(id) => {
                let table = self.model().tables.get(id.0 as usize)?;
                Some((id, table.columns.get(usize::from(column.position))?))
            }
            Shape::Listed { .. } => None,
        }
    }

    /// The exact type of a column.
    #[must_use]
    #[inline]
    pub fn column_type(self, column: ColumnRef) -> Option<TypeId> {
        match self.shape(column.relation) {
            Shape::Table(id) => {
                let table = self.model().tables.get(id.0 as usize)?;
                Some(table.columns.get(usize::from(column.position))?.ty)
            }
            Shape::Listed { types, .. } => {
                if u32::from(column.position) >= types.len {
                    return None;
                }
                match self
                    .unit
                    .arena
                    .lists
                    .get(types.start as usize + usize::from(column.position))
                {
                    Some(&Value::Type(ty)) => Some(ty),
                    _ => None,
                }
            }
        }
    }

    /// The base of a type; itself for an id that the model does not know.
    #[must_use]
    #[inline]
    pub fn base(self, ty: TypeId) -> TypeId {
        self.model()
            .types
            .get(usize::from(ty.0))
            .map_or(ty, |info| info.base)
    }

    /// A property that is no list and no new text. [`Value::Nothing`] for one that the value lacks.
    #[must_use]
    pub fn field(self, value: Value, field: Field) -> Value {
        self.scalar_field(value, field).unwrap_or_default()
    }

    fn scalar_field(self, value: Value, field: Field) -> Option<Value> {
        let relation = |table: TableId| Value::Relation(RelationId(table.0));
        Some(match (value, field) {
            (Value::Column(column), Field::Type) => Value::Type(self.column_type(column)?),
            (Value::Column(column), Field::Table) => Value::Relation(column.relation),
            (Value::Column(column), Field::Name) => Value::Column(column.bare()),
            (Value::Column(column), Field::Qualified) => Value::Column(column.with_relation()),
            (Value::Relation(id), Field::Name) => Value::RelationName(id),
            (Value::ForeignKey(id), Field::From) => relation(self.foreign_key(id)?.from),
            (Value::ForeignKey(id), Field::To) => relation(self.foreign_key(id)?.to),
            (Value::UniqueKey(id), Field::Table) => relation(self.unique_key(id)?.table),
            (Value::UniqueKey(id), Field::Partial) => {
                Value::Bool(self.unique_key(id)?.predicate.is_some())
            }
            (Value::Column(column), Field::Nullable) => Value::Bool(self.is_nullable(column)),
            (Value::UniqueKey(id), Field::Nullable) => {
                let key = self.unique_key(id)?;
                let table = self.model().tables.get(key.table.0 as usize)?;
                let mut columns = key.columns.iter();
                Value::Bool(columns.any(|&at| {
                    table
                        .columns
                        .get(usize::from(at))
                        .is_some_and(|column| !column.not_null)
                }))
            }
            (Value::Relation(id), Field::HasRows) => Value::Bool(self.has_rows(id)),
            (Value::Function(_), Field::Name) => value,
            (Value::Function(id), Field::Result) => {
                Value::Type(self.plan.function(id)?.result.id())
            }
            (Value::List(range), Field::Length) => Value::Int(i64::from(range.len)),
            (Value::Type(ty), Field::Element) => {
                match self.model().types.get(usize::from(ty.0))?.kind {
                    TypeKind::Array(element) => Value::Type(element),
                    _ => return None,
                }
            }
            _ => return None,
        })
    }
}
