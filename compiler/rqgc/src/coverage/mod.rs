//! `--coverage`: which parts of a grammar a run used how often.
//!
//! Units are counted when they are written, or executed: an interpreter makes each of them again
//! beside the run and watches. So what makes the units is as fast as it is without, and what is
//! counted does not depend on threads, or on units that were made and not wanted.

mod html;
mod text;

use crate::failure::Failure;
use crate::identity::Identity;
use rqg_cli::generate;
use rqg_compiler::coverage::{Counts, Coverage};
use rqg_compiler::interpret::Worker;
use rqg_runtime::engine::{Batch, EngineError, FileSink};
use rqg_runtime::unit_text::UnitText;
use rqg_server::executor;
use serde::Serialize;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

/// So many indexes travel together.
const BATCH: usize = 1024;

/// So many batches wait for each thread.
const WAITING: usize = 8;

/// The form of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Text,
    Json,
    Html,
}

/// Counts the units of a run.
pub struct Counting {
    path: PathBuf,
    form: Form,
    file: FileSink,
    queue: Arc<Mutex<Queue>>,
    threads: Vec<JoinHandle<(Counts, u64)>>,
}

/// Indexes on their way to the threads that count.
struct Queue {
    batch: Vec<u64>,
    threads: Vec<SyncSender<Vec<u64>>>,
    next: usize,
}

impl Queue {
    fn push(&mut self, index: u64) {
        self.batch.push(index);
        if self.batch.len() >= BATCH {
            self.flush();
        }
    }

    fn flush(&mut self) {
        let batch = std::mem::take(&mut self.batch);
        if batch.is_empty() {
            return;
        }
        self.next = (self.next + 1) % self.threads.len().max(1);
        if let Some(thread) = self.threads.get(self.next) {
            // A thread that is gone is noticed when it is joined.
            let _ = thread.send(batch);
        }
    }
}

impl Counting {
    /// Opens the report and starts as many threads as make units; none if no report is asked for.
    pub fn start(
        path: Option<&Path>,
        identity: &Identity,
        threads: Option<u16>,
    ) -> Result<Option<Self>, Failure> {
        let Some(path) = path else { return Ok(None) };
        let file = FileSink::create(path)?;
        let available = || thread::available_parallelism().map_or(1, NonZero::get);
        let count = threads.map_or_else(available, usize::from);
        let generator = &identity.generator;
        let (mut senders, mut threads) = (Vec::new(), Vec::new());
        for number in 0..count {
            let (sender, receiver) = sync_channel(WAITING);
            let worker = generator.worker();
            let thread = thread::Builder::new()
                .name(format!("rqg-count-{number}"))
                .stack_size(generator.required_stack())
                .spawn(move || count_all(worker, &receiver));
            match thread {
                Ok(thread) => {
                    senders.push(sender);
                    threads.push(thread);
                }
                // Fewer threads count the same.
                Err(_) if !threads.is_empty() => break,
                Err(cause) => return Err(EngineError::Spawn(cause).into()),
            }
        }
        Ok(Some(Self {
            path: path.to_owned(),
            form: Form::of(path),
            file,
            queue: Arc::new(Mutex::new(Queue {
                batch: Vec::with_capacity(BATCH),
                threads: senders,
                next: 0,
            })),
            threads,
        }))
    }

    /// Counts the units that are written.
    pub fn told_batches(&self) -> generate::Told {
        let queue = Arc::clone(&self.queue);
        generate::Told(Box::new(move |batch: &Batch<'_>| {
            let mut queue = locked(&queue);
            batch.marks.iter().for_each(|mark| queue.push(mark.index));
        }))
    }

    /// Counts the units that are executed.
    pub fn told_units(&self) -> executor::Told {
        let queue = Arc::clone(&self.queue);
        executor::Told(Arc::new(move |index| locked(&queue).push(index)))
    }

    /// Writes the report of a run that ended so, unless it could not be carried out.
    pub fn report(
        counting: Option<Self>,
        identity: &Identity,
        done: Result<(), Failure>,
    ) -> Result<(), Failure> {
        let is_over = match &done {
            Ok(()) => true,
            Err(failure) => matches!(failure.exit_code(), 4 | 130),
        };
        let Some(counting) = counting.filter(|_| is_over) else {
            return done;
        };
        let written = counting.write(identity);
        done.and(written)
    }

    fn write(mut self, identity: &Identity) -> Result<(), Failure> {
        {
            let mut queue = locked(&self.queue);
            queue.flush();
            queue.threads.clear();
        }
        let (mut counts, mut units) = (Counts::default(), 0);
        for thread in self.threads {
            let counted = thread.join();
            let (more, further) = counted.map_err(|_| {
                Failure::Environment("a thread that counts uses panicked".to_owned())
            })?;
            counts.add(&more);
            units += further;
        }
        let report = Report {
            identity: identity.line(),
            coverage: identity.coverage(&counts, units),
        };
        let text = match self.form {
            Form::Text => text::report(&report),
            Form::Json => {
                let json = serde_json::to_string_pretty(&report);
                let json = json.map_err(|cause| failed(&self.path, cause.into()))?;
                json + "\n"
            }
            Form::Html => html::report(&report, identity.sources()),
        };
        let appended = self.file.append(text.as_bytes());
        appended.map_err(|cause| failed(&self.path, cause))?;
        Ok(self.file.finish()?)
    }
}

impl Form {
    fn of(path: &Path) -> Self {
        let ending = path.extension().unwrap_or_default();
        if ending.eq_ignore_ascii_case("json") {
            Self::Json
        } else if ending.eq_ignore_ascii_case("html") || ending.eq_ignore_ascii_case("htm") {
            Self::Html
        } else {
            Self::Text
        }
    }
}

/// What a report tells.
#[derive(Debug, Serialize)]
struct Report<'a> {
    /// What the units depend on.
    identity: &'a str,
    #[serde(flatten)]
    coverage: Coverage,
}

fn failed(path: &Path, cause: std::io::Error) -> Failure {
    let path = path.to_owned();
    Failure::Write { path, cause }
}

fn locked(queue: &Mutex<Queue>) -> MutexGuard<'_, Queue> {
    queue.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Makes the units again and counts.
fn count_all(mut worker: Worker, indexes: &Receiver<Vec<u64>>) -> (Counts, u64) {
    let (mut counts, mut units) = (Counts::default(), 0);
    let mut unit = UnitText::default();
    for index in indexes.iter().flatten() {
        worker.generate_and_watch(index, &mut counts, &mut unit);
        units += 1;
    }
    (counts, units)
}

/// So many of all, in per cent.
fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}
