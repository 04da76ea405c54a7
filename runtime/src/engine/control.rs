//! The caller's hand on a run: to stop it, and to watch it.

use super::meter::{CacheCounts, Counts, Meter, Readings};
use crate::uniqueness::Selection;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Stops a run and watches it, from any thread. Clones speak of the same run.
#[derive(Debug, Clone, Default)]
pub struct Control {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    stopped: AtomicBool,
    meter: Meter,
}

impl Control {
    /// Asks the workers to claim nothing more; what they have in hand is finished and written.
    pub fn stop(&self) {
        self.shared.stopped.store(true, Ordering::Relaxed);
    }

    /// Whether [`stop`](Self::stop) was called.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.shared.stopped.load(Ordering::Relaxed)
    }

    /// What was written so far.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.shared.meter.counts()
    }

    /// All that can be read of the run. Once it is over, that is exact.
    #[must_use]
    pub fn readings(&self) -> Readings {
        self.shared.meter.readings()
    }

    /// Asks the filter of the run how full it is. The answer is among the
    /// [`readings`](Self::readings) when the next units were decided on.
    pub fn ask_filter(&self) {
        self.shared.meter.ask_filter();
    }

    /// Adds to the counts: called by whatever carries the run out, once for each unit or batch.
    pub fn count(&self, units: u64, statements: u64, bytes: u64) {
        self.shared.meter.count(units, statements, bytes);
    }

    /// Adds indexes without unit, and units that were dropped: called as [`count`](Self::count) is.
    pub fn count_missing(&self, skipped: u64, dropped: u64) {
        self.shared.meter.count_missing(skipped, dropped);
    }

    /// Adds to what is known of the caches: called as [`count`](Self::count) is. A run with caches
    /// adds nothing before it begins.
    pub fn count_cached(&self, counts: CacheCounts) {
        self.shared.meter.count_cached(counts);
    }

    /// Lets the filter answer if it was asked: called by the thread that has it, between units.
    pub fn answer(&self, selection: &Selection<'_>) {
        if self.shared.meter.filter_is_asked() {
            self.shared.meter.set_filter(selection.occupancy());
        }
    }

    /// Says that the run is over, and how long it took: called once by whatever carried it out.
    pub fn end(&self, elapsed: Duration, selection: &Selection<'_>) {
        self.shared.meter.set_filter(selection.occupancy());
        self.shared.meter.end(elapsed);
    }

    pub(super) fn meter(&self) -> &Meter {
        &self.shared.meter
    }
}
