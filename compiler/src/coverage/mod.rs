//! Coverage: how often the rules and alternatives of a grammar, as it is written, were used.
//!
//! [`Counts`] watches derivations; [`Coverage::new`] tells where in the grammar the parts are that
//! were counted, and compares the shares of alternatives with their weights.

mod counts;
mod places;
#[cfg(test)]
mod tests;
mod written;

pub use counts::Counts;

use crate::hir::Grammar;
use crate::interpret::Generator;
use crate::source::{Sources, Span};
use places::{Placed, Possible};
use serde::Serialize;
use written::{Choice, Repeated};

/// How often the parts of a grammar were used.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Coverage {
    /// Units in which uses were counted.
    pub units: u64,
    /// Rules that were used, of those that can be.
    pub rules_used: Share,
    /// Alternatives that were chosen, of those that can be; where there is only one none is.
    pub alternatives_used: Share,
    /// Options and repetitions that were not left out, of those that can be taken.
    pub parts_used: Share,
    /// The rules that the start rule leads to, in source order.
    pub rules: Vec<RuleUse>,
}

/// So many of so many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Share {
    /// So many.
    pub used: u64,
    /// Of so many.
    pub of: u64,
}

/// A place in a source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Place {
    /// The file, as diagnostics call it.
    pub file: String,
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    /// Where it is in the sources.
    #[serde(skip)]
    pub span: Span,
}

/// What became of a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// It was used.
    Used,
    /// It can be used, and was not.
    Unused,
    /// It can't be used in this run: dialect, schema, weights or steering leave it out.
    Off,
}

/// A rule.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RuleUse {
    /// Its name, with its module if it is imported.
    pub name: String,
    /// Where its name is.
    pub place: Place,
    /// How often it was derived.
    pub uses: u64,
    /// What became of it.
    pub state: State,
    /// Choices among its alternatives, and among those of groups in it.
    pub choices: Vec<ChoiceUse>,
    /// Options and repetitions in it.
    pub parts: Vec<PartUse>,
}

/// A choice.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ChoiceUse {
    /// Where its alternatives begin.
    pub place: Place,
    /// Whether it is among the alternatives of the rule itself.
    pub whole_rule: bool,
    /// How often it was made.
    pub uses: u64,
    /// Its alternatives in source order.
    pub alternatives: Vec<AlternativeUse>,
}

/// An alternative.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AlternativeUse {
    /// Its number, from 1.
    pub number: u32,
    /// What `--weight` may call it as well: what it begins with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Where it is.
    pub place: Place,
    /// How it begins, on one line.
    pub text: String,
    /// Its weight, as written or steered.
    pub weight: u32,
    /// How often it was chosen.
    pub uses: u64,
    /// Its share of the uses, from 0 to 1; none where no choice was made.
    pub share: Option<f64>,
    /// Its share of the weights of what can be chosen in this run; none if it can't.
    pub expected: Option<f64>,
    /// What became of it.
    pub state: State,
}

/// What an option or a repetition is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum PartKind {
    /// `x?`
    Option,
    /// `x{…}`
    Repetition,
}

/// An option or a repetition.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PartUse {
    /// Which of them.
    pub kind: PartKind,
    /// Where it is.
    pub place: Place,
    /// How it begins, on one line.
    pub text: String,
    /// How often it was come to.
    pub reached: u64,
    /// How often an option was taken, or how many rounds a repetition had in all.
    pub taken: u64,
    /// The chance of an option, from 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chance: Option<f64>,
    /// What became of it.
    pub state: State,
}

impl Coverage {
    /// What was counted in so many units of a run. `written` is the grammar before it was steered, with
    /// the weights that were asked for, and `sources` are those that it was read from.
    #[must_use]
    pub fn new(
        generator: &Generator,
        written: &Grammar,
        sources: &Sources,
        counts: &Counts,
        units: u64,
    ) -> Self {
        let program = generator.program();
        let report = Report {
            grammar: written,
            sources,
            placed: Placed::new(program, counts),
            possible: Possible::find(program, generator.plan(), generator.start()),
        };
        let start = program.rules.get(generator.start().index());
        let rules = start.map_or_else(Vec::new, |start| report.rules(start.span));
        let mut coverage = Self {
            units,
            rules_used: Share::default(),
            alternatives_used: Share::default(),
            parts_used: Share::default(),
            rules,
        };
        for rule in &coverage.rules {
            coverage.rules_used.count(rule.state);
            for choice in &rule.choices {
                for alternative in &choice.alternatives {
                    coverage.alternatives_used.count(alternative.state);
                }
            }
            for part in &rule.parts {
                coverage.parts_used.count(part.state);
            }
        }
        coverage
    }
}

impl Share {
    fn count(&mut self, state: State) {
        self.used += u64::from(state == State::Used);
        self.of += u64::from(state != State::Off);
    }
}

/// What a report is made of.
struct Report<'a> {
    grammar: &'a Grammar,
    sources: &'a Sources,
    placed: Placed,
    possible: Possible,
}

impl Report<'_> {
    /// The rules that one leads to.
    fn rules(&self, start: Span) -> Vec<RuleUse> {
        let rules = &self.grammar.rules;
        let start = rules.iter().position(|rule| rule.span == start);
        let Some(start) = start else {
            return Vec::new();
        };
        let reached = crate::lower::reached_from(self.grammar, start);
        let mut found: Vec<RuleUse> = rules
            .iter()
            .zip(reached)
            .filter(|(_, reached)| *reached)
            .map(|(rule, _)| {
                let uses = self.placed.rule(rule.span);
                let parts = written::parts(&rule.body);
                let choices = parts.choices.iter().map(|choice| self.choice(choice));
                RuleUse {
                    name: rule.name.clone(),
                    place: self.place(rule.span),
                    uses,
                    state: state(uses, self.possible.rules.contains(&rule.span)),
                    choices: choices.collect(),
                    parts: parts.repeated.iter().map(|part| self.part(part)).collect(),
                }
            })
            .collect();
        found.sort_by_key(|rule| rule.place.span);
        found
    }

    fn choice(&self, choice: &Choice<'_>) -> ChoiceUse {
        let span = choice.block.span;
        let alternatives = &choice.block.alternatives;
        let can = |ordinal| self.possible.alternatives.contains(&(span, ordinal));
        let all = alternatives.iter();
        let uses: u64 = all
            .clone()
            .map(|it| self.placed.alternative((span, it.ordinal)))
            .sum();
        let possible = all.clone().filter(|it| can(it.ordinal));
        let weights: u64 = possible.map(|it| u64::from(it.weight)).sum();
        let share = |part: u64, of: u64| (of > 0).then(|| part as f64 / of as f64);
        let alternatives = all.map(|alternative| {
            let ordinal = alternative.ordinal;
            let chosen = self.placed.alternative((span, ordinal));
            AlternativeUse {
                number: ordinal + 1,
                name: crate::steering::name_of(self.grammar, alternative),
                place: self.place(alternative.span),
                text: self.text(alternative.span),
                weight: alternative.weight,
                uses: chosen,
                share: share(chosen, uses),
                expected: share(u64::from(alternative.weight), weights).filter(|_| can(ordinal)),
                state: state(chosen, can(ordinal)),
            }
        });
        ChoiceUse {
            place: self.place(span),
            whole_rule: choice.whole_rule,
            uses,
            alternatives: alternatives.collect(),
        }
    }

    fn part(&self, part: &Repeated<'_>) -> PartUse {
        let (mut reached, mut taken) = self.placed.part(part.span);
        let mut possible = self.possible.parts.contains(&part.span);
        // An option that steering takes in any case is no option any more: its body tells.
        if part.chance.is_some() {
            let alternatives = part.body.alternatives.iter();
            let places = alternatives.map(|it| (part.body.span, it.ordinal));
            let uses: u64 = places.clone().map(|it| self.placed.alternative(it)).sum();
            // Several alternatives are counted wherever they stand.
            let elsewhere = match places.len() {
                1 => 0,
                _ => taken,
            };
            let always = uses.saturating_sub(elsewhere);
            (reached, taken) = (reached + always, taken + always);
            possible |= places
                .clone()
                .any(|it| self.possible.alternatives.contains(&it));
        }
        PartUse {
            kind: match part.chance {
                Some(_) => PartKind::Option,
                None => PartKind::Repetition,
            },
            place: self.place(part.span),
            text: self.text(part.span),
            reached,
            taken,
            chance: part.chance.map(|chance| f64::from(chance) / 1e6),
            state: state(taken, possible),
        }
    }

    fn place(&self, span: Span) -> Place {
        let (line, column) = self.sources.position(span.source, span.start);
        Place {
            file: self.sources.get(span.source).name.clone(),
            line,
            column,
            span,
        }
    }

    /// How a part begins, on one line.
    fn text(&self, span: Span) -> String {
        const MOST: usize = 60;
        let text = &self.sources.get(span.source).text;
        let text = text.get(span.start as usize..span.end as usize);
        let words: Vec<&str> = text.unwrap_or_default().split_whitespace().collect();
        let text = words.join(" ");
        match text.char_indices().nth(MOST) {
            Some((end, _)) => format!("{}…", &text[..end]),
            None => text,
        }
    }
}

fn state(uses: u64, possible: bool) -> State {
    match (uses, possible) {
        (1.., _) => State::Used,
        (0, true) => State::Unused,
        (0, false) => State::Off,
    }
}
