//! Where the output goes.

use super::EngineError;
use std::fs::{self, File, OpenOptions};
use std::io::{self, StdoutLock, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};

/// Formatted units of neighbouring indexes.
#[derive(Debug, Clone)]
pub struct Batch<'a> {
    /// Their indexes.
    pub indexes: Range<u64>,
    /// Their text in the run's format, whole lines.
    pub text: &'a [u8],
    /// How many units.
    pub units: u64,
    /// How many statements.
    pub statements: u64,
}

/// Takes the output of a run.
pub trait Sink {
    /// Takes a batch; in an ordered run batches come in the order of their indexes.
    ///
    /// # Errors
    ///
    /// If it can't. A broken pipe ends a run quietly, any other error makes it fail.
    fn write(&mut self, batch: &Batch<'_>) -> io::Result<()>;

    /// What to call it in messages.
    fn name(&self) -> String;
}

impl Sink for Vec<u8> {
    fn write(&mut self, batch: &Batch<'_>) -> io::Result<()> {
        self.extend_from_slice(batch.text);
        Ok(())
    }

    fn name(&self) -> String {
        "memory".to_owned()
    }
}

/// Takes everything, keeps nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct DiscardSink;

impl Sink for DiscardSink {
    fn write(&mut self, _: &Batch<'_>) -> io::Result<()> {
        Ok(())
    }

    fn name(&self) -> String {
        "nothing".to_owned()
    }
}

/// Writes to standard output.
#[derive(Debug)]
pub struct StdoutSink {
    stdout: StdoutLock<'static>,
}

impl Default for StdoutSink {
    fn default() -> Self {
        Self {
            stdout: io::stdout().lock(),
        }
    }
}

impl Sink for StdoutSink {
    fn write(&mut self, batch: &Batch<'_>) -> io::Result<()> {
        // Batches end with a line break, so that nothing stays in the line buffer.
        self.stdout.write_all(batch.text)?;
        self.stdout.flush()
    }

    fn name(&self) -> String {
        "standard output".to_owned()
    }
}

/// Writes to a file. A regular file gets its name when it is complete: until then it is a temporary
/// file beside it, which goes away unless [`finish`](Self::finish) is called. Devices and FIFOs are
/// written in place.
#[derive(Debug)]
pub struct FileSink {
    /// As the user named it.
    path: PathBuf,
    file: File,
    temporary: Option<Temporary>,
}

impl FileSink {
    /// Opens `path`.
    ///
    /// # Errors
    ///
    /// If it, or the temporary file beside it, can't be opened for writing.
    pub fn create(path: &Path) -> Result<Self, EngineError> {
        let open = |path: &Path| -> io::Result<(File, Option<Temporary>)> {
            if is_written_in_place(path)? {
                return Ok((OpenOptions::new().write(true).open(path)?, None));
            }
            // A link stays a link: what it points to is replaced.
            let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
            let (file, temporary) = Temporary::create(target)?;
            Ok((file, Some(temporary)))
        };
        match open(path) {
            Ok((file, temporary)) => Ok(Self {
                path: path.to_owned(),
                file,
                temporary,
            }),
            Err(cause) => Err(EngineError::Open {
                path: path.to_owned(),
                cause,
            }),
        }
    }

    /// Writes text behind what was written.
    ///
    /// # Errors
    ///
    /// If the file can't take it.
    pub fn append(&mut self, text: &[u8]) -> io::Result<()> {
        self.file.write_all(text)
    }

    /// The temporary file's path, if there is one: for a handler that ends the process on the spot.
    #[must_use]
    pub fn temporary(&self) -> Option<&Path> {
        self.temporary.as_ref().map(|it| it.path.as_path())
    }

    /// Gives the complete file its name.
    ///
    /// # Errors
    ///
    /// If it can't be renamed.
    pub fn finish(mut self) -> Result<(), EngineError> {
        let Some(mut temporary) = self.temporary.take() else {
            return Ok(());
        };
        temporary.persist().map_err(|cause| EngineError::Write {
            name: self.name(),
            cause,
        })
    }
}

impl Sink for FileSink {
    fn write(&mut self, batch: &Batch<'_>) -> io::Result<()> {
        self.append(batch.text)
    }

    fn name(&self) -> String {
        format!("`{}`", self.path.display())
    }
}

/// Whether `path` is something else than a regular file (which need not exist).
fn is_written_in_place(path: &Path) -> io::Result<bool> {
    if path.starts_with("/dev") || path.starts_with("/proc") {
        return Ok(true);
    }
    match fs::metadata(path) {
        Ok(found) if found.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
        Ok(found) => Ok(!found.is_file()),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(cause) => Err(cause),
    }
}

/// A file that is removed unless it gets its final name.
#[derive(Debug)]
struct Temporary {
    path: PathBuf,
    target: PathBuf,
    persisted: bool,
}

impl Temporary {
    /// Creates it in the directory of `target`, so that renaming is atomic, with the permissions
    /// that `target` has or would get.
    fn create(target: PathBuf) -> io::Result<(File, Self)> {
        if target.file_name().is_none() {
            return Err(io::ErrorKind::InvalidFilename.into());
        }
        let process = std::process::id();
        for attempt in 0..100_u32 {
            let path = target.with_file_name(format!(".rqg-{process}-{attempt}.tmp"));
            let file = match OpenOptions::new().write(true).create_new(true).open(&path) {
                Ok(file) => file,
                Err(cause) if cause.kind() == io::ErrorKind::AlreadyExists => continue,
                Err(cause) => return Err(cause),
            };
            let temporary = Self {
                path,
                target,
                persisted: false,
            };
            if let Ok(existing) = fs::metadata(&temporary.target) {
                file.set_permissions(existing.permissions())?;
            }
            return Ok((file, temporary));
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }

    fn persist(&mut self) -> io::Result<()> {
        fs::rename(&self.path, &self.target)?;
        self.persisted = true;
        Ok(())
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if !self.persisted {
            // Nothing better can be done where even this fails.
            let _ = fs::remove_file(&self.path);
        }
    }
}
