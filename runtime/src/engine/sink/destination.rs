//! Where the bytes of an output go, file after file.

use super::file::{self, Partial, Unfinished, partial_name};
use super::split::numbered;
use std::fs::{self, File, OpenOptions};
use std::io::{self, StdoutLock, Write};
use std::path::{Path, PathBuf};

/// Where the bytes of an output go.
#[derive(Debug)]
pub(super) enum Destination {
    Stdout(StdoutLock<'static>),
    /// A device or a FIFO.
    InPlace(File),
    Files(Files),
}

impl Destination {
    pub(super) fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Stdout(stdout) => {
                // Nothing stays in the line buffer: a reader sees all that counts as written.
                stdout.write_all(bytes)?;
                stdout.flush()
            }
            Self::InPlace(file) => file.write_all(bytes),
            Self::Files(files) => files.append(bytes),
        }
    }

    /// The file is complete; another one begins.
    pub(super) fn next_file(&mut self) -> io::Result<()> {
        match self {
            Self::Stdout(_) | Self::InPlace(_) => Ok(()),
            Self::Files(files) => files.next(),
        }
    }

    pub(super) fn sync(&self) -> io::Result<()> {
        match self {
            Self::Stdout(_) | Self::InPlace(_) => Ok(()),
            Self::Files(files) => files.open.as_ref().map_or(Ok(()), Partial::sync),
        }
    }

    /// The number of the open file and the bytes in it.
    pub(super) fn place(&self) -> (u64, u64) {
        match self {
            Self::Stdout(_) | Self::InPlace(_) => (0, 0),
            Self::Files(files) => (files.number, files.open.as_ref().map_or(0, Partial::bytes)),
        }
    }

    /// The last file is complete.
    pub(super) fn finish(self) -> io::Result<()> {
        match self {
            Self::Files(Files {
                open: Some(open), ..
            }) => open.persist(),
            _ => Ok(()),
        }
    }

    /// The last file is not complete and stays. Gives its name, if it is no other than its own.
    pub(super) fn leave(self) -> io::Result<Option<PathBuf>> {
        match self {
            Self::Files(Files {
                open: Some(open), ..
            }) => open.leave().map(Some),
            _ => Ok(None),
        }
    }
}

/// Regular files.
#[derive(Debug)]
pub(super) struct Files {
    /// As the user named them.
    path: PathBuf,
    /// Whether they are numbered; else there is one.
    is_numbered: bool,
    /// Whether files that are not complete stay.
    are_kept: bool,
    unfinished: Unfinished,
    number: u64,
    /// None only after an error.
    open: Option<Partial>,
}

impl Files {
    /// Opens the first file, or the one with this number, to go on behind its first bytes.
    pub(super) fn open(
        path: &Path,
        is_numbered: bool,
        are_kept: bool,
        unfinished: &Unfinished,
        (number, bytes): (u64, u64),
    ) -> io::Result<Self> {
        let mut files = Self {
            path: path.to_owned(),
            is_numbered,
            are_kept,
            unfinished: unfinished.clone(),
            number,
            open: None,
        };
        if is_numbered && bytes > 0 {
            files.take_back()?;
        }
        files.open = Some(files.create(bytes)?);
        Ok(files)
    }

    /// Gives a complete file its name, unless it has it already.
    pub(super) fn complete(
        path: &Path,
        is_numbered: bool,
        (number, bytes): (u64, u64),
    ) -> io::Result<()> {
        let target = target(path, is_numbered, number);
        if partial_name(&target).try_exists()? {
            Partial::kept(target, bytes)?.persist()?;
        }
        Ok(())
    }

    fn target(&self) -> PathBuf {
        target(&self.path, self.is_numbered, self.number)
    }

    fn create(&self, bytes: u64) -> io::Result<Partial> {
        if self.are_kept {
            Partial::kept(self.target(), bytes)
        } else {
            Partial::temporary(self.target(), self.unfinished.clone())
        }
    }

    /// A file that was completed after the last checkpoint is taken back, to be completed again.
    fn take_back(&self) -> io::Result<()> {
        let target = self.target();
        let partial = partial_name(&target);
        if !partial.try_exists()? && target.try_exists()? {
            fs::rename(target, partial)?;
        }
        Ok(())
    }

    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        match &mut self.open {
            Some(open) => open.append(bytes),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }

    fn next(&mut self) -> io::Result<()> {
        if let Some(open) = self.open.take() {
            open.persist()?;
        }
        self.number += 1;
        self.open = Some(self.create(0)?);
        Ok(())
    }
}

/// The name of a complete file.
fn target(path: &Path, is_numbered: bool, number: u64) -> PathBuf {
    if is_numbered {
        numbered(path, number)
    } else {
        file::resolved(path)
    }
}

/// Opens what `path` names in place, if it is no regular file.
pub(super) fn in_place(path: &Path) -> io::Result<Option<File>> {
    if !file::is_written_in_place(path)? {
        return Ok(None);
    }
    OpenOptions::new().write(true).open(path).map(Some)
}
