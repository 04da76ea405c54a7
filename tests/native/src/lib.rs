//! Every fixture and every bundled grammar, compiled to Rust when this package is built.

#![deny(warnings)]

mod compiled;
mod externs;

pub use compiled::{Compiled, Made, Units};

include!(concat!(env!("OUT_DIR"), "/all.rs"));

/// The files that show what generated code looks like.
pub mod goldens {
    include!("../goldens/hello.rs");
    include!("../goldens/shop.rs");
}
