//! Makes units of a grammar with one backend, for counting instructions:
//!
//! ```text
//! valgrind --tool=callgrind target/release/examples/make crud native 20000
//! ```
//!
//! The same with 1 unit is what starting takes.

use rqg_compiler::interpret::Generator;
use rqg_compiler::{Input, compile};
use rqg_native_tests::ALL;
use rqg_runtime::entropy::Seed;
use rqg_runtime::run::Settings;
use rqg_runtime::schema::default_model;
use rqg_runtime::unit_text::{Generate as _, UnitText};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [grammar, backend, units] = arguments.as_slice() else {
        eprintln!("usage: make GRAMMAR native|interpreted UNITS");
        return ExitCode::from(2);
    };
    let Ok(units) = units.parse::<u64>() else {
        eprintln!("`{units}` is no number");
        return ExitCode::from(2);
    };
    let mut model = default_model();
    for table in &mut model.tables {
        table.rows = 1_000;
    }
    let model = Arc::new(model);
    let settings = Settings::new(Seed::from(1).master_key());
    let path = format!("grammars/{grammar}/{grammar}.rqg");
    let mut bytes = 0;
    if backend == "native" {
        let Some(compiled) = ALL.iter().find(|compiled| compiled.path == path) else {
            eprintln!("no grammar `{grammar}`");
            return ExitCode::from(2);
        };
        bytes = compiled.bytes(model, settings, 0..units).unwrap_or(0);
    } else {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let Some(program) = compile(&Input::path(root.join(path))).program else {
            eprintln!("no grammar `{grammar}`");
            return ExitCode::from(2);
        };
        if let Ok(generator) = Generator::new(program, model, settings) {
            let mut worker = generator.worker();
            let mut text = UnitText::default();
            for index in 0..units {
                worker.generate(index, &mut text);
                bytes += text.bytes.len() as u64;
            }
        }
    }
    // The sum keeps the work from being left out.
    eprintln!("{units} units, {bytes} bytes");
    ExitCode::SUCCESS
}
