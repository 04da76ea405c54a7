//! Loads the rows of a schema into a database: COPY on several connections, sequences, statistics,
//! and in the end the record of what was loaded.
//!
//! A database is loaded once: where a table that is to be filled holds rows already, or a record is
//! there, loading is refused, unless what is there is to be replaced. The record goes before the
//! first row of it does and is written after the last, so that a load that broke off leaves none.

mod record;
mod schedule;

pub use record::{Record, sample};

use crate::classify::{described, fault};
use crate::connect::{ConnectError, Server};
use crate::pool::Object;
use bytes::Bytes;
use futures_util::SinkExt;
use rqg_runtime::engine::{Control, Shard};
use rqg_runtime::rows::{Dump, DumpFormat, Rows};
use rqg_runtime::schema::{Model, TableId};
use rqg_runtime::unit_text::{Generate, UnitText};
use schedule::{Schedule, Slice};
use std::io;
use std::pin::pin;
use std::thread;
use std::time::{Duration, Instant};

/// Rows of the smallest slice.
const ROWS_PER_SLICE: u64 = 20_000;

/// Bytes that are sent at once.
const CHUNK: usize = 128 << 10;

/// Makes the text of values mean the same in every session.
const SESSION: &str = "SET client_encoding = 'UTF8'; SET lc_monetary = 'C'";

/// How to load.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Connections, at least one.
    pub connections: usize,
    /// Whether the tables are emptied first.
    pub replace: bool,
    /// The version for the record.
    pub version: String,
}

/// What was loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loaded {
    /// Rows.
    pub rows: u64,
    /// Tables that hold some.
    pub tables: usize,
    /// Bytes of COPY's text format.
    pub bytes: u64,
    /// How long it took.
    pub elapsed: Duration,
}

/// Why loading ended early.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// There is something in the database already.
    #[error(
        "the database is loaded already: {0}\n\
         help: --replace empties the tables first"
    )]
    NotEmpty(String),
    /// The server refused rows.
    #[error("cannot load {table}: {message}")]
    Refused {
        /// The table.
        table: String,
        /// What the server said.
        message: String,
    },
    /// The server refused what comes before or behind the rows.
    #[error("cannot {what}: {message}")]
    Around {
        /// What was to be done.
        what: &'static str,
        /// What the server said.
        message: String,
    },
    /// The record could not be written.
    #[error("cannot record what was loaded: {0}")]
    Record(String),
    /// No connection.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// Stopped by [`Control::stop`]; nothing is recorded.
    #[error("interrupted; --replace starts over")]
    Interrupted,
    /// A thread could not be started.
    #[error("cannot start a thread: {0}")]
    Spawn(io::Error),
    /// A thread panicked: a defect.
    #[error("a thread that loads panicked")]
    Panicked,
}

/// The words of the server.
fn said(error: &tokio_postgres::Error) -> String {
    let Some(refused) = error.as_db_error() else {
        return described(error);
    };
    let fault = fault(refused);
    let detail = fault.detail.as_ref().or(fault.hint.as_ref());
    let detail = detail.map_or(String::new(), |detail| format!("; {detail}"));
    let place = refused
        .where_()
        .and_then(|place| place.lines().next())
        .map_or(String::new(), |place| format!("; {place}"));
    format!("{} ({}){detail}{place}", fault.message, fault.state())
}

/// Loads all rows of a model.
///
/// # Errors
///
/// When the database is loaded already, the server refuses something or is gone, or the load is
/// stopped. What was loaded until then stays, without a record.
pub fn load(
    server: &Server,
    model: &Model,
    rows: &Rows,
    data_seed: u64,
    settings: &Settings,
    control: &Control,
) -> Result<Loaded, LoadError> {
    let started = Instant::now();
    let tables: Vec<TableId> = rows
        .load_order()
        .iter()
        .copied()
        .filter(|&table| rows.count(table) > 0)
        .collect();
    prepare(server, model, &tables, settings)?;

    let connections = settings.connections.max(1);
    let schedule = Schedule::new(model, rows, ROWS_PER_SLICE, connections as u64 * 4);
    let results = thread::scope(|scope| {
        let mut loaders = Vec::new();
        for number in 0..connections {
            let loader = Loader {
                server,
                model,
                rows,
                schedule: &schedule,
                control,
            };
            let spawned = thread::Builder::new()
                .name(format!("rqg-load-{number}"))
                .spawn_scoped(scope, move || loader.run());
            match spawned {
                Ok(thread) => loaders.push(thread),
                Err(cause) if loaders.is_empty() => return Err(LoadError::Spawn(cause)),
                // Fewer load the same.
                Err(_) => break,
            }
        }
        let joined = loaders.into_iter().map(thread::ScopedJoinHandle::join);
        Ok(joined.collect::<Vec<_>>())
    })?;
    let mut bytes = 0;
    for result in results {
        bytes += result.map_err(|_| LoadError::Panicked)??;
    }
    if control.is_stopped() {
        return Err(LoadError::Interrupted);
    }
    finish(server, model, rows, data_seed, settings)?;
    Ok(Loaded {
        rows: tables.iter().map(|&table| rows.count(table)).sum(),
        tables: tables.len(),
        bytes,
        elapsed: started.elapsed(),
    })
}

/// Makes sure that the tables are empty.
fn prepare(
    server: &Server,
    model: &Model,
    tables: &[TableId],
    settings: &Settings,
) -> Result<(), LoadError> {
    let shared = &server.shared;
    server.runtime.block_on(async {
        let client = shared.connection().await?;
        if settings.replace {
            record::remove(shared, &client).await?;
            let names: Vec<&str> = tables
                .iter()
                .map(|&table| model.table(table).reference.as_str())
                .collect();
            if names.is_empty() {
                return Ok(());
            }
            let truncate = format!("TRUNCATE {} RESTART IDENTITY CASCADE", names.join(", "));
            return client
                .batch_execute(&truncate)
                .await
                .map_err(|error| LoadError::Around {
                    what: "empty the tables",
                    message: said(&error),
                });
        }
        if let Some(record) = record::read(shared, &client).await? {
            return Err(LoadError::NotEmpty(format!(
                "rqg.data records {} rows in {} tables, of data seed {}",
                record.tables.values().sum::<u64>(),
                record.tables.len(),
                record.data_seed
            )));
        }
        for &table in tables {
            let table = &model.table(table).reference;
            let query = format!("SELECT EXISTS (SELECT FROM {table})");
            let found = client.query_one(&query, &[]).await;
            let filled: bool =
                found
                    .and_then(|row| row.try_get(0))
                    .map_err(|error| LoadError::Refused {
                        table: table.clone(),
                        message: said(&error),
                    })?;
            if filled {
                return Err(LoadError::NotEmpty(format!("table {table} holds rows")));
            }
        }
        Ok(())
    })
}

/// Sequences, statistics, the record.
fn finish(
    server: &Server,
    model: &Model,
    rows: &Rows,
    data_seed: u64,
    settings: &Settings,
) -> Result<(), LoadError> {
    let shared = &server.shared;
    server.runtime.block_on(async {
        let client = shared.connection().await?;
        let script = rows.finish_script(model);
        client
            .batch_execute(&script)
            .await
            .map_err(|error| LoadError::Around {
                what: "set the sequences and gather statistics",
                message: said(&error),
            })?;
        // What was asked for: with the same model the same rows can be told again.
        let asked = model
            .tables
            .iter()
            .map(|table| (table.reference.clone(), table.rows));
        let record = Record {
            data_seed,
            tables: asked.filter(|(_, rows)| *rows > 0).collect(),
            schema: model.fingerprint(),
            sample: sample(model, rows),
            version: settings.version.clone(),
        };
        record::write(&client, &record).await
    })
}

/// One connection's part of the work.
#[derive(Clone, Copy)]
struct Loader<'a> {
    server: &'a Server,
    model: &'a Model,
    rows: &'a Rows,
    schedule: &'a Schedule,
    control: &'a Control,
}

impl Loader<'_> {
    /// Loads slices until there are none; returns the bytes sent. Whoever waits for a slice of this
    /// loader is told if it never comes.
    fn run(self) -> Result<u64, LoadError> {
        let _alarm = Alarm(self.schedule);
        let sent = self.slices();
        if sent.is_err() {
            self.schedule.stop();
        }
        sent
    }

    fn slices(self) -> Result<u64, LoadError> {
        let runtime = &self.server.runtime;
        let mut client: Option<Object> = None;
        let mut sent = 0;
        while let Some(slice) = self.schedule.next() {
            if self.control.is_stopped() {
                self.schedule.stop();
                break;
            }
            sent += runtime.block_on(async {
                let client = match &mut client {
                    Some(client) => client,
                    none => {
                        let connected = self.server.shared.connection().await?;
                        let set = connected.batch_execute(SESSION).await;
                        set.map_err(|error| self.server.shared.query_error(&error))?;
                        none.insert(connected)
                    }
                };
                self.copy(client, slice).await
            })?;
            self.schedule.done(slice);
        }
        if let Some(client) = client {
            // Its settings are no business of the next user.
            drop(Object::take(client));
        }
        Ok(sent)
    }

    async fn copy(self, client: &Object, slice: Slice) -> Result<u64, LoadError> {
        let table = &self.model.table(slice.table).reference;
        let refused = |error| LoadError::Refused {
            table: table.clone(),
            message: said(&error),
        };
        let shard = Shard::new(slice.number, slice.of);
        let dump = Dump::new(self.model, self.rows, slice.table, DumpFormat::Copy, shard);
        let command = format!("COPY {} FROM STDIN", dump.target());
        let mut sink = pin!(
            client
                .copy_in::<_, Bytes>(&command)
                .await
                .map_err(refused)?
        );
        let mut generator = dump.generator();
        let mut unit = UnitText::default();
        let mut chunk = Vec::with_capacity(CHUNK * 2);
        let (mut sent, mut counted) = (0, 0);
        let units = dump.units();
        let length = dump.slice().end - dump.slice().start;
        for index in 0..units {
            generator.generate(index, &mut unit);
            chunk.extend_from_slice(&unit.bytes);
            if chunk.len() < CHUNK && index + 1 < units {
                continue;
            }
            if self.control.is_stopped() {
                // Dropped unfinished, the command fails and leaves nothing of the slice.
                self.schedule.stop();
                return Ok(0);
            }
            let part = u128::from(length) * u128::from(index + 1) / u128::from(units);
            let rows = u64::try_from(part).unwrap_or(length);
            sent += chunk.len() as u64;
            self.control.count(rows - counted, 0, chunk.len() as u64);
            counted = rows;
            let full = std::mem::replace(&mut chunk, Vec::with_capacity(CHUNK * 2));
            sink.send(Bytes::from(full)).await.map_err(refused)?;
        }
        sink.finish().await.map_err(refused)?;
        Ok(sent)
    }
}

/// Stops the schedule when a loader panics.
struct Alarm<'a>(&'a Schedule);

impl Drop for Alarm<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.stop();
        }
    }
}
