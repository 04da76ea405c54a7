//! In which order tables are filled: parents before children. Where foreign keys make a circle,
//! one that may be NULL is given up.

use crate::schema::model::{ForeignKey, Model, TableId, TableKind};

/// After planning: the foreign keys that are not given up lead, between different tables, only to
/// tables that stand earlier in `tables`, except from and to tables that are `stuck`.
#[derive(Debug)]
pub(super) struct Order {
    /// Base tables, parents before children.
    pub tables: Vec<TableId>,
    /// By foreign key: whether it is always NULL so that no circle is left.
    pub given_up: Vec<bool>,
    /// By table: whether it lies on a circle without a foreign key that could be NULL.
    pub stuck: Vec<bool>,
}

/// The columns of a foreign key that make it NULL without touching another key's columns. Empty:
/// there is no such column.
pub(super) fn own_nullable_columns(model: &Model, key: &ForeignKey) -> Vec<u16> {
    let table = model.table(key.from);
    let shared = |column: u16| {
        let holders = table
            .references
            .iter()
            .filter_map(|id| model.foreign_keys.get(id.0 as usize))
            .filter(|other| other.columns.contains(&column));
        holders.count() > 1
    };
    let own: Vec<u16> = key
        .columns
        .iter()
        .copied()
        .filter(|&at| {
            let column = table.columns.get(usize::from(at));
            column.is_some_and(|column| !column.not_null && !column.generated) && !shared(at)
        })
        .collect();
    if key.full && own.len() != key.columns.len() {
        return Vec::new();
    }
    own
}

/// Finds the order.
pub(super) fn order(model: &Model) -> Order {
    let count = model.tables.len();
    let is_table = |id: TableId| {
        model
            .tables
            .get(id.0 as usize)
            .is_some_and(|table| table.kind == TableKind::Table)
    };
    let mut graph = Graph {
        model,
        gone: model
            .foreign_keys
            .iter()
            .map(|key| key.from == key.to || !is_table(key.from) || !is_table(key.to))
            .collect(),
    };
    let mut given_up = vec![false; model.foreign_keys.len()];
    for (n, key) in model.foreign_keys.iter().enumerate() {
        if !graph.gone[n]
            && !own_nullable_columns(model, key).is_empty()
            && graph.reaches(key.to, key.from)
        {
            given_up[n] = true;
            graph.gone[n] = true;
        }
    }
    let tables: Vec<TableId> = (0..count)
        .filter_map(|n| u32::try_from(n).ok().map(TableId))
        .filter(|&id| is_table(id))
        .collect();
    let mut placed = vec![false; count];
    let mut sorted = Vec::with_capacity(tables.len());
    let mut stuck = vec![false; count];
    place(&graph, &tables, &mut placed, &mut sorted);
    // What is left lies on a circle or behind one.
    let left: Vec<TableId> = (tables.iter().copied())
        .filter(|id| !placed[id.0 as usize])
        .collect();
    for &id in &left {
        stuck[id.0 as usize] = graph
            .outgoing(id)
            .any(|n| graph.reaches(model.foreign_keys[n].to, id));
    }
    for n in 0..model.foreign_keys.len() {
        let from = model.foreign_keys[n].from.0 as usize;
        graph.gone[n] |= stuck.get(from).copied().unwrap_or(true);
    }
    place(&graph, &tables, &mut placed, &mut sorted);
    Order {
        tables: sorted,
        given_up,
        stuck,
    }
}

/// Places every table whose parents are placed, again and again, the first declared first.
fn place(graph: &Graph<'_>, tables: &[TableId], placed: &mut [bool], sorted: &mut Vec<TableId>) {
    let parents = |id: TableId| graph.outgoing(id).map(|n| graph.model.foreign_keys[n].to);
    let mut waiting: Vec<usize> = vec![0; placed.len()];
    let mut ready = std::collections::BTreeSet::new();
    for &id in tables.iter().filter(|id| !placed[id.0 as usize]) {
        let open = parents(id)
            .filter(|parent| !placed[parent.0 as usize])
            .count();
        waiting[id.0 as usize] = open;
        if open == 0 {
            ready.insert(id);
        }
    }
    while let Some(id) = ready.pop_first() {
        placed[id.0 as usize] = true;
        sorted.push(id);
        for key in &graph.model.table(id).referenced_by {
            let n = key.0 as usize;
            if graph.gone.get(n) != Some(&false) {
                continue;
            }
            let child = graph.model.foreign_keys[n].from;
            waiting[child.0 as usize] -= 1;
            if waiting[child.0 as usize] == 0 {
                ready.insert(child);
            }
        }
    }
}

/// Tables with the foreign keys that are left.
struct Graph<'a> {
    model: &'a Model,
    /// By foreign key.
    gone: Vec<bool>,
}

impl Graph<'_> {
    /// The foreign keys that are left from a table.
    fn outgoing(&self, table: TableId) -> impl Iterator<Item = usize> {
        self.model
            .table(table)
            .references
            .iter()
            .map(|key| key.0 as usize)
            .filter(|&n| self.gone.get(n) == Some(&false))
    }

    /// Whether foreign keys lead from one table to another.
    fn reaches(&self, from: TableId, to: TableId) -> bool {
        let mut seen = vec![false; self.model.tables.len()];
        let mut open = vec![from];
        while let Some(table) = open.pop() {
            if table == to {
                return true;
            }
            if !std::mem::replace(&mut seen[table.0 as usize], true) {
                open.extend(self.outgoing(table).map(|n| self.model.foreign_keys[n].to));
            }
        }
        false
    }
}
