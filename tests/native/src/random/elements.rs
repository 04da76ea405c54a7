//! What alternatives are made of.

use super::guards::CONTEXTS;
use super::types::{BOUND, Kind, LISTED, Ty, list, one};
use super::writer::{Around, Writer};

const WORDS: [&str; 10] = [
    "SELECT", "FROM", "WHERE", "AND", "NOT", "A", "B1", "SET", "X_Y", "NULL",
];

const STRINGS: [&str; 14] = [
    "\"(\"",
    "\")\"",
    "\",\"",
    "\"=\"",
    "\"::\"",
    "\".\"",
    "\"[\"",
    "\";\"",
    "\"'it''s'\"",
    "\"\\u{e9}\"",
    "\"a b\"",
    "\"\\\\\\\"\"",
    "\"1\"",
    "\"\\t\"",
];

const SEPARATORS: [&str; 5] = ["\",\"", "\"AND\"", "\"~\"", "\"||\"", "\"; \""];

impl Writer {
    pub(super) fn terminal(&mut self) -> String {
        self.dice.pick(&WORDS).to_owned()
    }

    pub(super) fn string(&mut self) -> String {
        self.dice.pick(&STRINGS).to_owned()
    }

    /// Elements one after the other, about so many.
    pub(super) fn elements(&mut self, most: usize) -> String {
        let mut text = String::new();
        for _ in 0..most {
            if self.fuel == 0 {
                break;
            }
            self.fuel -= 1;
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(&self.element());
        }
        if text.is_empty() && self.dice.percent(80) {
            return self.terminal();
        }
        text
    }

    fn element(&mut self) -> String {
        if self.depth > 4 {
            return self.placed();
        }
        if self.rules[self.rule].breaks && !self.aside && self.dice.percent(12) {
            return if self.dice.percent(60) {
                ";;".to_owned()
            } else {
                self.made_table()
            };
        }
        if self.dice.percent(25)
            && let Some(used) = self.used()
        {
            return used;
        }
        if self.around.last() == Some(&Around::Narrow) && self.dice.percent(20) {
            return self.full();
        }
        match self.dice.below(40) {
            1..=2 => self.terminal(),
            3..=4 => self.string(),
            0 => "~".to_owned(),
            6..=8 => self.group(),
            9..=12 => self.optional(),
            13..=15 => self.repeated(),
            16..=18 => self.walk(),
            19 => self.zip(),
            20..=24 => self.placed(),
            25..=29 => self.binding(),
            30..=32 => self.scope(),
            33..=34 => self.narrowed(),
            35 => self.context(),
            36 | 38 | 39 => self.call(&[]).unwrap_or_else(|| self.placed()),
            5 | 37 => self.call_of_imported().unwrap_or_else(|| self.placed()),
            _ => self.call(&[]).unwrap_or_else(|| self.terminal()),
        }
    }

    /// Alternatives, without what stands around them.
    pub(super) fn block(&mut self) -> String {
        let recursive = self.recursive;
        let mut text = String::new();
        for number in 0..self.dice.pick(&[1, 1, 2, 2, 3]) {
            if number > 0 {
                self.recursive = true;
                text.push_str(" | ");
            }
            let header = if number > 0 || self.dice.percent(25) {
                self.header(number > 0)
            } else {
                String::new()
            };
            let inside = self.nested(|writer| {
                let most = writer.dice.between(1, 3);
                writer.elements(most)
            });
            if number == 0 && header.is_empty() && inside.is_empty() {
                // Without it, what follows would be the first.
                text.push_str("1:");
            }
            text.push_str(&header);
            text.push(' ');
            text.push_str(&inside);
        }
        self.recursive = recursive;
        text
    }

    fn group(&mut self) -> String {
        format!("({})", self.nested(Self::block))
    }

    /// What an option or a repetition can follow.
    fn atom(&mut self) -> String {
        match self.dice.below(5) {
            0 => self.terminal(),
            1 => self.string(),
            2 => self.placed(),
            _ => self.group(),
        }
    }

    fn optional(&mut self) -> String {
        let recursive = std::mem::replace(&mut self.recursive, true);
        let atom = self.atom();
        self.recursive = recursive;
        let chance = self.dice.pick(&["", "", "30%", "0.5%", "99.5%", "80%"]);
        format!("{atom}?{chance}")
    }

    fn repeated(&mut self) -> String {
        let often = std::mem::replace(&mut self.often, true);
        let atom = self.atom();
        self.often = often;
        let separator = if self.dice.percent(50) {
            format!(" {}", self.dice.pick(&SEPARATORS))
        } else {
            String::new()
        };
        let distribution = if self.dice.percent(30) {
            format!(", {}", self.distribution())
        } else {
            String::new()
        };
        format!("{atom}{{{}{separator}{distribution}}}", self.count(false))
    }

    /// How often, or of how many; `draws`: of a list that is drawn.
    pub(super) fn count(&mut self, draws: bool) -> String {
        if self.dice.percent(20) {
            let few: Vec<String> = self
                .visible_locals(one(Kind::Int))
                .into_iter()
                .filter(|local| local.few)
                .map(|local| local.name)
                .collect();
            if !few.is_empty() {
                let few = self.dice.pick(&few);
                // What a number decides that is known in a unit only is no requirement of a draw.
                if draws {
                    return format!("{}..={few} + 1", self.dice.pick(&["0", "1"]));
                }
                return match self.dice.below(4) {
                    0 => few,
                    1 => format!("{few}..={few} + 1"),
                    2 => format!("{few} - 1..={few}"),
                    _ => format!("0..={few} * 2"),
                };
            }
        }
        let counts = ["1..=3", "2", "1..3", "1..", "..=4", "0..=2", "2..=4"];
        let needs_little = ["1..=3", "1", "1..", "..=4", "0..=2"];
        if draws && self.dice.percent(70) {
            return self.dice.pick(&needs_little).to_owned();
        }
        self.dice.pick(&counts).to_owned()
    }

    /// `for v in vs { … }`
    fn walk(&mut self) -> String {
        let ty = list(self.dice.pick(&LISTED));
        let walked = self.expression(ty);
        let separator = self.dice.pick(&["\",\"", "\"AND\"", ""]);
        let body = self.rounds(&[one(ty.kind)]);
        format!("(for {} in {walked} {separator} {{{}}})", body.0, body.1)
    }

    fn zip(&mut self) -> String {
        let count = self.dice.pick(&[2, 2, 3]);
        let kinds: Vec<Kind> = (0..count).map(|_| self.dice.pick(&LISTED)).collect();
        let lists: Vec<String> = kinds
            .iter()
            .map(|kind| self.expression(list(*kind)))
            .collect();
        let types: Vec<Ty> = kinds.iter().map(|kind| one(*kind)).collect();
        let separator = self.dice.pick(&["\",\"", "\"AND\"", ""]);
        let (names, body) = self.rounds(&types);
        let lists = lists.join(", ");
        format!("(for {names} in zip({lists}) {separator} {{{body}}})")
    }

    /// The names and the body of a loop over elements of these types.
    fn rounds(&mut self, types: &[Ty]) -> (String, String) {
        let often = std::mem::replace(&mut self.often, true);
        let written = self.nested(|writer| {
            let pattern = writer.pattern(types);
            (pattern, writer.block())
        });
        self.often = often;
        written
    }

    /// Binds names to values of these types; the names.
    pub(super) fn pattern(&mut self, types: &[Ty]) -> String {
        let mut names: Vec<String> = Vec::new();
        for ty in types {
            let mut name = self.new_name(*ty);
            while names.contains(&name) {
                name.push('_');
            }
            names.push(name);
        }
        for (name, ty) in names.iter().zip(types) {
            self.bind(name, *ty);
        }
        match names.as_slice() {
            [only] => only.clone(),
            _ => format!("({})", names.join(", ")),
        }
    }

    /// `let v = e;`
    pub(super) fn binding(&mut self) -> String {
        if self.dice.percent(25)
            && let Some((types, call)) = self.call_of_several()
        {
            let pattern = self.pattern(&types);
            return format!("let {pattern} = {call};");
        }
        if self.dice.percent(10) {
            let name = self.new_name(one(Kind::Int));
            let high = self.dice.between(1, 4);
            self.bind(&name, one(Kind::Int)).few = true;
            return format!("let {name} = int(0..={high});");
        }
        let ty = self.dice.pick(&BOUND);
        let value = self.expression(ty);
        let name = self.new_name(ty);
        self.bind(&name, ty);
        format!("let {name} = {value};")
    }

    /// A value's text, in place.
    pub(super) fn placed(&mut self) -> String {
        let kind = self.placeable();
        self.operand(kind)
    }

    fn scope(&mut self) -> String {
        let correlated = self.in_scope() && self.dice.percent(50);
        let (around, word) = if correlated {
            (Around::Correlated, "correlated ")
        } else {
            (Around::Scope, "")
        };
        // Relations are bound before the scope opens, as in the text of a statement.
        let table = self.new_name(one(Kind::Table));
        let relation = self.relation();
        self.bind(&table, one(Kind::Table));
        let tables = if self.dice.percent(15) {
            self.local(list(Kind::Table))
        } else {
            None
        };
        let inside = self.within(around, |writer| {
            let most = writer.dice.between(1, 4);
            writer.elements(most)
        });
        let bound = match tables {
            Some(tables) if tables != table => format!("{table}, {tables}"),
            _ => table.clone(),
        };
        format!("let {table} = {relation}; scope {word}{{ bind {bound}; {inside} }}")
    }

    fn narrowed(&mut self) -> String {
        if self.around.last() == Some(&Around::Narrow) && self.dice.percent(60) {
            return self.full();
        }
        if self.around.len() < 2 {
            return self.scope();
        }
        let columns = match self.local(list(Kind::Column)) {
            Some(columns) => columns,
            None => format!("distinct column(){{{}}}", self.count(true)),
        };
        let inside = self.within(Around::Narrow, |writer| {
            let full = if writer.dice.percent(40) {
                writer.full()
            } else {
                String::new()
            };
            let most = writer.dice.between(1, 3);
            full + " " + &writer.elements(most)
        });
        format!("(narrow({columns}) {{{inside}}})")
    }

    fn full(&mut self) -> String {
        let inside = self.within(Around::Full, Self::block);
        format!("(full {{{inside}}})")
    }

    fn context(&mut self) -> String {
        let name = self.dice.pick(&CONTEXTS[1..]);
        self.contexts_set.push(name);
        format!("(context {name} {{{}}})", self.nested(Self::block))
    }

    /// A table that the unit creates, uses and drops.
    fn made_table(&mut self) -> String {
        let name = self.new_name(one(Kind::Table));
        let table = self.new_table();
        self.bind(&name, one(Kind::Table)).made = true;
        let inside = self.group();
        let columns = format!("(for c in {name}.columns \",\" {{ c.name type_name(c.type) }})");
        format!(
            "let {name} = {table}; CREATE TABLE {name} \"(\" {columns} \")\" effect create({name}) \
             ;; {inside} ;; DROP TABLE {name} effect drop({name})"
        )
    }
}
