//! `rqgc schema`

use crate::cli::SchemaArgs;
use crate::failure::Failure;
use crate::server;
use crate::terminal;
use rqg_runtime::schema::DEFAULT_DDL;

pub fn run(args: &SchemaArgs) -> Result<(), Failure> {
    match server::for_schema(args.from.as_deref())? {
        Some(server) => terminal::print(&server.ddl()?),
        None => terminal::print(DEFAULT_DDL),
    }
}
