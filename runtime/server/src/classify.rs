//! What an error of the client library means: told by SQLSTATE, severity and the state of the
//! protocol, never by the text of a message.

use crate::outcome::Fault;
use std::io;
use tokio_postgres::Error;
use tokio_postgres::error::{DbError, Severity};

/// What happened to a statement, as far as its own error tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// The server refused it; the session goes on.
    Refused(Fault),
    /// It was cancelled (57014): by the timeout or by somebody.
    Cancelled(Fault),
    /// A serialization failure or a deadlock.
    Conflict(Fault),
    /// An internal error of the server (class XX); the session may go on.
    Internal(Fault),
    /// The server ended the session and said so.
    Ended(Fault),
    /// Another backend crashed, and all sessions with it (57P02), or this one panicked.
    Crashed(Fault),
    /// The connection broke, and nobody said why.
    Broken(Fault),
    /// The protocol went astray; the session can't go on.
    Protocol(Fault),
}

/// The fields of a server's error.
pub fn fault(error: &DbError) -> Fault {
    let location = error.file().map(|file| {
        let line = error
            .line()
            .map_or(String::new(), |line| format!(":{line}"));
        let routine = error.routine().map_or(String::new(), |r| format!(" {r}"));
        format!("{file}{line}{routine}")
    });
    Fault {
        sqlstate: Some(error.code().code().to_owned()),
        message: error.message().to_owned(),
        detail: error.detail().map(str::to_owned),
        hint: error.hint().map(str::to_owned),
        location,
    }
}

/// Tells what an error of a statement means.
pub fn classify(error: &Error) -> Trouble {
    let Some(refused) = error.as_db_error() else {
        return if error.is_closed() || is_io(error) {
            Trouble::Broken(Fault::seen("the connection broke"))
        } else {
            Trouble::Protocol(Fault::seen(described(error)))
        };
    };
    let fault = fault(refused);
    let code = refused.code().code();
    let ends = match refused.parsed_severity() {
        Some(Severity::Panic) => return Trouble::Crashed(fault),
        Some(Severity::Fatal) => true,
        _ => false,
    };
    match code {
        "57P01" | "57P02" | "57P03" | "57P05" => parting(fault),
        _ if code.starts_with("XX") => Trouble::Internal(fault),
        _ if ends || code.starts_with("08") => Trouble::Ended(fault),
        "57014" => Trouble::Cancelled(fault),
        "40001" | "40P01" => Trouble::Conflict(fault),
        _ => Trouble::Refused(fault),
    }
}

/// Tells what the server's last word on a session means.
pub fn parting(fault: Fault) -> Trouble {
    if fault.state() == "57P02" {
        Trouble::Crashed(fault)
    } else {
        Trouble::Ended(fault)
    }
}

/// Whether the socket failed; what could not be written or understood is no failure of it.
fn is_io(error: &Error) -> bool {
    std::error::Error::source(error)
        .and_then(|cause| cause.downcast_ref::<io::Error>())
        .is_some_and(|cause| {
            !matches!(
                cause.kind(),
                io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData
            )
        })
}

/// An error with its causes.
pub fn described(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let message = inner.to_string();
        if !text.contains(&message) {
            text.push_str(": ");
            text.push_str(&message);
        }
        cause = inner.source();
    }
    text
}
