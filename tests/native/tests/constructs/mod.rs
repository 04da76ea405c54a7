//! Which constructs of the language grammars have.

use rqg_compiler::builtins::Builtin;
use rqg_compiler::hir::{
    Alternative, Block, Count, Distribution, EffectKind, Element, ElementKind, Expr, ExprKind,
    Grammar, Guard, GuardKind,
};
use std::collections::{BTreeMap, BTreeSet};

/// Everything that is no builtin, field or distribution.
const OTHERS: [&str; 54] = [
    "alternatives",
    "and",
    "arithmetic",
    "bind",
    "bool",
    "break",
    "call",
    "call of an import",
    "call with text",
    "class",
    "compare",
    "context",
    "correlated scope",
    "count",
    "create",
    "dialect",
    "dialect test",
    "distinct draws",
    "draws",
    "drop",
    "empty alternative",
    "feature",
    "for",
    "full",
    "glue",
    "group",
    "guard",
    "in",
    "int",
    "let",
    "let tuple",
    "list",
    "local",
    "narrow",
    "not",
    "option",
    "or",
    "override",
    "parameter",
    "place",
    "range",
    "recursion",
    "repetition",
    "return",
    "return tuple",
    "same",
    "scope",
    "separator",
    "string",
    "terminal",
    "terminator",
    "text",
    "truth",
    "zip",
];

const FIELDS: [&str; 19] = [
    "Type",
    "Table",
    "Name",
    "Qualified",
    "Columns",
    "From",
    "To",
    "Targets",
    "Predicate",
    "Partial",
    "Nullable",
    "HasRows",
    "Arguments",
    "Result",
    "Length",
    "Element",
    "of a list",
    "of a key",
    "of a function",
];

/// How many grammars have each construct.
#[derive(Debug, Default)]
pub struct Constructs {
    counts: BTreeMap<String, usize>,
}

impl Constructs {
    /// Counts what a grammar has in its own rules.
    pub fn add(&mut self, text: &str, grammar: &Grammar) {
        let mut found = Found {
            grammar,
            rule: 0,
            names: BTreeSet::new(),
        };
        found.if_(text.contains("override rule"), "override");
        found.if_(grammar.terminator != ";", "terminator");
        found.if_(!grammar.dialects.is_empty(), "dialect");
        for (number, rule) in grammar.rules.iter().enumerate() {
            if rule.main {
                found.rule = number;
                found.if_(rule.params > 0, "parameter");
                found.block(&rule.body);
            }
        }
        for name in found.names {
            *self.counts.entry(name).or_default() += 1;
        }
    }

    /// What fewer grammars have.
    pub fn rarer_than(&self, least: usize) -> Vec<String> {
        let builtins = Builtin::ALL.iter().map(|(_, overload, _)| overload.builtin);
        let wanted = builtins
            .map(|builtin| format!("{builtin:?}()"))
            .chain(FIELDS.map(|field| format!(".{field}")))
            .chain(["Uniform", "Zipf", "Normal", "Exponential", "Geometric"].map(str::to_owned))
            .chain(OTHERS.map(str::to_owned));
        wanted
            .filter(|name| self.counts.get(name).is_none_or(|&count| count < least))
            .collect()
    }
}

struct Found<'g> {
    grammar: &'g Grammar,
    rule: usize,
    names: BTreeSet<String>,
}

impl Found<'_> {
    fn name(&mut self, name: &str) {
        self.names.insert(name.to_owned());
    }

    fn if_(&mut self, there: bool, name: &str) {
        if there {
            self.name(name);
        }
    }

    fn block(&mut self, block: &Block) {
        self.if_(block.alternatives.len() > 1, "alternatives");
        for Alternative {
            guard, elements, ..
        } in &block.alternatives
        {
            self.if_(elements.is_empty(), "empty alternative");
            if let Some(guard) = guard {
                self.name("guard");
                self.guard(guard);
            }
            for element in elements {
                self.element(element);
            }
        }
    }

    fn element(&mut self, element: &Element) {
        match &element.kind {
            ElementKind::Terminal(_) => self.name("terminal"),
            ElementKind::Glue => self.name("glue"),
            ElementKind::Group(body) => self.inside("group", body),
            ElementKind::Optional(body, _) => self.inside("option", body),
            ElementKind::Repeat(body, count) => {
                self.count(count);
                self.inside("repetition", body);
            }
            ElementKind::For {
                lists,
                separator,
                body,
                ..
            } => {
                self.if_(separator.is_some(), "separator");
                self.all(lists);
                self.inside(if lists.len() > 1 { "zip" } else { "for" }, body);
            }
            ElementKind::Place(value) => {
                self.name("place");
                self.expr(value);
            }
            ElementKind::Let(names, value) => {
                self.name(if names.len() > 1 { "let tuple" } else { "let" });
                self.expr(value);
            }
            ElementKind::Bind(relations) => {
                self.name("bind");
                self.all(relations);
            }
            ElementKind::Scope { correlated, body } => {
                let name = if *correlated {
                    "correlated scope"
                } else {
                    "scope"
                };
                self.inside(name, body);
            }
            ElementKind::Narrow(columns, body) => {
                self.expr(columns);
                self.inside("narrow", body);
            }
            ElementKind::Full(body) => self.inside("full", body),
            ElementKind::Context(_, body) => self.inside("context", body),
            ElementKind::StatementBreak => self.name("break"),
            ElementKind::Effect(kind, table) => {
                self.name(match kind {
                    EffectKind::Create => "create",
                    EffectKind::Drop => "drop",
                });
                self.expr(table);
            }
            ElementKind::Return(values) => {
                let several = values.len() > 1;
                self.name(if several { "return tuple" } else { "return" });
                self.all(values);
            }
        }
    }

    fn inside(&mut self, name: &str, body: &Block) {
        self.name(name);
        self.block(body);
    }

    fn count(&mut self, count: &Count) {
        self.name("count");
        self.expr(&count.low);
        if let Some(high) = &count.high {
            self.expr(high);
        }
        self.if_(count.separator.is_some(), "separator");
        if let Some(distribution) = &count.distribution {
            self.distribution(distribution);
        }
    }

    fn distribution(&mut self, distribution: &Distribution) {
        self.name(match distribution {
            Distribution::Uniform => "Uniform",
            Distribution::Zipf(_) => "Zipf",
            Distribution::Normal(..) => "Normal",
            Distribution::Exponential(_) => "Exponential",
            Distribution::Geometric(_) => "Geometric",
        });
    }

    fn all(&mut self, exprs: &[Expr]) {
        for expr in exprs {
            self.expr(expr);
        }
    }

    fn expr(&mut self, expr: &Expr) {
        use rqg_compiler::hir::Ty;
        match &expr.kind {
            ExprKind::Local(_) => self.name("local"),
            ExprKind::Int(_) => self.name("int"),
            ExprKind::Bool(_) => self.name("bool"),
            ExprKind::Str(_) => self.name("string"),
            ExprKind::Type(_) => self.name("type"),
            ExprKind::Class(_) => self.name("class"),
            ExprKind::Float(_) => self.name("fraction"),
            ExprKind::Range(low, high) => {
                self.name("range");
                for bound in [low, high].into_iter().flatten() {
                    self.expr(bound);
                }
            }
            ExprKind::Distribution(distribution) => self.distribution(distribution),
            ExprKind::Field(of, field) => {
                self.name(&format!(".{field:?}"));
                self.if_(matches!(of.ty, Ty::List(_)), ".of a list");
                self.if_(matches!(of.ty, Ty::Fk | Ty::UniqueKey), ".of a key");
                self.if_(of.ty == Ty::Function, ".of a function");
                self.expr(of);
            }
            ExprKind::Builtin(builtin, arguments) => {
                self.name(&format!("{builtin:?}()"));
                self.all(arguments);
            }
            ExprKind::Call(rule, arguments) => {
                let callee = rule.0 as usize;
                self.name("call");
                self.if_(callee == self.rule, "recursion");
                let imported = self
                    .grammar
                    .rules
                    .get(callee)
                    .is_some_and(|rule| !rule.main);
                self.if_(imported, "call of an import");
                let text = arguments.iter().any(|argument| argument.ty == Ty::Text);
                self.if_(text, "call with text");
                self.all(arguments);
            }
            ExprKind::Extern(_, arguments) => {
                self.name("extern fn");
                self.all(arguments);
            }
            ExprKind::Draws {
                distinct,
                item,
                count,
            } => {
                self.name(if *distinct { "distinct draws" } else { "draws" });
                self.count(count);
                self.expr(item);
            }
            ExprKind::List(items) => {
                self.name("list");
                self.all(items);
            }
            ExprKind::Text(body) => self.inside("text", body),
            ExprKind::Arithmetic(_, left, right) => {
                self.name("arithmetic");
                self.expr(left);
                self.expr(right);
            }
        }
    }

    fn guard(&mut self, guard: &Guard) {
        match &guard.kind {
            GuardKind::Or(left, right) => self.guards("or", &[left, right]),
            GuardKind::And(left, right) => self.guards("and", &[left, right]),
            GuardKind::Not(of) => self.guards("not", &[of]),
            GuardKind::Dialect(_) => self.name("dialect test"),
            GuardKind::Feature(_) => self.name("feature"),
            GuardKind::Same(left, right, _) => {
                self.name("same");
                self.expr(left);
                self.expr(right);
            }
            GuardKind::In(of, _) => {
                self.name("in");
                self.expr(of);
            }
            GuardKind::Compare(left, _, right) => {
                self.name("compare");
                self.expr(left);
                self.expr(right);
            }
            GuardKind::IsTrue(of) => {
                self.name("truth");
                self.expr(of);
            }
            GuardKind::Context(_) => self.name("context"),
        }
    }

    fn guards(&mut self, name: &str, parts: &[&Guard]) {
        self.name(name);
        for part in parts {
            self.guard(part);
        }
    }
}
