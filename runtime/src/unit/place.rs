//! The text of values.

use super::relation::Shape;
use super::value::{ColumnRef, RelationId, Value};
use super::{Arena, Unit};
use crate::plan::Plan;
use crate::schema::model::TableId;

impl Unit {
    /// Writes a value's text as one token.
    #[inline(always)]
    pub fn place(&mut self, plan: &Plan, value: Value) {
        match value {
            // By far the most frequent.
            Value::Column(column) if !column.qualified && column.is_placed() => {
                self.place_name(plan, column);
            }
            Value::Column(column) => self.place_column(plan, column),
            Value::Relation(relation) => self.place_reference(plan, relation),
            // A builtin that placed its text itself.
            Value::Nothing => {}
            other => self.place_other(plan, other),
        }
    }

    /// Apart, so that columns need no room for what it needs.
    #[inline(never)]
    fn place_other(&mut self, plan: &Plan, value: Value) {
        match value {
            Value::Text(range) => {
                let text = self.arena.texts.get(range.indexes());
                self.writer.token(text.unwrap_or_default());
                if self.writer.records_values {
                    self.record(value);
                }
            }
            Value::Int(number) => {
                self.writer
                    .token(itoa::Buffer::new().format(number).as_bytes());
                if self.writer.records_values {
                    self.record(value);
                }
            }
            Value::List(range) => {
                for (n, at) in range.indexes().enumerate() {
                    if n > 0 {
                        self.writer.token(b",");
                    }
                    let element = self.arena.lists.get(at).copied();
                    self.place_element(plan, element.unwrap_or_default());
                }
            }
            other => self.place_element(plan, other),
        }
    }

    /// A value's text, for showing.
    #[must_use]
    pub fn spelled(&self, plan: &Plan, value: Value) -> Vec<u8> {
        let mut text = Vec::new();
        for (n, &element) in self.list(value).iter().enumerate() {
            if n > 0 {
                text.extend_from_slice(b", ");
            }
            self.arena.spell(plan, element, &mut text);
        }
        self.arena.spell(plan, value, &mut text);
        text
    }

    /// Writes the name of a column of the model.
    #[inline(always)]
    fn place_name(&mut self, plan: &Plan, column: ColumnRef) {
        if let Some(name) = plan.names().column(column) {
            self.writer
                .name(name, || plan.column_reference(column).as_bytes());
        }
    }

    #[inline(never)]
    fn place_reference(&mut self, plan: &Plan, relation: RelationId) {
        match self.arena.relation(relation) {
            Some(own) => {
                let texts = &self.arena.texts;
                self.writer.name(&own.word, || {
                    texts.get(own.name.indexes()).unwrap_or_default()
                });
            }
            None => {
                let table = TableId(relation.0);
                if let Some(name) = plan.names().table(table) {
                    self.writer
                        .name(name, || plan.table_reference(table).as_bytes());
                }
            }
        }
    }

    #[inline(never)]
    fn place_column(&mut self, plan: &Plan, column: ColumnRef) {
        if let (true, Some(own)) = (column.qualified, self.arena.relation(column.relation))
            && let Some(name) = plan.names().column(column)
            && self.writer.qualified(&own.word, name)
        {
            // By far the most frequent: a column of a table under an alias.
            return;
        }
        if column.qualified {
            self.place_reference(plan, column.relation);
            self.writer.dot();
        }
        let own = self.arena.relation(column.relation);
        match own.map(|own| own.shape) {
            Some(Shape::Listed { names, .. }) => {
                let at = names.start as usize + usize::from(column.position);
                if u32::from(column.position) < names.len
                    && let Some(&Value::Text(range)) = self.arena.lists.get(at)
                {
                    let name = self.arena.texts.get(range.indexes());
                    self.writer.token(name.unwrap_or_default());
                }
            }
            Some(Shape::Table(_)) | None => self.place_name(plan, column),
        }
    }

    fn place_element(&mut self, plan: &Plan, value: Value) {
        let mark = self.writer.open();
        self.arena.spell(plan, value, self.writer.bytes_mut());
        self.writer.close(mark);
        if self.writer.records_values {
            self.record(value);
        }
    }

    /// Records the values in the text of a value that was placed just now.
    #[cold]
    fn record(&mut self, value: Value) {
        match value {
            Value::Text(range) => {
                let (from, length) = (range.start as usize, range.len as usize);
                let placed = self.arena.placed_in(range);
                self.writer.record_again(placed, from, length);
            }
            Value::Int(number) => {
                let length = itoa::Buffer::new().format(number).len();
                self.writer.record_last(length);
            }
            _ => {}
        }
    }
}

impl Arena {
    /// Appends a value's text; nothing for values that have none.
    #[inline]
    pub fn spell(&self, plan: &Plan, value: Value, out: &mut Vec<u8>) {
        match value {
            Value::Text(range) => {
                out.extend_from_slice(self.texts.get(range.indexes()).unwrap_or_default());
            }
            Value::Int(number) => {
                out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
            }
            Value::Bool(truth) => {
                out.extend_from_slice(if truth { b"TRUE" } else { b"FALSE" });
            }
            Value::Type(ty) => {
                if let Some(info) = plan.model().types.get(usize::from(ty.0)) {
                    out.extend_from_slice(info.sql.as_bytes());
                }
            }
            Value::Relation(relation) => self.spell_reference(plan, relation, out),
            Value::RelationName(relation) => match self.relation(relation) {
                Some(_) => self.spell_reference(plan, relation, out),
                None => out.extend_from_slice(plan.bare_name(TableId(relation.0)).as_bytes()),
            },
            Value::Column(column) => {
                if column.qualified {
                    self.spell_reference(plan, column.relation, out);
                    out.push(b'.');
                }
                self.spell_column(plan, column, out);
            }
            Value::Function(id) => {
                if let Some(function) = plan.function(id) {
                    out.extend_from_slice(function.name.as_bytes());
                }
            }
            Value::Nothing
            | Value::ForeignKey(_)
            | Value::UniqueKey(_)
            | Value::Row(..)
            | Value::List(_) => {}
        }
    }

    fn spell_reference(&self, plan: &Plan, relation: RelationId, out: &mut Vec<u8>) {
        match self.relation(relation) {
            Some(own) => {
                out.extend_from_slice(self.texts.get(own.name.indexes()).unwrap_or_default());
            }
            None => {
                let name = plan.table_reference(TableId(relation.0));
                out.extend_from_slice(name.as_bytes());
            }
        }
    }

    fn spell_column(&self, plan: &Plan, column: ColumnRef, out: &mut Vec<u8>) {
        match self.relation(column.relation).map(|own| own.shape) {
            Some(Shape::Table(_)) | None => {
                let name = plan.column_reference(column);
                out.extend_from_slice(name.as_bytes());
            }
            Some(Shape::Listed { names, .. }) => {
                let at = names.start as usize + usize::from(column.position);
                if u32::from(column.position) < names.len
                    && let Some(Value::Text(range)) = self.lists.get(at)
                {
                    out.extend_from_slice(self.texts.get(range.indexes()).unwrap_or_default());
                }
            }
        }
    }
}
