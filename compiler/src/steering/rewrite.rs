//! Bodies of rules without what steering leaves out, and such that use what they have to.
//!
//! A derivation that uses one of the rules that are asked for has a first place where it does. For
//! each element of an alternative in which that place may be there is a variant of the alternative:
//! what stands before it uses none of the rules, what stands behind it is as it likes. So each
//! derivation has one variant, and a grammar that tells its derivations apart goes on to do so.

use super::ways::{Aim, Mode, Ways};
use crate::hir::{
    Alternative, Block, Count, Element, ElementKind, Expr, ExprKind, Grammar, RuleId, Ty,
};
use crate::lower::{OPEN_REPETITION, constant};

/// So many variants an alternative has at most: beyond, a rule is used further in front.
const MOST_VARIANTS: usize = 32;

/// Weights may sum up to this.
const LARGEST_SUM: u64 = 1 << 30;

/// Rewrites bodies.
pub(super) struct Rewriter<'a> {
    pub aim: &'a Aim,
    /// What is known so far; a body that needs more can't be derived.
    pub ways: &'a Ways,
    /// What a call leads to.
    pub version: &'a dyn Fn(RuleId, Mode) -> RuleId,
}

/// A part as it is in a mode that uses nothing in particular.
enum Kept<T> {
    Part(T),
    /// It derives nothing.
    Gone,
}

impl Rewriter<'_> {
    /// The body of a rule in a mode; none if it can't be derived so.
    pub fn body(&self, grammar: &Grammar, rule: usize, mode: Mode) -> Option<Block> {
        let (only, without) = (self.aim.only[rule], self.aim.without[rule]);
        let body = &grammar.rules[rule].body;
        match mode {
            _ if without => None,
            Mode::Avoid if only => None,
            Mode::Must if !only => self.must_block(body),
            // Where the rule itself is asked for, it is used already.
            Mode::Must => self.keep_block(body, Mode::Free),
            mode => self.keep_block(body, mode),
        }
    }

    /// A call of a rule, if it can be derived.
    fn call(&self, rule: RuleId, mode: Mode) -> Option<RuleId> {
        let at = rule.0 as usize;
        let mode = self.ways.plain(rule, mode);
        let mode = match mode {
            Mode::Must if self.aim.only[at] => Mode::Free,
            mode => mode,
        };
        self.ways
            .has(rule, mode)
            .then(|| (self.version)(rule, mode))
    }

    fn keep_block(&self, block: &Block, mode: Mode) -> Option<Block> {
        let mut lives = false;
        let alternatives = block.alternatives.iter().map(|alternative| {
            let kept = Some(&alternative.elements).filter(|_| alternative.weight > 0);
            match kept.and_then(|elements| self.keep_elements(elements, mode)) {
                Some(elements) => {
                    lives = true;
                    with_elements(alternative, alternative.weight, elements)
                }
                None => left_out(alternative),
            }
        });
        let alternatives = alternatives.collect();
        let span = block.span;
        lives.then_some(Block { alternatives, span })
    }

    fn keep_elements(&self, elements: &[Element], mode: Mode) -> Option<Vec<Element>> {
        let mut all = Vec::with_capacity(elements.len());
        for element in elements {
            if let Kept::Part(element) = self.keep_element(element, mode)? {
                all.push(element);
            }
        }
        Some(all)
    }

    /// An element in a mode; none if it can't be derived so.
    fn keep_element(&self, element: &Element, mode: Mode) -> Option<Kept<Element>> {
        let block = |block: &Block| self.keep_block(block, mode);
        let expr = |expr: &Expr| self.keep_expr(expr, mode);
        let exprs = |exprs: &[Expr]| self.keep_exprs(exprs, mode);
        let kind = match &element.kind {
            kind @ (ElementKind::Terminal(_) | ElementKind::Glue | ElementKind::StatementBreak) => {
                kind.clone()
            }
            ElementKind::Group(body) => ElementKind::Group(block(body)?),
            ElementKind::Optional(body, chance) => match block(body) {
                Some(body) => ElementKind::Optional(body, *chance),
                None => return Some(Kept::Gone),
            },
            ElementKind::Repeat(body, count) => match block(body) {
                Some(body) => ElementKind::Repeat(body, self.keep_count(count, mode)?),
                None if may_be_empty(count) => return Some(Kept::Gone),
                None => return None,
            },
            ElementKind::For {
                pattern,
                lists,
                separator,
                body,
            } => ElementKind::For {
                pattern: pattern.clone(),
                lists: exprs(lists)?,
                separator: separator.clone(),
                body: block(body)?,
            },
            ElementKind::Place(value) => ElementKind::Place(expr(value)?),
            ElementKind::Let(pattern, value) => ElementKind::Let(pattern.clone(), expr(value)?),
            ElementKind::Bind(values) => ElementKind::Bind(exprs(values)?),
            ElementKind::Scope { correlated, body } => ElementKind::Scope {
                correlated: *correlated,
                body: block(body)?,
            },
            ElementKind::Narrow(columns, body) => ElementKind::Narrow(expr(columns)?, block(body)?),
            ElementKind::Full(body) => ElementKind::Full(block(body)?),
            ElementKind::Context(context, body) => ElementKind::Context(*context, block(body)?),
            ElementKind::Effect(effect, value) => ElementKind::Effect(*effect, expr(value)?),
            ElementKind::Return(values) => ElementKind::Return(exprs(values)?),
        };
        let span = element.span;
        Some(Kept::Part(Element { kind, span }))
    }

    fn keep_count(&self, count: &Count, mode: Mode) -> Option<Count> {
        let high = match &count.high {
            Some(high) => Some(Box::new(self.keep_expr(high, mode)?)),
            None => None,
        };
        Some(Count {
            low: Box::new(self.keep_expr(&count.low, mode)?),
            high,
            separator: count.separator.clone(),
            distribution: count.distribution,
        })
    }

    fn keep_exprs(&self, exprs: &[Expr], mode: Mode) -> Option<Vec<Expr>> {
        exprs
            .iter()
            .map(|expr| self.keep_expr(expr, mode))
            .collect()
    }

    fn keep_expr(&self, expr: &Expr, mode: Mode) -> Option<Expr> {
        let boxed = |expr: &Expr| self.keep_expr(expr, mode).map(Box::new);
        let exprs = |exprs: &[Expr]| self.keep_exprs(exprs, mode);
        let kind = match &expr.kind {
            ExprKind::Call(rule, arguments) => {
                ExprKind::Call(self.call(*rule, mode)?, exprs(arguments)?)
            }
            ExprKind::Builtin(builtin, arguments) => ExprKind::Builtin(*builtin, exprs(arguments)?),
            ExprKind::Extern(function, arguments) => ExprKind::Extern(*function, exprs(arguments)?),
            ExprKind::List(elements) => ExprKind::List(exprs(elements)?),
            ExprKind::Field(of, field) => ExprKind::Field(boxed(of)?, *field),
            ExprKind::Range(low, high) => {
                let bound = |bound: &Option<Box<Expr>>| match bound {
                    Some(bound) => boxed(bound).map(Some),
                    None => Some(None),
                };
                ExprKind::Range(bound(low)?, bound(high)?)
            }
            ExprKind::Draws {
                distinct,
                item,
                count,
            } => match boxed(item) {
                Some(item) => ExprKind::Draws {
                    distinct: *distinct,
                    item,
                    count: self.keep_count(count, mode)?,
                },
                None if may_be_empty(count) => ExprKind::List(Vec::new()),
                None => return None,
            },
            ExprKind::Text(body) => ExprKind::Text(self.keep_block(body, mode)?),
            ExprKind::Arithmetic(op, left, right) => {
                ExprKind::Arithmetic(*op, boxed(left)?, boxed(right)?)
            }
            plain => plain.clone(),
        };
        Some(with_kind(expr, kind))
    }

    /// A block in which each alternative uses a rule that is asked for.
    fn must_block(&self, block: &Block) -> Option<Block> {
        let variants = |alternative: &Alternative| match alternative.weight {
            0 => Vec::new(),
            _ => self.must_elements(&alternative.elements),
        };
        let all: Vec<_> = block.alternatives.iter().map(variants).collect();
        let weights = shares(&block.alternatives, &all);
        let mut alternatives = Vec::new();
        let mut lives = false;
        for ((alternative, variants), weight) in block.alternatives.iter().zip(all).zip(weights) {
            if variants.is_empty() {
                alternatives.push(left_out(alternative));
            }
            for elements in variants {
                lives = true;
                alternatives.push(with_elements(alternative, weight, elements));
            }
        }
        let span = block.span;
        lives.then_some(Block { alternatives, span })
    }

    fn must_elements(&self, elements: &[Element]) -> Vec<Vec<Element>> {
        self.sequence(
            elements,
            |element, mode| self.keep_element(element, mode),
            |element| self.must_element(element),
        )
    }

    fn must_exprs(&self, exprs: &[Expr]) -> Vec<Vec<Expr>> {
        self.sequence(
            exprs,
            |expr, mode| self.keep_expr(expr, mode).map(Kept::Part),
            |expr| self.must_expr(expr),
        )
    }

    /// The variants of several parts one after the other.
    fn sequence<T: Clone>(
        &self,
        parts: &[T],
        keep: impl Fn(&T, Mode) -> Option<Kept<T>>,
        must: impl Fn(&T) -> Vec<T>,
    ) -> Vec<Vec<T>> {
        let using: Vec<Vec<T>> = parts.iter().map(must).collect();
        let Some(last) = using.iter().rposition(|variants| !variants.is_empty()) else {
            return Vec::new();
        };
        // Whether all from a part on can be derived, and what they are then.
        let behind: Vec<_> = parts.iter().map(|part| keep(part, Mode::Free)).collect();
        let first = behind.iter().rposition(Option::is_none);
        let mut found = Vec::new();
        let mut before: Vec<T> = Vec::new();
        for (at, variants) in using.into_iter().enumerate().take(last + 1) {
            if first.is_none_or(|first| first <= at) {
                for part in variants {
                    let behind = behind.iter().skip(at + 1).flatten();
                    let mut whole = before.clone();
                    whole.push(part);
                    whole.extend(behind.filter_map(part_of).cloned());
                    found.push(whole);
                }
            }
            match keep(&parts[at], Mode::Avoid) {
                Some(kept) if found.len() < MOST_VARIANTS => before.extend(part_of(&kept).cloned()),
                _ => break,
            }
        }
        found.truncate(MOST_VARIANTS);
        found
    }

    /// The variants of an element that uses a rule that is asked for.
    fn must_element(&self, element: &Element) -> Vec<Element> {
        let kinds: Vec<ElementKind> = match &element.kind {
            ElementKind::Terminal(_) | ElementKind::Glue | ElementKind::StatementBreak => {
                Vec::new()
            }
            ElementKind::Group(body) => one(self.must_block(body), ElementKind::Group),
            // It is taken in any case.
            ElementKind::Optional(body, _) => one(self.must_block(body), |body| {
                ElementKind::Group(taken(body))
            }),
            ElementKind::Repeat(body, count) => match self.must_count(count) {
                Some(count) => one(self.must_block(body), |body| {
                    ElementKind::Repeat(body, count)
                }),
                None => Vec::new(),
            },
            ElementKind::For {
                pattern,
                lists,
                separator,
                body,
            } => {
                let walk = |lists, body| ElementKind::For {
                    pattern: pattern.clone(),
                    lists,
                    separator: separator.clone(),
                    body,
                };
                self.exprs_and_block(lists, body, walk)
            }
            ElementKind::Place(value) => each(self.must_expr(value), ElementKind::Place),
            ElementKind::Let(pattern, value) => each(self.must_expr(value), |value| {
                ElementKind::Let(pattern.clone(), value)
            }),
            ElementKind::Effect(effect, value) => each(self.must_expr(value), |value| {
                ElementKind::Effect(*effect, value)
            }),
            ElementKind::Bind(values) => each(self.must_exprs(values), ElementKind::Bind),
            ElementKind::Return(values) => each(self.must_exprs(values), ElementKind::Return),
            ElementKind::Scope { correlated, body } => one(self.must_block(body), |body| {
                let correlated = *correlated;
                ElementKind::Scope { correlated, body }
            }),
            ElementKind::Narrow(columns, body) => {
                let mut kinds = Vec::new();
                if let Some(body) = self.keep_block(body, Mode::Free) {
                    let using = self.must_expr(columns);
                    kinds = each(using, |columns| ElementKind::Narrow(columns, body.clone()));
                }
                if let Some(columns) = self.keep_expr(columns, Mode::Avoid) {
                    kinds.extend(one(self.must_block(body), |body| {
                        ElementKind::Narrow(columns, body)
                    }));
                }
                kinds
            }
            ElementKind::Full(body) => one(self.must_block(body), ElementKind::Full),
            ElementKind::Context(context, body) => one(self.must_block(body), |body| {
                ElementKind::Context(*context, body)
            }),
        };
        let span = element.span;
        each(kinds, |kind| Element { kind, span })
    }

    /// The variants of values that a block follows.
    fn exprs_and_block<T>(
        &self,
        exprs: &[Expr],
        block: &Block,
        make: impl Fn(Vec<Expr>, Block) -> T,
    ) -> Vec<T> {
        let mut found = Vec::new();
        if let Some(block) = self.keep_block(block, Mode::Free) {
            let using = self.must_exprs(exprs);
            found.extend(each(using, |exprs| make(exprs, block.clone())));
        }
        if let Some(exprs) = self.keep_exprs(exprs, Mode::Avoid)
            && let Some(block) = self.must_block(block)
        {
            found.push(make(exprs, block));
        }
        found
    }

    /// At least one round, as far as that is known now; none if there can be none.
    fn must_count(&self, count: &Count) -> Option<Count> {
        let mut count = self.keep_count(count, Mode::Free)?;
        if count.high.as_ref().and_then(|high| constant(high)) == Some(0) {
            return None;
        }
        if constant(&count.low) == Some(0) {
            let number = |value| Expr {
                kind: ExprKind::Int(value),
                ty: Ty::Int,
                span: count.low.span,
            };
            let high = count.high.take();
            count.high = Some(high.unwrap_or_else(|| Box::new(number(OPEN_REPETITION))));
            count.low = Box::new(number(1));
        }
        Some(count)
    }

    /// The variants of an expression that uses a rule that is asked for.
    fn must_expr(&self, expr: &Expr) -> Vec<Expr> {
        let kinds: Vec<ExprKind> = match &expr.kind {
            ExprKind::Call(rule, arguments) if self.aim.only[rule.0 as usize] => {
                let call = self.call(*rule, Mode::Free);
                match (call, self.keep_exprs(arguments, Mode::Free)) {
                    (Some(rule), Some(arguments)) => vec![ExprKind::Call(rule, arguments)],
                    _ => Vec::new(),
                }
            }
            ExprKind::Call(rule, arguments) => {
                let mut kinds = Vec::new();
                if let Some(rule) = self.call(*rule, Mode::Free) {
                    let using = self.must_exprs(arguments);
                    kinds = each(using, |arguments| ExprKind::Call(rule, arguments));
                }
                if let Some(arguments) = self.keep_exprs(arguments, Mode::Avoid)
                    && let Some(rule) = self.call(*rule, Mode::Must)
                {
                    kinds.push(ExprKind::Call(rule, arguments));
                }
                kinds
            }
            ExprKind::Builtin(builtin, arguments) => {
                each(self.must_exprs(arguments), |arguments| {
                    ExprKind::Builtin(*builtin, arguments)
                })
            }
            ExprKind::Extern(function, arguments) => {
                each(self.must_exprs(arguments), |arguments| {
                    ExprKind::Extern(*function, arguments)
                })
            }
            ExprKind::List(elements) => each(self.must_exprs(elements), ExprKind::List),
            ExprKind::Field(of, field) => each(self.must_expr(of), |of| {
                ExprKind::Field(Box::new(of), *field)
            }),
            ExprKind::Draws {
                distinct,
                item,
                count,
            } => match self.must_count(count) {
                Some(count) => each(self.must_expr(item), |item| ExprKind::Draws {
                    distinct: *distinct,
                    item: Box::new(item),
                    count: count.clone(),
                }),
                None => Vec::new(),
            },
            ExprKind::Text(body) => one(self.must_block(body), ExprKind::Text),
            ExprKind::Arithmetic(op, left, right) => {
                let both = [(**left).clone(), (**right).clone()];
                let using = self.must_exprs(&both).into_iter();
                let pairs = using.filter_map(|both| <[Expr; 2]>::try_from(both).ok());
                pairs
                    .map(|[left, right]| ExprKind::Arithmetic(*op, Box::new(left), Box::new(right)))
                    .collect()
            }
            _ => Vec::new(),
        };
        each(kinds, |kind| with_kind(expr, kind))
    }
}

fn part_of<T>(kept: &Kept<T>) -> Option<&T> {
    match kept {
        Kept::Part(part) => Some(part),
        Kept::Gone => None,
    }
}

fn each<T, U>(all: Vec<T>, make: impl FnMut(T) -> U) -> Vec<U> {
    all.into_iter().map(make).collect()
}

fn one<T, U>(found: Option<T>, make: impl FnOnce(T) -> U) -> Vec<U> {
    found.map(make).into_iter().collect()
}

fn with_kind(expr: &Expr, kind: ExprKind) -> Expr {
    Expr {
        kind,
        ty: expr.ty.clone(),
        span: expr.span,
    }
}

fn with_elements(alternative: &Alternative, weight: u32, elements: Vec<Element>) -> Alternative {
    Alternative {
        weight,
        elements,
        guard: alternative.guard.clone(),
        ..*alternative
    }
}

/// The place of an alternative that can't be chosen.
fn left_out(alternative: &Alternative) -> Alternative {
    Alternative {
        guard: None,
        ..with_elements(alternative, 0, Vec::new())
    }
}

/// The body of an option that is always taken: as if to leave it out were an alternative without
/// weight.
fn taken(mut body: Block) -> Block {
    if let [single] = body.alternatives.as_slice() {
        let mut nothing = left_out(single);
        nothing.ordinal += 1;
        body.alternatives.push(nothing);
    }
    body
}

/// Whether there may be no round, as far as that is constant.
fn may_be_empty(count: &Count) -> bool {
    constant(&count.low) == Some(0)
}

/// The weight of each alternative's variants, so that together they have the share that is written.
fn shares(alternatives: &[Alternative], variants: &[Vec<Vec<Element>>]) -> Vec<u32> {
    let counts = variants.iter().map(|variants| variants.len().max(1) as u64);
    let common = counts.clone().fold(1, |common, count| {
        let next = lcm(common, count);
        if next > LARGEST_SUM { common } else { next }
    });
    let exact = alternatives.iter().zip(counts);
    let exact: Vec<u64> = exact
        .map(|(alternative, count)| u64::from(alternative.weight) * common / count)
        .collect();
    let sum: u64 = exact.iter().sum();
    let excess = sum.div_ceil(LARGEST_SUM).max(1);
    let rounded = exact.iter().map(|&weight| (weight / excess).max(1) as u32);
    rounded.collect()
}

fn lcm(a: u64, b: u64) -> u64 {
    let (mut x, mut y) = (a, b);
    while y > 0 {
        (x, y) = (y, x % y);
    }
    (a / x).saturating_mul(b)
}
