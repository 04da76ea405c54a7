//! Reading HOCON with places, and strictly.
//!
//! The crate `hocon-parser` does what HOCON is hard for: it merges, concatenates and substitutes, and
//! it is tested against the specification. Around it are: an outline of each file for places and for
//! what the parser lets through, included files that are read here so that none is missing
//! unnoticed, and a reading that goes on behind an error, so that all are told at once.

mod edits;
mod files;
mod growth;
mod outline;
mod resolve;
mod syntax;

use crate::problem::Problem;
use crate::source::{File, FileId, Place};
use files::Reader;
use hocon::HoconValue;
use std::collections::{HashMap, HashSet};
use std::io;
use std::path::Path;

/// What a configuration says.
#[derive(Debug)]
pub struct Loaded {
    /// The file and those that it includes, in the order in which they are read; one that is included
    /// twice is there twice.
    pub files: Vec<File>,
    /// The keys of the root, if they could be read.
    pub root: Vec<(String, HoconValue)>,
    /// What is wrong.
    pub problems: Vec<Problem>,
    places: HashMap<String, Stand>,
    /// Lines in which something is wrong already.
    spoilt: HashSet<(FileId, usize)>,
}

/// Where a key and its value stand.
#[derive(Debug, Clone, Copy)]
struct Stand {
    key: Place,
    value: Place,
}

impl Loaded {
    /// Where the value of a key stands, or that of the object around it which has a place: values
    /// that come from a substitution have none of their own.
    #[must_use]
    pub fn value(&self, path: &str) -> Option<Place> {
        self.stand(path).map(|stand| stand.value)
    }

    /// Where a key stands, or one around it.
    #[must_use]
    pub fn key(&self, path: &str) -> Option<Place> {
        self.stand(path).map(|stand| stand.key)
    }

    fn stand(&self, mut path: &str) -> Option<Stand> {
        loop {
            if let Some(stand) = self.places.get(path) {
                return Some(*stand);
            }
            path = &path[..path.rfind(['.', '['])?];
        }
    }

    /// Whether something else is wrong in the line of a place, so that what is read there is not what
    /// was written.
    #[must_use]
    pub fn is_spoilt(&self, place: Place) -> bool {
        let line = |file: &File| (place.file, file.line(place.start));
        let line = self.files.get(place.file.0).map(line);
        line.is_some_and(|line| self.spoilt.contains(&line))
    }
}

/// Reads a file with those that it includes. Substitutions find keys, else variables of the
/// `environment`.
///
/// # Errors
/// The file itself can't be read.
pub fn load(path: &Path, environment: &HashMap<String, String>) -> io::Result<Loaded> {
    let bytes = files::contents(path)?;
    let mut reader = Reader::default();
    reader.root(path, &bytes);
    Ok(finish(reader, environment))
}

/// Reads a text as if it were the file of that path.
#[must_use]
pub fn load_text(path: &Path, text: &[u8], environment: &HashMap<String, String>) -> Loaded {
    let mut reader = Reader::default();
    reader.root(path, text);
    finish(reader, environment)
}

fn finish(mut reader: Reader, environment: &HashMap<String, String>) -> Loaded {
    let root = resolve::resolve(&mut reader, environment);
    let places = reader.places();
    Loaded {
        root,
        places,
        files: reader.sources.into_iter().map(|it| it.original).collect(),
        problems: reader.problems,
        spoilt: reader.spoilt,
    }
}
