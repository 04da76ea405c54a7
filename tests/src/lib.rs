//! What the project's tests share: real servers, the fixture harness and the bodies of the fuzz
//! targets.

pub mod postgres;
