//! What is wrong with a single file, all of it.

use super::files::Source;
use super::outline::{self, Outline};
use crate::path::show;
use crate::problem::Problem;
use crate::source::{FileId, Place};
use hocon::{HoconError, ParseError, ParseOptions, Token};

/// The errors of a kind that are looked for before the file is given up.
const MAX_ERRORS: usize = 50;

/// Cuts a file into tokens, and outlines it. Adds what is wrong to the outline's problems; where
/// something is wrong, `source.text` is blanked.
pub fn read(source: &mut Source, id: FileId) -> Outline {
    let mut problems = Vec::new();
    let Some(tokens) = tokens(source, id, &mut problems) else {
        return Outline {
            problems,
            is_broken: true,
            ..Outline::default()
        };
    };
    let mut outline = outline::outline(&source.text, id, &tokens);
    problems.append(&mut outline.problems);
    for &junk in &outline.junk {
        source.spoil(junk);
        source.text.clear(junk.start, junk.end);
    }
    if !outline.is_broken {
        parse(source, &outline, &mut problems);
    }
    outline.problems = problems;
    outline
}

/// None if nothing sensible can follow.
fn tokens(source: &mut Source, id: FileId, problems: &mut Vec<Problem>) -> Option<Vec<Token>> {
    for _ in 0..MAX_ERRORS {
        let error = match hocon::tokenize(&source.text.text) {
            Ok(tokens) => return Some(tokens),
            Err(error) => error,
        };
        let start = source.text.offset(error.line, error.col);
        let line_end = source.text.line_end(start);
        let rest = source.text.text.get(start..line_end).unwrap_or_default();
        let width = rest.chars().next().map_or(0, char::len_utf8);
        let is_character = error.message.starts_with("unexpected character");
        // What closes objects and lists is kept.
        let kept = rest
            .trim_end_matches([' ', '\t', '\r', '}', ']', ','])
            .len();
        let end = start + if is_character { width } else { kept.max(width) };
        let place = Place {
            file: id,
            start,
            end,
        };
        let second = rest.chars().nth(1).map_or(0, char::len_utf8);
        problems.push(lexical(&error, place, rest));
        if end == start || error.message.contains("triple") {
            return None;
        }
        source.spoil(place);
        if !is_character && !error.message.starts_with("unterminated") {
            // An escape: the text goes on behind it.
            source.text.blank(start, start + width + second);
        } else {
            source.text.blank(start, end);
        }
    }
    None
}

fn lexical(error: &ParseError, place: Place, rest: &str) -> Problem {
    let quote = "put the value in double quotes";
    match error.message.as_str() {
        "unterminated string" => Problem::new("this text has no closing `\"` on its line", place)
            .help("texts of several lines stand between \"\"\" and \"\"\""),
        "unterminated triple-quoted string" => {
            Problem::new("this text has no closing `\"\"\"`", place)
        }
        "unterminated substitution" => Problem::new("this `${` has no closing `}`", place),
        message if message.starts_with("unexpected character") => {
            let character = rest.chars().next().unwrap_or_default();
            Problem::new(format!("`{character}` must be quoted"), place).help(quote)
        }
        message => Problem::new(plain(message), place),
    }
}

/// What the parser itself finds.
fn parse(source: &mut Source, outline: &Outline, problems: &mut Vec<Problem>) {
    let mut without = source.text.clone();
    for (_, include) in &outline.includes {
        without.clear(include.place.start, include.place.end);
    }
    for _ in 0..MAX_ERRORS {
        let options = ParseOptions::defaults().with_resolve_substitutions(false);
        let error = match hocon::parse_string_with_options(&without.text, options) {
            Err(HoconError::Parse(error)) => error,
            _ => return,
        };
        let start = without.offset(error.line, error.col);
        let mut entries = outline.entries.iter().rev();
        let Some(entry) = entries.find(|entry| entry.key.start <= start) else {
            problems.push(Problem::new(plain(&error.message), None));
            return;
        };
        let message = plain(&error.message);
        let (place, message) = if start < entry.value.start {
            (entry.key, message)
        } else {
            (entry.value, format!("{}: {message}", show(&entry.path)))
        };
        if source.spoil(place) {
            problems.push(Problem::new(message, place));
        }
        let before = without.text.clone();
        let end = entry.value.end.max(entry.key.end);
        without.clear(entry.key.start, end);
        source.text.clear(entry.key.start, end);
        if without.text == before {
            return;
        }
    }
}

/// A message of the parser without its references to the specification.
fn plain(message: &str) -> String {
    if let Some(number) = message.strip_prefix("invalid float ") {
        return format!("{number} is too large a number");
    }
    message.split(" (").next().unwrap_or(message).to_owned()
}
