//! From the files to values: the parser merges, concatenates and substitutes.

use super::files::{PACKAGE, Reader};
use super::growth;
use super::outline::{Entry, Substitution};
use crate::problem::Problem;
use crate::source::{File, FileId, Place};
use hocon::{HoconError, HoconValue, ParseOptions, Parser, ResolveError};
use std::collections::HashMap;

/// The errors that are looked for.
const MAX_ERRORS: usize = 50;

/// The keys of the root; none if they cannot be read. Adds what is wrong to the reader's problems.
pub fn resolve(
    reader: &mut Reader,
    environment: &HashMap<String, String>,
) -> Vec<(String, HoconValue)> {
    if reader.sources.iter().any(|source| source.outline.is_broken) {
        return Vec::new();
    }
    if let Some(problem) = growth::check(reader) {
        reader.problems.push(problem);
        return Vec::new();
    }
    for _ in 0..MAX_ERRORS {
        let error = match parse(reader, environment) {
            Ok(config) => {
                let value = |name: &str| config.get(&element(name)).cloned();
                let names = config.keys().into_iter();
                return names
                    .filter_map(|name| Some((name.to_owned(), value(name)?)))
                    .collect();
            }
            Err(HoconError::Resolve(error)) => error,
            // Each file was parsed alone before, and what is wrong with it was told then.
            Err(error) => {
                if reader.problems.is_empty() {
                    let message = error.to_string();
                    reader.problems.push(Problem::new(message, None));
                }
                return Vec::new();
            }
        };
        let Some(found) = find(reader, &error) else {
            let problem = Problem::new(explain(&error).0, None);
            reader.problems.push(problem);
            return Vec::new();
        };
        if reader.spoil(found.mark) {
            let (message, help) = explain(&error);
            let mut problem = Problem::new(message, found.mark);
            problem.help = help;
            reader.problems.push(problem);
        }
        let Some(source) = reader.sources.get_mut(found.value.file.0) else {
            return Vec::new();
        };
        source.text.blank(found.value.start, found.value.end);
    }
    Vec::new()
}

/// A name as the parser takes it for a path of one element.
fn element(name: &str) -> String {
    format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""))
}

fn parse(
    reader: &Reader,
    environment: &HashMap<String, String>,
) -> Result<hocon::Config, HoconError> {
    let mut parser = Parser::new();
    let mut root = String::new();
    for (number, source) in reader.sources.iter().enumerate() {
        let text = source.edits.apply(&source.text);
        match number {
            0 => root = text,
            _ => parser = parser.register_package(PACKAGE, number.to_string(), text),
        }
    }
    let options = ParseOptions::defaults().with_env(environment.clone());
    parser.parse_with_options(&root, options)
}

/// Where an error is.
struct Found {
    /// What to mark.
    mark: Place,
    /// The value that cannot be had.
    value: Place,
}

/// The parser tells line and column, but no file: it is one that has something of that kind there.
fn find(reader: &Reader, error: &ResolveError) -> Option<Found> {
    let mut fallback = None;
    for source in &reader.sources {
        let changed = File::new(String::new(), &source.edits.apply(&source.text));
        let offset = changed.offset(error.line, error.col);
        let offset = source.edits.before(&source.text, offset);
        let is_blank = |place: Place| {
            let (now, before) = (&source.text.text, &source.original.text);
            now.get(place.start..place.end) != before.get(place.start..place.end)
        };
        let entries = &source.outline.entries;
        let mut substitutions = source.outline.substitutions.iter();
        let at = substitutions.find(|it| it.place.start == offset && !is_blank(it.place));
        if let Some(substitution) = at {
            let entry = substitution.entry.and_then(|entry| entries.get(entry));
            let value = entry.map_or(substitution.place, |entry| entry.value);
            let mark = substitution.place;
            let found = Found { mark, value };
            if error.path.ends_with(&substitution.path.join(".")) {
                return Some(found);
            }
            fallback.get_or_insert(found);
        }
        let stands = |entry: &&Entry| {
            (entry.value.start == offset || entry.key.start == offset) && !is_blank(entry.value)
        };
        if let Some(entry) = entries.iter().find(stands) {
            let (mark, value) = (entry.value, entry.value);
            fallback.get_or_insert(Found { mark, value });
        }
    }
    fallback.or_else(|| by_path(reader, &error.path))
}

/// Any substitution of that key.
fn by_path(reader: &Reader, path: &str) -> Option<Found> {
    let mut sources = reader.sources.iter().enumerate();
    sources.find_map(|(number, source)| {
        let mut substitutions = source.outline.substitutions.iter();
        let is_meant = |it: &&Substitution| {
            let text = source.text.text.get(it.place.start..it.place.end);
            it.path.join(".") == path && text.is_some_and(|text| text.starts_with('$'))
        };
        let found = substitutions.find(is_meant)?;
        let entry = found.entry.and_then(|at| source.outline.entries.get(at));
        let value = entry.map_or(found.place, |entry| entry.value);
        let file = FileId(number);
        let mark = Place {
            file,
            ..found.place
        };
        Some(Found { mark, value })
    })
}

/// What to say, and what to do.
fn explain(error: &ResolveError) -> (String, Option<String>) {
    let message = error.message.as_str();
    let path = &error.path;
    if message.contains("circular") || message.contains("cycl") || message.contains("self-ref") {
        return (format!("`${{{path}}}` depends on itself"), None);
    }
    if message.starts_with("could not resolve") {
        let help = format!("write ${{?{path}}} if it may be missing");
        let message = format!("there is neither a key `{path}` nor such an environment variable");
        return (message, Some(help));
    }
    if let Some((_, kinds)) = message.split_once("; got ") {
        let kinds = kinds.replace(" + ", " and ");
        return (format!("{kinds} cannot be joined to one value"), None);
    }
    (message.to_owned(), None)
}
