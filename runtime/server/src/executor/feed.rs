//! The thread that generates. One is enough: making a unit takes a small part of the time that a
//! server needs to execute it, and one thread keeps the units in the order of their indexes.

use super::Run;
use async_channel::{Receiver, Sender};
use rqg_runtime::unit_text::{Generate, UnitText};
use std::ops::Range;
use std::time::Instant;

/// A unit to execute.
pub(super) struct Job {
    pub(super) index: u64,
    pub(super) unit: UnitText,
}

/// What the thread needs.
pub(super) struct Feed<'a> {
    pub(super) range: Range<u64>,
    pub(super) deadline: Option<Instant>,
    pub(super) run: &'a Run,
    pub(super) jobs: Sender<Job>,
    pub(super) emptied: Receiver<UnitText>,
}

impl Feed<'_> {
    /// Generates until the range or the time is over, nobody takes units any more, or the run
    /// stops. Returns the index behind the last unit if all that was to be made was made.
    pub(super) fn run<G: Generate>(self, factory: &dyn Fn() -> G) -> Option<u64> {
        let mut generator = factory();
        let mut next = self.range.start;
        while next < self.range.end {
            if self.run.is_over() {
                return None;
            }
            if self
                .deadline
                .is_some_and(|deadline| Instant::now() >= deadline)
            {
                return Some(next);
            }
            let mut unit = self.emptied.try_recv().unwrap_or_default();
            generator.generate(next, &mut unit);
            let job = Job { index: next, unit };
            if self.jobs.send_blocking(job).is_err() {
                return None;
            }
            next += 1;
        }
        Some(next)
    }
}
