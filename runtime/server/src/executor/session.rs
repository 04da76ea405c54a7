//! A session: takes units, executes them on its connection, and gets another when that is lost.

use super::Run;
use super::feed::Job;
use super::prepared::{CLEANING, Cache, Ready, Refusal};
use super::unit::{Counts, Executed, Failure, Report};
use crate::classify::{Trouble, classify, parting};
use crate::connect::{ConnectError, Server, Shared};
use crate::outcome::{Fault, Outcome};
use crate::pool::Object;
use crate::statement::Kind;
use async_channel::{Receiver, Sender};
use bytes::Bytes;
use futures_util::TryStreamExt;
use rqg_runtime::engine::CacheCounts;
use rqg_runtime::unit_text::UnitText;
use std::borrow::Cow;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};
use tokio::time::{sleep, timeout};
use tokio_postgres::SimpleQueryMessage;

/// How long after its timeout a statement may still be running before the client acts itself, and
/// how long the answer to that may take.
const GRACE: Duration = Duration::from_secs(2);

/// The first pause before a connection is tried again, and the longest.
const RECONNECT: (Duration, Duration) = (Duration::from_millis(20), Duration::from_secs(1));

/// The first pause before a transaction is repeated, and the longest.
const REPEAT: (Duration, Duration) = (Duration::from_millis(2), Duration::from_millis(100));

/// How long to wait after a connection broke before the server is asked how it is: its postmaster
/// has to notice that a backend is gone.
const AFTERMATH: Duration = Duration::from_millis(200);

/// How often a server is asked again that said nothing when a connection broke, and seems well.
const WATCHES: u32 = 4;

/// A session of a run.
pub(super) struct Session {
    shared: Shared,
    run: Arc<Run>,
    taken: Receiver<Job>,
    client: Option<Object>,
    /// The server's when this session last connected: see [`Shared::incarnation`].
    incarnation: String,
    /// Why it stopped to try to get a connection again.
    gave_up: Option<ConnectError>,
    /// What is prepared on the connection, if units are executed in their prepared form.
    cache: Option<Cache>,
    /// Whether a unit may have undone what is prepared on the connection.
    is_cache_doubtful: bool,
    /// Whether the unit in hand may leave prepared statements of its own.
    prepares: bool,
}

/// What ended a statement.
pub(super) enum Ending {
    /// The server or the protocol.
    Trouble(Trouble, Duration),
    /// It did not end in time, and cancelling did not help.
    Hung,
}

/// The open transaction of a unit.
#[derive(Clone, Copy)]
struct Open {
    /// The position of the statement that opened it.
    position: usize,
    /// How many statements had been executed before.
    executed: usize,
}

impl Session {
    pub(super) fn new(server: &Server, run: Arc<Run>, taken: Receiver<Job>) -> Self {
        Self {
            cache: run.settings.prepared.map(Cache::new),
            is_cache_doubtful: false,
            prepares: false,
            shared: server.shared.clone(),
            run,
            taken,
            client: None,
            incarnation: server.incarnation.clone(),
            gave_up: None,
        }
    }

    /// Executes units until there are none; fails if it has no connection any more.
    pub(super) async fn run(mut self, used: Sender<UnitText>) -> Result<(), ConnectError> {
        loop {
            if self.is_idle() {
                return Ok(());
            }
            if let Some(error) = self.gave_up.take() {
                return Err(error);
            }
            if self.client.as_ref().is_none_or(|client| client.is_closed()) {
                self.discard();
                match self.reconnect().await {
                    Ok(_) => {}
                    Err(_) if self.is_idle() => return Ok(()),
                    Err(error) => return Err(error),
                }
            }
            if self.run.is_over() {
                return Ok(());
            }
            let Ok(job) = self.taken.recv().await else {
                return Ok(());
            };
            self.run.next.fetch_max(job.index + 1, Ordering::Relaxed);
            let report = self.unit(&job).await;
            if self.is_cache_doubtful {
                self.discard();
            }
            self.run.record(report);
            // A full queue of empty buffers needs no more of them.
            let _ = used.try_send(job.unit);
        }
    }

    /// Nothing is left to do.
    fn is_idle(&self) -> bool {
        self.run.is_over() || (self.taken.is_closed() && self.taken.is_empty())
    }

    /// Executes a unit and leaves a clean session, or none.
    async fn unit(&mut self, job: &Job) -> Report {
        let statements: Vec<Cow<'_, str>> =
            job.unit.statements().map(String::from_utf8_lossy).collect();
        let mut report = Report {
            index: job.index,
            outcome: Outcome::Ok,
            executed: Vec::with_capacity(statements.len()),
            failure: None,
            retries: 0,
            bytes: job.unit.bytes.len(),
            cached: CacheCounts::default(),
        };
        let mut ready = Vec::new();
        let mut broken = None;
        if self.cache.is_some() {
            match self.prepare(&job.unit, &mut report.cached).await {
                Ok(prepared) => ready = prepared,
                Err(found) => broken = Some(found),
            }
        }
        let mut open: Option<Open> = None;
        let mut repeatable = true;
        let mut position = broken.as_ref().map_or(0, |(position, _)| *position);
        while let Some(sql) = statements.get(position) {
            let kind = Kind::of(sql);
            let started = Instant::now();
            let form = ready.get(position).and_then(Option::as_ref);
            let is_prepared = form.is_some() || broken.is_some();
            let result = match broken.take() {
                Some((_, ending)) => Err(ending),
                None => self.statement(sql, kind, form).await,
            };
            let ending = match result {
                Ok(counts) => {
                    report.executed.push(Executed {
                        kind,
                        time: started.elapsed(),
                        counts,
                    });
                    if kind.opens_transaction() {
                        open.get_or_insert(Open {
                            position,
                            executed: report.executed.len() - 1,
                        });
                    } else if kind.closes_transaction() {
                        open = None;
                    }
                    repeatable &= !kind.chains_transaction();
                    position += 1;
                    continue;
                }
                Err(ending) => ending,
            };
            if let Ending::Trouble(Trouble::Refused(fault), _) = &ending
                && let Some(refusal) = Refusal::of(fault)
                && let Some(stale) = ready.get_mut(position).and_then(Option::take)
            {
                // The server does not take the prepared statement any more: nothing is wrong with
                // what it means.
                self.forget(&stale, refusal);
                stale.count_as_text(&mut report.cached);
                match open {
                    None => continue,
                    // Its transaction begins again. One that goes on behind another has no
                    // prepared statements.
                    Some(begun) if self.roll_back().await => {
                        position = begun.position;
                        report.executed.truncate(begun.executed);
                        open = None;
                        continue;
                    }
                    Some(_) => {}
                }
            }
            if matches!(ending, Ending::Trouble(Trouble::Conflict(_), _))
                && repeatable
                && report.retries < self.run.settings.retries
                && (open.is_none() || self.roll_back().await)
            {
                // The server undid the transaction: it is as if it had never been sent.
                report.retries += 1;
                if let Some(open) = open.take() {
                    position = open.position;
                    report.executed.truncate(open.executed);
                }
                sleep(pause(REPEAT, report.retries)).await;
                continue;
            }
            let (outcome, fault) = self.settle(ending, kind).await;
            let issue = self.run.rules.known.find(&fault);
            report.outcome = match issue {
                Some(_) if outcome.is_failure() => Outcome::Known,
                _ => outcome,
            };
            report.failure = Some(Failure {
                kind,
                fault,
                position,
                prepared: is_prepared,
                issue: issue.filter(|_| outcome.is_failure()),
                statements: statements.iter().map(ToString::to_string).collect(),
            });
            return report;
        }
        if open.is_some() && !self.roll_back().await {
            self.discard();
        }
        report
    }

    /// Prepares the statements of a unit before the first is executed, those that have a shape and
    /// whose meaning does not depend on others: a statement without has its text form. Fails if the
    /// server breaks at one of them, or the connection does.
    async fn prepare(
        &mut self,
        unit: &UnitText,
        counts: &mut CacheCounts,
    ) -> Result<Vec<Option<Ready>>, (usize, Ending)> {
        let mut all = Vec::new();
        let mut depends = false;
        self.prepares = false;
        for (position, (text, values)) in unit.statements_with_values().enumerate() {
            let kind = Kind::of(&String::from_utf8_lossy(text));
            self.is_cache_doubtful |= kind.forgets_prepared();
            self.prepares |= kind.prepares();
            depends |= kind.defines() || kind.chains_transaction();
            let Some(cache) = self.cache.as_mut().filter(|_| !depends) else {
                continue;
            };
            let Some(shape) = cache.look_up(text, values, counts) else {
                all.push(None);
                continue;
            };
            let ready = match shape {
                Ok(ready) => Some(ready),
                Err(wanted) => {
                    let preparing = async |client: &Object| wanted.prepare(client).await;
                    match self.ask(preparing).await {
                        Ok(statement) => {
                            let cache = self.cache.as_mut();
                            cache.and_then(|cache| cache.keep(wanted, statement, counts))
                        }
                        Err(Ending::Trouble(
                            trouble @ (Trouble::Refused(_)
                            | Trouble::Cancelled(_)
                            | Trouble::Conflict(_)),
                            _,
                        )) => {
                            counts.fallbacks += 1;
                            if let (Some(cache), Trouble::Refused(_)) = (&mut self.cache, trouble) {
                                cache.refuse(wanted);
                            }
                            None
                        }
                        Err(ending) => return Err((position, ending)),
                    }
                }
            };
            all.push(ready);
        }
        Ok(all)
    }

    /// Forgets a prepared statement that the server does not take any more.
    fn forget(&mut self, ready: &Ready, refusal: Refusal) {
        if let Some(cache) = &mut self.cache {
            cache.forget(ready, refusal);
        }
        self.is_cache_doubtful |= refusal == Refusal::Unknown;
    }

    /// Executes a statement, in its prepared form if there is one, and counts what comes.
    async fn statement(
        &self,
        sql: &str,
        kind: Kind,
        ready: Option<&Ready>,
    ) -> Result<Counts, Ending> {
        self.ask(async |client: &Object| match ready {
            Some(ready) => ready.execute(client, kind).await,
            None => execute(client, sql, kind).await,
        })
        .await
    }

    /// Asks the server for something, for as long as a statement may take.
    async fn ask<T>(
        &self,
        question: impl AsyncFnOnce(&Object) -> Result<T, tokio_postgres::Error>,
    ) -> Result<T, Ending> {
        let started = Instant::now();
        let Some(client) = &self.client else {
            let fault = Fault::seen("there is no connection");
            return Err(Ending::Trouble(Trouble::Broken(fault), Duration::ZERO));
        };
        let trouble = |error| {
            let trouble = match (classify(&error), client.farewell()) {
                (Trouble::Broken(_), Some(said)) => parting(said),
                (trouble, _) => trouble,
            };
            Ending::Trouble(trouble, started.elapsed())
        };
        let mut answer = pin!(question(client));
        let limit = self.shared.options.statement_timeout;
        if limit.is_zero() {
            return answer.await.map_err(trouble);
        }
        if let Ok(answered) = timeout(limit + GRACE, &mut answer).await {
            return answered.map_err(trouble);
        }
        let token = client.cancel_token();
        // Whether it was heard shows in the answer.
        let _ = timeout(GRACE, token.cancel_query(self.shared.tls.clone())).await;
        match timeout(GRACE, &mut answer).await {
            Ok(answered) => answered.map_err(trouble),
            Err(_) => Err(Ending::Hung),
        }
    }

    /// The outcome of a statement that failed. Afterwards the session is clean, or gone.
    async fn settle(&mut self, ending: Ending, kind: Kind) -> (Outcome, Fault) {
        let (trouble, elapsed) = match ending {
            Ending::Trouble(trouble, elapsed) => (trouble, elapsed),
            Ending::Hung => {
                self.discard();
                let fault = Fault::seen("the statement did not end, and could not be cancelled");
                return (Outcome::Timeout, fault);
            }
        };
        let outcome = match &trouble {
            Trouble::Refused(_) => Outcome::Unexpected,
            Trouble::Cancelled(_) if self.is_late(elapsed) => Outcome::Timeout,
            Trouble::Cancelled(_) => Outcome::Unexpected,
            Trouble::Conflict(_) => Outcome::Conflict,
            Trouble::Internal(_) | Trouble::Crashed(_) => Outcome::Crash,
            Trouble::Protocol(_) => Outcome::Unexpected,
            Trouble::Ended(_) | Trouble::Broken(_) => Outcome::Lost,
        };
        match trouble {
            Trouble::Refused(fault)
            | Trouble::Cancelled(fault)
            | Trouble::Conflict(fault)
            | Trouble::Internal(fault) => {
                self.reset().await;
                let expected = fault
                    .sqlstate
                    .as_ref()
                    .is_some_and(|state| self.run.rules.policy.expects(state, kind));
                (if expected { Outcome::Expected } else { outcome }, fault)
            }
            Trouble::Crashed(fault) | Trouble::Protocol(fault) => {
                self.discard();
                (outcome, fault)
            }
            Trouble::Ended(fault) | Trouble::Broken(fault) => {
                self.discard();
                sleep(AFTERMATH).await;
                let went_down = match self.reconnect().await {
                    // Without a word from the server, it may not have noticed yet.
                    Ok(false) if fault.sqlstate.is_none() => self.goes_down().await,
                    Ok(went_down) => went_down,
                    Err(error) => {
                        let down = matches!(error, ConnectError::Unreachable { down: true, .. });
                        self.gave_up = Some(error);
                        down
                    }
                };
                if went_down {
                    (Outcome::Crash, fault)
                } else {
                    (outcome, fault)
                }
            }
        }
    }

    /// Whether a statement that was cancelled had used up its time.
    fn is_late(&self, elapsed: Duration) -> bool {
        let limit = self.shared.options.statement_timeout;
        // The server's clock starts later than ours, but not by a tenth of the limit.
        !limit.is_zero() && elapsed >= limit * 9 / 10
    }

    /// Gives the connection up.
    fn discard(&mut self) {
        if let Some(client) = self.client.take() {
            // Out of the pool, so that nobody else gets it.
            drop(Object::take(client));
        }
        if let Some(cache) = &mut self.cache {
            cache.clear();
        }
        self.is_cache_doubtful = false;
        self.prepares = false;
    }

    /// Ends the open transaction; false if that is not possible.
    async fn roll_back(&mut self) -> bool {
        let Some(client) = &self.client else {
            return false;
        };
        matches!(
            timeout(GRACE, client.batch_execute("ROLLBACK")).await,
            Ok(Ok(()))
        )
    }

    /// Makes the session clean, or gives it up.
    async fn reset(&mut self) {
        if self.is_cache_doubtful || self.prepares {
            return self.discard();
        }
        let Some(client) = &self.client else {
            return;
        };
        // What is prepared stays.
        let cleaning = match self.cache {
            Some(_) => CLEANING,
            None => "DISCARD ALL",
        };
        // Both are on their way before the first is answered.
        let cleaned = timeout(GRACE, async {
            tokio::try_join!(
                biased;
                client.batch_execute("ROLLBACK"),
                client.batch_execute(cleaning)
            )
        });
        if !matches!(cleaned.await, Ok(Ok(_))) {
            self.discard();
        }
    }

    /// Gets a connection again. Returns whether the server was down meanwhile.
    async fn reconnect(&mut self) -> Result<bool, ConnectError> {
        let started = Instant::now();
        let mut was_down = false;
        let mut tries = 0;
        loop {
            let error = match self.connect().await {
                Ok((client, restarted)) => {
                    self.client = Some(client);
                    return Ok(was_down || restarted);
                }
                Err(error) => error,
            };
            was_down |= matches!(error, ConnectError::Unreachable { down: true, .. });
            if started.elapsed() >= self.run.settings.reconnect || self.is_idle() {
                return Err(error);
            }
            tries += 1;
            sleep(pause(RECONNECT, tries)).await;
        }
    }

    /// Watches the server for a while; whether it goes down.
    async fn goes_down(&mut self) -> bool {
        for _ in 0..WATCHES {
            sleep(AFTERMATH).await;
            let Some(client) = &self.client else {
                return false;
            };
            match self.shared.incarnation(client).await {
                Ok(incarnation) if incarnation == self.incarnation => {}
                Ok(_) => return true,
                Err(_) => {
                    self.discard();
                    return matches!(self.reconnect().await, Ok(true));
                }
            }
        }
        false
    }

    /// Connects; returns whether the server has been started again since this session last did.
    async fn connect(&mut self) -> Result<(Object, bool), ConnectError> {
        let client = self.shared.connection().await?;
        let incarnation = match self.shared.incarnation(&client).await {
            Ok(incarnation) => incarnation,
            Err(error) => {
                drop(Object::take(client));
                return Err(error);
            }
        };
        let restarted = self.incarnation != incarnation;
        self.incarnation = incarnation;
        Ok((client, restarted))
    }
}

/// Executes a statement, with the simple protocol unless it is COPY's, and counts what comes.
async fn execute(client: &Object, sql: &str, kind: Kind) -> Result<Counts, tokio_postgres::Error> {
    if kind.copies_in() {
        // A unit has no rows to give.
        let sink = client.copy_in::<_, Bytes>(sql).await?;
        let affected = pin!(sink).finish().await?;
        return Ok(Counts { rows: 0, affected });
    }
    if kind.copies_out() {
        let mut chunks = pin!(client.copy_out(sql).await?);
        let mut rows = 0;
        // The server sends a message for each row.
        while chunks.try_next().await?.is_some() {
            rows += 1;
        }
        return Ok(Counts { rows, affected: 0 });
    }
    let mut messages = pin!(client.simple_query_raw(sql).await?);
    let mut counts = Counts::default();
    while let Some(message) = messages.try_next().await? {
        match message {
            SimpleQueryMessage::Row(_) => counts.rows += 1,
            SimpleQueryMessage::CommandComplete(rows) if kind.changes_rows() => {
                counts.affected += rows;
            }
            _ => {}
        }
    }
    Ok(counts)
}

/// The pause before a try, doubled each time.
fn pause((first, longest): (Duration, Duration), tries: u32) -> Duration {
    let factor = 1_u32
        .checked_shl(tries.saturating_sub(1))
        .unwrap_or(u32::MAX);
    first.saturating_mul(factor).min(longest)
}
