//! What a run needs before its first unit, whichever backend makes its units: the settings, what
//! can be wrong with them in words, the stack of its threads, how far the keys of new rows reach.

mod error;
pub mod explain;
mod keys;
mod settings;
mod stack;
mod uniqueness;

pub use error::{SetupError, UnmetDraw};
pub use keys::{KeyLimit, key_limit};
pub use settings::{DEFAULT_BUDGET, Settings};
pub use stack::{Stack, with_stack};
pub use uniqueness::Uniqueness;
