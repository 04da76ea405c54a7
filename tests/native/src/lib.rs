//! Every fixture, every bundled grammar and random grammars, compiled to Rust when this package is built.

#![deny(warnings)]

mod compiled;
pub mod externs;
pub mod random;

pub use compiled::{Compiled, Made, Units};

include!(concat!(env!("OUT_DIR"), "/all.rs"));
