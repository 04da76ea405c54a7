//! `use` items.

use super::{Names, Target};
use crate::diagnostics::suggest::closest;
use crate::diagnostics::{Code, Diagnostic, Diagnostics};
use crate::modules::Module;
use crate::source::Span;
use crate::syntax::ast::{self, Ident, UseNames};
use std::cell::Cell;

/// One imported name, or one `*`.
pub(super) struct Import<'a> {
    pub span: Span,
    pub used: Cell<bool>,
    /// The imported name as this module knows it; none for `*`.
    name: Option<&'a str>,
    module: usize,
}

impl<'a> Names<'a> {
    pub(super) fn import(
        &mut self,
        module: usize,
        loaded: &'a Module,
        diagnostics: &mut Diagnostics,
    ) {
        for (item, used) in loaded.file.items.iter().zip(&loaded.uses) {
            let ast::ItemKind::Use(import) = &item.kind else {
                continue;
            };
            match (&import.names, *used) {
                (UseNames::All(_), Some(used)) => self.import_all(module, used, item.span),
                (UseNames::Some(list), Some(used)) => {
                    for (name, renamed) in list {
                        self.import_one(module, used, name, renamed.as_ref(), diagnostics);
                    }
                }
                // The module was reported; its names must not be reported again.
                (UseNames::Some(list), None) => {
                    for (name, renamed) in list {
                        let name = renamed.as_ref().unwrap_or(name);
                        self.bring(module, name, Target::Broken, diagnostics);
                    }
                }
                (UseNames::All(_), None) => {}
            }
        }
    }

    fn import_all(&mut self, module: usize, used: usize, span: Span) {
        let import = self.new_import(module, None, span);
        let broken = self.tables[used]
            .own
            .iter()
            .filter(|(_, target)| **target == Target::Broken);
        let mut broken: Vec<&str> = broken.map(|(name, _)| *name).collect();
        broken.sort_unstable();
        let names: Vec<&str> = self.tables[used]
            .order
            .iter()
            .copied()
            .chain(broken)
            .collect();
        for name in names {
            let Some(&target) = self.tables[used].own.get(name) else {
                continue;
            };
            let table = &mut self.tables[module];
            table
                .globbed
                .entry(name)
                .or_default()
                .push((target, import));
            table.imported_order.push(name);
        }
    }

    fn import_one(
        &mut self,
        module: usize,
        used: usize,
        name: &'a Ident,
        renamed: Option<&'a Ident>,
        diagnostics: &mut Diagnostics,
    ) {
        let target = self.tables[used].own.get(name.text.as_str()).copied();
        let target = target.unwrap_or_else(|| {
            let names = self.tables[used].order.iter().copied();
            let message = format!("the module has no rule `{}`", name.text);
            diagnostics.push(
                Diagnostic::new(Code::UnknownImport, name.span, message)
                    .suggest(closest(&name.text, names)),
            );
            Target::Broken
        });
        self.bring(module, renamed.unwrap_or(name), target, diagnostics);
    }

    /// Makes a name known in a module.
    fn bring(
        &mut self,
        module: usize,
        name: &'a Ident,
        target: Target,
        diagnostics: &mut Diagnostics,
    ) {
        let text = name.text.as_str();
        let import = self.new_import(module, Some(text), name.span);
        let own = self.tables[module].own.get(text).copied();
        let own_rule =
            own.filter(|own| !matches!(own, Target::Rule(rule) if self.rules[*rule].ast.overrides));
        if let Some(own) = own_rule {
            self.imports[import].used.set(true);
            let message = format!("`{text}` is imported and defined here as well");
            let diagnostic = Diagnostic::new(Code::ImportConflict, name.span, message)
                .help(format!("import it under another name (`{text} as …`), or replace it with `override rule {text}`"));
            diagnostics.push(match self.span(own) {
                Some(span) => diagnostic.also(span, "defined here"),
                None => diagnostic,
            });
            return;
        }
        if let Some(&(other, first)) = self.tables[module].imported.get(text) {
            if other != target && other != Target::Broken && target != Target::Broken {
                let message = format!("`{text}` is imported twice");
                diagnostics.push(
                    Diagnostic::new(Code::ImportConflict, name.span, message)
                        .also(self.imports[first].span, "the first import is here")
                        .help(format!(
                            "import one of them under another name: `{text} as …`"
                        )),
                );
                self.imports[import].used.set(true);
            }
            return;
        }
        let table = &mut self.tables[module];
        table.imported.insert(text, (target, import));
        table.imported_order.push(text);
    }

    fn new_import(&mut self, module: usize, name: Option<&'a str>, span: Span) -> usize {
        self.imports.push(Import {
            span,
            used: Cell::new(false),
            name,
            module,
        });
        self.imports.len() - 1
    }

    /// Warns of imports of the main file that nothing uses, if the uses are known (`sound`).
    pub(in crate::analysis) fn report_unused_imports(
        &self,
        sound: bool,
        diagnostics: &mut Diagnostics,
    ) {
        let unused = self
            .imports
            .iter()
            .filter(|import| import.module == 0 && !import.used.get());
        for import in unused.take_while(|_| sound) {
            let message = match import.name {
                Some(name) => format!("the import `{name}` is not used"),
                None => "none of the imported names is used".to_owned(),
            };
            diagnostics
                .push(Diagnostic::new(Code::UnusedImport, import.span, message).help("remove it"));
        }
    }
}
