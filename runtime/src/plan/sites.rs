//! Draws with the candidates that the run decides listed.

use super::Plan;
use super::closed::Dependence;
use super::demands::{Test, by_cost, cheap_first, cost};
use super::kinds::Kinds;
use super::memo::Memos;
use super::table::Table;
use crate::demand::{Bound, ColumnSet, Cursor, Demand, Domain, Term, View};
use crate::schema::model::TableId;
use crate::unit::Unit;
use crate::unit::value::{RelationId, Value};
use std::ops::BitAnd;

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
    /// Their positions in their table, if all of them are columns.
    pub(crate) columns: Option<Vec<u16>>,
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
        let position = |found: &Candidate| match found.value {
            Value::Column(column) => Some(column.position),
            _ => None,
        };
        Self {
            columns: candidates.iter().map(position).collect(),
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

/// A draw from a finite domain.
#[derive(Debug, Clone)]
pub struct PlannedSite {
    /// What is drawn from.
    pub domain: Domain,
    /// What each candidate has to satisfy: clauses, shallower ones first.
    clauses: Vec<SiteClause>,
    /// The clauses, cheaper ones first.
    by_cost: Vec<u16>,
    /// Where the unit decides: what is decided in advance of each value of the model.
    known: Option<Known>,
    /// What is known of the candidates.
    pub candidates: Candidates,
    /// The greatest depth among the listed candidates.
    pub deepest: u32,
}

/// A clause of what candidates have to satisfy.
#[derive(Debug, Clone)]
struct SiteClause {
    depth: u32,
    /// What is the same for all candidates.
    common: Vec<Test>,
    /// What each candidate decides.
    each: Vec<Test>,
}

/// Which clauses each value of the model satisfies as far as that does not depend on the unit.
#[derive(Debug, Clone)]
struct Known {
    /// A bit for each clause.
    clauses: Table<u64>,
    /// Those that ask for nothing else.
    settled: u64,
    /// What else each clause asks of a candidate.
    rest: Vec<Vec<Test>>,
}

impl Known {
    fn new(plan: &Plan, clauses: &[SiteClause]) -> Option<Self> {
        if clauses.len() > 64 {
            return None;
        }
        let tests = || clauses.iter().flat_map(|clause| &clause.each);
        let kinds = tests()
            .filter_map(Test::kinds)
            .fold(Kinds::ALL, Kinds::bitand);
        if kinds == Kinds::NONE || tests().all(|test| test.kinds().is_none()) {
            return None;
        }
        let known = plan.with_empty_unit(|view| {
            Table::new(plan, kinds, |value| {
                let holds = |test: &Test| test.kinds().is_none() || test.holds(view, Some(value));
                bits(clauses, |clause| clause.each.iter().all(holds))
            })
        })?;
        let rest = |clause: &SiteClause| {
            let tests = clause.each.iter().filter(|test| test.kinds().is_none());
            tests.cloned().collect()
        };
        let rest: Vec<Vec<Test>> = clauses.iter().map(rest).collect();
        Some(Self {
            clauses: known,
            settled: bits(&rest, Vec::is_empty),
            rest,
        })
    }

    /// Whether a candidate satisfies one of the open clauses; none if it is not known of.
    #[inline]
    fn accepts(&self, view: View<'_>, open: u64, candidate: Value) -> Option<bool> {
        let mut left = self.clauses.get(view, candidate)? & open;
        if left & self.settled != 0 {
            return Some(true);
        }
        while left != 0 {
            let tests = self.rest.get(left.trailing_zeros() as usize);
            if tests.is_some_and(|tests| tests.iter().all(|test| test.holds(view, Some(candidate))))
            {
                return Some(true);
            }
            left &= left - 1;
        }
        Some(false)
    }
}

/// A bit for each of the first 64 elements.
fn bits<T>(elements: &[T], mut set: impl FnMut(&T) -> bool) -> u64 {
    let elements = elements.iter().take(64).enumerate();
    elements.fold(0, |bits, (at, element)| {
        bits | u64::from(set(element)) << at
    })
}

impl PlannedSite {
    /// Which clauses candidates may still satisfy, as far as it is the same for all of them; only
    /// clauses that nest at most so deeply. Those past the 64th are left to each candidate.
    pub(crate) fn open_clauses(&self, view: View<'_>, room: u32) -> u64 {
        let mut open = 0;
        for (at, clause) in self.clauses.iter().enumerate().take(64) {
            if clause.depth <= room && clause.common.iter().all(|test| test.holds(view, None)) {
                open |= 1 << at;
            }
        }
        open
    }

    /// Whether a candidate satisfies one of the open clauses that nests at most so deeply.
    #[inline]
    pub(crate) fn accepts(&self, view: View<'_>, open: u64, room: u32, candidate: Value) -> bool {
        if let Some(known) = &self.known
            && let Some(accepted) = known.accepts(view, open, candidate)
        {
            return accepted;
        }
        self.by_cost
            .iter()
            .any(|&at| self.clause_holds(view, open, room, usize::from(at), candidate))
    }

    /// The least depth among the open clauses that a candidate satisfies.
    pub(crate) fn depth(&self, view: View<'_>, open: u64, candidate: Value) -> Option<u32> {
        (0..self.clauses.len())
            .find(|&at| self.clause_holds(view, open, u32::MAX, at, candidate))
            .and_then(|at| self.clauses.get(at))
            .map(|clause| clause.depth)
    }

    #[inline]
    fn clause_holds(
        &self,
        view: View<'_>,
        open: u64,
        room: u32,
        at: usize,
        candidate: Value,
    ) -> bool {
        let Some(clause) = self.clauses.get(at) else {
            return false;
        };
        let holds = |tests: &[Test]| tests.iter().all(|test| test.holds(view, Some(candidate)));
        if at < 64 {
            open >> at & 1 == 1 && holds(&clause.each)
        } else {
            clause.depth <= room && holds(&clause.common) && holds(&clause.each)
        }
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
    /// Those of each table of the model, seen as columns of that table; what is drawn from are the
    /// columns visible in the scope, or around the innermost narrowing.
    PerVisible {
        /// By table, in the domain's order.
        lists: Vec<Listed>,
        /// Whether the innermost narrowing does not count.
        enclosing: bool,
    },
    /// Nothing: the unit decides.
    Open,
}

pub(super) fn plan(
    plan: &Plan,
    memos: &mut Memos,
    domain: &Domain,
    demand: &Demand,
) -> PlannedSite {
    let candidates = candidates(plan, domain, demand);
    let depth = |list: &Listed| {
        let depths = list.candidates.iter().map(|found| found.depth);
        depths.max().unwrap_or(0)
    };
    let deepest = match &candidates {
        Candidates::Fixed { list, .. } => depth(list),
        Candidates::PerTable { lists, .. } | Candidates::PerVisible { lists, .. } => {
            lists.iter().map(|list| depth(list)).max().unwrap_or(0)
        }
        Candidates::Open => 0,
    };
    let clauses: Vec<SiteClause> = demand
        .clauses
        .iter()
        .map(|clause| {
            let tests = Test::all(plan, memos, &clause.atoms).into_iter();
            let (common, each) = tests.partition(Test::is_common);
            SiteClause {
                depth: clause.depth,
                common: cheap_first(common),
                each: cheap_first(each),
            }
        })
        .collect();
    PlannedSite {
        domain: domain.clone(),
        known: match candidates {
            Candidates::Open => Known::new(plan, &clauses),
            _ => None,
        },
        by_cost: by_cost(clauses.iter().map(|clause| cost(&clause.each))),
        clauses,
        candidates,
        deepest,
    }
}

fn candidates(plan: &Plan, domain: &Domain, demand: &Demand) -> Candidates {
    if !Dependence::of_demand(demand, 1).is_closed() {
        return Candidates::Open;
    }
    if Dependence::of_domain(domain).is_closed() {
        return Candidates::Fixed {
            list: plan.with_empty_unit(|view| list(view, domain, demand)),
            grows: matches!(domain, Domain::Tables | Domain::Sources),
        };
    }
    if let Domain::Visible | Domain::Enclosing = domain {
        return Candidates::PerVisible {
            lists: lists(plan, &Domain::Columns(Term::Slot(0)), demand),
            enclosing: *domain == Domain::Enclosing,
        };
    }
    let (relation, set) = match domain {
        Domain::Columns(term) => (term, Some(ColumnSet::All)),
        Domain::Insertable(term) => (term, Some(ColumnSet::Insertable)),
        Domain::Required(term) => (term, Some(ColumnSet::Required)),
        Domain::Updatable(term) => (term, Some(ColumnSet::Updatable)),
        Domain::ForeignKeysFrom(term) | Domain::ForeignKeysTo(term) | Domain::UniqueKeys(term) => {
            (term, None)
        }
        _ => return Candidates::Open,
    };
    // The domain of any one relation, written so that a lone slot names it.
    let slot = Term::Slot(0);
    let of_slot = match domain {
        Domain::Columns(_) => Domain::Columns(slot),
        Domain::Insertable(_) => Domain::Insertable(slot),
        Domain::Required(_) => Domain::Required(slot),
        Domain::Updatable(_) => Domain::Updatable(slot),
        Domain::ForeignKeysFrom(_) => Domain::ForeignKeysFrom(slot),
        Domain::ForeignKeysTo(_) => Domain::ForeignKeysTo(slot),
        _ => Domain::UniqueKeys(slot),
    };
    Candidates::PerTable {
        relation: relation.clone(),
        lists: lists(plan, &of_slot, demand),
        qualifies: set == Some(ColumnSet::All),
    }
}

/// The candidates of each table of the model in a domain that slot 0 decides.
fn lists(plan: &Plan, domain: &Domain, demand: &Demand) -> Vec<Listed> {
    let mut unit = Unit::new(plan);
    (0..plan.model().tables.len() as u32)
        .map(|table| {
            unit.set_lone_slot(0, Value::Relation(RelationId(table)));
            list(View { plan, unit: &unit }, domain, demand)
        })
        .collect()
}

fn list(view: View<'_>, domain: &Domain, demand: &Demand) -> Listed {
    let mut cursor = Cursor::start(domain, view, None);
    let mut list = Vec::new();
    while let Some(value) = cursor.next(view) {
        if let Some(depth) = view.holds(demand, Some(&Bound::new(value))) {
            list.push(Candidate { value, depth });
        }
    }
    Listed::new(view.plan, domain, list)
}
