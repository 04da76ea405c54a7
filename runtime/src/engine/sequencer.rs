//! Puts buffers into the order of their indexes.

use super::worker::Buffer;
use std::cmp::Ordering;
use std::collections::BinaryHeap;

/// Holds back what came too early.
#[derive(Debug)]
pub(super) struct Sequencer {
    /// What came, the earliest on top.
    waiting: BinaryHeap<Earliest>,
    /// The index that has to be written next; none if the order does not matter.
    expected: Option<u64>,
}

impl Sequencer {
    pub(super) fn new(start: u64, ordered: bool) -> Self {
        Self {
            waiting: BinaryHeap::new(),
            expected: ordered.then_some(start),
        }
    }

    pub(super) fn is_ordered(&self) -> bool {
        self.expected.is_some()
    }

    pub(super) fn push(&mut self, buffer: Buffer) {
        self.waiting.push(Earliest(buffer));
    }

    /// The next buffer to write, if it is there.
    pub(super) fn pop(&mut self) -> Option<Buffer> {
        let first = self.waiting.peek()?.0.first;
        if self.expected.is_some_and(|expected| expected != first) {
            return None;
        }
        let Earliest(buffer) = self.waiting.pop()?;
        if self.expected.is_some() {
            self.expected = Some(buffer.next);
        }
        Some(buffer)
    }
}

/// Orders a heap by the first index, smallest on top.
#[derive(Debug)]
struct Earliest(Buffer);

impl Ord for Earliest {
    fn cmp(&self, other: &Self) -> Ordering {
        other.0.first.cmp(&self.0.first)
    }
}

impl PartialOrd for Earliest {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Earliest {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Earliest {}
