//! Why a command failed, and the exit code of each reason.

use rqg_runtime::engine::EngineError;
use rqg_runtime::entropy::EntropyError;
use rqg_runtime::uniqueness::bloom::SizingError;
use rqg_runtime::uniqueness::store::StoreError;
use std::io;
use std::path::{Path, PathBuf};

/// Everything that makes a command end with another exit code than 0.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The input is wrong.
    #[error("{0}")]
    Input(String),
    /// The arguments contradict each other, in a way that clap can't know.
    #[error("{0}")]
    Usage(String),
    /// A file could not be read.
    #[error("cannot read `{path}`: {cause}", path = path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// Standard output could not be written.
    #[error("cannot write to standard output: {0}")]
    Stdout(io::Error),
    /// The pipeline failed.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// Making a unit panicked.
    #[error(
        "{error}; the grammar's functions in Rust are the first suspects{}",
        left.as_ref().map_or_else(String::new, |it| format!(
            "; what was made before is kept: `{}`", it.display()
        ))
    )]
    Panicked {
        /// What happened.
        error: EngineError,
        /// The file that is kept, or the checkpoint.
        left: Option<PathBuf>,
    },
    /// There was no seed to be had.
    #[error(transparent)]
    Entropy(#[from] EntropyError),
    /// There is no memory for a filter.
    #[error(transparent)]
    Memory(SizingError),
    /// The exact store can't be opened.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Signals can't be handled.
    #[error("cannot handle signals: {0}")]
    Signals(#[from] ctrlc::Error),
    /// Not all that was asked for could be had.
    #[error("{0}")]
    Incomplete(String),
    /// Stopped by a signal; the message says how to go on.
    #[error("{0}")]
    Interrupted(String),
}

impl Failure {
    /// A file could not be read.
    #[must_use]
    pub fn read(path: &Path, cause: io::Error) -> Self {
        let path = path.to_owned();
        Self::Read { path, cause }
    }

    /// An index was asked for that has no unit.
    #[must_use]
    pub fn skipped(index: u64) -> Self {
        Self::Incomplete(format!(
            "index {index} has no unit: another index of the space makes the same derivation"
        ))
    }

    /// The exit code, a contract of the command.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Input(_) => 1,
            Self::Usage(_) => 2,
            Self::Read { .. }
            | Self::Stdout(_)
            | Self::Engine(_)
            | Self::Panicked { .. }
            | Self::Entropy(_)
            | Self::Memory(_)
            | Self::Store(_)
            | Self::Signals(_) => 3,
            Self::Incomplete(_) => 4,
            Self::Interrupted(_) => 130,
        }
    }

    /// What to print on stderr, in the name of `program`.
    #[must_use]
    pub fn message(&self, program: &str) -> String {
        match self {
            Self::Interrupted(message) | Self::Incomplete(message) => {
                format!("{program}: {message}")
            }
            _ => format!("error: {self}"),
        }
    }
}
