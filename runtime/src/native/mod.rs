//! What generated code builds on: the data of a grammar as the compiler writes it down, and the
//! generator that runs it. The counterpart of the compiler's interpreter; both call the same
//! functions of [`Unit`] in the same order, so they make the same bytes.
//!
//! ```text
//! rqg_runtime::include_grammar!("crud");
//!
//! let generator = rqg_runtime::native::Generator::<crud::Grammar>::new(model, settings)?;
//! let mut worker = generator.worker();
//! worker.generate(0, &mut text);
//! ```

mod generator;
mod plan;
pub mod tables;
mod text;

pub use generator::{AnyGenerator, FromPlan, Generator, Planned, Worker, from_plan};
pub use text::{number, truth};

use crate::choices::Choices;
use crate::plan::Plan;
use crate::unit::Unit;
use tables::Tables;

/// A grammar that was compiled to Rust. Implemented by generated code only.
pub trait Grammar: 'static {
    /// Everything that decides its output apart from the code.
    const TABLES: &'static Tables;

    /// Derives a rule that is no start rule of another unit: `rule` is an index into
    /// [`Tables::rules`] of one without parameters and results. Nothing is derived for any other.
    fn derive<C: Choices>(rule: usize, plan: &Plan, unit: &mut Unit, choices: &mut C);
}

/// Includes the module that the compiler generated for a grammar in the package's `build.rs`: it
/// has the grammar's name and holds its `Grammar`.
#[macro_export]
macro_rules! include_grammar {
    ($name:literal) => {
        include!(concat!(env!("OUT_DIR"), "/", $name, ".rs"));
    };
}
