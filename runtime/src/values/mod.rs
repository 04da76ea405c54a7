//! Values: printers that append SQL text, draw only through
//! [`Choices`](crate::choices::Choices) and allocate nothing once the output has room.

mod affix;
mod bands;
mod distribution;
pub mod domains;
mod fitting;
pub mod generate;
mod integer;
mod literal;
pub mod number;
mod ordinal;
pub mod quoting;
mod recipe;
mod regex;
mod scalar;
mod temporal;
mod text;
mod word;
mod words;

#[cfg(test)]
mod tests;

pub(crate) use affix::Texts;
pub(crate) use distribution::Constants;
pub use distribution::Distribution;
pub use fitting::Fitting;
pub(crate) use literal::{Style, has_values, push_label, push_listed, underlying};
pub use literal::{has_literal, literal};
pub(crate) use ordinal::{Numbering, Scale, scale};
pub use ordinal::{ORDINALS_PER_UNIT, Ordinals};
pub(crate) use recipe::{Recipe, make_operand};
pub use regex::{Pattern, PatternError, Shape};
pub(crate) use scalar::{Bounds, bounds};
pub(crate) use word::Word;
