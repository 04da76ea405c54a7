//! Two backends, one meaning: what generated code makes is what the interpreter makes, byte for byte.

mod support;

use rqg_compiler::ir::Program;
use rqg_native_tests::{ALL, Compiled, Units};
use rqg_runtime::run::Settings;
use rqg_runtime::schema::model::Model;
use rqg_runtime::schema::{ddl, default_model};
use std::sync::Arc;
use support::{DIALECTS, compared, models, program, settings};

/// Units of each grammar over each schema, dialect and number of rows.
const UNITS: u64 = 1_000;

fn needs_native(compiled: &Compiled) -> bool {
    !program(compiled).externs.is_empty()
}

fn assert_same(
    compiled: &Compiled,
    what: &str,
    program: &Arc<Program>,
    model: &Arc<Model>,
    settings: &Settings,
    units: &Units,
) -> u64 {
    match compared(compiled, program, model, settings, units) {
        Ok(made) => made,
        Err(difference) => panic!("{}, {what}: {difference}", compiled.path),
    }
}

#[test]
fn both_backends_make_the_same_bytes() {
    assert!(ALL.len() > 50, "only {} grammars", ALL.len());
    assert!(
        ALL.iter()
            .any(|compiled| compiled.path.ends_with("deep.rqg"))
    );
    let models = models();
    let half = ALL.len().div_ceil(2);
    std::thread::scope(|scope| {
        for some in ALL.chunks(half) {
            let models = &models;
            scope.spawn(move || {
                for compiled in some {
                    same_everywhere(compiled, models);
                }
            });
        }
    });
}

fn same_everywhere(compiled: &Compiled, models: &[(String, Arc<Model>)]) {
    let program = program(compiled);
    if !program.externs.is_empty() {
        return;
    }
    let own = program.schema.as_ref().map(|schema| {
        let model = ddl::read_ddl(&schema.ddl).model;
        ("its own schema".to_owned(), Arc::new(model))
    });
    let mut made = 0;
    for (name, model) in own.iter().chain(models) {
        for dialect in DIALECTS {
            let what = format!("{dialect}, {name}");
            let units = Units::Random(0..UNITS);
            let settings = settings(dialect, 7);
            made += assert_same(compiled, &what, &program, model, &settings, &units);
        }
    }
    assert!(made > 0, "{} ran nowhere", compiled.path);
}

#[test]
fn strict_units_are_the_same() {
    let models = models();
    for compiled in ALL.iter().filter(|compiled| !needs_native(compiled)) {
        let program = program(compiled);
        let model_of_all = models
            .iter()
            .filter(|(name, _)| name.starts_with("default"));
        for (name, model) in model_of_all {
            // Some have fewer texts than that, others are far from all.
            for size in [5, 400] {
                let units = Units::Strict(size);
                let settings = settings("postgresql@16", 9);
                assert_same(compiled, name, &program, model, &settings, &units);
            }
        }
    }
}

#[test]
fn any_budget_and_any_source_of_choices_will_do() {
    let model = Arc::new(default_model());
    for compiled in ALL.iter().filter(|compiled| !needs_native(compiled)) {
        let program = program(compiled);
        for budget in [0, 3, 60] {
            let settings = Settings {
                budget,
                ..settings("postgresql@16", 8)
            };
            let units = Units::Random(50..100);
            assert_same(compiled, "budget", &program, &model, &settings, &units);
            let bytes = Units::Bytes((0..3_000_u32).map(|n| (n * 7 % 251) as u8).collect());
            assert_same(compiled, "bytes", &program, &model, &settings, &bytes);
        }
    }
}

#[test]
fn several_dialects_mean_the_same_to_both() {
    let model = Arc::new(default_model());
    let mut made = 0;
    for compiled in ALL.iter().filter(|compiled| !needs_native(compiled)) {
        let program = program(compiled);
        for dialects in [
            "postgresql@15,yugabytedb@2.25",
            "postgresql@14,postgresql@17",
        ] {
            let settings = settings(dialects, 9);
            let units = Units::Random(0..100);
            made += assert_same(compiled, dialects, &program, &model, &settings, &units);
        }
    }
    assert!(made > 1_000, "only {made} units");
}

#[test]
fn what_is_wrong_with_a_run_is_said_in_the_same_words() {
    let model = Arc::new(default_model());
    for compiled in ALL.iter().filter(|compiled| !needs_native(compiled)) {
        let program = program(compiled);
        for start in ["no_such_rule", "select", "where", "predicate"] {
            let settings = Settings {
                start: start.to_owned(),
                ..settings("postgresql@16", 8)
            };
            let units = Units::Random(0..5);
            assert_same(compiled, start, &program, &model, &settings, &units);
        }
    }
}

#[test]
fn extern_fns_are_called() {
    let model = Arc::new(default_model());
    let mut found = 0;
    for compiled in ALL.iter().filter(|compiled| needs_native(compiled)) {
        let units = Units::Random(0..200);
        let make = || compiled.units(Arc::clone(&model), settings("postgresql@16", 7), &units);
        let first = make().expect("nothing is wrong with the run");
        assert_eq!(first, make().expect("nor the second time"));
        let calls = first.iter().filter(|unit| {
            let text = String::from_utf8_lossy(&unit.bytes);
            text.starts_with("SELECT '") && text.contains(':')
        });
        assert!(calls.count() > 20, "{}", compiled.path);
        found += 1;
    }
    assert_eq!(found, 2);
}
