//! The lists that the model decides. Every unit has them in its list arena from the start.

use super::places::Places;
use crate::schema::model::{ForeignKeyId, Model, TableId, UniqueKeyId};
use crate::unit::value::{Range32, RelationId, Value};

/// The columns of keys as lists.
#[derive(Debug, Clone)]
pub(crate) struct Lists {
    elements: Vec<Value>,
    unique_keys: Vec<Range32>,
    /// The columns of each foreign key, and those that it references.
    foreign_keys: Vec<(Range32, Range32)>,
}

impl Lists {
    pub(super) fn new(model: &Model, places: &Places) -> Self {
        let mut elements = Vec::new();
        let mut list = |table: TableId, columns: &[u16]| {
            let start = elements.len();
            let relation = RelationId(table.0);
            let column = |&at| Value::Column(places.column(table, relation, at, false));
            elements.extend(columns.iter().map(column));
            Range32::since(start, elements.len())
        };
        let unique_keys = model.unique_keys.iter();
        let unique_keys = unique_keys.map(|key| list(key.table, &key.columns));
        let unique_keys = unique_keys.collect();
        let foreign_keys = model.foreign_keys.iter();
        let foreign_keys =
            foreign_keys.map(|key| (list(key.from, &key.columns), list(key.to, &key.targets)));
        let foreign_keys = foreign_keys.collect();
        Self {
            elements,
            unique_keys,
            foreign_keys,
        }
    }

    /// All elements, in the order in which the arena has them.
    pub fn elements(&self) -> &[Value] {
        &self.elements
    }

    /// The columns of a unique key.
    #[inline]
    pub fn unique_key(&self, key: UniqueKeyId) -> Value {
        let list = self.unique_keys.get(key.0 as usize);
        Value::List(list.copied().unwrap_or_default())
    }

    /// The columns of a foreign key.
    #[inline]
    pub fn foreign_key(&self, key: ForeignKeyId) -> Value {
        let lists = self.foreign_keys.get(key.0 as usize);
        Value::List(lists.map_or_else(Range32::default, |lists| lists.0))
    }

    /// The columns that a foreign key references.
    #[inline]
    pub fn targets(&self, key: ForeignKeyId) -> Value {
        let lists = self.foreign_keys.get(key.0 as usize);
        Value::List(lists.map_or_else(Range32::default, |lists| lists.1))
    }
}
