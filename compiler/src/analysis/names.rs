//! Names of rules and extern fns: definitions, imports, overrides, signatures.
//!
//! AFTER [`resolve`]: every rule of every module has an entry with its signature; every module has
//! a table from names to entries; entries that were overridden know what replaces them. Duplicates,
//! conflicts, unknown imports and overrides of nothing were reported.

mod imports;
mod signatures;

use crate::diagnostics::suggest::closest;
use crate::diagnostics::{Code, Diagnostic, Diagnostics};
use crate::hir::{self, Ty};
use crate::modules::Module;
use crate::source::Span;
use crate::syntax::ast;
use imports::Import;
use std::cell::Cell;
use std::collections::HashMap;

/// The most unknown names of one run that get a suggestion in a large grammar: each costs a
/// comparison with every name.
const SUGGESTIONS: u32 = 50;

/// The rules and extern fns of all modules.
pub(super) struct Names<'a> {
    /// Every rule, the main file's first.
    pub rules: Vec<RuleEntry<'a>>,
    /// Every extern fn.
    pub externs: Vec<ExternEntry<'a>>,
    tables: Vec<Table<'a>>,
    imports: Vec<Import<'a>>,
    /// Overrides whose signature is not that of the rule they should replace.
    mismatched: Vec<usize>,
    suggestions: Cell<u32>,
}

/// A rule with its signature.
pub(super) struct RuleEntry<'a> {
    pub module: usize,
    pub ast: &'a ast::Rule,
    pub docs: &'a [String],
    pub params: Vec<Ty>,
    pub results: Vec<Ty>,
    pub returns: bool,
    replaced_by: Option<usize>,
}

impl RuleEntry<'_> {
    /// What a call of it gives.
    pub fn result(&self) -> Ty {
        match self.results.as_slice() {
            [one] => one.clone(),
            several => Ty::Tuple(several.to_vec()),
        }
    }
}

/// An extern fn with its signature.
pub(super) struct ExternEntry<'a> {
    pub ast: &'a ast::ExternFn,
    pub params: Vec<Ty>,
    pub result: Ty,
}

/// What a name of a module stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    /// Index into [`Names::rules`].
    Rule(usize),
    /// Index into [`Names::externs`].
    Extern(usize),
    /// It was reported already.
    Broken,
}

/// The names of one module. Only looked up, except for the lists in source order.
#[derive(Default)]
struct Table<'a> {
    own: HashMap<&'a str, Target>,
    /// Own names in source order.
    order: Vec<&'a str>,
    /// Imported names: the target, and the import that brought it.
    imported: HashMap<&'a str, (Target, usize)>,
    /// Names that `*` imports bring, all of them.
    globbed: HashMap<&'a str, Vec<(Target, usize)>>,
    /// Imported names in source order.
    imported_order: Vec<&'a str>,
}

/// Resolves the names of all modules.
pub(super) fn resolve<'a>(modules: &'a [Module], diagnostics: &mut Diagnostics) -> Names<'a> {
    let mut names = Names {
        rules: Vec::new(),
        externs: Vec::new(),
        tables: modules.iter().map(|_| Table::default()).collect(),
        imports: Vec::new(),
        mismatched: Vec::new(),
        suggestions: Cell::new(SUGGESTIONS),
    };
    for (index, module) in modules.iter().enumerate() {
        names.declare(index, module, diagnostics);
    }
    for (index, module) in modules.iter().enumerate() {
        names.import(index, module, diagnostics);
    }
    // The module nearest to the main file has the last word.
    for index in (0..modules.len()).rev() {
        names.apply_overrides(index, diagnostics);
    }
    names
}

impl<'a> Names<'a> {
    fn declare(&mut self, module: usize, loaded: &'a Module, diagnostics: &mut Diagnostics) {
        for item in &loaded.file.items {
            match &item.kind {
                ast::ItemKind::Rule(rule) => {
                    let (params, results) = signatures::of_rule(rule, diagnostics);
                    let entry = RuleEntry {
                        module,
                        ast: rule,
                        docs: &item.docs,
                        params,
                        returns: results != [Ty::Text],
                        results,
                        replaced_by: None,
                    };
                    self.rules.push(entry);
                    let target = Target::Rule(self.rules.len() - 1);
                    let own = self.tables[module].own.get(rule.name.text.as_str());
                    // An override of a rule of the same file is reported as that.
                    if !(rule.overrides && own.is_some_and(|own| self.is_plain_rule(*own))) {
                        self.define(module, &rule.name, target, diagnostics);
                    }
                }
                ast::ItemKind::Extern(function) => {
                    let (params, result) = signatures::of_extern(function, diagnostics);
                    self.externs.push(ExternEntry {
                        ast: function,
                        params,
                        result,
                    });
                    let target = Target::Extern(self.externs.len() - 1);
                    self.define(module, &function.name, target, diagnostics);
                }
                _ => {}
            }
        }
        for name in &loaded.file.broken_rules {
            let table = &mut self.tables[module];
            table.own.entry(name).or_insert(Target::Broken);
        }
    }

    fn define(
        &mut self,
        module: usize,
        name: &'a ast::Ident,
        target: Target,
        diagnostics: &mut Diagnostics,
    ) {
        signatures::check_name(name, diagnostics);
        if let Some(&first) = self.tables[module].own.get(name.text.as_str()) {
            let message = format!("`{}` is defined twice", name.text);
            let diagnostic = Diagnostic::new(Code::DuplicateRule, name.span, message)
                .label("the second definition")
                .help(
                    "give one of them another name, or make their texts alternatives of one rule",
                );
            diagnostics.push(match self.span(first) {
                Some(span) => diagnostic.also(span, "the first is here"),
                None => diagnostic,
            });
            return;
        }
        let table = &mut self.tables[module];
        table.own.insert(&name.text, target);
        table.order.push(&name.text);
    }

    /// Whether a target is a rule that overrides nothing.
    fn is_plain_rule(&self, target: Target) -> bool {
        matches!(target, Target::Rule(rule) if !self.rules[rule].ast.overrides)
    }

    /// Where a target is defined.
    pub(super) fn span(&self, target: Target) -> Option<Span> {
        match target {
            Target::Rule(rule) => Some(self.rules[rule].ast.name.span),
            Target::Extern(function) => Some(self.externs[function].ast.name.span),
            Target::Broken => None,
        }
    }

    /// What `name` stands for in a module, overrides applied; counts as a use of its import.
    pub(super) fn lookup(
        &self,
        module: usize,
        name: &ast::Ident,
        diagnostics: &mut Diagnostics,
    ) -> Option<Target> {
        let table = &self.tables[module];
        let text = name.text.as_str();
        if let Some(&target) = table.own.get(text) {
            // An override with another signature is reported; its calls are not to be, too.
            let mismatched =
                matches!(target, Target::Rule(rule) if self.mismatched.contains(&rule));
            return Some(if mismatched {
                Target::Broken
            } else {
                self.replaced(target)
            });
        }
        if let Some(&(target, import)) = table.imported.get(text) {
            self.imports[import].used.set(true);
            return Some(self.replaced(target));
        }
        let found = table.globbed.get(text)?;
        for &(_, import) in found {
            self.imports[import].used.set(true);
        }
        let &(target, first) = found.first()?;
        if let Some(&(_, second)) = found.iter().find(|(other, _)| *other != target) {
            let message = format!("`{text}` is imported from two modules");
            diagnostics.push(
                Diagnostic::new(Code::ImportConflict, name.span, message)
                    .also(self.imports[first].span, "from here")
                    .also(self.imports[second].span, "and from here")
                    .help(format!(
                        "import the one that is meant by name: `{{{text}}}`"
                    )),
            );
            return Some(Target::Broken);
        }
        Some(self.replaced(target))
    }

    /// Follows overrides; modules that override each other's rules end somewhere, too.
    fn replaced(&self, target: Target) -> Target {
        let Target::Rule(mut rule) = target else {
            return target;
        };
        for _ in 0..self.rules.len() {
            match self.rules[rule].replaced_by {
                Some(next) => rule = next,
                None => break,
            }
        }
        Target::Rule(rule)
    }

    /// Whether another rule stands in for this one.
    pub(super) fn is_replaced(&self, rule: usize) -> bool {
        self.rules[rule].replaced_by.is_some()
    }

    fn apply_overrides(&mut self, module: usize, diagnostics: &mut Diagnostics) {
        let overriding: Vec<usize> = (0..self.rules.len())
            .filter(|&rule| self.rules[rule].module == module && self.rules[rule].ast.overrides)
            .collect();
        for rule in overriding {
            let name = &self.rules[rule].ast.name;
            match self.imported(module, &name.text) {
                Some(Target::Rule(target)) => {
                    if !self.same_signature(rule, target, diagnostics) {
                        self.mismatched.push(rule);
                    } else {
                        let Target::Rule(last) = self.replaced(Target::Rule(target)) else {
                            continue;
                        };
                        if last != rule {
                            self.rules[last].replaced_by = Some(rule);
                        }
                    }
                }
                Some(Target::Broken) => {}
                Some(Target::Extern(_)) | None => {
                    let names = self.tables[module].imported_order.iter().copied();
                    let message = format!("no rule `{}` is imported", name.text);
                    let mut found = Diagnostic::new(Code::NothingToOverride, name.span, message)
                        .label("`override` replaces an imported rule");
                    let own = self.tables[module].own.get(name.text.as_str());
                    found = match own.and_then(|&own| self.span(own)) {
                        Some(own) if own != name.span => found
                            .also(own, "this rule is defined in the same file")
                            .help("change that rule instead"),
                        _ => found
                            .suggest(closest(&name.text, names))
                            .help("import it with `use`, or define a rule without `override`"),
                    };
                    diagnostics.push(found);
                }
            }
        }
    }

    fn imported(&self, module: usize, name: &str) -> Option<Target> {
        let table = &self.tables[module];
        let found = match table.imported.get(name) {
            Some(found) => found,
            None => table.globbed.get(name)?.first()?,
        };
        self.imports[found.1].used.set(true);
        Some(found.0)
    }

    fn same_signature(&self, rule: usize, of: usize, diagnostics: &mut Diagnostics) -> bool {
        let (new, old) = (&self.rules[rule], &self.rules[of]);
        let equal = fits_all(&new.params, &old.params) && fits_all(&new.results, &old.results);
        if !equal {
            let name = &new.ast.name;
            let message = format!("the override of `{}` has another signature", name.text);
            diagnostics.push(
                Diagnostic::new(Code::OverrideMismatch, name.span, message)
                    .label(signatures::shown(new))
                    .also(
                        old.ast.name.span,
                        format!("replaces {}", signatures::shown(old)),
                    )
                    .help("callers of the imported rule rely on its parameters and results"),
            );
        }
        equal
    }

    /// The known name nearest to an unknown one, among the module's own, its imports and `more`.
    pub(super) fn suggest<'n>(
        &'n self,
        module: usize,
        name: &str,
        more: impl IntoIterator<Item = &'n str>,
    ) -> Option<&'n str> {
        let table = &self.tables[module];
        let size = table.order.len() + table.imported_order.len();
        if size > 1000 {
            self.suggestions.set(self.suggestions.get().checked_sub(1)?);
        }
        let own = table.order.iter().chain(&table.imported_order).copied();
        closest(name, more.into_iter().chain(own))
    }

    /// The extern fns, in index order.
    pub(super) fn hir_externs(&self) -> Vec<hir::ExternFn> {
        self.externs
            .iter()
            .map(|entry| hir::ExternFn {
                name: entry.ast.name.text.clone(),
                params: entry.params.clone(),
                result: entry.result.clone(),
                span: entry.ast.name.span,
            })
            .collect()
    }
}

/// Whether a value of type `found` can stand where `wanted` is asked for.
pub(super) fn fits(found: &Ty, wanted: &Ty) -> bool {
    match (found, wanted) {
        (Ty::Error, _) | (_, Ty::Error) => true,
        (Ty::List(found), Ty::List(wanted)) => fits(found, wanted),
        (Ty::Tuple(found), Ty::Tuple(wanted)) => fits_all(found, wanted),
        _ => found == wanted,
    }
}

/// Whether the lists are equally long and each value fits.
pub(super) fn fits_all(found: &[Ty], wanted: &[Ty]) -> bool {
    found.len() == wanted.len() && found.iter().zip(wanted).all(|(f, w)| fits(f, w))
}
