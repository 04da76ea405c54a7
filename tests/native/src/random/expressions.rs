//! Values.

use super::types::{CLASSES, COMMON_CLASSES, Kind, TYPES, Ty, list, one};
use super::writer::Writer;

/// Expressions nest so deeply at most.
const DEEPEST: usize = 5;

impl Writer {
    /// An argument of a rule: what is possible there only, now and then.
    pub(super) fn argument(&mut self, ty: Ty) -> String {
        if ty == one(Kind::Type) && self.dice.percent(25) {
            return self.dice.pick(&TYPES).to_owned();
        }
        if ty == one(Kind::Int) && self.dice.percent(40) {
            return self.dice.pick(&["0", "1", "2", "3", "-1"]).to_owned();
        }
        self.expression(ty)
    }

    /// A value of a type: what is bound already, or a new one.
    pub(super) fn expression(&mut self, ty: Ty) -> String {
        let known = if self.depth >= DEEPEST { 90 } else { 60 };
        if self.dice.percent(known)
            && let Some(local) = self.local(ty)
        {
            return local;
        }
        let results = if ty == one(Kind::Text) {
            Vec::new()
        } else {
            vec![ty]
        };
        if self.dice.percent(20)
            && let Some(call) = self.aside(|writer| writer.call(&results))
        {
            return call;
        }
        self.depth += 1;
        let written = if ty.list {
            self.list(ty.kind)
        } else {
            self.value(ty.kind)
        };
        self.depth -= 1;
        written
    }

    /// A value that stands as an element: its text is placed.
    pub(super) fn operand(&mut self, kind: Kind) -> String {
        if self.dice.percent(15)
            && let Some(column) = self.local(one(Kind::Column))
        {
            return format!("{column}.{}", self.dice.pick(&["name", "qualified"]));
        }
        if self.dice.percent(70)
            && let Some(local) = self.local(one(kind))
        {
            return local;
        }
        self.depth += 1;
        let written = match kind {
            Kind::Text => self.derived(),
            Kind::Int => self.number(),
            Kind::Table => self.relation(),
            Kind::Column => self.column(),
            Kind::Function => self.function(),
            _ => self.name(),
        };
        self.depth -= 1;
        written
    }

    /// Writes something whose text is derived for a value.
    fn aside<T>(&mut self, write: impl FnOnce(&mut Self) -> T) -> T {
        let aside = std::mem::replace(&mut self.aside, true);
        let written = write(self);
        self.aside = aside;
        written
    }

    fn value(&mut self, kind: Kind) -> String {
        match kind {
            Kind::Text if self.dice.percent(40) && self.depth < DEEPEST => {
                let block = self.aside(|writer| writer.nested(Self::block));
                format!("{{{block}}}")
            }
            Kind::Text if self.dice.percent(20) => self.string(),
            Kind::Text => self.derived(),
            Kind::Int => self.whole(),
            Kind::Bool => self.truth(),
            Kind::Type => self.sql_type(),
            Kind::Table => self.relation(),
            Kind::Column => self.column(),
            Kind::Function => self.function(),
            Kind::Name => self.name(),
            Kind::Fk => self.foreign_key(),
            Kind::UniqueKey => format!("unique_key({})", self.table()),
            Kind::Row => self.row(),
        }
    }

    fn list(&mut self, kind: Kind) -> String {
        let drawn = self.count(true);
        let count = self.count(false);
        match (kind, self.dice.below(4)) {
            (Kind::Column, 0) => self.columns(),
            (Kind::Column, 1) => {
                let table = self.table();
                if self.dice.percent(40) {
                    let columns = list(Kind::Column);
                    let columns = self.expression(columns);
                    return format!("distinct insertable({table}, {columns}){{1..}}");
                }
                let of = self.dice.pick(&["insertable", "updatable"]);
                format!("distinct {of}({table}){{{drawn}}}")
            }
            (Kind::Column, 2) => format!("distinct {}{{{drawn}}}", self.column_draw()),
            (Kind::Column, _) if self.dice.percent(50) => {
                format!("{}{{{drawn}}}", self.column_draw())
            }
            (Kind::Column, _) => format!("[{}, {}]", self.column(), self.column()),
            (Kind::Type, 0) => match self.local(list(Kind::Column)) {
                Some(columns) => format!("{columns}.type"),
                None => format!("{}.arguments", self.function()),
            },
            (Kind::Type, 1) => "[integer, text, numeric]".to_owned(),
            (Kind::Type, 2) => format!("distinct type({}){{{drawn}}}", self.class()),
            (Kind::Type, _) => format!("type({}){{{drawn}}}", self.class()),
            (Kind::Name, 0) => match self.local(list(Kind::Column)) {
                Some(columns) => format!("{columns}.name"),
                None => "[fresh(\"a\"), fresh(\"b\")]".to_owned(),
            },
            (Kind::Name, _) => format!("fresh(\"c\"){{{count}}}"),
            (Kind::Int, 0) => "[1, 2, 3]".to_owned(),
            (Kind::Int, _) => format!("{}{{{count}}}", self.number()),
            (Kind::Table, 0) => format!("[{}, {}]", self.relation(), self.relation()),
            (Kind::Table, _) => {
                let of = self.dice.pick(&["table", "source"]);
                format!("distinct {of}(){{{drawn}}}")
            }
            (Kind::Fk, 0) => format!("distinct fk({}){{{drawn}}}", self.table()),
            (Kind::Fk, _) => format!("distinct fk(){{{drawn}}}"),
            (Kind::UniqueKey, _) => format!("distinct unique_key({}){{{drawn}}}", self.table()),
            (Kind::Text, 0) => format!("[\"x\", {}]", self.derived()),
            (Kind::Text, _) => format!("{}{{{count}}}", self.generated()),
            (kind, _) => {
                let first = self.expression(one(kind));
                format!("[{first}, {}]", self.expression(one(kind)))
            }
        }
    }

    fn class(&mut self) -> &'static str {
        if self.dice.percent(75) {
            self.dice.pick(&COMMON_CLASSES)
        } else {
            self.dice.pick(&CLASSES)
        }
    }

    fn class_argument(&mut self) -> String {
        let class = self.class();
        let before = self.dice.pick(&["", "", "in "]);
        format!("{before}{class}")
    }

    fn table(&mut self) -> String {
        self.expression(one(Kind::Table))
    }

    /// A relation.
    pub(super) fn relation(&mut self) -> String {
        match self.dice.below(16) {
            0..=4 | 14 => "table()".to_owned(),
            5 => "source()".to_owned(),
            6 => "view()".to_owned(),
            7..=9 => {
                let table = self.table();
                if self.dice.percent(25) {
                    return format!("alias({table}, {})", self.name());
                }
                format!("alias({table})")
            }
            10 if self.depth < 3 => {
                let (names, types) = self.heading();
                format!("relation(fresh(\"v\"), {names}, {types})")
            }
            11 => match self.local(one(Kind::Fk)) {
                Some(key) => format!("{key}.{}", self.dice.pick(&["from", "to"])),
                None => "table()".to_owned(),
            },
            10 | 12 => match self.local(one(Kind::Column)) {
                Some(column) => format!("{column}.table"),
                None => "table()".to_owned(),
            },
            _ => match self.local(one(Kind::UniqueKey)) {
                Some(key) => format!("{key}.table"),
                None => "table()".to_owned(),
            },
        }
    }

    /// A table that the unit makes.
    pub(super) fn new_table(&mut self) -> String {
        let (names, types) = self.heading();
        format!("new_table({names}, {types})")
    }

    /// As many names as types.
    fn heading(&mut self) -> (String, String) {
        if self.dice.percent(30)
            && let Some(columns) = self.local(list(Kind::Column))
        {
            let names = format!("fresh(\"c\"){{{columns}.length}}");
            return (names, format!("{columns}.type"));
        }
        let (names, types) = match self.dice.below(3) {
            0 => ("[fresh(\"a\"), fresh(\"b\")]", "[integer, text]".to_owned()),
            1 => ("fresh(\"c\"){3}", format!("type({}){{3}}", self.class())),
            _ => (
                "fresh(\"c\"){1}",
                format!("distinct type({}){{1}}", self.class()),
            ),
        };
        (names.to_owned(), types)
    }

    fn column(&mut self) -> String {
        match self.dice.below(10) {
            0 => match self.local(list(Kind::Column)) {
                Some(columns) => format!("one_of({columns})"),
                None => format!("one_of({}.columns)", self.table()),
            },
            // The relation has to be one over the column's table.
            1 => match self.local(one(Kind::Table)) {
                Some(table) => {
                    let relation = self.dice.pick(&["alias(t)", "t"]).replace('t', &table);
                    format!("of({relation}, column({table}))")
                }
                None => self.column_draw(),
            },
            2 => format!("updatable({})", self.table()),
            3 => format!("insertable({})", self.table()),
            _ => self.column_draw(),
        }
    }

    fn column_draw(&mut self) -> String {
        let from = if self.in_scope() && self.dice.percent(60) {
            String::new()
        } else {
            self.table()
        };
        let what = match self.dice.below(5) {
            0 => self.argument(one(Kind::Type)),
            1 | 2 => self.class_argument(),
            _ => return format!("column({from})"),
        };
        if from.is_empty() {
            format!("column({what})")
        } else {
            format!("column({from}, {what})")
        }
    }

    fn columns(&mut self) -> String {
        if self.dice.percent(30)
            && let Some(key) = self.local(one(Kind::Fk))
        {
            return format!("{key}.{}", self.dice.pick(&["columns", "targets"]));
        }
        if self.dice.percent(30)
            && let Some(key) = self.local(one(Kind::UniqueKey))
        {
            return format!("{key}.columns");
        }
        format!("{}.columns", self.table())
    }

    fn sql_type(&mut self) -> String {
        match self.dice.below(6) {
            0 => "type()".to_owned(),
            1 => match self.local(one(Kind::Column)) {
                Some(column) => format!("{column}.type"),
                None => "type(literal)".to_owned(),
            },
            2 => match self.local(one(Kind::Function)) {
                Some(function) => format!("{function}.result"),
                None => "function(type()).result".to_owned(),
            },
            3 if self.dice.percent(40) => "type(array).element".to_owned(),
            _ => format!("type({})", self.class_argument()),
        }
    }

    fn function(&mut self) -> String {
        let of = self.dice.pick(&["function", "function", "aggregate"]);
        format!("{of}({})", self.argument(one(Kind::Type)))
    }

    fn name(&mut self) -> String {
        match self.dice.below(6) {
            0 => match self.local(one(Kind::Table)) {
                Some(table) => format!("{table}.name"),
                None => "fresh(\"n\")".to_owned(),
            },
            1 => "fresh_object(\"made\")".to_owned(),
            2 => match self.local(one(Kind::Function)) {
                Some(function) => format!("{function}.name"),
                None => "fresh(\"f\")".to_owned(),
            },
            _ => "fresh(\"n\")".to_owned(),
        }
    }

    fn foreign_key(&mut self) -> String {
        match self.dice.below(4) {
            0 => format!("fk({})", self.table()),
            1 => format!("fk_to({})", self.table()),
            _ => "fk()".to_owned(),
        }
    }

    fn row(&mut self) -> String {
        match self.dice.below(6) {
            0 => {
                let row = self.expression(one(Kind::Row));
                format!("partner({row}, {})", self.expression(one(Kind::Fk)))
            }
            1 => format!("new_key({})", self.table()),
            2 => format!("victim({})", self.table()),
            _ => format!("key({})", self.table()),
        }
    }

    fn truth(&mut self) -> String {
        let fields = [
            (Kind::Column, ".nullable"),
            (Kind::Table, ".has_rows"),
            (Kind::UniqueKey, ".partial"),
        ];
        let (kind, field) = self.dice.pick(&fields);
        match self.local(one(kind)) {
            Some(local) => format!("{local}{field}"),
            None => self.dice.pick(&["true", "false"]).to_owned(),
        }
    }

    /// An int expression.
    fn whole(&mut self) -> String {
        match self.dice.below(6) {
            0 => match self.local(list(Kind::Column)) {
                Some(columns) => format!("{columns}.length"),
                None => "2 * 3 - 1".to_owned(),
            },
            1 => match self.local(one(Kind::Int)) {
                Some(number) => {
                    let operator = self.dice.pick(&["+", "-", "*"]);
                    format!("{number} {operator} {}", self.dice.between(0, 9))
                }
                None => "9223372036854775807 + 1".to_owned(),
            },
            2 => "-7".to_owned(),
            _ => self.number(),
        }
    }

    /// A drawn whole number.
    fn number(&mut self) -> String {
        let low = self.dice.pick(&["1", "0", "-50", "1000"]);
        let high = self.dice.pick(&["1000", "1003", "2147483647", "100000"]);
        match self.dice.below(5) {
            0 => "index()".to_owned(),
            1 | 2 => format!("int({low}..={high}, {})", self.distribution()),
            3 => match self.local(one(Kind::Int)) {
                Some(number) => format!("int({number}..={number} + 9)"),
                None => "int(0..10)".to_owned(),
            },
            _ => format!("int({low}..={high})"),
        }
    }

    pub(super) fn distribution(&mut self) -> &'static str {
        self.dice.pick(&[
            "uniform",
            "zipf(1.1)",
            "zipf(0.3)",
            "normal(3, 2.5)",
            "exponential(4)",
            "geometric(0.4)",
        ])
    }

    /// Text that depends on no schema.
    pub(super) fn generated(&mut self) -> String {
        match self.dice.below(17) {
            0 => format!("decimal(-5..=1000, 2, {})", self.distribution()),
            1 => "decimal(0..=1, 3)".to_owned(),
            2 => format!("text(1..=12, {})", self.distribution()),
            3 => self
                .dice
                .pick(&[
                    "regex(\"[A-Z]{2}[0-9]{1,3}\")",
                    "regex(\"(a|bc)*d?\")",
                    "regex(\"[^a-y]x+\")",
                ])
                .to_owned(),
            4 => "word()".to_owned(),
            5 => "boolean()".to_owned(),
            6 => self.dice.pick(&["date()", "date(1999..=2003)"]).to_owned(),
            7 => self
                .dice
                .pick(&["timestamp()", "timestamp(2020..=2021)"])
                .to_owned(),
            8 => "uuid()".to_owned(),
            9 => "email()".to_owned(),
            10 => "phone()".to_owned(),
            11 => "address()".to_owned(),
            12 => "person()".to_owned(),
            13 => "company()".to_owned(),
            14 => "quote({ word() ~ \"'\" ~ int(0..=9) })".to_owned(),
            _ => "text(0..=3)".to_owned(),
        }
    }

    /// Text that may depend on the schema.
    fn derived(&mut self) -> String {
        match self.dice.below(12) {
            0 | 1 => format!("literal({})", self.argument(one(Kind::Type))),
            2 => format!("value({})", self.expression(one(Kind::Column))),
            3 => format!("comparand({})", self.expression(one(Kind::Column))),
            4 => format!("existing({})", self.expression(one(Kind::Column))),
            5 => format!("type_name({})", self.argument(one(Kind::Type))),
            6 | 7 => {
                let of = self.dice.pick(&["existing", "value"]);
                let column = self.expression(one(Kind::Column));
                format!("{of}({column}, {})", self.expression(one(Kind::Row)))
            }
            8 => match self.local(one(Kind::UniqueKey)) {
                Some(key) => format!("{key}.predicate"),
                None => self.generated(),
            },
            9 => {
                let kind = self.placeable();
                format!("quote({})", self.expression(one(kind)))
            }
            _ => self.generated(),
        }
    }
}
