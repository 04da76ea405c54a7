//! The schema model: what a grammar's draws pick from.

#[cfg(feature = "ddl")]
pub mod ddl;
#[cfg(feature = "ddl")]
mod default;
mod fingerprint;
pub mod model;
pub mod names;

#[cfg(feature = "ddl")]
pub use default::{DEFAULT_DDL, default_model};
pub use model::*;
