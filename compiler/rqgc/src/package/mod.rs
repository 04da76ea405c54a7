//! Cargo packages that are made of grammars: their files, where their dependencies come from, and
//! how they are built.

mod build;
mod files;
mod runtime;

pub use build::{Build, build};
pub use files::{Files, create};
pub use runtime::Runtime;
