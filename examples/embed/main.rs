//! Embeds the compiler: compiles a grammar, runs it in this process and prints ten units.
//!
//! `cargo run -p rqg-examples --bin embed [GRAMMAR.rqg]`

use rqg_compiler::diagnostics::render;
use rqg_compiler::interpret::{Generator, Settings};
use rqg_compiler::{Input, compile};
use rqg_runtime::entropy::Seed;
use rqg_runtime::schema::{ddl, default_model};
use rqg_runtime::unit_text::{Generate, UnitText};
use std::error::Error;
use std::io::{self, Write};
use std::sync::Arc;

const HELLO: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/hello/hello.rqg");

fn main() -> Result<(), Box<dyn Error>> {
    let grammar = std::env::args().nth(1).unwrap_or_else(|| HELLO.to_owned());

    // Errors and warnings, all at once, each with its place.
    let compilation = compile(&Input::path(grammar));
    eprint!(
        "{}",
        render::human(&compilation.diagnostics, &compilation.sources, false)
    );
    let Some(program) = compilation.program else {
        return Err("the grammar has errors".into());
    };

    // The schema that the grammar brings along, else the default one.
    let model = match &program.schema {
        Some(schema) => ddl::read_ddl(&schema.ddl).model,
        None => default_model(),
    };

    // From here on nothing can fail: what the schema lacks is reported now.
    let settings = Settings::new(Seed::from(42).master_key());
    let generator = Generator::new(program, Arc::new(model), settings)
        .map_err(|found| render::human(&found, &compilation.sources, false))?;

    let mut output = Vec::new();
    generator.with_stack(|generator| {
        let mut worker = generator.worker();
        let mut unit = UnitText::default();
        for index in 0..10 {
            worker.generate(index, &mut unit);
            for statement in unit.statements() {
                output.extend_from_slice(statement);
                output.extend_from_slice(b";\n");
            }
        }
    })?;
    io::stdout().write_all(&output)?;
    Ok(())
}
