//! Hands out the indexes of a run, lock-free.

use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

/// The indexes that no worker has taken yet.
#[derive(Debug)]
pub(super) struct Claims {
    next: AtomicU64,
    end: u64,
}

impl Claims {
    pub(super) fn new(range: Range<u64>) -> Self {
        Self {
            next: AtomicU64::new(range.start),
            end: range.end,
        }
    }

    /// Takes up to `count` indexes. The indexes themselves are all that is exchanged, so relaxed
    /// ordering is enough.
    pub(super) fn claim(&self, count: u64) -> Option<Range<u64>> {
        let mut first = self.next.load(Ordering::Relaxed);
        loop {
            if first >= self.end {
                return None;
            }
            let last = first.saturating_add(count.max(1)).min(self.end);
            match self
                .next
                .compare_exchange_weak(first, last, Ordering::Relaxed, Ordering::Relaxed)
            {
                Ok(_) => return Some(first..last),
                Err(current) => first = current,
            }
        }
    }

    /// Nothing more can be claimed.
    pub(super) fn close(&self) {
        self.next.store(self.end, Ordering::Relaxed);
    }

    /// The first index that was not claimed.
    pub(super) fn next(&self) -> u64 {
        self.next.load(Ordering::Relaxed)
    }
}
