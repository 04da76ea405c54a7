//! An output of several files.

use std::ffi::OsString;
use std::num::NonZeroU64;
use std::path::{Path, PathBuf};

/// Digits of the number of a file, and more where they do not suffice.
const DIGITS: usize = 5;

/// Endings of compressed files: what they hold has an ending of its own.
const OUTER_ENDINGS: [&str; 2] = ["zst", "gz"];

/// When a file is full and another one begins; it never is within a unit. Without any of them the
/// output is one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Split {
    /// Units of a file at most.
    pub units: Option<NonZeroU64>,
    /// Bytes of text in a file at most, before it is compressed; a longer unit has a file alone.
    pub size: Option<NonZeroU64>,
}

impl Split {
    /// Whether there may be several files.
    #[must_use]
    pub fn is_split(&self) -> bool {
        self.units.is_some() || self.size.is_some()
    }

    /// Whether a unit of so many bytes has to begin another file.
    pub(super) fn is_full(&self, filled: &Filled, bytes: u64) -> bool {
        let over = |limit: Option<NonZeroU64>, now: u64| limit.is_some_and(|it| now > it.get());
        filled.units > 0
            && (over(self.units, filled.units + 1)
                || over(self.size, filled.text.saturating_add(bytes)))
    }
}

/// What is in the open file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Filled {
    pub(super) units: u64,
    /// Bytes of their text.
    pub(super) text: u64,
}

/// The name of a numbered file: the number is before the ending, `a/out.sql.zst` becomes
/// `a/out-00003.sql.zst`.
pub(super) fn numbered(path: &Path, number: u64) -> PathBuf {
    let ending = |path: &Path| path.extension().map(ToOwned::to_owned);
    let outer = ending(path).filter(|it| OUTER_ENDINGS.iter().any(|outer| it == outer));
    let rest = match &outer {
        Some(_) => path.with_extension(""),
        None => path.to_owned(),
    };
    let mut name: OsString = rest.file_stem().unwrap_or_default().to_owned();
    name.push(format!("-{number:0DIGITS$}"));
    for ending in [ending(&rest), outer].into_iter().flatten() {
        name.push(".");
        name.push(ending);
    }
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_before_the_endings() {
        let cases = [
            ("out.sql", 0, "out-00000.sql"),
            ("a/out.sql.zst", 3, "a/out-00003.sql.zst"),
            ("/a.b/c.d.jsonl.gz", 12, "/a.b/c.d-00012.jsonl.gz"),
            ("out", 123_456, "out-123456"),
            ("out.zst", 1, "out-00001.zst"),
            (".hidden", 1, ".hidden-00001"),
        ];
        for (path, number, expected) in cases {
            assert_eq!(numbered(Path::new(path), number), Path::new(expected));
        }
    }
}
