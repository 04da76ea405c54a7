//! Generated text as such; that it makes the right bytes is tested where it is compiled.

use super::*;
use crate::{Input, compile};

fn generated(text: &str) -> String {
    let compilation = compile(&Input::text("test.rqg", text));
    let program = compilation.program.expect("a grammar without errors");
    generate(&program, &compilation.sources, &Options::default()).expect("code")
}

#[test]
fn the_same_grammar_makes_the_same_text() {
    let text =
        "rule query = let t = table(); SELECT (for c in column(t){1..3} \",\" { c }) FROM t;";
    assert_eq!(generated(text), generated(text));
}

#[test]
fn long_rules_are_taken_apart() {
    let items: String = (0..5_000).map(|n| format!("w{n}()? ")).collect();
    let rules: String = (0..5_000)
        .map(|n| format!("rule w{n}() = W{n};\n"))
        .collect();
    let code = generated(&format!("rule query = {items};\n{rules}"));
    let functions = code.split("mod tables").next().unwrap_or_default();
    let longest = functions
        .split("\n    fn ")
        .filter(|function| function.starts_with("rule_"))
        .map(|function| function.lines().count())
        .max();
    assert!(
        (20..500).contains(&longest.unwrap_or(0)),
        "{longest:?} lines"
    );
}
