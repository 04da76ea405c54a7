//! The record of loaded data, kept in the database itself: one row in the table `rqg.data`.

use super::LoadError;
use crate::connect::{ConnectError, Server, Shared};
use crate::pool::Object;
use rqg_runtime::schema::Model;
use std::collections::BTreeMap;
use tokio_postgres::error::SqlState;

/// What was loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The seed of the data.
    pub data_seed: u64,
    /// The rows asked for by table, as SQL names it; tables without are left out.
    pub tables: BTreeMap<String, u64>,
    /// The fingerprint of the schema model with its row counts.
    pub schema: u64,
    /// The version that loaded it.
    pub version: String,
}

impl Record {
    /// Sets the row counts of a model's tables to those recorded. False if the model, with these
    /// counts, is not the one that the data was made for: then its values are others.
    #[must_use]
    pub fn apply(&self, model: &mut Model) -> bool {
        for table in &mut model.tables {
            table.rows = self.tables.get(&table.reference).copied().unwrap_or(0);
        }
        model.fingerprint() == self.schema
    }
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
    let query = "SELECT data_seed::text, tables::text, schema, version FROM rqg.data";
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
        version: get(3)?,
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
                 tables jsonb NOT NULL, schema text NOT NULL, version text NOT NULL, \
                 loaded_at timestamptz NOT NULL DEFAULT now()); \
                 DELETE FROM rqg.data",
            )
            .await?;
        client
            .execute(
                "INSERT INTO rqg.data (data_seed, tables, schema, version) \
                 VALUES ($1::text::numeric, $2::text::jsonb, $3, $4)",
                &[
                    &record.data_seed.to_string(),
                    &tables,
                    &format!("{:016x}", record.schema),
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
