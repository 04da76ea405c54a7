//! Diagnostics for tools: one JSON object a line.

use super::{Diagnostic, Label, Severity};
use crate::source::Sources;
use serde::Serialize;

/// A place with its text, as tools want it. Lines and columns count from 1, columns in characters;
/// the end is exclusive.
#[derive(Debug, Serialize)]
struct Place<'a> {
    file: &'a str,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    byte_start: u32,
    byte_end: u32,
    label: &'a str,
}

/// A diagnostic as a JSON object.
#[derive(Debug, Serialize)]
struct Entry<'a> {
    code: String,
    severity: &'static str,
    message: &'a str,
    #[serde(flatten)]
    place: Place<'a>,
    secondary: Vec<Place<'a>>,
    help: &'a [String],
}

/// All diagnostics, a line each.
#[must_use]
pub fn lines(diagnostics: &[Diagnostic], sources: &Sources) -> String {
    let mut out = String::new();
    for diagnostic in diagnostics {
        let entry = Entry {
            code: diagnostic.code.to_string(),
            severity: match diagnostic.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
            },
            message: &diagnostic.message,
            place: place(&diagnostic.primary, sources),
            secondary: diagnostic
                .secondary
                .iter()
                .map(|label| place(label, sources))
                .collect(),
            help: &diagnostic.help,
        };
        // Strings and numbers always serialize.
        if let Ok(line) = serde_json::to_string(&entry) {
            out.push_str(&line);
            out.push('\n');
        }
    }
    out
}

fn place<'a>(label: &'a Label, sources: &'a Sources) -> Place<'a> {
    let span = label.span;
    let known = sources.iter().any(|(id, _)| id == span.source);
    let position = |offset| {
        if known {
            sources.position(span.source, offset)
        } else {
            (1, 1)
        }
    };
    let (line, column) = position(span.start);
    let (end_line, end_column) = position(span.end);
    Place {
        file: if known {
            &sources.get(span.source).name
        } else {
            ""
        },
        line,
        column,
        end_line,
        end_column,
        byte_start: span.start,
        byte_end: span.end,
        label: &label.text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::Code;
    use crate::source::{Source, SourceId, Span};

    #[test]
    fn prints_one_object_a_line() {
        let mut sources = Sources::default();
        let id = sources.add(Source {
            name: "a.rqg".to_owned(),
            path: None,
            text: "rule é =\n  b;".into(),
        });
        let span = |start, end| Span::new(id, start, end);
        let found = Diagnostic::new(Code::UnknownName, span(12, 13), "unknown \"b\"")
            .label("here")
            .also(span(5, 7), "in this rule")
            .help("define it");
        let nowhere = Span::new(SourceId(7), 1, 2);
        let lost = Diagnostic::new(Code::ZeroWeight, nowhere, "lost");
        insta::assert_snapshot!(lines(&[found, lost], &sources), @r#"
        {"code":"RQG0101","severity":"error","message":"unknown \"b\"","file":"a.rqg","line":2,"column":3,"end_line":2,"end_column":4,"byte_start":12,"byte_end":13,"label":"here","secondary":[{"file":"a.rqg","line":1,"column":6,"end_line":1,"end_column":7,"byte_start":5,"byte_end":7,"label":"in this rule"}],"help":["define it"]}
        {"code":"RQG0401","severity":"warning","message":"lost","file":"","line":1,"column":1,"end_line":1,"end_column":1,"byte_start":1,"byte_end":2,"label":"","secondary":[],"help":[]}
        "#);
    }
}
