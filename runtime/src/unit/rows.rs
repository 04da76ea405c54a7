//! Rows: those that tables hold, new ones, and the values in them.

use super::Unit;
use super::text::To;
use super::value::{ColumnRef, Value};
use crate::choices::{Choices, Sight};
use crate::demand::View;
use crate::plan::Plan;
use crate::rows::{Found, Rows};
use crate::schema::model::TableId;

/// How many rows in turn are looked at for a value where those before hold NULL.
const NULLS_IN_TURN: u64 = 64;

impl Unit {
    /// A row that a table holds and keeps; [`Value::Nothing`] where the run knows of none.
    pub fn key<C: Choices>(&mut self, plan: &Plan, table: Value, choices: &mut C) -> Value {
        let Some(table) = self.model_table(plan, table) else {
            return Value::Nothing;
        };
        let before = hide_unless_told(plan, table, choices);
        let row = stable_row(plan, table, choices);
        choices.restore(before);
        row
    }

    /// The row that a row references through a foreign key; any stable row of the referenced table
    /// where it references none, or is no row of the referencing one.
    pub fn partner<C: Choices>(
        &mut self,
        plan: &Plan,
        row: Value,
        key: Value,
        choices: &mut C,
    ) -> Value {
        let Value::ForeignKey(key) = key else {
            return Value::Nothing;
        };
        let Some(found) = plan.model().foreign_keys.get(key.0 as usize) else {
            return Value::Nothing;
        };
        let referenced = match row {
            Value::Row(table, number) if table == found.from => plan.rows().partner(key, number),
            _ => None,
        };
        match referenced {
            Some(number) => Value::Row(found.to, number),
            None => hidden_row(plan, found.to, choices),
        }
    }

    /// A row that a table does not hold and that no other unit of the run makes.
    pub fn new_key(&mut self, plan: &Plan, table: Value) -> Value {
        let Some(table) = self.model_table(plan, table) else {
            return Value::Nothing;
        };
        let number = self.new_row(plan, table);
        Value::Row(table, number)
    }

    /// The number of a new row.
    pub(super) fn new_row(&mut self, plan: &Plan, table: TableId) -> u64 {
        let rows = plan.rows();
        let ordinal = self.ordinals.next_ordinal(rows.new_rows(table));
        rows.count(table).saturating_add(ordinal)
    }

    /// A row that a table holds, that nothing references and that may be deleted.
    pub fn victim<C: Choices>(&mut self, plan: &Plan, table: Value, choices: &mut C) -> Value {
        let Some(table) = self.model_table(plan, table) else {
            return Value::Nothing;
        };
        let victims = plan.rows().victims(table);
        let count = victims.end.saturating_sub(victims.start);
        match count {
            0 => Value::Nothing,
            1 => Value::Row(table, victims.start),
            _ => {
                let before = hide_unless_told(plan, table, choices);
                let drawn = choices.below(count);
                choices.restore(before);
                Value::Row(table, victims.start + drawn)
            }
        }
    }

    /// A value that fits a column in a row: that of the row where the column belongs to a unique or
    /// foreign key, else a drawn one.
    pub fn row_value<C: Choices>(
        &mut self,
        plan: &Plan,
        column: Value,
        row: Value,
        to: To,
        choices: &mut C,
    ) -> Value {
        if let (Value::Column(column), Value::Row(table, number)) = (column, row)
            && self.row_table(plan, column) == Some(table)
            && plan.rows().is_new_value_at(column.place)
        {
            let value = self.write_literal(to, |_, out| {
                match plan.rows().find_at(column.place, number) {
                    Some(found) => plan.rows().push_found(found, out),
                    None => out.extend_from_slice(b"NULL"),
                }
            });
            let rows = plan.rows();
            if number >= rows.count(table) && rows.tells_rows_apart(table, column.position) {
                choices.told_apart(self.ordinals.units(rows.new_rows(table)));
            }
            return value;
        }
        self.fitting(plan, column, to, choices)
    }

    /// A value that some stable row holds in a column; a value to compare it with where none does.
    pub fn existing<C: Choices>(
        &mut self,
        plan: &Plan,
        column: Value,
        to: To,
        choices: &mut C,
    ) -> Value {
        let row = match column {
            Value::Column(column) => match self.row_table(plan, column) {
                Some(table) if plan.rows().tells_rows_apart(table, column.position) => {
                    stable_row(plan, table, choices)
                }
                Some(table) => hidden_row(plan, table, choices),
                None => Value::Nothing,
            },
            _ => Value::Nothing,
        };
        self.existing_in(plan, column, row, to, choices)
    }

    /// The value that a row holds in a column; that of one of the next rows where it is NULL.
    pub fn existing_in<C: Choices>(
        &mut self,
        plan: &Plan,
        column: Value,
        row: Value,
        to: To,
        choices: &mut C,
    ) -> Value {
        let Value::Column(known) = column else {
            return Value::Nothing;
        };
        let Some(table) = self.row_table(plan, known) else {
            return self.comparand(plan, column, to, choices);
        };
        let number = match row {
            Value::Row(of, number) if of == table => number,
            // No row of the column's table: any that it holds.
            _ => match hidden_row(plan, table, choices) {
                Value::Row(_, number) => number,
                _ => return self.comparand(plan, column, to, choices),
            },
        };
        match held(plan, table, known.place, number) {
            Some(found) => self.write_literal(to, |_, out| plan.rows().push_found(found, out)),
            // Victims and new rows are never taken for others.
            None if number >= plan.rows().stable(table) => {
                self.write_literal(to, |_, out| out.extend_from_slice(b"NULL"))
            }
            None => self.comparand(plan, column, to, choices),
        }
    }

    /// The table of the model that a relation is, by itself or under another name.
    fn model_table(&self, plan: &Plan, relation: Value) -> Option<TableId> {
        match relation {
            Value::Relation(relation) => View { plan, unit: self }.model_table(relation),
            _ => None,
        }
    }

    /// The table of the model that a column belongs to.
    fn row_table(&self, plan: &Plan, column: ColumnRef) -> Option<TableId> {
        View { plan, unit: self }.model_table(column.relation)
    }
}

/// One of the stable rows of a table.
fn stable_row<C: Choices>(plan: &Plan, table: TableId, choices: &mut C) -> Value {
    match plan.rows().stable(table) {
        0 => Value::Nothing,
        1 => Value::Row(table, 0),
        count => Value::Row(table, choices.below(count)),
    }
}

/// Hides the draw of a row that is told by the columns of a unique key, if there is a key that tells
/// rows apart by no single column.
fn hide_unless_told<C: Choices>(plan: &Plan, table: TableId, choices: &mut C) -> Sight {
    let hidden = choices.tells_apart() && !is_told_by_keys(plan, table);
    choices.hide(hidden)
}

#[inline(never)]
fn is_told_by_keys(plan: &Plan, table: TableId) -> bool {
    let model = plan.model();
    let keys = model.tables.get(table.0 as usize);
    let keys = keys.map_or(&[][..], |table| &table.unique_keys);
    let mut keys = keys
        .iter()
        .filter_map(|key| model.unique_keys.get(key.0 as usize));
    keys.all(|key| {
        let mut columns = key.columns.iter();
        columns.any(|&column| plan.rows().tells_rows_apart(table, column))
    })
}

/// The same where the text need not tell which.
fn hidden_row<C: Choices>(plan: &Plan, table: TableId, choices: &mut C) -> Value {
    let before = choices.hide(true);
    let row = stable_row(plan, table, choices);
    choices.restore(before);
    row
}

/// The value of a row in a column, or of the next stable one after it that holds one; none for a
/// row that is not stable and holds NULL.
fn held(plan: &Plan, table: TableId, place: u32, row: u64) -> Option<Found> {
    let rows = plan.rows();
    rows.find_at(place, row)
        .or_else(|| next_held(rows, table, place, row))
}

#[cold]
fn next_held(rows: &Rows, table: TableId, place: u32, row: u64) -> Option<Found> {
    let count = rows.stable(table);
    if row >= count {
        return None;
    }
    (1..NULLS_IN_TURN.min(count)).find_map(|step| rows.find_at(place, (row + step) % count))
}
