//! Which foreign key gives which column its values, and which are NULL.
//!
//! After [`hold`]: every foreign key of the table either references rows, or is NULL in every row,
//! or the table is limited to no rows; no column takes its values from two that could disagree.
//! After [`settle`]: it is also decided how the referenced rows are found.

use super::order::own_nullable_columns;
use super::plan::{Draft, Planner};
use super::recipe::{Partner, Source, Values};
use crate::schema::model::{Allowed, ForeignKey, ForeignKeyId, Model, TableId};
use crate::types::{BuiltinType, Classes};
use crate::values::{Bounds, Scale, bounds, underlying};

/// How foreign keys hold a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Held {
    /// Not at all.
    Free,
    /// It is NULL, so that one of them needs no row.
    Null,
    /// It takes its values from there.
    By {
        /// The key and the position of the referenced column.
        first: (ForeignKeyId, u16),
        /// Another key that holds it where the first is NULL.
        second: Option<(ForeignKeyId, u16)>,
    },
}

/// Shares the columns out.
pub(super) fn hold(planner: &mut Planner<'_>, draft: &mut Draft<'_>) {
    let (within, out): (Vec<_>, Vec<_>) = draft
        .table
        .references
        .iter()
        .filter_map(|&id| Some((id, planner.key(id)?)))
        .partition(|(_, key)| key.from == key.to);
    let mut owners = Vec::new();
    // What the table's own rows can be referenced by depends on what they reference elsewhere.
    hold_some(planner, draft, out, &mut owners);
    hold_some(planner, draft, within, &mut owners);
}

fn hold_some<'a>(
    planner: &mut Planner<'a>,
    draft: &mut Draft<'_>,
    keys: Vec<(ForeignKeyId, &'a ForeignKey)>,
    owners: &mut Vec<(ForeignKeyId, &'a ForeignKey)>,
) {
    let mut usable = Vec::new();
    let mut unusable = Vec::new();
    for (id, key) in keys {
        if key.from == key.to && key.columns == key.targets {
            // Every row references itself.
            planner.references[id.0 as usize].partner = Partner::Own;
            continue;
        }
        if let Some(first) = siblings(planner, draft, key) {
            share(draft, id, key);
            draft.even = Some(first);
            planner.references[id.0 as usize].partner = Partner::Siblings {
                distance: 0,
                stable: 0,
                nulls: false,
            };
            continue;
        }
        match obstacle(planner, draft, id, key) {
            None => usable.push((id, key)),
            Some(why) => unusable.push((id, key, why)),
        }
    }
    for (_, key, why) in unusable {
        if !make_null(planner, draft, key) {
            draft.limit(0, || {
                format!(
                    "its foreign key {} cannot be NULL, and {why}",
                    draft_names(draft.table, &key.columns)
                )
            });
        }
    }
    // The widest first: it may decide the others.
    usable.sort_by_key(|(id, key)| (std::cmp::Reverse(key.columns.len()), *id));
    for (id, key) in usable {
        if is_null(draft, key) {
            // A column that another one made NULL is enough, or all have to be.
            if key.full && !make_null(planner, draft, key) {
                disagree(draft, key, key);
            }
            continue;
        }
        let rivals: Vec<(ForeignKeyId, &ForeignKey)> = owners
            .iter()
            .copied()
            .filter(|(owner, _)| {
                key.columns.iter().any(|&at| {
                    matches!(
                        draft.held.get(usize::from(at)),
                        Some(Held::By { first, .. }) if first.0 == *owner
                    )
                })
            })
            .collect();
        match rivals.as_slice() {
            [] => {
                own(draft, id, key);
                owners.push((id, key));
                planner.references[id.0 as usize].partner = Partner::Drawn(0);
            }
            &[(first, other)] if let Some(link) = link(planner, key, other) => {
                share(draft, id, key);
                planner.references[id.0 as usize].partner = Partner::Through(first, link, 0);
            }
            &[(first, other)]
                if !leads(planner, draft, first)
                    && let Some(link) = link(planner, other, key) =>
            {
                // The other way round: this one decides the first.
                for &at in &other.columns {
                    draft.held[usize::from(at)] = Held::Free;
                }
                own(draft, id, key);
                share(draft, first, other);
                owners.retain(|(owner, _)| *owner != first);
                owners.push((id, key));
                planner.references[id.0 as usize].partner = Partner::Drawn(0);
                planner.references[first.0 as usize].partner = Partner::Through(id, link, 0);
            }
            &[(first, other)] if let Some(partner) = beside(planner, key, first, other) => {
                share(draft, id, key);
                owners.push((id, key));
                planner.references[id.0 as usize].partner = partner;
            }
            _ => {
                let free = key
                    .columns
                    .iter()
                    .all(|&at| draft.held.get(usize::from(at)) == Some(&Held::Free));
                let nullable = own_nullable_columns(planner.model, key);
                let given = rivals.first().filter(|(first, other)| {
                    rivals.len() == 1
                        && !leads(planner, draft, *first)
                        && !own_nullable_columns(planner.model, other).is_empty()
                });
                if !free && !nullable.is_empty() {
                    for at in nullable {
                        draft.held[usize::from(at)] = Held::Null;
                    }
                } else if let Some(&(first, other)) = given {
                    for &at in &other.columns {
                        draft.held[usize::from(at)] = Held::Free;
                    }
                    for at in own_nullable_columns(planner.model, other) {
                        draft.held[usize::from(at)] = Held::Null;
                    }
                    planner.references[first.0 as usize].partner = Partner::Never;
                    owners.retain(|(owner, _)| *owner != first);
                    own(draft, id, key);
                    owners.push((id, key));
                    planner.references[id.0 as usize].partner = Partner::Drawn(0);
                } else if let Some((_, other)) = rivals.first() {
                    disagree(draft, key, other);
                }
            }
        }
    }
}

fn disagree(draft: &mut Draft<'_>, key: &ForeignKey, other: &ForeignKey) {
    let (a, b) = (draft.names(&key.columns), draft.names(&other.columns));
    draft.limit(0, || {
        format!(
            "its foreign keys {a} and {b} share a column, and no rows are known that both could \
             reference"
        )
    });
}

fn draft_names(table: &crate::schema::model::Table, columns: &[u16]) -> String {
    let names: Vec<&str> = columns
        .iter()
        .filter_map(|&at| table.columns.get(usize::from(at)))
        .map(|column| column.reference.as_str())
        .collect();
    format!("({})", names.join(", "))
}

/// Why a foreign key cannot reference rows.
fn obstacle(
    planner: &Planner<'_>,
    draft: &Draft<'_>,
    id: ForeignKeyId,
    key: &ForeignKey,
) -> Option<String> {
    let n = id.0 as usize;
    let parent = planner.model.table(key.to);
    if planner.order.given_up.get(n) == Some(&true) {
        return Some("it closes a circle of foreign keys".to_owned());
    }
    let fit = || {
        key.columns
            .iter()
            .zip(&key.targets)
            .all(|(&at, &target)| fits(planner, draft, at, key.to, target))
    };
    let unfit = || {
        Some(format!(
            "values of {} {} need not fit it",
            parent.reference,
            draft_names(parent, &key.targets)
        ))
    };
    if key.from == key.to {
        let own = |target: &u16| {
            draft.table.references.iter().any(|other| {
                planner.key(*other).is_some_and(|other| {
                    other.from == other.to
                        && other.columns != other.targets
                        && other.columns.contains(target)
                })
            })
        };
        if key.targets.iter().any(own) {
            return Some("what it references in its own table is a reference itself".to_owned());
        }
        let known = |&target: &u16| match draft.held.get(usize::from(target)) {
            Some(Held::Free) => planner.can_draw(draft, target),
            Some(Held::By { .. }) => true,
            Some(Held::Null) | None => false,
        };
        if !key.targets.iter().all(known) {
            return Some("the values of what it references are not known".to_owned());
        }
        return if fit() { None } else { unfit() };
    }
    let stable = planner
        .tables
        .get(key.to.0 as usize)
        .map_or(0, |table| table.stable);
    if stable == 0 {
        return Some(format!(
            "{}, which it references, has no rows",
            parent.reference
        ));
    }
    if !key.targets.iter().all(|&at| planner.certain(key.to, at)) {
        return Some(format!(
            "the values of {} {} are not known",
            parent.reference,
            draft_names(parent, &key.targets)
        ));
    }
    if fit() { None } else { unfit() }
}

/// Makes columns NULL so that a foreign key needs no row: those that no other one holds, else
/// those that can be. False if there are none.
fn make_null(planner: &Planner<'_>, draft: &mut Draft<'_>, key: &ForeignKey) -> bool {
    if !key.full && is_null(draft, key) {
        return true;
    }
    let mut columns = own_nullable_columns(planner.model, key);
    if columns.is_empty() {
        let nullable = |at: &&u16| {
            draft
                .column(**at)
                .is_some_and(|c| !c.not_null && !c.generated)
                && !matches!(draft.held[usize::from(**at)], Held::By { .. })
        };
        columns = key.columns.iter().filter(nullable).copied().collect();
        if key.full && columns.len() != key.columns.len() {
            return false;
        }
    }
    for &at in &columns {
        draft.held[usize::from(at)] = Held::Null;
    }
    !columns.is_empty()
}

/// Whether a column of a foreign key is NULL already.
fn is_null(draft: &Draft<'_>, key: &ForeignKey) -> bool {
    key.columns
        .iter()
        .any(|&at| draft.held.get(usize::from(at)) == Some(&Held::Null))
}

/// Gives a foreign key its columns.
fn own(draft: &mut Draft<'_>, id: ForeignKeyId, key: &ForeignKey) {
    for (&at, &target) in key.columns.iter().zip(&key.targets) {
        draft.held[usize::from(at)] = Held::By {
            first: (id, target),
            second: None,
        };
    }
}

/// Notes a foreign key for columns that another one decides, and gives it the others.
fn share(draft: &mut Draft<'_>, id: ForeignKeyId, key: &ForeignKey) {
    for (&at, &target) in key.columns.iter().zip(&key.targets) {
        match &mut draft.held[usize::from(at)] {
            Held::By { second, .. } => {
                second.get_or_insert((id, target));
            }
            held => {
                *held = Held::By {
                    first: (id, target),
                    second: None,
                };
            }
        }
    }
}

/// Whether a foreign key decides another one.
fn leads(planner: &Planner<'_>, draft: &Draft<'_>, id: ForeignKeyId) -> bool {
    draft.table.references.iter().any(|other| {
        matches!(
            planner.references[other.0 as usize].partner,
            Partner::Through(via, ..) | Partner::Beside { first: via, .. } if via == id
        )
    })
}

/// The foreign key that gives the columns that a key into the own table references in place, so
/// that the row that it references has to belong to the same row of another table.
fn siblings(planner: &Planner<'_>, draft: &Draft<'_>, key: &ForeignKey) -> Option<ForeignKeyId> {
    if key.from != key.to {
        return None;
    }
    let pairs = || key.columns.iter().copied().zip(key.targets.iter().copied());
    let holder = |at: u16| match draft.held.get(usize::from(at)) {
        Some(Held::By { first, .. }) => Some(first.0),
        _ => None,
    };
    let place = pairs().find(|(at, target)| at == target)?.0;
    let first = holder(place)?;
    let other = planner.key(first)?;
    let in_place: Vec<u16> = pairs().filter(|(a, b)| a == b).map(|(at, _)| at).collect();
    let exact = in_place.len() == other.columns.len()
        && in_place.iter().all(|at| other.columns.contains(at));
    let drawn = matches!(
        planner.references[first.0 as usize].partner,
        Partner::Drawn(_)
    );
    // The other columns are its own, and what they reference is no reference.
    let elsewhere = |target: u16| {
        draft.table.references.iter().any(|other| {
            planner
                .key(*other)
                .is_some_and(|other| other.from == other.to && other.columns.contains(&target))
        })
    };
    let rest = pairs().filter(|(a, b)| a != b).all(|(at, target)| {
        draft.held.get(usize::from(at)) == Some(&Held::Free)
            && draft.held.get(usize::from(target)) == Some(&Held::Free)
            && planner.can_draw(draft, target)
            && !elsewhere(target)
            && fits(planner, draft, at, key.to, target)
    });
    let free = draft.even.is_none_or(|even| even == first);
    let within = other.from == other.to;
    (exact && drawn && rest && free && !within).then_some(first)
}

/// How a row is found that `key` can reference beside the row that `other` references, where both
/// share columns that lead on to a third table from either.
fn beside(
    planner: &Planner<'_>,
    key: &ForeignKey,
    first: ForeignKeyId,
    other: &ForeignKey,
) -> Option<Partner> {
    if key.from == key.to || other.from == other.to {
        return None;
    }
    let shared: Vec<u16> = key
        .columns
        .iter()
        .copied()
        .filter(|at| other.columns.contains(at))
        .collect();
    // Where a foreign key finds the shared columns.
    let images = |of: &ForeignKey| -> Option<Vec<u16>> {
        shared
            .iter()
            .map(|at| {
                let place = of.columns.iter().position(|column| column == at)?;
                of.targets.get(place).copied()
            })
            .collect()
    };
    let (own, others) = (images(key)?, images(other)?);
    // A foreign key of exactly these columns, with its table and, in the same order, what they
    // reference there.
    let onward = |table: TableId, columns: &[u16]| {
        let references = &planner.model.table(table).references;
        let found: Vec<_> = references
            .iter()
            .filter_map(|&id| {
                let key = planner.key(id)?;
                let targets: Option<Vec<u16>> = columns
                    .iter()
                    .map(|at| {
                        let place = key.columns.iter().position(|column| column == at)?;
                        key.targets.get(place).copied()
                    })
                    .collect();
                (key.columns.len() == columns.len()).then_some((id, key.to, targets?))
            })
            .collect();
        found
    };
    let stable = |table: TableId| planner.tables.get(table.0 as usize).map_or(0, |t| t.stable);
    let parents = stable(key.to);
    for (from, to, targets) in onward(key.to, &own) {
        let Partner::Digit(digit) = planner.references[from.0 as usize].partner else {
            continue;
        };
        // Every row of the third table has a row to reference.
        let even = digit.divisor == 1
            && digit.shift.is_none()
            && digit.permutation.len() == digit.capacity
            && parents >= digit.capacity
            && planner.references[from.0 as usize].until == u64::MAX;
        if !even {
            continue;
        }
        let link = onward(other.to, &others)
            .into_iter()
            .find(|(id, table, found)| {
                let set = !matches!(
                    planner.references[id.0 as usize].partner,
                    Partner::Never | Partner::Own
                );
                set && *table == to && *found == targets
            });
        if let Some((link, ..)) = link {
            return Some(Partner::Beside {
                first,
                link,
                digit,
                parents,
            });
        }
    }
    None
}

/// How the row that `wide` references determines the row that `narrow` references: by a foreign
/// key of the table that `wide` references; Some(None) if it is the same row.
fn link(
    planner: &Planner<'_>,
    narrow: &ForeignKey,
    wide: &ForeignKey,
) -> Option<Option<ForeignKeyId>> {
    if wide.from == wide.to || narrow.from == narrow.to {
        return None;
    }
    // For each column of the narrow one: where it is in the row that the wide one references, and
    // what it has to equal in the row that the narrow one references.
    let mut pairs = Vec::new();
    for (&at, &target) in narrow.columns.iter().zip(&narrow.targets) {
        let place = wide.columns.iter().position(|&column| column == at)?;
        pairs.push((*wide.targets.get(place)?, target));
    }
    if wide.to == narrow.to && pairs.iter().all(|(a, b)| a == b) {
        return Some(None);
    }
    let parent = planner.model.table(wide.to);
    parent.references.iter().copied().find_map(|id| {
        let key = planner.key(id)?;
        let set = !matches!(
            planner.references[id.0 as usize].partner,
            Partner::Never | Partner::Own
        );
        let same = key.to == narrow.to
            && key.from != key.to
            && key.columns.len() == pairs.len()
            && key
                .columns
                .iter()
                .zip(&key.targets)
                .all(|(&a, &b)| pairs.contains(&(a, b)));
        (set && same).then_some(Some(id))
    })
}

/// Decides how referenced rows are found, unless a key demands more.
pub(super) fn settle(planner: &mut Planner<'_>, draft: &mut Draft<'_>) {
    for &id in &draft.table.references {
        let Some(key) = planner.key(id) else {
            continue;
        };
        let n = id.0 as usize;
        let stable = planner
            .tables
            .get(key.to.0 as usize)
            .map_or(0, |parent| parent.stable);
        match planner.references[n].partner {
            Partner::Drawn(_) => {
                let nulls = nullable(planner, draft, id, key);
                planner.references[n].nulls = nulls;
                planner.references[n].partner = if key.from == key.to {
                    // How many rows are stable is known at the end.
                    Partner::Earlier(0, nulls)
                } else {
                    Partner::Drawn(stable)
                };
            }
            Partner::Siblings { .. } => {
                let nulls = nullable(planner, draft, id, key);
                let distance = draft
                    .even
                    .and_then(|even| planner.key(even))
                    .and_then(|even| planner.tables.get(even.to.0 as usize))
                    .map_or(1, |parent| parent.stable);
                planner.references[n].nulls = nulls;
                planner.references[n].partner = Partner::Siblings {
                    distance,
                    stable: 0,
                    nulls,
                };
            }
            Partner::Beside { .. } => {
                planner.references[n].nulls = nullable(planner, draft, id, key);
            }
            Partner::Through(via, link, _) => {
                planner.references[n].partner = Partner::Through(via, link, stable);
            }
            _ => {}
        }
    }
}

/// Whether a foreign key may be NULL in some rows. Then the columns that are NULL with it are
/// marked.
fn nullable(
    planner: &Planner<'_>,
    draft: &mut Draft<'_>,
    id: ForeignKeyId,
    key: &ForeignKey,
) -> bool {
    let own = own_nullable_columns(planner.model, key);
    let required = |at: &u16| draft.required.get(usize::from(*at)) != Some(&false);
    let others_hold = key
        .columns
        .iter()
        .filter(|at| !own.contains(at))
        .all(|&at| {
            let second = matches!(
                draft.held.get(usize::from(at)),
                Some(Held::By {
                    second: Some(_),
                    ..
                })
            );
            second || planner.can_draw(draft, at)
        });
    // Where one is NULL, those beside it would have nothing to go by.
    let alone = !draft.table.references.iter().any(|other| {
        matches!(
            planner.references[other.0 as usize].partner,
            Partner::Beside { first, .. } if first == id
        )
    });
    if own.is_empty() || own.iter().any(required) || !others_hold || !alone {
        return false;
    }
    for at in own {
        if let Some(column) = draft.columns.get_mut(usize::from(at))
            && let Source::Foreign { first, null, .. } = &mut column.source
        {
            *null = first.0 == id;
        }
    }
    true
}

/// Whether every value of a referenced column fits a referencing one.
fn fits(planner: &Planner<'_>, draft: &Draft<'_>, at: u16, parent: TableId, target: u16) -> bool {
    let model = planner.model;
    let Some(own) = draft.column(at) else {
        return false;
    };
    let Some(other) = model.table(parent).columns.get(usize::from(target)) else {
        return false;
    };
    let (ty, other_ty) = (underlying(model, own.ty), underlying(model, other.ty));
    if own.allowed == Allowed::Any || own.allowed == other.allowed {
        let (info, other_info) = (model.ty(ty), model.ty(other_ty));
        let string = |builtin: BuiltinType| builtin.classes().intersects(Classes::STRING);
        let kinds = (
            BuiltinType::from_id(info.base),
            BuiltinType::from_id(other_info.base),
        );
        let wider = match (info.length, other_info.length) {
            (None, _) => !matches!(kinds.0, Some(BuiltinType::Bit)),
            (Some(own), Some(other)) => own >= other,
            (Some(_), None) => false,
        };
        let alike = match kinds {
            (Some(a), Some(b)) if string(a) && string(b) => wider,
            (Some(BuiltinType::Varbit), Some(BuiltinType::Varbit)) => wider,
            (Some(BuiltinType::Numeric), _) => false,
            _ => planner.same_kind(ty, other_ty) && info.length.is_none(),
        };
        if ty == other_ty || alike {
            return true;
        }
    }
    let numbers = |ty| match BuiltinType::from_id(model.ty(ty).base) {
        Some(BuiltinType::Numeric) => Some(true),
        Some(other) if other.classes().intersects(Classes::INTEGER) => Some(false),
        _ => None,
    };
    let (Some(room), Some(kind)) = (bounds(model.ty(ty), &own.allowed), numbers(ty)) else {
        return false;
    };
    numbers(other_ty) == Some(kind)
        && range(planner, parent, target).is_some_and(|held| contains(&room, &held))
}

/// The numbers that a column holds.
fn range(planner: &Planner<'_>, table: TableId, at: u16) -> Option<Bounds> {
    let model: &Model = planner.model;
    let column = model.table(table).columns.get(usize::from(at))?;
    let widest = || bounds(model.ty(underlying(model, column.ty)), &column.allowed);
    let Some(planned) = planner
        .tables
        .get(table.0 as usize)
        .filter(|table| !table.columns.is_empty())
    else {
        return widest();
    };
    match &planned.columns.get(usize::from(at))?.source {
        Source::Serial { base, loaded, .. } => Some(Bounds {
            low: *base,
            high: base + i128::from(*loaded),
            digits: 0,
        }),
        Source::Numbered {
            values: Values::Scale(Scale::Number { base, digits, .. }),
            digit,
        } => Some(Bounds {
            low: *base,
            high: base.saturating_add_unsigned(u128::from(digit.capacity.min(planned.count))),
            digits: *digits,
        }),
        Source::Foreign { first, .. } => range(
            planner,
            planner.references[first.0.0 as usize].parent,
            first.1,
        ),
        _ => widest(),
    }
}

fn contains(room: &Bounds, held: &Bounds) -> bool {
    let Some(unit) = room
        .digits
        .checked_sub(held.digits)
        .and_then(|digits| 10_i128.checked_pow(digits))
    else {
        return false;
    };
    let fits = |n: i128| {
        n.checked_mul(unit)
            .is_some_and(|n| (room.low..=room.high).contains(&n))
    };
    fits(held.low) && fits(held.high)
}
