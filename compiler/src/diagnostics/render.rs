//! Diagnostics for people: source excerpts with labels, as rustc prints them.

use super::{Diagnostic, Severity};
use crate::source::{SourceId, Sources, Span};
use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use std::fmt::Write as _;
use std::ops::Range;

/// Lines longer than this are cut around what is marked.
const LONG_LINE: usize = 400;
/// What is kept of a long line before and after the mark.
const KEPT: usize = 120;
/// The most lines of one mark that are shown.
const MAX_LINES: usize = 12;

/// The most diagnostics that are shown: nobody reads more, and a file of another kind can hold an
/// error at each word.
const MAX_SHOWN: usize = 1_000;

/// The first diagnostics with their source excerpts, one after the other, and a last line that counts
/// all of them. Empty when there are none.
#[must_use]
pub fn human(diagnostics: &[Diagnostic], sources: &Sources, colour: bool) -> String {
    let renderer = if colour {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    let mut out = String::new();
    for diagnostic in diagnostics.iter().take(MAX_SHOWN) {
        out.push_str(&one(diagnostic, sources, &renderer));
        out.push_str("\n\n");
    }
    if diagnostics.len() > MAX_SHOWN {
        let _ = write!(out, "… and {} more\n\n", diagnostics.len() - MAX_SHOWN);
    }
    out.push_str(&summary(diagnostics));
    out
}

/// "2 errors, 1 warning", with a hint at `rqgc explain`.
fn summary(diagnostics: &[Diagnostic]) -> String {
    let count = |severity| {
        diagnostics
            .iter()
            .filter(|found| found.severity == severity)
            .count()
    };
    let mut parts = Vec::new();
    for (n, name) in [
        (count(Severity::Error), "error"),
        (count(Severity::Warning), "warning"),
    ] {
        match n {
            0 => {}
            1 => parts.push(format!("1 {name}")),
            n => parts.push(format!("{n} {name}s")),
        }
    }
    let Some(first) = diagnostics
        .iter()
        .find(|found| found.severity == Severity::Error)
        .or_else(|| diagnostics.first())
    else {
        return String::new();
    };
    let mut line = parts.join(", ");
    let _ = writeln!(line, "; `rqgc explain {}` tells more", first.code);
    line
}

/// One diagnostic.
fn one(diagnostic: &Diagnostic, sources: &Sources, renderer: &Renderer) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let excerpts = excerpts(diagnostic, sources);
    let message = shown(&diagnostic.message);
    let code = diagnostic.code.to_string();
    let mut group = Group::with_title(level.primary_title(message.as_str()).id(code.as_str()));
    for excerpt in &excerpts {
        if let Some((line, column)) = excerpt.origin {
            let origin = Origin::path(excerpt.path.as_str()).line(line);
            group = group.element(origin.char_column(column));
        }
        group = group.element(excerpt.snippet());
    }
    let helps: Vec<String> = diagnostic.help.iter().map(|help| shown(help)).collect();
    for help in &helps {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    let report: &[Group<'_>] = &[group];
    renderer.render(report)
}

/// What is shown of one file (or of one part of a file with long lines or far-apart places).
struct Excerpt {
    path: String,
    /// The true line and column, when the excerpt is cut out of a long line.
    origin: Option<(usize, usize)>,
    text: String,
    first_line: usize,
    marks: Vec<Mark>,
}

/// A mark in an excerpt.
struct Mark {
    range: Range<usize>,
    text: String,
    primary: bool,
}

impl Excerpt {
    fn snippet(&self) -> Snippet<'_, Annotation<'_>> {
        let marks = self.marks.iter().map(|mark| {
            let kind = if mark.primary {
                AnnotationKind::Primary
            } else {
                AnnotationKind::Context
            };
            let label = (!mark.text.is_empty()).then_some(mark.text.as_str());
            kind.span(mark.range.clone()).label(label)
        });
        let path = self.origin.is_none().then_some(self.path.as_str());
        Snippet::source(self.text.as_str())
            .path(path)
            .line_start(self.first_line)
            .annotations(marks)
    }
}

/// The parts of the sources that a diagnostic points at: the primary place first; places near one
/// another share an excerpt.
fn excerpts(diagnostic: &Diagnostic, sources: &Sources) -> Vec<Excerpt> {
    let labels = std::iter::once((&diagnostic.primary, true))
        .chain(diagnostic.secondary.iter().map(|label| (label, false)));
    let mut regions: Vec<(SourceId, Vec<Mark>)> = Vec::new();
    for (label, primary) in labels {
        let Some(text) = text_of(sources, label.span.source) else {
            continue;
        };
        let range = clamped(text, label.span);
        let long = in_long_line(text, range.start);
        let place = Mark {
            range,
            text: shown(&label.text),
            primary,
        };
        let same = regions
            .iter_mut()
            .find(|(source, _)| *source == label.span.source && !long);
        match same {
            Some((_, places)) if !in_long_line(text, places[0].range.start) => places.push(place),
            _ => regions.push((label.span.source, vec![place])),
        }
    }
    regions
        .into_iter()
        .map(|(source, places)| excerpt(sources, source, places))
        .collect()
}

fn in_long_line(text: &str, offset: usize) -> bool {
    line_around(text, offset).len() > LONG_LINE
}

fn text_of(sources: &Sources, id: SourceId) -> Option<&str> {
    sources
        .iter()
        .find(|(known, _)| *known == id)
        .map(|(_, source)| source.text.as_ref())
}

/// The lines that hold the places, shifted to the excerpt's start.
fn excerpt(sources: &Sources, source: SourceId, mut marks: Vec<Mark>) -> Excerpt {
    let file = sources.get(source);
    let text = file.text.as_ref();
    let first = marks.iter().map(|mark| mark.range.start).min().unwrap_or(0);
    let last = marks.iter().map(|mark| mark.range.end).max().unwrap_or(0);
    let mut window = line_start(text, first)..line_end(text, last);
    let mut origin = None;
    if in_long_line(text, first) {
        // The renderer counts columns in what it is given, so the true ones are told to it.
        origin = Some(sources.position(source, first as u32));
        window.start = window.start.max(boundary(text, first.saturating_sub(KEPT)));
        window.end = window
            .end
            .min(boundary(text, last.min(first + LONG_LINE) + KEPT))
            .max(window.start);
    }
    let first_line = 1 + text[..window.start].bytes().filter(|b| *b == b'\n').count();
    for mark in &mut marks {
        let shifted = |offset: usize| offset.clamp(window.start, window.end) - window.start;
        mark.range = shifted(mark.range.start)..shifted(mark.range.end);
    }
    Excerpt {
        path: file.name.clone(),
        origin,
        text: printable(&text[window]),
        first_line,
        marks,
    }
}

/// The span's bytes, kept within the text, on character borders and to few lines.
fn clamped(text: &str, span: Span) -> Range<usize> {
    let start = boundary(text, span.start as usize);
    let mut end = boundary(text, (span.end as usize).max(start)).max(start);
    if let Some((offset, _)) = text[start..end].match_indices('\n').nth(MAX_LINES - 1) {
        end = start + offset;
    }
    // The renderer points at line breaks as if they were on the next line.
    while end > start + 1 && text[..end].ends_with(['\n', '\r']) {
        end -= 1;
    }
    start..end
}

/// The character border at or before an offset.
fn boundary(text: &str, offset: usize) -> usize {
    text.floor_char_boundary(offset.min(text.len()))
}

fn line_start(text: &str, offset: usize) -> usize {
    text[..offset].rfind('\n').map_or(0, |i| i + 1)
}

fn line_end(text: &str, offset: usize) -> usize {
    text[offset..].find('\n').map_or(text.len(), |i| offset + i)
}

fn line_around(text: &str, offset: usize) -> &str {
    &text[line_start(text, offset)..line_end(text, offset)]
}

/// The text with its control characters replaced, byte for byte, by what does no harm to a
/// terminal.
fn printable(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\n' | '\t' => c,
            c if c.is_ascii_control() => ' ',
            c => c,
        })
        .collect()
}

/// A message with its control characters escaped.
fn shown(message: &str) -> String {
    if !message.chars().any(char::is_control) {
        return message.to_owned();
    }
    message
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

#[cfg(test)]
mod tests;
