//! Fresh names, aliases and relations that exist in one unit only; properties that are lists.

use super::Unit;
use super::relation::{Origin, Relation, Shape};
use super::value::{Range32, RelationId, Value};
use crate::demand::{Cursor, Field, View};
use crate::plan::Plan;
use crate::tokens::Word;

/// The longest prefix of a fresh name that is used: the whole stays within PostgreSQL's 63 bytes.
const LONGEST_PREFIX: usize = 24;

impl Unit {
    /// A name that no other of the unit has: the prefix and a number. The number is fresh whatever
    /// the prefix is, and no table of the model ends in it.
    pub fn fresh(&mut self, plan: &Plan, prefix: &str) -> Value {
        let number = self.fresh_number(plan);
        let start = self.arena.texts.len();
        push_prefix(&mut self.arena.texts, prefix);
        push_number(&mut self.arena.texts, u64::from(number));
        Value::Text(Range32::since(start, self.arena.texts.len()))
    }

    fn fresh_number(&mut self, plan: &Plan) -> u32 {
        loop {
            self.fresh = self.fresh.wrapping_add(1);
            if !plan.is_taken(self.fresh) {
                return self.fresh;
            }
        }
    }

    /// A name for an object that outlives a statement: prefix, run, index and a number.
    pub fn fresh_object(&mut self, plan: &Plan, prefix: &str) -> Value {
        self.objects = self.objects.wrapping_add(1);
        let start = self.arena.texts.len();
        let texts = &mut self.arena.texts;
        push_prefix(texts, prefix);
        if !texts.ends_with(b"_") {
            texts.push(b'_');
        }
        texts.extend_from_slice(plan.run_tag().as_bytes());
        texts.push(b'_');
        push_number(texts, self.index);
        texts.push(b'_');
        push_number(texts, u64::from(self.objects));
        Value::Text(Range32::since(start, texts.len()))
    }

    /// A relation under another name: the given one, or a fresh `r1`, `r2`, ….
    pub fn alias(&mut self, plan: &Plan, relation: Value, name: Option<Value>) -> Value {
        let Value::Relation(of) = relation else {
            return Value::Nothing;
        };
        let shape = View { plan, unit: self }.shape(of);
        let name = match name {
            Some(name) => self.name_text(plan, name),
            None => {
                let fresh = self.fresh(plan, "r");
                self.name_text(plan, fresh)
            }
        };
        self.add(name, shape, Origin::Alias)
    }

    /// A CTE or subquery as a relation.
    pub fn derived(&mut self, plan: &Plan, name: Value, names: Value, types: Value) -> Value {
        let name = self.name_text(plan, name);
        self.listed_relation(plan, name, names, types, Origin::Derived)
    }

    /// A table that the unit creates.
    pub fn new_table(&mut self, plan: &Plan, names: Value, types: Value) -> Value {
        let name = self.fresh_object(plan, "rqg");
        let name = self.name_text(plan, name);
        self.listed_relation(plan, name, names, types, Origin::New)
    }

    fn listed_relation(
        &mut self,
        plan: &Plan,
        name: Range32,
        names: Value,
        types: Value,
        origin: Origin,
    ) -> Value {
        let start = self.arena.lists.len();
        if let Value::List(range) = names {
            for at in range.indexes() {
                let named = self.arena.lists.get(at).copied().unwrap_or_default();
                let text = self.name_text(plan, named);
                self.arena.lists.push(Value::Text(text));
            }
        }
        let names = Range32::since(start, self.arena.lists.len());
        let types = match types {
            Value::List(range) => range,
            _ => Range32::default(),
        };
        self.add(name, Shape::Listed { names, types }, origin)
    }

    fn add(&mut self, name: Range32, shape: Shape, origin: Origin) -> Value {
        let text = self.arena.texts.get(name.indexes()).unwrap_or_default();
        let relation = Relation {
            name,
            word: Word::new(text),
            shape,
            origin,
        };
        let id = RelationId(self.arena.first_own + self.arena.relations.len() as u32);
        self.arena.relations.push(relation);
        Value::Relation(id)
    }

    /// The text of a name: of a column its bare name.
    fn name_text(&mut self, plan: &Plan, name: Value) -> Range32 {
        let name = match name {
            Value::Text(range) => return range,
            Value::Column(column) => Value::Column(column.bare()),
            Value::Relation(relation) => Value::RelationName(relation),
            other => other,
        };
        let mut buffer = std::mem::take(&mut self.buffer);
        buffer.clear();
        self.arena.spell(plan, name, &mut buffer);
        let text = self.arena.text(&buffer);
        self.buffer = buffer;
        match text {
            Value::Text(range) => range,
            _ => Range32::default(),
        }
    }

    /// A column seen through a relation that stands for its table.
    #[must_use]
    pub fn of(&self, plan: &Plan, relation: Value, column: Value) -> Value {
        match (relation, column) {
            (Value::Relation(relation), Value::Column(column)) => {
                let view = View { plan, unit: self };
                view.column(relation, column.position, view.qualifies(relation))
            }
            _ => Value::Nothing,
        }
    }

    /// A property of a value; mapped over a list, except for its length.
    #[inline(always)]
    pub fn field(&mut self, plan: &Plan, value: Value, field: Field) -> Value {
        match (value, field) {
            // The most frequent ones.
            (Value::Column(column), Field::Name) => Value::Column(column.bare()),
            (Value::UniqueKey(key), Field::Columns) => plan.lists().unique_key(key),
            (Value::ForeignKey(key), Field::Columns) => plan.lists().foreign_key(key),
            (Value::ForeignKey(key), Field::Targets) => plan.lists().targets(key),
            _ => self.other_field(plan, value, field),
        }
    }

    #[inline(never)]
    fn other_field(&mut self, plan: &Plan, value: Value, field: Field) -> Value {
        if let (Value::List(range), true) = (value, field != Field::Length) {
            let start = self.arena.lists.len();
            for at in range.indexes() {
                let element = self.arena.lists.get(at).copied().unwrap_or_default();
                let mapped = View { plan, unit: self }.field(element, field);
                self.arena.lists.push(mapped);
            }
            return Value::List(Range32::since(start, self.arena.lists.len()));
        }
        match (value, field) {
            (Value::Relation(relation), Field::Columns) => self.columns(plan, relation),
            (Value::UniqueKey(id), Field::Predicate) => {
                let key = plan.model().unique_keys.get(id.0 as usize);
                let predicate = key.and_then(|key| key.predicate.as_deref());
                self.arena.text(predicate.unwrap_or_default().as_bytes())
            }
            (Value::Function(id), Field::Arguments) => {
                let start = self.arena.lists.len();
                let arguments = plan.function(id).map_or(&[][..], |found| found.arguments);
                let types = arguments.iter().map(|argument| Value::Type(argument.id()));
                self.arena.lists.extend(types);
                Value::List(Range32::since(start, self.arena.lists.len()))
            }
            _ => View { plan, unit: self }.field(value, field),
        }
    }

    /// The columns of a relation as a list.
    fn columns(&mut self, plan: &Plan, relation: RelationId) -> Value {
        let start = self.arena.lists.len();
        let mut cursor = Cursor::columns(relation);
        while let Some(column) = cursor.next(View { plan, unit: self }) {
            self.arena.lists.push(column);
        }
        Value::List(Range32::since(start, self.arena.lists.len()))
    }
}

fn push_prefix(texts: &mut Vec<u8>, prefix: &str) {
    let end = prefix.floor_char_boundary(LONGEST_PREFIX);
    let prefix = prefix.get(..end).unwrap_or_default();
    texts.extend_from_slice(prefix.as_bytes());
    if prefix.ends_with(|last: char| last.is_ascii_digit()) {
        texts.push(b'_');
    }
}

fn push_number(texts: &mut Vec<u8>, number: u64) {
    texts.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
}
