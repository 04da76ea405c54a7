//! Which units of a run are written: filters that remember what came, and the number asked for.
//!
//! - [`bloom`]: a filter in constant memory that drops a few good units;
//! - [`store`]: one that is exact, in memory and files that grow with the run (feature `store`);
//! - [`Selection`]: asks a filter, counts, and knows when a run is over.
//!
//! Everything here happens in the order of the indexes, on one thread, so that what is written does
//! not depend on how many threads made it.

pub mod bloom;
mod filter;
mod fingerprint;
mod selection;
mod space;
#[cfg(feature = "store")]
pub mod store;

pub use filter::{Filter, FilterError, Occupancy};
pub(crate) use fingerprint::is_printed_as_it_is;
pub use fingerprint::{Fingerprint, Fingerprinter};
pub use selection::{PATIENCE, Selection};
pub use space::{LARGEST, Space};
