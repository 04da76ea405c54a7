//! The file that a run is resumed from.
//!
//! A few lines of text, an empty line, and then the end of the output that no block of compressed text
//! holds yet. The file is replaced as a whole, so there is always the last one or the one before it.

use crate::Failure;
use rqg_runtime::engine::Position;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Its first line.
const TITLE: &str = "rqg checkpoint 1";

/// How a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// There is more to make.
    Running,
    /// All that was asked for is there.
    Complete,
    /// All that could be had is there.
    Exhausted,
}

impl State {
    const ALL: [(Self, &'static str); 3] = [
        (Self::Running, "running"),
        (Self::Complete, "complete"),
        (Self::Exhausted, "exhausted"),
    ];

    fn name(self) -> &'static str {
        let found = Self::ALL.iter().find(|(state, _)| *state == self);
        found.map_or("running", |(_, name)| name)
    }

    fn parse(name: &str) -> Option<Self> {
        let found = Self::ALL.iter().find(|(_, known)| *known == name);
        found.map(|(state, _)| *state)
    }
}

/// How far a run is, and where that is in its output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// All that the output depends on, on one line.
    pub run: String,
    /// How it stands.
    pub state: State,
    /// All indexes below this are done.
    pub next: u64,
    /// Units written.
    pub units: u64,
    /// Whether the run began with a store that remembered the units of others.
    pub continues_store: bool,
    /// What of the output is certain.
    pub position: Position,
}

impl Checkpoint {
    /// Reads one.
    ///
    /// # Errors
    /// The file can't be read, or is no checkpoint.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        let bytes = fs::read(path).map_err(|cause| Failure::read(path, cause))?;
        Self::parse(&bytes).ok_or_else(|| {
            let path = path.display();
            Failure::Input(format!("`{path}` is no checkpoint that this version reads"))
        })
    }

    fn parse(bytes: &[u8]) -> Option<Self> {
        let end = bytes.windows(2).position(|it| it == b"\n\n")?;
        let (head, tail) = (bytes.get(..end)?, bytes.get(end + 2..)?);
        let mut lines = std::str::from_utf8(head).ok()?.lines();
        if lines.next()? != TITLE {
            return None;
        }
        let mut value = |key: &str| lines.next()?.strip_prefix(key)?.strip_prefix(": ");
        let run = value("run")?.to_owned();
        let state = State::parse(value("state")?)?;
        let continues_store = value("continues-store")?.parse().ok()?;
        let mut number = |key: &str| value(key)?.parse::<u64>().ok();
        let checkpoint = Self {
            run,
            state,
            continues_store,
            next: number("next")?,
            units: number("units")?,
            position: Position {
                file: number("file")?,
                bytes: number("file-bytes")?,
                units: number("file-units")?,
                text: number("file-text")?,
                tail: tail.to_owned(),
            },
        };
        let is_whole = number("tail")? == tail.len() as u64;
        is_whole.then_some(checkpoint)
    }

    fn print(&self) -> Vec<u8> {
        let position = &self.position;
        let mut text = format!(
            "{TITLE}\nrun: {}\nstate: {}\ncontinues-store: {}\nnext: {}\nunits: {}\nfile: {}\n\
             file-bytes: {}\nfile-units: {}\nfile-text: {}\ntail: {}\n\n",
            self.run,
            self.state.name(),
            self.continues_store,
            self.next,
            self.units,
            position.file,
            position.bytes,
            position.units,
            position.text,
            position.tail.len(),
        )
        .into_bytes();
        text.extend_from_slice(&position.tail);
        text
    }

    /// Replaces the file.
    ///
    /// # Errors
    /// It can't be written.
    pub fn write(&self, path: &Path) -> io::Result<()> {
        let new = beside(path, ".new");
        let mut file = File::create(&new)?;
        file.write_all(&self.print())?;
        file.sync_all()?;
        fs::rename(&new, path)
    }

    /// What makes another run of it than `run`, as a pair of words: what it is here, and what there.
    #[must_use]
    pub fn difference(&self, run: &str) -> Option<(String, String)> {
        if self.run == run {
            return None;
        }
        let (here, there): (Vec<_>, Vec<_>) =
            (self.run.split(' ').collect(), run.split(' ').collect());
        let only = |these: &[&str], those: &[&str]| {
            let words: Vec<_> = these.iter().filter(|it| !those.contains(it)).collect();
            let words: Vec<_> = words.into_iter().copied().collect();
            if words.is_empty() {
                "nothing of it".to_owned()
            } else {
                words.join(" ")
            }
        };
        Some((only(&here, &there), only(&there, &here)))
    }
}

/// A file beside another one, whose name has this at its end.
fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(ending);
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checkpoint() -> Checkpoint {
        Checkpoint {
            run: "version=1 grammar=a seed=1".to_owned(),
            state: State::Running,
            next: 17,
            units: 12,
            continues_store: true,
            position: Position {
                file: 3,
                bytes: 4,
                units: 5,
                text: 6,
                tail: b"x\n\ny".to_vec(),
            },
        }
    }

    #[test]
    fn a_checkpoint_is_read_as_it_was_written() {
        for (state, _) in State::ALL {
            let checkpoint = Checkpoint {
                state,
                ..checkpoint()
            };
            assert_eq!(Checkpoint::parse(&checkpoint.print()), Some(checkpoint));
        }
    }

    #[test]
    fn what_is_cut_off_or_changed_is_no_checkpoint() {
        let bytes = checkpoint().print();
        for end in 0..bytes.len() {
            assert_eq!(Checkpoint::parse(&bytes[..end]), None, "{end}");
        }
        let text = String::from_utf8(bytes).unwrap();
        for (from, to) in [
            ("checkpoint 1", "checkpoint 2"),
            ("next: 17", "next: x"),
            ("running", "r"),
        ] {
            assert_eq!(Checkpoint::parse(text.replace(from, to).as_bytes()), None);
        }
    }

    #[test]
    fn differences_are_named() {
        let checkpoint = checkpoint();
        assert_eq!(checkpoint.difference(&checkpoint.run), None);
        let found = checkpoint.difference("version=1 grammar=b seed=1 x=2");
        assert_eq!(
            found,
            Some(("grammar=a".to_owned(), "grammar=b x=2".to_owned()))
        );
    }
}
