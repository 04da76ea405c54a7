//! What was found out, for people and for tools.

use super::word;
use rqg_compiler::ambiguity::{Place, Proof, Verdict};
use rqg_compiler::diagnostics::{Diagnostic, json, render};
use rqg_compiler::hir::Grammar;
use rqg_compiler::lower::RuleSize;
use rqg_compiler::source::Sources;
use rqg_compiler::space::{Number, Sample, Ways};
use serde_json::{Value, json};
use std::fmt::Write as _;

/// Numbers of more bits than this are given by their magnitude.
const MOST_BITS: f64 = 130.0;

/// What is known of the units that one start rule makes.
pub struct Analysis<'a> {
    pub grammar: &'a Grammar,
    /// The start rule.
    pub start: usize,
    /// By rule, whether it is reached.
    pub reached: Vec<bool>,
    /// By rule.
    pub sizes: Vec<RuleSize>,
    /// By rule: its derivations without a budget.
    pub ways: Vec<Option<Ways>>,
    /// The derivations of the start rule within each budget from 1 on.
    pub budgets: Vec<Ways>,
    pub proof: Proof,
    pub sample: Option<Sample>,
    /// Of how many units to say how many differ.
    pub count: u64,
}

impl Analysis<'_> {
    fn rules(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.reached.len()).filter(|&rule| self.reached[rule])
    }

    fn places(&self) -> &[Place] {
        match self.proof.verdict() {
            Verdict::Proven => &[],
            Verdict::Unproven(places) => places,
        }
    }

    /// The derivations within the budget that a run has.
    fn within(&self) -> Option<&Ways> {
        self.budgets.last()
    }

    /// How many different units there can be at most, if that is known.
    fn most(&self) -> Option<f64> {
        let ways = self.within().filter(|ways| ways.exact)?;
        (ways.number != Number::Endless).then(|| ways.bits().exp2())
    }

    /// How many different units a run gives: of independent draws about, of a strict run at most.
    fn distinct(&self) -> Option<(f64, f64)> {
        let count = self.count as f64;
        let strict = self.most().map_or(count, |most| most.min(count));
        let sample = self.sample.as_ref()?;
        Some((sample.distinct_of(self.count, self.most()), strict))
    }

    pub fn json(&self, sources: &Sources) -> Value {
        let rule = |rule: usize| {
            let size = self.sizes[rule];
            // JSON has no infinity: null.
            json!({
                "name": self.grammar.rules[rule].name,
                "expected_calls": finite(size.calls),
                "expected_depth": finite(size.depth),
                "entropy_bits": finite(size.entropy),
                "derivations": self.ways[rule].as_ref().map(ways),
            })
        };
        let budgets = self.budgets.iter().enumerate();
        let budgets = budgets.map(|(at, found)| {
            let mut entry = ways(found);
            entry["budget"] = json!(at + 1);
            entry
        });
        let places = self.places().iter().map(|place| {
            let mut entry = diagnostic(&place.diagnostic, sources);
            if let Some(example) = &place.example {
                entry["example"] = json!({
                    "text": example.text,
                    "derivations": example.derivations,
                });
            }
            entry
        });
        let size = self.sizes[self.start];
        let rules: Vec<Value> = self.rules().map(rule).collect();
        json!({
            "grammar": self.grammar.name,
            "start": self.grammar.rules[self.start].name,
            "ambiguity": word(&self.proof),
            "places": places.collect::<Vec<Value>>(),
            "hidden": self.proof.hidden().count(),
            "expected_calls": finite(size.calls),
            "expected_depth": finite(size.depth),
            "entropy_bits": finite(size.entropy),
            "derivations": self.ways[self.start].as_ref().map(ways),
            "derivations_by_budget": budgets.collect::<Vec<Value>>(),
            "sample": self.sample.as_ref().map(|sample| json!({
                "units": sample.units,
                "distinct": sample.distinct,
                "mean_bytes": sample.mean_bytes,
                "largest_bytes": sample.most_bytes,
                "mean_depth": sample.mean_depth,
                "deepest": sample.most_depth,
                "drawn_bits": sample.bits,
                "collision_bits": finite(sample.collision_bits()),
            })),
            "distinct_units": self.distinct().map(|(independent, strict)| json!({
                "of": self.count,
                "independent": independent.round(),
                "strict": strict.round(),
            })),
            "rules": rules,
        })
    }

    pub fn human(&self, sources: &Sources) -> String {
        // Writing to a string never fails.
        let mut text = String::new();
        let _ = writeln!(
            text,
            "{}: {} of {} rules are reached from `{}`\n",
            self.grammar.name,
            self.rules().count(),
            self.grammar.rules.len(),
            self.grammar.rules[self.start].name,
        );
        self.table(&mut text);
        self.summary(&mut text);
        let diagnostics: Vec<Diagnostic> = self
            .places()
            .iter()
            .map(|place| place.diagnostic.clone())
            .collect();
        if !diagnostics.is_empty() {
            let _ = writeln!(
                text,
                "\n{}",
                render::human(&diagnostics, sources, false).trim_end()
            );
        }
        text
    }

    fn table(&self, text: &mut String) {
        let name = |rule: usize| self.grammar.rules[rule].name.as_str();
        let lengths = self.rules().map(|rule| name(rule).chars().count());
        let width = lengths.max().unwrap_or(0);
        let _ = writeln!(
            text,
            "{:width$}  {:>10}  {:>10}  {:>12}  {:>16}",
            "rule", "calls", "depth", "entropy", "derivations"
        );
        for rule in self.rules() {
            let size = self.sizes[rule];
            let _ = writeln!(
                text,
                "{:width$}  {:>10}  {:>10}  {:>12}  {:>16}",
                name(rule),
                number(size.calls),
                number(size.depth),
                format!("{} bits", number(size.entropy)),
                self.ways[rule]
                    .as_ref()
                    .map_or_else(String::new, |ways| shown(ways, 30.0)),
            );
        }
        text.push_str(
            "\nExpected number of rule calls, nesting of them, and entropy of the choices, of one derivation\n\
             of each rule, where guards count as open; and how many derivations it has (≥: at least so\n\
             many, since the schema decides of the rest).\n",
        );
    }

    fn summary(&self, text: &mut String) {
        text.push('\n');
        let mut line = |what: &str, value: String| {
            let _ = writeln!(text, "{what:<14}{value}");
        };
        line("ambiguity", word(&self.proof).to_owned());
        let hidden = self.proof.hidden().count();
        if hidden > 0 {
            line(
                "",
                format!("{hidden} choices and draws do not show in the text"),
            );
        }
        if let Some(within) = self.within() {
            let budget = self.budgets.len();
            let bits = within.bits();
            let bits = match bits.is_finite() {
                true if bits < 1e6 => format!(", {bits:.1} bits"),
                _ => String::new(),
            };
            let number = shown(within, MOST_BITS);
            line(
                "derivations",
                format!("{number} within {budget} nested calls{bits}"),
            );
        }
        if let Some(sample) = &self.sample {
            line(
                "sample",
                format!(
                    "{} units, {} of them different: {:.0} bytes and {:.1} nested calls on average, \
                     {} bytes and {} nested calls at most",
                    sample.units,
                    sample.distinct,
                    sample.mean_bytes,
                    sample.mean_depth,
                    sample.most_bytes,
                    sample.most_depth,
                ),
            );
            let collision = sample.collision_bits();
            let collision = if collision.is_finite() {
                format!("{collision:.1} bits")
            } else {
                "no two units of the sample are equal".to_owned()
            };
            line(
                "entropy",
                format!(
                    "{:.1} bits are drawn for a unit; collision entropy: {collision}",
                    sample.bits
                ),
            );
        }
        if let Some((independent, strict)) = self.distinct() {
            line(
                "distinct",
                format!(
                    "of {} units about {independent:.0} if drawn independently, {strict:.0} at most \
                     with --unique strict",
                    self.count
                ),
            );
        }
    }
}

/// A diagnostic as `rqgc check --format json` has it.
fn diagnostic(found: &Diagnostic, sources: &Sources) -> Value {
    let line = json::lines(std::slice::from_ref(found), sources);
    serde_json::from_str(&line).unwrap_or(Value::Null)
}

/// The number as text, since it may have hundreds of digits; null if it is too large to be worked
/// out, or if there is no end to them.
fn ways(ways: &Ways) -> Value {
    let number = match &ways.number {
        Number::Of(number) => Some(number.to_string()),
        Number::Vast(_) | Number::Endless => None,
    };
    json!({
        "number": number,
        "infinite": ways.number == Number::Endless,
        "exact": ways.exact,
        "bits": finite(ways.bits()),
    })
}

/// The number, by its magnitude if it has more bits than are to be shown.
fn shown(ways: &Ways, most_bits: f64) -> String {
    let sign = if ways.exact { "" } else { "≥ " };
    match &ways.number {
        Number::Endless => "infinite".to_owned(),
        Number::Of(number) if ways.bits() < most_bits => format!("{sign}{number}"),
        Number::Of(_) => {
            let exponent = ways.bits() * std::f64::consts::LOG10_2;
            let leading = 10f64.powf(exponent.fract());
            format!("{sign}{leading:.1}e{}", exponent.trunc())
        }
        Number::Vast(bits) => format!("{sign}2^{bits:.1e}"),
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
