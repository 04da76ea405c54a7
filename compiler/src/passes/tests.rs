//! Texts keep their probabilities.

use super::run;
use crate::ir::{Node, NodeId, Program};
use crate::{Input, check, diagnostics::Diagnostics, lower, source::Sources};
use std::collections::BTreeMap;

/// The program of a grammar without the passes, and with them.
fn programs(text: &str) -> (Program, Program) {
    let mut diagnostics = Diagnostics::default();
    let input = Input::text("test", text);
    let grammar = check(&input, &mut Sources::default(), &mut diagnostics).expect("no errors");
    let before = lower::without_passes(&grammar, &mut diagnostics).expect("no errors");
    let mut after = before.clone();
    run(&mut after);
    (before, after)
}

/// The texts that a node derives, with their probabilities; tokens stand side by side.
fn texts(program: &Program, node: NodeId) -> BTreeMap<String, f64> {
    let one = |text: &str| BTreeMap::from([(text.to_owned(), 1.0)]);
    match &program.nodes[node.index()] {
        Node::Literal(literal) => one(&program.literals[literal.index()]),
        Node::Empty | Node::Glue => one(""),
        Node::Sequence(nodes) => nodes.iter().fold(one(""), |before, &node| {
            let mut joined = BTreeMap::new();
            for (text, chance) in before {
                for (further, more) in texts(program, node) {
                    *joined.entry(format!("{text}{further}")).or_default() += chance * more;
                }
            }
            joined
        }),
        Node::Choice(choice) => {
            let alternatives = &program.choices[choice.index()].alternatives;
            let total: u32 = alternatives.iter().map(|found| found.weight).sum();
            let mut all = BTreeMap::new();
            for alternative in alternatives {
                let share = f64::from(alternative.weight) / f64::from(total);
                for (text, chance) in texts(program, alternative.body) {
                    *all.entry(text).or_default() += share * chance;
                }
            }
            all
        }
        Node::Call(rule, _) => texts(program, program.rules[rule.index()].body),
        Node::Within(_, body) | Node::Only(_, body) => texts(program, *body),
        other => panic!("not in these grammars: {other:?}"),
    }
}

fn choices(program: &Program) -> Vec<usize> {
    let choices = program.choices.iter();
    choices.map(|choice| choice.alternatives.len()).collect()
}

#[test]
fn choices_among_literals_are_made_at_once() {
    let (before, after) = programs(
        r#"grammar test;
        rule query = 3: letter | 2: digit | 5: "-" ~ sign | 1: "x" | sign;
        rule letter = 2: "a" | "b" | 4: capital;
        rule capital = "A" | "B" | 3: "C";
        rule digit = "0" | 7: "1";
        rule sign = "+" | "~";
        "#,
    );
    let query = |program: &Program| texts(program, program.rules[0].body);
    let (expected, fused) = (query(&before), query(&after));
    assert_eq!(expected.len(), fused.len());
    for (text, chance) in &expected {
        let found = fused[text];
        assert!((found - chance).abs() < 1e-12, "{text}: {chance} {found}");
    }
    // Two letters, three capitals, two digits, `-`, `x` and two signs.
    assert_eq!(choices(&before)[0], 5);
    assert_eq!(choices(&after)[0], 11);
    let written: Vec<u32> = after.choices.iter().map(|choice| choice.written).collect();
    assert_eq!(written[0], 5);
}

#[test]
fn what_is_guarded_large_or_unequal_stays_as_it_is() {
    let (before, after) = programs(
        r#"grammar test;
        rule query = 3: guarded | 2: "x";
        rule guarded = "a" | when postgresql >= 15: "b";
        rule odd = 997: primes | 3: others;
        rule primes = 1009: "a" | 2: "b";
        rule others = 1013: "c" | 4: "d";
        "#,
    );
    assert_eq!(choices(&before), choices(&after));
}

#[test]
fn what_calls_itself_binds_or_takes_is_called() {
    let (_, after) = programs(
        r#"grammar test;
        rule query = small loop bound with(1);
        rule small = A B;
        rule loop = "(" loop ")" | 9: C;
        rule bound = let t = table(); FROM t;
        rule with(n: int) = n;
        "#,
    );
    let Node::Sequence(nodes) = &after.nodes[after.rules[0].body.index()] else {
        panic!("a sequence");
    };
    let calls = nodes.iter().map(|node| match &after.nodes[node.index()] {
        Node::Call(rule, _) => format!("call {}", after.rules[rule.index()].name),
        Node::Within(rule, _) => format!("within {}", after.rules[rule.index()].name),
        other => format!("{other:?}"),
    });
    let expected = ["within small", "call loop", "call bound", "call with"];
    assert_eq!(calls.collect::<Vec<_>>(), expected);
}
