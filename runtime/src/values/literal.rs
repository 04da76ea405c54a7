//! Literals of every type of a model.

use super::quoting::push_string;
use super::scalar;
use crate::choices::Choices;
use crate::schema::model::{Allowed, Model, TypeInfo, TypeKind};
use crate::types::{Classes, TypeId};

/// How much a printed value says of its type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// Nothing: the context has the type.
    Bare,
    /// Enough to be assigned to, and compared with, a column of the type.
    Annotated,
    /// All: an expression of exactly this type, modifier included, wherever it stands.
    Typed,
}

/// What a type is underneath its domains.
pub(super) fn underlying(model: &Model, mut ty: TypeId) -> TypeId {
    while let TypeKind::Domain { over, .. } = model.ty(ty).kind {
        if over == ty {
            break;
        }
        ty = over;
    }
    ty
}

/// What the checks of a type leave.
fn allowed_by(info: &TypeInfo) -> &Allowed {
    match &info.kind {
        TypeKind::Domain { allowed, .. } => allowed,
        _ => &Allowed::Any,
    }
}

/// Whether [`literal`] makes a value of a type.
#[must_use]
pub fn has_literal(model: &Model, ty: TypeId) -> bool {
    let Some(info) = model.types.get(usize::from(ty.0)) else {
        return false;
    };
    info.classes.intersects(Classes::LITERAL)
        && has_values(model, underlying(model, ty), allowed_by(info))
}

/// Whether values of a type (domains followed to the end) that a check leaves can be made.
pub(super) fn has_values(model: &Model, ty: TypeId, allowed: &Allowed) -> bool {
    let info = model.ty(ty);
    if !info.classes.intersects(Classes::LITERAL) {
        return false;
    }
    match (allowed, &info.kind) {
        (Allowed::Any, TypeKind::Array(element)) => *element != ty && has_literal(model, *element),
        (Allowed::Any, TypeKind::Enum(labels)) => !labels.is_empty(),
        (Allowed::Any, TypeKind::Builtin(_)) => true,
        (Allowed::OneOf(literals), TypeKind::Builtin(_) | TypeKind::Enum(_)) => {
            !literals.is_empty()
        }
        (Allowed::Range { .. }, TypeKind::Builtin(_)) => scalar::bounds(info, allowed).is_some(),
        (Allowed::Length(..), TypeKind::Builtin(builtin)) => {
            scalar::lengths(info, *builtin, allowed).is_some()
        }
        _ => false,
    }
}

/// Appends a literal of a type: an expression of exactly this type that stands wherever an
/// expression may stand. Finite and non-NULL; NULL only for a type without literals.
pub fn literal<C: Choices>(model: &Model, ty: TypeId, choices: &mut C, out: &mut Vec<u8>) {
    if !has_literal(model, ty) {
        out.extend_from_slice(b"NULL");
        return;
    }
    let info = model.ty(ty);
    let TypeKind::Domain { allowed, .. } = &info.kind else {
        push_value(model, ty, &Allowed::Any, Style::Typed, choices, out);
        return;
    };
    let start = out.len();
    push_value(
        model,
        underlying(model, ty),
        allowed,
        Style::Bare,
        choices,
        out,
    );
    if out.get(start) == Some(&b'-') {
        out.insert(start, b'(');
        out.push(b')');
    }
    push_cast(info, out);
}

fn push_cast(info: &TypeInfo, out: &mut Vec<u8>) {
    out.extend_from_slice(b"::");
    out.extend_from_slice(info.sql.as_bytes());
}

/// Appends a value of a type (domains followed to the end) that a check leaves.
pub(super) fn push_value<C: Choices>(
    model: &Model,
    ty: TypeId,
    allowed: &Allowed,
    style: Style,
    choices: &mut C,
    out: &mut Vec<u8>,
) {
    let info = model.ty(ty);
    if let Allowed::OneOf(literals) = allowed {
        let picked = choices.below(literals.len().max(1) as u64) as usize;
        if let Some(text) = literals.get(picked) {
            out.extend_from_slice(text.as_bytes());
        }
        let plain = info
            .classes
            .intersects(Classes::NUMBER | Classes::STRING | Classes::BOOLEAN);
        if style != Style::Bare && !plain {
            push_cast(info, out);
        }
        return;
    }
    match &info.kind {
        TypeKind::Builtin(builtin) => {
            scalar::push_value(info, *builtin, allowed, style, choices, out);
        }
        TypeKind::Enum(labels) => {
            let picked = choices.below(labels.len().max(1) as u64) as usize;
            if let Some(label) = labels.get(picked) {
                push_string(label.as_bytes(), out);
            }
            if style != Style::Bare {
                push_cast(info, out);
            }
        }
        TypeKind::Array(element) => push_array(model, info, *element, choices, out),
        TypeKind::Domain { .. } | TypeKind::Other => out.extend_from_slice(b"NULL"),
    }
}

fn push_array<C: Choices>(
    model: &Model,
    info: &TypeInfo,
    element: TypeId,
    choices: &mut C,
    out: &mut Vec<u8>,
) {
    let element_info = model.ty(element);
    let nullable = !matches!(element_info.kind, TypeKind::Domain { not_null: true, .. });
    let inner = underlying(model, element);
    out.extend_from_slice(b"ARRAY[");
    for n in 0..choices.below(5) {
        if n > 0 {
            out.extend_from_slice(b", ");
        }
        if nullable && choices.below(16) == 0 {
            out.extend_from_slice(b"NULL");
        } else {
            push_value(
                model,
                inner,
                allowed_by(element_info),
                Style::Bare,
                choices,
                out,
            );
        }
    }
    out.push(b']');
    push_cast(info, out);
}
