//! What a store in a directory consists of.

use super::run::{self, Run};
use super::{StoreError, at};
use crate::uniqueness::FilterError;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{ErrorKind, Write as _};
use std::path::Path;

/// The name of the file.
pub(super) const MANIFEST: &str = "manifest";

/// The name of the file that is locked while the store is open.
pub(super) const LOCK: &str = "lock";

/// Its first line.
const TITLE: &str = "rqg exact store 1";

/// What a store consists of.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Manifest {
    /// The run that it belongs to, on one line.
    pub(super) identity: String,
    /// All indexes below this are remembered.
    pub(super) next: u64,
    pub(super) runs: Vec<Entry>,
}

/// A run of a store.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) level: u32,
    pub(super) units: u64,
}

impl Entry {
    pub(super) fn number(&self) -> u64 {
        run::number(&self.name).unwrap_or(0)
    }
}

impl Manifest {
    pub(super) fn of(identity: &str, next: u64, runs: &[Run]) -> Self {
        let entry = |run: &Run| {
            let name = run.path().file_name().unwrap_or_default();
            Entry {
                name: name.to_string_lossy().into_owned(),
                level: run.level(),
                units: run.len(),
            }
        };
        Self {
            identity: identity.lines().collect::<Vec<_>>().join(" "),
            next,
            runs: runs.iter().map(entry).collect(),
        }
    }

    /// That of a directory, if there is one.
    pub(super) fn read(directory: &Path) -> Result<Option<Self>, StoreError> {
        let path = directory.join(MANIFEST);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(cause) if cause.kind() == ErrorKind::NotFound => return Ok(None),
            Err(cause) => return Err(at("read", &path)(cause).into()),
        };
        match Self::parse(&text) {
            Some(manifest) => Ok(Some(manifest)),
            None => Err(StoreError::Damaged {
                path,
                what: "is no manifest that this version reads".to_owned(),
            }),
        }
    }

    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        if lines.next()? != TITLE {
            return None;
        }
        let identity = lines.next()?.strip_prefix("run: ")?.to_owned();
        let next = lines.next()?.strip_prefix("next: ")?.parse().ok()?;
        let entry = |line: &str| {
            let mut words = line.split(' ');
            let name = words.next()?.to_owned();
            run::number(&name)?;
            Some(Entry {
                name,
                level: words.next()?.parse().ok()?,
                units: words.next()?.parse().ok()?,
            })
        };
        Some(Self {
            identity,
            next,
            runs: lines.map(entry).collect::<Option<_>>()?,
        })
    }

    fn print(&self) -> String {
        let mut text = format!("{TITLE}\nrun: {}\nnext: {}\n", self.identity, self.next);
        for entry in &self.runs {
            // Writing to a String never fails.
            let _ = writeln!(text, "{} {} {}", entry.name, entry.level, entry.units);
        }
        text
    }

    /// Replaces that of a directory.
    pub(super) fn write(&self, directory: &Path) -> Result<(), FilterError> {
        let path = directory.join(MANIFEST);
        let new = directory.join(format!("{MANIFEST}.new"));
        let write = || {
            let mut file = File::create(&new)?;
            file.write_all(self.print().as_bytes())?;
            file.sync_all()?;
            fs::rename(&new, &path)
        };
        write().map_err(at("write", &path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_is_read_as_it_was_written() {
        let manifest = Manifest {
            identity: "grammar=a seed=1".to_owned(),
            next: 17,
            runs: vec![Entry {
                name: run::name(3),
                level: 2,
                units: 99,
            }],
        };
        assert_eq!(Manifest::parse(&manifest.print()), Some(manifest));
        for bad in [
            "",
            "rqg exact store 2\nrun: \nnext: 1\n",
            "rqg exact store 1\nrun: a\n",
        ] {
            assert_eq!(Manifest::parse(bad), None);
        }
        let escape = "rqg exact store 1\nrun: a\nnext: 1\n../x 0 1\n";
        assert_eq!(Manifest::parse(escape), None);
    }
}
