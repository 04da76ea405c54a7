//! What rules and alternatives are called by those who steer.

use crate::diagnostics::{Code, Diagnostic, suggest};
use crate::hir::{Alternative, Block, Element, ElementKind, Expr, ExprKind, Grammar};
use crate::source::Span;

/// The last part of a rule's name.
pub(crate) fn bare(name: &str) -> &str {
    name.rsplit("::").next().unwrap_or(name)
}

/// The rule of a name: as it is called, or, if only one is called so, without its module.
pub(super) fn find_rule(grammar: &Grammar, name: &str) -> Result<usize, Diagnostic> {
    let rules = grammar.rules.iter();
    if let Some(found) = rules.clone().position(|rule| rule.name == name) {
        return Ok(found);
    }
    let mut alike = rules
        .clone()
        .enumerate()
        .filter(|(_, rule)| bare(&rule.name) == name);
    match (alike.next(), alike.next()) {
        (Some((found, _)), None) => Ok(found),
        (Some((_, first)), Some((_, second))) => Err(unknown(
            first.span,
            format!("several rules are called `{name}`"),
        )
        .label("one of them")
        .help(format!("say which: `{}` or `{}`", first.name, second.name))),
        _ => {
            let whole = rules.clone().map(|rule| rule.name.as_str());
            let names = rules.map(|rule| bare(&rule.name)).chain(whole);
            let found = unknown(
                Span::default(),
                format!("there is no rule `{name}` to steer by"),
            );
            Err(found.suggest(suggest::closest(name, names)))
        }
    }
}

/// The alternative of a rule, by its number or its name.
pub(super) fn find_alternative(
    grammar: &Grammar,
    rule: usize,
    name: &str,
) -> Result<usize, Diagnostic> {
    let rule = &grammar.rules[rule];
    let alternatives = &rule.body.alternatives;
    let is_number = name.bytes().all(|byte| byte.is_ascii_digit());
    if is_number {
        let number = name.parse::<usize>().ok();
        let place = number.and_then(|number| number.checked_sub(1));
        if let Some(place) = place.filter(|place| *place < alternatives.len()) {
            return Ok(place);
        }
    }
    let names: Vec<Option<String>> = alternatives
        .iter()
        .map(|alternative| name_of(grammar, alternative))
        .collect();
    let called = |found: &Option<String>| {
        let found = found.as_deref();
        found.is_some_and(|found| found.eq_ignore_ascii_case(name))
    };
    let mut alike = (0..names.len()).filter(|&at| called(&names[at]));
    let found = match (alike.next(), alike.next()) {
        (Some(found), None) => return Ok(found),
        (Some(first), Some(second)) => unknown(
            alternatives[first].span,
            format!(
                "several alternatives of `{}` begin with `{name}`",
                rule.name
            ),
        )
        .label("one of them")
        .also(alternatives[second].span, "another one"),
        _ => {
            let known = names.iter().flatten().map(String::as_str);
            unknown(
                rule.span,
                format!("`{}` has no alternative `{name}`", rule.name),
            )
            .suggest(suggest::closest(name, known))
        }
    };
    Err(found.help(format!("its alternatives: {}", listed(&names))))
}

fn unknown(span: Span, message: String) -> Diagnostic {
    Diagnostic::new(Code::UnknownSteered, span, message)
}

/// So many alternatives are listed.
const MOST_LISTED: usize = 24;

/// `1 select, 2 insert, 3`.
fn listed(names: &[Option<String>]) -> String {
    let one = |(name, number): (&Option<String>, usize)| match name {
        Some(name) => format!("{number} {name}"),
        None => number.to_string(),
    };
    let numbered = names.iter().zip(1..);
    let all: Vec<String> = numbered.take(MOST_LISTED).map(one).collect();
    let more = if names.len() > MOST_LISTED {
        ", …"
    } else {
        ""
    };
    all.join(", ") + more
}

/// What an alternative is called: the rule, builtin or word that its text begins with.
pub(crate) fn name_of(grammar: &Grammar, alternative: &Alternative) -> Option<String> {
    let begins = |element: &&Element| {
        !matches!(
            element.kind,
            ElementKind::Let(..)
                | ElementKind::Bind(_)
                | ElementKind::Glue
                | ElementKind::Effect(..)
        )
    };
    match &alternative.elements.iter().find(begins)?.kind {
        ElementKind::Terminal(text) => first_word(text),
        ElementKind::Place(expr) => of_expr(grammar, expr),
        ElementKind::Return(values) => of_expr(grammar, values.first()?),
        ElementKind::Group(block)
        | ElementKind::Scope { body: block, .. }
        | ElementKind::Narrow(_, block)
        | ElementKind::Full(block)
        | ElementKind::Context(_, block) => of_block(grammar, block),
        _ => None,
    }
}

fn of_block(grammar: &Grammar, block: &Block) -> Option<String> {
    match block.alternatives.as_slice() {
        [single] => name_of(grammar, single),
        _ => None,
    }
}

fn of_expr(grammar: &Grammar, expr: &Expr) -> Option<String> {
    match &expr.kind {
        ExprKind::Call(rule, _) => Some(bare(&grammar.rules[rule.0 as usize].name).to_owned()),
        ExprKind::Builtin(builtin, _) => Some(builtin.name().to_owned()),
        ExprKind::Extern(function, _) => {
            Some(grammar.externs.get(*function as usize)?.name.clone())
        }
        ExprKind::Str(text) => first_word(text),
        ExprKind::Text(block) => of_block(grammar, block),
        _ => None,
    }
}

/// The word that a terminal begins with.
fn first_word(text: &str) -> Option<String> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let word = text.split(|c| !is_part(c)).next()?;
    let begins = |c: char| c.is_ascii_alphabetic() || c == '_';
    word.starts_with(begins).then(|| word.to_owned())
}
