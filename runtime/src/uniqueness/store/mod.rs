//! Remembers every unit exactly: in memory up to a limit, and from there on in files.
//!
//! ```text
//! fingerprint ── in memory? (sharded hash sets) ── maybe in a file? (Bloom filter) ── in a file?
//!                    │ full                                           (sorted runs, by pages)
//!                    └── sorted, written as a run; as many runs as FAN_IN are merged into one
//! ```
//!
//! Memory holds the hash sets, a Bloom filter that spares most look-ups in files, and of each file
//! one fingerprint in a page of 4 KiB. Files take 16 bytes for each unit.
//!
//! # Architecture invariant
//!
//! The manifest names files that are complete and are not changed any more. It is replaced as a whole,
//! and files that the last one names stay until the next one is there: a store is always that of the
//! last run that finished, however a later one ended.

mod manifest;
mod memory;
mod run;
#[cfg(test)]
mod tests;

use super::bloom::{Blocks, available_memory, mask};
use super::{Filter, FilterError, Fingerprint, Occupancy};
use manifest::{LOCK, MANIFEST, Manifest};
use memory::MemorySet;
use run::{Run, merge};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// Memory where no limit is given, in bytes.
pub const DEFAULT_MEMORY: u64 = 1 << 30;

/// So many runs of one level are merged into one of the next.
const FAN_IN: usize = 8;

/// What is asked of a store.
#[derive(Debug, Clone)]
pub struct StoreSettings {
    /// Memory in bytes; a little more where this is less than a store can do with.
    pub memory: u64,
    /// Where its files are and stay; none for a temporary directory that goes away with the store.
    pub directory: Option<PathBuf>,
    /// What the run is, on one line: a store is that of one run.
    pub identity: String,
}

/// Why a store can't be opened.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A file or directory can't be had.
    #[error(transparent)]
    Io(#[from] FilterError),
    /// Another process has it open.
    #[error("the store in `{path}` is in use by another run", path = .0.display())]
    InUse(PathBuf),
    /// There is something else in the directory.
    #[error(
        "`{path}` holds something else than a store: name an empty or new directory",
        path = .0.display()
    )]
    NotAStore(PathBuf),
    /// A file of it is not as the manifest says.
    #[error("the store is damaged: `{path}` {what}", path = path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// It is that of another run.
    #[error("the store in `{path}` is that of another run: {found}", path = path.display())]
    OtherRun {
        /// The directory.
        path: PathBuf,
        /// The identity of that run.
        found: String,
    },
    /// The machine has less memory to give.
    #[error("the store takes {needed} bytes of memory, and {available} are available")]
    Memory {
        /// What it takes.
        needed: u64,
        /// What there is.
        available: u64,
    },
}

/// Where the files are.
#[derive(Debug)]
enum Directory {
    /// Not yet needed.
    None,
    Temporary(TempDir),
    /// Named by the user, and locked as long as the file is open.
    Kept(PathBuf, #[allow(dead_code)] File),
}

/// Remembers every unit exactly.
#[derive(Debug)]
pub struct ExactStore {
    identity: String,
    directory: Directory,
    memory: MemorySet,
    /// What the files hold, and now and then more.
    sketch: Option<Blocks>,
    sketch_blocks: u64,
    runs: Vec<Run>,
    /// The number of the next file.
    next_file: u64,
    /// Files that the manifest on disk names.
    committed: Vec<PathBuf>,
    /// All indexes below this are remembered, where the store was opened again.
    next: Option<u64>,
    admitted: u64,
    dropped: u64,
    /// How often files were asked.
    looked_up: u64,
}

impl ExactStore {
    /// Opens a store: a new one, or the one that is in the directory.
    ///
    /// # Errors
    /// The directory can't be used, holds the store of another run or something else, or there is not
    /// enough memory.
    pub fn open(settings: StoreSettings) -> Result<Self, StoreError> {
        let needed = settings.memory;
        match available_memory() {
            Some(available) if available < needed => {
                return Err(StoreError::Memory { needed, available });
            }
            _ => {}
        }
        // A quarter for what tells which files need not be asked.
        let sketch_blocks = (settings.memory / 4 / Blocks::BYTES).max(64);
        let mut store = Self {
            identity: settings.identity,
            directory: Directory::None,
            memory: MemorySet::new(settings.memory - settings.memory / 4),
            sketch: None,
            sketch_blocks,
            runs: Vec::new(),
            next_file: 0,
            committed: Vec::new(),
            next: None,
            admitted: 0,
            dropped: 0,
            looked_up: 0,
        };
        if let Some(path) = settings.directory {
            store.open_in(path)?;
        }
        Ok(store)
    }

    /// All indexes below this are remembered, where the store was opened again.
    #[must_use]
    pub fn next(&self) -> Option<u64> {
        self.next
    }

    /// How many units it remembers.
    #[must_use]
    pub fn units(&self) -> u64 {
        self.memory.len() + self.runs.iter().map(Run::len).sum::<u64>()
    }

    /// Forgets everything. The files stay until what comes next is saved.
    pub fn forget(&mut self) {
        self.memory.clear();
        self.sketch = None;
        self.runs.clear();
        self.next = None;
    }

    fn open_in(&mut self, path: PathBuf) -> Result<(), StoreError> {
        fs::create_dir_all(&path).map_err(at("create", &path))?;
        let manifest = Manifest::read(&path)?;
        if manifest.is_none() && !is_empty(&path).map_err(at("read", &path))? {
            return Err(StoreError::NotAStore(path));
        }
        let lock_path = path.join(LOCK);
        let lock = File::create(&lock_path).map_err(at("write", &lock_path))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(fs::TryLockError::WouldBlock) => return Err(StoreError::InUse(path)),
            Err(fs::TryLockError::Error(cause)) => return Err(at("lock", &lock_path)(cause).into()),
        }
        if let Some(manifest) = manifest {
            if manifest.identity != self.identity {
                return Err(StoreError::OtherRun {
                    path,
                    found: manifest.identity,
                });
            }
            self.take_over(&path, &manifest)?;
        }
        self.directory = Directory::Kept(path, lock);
        // Of runs that did not finish.
        self.remove_strays();
        Ok(())
    }

    /// Opens the files that a manifest names.
    fn take_over(&mut self, directory: &Path, manifest: &Manifest) -> Result<(), StoreError> {
        self.next = Some(manifest.next);
        for entry in &manifest.runs {
            let mut sketch = self.take_sketch();
            let path = directory.join(&entry.name);
            let run = Run::open(&path, entry.level, entry.units, |fingerprint| {
                if let Some(sketch) = &mut sketch {
                    sketch.insert(fingerprint, &mask(fingerprint));
                }
            })?;
            self.sketch = sketch;
            self.next_file = self.next_file.max(entry.number() + 1);
            self.committed.push(path);
            self.runs.push(run);
        }
        Ok(())
    }

    /// The sketch, made when it is first needed.
    fn take_sketch(&mut self) -> Option<Blocks> {
        self.sketch
            .take()
            .or_else(|| Blocks::new(self.sketch_blocks))
    }

    /// Removes files that look like runs and that nothing names.
    fn remove_strays(&self) {
        let Directory::Kept(path, _) = &self.directory else {
            return;
        };
        let Ok(entries) = fs::read_dir(path) else {
            return;
        };
        for entry in entries.flatten() {
            let path = entry.path();
            if run::is_run(&path) && !self.committed.contains(&path) {
                // What stays is in nobody's way.
                let _ = fs::remove_file(path);
            }
        }
    }

    fn directory(&mut self) -> Result<PathBuf, FilterError> {
        if matches!(self.directory, Directory::None) {
            let parent = std::env::temp_dir();
            let made = tempfile::Builder::new().prefix("rqg-store-").tempdir();
            self.directory = Directory::Temporary(made.map_err(at("write to", &parent))?);
        }
        Ok(match &self.directory {
            Directory::Kept(path, _) => path.clone(),
            Directory::Temporary(directory) => directory.path().to_owned(),
            Directory::None => PathBuf::new(),
        })
    }

    fn new_file(&mut self) -> Result<PathBuf, FilterError> {
        let path = self.directory()?.join(run::name(self.next_file));
        self.next_file += 1;
        Ok(path)
    }

    /// Moves what is in memory into a file.
    fn spill(&mut self) -> Result<(), FilterError> {
        if self.memory.len() == 0 {
            return Ok(());
        }
        let path = self.new_file()?;
        let mut sketch = self.take_sketch();
        let mut writer = run::Writer::create(&path)?;
        self.memory.sorted(|fingerprint| {
            if let Some(sketch) = &mut sketch {
                sketch.insert(fingerprint, &mask(fingerprint));
            }
            writer.push(fingerprint)
        })?;
        self.sketch = sketch;
        self.runs.push(writer.finish(0)?);
        self.memory.clear();
        self.merge_levels()
    }

    /// Merges the runs of a level as long as there are enough of them.
    fn merge_levels(&mut self) -> Result<(), FilterError> {
        let mut level = 0;
        while let Some(highest) = self.runs.iter().map(Run::level).max()
            && level <= highest
        {
            if self.runs.iter().filter(|it| it.level() == level).count() >= FAN_IN {
                let path = self.new_file()?;
                let of_level = |run: &&Run| run.level() == level;
                let merged = merge(self.runs.iter().filter(of_level), &path, level + 1)?;
                let (old, others): (Vec<Run>, Vec<Run>) =
                    self.runs.drain(..).partition(|it| it.level() == level);
                self.runs = others;
                self.runs.push(merged);
                for run in old {
                    self.remove(run.path());
                }
            }
            level += 1;
        }
        Ok(())
    }

    /// Removes a file that is not needed any more, unless the manifest names it.
    fn remove(&self, path: &Path) {
        if !self.committed.iter().any(|it| it == path) {
            // A file that stays only takes room.
            let _ = fs::remove_file(path);
        }
    }

    /// Which of these are in files.
    fn look_up(&mut self, fingerprints: &[Fingerprint]) -> Result<Vec<bool>, FilterError> {
        let mut found = vec![false; fingerprints.len()];
        if self.runs.is_empty() {
            return Ok(found);
        }
        let may_be_there = |fingerprint: Fingerprint| {
            let sketch = self.sketch.as_ref();
            sketch.is_none_or(|it| it.contains(fingerprint, &mask(fingerprint)))
        };
        let mut asked: Vec<(Fingerprint, usize)> = fingerprints
            .iter()
            .enumerate()
            .filter(|(_, fingerprint)| may_be_there(**fingerprint))
            .map(|(at, &fingerprint)| (fingerprint, at))
            .collect();
        asked.sort_unstable();
        self.looked_up += asked.len() as u64;
        for run in &mut self.runs {
            run.look_up(&asked, &mut found)?;
        }
        Ok(found)
    }

    /// Writes down what is remembered, so that a later run can go on at index `next`.
    fn commit(&mut self, next: u64) -> Result<(), FilterError> {
        let Directory::Kept(directory, _) = &self.directory else {
            return Ok(());
        };
        let directory = directory.clone();
        self.spill()?;
        for run in &self.runs {
            run.sync()?;
        }
        Manifest::of(&self.identity, next, &self.runs).write(&directory)?;
        self.committed = self.runs.iter().map(|it| it.path().to_owned()).collect();
        self.remove_strays();
        Ok(())
    }
}

impl Filter for ExactStore {
    fn admit(
        &mut self,
        fingerprints: &[Fingerprint],
        admitted: &mut Vec<bool>,
    ) -> Result<(), FilterError> {
        admitted.clear();
        let mut rest = fingerprints;
        while !rest.is_empty() {
            if self.memory.room() == 0 {
                self.spill()?;
            }
            // Nothing goes into a file between a look-up there and the decision.
            let (now, later) = rest.split_at(rest.len().min(self.memory.room()));
            rest = later;
            let is_in_file = self.look_up(now)?;
            for (&fingerprint, is_in_file) in now.iter().zip(is_in_file) {
                let is_new = !is_in_file && self.memory.insert(fingerprint);
                if is_new {
                    self.admitted += 1;
                } else {
                    self.dropped += 1;
                }
                admitted.push(is_new);
            }
        }
        Ok(())
    }

    fn save(&mut self, next: u64) -> Result<(), FilterError> {
        self.commit(next)
    }

    fn occupancy(&self) -> Option<Occupancy> {
        Some(Occupancy {
            fill: self.memory.fill(),
            false_positives: 0.0,
        })
    }

    fn report(&self) -> String {
        let in_files: u64 = self.runs.iter().map(Run::len).sum();
        let place = match &self.directory {
            Directory::Kept(path, _) => format!("`{}`", path.display()),
            Directory::Temporary(_) | Directory::None => "temporary files".to_owned(),
        };
        format!(
            "exact store of {} units, {} of them in {} runs in {place} ({} bytes); {} units admitted, \
             {} duplicates dropped, {} look-ups in files",
            self.units(),
            in_files,
            self.runs.len(),
            in_files * 16,
            self.admitted,
            self.dropped,
            self.looked_up,
        )
    }
}

/// What is wrong with a file, in words.
fn at(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> FilterError {
    let path = path.to_owned();
    move |cause| FilterError {
        action,
        path,
        cause,
    }
}

/// Whether a directory holds nothing but perhaps the lock or runs of a store that never finished.
fn is_empty(path: &Path) -> io::Result<bool> {
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        let name = entry.file_name();
        if name != LOCK && name != MANIFEST && !run::is_run(&entry.path()) {
            return Ok(false);
        }
    }
    Ok(true)
}
