//! Places that stand in the way of a proof, as diagnostics.

use super::automaton::{Fork, Seam};
use super::items::{Item, Items};
use super::pairs::Twins;
use super::words::{Uncut, Word, Words};
use super::{Example, Place};
use crate::diagnostics::{Code, Diagnostic};
use crate::ir::{Program, RuleId};
use crate::source::Span;

fn plain(diagnostic: Diagnostic) -> Place {
    Place {
        diagnostic,
        example: None,
    }
}

fn ambiguous(span: Span, message: impl Into<String>) -> Diagnostic {
    Diagnostic::new(Code::Ambiguous, span, message)
}

/// In the order of the source, each once.
pub fn sort(places: &mut Vec<Place>) {
    places.sort_by_key(|place| {
        let secondary = place.diagnostic.secondary.first().map(|label| label.span);
        (place.diagnostic.primary.span, secondary)
    });
    places.dedup_by(|a, b| {
        a.diagnostic.primary.span == b.diagnostic.primary.span
            && a.diagnostic.message == b.diagnostic.message
    });
}

/// Two paths that print the same.
pub fn twins(program: &Program, words: &Words, items: &Items, fork: &Fork, twins: &Twins) -> Place {
    let [first, second] = twins.arms;
    let text = printed(words, twins);
    let shown = if text.is_empty() { "nothing" } else { &text };
    let arm_of = |branch: &super::items::Branch, arm: usize| {
        branch.arms.get(arm).map_or(branch.span, |arm| arm.span)
    };
    let (diagnostic, derivations) = match fork.item.map(|item| &items.all[item]) {
        Some(Item::Branch(branch)) if matches!(branch.point, super::Point::Choice(_)) => {
            let spans = [arm_of(branch, first), arm_of(branch, second)];
            let found = ambiguous(spans[0], "two alternatives that can print the same text")
                .label("this one")
                .also(spans[1], "and this one")
                .help("make them differ in a word that only one of them prints at that place");
            let names = [first, second].map(|arm| format!("alternative {}", arm + 1));
            (found, names)
        }
        Some(Item::Branch(branch)) => {
            let found = ambiguous(
                branch.span,
                "an option that can print the same text whether it is taken or not",
            )
            .label("taken or left out")
            .help("separate it from what stands around it by a word");
            let names =
                [first, second].map(|arm| if arm == 0 { "taken" } else { "left out" }.to_owned());
            (found, names)
        }
        Some(Item::Loop(found)) => {
            let diagnostic = ambiguous(
                found.span,
                "a repetition that can print the same text with different numbers of rounds",
            )
            .label("another round, or the end of it")
            .help(
                "separate the rounds by what stands in none of them, or close the repetition by it",
            );
            let names = [first, second]
                .map(|arm| if arm == 0 { "it ends" } else { "another round" }.to_owned());
            (diagnostic, names)
        }
        _ => {
            let diagnostic =
                ambiguous(fork.span, "a value of which the text does not tell the end");
            (
                diagnostic,
                ["a shorter value".to_owned(), "a longer value".to_owned()],
            )
        }
    };
    let _ = program;
    let end = if twins.goes_on { " …" } else { "" };
    let diagnostic = diagnostic.help(format!("both print, from there on: {shown}{end}"));
    Place {
        diagnostic,
        example: Some(Example {
            text: format!("{text}{end}"),
            derivations: derivations.map(|line| vec![line]),
        }),
    }
}

/// The text of two paths side by side.
fn printed(words: &Words, twins: &Twins) -> String {
    let mut text = String::new();
    for &[first, second] in &twins.printed {
        let shown = match (&words.all[first], &words.all[second]) {
            (Word::Token(first), Word::Token(second)) => {
                // What is a word of one of them is known better than a kind.
                let (first, second) = (first.shown(), second.shown());
                if first.starts_with('<') && first.len() > 1 {
                    second
                } else {
                    first
                }
            }
            _ => "(…)".to_owned(),
        };
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(&shown);
    }
    text
}

/// Tokens that touch.
pub fn seam(words: &Words, seam: &Seam) -> Place {
    let [before, after] = seam.words.map(|word| match &words.all[word] {
        Word::Token(token) => token.shown(),
        _ => String::new(),
    });
    let [first, second] = seam.spans;
    let span = if second == Span::default() {
        first
    } else {
        second
    };
    let mut found = ambiguous(
        span,
        "what touches, so that the text does not tell where it ends",
    )
    .label(format!("`{after}` follows `{before}` without a space"))
    .help("leave the `~` out, or print something between them that is part of neither");
    if first != span && first != Span::default() {
        found = found.also(first, "what stands before it");
    }
    plain(found)
}

/// What cannot be cut into tokens.
pub fn uncut(uncut: &Uncut) -> Place {
    plain(match uncut {
        Uncut::Quote(span) => ambiguous(*span, "a text with a quote that it does not close")
            .label("what follows may belong to it")
            .help("write the whole literal as one text, or make it with `quote`"),
        Uncut::Raw(span) => ambiguous(*span, "a text of which nothing is known")
            .label("it may print anything")
            .help("put it in quotes with `quote`, or use a pattern of letters and digits"),
    })
}

/// A rule that comes back to itself.
pub fn recursion(program: &Program, rule: RuleId) -> Place {
    let (name, span) = program
        .rules
        .get(rule.index())
        .map_or(("?", Span::default()), |rule| {
            (rule.name.as_str(), rule.span)
        });
    plain(
        ambiguous(
            span,
            format!("rule `{name}` comes back to itself without a bracket in between"),
        )
        .label("how deeply it nests may not show")
        .help(
            "put its operands in parentheses, or give each level of precedence a rule of its own",
        ),
    )
}

/// A start rule of which not all was looked at.
pub fn too_large(program: &Program, start: RuleId) -> Place {
    let rule = program.rules.get(start.index());
    let span = rule.map_or(Span::default(), |rule| rule.span);
    let found = ambiguous(span, "a grammar of which not all could be looked at").help(
        "it is too large, or makes fresh names that do not start with a lower-case letter and end \
         with no digit",
    );
    plain(found)
}

/// A part with too many states.
pub fn large_region(span: Span) -> Place {
    plain(
        ambiguous(span, "a part that is too large to be looked at")
            .help("put parts of it in parentheses"),
    )
}

/// Two productions between which the next token does not decide; none if they have no place.
pub fn conflict(words: &Words, conflict: &super::lr::Conflict) -> Option<Place> {
    let [first, second] = conflict.between.map(|word| words.spans[word]);
    let (first, second) = if first == Span::default() {
        (second, first)
    } else {
        (first, second)
    };
    if first == Span::default() {
        return None;
    }
    let mut found = ambiguous(
        first,
        "the next token does not decide what this is a part of",
    )
    .label("this may have ended");
    if second != Span::default() && second != first {
        found = found.also(second, "or this, or it goes on");
    }
    Some(plain(found.help(
        "put operands in parentheses, or give each level of precedence a rule of its own",
    )))
}
