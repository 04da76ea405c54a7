//! Counts, compared with all derivations made one by one.

use super::Space;
use crate::ambiguity::tests::random::{Numbers, Odometer, grammar};
use crate::interpret::{Generator, Settings};
use crate::ir::{Program, RuleId};
use crate::{Input, compile};
use num_bigint::BigUint;
use rqg_runtime::entropy::Seed;
use rqg_runtime::schema::Model;
use rqg_runtime::unit_text::UnitText;
use std::sync::Arc;

fn settings(budget: u32) -> Settings {
    let key = Seed::parse("1").expect("a number is a seed").master_key();
    Settings {
        budget,
        ..Settings::new(key)
    }
}

fn program(text: &str) -> Option<Arc<Program>> {
    compile(&Input::text("test.rqg", format!("grammar test;\n{text}"))).program
}

fn start(program: &Program) -> RuleId {
    let mut rules = program.rules.iter();
    let at = rules.position(|rule| rule.name == "query");
    RuleId(at.expect("a rule query") as u32)
}

/// How many derivations there are, if no more than so many.
fn walked(program: &Arc<Program>, budget: u32, most: u64) -> Option<u64> {
    let model = Model {
        types: Model::builtin_types(),
        tables: Vec::new(),
        foreign_keys: Vec::new(),
        unique_keys: Vec::new(),
    };
    let generator = Generator::new(Arc::clone(program), Arc::new(model), settings(budget)).ok()?;
    let mut worker = generator.worker();
    let mut odometer = Odometer::default();
    let mut text = UnitText::default();
    for count in 1..=most {
        worker.generate_from(0, &mut odometer, &mut text);
        if !odometer.advance() {
            return Some(count);
        }
    }
    None
}

#[test]
fn counts_are_those_of_all_derivations() {
    for (text, budget) in [
        ("rule query = A | B | C D?;", 24),
        ("rule query = (A | B){0..=3} C{2};", 24),
        ("rule query = int(1..=5) (decimal(0..=1, 1))?;", 24),
        ("rule query = regex(\"[a-c]{1,2}(x|yz)\");", 24),
        ("rule query = let x = { A | B }; x x (C | D);", 24),
        ("rule query = x(){1..=2} x; rule x = A | B | C;", 24),
        ("rule query = let xs = x(){1..=3}; for x in xs { x }; rule x = A | B | C;", 24),
        ("rule query = boolean() date(2000..=2001);", 24),
        ("rule query = when postgresql >= 12: A | when postgresql < 12: B | when yugabytedb: C;", 24),
        // The budget cuts recursion.
        ("rule query = e; rule e = 3: A | B | \"(\" e \")\";", 1),
        ("rule query = e; rule e = 3: A | B | \"(\" e \"+\" e \")\";", 4),
        ("rule query = e; rule e = 3: A | (B e)? | C f{1..=2}; rule f = 5: D | E e;", 4),
    ] {
        let program = program(text).expect("it compiles");
        let made = walked(&program, budget, 200_000).expect("few derivations");
        let ways = Space::new(&program, &settings(budget), None, Some(budget)).rule(start(&program));
        assert_eq!((ways.number, ways.exact), (Some(BigUint::from(made)), true), "{text}");
    }
}

#[test]
fn counts_of_random_grammars_are_those_of_all_derivations() {
    let mut numbers = Numbers(11);
    let mut compared = 0;
    for _ in 0..400 {
        let text = grammar(&mut numbers);
        let Some(program) = program(&text) else {
            continue;
        };
        let Some(made) = walked(&program, 3, 2_000) else {
            continue;
        };
        let ways = Space::new(&program, &settings(3), None, Some(3)).rule(start(&program));
        assert_eq!((ways.number, ways.exact), (Some(BigUint::from(made)), true), "{text}");
        compared += 1;
    }
    assert!(compared > 100, "{compared}");
}

#[test]
fn what_has_no_end_is_endless_without_a_budget() {
    let program = program("rule query = e; rule e = 3: A | \"(\" e \")\";").expect("it compiles");
    let mut space = Space::new(&program, &settings(24), None, None);
    assert_eq!(space.rule(start(&program)).number, None);
    let all = super::by_budget(&program, &settings(24), None, start(&program));
    let last = all.last().and_then(|ways| ways.number.clone());
    assert!(last.is_some_and(|last| last > BigUint::from(10u8)));
}

#[test]
fn what_the_schema_decides_is_not_exact() {
    let program = program("rule query = let t = table(); SELECT column(t) FROM t;").expect("it compiles");
    let ways = Space::new(&program, &settings(24), None, None).rule(start(&program));
    assert!(!ways.exact);
}
