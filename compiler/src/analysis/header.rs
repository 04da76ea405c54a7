//! What a grammar says about itself: name, dialects, schema, terminator.
//!
//! AFTER [`check`]: the grammar has its name, docs, dialects, schema text and terminator; each header
//! item stands once. Headers of imported modules are checked, but only the main file's count.

use super::dialects;
use crate::diagnostics::{Code, Diagnostic, Diagnostics};
use crate::hir;
use crate::modules::{LoadError, Loader, Module};
use crate::source::{Sources, Span};
use crate::syntax::ast::{ItemKind, StrLit};

/// Reads the headers of all modules and makes a grammar of the main file's.
pub(super) fn check(
    sources: &mut Sources,
    modules: &[Module],
    loader: &dyn Loader,
    diagnostics: &mut Diagnostics,
) -> hir::Grammar {
    let main = &modules[0];
    let mut grammar = hir::Grammar {
        name: stem(&sources.get(main.source).name),
        docs: main.file.docs.clone(),
        terminator: ";".to_owned(),
        ..hir::Grammar::default()
    };
    for module in modules {
        let is_main = module.source == main.source;
        let mut seen = Seen::default();
        for item in &module.file.items {
            match &item.kind {
                ItemKind::Grammar(name) => {
                    if seen.first("grammar", item.span, diagnostics) && is_main {
                        grammar.name.clone_from(&name.text);
                    }
                }
                ItemKind::Dialect(ranges) => {
                    let first = seen.first("dialect", item.span, diagnostics);
                    let tests: Vec<_> = ranges
                        .iter()
                        .filter_map(|range| dialects::of_range(range, diagnostics))
                        .collect();
                    if first && is_main {
                        grammar.dialects = tests;
                    }
                }
                ItemKind::Schema(file) => {
                    if seen.first("schema", item.span, diagnostics) && is_main {
                        grammar.schema = schema(sources, module, file, loader, diagnostics);
                    }
                }
                ItemKind::Terminator(text) => {
                    if seen.first("terminator", item.span, diagnostics) && is_main {
                        grammar.terminator.clone_from(&text.text);
                    }
                }
                ItemKind::Use(_) | ItemKind::Rule(_) | ItemKind::Extern(_) => {}
            }
        }
    }
    grammar
}

/// `crud` of `path/to/crud.rqg`.
fn stem(name: &str) -> String {
    let path = std::path::Path::new(name);
    match path.file_stem() {
        Some(stem) => stem.to_string_lossy().into_owned(),
        None => name.to_owned(),
    }
}

/// The header items met so far.
#[derive(Default)]
struct Seen(Vec<(&'static str, Span)>);

impl Seen {
    fn first(&mut self, what: &'static str, span: Span, diagnostics: &mut Diagnostics) -> bool {
        let before = self.0.iter().find(|(seen, _)| *seen == what);
        let Some(&(_, first)) = before else {
            self.0.push((what, span));
            return true;
        };
        let message = format!("`{what}` is given twice");
        diagnostics.push(
            Diagnostic::new(Code::DuplicateHeader, span, message)
                .label("the second one")
                .also(first, "the first is here")
                .help("keep one of them"),
        );
        false
    }
}

fn schema(
    sources: &mut Sources,
    module: &Module,
    file: &StrLit,
    loader: &dyn Loader,
    diagnostics: &mut Diagnostics,
) -> Option<hir::EmbeddedSchema> {
    let reason = match loader.schema(sources.get(module.source), &file.text) {
        Ok(source) => {
            let ddl = source.text.to_string();
            // Kept as a source so that builds can watch it.
            sources.add(source);
            return Some(hir::EmbeddedSchema {
                name: file.text.clone(),
                ddl,
                span: file.span,
            });
        }
        Err(LoadError::Missing(place)) => format!("there is no file {place}"),
        Err(LoadError::Unreadable(reason)) => reason,
    };
    let message = format!("the schema `{}` cannot be read", file.text);
    diagnostics.push(Diagnostic::new(Code::SchemaUnreadable, file.span, message).label(reason));
    None
}
