//! What every grammar can rely on: a unit depends on its identity alone.

use proptest::prelude::*;
use rqg_runtime::engine::{Control, Format, Settings as EngineSettings, run};
use rqg_runtime::unit_text::{Generate as _, UnitText};
use rqg_tests::compile::{self, Checked, Settings};
use rqg_tests::fixtures;
use rqg_tests::text::outside_of_quotes;
use std::path::{Path, PathBuf};

const SEED: u64 = 99;
const UNITS: u64 = 200;

/// The bundled grammars and every fixture that the interpreter runs.
fn grammars() -> Vec<(PathBuf, Checked, Settings)> {
    let bundled = ["crud", "json", "queries"].map(|name| {
        (
            Path::new("../grammars")
                .join(name)
                .join(format!("{name}.rqg")),
            Settings::seeded(SEED),
        )
    });
    let fixtures = fixtures::of_kind("run")
        .expect("the fixtures")
        .into_iter()
        .filter(|fixture| !fixture.header.check_only)
        .map(|fixture| {
            let settings = Settings::of(&fixture.path, &fixture.header).expect("a header");
            (fixture.path, settings)
        });
    bundled
        .into_iter()
        .chain(fixtures)
        .map(|(path, settings)| {
            let checked = compile::check(&path, &settings);
            assert!(!checked.has_errors(), "{}", checked.rendered);
            (path, checked, settings)
        })
        .collect()
}

#[test]
fn a_unit_does_not_depend_on_the_others() {
    for (path, checked, settings) in grammars() {
        let plan = checked.plan(&settings).expect("a plan");
        let mut in_order = Vec::new();
        let mut worker = plan.worker();
        for index in 0..UNITS {
            let mut unit = UnitText::default();
            worker.generate(index, &mut unit);
            in_order.push(unit);
        }
        // Every unit again, in another order, by a generator that made other units before.
        let mut worker = plan.worker();
        let mut unit = UnitText::default();
        for step in 0..UNITS {
            let index = (step * 77 + 13) % UNITS;
            worker.generate(index, &mut unit);
            assert_eq!(unit, in_order[index as usize], "{} {index}", path.display());
        }
        // And alone, by a generator that made nothing before.
        for index in [0, 1, 57, UNITS - 1] {
            plan.worker().generate(index, &mut unit);
            assert_eq!(unit, in_order[index as usize], "{} {index}", path.display());
        }
    }
}

#[test]
fn the_number_of_threads_does_not_matter() {
    for (path, checked, settings) in grammars() {
        let plan = checked.plan(&settings).expect("a plan");
        let format = Format::Sql {
            terminator: ";".to_owned(),
        };
        let [one, two, seven] = [1, 2, 7].map(|threads| {
            let mut sink = Vec::new();
            let engine = EngineSettings {
                threads,
                stack_size: plan.required_stack(),
                ..EngineSettings::new(5..5 + UNITS)
            };
            run(&engine, &format, &Control::default(), &mut sink, || {
                plan.worker()
            })
            .expect("a run");
            sink
        });
        assert!(!one.is_empty(), "{}", path.display());
        assert!(one == two && one == seven, "{}", path.display());
    }
}

#[test]
fn seeds_differ() {
    for (path, checked, settings) in grammars() {
        let text = |seed| {
            let settings = Settings {
                seed,
                ..settings.clone()
            };
            checked.units(&settings, 0..UNITS).expect("units")
        };
        assert_eq!(text(1), text(1), "{}", path.display());
        assert_ne!(text(1), text(2), "{}", path.display());
    }
}

#[test]
fn recorded_choices_replay() {
    for (path, checked, settings) in grammars() {
        let plan = checked.plan(&settings).expect("a plan");
        for index in 0..UNITS {
            let (text, records) = plan.record(index);
            assert_eq!(
                plan.replay(index, &records),
                text,
                "{} {index}",
                path.display()
            );
        }
    }
}

#[test]
fn tokens_are_spaced_canonically() {
    // The json grammar writes white space of its own.
    let sql = grammars()
        .into_iter()
        .filter(|(path, ..)| !path.ends_with("json.rqg"));
    for (path, checked, settings) in sql {
        for (index, statement) in checked.statements(&settings, 0..UNITS).expect("statements") {
            let bare = outside_of_quotes(&statement);
            for wrong in ["  ", "( ", "[ ", " )", " ]", " ,", " ;", " .", ". "] {
                assert!(
                    !bare.contains(wrong),
                    "{} {index}: {wrong:?} in {statement}",
                    path.display()
                );
            }
            assert_eq!(statement.trim(), statement, "{} {index}", path.display());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// Any bytes are a sequence of choices: the derivation ends and is the same again.
    #[test]
    fn bytes_are_choices(bytes in prop::collection::vec(any::<u8>(), 0..300), index in 0..1_000u64) {
        for (path, settings) in [
            ("../grammars/crud/crud.rqg", Settings::seeded(SEED)),
            ("../grammars/json/json.rqg", Settings::seeded(SEED)),
        ] {
            let checked = compile::check_once(Path::new(path));
            let plan = checked.plan(&settings).expect("a plan");
            prop_assert_eq!(plan.from_bytes(index, &bytes), plan.from_bytes(index, &bytes));
        }
    }
}
