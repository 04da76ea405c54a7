//! A grammar that is compiled now, and interpreted.

use super::{SEED, generate};
use rqg_compiler::diagnostics::render;
use rqg_compiler::interpret::{Generator, Settings};
use rqg_compiler::{Input, compile};
use rqg_runtime::engine::{Sink, Statistics};
use rqg_runtime::entropy::Seed;
use rqg_runtime::schema::{ddl, default_model};
use std::error::Error;
use std::ops::Range;
use std::sync::Arc;

/// Makes units of the grammar in a file.
pub fn units(
    grammar: &str,
    units: Range<u64>,
    sink: &mut dyn Sink,
) -> Result<Statistics, Box<dyn Error>> {
    // Errors and warnings, all at once, each with its place.
    let compilation = compile(&Input::path(grammar));
    let found = render::human(&compilation.diagnostics, &compilation.sources, false);
    let Some(program) = compilation.program else {
        return Err(found.into());
    };
    eprint!("{found}");

    // The schema that the grammar brings along, else the default one.
    let model = match &program.schema {
        Some(schema) => ddl::read_ddl(&schema.ddl).model,
        None => default_model(),
    };
    // From here on nothing can fail: what the schema lacks is reported now.
    let settings = Settings::new(Seed::from(SEED).master_key());
    let generator = Generator::new(program, Arc::new(model), settings)
        .map_err(|found| render::human(&found, &compilation.sources, false))?;
    let stack = generator.required_stack();
    Ok(generate(units, stack, sink, || generator.worker())?)
}
