//! Units of strict runs never repeat, and all that there are come.

mod dice;
mod every;

use rqg_compiler::interpret::{Generator, Settings};
use rqg_compiler::{Input, compile};
use rqg_runtime::entropy::Seed;
use rqg_runtime::schema::default_model;
use rqg_runtime::schema::model::Model;
use rqg_runtime::unit_text::{Emission, Generate, UnitText};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// A run of a grammar that is not strict yet.
fn generator(text: &str, rows: u64, seed: u64) -> Generator {
    let compilation = compile(&Input::text("test", text));
    let Some(program) = compilation.program else {
        panic!("{text}: {:#?}", compilation.diagnostics);
    };
    let mut model: Model = default_model();
    model.tables.iter_mut().for_each(|table| table.rows = rows);
    let settings = Settings::new(Seed::from(seed).master_key());
    let generator = Generator::new(program, Arc::new(model), settings);
    generator.unwrap_or_else(|errors| panic!("{text}: {errors:#?}"))
}

/// The size of the space, and the units of indexes that have one.
fn made(generator: &Generator, indexes: impl Iterator<Item = u64> + Send) -> Vec<(u64, Vec<u8>)> {
    let made = generator.with_stack(|generator| {
        let mut worker = generator.worker();
        let mut text = UnitText::default();
        let make = |index| {
            let emission = worker.generate(index, &mut text);
            (emission == Emission::Emitted).then(|| (index, text.bytes.clone()))
        };
        indexes.filter_map(make).collect()
    });
    made.expect("there are threads")
}

/// The units of a whole space.
fn units(generator: Generator, size: Option<u64>, count: u64) -> (u64, Vec<(u64, Vec<u8>)>) {
    let generator = generator
        .enumerated(size, count)
        .expect("there are threads");
    let size = generator.space().expect("it is strict").size();
    (size, made(&generator, 0..size))
}

/// Asserts that no two units are the same.
fn assert_distinct(what: &str, units: &[(u64, Vec<u8>)]) {
    let mut seen = HashMap::new();
    for (index, unit) in units {
        if let Some(before) = seen.insert(unit, index) {
            let unit = String::from_utf8_lossy(unit);
            panic!("{what}: indexes {before} and {index} made {unit}");
        }
    }
}

fn set(units: &[(u64, Vec<u8>)]) -> BTreeSet<Vec<u8>> {
    units.iter().map(|(_, unit)| unit.clone()).collect()
}

#[test]
fn all_texts_of_a_small_grammar_come_once() {
    let mut sizes = Vec::new();
    for seed in 0..60 {
        let text = dice::grammar(seed);
        let all = every::text(&generator(&text, 0, seed), 1_500);
        let Some(all) = all else {
            continue;
        };
        let there_are = all.len() as u64;
        sizes.push(there_are);
        let (size, units_of_all) = units(generator(&text, 0, seed), None, 1 << 20);
        assert_eq!(size, there_are, "{text}");
        assert_distinct(&text, &units_of_all);
        assert_eq!(set(&units_of_all), all, "{text}");
        for count in [1, 2, there_are / 2, there_are - 1] {
            let count = count.clamp(1, there_are);
            let (size, some) = units(generator(&text, 0, seed), None, count);
            assert_eq!((size, some.len() as u64), (count, count), "{text}");
            assert_distinct(&text, &some);
            assert!(set(&some).is_subset(&all), "{text}");
        }
        // More indexes than texts.
        let (_, units_of_all) = units(generator(&text, 0, seed), Some(3 * there_are), 0);
        assert_distinct(&text, &units_of_all);
        assert_eq!(set(&units_of_all), all, "{text}");
    }
    assert!(sizes.len() > 30, "{sizes:?}");
    assert!(sizes.iter().any(|&size| size > 200), "{sizes:?}");
}

#[test]
fn alternatives_come_as_often_as_their_weights_say() {
    let text = "grammar test;
        rule query = 1: A n | 30: B n | 9: C n (D n)?25% | 60: E n;
        rule n = int(0..=1000000000) int(0..=1000000000);";
    let space = 1 << 44;
    let generator = generator(text, 0, 4).enumerated(Some(space), 0);
    let generator = generator.expect("there are threads");
    let sample = 20_000;
    let units = made(&generator, (0..sample).map(|n| n * (space / sample)));
    assert!(units.len() > 19_900, "{}", units.len());
    let mut counts = HashMap::new();
    for (_, unit) in &units {
        let first = unit[0];
        *counts.entry(first).or_insert(0_u64) += 1;
        if first == b'C' && unit.contains(&b'D') {
            *counts.entry(b'D').or_insert(0) += 1;
        }
    }
    for (letter, parts) in [
        (b'A', 100),
        (b'B', 3_000),
        (b'C', 900),
        (b'D', 225),
        (b'E', 6_000),
    ] {
        let expected = sample * parts / 10_000;
        let off = counts[&letter].abs_diff(expected);
        // Five standard deviations, at most.
        assert!((off as f64) < 5.0 * (expected as f64).sqrt(), "{counts:?}");
    }
}

#[test]
fn all_texts_of_an_ambiguous_grammar_come() {
    let text = "grammar test;
        rule query = (1000000: A | A B) (B C | C) int(1..=4);";
    for count in [1, 100] {
        let (size, units) = units(generator(text, 0, 5), None, count);
        // Whoever drops what comes twice finds all.
        assert_eq!((size, units.len()), (16, 16));
        assert_eq!(set(&units).len(), 12);
    }
}

/// Grammars in which the text does not tell everything.
const HIDING: &[(&str, &str)] = &[
    (
        "a value that is placed sometimes",
        "rule query = let t = table(); SELECT int(1..=9) (FROM t)?50%;",
    ),
    (
        "a value that is placed in one alternative",
        "rule query = let n = int(1..=1000); A n | B int(1..=20);",
    ),
    (
        "a type that is printed as NULL",
        "rule query = let T = type(); SELECT one(T) \",\" int(1..=5000);
         rule one(T: type) = 3: NULL | when T in number: NULL | when T in string: \"''\";",
    ),
    (
        "alternatives that print the same",
        "rule query = (A | 2: A | B) (1: same | 1: same) int(1..=3000);
         rule same = X | Y;",
    ),
    (
        "a distinct list that is placed in part",
        "rule query = let t = table(); let cs = distinct column(t){1..=3};
         SELECT (for c in cs \",\" { 1: c | 1: NULL }) FROM t;",
    ),
    (
        "a distinct list",
        "rule query = let t = table(); let cs = distinct column(t){1..=3};
         SELECT (for c in cs \",\" { c }) FROM t;",
    ),
    (
        "a list in the order of the table",
        "rule query = let t = table(); let cs = distinct insertable(t){1..};
         INSERT INTO t \"(\" (for c in cs \",\" { c.name }) \")\";",
    ),
    (
        "lists that are walked together",
        "rule query = let k = fk();
         SELECT (for (c, d) in zip(k.columns, k.targets) \",\" { c \"=\" d }) FROM k.from LIMIT int(1..=50);",
    ),
    (
        "values of all kinds",
        "rule query = let t = table(); let c = column(t);
         SELECT comparand(c) \",\" value(c) \",\" literal(c.type) FROM t;",
    ),
    (
        "a value from one of several sources",
        "rule query = let t = table(); let c = column(t);
         SELECT c \"=\" (1: comparand(c) | 2: literal(c.type) | 1: NULL) FROM t;",
    ),
    (
        "data of people",
        "rule query = (A email() | B phone() | C company() | D person() | E address()) word();",
    ),
    (
        "texts and patterns",
        "rule query = A text(0..=30) | B quote({ regex(\"[a-c]{1,4}(x|xy)[0-9]*\") }) | C uuid();",
    ),
    (
        "numbers that are not uniform",
        "rule query = int(1..=1000, zipf(1.1)) \",\" int(0..=9, geometric(0.5)) \",\"
             decimal(0..=10, 2, normal(5, 2)) \",\" int(0..=1000000, exponential(100));",
    ),
    (
        "dates and times",
        "rule query = A date() | B timestamp(2000..=2001) | C boolean();",
    ),
    (
        "texts derived aside",
        "rule query = let e = { A int(1..=20) | B }; let f = { C int(1..=20) | D }; e (f)?50%;",
    ),
    (
        "results that are dropped",
        "rule query = let (a, b) = pair(); a int(1..=3);
         rule pair() -> (text, text) =
             | let a = { A int(1..=9) }; let b = { B int(1..=9) }; return (a, b);
             | let a = { C int(1..=9) }; let b = { D int(1..=9) }; return (b, a);
             ;",
    ),
    (
        "rows and what they hold",
        "rule query = let t = table(); let k = unique_key(t); let r = key(t);
         SELECT (for c in k.columns \"AND\" { c \"=\" existing(c, r) }) FROM t
         | let t = table(); let c = column(t); DELETE FROM t WHERE c \"=\" existing(c)
         | let t = table(); let r = victim(t); let c = column(t); DELETE FROM t WHERE c \">\" existing(c, r);",
    ),
    (
        "new rows",
        "rule query = let t = table(); let cs = distinct insertable(t){1..}; let r = new_key(t);
         INSERT INTO t VALUES \"(\" (for c in cs \",\" { value(c, r) }) \")\";",
    ),
    (
        "columns of a scope",
        "rule query = let t = table(); let a = alias(t); let b = alias(t);
         scope { bind a; bind b; SELECT (column() \",\"){0..=2} column() FROM t AS a \",\" t AS b };",
    ),
    (
        "one relation that is bound twice",
        "rule query = let t = table();
         scope { bind t; bind t; SELECT (for c in distinct column(){1..=2} \",\" { c }) FROM t };",
    ),
    (
        "a narrowed scope",
        "rule query = let t = table(); scope { bind t;
             let keys = column(){1..=3};
             narrow(keys) { SELECT column() (\",\" column())? FROM t GROUP BY int(1..=4) } };",
    ),
    (
        "an element of a list",
        "rule query = let t = table(); let cs = column(t){1..=4};
         SELECT one_of(cs) \",\" int(1..=5) FROM t;",
    ),
    (
        "names of created objects",
        "rule query = let p = new_table([fresh(\"a\")], [type(literal)]);
         CREATE TABLE p \"()\" effect create(p); ;; DROP TABLE p effect drop(p);",
    ),
    (
        "an option that prints nothing",
        "rule query = (let t = table();)?50% SELECT int(1..=20000);",
    ),
];

#[test]
fn hidden_choices_never_make_the_same_text() {
    let (mut few, mut exhaustive) = (Vec::new(), Vec::new());
    for (what, rules) in HIDING {
        let text = format!("grammar test;\n{rules}");
        let compilation = compile(&Input::text("test", &text));
        if compilation.program.is_none() {
            panic!("{what}: {:#?}", compilation.diagnostics);
        }
        for (rows, seed) in [(0, 1), (50, 2), (1_000, 3)] {
            let mut model = default_model();
            model.tables.iter_mut().for_each(|table| table.rows = rows);
            let settings = Settings::new(Seed::from(seed).master_key());
            let program = compilation.program.clone().expect("it is there");
            // Without rows some draws find nothing.
            let Ok(generator) = Generator::new(program, Arc::new(model), settings) else {
                continue;
            };
            for size in [30, 3_000] {
                let strict = generator.clone().enumerated(Some(size), 0);
                let strict = strict.expect("there are threads");
                let units = made(&strict, 0..size);
                assert!(!units.is_empty());
                if strict.space().is_some_and(|space| space.is_exhaustive()) {
                    exhaustive.push((what, size));
                    continue;
                }
                assert_distinct(what, &units);
                if units.len() < 3 {
                    few.push((what, size));
                }
            }
        }
    }
    assert!(few.is_empty(), "{few:?}");
    assert!(exhaustive.is_empty(), "{exhaustive:?}");
}

#[test]
fn bundled_grammars_never_repeat() {
    for (name, rows, count) in [
        ("crud", 0, 100_000),
        ("crud", 1_000, 100_000),
        ("queries", 1_000, 3_000),
        ("json", 0, 3_000),
    ] {
        let root = env!("CARGO_MANIFEST_DIR");
        let path = format!("{root}/../grammars/{name}/{name}.rqg");
        let text = std::fs::read_to_string(path).expect("it is part of the project");
        let (size, units) = units(generator(&text, rows, 1), None, count);
        assert_distinct(name, &units);
        let emitted = units.len() as u64;
        assert!(emitted >= count, "{name}: {emitted} of {size}");
        assert!(2 * emitted > size, "{name}: {emitted} of {size}");
    }
}
