//! Real grammars end to end: every fixture and bundled grammar derives under any choices, finds all
//! that it draws, and does so the same way again.

use proptest::prelude::*;
use rqg_compiler::interpret::{Generator, Settings};
use rqg_compiler::{Input, compile};
use rqg_runtime::choices::{Bytes, Recorded, Replay};
use rqg_runtime::entropy::Seed;
use rqg_runtime::schema::ddl::read_ddl;
use rqg_runtime::schema::default_model;
use rqg_runtime::unit_text::{Generate, UnitText};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

fn files(folder: &str) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .join(folder);
    let mut found: Vec<PathBuf> = std::fs::read_dir(root)
        .expect("the folder is part of the project")
        .map(|entry| entry.expect("a readable folder").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "rqg"))
        .collect();
    found.sort();
    found
}

/// The grammars that run on the default schema without extern fns, with empty and with filled tables.
fn generators() -> &'static [(PathBuf, Generator)] {
    static GENERATORS: OnceLock<Vec<(PathBuf, Generator)>> = OnceLock::new();
    GENERATORS.get_or_init(|| {
        let empty = default_model();
        let mut filled = empty.clone();
        for table in &mut filled.tables {
            table.rows = 100;
        }
        let models = [Arc::new(empty), Arc::new(filled)];
        let folders = [
            "tests/fixtures/pass",
            "tests/fixtures/run",
            "grammars/crud",
            "grammars/queries",
            "grammars/json",
        ];
        let made = folders
            .iter()
            .flat_map(|folder| files(folder))
            .filter_map(|path| Some((compile(&Input::path(&path)).program?, path)))
            .flat_map(|(program, path)| {
                models.each_ref().map(|model| {
                    let settings = Settings::new(Seed::from(1).master_key());
                    let program = Arc::clone(&program);
                    let generator = Generator::new(program, Arc::clone(model), settings).ok()?;
                    Some((path.clone(), generator))
                })
            })
            .flatten();
        made.collect()
    })
}

#[test]
fn every_draw_finds_something() {
    assert!(generators().len() > 40);
    for (path, generator) in generators() {
        generator
            .with_stack(|generator| {
                let mut worker = generator.worker();
                let mut text = UnitText::default();
                for index in 0..200 {
                    worker.generate(index, &mut text);
                    assert_eq!(worker.unmet(), 0, "{} unit {index}", path.display());
                }
            })
            .expect("a thread");
    }
}

/// Requirements on values that are bound before, on results beside drawn ones, on elements of lists.
#[test]
fn draws_heed_what_is_required_of_their_neighbours() {
    for body in [
        "let (t, k) = pair(table()); column(t, number) k.from;
         rule pair(t: table) -> (table, fk) = return (t, fk());",
        "let t = table(); let c = column(t); let cs = [c, column(t)]; (for x in cs { value(x) });",
        "let t = table(); let ts = [t, table()]; (for x in ts { column(x, temporal) });",
        "let f = function(integer); (for T in f.arguments { function(T) });",
        "let f = function(type()); (for T in f.arguments { column(table(), T) });",
        "let f = function(type(number)); inner(f.arguments);
         rule inner(ts: list<type>) = for T in ts { aggregate(T) };",
    ] {
        let text = format!("grammar neighbours;\nrule query = {body}\n");
        let program = compile(&Input::text("neighbours.rqg", text)).program;
        let settings = Settings::new(Seed::from(1).master_key());
        let model = Arc::new(default_model());
        let generator = Generator::new(program.expect(body), model, settings).expect(body);
        let mut worker = generator.worker();
        let mut unit = UnitText::default();
        for index in 0..200 {
            worker.generate(index, &mut unit);
            assert_eq!(worker.unmet(), 0, "{body}, unit {index}");
        }
    }
}

#[test]
fn recordings_replay_to_the_same_unit() {
    for (path, generator) in generators() {
        let mut worker = generator.worker();
        let (mut first, mut second) = (UnitText::default(), UnitText::default());
        for index in 0..20 {
            let mut recorded = Recorded::new(worker.choices(index));
            worker.generate_from(index, &mut recorded, &mut first);
            let records = recorded.into_records();
            worker.generate_from(index, &mut Replay::new(&records), &mut second);
            assert_eq!(first, second, "{} unit {index}", path.display());
        }
    }
}

#[test]
fn a_small_budget_only_makes_units_shallow() {
    for (path, generator) in generators() {
        let settings = Settings {
            budget: 0,
            ..Settings::new(Seed::from(2).master_key())
        };
        let program = Arc::clone(generator.program());
        let generator = Generator::new(program, Arc::new(default_model()), settings)
            .expect("the budget is not part of what can be wrong");
        let mut worker = generator.worker();
        let mut text = UnitText::default();
        for index in 0..50 {
            worker.generate(index, &mut text);
            assert_eq!(worker.unmet(), 0, "{} unit {index}", path.display());
            assert!(
                text.bytes.len() < 100_000,
                "{} unit {index}",
                path.display()
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn any_bytes_make_a_unit(bytes in proptest::collection::vec(any::<u8>(), 0..600), index: u64) {
        for (path, generator) in generators() {
            let mut worker = generator.worker();
            let mut text = UnitText::default();
            worker.generate_from(index, &mut Bytes::new(&bytes), &mut text);
            prop_assert_eq!(worker.unmet(), 0, "{}", path.display());
        }
    }
}

#[test]
fn a_schema_of_one_json_column_is_enough() {
    let model = Arc::new(read_ddl("CREATE TABLE t (a json);").model);
    for path in files("grammars/crud")
        .into_iter()
        .chain(files("grammars/queries"))
    {
        let program = compile(&Input::path(&path)).program.expect("a program");
        let settings = Settings::new(Seed::from(1).master_key());
        let generator = Generator::new(program, Arc::clone(&model), settings);
        assert!(generator.is_ok(), "{}: {generator:?}", path.display());
    }
}
