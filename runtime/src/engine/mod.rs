//! The parallel pipeline: a generator, a range of indexes and a sink.
//!
//! ```text
//! worker ─┐  claims a few indexes (one atomic), generates and formats them into its own buffer
//! worker ─┼── bounded queue ── sequencer ── selection ── sink        (the calling thread)
//! worker ─┘        └──────────── emptied buffers go back to their worker ──────────┘
//! ```
//!
//! The sequencer serves ordered runs, and those in which units are dropped or counted off: what is
//! written then depends on what came before. Other runs pass their buffers on whole.
//!
//! # Architecture invariants
//!
//! - In an ordered run the bytes that reach the sink depend only on the generator, the format and
//!   the range, and on the selection: not on threads, batch sizes or time. Workers know nothing of the
//!   selection: what they made too much is thrown away.
//! - Workers share no lock: they claim by compare-and-swap, and each owns a fixed number of buffers
//!   that travel to the writer and back. A worker whose buffers are all on their way waits; that is
//!   the only backpressure. It can't deadlock an ordered run: the worker that holds the earliest
//!   unwritten index has only written buffers behind it, so all of its buffers are free.
//! - Memory is bounded by threads × buffers × (buffer size + one unit), whatever the range. How many
//!   buffers there are, and how many units are in one, follows from [`Queue`].
//!
//! ```
//! use rqg_runtime::engine::{Control, Format, Settings, run};
//! use rqg_runtime::unit_text::{Emission, Generate, UnitText};
//!
//! struct Count;
//! impl Generate for Count {
//!     fn generate(&mut self, index: u64, unit: &mut UnitText) -> Emission {
//!         unit.clear();
//!         unit.bytes.extend_from_slice(format!("SELECT {index}").as_bytes());
//!         unit.ends.push(unit.bytes.len());
//!         Emission::Emitted
//!     }
//! }
//!
//! let mut sink = Vec::new();
//! let settings = Settings { threads: 2, ..Settings::new(0..3) };
//! let format = Format::Sql { terminator: ";".to_owned() };
//! let statistics = run(&settings, &format, &Control::default(), &mut sink, || Count).unwrap();
//! assert_eq!(sink, b"SELECT 0;\nSELECT 1;\nSELECT 2;\n");
//! assert_eq!(statistics.units, 3);
//! ```

mod claims;
mod control;
mod format;
mod meter;
mod one_line;
mod queue;
mod select;
mod sequencer;
mod sink;
mod slices;
#[cfg(test)]
mod tests;
mod units;
mod worker;

pub use control::Control;
pub use format::Format;
pub use meter::{CacheCounts, Counts, Readings};
pub(crate) use one_line::needs_rewriting;
pub use one_line::write_one_line;
pub use queue::Queue;
pub use sink::{
    Batch, Compression, DiscardSink, FileSink, Mark, OutputSettings, OutputSink, Position, Reached,
    Sink, Split, StdoutSink, Unfinished,
};
pub use slices::Shard;
pub use units::{MadeUnit, Units, run_batch};

use crate::uniqueness::{FilterError, Selection};
use crate::unit_text::Generate;
use claims::Claims;
use select::select;
use sequencer::Sequencer;
use std::io;
use std::ops::Range;
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};
use worker::{Buffer, Marks, Message, Worker};

/// What all buffers may hold together before one unit more is added to each.
const BUFFER_MEMORY: usize = 16 << 20;

/// What and how to run.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The indexes, each once.
    pub range: Range<u64>,
    /// Stop to claim indexes after this time; what was claimed is finished.
    pub duration: Option<Duration>,
    /// Worker threads; at least one is started.
    pub threads: usize,
    /// Whether units reach the sink in the order of their indexes. They do so in any case where
    /// some are dropped or counted off.
    pub ordered: bool,
    /// Stack of each worker thread in bytes.
    pub stack_size: usize,
    /// How much waits for the writer.
    pub queue: Queue,
    /// Whether batches tell their units apart.
    pub marked: bool,
}

impl Settings {
    /// An ordered run over `range` on one worker thread.
    #[must_use]
    pub fn new(range: Range<u64>) -> Self {
        Self {
            range,
            duration: None,
            threads: 1,
            ordered: true,
            stack_size: 8 << 20,
            queue: Queue::default(),
            marked: false,
        }
    }
}

/// Why a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// All indexes, or the duration, are done, or the units asked for are there.
    Complete,
    /// There are no more units, and fewer than were asked for: all indexes are done, or what came
    /// last was all dropped.
    Exhausted,
    /// [`Control::stop`] was called before that.
    Stopped,
    /// The reader of the sink went away (a broken pipe).
    Closed,
}

/// What a run did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statistics {
    /// Why it ended.
    pub outcome: Outcome,
    /// All indexes below this were written, had no unit or were dropped. Where the reader of an unordered run went away, that
    /// can't be told, and this is the start.
    pub next: u64,
    /// Units written.
    pub units: u64,
    /// Statements in them.
    pub statements: u64,
    /// Bytes written; with [`Format::Null`], bytes of the statements.
    pub bytes: u64,
    /// Indexes below `next` that have no unit.
    pub skipped: u64,
    /// Units that a filter dropped.
    pub dropped: u64,
    /// Units written by each worker.
    pub units_per_worker: Vec<u64>,
    /// How long it took.
    pub elapsed: Duration,
}

/// Why the engine failed.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// A sink could not be opened.
    #[error("cannot open `{path}`: {cause}", path = path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// A sink did not take what it was given.
    #[error("cannot write to {name}: {cause}")]
    Write {
        /// The sink.
        name: String,
        /// Why.
        cause: io::Error,
    },
    /// A filter can't go on.
    #[error(transparent)]
    Filter(#[from] FilterError),
    /// No worker thread could be started.
    #[error("cannot start a worker thread: {0}")]
    Spawn(io::Error),
    /// A worker thread panicked: a defect of the generator, or of a function of another language
    /// that it calls.
    #[error("{} panicked: {message}", match index {
        Some(index) => format!("making unit {index}"),
        None => "a worker thread".to_owned(),
    })]
    WorkerPanicked {
        /// The unit in hand, if there was one.
        index: Option<u64>,
        /// What the panic said.
        message: String,
    },
}

/// Runs: every worker makes its own generator with `factory`, and all units of the range go to
/// `sink`, which the calling thread writes. The sink is not finished: the caller decides whether
/// what it got is complete.
///
/// # Errors
///
/// If the sink fails (other than by a broken pipe), no thread can be started or a worker panics.
pub fn run<F, G>(
    settings: &Settings,
    format: &Format,
    control: &Control,
    sink: &mut dyn Sink,
    factory: F,
) -> Result<Statistics, EngineError>
where
    F: Fn() -> G + Sync,
    G: Generate,
{
    run_selected(
        settings,
        format,
        control,
        &mut Selection::all(),
        sink,
        factory,
    )
}

/// As [`run`], but a selection decides which units are written and when there are enough.
///
/// # Errors
///
/// As [`run`], or if the filter of the selection can't go on.
pub fn run_selected<F, G>(
    settings: &Settings,
    format: &Format,
    control: &Control,
    selection: &mut Selection<'_>,
    sink: &mut dyn Sink,
    factory: F,
) -> Result<Statistics, EngineError>
where
    F: Fn() -> G + Sync,
    G: Generate,
{
    let started = Instant::now();
    let is_trivial = selection.is_trivial();
    let marks = if selection.needs_fingerprints() {
        Marks::Fingerprints
    } else if is_trivial && !settings.marked {
        Marks::None
    } else {
        Marks::Ends
    };
    let deadline = settings
        .duration
        .and_then(|duration| started.checked_add(duration));
    let claims = Claims::new(settings.range.clone());
    let threads = usable_threads(settings, selection);
    let share = settings.queue.share(threads);
    let buffer_size = (BUFFER_MEMORY / (threads * share.buffers).max(1)).clamp(16 << 10, 256 << 10);
    let (full, incoming) = crossbeam_channel::bounded(threads * (share.buffers + 1));
    control.meter().start(threads);
    let factory = &factory;
    let claims_ref = &claims;

    let written = thread::scope(|scope| {
        let mut returns = Vec::with_capacity(threads);
        let mut workers = Vec::with_capacity(threads);
        for number in 0..threads {
            let (give_back, empty) = crossbeam_channel::bounded(share.buffers);
            for _ in 0..share.buffers {
                // The channel is as long as there are buffers, and both ends are alive.
                let _ = give_back.try_send(Buffer::new(buffer_size));
            }
            let worker = Worker {
                number,
                claims: claims_ref,
                deadline,
                control,
                format,
                marks,
                full: full.clone(),
                empty,
                buffer_size,
                share,
            };
            let spawned = thread::Builder::new()
                .name(format!("rqg-{number}"))
                .stack_size(settings.stack_size)
                .spawn_scoped(scope, move || worker.run(factory));
            match spawned {
                Ok(worker) => {
                    workers.push(worker);
                    returns.push(give_back);
                }
                // Fewer workers make the same output.
                Err(_) if !returns.is_empty() => break,
                Err(cause) => return Err(EngineError::Spawn(cause)),
            }
        }
        drop(full);
        let written = Writer {
            sequencer: Sequencer::new(settings.range.start, settings.ordered || !is_trivial),
            selection,
            control,
            sink,
            returns,
            claims: claims_ref,
            buffer_size,
            counts_text: !matches!(format, Format::Null),
            statistics: Statistics {
                outcome: Outcome::Complete,
                next: settings.range.start,
                units: 0,
                statements: 0,
                bytes: 0,
                skipped: 0,
                dropped: 0,
                units_per_worker: vec![0; threads],
                elapsed: Duration::ZERO,
            },
        }
        .write_all(incoming);
        // Joined one by one, since a scope would pass a panic on.
        let panics = workers.into_iter().filter_map(|it| it.join().err());
        let messages: Vec<String> = panics.map(|it| panic_message(&*it)).collect();
        match (written?, messages.into_iter().next()) {
            (Written { statistics, .. }, None) => Ok(statistics),
            (Written { panicked, .. }, Some(message)) => Err(EngineError::WorkerPanicked {
                index: panicked,
                message,
            }),
        }
    });

    let elapsed = started.elapsed();
    control.end(elapsed, selection);
    let mut statistics = written?;
    statistics.elapsed = elapsed;
    statistics.dropped = selection.dropped();
    if statistics.outcome == Outcome::Complete {
        if !selection.is_over() {
            statistics.next = claims.next();
        }
        let has_more = !selection.is_over() && statistics.next < settings.range.end;
        if control.is_stopped() && has_more {
            statistics.outcome = Outcome::Stopped;
        } else if selection.is_short() && !has_more {
            statistics.outcome = Outcome::Exhausted;
        }
    }
    Ok(statistics)
}

/// What a panic said, as far as that is text.
fn panic_message(payload: &(dyn std::any::Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().map(|it| (*it).to_owned());
    text.or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "without a message".to_owned())
}

/// More threads than indexes, or than units that are wanted, would find nothing to do.
fn usable_threads(settings: &Settings, selection: &Selection<'_>) -> usize {
    let indexes = settings.range.end.saturating_sub(settings.range.start);
    let units = selection.wanted().map_or(indexes, |it| it.min(indexes));
    settings
        .threads
        .max(1)
        .min(usize::try_from(units).unwrap_or(usize::MAX))
}

/// The calling thread's half of the pipeline.
struct Writer<'a, 'f> {
    sequencer: Sequencer,
    selection: &'a mut Selection<'f>,
    control: &'a Control,
    sink: &'a mut dyn Sink,
    returns: Vec<crossbeam_channel::Sender<Buffer>>,
    claims: &'a Claims,
    buffer_size: usize,
    /// Whether bytes are those of the output.
    counts_text: bool,
    statistics: Statistics,
}

/// What the writer did.
struct Written {
    statistics: Statistics,
    /// The unit with which a worker died.
    panicked: Option<u64>,
}

impl Writer<'_, '_> {
    /// Writes until all workers are done, or there is enough. Leaving early drops both channels, which ends the
    /// workers at their next full buffer.
    fn write_all(
        mut self,
        incoming: crossbeam_channel::Receiver<Message>,
    ) -> Result<Written, EngineError> {
        let mut panicked = None;
        if self.selection.is_over() {
            return Ok(self.done(panicked));
        }
        for message in incoming {
            let buffer = match message {
                Message::Full(buffer) => buffer,
                // Nothing more is begun, and what is in hand before that unit is written. Buffers
                // behind it never come back, so workers must not wait for them.
                Message::Panicked(index) => {
                    panicked = panicked.into_iter().chain(index).min();
                    self.claims.close();
                    self.returns.clear();
                    continue;
                }
            };
            self.sequencer.push(buffer);
            while let Some(mut buffer) = self.sequencer.pop() {
                let (made, dropped) = (buffer.units, self.selection.dropped());
                select(self.selection, &mut buffer, self.counts_text)?;
                match self.write(&buffer) {
                    Ok(()) => {
                        self.meter(made, buffer.skipped, dropped);
                        self.recycle(buffer);
                    }
                    Err(cause) if cause.kind() == io::ErrorKind::BrokenPipe => {
                        self.statistics.outcome = Outcome::Closed;
                        return Ok(self.done(panicked));
                    }
                    Err(cause) => {
                        return Err(EngineError::Write {
                            name: self.sink.name(),
                            cause,
                        });
                    }
                }
                if self.sequencer.is_ordered() {
                    let reached = Reached {
                        next: self.statistics.next,
                        units: self.statistics.units,
                    };
                    self.sink.reached(&reached, self.selection)?;
                }
                if self.selection.is_over() {
                    return Ok(self.done(panicked));
                }
            }
        }
        Ok(self.done(panicked))
    }

    fn done(self, panicked: Option<u64>) -> Written {
        Written {
            statistics: self.statistics,
            panicked,
        }
    }

    fn write(&mut self, buffer: &Buffer) -> io::Result<()> {
        if buffer.units > 0 {
            self.sink.write(&Batch {
                indexes: buffer.first..buffer.next,
                text: &buffer.text,
                units: buffer.units,
                statements: buffer.statements,
                marks: &buffer.marks,
            })?;
        }
        let statistics = &mut self.statistics;
        if self.sequencer.is_ordered() {
            statistics.next = buffer.next;
        }
        statistics.units += buffer.units;
        statistics.statements += buffer.statements;
        statistics.bytes += buffer.bytes;
        statistics.skipped += buffer.skipped;
        if let Some(units) = statistics.units_per_worker.get_mut(buffer.worker) {
            *units += buffer.units;
        }
        self.control
            .count(buffer.units, buffer.statements, buffer.bytes);
        Ok(())
    }

    /// Counts a buffer as done. `made`: its units before any was dropped; `dropped`: those that were
    /// dropped before.
    fn meter(&self, made: u64, skipped: u64, dropped: u64) {
        let dropped = self.selection.dropped() - dropped;
        self.control.count_missing(skipped, dropped);
        self.control.meter().taken(made);
        self.control.answer(self.selection);
    }

    fn recycle(&mut self, mut buffer: Buffer) {
        buffer.clear(self.buffer_size);
        if let Some(give_back) = self.returns.get(buffer.worker) {
            // A worker that is done wants no buffer any more.
            let _ = give_back.try_send(buffer);
        }
    }
}
