//! Counts, compared with all derivations made one by one.

use super::{Number, Sample, Space};
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
        (
            "rule query = let xs = x(){1..=3}; for x in xs { x }; rule x = A | B | C;",
            24,
        ),
        ("rule query = boolean() date(2000..=2001);", 24),
        (
            "rule query = when postgresql >= 12: A | when postgresql < 12: B | when yugabytedb: C;",
            24,
        ),
        // The budget cuts recursion.
        ("rule query = e; rule e = 3: A | B | \"(\" e \")\";", 1),
        (
            "rule query = e; rule e = 3: A | B | \"(\" e \"+\" e \")\";",
            4,
        ),
        (
            "rule query = e; rule e = 3: A | (B e)? | C f{1..=2}; rule f = 5: D | E e;",
            4,
        ),
    ] {
        let program = program(text).expect("it compiles");
        let made = walked(&program, budget, 200_000).expect("few derivations");
        let ways =
            Space::new(&program, &settings(budget), None, Some(budget)).rule(start(&program));
        assert_eq!(
            (ways.number, ways.exact),
            (Number::Of(BigUint::from(made)), true),
            "{text}"
        );
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
        assert_eq!(
            (ways.number, ways.exact),
            (Number::Of(BigUint::from(made)), true),
            "{text}"
        );
        compared += 1;
    }
    assert!(compared > 100, "{compared}");
}

#[test]
fn what_has_no_end_is_endless_without_a_budget() {
    let program = program("rule query = e; rule e = 3: A | \"(\" e \")\";").expect("it compiles");
    let mut space = Space::new(&program, &settings(24), None, None);
    assert_eq!(space.rule(start(&program)).number, Number::Endless);
    let all = super::by_budget(&program, &settings(24), None, start(&program));
    // One for each number of brackets that the budget has room for.
    let counts = all.iter().map(|ways| ways.number.clone());
    let expected = (1..=24u8).map(|budget| Number::Of(BigUint::from(budget)));
    assert!(counts.eq(expected), "{all:?}");
}

#[test]
fn numbers_too_large_to_be_worked_out_keep_their_magnitude() {
    let text = "rule query = e; rule e = 9: A | B | \"(\" e{1..=5} \")\";";
    let program = program(text).expect("it compiles");
    let within = |budget| {
        let budget = Some(budget);
        Space::new(&program, &settings(24), None, budget).rule(start(&program))
    };
    let (few, many) = (within(5), within(12));
    assert!(matches!(few.number, Number::Of(_)));
    assert!(matches!(many.number, Number::Vast(_)));
    // Each level has five times as many.
    assert!(many.bits() > few.bits() * 5f64.powi(6) && many.bits().is_finite());
}

#[test]
fn what_the_schema_decides_is_not_exact() {
    let program =
        program("rule query = let t = table(); SELECT column(t) FROM t;").expect("it compiles");
    let ways = Space::new(&program, &settings(24), None, None).rule(start(&program));
    assert!(!ways.exact);
}

#[test]
fn samples_tell_sizes_and_repetitions() {
    let sample = |text: &str, units: u64| {
        let program = program(text).expect("it compiles");
        let model = Model {
            types: Model::builtin_types(),
            tables: Vec::new(),
            foreign_keys: Vec::new(),
            unique_keys: Vec::new(),
        };
        let generator = Generator::new(program, Arc::new(model), settings(24)).expect("it runs");
        Sample::take(&generator, units).expect("there is a thread")
    };
    let single = sample("rule query = SELECT A;", 100);
    assert_eq!((single.distinct, single.pairs), (1, 100 * 99 / 2));
    assert!((single.mean_bytes - 8.0).abs() < 1e-9);
    assert!(single.bits.abs() < 1e-9);
    assert!((single.distinct_of(1_000_000, Some(1.0)) - 1.0).abs() < 1e-9);
    // 4,096 texts, all equally likely.
    let even = sample("rule query = int(0..=63) int(0..=63);", 20_000);
    assert!((even.bits - 12.0).abs() < 1e-6, "{even:?}");
    assert!((even.collision_bits() - 12.0).abs() < 0.1, "{even:?}");
    assert!((even.distinct_of(4_096, None) / 4_096.0 - (1.0 - (-1.0f64).exp())).abs() < 0.02);
    assert!(
        (even.distinct_of(1_000_000, None) - 4_096.0).abs() < 100.0,
        "{even:?}"
    );
    // Half of the units are one text, the others are all different.
    let halves = sample("rule query = A | B uuid();", 4_000);
    let expected = halves.distinct_of(100_000, None);
    assert!((45_000.0..55_000.0).contains(&expected), "{expected}");
    // One bit for the option, two for the alternatives.
    let skewed = sample("rule query = (A)? (2: B | C | D);", 20_000);
    assert!((skewed.bits - 2.5).abs() < 0.02, "{skewed:?}");
    let nested = sample(
        "rule query = x; rule x = \"(\" y \")\"; rule y = let z = table_of(1); z; rule table_of(n: int) = A n;",
        10,
    );
    assert!(nested.most_depth >= 3, "{nested:?}");
}
