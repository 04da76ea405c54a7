//! What a compilation starts from.

use crate::diagnostics::{Code, Diagnostic, Diagnostics};
use crate::modules::{FileLoader, LoadError, read_bytes};
use crate::source::{Source, SourceId, Sources, Span};
use crate::steering::Steering;
use crate::syntax;
use std::path::{Path, PathBuf};

/// A grammar to compile, the rule to start with, and how it is steered.
#[derive(Debug, Clone)]
pub struct Input {
    origin: Origin,
    start: Option<String>,
    steering: Steering,
}

#[derive(Debug, Clone)]
enum Origin {
    Path(PathBuf),
    Text {
        name: String,
        text: String,
        base: PathBuf,
    },
}

impl Input {
    /// The grammar in a file.
    #[must_use]
    pub fn path(path: impl Into<PathBuf>) -> Self {
        Self {
            origin: Origin::Path(path.into()),
            start: None,
            steering: Steering::default(),
        }
    }

    /// A grammar given as text; `name` is what diagnostics call it.
    #[must_use]
    pub fn text(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            origin: Origin::Text {
                name: name.into(),
                text: text.into(),
                base: PathBuf::new(),
            },
            start: None,
            steering: Steering::default(),
        }
    }

    /// The folder in which a grammar given as text looks for its imports (default: the current one).
    #[must_use]
    pub fn base(mut self, folder: impl Into<PathBuf>) -> Self {
        if let Origin::Text { base, .. } = &mut self.origin {
            *base = folder.into();
        }
        self
    }

    /// The start rule, which then has to exist (default: `query`, if there is one).
    #[must_use]
    pub fn start(mut self, rule: impl Into<String>) -> Self {
        self.start = Some(rule.into());
        self
    }

    /// The start rule that was asked for.
    #[must_use]
    pub fn start_rule(&self) -> Option<&str> {
        self.start.as_deref()
    }

    /// How the mix of derivations is changed (default: not at all).
    #[must_use]
    pub fn steer(mut self, steering: Steering) -> Self {
        self.steering = steering;
        self
    }

    /// The steering that was asked for.
    #[must_use]
    pub fn steering(&self) -> &Steering {
        &self.steering
    }

    /// A loader for what the grammar imports.
    #[must_use]
    pub fn loader(&self) -> FileLoader {
        match &self.origin {
            Origin::Path(path) => FileLoader::new(path.parent().unwrap_or(Path::new(""))),
            Origin::Text { base, .. } => FileLoader::new(base),
        }
    }

    /// Reads the grammar as the first of `sources`; nothing after a report.
    pub fn read(&self, sources: &mut Sources, diagnostics: &mut Diagnostics) -> Option<SourceId> {
        let path = match &self.origin {
            Origin::Path(path) => path,
            Origin::Text { name, text, .. } => {
                return Some(sources.add(Source {
                    name: name.clone(),
                    path: None,
                    text: text.as_str().into(),
                }));
            }
        };
        let mut add = |text: &str| {
            sources.add(Source {
                name: path.display().to_string(),
                path: Some(path.clone()),
                text: text.into(),
            })
        };
        let bytes = match read_bytes(path) {
            Ok(bytes) => bytes,
            Err(error) => {
                let reason = match error {
                    LoadError::Missing(_) => "there is no such file".to_owned(),
                    LoadError::Unreadable(reason) => reason,
                };
                let place = Span::new(add(""), 0, 0);
                let message = format!("{} cannot be read: {reason}", path.display());
                diagnostics.push(Diagnostic::new(Code::ModuleUnreadable, place, message));
                return None;
            }
        };
        match syntax::read(bytes) {
            Ok(text) => Some(add(&text)),
            Err(invalid) => {
                let id = add(&invalid.lossy);
                diagnostics.push(invalid.diagnostic(id));
                None
            }
        }
    }
}
