//! The caller's hand on a run: to stop it, and to watch it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Stops a run and watches it, from any thread. Clones speak of the same run.
#[derive(Debug, Clone, Default)]
pub struct Control {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    stopped: AtomicBool,
    units: AtomicU64,
    statements: AtomicU64,
    bytes: AtomicU64,
}

/// How far a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Units written.
    pub units: u64,
    /// Statements in them.
    pub statements: u64,
    /// Bytes of them.
    pub bytes: u64,
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
        Counts {
            units: self.shared.units.load(Ordering::Relaxed),
            statements: self.shared.statements.load(Ordering::Relaxed),
            bytes: self.shared.bytes.load(Ordering::Relaxed),
        }
    }

    /// Adds to the counts: called by whatever carries the run out, once for each unit or batch.
    pub fn count(&self, units: u64, statements: u64, bytes: u64) {
        self.shared.units.fetch_add(units, Ordering::Relaxed);
        self.shared
            .statements
            .fetch_add(statements, Ordering::Relaxed);
        self.shared.bytes.fetch_add(bytes, Ordering::Relaxed);
    }
}
