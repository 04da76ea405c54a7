//! Which slice of which table a connection loads next.

use rqg_runtime::rows::Rows;
use rqg_runtime::schema::{Model, TableId};
use std::sync::{Condvar, Mutex, PoisonError};

/// A slice of a table's rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Slice {
    pub(super) table: TableId,
    pub(super) number: u64,
    pub(super) of: u64,
}

/// A table that is not loaded completely.
#[derive(Debug)]
struct Pending {
    table: TableId,
    /// Tables that have to be complete before.
    parents: Vec<TableId>,
    /// Slices in all, handed out, and complete.
    of: u64,
    given: u64,
    done: u64,
}

#[derive(Debug)]
struct State {
    /// In load order; complete tables are gone.
    pending: Vec<Pending>,
    /// Nothing more is handed out.
    stopped: bool,
}

/// Hands out slices: those of tables whose parents are complete, in load order. A table that
/// references itself is one slice, since its rows reference earlier ones.
#[derive(Debug)]
pub(super) struct Schedule {
    state: Mutex<State>,
    changed: Condvar,
}

impl Schedule {
    /// Of the tables that hold rows; slices have at least `rows_per_slice` rows, and a table has at
    /// most `most` of them.
    pub(super) fn new(model: &Model, rows: &Rows, rows_per_slice: u64, most: u64) -> Self {
        let mut before: Vec<TableId> = Vec::new();
        let mut pending = Vec::new();
        for &table in rows.load_order() {
            let count = rows.count(table);
            if count == 0 {
                continue;
            }
            let referenced = model
                .table(table)
                .references
                .iter()
                .filter_map(|key| model.foreign_keys.get(key.0 as usize))
                .map(|key| key.to);
            let (own, parents): (Vec<_>, Vec<_>) = referenced.partition(|&to| to == table);
            let slices = if own.is_empty() {
                (count / rows_per_slice.max(1)).clamp(1, most.max(1))
            } else {
                1
            };
            pending.push(Pending {
                table,
                // What comes later in the order is not referenced by loaded rows.
                parents: parents
                    .into_iter()
                    .filter(|to| before.contains(to))
                    .collect(),
                of: slices,
                given: 0,
                done: 0,
            });
            before.push(table);
        }
        Self {
            state: Mutex::new(State {
                pending,
                stopped: false,
            }),
            changed: Condvar::new(),
        }
    }

    /// The next slice; waits while others load what it depends on. None if nothing is left.
    pub(super) fn next(&self) -> Option<Slice> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if state.stopped || state.pending.iter().all(|table| table.given == table.of) {
                return None;
            }
            let tables: Vec<TableId> = state.pending.iter().map(|table| table.table).collect();
            let ready = state.pending.iter_mut().find(|table| {
                table.given < table.of
                    && !table.parents.iter().any(|parent| tables.contains(parent))
            });
            if let Some(table) = ready {
                table.given += 1;
                return Some(Slice {
                    table: table.table,
                    number: table.given - 1,
                    of: table.of,
                });
            }
            state = self
                .changed
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// A slice was loaded.
    pub(super) fn done(&self, slice: Slice) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(table) = state
            .pending
            .iter_mut()
            .find(|table| table.table == slice.table)
        {
            table.done += 1;
        }
        state.pending.retain(|table| table.done < table.of);
        self.changed.notify_all();
    }

    /// Hands out nothing more.
    pub(super) fn stop(&self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.stopped = true;
        self.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rqg_runtime::schema::ddl::read_ddl;

    #[test]
    fn children_wait_for_their_parents() {
        let mut model = read_ddl(
            "CREATE TABLE a (id int PRIMARY KEY);\
             CREATE TABLE b (id int PRIMARY KEY, a int REFERENCES a);\
             CREATE TABLE c (id int PRIMARY KEY, up int REFERENCES c);",
        )
        .model;
        for table in &mut model.tables {
            table.rows = 1000;
        }
        let rows = Rows::new(&model, 0);
        let schedule = Schedule::new(&model, &rows, 400, 8);
        let name = |slice: Slice| {
            let table = &model.table(slice.table).name;
            format!("{table}{}/{}", slice.number, slice.of)
        };
        let mut given = Vec::new();
        for _ in 0..3 {
            given.push(schedule.next().unwrap());
        }
        let mut names: Vec<String> = given.iter().copied().map(name).collect();
        names.sort();
        assert_eq!(names, ["a0/2", "a1/2", "c0/1"]);
        for slice in given {
            schedule.done(slice);
        }
        assert_eq!(schedule.next().map(name).as_deref(), Some("b0/2"));
        assert_eq!(schedule.next().map(name).as_deref(), Some("b1/2"));
        assert_eq!(schedule.next(), None);
    }
}
