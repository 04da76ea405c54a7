//! A connection, and how statements fail.

use ::postgres::{Client, SimpleQueryMessage};
use rqg_runtime::prepared::Prepared;
use rqg_runtime::values::quoting::push_string;
use std::collections::BTreeMap;
use std::fmt;
use std::io::Write;

/// A connection to a server, used with the simple query protocol.
pub struct Session {
    client: Client,
}

/// A statement that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The SQLSTATE; `08006` when the connection broke.
    pub sqlstate: String,
    /// The server's message.
    pub message: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.sqlstate, self.message)
    }
}

/// What came of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The rows as text, NULL as None, sorted.
    pub rows: Vec<Vec<Option<String>>>,
    /// How many rows it returned or changed.
    pub affected: u64,
}

impl Session {
    /// Executes one statement.
    ///
    /// # Errors
    ///
    /// What the server said.
    pub fn answer(&mut self, sql: &str) -> Result<Answer, Failure> {
        let messages = self.client.simple_query(sql).map_err(|e| failure(&e))?;
        let mut answer = Answer {
            rows: Vec::new(),
            affected: 0,
        };
        for message in messages {
            match message {
                SimpleQueryMessage::Row(row) => {
                    let values = (0..row.len()).map(|n| row.get(n).map(str::to_owned));
                    answer.rows.push(values.collect());
                }
                SimpleQueryMessage::CommandComplete(rows) => answer.affected += rows,
                _ => {}
            }
        }
        answer.rows.sort();
        Ok(answer)
    }

    /// Has the server prepare a shape under a name, its parameters declared as it says. Gives the
    /// command that executes it.
    ///
    /// # Errors
    ///
    /// What the server said.
    pub fn prepare(&mut self, name: &str, prepared: &Prepared) -> Result<String, Failure> {
        let types: Vec<&str> = prepared.parameters().map(|it| it.type_name).collect();
        let values = prepared.parameters().map(|it| {
            let mut text = Vec::new();
            match it.value {
                Some(value) => push_string(value.as_bytes(), &mut text),
                None => text.extend_from_slice(b"NULL"),
            }
            String::from_utf8_lossy(&text).into_owned()
        });
        let values: Vec<String> = values.collect();
        let list = |items: String| match items.as_str() {
            "" => items,
            _ => format!("({items})"),
        };
        let shape = String::from_utf8_lossy(prepared.shape());
        self.execute(&format!(
            "PREPARE {name}{} AS {shape}",
            list(types.join(", "))
        ))?;
        Ok(format!("EXECUTE {name}{}", list(values.join(", "))))
    }

    pub(super) fn new(client: Client) -> Self {
        Self { client }
    }

    /// Executes one statement, or several separated by semicolons, and discards the rows.
    ///
    /// # Errors
    ///
    /// What the server said.
    pub fn execute(&mut self, sql: &str) -> Result<(), Failure> {
        self.client.batch_execute(sql).map_err(|e| failure(&e))
    }

    /// The rows that a query returns, as text, NULL as None.
    ///
    /// # Errors
    ///
    /// What the server said.
    pub fn query(&mut self, sql: &str) -> Result<Vec<Vec<Option<String>>>, Failure> {
        let messages = self.client.simple_query(sql).map_err(|e| failure(&e))?;
        Ok(messages
            .into_iter()
            .filter_map(|message| match message {
                SimpleQueryMessage::Row(row) => Some(
                    (0..row.len())
                        .map(|n| row.get(n).map(str::to_owned))
                        .collect(),
                ),
                _ => None,
            })
            .collect())
    }

    /// Sends data to a `COPY … FROM STDIN`.
    ///
    /// # Errors
    ///
    /// What the server said.
    pub fn copy_in(&mut self, sql: &str, data: &[u8]) -> Result<(), Failure> {
        let mut writer = self.client.copy_in(sql).map_err(|e| failure(&e))?;
        writer.write_all(data).map_err(|error| Failure {
            sqlstate: "08006".to_owned(),
            message: error.to_string(),
        })?;
        writer.finish().map_err(|e| failure(&e)).map(drop)
    }

    /// Executes one statement and counts the rows that it returned or changed.
    ///
    /// # Errors
    ///
    /// What the server said.
    pub fn rows(&mut self, sql: &str) -> Result<u64, Failure> {
        let messages = self
            .client
            .simple_query(sql)
            .map_err(|error| failure(&error))?;
        Ok(messages
            .iter()
            .map(|message| match message {
                SimpleQueryMessage::CommandComplete(rows) => *rows,
                _ => 0,
            })
            .sum())
    }

    /// Removes everything that is in the database but an empty schema `public`.
    ///
    /// # Errors
    ///
    /// What the server said.
    pub fn clear(&mut self) -> Result<(), Failure> {
        self.execute(
            r"DO $$
            DECLARE name text;
            BEGIN
                FOR name IN SELECT nspname FROM pg_namespace
                    WHERE nspname NOT LIKE 'pg\_%' AND nspname <> 'information_schema'
                LOOP
                    EXECUTE format('DROP SCHEMA %I CASCADE', name);
                END LOOP;
            END
            $$; CREATE SCHEMA public",
        )
    }
}

/// An error of the client as the server put it.
fn failure(error: &::postgres::Error) -> Failure {
    let refused = error.as_db_error();
    Failure {
        sqlstate: error
            .code()
            .map_or("08006", ::postgres::error::SqlState::code)
            .to_owned(),
        message: refused.map_or_else(
            || error.to_string(),
            |refused| {
                let context = [refused.detail(), refused.where_()];
                let context: String = (context.into_iter().flatten())
                    .map(|part| format!(" ({part})"))
                    .collect();
                format!("{}{context}", refused.message())
            },
        ),
    }
}

/// How the statements of a run fared.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    /// Statements executed, the failed ones included.
    pub total: u64,
    /// By SQLSTATE: how many failed and the first of them.
    pub failed: BTreeMap<String, FailureGroup>,
}

/// The failures of one SQLSTATE.
#[derive(Debug, Clone)]
pub struct FailureGroup {
    /// How many.
    pub count: u64,
    /// The index of the unit that failed first.
    pub index: u64,
    /// Its statement.
    pub statement: String,
    /// The server's message.
    pub message: String,
}

impl Tally {
    /// Counts one statement of a unit.
    pub fn count(&mut self, index: u64, statement: &str, outcome: Result<(), Failure>) {
        self.total += 1;
        if let Err(failure) = outcome {
            self.failed
                .entry(failure.sqlstate)
                .and_modify(|group| group.count += 1)
                .or_insert_with(|| FailureGroup {
                    count: 1,
                    index,
                    statement: statement.to_owned(),
                    message: failure.message,
                });
        }
    }

    /// Whether every statement succeeded, and there was one.
    #[must_use]
    pub fn all_succeeded(&self) -> bool {
        self.total > 0 && self.failed.is_empty()
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let failed: u64 = self.failed.values().map(|group| group.count).sum();
        let share = (self.total - failed) as f64 * 100.0 / self.total.max(1) as f64;
        writeln!(
            f,
            "{} of {} statements executed ({share:.2} %)",
            self.total - failed,
            self.total
        )?;
        for (sqlstate, group) in &self.failed {
            writeln!(f, "  {sqlstate} {:>6}  {}", group.count, group.message)?;
            writeln!(f, "    first: unit {}: {}", group.index, group.statement)?;
        }
        Ok(())
    }
}
