//! Facts about every value of the schema model, looked up by value.

use super::Plan;
use super::kinds::Kinds;
use crate::demand::View;
use crate::functions::FUNCTIONS;
use crate::schema::model::{ForeignKeyId, TableId, UniqueKeyId};
use crate::tokens::Word;
use crate::types::TypeId;
use crate::unit::Unit;
use crate::unit::relation::{Origin, Relation, Shape};
use crate::unit::value::{ColumnRef, FunctionId, Range32, RelationId, Value};

/// Columns, tables and types up to which a model's values are decided in advance; larger models
/// are evaluated as they are drawn from, which takes no time at start.
const LARGEST_MODEL: usize = 20_000;

/// A fact about each value of the model.
#[derive(Debug, Clone)]
pub(super) struct Table<T> {
    kinds: Kinds,
    types: Box<[T]>,
    tables: Box<[T]>,
    /// By place.
    columns: Box<[T]>,
    foreign_keys: Box<[T]>,
    unique_keys: Box<[T]>,
    functions: Box<[T]>,
    truths: Box<[T]>,
    /// Of columns of subqueries, by type.
    listed: Box<[T]>,
}

/// A unit with no state but a subquery that has a column of each type of the model, in the order of
/// their ids.
pub(super) fn unit_of_samples(plan: &Plan) -> Unit {
    let mut unit = Unit::new(plan);
    let start = unit.arena.lists.len();
    let types = 0..plan.model().types.len().min(usize::from(u16::MAX)) as u16;
    let types = types.map(|ty| Value::Type(TypeId(ty)));
    unit.arena.lists.extend(types);
    let types = Range32::since(start, unit.arena.lists.len());
    unit.arena.relations.push(Relation {
        name: Range32::default(),
        word: Word::new(b"sample"),
        shape: Shape::Listed {
            names: types,
            types,
        },
        origin: Origin::Derived,
    });
    unit
}

impl<T: Copy> Table<T> {
    /// Decides for each value of some kinds; none for models that are too large. Values are to be seen
    /// in a [`unit_of_samples`].
    pub fn new(plan: &Plan, kinds: Kinds, mut decide: impl FnMut(Value) -> T) -> Option<Self> {
        let model = plan.model();
        let columns = plan.places().count();
        if columns + model.tables.len() + model.types.len() > LARGEST_MODEL {
            return None;
        }
        let mut all = |kind: Kinds, count: usize, value: fn(u32) -> Value| -> Box<[T]> {
            let count = if kinds.has(kind) { count as u32 } else { 0 };
            (0..count).map(|id| decide(value(id))).collect()
        };
        let types = all(Kinds::TYPES, model.types.len(), |id| {
            Value::Type(TypeId(id as u16))
        });
        let tables = all(Kinds::RELATIONS, model.tables.len(), |id| {
            Value::Relation(RelationId(id))
        });
        let foreign_keys = all(Kinds::FOREIGN_KEYS, model.foreign_keys.len(), |id| {
            Value::ForeignKey(ForeignKeyId(id))
        });
        let unique_keys = all(Kinds::UNIQUE_KEYS, model.unique_keys.len(), |id| {
            Value::UniqueKey(UniqueKeyId(id))
        });
        let functions = all(Kinds::FUNCTIONS, FUNCTIONS.len(), |id| {
            Value::Function(FunctionId(id as u16))
        });
        let truths = all(Kinds::TRUTHS, 2, |id| Value::Bool(id == 1));
        let listed = if kinds.has(Kinds::LISTED) {
            let relation = RelationId(model.tables.len() as u32);
            let types = 0..model.types.len().min(usize::from(u16::MAX)) as u16;
            types
                .map(|ty| decide(Value::Column(ColumnRef::unplaced(relation, ty, true))))
                .collect()
        } else {
            Box::default()
        };
        let all_tables = (0..model.tables.len() as u32).map(TableId);
        let columns = all_tables
            .filter(|_| kinds.has(Kinds::COLUMNS))
            .flat_map(|table| plan.places().columns(table))
            .map(|column| decide(Value::Column(column)))
            .collect();
        Some(Self {
            kinds,
            types,
            tables,
            columns,
            foreign_keys,
            unique_keys,
            functions,
            truths,
            listed,
        })
    }

    /// Another fact that follows from this one.
    pub fn map<U>(self, mut follows: impl FnMut(T) -> U) -> Table<U> {
        let mut all = |facts: Box<[T]>| facts.iter().map(|&fact| follows(fact)).collect();
        Table {
            kinds: self.kinds,
            types: all(self.types),
            tables: all(self.tables),
            columns: all(self.columns),
            foreign_keys: all(self.foreign_keys),
            unique_keys: all(self.unique_keys),
            functions: all(self.functions),
            truths: all(self.truths),
            listed: all(self.listed),
        }
    }

    /// The kinds of values that it knows of.
    pub fn kinds(&self) -> Kinds {
        self.kinds
    }

    /// The fact about a value; none for values that are not of the model or of other kinds.
    #[inline(always)]
    pub fn get(&self, view: View<'_>, value: Value) -> Option<T> {
        match value {
            Value::Column(column) => match self.columns.get(column.place as usize) {
                Some(&fact) => Some(fact),
                None => self.get_listed(view, column),
            },
            Value::Relation(relation) => self.tables.get(view.table_index(relation)).copied(),
            Value::Type(ty) => self.types.get(usize::from(ty.0)).copied(),
            other => self.get_other(other),
        }
    }

    #[inline(never)]
    fn get_listed(&self, view: View<'_>, column: ColumnRef) -> Option<T> {
        if column.is_placed() {
            return None;
        }
        let ty = view.column_type(column)?;
        self.listed.get(usize::from(ty.0)).copied()
    }

    #[inline(never)]
    fn get_other(&self, value: Value) -> Option<T> {
        match value {
            Value::ForeignKey(id) => self.foreign_keys.get(id.0 as usize).copied(),
            Value::UniqueKey(id) => self.unique_keys.get(id.0 as usize).copied(),
            Value::Function(id) => self.functions.get(usize::from(id.0)).copied(),
            Value::Bool(truth) => self.truths.get(usize::from(truth)).copied(),
            _ => None,
        }
    }
}
