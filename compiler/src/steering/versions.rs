//! The rules of a steered grammar: each in the modes in which it is called.

use super::names::bare;
use super::nothing_left;
use super::rewrite::Rewriter;
use super::ways::{Aim, Mode, Ways};
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::hir::{Block, Count, ElementKind, Expr, ExprKind, Grammar, Rule, RuleId};
use crate::lower;
use crate::source::Span;
use std::cell::RefCell;
use std::collections::HashMap;

/// The rules that are needed, in the order in which they stand in the grammar.
#[derive(Debug, Default)]
struct Versions {
    ids: HashMap<(RuleId, Mode), RuleId>,
    all: Vec<(RuleId, Mode)>,
}

impl Versions {
    fn id(&mut self, rule: RuleId, mode: Mode) -> RuleId {
        *self.ids.entry((rule, mode)).or_insert_with(|| {
            self.all.push((rule, mode));
            RuleId(self.all.len() as u32 - 1)
        })
    }
}

/// Makes the grammar in which rules are used and left out as aimed at. None after errors, which are
/// reported.
///
/// A name stands first for the rule as it is entered at the start; other versions of it follow.
pub(super) fn make(grammar: &Grammar, aim: &Aim, diagnostics: &mut Diagnostics) -> Option<Grammar> {
    let ways = Ways::find(grammar, aim);
    let start = check(grammar, aim, &ways, diagnostics)?;
    let versions = RefCell::new(Versions::default());
    let version = |rule, mode| versions.borrow_mut().id(rule, mode);
    for rule in (0..grammar.rules.len() as u32).map(RuleId) {
        let mode = match start {
            Some(start) if start.rule == rule => start.mode,
            _ => Mode::Free,
        };
        if ways.has(rule, mode) {
            version(rule, mode);
        }
    }
    let rewriter = Rewriter {
        aim,
        ways: &ways,
        version: &version,
    };
    let mut rules = Vec::new();
    loop {
        let next = versions.borrow().all.get(rules.len()).copied();
        let Some((rule, mode)) = next else { break };
        let written = &grammar.rules[rule.0 as usize];
        // What has no derivation has no version.
        let body = rewriter.body(grammar, rule.0 as usize, mode);
        rules.push(Rule {
            body: body.unwrap_or_else(|| written.body.clone()),
            ..written.clone()
        });
    }
    let id = |start: Start| versions.borrow_mut().id(start.rule, start.mode);
    Some(Grammar {
        rules,
        start: start.map(id),
        ..grammar.clone()
    })
}

/// Where a run starts, and how.
#[derive(Debug, Clone, Copy)]
struct Start {
    rule: RuleId,
    mode: Mode,
}

/// Whether there is something to derive from the start rule, if that is known. None after errors.
fn check(
    grammar: &Grammar,
    aim: &Aim,
    ways: &Ways,
    diagnostics: &mut Diagnostics,
) -> Option<Option<Start>> {
    let wanted: Vec<usize> = (0..aim.only.len()).filter(|&rule| aim.only[rule]).collect();
    let Some(rule) = grammar.start else {
        if let Some(&first) = wanted.first() {
            let first = RuleId(first as u32);
            let message = "what uses a rule depends on where a run starts".to_owned();
            diagnostics.push(
                nothing_left(grammar, first, message)
                    .label("asked for by --only")
                    .help("name the start rule with --rule"),
            );
            return None;
        }
        return Some(None);
    };
    let name = |rule: usize| grammar.rules[rule].name.as_str();
    let start = name(rule.0 as usize);
    if !ways.has(rule, Mode::Free) {
        let left_out = (0..aim.without.len()).filter(|&rule| aim.without[rule]);
        let left_out: Vec<String> = left_out.map(|rule| format!("`{}`", name(rule))).collect();
        let message = format!("`{start}` can't do without {}", left_out.join(", "));
        let found = nothing_left(grammar, rule, message);
        diagnostics.push(path(grammar, ways, rule, found));
        return None;
    }
    if aim.only.get(rule.0 as usize) == Some(&true) || wanted.is_empty() {
        let mode = Mode::Free;
        return Some(Some(Start { rule, mode }));
    }
    let reached = reached(grammar, ways, rule);
    let mut sound = true;
    for &only in wanted.iter().filter(|&&only| !reached[only]) {
        sound = false;
        let message = format!("no derivation from `{start}` uses `{}`", name(only));
        let found = nothing_left(grammar, RuleId(only as u32), message);
        let found = match lower::reached_from(grammar, rule.0 as usize)[only] {
            true if aim.without[only] => found.label("left out by --without"),
            true => found.label("left out with what --without and --weight leave out"),
            false => found.label("never called"),
        };
        diagnostics.push(found.help(format!(
            "name a rule that `{start}` leads to, or start from another rule with --rule"
        )));
    }
    let mode = Mode::Must;
    if sound && !ways.has(rule, mode) {
        let message = format!("no derivation from `{start}` uses what --only asks for");
        diagnostics.push(nothing_left(grammar, rule, message));
        return None;
    }
    sound.then_some(Some(Start { rule, mode }))
}

/// By rule, whether a derivation from the start uses it, with what is left out left out.
fn reached(grammar: &Grammar, ways: &Ways, start: RuleId) -> Vec<bool> {
    let nothing = vec![false; grammar.rules.len()];
    let mut reached = nothing.clone();
    let called = RefCell::new(vec![start]);
    let version = |rule: RuleId, _| {
        called.borrow_mut().push(rule);
        rule
    };
    let rewriter = Rewriter {
        aim: &Aim {
            only: nothing.clone(),
            without: nothing,
        },
        ways,
        version: &version,
    };
    loop {
        let next = called.borrow_mut().pop();
        let Some(rule) = next else { break };
        let at = rule.0 as usize;
        if !std::mem::replace(&mut reached[at], true) {
            rewriter.body(grammar, at, Mode::Free);
        }
    }
    reached
}

/// The longest way that is told.
const MOST_STEPS: usize = 8;

/// Tells the way from a rule that can't be derived to a rule that is left out.
fn path(grammar: &Grammar, ways: &Ways, start: RuleId, mut found: Diagnostic) -> Diagnostic {
    let mut seen = vec![false; grammar.rules.len()];
    let mut rule = start;
    for _ in 0..MOST_STEPS {
        let at = rule.0 as usize;
        if std::mem::replace(&mut seen[at], true) {
            break;
        }
        let blocking = blocking(grammar, ways, rule);
        let further = blocking.iter().find(|(callee, _)| !seen[callee.0 as usize]);
        let Some(&(callee, span)) = further.or(blocking.first()) else {
            break;
        };
        let (caller, callee_name) = (
            &grammar.rules[at].name,
            &grammar.rules[callee.0 as usize].name,
        );
        found = found.also(
            span,
            format!("`{}` needs `{}`", bare(caller), bare(callee_name)),
        );
        rule = callee;
    }
    found.help("leave another rule out, or give the rule an alternative that does without")
}

/// The calls in a rule's first alternative with a weight that can't be derived.
fn blocking(grammar: &Grammar, ways: &Ways, rule: RuleId) -> Vec<(RuleId, Span)> {
    let mut calls = Vec::new();
    let first = |block: &Block| {
        let mut alternatives = block.alternatives.iter();
        alternatives.find(|found| found.weight > 0).cloned()
    };
    let mut open = vec![grammar.rules[rule.0 as usize].body.clone()];
    while let Some(block) = open.pop() {
        let Some(alternative) = first(&block) else {
            continue;
        };
        for element in alternative.elements {
            match element.kind {
                ElementKind::Group(body)
                | ElementKind::Scope { body, .. }
                | ElementKind::Full(body)
                | ElementKind::Context(_, body) => open.push(body),
                ElementKind::Repeat(body, Count { low, .. })
                    if lower::constant(&low) != Some(0) =>
                {
                    open.push(body);
                }
                ElementKind::For { lists, body, .. } => {
                    lists
                        .iter()
                        .for_each(|list| of_expr(list, &mut open, &mut calls));
                    open.push(body);
                }
                ElementKind::Narrow(expr, body) => {
                    of_expr(&expr, &mut open, &mut calls);
                    open.push(body);
                }
                ElementKind::Place(expr)
                | ElementKind::Let(_, expr)
                | ElementKind::Effect(_, expr) => of_expr(&expr, &mut open, &mut calls),
                ElementKind::Bind(exprs) | ElementKind::Return(exprs) => {
                    exprs
                        .iter()
                        .for_each(|expr| of_expr(expr, &mut open, &mut calls));
                }
                _ => {}
            }
        }
    }
    calls.retain(|(callee, _)| !ways.has(*callee, Mode::Free));
    calls
}

fn of_expr(expr: &Expr, blocks: &mut Vec<Block>, calls: &mut Vec<(RuleId, Span)>) {
    match &expr.kind {
        ExprKind::Call(rule, arguments) => {
            calls.push((*rule, expr.span));
            arguments
                .iter()
                .for_each(|part| of_expr(part, blocks, calls));
        }
        ExprKind::Builtin(_, parts) | ExprKind::Extern(_, parts) | ExprKind::List(parts) => {
            parts.iter().for_each(|part| of_expr(part, blocks, calls));
        }
        ExprKind::Field(of, _) => of_expr(of, blocks, calls),
        ExprKind::Draws { item, .. } => of_expr(item, blocks, calls),
        ExprKind::Text(body) => blocks.push(body.clone()),
        ExprKind::Arithmetic(_, left, right) => {
            of_expr(left, blocks, calls);
            of_expr(right, blocks, calls);
        }
        _ => {}
    }
}
