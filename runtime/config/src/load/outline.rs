//! Where the keys of a file stand.
//!
//! The parser of the crate `hocon` gives values without places, and is lax where a configuration
//! must not be: whatever follows a `}` too many is dropped without a word, `a = 1 b = 2` is one text, a
//! key may be given twice, and an included file may be missing. So its tokens are gone through once
//! more, for places and for these errors. All errors are found: what cannot be understood is skipped
//! up to the end of its line.

use crate::problem::Problem;
use crate::source::{File, FileId, Place};
use hocon::{Token, TokenKind};
use std::collections::HashMap;

/// Objects and arrays within each other, no more than the parser takes.
const MAX_DEPTH: usize = 100;

/// A key with its value.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The key, from the root of the file; elements of arrays are `[0]`, `[1]`, ….
    pub path: Vec<String>,
    /// Where the key stands.
    pub key: Place,
    /// Where the last part of the key stands.
    pub last: Place,
    /// Where the value stands.
    pub value: Place,
    /// The object that it is written in: different for each pair of braces.
    pub block: usize,
    /// What the value is.
    pub kind: Kind,
}

/// What a value is, as far as can be seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An object in braces.
    Object,
    /// Anything else.
    Plain,
    /// It depends on other keys, as with a substitution or `+=`.
    Derived,
}

/// `include …`
#[derive(Debug, Clone)]
pub struct Include {
    /// The object that it stands in.
    pub path: Vec<String>,
    /// The whole directive.
    pub place: Place,
    /// The name of the file.
    pub name: String,
    /// Whether it is relative to the working directory instead of the file.
    pub from_working_directory: bool,
}

/// `${…}`
#[derive(Debug, Clone)]
pub struct Substitution {
    /// The key that it stands for.
    pub path: Vec<String>,
    /// The last part of that key.
    pub last: Place,
    /// All of it.
    pub place: Place,
    /// The position of the entry that it is part of.
    pub entry: Option<usize>,
}

/// All of a file.
#[derive(Debug, Clone, Default)]
pub struct Outline {
    /// In the order of the text; an object comes before its keys.
    pub entries: Vec<Entry>,
    /// With how many entries come before each.
    pub includes: Vec<(usize, Include)>,
    /// In the order of the text.
    pub substitutions: Vec<Substitution>,
    /// What is wrong.
    pub problems: Vec<Problem>,
    /// What could not be understood: without it the rest can be read.
    pub junk: Vec<Place>,
    /// Whether brackets do not match, so that nothing is where it seems to be.
    pub is_broken: bool,
}

/// Goes through the tokens of a file.
#[must_use]
pub fn outline(file: &File, id: FileId, tokens: &[Token]) -> Outline {
    let mut cursor = Cursor::default();
    let places = tokens.iter();
    let places = places.map(|token| place(file, id, token, &mut cursor));
    let places = places.collect();
    let mut walker = Walker {
        tokens,
        places,
        at: 0,
        depth: 0,
        blocks: 0,
        entry: None,
        out: Outline::default(),
    };
    walker.root();
    walker.duplicates();
    walker.out
}

/// How far a file was gone through: so that long lines are not counted anew for each token.
#[derive(Default)]
struct Cursor {
    line: usize,
    column: usize,
    offset: usize,
}

/// Where a token stands.
fn place(file: &File, id: FileId, token: &Token, cursor: &mut Cursor) -> Place {
    let start = if cursor.line == token.line && cursor.column <= token.col {
        let rest = file.text.get(cursor.offset..).unwrap_or_default();
        let found = rest.char_indices().nth(token.col - cursor.column);
        found.map_or(file.text.len(), |(at, _)| cursor.offset + at)
    } else {
        file.offset(token.line, token.col)
    };
    *cursor = Cursor {
        line: token.line,
        column: token.col,
        offset: start,
    };
    let text = file.text.get(start..).unwrap_or_default();
    let length = match token.kind {
        TokenKind::QuotedString => quoted(text),
        TokenKind::TripleQuotedString => {
            let end = text.get(3..).and_then(|rest| rest.find("\"\"\""));
            let closed = end.map_or(text.len(), |end| end + 6);
            let more = text.get(closed..).unwrap_or_default();
            closed + more.len() - more.trim_start_matches('"').len()
        }
        TokenKind::Substitution => text.find('}').map_or(text.len(), |end| end + 1),
        TokenKind::Newline | TokenKind::Eof => 0,
        _ => token.value.len().min(text.len()),
    };
    // A token's value is not always what stands in the file: its length may end in a character.
    let end = file.text.ceil_char_boundary(start + length);
    Place {
        file: id,
        start,
        end,
    }
}

/// The length of the quoted text that a text begins with.
fn quoted(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            '"' if !escaped => return at + 1,
            _ => escaped = c == '\\' && !escaped,
        }
    }
    text.len()
}

struct Walker<'a> {
    tokens: &'a [Token],
    places: Vec<Place>,
    at: usize,
    depth: usize,
    blocks: usize,
    /// The entry whose value is read.
    entry: Option<usize>,
    out: Outline,
}

impl Walker<'_> {
    fn kind(&self) -> TokenKind {
        let token = self.tokens.get(self.at);
        token.map_or(TokenKind::Eof, |token| token.kind.clone())
    }

    fn here(&self) -> Place {
        let last = self.places.len().saturating_sub(1);
        let place = self.places.get(self.at.min(last)).copied();
        place.unwrap_or(Place {
            file: FileId(0),
            start: 0,
            end: 0,
        })
    }

    /// Where the token before this one ends.
    fn end(&self) -> usize {
        let before = self.at.checked_sub(1).and_then(|at| self.places.get(at));
        before.map_or(0, |place| place.end)
    }

    fn wrong(&mut self, problem: Problem) {
        self.out.problems.push(problem);
    }

    fn skip_lines(&mut self) {
        while self.kind() == TokenKind::Newline {
            self.at += 1;
        }
    }

    /// Goes on at the end of the line, or of what is open. All from `start` on is junk.
    fn recover(&mut self, start: Place) {
        let mut open = 0_usize;
        loop {
            match self.kind() {
                TokenKind::Eof => break,
                TokenKind::Newline if open == 0 => break,
                TokenKind::LBrace | TokenKind::LBracket => open += 1,
                TokenKind::RBrace | TokenKind::RBracket => match open.checked_sub(1) {
                    Some(less) => open = less,
                    None => break,
                },
                _ => {}
            }
            self.at += 1;
        }
        let end = self.end().max(start.end);
        self.out.junk.push(Place { end, ..start });
    }

    fn root(&mut self) {
        self.skip_lines();
        match self.kind() {
            TokenKind::LBrace => {
                self.braces(&[]);
                self.object(&[], None);
            }
            TokenKind::LBracket => {
                let place = self.here();
                self.wrong(Problem::new(
                    "a configuration is an object, not a list",
                    place,
                ));
                self.out.is_broken = true;
            }
            _ => self.object(&[], None),
        }
    }

    /// An object in braces.
    fn braces(&mut self, path: &[String]) {
        let open = self.here();
        self.at += 1;
        if self.too_deep(open) {
            return;
        }
        self.depth += 1;
        self.object(path, Some(open));
        self.depth -= 1;
    }

    /// Says so, and skips what is in the brackets.
    fn too_deep(&mut self, open: Place) -> bool {
        if self.depth < MAX_DEPTH {
            return false;
        }
        let message = format!("more than {MAX_DEPTH} objects and lists are within each other");
        self.wrong(Problem::new(message, open));
        // The brackets that are open now would be reported one by one.
        self.at = self.tokens.len();
        self.out.is_broken = true;
        true
    }

    /// Keys and includes up to the closing brace, or the end of the file.
    fn object(&mut self, path: &[String], open: Option<Place>) {
        self.blocks += 1;
        let block = self.blocks;
        loop {
            match self.kind() {
                TokenKind::Newline | TokenKind::Comma => self.at += 1,
                TokenKind::Eof => {
                    if let Some(open) = open {
                        self.unclosed("{", open);
                    }
                    return;
                }
                TokenKind::RBrace => {
                    if open.is_some() {
                        self.at += 1;
                        return;
                    }
                    self.closes_nothing("}");
                }
                TokenKind::RBracket => self.closes_nothing("]"),
                TokenKind::LBrace => {
                    let place = self.here();
                    self.wrong(Problem::new("a key is missing before this `{`", place));
                    self.recover(place);
                }
                TokenKind::Unquoted if self.is_include() => self.include(path),
                TokenKind::Unquoted | TokenKind::QuotedString => self.entry(path, block),
                _ => {
                    let message = "a key is missing here";
                    let place = self.here();
                    self.wrong(Problem::new(message, place));
                    self.recover(place);
                }
            }
        }
    }

    fn unclosed(&mut self, what: &str, open: Place) {
        self.out.is_broken = true;
        // One that was never closed leaves all around it open: the innermost tells.
        let told = |problem: &Problem| problem.message.ends_with("is never closed");
        if self.at < self.tokens.len() && !self.out.problems.iter().any(told) {
            self.wrong(Problem::new(format!("this `{what}` is never closed"), open));
        }
    }

    fn closes_nothing(&mut self, what: &str) {
        let place = self.here();
        let help = "all that follows would be lost";
        self.wrong(Problem::new(format!("this `{what}` closes nothing"), place).help(help));
        self.out.junk.push(place);
        self.at += 1;
    }

    fn is_include(&self) -> bool {
        let named = |token: &Token| token.value == "include" && !token.is_quoted;
        let next = self.tokens.get(self.at + 1).map(|token| &token.kind);
        self.tokens.get(self.at).is_some_and(named)
            && matches!(next, Some(TokenKind::Unquoted | TokenKind::QuotedString))
    }

    /// `include "f"`, `include file("f")`, and both within `required(…)`, which changes nothing.
    fn include(&mut self, path: &[String]) {
        let start = self.here();
        self.at += 1;
        let mut around = String::new();
        let mut names = Vec::new();
        while let Some(token) = self.tokens.get(self.at) {
            match token.kind {
                TokenKind::Unquoted => around.push_str(&token.value),
                TokenKind::QuotedString => names.push(token.value.clone()),
                _ => break,
            }
            self.at += 1;
        }
        let place = Place {
            end: self.end(),
            ..start
        };
        let from_working_directory = match around.as_str() {
            "" | "required()" => Some(false),
            "file()" | "required(file())" => Some(true),
            _ => None,
        };
        match (from_working_directory, names.as_slice()) {
            (Some(from_working_directory), [name]) => {
                let include = Include {
                    path: path.to_vec(),
                    place,
                    name: name.clone(),
                    from_working_directory,
                };
                self.out.includes.push((self.out.entries.len(), include));
            }
            _ => {
                let help = "write it like include \"other.conf\"";
                self.wrong(Problem::new("only files can be included", place).help(help));
                self.recover(place);
            }
        }
    }

    /// A key and its value.
    fn entry(&mut self, path: &[String], block: usize) {
        let start = self.here();
        let first = self.at;
        let (mut parts, last) = self.key();
        let key = Place {
            end: self.end(),
            ..start
        };
        let mut path = path.to_vec();
        path.append(&mut parts);
        let tokens = self.tokens.get(first..self.at).unwrap_or_default();
        let words = tokens.iter().map(|token| token.value.as_str());
        let name = words.collect::<Vec<_>>().join(" ");
        let before = self.at;
        self.skip_lines();
        let mut kind = Kind::Plain;
        match self.kind() {
            TokenKind::Equals | TokenKind::Colon => self.at += 1,
            TokenKind::PlusEquals => {
                kind = Kind::Derived;
                self.at += 1;
            }
            TokenKind::LBrace => {}
            _ => {
                self.at = before;
                let help = "write it like key = value or key { … }";
                self.wrong(Problem::new(format!("`{name}` has no value"), key).help(help));
                return self.recover(key);
            }
        }
        let number = self.out.entries.len();
        self.out.entries.push(Entry {
            path: path.clone(),
            key,
            last,
            value: key,
            block,
            kind,
        });
        self.skip_lines();
        self.value(&path, number, &name);
    }

    /// The parts of a key, and where the last one stands.
    fn key(&mut self) -> (Vec<String>, Place) {
        let mut parts = vec![String::new()];
        let mut last = self.here();
        let mut is_first = true;
        while let Some(token) = self.tokens.get(self.at) {
            let place = self.here();
            let gap = match is_first {
                true => "",
                false => token.preceding_whitespace.as_str(),
            };
            match token.kind {
                TokenKind::QuotedString => {
                    if let Some(part) = parts.last_mut() {
                        part.push_str(gap);
                        part.push_str(&token.value);
                    }
                    last = Place {
                        start: place.start + 1,
                        ..place
                    };
                }
                TokenKind::Unquoted => {
                    let mut pieces = token.value.split('.');
                    if let (Some(part), Some(piece)) = (parts.last_mut(), pieces.next()) {
                        part.push_str(gap);
                        part.push_str(piece);
                    }
                    parts.extend(pieces.map(str::to_owned));
                    let tail = token.value.rsplit('.').next().map_or(0, str::len);
                    last = Place {
                        start: place.end.saturating_sub(tail).max(place.start),
                        ..place
                    };
                }
                _ => break,
            }
            is_first = false;
            self.at += 1;
        }
        (parts, last)
    }

    /// The value of an entry, up to the end of the line or of what is around it.
    fn value(&mut self, path: &[String], number: usize, name: &str) {
        let outer = self.entry.replace(number);
        let start = self.here();
        let first = self.at;
        loop {
            match self.kind() {
                TokenKind::LBrace => {
                    self.kind_of(number, Kind::Object);
                    self.braces(path);
                }
                TokenKind::LBracket => self.list(path, number),
                TokenKind::Substitution => {
                    self.kind_of(number, Kind::Derived);
                    self.substitution();
                    self.at += 1;
                }
                TokenKind::Unquoted | TokenKind::QuotedString | TokenKind::TripleQuotedString => {
                    self.at += 1;
                }
                TokenKind::Equals | TokenKind::Colon | TokenKind::PlusEquals => {
                    let token = self.tokens.get(self.at).map_or("", |it| it.value.as_str());
                    let message = format!("there is a second `{token}` in the value of `{name}`");
                    let help = "begin a new line for the next key, or quote the value";
                    let place = self.here();
                    self.wrong(Problem::new(message, place).help(help));
                    let entry = self.out.entries.get(number);
                    self.recover(entry.map_or(place, |entry| entry.key));
                    break;
                }
                _ => break,
            }
        }
        let place = Place {
            end: self.end().max(start.start),
            ..start
        };
        self.entry = outer;
        if let Some(entry) = self.out.entries.get_mut(number) {
            entry.value = place;
        }
        if self.at == first {
            let key = self.out.entries.get(number).map_or(start, |it| it.key);
            self.wrong(Problem::new(format!("`{name}` has no value"), key));
            let end = self.end().max(key.end);
            self.out.junk.push(Place { end, ..key });
        }
    }

    fn kind_of(&mut self, number: usize, kind: Kind) {
        if let Some(entry) = self.out.entries.get_mut(number)
            && entry.kind == Kind::Plain
        {
            entry.kind = kind;
        }
    }

    /// A list, whose elements are entries too.
    fn list(&mut self, path: &[String], number: usize) {
        let open = self.here();
        self.at += 1;
        if self.too_deep(open) {
            return;
        }
        self.depth += 1;
        self.blocks += 1;
        let block = self.blocks;
        let mut elements = 0_usize;
        loop {
            match self.kind() {
                TokenKind::Newline | TokenKind::Comma => self.at += 1,
                TokenKind::RBracket => {
                    self.at += 1;
                    break;
                }
                TokenKind::RBrace | TokenKind::Eof => {
                    self.unclosed("[", open);
                    break;
                }
                TokenKind::Equals | TokenKind::Colon | TokenKind::PlusEquals => {
                    let place = self.here();
                    let help = "elements have no keys; put { } around an object";
                    self.wrong(Problem::new("a list holds values", place).help(help));
                    self.recover(place);
                }
                _ => {
                    let mut path = path.to_vec();
                    path.push(format!("[{elements}]"));
                    elements += 1;
                    let here = self.here();
                    let element = self.out.entries.len();
                    self.out.entries.push(Entry {
                        path: path.clone(),
                        key: here,
                        last: here,
                        value: here,
                        block,
                        kind: Kind::Plain,
                    });
                    self.value(&path, element, &crate::path::show(&path));
                    let derived = self.out.entries.get(element).map(|it| it.kind);
                    if derived == Some(Kind::Derived) {
                        self.kind_of(number, Kind::Derived);
                    }
                }
            }
        }
        self.depth -= 1;
    }

    fn substitution(&mut self) {
        let place = self.here();
        let Some(payload) = self.tokens.get(self.at).and_then(|it| it.subst.as_ref()) else {
            return;
        };
        let path: Vec<String> = payload.segments.iter().map(|it| it.text.clone()).collect();
        // Unquoted, as every key of ours may be.
        let tail = path.last().map_or(0, String::len);
        let end = place.end.saturating_sub(1);
        let last = Place {
            start: end.saturating_sub(tail).max(place.start),
            end,
            ..place
        };
        self.out.substitutions.push(Substitution {
            path,
            last,
            place,
            entry: self.entry,
        });
    }

    /// A key with a plain value that is given once more between the same braces: the first value
    /// would be lost. Later blocks and files may say otherwise, and values that depend on others may
    /// be what was meant, as in `n = 4` and then `n = ${?N}`.
    fn duplicates(&mut self) {
        let mut first: HashMap<(usize, &[String]), &Entry> = HashMap::new();
        let mut found = Vec::new();
        for entry in &self.out.entries {
            let is_version = entry.path.last().is_some_and(|name| name == "version");
            if entry.kind != Kind::Plain || is_version {
                continue;
            }
            match first.get(&(entry.block, entry.path.as_slice())) {
                Some(earlier) => {
                    let path = crate::path::show(&entry.path);
                    let message = format!("{path}: given twice in the same block");
                    let problem = Problem::new(message, entry.key);
                    found.push(problem.other(earlier.key, "first given here"));
                }
                None => {
                    first.insert((entry.block, &entry.path), entry);
                }
            }
        }
        self.out.problems.append(&mut found);
    }
}
