//! The schema of a run: from a file, from the grammar, or the built-in one.

use crate::diagnostics::{Code, Diagnostic};
use crate::hir::EmbeddedSchema;
use crate::source::{Source, SourceId, Sources, Span};
use rqg_runtime::schema::ddl::{self, DdlError};
use rqg_runtime::schema::{Model, default_model};
use std::path::Path;

/// Where a schema comes from.
#[derive(Debug, Clone)]
pub enum Origin<'a> {
    /// A file, with its text.
    File(&'a Path, &'a str),
    /// A database: what to call it, and its schema as DDL.
    Database(&'a str, &'a str),
    /// The grammar brings it along.
    Embedded(&'a EmbeddedSchema),
    /// The built-in one.
    Default,
}

/// A schema that was read.
#[derive(Debug, Clone)]
pub struct Schema {
    /// What a run's identity calls it.
    pub name: String,
    /// What could be read.
    pub model: Model,
    /// What was skipped, and why the model can't be used.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads a schema. Its text becomes one of the sources that diagnostics point into.
#[must_use]
pub fn read(origin: &Origin<'_>, sources: &mut Sources) -> Schema {
    let (name, text) = match origin {
        Origin::File(path, text) => (path.display().to_string(), *text),
        Origin::Database(name, text) => ((*name).to_owned(), *text),
        Origin::Embedded(schema) => (schema.name.clone(), schema.ddl.as_str()),
        Origin::Default => {
            return Schema {
                name: "default".to_owned(),
                model: default_model(),
                diagnostics: Vec::new(),
            };
        }
    };
    let known = sources.iter().find(|(_, source)| &*source.text == text);
    let known = known.map(|(id, _)| id);
    let source = known.unwrap_or_else(|| {
        sources.add(Source {
            name: name.clone(),
            path: None,
            text: text.into(),
        })
    });
    let reading = ddl::read_ddl(text);
    let skipped = reading.warnings.iter().map(|warning| {
        let span = place(source, text, warning.line, warning.column);
        Diagnostic::new(Code::SchemaStatementSkipped, span, &warning.message)
    });
    let unusable = reading.errors.iter().map(|error| {
        let code = match error {
            DdlError::NoTable => Code::SchemaEmpty,
            DdlError::TooManyTypes => Code::SchemaUnreadable,
        };
        let message = match (origin, error) {
            (Origin::Database(name, _), DdlError::NoTable) => {
                format!("the database {name} has no table that we may see")
            }
            _ => error.to_string(),
        };
        let found = Diagnostic::new(code, Span::new(source, 0, 0), message);
        match origin {
            Origin::Embedded(schema) => found.also(schema.span, "the grammar brings it along"),
            _ => found,
        }
    });
    Schema {
        name,
        diagnostics: skipped.chain(unusable).collect(),
        model: reading.model,
    }
}

/// From a line and column, both from 1 and the column in characters, to the end of the line.
fn place(source: SourceId, text: &str, line: usize, column: usize) -> Span {
    let mut start = 0;
    for _ in 1..line {
        start += text[start..].find('\n').map_or(0, |at| at + 1);
    }
    let rest = text[start..].lines().next().unwrap_or_default();
    let skipped: usize = rest
        .chars()
        .take(column.saturating_sub(1))
        .map(char::len_utf8)
        .sum();
    Span::new(source, start + skipped, start + rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_found() {
        let text = "CREATE\nTABLE é x;\r\nend";
        let at = |line, column| {
            let span = place(SourceId(0), text, line, column);
            &text[span.start as usize..span.end as usize]
        };
        assert_eq!(at(1, 1), "CREATE");
        assert_eq!(at(2, 9), "x;");
        assert_eq!(at(3, 2), "nd");
        assert_eq!(at(3, 99), "");
        assert_eq!(at(1, 99), "");
    }
}
