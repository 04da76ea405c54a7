//! Whole grammars, and their rules.

use super::types::{BOUND, Kind, PLACEABLE, Ty, one};
use super::writer::{Around, Writer};
use std::fmt::Write as _;

/// How a rule is called.
#[derive(Debug, Clone)]
pub(super) struct Signature {
    pub(super) name: String,
    pub(super) params: Vec<Ty>,
    /// What it returns; none: it derives text.
    pub(super) results: Vec<Ty>,
    /// Whether it draws from the scope of its caller.
    pub(super) scoped: bool,
    /// Whether it ends statements.
    pub(super) breaks: bool,
}

const IMPORTS: [(&str, &[&str]); 6] = [
    (
        "use std::predicates::{comparison, condition};\n",
        &["comparison", "condition"],
    ),
    (
        "use std::predicates::{predicate, comparison};\n",
        &["predicate", "comparison"],
    ),
    (
        "use std::predicates::{condition, operand as like};\n",
        &["condition", "like"],
    ),
    ("use std::predicates::*;\n", &["predicate", "condition"]),
    ("use std::expressions::constant;\n", &["constant"]),
    (
        "use std::expressions::{expr, constant};\n",
        &["expr", "constant"],
    ),
];

impl Writer {
    pub(super) fn grammar(&mut self) -> String {
        let mut text = String::from("//! Made at random.\ngrammar random;\n\n");
        if self.dice.percent(50) {
            let (import, names) = self.dice.pick(&IMPORTS);
            text.push_str(import);
            self.imported = names.to_vec();
        }
        if self.dice.percent(30) {
            text.push_str(self.dice.pick(&[
                "dialect postgresql >= 12, yugabytedb >= 2.14;\n",
                "dialect yugabytedb, postgresql;\n",
                "dialect postgresql >= 13;\n",
            ]));
        }
        if self.dice.percent(15) {
            text.push_str(
                self.dice
                    .pick(&["terminator \"\";\n", "terminator \"\\\\g\";\n"]),
            );
        }
        if self.imported.contains(&"comparison") && self.dice.percent(80) {
            text.push_str("\noverride rule comparison = 2: \"<\" | \"=\" | \"<>\";\n");
        }
        self.signatures();
        for rule in (0..self.rules.len()).rev() {
            text.push('\n');
            text.push_str(&self.rule(rule));
        }
        text
    }

    fn signatures(&mut self) {
        self.rules.push(Signature {
            name: "query".to_owned(),
            params: Vec::new(),
            results: Vec::new(),
            scoped: false,
            breaks: self.dice.percent(40),
        });
        for number in 1..self.dice.between(3, 7) {
            let params = (0..self.dice.below(4))
                .map(|_| match self.dice.below(12) {
                    0 => one(Kind::Bool),
                    1 | 2 => one(Kind::Table),
                    _ => self.dice.pick(&BOUND),
                })
                .collect();
            let returns = self.dice.percent(30);
            let results = if returns {
                (0..self.dice.between(1, 3))
                    .map(|_| self.dice.pick(&BOUND))
                    .collect()
            } else {
                Vec::new()
            };
            // Text is derived, never returned alone.
            let results = if results == [one(Kind::Text)] {
                Vec::new()
            } else {
                results
            };
            let returns = !results.is_empty();
            let signature = Signature {
                name: format!("part{number}"),
                params,
                results,
                scoped: self.dice.percent(25),
                breaks: !returns && self.dice.percent(10),
            };
            self.rules.push(signature);
        }
    }

    fn rule(&mut self, rule: usize) -> String {
        let signature = self.rules[rule].clone();
        self.rule = rule;
        self.locals.clear();
        self.around = vec![Around::Rule];
        self.fuel = self.dice.between(6, 16);
        self.calls = self.dice.between(1, 3);
        if rule == 0 {
            self.fuel += 16;
            self.calls += 2;
        }
        self.aside = !signature.results.is_empty();
        let mut params = Vec::new();
        for ty in &signature.params {
            let name = self.new_name(*ty);
            if params.iter().any(|(known, _)| *known == name) {
                // Two parameters cannot share a name.
                params.push((format!("{name}_{}", params.len()), *ty));
            } else {
                params.push((name, *ty));
            }
        }
        for (name, ty) in &params {
            let few = self.dice.percent(50);
            let local = self.bind(name, *ty);
            local.given = true;
            local.few = few;
        }
        let mut text = String::new();
        if self.dice.percent(20) {
            text.push_str("/// A rule.\n");
        }
        // Writing to a string never fails.
        let _ = write!(text, "rule {}", signature.name);
        if !params.is_empty() || self.dice.percent(10) {
            let params: Vec<String> = params
                .iter()
                .map(|(name, ty)| format!("{name}: {}", ty.written()))
                .collect();
            let _ = write!(text, "({})", params.join(", "));
        }
        match signature.results.as_slice() {
            [] if self.dice.percent(10) => text.push_str(" -> text"),
            [] => {}
            [only] => {
                let _ = write!(text, " -> {}", only.written());
            }
            several => {
                let results: Vec<String> = several.iter().map(|ty| ty.written()).collect();
                let _ = write!(text, " -> ({})", results.join(", "));
            }
        }
        text.push_str(" =\n");
        text.push_str(&self.body(&signature));
        text.push_str("    ;\n");
        text
    }

    /// The alternatives of a rule. The first one calls later rules only, so that every derivation
    /// can end.
    fn body(&mut self, signature: &Signature) -> String {
        let mut text = String::new();
        let (least, most) = if self.rule == 0 { (3, 6) } else { (1, 5) };
        for number in 0..self.dice.between(1, 4) {
            let safe = number == 0 && self.rule > 0 && self.dice.percent(50);
            self.recursive = number > 0;
            let header = if number == 0 {
                self.dice.pick(&["", "3:", "5:", "9:"]).to_owned()
            } else {
                self.header(true)
            };
            let inside = self.nested(|writer| {
                if !signature.results.is_empty() {
                    return writer.returning(&signature.results);
                }
                if safe {
                    return writer.plain();
                }
                let most = writer.dice.between(least, most);
                let unset = writer.unset_contexts();
                unset + &writer.elements(most)
            });
            let _ = writeln!(text, "    | {header} {inside}");
        }
        self.recursive = false;
        if self.rule == 0 {
            for rule in self.rules.clone() {
                if rule.name != "query" && !self.called.contains(&rule.name) {
                    let inside = self.nested(|writer| writer.entry(&rule));
                    let _ = writeln!(text, "    | {inside}");
                }
            }
        }
        text
    }

    /// A call of a rule that nothing else calls, and what it needs.
    fn entry(&mut self, rule: &Signature) -> String {
        if rule.scoped {
            let table = self.new_name(one(Kind::Table));
            self.bind(&table, one(Kind::Table));
            let call = self.within(Around::Scope, |writer| writer.entry_in_scope(rule));
            return format!("let {table} = table(); scope {{ bind {table}; {call} }}");
        }
        self.entry_in_scope(rule)
    }

    fn entry_in_scope(&mut self, rule: &Signature) -> String {
        let call = self.call_of(rule);
        if rule.results.is_empty() {
            return call;
        }
        let pattern = self.pattern(&rule.results);
        format!("let {pattern} = {call}; {}", self.elements(3))
    }

    /// In the start rule, which is written last: what sets the contexts that are only tested.
    fn unset_contexts(&mut self) -> String {
        if self.rule > 0 {
            return String::new();
        }
        let mut text = String::new();
        let mut tested = self.contexts_tested.clone();
        tested.retain(|context| *context != "none" && !self.contexts_set.contains(context));
        tested.sort_unstable();
        tested.dedup();
        for context in tested {
            self.contexts_set.push(context);
            let inside = match self.call(&[]) {
                Some(call) => call,
                None => self.terminal(),
            };
            // Writing to a string never fails.
            let _ = write!(text, "(context {context} {{{inside}}})? ");
        }
        text
    }

    /// Weight and guard of an alternative.
    pub(super) fn header(&mut self, may_be_zero: bool) -> String {
        let weight = match self.dice.below(20) {
            0 if may_be_zero => "0",
            _ => self.dice.pick(&["", "", "1", "2", "3", "7"]),
        };
        let guard = if self.dice.percent(35) {
            format!("when {}", self.guard(2))
        } else {
            String::new()
        };
        if weight.is_empty() && guard.is_empty() {
            return String::new();
        }
        format!("{weight} {guard}:")
    }

    /// Bindings, and what they come to.
    fn returning(&mut self, results: &[Ty]) -> String {
        let mut text = String::new();
        for _ in 0..self.dice.below(3) {
            text.push_str(&self.binding());
            text.push(' ');
        }
        let values: Vec<String> = results.iter().map(|ty| self.expression(*ty)).collect();
        let values = values.join(", ");
        match results {
            [_] => text + &format!("return {values};"),
            _ => text + &format!("return ({values});"),
        }
    }

    /// A call of a rule that derives text, or that returns these types; none if none can be called.
    pub(super) fn call(&mut self, results: &[Ty]) -> Option<String> {
        let first = if self.recursive && self.depth > 0 && self.dice.percent(25) {
            // The start rule has no parameters, and nothing needs to come back to it.
            1
        } else {
            self.rule + 1
        };
        if self.calls == 0 || self.often {
            return None;
        }
        let in_scope = self.in_scope();
        let callable: Vec<Signature> = self
            .rules
            .iter()
            .skip(first)
            .filter(|rule| rule.results == results)
            .filter(|rule| in_scope || !rule.scoped)
            .filter(|rule| !rule.breaks || (!self.aside && self.rules[self.rule].breaks))
            .cloned()
            .collect();
        if callable.is_empty() {
            return None;
        }
        self.calls -= 1;
        let rule = self.dice.pick(&callable);
        Some(self.call_of(&rule))
    }

    fn call_of(&mut self, rule: &Signature) -> String {
        self.called.push(rule.name.clone());
        if rule.params.is_empty() && self.dice.percent(60) {
            return rule.name.clone();
        }
        let arguments: Vec<String> = rule.params.iter().map(|ty| self.argument(*ty)).collect();
        format!("{}({})", rule.name, arguments.join(", "))
    }

    /// A rule that returns several values, called.
    pub(super) fn call_of_several(&mut self) -> Option<(Vec<Ty>, String)> {
        let several: Vec<Vec<Ty>> = self
            .rules
            .iter()
            .map(|rule| rule.results.clone())
            .filter(|results| results.len() > 1)
            .collect();
        if several.is_empty() {
            return None;
        }
        let results = self.dice.pick(&several);
        let call = self.call(&results)?;
        Some((results, call))
    }

    /// A call of an imported rule.
    pub(super) fn call_of_imported(&mut self) -> Option<String> {
        if self.imported.is_empty() || self.often {
            return None;
        }
        let name = self.dice.pick(&self.imported.clone());
        let argument = match name {
            "comparison" => return Some(name.to_owned()),
            "predicate" => one(Kind::Table),
            "condition" | "like" => one(Kind::Column),
            "expr" if !self.in_scope() => return None,
            _ => one(Kind::Type),
        };
        Some(format!("{name}({})", self.argument(argument)))
    }

    /// Something that can be derived over every schema and calls nothing.
    pub(super) fn plain(&mut self) -> String {
        let mut text = self.terminal();
        for _ in 0..self.dice.below(3) {
            text.push(' ');
            text.push_str(&match self.dice.below(4) {
                0 => self.terminal(),
                1 => self.string(),
                2 => self.generated(),
                _ => format!("({} | {})?", self.terminal(), self.generated()),
            });
        }
        text
    }

    /// A type whose values have text.
    pub(super) fn placeable(&mut self) -> Kind {
        self.dice.pick(&PLACEABLE)
    }
}
