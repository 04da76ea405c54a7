//! Declared effects: what a unit creates and drops.

use super::exprs::Expect;
use super::rules::{Checker, Origin};
use crate::builtins::Builtin;
use crate::diagnostics::suggest::closest;
use crate::diagnostics::{Code, Diagnostic};
use crate::hir::{EffectKind, Expr, ExprKind, Ty};
use crate::syntax::ast;

/// Whether a value is a relation that the unit creates, as far as it can be seen here.
pub(super) fn origin(value: &Expr) -> Origin {
    match &value.kind {
        ExprKind::Builtin(Builtin::NewTable, _) => Origin::Created,
        ExprKind::Builtin(..) | ExprKind::Field(..) if value.ty == Ty::Table => Origin::NotCreated,
        _ => Origin::Let,
    }
}

/// `effect create(p)` or `effect drop(p)`; nothing when the effect is unknown.
pub(super) fn check<'c>(
    checker: &mut Checker<'c, '_>,
    name: &'c ast::Ident,
    arguments: &'c [ast::Expr],
) -> Option<(EffectKind, Expr)> {
    let mut values: Vec<Expr> = arguments
        .iter()
        .map(|argument| checker.expr(argument, Expect::Ty(&Ty::Table)))
        .collect();
    let kind = match name.text.as_str() {
        "create" => EffectKind::Create,
        "drop" => EffectKind::Drop,
        unknown => {
            let message = format!("there is no effect `{unknown}`");
            checker.report(
                Diagnostic::new(Code::UnknownEffect, name.span, message)
                    .suggest(closest(unknown, ["create", "drop"]))
                    .help("effects are `create(t)` and `drop(t)`"),
            );
            return None;
        }
    };
    if values.len() != 1 {
        let message = format!("`effect {}` takes one table", name.text);
        checker.report(Diagnostic::new(
            Code::WrongArgumentCount,
            name.span,
            message,
        ));
        return None;
    }
    let value = values.pop()?;
    let value = checker.check_type(value, &Ty::Table, &format!("effect {}", name.text));
    let known = match &value.kind {
        ExprKind::Local(id) => checker.origin(*id),
        _ => origin(&value),
    };
    if known == Origin::NotCreated && value.ty != Ty::Error {
        let message = match kind {
            EffectKind::Create => "only a table that `new_table` made can be created",
            EffectKind::Drop => "only a table that the unit created can be dropped",
        };
        checker.report(
            Diagnostic::new(Code::EffectNotCreated, value.span, message)
                .label("not made by `new_table`")
                .help("write `let p = new_table(names, types);`"),
        );
    }
    Some((kind, value))
}
