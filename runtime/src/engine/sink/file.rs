//! Files that have their name only when they are complete.

use super::{Batch, Sink};
use crate::engine::EngineError;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// Writes to a file. A regular file gets its name when it is complete: until then it is a temporary
/// file beside it, which goes away unless [`finish`](Self::finish) is called. Devices and FIFOs are
/// written in place.
#[derive(Debug)]
pub struct FileSink {
    /// As the user named it.
    path: PathBuf,
    opened: Opened,
}

/// What a path led to.
#[derive(Debug)]
pub(super) enum Opened {
    /// A device or a FIFO.
    InPlace(File),
    /// A regular file.
    Partial(Partial),
}

impl FileSink {
    /// Opens `path`.
    ///
    /// # Errors
    ///
    /// If it, or the temporary file beside it, can't be opened for writing.
    pub fn create(path: &Path) -> Result<Self, EngineError> {
        Self::create_for(path, &Unfinished::default())
    }

    /// As [`create`](Self::create), and tells which temporary file is in the making.
    ///
    /// # Errors
    ///
    /// As [`create`](Self::create).
    pub fn create_for(path: &Path, unfinished: &Unfinished) -> Result<Self, EngineError> {
        match open(path, unfinished) {
            Ok(opened) => Ok(Self {
                path: path.to_owned(),
                opened,
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
        match &mut self.opened {
            Opened::InPlace(file) => file.write_all(text),
            Opened::Partial(partial) => partial.append(text),
        }
    }

    /// Gives the complete file its name.
    ///
    /// # Errors
    ///
    /// If it can't be renamed.
    pub fn finish(self) -> Result<(), EngineError> {
        let name = self.name();
        match self.opened {
            Opened::InPlace(_) => Ok(()),
            Opened::Partial(partial) => partial
                .persist()
                .map_err(|cause| EngineError::Write { name, cause }),
        }
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

fn open(path: &Path, unfinished: &Unfinished) -> io::Result<Opened> {
    if is_written_in_place(path)? {
        return Ok(Opened::InPlace(OpenOptions::new().write(true).open(path)?));
    }
    let partial = Partial::temporary(resolved(path), unfinished.clone())?;
    Ok(Opened::Partial(partial))
}

/// A link stays a link: what it points to is replaced.
pub(super) fn resolved(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

/// Whether `path` is something else than a regular file (which need not exist).
pub(super) fn is_written_in_place(path: &Path) -> io::Result<bool> {
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

/// The temporary file of a run that is under way: for a handler that ends the process on the spot.
/// Clones speak of the same run.
#[derive(Debug, Clone, Default)]
pub struct Unfinished(Arc<Mutex<Option<PathBuf>>>);

impl Unfinished {
    fn set(&self, path: Option<PathBuf>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = path;
    }

    /// Removes the file, if there is one.
    pub fn remove(&self) {
        let path = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(path) = path {
            // Nothing better can be done where even this fails.
            let _ = fs::remove_file(path);
        }
    }
}

/// The name of a file that is not complete and stays all the same.
pub(super) fn partial_name(target: &Path) -> PathBuf {
    let mut name = target.file_name().unwrap_or_default().to_owned();
    name.push(".partial");
    target.with_file_name(name)
}

/// A regular file that is not complete.
#[derive(Debug)]
pub(super) struct Partial {
    file: File,
    path: PathBuf,
    target: PathBuf,
    /// Bytes in it.
    bytes: u64,
    /// Whether it stays when the run ends before it is complete.
    is_kept: bool,
    unfinished: Unfinished,
}

impl Partial {
    /// Creates one that is removed unless it is completed, in the directory of `target`, so that
    /// renaming is atomic, with the permissions that `target` has or would get.
    pub(super) fn temporary(target: PathBuf, unfinished: Unfinished) -> io::Result<Self> {
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
            unfinished.set(Some(path.clone()));
            let partial = Self {
                file,
                path,
                target,
                bytes: 0,
                is_kept: false,
                unfinished,
            };
            partial.take_permissions()?;
            return Ok(partial);
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }

    /// Opens the one that stays, to go on behind its first `bytes`: what is behind them is cut off.
    /// It is created if there should be nothing in it.
    pub(super) fn kept(target: PathBuf, bytes: u64) -> io::Result<Self> {
        if target.file_name().is_none() {
            return Err(io::ErrorKind::InvalidFilename.into());
        }
        let path = partial_name(&target);
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(bytes == 0);
        let mut file = options.open(&path)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(io::Error::other("another run is writing it"));
            }
            Err(TryLockError::Error(cause)) => return Err(cause),
        }
        let length = file.metadata()?.len();
        if length < bytes {
            return Err(io::Error::other(format!(
                "`{}` has {length} bytes, and the checkpoint vouches for {bytes}",
                path.display()
            )));
        }
        file.set_len(bytes)?;
        file.seek(SeekFrom::Start(bytes))?;
        let partial = Self {
            file,
            path,
            target,
            bytes,
            is_kept: true,
            unfinished: Unfinished::default(),
        };
        partial.take_permissions()?;
        Ok(partial)
    }

    fn take_permissions(&self) -> io::Result<()> {
        match fs::metadata(&self.target) {
            Ok(existing) => self.file.set_permissions(existing.permissions()),
            Err(_) => Ok(()),
        }
    }

    pub(super) fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)?;
        self.bytes += bytes.len() as u64;
        Ok(())
    }

    /// Bytes in it.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Waits until all that was written is on the disk.
    pub(super) fn sync(&self) -> io::Result<()> {
        self.file.sync_data()
    }

    /// Gives it its name: it is complete.
    pub(super) fn persist(mut self) -> io::Result<()> {
        self.file.sync_all()?;
        fs::rename(&self.path, &self.target)?;
        self.is_kept = true;
        self.unfinished.set(None);
        sync_directory(&self.target)
    }

    /// Leaves it, under a name that tells that it is not complete, unless that is taken. Gives the
    /// name.
    pub(super) fn leave(mut self) -> io::Result<PathBuf> {
        let mut path = partial_name(&self.target);
        if self.path != path {
            if path.try_exists()? {
                path.clone_from(&self.path);
            } else {
                fs::rename(&self.path, &path)?;
            }
        }
        self.is_kept = true;
        self.unfinished.set(None);
        Ok(path)
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        if !self.is_kept {
            // Nothing better can be done where even this fails.
            let _ = fs::remove_file(&self.path);
            self.unfinished.set(None);
        }
    }
}

/// Waits until the name of a file is on the disk, where directories can be asked for that.
pub(super) fn sync_directory(path: &Path) -> io::Result<()> {
    if !cfg!(unix) {
        return Ok(());
    }
    let parent = path.parent().filter(|it| !it.as_os_str().is_empty());
    File::open(parent.unwrap_or(Path::new(".")))?.sync_all()
}
