//! Analysis: syntax trees to one checked grammar.
//!
//! The passes, in order, each in its file with what holds after it: `modules` loads what is
//! imported, [`names`] resolves the rules of all modules, [`header`] checks what the grammar says
//! about itself, [`rules`] types every body, [`link`] joins the rules and finds the unreachable,
//! [`scopes`], [`derivable`] and [`breaks`] judge the joined grammar. Every pass goes on after
//! errors: what was reported has type [`hir::Ty::Error`] and is not reported again.

mod breaks;
mod calls;
mod contexts;
mod derivable;
mod dialects;
mod effects;
mod elements;
mod exprs;
mod fields;
mod guards;
mod header;
mod link;
mod names;
mod patterns;
mod rules;
mod scopes;
mod values;
mod walk;

#[cfg(test)]
mod tests;

use crate::diagnostics::{Code, Diagnostic, Diagnostics};
use crate::hir;
use crate::modules::{self, Loader, Module};
use crate::source::{SourceId, Sources, Span};
use crate::syntax::ast;

/// The rule that a run starts with unless another is asked for.
pub const START: &str = "query";

/// Checks a parsed file with everything that it imports.
///
/// `start` is the start rule where one was asked for: it then has to exist. The grammar is there
/// whenever anything sensible could be built; it is sound only if no error was reported.
pub fn analyze(
    sources: &mut Sources,
    main: SourceId,
    file: ast::File,
    start: Option<&str>,
    loader: &dyn Loader,
    diagnostics: &mut Diagnostics,
) -> Option<hir::Grammar> {
    let modules = modules::load(sources, main, file, loader, diagnostics);
    if !has_rules(&modules[0], diagnostics) {
        return None;
    }
    let names = names::resolve(&modules, diagnostics);
    let mut grammar = header::check(sources, &modules, loader, diagnostics);
    let mut contexts = contexts::Contexts::default();
    let rules = rules::check(&modules, &names, &grammar, &mut contexts, diagnostics);
    let start = StartRule::find(&modules[0], start, diagnostics);
    contexts.report(start.known(), diagnostics);
    let sound = !diagnostics.has_errors();
    link::link(&mut grammar, rules, &names, &start, sound, diagnostics);
    grammar.externs = names.hir_externs();
    grammar.contexts = contexts.into_names();
    names.report_unused_imports(sound, diagnostics);
    start.check(&grammar, diagnostics);
    grammar.start = start.id(&grammar);
    scopes::check(&grammar, diagnostics);
    derivable::check(&grammar, grammar.start, diagnostics);
    breaks::check(&grammar, diagnostics);
    Some(grammar)
}

fn has_rules(main: &Module, diagnostics: &mut Diagnostics) -> bool {
    let rules = main
        .file
        .items
        .iter()
        .any(|item| matches!(item.kind, ast::ItemKind::Rule(_)));
    let reported = diagnostics.has_errors();
    if !rules && main.file.broken_rules.is_empty() && !reported {
        let place = Span::new(main.source, 0, 0);
        diagnostics.push(
            Diagnostic::new(Code::NoRules, place, "the grammar has no rules")
                .help("a grammar starts at `rule query = …;`"),
        );
    }
    rules
}

/// The rule that a run starts with, as far as it is known.
enum StartRule<'a> {
    /// A rule of the main file.
    Known(&'a str),
    /// There is none: the file is a module for others, or the rule's text did not parse.
    Unknown,
}

impl<'a> StartRule<'a> {
    fn find(main: &'a Module, asked: Option<&str>, diagnostics: &mut Diagnostics) -> Self {
        let wanted = asked.unwrap_or(START);
        let names = || {
            main.file.items.iter().filter_map(|item| match &item.kind {
                ast::ItemKind::Rule(rule) => Some(rule.name.text.as_str()),
                _ => None,
            })
        };
        if let Some(found) = names().find(|name| *name == wanted) {
            return Self::Known(found);
        }
        if asked.is_some() && !main.file.broken_rules.iter().any(|name| name == wanted) {
            let message = format!("there is no rule `{wanted}` to start with");
            let found = Diagnostic::new(
                Code::UnknownStartRule,
                Span::new(main.source, 0, 0),
                message,
            );
            let known: Vec<String> = names().take(10).map(|name| format!("`{name}`")).collect();
            diagnostics.push(
                match crate::diagnostics::suggest::closest(wanted, names()) {
                    Some(name) => found.suggest(Some(name)),
                    None => found.help(format!("rules of the file: {}", known.join(", "))),
                },
            );
        }
        Self::Unknown
    }

    fn known(&self) -> bool {
        matches!(self, Self::Known(_))
    }

    fn id(&self, grammar: &hir::Grammar) -> Option<hir::RuleId> {
        let Self::Known(name) = self else { return None };
        let index = grammar
            .rules
            .iter()
            .position(|rule| rule.main && rule.name == *name)?;
        Some(hir::RuleId(index as u32))
    }

    /// A start rule derives text from nothing.
    fn check(&self, grammar: &hir::Grammar, diagnostics: &mut Diagnostics) {
        let Some(id) = self.id(grammar) else { return };
        let rule = &grammar.rules[id.0 as usize];
        let problem = if rule.params > 0 {
            "the start rule cannot have parameters"
        } else if rule.returns {
            "the start rule has to derive text"
        } else {
            return;
        };
        diagnostics.push(
            Diagnostic::new(Code::StartRuleParameters, rule.span, problem)
                .label("a run starts here, with nothing to pass and nobody to return to")
                .help("add a rule that calls this one with arguments"),
        );
    }
}
