//! Fields of values.

use super::exprs::Expect;
use super::rules::Checker;
use crate::diagnostics::suggest::closest;
use crate::diagnostics::{Code, Diagnostic};
use crate::hir::{Expr, ExprKind, Ty};
use crate::source::Span;
use crate::syntax::ast::{self, Ident};
use rqg_runtime::demand::Field;

/// The fields of a type: name, meaning, type.
fn fields_of(ty: &Ty) -> Vec<(&'static str, Field, Ty)> {
    let list = |ty| Ty::List(Box::new(ty));
    match ty {
        Ty::Column => vec![
            ("type", Field::Type, Ty::Type),
            ("table", Field::Table, Ty::Table),
            ("name", Field::Name, Ty::Name),
            ("qualified", Field::Qualified, Ty::Text),
            ("nullable", Field::Nullable, Ty::Bool),
        ],
        Ty::Table => vec![
            ("name", Field::Name, Ty::Name),
            ("columns", Field::Columns, list(Ty::Column)),
            ("has_rows", Field::HasRows, Ty::Bool),
        ],
        Ty::Fk => vec![
            ("from", Field::From, Ty::Table),
            ("to", Field::To, Ty::Table),
            ("columns", Field::Columns, list(Ty::Column)),
            ("targets", Field::Targets, list(Ty::Column)),
        ],
        Ty::UniqueKey => vec![
            ("table", Field::Table, Ty::Table),
            ("columns", Field::Columns, list(Ty::Column)),
            ("predicate", Field::Predicate, Ty::Text),
            ("partial", Field::Partial, Ty::Bool),
            ("nullable", Field::Nullable, Ty::Bool),
        ],
        Ty::Function => vec![
            ("name", Field::Name, Ty::Name),
            ("arguments", Field::Arguments, list(Ty::Type)),
            ("result", Field::Result, Ty::Type),
        ],
        Ty::Type => vec![("element", Field::Element, Ty::Type)],
        // Fields of the elements map, except those that are lists themselves.
        Ty::List(element) => {
            let mapped = fields_of(element)
                .into_iter()
                .filter(|(_, _, ty)| !matches!(ty, Ty::List(_)))
                .map(|(name, field, ty)| (name, field, list(ty)));
            let length = ("length", Field::Length, Ty::Int);
            mapped.chain([length]).collect()
        }
        _ => Vec::new(),
    }
}

impl<'c> Checker<'c, '_> {
    /// `e.field`
    pub fn field(&mut self, of: &'c ast::Expr, field: &Ident, span: Span) -> Expr {
        let of = self.expr(of, Expect::Value);
        if matches!(of.ty, Ty::Error) || matches!(&of.ty, Ty::List(e) if **e == Ty::Error) {
            return Self::error(span);
        }
        let fields = fields_of(&of.ty);
        if let Some((_, field, ty)) = fields.iter().find(|(name, ..)| *name == field.text) {
            let kind = ExprKind::Field(Box::new(of), *field);
            return Expr {
                kind,
                ty: ty.clone(),
                span,
            };
        }
        let message = format!("`{}` has no field `{}`", of.ty, field.text);
        let names: Vec<&str> = fields.iter().map(|(name, ..)| *name).collect();
        let mut diagnostic = Diagnostic::new(Code::UnknownField, field.span, message)
            .suggest(closest(&field.text, names.iter().copied()));
        diagnostic = match &of.ty {
            Ty::List(element)
                if fields_of(element)
                    .iter()
                    .any(|(name, ..)| *name == field.text) =>
            {
                diagnostic.help("that would be a list of lists: walk the list with `for` first")
            }
            _ if names.is_empty() => diagnostic.label(format!("`{}` has no fields", of.ty)),
            _ => diagnostic.help(format!("its fields are {}", names.join(", "))),
        };
        self.report(diagnostic);
        Self::error(span)
    }
}
