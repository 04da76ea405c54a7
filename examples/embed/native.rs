//! A grammar that was compiled to Rust when this package was built.

use super::{SEED, generate};
use rqg_runtime::engine::{Sink, Statistics};
use rqg_runtime::entropy::Seed;
use rqg_runtime::native::{Generator, Grammar};
use rqg_runtime::run::{Settings, SetupError};
use rqg_runtime::schema::{ddl, default_model};
use std::error::Error;
use std::ops::Range;
use std::sync::Arc;

rqg_runtime::include_grammar!("hello");

/// Makes units of `hello.rqg`.
pub fn units(units: Range<u64>, sink: &mut dyn Sink) -> Result<Statistics, Box<dyn Error>> {
    // The schema that the grammar brings along, else the default one.
    let model = match &hello::Grammar::TABLES.schema {
        Some(schema) => ddl::read_ddl(schema.ddl).model,
        None => default_model(),
    };
    // From here on nothing can fail: what the schema lacks is reported now.
    let settings = Settings::new(Seed::from(SEED).master_key());
    let generator = Generator::<hello::Grammar>::new(Arc::new(model), settings)
        .map_err(|found| told(&found))?;
    let stack = generator.required_stack();
    Ok(generate(units, stack, sink, || generator.worker())?)
}

fn told(found: &[SetupError]) -> String {
    let messages: Vec<String> = found.iter().map(SetupError::message).collect();
    messages.join("\n")
}
