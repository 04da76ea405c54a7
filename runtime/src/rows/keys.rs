//! Sees to it that rows never collide in a unique key.
//!
//! The parts of a key are its columns and the foreign keys that lie within it. Each part takes a
//! digit of the row number, in a system whose bases are how many different values the parts have;
//! so different rows differ in one of them.

use super::mix::Permutation;
use super::plan::{Draft, Planner, unique_keys};
use super::recipe::{Digit, Partner, Source, Values};
use crate::schema::model::{Allowed, Column, ForeignKeyId, TypeKind, UniqueKey};
use crate::types::{BuiltinType, Classes, TypeId};
use crate::values::{Scale, Style, bounds, push_listed, scale};

/// Room for so many new rows is made where the values allow.
const ROOM: u64 = 1 << 32;

/// A digit that waits for the number of rows.
#[derive(Debug)]
pub(super) struct Pending {
    part: Part,
    divisor: u64,
    capacity: u64,
    /// Whether it alone tells the rows apart.
    alone: bool,
}

/// What takes a digit.
#[derive(Debug, Clone)]
enum Part {
    /// A column that no foreign key holds.
    Column(u16, Values),
    /// A foreign key.
    Reference(ForeignKeyId),
}

/// A part that could take a digit.
#[derive(Debug, Clone)]
struct Candidate {
    part: Part,
    capacity: u64,
    nullable: bool,
    integer: bool,
    defaulted: bool,
    /// Whether it has to take the lowest digit.
    lowest: bool,
}

/// Gives the parts of every unique key their digits.
pub(super) fn number(planner: &mut Planner<'_>, draft: &mut Draft<'_>) {
    let mut keys: Vec<&UniqueKey> = unique_keys(planner.model, draft.table).collect();
    keys.sort_by_key(|key| (key.columns.len(), !key.primary));
    // Sets of columns in which rows differ.
    let mut distinct: Vec<Vec<u16>> = Vec::new();
    for (at, column) in (0_u16..).zip(&draft.table.columns) {
        let settled = &mut draft.columns[usize::from(at)];
        if let Source::Serial { base, .. } = settled.source {
            settled.nulls = false;
            let high = bounds(planner.model.ty(settled.ty), &column.allowed)
                .map_or(base, |bounds| bounds.high);
            let room = u64::try_from(high - base + 1).unwrap_or(u64::MAX);
            draft.limit(room, || {
                format!(
                    "its column {} has room for {room} numbers",
                    column.reference
                )
            });
            distinct.push(vec![at]);
        }
    }
    for key in keys {
        let held = |set: &Vec<u16>| set.iter().all(|at| key.columns.contains(at));
        let null = |&at: &u16| {
            matches!(
                draft.columns.get(usize::from(at)).map(|c| &c.source),
                Some(Source::Null)
            )
        };
        let exempt = !key.nulls_not_distinct && key.columns.iter().any(null);
        if exempt || distinct.iter().any(held) {
            continue;
        }
        let chosen = choose(candidates(planner, draft, key), draft.table.rows);
        let product = chosen
            .iter()
            .fold(1_u64, |product, part| product.saturating_mul(part.capacity));
        if product < draft.table.rows && references_itself(planner, draft, key) {
            distinct.push(key.columns.clone());
            continue;
        }
        let mut divisor = 1_u64;
        let alone = chosen.len() == 1;
        let mut set = Vec::new();
        for candidate in chosen {
            match &candidate.part {
                Part::Column(at, _) => {
                    draft.columns[usize::from(*at)].nulls = false;
                    set.push(*at);
                }
                Part::Reference(id) => {
                    planner.references[id.0 as usize].nulls = false;
                    let columns = planner.key(*id).map(|key| key.columns.as_slice());
                    for &at in columns.unwrap_or_default() {
                        set.push(at);
                        if let Source::Foreign { null, .. } =
                            &mut draft.columns[usize::from(at)].source
                        {
                            *null = false;
                        }
                    }
                }
            }
            draft.pending.push(Pending {
                part: candidate.part,
                divisor,
                capacity: candidate.capacity,
                alone,
            });
            divisor = divisor.saturating_mul(candidate.capacity);
        }
        if product < u64::MAX {
            match make_null_from(planner, draft, key, product) {
                // From there on rows differ in keys that hold this column too.
                Some(at) => set.push(at),
                None => {
                    let names = draft.names(&key.columns);
                    draft.limit(product, || {
                        format!("its unique key {names} has room for {product} rows")
                    });
                }
            }
        }
        distinct.push(set);
    }
    share_evenly(planner, draft);
}

/// Gives foreign keys that are part of a key the lowest digit where they have none, so that each
/// row of their table has as many children as the next, in known places: what references the key
/// can be beside another row of the same parent (see [`Partner::Beside`]).
fn share_evenly(planner: &Planner<'_>, draft: &mut Draft<'_>) {
    for &id in &draft.table.references {
        let Some(foreign) = planner.key(id) else {
            continue;
        };
        let reference = &planner.references[id.0 as usize];
        let part = unique_keys(planner.model, draft.table).any(|key| {
            key.columns.len() > foreign.columns.len()
                && foreign.columns.iter().all(|at| key.columns.contains(at))
        });
        let taken = draft
            .pending
            .iter()
            .any(|pending| matches!(&pending.part, Part::Reference(taken) if *taken == id));
        if let Partner::Drawn(stable) = reference.partner
            && !reference.nulls
            && part
            && !taken
        {
            draft.pending.push(Pending {
                part: Part::Reference(id),
                divisor: 1,
                capacity: stable,
                alone: false,
            });
        }
    }
}

/// A foreign key into the own table that lies within a key makes rows differ if each references
/// itself.
fn references_itself(planner: &mut Planner<'_>, draft: &mut Draft<'_>, key: &UniqueKey) -> bool {
    for &id in &draft.table.references {
        let Some(foreign) = planner.key(id) else {
            continue;
        };
        let within = foreign.columns.iter().all(|at| key.columns.contains(at));
        let reference = &mut planner.references[id.0 as usize];
        if within && matches!(reference.partner, Partner::Earlier(_, false)) {
            reference.partner = Partner::Own;
            return true;
        }
    }
    false
}

/// The parts of a key that may still take a digit.
fn candidates(planner: &Planner<'_>, draft: &Draft<'_>, key: &UniqueKey) -> Vec<Candidate> {
    let mut found = Vec::new();
    for &id in &draft.table.references {
        let Some(foreign) = planner.key(id) else {
            continue;
        };
        let Partner::Drawn(stable) = planner.references[id.0 as usize].partner else {
            continue;
        };
        let taken = draft
            .pending
            .iter()
            .any(|pending| matches!(&pending.part, Part::Reference(taken) if *taken == id));
        if taken || !foreign.columns.iter().all(|at| key.columns.contains(at)) {
            continue;
        }
        found.push(Candidate {
            part: Part::Reference(id),
            capacity: stable,
            nullable: planner.references[id.0 as usize].nulls,
            integer: false,
            defaulted: false,
            lowest: draft.even == Some(id),
        });
    }
    for &at in &key.columns {
        let (Some(column), Some(settled)) = (draft.column(at), draft.columns.get(usize::from(at)))
        else {
            continue;
        };
        let taken = draft
            .pending
            .iter()
            .any(|pending| matches!(&pending.part, Part::Column(taken, _) if *taken == at));
        if taken || !matches!(settled.source, Source::Drawn) {
            continue;
        }
        let Some((values, capacity)) = values(planner, settled.ty, column, draft.table.rows) else {
            continue;
        };
        let info = planner.model.ty(settled.ty);
        found.push(Candidate {
            part: Part::Column(at, values),
            capacity,
            nullable: settled.nulls,
            integer: info.classes.intersects(Classes::INTEGER),
            defaulted: column.has_default,
            lowest: false,
        });
    }
    found
}

/// The different values of a column, and how many they are.
fn values(planner: &Planner<'_>, ty: TypeId, column: &Column, rows: u64) -> Option<(Values, u64)> {
    let info = planner.model.ty(ty);
    match (&column.allowed, &info.kind) {
        (Allowed::OneOf(literals), _) => {
            let places = different(info, literals);
            let count = places.len() as u64;
            Some((Values::Listed(places), count))
        }
        (Allowed::Any, TypeKind::Builtin(BuiltinType::Bool)) => Some((Values::Boolean, 2)),
        (Allowed::Any, TypeKind::Enum(labels)) => Some((Values::Labels, labels.len() as u64)),
        _ => {
            let mut found = scale(planner.model, ty, &column.allowed, 0, false)?;
            if let Scale::Number { base, capacity, .. } = &mut found
                && *capacity < u128::from(rows)
                && let Some(bounds) = bounds(info, &column.allowed)
            {
                // Below the numbers that one would count with there are more.
                *base = bounds.low;
                *capacity = bounds.low.abs_diff(bounds.high).saturating_add(1);
            }
            let capacity = u64::try_from(found.capacity()).unwrap_or(u64::MAX);
            Some((Values::Scale(found), capacity))
        }
    }
}

/// The places of literals that differ from all before them, however equality sees them.
fn different(info: &crate::schema::model::TypeInfo, literals: &[String]) -> Vec<usize> {
    let mut seen: Vec<Vec<u8>> = Vec::new();
    let mut places = Vec::new();
    for place in 0..literals.len() {
        let mut text = Vec::new();
        push_listed(info, literals, place, Style::Content, &mut text);
        // Equality of character ignores blanks at the end, that of numbers zeros behind the point;
        // an index may fold case.
        if info.classes.intersects(Classes::NUMBER) && text.contains(&b'.') {
            while text.last() == Some(&b'0') {
                text.pop();
            }
            if text.last() == Some(&b'.') {
                text.pop();
            }
        }
        while text.last() == Some(&b' ') {
            text.pop();
        }
        text.make_ascii_lowercase();
        if !seen.contains(&text) {
            seen.push(text);
            places.push(place);
        }
    }
    places
}

/// As few parts as have room for all rows and some more: a column alone if there is a good one;
/// else foreign keys first, so that lines are counted within what they belong to.
fn choose(candidates: Vec<Candidate>, rows: u64) -> Vec<Candidate> {
    let target = rows.saturating_mul(2).max(rows.saturating_add(ROOM));
    let bound = candidates
        .iter()
        .any(|c| matches!(c.part, Part::Reference(_)) && !c.nullable);
    let column = |c: &&Candidate| {
        matches!(c.part, Part::Column(..)) && c.capacity >= target && !(bound && c.integer)
    };
    let place = |c: &Candidate| match c.part {
        Part::Column(at, _) => u32::from(at),
        Part::Reference(id) => id.0,
    };
    let single = candidates
        .iter()
        .filter(column)
        .min_by_key(|c| (c.nullable, c.defaulted, !c.integer, place(c)));
    if let Some(single) = single {
        return vec![single.clone()];
    }
    let mut sorted = candidates;
    sorted.sort_by_key(|c| {
        let reference = matches!(c.part, Part::Reference(_));
        let rank = match (reference, c.nullable) {
            _ if c.lowest => 0,
            (true, false) => 1,
            (false, false) => 2,
            (true, true) => 3,
            (false, true) => 4,
        };
        (
            rank,
            std::cmp::Reverse(if reference { 0 } else { c.capacity }),
            place(c),
        )
    });
    let mut product = 1_u64;
    sorted.retain(|c| {
        let wanted = product < target;
        if wanted {
            product = product.saturating_mul(c.capacity);
        }
        wanted
    });
    sorted
}

/// Makes a column of a key NULL in the rows from a number on, so that they cannot collide: which,
/// or None if there is none that may be.
fn make_null_from(
    planner: &mut Planner<'_>,
    draft: &mut Draft<'_>,
    key: &UniqueKey,
    from: u64,
) -> Option<u16> {
    let strict: Vec<u16> = unique_keys(planner.model, draft.table)
        .filter(|key| key.nulls_not_distinct)
        .flat_map(|key| key.columns.iter().copied())
        .collect();
    for &at in &key.columns {
        let may_be_null = draft
            .column(at)
            .is_some_and(|column| !column.not_null && !column.generated)
            && !draft.required[usize::from(at)]
            && !strict.contains(&at);
        if !may_be_null {
            continue;
        }
        let settled = &mut draft.columns[usize::from(at)];
        match settled.source {
            Source::Drawn => {
                settled.until = settled.until.min(from);
                return Some(at);
            }
            Source::Foreign { first: (id, _), .. } => {
                let Some(foreign) = planner.key(id) else {
                    continue;
                };
                let nullable = super::order::own_nullable_columns(planner.model, foreign);
                let reference = &mut planner.references[id.0 as usize];
                // Every other column of it has a value of its own then, or is NULL too.
                let whole = nullable.len() == foreign.columns.len()
                    && foreign
                        .columns
                        .iter()
                        .all(|&at| draft.required.get(usize::from(at)) == Some(&false))
                    && !foreign.columns.iter().any(|at| strict.contains(at));
                if whole && !matches!(reference.partner, Partner::Through(..)) {
                    reference.until = reference.until.min(from);
                    for &at in &foreign.columns {
                        if let Source::Foreign { null, .. } =
                            &mut draft.columns[usize::from(at)].source
                        {
                            *null = true;
                        }
                    }
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

/// Makes digits of what waits for the number of rows.
pub(super) fn settle(planner: &mut Planner<'_>, draft: &mut Draft<'_>, count: u64) {
    for pending in std::mem::take(&mut draft.pending) {
        let Pending {
            part,
            divisor,
            capacity,
            alone,
        } = pending;
        let used = count.div_ceil(divisor.max(1)).min(capacity);
        let (key, used, shifted) = match &part {
            Part::Reference(id) => (planner.references[id.0 as usize].key, capacity, true),
            Part::Column(at, values) => {
                let settled = &draft.columns[usize::from(*at)];
                let integer = planner
                    .model
                    .ty(settled.ty)
                    .classes
                    .intersects(Classes::INTEGER);
                let used = match values {
                    Values::Scale(_) if integer && !alone => 0,
                    Values::Scale(_) => used,
                    _ => capacity,
                };
                (settled.key, used, true)
            }
        };
        let digit = Digit {
            divisor,
            capacity,
            shift: (shifted && divisor > 1).then_some(key),
            permutation: Permutation::new(key.of(1), used),
        };
        match part {
            Part::Reference(id) => {
                planner.references[id.0 as usize].partner = Partner::Digit(digit);
            }
            Part::Column(at, values) => {
                draft.columns[usize::from(at)].source = Source::Numbered { values, digit };
            }
        }
    }
}
