//! Reads plain PostgreSQL DDL, hand-written or dumped, into a schema model.
//!
//! The script is split into statements lexically, and the structure of a definition is read from
//! its tokens, so that what cannot be read costs no more than itself; expressions (of checks) and
//! queries (of views) go through the crate `sqlparser`. What is not understood is never guessed:
//! the tables and columns concerned are marked as ones that no values are promised for.

mod check;
mod cursor;
mod draft;
mod finish;
mod reader;
mod split;
mod table;
mod types;
mod view;

#[cfg(test)]
mod tests;

use crate::schema::model::Model;
use std::fmt;

/// What was read of a script.
#[derive(Debug, Clone)]
pub struct Reading {
    /// The model of what could be read.
    pub model: Model,
    /// What was skipped, in the order of the script.
    pub warnings: Vec<DdlWarning>,
    /// Why the model cannot be used; empty if it can.
    pub errors: Vec<DdlError>,
}

/// Something in a script that was skipped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DdlWarning {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// What and why.
    pub message: String,
}

impl fmt::Display for DdlWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "line {}, column {}: {}",
            self.line, self.column, self.message
        )
    }
}

/// Why a script makes no schema.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DdlError {
    /// Nothing to query.
    #[error("the script defines no table that could be read")]
    NoTable,
    /// More distinct types than a model has room for.
    #[error("the script has more than 65,535 distinct types")]
    TooManyTypes,
}

/// Reads a script. Never fails: what could not be read is in the warnings.
#[must_use]
pub fn read_ddl(text: &str) -> Reading {
    reader::Reader::new(text).read()
}
