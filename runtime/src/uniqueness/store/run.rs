//! Sorted fingerprints in a file, 16 bytes each, most significant byte first.

use super::{StoreError, at};
use crate::uniqueness::{FilterError, Fingerprint};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// Bytes of a fingerprint.
const WIDTH: usize = 16;

/// Fingerprints of a page, of which the first is in memory.
const PAGE: usize = 256;

/// Bytes that are read or written together when a run is gone through.
const BUFFER: usize = 64 << 10;

/// How the files of runs are named.
const EXTENSION: &str = "run";

/// The name of a file.
pub(super) fn name(number: u64) -> String {
    format!("{number:08}.{EXTENSION}")
}

/// The number in a name.
pub(super) fn number(name: &str) -> Option<u64> {
    name.strip_suffix(EXTENSION)?
        .strip_suffix('.')?
        .parse()
        .ok()
}

/// Whether a file is named as a run is.
pub(super) fn is_run(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str());
    name.and_then(number).is_some()
}

/// A file of ascending fingerprints.
#[derive(Debug)]
pub(super) struct Run {
    path: PathBuf,
    file: File,
    /// How often what it holds was merged.
    level: u32,
    len: u64,
    /// The first fingerprint of each page.
    pages: Vec<Fingerprint>,
    /// The page that was read last.
    page: Vec<u8>,
}

impl Run {
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn level(&self) -> u32 {
        self.level
    }

    pub(super) fn len(&self) -> u64 {
        self.len
    }

    /// Opens a file that was written before, and gives all that is in it to `seen`.
    pub(super) fn open(
        path: &Path,
        level: u32,
        len: u64,
        mut seen: impl FnMut(Fingerprint),
    ) -> Result<Self, StoreError> {
        let damaged = |what: &str| StoreError::Damaged {
            path: path.to_owned(),
            what: what.to_owned(),
        };
        let file = File::open(path).map_err(at("read", path))?;
        let mut reader = Reader::new(&file, path)?;
        let mut pages = Vec::new();
        let mut last = None;
        let mut count = 0_u64;
        while let Some(fingerprint) = reader.next()? {
            if last.is_some_and(|last| last >= fingerprint) {
                return Err(damaged("is not sorted"));
            }
            if count.is_multiple_of(PAGE as u64) {
                pages.push(fingerprint);
            }
            seen(fingerprint);
            last = Some(fingerprint);
            count += 1;
        }
        if count != len {
            return Err(damaged("has another length than the manifest says"));
        }
        Ok(Self {
            path: path.to_owned(),
            file,
            level,
            len,
            pages,
            page: Vec::new(),
        })
    }

    /// Marks which of `asked`, ascending fingerprints with their places in `found`, are in the run.
    pub(super) fn look_up(
        &mut self,
        asked: &[(Fingerprint, usize)],
        found: &mut [bool],
    ) -> Result<(), FilterError> {
        let mut read = None;
        for &(fingerprint, place) in asked {
            if found.get(place) != Some(&false) {
                continue;
            }
            let behind = self.pages.partition_point(|&first| first <= fingerprint);
            let Some(page) = behind.checked_sub(1) else {
                continue;
            };
            if read != Some(page) {
                self.read_page(page).map_err(at("read", &self.path))?;
                read = Some(page);
            }
            let (held, _) = self.page.as_chunks::<WIDTH>();
            found[place] = held.binary_search(&fingerprint.to_be_bytes()).is_ok();
        }
        Ok(())
    }

    fn read_page(&mut self, page: usize) -> std::io::Result<()> {
        let first = page as u64 * PAGE as u64;
        let count = (self.len - first).min(PAGE as u64) as usize;
        self.page.resize(count * WIDTH, 0);
        self.file.seek(SeekFrom::Start(first * WIDTH as u64))?;
        self.file.read_exact(&mut self.page)
    }

    /// Waits until the file is safe.
    pub(super) fn sync(&self) -> Result<(), FilterError> {
        self.file.sync_all().map_err(at("write", &self.path))
    }
}

/// Goes through a run.
struct Reader<'a> {
    path: &'a Path,
    file: BufReader<&'a File>,
}

impl<'a> Reader<'a> {
    fn new(mut file: &'a File, path: &'a Path) -> Result<Self, FilterError> {
        file.seek(SeekFrom::Start(0)).map_err(at("read", path))?;
        Ok(Self {
            path,
            file: BufReader::with_capacity(BUFFER, file),
        })
    }

    /// The next fingerprint; none at the end.
    fn next(&mut self) -> Result<Option<Fingerprint>, FilterError> {
        let mut bytes = [0; WIDTH];
        match self.file.read_exact(&mut bytes) {
            Ok(()) => Ok(Some(Fingerprint::from_be_bytes(bytes))),
            Err(cause) if cause.kind() == std::io::ErrorKind::UnexpectedEof => Ok(None),
            Err(cause) => Err(at("read", self.path)(cause)),
        }
    }
}

/// Writes a run.
pub(super) struct Writer {
    path: PathBuf,
    file: BufWriter<File>,
    len: u64,
    pages: Vec<Fingerprint>,
}

impl Writer {
    pub(super) fn create(path: &Path) -> Result<Self, FilterError> {
        let file = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(true)
            .open(path)
            .map_err(at("create", path))?;
        Ok(Self {
            path: path.to_owned(),
            file: BufWriter::with_capacity(BUFFER, file),
            len: 0,
            pages: Vec::new(),
        })
    }

    /// Adds a fingerprint, larger than all before.
    pub(super) fn push(&mut self, fingerprint: Fingerprint) -> Result<(), FilterError> {
        if self.len.is_multiple_of(PAGE as u64) {
            self.pages.push(fingerprint);
        }
        self.len += 1;
        let bytes = fingerprint.to_be_bytes();
        self.file.write_all(&bytes).map_err(at("write", &self.path))
    }

    /// The run, complete.
    pub(super) fn finish(self, level: u32) -> Result<Run, FilterError> {
        let file = self.file.into_inner();
        let file = file.map_err(|error| at("write", &self.path)(error.into_error()))?;
        Ok(Run {
            path: self.path,
            file,
            level,
            len: self.len,
            pages: self.pages,
            page: Vec::new(),
        })
    }
}

/// Merges runs that have nothing in common into one.
pub(super) fn merge<'a>(
    runs: impl Iterator<Item = &'a Run>,
    path: &Path,
    level: u32,
) -> Result<Run, FilterError> {
    let mut writer = Writer::create(path)?;
    let mut readers = Vec::new();
    let mut heads = BinaryHeap::new();
    for (at, run) in runs.enumerate() {
        let mut reader = Reader::new(&run.file, &run.path)?;
        heads.extend(reader.next()?.map(|first| Reverse((first, at))));
        readers.push(reader);
    }
    while let Some(Reverse((least, at))) = heads.pop() {
        writer.push(least)?;
        if let Some(reader) = readers.get_mut(at) {
            heads.extend(reader.next()?.map(|next| Reverse((next, at))));
        }
    }
    writer.finish(level)
}
