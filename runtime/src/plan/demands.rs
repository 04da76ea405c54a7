//! Demands with what the run decides taken out.

use super::Plan;
use super::closed::{self, Dependence};
use super::decider::{Decider, Tests};
use super::kinds::Kinds;
use super::memo::{Memo, Memos, Subject};
use super::questions::Needs;
use super::table::{Table, unit_of_samples};
use crate::demand::{Atom, Bound, Clause, Cursor, Demand, Domain, Field, Term, View};
use crate::unit::value::Value;
use std::sync::Arc;

/// A demand as evaluated at run time.
#[derive(Debug, Clone)]
#[expect(private_interfaces, reason = "only the plan looks inside")]
pub enum PlannedDemand {
    /// The run decides: the depth if it holds.
    Constant(Option<u32>),
    /// The value of one slot decides: the depth for each value of the model if it holds.
    Slot(u16, Box<Table<Option<u32>>>, Clauses),
    /// The values of slots and the surroundings decide.
    Decided(Box<Decider<Option<u32>>>, Clauses),
    /// The unit decides.
    Open(Clauses),
}

/// Clauses that the unit decides.
#[derive(Debug, Clone)]
pub struct Clauses {
    /// Shallower ones first.
    by_depth: Vec<PlannedClause>,
    /// The same, cheaper ones first: where the depth does not matter, most need no walk through the
    /// scope or the catalog.
    by_cost: Vec<u16>,
}

/// A clause, shallower ones first.
#[derive(Debug, Clone)]
pub struct PlannedClause {
    depth: u32,
    tests: Vec<Test>,
}

/// An atom as evaluated at run time.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Test {
    /// The context is among these.
    Context(u32),
    /// An atom that speaks of the surroundings only.
    Surroundings(Needs),
    /// An atom that speaks of one slot, and perhaps of the surroundings.
    Slot(u16, Arc<Memo>),
    /// An atom that speaks of the candidate, and perhaps of the surroundings.
    Candidate(Arc<Memo>),
    /// The candidate, a column or function, is (or is not) of the type that a slot holds.
    CandidateType(u16, bool),
    /// The same of a property of what a slot holds.
    CandidateTypeOf(u16, Field, bool),
    /// A quantifier whose body speaks of no other one's element.
    Walk(Box<Walk>),
    /// Any other.
    Atom(Atom),
}

/// A quantifier with its body prepared.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Walk {
    domain: Domain,
    /// How many elements have to satisfy the body; none: all.
    min: Option<u32>,
    /// The tests of each clause of the body, of the element as the candidate.
    body: Vec<Vec<Test>>,
    cost: u32,
}

impl Walk {
    fn new(plan: &Plan, memos: &mut Memos, atom: &Atom) -> Option<Self> {
        let (domain, min, body) = match atom {
            // What is summed up of the scope tells.
            Atom::Exists {
                domain: Domain::Visible,
                min: 1,
                body,
            } if matches!(body.clauses.as_slice(), [clause] if clause.atoms.len() == 1) => {
                return None;
            }
            Atom::Exists { domain, min, body } => (domain, Some(*min), body),
            Atom::ForAll { domain, body } => (domain, None, body),
            _ => return None,
        };
        if Dependence::of_atom(atom, 0).outer {
            return None;
        }
        let clauses = body.clauses.iter();
        let body = clauses.map(|clause| cheap_first(Test::all(plan, memos, &clause.atoms)));
        let mut body: Vec<Vec<Test>> = body.collect();
        body.sort_by_key(|tests| cost(tests));
        Some(Self {
            domain: domain.clone(),
            min,
            body,
            cost: atom_cost(atom),
        })
    }

    #[inline(never)]
    fn holds(&self, view: View<'_>) -> bool {
        let satisfies = |value: Value| {
            let mut clauses = self.body.iter();
            clauses.any(|tests| tests.iter().all(|test| test.holds(view, Some(value))))
        };
        let mut cursor = Cursor::start(&self.domain, view, None);
        match self.min {
            Some(min) => {
                let mut found = 0;
                while found < min {
                    match cursor.next(view) {
                        Some(value) => found += u32::from(satisfies(value)),
                        None => return false,
                    }
                }
                true
            }
            None => {
                while let Some(value) = cursor.next(view) {
                    if !satisfies(value) {
                        return false;
                    }
                }
                true
            }
        }
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
            Self::Slot(slot, table, clauses) => match table.get(view, view.unit.slot(*slot)) {
                Some(depth) => depth,
                None => clauses.depth(view),
            },
            Self::Decided(decider, clauses) => match decider.decide(view) {
                Some(depth) => *depth,
                None => clauses.depth(view),
            },
            Self::Open(clauses) => clauses.depth(view),
        }
    }

    /// Whether a clause holds within which a derivation nests at most so deeply.
    #[must_use]
    #[inline]
    pub fn holds_within(&self, view: View<'_>, room: u32) -> bool {
        match self {
            Self::Constant(depth) => depth.is_some_and(|depth| depth <= room),
            Self::Slot(slot, table, clauses) => match table.get(view, view.unit.slot(*slot)) {
                Some(depth) => depth.is_some_and(|depth| depth <= room),
                None => clauses.hold_within(view, room),
            },
            Self::Decided(decider, clauses) => match decider.decide(view) {
                Some(depth) => depth.is_some_and(|depth| depth <= room),
                None => clauses.hold_within(view, room),
            },
            Self::Open(clauses) => clauses.hold_within(view, room),
        }
    }

    /// The depth if the run, or the value of the slot that decides alone, settles it; none if the
    /// unit does.
    #[must_use]
    #[inline(always)]
    pub(crate) fn depth_of(&self, view: View<'_>, value: Value) -> Option<Option<u32>> {
        match self {
            Self::Constant(depth) => Some(*depth),
            Self::Slot(_, table, _) => table.get(view, value),
            Self::Decided(..) | Self::Open(_) => None,
        }
    }

    /// The slot that decides alone, if there is one, and for which kinds of values it is known.
    pub(super) fn slot(&self) -> Option<(u16, Kinds)> {
        match self {
            Self::Slot(slot, table, _) => Some((*slot, table.kinds())),
            _ => None,
        }
    }

    /// The depth if the run decides, `None` if the unit does.
    #[must_use]
    pub fn constant(&self) -> Option<Option<u32>> {
        match self {
            Self::Constant(depth) => Some(*depth),
            Self::Slot(..) | Self::Decided(..) | Self::Open(_) => None,
        }
    }

    /// The depth of each clause, shallower ones first, with the bits of its tests; none if there are
    /// too many tests.
    pub(super) fn clauses(&self, tests: &mut Tests) -> Option<Vec<(u32, u128)>> {
        match self {
            Self::Constant(depth) => Some(depth.iter().map(|&depth| (depth, 0)).collect()),
            Self::Slot(_, _, clauses) | Self::Decided(_, clauses) | Self::Open(clauses) => {
                clauses.bits(tests)
            }
        }
    }
}

impl Clauses {
    fn bits(&self, tests: &mut Tests) -> Option<Vec<(u32, u128)>> {
        let clauses = self.by_depth.iter();
        clauses
            .map(|clause| Some((clause.depth, tests.bits(&clause.tests)?)))
            .collect()
    }

    /// A decider for several tests that leaves few of them open.
    fn decider(&self, plan: &Plan) -> Option<Decider<Option<u32>>> {
        let mut tests = Tests::default();
        let clauses = self.bits(&mut tests)?;
        let [_, _, ..] = clauses.as_slice() else {
            return None;
        };
        let mut goals: Vec<Vec<u128>> = Vec::new();
        let mut depths: Vec<u32> = Vec::new();
        for (depth, bits) in clauses {
            match goals.last_mut() {
                Some(goal) if depths.last() == Some(&depth) => goal.push(bits),
                _ => {
                    goals.push(vec![bits]);
                    depths.push(depth);
                }
            }
        }
        let depth = |held: u64| depths.get(held.trailing_zeros() as usize).copied();
        Some(Decider::new(plan, &tests, &goals)?.map(depth))
    }

    fn depth(&self, view: View<'_>) -> Option<u32> {
        let mut clauses = self.by_depth.iter();
        clauses
            .find(|clause| clause.tests.iter().all(|test| test.holds(view, None)))
            .map(|clause| clause.depth)
    }

    fn hold_within(&self, view: View<'_>, room: u32) -> bool {
        self.by_cost.iter().any(|&at| {
            self.by_depth.get(usize::from(at)).is_some_and(|clause| {
                clause.depth <= room && clause.tests.iter().all(|test| test.holds(view, None))
            })
        })
    }

    /// The slot that all tests speak of, if they speak of nothing else, and the kinds of values that
    /// all of them are decided for.
    fn only_slot(&self) -> Option<(u16, Kinds)> {
        let mut only = None;
        for test in self.by_depth.iter().flat_map(|clause| &clause.tests) {
            let Test::Slot(slot, memo) = test else {
                return None;
            };
            let (known, kinds) = only.unwrap_or((*slot, Kinds::ALL));
            if known != *slot {
                return None;
            }
            only = Some((known, kinds & memo.kinds()));
        }
        only.filter(|&(_, kinds)| kinds != Kinds::NONE)
    }
}

impl From<Subject> for Test {
    fn from(subject: Subject) -> Self {
        match subject {
            Subject::Slot(slot, memo) => Self::Slot(slot, memo),
            Subject::Candidate(memo) => Self::Candidate(memo),
            Subject::Surroundings(needs) => Self::Surroundings(needs),
        }
    }
}

impl Test {
    /// Prepares an atom.
    pub fn new(plan: &Plan, memos: &mut Memos, atom: &Atom) -> Self {
        if let Atom::ContextIn(contexts) = atom {
            return Self::Context(*contexts);
        }
        if let Atom::Same(Term::Field(of, field), Term::Slot(slot), wanted)
        | Atom::Same(Term::Slot(slot), Term::Field(of, field), wanted) = atom
            && **of == Term::Bound(0)
            && matches!(field, Field::Type | Field::Result)
        {
            return Self::CandidateType(*slot, *wanted);
        }
        if let Atom::Same(left, right, wanted) = atom {
            for (own, other) in [(left, right), (right, left)] {
                if let (Term::Field(of, Field::Type), Term::Field(slot, field)) = (own, other)
                    && **of == Term::Bound(0)
                    && let Term::Slot(slot) = **slot
                    && *field != Field::Length
                {
                    return Self::CandidateTypeOf(slot, *field, *wanted);
                }
            }
        }
        match memos.of(plan, atom) {
            Some(subject) => subject.into(),
            None => match Walk::new(plan, memos, atom) {
                Some(walk) => Self::Walk(Box::new(walk)),
                None => Self::Atom(atom.clone()),
            },
        }
    }

    /// Prepares the atoms of a clause. One that looks at the surroundings is preceded by what it needs
    /// apart from them, where that is decided in advance: most fail there.
    pub fn all(plan: &Plan, memos: &mut Memos, atoms: &[Atom]) -> Vec<Self> {
        let mut tests = Vec::with_capacity(atoms.len());
        for atom in atoms {
            let test = Self::new(plan, memos, atom);
            if let Self::Atom(_) | Self::Walk(_) = &test
                && let Some(needed) = closed::apart_from_surroundings(atom)
                && let Some(subject) = memos.of(plan, &needed)
            {
                tests.push(subject.into());
            }
            tests.push(test);
        }
        tests
    }

    /// The kinds of values that it is decided for in advance; none if the unit decides.
    pub fn kinds(&self) -> Option<Kinds> {
        match self {
            Self::Candidate(memo) if !memo.asks() => Some(memo.kinds()),
            _ => None,
        }
    }

    /// How costly it is, roughly.
    pub fn cost(&self) -> u32 {
        match self {
            Self::Context(_) => 0,
            Self::CandidateType(..) | Self::Surroundings(_) => 1,
            Self::CandidateTypeOf(..) => 2,
            Self::Slot(_, memo) | Self::Candidate(memo) => 2 + memo.cost(),
            Self::Walk(walk) => walk.cost,
            Self::Atom(atom) => atom_cost(atom),
        }
    }

    /// Whether all candidates meet it alike.
    pub fn is_common(&self) -> bool {
        match self {
            Self::Context(_) | Self::Surroundings(_) | Self::Slot(..) | Self::Walk(_) => true,
            Self::Candidate(_) | Self::CandidateType(..) | Self::CandidateTypeOf(..) => false,
            Self::Atom(atom) => !Dependence::of_atom(atom, 0).outer,
        }
    }

    /// Whether it holds, of a candidate if there is one.
    #[inline]
    pub fn holds(&self, view: View<'_>, candidate: Option<Value>) -> bool {
        match self {
            Self::Context(contexts) => contexts >> (view.unit.context & 31) & 1 == 1,
            Self::Surroundings(needs) => needs.met(view.answers()),
            Self::Slot(slot, memo) => memo.holds(view, view.unit.slot(*slot)),
            Self::Candidate(memo) => candidate.is_some_and(|candidate| memo.holds(view, candidate)),
            _ => self.holds_by_evaluation(view, candidate),
        }
    }

    /// Whether a test holds that is no look-up. Apart, so that those that are need no room for it.
    #[inline(never)]
    fn holds_by_evaluation(&self, view: View<'_>, candidate: Option<Value>) -> bool {
        match self {
            Self::Context(_) | Self::Surroundings(_) | Self::Slot(..) | Self::Candidate(_) => {
                self.holds(view, candidate)
            }
            Self::CandidateType(slot, wanted) => match (candidate, view.unit.slot(*slot)) {
                (Some(Value::Column(column)), Value::Type(ty)) => view
                    .column_type(column)
                    .is_some_and(|own| (view.base(own) == view.base(ty)) == *wanted),
                (Some(Value::Function(function)), Value::Type(ty)) => view
                    .plan
                    .function(function)
                    .is_some_and(|own| (own.result.id() == view.base(ty)) == *wanted),
                _ => false,
            },
            Self::CandidateTypeOf(slot, field, wanted) => {
                match (candidate, view.field(view.unit.slot(*slot), *field)) {
                    (Some(Value::Column(column)), Value::Type(ty)) => view
                        .column_type(column)
                        .is_some_and(|own| (view.base(own) == view.base(ty)) == *wanted),
                    _ => false,
                }
            }
            Self::Walk(walk) => walk.holds(view),
            Self::Atom(atom) => match candidate {
                Some(candidate) => view.atom(atom, Some(&Bound::new(candidate))),
                None => view.atom(atom, None),
            },
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
                if Dependence::of_atom(atom, 0).is_closed() {
                    if !plan.with_empty_unit(|view| view.atom(atom, None)) {
                        return None;
                    }
                } else {
                    atoms.push(sorted(atom));
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

/// An atom whose quantifiers test what is cheap first. The depths in there don't matter.
fn sorted(atom: &Atom) -> Atom {
    let sorted_body = |body: &Demand| {
        let clauses = body.clauses.iter().map(|clause| {
            let mut atoms: Vec<Atom> = clause.atoms.iter().map(sorted).collect();
            atoms.sort_by_cached_key(atom_cost);
            Clause {
                atoms,
                depth: clause.depth,
            }
        });
        let mut clauses: Vec<Clause> = clauses.collect();
        clauses.sort_by_cached_key(|clause| {
            let costs = clause.atoms.iter().map(atom_cost);
            costs.fold(0, u32::saturating_add)
        });
        Demand { clauses }
    };
    match atom {
        Atom::Exists { domain, min, body } => Atom::Exists {
            domain: domain.clone(),
            min: *min,
            body: sorted_body(body),
        },
        Atom::ForAll { domain, body } => Atom::ForAll {
            domain: domain.clone(),
            body: sorted_body(body),
        },
        _ => atom.clone(),
    }
}

/// Prepares a simplified demand for evaluation.
pub(super) fn plan(plan: &Plan, memos: &mut Memos, demand: &Demand) -> PlannedDemand {
    match demand.clauses.first() {
        None => return PlannedDemand::NEVER,
        Some(first) if first.atoms.is_empty() => return PlannedDemand::Constant(Some(first.depth)),
        Some(_) => {}
    }
    let clauses = demand.clauses.iter().map(|clause| PlannedClause {
        depth: clause.depth,
        tests: cheap_first(Test::all(plan, memos, &clause.atoms)),
    });
    let by_depth: Vec<PlannedClause> = clauses.collect();
    let by_cost = by_cost(by_depth.iter().map(|clause| cost(&clause.tests)));
    let clauses = Clauses { by_depth, by_cost };
    let Some((slot, kinds)) = clauses.only_slot() else {
        return match clauses.decider(plan) {
            Some(decider) => PlannedDemand::Decided(Box::new(decider), clauses),
            None => PlannedDemand::Open(clauses),
        };
    };
    let mut unit = unit_of_samples(plan);
    let table = Table::new(plan, kinds, |value| {
        unit.set_lone_slot(slot, value);
        clauses.depth(View { plan, unit: &unit })
    });
    match table {
        Some(table) => PlannedDemand::Slot(slot, Box::new(table), clauses),
        None => PlannedDemand::Open(clauses),
    }
}

/// Tests in the order in which they are made: all have to hold, whichever is first.
pub(super) fn cheap_first(mut tests: Vec<Test>) -> Vec<Test> {
    tests.sort_by_key(Test::cost);
    tests
}

/// The cost of tests that all have to hold.
pub(super) fn cost(tests: &[Test]) -> u32 {
    tests.iter().map(Test::cost).fold(0, u32::saturating_add)
}

/// The order of clauses by cost.
pub(super) fn by_cost(costs: impl Iterator<Item = u32>) -> Vec<u16> {
    let costs: Vec<u32> = costs.collect();
    let mut order: Vec<u16> = (0..costs.len().min(usize::from(u16::MAX)) as u16).collect();
    order.sort_by_key(|&at| costs[usize::from(at)]);
    order
}

/// How costly an atom is to evaluate, roughly: each quantifier walks a domain.
pub(super) fn atom_cost(atom: &Atom) -> u32 {
    match atom {
        Atom::Guard(_) | Atom::ContextIn(_) => 0,
        Atom::TypeIn(..) | Atom::Same(..) | Atom::Compare(..) | Atom::Has(..) => 4,
        Atom::Exists { body, .. } | Atom::ForAll { body, .. } => {
            let atoms = body.clauses.iter().flat_map(|clause| &clause.atoms);
            let each: u32 = atoms.map(atom_cost).fold(2, u32::saturating_add);
            each.saturating_mul(8)
        }
    }
}
