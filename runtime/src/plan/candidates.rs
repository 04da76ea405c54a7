//! The candidates of draws, listed as far as the run, or slots and surroundings, decide them.

use super::Plan;
use super::closed::{Dependence, type_as_bound};
use super::decider::{Decider, Tests};
use super::demands::Test;
use super::kinds::Kinds;
use super::questions::{Answers, Needs};
use super::sites::SiteClause;
use crate::demand::{Bound, Cursor, Demand, Domain, Field, Term, View};
use crate::schema::model::TableId;
use crate::types::TypeId;
use crate::unit::Unit;
use crate::unit::value::{ColumnRef, RelationId, Value};

/// A candidate of a draw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate {
    /// The value.
    pub value: Value,
    /// How deeply a derivation nests from here if it is drawn.
    pub depth: u32,
}

/// Listed candidates.
#[derive(Debug, Clone)]
pub struct Listed {
    /// In the domain's order.
    pub candidates: Vec<Candidate>,
    /// The columns that they are, if all of them are columns.
    pub(crate) columns: Option<Vec<ColumnRef>>,
    /// How lists of different ones are drawn, if they are few.
    order: Option<Order>,
}

/// How a list without replacement is drawn from few candidates.
#[derive(Debug, Clone)]
pub struct Order {
    /// The positions of the candidates, those first that are always among the drawn ones.
    pub(crate) positions: [u8; Self::MOST],
    /// How many those are.
    pub(crate) forced: u8,
    /// Whether drawn ones are listed in the domain's order.
    pub(crate) keeps_order: bool,
}

impl Order {
    /// The most candidates.
    pub(crate) const MOST: usize = 64;

    /// All positions, ascending.
    pub(crate) const POSITIONS: [u8; Self::MOST] = {
        let mut positions = [0; Self::MOST];
        let mut at = 0;
        while at < Self::MOST {
            positions[at] = at as u8;
            at += 1;
        }
        positions
    };
}

impl Listed {
    fn new(plan: &Plan, domain: &Domain, candidates: Vec<Candidate>) -> Self {
        let keeps_order = matches!(domain, Domain::Insertable(_));
        let order = (candidates.len() <= Order::MOST).then(|| {
            let mut order = Order {
                positions: Order::POSITIONS,
                forced: 0,
                keeps_order,
            };
            for (at, candidate) in candidates.iter().enumerate() {
                if let (true, Value::Column(column)) = (keeps_order, candidate.value)
                    && plan.is_required(TableId(column.relation.0), column.position)
                {
                    order.positions.swap(at, usize::from(order.forced));
                    order.forced += 1;
                }
            }
            order
        });
        let column = |found: &Candidate| match found.value {
            Value::Column(column) => Some(column),
            _ => None,
        };
        Self {
            columns: candidates.iter().map(column).collect(),
            candidates,
            order,
        }
    }

    /// How a list of at least so many different ones is drawn, if there are as many.
    #[inline]
    pub(crate) fn order_for(&self, low: i64) -> Option<&Order> {
        if self.candidates.is_empty() || (self.candidates.len() as i64) < low {
            return None;
        }
        self.order.as_ref()
    }
}

/// What is known of a draw's candidates before a unit is made.
#[derive(Debug, Clone)]
pub enum Candidates {
    /// All of them.
    Fixed {
        /// In the domain's order.
        list: Listed,
        /// Whether tables that the unit created may be further ones.
        grows: bool,
    },
    /// Those of each table of the model, seen as columns of that table.
    PerTable {
        /// The relation drawn from.
        relation: Term,
        /// By table, in the domain's order.
        lists: Vec<Listed>,
        /// Whether the drawn columns print qualified where the relation says so.
        qualifies: bool,
    },
    /// All of them, where slots and the surroundings decide which apply.
    FixedBy {
        /// What decides.
        by: Box<By>,
        /// Those of each outcome, in the domain's order.
        sets: Vec<Vec<Asking>>,
    },
    /// The same where slots or the surroundings decide which lists apply.
    PerTableBy {
        /// The relation drawn from.
        relation: Term,
        /// What decides.
        by: Box<By>,
        /// The lists by table of each outcome.
        sets: Vec<Vec<Listed>>,
        /// Whether the drawn columns print qualified where the relation says so.
        qualifies: bool,
    },
    /// Those of each table of the model, seen as columns of that table; what is drawn from are the
    /// columns visible in the scope, or around the innermost narrowing.
    PerVisible {
        /// What decides which lists apply, if there are several.
        by: Option<Box<By>>,
        /// The lists of each outcome.
        sets: Vec<VisibleLists>,
        /// Whether the innermost narrowing does not count.
        enclosing: bool,
    },
    /// Nothing: the unit decides.
    Open,
}

impl Candidates {
    /// The greatest depth among the listed candidates.
    pub(super) fn deepest(&self) -> u32 {
        let depth = |list: &Listed| {
            let depths = list.candidates.iter().map(|found| found.depth);
            depths.max().unwrap_or(0)
        };
        let deepest = |lists: &[Listed]| lists.iter().map(depth).max().unwrap_or(0);
        match self {
            Self::Fixed { list, .. } => depth(list),
            Self::PerTable { lists, .. } => deepest(lists),
            Self::PerTableBy { sets, .. } => {
                let sets = sets.iter().map(|lists| deepest(lists));
                sets.max().unwrap_or(0)
            }
            Self::PerVisible { sets, .. } => {
                let of_types = sets.iter().flat_map(|lists| &lists.types).flatten();
                let of_tables = sets.iter().map(|lists| deepest(&lists.tables));
                of_tables
                    .chain(of_types.flatten().copied())
                    .max()
                    .unwrap_or(0)
            }
            Self::FixedBy { sets, .. } => {
                let candidates = sets.iter().flatten();
                let ways = candidates.flat_map(|found| &found.ways);
                ways.map(|&(depth, _)| depth).max().unwrap_or(0)
            }
            Self::Open => 0,
        }
    }
}

/// A candidate that needs something of the surroundings.
#[derive(Debug, Clone)]
pub struct Asking {
    /// The value.
    pub value: Value,
    /// What it needs for each depth, shallower ones first.
    ways: Vec<(u32, Needs)>,
    /// What it needs whatever the depth is.
    any: Needs,
}

impl Asking {
    /// Whether it is a candidate whatever the depth is.
    #[inline]
    pub(crate) fn is_met(&self, answers: Answers) -> bool {
        self.any.met(answers)
    }

    /// The least depth whose needs are met.
    #[inline]
    pub(crate) fn depth(&self, answers: Answers) -> Option<u32> {
        let mut ways = self.ways.iter();
        ways.find(|(_, needs)| needs.met(answers))
            .map(|&(depth, _)| depth)
    }
}

/// Candidates among visible columns.
#[derive(Debug, Clone)]
pub struct VisibleLists {
    /// By table, in the domain's order.
    pub tables: Vec<Listed>,
    /// By type, if that is all that candidates have to satisfy: the depth of a column of the type,
    /// if it is a candidate. At the end that of a column of unknown type.
    pub types: Option<Vec<Option<u32>>>,
}

impl VisibleLists {
    /// The depth of a column that is no table's, if it is a candidate; `Err` if its type is not all
    /// that it has to satisfy.
    pub(crate) fn depth(&self, ty: Option<TypeId>) -> Result<Option<u32>, ()> {
        let types = self.types.as_ref().ok_or(())?;
        let known = ty.and_then(|ty| types.get(usize::from(ty.0)));
        Ok(known.or(types.last()).copied().flatten())
    }
}

/// Decides by slots and surroundings which of several lists apply.
#[derive(Debug, Clone)]
pub struct By {
    /// Which clauses are open, numbered.
    clauses: Decider<u16>,
    /// The type that candidates have to have, if it is a matter of a slot.
    typed: Option<Typed>,
}

/// A type that a slot holds, or something that it holds has.
#[derive(Debug, Clone)]
struct Typed {
    slot: u16,
    field: Option<Field>,
    /// By type: the number of its base among those of the model.
    bases: Vec<u16>,
    /// How many bases there are.
    count: usize,
}

impl By {
    /// The number of the lists that apply; none if a slot holds a value that is not of the model.
    #[inline]
    pub(crate) fn set(&self, view: View<'_>) -> Option<usize> {
        let clauses = usize::from(*self.clauses.decide(view)?);
        let Some(typed) = &self.typed else {
            return Some(clauses);
        };
        let held = view.unit.slot(typed.slot);
        let ty = match typed.field {
            Some(field) => view.field(held, field),
            None => held,
        };
        match ty {
            Value::Type(ty) => {
                let base = typed.bases.get(usize::from(ty.0))?;
                Some(clauses * typed.count + usize::from(*base))
            }
            _ => None,
        }
    }
}

pub(super) fn candidates(plan: &Plan, domain: &Domain, demand: &Demand) -> Candidates {
    let dependence = Dependence::of_demand(demand, 1);
    if !dependence.is_closed() {
        return of_own_relation(plan, domain, demand, &dependence).unwrap_or(Candidates::Open);
    }
    if Dependence::of_domain(domain).is_closed() {
        return Candidates::Fixed {
            list: plan.with_empty_unit(|view| {
                list(view, domain, &|view, value| {
                    view.holds(demand, Some(&Bound::new(value)))
                })
            }),
            grows: matches!(domain, Domain::Tables | Domain::Sources),
        };
    }
    if let Domain::Visible | Domain::Enclosing = domain {
        let satisfies = |demand: &Demand, value| {
            plan.with_empty_unit(|view| view.holds(demand, Some(&Bound::new(value))))
        };
        let types = type_as_bound(demand).map(|demand| {
            let known = types(plan).map(|ty| satisfies(&demand, Value::Type(ty)));
            let unknown = satisfies(&demand, Value::Nothing);
            known.chain([unknown]).collect()
        });
        return Candidates::PerVisible {
            by: None,
            sets: vec![VisibleLists {
                tables: lists(plan, &Domain::Columns(Term::Slot(0)), 0, demand),
                types,
            }],
            enclosing: *domain == Domain::Enclosing,
        };
    }
    let Some((relation, of_slot, qualifies)) = of_any(domain) else {
        return Candidates::Open;
    };
    Candidates::PerTable {
        relation: relation.clone(),
        lists: lists(plan, &of_slot, 0, demand),
        qualifies,
    }
}

/// The candidates of each table where the demand speaks of nothing but them and the relation drawn
/// from, which is that table.
fn of_own_relation(
    plan: &Plan,
    domain: &Domain,
    demand: &Demand,
    dependence: &Dependence,
) -> Option<Candidates> {
    let (relation, _, qualifies) = of_any(domain)?;
    let (&Term::Slot(slot), [own]) = (relation, dependence.slots.as_slice()) else {
        return None;
    };
    if *own != slot || dependence.surroundings || dependence.outer {
        return None;
    }
    Some(Candidates::PerTable {
        relation: relation.clone(),
        lists: lists(plan, domain, slot, demand),
        qualifies,
    })
}

/// The relation that a domain is of, the domain of any one relation, written so that a lone slot
/// names it, and whether columns drawn from it may print qualified.
fn of_any(domain: &Domain) -> Option<(&Term, Domain, bool)> {
    let slot = Term::Slot(0);
    Some(match domain {
        Domain::Columns(term) => (term, Domain::Columns(slot), true),
        Domain::Insertable(term) => (term, Domain::Insertable(slot), false),
        Domain::Required(term) => (term, Domain::Required(slot), false),
        Domain::Updatable(term) => (term, Domain::Updatable(slot), false),
        Domain::ForeignKeysFrom(term) => (term, Domain::ForeignKeysFrom(slot), false),
        Domain::ForeignKeysTo(term) => (term, Domain::ForeignKeysTo(slot), false),
        Domain::UniqueKeys(term) => (term, Domain::UniqueKeys(slot), false),
        _ => return None,
    })
}

/// All types of the model.
fn types(plan: &Plan) -> impl Iterator<Item = TypeId> {
    let count = plan.model().types.len().min(usize::from(u16::MAX)) as u16;
    (0..count).map(TypeId)
}

/// The most lists of a site.
const MOST_LISTS: usize = 1 << 12;

/// Lists for each state of slots and surroundings; none if that takes too many, or a candidate's
/// tests look at more than its own properties and its type.
pub(super) fn by(plan: &Plan, domain: &Domain, clauses: &[SiteClause]) -> Option<Candidates> {
    let visible = matches!(domain, Domain::Visible | Domain::Enclosing);
    let any = of_any(domain);
    let fixed = Dependence::of_domain(domain).is_closed();
    if clauses.len() > 64 || !(visible || fixed || any.is_some()) {
        return None;
    }
    let mut subject = None;
    for test in clauses.iter().flat_map(|clause| &clause.each) {
        let own = match test {
            Test::Candidate(memo)
                if memo.known_kinds() != Kinds::NONE && (fixed || !memo.asks()) =>
            {
                continue;
            }
            Test::CandidateType(slot, _) => (*slot, None),
            Test::CandidateTypeOf(slot, field, _) => (*slot, Some(*field)),
            _ => return None,
        };
        if *subject.get_or_insert(own) != own {
            return None;
        }
    }
    let mut tests = Tests::default();
    let common = clauses.iter().map(|clause| {
        // What fixed candidates need of the surroundings is asked of each.
        let asked = |test: &&Test| !fixed || !matches!(test, Test::Surroundings(_));
        let common: Vec<Test> = clause.common.iter().filter(asked).cloned().collect();
        let bits = tests.bits(&common)?;
        Some(vec![bits])
    });
    let goals: Vec<Vec<u128>> = common.collect::<Option<_>>()?;
    let (decider, open) = Decider::new(plan, &tests, &goals)?.numbered();
    let (typed, bases) = match subject {
        Some((slot, field)) => {
            let (typed, bases) = Typed::new(plan, slot, field);
            (Some(typed), bases.into_iter().map(Some).collect())
        }
        None => (None, vec![None]),
    };
    let lists = match any {
        _ if fixed => 1,
        _ => plan.model().tables.len(),
    };
    if open.len() * bases.len() * lists > MOST_LISTS {
        return None;
    }
    let states = open
        .iter()
        .flat_map(|&open| bases.iter().map(move |&base| (open, base)));
    let lists = |of_slot: &Domain, (open, base): (u64, Option<TypeId>)| -> Vec<Listed> {
        let depth = |view: View<'_>, value| depth_of(view, clauses, open, base, value);
        lists_by(plan, of_slot, 0, &depth)
    };
    let by = Box::new(By {
        clauses: decider,
        typed,
    });
    if fixed {
        let sets =
            states.map(|state| plan.with_empty_unit(|view| asking(view, domain, clauses, state)));
        let sets = sets.collect::<Option<_>>()?;
        return Some(Candidates::FixedBy { by, sets });
    }
    Some(match any {
        Some((relation, of_slot, qualifies)) => Candidates::PerTableBy {
            relation: relation.clone(),
            by,
            sets: states.map(|state| lists(&of_slot, state)).collect(),
            qualifies,
        },
        None => Candidates::PerVisible {
            by: Some(by),
            sets: states
                .map(|state| VisibleLists {
                    tables: lists(&Domain::Columns(Term::Slot(0)), state),
                    types: of_types(plan, clauses, state),
                })
                .collect(),
            enclosing: *domain == Domain::Enclosing,
        },
    })
}

/// The candidates of a domain that the run decides, with what they need of the surroundings; none
/// if that is no matter of questions.
fn asking(
    view: View<'_>,
    domain: &Domain,
    clauses: &[SiteClause],
    (open, base): (u64, Option<TypeId>),
) -> Option<Vec<Asking>> {
    let mut candidates = Vec::new();
    let mut cursor = Cursor::start(domain, view, None);
    while let Some(value) = cursor.next(view) {
        let mut ways: Vec<(u32, Needs)> = Vec::new();
        for (at, clause) in clauses.iter().enumerate() {
            let mut each = clause.each.iter();
            let is_of_type = |test: &Test| match test {
                Test::Candidate(_) => true,
                _ => is_of_type(view, test, value, base),
            };
            if open >> at & 1 == 0 || !each.all(is_of_type) {
                continue;
            }
            let mut all = Needs::from(true);
            for test in clause.each.iter().chain(&clause.common) {
                if all == Needs::NEVER {
                    break;
                }
                all = match test {
                    Test::Candidate(memo) => all.and(&memo.needs(view, value)?)?,
                    Test::Surroundings(needs) => all.and(needs)?,
                    _ => all,
                };
            }
            match ways.last_mut() {
                _ if all == Needs::NEVER => {}
                Some((depth, needs)) if *depth == clause.depth => {
                    *needs = std::mem::take(needs).or(&all)?;
                }
                _ => ways.push((clause.depth, all)),
            }
        }
        if !ways.is_empty() {
            let mut all = ways.iter();
            let any = all.try_fold(Needs::NEVER, |any, (_, needs)| any.or(needs))?;
            candidates.push(Asking { value, ways, any });
        }
    }
    Some(candidates)
}

/// Whether a test of a candidate's type holds, where one of a base is asked for.
fn is_of_type(view: View<'_>, test: &Test, candidate: Value, base: Option<TypeId>) -> bool {
    let (own, wanted) = match (test, candidate) {
        (
            Test::CandidateType(_, wanted) | Test::CandidateTypeOf(_, _, wanted),
            Value::Column(column),
        ) => (view.column_type(column).map(|ty| view.base(ty)), *wanted),
        (Test::CandidateType(_, wanted), Value::Function(function)) => {
            let function = view.plan.function(function);
            (function.map(|function| function.result.id()), *wanted)
        }
        _ => return false,
    };
    own.is_some_and(|own| (Some(own) == base) == wanted)
}

impl Typed {
    fn new(plan: &Plan, slot: u16, field: Option<Field>) -> (Self, Vec<TypeId>) {
        let mut known: Vec<TypeId> = Vec::new();
        let bases = plan.model().types.iter().map(|info| {
            let at = known.iter().position(|base| *base == info.base);
            at.unwrap_or_else(|| {
                known.push(info.base);
                known.len() - 1
            }) as u16
        });
        let bases: Vec<u16> = bases.collect();
        let typed = Self {
            slot,
            field,
            bases,
            count: known.len(),
        };
        (typed, known)
    }
}

/// The least depth among open clauses that a candidate satisfies, where one of a type is asked for.
fn depth_of(
    view: View<'_>,
    clauses: &[SiteClause],
    open: u64,
    base: Option<TypeId>,
    candidate: Value,
) -> Option<u32> {
    let holds = |test: &Test| match test {
        Test::CandidateType(..) | Test::CandidateTypeOf(..) => {
            is_of_type(view, test, candidate, base)
        }
        _ => test.holds(view, Some(candidate)),
    };
    clauses
        .iter()
        .enumerate()
        .filter(|(at, clause)| open >> at & 1 == 1 && clause.each.iter().all(holds))
        .map(|(_, clause)| clause.depth)
        .min()
}

/// The depth of columns of each type, and of unknown type, where one of a type is asked for; none if
/// clauses ask for anything else.
fn of_types(
    plan: &Plan,
    clauses: &[SiteClause],
    (open, base): (u64, Option<TypeId>),
) -> Option<Vec<Option<u32>>> {
    let mut each = clauses.iter().flat_map(|clause| &clause.each);
    if !each.all(|test| matches!(test, Test::CandidateType(..) | Test::CandidateTypeOf(..))) {
        return None;
    }
    let depth = |own: Option<TypeId>| {
        let holds = |test: &Test| match test {
            Test::CandidateType(_, wanted) | Test::CandidateTypeOf(_, _, wanted) => {
                own.is_some_and(|own| (Some(own) == base) == *wanted)
            }
            _ => false,
        };
        clauses
            .iter()
            .enumerate()
            .filter(|(at, clause)| open >> at & 1 == 1 && clause.each.iter().all(holds))
            .map(|(_, clause)| clause.depth)
            .min()
    };
    let known = plan.model().types.iter().map(|info| depth(Some(info.base)));
    Some(known.chain([depth(None)]).collect())
}

/// The candidates of each table of the model in a domain that a slot decides.
fn lists(plan: &Plan, domain: &Domain, slot: u16, demand: &Demand) -> Vec<Listed> {
    lists_by(plan, domain, slot, &|view, value| {
        view.holds(demand, Some(&Bound::new(value)))
    })
}

/// The same where a function tells the depth of each candidate.
fn lists_by(
    plan: &Plan,
    domain: &Domain,
    slot: u16,
    depth: &dyn Fn(View<'_>, Value) -> Option<u32>,
) -> Vec<Listed> {
    let mut unit = Unit::new(plan);
    (0..plan.model().tables.len() as u32)
        .map(|table| {
            unit.set_lone_slot(slot, Value::Relation(RelationId(table)));
            list(View { plan, unit: &unit }, domain, depth)
        })
        .collect()
}

fn list(view: View<'_>, domain: &Domain, depth: &dyn Fn(View<'_>, Value) -> Option<u32>) -> Listed {
    let mut cursor = Cursor::start(domain, view, None);
    let mut list = Vec::new();
    while let Some(value) = cursor.next(view) {
        if let Some(depth) = depth(view, value) {
            list.push(Candidate { value, depth });
        }
    }
    Listed::new(view.plan, domain, list)
}
