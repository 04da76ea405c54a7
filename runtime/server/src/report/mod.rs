//! The result of a run, for people and for tools.

mod junit;
mod table;

pub use junit::junit;
pub use table::table;

use crate::executor::Summary;
use serde::Serialize;

/// A run and its result, as JSON.
#[derive(Serialize)]
struct Document<'a> {
    identity: &'a str,
    server: &'a str,
    seed: &'a str,
    #[serde(flatten)]
    summary: &'a Summary,
}

/// What identifies a run in its reports.
#[derive(Debug, Clone, Copy)]
pub struct About<'a> {
    /// The name of the run, such as `crud`.
    pub name: &'a str,
    /// Its identity on one line.
    pub identity: &'a str,
    /// The server's version.
    pub server: &'a str,
    /// The seed.
    pub seed: &'a str,
}

/// The summary as a JSON document.
///
/// # Errors
///
/// Never in practice: all of it can be written as JSON.
pub fn json(about: &About<'_>, summary: &Summary) -> Result<String, serde_json::Error> {
    let document = Document {
        identity: about.identity,
        server: about.server,
        seed: about.seed,
        summary,
    };
    Ok(serde_json::to_string_pretty(&document)? + "\n")
}
