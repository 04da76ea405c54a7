//! A server that answers: a pool of connections, and what is known of the server itself.

use crate::classify::{described, fault};
use crate::dsn::Dsn;
use crate::pool::{Manager, Object, Pool};
use crate::tls::{self, TlsError};
use deadpool::managed::PoolError;
use rqg_runtime::dialect::Dialect;
use std::error::Error as _;
use std::io;
use std::time::Duration;
use tokio::runtime::Runtime;
use tokio_postgres::error::SqlState;
use tokio_postgres_rustls::MakeRustlsConnect;

/// How long a whole attempt to connect may take, login included.
const LOGIN_LIMIT: Duration = Duration::from_secs(30);

/// How to connect.
#[derive(Debug, Clone)]
pub struct Options {
    /// Connections at most, at least one.
    pub connections: usize,
    /// The server cancels statements that take longer; zero for no limit.
    pub statement_timeout: Duration,
}

impl Default for Options {
    /// One connection, and ten seconds for a statement.
    fn default() -> Self {
        Self {
            connections: 1,
            statement_timeout: Duration::from_secs(10),
        }
    }
}

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The server was not reached, or refused.
    #[error("cannot connect to the server at {place}: {cause}{help}", help = help_line(.help.as_deref()))]
    Unreachable {
        /// Host and port.
        place: String,
        /// Why.
        cause: String,
        /// What to do about it.
        help: Option<String>,
        /// The SQLSTATE, where the server answered with one.
        sqlstate: Option<String>,
        /// Whether no server is there, or one that is starting or stopping.
        down: bool,
    },
    /// It answered, but not what it was asked.
    #[error("the server at {place} did not answer: {cause}")]
    Query {
        /// Host and port.
        place: String,
        /// What it said.
        cause: String,
    },
    /// TLS can't be set up.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The machinery for connections can't be started.
    #[error("cannot start the threads that talk to the server: {0}")]
    Runtime(#[from] io::Error),
}

fn help_line(help: Option<&str>) -> String {
    help.map_or_else(String::new, |help| format!("\nhelp: {help}"))
}

/// What the server said of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// As `server_version_num`: 150018 is 15.18.
    pub number: u32,
    /// As `version()` tells it.
    pub text: String,
}

impl Version {
    /// The dialect that it speaks, if it is a version that is supported.
    #[must_use]
    pub fn dialect(&self) -> Option<Dialect> {
        // YugabyteDB says the version of PostgreSQL that it is based on, then its own:
        // PostgreSQL 15.2-YB-2.25.0.0-b0 on …
        let text = match self.text.split_once("-YB-") {
            Some((_, own)) => {
                let parts: Vec<&str> = own.split(|c: char| !c.is_ascii_digit()).take(2).collect();
                format!("yugabytedb@{}", parts.join("."))
            }
            // The oldest that is supported is the nearest to what is older.
            None => format!("postgresql@{}", (self.number / 10_000).max(12)),
        };
        text.parse().ok()
    }
}

/// A server with a pool of connections to one of its databases.
pub struct Server {
    pub(crate) runtime: Runtime,
    pub(crate) shared: Shared,
    version: Version,
    /// See [`Shared::incarnation`].
    pub(crate) incarnation: String,
}

/// What every task that talks to the server needs.
#[derive(Clone)]
pub(crate) struct Shared {
    pub dsn: Dsn,
    pub pool: Pool,
    pub tls: MakeRustlsConnect,
    pub options: Options,
}

impl Server {
    /// Connects.
    ///
    /// # Errors
    ///
    /// When the server is not reached, refuses the login, or TLS can't be set up.
    pub fn connect(dsn: &Dsn, options: &Options) -> Result<Self, ConnectError> {
        let tls = tls::connector(dsn)?;
        let mut config = dsn.config.clone();
        // Part of the login, so that DISCARD ALL returns to it.
        let timeout = options.statement_timeout.as_millis();
        let given = config.get_options().unwrap_or_default();
        config.options(format!("{given} -c statement_timeout={timeout}").trim());
        let manager = Manager {
            config,
            tls: tls.clone(),
        };
        let pool = Pool::builder(manager)
            .max_size(options.connections.max(1) + 1)
            .build()
            .map_err(|error| io::Error::other(error.to_string()))?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .thread_name("rqg-server")
            .enable_all()
            .build()?;
        let shared = Shared {
            dsn: dsn.clone(),
            pool,
            tls,
            options: options.clone(),
        };
        let (version, incarnation) = runtime.block_on(async {
            let client = shared.connection().await?;
            let version = shared.version(&client).await?;
            let incarnation = shared.incarnation(&client).await?;
            Ok::<_, ConnectError>((version, incarnation))
        })?;
        Ok(Self {
            runtime,
            shared,
            version,
            incarnation,
        })
    }

    /// Its version.
    #[must_use]
    pub fn version(&self) -> &Version {
        &self.version
    }

    /// Its address, without the password.
    #[must_use]
    pub fn dsn(&self) -> &Dsn {
        &self.shared.dsn
    }
}

impl Shared {
    /// A connection of the pool, made if need be.
    pub async fn connection(&self) -> Result<Object, ConnectError> {
        match tokio::time::timeout(LOGIN_LIMIT, self.pool.get()).await {
            Ok(Ok(client)) => Ok(client),
            Ok(Err(PoolError::Backend(error))) => Err(self.unreachable(&error)),
            Ok(Err(error)) => Err(self.without_answer(&error.to_string())),
            Err(_) => Err(ConnectError::Unreachable {
                place: self.dsn.places(),
                cause: format!("the login did not end within {} s", LOGIN_LIMIT.as_secs()),
                help: None,
                sqlstate: None,
                down: false,
            }),
        }
    }

    pub fn without_answer(&self, cause: &str) -> ConnectError {
        ConnectError::Query {
            place: self.dsn.places(),
            cause: cause.to_owned(),
        }
    }

    /// What an answer that is none means.
    pub fn query_error(&self, error: &tokio_postgres::Error) -> ConnectError {
        let cause = error
            .as_db_error()
            .map_or_else(|| described(error), |refused| refused.message().to_owned());
        self.without_answer(&cause)
    }

    async fn version(&self, client: &Object) -> Result<Version, ConnectError> {
        let row = client
            .query_one(
                "SELECT current_setting('server_version_num'), version()",
                &[],
            )
            .await
            .map_err(|error| self.query_error(&error))?;
        let number: String = row.try_get(0).map_err(|error| self.query_error(&error))?;
        let text: String = row.try_get(1).map_err(|error| self.query_error(&error))?;
        Ok(Version {
            number: number.parse().unwrap_or(0),
            text,
        })
    }

    /// What changes when the server starts again, also when its postmaster survives the crash of
    /// a backend: when the postmaster started, and the process of the checkpointer.
    pub async fn incarnation(&self, client: &Object) -> Result<String, ConnectError> {
        let row = client
            .query_one(
                "SELECT pg_postmaster_start_time()::text || ' ' || coalesce((SELECT min(pid) FROM \
                 pg_stat_activity WHERE backend_type = 'checkpointer')::text, '')",
                &[],
            )
            .await
            .map_err(|error| self.query_error(&error))?;
        row.try_get(0).map_err(|error| self.query_error(&error))
    }

    fn unreachable(&self, error: &tokio_postgres::Error) -> ConnectError {
        let database = self.dsn.database();
        let user = self.dsn.user();
        let mut down = error.code() == Some(&SqlState::CANNOT_CONNECT_NOW);
        let (cause, help, sqlstate) = match error.as_db_error() {
            Some(refused) => {
                let fault = fault(refused);
                let help = match refused.code() {
                    &SqlState::INVALID_PASSWORD
                    | &SqlState::INVALID_AUTHORIZATION_SPECIFICATION => Some(format!(
                        "check the user `{user}`; give the password in PGPASSWORD or in the URL"
                    )),
                    &SqlState::INVALID_CATALOG_NAME => Some(format!(
                        "create it with CREATE DATABASE {database}, or name another in --dsn"
                    )),
                    &SqlState::TOO_MANY_CONNECTIONS => Some(
                        "use fewer --connections, or raise max_connections of the server"
                            .to_owned(),
                    ),
                    &SqlState::CANNOT_CONNECT_NOW => {
                        Some("the server is starting or stopping; try again".to_owned())
                    }
                    _ => None,
                };
                let message = format!("{} ({})", fault.message, fault.state());
                (message, help, fault.sqlstate)
            }
            None => {
                let cause = described(error);
                let io = error
                    .source()
                    .and_then(|cause| cause.downcast_ref::<io::Error>());
                down = matches!(
                    io.map(io::Error::kind),
                    Some(io::ErrorKind::ConnectionRefused | io::ErrorKind::NotFound)
                );
                let help = match io.map(io::Error::kind) {
                    Some(io::ErrorKind::ConnectionRefused) => {
                        Some("is the server running, and does it listen at this host and port?")
                    }
                    Some(io::ErrorKind::NotFound) => {
                        Some("there is no such socket: is the server running?")
                    }
                    Some(io::ErrorKind::TimedOut) => {
                        Some("check the host and what stands between: firewalls, networks")
                    }
                    Some(io::ErrorKind::InvalidData) => {
                        Some("check sslmode and sslrootcert; sslmode=disable connects without TLS")
                    }
                    _ if cause.contains("password missing") => {
                        Some("give the password in PGPASSWORD or in the URL")
                    }
                    _ if cause.contains("server does not support TLS") => {
                        Some("sslmode=disable or sslmode=prefer connects without TLS")
                    }
                    _ => None,
                };
                (cause, help.map(str::to_owned), None)
            }
        };
        ConnectError::Unreachable {
            place: self.dsn.places(),
            cause,
            help,
            sqlstate,
            down,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Version;

    #[test]
    fn versions_are_dialects() {
        for (number, text, dialect) in [
            (
                150_018,
                "PostgreSQL 15.18 on x86_64-pc-linux-gnu",
                "postgresql@15",
            ),
            (
                110_022,
                "PostgreSQL 11.22 on x86_64-pc-linux-gnu",
                "postgresql@12",
            ),
            (
                150_002,
                "PostgreSQL 15.2-YB-2.25.0.0-b0 on x86_64-pc-linux-gnu",
                "yugabytedb@2.25",
            ),
        ] {
            let text = text.to_owned();
            let version = Version { number, text };
            let spoken = version.dialect().map(|dialect| dialect.to_string());
            assert_eq!(spoken.as_deref(), Some(dialect));
        }
    }
}
