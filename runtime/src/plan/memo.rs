//! Atoms that speak of one value only, decided in advance for every value of the schema model.

use super::Plan;
use super::closed::{Dependence, slot_as_bound};
use super::demands::atom_cost;
use super::kinds::Kinds;
use super::table::Table;
use crate::demand::{Atom, Bound, View};
use crate::unit::Unit;
use crate::unit::value::Value;
use std::collections::HashMap;
use std::sync::Arc;

/// An atom about `Bound(0)` alone, with its truth for the values of the model.
#[derive(Debug, Clone)]
pub(super) struct Memo {
    atom: Atom,
    decided: Option<Table<bool>>,
}

impl Memo {
    fn new(plan: &Plan, atom: Atom) -> Self {
        let unit = Unit::new(plan);
        let view = View { plan, unit: &unit };
        let kinds = Kinds::of_atom(&atom);
        let decided = Table::new(plan, kinds, |value| {
            view.atom(&atom, Some(&Bound::new(value)))
        });
        Self { atom, decided }
    }

    /// The kinds of values that it is decided for.
    pub fn kinds(&self) -> Kinds {
        self.decided.as_ref().map_or(Kinds::NONE, Table::kinds)
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
        self.decided
            .as_ref()
            .and_then(|decided| decided.get(view, value))
            .unwrap_or_else(|| self.evaluate(view, value))
    }

    #[cold]
    fn evaluate(&self, view: View<'_>, value: Value) -> bool {
        view.atom(&self.atom, Some(&Bound::new(value)))
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
