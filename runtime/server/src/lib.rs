//! What talks to a PostgreSQL server: connections, a schema read from the catalogue, and the
//! executor that runs the units of a generator and classifies how each fared.
//!
//! The heavy dependencies (an asynchronous runtime, TLS) stay in this package, so that a generator
//! that only prints does not carry them. The functions here block; the runtime behind them is
//! their own affair.

mod classify;
mod connect;
mod dsn;
pub mod executor;
pub mod findings;
pub mod introspect;
pub mod known;
pub mod load;
mod normalise;
pub mod outcome;
pub mod policy;
mod pool;
pub mod report;
pub mod statement;
mod tls;

pub use connect::{ConnectError, Options, Server, Version};
pub use dsn::{Dsn, DsnError};
