//! Runs the units of a generator on a server.
//!
//! ```text
//! generator thread ── bounded queue ──┬── session: a connection, one unit after the other
//!   (the stack it needs)              ├── session …          (tasks of an asynchronous runtime)
//!        └──── emptied buffers ───────┘        └── ledger: outcomes, latencies, findings
//! ```
//!
//! # Architecture invariants
//!
//! - Each unit that a session takes has exactly one outcome. What was sent to a server is never
//!   sent again because the connection broke: nobody knows whether it took effect. Serialization
//!   failures and deadlocks, which the server undid, are repeated, and only the last try counts.
//! - Sessions take units in the order of their indexes and finish what they took. A run that stops
//!   can therefore go on at [`Summary::next`]: all below was executed, nothing from there on.
//! - A unit finds a clean session: after a failure, what is open is rolled back and `DISCARD ALL`
//!   follows, or the connection is replaced.
//! - In the prepared form a unit is what it is in its text form. Its shapes are prepared before its
//!   first statement, in no transaction, so that a shape that the server does not take leaves no
//!   trace: the statement is executed as text.
//! - A session whose connection can't be had again retires without a unit in hand. The run goes on
//!   with the others, and ends as [`End::Unreachable`] when the last one has retired.

mod feed;
mod ledger;
mod prepared;
mod session;
mod unit;

pub use ledger::{First, KindRow, KnownRow, OutcomeRow, PreparedRow, Summary};

use crate::connect::{ConnectError, Server};
use crate::findings::{Findings, FindingsError};
use crate::known::Known;
use crate::policy::Policy;
use async_channel::Receiver;
use feed::{Feed, Job};
use ledger::Ledger;
use rqg_runtime::engine::{CacheCounts, Control};
use rqg_runtime::uniqueness::{FilterError, Selection};
use rqg_runtime::unit_text::{Generate, UnitText};
use session::Session;
use std::num::NonZeroUsize;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};
use std::{fmt, io};

/// Units that wait for each connection.
const QUEUE_PER_CONNECTION: usize = 8;

/// What and how to run.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The indexes, each once.
    pub range: Range<u64>,
    /// Stop to take units after this time; what was taken is finished.
    pub duration: Option<Duration>,
    /// Stack of the thread that generates, in bytes.
    pub stack_size: usize,
    /// Connections, at least one.
    pub connections: usize,
    /// The run stops when more units than this have failed.
    pub max_failures: u64,
    /// How often a transaction is repeated after a serialization failure or a deadlock.
    pub retries: u32,
    /// For how long a session tries to get a connection again before it gives up.
    pub reconnect: Duration,
    /// Whether units are executed in their prepared form, and how many shapes each connection keeps
    /// prepared at most.
    pub prepared: Option<NonZeroUsize>,
    /// Is told of the units that have an outcome.
    pub told: Option<Told>,
}

/// Is told the index of each unit that has an outcome, by the threads that execute.
#[derive(Clone)]
pub struct Told(pub Arc<dyn Fn(u64) + Send + Sync>);

impl fmt::Debug for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Told")
    }
}

impl Settings {
    /// One connection, no failure allowed.
    #[must_use]
    pub fn new(range: Range<u64>) -> Self {
        Self {
            range,
            duration: None,
            stack_size: 8 << 20,
            connections: 1,
            max_failures: 0,
            retries: 10,
            reconnect: Duration::from_secs(30),
            told: None,
            prepared: None,
        }
    }
}

/// What counts as a failure.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    /// Refusals that are expected.
    pub policy: Policy,
    /// Failures that are known.
    pub known: Known,
}

/// Why a run ended.
#[derive(Debug)]
pub enum End {
    /// All indexes, or the duration, are done, or the units asked for are there.
    Complete,
    /// There are no more units, and fewer than were asked for.
    Exhausted,
    /// [`Control::stop`] was called before that.
    Stopped,
    /// More units failed than are allowed.
    TooManyFailures,
    /// There was no connection to be had any more.
    Unreachable(ConnectError),
}

/// Why a run could not be carried out.
#[derive(Debug, thiserror::Error)]
pub enum ExecError {
    /// The findings could not be written.
    #[error(transparent)]
    Findings(#[from] FindingsError),
    /// A filter can't go on.
    #[error(transparent)]
    Filter(#[from] FilterError),
    /// The generator's thread could not be started.
    #[error("cannot start the generator's thread: {0}")]
    Spawn(io::Error),
    /// The generator panicked: a defect.
    #[error("the generator panicked")]
    GeneratorPanicked,
    /// A session panicked: a defect.
    #[error("a session panicked")]
    SessionPanicked,
}

/// What the sessions of a run share.
struct Run {
    settings: Settings,
    rules: Rules,
    control: Control,
    /// More failures than allowed, or findings that can't be written.
    halted: AtomicBool,
    /// One more than the last index that a session took.
    next: AtomicU64,
    ledger: Mutex<Ledger>,
}

impl Run {
    /// Memory for a unit.
    fn unit(&self) -> UnitText {
        match self.settings.prepared {
            Some(_) => UnitText::recording_values(),
            None => UnitText::default(),
        }
    }

    fn is_over(&self) -> bool {
        self.control.is_stopped() || self.halted.load(Ordering::Relaxed)
    }

    /// Enters what became of a unit.
    fn record(&self, report: unit::Report) {
        self.control
            .count(1, report.statements(), report.bytes as u64);
        if let Some(told) = &self.settings.told {
            (told.0)(report.index);
        }
        if self.settings.prepared.is_some() {
            self.control.count_cached(report.cached);
        }
        let mut ledger = self.ledger.lock().unwrap_or_else(PoisonError::into_inner);
        ledger.record(report);
        if ledger.failures() > self.settings.max_failures || ledger.is_broken() {
            self.halted.store(true, Ordering::Relaxed);
        }
    }
}

/// Runs: the generator that `factory` makes (on a thread of its own) gives the units, and the
/// server executes each once. New findings are written to `findings` as they come, and all of them
/// with their counts in the end.
///
/// # Errors
///
/// If the findings can't be written, a thread can't be started or the generator panics. A server
/// that goes away is an [`End`], not an error: what was found until then is in the summary.
pub fn run<F, G>(
    server: &Server,
    settings: &Settings,
    rules: Rules,
    control: &Control,
    findings: Option<Findings>,
    factory: F,
) -> Result<Summary, ExecError>
where
    F: Fn() -> G + Sync,
    G: Generate,
{
    let selection = &mut Selection::all();
    run_selected(
        server, settings, rules, control, selection, findings, factory,
    )
}

/// As [`run`], but a selection decides which units are executed and when there are enough.
///
/// # Errors
///
/// As [`run`], or if the filter of the selection can't go on.
pub fn run_selected<F, G>(
    server: &Server,
    settings: &Settings,
    rules: Rules,
    control: &Control,
    selection: &mut Selection<'_>,
    findings: Option<Findings>,
    factory: F,
) -> Result<Summary, ExecError>
where
    F: Fn() -> G + Sync,
    G: Generate,
{
    let started = Instant::now();
    let connections = settings.connections.max(1);
    let run = Arc::new(Run {
        settings: settings.clone(),
        rules,
        control: control.clone(),
        halted: AtomicBool::new(false),
        next: AtomicU64::new(settings.range.start),
        ledger: Mutex::new(Ledger::new(findings)),
    });
    if settings.prepared.is_some() {
        control.count_cached(CacheCounts::default());
    }
    let (jobs, taken) = async_channel::bounded(connections * QUEUE_PER_CONNECTION);
    let (used, emptied) = async_channel::bounded(connections * (QUEUE_PER_CONNECTION + 1));
    let feed = Feed {
        range: settings.range.clone(),
        deadline: settings
            .duration
            .and_then(|duration| started.checked_add(duration)),
        run: &run,
        selection,
        jobs,
        emptied,
    };
    let (retired, generated) = thread::scope(|scope| {
        let generator = thread::Builder::new()
            .name("rqg-generate".to_owned())
            .stack_size(settings.stack_size)
            .spawn_scoped(scope, || feed.run(&factory))
            .map_err(ExecError::Spawn)?;
        let retired = server
            .runtime
            .block_on(sessions(server, &run, connections, taken, used));
        Ok::<_, ExecError>((retired, generator.join()))
    })?;
    let fed = generated.map_err(|_| ExecError::GeneratorPanicked)??;
    let retired = retired?;

    let taken = run.next.load(Ordering::Relaxed);
    let is_done = fed.complete && fed.sent == taken;
    // Nothing behind the last unit that was taken is wanted, if that is the last one.
    let next = if is_done { fed.next } else { taken };
    let is_short = selection.is_short() && !fed.late;
    let mut ledger = run.ledger.lock().unwrap_or_else(PoisonError::into_inner);
    let exceeded = ledger.failures() > settings.max_failures;
    let mut summary = ledger.finish(&run.rules.known)?;
    summary.elapsed = started.elapsed();
    control.end(summary.elapsed, selection);
    summary.next = next;
    summary.prepared = control.readings().caches.map(PreparedRow::from);
    summary.retired = retired.iter().map(ToString::to_string).collect();
    let all_retired = retired.len() == connections;
    summary.skipped = fed.skipped;
    summary.dropped = selection.dropped();
    summary.end = match retired.into_iter().next() {
        _ if exceeded => End::TooManyFailures,
        _ if is_done && is_short => End::Exhausted,
        _ if is_done => End::Complete,
        Some(error) if all_retired => End::Unreachable(error),
        _ if control.is_stopped() => End::Stopped,
        _ => End::Complete,
    };
    Ok(summary)
}

/// Runs all sessions to their end; returns why those retired that had to.
async fn sessions(
    server: &Server,
    run: &Arc<Run>,
    connections: usize,
    taken: Receiver<Job>,
    used: async_channel::Sender<UnitText>,
) -> Result<Vec<ConnectError>, ExecError> {
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..connections {
        let session = Session::new(server, Arc::clone(run), taken.clone());
        tasks.spawn(session.run(used.clone()));
    }
    // The generator notices by this that nobody takes units any more.
    drop((taken, used));
    let mut retired = Vec::new();
    while let Some(ended) = tasks.join_next().await {
        match ended {
            Ok(Ok(())) => {}
            Ok(Err(error)) => retired.push(error),
            Err(_) => return Err(ExecError::SessionPanicked),
        }
    }
    Ok(retired)
}
