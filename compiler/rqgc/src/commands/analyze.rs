//! `rqgc analyze`

use crate::cli::{AnalyzeArgs, ReportFormat};
use crate::failure::Failure;
use crate::report::Report;
use crate::{grammar, terminal};
use rqg_compiler::lower::{self, RuleSize};
use rqg_compiler::{compile, hir};
use serde_json::{Value, json};
use std::fmt::Write as _;

pub fn run(args: &AnalyzeArgs) -> Result<(), Failure> {
    let start = args
        .rule
        .as_deref()
        .unwrap_or(rqg_compiler::analysis::START);
    let compilation = compile(&grammar::input(&args.grammar)?.start(start));
    let mut report = Report::new(compilation.sources, false);
    report.add(compilation.diagnostics);
    report.print()?;
    let (Some(grammar), Some(_)) = (&compilation.grammar, &compilation.program) else {
        return Err(Failure::Reported);
    };
    let Some(analysis) = Analysis::new(grammar, start) else {
        return Err(Failure::Input(format!("there is no rule `{start}`")));
    };
    match args.format {
        ReportFormat::Human => terminal::print(&analysis.human()),
        ReportFormat::Json => terminal::print(&format!("{:#}\n", analysis.json())),
    }
}

/// What is expected of the units that one start rule makes.
struct Analysis<'a> {
    grammar: &'a hir::Grammar,
    start: usize,
    sizes: Vec<RuleSize>,
    reached: Vec<usize>,
}

impl<'a> Analysis<'a> {
    fn new(grammar: &'a hir::Grammar, start: &str) -> Option<Self> {
        let start = grammar.rules.iter().position(|rule| rule.name == start)?;
        let reached = lower::reached_from(grammar, start);
        Some(Self {
            grammar,
            start,
            sizes: lower::sizes(grammar),
            reached: (0..reached.len()).filter(|&rule| reached[rule]).collect(),
        })
    }

    fn json(&self) -> Value {
        let size = |rule: usize| {
            let size = self.sizes[rule];
            // JSON has no infinity: null.
            json!({
                "name": self.grammar.rules[rule].name,
                "expected_calls": finite(size.calls),
                "expected_depth": finite(size.depth),
                "entropy_bits": finite(size.entropy),
            })
        };
        let rules: Vec<_> = self.reached.iter().map(|&rule| size(rule)).collect();
        let start = self.sizes[self.start];
        json!({
            "grammar": self.grammar.name,
            "start": self.grammar.rules[self.start].name,
            "expected_calls": finite(start.calls),
            "expected_depth": finite(start.depth),
            "entropy_bits": finite(start.entropy),
            "rules": rules,
        })
    }

    fn human(&self) -> String {
        let name = |rule: usize| self.grammar.rules[rule].name.as_str();
        let width = self
            .reached
            .iter()
            .map(|&rule| name(rule).chars().count())
            .max()
            .unwrap_or(0);
        // Writing to a string never fails.
        let mut text = String::new();
        let _ = writeln!(
            text,
            "{}: {} of {} rules are reached from `{}`\n",
            self.grammar.name,
            self.reached.len(),
            self.grammar.rules.len(),
            name(self.start),
        );
        let _ = writeln!(
            text,
            "{:width$}  {:>10}  {:>10}  {:>12}",
            "rule", "calls", "depth", "entropy"
        );
        for &rule in &self.reached {
            let size = self.sizes[rule];
            let _ = writeln!(
                text,
                "{:width$}  {:>10}  {:>10}  {:>12}",
                name(rule),
                number(size.calls),
                number(size.depth),
                format!("{} bits", number(size.entropy)),
            );
        }
        text.push_str("\nExpected number of rule calls, nesting of them, and entropy of the choices, of one derivation\nof each rule; guards count as open.\n");
        text
    }
}

fn finite(number: f64) -> Value {
    if number.is_finite() {
        json!(number)
    } else {
        Value::Null
    }
}

fn number(number: f64) -> String {
    if number.is_finite() {
        format!("{number:.1}")
    } else {
        "infinite".to_owned()
    }
}
