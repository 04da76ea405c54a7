//! What a run measures of itself: counters that are added to now and then, and that anyone may read.
//!
//! A worker adds to its own counters once for each buffer, the writer to those of the run; nothing
//! waits for anything. A reader sees each counter as it was a moment ago, and not all of them of the
//! same moment.

use crate::uniqueness::Occupancy;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

/// How far a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Units written.
    pub units: u64,
    /// Statements in them.
    pub statements: u64,
    /// Bytes of them.
    pub bytes: u64,
    /// Indexes that have no unit.
    pub skipped: u64,
    /// Units that a filter dropped.
    pub dropped: u64,
}

/// How a run fares that executes units in their prepared form. Each statement that has a plan is a
/// hit, a miss or a fallback.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CacheCounts {
    /// Statements whose shape was prepared before.
    pub hits: u64,
    /// Statements whose shape was prepared for them.
    pub misses: u64,
    /// Statements that were executed in their text form, since the server does not take their shape.
    pub fallbacks: u64,
    /// Shapes that were given up for others.
    pub evictions: u64,
}

impl CacheCounts {
    /// The share of hits; none where there was nothing to look for.
    #[must_use]
    pub fn hit_rate(&self) -> Option<f64> {
        let all = self.hits + self.misses + self.fallbacks;
        (all > 0).then(|| self.hits as f64 / all as f64)
    }
}

/// What can be read of a run while it goes on.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Readings {
    /// How far it is.
    pub counts: Counts,
    /// How long it took; none before it is over.
    pub elapsed: Option<Duration>,
    /// For how long each worker made units so far. What it makes is counted when its buffer is
    /// full. Empty where nobody measures it.
    pub making: Vec<Duration>,
    /// Units that are made and wait for the writer; none where nobody measures it.
    pub queue_depth: Option<u64>,
    /// What the filter said when it was last asked; none if there is no filter, or if it did not
    /// answer yet.
    pub filter: Option<Occupancy>,
    /// How the caches fare; none of a run without them.
    pub caches: Option<CacheCounts>,
}

/// The counters of a run.
#[derive(Debug, Default)]
pub(super) struct Meter {
    units: AtomicU64,
    statements: AtomicU64,
    bytes: AtomicU64,
    skipped: AtomicU64,
    dropped: AtomicU64,
    /// Units that the writer is done with, whether or not they were written.
    taken: AtomicU64,
    workers: OnceLock<Box<[WorkerMeter]>>,
    elapsed: OnceLock<Duration>,
    /// Whether somebody wants to know how full the filter is.
    filter_is_asked: AtomicBool,
    /// Written when it was asked for, by the thread that has the filter.
    filter: Mutex<Option<Occupancy>>,
    caches: OnceLock<CacheMeter>,
}

/// The counters of the caches.
#[derive(Debug, Default)]
struct CacheMeter {
    hits: AtomicU64,
    misses: AtomicU64,
    fallbacks: AtomicU64,
    evictions: AtomicU64,
}

/// The counters of one worker.
#[derive(Debug, Default)]
struct WorkerMeter {
    /// Units made.
    units: AtomicU64,
    /// Nanoseconds that it took.
    making: AtomicU64,
}

impl Meter {
    /// Makes room for the counters of workers. The first run of a control says how many it has.
    pub(super) fn start(&self, workers: usize) {
        self.workers
            .get_or_init(|| (0..workers).map(|_| WorkerMeter::default()).collect());
    }

    pub(super) fn end(&self, elapsed: Duration) {
        let _ = self.elapsed.set(elapsed);
    }

    /// Called by a worker when a buffer is full.
    pub(super) fn made(&self, worker: usize, units: u64, time: Duration) {
        if let Some(meter) = self.workers.get().and_then(|all| all.get(worker)) {
            let nanoseconds = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
            meter.making.fetch_add(nanoseconds, Ordering::Relaxed);
            meter.units.fetch_add(units, Ordering::Relaxed);
        }
    }

    /// Called by the writer when it is done with a buffer.
    pub(super) fn taken(&self, units: u64) {
        self.taken.fetch_add(units, Ordering::Relaxed);
    }

    pub(super) fn count(&self, units: u64, statements: u64, bytes: u64) {
        self.units.fetch_add(units, Ordering::Relaxed);
        self.statements.fetch_add(statements, Ordering::Relaxed);
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    pub(super) fn count_missing(&self, skipped: u64, dropped: u64) {
        self.skipped.fetch_add(skipped, Ordering::Relaxed);
        self.dropped.fetch_add(dropped, Ordering::Relaxed);
    }

    pub(super) fn count_cached(&self, counts: CacheCounts) {
        let caches = self.caches.get_or_init(CacheMeter::default);
        caches.hits.fetch_add(counts.hits, Ordering::Relaxed);
        caches.misses.fetch_add(counts.misses, Ordering::Relaxed);
        let (fallbacks, evictions) = (counts.fallbacks, counts.evictions);
        caches.fallbacks.fetch_add(fallbacks, Ordering::Relaxed);
        caches.evictions.fetch_add(evictions, Ordering::Relaxed);
    }

    pub(super) fn ask_filter(&self) {
        self.filter_is_asked.store(true, Ordering::Relaxed);
    }

    /// Whether the filter is to answer. True once for each question.
    pub(super) fn filter_is_asked(&self) -> bool {
        self.filter_is_asked.load(Ordering::Relaxed)
            && self.filter_is_asked.swap(false, Ordering::Relaxed)
    }

    pub(super) fn set_filter(&self, occupancy: Option<Occupancy>) {
        *self.filter.lock().unwrap_or_else(PoisonError::into_inner) = occupancy;
    }

    pub(super) fn counts(&self) -> Counts {
        Counts {
            units: self.units.load(Ordering::Relaxed),
            statements: self.statements.load(Ordering::Relaxed),
            bytes: self.bytes.load(Ordering::Relaxed),
            skipped: self.skipped.load(Ordering::Relaxed),
            dropped: self.dropped.load(Ordering::Relaxed),
        }
    }

    pub(super) fn readings(&self) -> Readings {
        let counts = self.counts();
        let elapsed = self.elapsed.get().copied();
        // Before what was made: a unit that is both counts as nothing that waits.
        let taken = self.taken.load(Ordering::Relaxed);
        let workers = self.workers.get().map_or(&[][..], |workers| workers);
        let made = workers.iter().map(|it| it.units.load(Ordering::Relaxed));
        let waiting = made.sum::<u64>().saturating_sub(taken);
        let making = workers
            .iter()
            .map(|it| Duration::from_nanos(it.making.load(Ordering::Relaxed)));
        Readings {
            counts,
            elapsed,
            making: making.collect(),
            // What still waits at the end is thrown away.
            queue_depth: (!workers.is_empty()).then_some(elapsed.map_or(waiting, |_| 0)),
            filter: *self.filter.lock().unwrap_or_else(PoisonError::into_inner),
            caches: self.caches.get().map(|it| CacheCounts {
                hits: it.hits.load(Ordering::Relaxed),
                misses: it.misses.load(Ordering::Relaxed),
                fallbacks: it.fallbacks.load(Ordering::Relaxed),
                evictions: it.evictions.load(Ordering::Relaxed),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Batch, Control, Format, Settings, Sink, run_selected};
    use crate::uniqueness::Selection;
    use crate::uniqueness::bloom::{BloomFilter, BloomSettings};
    use crate::unit_text::{Emission, Generate, UnitText};
    use std::io;

    #[test]
    fn what_is_made_waits_until_it_is_taken() {
        let meter = Meter::default();
        assert_eq!(meter.readings(), Readings::default());
        meter.start(2);
        meter.made(0, 5, Duration::from_micros(3));
        meter.made(1, 7, Duration::from_micros(1));
        meter.made(1, 1, Duration::from_micros(1));
        meter.taken(5);
        let readings = meter.readings();
        assert_eq!(readings.queue_depth, Some(8));
        assert_eq!(readings.making, [3, 2].map(Duration::from_micros));
        meter.end(Duration::from_secs(1));
        assert_eq!(meter.readings().queue_depth, Some(0));
        assert_eq!(meter.readings().elapsed, Some(Duration::from_secs(1)));
    }

    #[test]
    fn caches_are_counted_where_there_are_some() {
        let meter = Meter::default();
        assert_eq!(meter.readings().caches, None);
        meter.count_cached(CacheCounts::default());
        assert_eq!(meter.readings().caches.unwrap().hit_rate(), None);
        let counts = CacheCounts {
            hits: 6,
            misses: 1,
            fallbacks: 1,
            evictions: 2,
        };
        meter.count_cached(counts);
        assert_eq!(meter.readings().caches, Some(counts));
        assert_eq!(counts.hit_rate(), Some(0.75));
    }

    #[test]
    fn a_question_is_answered_once() {
        let meter = Meter::default();
        assert!(!meter.filter_is_asked());
        meter.ask_filter();
        assert!(meter.filter_is_asked());
        assert!(!meter.filter_is_asked());
    }

    struct Numbers;

    impl Generate for Numbers {
        fn generate(&mut self, index: u64, unit: &mut UnitText) -> Emission {
            unit.clear();
            unit.bytes.extend_from_slice(index.to_string().as_bytes());
            unit.ends.push(unit.bytes.len());
            Emission::Emitted
        }
    }

    /// Looks at the run while it takes a batch.
    struct Looking<'a> {
        control: &'a Control,
        written: u64,
        answers: Vec<Option<Occupancy>>,
    }

    impl Sink for Looking<'_> {
        fn write(&mut self, batch: &Batch<'_>) -> io::Result<()> {
            let readings = self.control.readings();
            assert_eq!(readings.counts.units, self.written);
            assert_eq!(readings.elapsed, None);
            // The batch in hand is not done.
            let waiting = readings.queue_depth.unwrap();
            assert!(waiting >= batch.units, "{readings:?}");
            self.written += batch.units;
            self.answers.push(readings.filter);
            self.control.ask_filter();
            Ok(())
        }

        fn name(&self) -> String {
            "the test".to_owned()
        }
    }

    #[test]
    fn a_run_can_be_read_while_it_goes_on() {
        let sizing = BloomSettings {
            units: Some(50_000),
            ..BloomSettings::default()
        };
        let mut filter = BloomFilter::new(sizing.sizing().unwrap()).unwrap();
        let mut selection = Selection::all().filter(&mut filter);
        let control = Control::default();
        let mut sink = Looking {
            control: &control,
            written: 0,
            answers: Vec::new(),
        };
        let settings = Settings {
            threads: 2,
            ..Settings::new(0..50_000)
        };
        run_selected(
            &settings,
            &Format::Raw,
            &control,
            &mut selection,
            &mut sink,
            || Numbers,
        )
        .unwrap();
        assert!(sink.answers.len() > 2);
        assert_eq!(sink.answers[0], None);
        let fills: Vec<f64> = sink.answers[1..]
            .iter()
            .map(|it| it.unwrap().fill)
            .collect();
        assert!(fills.is_sorted(), "{fills:?}");
        let last = control.readings();
        assert_eq!(last.filter, selection.occupancy());
        assert!(last.making.iter().any(|it| !it.is_zero()), "{last:?}");
    }
}
