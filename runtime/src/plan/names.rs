//! The names of the model's tables and columns as tokens.

use crate::schema::model::{Model, TableId};
use crate::tokens::{Token, Tokens};

/// How tables and columns are referred to.
#[derive(Debug, Clone)]
pub(crate) struct Names {
    /// Their bytes.
    pub tokens: Tokens,
    tables: Vec<TableNames>,
    /// Of all tables.
    columns: Vec<Token>,
}

#[derive(Debug, Clone, Copy)]
struct TableNames {
    reference: Token,
    first_column: u32,
    column_count: u32,
}

impl Names {
    pub(super) fn new(model: &Model) -> Self {
        let mut tokens = Tokens::default();
        let mut columns = Vec::new();
        let mut tables = Vec::with_capacity(model.tables.len());
        for table in &model.tables {
            tables.push(TableNames {
                reference: tokens.add(table.reference.as_bytes()),
                first_column: columns.len() as u32,
                column_count: table.columns.len() as u32,
            });
            let names = table
                .columns
                .iter()
                .map(|column| column.reference.as_bytes());
            columns.extend(names.map(|name| tokens.add(name)));
        }
        Self {
            tokens,
            tables,
            columns,
        }
    }

    /// The reference of a table.
    #[inline]
    pub fn table(&self, table: TableId) -> Option<Token> {
        self.tables
            .get(table.0 as usize)
            .map(|table| table.reference)
    }

    /// The name of a column.
    #[inline]
    pub fn column(&self, table: TableId, position: u16) -> Option<Token> {
        let table = self.tables.get(table.0 as usize)?;
        if u32::from(position) >= table.column_count {
            return None;
        }
        let at = table.first_column + u32::from(position);
        self.columns.get(at as usize).copied()
    }
}
