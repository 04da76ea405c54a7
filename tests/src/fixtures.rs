//! Fixture files: where they are, what their headers ask for, and what they are compared with.
//!
//! A fixture speaks to the harness in its `//!` lines:
//!
//! | line | meaning |
//! |---|---|
//! | `//! expect: RQG0101 RQG0201` | exactly these codes are reported (`fail/`) |
//! | `//! check: rule=r dialect=d schema=f` | settings of the check (`fail/`); `only=r,r`, `without=r`, `weight=r.a=5` steer |
//! | `//! run: n=20 seed=7 rule=r dialect=d schema=f rows=r` | how many units, of which seed (`run/`) |
//! | `//! live: postgresql 15` | its statements succeed on such a server (`run/`) |
//! | `//! check only` | it is checked, but it cannot run in the interpreter (`run/`) |
//!
//! With `RQG_BLESS=1` in the environment expected files are rewritten instead of compared.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The directory of all fixtures, relative to the working directory of the package's tests.
pub const ROOT: &str = "fixtures";

/// A fixture file.
#[derive(Debug, Clone)]
pub struct Fixture {
    /// Its path, relative to the package.
    pub path: PathBuf,
    /// Its name for humans: the path below the root, without the ending.
    pub name: String,
    /// What its `//!` lines ask for.
    pub header: Header,
}

/// What the `//!` lines of a fixture ask for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Header {
    /// The codes after `expect:`.
    pub expect: Vec<String>,
    /// The settings after `check:` or `run:`.
    pub settings: BTreeMap<String, String>,
    /// The servers after `live:`, as (name, major version).
    pub live: Vec<(String, u32)>,
    /// Whether a line says `check only`.
    pub check_only: bool,
}

impl Header {
    /// Reads the `//!` lines at the top of a grammar.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut header = Self::default();
        for line in text.lines().map_while(|line| line.strip_prefix("//!")) {
            let line = line.trim();
            if line == "check only" {
                header.check_only = true;
            } else if let Some(codes) = line.strip_prefix("expect:") {
                header
                    .expect
                    .extend(codes.split_whitespace().map(str::to_owned));
            } else if let Some(settings) = line
                .strip_prefix("run:")
                .or_else(|| line.strip_prefix("check:"))
            {
                header.settings.extend(
                    settings
                        .split_whitespace()
                        .filter_map(|setting| setting.split_once('='))
                        .map(|(key, value)| (key.to_owned(), value.to_owned())),
                );
            } else if let Some(servers) = line.strip_prefix("live:") {
                let words: Vec<&str> = servers.split_whitespace().collect();
                header.live.extend(words.chunks(2).filter_map(|pair| {
                    Some((pair.first()?.to_string(), pair.get(1)?.parse().ok()?))
                }));
            }
        }
        header
    }

    /// A setting that is a number.
    #[must_use]
    pub fn number(&self, key: &str) -> Option<u64> {
        self.settings.get(key)?.parse().ok()
    }
}

/// All fixtures of one kind (`pass`, `fail`, `run`), in order of their names. Directories named
/// `support`, and every directory of the other kinds, hold files that fixtures refer to.
///
/// # Errors
///
/// When the directory cannot be read.
pub fn of_kind(kind: &str) -> io::Result<Vec<Fixture>> {
    let mut files = Vec::new();
    collect(&Path::new(ROOT).join(kind), kind == "fail", &mut files)?;
    files.sort();
    files
        .into_iter()
        .map(|path| {
            let text = String::from_utf8_lossy(&fs::read(&path)?).into_owned();
            let name = path.with_extension("");
            let name = name.strip_prefix(ROOT).unwrap_or(&name);
            Ok(Fixture {
                name: name.display().to_string(),
                header: Header::parse(&text),
                path,
            })
        })
        .collect()
}

fn collect(directory: &Path, nested: bool, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if path.is_dir() {
            if nested && path.file_name().is_some_and(|name| name != "support") {
                collect(&path, nested, files)?;
            }
        } else if path.extension().is_some_and(|ending| ending == "rqg") {
            files.push(path);
        }
    }
    Ok(())
}

/// Compares a text with the file that holds what is expected, or rewrites the file when
/// `RQG_BLESS=1`. No file stands for the empty text.
///
/// # Errors
///
/// A description of the difference.
pub fn compare(expected_in: &Path, actual: &str) -> Result<(), String> {
    let expected = fs::read_to_string(expected_in).unwrap_or_default();
    if expected == actual {
        return Ok(());
    }
    if std::env::var_os("RQG_BLESS").is_some_and(|bless| bless == "1") {
        let written = if actual.is_empty() {
            fs::remove_file(expected_in)
        } else {
            fs::write(expected_in, actual)
        };
        return written.map_err(|error| format!("{}: {error}", expected_in.display()));
    }
    Err(format!(
        "not as {} says (RQG_BLESS=1 rewrites it):\n{}",
        expected_in.display(),
        similar::TextDiff::from_lines(expected.as_str(), actual)
            .unified_diff()
            .header("expected", "actual")
    ))
}

#[cfg(test)]
mod tests {
    use super::Header;

    #[test]
    fn a_header_is_read_up_to_the_first_other_line() {
        let header = Header::parse(
            "//! Something.\n//! run: n=20 seed=7\n//! live: postgresql 15 postgresql 18\n\n//! expect: RQG0101\n",
        );
        assert_eq!(header.number("n"), Some(20));
        assert_eq!(header.number("seed"), Some(7));
        assert_eq!(header.live.len(), 2);
        assert!(header.expect.is_empty());
    }
}
