//! How much waits for the writer.

use super::worker::LARGEST_CLAIM;

/// Buffers that each worker owns where nothing else is asked for: one in hand, the others queued or
/// being written.
const BUFFERS: usize = 4;

/// The most buffers of a worker: more units than they hold never wait.
const MOST_BUFFERS: usize = 64;

/// How many units may wait for the writer, and how many a worker makes at a time. The output does not
/// depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Queue {
    /// Units that may wait for the writer, over all workers, those in hand included. At least one
    /// batch of each worker does.
    pub size: Option<u64>,
    /// Units of a batch. The indexes of a batch are finished even when the run is stopped. Without it
    /// batches follow what a buffer holds and how long units take.
    pub batch: Option<u64>,
    /// The share of `size`, up to 1, from which workers wait.
    pub threshold: Option<f64>,
}

/// What a queue means for each worker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Share {
    /// Buffers that it owns; a buffer holds a batch or less.
    pub buffers: usize,
    /// Units of a batch at least.
    pub least: u64,
    /// Units of a batch at most.
    pub most: u64,
}

impl Queue {
    /// The share of each of so many workers.
    pub(super) fn share(&self, workers: usize) -> Share {
        let batch = self.batch.map(|batch| batch.max(1));
        let Some(size) = self.size else {
            return Share {
                buffers: BUFFERS,
                least: batch.unwrap_or(1),
                most: batch.unwrap_or(LARGEST_CLAIM),
            };
        };
        let threshold = self.threshold.unwrap_or(1.0).clamp(0.0, 1.0);
        let units = (size as f64 * threshold) as u64 / workers.max(1) as u64;
        let even = (units / BUFFERS as u64).clamp(1, LARGEST_CLAIM);
        let most = batch.unwrap_or(even).min(units.max(1));
        let buffers = usize::try_from(units / most).unwrap_or(MOST_BUFFERS);
        Share {
            buffers: buffers.clamp(1, MOST_BUFFERS),
            least: batch.map_or(1, |batch| batch.min(most)),
            most,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Batch, Control, Format, Settings, Sink, run};
    use crate::unit_text::{Emission, Generate, UnitText};
    use std::sync::atomic::{AtomicU64, Ordering};

    fn share(size: u64, batch: Option<u64>, threshold: f64, workers: usize) -> Share {
        let queue = Queue {
            size: Some(size),
            batch,
            threshold: Some(threshold),
        };
        queue.share(workers)
    }

    #[test]
    fn the_threshold_is_never_exceeded() {
        for size in [1, 7, 100, 10_000, 1 << 30] {
            for batch in [None, Some(1), Some(30), Some(1_000), Some(1 << 30)] {
                for threshold in [0.01, 0.5, 1.0] {
                    for workers in [1, 3, 64] {
                        let share = share(size, batch, threshold, workers);
                        let waiting = share.buffers as u64 * share.most * workers as u64;
                        let allowed = (size as f64 * threshold) as u64;
                        assert!(waiting <= allowed.max(workers as u64), "{share:?}");
                        assert!(1 <= share.least && share.least <= share.most, "{share:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn batches_are_as_large_as_asked() {
        let found = share(10_000, Some(1_000), 0.8, 2);
        let (buffers, least, most) = (4, 1_000, 1_000);
        assert_eq!(
            found,
            Share {
                buffers,
                least,
                most
            }
        );
        let batch = Some(500);
        let found = Queue {
            batch,
            ..Queue::default()
        }
        .share(8);
        assert_eq!((found.least, found.most), (500, 500));
    }

    /// Counts what is made.
    struct Counting<'a>(&'a AtomicU64);

    impl Generate for Counting<'_> {
        fn generate(&mut self, index: u64, unit: &mut UnitText) -> Emission {
            self.0.fetch_add(1, Ordering::SeqCst);
            unit.clear();
            unit.bytes.extend_from_slice(index.to_string().as_bytes());
            unit.ends.push(unit.bytes.len());
            Emission::Emitted
        }
    }

    /// Watches how far the workers are ahead.
    struct Watching<'a> {
        made: &'a AtomicU64,
        written: u64,
        most: u64,
        largest: u64,
        text: Vec<u8>,
    }

    impl Sink for Watching<'_> {
        fn write(&mut self, batch: &Batch<'_>) -> std::io::Result<()> {
            let ahead = self.made.load(Ordering::SeqCst) - self.written;
            self.most = self.most.max(ahead);
            self.largest = self.largest.max(batch.units);
            self.written += batch.units;
            self.text.extend_from_slice(batch.text);
            Ok(())
        }

        fn name(&self) -> String {
            "the test".to_owned()
        }
    }

    #[test]
    fn workers_get_no_further_ahead_and_write_the_same() {
        let all = |queue| {
            let made = AtomicU64::new(0);
            let mut sink = Watching {
                made: &made,
                written: 0,
                most: 0,
                largest: 0,
                text: Vec::new(),
            };
            let settings = Settings {
                threads: 3,
                queue,
                ..Settings::new(0..20_000)
            };
            let control = Control::default();
            let statistics = run(&settings, &Format::Raw, &control, &mut sink, || {
                Counting(&made)
            });
            assert_eq!(statistics.unwrap().units, 20_000);
            (sink.most, sink.largest, sink.text)
        };
        let (_, _, expected) = all(Queue::default());
        let (most, largest, found) = all(Queue {
            size: Some(1_000),
            batch: Some(50),
            threshold: Some(0.9),
        });
        assert!(found == expected);
        assert!(most <= 900, "{most}");
        assert_eq!(largest, 50);
        let (most, largest, found) = all(Queue {
            size: Some(3),
            ..Queue::default()
        });
        assert!(found == expected);
        assert!(most <= 3, "{most}");
        assert_eq!(largest, 1);
    }
}
