//! Properties of columns and types that the schema model decides.

use crate::schema::model::{Allowed, Column, Model, Table, TableKind, TypeKind, UniqueKeyId};
use crate::types::{Classes, TypeId};

/// Whether the generator can print a literal of a type.
pub(super) fn has_literal(model: &Model, ty: TypeId) -> bool {
    let Some(info) = model.types.get(usize::from(ty.0)) else {
        return false;
    };
    match &info.kind {
        TypeKind::Builtin(_) => info.classes.intersects(Classes::LITERAL),
        // Elements come before the arrays of them, domains after what they are over.
        TypeKind::Array(element) => *element != ty && has_literal(model, *element),
        TypeKind::Enum(labels) => !labels.is_empty(),
        TypeKind::Domain { over, allowed, .. } => {
            *allowed != Allowed::Unknown && *over != ty && has_literal(model, *over)
        }
        TypeKind::Other => false,
    }
}

/// A unique column counts as having values only if so many different ones fit it.
const MIN_UNIQUE_VALUES: u128 = 10_000;

/// Whether values that fit a column can be promised; NULL counts where it is nullable.
pub(super) fn has_value(model: &Model, table: &Table, position: u16) -> bool {
    let Some(column) = table.columns.get(usize::from(position)) else {
        return false;
    };
    if matches!(table.kind, TableKind::View | TableKind::MaterializedView) {
        return has_literal(model, column.ty);
    }
    if table.opaque_constraint || table.kind == TableKind::Partitioned || column.generated {
        return false;
    }
    if column.foreign_key.is_some() {
        return !column.not_null;
    }
    column.allowed != Allowed::Unknown
        && has_literal(model, column.ty)
        && (!is_ordinal(model, table, position)
            || distinct_values(model, column) >= MIN_UNIQUE_VALUES)
}

/// Whether a column's values come from the unit's ordinals because a unique key depends on it: it
/// is the key's only column, or the first of its columns that no foreign key covers.
pub(super) fn is_ordinal(model: &Model, table: &Table, position: u16) -> bool {
    let free = |&&at: &&u16| {
        table
            .columns
            .get(usize::from(at))
            .is_some_and(|column| column.foreign_key.is_none())
    };
    table
        .unique_keys
        .iter()
        .filter_map(|&UniqueKeyId(id)| model.unique_keys.get(id as usize))
        .any(|key| key.columns.iter().find(free) == Some(&position))
}

/// A lower bound of how many different values fit a column.
fn distinct_values(model: &Model, column: &Column) -> u128 {
    let allowed = match &column.allowed {
        Allowed::Any => u128::MAX,
        Allowed::Range { low, high } => match (low, high) {
            (Some((low, _)), Some((high, _))) => high.saturating_sub(*low).max(0) as u128 + 1,
            _ => u128::MAX,
        },
        Allowed::OneOf(literals) => literals.len() as u128,
        Allowed::Length(_, high) => 36u128.saturating_pow(*high),
        Allowed::Unknown => 0,
    };
    allowed.min(distinct_literals(model, column.ty))
}

fn distinct_literals(model: &Model, ty: TypeId) -> u128 {
    use crate::types::BuiltinType as B;
    let Some(info) = model.types.get(usize::from(ty.0)) else {
        return 0;
    };
    match &info.kind {
        TypeKind::Builtin(B::Bool) => 2,
        TypeKind::Builtin(B::Char | B::Varchar) => 36u128.saturating_pow(info.length.unwrap_or(
            // character without a length is character(1)
            if matches!(info.kind, TypeKind::Builtin(B::Char)) {
                1
            } else {
                64
            },
        )),
        TypeKind::Builtin(B::Bit | B::Varbit) => 2u128.saturating_pow(info.length.unwrap_or(1)),
        TypeKind::Builtin(B::Numeric) => 10u128.saturating_pow(info.length.unwrap_or(18)),
        TypeKind::Builtin(_) => 1 << 16,
        TypeKind::Array(_) => 0,
        TypeKind::Enum(labels) => labels.len() as u128,
        TypeKind::Domain { over, allowed, .. } if *over != ty => {
            let over = distinct_literals(model, *over);
            match allowed {
                Allowed::Any => over,
                Allowed::OneOf(literals) => over.min(literals.len() as u128),
                Allowed::Length(_, high) => over.min(36u128.saturating_pow(*high)),
                Allowed::Range {
                    low: Some((low, _)),
                    high: Some((high, _)),
                } => over.min(high.saturating_sub(*low).max(0) as u128 + 1),
                Allowed::Range { .. } => over,
                Allowed::Unknown => 0,
            }
        }
        TypeKind::Domain { .. } | TypeKind::Other => 0,
    }
}
