//! Expressions, ranges and repetitions.

use super::{Builder, Node, Nodes, malformed};
use crate::diagnostics::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::Rule;
use crate::syntax::ast::{ArithmeticOp, Expr, ExprKind, Ident, Number, Repetition};

/// The bounds of a range as written.
struct Bounds {
    low: Option<Box<Expr>>,
    high: Option<Box<Expr>>,
    exclusive: bool,
    /// Whether dots were written; a count such as `{3}` has none.
    dots: bool,
}

impl Builder<'_> {
    /// The expressions directly inside of a pair.
    pub(super) fn exprs(&mut self, pair: Node<'_>) -> Vec<Expr> {
        let span = self.span(&pair);
        self.deeper(1, span, |this| {
            pair.into_inner()
                .filter(|pair| pair.as_rule() == Rule::expr)
                .map(|pair| this.expr(pair))
                .collect()
        })
        .unwrap_or_default()
    }

    pub(super) fn expr(&mut self, pair: Node<'_>) -> Expr {
        let span = self.span(&pair);
        let mut inner = pair.into_inner().peekable();
        let bounds = self.bounds(&mut inner);
        if bounds.dots {
            self.check_range(&bounds, span);
            return Expr {
                kind: ExprKind::Range {
                    low: bounds.low,
                    high: bounds.high,
                    exclusive: bounds.exclusive,
                },
                span,
            };
        }
        bounds.low.map_or_else(|| nothing(span), |expr| *expr)
    }

    /// The values of a `return`: one, or those of a list in parentheses.
    pub(super) fn returned(&mut self, pair: Node<'_>) -> Vec<Expr> {
        match tuple(pair.clone()) {
            Some(parens) => self.exprs(parens),
            None => vec![self.expr(pair)],
        }
    }

    pub(super) fn repetition(&mut self, pair: Node<'_>) -> Repetition {
        let span = self.span(&pair);
        let mut inner = pair.into_inner().peekable();
        let bounds = self.bounds(&mut inner);
        self.check_range(&bounds, span);
        let bounds = self.plain_bounds(bounds);
        let mut separator = None;
        let mut distribution = None;
        for pair in inner {
            match pair.as_rule() {
                Rule::string => separator = Some(self.string(&pair)),
                Rule::expr => distribution = Some(Box::new(self.expr(pair))),
                _ => {}
            }
        }
        let high = if bounds.dots {
            bounds.high
        } else {
            bounds.low.clone()
        };
        Repetition {
            low: bounds.low,
            high,
            exclusive: bounds.exclusive,
            separator,
            distribution,
            span,
        }
    }

    fn bounds(&mut self, inner: &mut Nodes<'_>) -> Bounds {
        let low = self.sum(inner).map(Box::new);
        let dots =
            inner.next_if(|pair| matches!(pair.as_rule(), Rule::inclusive | Rule::exclusive));
        let high = match dots {
            Some(_) => self.sum(inner).map(Box::new),
            None => None,
        };
        Bounds {
            low,
            high,
            exclusive: dots
                .as_ref()
                .is_some_and(|pair| pair.as_rule() == Rule::exclusive),
            dots: dots.is_some(),
        }
    }

    /// The bounds of a repetition, in which draws and calls are reported: a count is known before.
    /// (They could not be allowed as they are: `{e}` means `{e..=e}`, so nested they would double.)
    fn plain_bounds(&mut self, bounds: Bounds) -> Bounds {
        let mut plain = |bound: Option<Box<Expr>>| {
            bound.map(|bound| match not_plain(&bound) {
                None => bound,
                Some(span) => {
                    self.diagnostics.push(
                        Diagnostic::new(
                            Code::Syntax,
                            span,
                            "a bound is made of numbers, int parameters and locals",
                        )
                        .label("not allowed in a bound")
                        .help("draw it before: `let n = int(1..=3); x{n}`"),
                    );
                    let text = "1".to_owned();
                    Box::new(Expr {
                        kind: ExprKind::Int(Number { text, span }),
                        span,
                    })
                }
            })
        };
        Bounds {
            low: plain(bounds.low),
            high: plain(bounds.high),
            ..bounds
        }
    }

    /// Reports constant ranges that hold nothing.
    fn check_range(&mut self, bounds: &Bounds, span: Span) {
        let high = match (&bounds.high, bounds.dots) {
            (Some(high), true) => high,
            (None, true) => return,
            // A count.
            (_, false) => {
                if bounds
                    .low
                    .as_deref()
                    .and_then(constant)
                    .is_some_and(|n| n < 0.0)
                {
                    self.diagnostics.push(Diagnostic::new(
                        Code::EmptyRange,
                        span,
                        "a count below 0 is impossible",
                    ));
                }
                return;
            }
        };
        let low = match &bounds.low {
            Some(low) => constant(low),
            None => Some(0.0),
        };
        let (Some(low), Some(high)) = (low, constant(high)) else {
            return;
        };
        if low > high || (bounds.exclusive && low == high) {
            let mut diagnostic =
                Diagnostic::new(Code::EmptyRange, span, "nothing lies in this range");
            if low == high {
                diagnostic = diagnostic
                    .label("`..` leaves the upper bound out")
                    .help("write `..=` to include it");
            } else {
                diagnostic = diagnostic.label("the lower bound is above the upper one");
            }
            self.diagnostics.push(diagnostic);
        }
    }

    /// Factors joined by `+ - *`.
    pub(super) fn sum(&mut self, inner: &mut Nodes<'_>) -> Option<Expr> {
        let mut nodes = Vec::new();
        let in_sum = |pair: &Node<'_>| {
            matches!(
                pair.as_rule(),
                Rule::factor | Rule::guard_value | Rule::arithmetic
            )
        };
        while let Some(pair) = inner.next_if(in_sum) {
            nodes.push(pair);
        }
        let first = nodes.first()?;
        let span = self.span(first).to(self.span(nodes.last()?));
        let built = self.deeper(nodes.len() / 2, span, |this| this.joined(nodes));
        Some(built.flatten().unwrap_or_else(|| nothing(span)))
    }

    /// Joins factors, `*` binding closer than `+` and `-`.
    fn joined(&mut self, nodes: Vec<Node<'_>>) -> Option<Expr> {
        let mut sum: Option<(Expr, ArithmeticOp)> = None;
        let mut product: Option<Expr> = None;
        let mut multiply = false;
        for node in nodes {
            match node.as_rule() {
                Rule::arithmetic if node.as_str() == "*" => multiply = true,
                Rule::arithmetic => {
                    let op = if node.as_str() == "+" {
                        ArithmeticOp::Add
                    } else {
                        ArithmeticOp::Subtract
                    };
                    sum = Some((added(sum.take(), product.take()?), op));
                }
                rule => {
                    let factor = if rule == Rule::factor {
                        self.factor(node)
                    } else {
                        self.guard_value(node)
                    };
                    product = Some(match product.take() {
                        Some(left) if multiply => arithmetic(ArithmeticOp::Multiply, left, factor),
                        _ => factor,
                    });
                    multiply = false;
                }
            }
        }
        Some(added(sum, product?))
    }

    fn factor(&mut self, pair: Node<'_>) -> Expr {
        let span = self.span(&pair);
        let mut inner = pair.into_inner().peekable();
        let distinct = inner
            .next_if(|pair| pair.as_rule() == Rule::kw_distinct)
            .is_some();
        let Some(drawn) = inner.next() else {
            return nothing(span);
        };
        let mut expr = self.drawn(drawn);
        if distinct {
            if let ExprKind::Draws { distinct, .. } = &mut expr.kind {
                *distinct = true;
                expr.span = span;
            } else {
                self.diagnostics.push(
                    Diagnostic::new(Code::Syntax, span, "`distinct` needs a count in braces")
                        .label("how many are to be drawn?")
                        .help("write for example `distinct column(t){1..=5}`"),
                );
            }
        }
        expr
    }

    /// A primary expression with its fields and counts.
    fn drawn(&mut self, pair: Node<'_>) -> Expr {
        let span = self.span(&pair);
        let inner = pair.into_inner();
        let suffixes = inner
            .clone()
            .filter(|pair| matches!(pair.as_rule(), Rule::repeat | Rule::field))
            .count();
        let mut inner = inner.peekable();
        let built = self.deeper(suffixes, span, |this| {
            let mut expr = this.primary(&mut inner)?;
            loop {
                expr = this.fields(expr, &mut inner);
                let Some(count) = inner.next_if(|pair| pair.as_rule() == Rule::repeat) else {
                    return Some(expr);
                };
                let span = expr.span.to(this.span(&count));
                expr = Expr {
                    kind: ExprKind::Draws {
                        distinct: false,
                        item: Box::new(expr),
                        count: this.repetition(count),
                    },
                    span,
                };
            }
        });
        built.flatten().unwrap_or_else(|| nothing(span))
    }

    pub(super) fn primary(&mut self, inner: &mut Nodes<'_>) -> Option<Expr> {
        let first = inner.next()?;
        let span = self.span(&first);
        let kind = match first.as_rule() {
            Rule::number => self.number_expr(&first),
            Rule::string => ExprKind::Str(self.string(&first)),
            Rule::boolean => ExprKind::Bool(first.as_str() == "true"),
            Rule::class => {
                let name = first
                    .into_inner()
                    .find(|pair| pair.as_rule() == Rule::name)?;
                ExprKind::Class(self.ident(&name))
            }
            Rule::list => ExprKind::List(self.exprs(first)),
            Rule::braces => ExprKind::Text(self.delimited(first)),
            Rule::parens => {
                let mut values = self.exprs(first);
                if values.len() > 1 {
                    self.diagnostics.push(
                        Diagnostic::new(
                            Code::Syntax,
                            span,
                            "several values in parentheses are only returned, never passed",
                        )
                        .label("one value is expected")
                        .help("a list is written in brackets: `[a, b]`"),
                    );
                    values.truncate(1);
                }
                return values.pop().map(|expr| Expr { span, ..expr });
            }
            _ => {
                let name = self.ident(&first);
                return Some(self.callee(name, inner));
            }
        };
        Some(Expr { kind, span })
    }

    /// A name, or a call when arguments follow.
    pub(super) fn callee(&mut self, name: Ident, inner: &mut Nodes<'_>) -> Expr {
        let span = name.span;
        match inner.next_if(|pair| pair.as_rule() == Rule::arguments) {
            Some(arguments) => {
                let span = span.to(self.span(&arguments));
                let kind = ExprKind::Call(name, self.exprs(arguments));
                Expr { kind, span }
            }
            None => Expr {
                kind: ExprKind::Name(name),
                span,
            },
        }
    }

    /// Adds the fields that follow.
    pub(super) fn fields(&mut self, mut expr: Expr, inner: &mut Nodes<'_>) -> Expr {
        while let Some(field) = inner.next_if(|pair| pair.as_rule() == Rule::field) {
            let span = expr.span.to(self.span(&field));
            let Some(name) = field.into_inner().next() else {
                continue;
            };
            expr = Expr {
                kind: ExprKind::Field(Box::new(expr), self.ident(&name)),
                span,
            };
        }
        expr
    }

    fn number_expr(&mut self, pair: &Node<'_>) -> ExprKind {
        let mut number = self.number(pair);
        let points = number.text.matches('.').count();
        let fits = match points {
            0 => number.text.parse::<i64>().is_ok(),
            1 => number.text.parse::<f64>().is_ok_and(f64::is_finite),
            _ => false,
        };
        if !fits {
            if !malformed(&number.text) {
                let message = match points {
                    0 => "this number does not fit in 64 bits".to_owned(),
                    1 => "this number is too large".to_owned(),
                    _ => format!("`{}` is no number", number.text),
                };
                self.bad_number(number.span, message);
            }
            // A number of the same sign that fits, so that nothing else is said about it.
            number.text = if number.text.starts_with('-') {
                i64::MIN.to_string()
            } else {
                i64::MAX.to_string()
            };
            return ExprKind::Int(number);
        }
        if points == 0 {
            ExprKind::Int(number)
        } else {
            ExprKind::Float(number)
        }
    }
}

/// The first part of a bound that is more than a number, a name or a field.
fn not_plain(expr: &Expr) -> Option<Span> {
    match &expr.kind {
        ExprKind::Name(_) | ExprKind::Int(_) => None,
        ExprKind::Field(of, _) => not_plain(of),
        ExprKind::Arithmetic(_, left, right) => not_plain(left).or_else(|| not_plain(right)),
        _ => Some(expr.span),
    }
}

/// Stands for an expression whose error was reported.
fn nothing(span: Span) -> Expr {
    Expr {
        kind: ExprKind::Bool(false),
        span,
    }
}

fn arithmetic(op: ArithmeticOp, left: Expr, right: Expr) -> Expr {
    let span = left.span.to(right.span);
    Expr {
        kind: ExprKind::Arithmetic(op, Box::new(left), Box::new(right)),
        span,
    }
}

fn added(sum: Option<(Expr, ArithmeticOp)>, product: Expr) -> Expr {
    match sum {
        Some((left, op)) => arithmetic(op, left, product),
        None => product,
    }
}

/// The `parens` pair, if the expression is nothing else.
fn tuple(pair: Node<'_>) -> Option<Node<'_>> {
    let mut pair = pair;
    for rule in [Rule::factor, Rule::drawn, Rule::parens] {
        let mut inner = pair.into_inner();
        pair = inner.next()?;
        if pair.as_rule() != rule || inner.next().is_some() {
            return None;
        }
    }
    Some(pair)
}

/// The value of an expression of numbers.
fn constant(expr: &Expr) -> Option<f64> {
    match &expr.kind {
        ExprKind::Int(number) | ExprKind::Float(number) => number.text.parse().ok(),
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
