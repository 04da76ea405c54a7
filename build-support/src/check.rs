//! Checks a grammar and says what it is.

use rqg_compiler::diagnostics::{Diagnostic, Severity, render};
use rqg_compiler::hir::DialectTest;
use rqg_compiler::ir::Program;
use rqg_compiler::schema::{self, Origin};
use rqg_compiler::source::Sources;
use rqg_compiler::steering::Steering;
use rqg_compiler::{Input, codegen, compile};
use rqg_runtime::demand::Comparison;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What a grammar says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// Its name.
    pub name: String,
    /// The first line of its documentation, without the full stop.
    pub description: String,
    /// Its dialects, separated by commas; empty if it is for all.
    pub dialects: String,
    /// The module that code made from it has.
    pub module: String,
    /// The files that it was read from: itself, its imports, its schema.
    pub files: Vec<PathBuf>,
    /// What the compiler warns about, ready to print.
    pub warnings: String,
}

/// Why a grammar can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{report}")]
pub struct BuildError {
    /// What the compiler says, ready to print.
    pub report: String,
    /// The files that it was read from, as far as that went.
    pub files: Vec<PathBuf>,
}

/// Checks the grammar at `path`, its imports and its schema.
///
/// # Errors
///
/// If the grammar has errors.
pub fn try_check(path: impl AsRef<Path>) -> Result<Checked, BuildError> {
    read(path.as_ref(), &Steering::default()).map(|(checked, ..)| checked)
}

/// Checks a grammar and gives what code is made from.
pub(crate) fn read(
    path: &Path,
    steering: &Steering,
) -> Result<(Checked, Arc<Program>, Sources), BuildError> {
    let compilation = compile(&Input::path(path).steer(steering.clone()));
    let (mut sources, mut found) = (compilation.sources, compilation.diagnostics);
    let mut files = vec![path.to_owned()];
    files.extend(sources.iter().filter_map(|(_, source)| source.path.clone()));
    files.sort();
    files.dedup();
    if let Some(embedded) = compilation
        .program
        .as_ref()
        .and_then(|it| it.schema.as_ref())
    {
        let schema = schema::read(&Origin::Embedded(embedded), &mut sources);
        found.extend(schema.diagnostics);
    }
    let report = render::human(&found, &sources, false);
    let is_error = |one: &Diagnostic| one.severity == Severity::Error;
    match (compilation.grammar, compilation.program) {
        (Some(grammar), Some(program)) if !found.iter().any(is_error) => {
            let checked = Checked {
                name: grammar.name,
                description: summary(&grammar.docs),
                dialects: dialects(&grammar.dialects),
                module: codegen::module_name(&program),
                files,
                warnings: report,
            };
            Ok((checked, program, sources))
        }
        _ => Err(BuildError { report, files }),
    }
}

/// The first sentence, or line, of a documentation.
fn summary(docs: &[String]) -> String {
    let first = docs
        .iter()
        .map(|line| line.trim())
        .find(|line| !line.is_empty());
    first.unwrap_or_default().trim_end_matches('.').to_owned()
}

/// Dialect tests as a grammar writes them.
fn dialects(tests: &[DialectTest]) -> String {
    let spelled = tests.iter().map(|test| match &test.bound {
        None => test.dialect.clone(),
        Some((comparison, version)) => {
            let version: Vec<_> = version.iter().map(u32::to_string).collect();
            format!(
                "{} {} {}",
                test.dialect,
                sign(*comparison),
                version.join(".")
            )
        }
    });
    spelled.collect::<Vec<_>>().join(", ")
}

fn sign(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Equal => "==",
        Comparison::NotEqual => "!=",
        Comparison::Less => "<",
        Comparison::AtMost => "<=",
        Comparison::Greater => ">",
        Comparison::AtLeast => ">=",
    }
}
