//! A worker thread: claims, generates, formats.

use super::claims::Claims;
use super::control::Control;
use super::format::Format;
use super::queue::Share;
use super::sink::Mark;
use crate::uniqueness::{Fingerprint, Fingerprinter, is_printed_as_it_is};
use crate::unit_text::{Emission, Generate, UnitText};
use crossbeam_channel::{Receiver, Sender};
use std::cell::Cell;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::time::{Duration, Instant};

/// Units of a worker's first claim, when nothing is known of their size and cost.
const FIRST_CLAIM: u64 = 32;

/// Units of the largest claim, unless another is asked for.
pub(super) const LARGEST_CLAIM: u64 = 8192;

/// How long a claim may take, so that stopping is prompt whatever a unit costs.
const CLAIM_TIME: Duration = Duration::from_millis(20);

/// What is kept of each unit of a buffer, so that some of them can be dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Marks {
    /// Nothing: buffers are written whole.
    None,
    /// Where it ends.
    Ends,
    /// Where it ends, and its fingerprint.
    Fingerprints,
}

/// Formatted units of neighbouring indexes, on their way from a worker to the writer and back.
#[derive(Debug, Default)]
pub(super) struct Buffer {
    pub(super) worker: usize,
    pub(super) first: u64,
    pub(super) next: u64,
    pub(super) text: Vec<u8>,
    /// Units in it.
    pub(super) units: u64,
    pub(super) statements: u64,
    pub(super) bytes: u64,
    /// Indexes that have no unit.
    pub(super) skipped: u64,
    /// The units, if they are marked.
    pub(super) marks: Vec<Mark>,
    /// One for each mark, if fingerprints are asked for.
    pub(super) fingerprints: Vec<Fingerprint>,
}

impl Buffer {
    pub(super) fn new(size: usize) -> Self {
        Self {
            text: Vec::with_capacity(size),
            ..Self::default()
        }
    }

    /// Empties it; the memory that a large unit took is given back.
    pub(super) fn clear(&mut self, size: usize) {
        self.text.clear();
        self.text.shrink_to(size);
        (self.units, self.statements, self.bytes) = (0, 0, 0);
        self.skipped = 0;
        self.marks.clear();
        self.fingerprints.clear();
    }
}

/// What reaches the writer.
pub(super) enum Message {
    /// Units to write.
    Full(Buffer),
    /// The worker died, with this unit in hand.
    Panicked(Option<u64>),
}

/// One worker thread's view of the run.
pub(super) struct Worker<'a> {
    pub(super) number: usize,
    pub(super) claims: &'a Claims,
    pub(super) deadline: Option<Instant>,
    pub(super) control: &'a Control,
    pub(super) format: &'a Format,
    pub(super) marks: Marks,
    pub(super) full: Sender<Message>,
    pub(super) empty: Receiver<Buffer>,
    pub(super) buffer_size: usize,
    pub(super) share: Share,
}

/// The writer has gone: nothing more is wanted.
struct WriterGone;

/// What a worker makes units with.
struct Maker<'a, G> {
    /// The index of the unit in hand, for the case that making it panics.
    in_hand: &'a Cell<Option<u64>>,
    generator: G,
    /// The unit in hand, at the end of the text of the buffer that it belongs to.
    unit: UnitText,
    /// Memory for units that can't be formatted where they stand.
    aside: UnitText,
    fingerprinter: Fingerprinter,
    pace: Pace,
}

impl<G> Maker<'_, G> {
    /// Puts what was made before a panic back into the buffer that it was made for. Gives the next
    /// index: that of the unit that was in hand, unless the generator has kept the text.
    fn save(&mut self, buffer: &mut Buffer) -> u64 {
        std::mem::swap(&mut self.unit.bytes, &mut buffer.text);
        let text = self.unit.start();
        match self.in_hand.get() {
            Some(index) if buffer.text.len() >= text => {
                buffer.text.truncate(text);
                buffer.fingerprints.truncate(buffer.marks.len());
                index
            }
            _ => {
                buffer.clear(text);
                buffer.first
            }
        }
    }
}

impl Worker<'_> {
    /// Works until there is nothing to claim or nobody who wants it. The generator is made here,
    /// so that it never crosses threads.
    pub(super) fn run<G: Generate>(self, factory: &dyn Fn() -> G) {
        let alarm = Alarm {
            full: &self.full,
            index: Cell::new(None),
        };
        let mut maker = Maker {
            in_hand: &alarm.index,
            generator: factory(),
            unit: UnitText::default(),
            aside: UnitText::default(),
            fingerprinter: Fingerprinter::default(),
            pace: Pace::new(self.buffer_size / 2, self.share),
        };
        while let Some(indexes) = self.claim(&maker.pace) {
            if self.work(indexes, &mut maker).is_err() {
                break;
            }
        }
    }

    fn claim(&self, pace: &Pace) -> Option<Range<u64>> {
        let late = || {
            self.deadline
                .is_some_and(|deadline| Instant::now() >= deadline)
        };
        if self.control.is_stopped() || late() {
            return None;
        }
        self.claims.claim(pace.claim)
    }

    /// Makes all units of a claim: one buffer, or more when they turn out longer than expected.
    fn work<G: Generate>(
        &self,
        indexes: Range<u64>,
        maker: &mut Maker<'_, G>,
    ) -> Result<(), WriterGone> {
        let mut next = indexes.start;
        while next < indexes.end {
            let mut buffer = self.empty.recv().map_err(|_| WriterGone)?;
            let started = Instant::now();
            buffer.worker = self.number;
            buffer.first = next;
            // A worker that panics dies, but not with what it made before.
            let filled = catch_unwind(AssertUnwindSafe(|| {
                self.fill(&mut buffer, next..indexes.end, maker)
            }));
            let panic = match filled {
                Ok(reached) => {
                    next = reached;
                    None
                }
                Err(panic) => {
                    next = maker.save(&mut buffer);
                    Some(panic)
                }
            };
            buffer.next = next;
            if !matches!(self.format, Format::Null) {
                buffer.bytes = buffer.text.len() as u64;
            }
            let indexes = buffer.units + buffer.skipped;
            let elapsed = started.elapsed();
            maker.pace.learn(indexes, buffer.text.len(), elapsed);
            self.control
                .meter()
                .made(self.number, buffer.units, elapsed);
            let sent = self.full.send(Message::Full(buffer));
            if let Some(panic) = panic {
                resume_unwind(panic);
            }
            sent.map_err(|_| WriterGone)?;
        }
        Ok(())
    }

    /// Makes units until the indexes are done or the buffer is full. Gives the next index.
    fn fill<G: Generate>(
        &self,
        buffer: &mut Buffer,
        indexes: Range<u64>,
        maker: &mut Maker<'_, G>,
    ) -> u64 {
        let mut next = indexes.start;
        // Units are made at the end of the buffer's text, so that they need not be copied there.
        std::mem::swap(&mut maker.unit.bytes, &mut buffer.text);
        while next < indexes.end && maker.unit.bytes.len() < self.buffer_size {
            maker.in_hand.set(Some(next));
            maker.unit.start_here();
            match maker.generator.generate(next, &mut maker.unit) {
                Emission::Emitted => self.add(next, buffer, maker),
                Emission::Skipped => {
                    maker.unit.clear();
                    buffer.skipped += 1;
                }
            }
            next += 1;
        }
        std::mem::swap(&mut maker.unit.bytes, &mut buffer.text);
        next
    }

    /// Counts the unit in hand as one of a buffer's.
    #[inline]
    fn add<G>(&self, index: u64, buffer: &mut Buffer, maker: &mut Maker<'_, G>) {
        let unit = &mut maker.unit;
        let (statements, bytes) = (unit.ends.len() as u64, unit.text().len() as u64);
        // Looked at once for both.
        let as_it_is = self.marks == Marks::Fingerprints && is_printed_as_it_is(unit);
        if self.marks == Marks::Fingerprints {
            let fingerprint = maker.fingerprinter.fingerprint_of(unit, as_it_is);
            buffer.fingerprints.push(fingerprint);
        }
        self.format
            .write_in_place(index, unit, as_it_is, &mut maker.aside);
        buffer.units += 1;
        buffer.statements += statements;
        buffer.bytes += bytes;
        if self.marks != Marks::None {
            buffer.marks.push(Mark {
                index,
                end: unit.bytes.len(),
                statements,
                bytes,
            });
        }
    }
}

/// Sizes the claims so that one fills about a buffer and takes little time. The output does not
/// depend on it.
struct Pace {
    claim: u64,
    target_bytes: u64,
    share: Share,
}

impl Pace {
    fn new(target_bytes: usize, share: Share) -> Self {
        Self {
            claim: FIRST_CLAIM.clamp(share.least, share.most),
            target_bytes: target_bytes as u64,
            share,
        }
    }

    fn learn(&mut self, indexes: u64, bytes: usize, elapsed: Duration) {
        let by_bytes = self.target_bytes * indexes / (bytes as u64).max(1);
        let by_time = CLAIM_TIME.as_nanos() * u128::from(indexes) / elapsed.as_nanos().max(1);
        let wanted = by_bytes.min(u64::try_from(by_time).unwrap_or(u64::MAX));
        // At most four times the last one: a lucky short unit is no reason to claim thousands.
        let quadruple = self.claim.saturating_mul(4);
        self.claim = wanted
            .min(quadruple)
            .clamp(self.share.least, self.share.most);
    }
}

/// Tells the writer when the worker panics: it waits for units that will never come.
struct Alarm<'a> {
    full: &'a Sender<Message>,
    index: Cell<Option<u64>>,
}

impl Drop for Alarm<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            // The queue has room for one such message of each worker.
            let _ = self.full.try_send(Message::Panicked(self.index.get()));
        }
    }
}
