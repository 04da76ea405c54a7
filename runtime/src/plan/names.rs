//! The names of the model's tables and columns, laid out to be written fast.

use crate::schema::model::{Model, TableId};
use crate::tokens::Word;

/// How tables and columns are referred to.
#[derive(Debug, Clone)]
pub(crate) struct Names {
    tables: Vec<Word>,
    /// Where the columns of each table start in `columns`; one more at the end.
    first_columns: Vec<u32>,
    columns: Vec<Word>,
}

impl Names {
    pub(super) fn new(model: &Model) -> Self {
        let mut columns = Vec::new();
        let mut first_columns = vec![0];
        for table in &model.tables {
            let names = table.columns.iter().map(|column| &column.reference);
            columns.extend(names.map(|name| Word::new(name.as_bytes())));
            first_columns.push(columns.len() as u32);
        }
        let references = model.tables.iter().map(|table| &table.reference);
        Self {
            tables: references.map(|name| Word::new(name.as_bytes())).collect(),
            first_columns,
            columns,
        }
    }

    /// The reference of a table.
    #[inline]
    pub fn table(&self, table: TableId) -> Option<&Word> {
        self.tables.get(table.0 as usize)
    }

    /// The name of a column of a table, which has one at that position.
    #[inline(always)]
    pub fn column(&self, table: TableId, position: u16) -> Option<&Word> {
        let first = *self.first_columns.get(table.0 as usize)?;
        self.columns.get(first as usize + usize::from(position))
    }
}
