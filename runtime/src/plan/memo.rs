//! Atoms that speak of one value only, decided in advance for every value of the schema model.

use super::Plan;
use super::closed::{Dependence, slot_as_bound};
use super::demands::atom_cost;
use crate::demand::{Atom, Bound, View};
use crate::functions::FUNCTIONS;
use crate::schema::model::{ForeignKeyId, UniqueKeyId};
use crate::types::TypeId;
use crate::unit::Unit;
use crate::unit::relation::Shape;
use crate::unit::value::{FunctionId, RelationId, Value};
use std::collections::HashMap;
use std::sync::Arc;

/// Columns and tables up to which a model's values are decided in advance; larger models are
/// evaluated as they are drawn from, which takes no time at start.
const LARGEST_MODEL: usize = 20_000;

/// A set of small numbers.
#[derive(Debug, Clone, Default)]
pub(super) struct Bits(Vec<u64>);

impl Bits {
    pub fn collect(bits: impl Iterator<Item = bool>) -> Self {
        let mut words = Vec::new();
        for (i, bit) in bits.enumerate() {
            if i % 64 == 0 {
                words.push(0);
            }
            if let Some(word) = words.last_mut() {
                *word |= u64::from(bit) << (i % 64);
            }
        }
        Self(words)
    }

    #[inline]
    pub fn get(&self, at: usize) -> bool {
        self.0
            .get(at / 64)
            .is_some_and(|word| word >> (at % 64) & 1 == 1)
    }
}

/// An atom about `Bound(0)` alone, with its truth for the values of the model.
#[derive(Debug, Clone)]
pub(super) struct Memo {
    atom: Atom,
    decided: Option<Decided>,
}

#[derive(Debug, Clone)]
struct Decided {
    types: Bits,
    tables: Bits,
    columns: Vec<Bits>,
    foreign_keys: Bits,
    unique_keys: Bits,
    functions: Bits,
}

impl Memo {
    fn new(plan: &Plan, atom: Atom) -> Self {
        let model = plan.model();
        let columns: usize = model.tables.iter().map(|table| table.columns.len()).sum();
        let decided = (columns + model.tables.len() <= LARGEST_MODEL).then(|| {
            let unit = Unit::new(plan);
            let view = View { plan, unit: &unit };
            let holds = |value| view.atom(&atom, Some(&Bound::new(value)));
            let all = |count: usize, value: &dyn Fn(usize) -> Value| {
                Bits::collect((0..count).map(|id| holds(value(id))))
            };
            Decided {
                types: all(model.types.len(), &|id| Value::Type(TypeId(id as u16))),
                tables: all(model.tables.len(), &|id| {
                    Value::Relation(RelationId(id as u32))
                }),
                columns: (0..model.tables.len())
                    .map(|table| {
                        all(model.tables[table].columns.len(), &|position| {
                            Value::column(RelationId(table as u32), position as u16, false)
                        })
                    })
                    .collect(),
                foreign_keys: all(model.foreign_keys.len(), &|id| {
                    Value::ForeignKey(ForeignKeyId(id as u32))
                }),
                unique_keys: all(model.unique_keys.len(), &|id| {
                    Value::UniqueKey(UniqueKeyId(id as u32))
                }),
                functions: all(FUNCTIONS.len(), &|id| {
                    Value::Function(FunctionId(id as u16))
                }),
            }
        });
        Self { atom, decided }
    }

    /// How costly it is, roughly.
    pub fn cost(&self) -> u32 {
        match self.decided {
            Some(_) => 0,
            None => atom_cost(&self.atom),
        }
    }

    /// Whether the atom holds of a value.
    #[inline]
    pub fn holds(&self, view: View<'_>, value: Value) -> bool {
        let decided = self.decided.as_ref().and_then(|decided| match value {
            Value::Type(ty) => Some(decided.types.get(usize::from(ty.0))),
            Value::Relation(relation) => match view.shape(relation) {
                Shape::Table(table) => Some(decided.tables.get(table.0 as usize)),
                Shape::Listed { .. } => None,
            },
            Value::Column(column) => match view.shape(column.relation) {
                Shape::Table(table) => Some(
                    decided
                        .columns
                        .get(table.0 as usize)
                        .is_some_and(|bits| bits.get(usize::from(column.position))),
                ),
                Shape::Listed { .. } => None,
            },
            Value::ForeignKey(id) => Some(decided.foreign_keys.get(id.0 as usize)),
            Value::Function(id) => Some(decided.functions.get(usize::from(id.0))),
            Value::UniqueKey(id) => Some(decided.unique_keys.get(id.0 as usize)),
            _ => None,
        });
        decided.unwrap_or_else(|| view.atom(&self.atom, Some(&Bound::new(value))))
    }
}

/// The memos of a plan, each atom once.
#[derive(Debug, Default)]
pub(super) struct Memos(HashMap<Atom, Arc<Memo>>);

/// The value that an atom speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Subject {
    /// A slot of the frame.
    Slot(u16),
    /// The candidate.
    Candidate,
}

impl Memos {
    /// The memo of an atom that speaks of one value only.
    pub fn of(&mut self, plan: &Plan, atom: &Atom) -> Option<(Subject, Arc<Memo>)> {
        let dependence = Dependence::of_atom(atom, 0);
        if dependence.surroundings {
            return None;
        }
        let (subject, atom) = match (dependence.slots.as_slice(), dependence.outer) {
            (&[slot], false) => (Subject::Slot(slot), slot_as_bound(atom, slot)),
            ([], true) if !Dependence::of_atom(atom, 1).outer => (Subject::Candidate, atom.clone()),
            _ => return None,
        };
        let memo = match self.0.get(&atom) {
            Some(known) => Arc::clone(known),
            None => {
                let memo = Arc::new(Memo::new(plan, atom.clone()));
                self.0.insert(atom, Arc::clone(&memo));
                memo
            }
        };
        Some((subject, memo))
    }
}
