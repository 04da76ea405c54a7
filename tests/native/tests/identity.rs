//! Two backends, one meaning: what generated code makes is what the interpreter makes, byte for byte.

use rqg_compiler::interpret::Generator;
use rqg_compiler::ir::Program;
use rqg_compiler::{Input, compile};
use rqg_native_tests::{ALL, Compiled, Units};
use rqg_runtime::choices::Bytes;
use rqg_runtime::dialect::Dialect;
use rqg_runtime::entropy::Seed;
use rqg_runtime::run::{Settings, SetupError};
use rqg_runtime::schema::model::{Model, TableKind};
use rqg_runtime::schema::{ddl, default_model};
use rqg_runtime::unit_text::{Generate as _, UnitText};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Units of each grammar over each schema, dialect and number of rows.
const UNITS: u64 = 1_000;

const DIALECTS: [&str; 2] = ["postgresql@16", "yugabytedb@2.14"];
const SCHEMAS: [&str; 2] = ["clinic", "warehouse"];
const ROWS: [u64; 2] = [0, 100];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Every schema with every number of rows, by name.
fn models() -> Vec<(String, Arc<Model>)> {
    let mut models = vec![("default".to_owned(), default_model())];
    for schema in SCHEMAS {
        let path = root().join(format!("tests/fixtures/schemas/live/{schema}.sql"));
        let text = std::fs::read_to_string(path).expect("the schema is part of the project");
        models.push((schema.to_owned(), ddl::read_ddl(&text).model));
    }
    let with_rows = models.into_iter().flat_map(|(name, model)| {
        ROWS.map(|rows| {
            let mut model = model.clone();
            for table in &mut model.tables {
                if table.kind == TableKind::Table {
                    table.rows = rows;
                }
            }
            (format!("{name} with {rows} rows"), Arc::new(model))
        })
    });
    with_rows.collect()
}

fn settings(dialect: &str, seed: u64) -> Settings {
    let dialect: Dialect = dialect.parse().expect("a dialect");
    Settings::for_dialect(Seed::from(seed).master_key(), dialect)
}

fn program(compiled: &Compiled) -> Arc<Program> {
    let compilation = compile(&Input::path(root().join(compiled.path)));
    compilation
        .program
        .expect("it compiled when this was built")
}

fn needs_native(compiled: &Compiled) -> bool {
    !program(compiled).externs.is_empty()
}

/// What the interpreter makes, or the messages of what is wrong.
fn interpreted(
    program: &Arc<Program>,
    model: &Arc<Model>,
    settings: Settings,
    units: &Units,
) -> Result<Vec<UnitText>, Vec<String>> {
    let generator =
        Generator::new(Arc::clone(program), Arc::clone(model), settings).map_err(|found| {
            found
                .into_iter()
                .map(|found| found.message)
                .collect::<Vec<_>>()
        })?;
    let made = generator.with_stack(|generator| {
        let mut worker = generator.worker();
        match units {
            Units::Random(indexes) => indexes
                .clone()
                .map(|index| {
                    let mut unit = UnitText::default();
                    worker.generate(index, &mut unit);
                    unit
                })
                .collect(),
            Units::Bytes(bytes) => {
                let mut unit = UnitText::default();
                worker.generate_from(0, &mut Bytes::new(bytes), &mut unit);
                vec![unit]
            }
        }
    });
    Ok(made.expect("a thread"))
}

fn assert_same(
    compiled: &Compiled,
    what: &str,
    program: &Arc<Program>,
    model: &Arc<Model>,
    settings: &Settings,
    units: &Units,
) -> u64 {
    let native = compiled
        .units(Arc::clone(model), settings.clone(), units)
        .map_err(|found| found.iter().map(SetupError::message).collect::<Vec<_>>());
    let interpreted = interpreted(program, model, settings.clone(), units);
    match (native, interpreted) {
        (Ok(native), Ok(interpreted)) => {
            assert_eq!(native.len(), interpreted.len(), "{}", compiled.path);
            for (index, (native, interpreted)) in native.iter().zip(&interpreted).enumerate() {
                assert!(
                    native == interpreted,
                    "{}, {what}, unit {index}:\n{}\nbut interpreted\n{}",
                    compiled.path,
                    String::from_utf8_lossy(&native.bytes),
                    String::from_utf8_lossy(&interpreted.bytes),
                );
            }
            native.len() as u64
        }
        (native, interpreted) => {
            let (native, interpreted) = (native.err(), interpreted.err());
            assert_eq!(native, interpreted, "{}, {what}", compiled.path);
            0
        }
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
