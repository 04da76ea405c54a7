//! Where the columns of the model's tables stand when they are numbered one after the other.

use crate::schema::model::{Model, TableId};
use crate::unit::value::{ColumnRef, RelationId};

/// The places of all columns of the model's tables.
#[derive(Debug, Clone)]
pub(crate) struct Places {
    /// Where the columns of each table start; one more at the end.
    first: Box<[u32]>,
}

impl Places {
    pub(super) fn new(model: &Model) -> Self {
        let mut first = vec![0_u32];
        for table in &model.tables {
            let before = first.last().copied().unwrap_or(0);
            let columns = u32::try_from(table.columns.len()).unwrap_or(u32::MAX);
            first.push(before.saturating_add(columns));
        }
        Self {
            first: first.into(),
        }
    }

    /// How many columns there are.
    pub fn count(&self) -> usize {
        self.first.last().map_or(0, |&count| count as usize)
    }

    /// The table that a column belongs to.
    pub fn table(&self, column: ColumnRef) -> Option<TableId> {
        let starts = self.first.partition_point(|&first| first <= column.place);
        let table = TableId(starts.checked_sub(1)? as u32);
        ((column.place as usize) < self.count()).then_some(table)
    }

    /// A column of a table, seen through a relation that stands for it.
    #[inline]
    pub fn column(
        &self,
        table: TableId,
        relation: RelationId,
        position: u16,
        qualified: bool,
    ) -> ColumnRef {
        let mut column = ColumnRef::unplaced(relation, position, qualified);
        let of_table = self.first.get(table.0 as usize..);
        if let Some(&[first, next, ..]) = of_table
            && u32::from(position) < next - first
        {
            column.place = first + u32::from(position);
        }
        column
    }

    /// All columns of a table by their bare names.
    pub fn columns(&self, table: TableId) -> impl Iterator<Item = ColumnRef> + use<> {
        let (first, next) = match self.first.get(table.0 as usize..) {
            Some(&[first, next, ..]) => (first, next),
            _ => (0, 0),
        };
        (first..next).map(move |place| ColumnRef {
            relation: RelationId(table.0),
            position: (place - first) as u16,
            qualified: false,
            place,
        })
    }
}
