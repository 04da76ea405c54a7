//! Values: printers that append SQL text, draw only through
//! [`Choices`](crate::choices::Choices) and allocate nothing once the output has room.

mod distribution;
pub mod domains;
mod fitting;
pub mod generate;
mod integer;
mod literal;
pub mod number;
mod ordinal;
pub mod quoting;
mod regex;
mod scalar;
mod temporal;
mod text;
mod words;

#[cfg(test)]
mod tests;

pub use distribution::Distribution;
pub use fitting::Fitting;
pub use literal::{has_literal, literal};
pub use ordinal::Ordinals;
pub use regex::{Pattern, PatternError};
