//! Where the output goes.

#[cfg(feature = "compress")]
mod compress;
mod destination;
mod file;
mod output;
mod split;
#[cfg(test)]
mod tests;

pub use file::{FileSink, Unfinished};
pub use output::{Compression, OutputSettings, OutputSink, Position};
pub use split::Split;

use super::EngineError;
use crate::uniqueness::Selection;
use std::io::{self, StdoutLock, Write};
use std::ops::Range;

/// Formatted units of neighbouring indexes.
#[derive(Debug, Clone)]
pub struct Batch<'a> {
    /// Their indexes.
    pub indexes: Range<u64>,
    /// Their text in the run's format, whole lines.
    pub text: &'a [u8],
    /// How many units.
    pub units: u64,
    /// How many statements.
    pub statements: u64,
    /// The units one by one, where [`Settings::marked`](super::Settings::marked) asks for them or the
    /// run has a selection; else nothing.
    pub marks: &'a [Mark],
}

/// A unit of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// Its index.
    pub index: u64,
    /// Where its text ends in that of the batch.
    pub end: usize,
    /// How many statements it has.
    pub statements: u64,
    /// Bytes of its statements.
    pub bytes: u64,
}

/// How far an ordered run is. All units of the indexes below `next` that are wanted were taken by the
/// sink, and no others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reached {
    /// The first index that is not decided.
    pub next: u64,
    /// Units written since the run began.
    pub units: u64,
}

/// Takes the output of a run.
pub trait Sink {
    /// Takes a batch; in an ordered run batches come in the order of their indexes.
    ///
    /// # Errors
    ///
    /// If it can't. A broken pipe ends a run quietly, any other error makes it fail.
    fn write(&mut self, batch: &Batch<'_>) -> io::Result<()>;

    /// What to call it in messages.
    fn name(&self) -> String;

    /// Called between the batches of an ordered run, also where nothing of a batch was wanted: the
    /// place to write down how far it is. The selection is that of the run.
    ///
    /// # Errors
    ///
    /// What it keeps can't be written.
    fn reached(
        &mut self,
        _reached: &Reached,
        _selection: &mut Selection<'_>,
    ) -> Result<(), EngineError> {
        Ok(())
    }
}

impl Sink for Vec<u8> {
    fn write(&mut self, batch: &Batch<'_>) -> io::Result<()> {
        self.extend_from_slice(batch.text);
        Ok(())
    }

    fn name(&self) -> String {
        "memory".to_owned()
    }
}

/// Takes everything, keeps nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct DiscardSink;

impl Sink for DiscardSink {
    fn write(&mut self, _: &Batch<'_>) -> io::Result<()> {
        Ok(())
    }

    fn name(&self) -> String {
        "nothing".to_owned()
    }
}

/// Writes to standard output.
#[derive(Debug)]
pub struct StdoutSink {
    stdout: StdoutLock<'static>,
}

impl Default for StdoutSink {
    fn default() -> Self {
        Self {
            stdout: io::stdout().lock(),
        }
    }
}

impl Sink for StdoutSink {
    fn write(&mut self, batch: &Batch<'_>) -> io::Result<()> {
        // Batches end with a line break, so that nothing stays in the line buffer.
        self.stdout.write_all(batch.text)?;
        self.stdout.flush()
    }

    fn name(&self) -> String {
        "standard output".to_owned()
    }
}
