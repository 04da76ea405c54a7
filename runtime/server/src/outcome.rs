//! How a unit fared, and what the server said about it.

use serde::{Deserialize, Serialize};
use std::fmt;

/// How a unit fared. Each unit has exactly one outcome: that of the statement that ended it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// Every statement was executed.
    Ok,
    /// The server refused a statement, as the policy says that it may.
    Expected,
    /// It failed in a way that the file of known issues lists.
    Known,
    /// The server refused a statement.
    Unexpected,
    /// A statement did not end in time.
    Timeout,
    /// A serialization failure or a deadlock that repeating did not help against.
    Conflict,
    /// The connection broke while a statement ran; the server goes on.
    Lost,
    /// The server went down while a statement ran, or reported an internal error.
    Crash,
}

impl Outcome {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Ok,
        Self::Expected,
        Self::Known,
        Self::Unexpected,
        Self::Timeout,
        Self::Conflict,
        Self::Lost,
        Self::Crash,
    ];

    /// Whether it counts as a failure of the run.
    #[must_use]
    pub fn is_failure(self) -> bool {
        !matches!(self, Self::Ok | Self::Expected | Self::Known)
    }

    /// Its name in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Expected => "expected",
            Self::Known => "known",
            Self::Unexpected => "unexpected",
            Self::Timeout => "timeout",
            Self::Conflict => "conflict",
            Self::Lost => "lost",
            Self::Crash => "crash",
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// What went wrong with a statement: the fields of the server's error, or what the client saw.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Fault {
    /// The SQLSTATE; none where the server could not say anything any more.
    pub sqlstate: Option<String>,
    /// The message.
    pub message: String,
    /// The detail, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The hint, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// Where in the server's source it was reported: `file:line routine`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
}

impl Fault {
    /// What the client saw.
    pub(crate) fn seen(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            ..Self::default()
        }
    }

    /// The SQLSTATE, or a dash.
    #[must_use]
    pub fn state(&self) -> &str {
        self.sqlstate.as_deref().unwrap_or("-")
    }
}
