//! What the project's tests share: real servers, the fixture harness and the bodies of the fuzz
//! targets.

pub mod compile;
pub mod corpus;
pub mod exec;
pub mod fixtures;
pub mod fuzz;
pub mod load;
pub mod markdown;
pub mod measure;
pub mod postgres;
pub mod text;
pub mod watchdog;
