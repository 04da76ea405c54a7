//! Servers that arguments name.

use crate::failure::Failure;
use rqg_server::{Dsn, Options, Server};
use std::time::Duration;

/// The server that a schema is read from, if one is named.
pub fn for_schema(dsn: Option<&str>) -> Result<Option<Server>, Failure> {
    unlimited(dsn, 1)
}

/// The server that rows are loaded into, if one is named.
pub fn for_load(dsn: Option<&str>, connections: u16) -> Result<Option<Server>, Failure> {
    unlimited(dsn, usize::from(connections))
}

/// A server whose statements take as long as they take: reading the catalogue of a large database,
/// or loading one.
fn unlimited(dsn: Option<&str>, connections: usize) -> Result<Option<Server>, Failure> {
    let Some(dsn) = dsn else { return Ok(None) };
    let options = Options {
        connections,
        statement_timeout: Duration::ZERO,
    };
    Ok(Some(Server::connect(&Dsn::parse(dsn)?, &options)?))
}
