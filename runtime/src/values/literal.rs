//! Literals of every type of a model.

use super::quoting::{push_string, push_unquoted, quote_element_from};
use super::scalar;
use crate::choices::Choices;
use crate::schema::model::{Allowed, Model, TypeInfo, TypeKind};
use crate::types::{Classes, TypeId};

/// How much a printed value says of its type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    /// Less than nothing: the text that the type's input function reads, as COPY takes it, without
    /// quotes.
    Content,
    /// Nothing: the context has the type.
    Bare,
    /// Enough to be assigned to, and compared with, a column of the type.
    Annotated,
    /// All: an expression of exactly this type, modifier included, wherever it stands.
    Typed,
}

impl Style {
    /// How the elements of an array in this style are printed.
    pub(super) fn inside(self) -> Self {
        match self {
            Self::Content => Self::Content,
            _ => Self::Bare,
        }
    }

    /// Whether values that need it get a cast or a keyword.
    fn names_types(self) -> bool {
        matches!(self, Self::Annotated | Self::Typed)
    }
}

/// What a type is underneath its domains.
pub(crate) fn underlying(model: &Model, mut ty: TypeId) -> TypeId {
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
pub(crate) fn has_values(model: &Model, ty: TypeId, allowed: &Allowed) -> bool {
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
pub(crate) fn push_value<C: Choices>(
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
        push_listed(info, literals, picked, style, out);
        return;
    }
    match &info.kind {
        TypeKind::Builtin(builtin) => {
            scalar::push_value(info, *builtin, allowed, style, choices, out);
        }
        TypeKind::Enum(labels) => {
            let picked = choices.below(labels.len().max(1) as u64) as usize;
            push_label(info, labels, picked, style, out);
        }
        TypeKind::Array(element) => push_array(model, info, *element, style, choices, out),
        TypeKind::Domain { .. } | TypeKind::Other => out.extend_from_slice(b"NULL"),
    }
}

/// Appends one of the literals that a check lists.
pub(crate) fn push_listed(
    info: &TypeInfo,
    literals: &[String],
    picked: usize,
    style: Style,
    out: &mut Vec<u8>,
) {
    let text = literals.get(picked).map_or("", String::as_str);
    if style == Style::Content {
        push_unquoted(text.as_bytes(), out);
        return;
    }
    out.extend_from_slice(text.as_bytes());
    let plain = info
        .classes
        .intersects(Classes::NUMBER | Classes::STRING | Classes::BOOLEAN);
    if style.names_types() && !plain {
        push_cast(info, out);
    }
}

/// Appends one of the labels of an enumeration.
pub(crate) fn push_label(
    info: &TypeInfo,
    labels: &[String],
    picked: usize,
    style: Style,
    out: &mut Vec<u8>,
) {
    let label = labels.get(picked).map_or("", String::as_str);
    if style == Style::Content {
        out.extend_from_slice(label.as_bytes());
        return;
    }
    push_string(label.as_bytes(), out);
    if style.names_types() {
        push_cast(info, out);
    }
}

fn push_array<C: Choices>(
    model: &Model,
    info: &TypeInfo,
    element: TypeId,
    style: Style,
    choices: &mut C,
    out: &mut Vec<u8>,
) {
    let element_info = model.ty(element);
    let nullable = !matches!(element_info.kind, TypeKind::Domain { not_null: true, .. });
    let inner = underlying(model, element);
    push_array_start(style, out);
    for n in 0..choices.below(5) {
        if n > 0 {
            out.extend_from_slice(if style == Style::Content { b"," } else { b", " });
        }
        if nullable && choices.below(16) == 0 {
            out.extend_from_slice(b"NULL");
        } else {
            let start = out.len();
            push_value(
                model,
                inner,
                allowed_by(element_info),
                style.inside(),
                choices,
                out,
            );
            end_element(style, start, out);
        }
    }
    push_array_end(info, style, out);
}

/// What stands before the elements of an array.
pub(super) fn push_array_start(style: Style, out: &mut Vec<u8>) {
    out.extend_from_slice(if style == Style::Content {
        b"{"
    } else {
        b"ARRAY["
    });
}

/// Makes what stands behind `start` an element of an array that has begun.
pub(super) fn end_element(style: Style, start: usize, out: &mut Vec<u8>) {
    if style == Style::Content {
        quote_element_from(out, start);
    }
}

/// What stands behind the elements of an array.
pub(super) fn push_array_end(info: &TypeInfo, style: Style, out: &mut Vec<u8>) {
    if style == Style::Content {
        out.push(b'}');
    } else {
        out.push(b']');
        push_cast(info, out);
    }
}
