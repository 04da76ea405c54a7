//! The names of the model's tables and columns, laid out to be written fast.

use crate::schema::model::{Model, TableId};
use crate::tokens::Word;
use crate::unit::value::ColumnRef;

/// How tables and columns are referred to.
#[derive(Debug, Clone)]
pub(crate) struct Names {
    tables: Vec<Word>,
    /// By place.
    columns: Vec<Word>,
}

impl Names {
    pub(super) fn new(model: &Model) -> Self {
        let columns = model.tables.iter().flat_map(|table| &table.columns);
        let references = model.tables.iter().map(|table| &table.reference);
        Self {
            tables: references.map(|name| Word::new(name.as_bytes())).collect(),
            columns: columns
                .map(|column| Word::new(column.reference.as_bytes()))
                .collect(),
        }
    }

    /// The reference of a table.
    #[inline]
    pub fn table(&self, table: TableId) -> Option<&Word> {
        self.tables.get(table.0 as usize)
    }

    /// The name of a column of a table.
    #[inline(always)]
    pub fn column(&self, column: ColumnRef) -> Option<&Word> {
        self.columns.get(column.place as usize)
    }
}
