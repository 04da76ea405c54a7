//! Every fixture and every bundled grammar, compiled to Rust when this package is built.

#![deny(warnings)]

mod compiled;
pub mod externs;

pub use compiled::{Compiled, Made, Units};

include!(concat!(env!("OUT_DIR"), "/all.rs"));
