//! The output of a run: on standard output, in one file or in several, compressed or not.

#[cfg(feature = "compress")]
use super::compress::{Codec, Compressor};
use super::destination::{Destination, Files, in_place};
use super::file::{Unfinished, partial_name, resolved};
use super::split::{Filled, Split, numbered};
use super::{Batch, Sink};
use crate::engine::EngineError;
use std::io;
use std::path::PathBuf;

/// How an output is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Compression {
    /// Not at all.
    #[default]
    None,
    /// Zstandard (RFC 8878), a frame for each MiB of text.
    #[cfg(feature = "compress")]
    Zstd,
    /// gzip (RFC 1952), a member for each MiB of text.
    #[cfg(feature = "compress")]
    Gzip,
}

/// Where an output goes and in which form.
#[derive(Debug, Clone, Default)]
pub struct OutputSettings {
    /// The file; none for standard output.
    pub path: Option<PathBuf>,
    /// When another file begins. Needs batches that are [marked](super::super::Settings::marked).
    pub split: Split,
    /// How it is compressed.
    pub compression: Compression,
    /// Threads that compress; at least one does where that is asked for.
    pub threads: usize,
    /// Whether a file that is not complete stays, as `FILE.partial`, when the sink is dropped.
    pub is_kept: bool,
    /// Is told which temporary file is in the making, if files do not stay.
    pub unfinished: Unfinished,
}

impl OutputSettings {
    /// Where the first file is as long as it is not complete, if files stay.
    #[must_use]
    pub fn partial(&self) -> Option<PathBuf> {
        let path = self.path.as_ref()?;
        let target = if self.split.is_split() {
            numbered(path, 0)
        } else {
            resolved(path)
        };
        Some(partial_name(&target))
    }
}

/// A place in an output: what is before it is on the disk, and the run can go on from there.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Position {
    /// The number of the open file, from 0.
    pub file: u64,
    /// Bytes in it.
    pub bytes: u64,
    /// Units in it.
    pub units: u64,
    /// Bytes of the text of these units.
    pub text: u64,
    /// The end of that text, where it is not in the file yet because it fills no block.
    pub tail: Vec<u8>,
}

/// Writes to standard output or to files. A regular file gets its name when it is complete. Devices
/// and FIFOs are written in place.
#[derive(Debug)]
pub struct OutputSink {
    name: String,
    split: Split,
    filled: Filled,
    #[cfg(feature = "compress")]
    compressor: Option<Compressor>,
    destination: Destination,
}

impl OutputSink {
    /// Begins an output.
    ///
    /// # Errors
    ///
    /// If it can't be opened for writing, or no thread can be had that compresses.
    pub fn open(settings: &OutputSettings) -> Result<Self, EngineError> {
        Self::resume(settings, &Position::default())
    }

    /// Goes on with an output whose files stay, behind the position: what is behind that is cut off.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open), or if what is before the position is not there.
    pub fn resume(settings: &OutputSettings, position: &Position) -> Result<Self, EngineError> {
        let destination = destination(settings, position)?;
        Ok(Self {
            name: match &settings.path {
                Some(path) => format!("`{}`", path.display()),
                None => "standard output".to_owned(),
            },
            split: settings.split,
            filled: Filled {
                units: position.units,
                text: position.text,
            },
            #[cfg(feature = "compress")]
            compressor: compressor(settings, position).map_err(EngineError::Spawn)?,
            destination,
        })
    }

    /// Whether it is a regular file, or several.
    #[must_use]
    pub fn is_regular(&self) -> bool {
        matches!(self.destination, Destination::Files(_))
    }

    /// Waits until all that was taken is on the disk, apart from the tail of the position.
    ///
    /// # Errors
    ///
    /// If it can't be written.
    pub fn position(&mut self) -> Result<Position, EngineError> {
        let written = self.drain().and_then(|()| self.destination.sync());
        written.map_err(|cause| self.failed(cause))?;
        let (file, bytes) = self.destination.place();
        Ok(Position {
            file,
            bytes,
            units: self.filled.units,
            text: self.filled.text,
            #[cfg(feature = "compress")]
            tail: self
                .compressor
                .as_ref()
                .map_or_else(Vec::new, |it| it.tail().to_vec()),
            #[cfg(not(feature = "compress"))]
            tail: Vec::new(),
        })
    }

    /// Writes all that is left: the last file is complete, and only lacks its name.
    ///
    /// # Errors
    ///
    /// If it can't be written.
    pub fn seal(&mut self) -> Result<(), EngineError> {
        #[cfg(feature = "compress")]
        if let Some(compressor) = &mut self.compressor {
            let ended = compressor.end_frames();
            ended.map_err(|cause| self.failed(cause))?;
        }
        self.drain().map_err(|cause| self.failed(cause))
    }

    /// Writes all that is left, and gives the last file its name.
    ///
    /// # Errors
    ///
    /// If it can't be written or renamed.
    pub fn finish(mut self) -> Result<(), EngineError> {
        self.seal()?;
        let Self {
            name, destination, ..
        } = self;
        destination
            .finish()
            .map_err(|cause| EngineError::Write { name, cause })
    }

    /// Writes all that is left, and leaves the last file, which is not complete, as `FILE.partial`.
    /// Gives that name, if it is a regular file.
    ///
    /// # Errors
    ///
    /// If it can't be written or renamed.
    pub fn leave(mut self) -> Result<Option<PathBuf>, EngineError> {
        self.seal()?;
        let Self {
            name, destination, ..
        } = self;
        destination
            .leave()
            .map_err(|cause| EngineError::Write { name, cause })
    }

    /// Gives the last file of an output that was complete its name, unless it has it already.
    ///
    /// # Errors
    ///
    /// If it can't be renamed.
    pub fn complete(settings: &OutputSettings, position: &Position) -> Result<(), EngineError> {
        let Some(path) = &settings.path else {
            return Ok(());
        };
        let (is_split, place) = (settings.split.is_split(), (position.file, position.bytes));
        Files::complete(path, is_split, place).map_err(|cause| EngineError::Open {
            path: path.clone(),
            cause,
        })
    }

    fn failed(&self, cause: io::Error) -> EngineError {
        EngineError::Write {
            name: self.name.clone(),
            cause,
        }
    }

    fn append(&mut self, text: &[u8]) -> io::Result<()> {
        #[cfg(feature = "compress")]
        if let Some(compressor) = &mut self.compressor {
            return compressor.append(text, &mut self.destination);
        }
        self.destination.append(text)
    }

    fn next_file(&mut self) -> io::Result<()> {
        self.filled = Filled::default();
        #[cfg(feature = "compress")]
        if let Some(compressor) = &mut self.compressor {
            return compressor.next_file();
        }
        self.destination.next_file()
    }

    #[cfg_attr(
        not(feature = "compress"),
        allow(clippy::unnecessary_wraps, clippy::unused_self)
    )]
    fn drain(&mut self) -> io::Result<()> {
        #[cfg(feature = "compress")]
        if let Some(compressor) = &mut self.compressor {
            compressor.drain(&mut self.destination)?;
        }
        Ok(())
    }
}

impl Sink for OutputSink {
    fn write(&mut self, batch: &Batch<'_>) -> io::Result<()> {
        if !self.split.is_split() {
            return self.append(batch.text);
        }
        // What of the batch is written, and where the unit begins.
        let (mut written, mut start) = (0, 0);
        for mark in batch.marks {
            let bytes = (mark.end - start) as u64;
            if self.split.is_full(&self.filled, bytes) {
                self.append(&batch.text[written..start])?;
                self.next_file()?;
                written = start;
            }
            self.filled.units += 1;
            self.filled.text += bytes;
            start = mark.end;
        }
        self.append(&batch.text[written..])
    }

    fn name(&self) -> String {
        self.name.clone()
    }
}

fn destination(settings: &OutputSettings, position: &Position) -> Result<Destination, EngineError> {
    let Some(path) = &settings.path else {
        return Ok(Destination::Stdout(io::stdout().lock()));
    };
    let open = || {
        if !settings.split.is_split()
            && let Some(file) = in_place(path)?
        {
            return Ok(Destination::InPlace(file));
        }
        let (is_split, place) = (settings.split.is_split(), (position.file, position.bytes));
        Files::open(
            path,
            is_split,
            settings.is_kept,
            &settings.unfinished,
            place,
        )
        .map(Destination::Files)
    };
    open().map_err(|cause| EngineError::Open {
        path: path.clone(),
        cause,
    })
}

#[cfg(feature = "compress")]
fn compressor(settings: &OutputSettings, position: &Position) -> io::Result<Option<Compressor>> {
    let codec = match settings.compression {
        Compression::None => return Ok(None),
        Compression::Zstd => Codec::Zstd,
        Compression::Gzip => Codec::Gzip,
    };
    let (is_begun, tail) = (position.bytes > 0, position.tail.clone());
    Compressor::start(codec, settings.threads, is_begun, tail).map(Some)
}
