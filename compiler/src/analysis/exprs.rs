//! Expressions: what names mean, and their types.

use super::names::fits;
use super::rules::Checker;
use super::values::Bounds;
use crate::builtins::{Builtin, Role};
use crate::diagnostics::suggest::closest;
use crate::diagnostics::{Code, Diagnostic};
use crate::hir::{Expr, ExprKind, Ty};
use crate::source::Span;
use crate::syntax::ast::{self, Ident};
use rqg_runtime::types::{BuiltinType, Classes};

/// What the place of an expression asks for; decides what a plain name means.
#[derive(Clone, Copy)]
pub(super) enum Expect<'t> {
    /// An argument of no particular type: SQL types come before rules.
    Any,
    /// Bound or placed: rules and functions come before SQL types.
    Value,
    /// A value of this type.
    Ty(&'t Ty),
}

impl<'t> Expect<'t> {
    fn types_first(self) -> bool {
        match self {
            Self::Any => true,
            Self::Value => false,
            Self::Ty(ty) => matches!(ty, Ty::Type | Ty::Error),
        }
    }

    /// What the elements of a list have to be.
    fn element(self) -> Self {
        match self {
            Self::Ty(Ty::List(element)) => Expect::Ty(element),
            Self::Ty(_) | Self::Any => Expect::Any,
            Self::Value => Expect::Any,
        }
    }
}

/// A well typed expression.
fn typed(kind: ExprKind, ty: Ty, span: Span) -> Expr {
    Expr { kind, ty, span }
}

impl<'c> Checker<'c, '_> {
    /// Types an expression; whether its type fits is the caller's to check.
    pub fn expr(&mut self, expr: &'c ast::Expr, expect: Expect<'_>) -> Expr {
        let span = expr.span;
        match &expr.kind {
            ast::ExprKind::Name(name) => self.name(name, expect),
            ast::ExprKind::Call(name, arguments) => self.call(name, arguments, span),
            ast::ExprKind::Field(of, field) => self.field(of, field, span),
            ast::ExprKind::Int(number) => {
                typed(ExprKind::Int(super::values::integer(number)), Ty::Int, span)
            }
            ast::ExprKind::Float(_) => self.misplaced(
                span,
                "a number with a point",
                "only distributions and the range of `decimal` take one",
            ),
            ast::ExprKind::Str(text) => typed(ExprKind::Str(text.text.clone()), Ty::Text, span),
            ast::ExprKind::Bool(value) => typed(ExprKind::Bool(*value), Ty::Bool, span),
            ast::ExprKind::Range { low, high, .. } => {
                for bound in [low, high].into_iter().flatten() {
                    self.expr(bound, Expect::Any);
                }
                self.misplaced(
                    span,
                    "a range",
                    "ranges are arguments, as in `int(1..=100)`",
                )
            }
            ast::ExprKind::List(elements) => self.list_of(elements, expect.element(), expect, span),
            ast::ExprKind::Draws {
                distinct,
                item,
                count,
            } => self.draws(*distinct, item, count, expect, span),
            ast::ExprKind::Text(block) => {
                typed(ExprKind::Text(self.block(block, false)), Ty::Text, span)
            }
            ast::ExprKind::Class(name) => {
                self.class(name);
                self.misplaced(
                    span,
                    "a class of types",
                    "classes are arguments of draws, as in `type(number)`",
                )
            }
            ast::ExprKind::Arithmetic(op, left, right) => {
                let left = self.typed(left, &Ty::Int, "arithmetic");
                let right = self.typed(right, &Ty::Int, "arithmetic");
                let kind = ExprKind::Arithmetic(*op, Box::new(left), Box::new(right));
                typed(kind, Ty::Int, span)
            }
        }
    }

    fn misplaced(&mut self, span: Span, what: &str, help: &str) -> Expr {
        let message = format!("{what} is no value here");
        self.report(Diagnostic::new(Code::TypeMismatch, span, message).help(help));
        Self::error(span)
    }

    /// Types an expression that has to be of a type; `what` names who asks.
    pub fn typed(&mut self, expr: &'c ast::Expr, wanted: &Ty, what: &str) -> Expr {
        let expr = self.expr(expr, Expect::Ty(wanted));
        self.check_type(expr, wanted, what)
    }

    /// Reports an expression that is not of the type.
    pub fn check_type(&mut self, expr: Expr, wanted: &Ty, what: &str) -> Expr {
        if fits(&expr.ty, wanted) {
            return expr;
        }
        let message = format!("{what} needs `{wanted}`, this is `{}`", expr.ty);
        let mut diagnostic = Diagnostic::new(Code::TypeMismatch, expr.span, message)
            .label(format!("of type `{}`", expr.ty));
        if *wanted == Ty::Text && is_placeable(&expr.ty) {
            diagnostic = diagnostic.help("put it in braces to derive its text: `{ … }`");
        } else if *wanted == Ty::Table && expr.ty == Ty::Column {
            diagnostic = diagnostic.help("the relation of a column is its field `.table`");
        } else if *wanted == Ty::Type && expr.ty == Ty::Column {
            diagnostic = diagnostic.help("the type of a column is its field `.type`");
        }
        self.report(diagnostic);
        Self::error(expr.span)
    }

    // ---- names

    /// A plain name.
    fn name(&mut self, name: &'c Ident, expect: Expect<'_>) -> Expr {
        if self.is_local(&name.text) {
            return self.placed_local(name);
        }
        let ty = BuiltinType::named(&name.text)
            .map(|ty| typed(ExprKind::Type(ty.id()), Ty::Type, name.span));
        if let Some(ty) = ty.clone().filter(|_| expect.types_first()) {
            return ty;
        }
        if let Some(target) = self.target(name) {
            return self.call_target(target, name, &[], name.span);
        }
        if Builtin::named(&name.text).any(|overload| overload.params.is_empty()) {
            return self.call(name, &[], name.span);
        }
        if let Some(ty) = ty {
            return ty;
        }
        if Builtin::named(&name.text).next().is_some() {
            return self.call(name, &[], name.span);
        }
        if Classes::named(&name.text).is_some() {
            let help = format!("a type of the class is drawn by `type({})`", name.text);
            return self.misplaced(name.span, "a class of types", &help);
        }
        self.unknown_name(name, expect)
    }

    /// A name that is known to be a local.
    pub fn placed_local(&mut self, name: &Ident) -> Expr {
        let Some(id) = self.local(&name.text) else {
            return Self::error(name.span);
        };
        let ty = self
            .locals
            .get(usize::from(id.0))
            .map_or(Ty::Error, |local| local.ty.clone());
        typed(ExprKind::Local(id), ty, name.span)
    }

    fn unknown_name(&mut self, name: &Ident, expect: Expect<'_>) -> Expr {
        let upper = crate::syntax::is_upper(&name.text);
        let message = match upper {
            true => format!("no parameter or local `{}` is bound here", name.text),
            false => format!(
                "there is no rule, function, parameter or local `{}`",
                name.text
            ),
        };
        let mut more: Vec<&str> = self.local_names().collect();
        if !upper {
            more.extend(Builtin::ALL.iter().map(|(name, ..)| *name));
        }
        if expect.types_first() {
            more.extend(BuiltinType::NAMES);
        }
        let suggestion = self.names.suggest(self.module, &name.text, more);
        let mut diagnostic = Diagnostic::new(Code::UnknownName, name.span, message)
            .label("not known here")
            .suggest(suggestion);
        let ended = self.locals.iter().rfind(|local| local.name == name.text);
        if let Some(ended) = ended {
            diagnostic = diagnostic
                .also(ended.span, "bound here, until its block ends")
                .help("bind it before the block to use it after the block");
        } else if upper {
            diagnostic =
                diagnostic.help(format!("for the literal word, write `{{ {} }}`", name.text));
        } else if suggestion.is_none() && matches!(expect, Expect::Value) {
            diagnostic = diagnostic.help(format!(
                "to print the word, write `{}`",
                name.text.to_uppercase()
            ));
        }
        self.report(diagnostic);
        Self::error(name.span)
    }

    /// The class of a name, or nothing after a report.
    pub fn class(&mut self, name: &Ident) -> Option<Classes> {
        let class = Classes::named(&name.text);
        if class.is_none() {
            let names = Classes::NAMED.iter().map(|(name, _)| *name);
            let list: Vec<&str> = names.clone().collect();
            let message = format!("there is no class of types `{}`", name.text);
            let mut diagnostic = Diagnostic::new(Code::UnknownClass, name.span, message);
            diagnostic = match BuiltinType::named(&name.text) {
                Some(ty) => diagnostic.label("a type, not a class").help(class_help(ty)),
                None => diagnostic.suggest(closest(&name.text, names)),
            };
            self.report(diagnostic.help(format!("classes are {}", list.join(", "))));
        }
        class
    }

    // ---- placing

    /// An expression that stands in a sequence: its text is written.
    pub fn placed(&mut self, expr: &'c ast::Expr) -> Expr {
        let value = self.expr(expr, Expect::Value);
        self.check_placeable(value)
    }

    /// Reports a value that has no text.
    pub fn check_placeable(&mut self, value: Expr) -> Expr {
        if is_placeable(&value.ty) || value.ty == Ty::Error {
            return value;
        }
        let message = format!("a value of type `{}` has no text", value.ty);
        let diagnostic =
            Diagnostic::new(Code::NotPlaceable, value.span, message).label("cannot be written");
        self.report(match &value.ty {
            Ty::Type => {
                diagnostic.help("its SQL name is `type_name(T)`, a value of it `literal(T)`")
            }
            Ty::List(_) => diagnostic.help("write its elements: `for x in list \",\" { x }`"),
            Ty::Tuple(_) => diagnostic.help("take it apart: `let (a, b) = …;`"),
            Ty::Fk => diagnostic.help("place its fields: `.from`, `.to`, `.columns`, `.targets`"),
            Ty::UniqueKey => {
                diagnostic.help("place its fields: `.table`, `.columns`, `.predicate`")
            }
            Ty::Row => diagnostic.help("place a value that it holds: `existing(c, r)`"),
            Ty::Bool => diagnostic.help("test it in a guard: `when x: …`"),
            _ => diagnostic,
        });
        Self::error(value.span)
    }

    // ---- lists

    fn list_of(
        &mut self,
        elements: &'c [ast::Expr],
        expect: Expect<'_>,
        of: Expect<'_>,
        span: Span,
    ) -> Expr {
        let elements: Vec<Expr> = elements.iter().map(|e| self.expr(e, expect)).collect();
        let known = elements.iter().find(|element| element.ty != Ty::Error);
        let ty = match (known, of) {
            (Some(first), _) => first.ty.clone(),
            (None, Expect::Ty(Ty::List(element))) => (**element).clone(),
            (None, _) if elements.is_empty() => {
                self.report(
                    Diagnostic::new(
                        Code::TypeMismatch,
                        span,
                        "the type of this empty list is unknown",
                    )
                    .help("pass it where a list is expected, or put an element in"),
                );
                Ty::Error
            }
            (None, _) => Ty::Error,
        };
        if matches!(ty, Ty::List(_) | Ty::Tuple(_)) {
            let message = format!("a list cannot hold `{ty}`");
            self.report(Diagnostic::new(Code::TypeMismatch, span, message));
            return Self::error(span);
        }
        for element in elements.iter().filter(|element| !fits(&element.ty, &ty)) {
            let message = format!(
                "the elements of a list are alike; the first is `{ty}`, this is `{}`",
                element.ty
            );
            self.report(Diagnostic::new(Code::TypeMismatch, element.span, message));
        }
        typed(ExprKind::List(elements), Ty::List(Box::new(ty)), span)
    }

    fn draws(
        &mut self,
        distinct: bool,
        item: &'c ast::Expr,
        count: &'c ast::Repetition,
        expect: Expect<'_>,
        span: Span,
    ) -> Expr {
        let item = match expect {
            Expect::Ty(Ty::List(_)) => self.expr(item, expect.element()),
            _ => self.expr(item, Expect::Value),
        };
        let count = self.count(count, Bounds::Draws);
        if item.ty == Ty::Error {
            return Self::error(span);
        }
        if matches!(item.ty, Ty::List(_) | Ty::Tuple(_)) {
            let message = format!("a list cannot hold `{}`", item.ty);
            self.report(Diagnostic::new(Code::TypeMismatch, item.span, message));
            return Self::error(span);
        }
        if distinct && !is_draw(&item) {
            self.report(
                Diagnostic::new(Code::NotADraw, item.span, "`distinct` needs a draw")
                    .label("makes a value, picks none")
                    .help("draws are functions such as `column(t)`, `table()`, `type(number)`, `fk(t)`"),
            );
        }
        let ty = Ty::List(Box::new(item.ty.clone()));
        let item = Box::new(item);
        typed(
            ExprKind::Draws {
                distinct,
                item,
                count,
            },
            ty,
            span,
        )
    }
}

/// Whether a value of the type can be written.
pub(super) fn is_placeable(ty: &Ty) -> bool {
    matches!(
        ty,
        Ty::Text | Ty::Int | Ty::Table | Ty::Column | Ty::Function | Ty::Name
    )
}

/// Whether the expression picks an element of a finite domain.
fn is_draw(expr: &Expr) -> bool {
    matches!(&expr.kind, ExprKind::Builtin(builtin, _) if matches!(builtin.overload().role, Role::Draw(_)))
}

fn class_help(ty: BuiltinType) -> String {
    let of: Vec<&str> = Classes::NAMED
        .iter()
        .filter(|(_, class)| ty.classes().intersects(*class))
        .map(|(name, _)| *name)
        .collect();
    format!("`{ty}` belongs to {}", of.join(", "))
}
