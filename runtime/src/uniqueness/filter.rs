//! What decides whether a unit came before.

use super::Fingerprint;
use std::fmt::Debug;
use std::io;
use std::path::PathBuf;

/// How full a filter is and how sure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Occupancy {
    /// The share of what it can hold in memory that is taken, from 0 to 1; of a filter in constant
    /// memory, the share of its bits that are set.
    pub fill: f64,
    /// The probability that a unit which never came would be dropped now, by theory.
    pub false_positives: f64,
}

/// Remembers the units that came, in the order of their indexes.
pub trait Filter: Debug + Send {
    /// Tells for each fingerprint, in order, whether it is new, and remembers it: `admitted` is
    /// emptied and gets one element for each. What is decided does not depend on how a run's
    /// fingerprints are divided into calls.
    ///
    /// # Errors
    /// What it keeps outside of memory can't be read or written.
    fn admit(
        &mut self,
        fingerprints: &[Fingerprint],
        admitted: &mut Vec<bool>,
    ) -> Result<(), FilterError>;

    /// Called when the run is over, and before where it is written down how far it is: what is
    /// remembered outlives the process from here on. All indexes below `next` were decided.
    ///
    /// # Errors
    /// What it keeps outside of memory can't be written.
    fn save(&mut self, _next: u64) -> Result<(), FilterError> {
        Ok(())
    }

    /// How full it is and how sure, if it can tell in no time.
    fn occupancy(&self) -> Option<Occupancy> {
        None
    }

    /// What it holds and how sure it is, for people: one line without a full stop.
    fn report(&self) -> String;
}

/// A filter can't go on.
#[derive(Debug, thiserror::Error)]
#[error("cannot {action} `{path}`, which keeps units apart: {cause}", path = path.display())]
pub struct FilterError {
    /// What was tried: a verb.
    pub action: &'static str,
    /// With which file or directory.
    pub path: PathBuf,
    /// Why it failed.
    pub cause: io::Error,
}
