//! Runtime of random-query grammars: the choice source, the schema model, the values, the state of
//! one unit and the writer. Interpreter and generated code share everything in this crate.

mod blocks;
pub mod choices;
pub mod demand;
pub mod dialect;
pub mod engine;
pub mod entropy;
pub mod features;
pub mod functions;
pub mod native;
pub mod plan;
pub mod prepared;
pub mod rows;
pub mod run;
pub mod schema;
pub mod spacing;
pub mod tokens;
pub mod types;
pub mod uniqueness;
pub mod unit;
pub mod unit_text;
pub mod values;
pub mod writer;
