//! Guards: tests of what is bound already, of the context and of the dialect.

use super::types::{CLASSES, Kind, TYPES, list, one};
use super::writer::Writer;

/// Names of contexts.
pub(super) const CONTEXTS: [&str; 4] = ["none", "agg", "inner", "deep"];

impl Writer {
    /// A guard that nests so deeply at most.
    pub(super) fn guard(&mut self, depth: usize) -> String {
        if depth > 0 && self.dice.percent(30) {
            let left = self.guard(depth - 1);
            return match self.dice.below(3) {
                0 => format!("!({left})"),
                1 => format!("({left}) && {}", self.guard(depth - 1)),
                _ => format!("({left}) || {}", self.guard(depth - 1)),
            };
        }
        match self.dice.below(9) {
            0 => self.dialect_test(),
            1 | 2 => {
                let known: &[&'static str] = if self.rule == 0 {
                    // It is written last: what is tested has to be set by now.
                    &self.contexts_set.clone()
                } else {
                    &CONTEXTS
                };
                if known.is_empty() {
                    return self.type_test();
                }
                let context = self.dice.pick(known);
                self.contexts_tested.push(context);
                format!("context {} {context}", self.dice.pick(&["==", "!="]))
            }
            3 | 4 => self.type_test(),
            5 => self.number_test(),
            6 => self.same_test(),
            _ => self.truth_test(),
        }
    }

    fn dialect_test(&mut self) -> String {
        self.dice
            .pick(&[
                "postgresql",
                "postgresql >= 15",
                "postgresql < 15 || yugabytedb",
                "!yugabytedb",
                "feature(merge)",
                "feature(lateral)",
                "!feature(any_value)",
            ])
            .to_owned()
    }

    /// A type that is bound, or that something bound has.
    fn bound_type(&mut self) -> Option<String> {
        if self.dice.percent(50)
            && let Some(column) = self.local(one(Kind::Column))
        {
            return Some(format!("{column}.type"));
        }
        self.local(one(Kind::Type))
    }

    fn type_test(&mut self) -> String {
        let Some(ty) = self.bound_type() else {
            return self.dialect_test();
        };
        if self.dice.percent(60) {
            return format!("{ty} in {}", self.dice.pick(&CLASSES));
        }
        let other = match self.bound_type() {
            Some(other) if self.dice.percent(30) => other,
            _ => self.dice.pick(&TYPES).to_owned(),
        };
        format!("{ty} {} {other}", self.dice.pick(&["==", "!="]))
    }

    fn number_test(&mut self) -> String {
        let lists = [Kind::Column, Kind::Type, Kind::Name].map(|kind| self.local(list(kind)));
        let length = lists.into_iter().flatten().next();
        let number = match (self.local(one(Kind::Int)), length) {
            (Some(number), None) => number,
            (Some(number), Some(_)) if self.dice.percent(50) => number,
            (_, Some(list)) => format!("{list}.length"),
            (None, None) => return self.dialect_test(),
        };
        let operator = self.dice.pick(&["==", "!=", "<", "<=", ">", ">="]);
        let bound = match self.local(one(Kind::Int)) {
            Some(other) if self.dice.percent(30) => other,
            _ => self.dice.pick(&["0", "1", "2", "-3", "40"]).to_owned(),
        };
        format!("{number} {operator} {bound}")
    }

    fn same_test(&mut self) -> String {
        let operator = self.dice.pick(&["==", "!="]);
        match self.local(one(Kind::Fk)) {
            Some(key) => format!("{key}.from {operator} {key}.to"),
            None => self.truth_test(),
        }
    }

    fn truth_test(&mut self) -> String {
        let truths = [
            (Kind::Bool, ""),
            (Kind::Table, ".has_rows"),
            (Kind::Column, ".nullable"),
            (Kind::UniqueKey, ".partial"),
            (Kind::UniqueKey, ".nullable"),
        ];
        let truths = truths.map(|(kind, field)| {
            let local = self.local(one(kind));
            local.map(|local| format!("{local}{field}"))
        });
        let truths: Vec<String> = truths.into_iter().flatten().collect();
        if truths.is_empty() {
            return self.dialect_test();
        }
        let truth = self.dice.pick(&truths);
        if self.dice.percent(30) {
            format!("!{truth}")
        } else {
            truth
        }
    }
}
