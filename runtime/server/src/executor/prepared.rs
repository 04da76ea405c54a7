//! What is prepared on a connection.

use super::unit::Counts;
use crate::outcome::Fault;
use crate::pool::Object;
use crate::statement::Kind;
use bytes::BytesMut;
use futures_util::TryStreamExt;
use lru::LruCache;
use rqg_runtime::engine::CacheCounts;
use rqg_runtime::prepared::{ParameterType, Prepared};
use rqg_runtime::unit_text::Placed;
use std::error::Error;
use std::num::NonZeroUsize;
use std::pin::pin;
use std::sync::Arc;
use tokio_postgres::Statement;
use tokio_postgres::types::{Format, IsNull, ToSql, Type, to_sql_checked};

/// Cleans a session as DISCARD ALL does, but for what is prepared.
pub(super) const CLEANING: &str = "CLOSE ALL; SET SESSION AUTHORIZATION DEFAULT; RESET ALL; \
                                   UNLISTEN *; SELECT pg_advisory_unlock_all(); DISCARD TEMP; \
                                   DISCARD SEQUENCES";

/// Routines of the server that miss the binary form of a type.
const BINARY_OUTPUT: [&str; 4] = [
    "getTypeBinaryOutputInfo",
    "array_send",
    "get_range_io_data",
    "get_multirange_io_data",
];

/// A shape, and what its parameters are declared as: what is prepared once.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Shape {
    text: String,
    types: Vec<ParameterType>,
}

/// The prepared statements of a connection: as many as were used last.
#[derive(Debug)]
pub(super) struct Cache {
    statements: LruCache<Arc<Shape>, Statement>,
    /// Shapes that the server does not take. Apart, so that they displace nothing.
    refused: LruCache<Arc<Shape>, ()>,
    /// Memory.
    prepared: Prepared,
}

/// A statement in its prepared form.
#[derive(Debug)]
pub(super) struct Ready {
    shape: Arc<Shape>,
    statement: Statement,
    values: Vec<Value>,
    /// Whether its shape was prepared before.
    is_hit: bool,
}

/// A statement whose shape is not prepared yet.
#[derive(Debug)]
pub(super) struct Wanted {
    shape: Arc<Shape>,
    values: Vec<Value>,
}

/// Why the server refuses to execute a prepared statement that it took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// Its columns have become others.
    Changed,
    /// There is no binary form of its columns.
    NotBinary,
    /// The server does not know it any more.
    Unknown,
}

impl Refusal {
    /// What the server says is no fault of the statement; none for what is. Told by the SQLSTATE
    /// and the routine of the server that reports it.
    pub(super) fn of(fault: &Fault) -> Option<Self> {
        let location = fault.location.as_deref().unwrap_or_default();
        let routine = location.rsplit(' ').next().unwrap_or_default();
        match (fault.state(), routine) {
            ("0A000", "RevalidateCachedQuery") => Some(Self::Changed),
            ("42883", routine) if BINARY_OUTPUT.contains(&routine) => Some(Self::NotBinary),
            ("26000", _) => Some(Self::Unknown),
            _ => None,
        }
    }
}

impl Cache {
    /// Of at most so many statements.
    pub(super) fn new(size: NonZeroUsize) -> Self {
        Self {
            statements: LruCache::new(size),
            refused: LruCache::new(size),
            prepared: Prepared::default(),
        }
    }

    /// Looks for the shape of a statement: what is ready to be executed, or what has to be prepared
    /// first. None if the statement has its text form.
    pub(super) fn look_up(
        &mut self,
        text: &[u8],
        values: impl Iterator<Item = Placed>,
        counts: &mut CacheCounts,
    ) -> Option<Result<Ready, Wanted>> {
        self.prepared.make(text, values);
        if !self.prepared.is_planned() {
            return None;
        }
        let parameters = || self.prepared.parameters();
        let shape = Shape {
            // As the text form is sent.
            text: String::from_utf8_lossy(self.prepared.shape()).into_owned(),
            types: parameters().map(|parameter| parameter.ty).collect(),
        };
        if self.refused.get(&shape).is_some() {
            counts.fallbacks += 1;
            return None;
        }
        let values = parameters().map(|parameter| Value(parameter.value.map(str::to_owned)));
        let values = values.collect();
        let found = self.statements.get_key_value(&shape);
        Some(match found {
            Some((shape, statement)) => {
                counts.hits += 1;
                Ok(Ready {
                    shape: Arc::clone(shape),
                    statement: statement.clone(),
                    values,
                    is_hit: true,
                })
            }
            None => Err(Wanted {
                shape: Arc::new(shape),
                values,
            }),
        })
    }

    /// Keeps what was prepared. None if it is of no use.
    pub(super) fn keep(
        &mut self,
        wanted: Wanted,
        statement: Statement,
        counts: &mut CacheCounts,
    ) -> Option<Ready> {
        // A literal in a place that this program took for another one.
        if statement.params().len() != wanted.values.len() {
            counts.fallbacks += 1;
            self.refuse(wanted);
            return None;
        }
        counts.misses += 1;
        let shape = Arc::clone(&wanted.shape);
        let displaced = self.statements.push(Arc::clone(&shape), statement.clone());
        // It is closed on the server when the last unit that uses it is done.
        counts.evictions += u64::from(displaced.is_some());
        Some(Ready {
            shape,
            statement,
            values: wanted.values,
            is_hit: false,
        })
    }

    /// Remembers that the server does not take a shape.
    pub(super) fn refuse(&mut self, wanted: Wanted) {
        self.refused.push(wanted.shape, ());
    }

    /// Forgets a statement that the server does not take any more.
    pub(super) fn forget(&mut self, ready: &Ready, refusal: Refusal) {
        self.statements.pop(&ready.shape);
        if refusal == Refusal::NotBinary {
            self.refused.push(Arc::clone(&ready.shape), ());
        }
    }

    /// Forgets all: the connection is another one.
    pub(super) fn clear(&mut self) {
        self.statements.clear();
        self.refused.clear();
    }
}

impl Wanted {
    /// Prepares the shape.
    pub(super) async fn prepare(
        &self,
        client: &Object,
    ) -> Result<Statement, tokio_postgres::Error> {
        let declared = |ty: &ParameterType| match ty {
            ParameterType::Unknown | ParameterType::Cast => Type::UNKNOWN,
            ParameterType::Boolean => Type::BOOL,
            ParameterType::Integer => Type::INT4,
            ParameterType::Bigint => Type::INT8,
            ParameterType::Numeric => Type::NUMERIC,
            ParameterType::Bit => Type::BIT,
            ParameterType::Date => Type::DATE,
            ParameterType::Time => Type::TIME,
            ParameterType::Timetz => Type::TIMETZ,
            ParameterType::Timestamp => Type::TIMESTAMP,
            ParameterType::Timestamptz => Type::TIMESTAMPTZ,
            ParameterType::Interval => Type::INTERVAL,
        };
        let types: Vec<Type> = self.shape.types.iter().map(declared).collect();
        client.prepare_typed(&self.shape.text, &types).await
    }
}

impl Ready {
    /// Counts it as a fallback after all.
    pub(super) fn count_as_text(&self, counts: &mut CacheCounts) {
        let counted = match self.is_hit {
            true => &mut counts.hits,
            false => &mut counts.misses,
        };
        *counted = counted.saturating_sub(1);
        counts.fallbacks += 1;
    }

    /// Executes the statement and counts what comes.
    pub(super) async fn execute(
        &self,
        client: &Object,
        kind: Kind,
    ) -> Result<Counts, tokio_postgres::Error> {
        let mut rows = pin!(client.query_raw(&self.statement, &self.values).await?);
        let mut counts = Counts::default();
        while rows.try_next().await?.is_some() {
            counts.rows += 1;
        }
        if kind.changes_rows() {
            counts.affected = rows.rows_affected().unwrap_or(0);
        }
        Ok(counts)
    }
}

/// The value of a parameter: the text that the input function of its type reads.
#[derive(Debug)]
struct Value(Option<String>);

impl ToSql for Value {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        Ok(match &self.0 {
            Some(value) => {
                out.extend_from_slice(value.as_bytes());
                IsNull::No
            }
            None => IsNull::Yes,
        })
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    fn encode_format(&self, _: &Type) -> Format {
        Format::Text
    }

    to_sql_checked!();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_are_told_by_state_and_routine() {
        let fault = |state: &str, location: &str| Fault {
            sqlstate: Some(state.to_owned()),
            location: Some(location.to_owned()),
            ..Fault::default()
        };
        let changed = fault("0A000", "plancache.c:717 RevalidateCachedQuery");
        assert_eq!(Refusal::of(&changed), Some(Refusal::Changed));
        let binary = fault("42883", "lsyscache.c:2975 getTypeBinaryOutputInfo");
        assert_eq!(Refusal::of(&binary), Some(Refusal::NotBinary));
        let unknown = fault("26000", "prepare.c:451 FetchPreparedStatement");
        assert_eq!(Refusal::of(&unknown), Some(Refusal::Unknown));
        let function = fault("42883", "parse_func.c:629 ParseFuncOrColumn");
        assert_eq!(Refusal::of(&function), None);
        assert_eq!(Refusal::of(&fault("0A000", "")), None);
    }
}
