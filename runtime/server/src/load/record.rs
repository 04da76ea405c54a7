//! The record of loaded data, kept in the database itself: one row in the table `rqg.data`.

use super::LoadError;
use crate::connect::{ConnectError, Server, Shared};
use crate::pool::Object;
use rqg_runtime::rows::Rows;
use rqg_runtime::schema::{Model, TableId};
use std::collections::BTreeMap;
use tokio_postgres::error::SqlState;
use xxhash_rust::xxh3::Xxh3;

/// What was loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The seed of the data.
    pub data_seed: u64,
    /// The rows asked for by table, as SQL names it; tables without are left out.
    pub tables: BTreeMap<String, u64>,
    /// The fingerprint of the schema model with its row counts.
    pub schema: u64,
    /// A fingerprint of some rows of every table: see [`sample`].
    pub sample: u64,
    /// The version that loaded it.
    pub version: String,
}

impl Record {
    /// Sets the row counts of a model's tables to those recorded. False if the rows of the model
    /// are others then: the schema is not the one that the data was made for. (It may differ in
    /// what rows don't depend on, such as the order in which its constraints are declared.)
    #[must_use]
    pub fn apply(&self, model: &mut Model) -> bool {
        for table in &mut model.tables {
            table.rows = self.tables.get(&table.reference).copied().unwrap_or(0);
        }
        sample(model, &Rows::new(model, self.data_seed)) == self.sample
    }
}

/// Rows of a table that are looked at.
const SAMPLED: u64 = 16;

/// A fingerprint of what every table holds in some of its rows: equal for models that give the same
/// rows, however they are declared.
#[must_use]
pub fn sample(model: &Model, rows: &Rows) -> u64 {
    let mut tables: Vec<(&str, TableId)> = (0..)
        .zip(&model.tables)
        .map(|(id, table)| (table.reference.as_str(), TableId(id)))
        .filter(|&(_, id)| rows.count(id) > 0)
        .collect();
    tables.sort_unstable();
    let mut hash = Xxh3::new();
    let mut field = Vec::new();
    for (reference, id) in tables {
        let count = rows.count(id);
        hash.update(&count.to_le_bytes());
        for (at, column) in (0_u16..).zip(&model.table(id).columns) {
            if !rows.is_loaded(id, at) {
                continue;
            }
            for n in 0..SAMPLED.min(count) {
                field.clear();
                // From the first row to the last.
                let row = u128::from(count - 1) * u128::from(n) / u128::from(SAMPLED.min(count));
                let row = u64::try_from(row).unwrap_or(0);
                for text in [reference, "\0", &column.name, "\0"] {
                    field.extend_from_slice(text.as_bytes());
                }
                rows.copy_field(model, id, at, row, &mut field);
                hash.update(&(field.len() as u64).to_le_bytes());
                hash.update(&field);
            }
        }
    }
    hash.digest()
}

impl Server {
    /// The record of the data that was loaded into the database, if there is one.
    ///
    /// # Errors
    ///
    /// When the connection is lost, or the record can't be read.
    pub fn record(&self) -> Result<Option<Record>, ConnectError> {
        let shared = &self.shared;
        self.runtime.block_on(async {
            let client = shared.connection().await?;
            read(shared, &client).await
        })
    }
}

pub(super) async fn read(shared: &Shared, client: &Object) -> Result<Option<Record>, ConnectError> {
    let query = "SELECT data_seed::text, tables::text, schema, sample, version FROM rqg.data";
    let rows = match client.query(query, &[]).await {
        Ok(rows) => rows,
        Err(error) if is_absent(&error) => return Ok(None),
        Err(error) => return Err(shared.query_error(&error)),
    };
    let Some(row) = rows.first() else {
        return Ok(None);
    };
    let get = |column: usize| -> Result<String, ConnectError> {
        row.try_get(column)
            .map_err(|error| shared.query_error(&error))
    };
    let unreadable = |what: &str| {
        shared.without_answer(&format!(
            "the record of its data (rqg.data) has an unreadable {what}"
        ))
    };
    Ok(Some(Record {
        data_seed: get(0)?.parse().map_err(|_| unreadable("data_seed"))?,
        tables: serde_json::from_str(&get(1)?).map_err(|_| unreadable("list of tables"))?,
        schema: u64::from_str_radix(&get(2)?, 16).map_err(|_| unreadable("schema"))?,
        sample: u64::from_str_radix(&get(3)?, 16).map_err(|_| unreadable("sample"))?,
        version: get(4)?,
    }))
}

/// No such schema or table.
fn is_absent(error: &tokio_postgres::Error) -> bool {
    matches!(
        error.code(),
        Some(&SqlState::UNDEFINED_TABLE | &SqlState::INVALID_SCHEMA_NAME)
    )
}

/// Takes the record back, before what it speaks of goes.
pub(super) async fn remove(shared: &Shared, client: &Object) -> Result<(), ConnectError> {
    match client.batch_execute("DELETE FROM rqg.data").await {
        Err(error) if !is_absent(&error) => Err(shared.query_error(&error)),
        _ => Ok(()),
    }
}

pub(super) async fn write(client: &Object, record: &Record) -> Result<(), LoadError> {
    let tables = serde_json::to_string(&record.tables)
        .map_err(|error| LoadError::Record(error.to_string()))?;
    let written = async {
        client
            .batch_execute(
                "CREATE SCHEMA IF NOT EXISTS rqg; \
                 CREATE TABLE IF NOT EXISTS rqg.data (data_seed numeric(20) NOT NULL, \
                 tables jsonb NOT NULL, schema text NOT NULL, sample text NOT NULL, version text NOT NULL, \
                 loaded_at timestamptz NOT NULL DEFAULT now()); \
                 DELETE FROM rqg.data",
            )
            .await?;
        client
            .execute(
                "INSERT INTO rqg.data (data_seed, tables, schema, sample, version) \
                 VALUES ($1::text::numeric, $2::text::jsonb, $3, $4, $5)",
                &[
                    &record.data_seed.to_string(),
                    &tables,
                    &format!("{:016x}", record.schema),
                    &format!("{:016x}", record.sample),
                    &record.version,
                ],
            )
            .await
    };
    match written.await {
        Ok(_) => Ok(()),
        Err(error) => Err(LoadError::Record(crate::classify::described(&error))),
    }
}
