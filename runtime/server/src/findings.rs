//! What went wrong, kept in a directory: each finding once, with the unit that makes it again.
//!
//! `findings.jsonl` holds one JSON object a line ([`Finding`]). A new finding is appended at once,
//! so that nothing is lost if the process dies; at the end of a run the file is replaced as a whole
//! by one with the final counts. Runs into the same directory add up.

use crate::normalise::normalise;
use crate::outcome::{Fault, Outcome};
use crate::statement::Kind;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// The file in the directory.
pub const FILE: &str = "findings.jsonl";

/// One distinct thing that went wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// How the unit fared.
    pub outcome: Outcome,
    /// The message with literals, quoted names and numbers replaced by `?`. Together with the
    /// SQLSTATE and the location it is what tells findings apart (and the kind of statement,
    /// where the server said nothing any more).
    pub signature: String,
    /// How many units showed it, over all runs into this directory.
    pub count: u64,
    /// The kind of the statement.
    pub kind: String,
    /// What the server said, or what was seen.
    #[serde(flatten)]
    pub fault: Fault,
    /// The seed of the first unit.
    pub seed: String,
    /// The index of the first unit: the lowest of the run that found it.
    pub index: u64,
    /// The position, from 0, of the statement in its unit.
    pub position: usize,
    /// All statements of the unit.
    pub statements: Vec<String>,
    /// Whether the statement was in its prepared form.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub prepared: bool,
    /// The server that the first unit ran on.
    pub server: String,
    /// The command that runs the first unit again.
    pub replay: String,
}

/// Why findings can't be kept.
#[derive(Debug, thiserror::Error)]
pub enum FindingsError {
    /// The directory or its file.
    #[error("cannot write the findings to `{path}`: {cause}", path = path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// Another process keeps its findings there.
    #[error(
        "another run keeps its findings in `{path}`\n\
         help: name another directory, or wait for it",
        path = path.display()
    )]
    InUse {
        /// The directory.
        path: PathBuf,
    },
    /// The file is there already and holds something else.
    #[error(
        "`{path}` is not a file of findings: line {line}: {cause}\n\
         help: name another directory",
        path = path.display()
    )]
    Foreign {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        cause: String,
    },
}

/// What identifies the run in its findings.
pub struct Context {
    /// The seed.
    pub seed: String,
    /// The server's version.
    pub server: String,
    /// The command that runs a unit again, by its index.
    pub replay: Box<dyn Fn(u64) -> String + Send + Sync>,
}

/// A unit that failed.
#[derive(Debug, Clone)]
pub struct Occurrence {
    /// Its index.
    pub index: u64,
    /// How it fared.
    pub outcome: Outcome,
    /// The kind of the statement that ended it.
    pub kind: Kind,
    /// What was wrong.
    pub fault: Fault,
    /// The position of that statement.
    pub position: usize,
    /// All statements of the unit.
    pub statements: Vec<String>,
    /// Whether the statement was in its prepared form.
    pub prepared: bool,
}

/// What tells findings apart.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    sqlstate: Option<String>,
    signature: String,
    location: Option<String>,
    kind: String,
}

impl Key {
    fn of(finding: &Finding) -> Self {
        let fault = &finding.fault;
        Self {
            sqlstate: fault.sqlstate.clone(),
            signature: finding.signature.clone(),
            location: fault.location.clone(),
            kind: match fault.sqlstate {
                Some(_) => String::new(),
                None => finding.kind.clone(),
            },
        }
    }
}

/// The findings of a directory, open for a run.
pub struct Findings {
    path: PathBuf,
    file: File,
    context: Context,
    /// Locked as long as this run writes here.
    _directory: File,
    /// With whether this run found it.
    found: Vec<(Finding, bool)>,
    positions: HashMap<Key, usize>,
}

impl Findings {
    /// Opens a directory, which is made if need be; what it holds already is kept.
    ///
    /// # Errors
    ///
    /// If it can't be written, or its file is none of ours.
    pub fn open(directory: &Path, context: Context) -> Result<Self, FindingsError> {
        let path = directory.join(FILE);
        let failed = |cause| FindingsError::Io {
            path: path.clone(),
            cause,
        };
        fs::create_dir_all(directory).map_err(failed)?;
        let locked = File::open(directory).map_err(failed)?;
        match locked.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(FindingsError::InUse {
                    path: directory.to_owned(),
                });
            }
            Err(TryLockError::Error(cause)) => return Err(failed(cause)),
        }
        let text = match fs::read_to_string(&path) {
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => String::new(),
            read => read.map_err(failed)?,
        };
        let mut file = OpenOptions::new()
            .create(true)
            .append(true)
            .open(&path)
            .map_err(failed)?;
        let mut findings = Vec::new();
        for (n, line) in text.lines().enumerate() {
            match serde_json::from_str::<Finding>(line) {
                Ok(finding) => findings.push(finding),
                // The last line of a process that died while it wrote.
                Err(_) if n > 0 && n + 1 == text.lines().count() && !text.ends_with('\n') => {
                    file.write_all(b"\n").map_err(failed)?;
                }
                Err(error) => {
                    return Err(FindingsError::Foreign {
                        path,
                        line: n + 1,
                        cause: error.to_string(),
                    });
                }
            }
        }
        let mut all = Self {
            path,
            file,
            context,
            _directory: locked,
            found: Vec::new(),
            positions: HashMap::new(),
        };
        for finding in findings {
            let key = Key::of(&finding);
            match all.positions.get(&key) {
                Some(&at) => all.found[at].0.count += finding.count,
                None => {
                    all.positions.insert(key, all.found.len());
                    all.found.push((finding, false));
                }
            }
        }
        Ok(all)
    }

    /// Adds a unit that failed.
    ///
    /// # Errors
    ///
    /// If a new finding can't be written.
    pub fn add(&mut self, occurrence: Occurrence) -> Result<(), FindingsError> {
        let finding = Finding {
            outcome: occurrence.outcome,
            signature: normalise(&occurrence.fault.message),
            count: 1,
            kind: occurrence.kind.to_string(),
            fault: occurrence.fault,
            seed: self.context.seed.clone(),
            index: occurrence.index,
            position: occurrence.position,
            statements: occurrence.statements,
            prepared: occurrence.prepared,
            server: self.context.server.clone(),
            replay: (self.context.replay)(occurrence.index),
        };
        let key = Key::of(&finding);
        if let Some(&at) = self.positions.get(&key) {
            let (known, ours) = &mut self.found[at];
            let count = known.count + 1;
            if *ours && finding.index < known.index {
                *known = finding;
            }
            known.count = count;
            return Ok(());
        }
        let line = line(&finding).map_err(|cause| self.failed(cause))?;
        self.file
            .write_all(line.as_bytes())
            .map_err(|cause| self.failed(cause))?;
        self.positions.insert(key, self.found.len());
        self.found.push((finding, true));
        Ok(())
    }

    /// Replaces the file by one with the final counts, the most frequent finding first.
    ///
    /// # Errors
    ///
    /// If it can't be written; what was appended stays.
    pub fn finish(mut self) -> Result<(), FindingsError> {
        self.found.sort_by(|(a, _), (b, _)| {
            (b.count, &a.fault.sqlstate, &a.signature).cmp(&(
                a.count,
                &b.fault.sqlstate,
                &b.signature,
            ))
        });
        let temporary = self
            .path
            .with_extension(format!("{}.tmp", std::process::id()));
        let write = || {
            let mut text = String::new();
            for (finding, _) in &self.found {
                text.push_str(&line(finding)?);
            }
            let mut file = File::create(&temporary)?;
            file.write_all(text.as_bytes())?;
            file.sync_all()?;
            fs::rename(&temporary, &self.path)
        };
        write().map_err(|cause| {
            // The findings themselves are safe in the old file.
            let _ = fs::remove_file(&temporary);
            self.failed(cause)
        })
    }

    fn failed(&self, cause: io::Error) -> FindingsError {
        FindingsError::Io {
            path: self.path.clone(),
            cause,
        }
    }
}

fn line(finding: &Finding) -> io::Result<String> {
    Ok(serde_json::to_string(finding)? + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(directory: &Path, seed: &str) -> Result<Findings, FindingsError> {
        Findings::open(
            directory,
            Context {
                seed: seed.to_owned(),
                server: "15.1".to_owned(),
                replay: Box::new(|index| format!("again {index}")),
            },
        )
    }

    fn occurrence(index: u64, state: Option<&str>, message: &str) -> Occurrence {
        Occurrence {
            index,
            outcome: Outcome::Unexpected,
            kind: Kind::of("SELECT 1"),
            fault: Fault {
                sqlstate: state.map(str::to_owned),
                message: message.to_owned(),
                ..Fault::default()
            },
            position: 0,
            statements: vec!["SELECT 1".to_owned()],
            prepared: false,
        }
    }

    fn read(directory: &Path) -> Vec<Finding> {
        let text = fs::read_to_string(directory.join(FILE)).unwrap();
        let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
        lines.collect()
    }

    #[test]
    fn findings_are_kept_once_and_add_up() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("new");
        let mut findings = open(&path, "1").unwrap();
        findings
            .add(occurrence(9, Some("42703"), "no \"a\""))
            .unwrap();
        assert_eq!(read(&path)[0].index, 9);
        findings
            .add(occurrence(4, Some("42703"), "no \"b\""))
            .unwrap();
        findings.add(occurrence(5, None, "broke")).unwrap();
        let second = open(&path, "2").err().unwrap().to_string();
        assert!(second.contains("another run"), "{second}");
        // Before the run ends: what was appended.
        assert_eq!(read(&path).len(), 2);
        findings.finish().unwrap();
        let found = read(&path);
        assert_eq!((found[0].count, found[0].index), (2, 4));
        assert_eq!(found[0].replay, "again 4");
        assert_eq!(found[1].fault.sqlstate, None);

        let mut findings = open(&path, "2").unwrap();
        findings
            .add(occurrence(1, Some("42703"), "no \"c\""))
            .unwrap();
        findings.finish().unwrap();
        let found = read(&path);
        assert_eq!((found[0].count, found[0].index), (3, 4));
        assert_eq!(found[0].seed, "1");
        assert_eq!(fs::read_dir(&path).unwrap().count(), 1);
    }

    #[test]
    fn a_line_that_was_cut_off_is_passed_over_and_foreign_text_is_not() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path();
        let mut findings = open(path, "1").unwrap();
        findings.add(occurrence(9, Some("42703"), "x")).unwrap();
        drop(findings);
        let mut text = fs::read_to_string(path.join(FILE)).unwrap();
        text.push_str("{\"outcome\":\"unex");
        fs::write(path.join(FILE), &text).unwrap();
        let mut findings = open(path, "1").unwrap();
        findings.add(occurrence(1, Some("42704"), "y")).unwrap();
        findings.finish().unwrap();
        assert_eq!(read(path).len(), 2);

        fs::write(path.join(FILE), "shopping list\n").unwrap();
        let error = open(path, "1").err().unwrap().to_string();
        assert!(error.contains("line 1"), "{error}");
    }
}
