//! Units of strict runs never repeat.

use rqg_compiler::interpret::{Generator, Settings};
use rqg_compiler::{Input, compile};
use rqg_runtime::entropy::Seed;
use rqg_runtime::schema::default_model;
use rqg_runtime::schema::model::Model;
use rqg_runtime::unit_text::{Emission, Generate, UnitText};
use std::collections::HashMap;
use std::sync::Arc;

/// The units of a space, by index; none where an index has no unit.
fn units(generator: &Generator) -> Vec<Option<Vec<u8>>> {
    let size = generator.space().expect("it is strict").size();
    let made = generator.with_stack(|generator| {
        let mut worker = generator.worker();
        let mut text = UnitText::default();
        let make = |index| {
            let emission = worker.generate(index, &mut text);
            (emission == Emission::Emitted).then(|| text.bytes.clone())
        };
        (0..size).map(make).collect()
    });
    made.expect("there are threads")
}

fn strict(text: &str, model: Model, seed: u64, size: Option<u64>, count: u64) -> Generator {
    let compilation = compile(&Input::text("test", text));
    let program = compilation.program.unwrap_or_else(|| {
        panic!("{text}: {:#?}", compilation.diagnostics);
    });
    let settings = Settings::new(Seed::from(seed).master_key());
    let generator = Generator::new(program, Arc::new(model), settings);
    let generator = generator.unwrap_or_else(|errors| panic!("{text}: {errors:#?}"));
    generator
        .enumerated(size, count)
        .expect("there are threads")
}

/// Asserts that no two units are the same, and counts them.
fn count_distinct(what: &str, units: &[Option<Vec<u8>>]) -> usize {
    let mut seen = HashMap::new();
    for (index, unit) in units.iter().enumerate() {
        if let Some(unit) = unit
            && let Some(before) = seen.insert(unit, index)
        {
            let unit = String::from_utf8_lossy(unit);
            panic!("{what}: indexes {before} and {index} made {unit}");
        }
    }
    seen.len()
}

#[test]
fn bundled() {
    for name in ["crud", "queries", "json"] {
        let path = format!(
            "{}/../grammars/{name}/{name}.rqg",
            env!("CARGO_MANIFEST_DIR")
        );
        let text = std::fs::read_to_string(path).expect("it is there");
        for rows in [0, 1_000] {
            let mut model = default_model();
            model.tables.iter_mut().for_each(|table| table.rows = rows);
            let generator = strict(&text, model, 1, None, 100_000);
            let units = units(&generator);
            let emitted = count_distinct(name, &units);
            println!("{name} {rows}: {emitted} of {}", units.len());
        }
    }
}
