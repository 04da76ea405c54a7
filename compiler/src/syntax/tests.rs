//! The parser: trees of good grammars, diagnostics of bad ones.

use super::*;
use std::fmt::Write as _;

/// Parses; returns the tree and the diagnostics, drawn under their lines.
fn parsed(text: &str) -> (ast::File, String) {
    let mut diagnostics = Diagnostics::default();
    let file = parse(SourceId(0), text, &mut diagnostics);
    let mut out = String::new();
    for found in diagnostics.into_sorted() {
        draw(&mut out, text, &found);
    }
    (file, out)
}

fn draw(out: &mut String, text: &str, found: &Diagnostic) {
    let start = found.primary.span.start as usize;
    let end = found.primary.span.end as usize;
    let line_start = text[..start].rfind('\n').map_or(0, |i| i + 1);
    let line = text[line_start..].lines().next().unwrap_or_default();
    let column = text[line_start..start].chars().count();
    let width = text[start..end].chars().count().max(1);
    let _ = writeln!(out, "{}: {}", found.code, found.message);
    let _ = writeln!(out, "| {line}");
    let _ = writeln!(
        out,
        "| {}{} {}",
        " ".repeat(column),
        "^".repeat(width),
        found.primary.text
    );
    for help in &found.help {
        let _ = writeln!(out, "= {help}");
    }
}

fn errors(text: &str) -> String {
    parsed(text).1
}

pub(super) const CRUD: &str = r#"//! Create, read, update, delete over whatever schema the run is given.
//! Second line.
grammar crud;

use std::predicates::predicate;              // modules
use std::values::{a, b as c};
use common::dates::*;

dialect postgresql >= 12, yugabytedb >= 2.14;
schema "shop.sql";                           // embedded default
terminator ";";
extern fn checksum(x: text, n: int) -> int;

/// Entry point.
/// More.
rule query =
    | 4: select
    | 2: insert
    | update                                 // weight 1
    | 1 when postgresql >= 15: merge         /* guard */
    ;

rule select =
    let t = table();                         // bind now, place later
    SELECT DISTINCT?10% (for c in distinct column(t){1..=5} "," { c }) FROM t
    where(t)?80% (LIMIT int(1..=100, zipf(1.1)))?;

rule insert =
    let t = table();
    let cs = distinct insertable(t){1..};    // clamped to what exists
    INSERT INTO t "(" (for c in cs "," { c }) ")" VALUES "(" (for c in cs "," { value(c) }) ")";

override rule where(t: table) = WHERE predicate(t);

rule from_item() -> (text, table) =
    let s = source();
    let r = alias(s);
    return ({ s AS r }, r);

rule expr(T: type, n: int) =
    | column(T)
    | when T == bool && (n > 0 || !feature(merge)) && context != agg:
      { let U = type(comparable); expr(U, n - 1) "<" expr(U, n * 2 + 1) }
    | when T in number: COUNT ~ "(" expr(T, 0){2..=5 "," , zipf(1.1)} ")"
    | -1: x{3} y{..n} z{n + 1..=m} "a" ~ "b" T.name xs.columns.first?0.5%
    | scope correlated { bind r, s; narrow([a, b]) { full { column() } } context agg { f(in number) } }
    | CREATE TABLE p effect create(p) ;; DROP TABLE p effect drop(p)
    | for (c, T) in zip(cs, ts) "," { let (a, b) = g({ A | B }); a }
    |
    ;
"#;

#[test]
fn parses_the_whole_language() {
    let (file, diagnostics) = parsed(CRUD);
    assert_eq!(diagnostics, "");
    assert_eq!(file.items.len(), 14);
    assert_eq!(file.docs.len(), 2);
}

mod errors;
mod robustness;
