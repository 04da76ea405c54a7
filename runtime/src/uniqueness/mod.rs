//! Which units of a run are written: filters that remember what came, and the number asked for.
//!
//! Everything here happens in the order of the indexes, on one thread, so that what is written does
//! not depend on how many threads made it.

pub mod bloom;
mod filter;
mod fingerprint;
mod selection;

pub use filter::{Filter, FilterError};
pub use fingerprint::{Fingerprint, Fingerprinter};
pub use selection::{PATIENCE, Selection};
