//! The thread that generates. One is enough: making a unit takes a small part of the time that a
//! server needs to execute it, and one thread keeps the units in the order of their indexes.

use super::Run;
use async_channel::{Receiver, Sender};
use rqg_runtime::uniqueness::{FilterError, Fingerprinter, Selection};
use rqg_runtime::unit_text::{Emission, Generate, UnitText};
use std::ops::Range;
use std::time::Instant;

/// A unit to execute.
pub(super) struct Job {
    pub(super) index: u64,
    pub(super) unit: UnitText,
}

/// What the thread needs.
pub(super) struct Feed<'a, 'f> {
    pub(super) range: Range<u64>,
    pub(super) deadline: Option<Instant>,
    pub(super) run: &'a Run,
    pub(super) selection: &'a mut Selection<'f>,
    pub(super) jobs: Sender<Job>,
    pub(super) emptied: Receiver<UnitText>,
}

/// What the thread did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Fed {
    /// The index behind the last unit that was sent; the start if there is none.
    pub(super) sent: u64,
    /// The index behind the last one that was decided on.
    pub(super) next: u64,
    /// Whether all that was to be made was made.
    pub(super) complete: bool,
    /// Indexes that have no unit.
    pub(super) skipped: u64,
    /// Whether the time ended it.
    pub(super) late: bool,
}

impl Feed<'_, '_> {
    /// Generates until the range or the time is over, there are enough units, nobody takes them any
    /// more, or the run stops.
    pub(super) fn run<G: Generate>(self, factory: &dyn Fn() -> G) -> Result<Fed, FilterError> {
        let mut generator = factory();
        let mut fingerprinter = Fingerprinter::default();
        let mut unit = None;
        let mut fed = Fed {
            sent: self.range.start,
            next: self.range.start,
            ..Fed::default()
        };
        while fed.next < self.range.end && !self.selection.is_over() {
            if self.run.is_over() {
                return Ok(fed);
            }
            if self
                .deadline
                .is_some_and(|deadline| Instant::now() >= deadline)
            {
                fed.late = true;
                break;
            }
            let mut made: UnitText = (unit.take())
                .unwrap_or_else(|| self.emptied.try_recv().unwrap_or_else(|_| self.run.unit()));
            let index = fed.next;
            let mut is_wanted = false;
            let dropped = self.selection.dropped();
            match generator.generate(index, &mut made) {
                Emission::Skipped => {
                    fed.skipped += 1;
                    self.run.control.count_missing(1, 0);
                }
                Emission::Emitted if self.selection.needs_fingerprints() => {
                    let fingerprint = fingerprinter.fingerprint(&made);
                    self.selection
                        .decide(1, &[fingerprint], |it| is_wanted = it)?;
                }
                Emission::Emitted => self.selection.decide(1, &[], |it| is_wanted = it)?,
            }
            self.run.control.answer(self.selection);
            let dropped = self.selection.dropped() - dropped;
            self.run.control.count_missing(0, dropped);
            if !is_wanted {
                unit = Some(made);
            } else if self.jobs.send_blocking(Job { index, unit: made }).is_err() {
                return Ok(fed);
            } else {
                fed.sent = index + 1;
            }
            fed.next += 1;
        }
        fed.complete = true;
        Ok(fed)
    }
}
