//! Collects diagnostics and prints them.

use crate::failure::Failure;
use crate::terminal;
use rqg_compiler::diagnostics::{Diagnostic, Severity, json, render};
use rqg_compiler::source::Sources;

/// The diagnostics of one grammar.
pub struct Report {
    sources: Sources,
    found: Vec<Diagnostic>,
    warnings: bool,
}

impl Report {
    /// A report about these sources, with warnings or without.
    pub fn new(sources: Sources, warnings: bool) -> Self {
        Self {
            sources,
            found: Vec::new(),
            warnings,
        }
    }

    /// The sources, to add more to them.
    pub fn sources(&mut self) -> &mut Sources {
        &mut self.sources
    }

    /// The sources alone.
    pub fn into_sources(self) -> Sources {
        self.sources
    }

    /// Adds diagnostics.
    pub fn add(&mut self, diagnostics: impl IntoIterator<Item = Diagnostic>) {
        self.found.extend(diagnostics);
    }

    /// Prints what was added since the last time, for people on stderr; fails if there are errors.
    pub fn print(&mut self) -> Result<(), Failure> {
        let mut found = std::mem::take(&mut self.found);
        let failed = found.iter().any(is_error);
        if !self.warnings {
            found.retain(is_error);
        }
        let text = render::human(&found, &self.sources, terminal::stderr_has_colours());
        if !text.is_empty() {
            terminal::note(text.trim_end());
        }
        outcome(failed)
    }

    /// Prints what was added since the last time, for tools on stdout; fails if there are errors.
    pub fn print_json(&mut self) -> Result<(), Failure> {
        let found = std::mem::take(&mut self.found);
        terminal::print(&json::lines(&found, &self.sources))?;
        outcome(found.iter().any(is_error))
    }

    /// Prints what was added, which makes the command fail.
    pub fn fail(mut self) -> Failure {
        self.print().err().unwrap_or(Failure::Reported)
    }
}

fn is_error(diagnostic: &Diagnostic) -> bool {
    diagnostic.severity == Severity::Error
}

fn outcome(failed: bool) -> Result<(), Failure> {
    if failed {
        Err(Failure::Reported)
    } else {
        Ok(())
    }
}
