//! The checker of one rule: its locals and what all parts of it share.
//!
//! AFTER [`check`]: every rule has a typed body; names, types, patterns, guards, weights and returns
//! are as [`hir`] promises, or were reported.

use super::contexts::Contexts;
use super::names::{Names, Target};
use crate::diagnostics::{Code, Diagnostic, Diagnostics};
use crate::hir::{self, LocalId, Ty};
use crate::modules::Module;
use crate::source::Span;
use crate::syntax::ast::{self, Ident};
use std::collections::HashMap;

/// Types the bodies of all rules; the result is parallel to [`Names::rules`].
pub(super) fn check(
    modules: &[Module],
    names: &Names<'_>,
    grammar: &hir::Grammar,
    contexts: &mut Contexts,
    diagnostics: &mut Diagnostics,
) -> Vec<hir::Rule> {
    let mut rules = Vec::with_capacity(names.rules.len());
    for entry in &names.rules {
        let mut checker = Checker {
            names,
            module: entry.module,
            path: &modules[entry.module].path,
            supported: &grammar.dialects,
            results: &entry.results,
            returns: entry.returns,
            contexts,
            diagnostics,
            locals: Vec::new(),
            uses: Vec::new(),
            visible: HashMap::new(),
            bound: Vec::new(),
            scopes: 0,
            reported: false,
        };
        rules.push(checker.rule(entry.ast, &entry.params, entry.docs));
    }
    rules
}

/// How a local came to be, for the warning about unused ones and for effects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// A parameter or loop variable.
    Given,
    /// Bound by `let`.
    Let,
    /// Bound by `let` to what `new_table` gave.
    Created,
    /// Bound by `let` to a relation that the unit did not create.
    NotCreated,
}

/// Checks one rule.
pub(super) struct Checker<'c, 'a> {
    pub names: &'c Names<'a>,
    pub module: usize,
    path: &'c str,
    /// The dialects that the grammar supports.
    pub supported: &'c [hir::DialectTest],
    pub results: &'c [Ty],
    pub returns: bool,
    pub contexts: &'c mut Contexts,
    /// For helpers that report by themselves; else [`Checker::report`].
    pub diagnostics: &'c mut Diagnostics,
    pub locals: Vec<hir::Local>,
    uses: Vec<(Origin, bool)>,
    /// The locals that a name stands for, the innermost last.
    visible: HashMap<&'c str, Vec<LocalId>>,
    /// Names in the order they were bound, so that a block can end.
    bound: Vec<&'c str>,
    /// How many `scope` blocks of this rule are open.
    pub scopes: u32,
    reported: bool,
}

impl<'c> Checker<'c, '_> {
    fn rule(&mut self, rule: &'c ast::Rule, params: &[Ty], docs: &[String]) -> hir::Rule {
        for (param, ty) in rule.params.iter().zip(params) {
            self.declare(&param.name, ty.clone(), Origin::Given);
        }
        let body = self.block(&rule.body, true);
        self.report_unused();
        hir::Rule {
            name: match self.path {
                "" => rule.name.text.clone(),
                path => format!("{path}::{}", rule.name.text),
            },
            span: rule.name.span,
            docs: docs.to_vec(),
            params: u16::try_from(rule.params.len()).unwrap_or(u16::MAX),
            locals: std::mem::take(&mut self.locals),
            results: self.results.to_vec(),
            returns: self.returns,
            body,
            main: self.module == 0,
        }
    }

    /// Reports a finding of this rule.
    pub fn report(&mut self, diagnostic: Diagnostic) {
        self.reported |= diagnostic.severity == crate::diagnostics::Severity::Error;
        self.diagnostics.push(diagnostic);
    }

    // ---- locals

    /// Binds a name from here to the end of the block.
    pub fn declare(&mut self, name: &'c Ident, ty: Ty, origin: Origin) -> LocalId {
        let Ok(index) = u16::try_from(self.locals.len()) else {
            let message = "a rule has at most 65,536 parameters and locals";
            self.report(Diagnostic::new(Code::TooLarge, name.span, message));
            return LocalId(u16::MAX);
        };
        let id = LocalId(index);
        self.locals.push(hir::Local {
            name: name.text.clone(),
            ty,
            span: name.span,
        });
        self.uses.push((origin, false));
        self.visible.entry(&name.text).or_default().push(id);
        self.bound.push(&name.text);
        id
    }

    /// Where the current block's locals start, for [`Checker::end_block`].
    pub fn start_block(&self) -> usize {
        self.bound.len()
    }

    /// Forgets the names bound since [`Checker::start_block`].
    pub fn end_block(&mut self, start: usize) {
        for name in self.bound.drain(start..) {
            if let Some(locals) = self.visible.get_mut(name) {
                locals.pop();
            }
        }
    }

    /// The local that a name stands for here; counts as a use.
    pub fn local(&mut self, name: &str) -> Option<LocalId> {
        let id = *self.visible.get(name)?.last()?;
        if let Some((_, used)) = self.uses.get_mut(usize::from(id.0)) {
            *used = true;
        }
        Some(id)
    }

    /// Whether a name stands for a local here; no use.
    pub fn is_local(&self, name: &str) -> bool {
        self.visible
            .get(name)
            .is_some_and(|locals| !locals.is_empty())
    }

    /// How the local came to be.
    pub fn origin(&self, id: LocalId) -> Origin {
        self.uses
            .get(usize::from(id.0))
            .map_or(Origin::Given, |(origin, _)| *origin)
    }

    /// The locals that are visible here, for suggestions, in order of their binding.
    pub fn local_names(&self) -> impl Iterator<Item = &'c str> + use<'c> {
        self.bound.clone().into_iter()
    }

    fn report_unused(&mut self) {
        // Uses may hide in what could not be understood; imported modules are not the user's.
        if self.reported || self.module != 0 {
            return;
        }
        for index in 0..self.uses.len() {
            let (origin, used) = self.uses[index];
            let local = &self.locals[index];
            if used || origin == Origin::Given || local.name.starts_with('_') {
                continue;
            }
            let message = format!("`{}` is not used", local.name);
            let name = local.name.clone();
            let diagnostic = Diagnostic::new(Code::UnusedLocal, local.span, message).help(format!(
                "remove it, or call it `_{}` if the draw matters",
                name.to_lowercase()
            ));
            self.report(diagnostic);
        }
    }

    // ---- names

    /// The rule or extern fn of a name.
    pub fn target(&mut self, name: &Ident) -> Option<Target> {
        let found = self.names.lookup(self.module, name, self.diagnostics);
        if found == Some(Target::Broken) {
            self.reported = true;
        }
        found
    }

    /// An expression that was reported.
    pub fn error(span: Span) -> hir::Expr {
        hir::Expr {
            kind: hir::ExprKind::Str(String::new()),
            ty: Ty::Error,
            span,
        }
    }
}
