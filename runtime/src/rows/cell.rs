//! How the value of a row in a column is found and printed: what was planned, by column, with all
//! that the model decides.

use super::Rows;
use super::mix::{Draws, Key};
use super::recipe::{ColumnRows, Digit, Source, TableRows, Values};
use crate::schema::model::{Allowed, Column, ForeignKeyId, Model, TableId, TypeKind};
use crate::types::{BuiltinType, Classes, TypeId};
use crate::values::number::push_int;
use crate::values::{Numbering, Recipe, Style, Texts, Word, make_operand, push_label, push_listed};

/// Of 65,536 rows, how many hold NULL in a column that may be NULL now and then: 8 %.
pub(super) const NULLS: u16 = 5_243;

/// The columns of all tables.
#[derive(Debug, Clone)]
pub(super) struct Cells {
    /// The place of the first column of each table; one more at the end.
    first: Box<[u32]>,
    cells: Box<[Cell]>,
    /// By column, as SQL and as text.
    literals: Box<[Printed]>,
    texts: Box<[Printed]>,
}

/// How the value of a row is found.
#[derive(Debug, Clone)]
struct Cell {
    /// Rows from here on hold NULL.
    until: u64,
    made: Made,
    /// Whether the value of a new row is the one found here.
    decides_new: bool,
}

#[derive(Debug, Clone)]
enum Made {
    /// NULL, or nothing that is known.
    Nothing,
    /// Decided by the number of the row.
    Numbered,
    /// Drawn with this key; of 65,536 rows, so many hold NULL.
    Drawn(Key, u16),
    /// That of the referenced row.
    Foreign {
        first: Link,
        second: Option<Link>,
        /// Whether it is NULL when the foreign key is; else a value is drawn with this key.
        null: bool,
        key: Key,
    },
}

/// The value of a column in the row that a foreign key references.
#[derive(Debug, Clone, Copy)]
struct Link {
    key: ForeignKeyId,
    target: u32,
}

/// How values are printed.
#[derive(Debug, Clone)]
struct Printed {
    drawn: Recipe,
    numbered: Option<Box<Numbered>>,
    /// Whether a cast to real has to follow: a bare number is compared as another type, in which it
    /// need not equal a real.
    real: bool,
}

/// Values that the number of the row decides.
#[derive(Debug, Clone)]
enum Numbered {
    /// `base + row` for rows below `loaded`, `next + (row - loaded)` for new ones.
    Serial {
        base: i128,
        loaded: u64,
        next: i128,
    },
    Scale(Digit, Numbering),
    Listed(Digit, Texts),
}

/// A value that a row holds.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Found {
    /// That of a row in a column.
    At { cell: u32, row: u64 },
    /// One of a column, drawn from this state.
    Drawn { cell: u32, state: u64 },
}

impl Cells {
    /// What was planned for a model.
    pub fn new(model: &Model, tables: &[TableRows]) -> Self {
        let mut first = vec![0_u32];
        for table in &model.tables {
            let before = first.last().copied().unwrap_or(0);
            first.push(before + u32::try_from(table.columns.len()).unwrap_or(u32::MAX));
        }
        let count = first.last().copied().unwrap_or(0) as usize;
        let mut cells = Vec::with_capacity(count);
        let mut literals = Vec::with_capacity(count);
        let mut texts = Vec::with_capacity(count);
        for (n, table) in model.tables.iter().enumerate() {
            let planned = tables.get(n);
            for (at, column) in table.columns.iter().enumerate() {
                let settled = planned.and_then(|table| table.columns.get(at));
                cells.push(
                    settled.map_or(Cell::NOTHING, |settled| Cell::new(model, settled, &first)),
                );
                literals.push(Printed::new(model, column, settled, Style::Annotated));
                texts.push(Printed::new(model, column, settled, Style::Content));
            }
        }
        Self {
            first: first.into(),
            cells: cells.into(),
            literals: literals.into(),
            texts: texts.into(),
        }
    }

    #[inline]
    fn place(&self, table: TableId, column: u16) -> Option<u32> {
        Some(*self.first.get(table.0 as usize)? + u32::from(column))
    }

    /// The value of a row in a column: foreign keys are followed. None if it is NULL or nothing that
    /// is known.
    pub fn find(&self, rows: &Rows, table: TableId, column: u16, row: u64) -> Option<Found> {
        self.find_at(rows, self.place(table, column)?, row)
    }

    /// Whether the value of a new row in the column at a place is decided by the row.
    #[inline]
    pub fn decides_new(&self, place: u32) -> bool {
        let cell = self.cells.get(place as usize);
        cell.is_some_and(|cell| cell.decides_new)
    }

    /// The same as [`Cells::find`] for the column at a place.
    #[inline]
    pub fn find_at(&self, rows: &Rows, place: u32, row: u64) -> Option<Found> {
        let (mut place, mut row) = (place, row);
        // Ends: foreign keys lead to tables filled earlier, or within the table to columns that
        // reference nothing in it.
        loop {
            let cell = self.cells.get(place as usize)?;
            if row >= cell.until {
                return None;
            }
            match cell.made {
                Made::Nothing => return None,
                Made::Numbered => return Some(Found::At { cell: place, row }),
                Made::Drawn(key, nulls) => {
                    let state = key.hash(row);
                    return (!Word::new(state).happens(nulls))
                        .then_some(Found::Drawn { cell: place, state });
                }
                Made::Foreign {
                    first,
                    second,
                    null,
                    key,
                } => {
                    let link = match (rows.partner(first.key, row), second) {
                        (Some(parent), _) => Some((first, parent)),
                        (None, _) if null => return None,
                        (None, Some(second)) => {
                            rows.partner(second.key, row).map(|parent| (second, parent))
                        }
                        (None, None) => None,
                    };
                    match link {
                        Some((link, parent)) => (place, row) = (link.target, parent),
                        None => {
                            return Some(Found::Drawn {
                                cell: place,
                                state: key.hash(row),
                            });
                        }
                    }
                }
            }
        }
    }

    /// Appends a value that was found, as an SQL literal.
    #[inline]
    pub fn push_literal(&self, found: Found, out: &mut Vec<u8>) {
        push(&self.literals, found, out);
    }

    /// Appends a value that was found, as the text that the type's input function reads.
    pub fn push_text(&self, found: Found, out: &mut Vec<u8>) {
        push(&self.texts, found, out);
    }
}

#[inline]
fn push(printed: &[Printed], found: Found, out: &mut Vec<u8>) {
    let start = out.len();
    let (Found::At { cell, .. } | Found::Drawn { cell, .. }) = found;
    let Some(printed) = printed.get(cell as usize) else {
        return;
    };
    match found {
        Found::At { row, .. } => {
            if let Some(numbered) = &printed.numbered {
                numbered.push(row, out);
            }
        }
        Found::Drawn { state, .. } => {
            let mut draws = Draws::new(state);
            printed.drawn.push(&mut Word::new(state), &mut draws, out);
        }
    }
    if printed.real {
        make_operand(out, start);
        out.extend_from_slice(b"::real");
    }
}

impl Cell {
    const NOTHING: Self = Self {
        until: 0,
        made: Made::Nothing,
        decides_new: false,
    };

    fn new(model: &Model, settled: &ColumnRows, columns: &[u32]) -> Self {
        let link = |(key, target): (ForeignKeyId, u16)| {
            let referenced = model.foreign_keys.get(key.0 as usize);
            let first = referenced.and_then(|key| columns.get(key.to.0 as usize));
            Link {
                key,
                target: first.map_or(u32::MAX, |first| first + u32::from(target)),
            }
        };
        let made = match settled.source {
            Source::Absent | Source::Null => Made::Nothing,
            Source::Drawn => Made::Drawn(settled.key, if settled.nulls { NULLS } else { 0 }),
            Source::Serial { .. } | Source::Numbered { .. } => Made::Numbered,
            Source::Foreign {
                first,
                second,
                null,
            } => Made::Foreign {
                first: link(first),
                second: second.map(link),
                null,
                key: settled.key,
            },
        };
        Self {
            until: settled.until,
            made,
            decides_new: settled.decides_new(),
        }
    }
}

impl Printed {
    fn new(model: &Model, column: &Column, settled: Option<&ColumnRows>, style: Style) -> Self {
        let Some(settled) = settled else {
            return Self {
                drawn: Recipe::default(),
                numbered: None,
                real: false,
            };
        };
        let info = model.ty(settled.ty);
        let real = style == Style::Annotated
            && matches!(info.kind, TypeKind::Builtin(BuiltinType::Float4));
        // The server rounds what it stores to the precision of the column.
        let rounded = info
            .classes
            .intersects(Classes::TEMPORAL | Classes::INTERVAL)
            && matches!(info.kind, TypeKind::Builtin(builtin) if info.sql != builtin.sql());
        let style = match style {
            Style::Annotated if rounded => Style::Typed,
            _ => style,
        };
        Self {
            drawn: Recipe::new(model, settled.ty, &column.allowed, style),
            numbered: Numbered::new(model, settled.ty, &column.allowed, &settled.source, style)
                .map(Box::new),
            real,
        }
    }
}

impl Numbered {
    fn new(
        model: &Model,
        ty: TypeId,
        allowed: &Allowed,
        source: &Source,
        style: Style,
    ) -> Option<Self> {
        let info = model.ty(ty);
        let (values, digit) = match source {
            Source::Serial { base, loaded, next } => {
                return Some(Self::Serial {
                    base: *base,
                    loaded: *loaded,
                    next: *next,
                });
            }
            Source::Numbered { values, digit } => (values, *digit),
            _ => return None,
        };
        Some(match values {
            Values::Scale(scale) => Self::Scale(digit, Numbering::new(model, ty, *scale, style)),
            Values::Boolean => {
                let words: [&[u8]; 2] = [b"FALSE", b"TRUE"];
                let texts = Texts::new(words.len(), |n, out| {
                    out.extend_from_slice(words.get(n).copied().unwrap_or_default());
                });
                Self::Listed(digit, texts)
            }
            Values::Labels => {
                let TypeKind::Enum(labels) = &info.kind else {
                    return None;
                };
                let texts = Texts::new(labels.len(), |n, out| {
                    push_label(info, labels, n, style, out);
                });
                Self::Listed(digit, texts)
            }
            Values::Listed(places) => {
                let Allowed::OneOf(literals) = allowed else {
                    return None;
                };
                let texts = Texts::new(places.len(), |n, out| {
                    if let Some(&place) = places.get(n) {
                        push_listed(info, literals, place, style, out);
                    }
                });
                Self::Listed(digit, texts)
            }
        })
    }

    #[inline]
    fn push(&self, row: u64, out: &mut Vec<u8>) {
        match self {
            Self::Serial { base, loaded, next } => {
                let value = match row.checked_sub(*loaded) {
                    None => base.saturating_add_unsigned(row.into()),
                    Some(beyond) => next.saturating_add_unsigned(beyond.into()),
                };
                push_int(value, out);
            }
            Self::Scale(digit, numbering) => numbering.push(digit.of(row), out),
            Self::Listed(digit, texts) => texts.push(digit.of(row), out),
        }
    }
}
