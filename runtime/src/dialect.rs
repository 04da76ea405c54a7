//! Dialects: which database, which version, which features.

use std::fmt;
use std::str::FromStr;

/// A database that speaks PostgreSQL's SQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Database {
    /// PostgreSQL 12 to 18.
    PostgreSql,
    /// YugabyteDB 2.14 and later (YSQL; based on PostgreSQL 11.2, previews from 2.25 and stable
    /// releases from 2025.1 on 15).
    YugabyteDb,
}

impl Database {
    /// All, with the names that the language and the command know, the canonical one first.
    pub const NAMED: &'static [(Self, &'static [&'static str])] = &[
        (Self::PostgreSql, &["postgresql", "postgres", "pg"]),
        (Self::YugabyteDb, &["yugabytedb", "yugabyte", "ysql"]),
    ];

    /// Looks a database up by one of its names.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::NAMED
            .iter()
            .find(|(_, names)| names.contains(&name))
            .map(|&(database, _)| database)
    }

    /// The canonical name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::PostgreSql => "postgresql",
            Self::YugabyteDb => "yugabytedb",
        }
    }
}

/// A database and its version, such as `postgresql@15`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Dialect {
    /// Which.
    pub database: Database,
    /// The version's parts, most significant first; never empty.
    pub version: Vec<u32>,
}

/// Why a dialect could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DialectError {
    /// No database of that name.
    UnknownDatabase(String),
    /// The version is no number with dots.
    BadVersion(String),
    /// The version is older than what is supported.
    TooOld(Dialect),
}

impl fmt::Display for DialectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownDatabase(name) => {
                write!(
                    f,
                    "unknown database `{name}` (known: postgresql, yugabytedb)"
                )
            }
            Self::BadVersion(text) => write!(f, "`{text}` is not a version such as 15 or 2.14"),
            Self::TooOld(dialect) => {
                write!(f, "{dialect} is older than the oldest supported version")
            }
        }
    }
}

impl std::error::Error for DialectError {}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@", self.database.name())?;
        for (i, part) in self.version.iter().enumerate() {
            if i > 0 {
                f.write_str(".")?;
            }
            write!(f, "{part}")?;
        }
        Ok(())
    }
}

impl Default for Dialect {
    /// The newest PostgreSQL that all bundled grammars are tested with.
    fn default() -> Self {
        Self {
            database: Database::PostgreSql,
            version: vec![16],
        }
    }
}

impl FromStr for Dialect {
    type Err = DialectError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, version) = text.split_once('@').unwrap_or((text, ""));
        let database =
            Database::named(name).ok_or_else(|| DialectError::UnknownDatabase(name.to_owned()))?;
        let oldest: &[u32] = match database {
            Database::PostgreSql => &[12],
            Database::YugabyteDb => &[2, 14],
        };
        let parsed = if version.is_empty() {
            match database {
                Database::PostgreSql => vec![16],
                Database::YugabyteDb => vec![2, 14],
            }
        } else {
            version
                .split('.')
                .map(|part| {
                    part.parse()
                        .map_err(|_| DialectError::BadVersion(version.to_owned()))
                })
                .collect::<Result<Vec<u32>, _>>()?
        };
        let dialect = Self {
            database,
            version: parsed,
        };
        if dialect.compare_version(oldest) == std::cmp::Ordering::Less {
            return Err(DialectError::TooOld(dialect));
        }
        Ok(dialect)
    }
}

impl Dialect {
    /// Compares the version with a bound; parts that the bound leaves out count as equal, so that
    /// `15.3` equals the bound `15`.
    #[must_use]
    pub fn compare_version(&self, bound: &[u32]) -> std::cmp::Ordering {
        for (i, part) in bound.iter().enumerate() {
            let own = self.version.get(i).copied().unwrap_or(0);
            match own.cmp(part) {
                std::cmp::Ordering::Equal => {}
                unequal => return unequal,
            }
        }
        std::cmp::Ordering::Equal
    }

    /// The major version of the PostgreSQL that it is or is based on.
    #[must_use]
    pub fn postgresql_major(&self) -> u32 {
        match self.database {
            Database::PostgreSql => self.version.first().copied().unwrap_or(12),
            Database::YugabyteDb => {
                let preview = self.version.first().is_some_and(|&major| major < 2000);
                let first: &[u32] = if preview { &[2, 25] } else { &[2025] };
                if self.compare_version(first) == std::cmp::Ordering::Less {
                    11
                } else {
                    15
                }
            }
        }
    }
}
