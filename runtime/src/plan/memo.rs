//! Atoms that speak of one value and of the surroundings, decided in advance for every value of the
//! schema model as far as the surroundings don't matter.

use super::Plan;
use super::closed::{Dependence, slot_as_bound};
use super::demands::atom_cost;
use super::kinds::Kinds;
use super::questions::{Needs, Questions};
use super::reading::Reading;
use super::table::{Table, unit_of_samples};
use crate::demand::{Atom, Bound, View};
use crate::unit::value::Value;
use std::collections::HashMap;
use std::sync::Arc;

/// An atom about `Bound(0)` and the surroundings, with what the values of the model need of these.
#[derive(Debug, Clone)]
pub(super) struct Memo {
    atom: Atom,
    known: Known,
}

impl PartialEq for Memo {
    fn eq(&self, other: &Self) -> bool {
        self.atom == other.atom
    }
}

/// What is known of an atom.
#[derive(Debug, Clone)]
enum Known {
    /// Nothing.
    Nothing,
    /// Its truth for the values of the model.
    Truth(Table<bool>),
    /// What each value of the model needs of the surroundings: positions in the list.
    Needs(Table<u16>, Vec<Needs>),
}

impl Memo {
    fn new(plan: &Plan, memos: &mut Memos, atom: Atom, surroundings: bool) -> Self {
        let unit = unit_of_samples(plan);
        let view = View { plan, unit: &unit };
        let kinds = Kinds::of_atom(&atom);
        let known = if surroundings {
            needs(view, memos, kinds, &atom)
        } else {
            let truth = Table::new(plan, kinds, |value| {
                view.atom(&atom, Some(&Bound::new(value)))
            });
            truth.map(Known::Truth)
        };
        let known = known.unwrap_or(Known::Nothing);
        Self { atom, known }
    }

    /// The kinds of values that it is decided for whatever the surroundings are.
    pub fn kinds(&self) -> Kinds {
        match &self.known {
            Known::Truth(truth) => truth.kinds(),
            Known::Nothing | Known::Needs(..) => Kinds::NONE,
        }
    }

    /// Whether it depends on the surroundings.
    pub fn asks(&self) -> bool {
        matches!(self.known, Known::Needs(..))
    }

    /// The kinds of values that it knows what they need for.
    pub fn known_kinds(&self) -> Kinds {
        match &self.known {
            Known::Truth(truth) => truth.kinds(),
            Known::Needs(needs, _) => needs.kinds(),
            Known::Nothing => Kinds::NONE,
        }
    }

    /// What a value needs of the surroundings; none for values that it does not know.
    pub fn needs(&self, view: View<'_>, value: Value) -> Option<Needs> {
        match &self.known {
            Known::Truth(truth) => truth.get(view, value).map(Needs::from),
            Known::Needs(which, needs) => needs.get(usize::from(which.get(view, value)?)).cloned(),
            Known::Nothing => None,
        }
    }

    /// How costly it is, roughly.
    pub fn cost(&self) -> u32 {
        match self.known {
            Known::Truth(_) => 0,
            Known::Needs(..) => 1,
            Known::Nothing => atom_cost(&self.atom),
        }
    }

    /// Whether the atom holds of a value.
    #[inline]
    pub fn holds(&self, view: View<'_>, value: Value) -> bool {
        let known = match &self.known {
            Known::Truth(truth) => truth.get(view, value),
            Known::Needs(which, needs) => which
                .get(view, value)
                .and_then(|at| needs.get(usize::from(at)))
                .map(|needs| needs.met(view.answers())),
            Known::Nothing => None,
        };
        known.unwrap_or_else(|| self.evaluate(view, value))
    }

    #[cold]
    #[inline(never)]
    fn evaluate(&self, view: View<'_>, value: Value) -> bool {
        view.atom(&self.atom, Some(&Bound::new(value)))
    }
}

/// What each value of the model needs of the surroundings for an atom to hold; none if that is no
/// matter of questions for any of them.
fn needs(view: View<'_>, memos: &mut Memos, kinds: Kinds, atom: &Atom) -> Option<Known> {
    let mut listed: Vec<Needs> = Vec::new();
    let mut any = false;
    let which = Table::new(view.plan, kinds, |value| {
        let mut reading = Reading { view, memos };
        let Some(needs) = reading.atom(atom, Some(&Bound::new(value))) else {
            return u16::MAX;
        };
        any = true;
        let known = listed.iter().position(|known| *known == needs);
        let at = known.unwrap_or_else(|| {
            listed.push(needs);
            listed.len() - 1
        });
        u16::try_from(at).unwrap_or(u16::MAX)
    })?;
    any.then_some(Known::Needs(which, listed))
}

/// The memos of a plan, each atom once, and what they ask of the surroundings.
#[derive(Debug)]
pub(super) struct Memos {
    known: HashMap<Atom, Option<Arc<Memo>>>,
    common: HashMap<Atom, Option<Needs>>,
    questions: Questions,
}

/// What an atom speaks of.
#[derive(Debug, Clone)]
pub(super) enum Subject {
    /// A slot of the frame.
    Slot(u16, Arc<Memo>),
    /// The candidate.
    Candidate(Arc<Memo>),
    /// The surroundings only.
    Surroundings(Needs),
}

impl Memos {
    pub fn new(plan: &Plan) -> Self {
        Self {
            known: HashMap::new(),
            common: HashMap::new(),
            questions: Questions::new(plan.model()),
        }
    }

    /// What is asked so far.
    pub fn questions(&mut self) -> &mut Questions {
        &mut self.questions
    }

    /// All that is asked.
    pub fn into_questions(self) -> Questions {
        self.questions
    }

    /// The memo of an atom that speaks of one value at most; none of what the surroundings decide
    /// otherwise than by questions.
    pub fn of(&mut self, plan: &Plan, atom: &Atom) -> Option<Subject> {
        let dependence = Dependence::of_atom(atom, 0);
        let surroundings = dependence.surroundings;
        match (dependence.slots.as_slice(), dependence.outer) {
            (&[slot], false) => {
                let atom = slot_as_bound(atom, slot);
                let memo = self.memo(plan, &atom, surroundings)?;
                Some(Subject::Slot(slot, memo))
            }
            ([], true) if !Dependence::of_atom(atom, 1).outer => {
                let memo = self.memo(plan, atom, surroundings)?;
                Some(Subject::Candidate(memo))
            }
            ([], false) if surroundings => self.common(plan, atom).map(Subject::Surroundings),
            _ => None,
        }
    }

    /// The memo of an atom that speaks of `Bound(0)` alone, perhaps of the surroundings too; none
    /// where these decide otherwise than by questions.
    pub fn memo(&mut self, plan: &Plan, atom: &Atom, surroundings: bool) -> Option<Arc<Memo>> {
        if let Some(known) = self.known.get(atom) {
            return known.clone();
        }
        let memo = Memo::new(plan, self, atom.clone(), surroundings);
        let useful = !surroundings || !matches!(memo.known, Known::Nothing);
        let memo = useful.then(|| Arc::new(memo));
        self.known.insert(atom.clone(), memo.clone());
        memo
    }

    /// What an atom needs that speaks of the surroundings only; none where these decide otherwise
    /// than by questions.
    pub fn common(&mut self, plan: &Plan, atom: &Atom) -> Option<Needs> {
        if let Some(known) = self.common.get(atom) {
            return known.clone();
        }
        let unit = unit_of_samples(plan);
        let mut reading = Reading {
            view: View { plan, unit: &unit },
            memos: self,
        };
        let needs = reading.atom(atom, None);
        self.common.insert(atom.clone(), needs.clone());
        needs
    }
}
