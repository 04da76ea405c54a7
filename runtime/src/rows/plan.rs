//! Decides, table by table, where the values of every column come from.
//!
//! After planning: rows `0..count` of a table keep every constraint that the model knows, whatever
//! row is looked at first, and so do rows up to `limit`.

use super::keys::{self, Pending};
use super::mix::Key;
use super::order::{self, Order};
use super::recipe::{ColumnRows, Partner, Reference, Source, TableRows};
use super::references::{self, Held};
use super::{Limit, VOLATILE_SHARE};
use crate::schema::model::{
    Column, ForeignKeyId, Model, Table, TableId, TableKind, TypeKind, UniqueKey,
};
use crate::types::Classes;
use crate::values::{bounds, has_values, underlying};

/// What all tables share.
pub(super) struct Planner<'a> {
    pub model: &'a Model,
    pub data_seed: u64,
    pub order: Order,
    /// Planned so far; the others hold no rows.
    pub tables: Vec<TableRows>,
    /// By foreign key; those of tables that are not planned yet are never set.
    pub references: Vec<Reference>,
    pub limits: Vec<Limit>,
}

/// A table while it is planned.
pub(super) struct Draft<'a> {
    pub id: TableId,
    pub table: &'a Table,
    pub columns: Vec<ColumnRows>,
    /// By column: how foreign keys hold it.
    pub held: Vec<Held>,
    /// By column: whether it is referenced, so that it may not be NULL.
    pub required: Vec<bool>,
    /// The foreign key that has to take the lowest digit.
    pub even: Option<ForeignKeyId>,
    /// How many rows there can be, and what limits them.
    pub limit: u64,
    pub reason: Option<String>,
    /// The digits that keys were given.
    pub pending: Vec<Pending>,
}

impl Draft<'_> {
    /// Notes that there can be no more than so many rows.
    pub fn limit(&mut self, limit: u64, reason: impl FnOnce() -> String) {
        if limit < self.limit {
            self.limit = limit;
            self.reason = Some(reason());
        }
    }

    /// Columns as they are named in reasons.
    pub fn names(&self, columns: &[u16]) -> String {
        let names: Vec<&str> = columns
            .iter()
            .filter_map(|&at| self.table.columns.get(usize::from(at)))
            .map(|column| column.reference.as_str())
            .collect();
        format!("({})", names.join(", "))
    }

    pub fn column(&self, at: u16) -> Option<&Column> {
        self.table.columns.get(usize::from(at))
    }
}

/// Plans a whole model.
pub(super) fn plan(model: &Model, data_seed: u64) -> Planner<'_> {
    let order = order::order(model);
    let references = model
        .foreign_keys
        .iter()
        .map(|key| {
            let table = model.table(key.from);
            let mut names = vec!["reference", &table.schema, &table.name];
            names.extend(
                key.columns
                    .iter()
                    .filter_map(|&at| table.columns.get(usize::from(at)))
                    .map(|column| column.name.as_str()),
            );
            Reference {
                parent: key.to,
                key: Key::new(data_seed, &names),
                partner: Partner::Never,
                nulls: false,
                until: u64::MAX,
            }
        })
        .collect();
    let mut planner = Planner {
        model,
        data_seed,
        tables: model.tables.iter().map(|_| TableRows::default()).collect(),
        references,
        limits: Vec::new(),
        order,
    };
    for n in 0..planner.order.tables.len() {
        let id = planner.order.tables[n];
        planner.table(id);
    }
    // Views and partitioned tables are not in the order.
    for (n, table) in (0..).zip(&model.tables) {
        if table.kind != TableKind::Table && table.rows > 0 {
            let reason = match table.kind {
                TableKind::Partitioned => "it is partitioned, and its partitions are not known",
                _ => "it is a view",
            };
            planner.limits.push(Limit {
                table: TableId(n),
                asked: table.rows,
                possible: 0,
                reason: reason.to_owned(),
            });
        }
    }
    planner.limits.sort_by_key(|limit| limit.table);
    planner
}

impl<'a> Planner<'a> {
    fn table(&mut self, id: TableId) {
        let model = self.model;
        let table = model.table(id);
        let mut required = vec![false; table.columns.len()];
        for key in &table.referenced_by {
            let Some(key) = model.foreign_keys.get(key.0 as usize) else {
                continue;
            };
            for &at in &key.targets {
                if let Some(required) = required.get_mut(usize::from(at)) {
                    *required = true;
                }
            }
        }
        let mut draft = Draft {
            id,
            table,
            columns: table
                .columns
                .iter()
                .map(|column| ColumnRows {
                    ty: underlying(model, column.ty),
                    key: Key::new(
                        self.data_seed,
                        &["column", &table.schema, &table.name, &column.name],
                    ),
                    source: Source::Absent,
                    nulls: false,
                    until: u64::MAX,
                })
                .collect(),
            held: vec![Held::Free; table.columns.len()],
            required,
            even: None,
            limit: u64::MAX,
            reason: None,
            pending: Vec::new(),
        };
        if table.opaque_constraint {
            draft.limit(0, || {
                "one of its constraints is not understood, so no row can be promised to keep it"
                    .to_owned()
            });
        }
        if self.order.stuck.get(id.0 as usize) == Some(&true) {
            draft.limit(0, || {
                "its foreign keys lead back to it through other tables, and none on the way can \
                 be NULL"
                    .to_owned()
            });
        }
        references::hold(self, &mut draft);
        self.columns(&mut draft);
        if draft
            .columns
            .iter()
            .all(|column| matches!(column.source, Source::Absent))
        {
            draft.limit(0, || "none of its columns can be given a value".to_owned());
        }
        references::settle(self, &mut draft);
        keys::number(self, &mut draft);
        self.finish(draft);
    }

    /// Decides for the columns that no foreign key holds, as far as they stand for themselves.
    fn columns(&self, draft: &mut Draft<'a>) {
        let table = draft.table;
        for (at, column) in (0_u16..).zip(&table.columns) {
            let n = usize::from(at);
            let ty = draft.columns[n].ty;
            let has_values = !column.generated && has_values(self.model, ty, &column.allowed);
            let (source, nulls) = match draft.held[n] {
                Held::Null => (Source::Null, false),
                Held::By { first, second } => (
                    Source::Foreign {
                        first,
                        second,
                        null: false,
                    },
                    false,
                ),
                Held::Free if has_values => {
                    let source = self.serial(draft, at, column).unwrap_or(Source::Drawn);
                    let nulls = !column.not_null && !draft.required[n];
                    (source, nulls)
                }
                Held::Free => {
                    if column.not_null && !column.has_default && !column.generated {
                        draft.limit(0, || {
                            format!(
                                "no values can be made for its column {}, which is NOT NULL and \
                                 has no default",
                                column.reference
                            )
                        });
                    }
                    (Source::Absent, false)
                }
            };
            draft.columns[n].source = source;
            draft.columns[n].nulls = nulls;
        }
    }

    /// Numbers from 1 in the order of the rows, for a column that a sequence or an application
    /// would number like that.
    fn serial(&self, draft: &Draft<'a>, at: u16, column: &Column) -> Option<Source> {
        /// Where keys of new rows start beside those that a sequence hands out.
        const ABOVE_SEQUENCES: i128 = 1_000_000_000;
        let info = self.model.ty(draft.columns[usize::from(at)].ty);
        let alone = |key: &UniqueKey| key.columns == [at];
        let mut keys = unique_keys(self.model, draft.table);
        let numbered = info.classes.intersects(Classes::INTEGER)
            && (column.identity.is_some()
                || keys.any(|key| alone(key) && (key.primary || column.has_default)));
        if !numbered {
            return None;
        }
        let bounds = bounds(info, &column.allowed)?;
        let base = if bounds.high >= 1 {
            bounds.low.max(1)
        } else {
            bounds.low
        };
        // Settled when the number of rows is known.
        let clear = if column.has_default {
            let low = bounds.low.max(0);
            ABOVE_SEQUENCES.min(low + (bounds.high - low) / 2)
        } else {
            base
        };
        Some(Source::Serial {
            base,
            loaded: 0,
            next: clear,
        })
    }

    /// Counts the rows and settles what depends on their number.
    fn finish(&mut self, mut draft: Draft<'a>) {
        let asked = draft.table.rows;
        let count = asked.min(draft.limit);
        if count < asked {
            self.limits.push(Limit {
                table: draft.id,
                asked,
                possible: count,
                reason: draft.reason.take().unwrap_or_default(),
            });
        }
        keys::settle(self, &mut draft, count);
        let mut limit = draft.limit;
        for (column, settled) in draft.table.columns.iter().zip(&mut draft.columns) {
            let Source::Serial { base, loaded, next } = &mut settled.source else {
                continue;
            };
            *loaded = count;
            *next = (*next).max(*base + i128::from(count));
            let high = bounds(self.model.ty(settled.ty), &column.allowed).map_or(*base, |b| b.high);
            let free = high.saturating_sub(*next).saturating_add(1).max(0);
            limit = limit.min(count.saturating_add(u64::try_from(free).unwrap_or(u64::MAX)));
        }
        let volatile = if count < VOLATILE_SHARE {
            0
        } else {
            count / VOLATILE_SHARE
        };
        for id in &draft.table.references {
            if let Some(Reference {
                partner: Partner::Earlier(stable, _) | Partner::Siblings { stable, .. },
                ..
            }) = self.references.get_mut(id.0 as usize)
            {
                *stable = count - volatile;
            }
        }
        if let Some(planned) = self.tables.get_mut(draft.id.0 as usize) {
            *planned = TableRows {
                count,
                stable: count - volatile,
                limit,
                columns: draft.columns,
            };
        }
    }

    /// The foreign key of an id.
    pub fn key(&self, id: ForeignKeyId) -> Option<&'a crate::schema::model::ForeignKey> {
        self.model.foreign_keys.get(id.0 as usize)
    }

    /// Whether no row of a planned table holds NULL, or something unknown, in a column.
    pub fn certain(&self, table: TableId, at: u16) -> bool {
        let column = self
            .tables
            .get(table.0 as usize)
            .and_then(|table| table.columns.get(usize::from(at)));
        column.is_some_and(|column| {
            !column.nulls
                && column.until == u64::MAX
                && match column.source {
                    Source::Absent | Source::Null => false,
                    Source::Foreign { null, .. } => !null,
                    _ => true,
                }
        })
    }

    /// Whether a value of a type can be drawn for a column.
    pub fn can_draw(&self, draft: &Draft<'a>, at: u16) -> bool {
        draft.column(at).is_some_and(|column| {
            !column.generated
                && has_values(
                    self.model,
                    underlying(self.model, column.ty),
                    &column.allowed,
                )
        })
    }

    /// Whether two types are the same kind of enumeration or built-in type.
    pub fn same_kind(&self, a: crate::types::TypeId, b: crate::types::TypeId) -> bool {
        match (&self.model.ty(a).kind, &self.model.ty(b).kind) {
            (TypeKind::Builtin(a), TypeKind::Builtin(b)) => a == b,
            _ => a == b,
        }
    }
}

/// The unique keys of a table.
pub(super) fn unique_keys<'m>(
    model: &'m Model,
    table: &'m Table,
) -> impl Iterator<Item = &'m UniqueKey> {
    table
        .unique_keys
        .iter()
        .filter_map(|key| model.unique_keys.get(key.0 as usize))
}
