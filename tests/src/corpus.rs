//! Grammars and tokens to make inputs of.

use proptest::sample::Index;
use std::fs;
use std::path::Path;
use std::sync::OnceLock;

/// Tokens of the language, and some that are none.
pub const TOKENS: &[&str] = &[
    "(",
    ")",
    "{",
    "}",
    "[",
    "]",
    "|",
    ";",
    ";;",
    ":",
    ",",
    "~",
    "?",
    "?30%",
    "?200%",
    "{1..=3}",
    "{2..=5 \",\"}",
    "{..}",
    "=",
    "==",
    "!=",
    "->",
    "..",
    "..=",
    "+",
    "-",
    "*",
    "&&",
    "||",
    "!",
    ".",
    "::",
    "\"a\"",
    "\"",
    "'",
    "SELECT",
    "T",
    "t",
    "table()",
    "column(t)",
    "column(integer)",
    "let t = table();",
    "let (a, b) =",
    "let c = column(t);",
    "for c in t.columns \",\" { c }",
    "for",
    "in",
    "when",
    "when postgresql >= 15:",
    "3:",
    "-1:",
    "0:",
    "1.5",
    "99999999999999999999",
    "distinct",
    "scope {",
    "scope correlated {",
    "narrow(c) {",
    "full {",
    "context agg {",
    "context == agg",
    "bind t;",
    "bind",
    "effect create(t)",
    "effect drop(t)",
    "return t;",
    "return",
    "rule",
    "rule x(n: int) -> table =",
    "rule y =",
    "override",
    "extern fn",
    "use",
    "use std::predicates::*;",
    "dialect",
    "schema",
    "terminator",
    "query",
    "f(1)",
    "f",
    "zip(",
    "alias(t)",
    "value(c)",
    "literal(integer)",
    "type(number)",
    "int(1..=10)",
    "int(1..=10, zipf(1.1))",
    "regex(\"[a-z]+\")",
    "relation(fresh(\"c\"), [], [])",
    "one_of(",
    "true",
    "false",
    "as",
    "// x\n",
    "/*",
    "*/",
    "///",
    "//!",
    "\u{e9}",
    "\u{0}",
    "\n",
];

/// Every grammar of the project: fixtures, bundled ones, the standard modules.
#[must_use]
pub fn grammars() -> &'static [String] {
    static GRAMMARS: OnceLock<Vec<String>> = OnceLock::new();
    GRAMMARS.get_or_init(|| {
        let package = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut found = Vec::new();
        for directory in ["fixtures", "../grammars", "../compiler/std"] {
            collect(&package.join(directory), &mut found);
        }
        found.sort();
        found
    })
}

fn collect(directory: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rqg") {
            found.extend(fs::read_to_string(&path));
        }
    }
}

/// Changes a text: cuts a piece out, doubles it, moves it, or puts in a piece of another grammar.
pub fn mutate(text: &mut String, others: &[String], from: Index, to: Index, kind: u8) {
    let (start, end) = piece(text, from, to);
    let piece_text = text[start..end].to_owned();
    match kind {
        0 => text.replace_range(start..end, ""),
        1 => text.insert_str(end, &piece_text),
        2 => {
            text.replace_range(start..end, "");
            let place = boundary(text, to.index(text.len() + 1));
            text.insert_str(place, &piece_text);
        }
        _ if others.is_empty() => {}
        _ => {
            let other = from.get(others);
            let (from, to) = piece(other, to, from);
            text.insert_str(start, &other[from..to]);
        }
    }
}

/// A piece of at most 60 bytes, at character borders.
fn piece(text: &str, from: Index, to: Index) -> (usize, usize) {
    let start = boundary(text, from.index(text.len() + 1));
    let end = boundary(text, (start + to.index(60)).min(text.len()));
    (start, end.max(start))
}

fn boundary(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}
