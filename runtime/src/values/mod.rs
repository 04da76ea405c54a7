//! Values: printers that append SQL text, draw only through `Choices` and allocate nothing.

pub mod number;
pub mod quoting;
