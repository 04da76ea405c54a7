//! Servers that arguments name.

use crate::failure::Failure;
use rqg_server::{Dsn, Options, Server};
use std::time::Duration;

/// The server that a schema is read from, if one is named.
pub fn for_schema(dsn: Option<&str>) -> Result<Option<Server>, Failure> {
    let Some(dsn) = dsn else { return Ok(None) };
    let options = Options {
        // Reading the catalogue of a large database takes as long as it takes.
        statement_timeout: Duration::ZERO,
        ..Options::default()
    };
    Ok(Some(Server::connect(&Dsn::parse(dsn)?, &options)?))
}
