//! Hostile and huge inputs: parsing always returns, in linear time.

use super::parsed;
use proptest::prelude::*;

/// The codes of what parsing reports. Exponential time would never return.
fn codes(text: &str) -> String {
    let mut diagnostics = super::Diagnostics::default();
    let file = super::parse(super::SourceId(0), text, &mut diagnostics);
    drop(file);
    let mut found: Vec<String> = diagnostics
        .into_sorted()
        .iter()
        .map(|found| found.code.to_string())
        .collect();
    found.dedup();
    found.join(" ")
}

fn nested(open: &str, inside: &str, close: &str, depth: usize) -> String {
    format!(
        "rule a = {}{inside}{} ;",
        open.repeat(depth),
        close.repeat(depth)
    )
}

#[test]
fn deep_nesting_parses_up_to_the_limit() {
    for (open, inside, close) in [
        ("(", "A", ")"),
        ("{", "A", "}"),
        ("(A | ", "B", ")"),
        ("(A (", "B", "))"),
        ("f({", "x", "})"),
        ("f(g(", "x", "))"),
        ("f([", "x", "])"),
        ("let x = { ", "A", " };"),
        ("let x = [{ ", "A", " }];"),
        ("for x in {", "A", "} { A }"),
        ("scope {", "A", "}"),
        ("narrow({", "a", "}) { b }"),
        ("return ({ ", "A", " })"),
        ("return ({ ", "A", " }, 1)"),
        ("(when (a) || (b): (", "A", "))"),
    ] {
        let brackets = open.matches(['(', '{', '[']).count();
        let unclosed = brackets - open.matches([')', '}', ']']).count();
        let depth = 200 / unclosed;
        assert_eq!(codes(&nested(open, inside, close, depth)), "", "{open}");
        let too_deep = nested(open, inside, close, depth + 1);
        assert_eq!(codes(&too_deep), "RQG0003", "{open}");
        let wrong = nested(open, "=", close, depth);
        assert_eq!(codes(&wrong), "RQG0006", "{open}");
    }
    // Counts in counts are refused, but in time.
    assert_eq!(codes(&nested("x{f(", "1", ")}", 100)), "RQG0006");
    let guard = |depth: usize| {
        let (open, close) = ("(".repeat(depth), ")".repeat(depth));
        format!("rule a = when {open}b{close}: A;")
    };
    assert_eq!(codes(&guard(200)), "");
    assert_eq!(codes(&guard(1_000_000)), "RQG0003");
}

#[test]
fn long_chains_do_not_nest_the_tree_too_deeply() {
    for (start, link, end) in [
        ("a", "?", ""),
        ("a", "{1}", ""),
        ("a", ".b", ""),
        ("f(1", " + 1", ")"),
        ("f(1", " * 1", ")"),
        ("f(a", "{1}", ")"),
        ("when a", " && a", ": A"),
        ("when a", " || a", ": A"),
        ("when !", "!", "a: A"),
        ("when a", " + 1", " > 1: A"),
        ("let x = { f({ a", "?", " }) }; x"),
    ] {
        let chain = |n: usize| format!("rule a = {start}{}{end};", link.repeat(n));
        assert_eq!(codes(&chain(150)), "", "{start}{link}{end}");
        assert_eq!(codes(&chain(20_000)), "RQG0003", "{start}{link}{end}");
    }
    let ty = format!(
        "rule a(x: {}int{}) = A;",
        "list<".repeat(20_000),
        ">".repeat(20_000)
    );
    assert_eq!(codes(&ty), "RQG0003");
}

#[test]
fn chains_in_brackets_add_up() {
    let mut text = "A".to_owned();
    for _ in 0..190 {
        text = format!("({text}){}", "?".repeat(150));
    }
    assert_eq!(codes(&format!("rule a = {text};")), "RQG0003");
}

#[test]
fn huge_inputs_take_linear_time() {
    const SIZE: usize = if cfg!(debug_assertions) {
        1 << 17
    } else {
        10 << 20
    };
    for piece in [
        "A ",
        "( ",
        ") ",
        "([ ",
        "(] ",
        "rule ",
        "rule a = A;\n",
        "\"",
        "/*",
        "/* */",
        "//\n",
        "| ",
        "1",
        "-",
        "; ",
        "a",
        "é",
        "\u{0}",
        "\r",
        "\t",
        "rule a = (;",
        "| = ",
        "(A) ",
        "let x = 1; ",
        "\\",
        "x{1..} ",
    ] {
        let text = piece.repeat(SIZE / piece.len());
        codes(&text);
        codes(&format!("rule a = {text};"));
    }
}

#[test]
fn files_that_are_too_large_are_refused() {
    assert_eq!(codes(&" ".repeat(super::MAX_SIZE + 1)), "RQG0002");
}

/// Pieces that put parsers to the test.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(vec![
            "rule", "override", "use", "grammar", "extern", "fn", "let", "for", "in", "when",
            "distinct", "scope", "narrow", "full", "context", "bind", "effect", "return", "as",
            "true", "a", "T", "SELECT", "1", "-1", "1.5", "1..=2", "..", "\"x\"", "\"", "\\", "(",
            ")", "{", "}", "[", "]", "<", ">", "=", "==", ";", ";;", "|", "||", "&&", "!", "?",
            "?30%", "%", "~", ".", ",", ":", "::", "->", "+", "*", "//", "///", "//!", "/*", "*/",
            "\n", " ", "\t", "é", "日本", "\u{FEFF}", "\u{0}", "'", "#", "\r\n",
        ])
        .prop_map(str::to_owned),
        any::<char>().prop_map(String::from),
    ]
}

proptest! {
    #[test]
    fn random_text_never_panics(text in any::<String>()) {
        parsed(&text);
    }

    #[test]
    fn random_pieces_never_panic(pieces in prop::collection::vec(piece(), 0..80)) {
        parsed(&pieces.concat());
        parsed(&pieces.join(" "));
        parsed(&format!("rule a = {};", pieces.join(" ")));
    }

    #[test]
    fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        match super::read(bytes) {
            Ok(text) => drop(parsed(&text)),
            Err(error) => {
                let span = error.diagnostic(super::SourceId(0)).primary.span;
                prop_assert!(error.lossy.is_char_boundary(span.start as usize));
                prop_assert!(error.lossy.is_char_boundary(span.end as usize));
            }
        }
    }

    #[test]
    fn mutated_grammars_never_panic(
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0..12_usize, piece()), 1..6),
    ) {
        let mut text: Vec<char> = super::CRUD.chars().collect();
        for (at, length, piece) in edits {
            let start = at.index(text.len() + 1);
            let end = (start + length).min(text.len());
            text.splice(start..end, piece.chars());
        }
        parsed(&text.into_iter().collect::<String>());
    }
}
