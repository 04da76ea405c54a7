//! Nothing that is written in a configuration makes the reader panic or hang.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use rqg_config::{Environment, Reading};
use std::path::Path;

const EXAMPLE: &str = include_str!("../../../tests/fixtures/config/example.conf");

/// What configurations are made of, and what breaks them.
const PIECES: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    "=",
    ":",
    "+=",
    ",",
    "\n",
    " ",
    "\"",
    "\"\"\"",
    "${",
    "${?",
    "}",
    "$",
    "\\",
    "#",
    "//",
    "include",
    "include \"x.conf\"",
    "include file(\"y\")",
    "required(",
    ")",
    "null",
    "true",
    "1",
    "-1",
    "1e999",
    "0.5",
    "15.0",
    "80%",
    "1GB",
    "10s",
    ".",
    "..",
    "é",
    "\u{feff}",
    "\u{0}",
    "\t",
    "\r\n",
    "@",
    "databases",
    "primary",
    "version",
    "secondary",
    "\"postgresql\"",
    "yugabyte",
    "features",
    "entropy",
    "seed",
    "threading",
    "num_threads",
    "data",
    "rows",
    "correlations",
    "fields",
    "domains",
    "generator",
    "regex",
    "pattern",
    "uniqueness",
    "mode",
    "\"strict\"",
    "vars",
    "a",
    "a.b",
    "\"a.b\"",
    "${a}",
    "${?a}",
    "${vars.a}",
    "${databases.version}",
    "a = ${a}${a}\n",
    "b = ${c}\n",
    "c = ${b}\n",
    "x { a = 1 }\n",
    "\"\\u00e9\"",
    "\"\\q\"",
];

fn read(text: &[u8]) {
    let environment = Environment::from([("HOME".to_owned(), "[1, {".to_owned())]);
    let path = Path::new("/nowhere/at/all/run.conf");
    let reading = Reading::of_text(path, text, &environment);
    assert_eq!(
        reading.problems.is_empty(),
        reading.render(false).is_empty()
    );
    for problem in &reading.problems {
        assert!(!problem.message.is_empty());
        drop(problem.line(&reading.files));
    }
    for given in &reading.given {
        drop(reading.origin(given.place));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn any_pieces_are_read(pieces in vec(select(PIECES), 0..60)) {
        read(pieces.concat().as_bytes());
    }

    #[test]
    fn a_changed_example_is_read(
        at in any::<Index>(),
        length in 0..30_usize,
        pieces in vec(select(PIECES), 0..4),
    ) {
        let start = at.index(EXAMPLE.len());
        let mut text = EXAMPLE.as_bytes().to_vec();
        let end = (start + length).min(text.len());
        text.splice(start..end, pieces.concat().into_bytes());
        read(&text);
    }

    #[test]
    fn any_bytes_are_read(bytes in vec(any::<u8>(), 0..200)) {
        read(&bytes);
    }
}

#[test]
fn marks_end_between_characters() {
    read("${][éé".as_bytes());
    read("${\n][éé".as_bytes());
}

#[test]
fn deep_and_long_texts_end() {
    read("a { ".repeat(10_000).as_bytes());
    read("[".repeat(10_000).as_bytes());
    read(format!("a = {}1", "[".repeat(99)).as_bytes());
    read("x = @\n".repeat(2_000).as_bytes());
    read("= 1\n".repeat(2_000).as_bytes());
    read(format!("a = \"{}\"", "x".repeat(100_000)).as_bytes());
    read("a=1,".repeat(20_000).as_bytes());
}

#[test]
fn substitutions_do_not_multiply_without_bound() {
    let mut text = String::from("vars.v0 = xxxxxxxxxx\n");
    for step in 1..60 {
        let before = step - 1;
        text += &format!("vars.v{step} = ${{vars.v{before}}}${{vars.v{before}}}\n");
    }
    let path = Path::new("run.conf");
    let reading = Reading::of_text(path, text.as_bytes(), &Environment::new());
    assert!(reading.problems[0].message.contains("comes to more"));
}
