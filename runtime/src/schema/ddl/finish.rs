//! From drafts to the model: names become ids, and what no value can be promised for is marked.

use super::DdlError;
use super::check;
use super::cursor::Fault;
use super::draft::{DefaultKind, Draft, DraftForeignKey};
use super::table::bound_operands;
use super::types::Types;
use crate::schema::model::{
    ForeignKey, ForeignKeyId, Model, TableId, TypeKind, UniqueKey, UniqueKeyId,
};
use std::collections::HashMap;

/// Makes the model. The warnings are those that only the whole script shows.
pub(super) fn finish(
    types: Types,
    drafts: Vec<Draft>,
    errors: &mut Vec<DdlError>,
) -> (Model, Vec<Fault>) {
    let mut drafts: Vec<Draft> = drafts.into_iter().filter(|draft| !draft.dropped).collect();
    let mut faults = Vec::new();
    for draft in &mut drafts {
        bound_operands(draft, &types);
        apply_domains(draft, &types);
    }
    let by_name: HashMap<(String, String), usize> = drafts
        .iter()
        .enumerate()
        .map(|(n, draft)| ((draft.table.schema.clone(), draft.table.name.clone()), n))
        .collect();

    let mut unique_keys = Vec::new();
    for (n, draft) in drafts.iter_mut().enumerate() {
        number_unique_keys(draft, TableId(id(n)), &mut unique_keys);
    }
    let mut foreign_keys = Vec::new();
    for n in 0..drafts.len() {
        for key in std::mem::take(&mut drafts[n].foreign_keys) {
            match resolve(&key, &drafts, &by_name, &unique_keys) {
                Ok((to, targets)) => {
                    let key_id = ForeignKeyId(id(foreign_keys.len()));
                    add_foreign_key(&mut drafts[n], &key, key_id);
                    drafts[to].table.referenced_by.push(key_id);
                    foreign_keys.push(ForeignKey {
                        from: TableId(id(n)),
                        to: TableId(id(to)),
                        columns: key.columns,
                        targets,
                        full: key.full,
                    });
                }
                Err(message) => {
                    drafts[n].table.opaque_constraint = true;
                    faults.push(Fault {
                        offset: key.offset,
                        message,
                    });
                }
            }
        }
    }
    if types.overflow {
        errors.push(DdlError::TooManyTypes);
    }
    let model = Model {
        types: types.list,
        tables: drafts.into_iter().map(|draft| draft.table).collect(),
        foreign_keys,
        unique_keys,
    };
    (model, faults)
}

/// A count as an id; scripts are far too small for more than 2^32 of anything.
fn id(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// What a domain demands holds for its columns.
fn apply_domains(draft: &mut Draft, types: &Types) {
    for column in &mut draft.table.columns {
        if let TypeKind::Domain {
            not_null, allowed, ..
        } = &types.get(column.ty).kind
        {
            column.not_null |= not_null;
            column.allowed = check::both(&column.allowed, allowed);
        }
    }
}

fn number_unique_keys(draft: &mut Draft, table: TableId, unique_keys: &mut Vec<UniqueKey>) {
    for key in std::mem::take(&mut draft.keys) {
        let key_id = UniqueKeyId(id(unique_keys.len()));
        draft.table.unique_keys.push(key_id);
        if key.primary {
            draft.table.primary_key = Some(key_id);
        }
        for &column in &key.columns {
            let target = &mut draft.table.columns[usize::from(column)];
            target.in_unique_key = true;
            if key.columns.len() == 1 && (target.unique.is_none() || key.primary) {
                target.unique = Some(key_id);
            }
        }
        let foreign = |column: &u16| {
            draft
                .foreign_keys
                .iter()
                .any(|foreign| foreign.columns.contains(column))
        };
        // Foreign key columns are NULL, which counts as a value here.
        if key.nulls_not_distinct && key.columns.iter().any(foreign) {
            draft.table.whole_rows_only = true;
        }
        // A row that leaves out every column of a key gets the same defaults as the next.
        let repeats = |&column: &u16| draft.defaults[usize::from(column)] == DefaultKind::Constant;
        if !key.columns.is_empty() && key.columns.iter().all(repeats) {
            draft.table.whole_rows_only = true;
        }
        unique_keys.push(UniqueKey {
            table,
            columns: key.columns,
            predicate: key.predicate,
            inferable: key.inferable,
            primary: key.primary,
            nulls_not_distinct: key.nulls_not_distinct,
        });
    }
}

/// The table and the columns that a foreign key references.
fn resolve(
    key: &DraftForeignKey,
    drafts: &[Draft],
    by_name: &HashMap<(String, String), usize>,
    unique_keys: &[UniqueKey],
) -> Result<(usize, Vec<u16>), String> {
    let schema = key.to.schema.as_deref().unwrap_or("public");
    let found = by_name.get(&(schema.to_owned(), key.to.name.clone()));
    let Some(&to) = found else {
        return Err(format!("the referenced table {} is not known", key.to.name));
    };
    let target = &drafts[to];
    let targets = if key.targets.is_empty() {
        match target.table.primary_key {
            Some(primary) => unique_keys[primary.0 as usize].columns.clone(),
            None => {
                return Err(format!(
                    "the referenced table {} has no primary key",
                    key.to.name
                ));
            }
        }
    } else {
        target.column_positions(&key.targets)?
    };
    if targets.len() != key.columns.len() {
        return Err("the foreign key has another number of columns than what it references".into());
    }
    Ok((to, targets))
}

fn add_foreign_key(draft: &mut Draft, key: &DraftForeignKey, key_id: ForeignKeyId) {
    let mut nullable = 0;
    for &column in &key.columns {
        let position = usize::from(column);
        let target = &mut draft.table.columns[position];
        target.foreign_key.get_or_insert(key_id);
        nullable += usize::from(!target.not_null);
        // Left out, it would reference a row that may not be there.
        if draft.defaults[position] == DefaultKind::Constant {
            draft.table.whole_rows_only = true;
        }
    }
    if key.full && nullable != key.columns.len() {
        draft.table.whole_rows_only = true;
    }
    draft.table.references.push(key_id);
}
