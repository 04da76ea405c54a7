//! What a CHECK constraint leaves of a column's values, as far as it is understood.

use super::cursor::Cursor;
use super::split::{Kind, Splitter};
use crate::schema::model::Allowed;
use sqlparser::ast::{BinaryOperator, Expr, FunctionArg, FunctionArgExpr, FunctionArguments};
use sqlparser::ast::{UnaryOperator, Value};
use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::parser::Parser;
use sqlparser::tokenizer::Token;

/// Expressions and queries with more operators, words and parentheses are not looked into: their
/// trees could be as deep, and walking them recurses.
const MAX_WEIGHT: usize = 1_000;
/// How deep parentheses may nest in what is looked into.
const MAX_NESTING: usize = 40;

/// What a check says.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Finding {
    /// Of the column at this position.
    Column {
        /// The position.
        column: usize,
        /// What it leaves.
        allowed: Allowed,
        /// Whether it excludes NULL.
        not_null: bool,
    },
    /// It concerns several columns or none and is not understood.
    Opaque,
}

/// What a check needs to know of the columns.
pub(super) trait Columns {
    /// The position of a column by name.
    fn position(&self, name: &str) -> Option<usize>;
    /// For a number column, the digits after the point of its smallest step; None if it holds no
    /// numbers.
    fn digits(&self, column: usize) -> Option<u32>;
}

/// A parser of SQL, unless it could be led too deep.
pub(super) fn parser<'a>(cursor: &Cursor<'_>) -> Option<Parser<'a>> {
    let nests = |token: &&super::split::Token| match token.kind {
        Kind::Number | Kind::Text => false,
        Kind::Symbol => &cursor.text[token.start..token.end] != ",",
        Kind::Word | Kind::Quoted => true,
    };
    if cursor.tokens.iter().filter(nests).count() > MAX_WEIGHT {
        return None;
    }
    Parser::new(&PostgreSqlDialect {})
        .with_recursion_limit(MAX_NESTING)
        .try_with_sql(cursor.source())
        .ok()
}

/// Parses an expression, if it is one that can be looked into.
pub(super) fn parse(cursor: &Cursor<'_>) -> Option<Expr> {
    let mut parser = parser(cursor)?;
    let expression = parser.parse_expr().ok()?;
    (parser.peek_token_ref().token == Token::EOF).then_some(expression)
}

/// What the expression of a CHECK says of the columns.
pub(super) fn findings(cursor: &Cursor<'_>, columns: &dyn Columns) -> Vec<Finding> {
    match parse(cursor) {
        Some(expression) => {
            let mut found = Vec::new();
            conjuncts(&expression, columns, &mut found);
            found
        }
        None => vec![unknown(cursor, columns)],
    }
}

/// The finding for an expression that is not understood.
fn unknown(cursor: &Cursor<'_>, columns: &dyn Columns) -> Finding {
    let mut named = mentioned(cursor, columns);
    match (named.pop(), named.is_empty()) {
        (Some(column), true) => Finding::Column {
            column,
            allowed: Allowed::Unknown,
            not_null: false,
        },
        _ => Finding::Opaque,
    }
}

/// The columns that an expression mentions, each once.
fn mentioned(cursor: &Cursor<'_>, columns: &dyn Columns) -> Vec<usize> {
    let mut found = Vec::new();
    for name in names(cursor) {
        if let Some(column) = columns.position(&name)
            && !found.contains(&column)
        {
            found.push(column);
        }
    }
    found
}

/// The words and quoted names of an expression.
pub(super) fn names(cursor: &Cursor<'_>) -> Vec<String> {
    let mut rest = *cursor;
    let mut names = Vec::new();
    while !rest.is_empty() {
        let mut here = rest;
        rest.skip();
        names.extend(here.identifier().ok());
    }
    names
}

/// Collects what the parts of an AND say.
fn conjuncts(expression: &Expr, columns: &dyn Columns, found: &mut Vec<Finding>) {
    match expression {
        Expr::Nested(inner) => conjuncts(inner, columns, found),
        Expr::BinaryOp {
            left,
            op: BinaryOperator::And,
            right,
        } => {
            conjuncts(left, columns, found);
            conjuncts(right, columns, found);
        }
        _ => found.push(match condition(expression, columns) {
            Some((column, allowed, not_null)) => Finding::Column {
                column,
                allowed,
                not_null,
            },
            None => {
                let text = expression.to_string();
                let mut tokens = Vec::new();
                Splitter::new(&text).next_statement(&mut tokens);
                unknown(&Cursor::new(&text, &tokens), columns)
            }
        }),
    }
}

/// A condition on one column: which, what it leaves, whether it excludes NULL.
fn condition(expression: &Expr, columns: &dyn Columns) -> Option<(usize, Allowed, bool)> {
    match expression {
        Expr::Nested(inner) => condition(inner, columns),
        Expr::IsNotNull(operand) => match subject(operand, columns)? {
            (column, Measure::Value) => Some((column, Allowed::Any, true)),
            _ => None,
        },
        Expr::BinaryOp {
            left,
            op: BinaryOperator::Or,
            right,
        } => either(left, right, columns).map(|(column, allowed)| (column, allowed, false)),
        Expr::BinaryOp {
            left,
            op: BinaryOperator::And,
            right,
        } => {
            let (first, a, a_not_null) = condition(left, columns)?;
            let (second, b, b_not_null) = condition(right, columns)?;
            (first == second).then(|| (first, both(&a, &b), a_not_null || b_not_null))
        }
        Expr::BinaryOp { left, op, right } => {
            let (column, allowed) = match subject(left, columns) {
                Some(subject) => compare(subject, op, right, columns)?,
                None => compare(subject(right, columns)?, &mirrored(op)?, left, columns)?,
            };
            Some((column, allowed, false))
        }
        Expr::Between {
            expr,
            negated: false,
            low,
            high,
        } => {
            let subject = subject(expr, columns)?;
            let (column, from) = compare(subject, &BinaryOperator::GtEq, low, columns)?;
            let (_, to) = compare(subject, &BinaryOperator::LtEq, high, columns)?;
            Some((column, both(&from, &to), false))
        }
        Expr::InList {
            expr,
            list,
            negated: false,
        } => one_of(subject(expr, columns)?, list, columns),
        Expr::AnyOp {
            left,
            compare_op: BinaryOperator::Eq,
            right,
            ..
        } => match peel(right) {
            Expr::Array(array) => one_of(subject(left, columns)?, &array.elem, columns),
            _ => None,
        },
        _ => None,
    }
    .filter(|(_, allowed, _)| *allowed != Allowed::Unknown)
}

fn one_of(
    (column, measure): (usize, Measure),
    list: &[Expr],
    columns: &dyn Columns,
) -> Option<(usize, Allowed, bool)> {
    if measure != Measure::Value || list.is_empty() {
        return None;
    }
    let literals: Option<Vec<String>> = list
        .iter()
        .map(|element| literal(element, column, columns))
        .collect();
    Some((column, Allowed::OneOf(literals?), false))
}

/// `column IS NULL OR …`, or several equalities.
fn either(left: &Expr, right: &Expr, columns: &dyn Columns) -> Option<(usize, Allowed)> {
    for (null, rest) in [(left, right), (right, left)] {
        if let Expr::IsNull(operand) = peel(null) {
            let (tested, measure) = subject(operand, columns)?;
            let (column, allowed, not_null) = condition(rest, columns)?;
            let same = tested == column && measure == Measure::Value && !not_null;
            return same.then_some((column, allowed));
        }
    }
    match (condition(left, columns)?, condition(right, columns)?) {
        ((a, Allowed::OneOf(mut first), _), (b, Allowed::OneOf(second), _)) if a == b => {
            first.extend(second);
            Some((a, Allowed::OneOf(first)))
        }
        _ => None,
    }
}

/// What of a column is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Measure {
    Value,
    Length,
}

/// Takes casts and parentheses away.
fn peel(mut expression: &Expr) -> &Expr {
    while let Expr::Nested(inner) | Expr::Cast { expr: inner, .. } = expression {
        expression = inner;
    }
    expression
}

/// The column, or the column whose length is measured.
fn subject(expression: &Expr, columns: &dyn Columns) -> Option<(usize, Measure)> {
    match peel(expression) {
        Expr::Identifier(name) => {
            let folded = match name.quote_style {
                Some(_) => name.value.clone(),
                None => name.value.to_lowercase(),
            };
            Some((columns.position(&folded)?, Measure::Value))
        }
        Expr::Function(function) => {
            let name = function.name.to_string().to_lowercase();
            if !matches!(
                name.as_str(),
                "length" | "char_length" | "character_length" | "octet_length"
            ) {
                return None;
            }
            let argument = sole_argument(&function.args)?;
            // Values made for such a column have no blanks at their ends.
            let argument = match peel(argument) {
                Expr::Trim {
                    expr,
                    trim_what: None,
                    trim_characters: None,
                    ..
                } => expr,
                Expr::Function(inner)
                    if inner.name.to_string().eq_ignore_ascii_case("btrim")
                        || inner.name.to_string().eq_ignore_ascii_case("trim") =>
                {
                    sole_argument(&inner.args)?
                }
                other => other,
            };
            match subject(argument, columns)? {
                (column, Measure::Value) if columns.digits(column).is_none() => {
                    Some((column, Measure::Length))
                }
                _ => None,
            }
        }
        _ => None,
    }
}

fn sole_argument(arguments: &FunctionArguments) -> Option<&Expr> {
    match arguments {
        FunctionArguments::List(list) => match list.args.as_slice() {
            [FunctionArg::Unnamed(FunctionArgExpr::Expr(expression))] => Some(expression),
            _ => None,
        },
        _ => None,
    }
}

fn mirrored(op: &BinaryOperator) -> Option<BinaryOperator> {
    Some(match op {
        BinaryOperator::Lt => BinaryOperator::Gt,
        BinaryOperator::LtEq => BinaryOperator::GtEq,
        BinaryOperator::Gt => BinaryOperator::Lt,
        BinaryOperator::GtEq => BinaryOperator::LtEq,
        BinaryOperator::Eq => BinaryOperator::Eq,
        BinaryOperator::NotEq => BinaryOperator::NotEq,
        _ => return None,
    })
}

fn compare(
    (column, measure): (usize, Measure),
    op: &BinaryOperator,
    constant: &Expr,
    columns: &dyn Columns,
) -> Option<(usize, Allowed)> {
    let allowed = match (measure, columns.digits(column)) {
        (Measure::Length, _) => {
            let (unscaled, scale) = number(constant)?;
            let n = if scale == 0 { unscaled } else { return None };
            let clamp = |n: i128| u32::try_from(n.max(0)).unwrap_or(u32::MAX);
            match op {
                BinaryOperator::Lt => Allowed::Length(0, clamp(n.checked_sub(1)?)),
                BinaryOperator::LtEq => Allowed::Length(0, clamp(n)),
                BinaryOperator::Gt => Allowed::Length(clamp(n.checked_add(1)?), u32::MAX),
                BinaryOperator::GtEq => Allowed::Length(clamp(n), u32::MAX),
                BinaryOperator::Eq => Allowed::Length(clamp(n), clamp(n)),
                BinaryOperator::NotEq if n == 0 => Allowed::Length(1, u32::MAX),
                _ => return None,
            }
        }
        (Measure::Value, Some(digits)) => {
            let bound = number(constant)?;
            let step = |by: i128| {
                let scale = bound.1.max(digits);
                let unscaled = rescale(bound, scale)?.checked_add(by)?;
                Some((unscaled, scale))
            };
            let (low, high) = match op {
                BinaryOperator::Lt => (None, Some(step(-1)?)),
                BinaryOperator::LtEq => (None, Some(bound)),
                BinaryOperator::Gt => (Some(step(1)?), None),
                BinaryOperator::GtEq => (Some(bound), None),
                BinaryOperator::Eq => (Some(bound), Some(bound)),
                _ => return None,
            };
            Allowed::Range { low, high }
        }
        (Measure::Value, None) => match op {
            BinaryOperator::Eq => Allowed::OneOf(vec![literal(constant, column, columns)?]),
            BinaryOperator::NotEq if text(constant).is_some_and(str::is_empty) => {
                Allowed::Length(1, u32::MAX)
            }
            _ => return None,
        },
    };
    Some((column, allowed))
}

fn rescale((unscaled, scale): (i128, u32), to: u32) -> Option<i128> {
    unscaled.checked_mul(10_i128.checked_pow(to.checked_sub(scale)?)?)
}

/// A constant number as (unscaled, scale).
fn number(expression: &Expr) -> Option<(i128, u32)> {
    match peel(expression) {
        Expr::UnaryOp {
            op: UnaryOperator::Minus,
            expr,
        } => number(expr).map(|(unscaled, scale)| (-unscaled, scale)),
        Expr::UnaryOp {
            op: UnaryOperator::Plus,
            expr,
        } => number(expr),
        Expr::Value(value) => match &value.value {
            Value::Number(digits, _) | Value::SingleQuotedString(digits) => decimal(digits.trim()),
            _ => None,
        },
        _ => None,
    }
}

/// A decimal number of at most 30 digits, perhaps with an exponent.
fn decimal(digits: &str) -> Option<(i128, u32)> {
    let (mantissa, exponent) = digits.split_once(['e', 'E']).unwrap_or((digits, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if fraction.starts_with(['+', '-']) || whole.len() + fraction.len() > 30 {
        return None;
    }
    let unscaled: i128 = format!("{whole}{fraction}").parse().ok()?;
    let exponent: i32 = exponent.parse().ok().filter(|e: &i32| e.abs() <= 30)?;
    let scale = i32::try_from(fraction.len()).ok()? - exponent;
    match u32::try_from(scale) {
        Ok(scale) => Some((unscaled, scale)),
        Err(_) => Some((rescale((unscaled, 0), scale.unsigned_abs())?, 0)),
    }
}

fn text(expression: &Expr) -> Option<&str> {
    match peel(expression) {
        Expr::Value(value) => match &value.value {
            Value::SingleQuotedString(text) => Some(text),
            _ => None,
        },
        _ => None,
    }
}

/// A constant as it is printed for a column.
fn literal(expression: &Expr, column: usize, columns: &dyn Columns) -> Option<String> {
    if columns.digits(column).is_some() {
        let (unscaled, scale) = number(expression)?;
        let mut out = Vec::new();
        crate::values::number::push_decimal(unscaled, scale, &mut out);
        return String::from_utf8(out).ok();
    }
    match peel(expression) {
        Expr::Value(value) => match &value.value {
            Value::SingleQuotedString(text) => {
                let mut out = Vec::new();
                crate::values::quoting::push_string(text.as_bytes(), &mut out);
                String::from_utf8(out).ok()
            }
            Value::Boolean(truth) => Some(if *truth { "TRUE" } else { "FALSE" }.to_owned()),
            _ => None,
        },
        _ => None,
    }
}

/// What two checks leave together.
pub(super) fn both(a: &Allowed, b: &Allowed) -> Allowed {
    match (a, b) {
        (Allowed::Any, other) | (other, Allowed::Any) => other.clone(),
        (
            Allowed::Range { low, high },
            Allowed::Range {
                low: other_low,
                high: other_high,
            },
        ) => Allowed::Range {
            low: tighter(*low, *other_low, true),
            high: tighter(*high, *other_high, false),
        },
        (Allowed::Length(low, high), Allowed::Length(other_low, other_high)) => {
            Allowed::Length(*low.max(other_low), *high.min(other_high))
        }
        (Allowed::OneOf(first), Allowed::OneOf(second)) => Allowed::OneOf(
            first
                .iter()
                .filter(|literal| second.contains(literal))
                .cloned()
                .collect(),
        ),
        _ => Allowed::Unknown,
    }
}

fn tighter(a: Option<(i128, u32)>, b: Option<(i128, u32)>, highest: bool) -> Option<(i128, u32)> {
    let (Some(a), Some(b)) = (a, b) else {
        return a.or(b);
    };
    let scale = a.1.max(b.1);
    let first_wins = match (rescale(a, scale), rescale(b, scale)) {
        (Some(x), Some(y)) => (x >= y) == highest,
        _ => true,
    };
    Some(if first_wins { a } else { b })
}
