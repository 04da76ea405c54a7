//! Values that fit a column: for INSERT, UPDATE and comparisons.

use super::literal::{Style, has_literal, has_values, underlying};
use super::ordinal::{self, Numbering, Ordinals, Scale};
use super::recipe::Recipe;
use super::word::Word;
use crate::choices::Choices;
use crate::schema::model::{Column, Identity, Model, Table, TableId, TableKind, UniqueKey};
use crate::types::TypeId;

/// A unique column needs that many different values: enough for the ordinals of 16,384 units.
const LEAST_CAPACITY: u128 = 1 << 20;
/// Of 65,536 values of a nullable column, how many are NULL: 8 %.
const NULLS: u16 = 5_243;

/// How values are made for every column and type of a model, decided once.
#[derive(Debug, Clone)]
pub struct Fitting {
    /// The place in `columns` of the first column of each table; one more at the end.
    first: Box<[u32]>,
    columns: Box<[Made]>,
    /// By type.
    literals: Box<[Recipe]>,
}

/// How values of a column are made.
#[derive(Debug, Clone)]
struct Made {
    by: By,
    /// Of 65,536 drawn values, how many are NULL.
    nulls: u16,
    /// Values to compare the column with: those that fit it, if any do.
    recipe: Recipe,
}

#[derive(Debug, Clone)]
enum By {
    /// No value can be promised.
    Default,
    /// Always NULL.
    Null,
    /// From ordinals, past those of the rows that the table holds.
    Ordinal(Box<Numbering>, u64),
    Drawing,
}

/// What is decided of a column before its values are.
#[derive(Debug, Clone, Copy)]
struct Decided {
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
        let mut first = vec![0];
        let mut columns = Vec::new();
        for table in &model.tables {
            let decided = decide(model, table);
            columns.extend(
                decided
                    .iter()
                    .zip(&table.columns)
                    .map(|(decided, column)| Made::new(model, table, column, decided)),
            );
            first.push(u32::try_from(columns.len()).unwrap_or(u32::MAX));
        }
        Self {
            first: first.into(),
            columns: columns.into(),
            literals: (0..model.types.len())
                .map_while(|ty| u16::try_from(ty).ok())
                .map(|ty| Recipe::literal(model, TypeId(ty)))
                .collect(),
        }
    }

    #[inline]
    fn made(&self, table: TableId, column: u16) -> Option<&Made> {
        self.columns.get(self.place(table, column) as usize)
    }

    /// The place of a column; past the last one for none.
    #[inline]
    fn place(&self, table: TableId, column: u16) -> u32 {
        let first = self.first.get(table.0 as usize);
        first.map_or(u32::MAX, |first| first.saturating_add(u32::from(column)))
    }

    /// Whether [`Fitting::value`] makes values that fit; of a view's column, whether there is
    /// something to compare it with.
    #[must_use]
    pub fn has_value(&self, table: TableId, column: u16) -> bool {
        self.made(table, column)
            .is_some_and(|made| !matches!(made.by, By::Default))
    }

    /// Whether the column's values are made from ordinals, so that they never repeat.
    #[must_use]
    pub fn is_ordinal(&self, table: TableId, column: u16) -> bool {
        self.made(table, column)
            .is_some_and(|made| matches!(made.by, By::Ordinal(..)))
    }

    /// Appends a value that fits the column of the model that this was made for; DEFAULT if none
    /// can be promised.
    pub fn value<C: Choices>(
        &self,
        _model: &Model,
        table: TableId,
        column: u16,
        ordinals: &mut Ordinals,
        choices: &mut C,
        out: &mut Vec<u8>,
    ) {
        self.value_at(self.place(table, column), ordinals, choices, out);
    }

    /// The same for the column at a place among all columns of the model's tables.
    #[inline]
    pub(crate) fn value_at<C: Choices>(
        &self,
        place: u32,
        ordinals: &mut Ordinals,
        choices: &mut C,
        out: &mut Vec<u8>,
    ) {
        let Some(made) = self.columns.get(place as usize) else {
            return;
        };
        match &made.by {
            By::Default => out.extend_from_slice(b"DEFAULT"),
            By::Null => out.extend_from_slice(b"NULL"),
            By::Ordinal(numbering, rows) => {
                let values = numbering.capacity();
                let ordinal = ordinals.next_ordinal(values);
                numbering.push(ordinal.saturating_add(*rows), out);
                choices.told_apart(ordinals.units(values));
            }
            By::Drawing => {
                let before = choices.begin_value();
                let mut word = Word::draw(choices);
                if word.happens(made.nulls) {
                    out.extend_from_slice(b"NULL");
                } else {
                    made.recipe.push(&mut word, choices, out);
                }
                choices.restore(before);
            }
        }
    }

    /// Appends a value to compare the column with: like those that it holds, never NULL if there
    /// is a literal of its type.
    pub fn comparand<C: Choices>(
        &self,
        _model: &Model,
        table: TableId,
        column: u16,
        choices: &mut C,
        out: &mut Vec<u8>,
    ) {
        self.comparand_at(self.place(table, column), choices, out);
    }

    /// The same for the column at a place among all columns of the model's tables.
    #[inline]
    pub(crate) fn comparand_at<C: Choices>(&self, place: u32, choices: &mut C, out: &mut Vec<u8>) {
        if let Some(made) = self.columns.get(place as usize) {
            let before = choices.begin_value();
            made.recipe.push(&mut Word::draw(choices), choices, out);
            choices.restore(before);
        }
    }

    /// Appends a literal of a type, as [`literal`](super::literal) does.
    pub fn literal<C: Choices>(&self, ty: TypeId, choices: &mut C, out: &mut Vec<u8>) {
        match self.literals.get(usize::from(ty.0)) {
            Some(recipe) => {
                let before = choices.begin_value();
                recipe.push(&mut Word::draw(choices), choices, out);
                choices.restore(before);
            }
            None => out.extend_from_slice(b"NULL"),
        }
    }
}

impl Made {
    fn new(model: &Model, table: &Table, column: &Column, decided: &Decided) -> Self {
        let ty = decided.ty;
        let by = match decided.source {
            Source::None => By::Default,
            Source::Null => By::Null,
            Source::Ordinal(scale) => {
                // Rows that the table holds have the first values.
                let numbering = Numbering::new(model, ty, scale, Style::Annotated);
                By::Ordinal(Box::new(numbering), table.rows)
            }
            Source::Drawn => By::Drawing,
        };
        let recipe = if has_values(model, ty, &column.allowed) {
            Recipe::new(model, ty, &column.allowed, Style::Annotated)
        } else {
            Recipe::literal(model, column.ty)
        };
        Self {
            by,
            nulls: if decided.nullable { NULLS } else { 0 },
            recipe,
        }
    }
}

fn decide(model: &Model, table: &Table) -> Vec<Decided> {
    let mut decided: Vec<Decided> = (0..)
        .zip(&table.columns)
        .map(|(position, column)| Decided {
            source: source(model, table, position, column),
            nullable: !column.not_null,
            ty: underlying(model, column.ty),
        })
        .collect();
    if !matches!(table.kind, TableKind::Table) {
        return decided;
    }
    for key in &table.unique_keys {
        if let Some(key) = model.unique_keys.get(key.0 as usize) {
            keep_unique(model, table, key, &mut decided);
        }
    }
    decided
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
fn keep_unique(model: &Model, table: &Table, key: &UniqueKey, decided: &mut [Decided]) {
    let column = |at: u16| table.columns.get(usize::from(at));
    let source_of = |decided: &[Decided], at: u16| decided.get(usize::from(at)).map(|r| r.source);
    let held = key.columns.iter().any(|&at| {
        matches!(source_of(decided, at), Some(Source::Ordinal(_)))
            || column(at).is_some_and(|c| c.identity == Some(Identity::Always))
    });
    if held {
        return;
    }
    let scale = |decided: &[Decided], at: u16| {
        let column = column(at)?;
        let found = decided
            .get(usize::from(at))
            .filter(|r| r.source == Source::Drawn)?;
        let sequence = column.has_default;
        ordinal::scale(model, found.ty, &column.allowed, table.rows, sequence)
            .filter(|scale| scale.capacity() >= LEAST_CAPACITY)
    };
    // Columns that every INSERT names first, then those with the most values.
    let best = key
        .columns
        .iter()
        .filter_map(|&at| Some((at, scale(decided, at)?)))
        .min_by_key(|(at, scale)| {
            let defaulted = column(*at).is_some_and(|c| c.has_default);
            (defaulted, scale.capacity() < 1 << 31, *at)
        });
    if let Some((at, scale)) = best {
        decided[usize::from(at)].source = Source::Ordinal(scale);
        return;
    }
    // NULL differs from NULL in a unique key, unless that says otherwise.
    if !key.nulls_not_distinct
        && key
            .columns
            .iter()
            .any(|&at| source_of(decided, at) == Some(Source::Null))
    {
        return;
    }
    let nullable = key.columns.iter().copied().find(|&at| {
        !key.nulls_not_distinct
            && column(at).is_some_and(|c| !c.not_null && !c.has_default)
            && source_of(decided, at) == Some(Source::Drawn)
    });
    match nullable {
        Some(at) => decided[usize::from(at)].source = Source::Null,
        None => {
            let generated = key
                .columns
                .iter()
                .any(|&at| column(at).is_some_and(|c| c.generated));
            for (at, found) in (0_u16..).zip(decided.iter_mut()) {
                if generated || key.columns.contains(&at) {
                    found.source = Source::None;
                }
            }
        }
    }
}
