//! Steering: changes the mix of a grammar's derivations without editing it.
//!
//! It is applied to the checked grammar, before requirements are inferred, so that all that comes
//! later sees a grammar that could have been written: demands, termination, proofs and both backends
//! hold for it as for any other.
//!
//! - A weight replaces the one that is written.
//! - Without a rule: no derivation uses it. What can't do without it, an alternative or a whole rule,
//!   is left out, an option is not taken, a repetition that may be empty is.
//! - Only a rule: each derivation from the start rule uses it, or another one that is named so.
//!
//! AFTER steering: alternatives that are left out have no weight and no elements, so that those that
//! stay keep their places.

mod names;
mod rewrite;
#[cfg(test)]
mod tests;
mod versions;
mod ways;

use crate::diagnostics::{Code, Diagnostic, Diagnostics};
use crate::hir::{Grammar, RuleId};
use crate::lower;
pub(crate) use names::name_of;
use names::{find_alternative, find_rule};
use std::fmt;
use std::str::FromStr;
use ways::Aim;

/// The largest weight.
const LARGEST_WEIGHT: u32 = 1_000_000;

/// How the mix of derivations is changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Steering {
    /// Weights in place of those that are written; of several for one alternative the last one.
    pub weights: Vec<Weight>,
    /// Rules of which each derivation uses at least one; none: any derivation.
    pub only: Vec<String>,
    /// Rules that no derivation uses.
    pub without: Vec<String>,
}

/// The weight of an alternative of a rule, written `rule.alternative=5`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Weight {
    /// The rule, as it is called in the grammar or, if it is imported, with or without its module.
    pub rule: String,
    /// The alternative: its number, from 1, or the rule, builtin or word that it begins with.
    pub alternative: String,
    /// From 0, which leaves it out, to 1,000,000.
    pub weight: u32,
}

impl FromStr for Weight {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let form = "write RULE.ALTERNATIVE=WEIGHT, such as query.select=5 or query.2=0";
        let (place, weight) = text.rsplit_once('=').ok_or(form)?;
        let (rule, alternative) = place.rsplit_once('.').ok_or(form)?;
        if rule.is_empty() || alternative.is_empty() {
            return Err(form.to_owned());
        }
        let is_number = !weight.is_empty() && weight.bytes().all(|byte| byte.is_ascii_digit());
        let weight = weight.parse().ok().filter(|_| is_number);
        match weight {
            Some(weight @ 0..=LARGEST_WEIGHT) => Ok(Self {
                rule: rule.to_owned(),
                alternative: alternative.to_owned(),
                weight,
            }),
            _ => Err("a weight is a whole number from 0 to 1000000".to_owned()),
        }
    }
}

impl fmt::Display for Weight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}={}", self.rule, self.alternative, self.weight)
    }
}

impl Steering {
    /// Whether it changes nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.weights.is_empty() && self.only.is_empty() && self.without.is_empty()
    }

    /// The flags that ask for it, as (name without dashes, value).
    pub fn flags(&self) -> impl Iterator<Item = (&'static str, String)> + '_ {
        let weights = self.weights.iter();
        let weights = weights.map(|weight| ("weight", weight.to_string()));
        let only = self.only.iter().map(|rule| ("only", rule.clone()));
        let without = self.without.iter().map(|rule| ("without", rule.clone()));
        weights.chain(only).chain(without)
    }
}

/// A grammar that is steered.
#[derive(Debug)]
pub(crate) struct Steered {
    /// What is derived from.
    pub grammar: Grammar,
    /// What is written, with the weights that were asked for.
    pub written: Grammar,
}

/// Steers a checked grammar. None after errors, which are reported.
pub(crate) fn steer(
    grammar: &Grammar,
    steering: &Steering,
    diagnostics: &mut Diagnostics,
) -> Option<Steered> {
    let mut written = grammar.clone();
    let mut rules = |names: &[String]| {
        let mut found = vec![false; grammar.rules.len()];
        for name in names {
            match find_rule(grammar, name) {
                Ok(rule) => found[rule] = true,
                Err(error) => diagnostics.push(error),
            }
        }
        found
    };
    let (only, without) = (rules(&steering.only), rules(&steering.without));
    for weight in &steering.weights {
        if let Err(error) = set_weight(&mut written, weight) {
            diagnostics.push(error);
        }
    }
    if diagnostics.has_errors() {
        return None;
    }
    let mut endless = Diagnostics::default();
    lower::check_unsound(&written, &mut endless);
    let leaves_out = steering.weights.iter().any(|weight| weight.weight == 0);
    for found in endless.into_sorted() {
        diagnostics.push(if leaves_out {
            found.help("an alternative that --weight leaves out may be what ends it")
        } else {
            found
        });
    }
    if diagnostics.has_errors() {
        return None;
    }
    let mut steered = if steering.only.is_empty() && steering.without.is_empty() {
        written.clone()
    } else {
        versions::make(&written, &Aim { only, without }, diagnostics)?
    };
    steered.steered = true;
    Some(Steered {
        grammar: steered,
        written,
    })
}

/// Sets a weight, unless nothing is left to choose then.
fn set_weight(grammar: &mut Grammar, weight: &Weight) -> Result<(), Diagnostic> {
    let rule = find_rule(grammar, &weight.rule)?;
    let alternative = find_alternative(grammar, rule, &weight.alternative)?;
    let rule = &mut grammar.rules[rule];
    let (span, name) = (rule.span, rule.name.clone());
    let alternatives = &mut rule.body.alternatives;
    let place = alternatives[alternative].span;
    alternatives[alternative].weight = weight.weight;
    if alternatives.iter().any(|found| found.weight > 0) {
        return Ok(());
    }
    let message = format!("no alternative of `{name}` is left that has a weight");
    Err(Diagnostic::new(Code::SteeredAway, span, message)
        .also(place, format!("the last one, without weight by {weight}"))
        .help("give another alternative a weight, or leave the rule out with --without"))
}

/// Nothing is left to derive from the start rule.
fn nothing_left(grammar: &Grammar, start: RuleId, message: String) -> Diagnostic {
    Diagnostic::new(
        Code::SteeredAway,
        grammar.rules[start.0 as usize].span,
        message,
    )
}
