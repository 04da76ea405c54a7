//! Literals of every type of a model.

use super::quoting::{push_string, push_unquoted, quote_element_from};
use super::recipe::Recipe;
use super::scalar;
use super::word::Word;
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
pub(super) fn allowed_by(info: &TypeInfo) -> &Allowed {
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
/// expression may stand. Finite and non-NULL; NULL only for a type without literals. How it is made
/// is decided anew each time: [`Fitting::literal`](super::Fitting::literal) remembers it.
pub fn literal<C: Choices>(model: &Model, ty: TypeId, choices: &mut C, out: &mut Vec<u8>) {
    if !has_literal(model, ty) {
        out.extend_from_slice(b"NULL");
        return;
    }
    Recipe::literal(model, ty).push(&mut Word::draw(choices), choices, out);
}

/// A cast to a type.
fn cast(info: &TypeInfo) -> String {
    format!("::{}", info.sql)
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
        out.extend_from_slice(cast(info).as_bytes());
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
        out.extend_from_slice(cast(info).as_bytes());
    }
}

/// What stands before and behind the elements of an array.
pub(super) fn dress_array(info: &TypeInfo, style: Style) -> (String, String) {
    match style {
        Style::Content => ("{".to_owned(), "}".to_owned()),
        _ => ("ARRAY[".to_owned(), format!("]{}", cast(info))),
    }
}

/// Makes what stands behind `start` an element of an array that has begun.
#[inline]
pub(super) fn end_element(style: Style, start: usize, out: &mut Vec<u8>) {
    if style == Style::Content {
        quote_element_from(out, start);
    }
}
