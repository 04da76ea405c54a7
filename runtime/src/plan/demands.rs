//! Demands with what the run decides taken out.

use super::Plan;
use super::closed::Dependence;
use crate::demand::{Atom, Clause, Demand, View};
use crate::types::TypeId;
use crate::unit::Unit;
use crate::unit::relation::Shape;
use crate::unit::value::{RelationId, Value};

/// A demand as evaluated at run time.
#[derive(Debug, Clone)]
pub enum PlannedDemand {
    /// The run decides: the depth if it holds.
    Constant(Option<u32>),
    /// The unit decides.
    Open(Vec<PlannedClause>),
}

/// A clause, shallower ones first.
#[derive(Debug, Clone)]
pub struct PlannedClause {
    depth: u32,
    tests: Vec<Test>,
}

/// An atom as evaluated at run time.
#[derive(Debug, Clone)]
enum Test {
    /// The context is among these.
    Context(u32),
    /// An atom that speaks of one slot only: bits for the tables and types of the model.
    Slot {
        slot: u16,
        tables: Bits,
        types: Bits,
        atom: Atom,
    },
    /// Any other.
    Atom(Atom),
}

#[derive(Debug, Clone, Default)]
struct Bits(Vec<u64>);

impl Bits {
    fn collect(bits: impl Iterator<Item = bool>) -> Self {
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
    fn get(&self, at: usize) -> bool {
        self.0
            .get(at / 64)
            .is_some_and(|word| word >> (at % 64) & 1 == 1)
    }
}

impl PlannedDemand {
    /// The demand that never holds.
    pub const NEVER: Self = Self::Constant(None);

    /// The least depth among the clauses that hold; none if the demand does not hold.
    #[must_use]
    #[inline]
    pub fn holds(&self, view: View<'_>) -> Option<u32> {
        match self {
            Self::Constant(depth) => *depth,
            Self::Open(clauses) => clauses
                .iter()
                .find(|clause| clause.tests.iter().all(|test| test.holds(view)))
                .map(|clause| clause.depth),
        }
    }

    /// The depth if the run decides, `None` if the unit does.
    #[must_use]
    pub fn constant(&self) -> Option<Option<u32>> {
        match self {
            Self::Constant(depth) => Some(*depth),
            Self::Open(_) => None,
        }
    }
}

impl Test {
    #[inline]
    fn holds(&self, view: View<'_>) -> bool {
        match self {
            Self::Context(contexts) => contexts >> (view.unit.context & 31) & 1 == 1,
            Self::Slot {
                slot,
                tables,
                types,
                atom,
            } => match view.unit.slot(*slot) {
                Value::Type(ty) => types.get(usize::from(ty.0)),
                Value::Relation(relation) => match view.shape(relation) {
                    Shape::Table(table) => tables.get(table.0 as usize),
                    Shape::Listed { .. } => view.atom(atom, None),
                },
                _ => view.atom(atom, None),
            },
            Self::Atom(atom) => view.atom(atom, None),
        }
    }
}

/// Takes out the atoms that the run decides: those that hold, and the clauses of those that don't.
pub(super) fn simplify(plan: &Plan, demand: &Demand) -> Demand {
    let mut clauses: Vec<Clause> = demand
        .clauses
        .iter()
        .filter_map(|clause| {
            let mut atoms = Vec::new();
            for atom in &clause.atoms {
                if Dependence::of_atom(atom).is_closed() {
                    if !plan.with_empty_unit(|view| view.atom(atom, None)) {
                        return None;
                    }
                } else {
                    atoms.push(atom.clone());
                }
            }
            Some(Clause {
                atoms,
                depth: clause.depth,
            })
        })
        .collect();
    clauses.sort_by_key(|clause| clause.depth);
    if let Some(always) = clauses.iter().position(|clause| clause.atoms.is_empty()) {
        clauses.truncate(always + 1);
    }
    Demand { clauses }
}

/// Prepares a simplified demand for evaluation.
pub(super) fn plan(plan: &Plan, demand: &Demand) -> PlannedDemand {
    match demand.clauses.first() {
        None => return PlannedDemand::NEVER,
        Some(first) if first.atoms.is_empty() => return PlannedDemand::Constant(Some(first.depth)),
        Some(_) => {}
    }
    let clauses = demand.clauses.iter().map(|clause| PlannedClause {
        depth: clause.depth,
        tests: clause.atoms.iter().map(|atom| test(plan, atom)).collect(),
    });
    PlannedDemand::Open(clauses.collect())
}

fn test(plan: &Plan, atom: &Atom) -> Test {
    if let Atom::ContextIn(contexts) = atom {
        return Test::Context(*contexts);
    }
    let dependence = Dependence::of_atom(atom);
    match dependence.slots.as_slice() {
        &[slot] if !dependence.surroundings && !dependence.outer => {
            let mut unit = Unit::new(plan);
            let mut bit = |value| {
                unit.set_lone_slot(slot, value);
                View { plan, unit: &unit }.atom(atom, None)
            };
            let model = plan.model();
            let tables = Bits::collect(
                (0..model.tables.len() as u32).map(|id| bit(Value::Relation(RelationId(id)))),
            );
            let types =
                Bits::collect((0..model.types.len() as u16).map(|id| bit(Value::Type(TypeId(id)))));
            Test::Slot {
                slot,
                tables,
                types,
                atom: atom.clone(),
            }
        }
        _ => Test::Atom(atom.clone()),
    }
}
