//! The files of a configuration: read, outlined, and made ready for the parser.

use super::Stand;
use super::edits::Edits;
use super::outline::{Include, Outline};
use super::syntax;
use crate::path::show;
use crate::problem::Problem;
use crate::source::{File, FileId, Place};
use std::collections::{HashMap, HashSet};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

/// The most files that are read: includes may multiply.
const MAX_FILES: usize = 200;

/// Bytes of a file.
const LARGEST_FILE: u64 = 1 << 20;

/// Files within files.
const MAX_CHAIN: usize = 20;

/// The name under which the parser knows the included files.
pub const PACKAGE: &str = "included";

/// A file on its way to the parser.
#[derive(Debug)]
pub struct Source {
    /// As it was read.
    pub original: File,
    /// Blanked where something is wrong; every offset means the same in both.
    pub text: File,
    /// What is written otherwise for the parser.
    pub edits: Edits,
    /// Its keys.
    pub outline: Outline,
    /// By position in the outline's includes: what was read.
    pub included: Vec<Vec<FileId>>,
    /// The object of the root that it is included into.
    pub prefix: Vec<String>,
    /// Lines in which something is wrong.
    spoilt: HashSet<usize>,
}

impl Source {
    /// Notes that something is wrong in the lines of a place. False if that was known of the first.
    pub fn spoil(&mut self, place: Place) -> bool {
        let first = self.text.line(place.start);
        let last = self.text.line(place.end);
        let is_new = self.spoilt.insert(first);
        self.spoilt.extend(first..=last);
        is_new
    }
}

/// Reads files.
#[derive(Debug, Default)]
pub struct Reader {
    /// The first is the root.
    pub sources: Vec<Source>,
    /// What is wrong.
    pub problems: Vec<Problem>,
    /// Lines in which something is wrong already.
    pub spoilt: HashSet<(FileId, usize)>,
    /// The files that include the one that is read, from the root.
    chain: Vec<PathBuf>,
}

impl Reader {
    /// Reads everything from the root on.
    pub fn root(&mut self, path: &Path, bytes: &[u8]) {
        self.file(path, path.display().to_string(), bytes, &[]);
    }

    fn file(&mut self, path: &Path, name: String, bytes: &[u8], prefix: &[String]) -> FileId {
        let id = FileId(self.sources.len());
        let text = String::from_utf8_lossy(bytes);
        let original = File::new(name, &text);
        let mut source = Source {
            text: original.clone(),
            original,
            edits: Edits::default(),
            outline: Outline::default(),
            included: Vec::new(),
            prefix: prefix.to_vec(),
            spoilt: HashSet::new(),
        };
        if let Err(error) = std::str::from_utf8(bytes) {
            let valid = error.valid_up_to();
            let mark = if bytes.starts_with(b"\xef\xbb\xbf") {
                3
            } else {
                0
            };
            let valid = valid - mark;
            let place = Place {
                file: id,
                start: valid,
                end: valid + '\u{fffd}'.len_utf8(),
            };
            self.problems.push(Problem::new("this is not UTF-8", place));
            source.outline.is_broken = true;
            self.sources.push(source);
            return id;
        }
        let mut outline = syntax::read(&mut source, id);
        self.problems.append(&mut outline.problems);
        versions(&mut outline, &mut source.edits, prefix);
        let includes = outline.includes.clone();
        source.outline = outline;
        self.sources.push(source);
        self.chain.push(canonical(path));
        for (_, include) in &includes {
            let read = self.include(path, include, prefix);
            let replacement: Vec<_> = read
                .iter()
                .map(|id| format!("include package(\"{PACKAGE}\", \"{}\")", id.0))
                .collect();
            if let Some(source) = self.sources.get_mut(id.0) {
                let (start, end) = (include.place.start, include.place.end);
                source.edits.replace(start, end, replacement.join(", "));
                source.included.push(read);
            }
        }
        self.chain.pop();
        id
    }

    /// The files that an include means: one with no ending may be in JSON, in HOCON, or both.
    fn include(&mut self, from: &Path, include: &Include, prefix: &[String]) -> Vec<FileId> {
        let name = Path::new(&include.name);
        let base = match from.parent() {
            Some(directory) if !include.from_working_directory => directory.join(name),
            _ => name.to_owned(),
        };
        let mut prefix = prefix.to_vec();
        prefix.extend_from_slice(&include.path);
        let candidates = if base.extension().is_some() {
            vec![base.clone()]
        } else {
            ["json", "conf"].map(|end| base.with_extension(end)).into()
        };
        let mut found = Vec::new();
        for path in &candidates {
            let wrong = |message: String| Some(Problem::new(message, include.place));
            let problem = if self.sources.len() >= MAX_FILES || self.chain.len() >= MAX_CHAIN {
                wrong("too many files are included".to_owned())
            } else if self.chain.contains(&canonical(path)) {
                wrong(format!("`{}` includes itself", path.display()))
            } else if path.extension().is_some_and(|end| end == "properties") {
                wrong("files of properties are not read; write HOCON or JSON".to_owned())
            } else {
                match contents(path) {
                    Ok(bytes) => {
                        let name = path.display().to_string();
                        found.push(self.file(path, name, &bytes, &prefix));
                        None
                    }
                    Err(cause)
                        if cause.kind() == io::ErrorKind::NotFound && candidates.len() > 1 =>
                    {
                        None
                    }
                    Err(cause) => wrong(format!("cannot read `{}`: {cause}", path.display())),
                }
            };
            self.problems.extend(problem);
        }
        if found.is_empty() && candidates.len() > 1 {
            let path = base.display();
            let message = format!("there is neither `{path}.conf` nor `{path}.json`");
            self.problems.push(Problem::new(message, include.place));
        }
        found
    }

    /// Notes that something is wrong in the lines of a place. False if that was known.
    pub fn spoil(&mut self, place: Place) -> bool {
        let source = self.sources.get_mut(place.file.0);
        source.is_none_or(|source| source.spoil(place))
    }

    /// Where each key was given last; a key that follows from others stands where they are named.
    pub fn places(&mut self) -> HashMap<String, Stand> {
        for (number, source) in self.sources.iter().enumerate() {
            let lines = source.spoilt.iter().map(|&line| (FileId(number), line));
            self.spoilt.extend(lines);
        }
        let mut places = HashMap::new();
        if !self.sources.is_empty() {
            self.walk(FileId(0), &[], &mut places);
        }
        places
    }

    fn walk(&self, id: FileId, prefix: &[String], places: &mut HashMap<String, Stand>) {
        let Some(source) = self.sources.get(id.0) else {
            return;
        };
        let mut includes = source
            .outline
            .includes
            .iter()
            .zip(&source.included)
            .peekable();
        for number in 0..=source.outline.entries.len() {
            while let Some(((before, include), read)) = includes.peek() {
                if *before > number {
                    break;
                }
                let mut inner = prefix.to_vec();
                inner.extend_from_slice(&include.path);
                for &file in *read {
                    self.walk(file, &inner, places);
                }
                includes.next();
            }
            if let Some(entry) = source.outline.entries.get(number) {
                let mut path = prefix.to_vec();
                path.extend_from_slice(&entry.path);
                let (key, value) = (entry.key, entry.value);
                // `a.b = 1` gives `a` as well.
                for length in prefix.len() + 1..path.len() {
                    let around = Stand { key, value: key };
                    places.entry(show(&path[..length])).or_insert(around);
                }
                places.insert(show(&path), Stand { key, value });
            }
        }
    }
}

/// A `version` in `databases` belongs to the database named before it in the same block: it gets a
/// key of its own before the parser, to which the second one would replace the first.
fn versions(outline: &mut Outline, edits: &mut Edits, prefix: &[String]) {
    let mut owners: HashMap<usize, &'static str> = HashMap::new();
    for entry in &mut outline.entries {
        let mut path = prefix.iter().chain(&entry.path);
        let names = (path.next(), path.next(), path.next());
        let (Some(first), Some(name), None) = names else {
            continue;
        };
        if first != "databases" {
            continue;
        }
        match name.as_str() {
            "primary" => {
                owners.insert(entry.block, "primary_");
            }
            "secondary" => {
                owners.insert(entry.block, "secondary_");
            }
            "version" => {
                let owner = owners.get(&entry.block).copied().unwrap_or("primary_");
                edits.replace(entry.last.start, entry.last.start, owner);
                if let Some(last) = entry.path.last_mut() {
                    last.insert_str(0, owner);
                }
            }
            _ => {}
        }
    }
    for substitution in &outline.substitutions {
        if substitution.path == ["databases", "version"] {
            let at = substitution.last.start;
            edits.replace(at, at, "primary_");
        }
    }
}

/// The bytes of a file. Nobody writes large ones, and devices have no end.
///
/// # Errors
/// It can't be read, or is too large.
pub fn contents(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path)?;
    let read = file.take(LARGEST_FILE + 1).read_to_end(&mut bytes)?;
    if read as u64 > LARGEST_FILE {
        let message = format!("it is larger than {} MiB", LARGEST_FILE >> 20);
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
    }
    Ok(bytes)
}

fn canonical(path: &Path) -> PathBuf {
    std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}
