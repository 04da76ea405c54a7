//! What is wrong with a configuration, and how it is told.

use crate::source::{File, Place};
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use std::fmt::Write as _;

/// Longer lines are not shown: nobody finds anything in them.
const LONG_LINE: usize = 400;

/// The most errors that are shown: nobody reads more, and a file of another kind can hold one in each
/// line.
const MAX_SHOWN: usize = 200;

/// An error or a warning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What is wrong; begins with the key's path where it is about one.
    pub message: String,
    /// Where.
    pub place: Option<Place>,
    /// Another place that has to do with it, and what is there.
    pub other: Option<(Place, &'static str)>,
    /// What to do.
    pub help: Option<String>,
}

impl Problem {
    /// Something wrong at a place.
    #[must_use]
    pub fn new(message: impl Into<String>, place: impl Into<Option<Place>>) -> Self {
        Self {
            message: message.into(),
            place: place.into(),
            other: None,
            help: None,
        }
    }

    /// With what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// With another place.
    #[must_use]
    pub fn other(mut self, place: Place, what: &'static str) -> Self {
        self.other = Some((place, what));
        self
    }

    /// On one line, behind the place: for warnings.
    #[must_use]
    pub fn line(&self, files: &[File]) -> String {
        let mut line = match self.place {
            Some(place) => format!("{}: ", origin(files, place)),
            None => String::new(),
        };
        line.push_str(&self.message);
        if let Some(help) = &self.help {
            let _ = write!(line, "; {help}");
        }
        line
    }
}

/// A place as `file:line`.
#[must_use]
pub fn origin(files: &[File], place: Place) -> String {
    files.get(place.file.0).map_or_else(String::new, |file| {
        format!("{}:{}", file.name, file.line(place.start))
    })
}

/// Errors with excerpts of their files, in the order of their places.
#[must_use]
pub fn render(problems: &[Problem], files: &[File], colour: bool) -> String {
    let renderer = if colour {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    let mut sorted: Vec<&Problem> = problems.iter().collect();
    sorted.sort_by_key(|problem| problem.place);
    let mut out = String::new();
    for problem in sorted.iter().take(MAX_SHOWN) {
        let message = printable(&problem.message);
        let mut group = Group::with_title(Level::ERROR.primary_title(message.as_str()));
        if let Some(place) = problem.place {
            group = excerpt(group, problem, place, files);
        }
        let help = problem.help.as_deref().map(printable);
        if let Some(help) = &help {
            group = group.element(Level::HELP.message(help.as_str()));
        }
        out.push_str(&renderer.render(&[group]));
        out.push_str("\n\n");
    }
    if sorted.len() > MAX_SHOWN {
        let _ = writeln!(out, "… and {} more\n", sorted.len() - MAX_SHOWN);
    }
    match sorted.len() {
        0 => {}
        1 => out.push_str("1 error\n"),
        n => {
            let _ = writeln!(out, "{n} errors");
        }
    }
    out
}

fn excerpt<'a>(
    mut group: Group<'a>,
    problem: &Problem,
    place: Place,
    files: &'a [File],
) -> Group<'a> {
    let Some(file) = files.get(place.file.0) else {
        return group;
    };
    let long =
        |place: Place| file.line_end(place.start) - line_start(file, place.start) > LONG_LINE;
    if long(place) || problem.other.is_some_and(|(other, _)| long(other)) {
        let column = place.start - line_start(file, place.start) + 1;
        let origin = Origin::path(file.name.as_str());
        return group.element(origin.line(file.line(place.start)).char_column(column));
    }
    let mut snippet = Snippet::source(file.text.as_str())
        .path(file.name.as_str())
        .annotation(AnnotationKind::Primary.span(marked(file, place)));
    match problem.other {
        Some((other, what)) if other.file == place.file => {
            let note = AnnotationKind::Context.span(marked(file, other));
            snippet = snippet.annotation(note.label(what));
            group = group.element(snippet);
        }
        Some((other, what)) => {
            group = group.element(snippet);
            if let Some(file) = files.get(other.file.0) {
                let note = AnnotationKind::Context.span(marked(file, other));
                let snippet = Snippet::source(file.text.as_str()).path(file.name.as_str());
                group = group.element(snippet.annotation(note.label(what)));
            }
        }
        None => group = group.element(snippet),
    }
    group
}

fn line_start(file: &File, offset: usize) -> usize {
    let before = file.text.get(..offset).unwrap_or_default();
    before.rfind('\n').map_or(0, |at| at + 1)
}

/// What is marked of a place: whole characters, no more than its first line.
fn marked(file: &File, place: Place) -> std::ops::Range<usize> {
    let start = file.text.floor_char_boundary(place.start);
    let end = place.end.clamp(start, file.line_end(start));
    start..file.text.ceil_char_boundary(end)
}

/// Without what would play with the reader's terminal.
fn printable(text: &str) -> String {
    let shown = |c: char| if c.is_control() { '\u{fffd}' } else { c };
    text.chars().map(shown).collect()
}
