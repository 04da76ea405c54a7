//! Guards: only what the dialect, its features and the values at hand decide.

use super::dialects;
use super::exprs::Expect;
use super::names::fits;
use super::rules::Checker;
use super::values::is_place;
use crate::diagnostics::suggest::closest;
use crate::diagnostics::{Code, Diagnostic};
use crate::hir::{DialectTest, Expr, ExprKind, Guard, GuardKind, Ty};
use crate::source::Span;
use crate::syntax::ast::{self, CompareOp, GuardOperand, Ident};
use rqg_runtime::dialect::Database;
use rqg_runtime::features;

type Compared<'c> = Option<&'c (CompareOp, GuardOperand)>;

impl<'c> Checker<'c, '_> {
    /// A guard; nothing after a report.
    pub fn guard(&mut self, guard: &'c ast::Guard) -> Option<Guard> {
        let kind = match &guard.kind {
            ast::GuardKind::Or(left, right) => {
                let (left, right) = (self.guard(left), self.guard(right));
                GuardKind::Or(Box::new(left?), Box::new(right?))
            }
            ast::GuardKind::And(left, right) => {
                let (left, right) = (self.guard(left), self.guard(right));
                GuardKind::And(Box::new(left?), Box::new(right?))
            }
            ast::GuardKind::Not(inner) => GuardKind::Not(Box::new(self.guard(inner)?)),
            ast::GuardKind::In(value, class) => {
                let value = self.expr(value, Expect::Ty(&Ty::Type));
                let value = self.check_type(value, &Ty::Type, "a test of a class");
                let class = self.class(class);
                GuardKind::In(self.decidable(value)?, class?)
            }
            ast::GuardKind::Compare(left, right) => {
                self.comparison(left, right.as_ref(), guard.span)?
            }
        };
        Some(Guard {
            kind,
            span: guard.span,
        })
    }

    fn comparison(
        &mut self,
        left: &'c ast::Expr,
        right: Compared<'c>,
        span: Span,
    ) -> Option<GuardKind> {
        match &left.kind {
            ast::ExprKind::Name(name) if self.is_local(&name.text) => {}
            ast::ExprKind::Name(name) if name.text == "context" => {
                return self.context_test(right, span);
            }
            ast::ExprKind::Name(name) => {
                if let Some(database) = Database::named(&name.text) {
                    return self.dialect_test(database, right, span);
                }
                self.check_guard_name(name)?;
            }
            ast::ExprKind::Call(name, arguments) if name.text == "feature" => {
                return self.feature_test(arguments, right, span);
            }
            _ => {}
        }
        match right {
            None => self.truth(left),
            Some((op, GuardOperand::Expr(right))) => self.compare(left, *op, right, span),
            Some((_, GuardOperand::Version(version))) => {
                self.bad_guard(
                    version.span,
                    "only a dialect is compared with a version",
                    None,
                );
                None
            }
        }
    }

    /// A name that is no local and no dialect can only be a type; what is unknown is most likely a
    /// misspelt dialect or parameter.
    fn check_guard_name(&mut self, name: &Ident) -> Option<()> {
        use rqg_runtime::types::BuiltinType;
        if BuiltinType::named(&name.text).is_some() {
            return Some(());
        }
        if self.target(name).is_some() {
            let help =
                "bind its result with `let` before the alternatives, or pass it as an argument";
            self.bad_guard(name.span, "a guard cannot derive a rule", Some(help));
            return None;
        }
        let dialects = Database::NAMED
            .iter()
            .flat_map(|(_, names)| names.iter().copied());
        let known: Vec<&str> = self
            .local_names()
            .chain(dialects)
            .chain(["context", "feature"])
            .collect();
        let message = format!("there is no parameter, local or dialect `{}`", name.text);
        let mut diagnostic = Diagnostic::new(Code::UnknownName, name.span, message)
            .label("not known here")
            .suggest(closest(&name.text, known));
        if features::named(&name.text).is_some() {
            diagnostic =
                diagnostic.help(format!("a feature is tested with `feature({})`", name.text));
        }
        self.report(diagnostic);
        None
    }

    fn bad_guard(&mut self, span: Span, message: &str, help: Option<&str>) {
        let diagnostic = Diagnostic::new(Code::BadGuard, span, message);
        self.report(match help {
            Some(help) => diagnostic.help(help),
            None => diagnostic.help(
                "guards test dialects, features, contexts, and the types, numbers and Booleans of parameters and locals",
            ),
        });
    }

    /// What a guard looks at has to be there already, so that no draw is needed to decide it.
    fn decidable(&mut self, value: Expr) -> Option<Expr> {
        if value.ty == Ty::Error {
            return None;
        }
        let constant = matches!(
            value.kind,
            ExprKind::Int(_) | ExprKind::Bool(_) | ExprKind::Type(_)
        );
        if constant || is_place(&value) {
            return Some(value);
        }
        if let Some(number) = super::values::constant(&value) {
            return Some(Expr {
                kind: ExprKind::Int(number as i64),
                ..value
            });
        }
        if value.ty == Ty::Text {
            self.bad_guard(value.span, "a guard cannot look into text", None);
            return None;
        }
        let help = "bind the value with `let` and test that";
        self.bad_guard(
            value.span,
            "a guard cannot compute or draw values",
            Some(help),
        );
        None
    }

    // ---- the kinds of tests

    fn context_test(&mut self, right: Compared<'c>, span: Span) -> Option<GuardKind> {
        let (op, name) = match right {
            Some((
                op @ (CompareOp::Equal | CompareOp::NotEqual),
                GuardOperand::Expr(ast::Expr {
                    kind: ast::ExprKind::Name(name),
                    ..
                }),
            )) => (*op, name),
            _ => {
                let help = "write `context == agg` or `context != none`";
                self.bad_guard(span, "a context is compared with a name", Some(help));
                return None;
            }
        };
        let number = self.contexts.test(name, self.module == 0, self.diagnostics);
        let kind = GuardKind::Context(number);
        Some(if op == CompareOp::Equal {
            kind
        } else {
            GuardKind::Not(Box::new(Guard { kind, span }))
        })
    }

    fn dialect_test(
        &mut self,
        database: Database,
        right: Compared<'c>,
        span: Span,
    ) -> Option<GuardKind> {
        let bound = match right {
            None => None,
            Some((op, GuardOperand::Version(version))) => Some((
                dialects::comparison(*op),
                version.parts.clone(),
                version.span,
            )),
            Some((op, GuardOperand::Expr(version))) => {
                let number = match &version.kind {
                    ast::ExprKind::Int(number) => number.text.parse().ok(),
                    _ => None,
                };
                let Some(major) = number else {
                    let message = "a dialect is compared with a version such as `15` or `2.14`";
                    self.bad_guard(version.span, message, None);
                    return None;
                };
                Some((dialects::comparison(*op), vec![major], version.span))
            }
        };
        let test = dialects::test(database, bound, span, self.diagnostics)?;
        self.warn_if_never(&test);
        Some(GuardKind::Dialect(test))
    }

    fn warn_if_never(&mut self, test: &DialectTest) {
        // A module cannot know the dialects of the grammar that imports it.
        if self.module == 0 && !dialects::may_hold(test, self.supported) {
            self.report(
                Diagnostic::new(
                    Code::DialectNeverHolds,
                    test.span,
                    "no version that the grammar supports passes this test",
                )
                .label("never holds")
                .help("compare with the `dialect` item, which lists what the grammar supports"),
            );
        }
    }

    fn feature_test(
        &mut self,
        arguments: &'c [ast::Expr],
        right: Compared<'c>,
        span: Span,
    ) -> Option<GuardKind> {
        let name = match (arguments, right) {
            ([argument], None) => match &argument.kind {
                ast::ExprKind::Name(name) => Some((name.text.as_str(), name.span)),
                ast::ExprKind::Str(text) => Some((text.text.as_str(), text.span)),
                _ => None,
            },
            _ => None,
        };
        let Some((name, place)) = name else {
            self.bad_guard(
                span,
                "a feature is tested by its name",
                Some("write `feature(merge)`"),
            );
            return None;
        };
        if features::named(name).is_none() {
            let known = features::FEATURES.iter().map(|feature| feature.name);
            let list: Vec<&str> = known.clone().collect();
            let message = format!("there is no feature `{name}`");
            self.report(
                Diagnostic::new(Code::UnknownFeature, place, message)
                    .suggest(closest(name, known))
                    .help(format!("features are {}", list.join(", "))),
            );
            return None;
        }
        Some(GuardKind::Feature(name.to_owned()))
    }

    fn truth(&mut self, value: &'c ast::Expr) -> Option<GuardKind> {
        let value = self.guard_value(value)?;
        if value.ty != Ty::Bool {
            let message = format!("a guard needs a truth value, this is `{}`", value.ty);
            let help = match value.ty {
                Ty::Type => "compare it (`T == bool`) or test its class (`T in number`)",
                Ty::Int => "compare it: `n > 0`",
                _ => "compare it with something",
            };
            self.report(Diagnostic::new(Code::BadGuard, value.span, message).help(help));
            return None;
        }
        Some(GuardKind::IsTrue(self.decidable(value)?))
    }

    fn compare(
        &mut self,
        left: &'c ast::Expr,
        op: CompareOp,
        right: &'c ast::Expr,
        span: Span,
    ) -> Option<GuardKind> {
        let left = self.guard_value(left);
        let right = self.guard_value(right);
        let (left, right) = (left?, right?);
        if !fits(&left.ty, &right.ty) {
            let message = format!("`{}` and `{}` cannot be compared", left.ty, right.ty);
            self.report(Diagnostic::new(Code::BadGuard, span, message));
            return None;
        }
        let (left, right) = (self.decidable(left), self.decidable(right));
        let (left, right) = (left?, right?);
        let equality = matches!(op, CompareOp::Equal | CompareOp::NotEqual);
        match left.ty {
            Ty::Int => Some(GuardKind::Compare(left, dialects::comparison(op), right)),
            Ty::Type | Ty::Bool | Ty::Column | Ty::Table if equality => {
                Some(GuardKind::Same(left, right, op == CompareOp::Equal))
            }
            Ty::Type | Ty::Bool | Ty::Column | Ty::Table => {
                let message = format!("`{}` has no order", left.ty);
                self.bad_guard(span, &message, Some("compare with `==` or `!=`"));
                None
            }
            _ => {
                let message = format!("a guard cannot compare `{}`", left.ty);
                self.bad_guard(span, &message, None);
                None
            }
        }
    }

    fn guard_value(&mut self, value: &'c ast::Expr) -> Option<Expr> {
        if let ast::ExprKind::Call(name, _) = &value.kind {
            let help = "bind its result with `let` before the alternatives";
            let message = format!("a guard cannot call `{}`", name.text);
            self.bad_guard(value.span, &message, Some(help));
            return None;
        }
        let value = self.expr(value, Expect::Ty(&Ty::Type));
        (value.ty != Ty::Error).then_some(value)
    }
}
