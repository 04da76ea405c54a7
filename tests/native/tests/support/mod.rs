//! Runs of both backends, side by side.

use rqg_compiler::interpret::Generator;
use rqg_compiler::ir::Program;
use rqg_compiler::{Input, compile};
use rqg_native_tests::{Compiled, Units};
use rqg_runtime::choices::Bytes;
use rqg_runtime::dialect::Dialect;
use rqg_runtime::entropy::Seed;
use rqg_runtime::run::{Settings, SetupError};
use rqg_runtime::schema::model::{Model, TableKind};
use rqg_runtime::schema::{ddl, default_model};
use rqg_runtime::unit_text::{Generate as _, UnitText};
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub const DIALECTS: [&str; 2] = ["postgresql@16", "yugabytedb@2.14"];
const SCHEMAS: [&str; 2] = ["clinic", "warehouse"];
const ROWS: [u64; 2] = [0, 100];

pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Every schema with every number of rows, by name.
pub fn models() -> Vec<(String, Arc<Model>)> {
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

/// Those of one dialect, or of several with commas between them.
pub fn settings(dialect: &str, seed: u64) -> Settings {
    let dialects = dialect
        .split(',')
        .map(|name| name.parse().expect("a dialect"));
    let dialects: Vec<Dialect> = dialects.collect();
    Settings::for_dialects(Seed::from(seed).master_key(), &dialects)
}

pub fn program(compiled: &Compiled) -> Arc<Program> {
    let compilation = compile(&Input::path(root().join(compiled.path)));
    compilation
        .program
        .expect("it compiled when this was built")
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
    let generator = match units {
        Units::Strict(size) => generator.enumerated(Some(*size), 0).expect("a thread"),
        _ => generator,
    };
    let made = generator.with_stack(|generator| {
        let mut worker = generator.worker();
        match units {
            Units::Random(_) | Units::Strict(_) => units
                .indexes()
                .map(|index| {
                    let mut unit = UnitText::recording_values();
                    worker.generate(index, &mut unit);
                    unit
                })
                .collect(),
            Units::Bytes(bytes) => {
                let mut unit = UnitText::recording_values();
                worker.generate_from(0, &mut Bytes::new(bytes), &mut unit);
                vec![unit]
            }
        }
    });
    Ok(made.expect("a thread"))
}

/// Makes units with both backends: how many, or how they differ, be it in where values are.
pub fn compared(
    compiled: &Compiled,
    program: &Arc<Program>,
    model: &Arc<Model>,
    settings: &Settings,
    units: &Units,
) -> Result<u64, String> {
    let native = compiled
        .units(Arc::clone(model), settings.clone(), units)
        .map_err(|found| found.iter().map(SetupError::message).collect::<Vec<_>>());
    let interpreted = interpreted(program, model, settings.clone(), units);
    let (native, interpreted) = match (native, interpreted) {
        (Ok(native), Ok(interpreted)) => (native, interpreted),
        (Err(native), Err(interpreted)) if native == interpreted => return Ok(0),
        (native, interpreted) => {
            let (native, interpreted) = (native.err(), interpreted.err());
            return Err(format!("{native:?}\nbut interpreted\n{interpreted:?}"));
        }
    };
    let different = native.iter().zip(&interpreted);
    if let Some(at) = different
        .clone()
        .position(|(native, other)| native != other)
    {
        let text = |unit: &UnitText| String::from_utf8_lossy(&unit.bytes).into_owned();
        return Err(format!(
            "unit {at}:\n{}\nbut interpreted\n{}",
            text(&native[at]),
            text(&interpreted[at])
        ));
    }
    if native.len() != interpreted.len() {
        return Err(format!("{} units, {}", native.len(), interpreted.len()));
    }
    Ok(native.len() as u64)
}
