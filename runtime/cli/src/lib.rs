//! The command line of a compiled grammar: `generate` and `show`, with the flags, the output and the
//! exit codes of `rqgc`, which is built from the same parts.
//!
//! ```text
//! rqg_runtime::include_grammar!("demo");
//!
//! fn main() -> std::process::ExitCode {
//!     rqg_cli::main::<demo::Grammar>()
//! }
//! ```

pub mod args;
pub mod checkpoint;
mod command;
mod failure;
pub mod features;
pub mod filter;
pub mod generate;
pub mod identity;
mod names;
pub mod output;
pub mod range;
mod rows;
pub mod signals;
pub mod terminal;

pub use command::{main, text_of};
pub use failure::Failure;
