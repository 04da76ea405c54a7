//! Why the command failed, and the exit code of each reason.

use crate::terminal;
use rqg_runtime::engine::EngineError;
use rqg_server::load::LoadError;
use std::io;
use std::path::{Path, PathBuf};

/// Everything that makes the command end with another exit code than 0.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Diagnostics, or files to format, were printed already.
    #[error("the input is wrong")]
    Reported,
    /// Files could not be read, which was said already.
    #[error("the environment failed")]
    ReportedEnvironment,
    /// The input is wrong.
    #[error("{0}")]
    Input(String),
    /// The arguments contradict each other, in a way that clap can't know.
    #[error("{0}")]
    Usage(String),
    /// A file could not be read.
    #[error("cannot read `{path}`: {cause}", path = path.display())]
    Read { path: PathBuf, cause: io::Error },
    /// Standard output could not be written.
    #[error("cannot write to standard output: {0}")]
    Stdout(io::Error),
    /// The pipeline failed.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// An address of a server is wrong.
    #[error(transparent)]
    Address(#[from] rqg_server::DsnError),
    /// A server is not reached, or goes away.
    #[error(transparent)]
    Connect(#[from] rqg_server::ConnectError),
    /// A run on a server could not be carried out.
    #[error(transparent)]
    Exec(#[from] rqg_server::executor::ExecError),
    /// Rows could not be loaded.
    #[error(transparent)]
    Load(#[from] rqg_server::load::LoadError),
    /// Findings can't be kept.
    #[error(transparent)]
    Findings(#[from] rqg_server::findings::FindingsError),
    /// A file could not be written.
    #[error("cannot write `{path}`: {cause}", path = path.display())]
    Write { path: PathBuf, cause: io::Error },
    /// Not all that was asked could be had.
    #[error("{0}")]
    Incomplete(String),
    /// What a compiled grammar's command may fail with.
    #[error(transparent)]
    Run(#[from] rqg_cli::Failure),
    /// A directory could not be made.
    #[error("cannot create the directory `{path}`: {cause}", path = path.display())]
    Directory { path: PathBuf, cause: io::Error },
    /// A tool is missing or failed.
    #[error("{0}")]
    Environment(String),
    /// Stopped by a signal; the message says how to go on.
    #[error("{0}")]
    Interrupted(String),
}

impl Failure {
    /// A file could not be read.
    pub fn read(path: &Path, cause: io::Error) -> Self {
        let path = path.to_owned();
        Self::Read { path, cause }
    }

    /// The exit code, a contract of the command.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Reported | Self::Input(_) => 1,
            Self::Usage(_) | Self::Address(_) => 2,
            Self::ReportedEnvironment
            | Self::Read { .. }
            | Self::Stdout(_)
            | Self::Write { .. }
            | Self::Engine(_)
            | Self::Connect(_)
            | Self::Exec(_)
            | Self::Findings(_)
            | Self::Environment(_)
            | Self::Directory { .. } => 3,
            Self::Run(failure) => failure.exit_code(),
            Self::Incomplete(_) => 4,
            Self::Load(LoadError::Interrupted) | Self::Interrupted(_) => 130,
            Self::Load(LoadError::NotEmpty(_)) => 1,
            Self::Load(_) => 3,
        }
    }

    /// What is wrong with the usage, if that is it.
    pub fn usage(&self) -> Option<&str> {
        match self {
            Self::Usage(message) | Self::Run(rqg_cli::Failure::Usage(message)) => Some(message),
            _ => None,
        }
    }

    /// What to print on stderr; none if all was said.
    pub fn message(&self) -> Option<String> {
        match self {
            Self::Reported | Self::ReportedEnvironment => None,
            Self::Interrupted(message) | Self::Incomplete(message) => {
                Some(format!("rqgc: {message}"))
            }
            Self::Run(failure) => Some(failure.message("rqgc")),
            _ => Some(format!("error: {self}")),
        }
    }
}

/// Runs something for every file, whatever is wrong with those before it. Prints each failure; what
/// the environment is to blame for outweighs wrong input.
pub fn for_each<T>(
    files: &[T],
    mut run: impl FnMut(&T) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut outcome = Ok(());
    for file in files {
        let Err(failure) = run(file) else { continue };
        if let Some(message) = failure.message() {
            terminal::note(&message);
        }
        if failure.exit_code() != 1 {
            outcome = Err(Failure::ReportedEnvironment);
        } else if outcome.is_ok() {
            outcome = Err(Failure::Reported);
        }
    }
    outcome
}
