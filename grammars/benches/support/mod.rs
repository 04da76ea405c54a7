//! Workers of the bundled grammars, compiled and interpreted.

use rqg_compiler::interpret::{Generator, Settings};
use rqg_compiler::{Input, compile};
use rqg_grammars::named;
use rqg_runtime::entropy::Seed;
use rqg_runtime::schema::default_model;
use rqg_runtime::unit_text::Generate;
use std::sync::Arc;

/// What makes the units of a grammar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// The Rust that the grammar became when this package was built.
    Compiled,
    /// The interpreter.
    Interpreted,
}

/// A worker of the bundled grammar `name`, over the default schema with `rows` rows in each table;
/// always with the same seed, and of a strict run if a space is given. None if there is no such
/// grammar.
#[must_use]
pub fn worker(
    name: &str,
    backend: Backend,
    rows: u64,
    space: Option<u64>,
) -> Option<Box<dyn Generate>> {
    let bundled = named(name)?;
    let program = compile(&Input::text(name, bundled.text)).program?;
    let mut model = default_model();
    for table in &mut model.tables {
        table.rows = rows;
    }
    let settings = Settings::new(Seed::from(1).master_key());
    let mut generator = Generator::new(program, Arc::new(model), settings).ok()?;
    if let Some(space) = space {
        generator = generator.enumerated(Some(space), 0).ok()?;
    }
    match backend {
        Backend::Compiled => Some((bundled.native)(generator.planned())?.any_worker()),
        Backend::Interpreted => Some(Box::new(generator.worker())),
    }
}
