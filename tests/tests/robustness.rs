//! No input makes the compiler or the interpreter panic, overflow the stack or hang.

use proptest::prelude::*;
use rqg_compiler::diagnostics::Code;
use rqg_tests::compile::{self, Settings};
use rqg_tests::corpus;
use rqg_tests::watchdog::guarded;
use std::fmt::Write as _;
use std::fs;

/// Checks a text and, if it is a usable grammar, makes a few units of it.
fn take_all(name: &str, text: impl Into<Vec<u8>>) {
    drop(reported(name, text));
}

/// The same; gives the codes that were reported.
fn reported(name: &str, text: impl Into<Vec<u8>>) -> Vec<String> {
    let text = text.into();
    guarded(name, move || {
        let settings = Settings::default();
        let checked = compile::check_bytes("input.rqg", &text, &settings);
        if !checked.has_errors() {
            drop(checked.units(&settings, 0..5));
        }
        checked.codes().into_iter().collect()
    })
}

fn wrapped(body: &str) -> String {
    format!("grammar g;\nrule query = {body};\nrule f(n: int) = n;\n")
}

#[test]
fn deep_nesting() {
    for depth in [50, 200, 1_000, 100_000] {
        let nested = |open: &str, middle: &str, close: &str| {
            wrapped(&format!(
                "{}{middle}{}",
                open.repeat(depth),
                close.repeat(depth)
            ))
        };
        for (name, text) in [
            ("groups", nested("(", "A", ")")),
            ("unclosed groups", wrapped(&"(".repeat(depth))),
            ("closed groups", wrapped(&")".repeat(depth))),
            ("scopes", nested("scope {", "A", "}")),
            ("texts", nested("f({", "A", "})")),
            ("calls", nested("f(", "1", ")")),
            ("lists", nested("let x = [", "1", "];")),
            ("contexts", nested("context a {", "A", "}")),
            ("narrows", nested("narrow([]) {", "A", "}")),
            ("lets", nested("let a = { ", "A", " }; a")),
            ("loops", nested("for c in [1] {", "A", "}")),
            (
                "types",
                format!(
                    "rule query(x: {}table{}) = A;",
                    "list<".repeat(depth),
                    ">".repeat(depth)
                ),
            ),
        ] {
            take_all(&format!("{depth} {name}"), text);
        }
    }
}

#[test]
fn long_chains() {
    let length = 100_000;
    for (name, text) in [
        ("sequence", wrapped(&"A ".repeat(length))),
        ("glue", wrapped(&format!("A{}", " ~ A".repeat(length)))),
        (
            "alternatives",
            wrapped(&format!("A{}", " | A".repeat(length))),
        ),
        ("options", wrapped(&format!("A{}", "?".repeat(length)))),
        (
            "repetitions",
            wrapped(&format!("A{}", "{1..=2}".repeat(length))),
        ),
        ("sum", wrapped(&format!("f(1{})", " + 1".repeat(length)))),
        ("product", wrapped(&format!("f(1{})", "*1".repeat(length)))),
        (
            "fields",
            wrapped(&format!("let t = table(); f(t{})", ".name".repeat(length))),
        ),
        (
            "arguments",
            wrapped(&format!("f(1{})", ", 1".repeat(length))),
        ),
        (
            "negations",
            wrapped(&format!("A | when {}yugabytedb: B", "!".repeat(length))),
        ),
        (
            "conjunction",
            wrapped(&format!(
                "A | when yugabytedb{}: B",
                " && yugabytedb".repeat(length)
            )),
        ),
        (
            "guard groups",
            wrapped(&format!(
                "A | when {}yugabytedb{}: B",
                "(".repeat(length),
                ")".repeat(length)
            )),
        ),
        (
            "unary minus",
            wrapped(&format!("f({}1)", "-".repeat(length))),
        ),
        ("digits", wrapped(&format!("f({})", "9".repeat(length)))),
        (
            "version",
            format!(
                "dialect postgresql >= 1{};\nrule query = A;",
                ".1".repeat(length)
            ),
        ),
        ("name", wrapped(&"a".repeat(length))),
        (
            "imports",
            format!(
                "{}rule query = A;",
                "use std::predicates::{predicate};\n".repeat(1_000)
            ),
        ),
        (
            "path",
            format!("use a{}::{{b}};\nrule query = A;", "::a".repeat(length)),
        ),
        (
            "comments",
            wrapped(&format!("A {}", "/* */".repeat(length))),
        ),
        (
            "comment openings",
            wrapped(&format!("A {}", "/*".repeat(length))),
        ),
        ("quotes", wrapped(&"\"".repeat(length + 1))),
        (
            "backslashes",
            wrapped(&format!("\"{}", "\\".repeat(length))),
        ),
        ("semicolons", wrapped(&";".repeat(length))),
        ("items", "rule ".repeat(length)),
        ("lets", wrapped(&"let a = table(); ".repeat(10_000))),
        ("duplicate rules", "rule query = A;\n".repeat(10_000)),
        ("unknown names", wrapped(&"nothing ".repeat(10_000))),
    ] {
        take_all(name, text);
    }
}

#[test]
fn large_files() {
    let size = 10 << 20;
    take_all(
        "a large string",
        wrapped(&format!("\"{}\"", "x".repeat(size))),
    );
    take_all(
        "a large comment",
        wrapped(&format!("A /* {} */", "x".repeat(size))),
    );
    take_all(
        "many blank lines",
        wrapped(&format!("A {}", "\n".repeat(size))),
    );
    take_all("one long word", wrapped(&"A".repeat(size)));
    let mut rules = String::from("rule query = A;\n");
    while rules.len() < size {
        let number = rules.len();
        writeln!(
            rules,
            "/// A rule.\nrule r{number} = SELECT \"*\" FROM T WHERE (A | B)?;"
        )
        .unwrap();
    }
    take_all("many rules", rules);
}

#[test]
fn a_file_that_is_too_large() {
    let codes = reported("too large", wrapped(&"A ".repeat(20 << 20)));
    assert_eq!(codes, [Code::TooLarge.to_string()]);
}

#[test]
fn bytes_that_are_no_text() {
    for bytes in [
        b"\xff\xfe\x00r\x00u\x00l\x00e".as_slice(),
        b"rule query = \"\xc3\x28\";",
        b"rule query = A; // \x80",
        b"\xef\xbb\xbfrule query = A;",
        b"\0\0\0\0",
        b"",
        b"rule query = \xf0\x9f\x92",
    ] {
        take_all("bytes", bytes);
    }
}

#[test]
fn ten_thousand_rules() {
    let count = 10_000;
    let mut chain = String::from("rule query = r0;\n");
    let mut star = String::from("rule query =\n");
    let mut ring = String::from("rule query = r0;\n");
    let mut values = String::from("rule query = let x = r0; LIMIT x;\n");
    for i in 0..count {
        let next = i + 1;
        writeln!(chain, "rule r{i} = A r{next};").unwrap();
        writeln!(star, "| r{i}").unwrap();
        writeln!(ring, "rule r{i} = 9: A | 1: r{};", next % count).unwrap();
        writeln!(
            values,
            "rule r{i}() -> int = let x = r{next}; return x + 1;"
        )
        .unwrap();
    }
    writeln!(chain, "rule r{count} = B;").unwrap();
    writeln!(values, "rule r{count}() -> int = return int(1..=3);").unwrap();
    star.push_str(";\n");
    for i in 0..count {
        writeln!(star, "rule r{i} = A{i};").unwrap();
    }
    for (name, text) in [
        ("chain", chain),
        ("star", star),
        ("ring", ring),
        ("values", values),
    ] {
        let errors = reported(name, text);
        assert_eq!(errors, [""; 0], "{name}");
    }
}

#[test]
fn modules_in_cycles_and_long_chains() {
    let directory = tempfile::tempdir().unwrap();
    let length = 1_000;
    for i in 0..length {
        let next = i + 1;
        fs::write(
            directory.path().join(format!("m{i}.rqg")),
            format!("use m{next}::{{r{next}}};\nrule r{i} = A | r{next};\n"),
        )
        .unwrap();
    }
    let last = directory.path().join(format!("m{length}.rqg"));
    let main = directory.path().join("main.rqg");
    fs::write(&main, "use m0::{r0};\nrule query = r0;\n").unwrap();
    for (end, cyclic) in [
        (format!("rule r{length} = B;\n"), false),
        (format!("use m0::{{r0}};\nrule r{length} = B | r0;\n"), true),
    ] {
        fs::write(&last, end).unwrap();
        let main = main.clone();
        let codes = guarded("modules", move || {
            compile::check(&main, &Settings::default()).codes()
        });
        assert_eq!(codes.contains(&Code::ImportCycle.to_string()), cyclic);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        take_all("random bytes", bytes);
    }

    #[test]
    fn random_tokens(picks in prop::collection::vec(0..corpus::TOKENS.len(), 0..60)) {
        let body: Vec<&str> = picks.into_iter().map(|pick| corpus::TOKENS[pick]).collect();
        take_all("random tokens", wrapped(&body.join(" ")));
    }

    #[test]
    fn mutated_grammars(
        which in any::<prop::sample::Index>(),
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0..4u8), 1..6),
    ) {
        let grammars = corpus::grammars();
        let mut text = which.get(grammars).clone();
        for (from, to, kind) in edits {
            corpus::mutate(&mut text, grammars, from, to, kind);
        }
        take_all("a mutated grammar", text);
    }
}
