//! What became of one unit.

use crate::outcome::{Fault, Outcome};
use crate::statement::Kind;
use rqg_runtime::engine::CacheCounts;
use std::time::Duration;

/// What became of a unit.
pub(super) struct Report {
    pub(super) index: u64,
    pub(super) outcome: Outcome,
    /// The statements that were executed.
    pub(super) executed: Vec<Executed>,
    /// The one that ended the unit.
    pub(super) failure: Option<Failure>,
    /// How often a transaction was repeated.
    pub(super) retries: u32,
    /// Size of the statements.
    pub(super) bytes: usize,
    /// How the shapes of its statements were found.
    pub(super) cached: CacheCounts,
}

/// A statement that was executed.
#[derive(Clone, Copy)]
pub(super) struct Executed {
    pub(super) kind: Kind,
    pub(super) time: Duration,
    pub(super) counts: Counts,
}

/// What the protocol says of a statement.
#[derive(Clone, Copy, Default)]
pub(super) struct Counts {
    /// Rows that came.
    pub(super) rows: u64,
    /// Rows that it changed.
    pub(super) affected: u64,
}

/// The statement that ended a unit.
pub(super) struct Failure {
    pub(super) kind: Kind,
    pub(super) fault: Fault,
    /// Its position in the unit, from 0.
    pub(super) position: usize,
    /// All statements of the unit.
    pub(super) statements: Vec<String>,
    /// Whether the statement was in its prepared form.
    pub(super) prepared: bool,
    /// The known issue that it is an occurrence of.
    pub(super) issue: Option<usize>,
}

impl Failure {
    /// The statement.
    pub(super) fn statement(&self) -> &str {
        self.statements
            .get(self.position)
            .map_or("", String::as_str)
    }
}

impl Report {
    /// Statements that were sent and count: those executed, and the one that failed.
    pub(super) fn statements(&self) -> u64 {
        self.executed.len() as u64 + u64::from(self.failure.is_some())
    }
}
