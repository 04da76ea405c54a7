//! Numbers: weights, probabilities, counts, ranges, distributions; and literals with a syntax of
//! their own, such as regular expressions.

mod weights;

use super::calls::nearest_distribution;
use super::exprs::Expect;
use super::rules::Checker;
use crate::builtins::Builtin;
use crate::diagnostics::{Code, Diagnostic};
use crate::hir::{Count, Distribution, Expr, ExprKind, Ty};
use crate::source::Span;
use crate::syntax::ast::{self, ArithmeticOp, Number};
use rqg_runtime::demand::Field;
use rqg_runtime::values::Pattern;

/// The distributions with their parameters.
pub(super) const DISTRIBUTIONS: &[(&str, &[&str])] = &[
    ("uniform", &[]),
    ("zipf", &["s"]),
    ("normal", &["mean", "deviation"]),
    ("exponential", &["mean"]),
    ("geometric", &["p"]),
];

/// What a repetition counts.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Bounds {
    /// Pieces of text, with a separator.
    Text,
    /// The elements of a list.
    Draws,
}

/// The value of an integer; the parser has reported those that do not fit.
pub(super) fn integer(number: &Number) -> i64 {
    number.text.parse().unwrap_or_default()
}

/// The value of an expression of constants.
pub(super) fn constant(expr: &Expr) -> Option<f64> {
    match &expr.kind {
        ExprKind::Int(value) => Some(*value as f64),
        ExprKind::Float(value) => Some(*value),
        ExprKind::Arithmetic(op, left, right) => {
            let (left, right) = (constant(left)?, constant(right)?);
            Some(match op {
                ArithmeticOp::Add => left + right,
                ArithmeticOp::Subtract => left - right,
                ArithmeticOp::Multiply => left * right,
            })
        }
        _ => None,
    }
}

impl<'c> Checker<'c, '_> {
    /// `{2..=5 "," , zipf(1.1)}`
    pub fn count(&mut self, count: &'c ast::Repetition, of: Bounds) -> Count {
        let low = match &count.low {
            Some(low) => self.bound(low),
            None => Expr {
                kind: ExprKind::Int(0),
                ty: Ty::Int,
                span: count.span,
            },
        };
        let high = count.high.as_deref().map(|high| self.bound(high));
        let high = high.map(|high| {
            if count.exclusive {
                one_less(high)
            } else {
                high
            }
        });
        if count.low.is_some() && high.is_some() && constant(&low).is_some_and(|low| low < 0.0) {
            let message = "a count below 0 is impossible";
            self.report(Diagnostic::new(Code::EmptyRange, low.span, message));
        }
        if let (Some(separator), Bounds::Draws) = (&count.separator, of) {
            self.report(
                Diagnostic::new(
                    Code::TypeMismatch,
                    separator.span,
                    "a list has no separator",
                )
                .help("give it where the list is written: `for x in list \",\" { x }`"),
            );
        }
        Count {
            low: Box::new(low),
            high: high.map(Box::new),
            separator: count.separator.as_ref().map(|text| text.text.clone()),
            distribution: count
                .distribution
                .as_deref()
                .and_then(|d| self.distribution(d)),
        }
    }

    /// A bound: constants, int locals, lengths and arithmetic, so that it makes no draw.
    fn bound(&mut self, bound: &'c ast::Expr) -> Expr {
        let bound = self.typed(bound, &Ty::Int, "a bound");
        if bound.ty != Ty::Error && !is_simple(&bound) {
            self.report(
                Diagnostic::new(Code::TypeMismatch, bound.span, "a bound cannot be drawn")
                    .label("makes a draw")
                    .help("bind it first: `let n = …;`"),
            );
            return Self::error(bound.span);
        }
        bound
    }

    /// A range as an argument of a builtin; both bounds have to be given.
    pub fn range(
        &mut self,
        low: Option<&'c ast::Expr>,
        high: Option<&'c ast::Expr>,
        exclusive: bool,
        span: Span,
        callee: &str,
    ) -> Expr {
        let (Some(low), Some(high)) = (low, high) else {
            let message = format!("`{callee}` needs both ends of the range");
            self.report(
                Diagnostic::new(Code::TypeMismatch, span, message)
                    .help("write for example `1..=100`"),
            );
            return Self::error(span);
        };
        let fractional = callee == "decimal";
        let low = self.range_bound(low, fractional);
        let high = self.range_bound(high, fractional);
        if low.ty == Ty::Error || high.ty == Ty::Error {
            return Self::error(span);
        }
        if exclusive && matches!(high.kind, ExprKind::Float(_)) {
            let message = "a range of fractional numbers includes both ends";
            self.report(Diagnostic::new(Code::TypeMismatch, span, message).help("write `..=`"));
            return Self::error(span);
        }
        let high = if exclusive { one_less(high) } else { high };
        Expr {
            kind: ExprKind::Range(Some(Box::new(low)), Some(Box::new(high))),
            ty: Ty::Int,
            span,
        }
    }

    fn range_bound(&mut self, bound: &'c ast::Expr, fractional: bool) -> Expr {
        match &bound.kind {
            ast::ExprKind::Float(number) if fractional => Expr {
                kind: ExprKind::Float(number.text.parse().unwrap_or_default()),
                ty: Ty::Int,
                span: bound.span,
            },
            _ => self.bound(bound),
        }
    }

    /// `zipf(1.1)`
    pub fn distribution(&mut self, expr: &'c ast::Expr) -> Option<Distribution> {
        let (name, arguments): (_, &[ast::Expr]) = match &expr.kind {
            ast::ExprKind::Name(name) => (name, &[]),
            ast::ExprKind::Call(name, arguments) => (name, arguments),
            _ => {
                self.report(bad_distribution(
                    expr.span,
                    "a distribution is expected here".to_owned(),
                ));
                return None;
            }
        };
        let Some((_, params)) = DISTRIBUTIONS.iter().find(|(known, _)| *known == name.text) else {
            let message = format!("there is no distribution `{}`", name.text);
            self.report(
                bad_distribution(name.span, message).suggest(nearest_distribution(&name.text)),
            );
            return None;
        };
        if arguments.len() != params.len() {
            let message = format!(
                "the distribution is written `{}`",
                shown(&name.text, params)
            );
            self.report(bad_distribution(expr.span, message));
            return None;
        }
        let mut values = [0.0; 2];
        for (value, argument) in values.iter_mut().zip(arguments) {
            *value = self.parameter(argument)?;
        }
        let [first, second] = values;
        let (distribution, valid, rule) = match name.text.as_str() {
            "zipf" => (
                Distribution::Zipf(first),
                (0.01..=20.0).contains(&first),
                "s lies between 0.01 and 20",
            ),
            "normal" => (
                Distribution::Normal(first, second),
                second > 0.0,
                "the deviation is above 0",
            ),
            "exponential" => (
                Distribution::Exponential(first),
                first > 0.0,
                "the mean is above 0",
            ),
            "geometric" => {
                let valid = first > 0.0 && first < 1.0;
                (
                    Distribution::Geometric(first),
                    valid,
                    "p lies between 0 and 1, both excluded",
                )
            }
            _ => (Distribution::Uniform, true, ""),
        };
        if !valid {
            let message = format!("the parameter of `{}` is out of range", name.text);
            self.report(bad_distribution(expr.span, message).label(rule));
            return None;
        }
        Some(distribution)
    }

    fn parameter(&mut self, argument: &'c ast::Expr) -> Option<f64> {
        let value = match &argument.kind {
            ast::ExprKind::Int(number) | ast::ExprKind::Float(number) => number.text.parse().ok(),
            _ => None,
        };
        if value.is_none() {
            if let ast::ExprKind::Name(_) = &argument.kind {
                self.expr(argument, Expect::Any);
            }
            let message = "the parameters of a distribution are plain numbers".to_owned();
            self.report(bad_distribution(argument.span, message));
        }
        value
    }
}

fn shown(name: &str, params: &[&str]) -> String {
    match params {
        [] => name.to_owned(),
        _ => format!("{name}({})", params.join(", ")),
    }
}

fn bad_distribution(span: Span, message: String) -> Diagnostic {
    let forms: Vec<String> = DISTRIBUTIONS
        .iter()
        .map(|(name, params)| format!("`{}`", shown(name, params)))
        .collect();
    Diagnostic::new(Code::BadDistribution, span, message)
        .help(format!("distributions are {}", forms.join(", ")))
}

/// An exclusive bound made inclusive.
fn one_less(bound: Expr) -> Expr {
    let span = bound.span;
    if let ExprKind::Int(value) = bound.kind {
        return Expr {
            kind: ExprKind::Int(value.saturating_sub(1)),
            ..bound
        };
    }
    let one = Expr {
        kind: ExprKind::Int(1),
        ty: Ty::Int,
        span,
    };
    Expr {
        kind: ExprKind::Arithmetic(ArithmeticOp::Subtract, Box::new(bound), Box::new(one)),
        ty: Ty::Int,
        span,
    }
}

/// Whether an int expression makes no draw.
fn is_simple(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Int(_) | ExprKind::Local(_) => true,
        ExprKind::Field(of, Field::Length) => is_place(of),
        ExprKind::Arithmetic(_, left, right) => is_simple(left) && is_simple(right),
        _ => false,
    }
}

/// Whether the expression only reads locals and their fields.
pub(super) fn is_place(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Local(_) => true,
        ExprKind::Field(of, _) => is_place(of),
        _ => false,
    }
}

/// What the types of a builtin's arguments do not tell.
pub(super) fn check_arguments(builtin: Builtin, arguments: &[Expr]) -> Vec<Diagnostic> {
    let Some(first) = arguments.first() else {
        return Vec::new();
    };
    let limits = |low: f64, high: f64, what: &str| range_limits(first, low, high, what);
    match (builtin, &first.kind) {
        (Builtin::Regex, ExprKind::Str(pattern)) => bad_regex(pattern, first.span),
        (Builtin::Fresh | Builtin::FreshObject, ExprKind::Str(prefix)) => {
            bad_prefix(prefix, first.span)
        }
        (Builtin::Text, _) => limits(
            0.0,
            10_000.0,
            "the length of a text lies between 0 and 10,000",
        ),
        (Builtin::Date | Builtin::Timestamp, _) => {
            limits(1.0, 9999.0, "years lie between 1 and 9999")
        }
        (Builtin::Decimal, _) => {
            let digits = arguments.get(1).and_then(constant);
            match digits {
                Some(digits) if !(0.0..=18.0).contains(&digits) => vec![Diagnostic::new(
                    Code::BadNumber,
                    arguments[1].span,
                    "a decimal has at most 18 digits after the point",
                )],
                _ => Vec::new(),
            }
        }
        _ => Vec::new(),
    }
    .into_iter()
    .collect()
}

fn range_limits(range: &Expr, least: f64, most: f64, message: &str) -> Vec<Diagnostic> {
    let ExprKind::Range(low, high) = &range.kind else {
        return Vec::new();
    };
    let outside = |bound: &Option<Box<Expr>>| {
        bound
            .as_deref()
            .and_then(constant)
            .is_some_and(|value| !(least..=most).contains(&value))
    };
    if outside(low) || outside(high) {
        vec![Diagnostic::new(Code::BadNumber, range.span, message)]
    } else {
        Vec::new()
    }
}

fn bad_prefix(prefix: &str, span: Span) -> Vec<Diagnostic> {
    let plain = prefix.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
        && prefix
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        && prefix.len() <= 20;
    if plain {
        return Vec::new();
    }
    let message = "the prefix of a name is a lower-case word of at most 20 characters";
    vec![
        Diagnostic::new(Code::TypeMismatch, span, message).help("write for example `fresh(\"c\")`"),
    ]
}

fn bad_regex(pattern: &str, span: Span) -> Vec<Diagnostic> {
    let Err(error) = Pattern::new(pattern) else {
        return Vec::new();
    };
    vec![
        Diagnostic::new(
            Code::BadRegex,
            span,
            "the regular expression cannot be used",
        )
        .label(error.to_string()),
    ]
}
