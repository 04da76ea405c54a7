//! The schema model: what a grammar's draws pick from.

pub mod model;

pub use model::*;
