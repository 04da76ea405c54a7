//! `rqgc schema`

use crate::cli::SchemaArgs;
use crate::failure::Failure;
use crate::terminal;
use rqg_runtime::schema::DEFAULT_DDL;

pub fn run(args: &SchemaArgs) -> Result<(), Failure> {
    debug_assert!(args.default, "the only choice, which clap requires");
    terminal::print(DEFAULT_DDL)
}
