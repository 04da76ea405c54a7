//! Tests of the analysis: small grammars and what is found in them.

use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::hir::Grammar;
use crate::source::Sources;
use crate::{Input, check};

mod bodies;
mod modules;
mod scopes;
mod types;

/// A grammar and what was found in it.
pub(super) struct Checked {
    pub grammar: Option<Grammar>,
    pub found: Vec<Diagnostic>,
    sources: Sources,
}

pub(super) fn checked(text: &str) -> Checked {
    checked_input(&Input::text("test.rqg", text))
}

pub(super) fn checked_input(input: &Input) -> Checked {
    let mut sources = Sources::default();
    let mut diagnostics = Diagnostics::default();
    let grammar = check(input, &mut sources, &mut diagnostics);
    Checked {
        grammar,
        found: diagnostics.into_sorted(),
        sources,
    }
}

impl Checked {
    /// Each finding as `RQG0101 at `text`: message`.
    pub fn lines(&self) -> Vec<String> {
        self.found
            .iter()
            .map(|found| {
                let span = found.primary.span;
                let text = &self.sources.get(span.source).text;
                let place = &text[span.start as usize..span.end as usize];
                format!("{} at `{place}`: {}", found.code, found.message)
            })
            .collect()
    }
}

/// Asserts that a grammar has exactly these findings, in source order, each given as its code and
/// the text it points at.
#[track_caller]
pub(super) fn assert_found(text: &str, expected: &[(u16, &str)]) {
    let checked = checked(text);
    let found: Vec<(u16, &str)> = checked
        .found
        .iter()
        .map(|found| {
            let span = found.primary.span;
            let text = &checked.sources.get(span.source).text;
            (
                found.code as u16,
                &text[span.start as usize..span.end as usize],
            )
        })
        .collect();
    assert_eq!(found, expected, "{:#?}", checked.lines());
}

/// Asserts that one finding's help or labels hold a text.
#[track_caller]
pub(super) fn assert_tells(text: &str, told: &str) {
    let checked = checked(text);
    let tells = |found: &Diagnostic| {
        let labels = found.secondary.iter().map(|label| &label.text);
        let texts = found
            .help
            .iter()
            .chain([&found.message, &found.primary.text]);
        texts.chain(labels).any(|text| text.contains(told))
    };
    assert!(checked.found.iter().any(tells), "{:#?}", checked.found);
}

const SAMPLE: &str = r#"
//! Create, read, update, delete.
grammar crud;
use std::predicates::predicate;
dialect postgresql >= 12, yugabytedb >= 2.14;
terminator ";;";

/// Entry point.
rule query =
    | 4: select
    | 2: insert
    | update
    | 1 when postgresql >= 15 && feature(merge): merge
    ;

rule select =
    let t = table();
    scope {
    let r = alias(t); bind r;
    SELECT DISTINCT?10% (for c in distinct column(r){1..=5} "," { c }) FROM t AS r
    where?80% (LIMIT int(1..=100, zipf(1.1)))? };

rule insert =
    let t = table();
    let cs = distinct insertable(t){1..};
    INSERT INTO t "(" (for c in cs "," { c }) ")" VALUES "(" (for c in cs "," { value(c) }) ")";

rule update = let t = table(); let c = updatable(t); UPDATE t SET c "=" value(c);
rule merge = MERGE;
rule where = WHERE expr(bool);
rule expr(T: type) =
    | column(T)
    | when T == bool: { let U = type(comparable); expr(U) "<" expr(U) }
    | literal(T);
"#;

#[test]
fn sample() {
    let sample = SAMPLE.replace("use std::predicates::predicate;", "");
    let checked = checked(&sample);
    assert_eq!(checked.lines(), Vec::<String>::new());
    assert!(checked.grammar.is_some());
}
