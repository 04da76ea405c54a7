//! Values that fit a column: for INSERT, UPDATE and comparisons.

use super::literal::{
    Style, end_element, has_literal, has_values, literal, push_array_end, push_array_start,
    push_value, underlying,
};
use super::ordinal::{self, Ordinals, Scale};
use super::scalar;
use crate::choices::Choices;
use crate::schema::model::{
    Column, Identity, Model, Table, TableId, TableKind, TypeInfo, TypeKind, UniqueKey,
};
use crate::types::{BuiltinType, Classes, TypeId};

/// A unique column needs that many different values: enough for the ordinals of 16,384 units.
const LEAST_CAPACITY: u128 = 1 << 20;
/// How often a nullable column is NULL, in millionths.
const NULLS: u32 = 80_000;

/// How values are made for every column of a model, decided once.
#[derive(Debug, Clone)]
pub struct Fitting {
    /// By table and column.
    recipes: Vec<Vec<Recipe>>,
}

#[derive(Debug, Clone, Copy)]
struct Recipe {
    source: Source,
    nullable: bool,
    /// Domains followed to the end.
    ty: TypeId,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    /// No value can be promised.
    None,
    /// Always NULL: a reference to a row that may not be there, or a way out of a unique key.
    Null,
    /// From the unit's ordinals, so that it never repeats.
    Ordinal(Scale),
    /// Any value of the type that the checks leave.
    Drawn,
}

impl Fitting {
    /// Decides for every column.
    #[must_use]
    pub fn new(model: &Model) -> Self {
        Self {
            recipes: model
                .tables
                .iter()
                .map(|table| recipes(model, table))
                .collect(),
        }
    }

    fn recipe(&self, table: TableId, column: u16) -> Option<&Recipe> {
        self.recipes.get(table.0 as usize)?.get(usize::from(column))
    }

    /// Whether [`Fitting::value`] makes values that fit; of a view's column, whether there is
    /// something to compare it with.
    #[must_use]
    pub fn has_value(&self, table: TableId, column: u16) -> bool {
        self.recipe(table, column)
            .is_some_and(|recipe| recipe.source != Source::None)
    }

    /// Whether the column's values are made from ordinals, so that they never repeat.
    #[must_use]
    pub fn is_ordinal(&self, table: TableId, column: u16) -> bool {
        self.recipe(table, column)
            .is_some_and(|recipe| matches!(recipe.source, Source::Ordinal(_)))
    }

    /// Appends a value that fits the column; DEFAULT if none can be promised.
    pub fn value<C: Choices>(
        &self,
        model: &Model,
        table: TableId,
        column: u16,
        ordinals: &mut Ordinals,
        choices: &mut C,
        out: &mut Vec<u8>,
    ) {
        let Some(recipe) = self.recipe(table, column) else {
            return;
        };
        match recipe.source {
            Source::None => out.extend_from_slice(b"DEFAULT"),
            Source::Null => out.extend_from_slice(b"NULL"),
            Source::Ordinal(scale) => {
                // Rows that the table holds have the first values.
                let rows = model.table(table).rows;
                let ordinal = ordinals.next_ordinal().saturating_add(rows);
                push_ordinal(model, recipe.ty, scale, ordinal, Style::Annotated, out);
            }
            Source::Drawn if recipe.nullable && choices.chance(NULLS) => {
                out.extend_from_slice(b"NULL");
            }
            Source::Drawn => {
                let allowed = &model.table(table).columns[usize::from(column)].allowed;
                push_value(model, recipe.ty, allowed, Style::Annotated, choices, out);
            }
        }
    }

    /// Appends a value to compare the column with: like those that it holds, never NULL if there
    /// is a literal of its type.
    pub fn comparand<C: Choices>(
        &self,
        model: &Model,
        table: TableId,
        column: u16,
        choices: &mut C,
        out: &mut Vec<u8>,
    ) {
        let Some(recipe) = self.recipe(table, column) else {
            return;
        };
        let column = &model.table(table).columns[usize::from(column)];
        if has_values(model, recipe.ty, &column.allowed) {
            push_value(
                model,
                recipe.ty,
                &column.allowed,
                Style::Annotated,
                choices,
                out,
            );
        } else {
            literal(model, column.ty, choices, out);
        }
    }
}

fn recipes(model: &Model, table: &Table) -> Vec<Recipe> {
    let mut recipes: Vec<Recipe> = (0..)
        .zip(&table.columns)
        .map(|(position, column)| Recipe {
            source: source(model, table, position, column),
            nullable: !column.not_null,
            ty: underlying(model, column.ty),
        })
        .collect();
    if !matches!(table.kind, TableKind::Table) {
        return recipes;
    }
    for key in &table.unique_keys {
        if let Some(key) = model.unique_keys.get(key.0 as usize) {
            keep_unique(model, table, key, &mut recipes);
        }
    }
    recipes
}

/// How values of a column are made as far as it stands for itself.
fn source(model: &Model, table: &Table, position: u16, column: &Column) -> Source {
    let closed = table.opaque_constraint || table.whole_rows_only;
    let promised = match table.kind {
        TableKind::View | TableKind::MaterializedView => has_literal(model, column.ty),
        TableKind::Partitioned => false,
        TableKind::Table if closed || column.generated => false,
        TableKind::Table => has_values(model, underlying(model, column.ty), &column.allowed),
    };
    let mut references = table
        .references
        .iter()
        .filter_map(|key| model.foreign_keys.get(key.0 as usize))
        .filter(|key| key.columns.contains(&position))
        .peekable();
    if table.kind != TableKind::Table || references.peek().is_none() {
        return if promised {
            Source::Drawn
        } else {
            Source::None
        };
    }
    let nullable = |&at: &u16| {
        table
            .columns
            .get(usize::from(at))
            .is_some_and(|c| !c.not_null)
    };
    if closed || column.generated {
        Source::None
    } else if nullable(&position) {
        Source::Null
    } else if promised && references.all(|key| key.columns.iter().any(nullable)) {
        // Another column of the key is NULL, so this one is not looked up.
        Source::Drawn
    } else {
        Source::None
    }
}

/// Sees to it that rows never collide in a unique key.
fn keep_unique(model: &Model, table: &Table, key: &UniqueKey, recipes: &mut [Recipe]) {
    let column = |at: u16| table.columns.get(usize::from(at));
    let source_of = |recipes: &[Recipe], at: u16| recipes.get(usize::from(at)).map(|r| r.source);
    let held = key.columns.iter().any(|&at| {
        matches!(source_of(recipes, at), Some(Source::Ordinal(_)))
            || column(at).is_some_and(|c| c.identity == Some(Identity::Always))
    });
    if held {
        return;
    }
    let scale = |recipes: &[Recipe], at: u16| {
        let column = column(at)?;
        let recipe = recipes
            .get(usize::from(at))
            .filter(|r| r.source == Source::Drawn)?;
        let sequence = column.has_default;
        ordinal::scale(model, recipe.ty, &column.allowed, table.rows, sequence)
            .filter(|scale| scale.capacity() >= LEAST_CAPACITY)
    };
    // Columns that every INSERT names first, then those with the most values.
    let best = key
        .columns
        .iter()
        .filter_map(|&at| Some((at, scale(recipes, at)?)))
        .min_by_key(|(at, scale)| {
            let defaulted = column(*at).is_some_and(|c| c.has_default);
            (defaulted, scale.capacity() < 1 << 31, *at)
        });
    if let Some((at, scale)) = best {
        recipes[usize::from(at)].source = Source::Ordinal(scale);
        return;
    }
    // NULL differs from NULL in a unique key, unless that says otherwise.
    if !key.nulls_not_distinct
        && key
            .columns
            .iter()
            .any(|&at| source_of(recipes, at) == Some(Source::Null))
    {
        return;
    }
    let nullable = key.columns.iter().copied().find(|&at| {
        !key.nulls_not_distinct
            && column(at).is_some_and(|c| !c.not_null && !c.has_default)
            && source_of(recipes, at) == Some(Source::Drawn)
    });
    match nullable {
        Some(at) => recipes[usize::from(at)].source = Source::Null,
        None => {
            let generated = key
                .columns
                .iter()
                .any(|&at| column(at).is_some_and(|c| c.generated));
            for (at, recipe) in (0_u16..).zip(recipes.iter_mut()) {
                if generated || key.columns.contains(&at) {
                    recipe.source = Source::None;
                }
            }
        }
    }
}

/// Appends the value of an ordinal.
pub(crate) fn push_ordinal(
    model: &Model,
    ty: TypeId,
    scale: Scale,
    ordinal: u64,
    style: Style,
    out: &mut Vec<u8>,
) {
    let info = model.ty(ty);
    match info.kind {
        TypeKind::Builtin(builtin) => {
            push_builtin(info, builtin, style, scale, ordinal, out);
        }
        TypeKind::Array(element) => {
            let element = model.ty(underlying(model, element));
            push_array_start(style, out);
            if let TypeKind::Builtin(builtin) = element.kind {
                let start = out.len();
                push_builtin(element, builtin, style.inside(), scale, ordinal, out);
                end_element(style, start, out);
            }
            push_array_end(info, style, out);
        }
        _ => out.extend_from_slice(b"NULL"),
    }
}

fn push_builtin(
    info: &TypeInfo,
    builtin: BuiltinType,
    style: Style,
    scale: Scale,
    ordinal: u64,
    out: &mut Vec<u8>,
) {
    let content = |out: &mut Vec<u8>| ordinal::push(builtin, info.length, scale, ordinal, out);
    match builtin {
        _ if style == Style::Content => content(out),
        BuiltinType::Bit | BuiltinType::Varbit => {
            out.push(b'B');
            scalar::push_dressed(info, builtin, Style::Bare, out, content);
        }
        BuiltinType::Money => {
            content(out);
            if style != Style::Bare {
                out.extend_from_slice(b"::money");
            }
        }
        _ if builtin.classes().intersects(Classes::NUMBER) => content(out),
        _ if builtin.classes().intersects(Classes::STRING) => {
            scalar::push_dressed(info, builtin, Style::Bare, out, content);
        }
        _ => scalar::push_dressed(info, builtin, style, out, content),
    }
}
