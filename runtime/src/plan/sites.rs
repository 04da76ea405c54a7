//! Draws with the candidates that the run decides listed.

use super::Plan;
use super::candidates::{Candidates, by, candidates};
use super::demands::{Test, by_cost, cheap_first, cost};
use super::kinds::Kinds;
use super::memo::Memos;
use super::table::{Table, unit_of_samples};
use crate::demand::{Demand, Domain, View};
use crate::unit::value::Value;
use std::collections::HashSet;
use std::ops::BitAnd;

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
    /// Whether several candidates print alike whatever the unit: foreign keys of the same columns.
    pub repeats: bool,
}

/// A clause of what candidates have to satisfy.
#[derive(Debug, Clone)]
pub(super) struct SiteClause {
    pub depth: u32,
    /// What is the same for all candidates.
    pub common: Vec<Test>,
    /// What each candidate decides.
    pub each: Vec<Test>,
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
        let unit = unit_of_samples(plan);
        let view = View { plan, unit: &unit };
        let known = Table::new(plan, kinds, |value| {
            let holds = |test: &Test| test.kinds().is_none() || test.holds(view, Some(value));
            bits(clauses, |clause| clause.each.iter().all(holds))
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

pub(super) fn plan(
    plan: &Plan,
    memos: &mut Memos,
    domain: &Domain,
    demand: &Demand,
) -> PlannedSite {
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
    let candidates = match candidates(plan, domain, demand) {
        Candidates::Open => by(plan, domain, &clauses).unwrap_or(Candidates::Open),
        known => known,
    };
    let deepest = candidates.deepest();
    PlannedSite {
        domain: domain.clone(),
        known: match candidates {
            Candidates::Open
            | Candidates::FixedBy { .. }
            | Candidates::PerTableBy { .. }
            | Candidates::PerVisible { .. } => Known::new(plan, &clauses),
            Candidates::Fixed { .. } | Candidates::PerTable { .. } => None,
        },
        by_cost: by_cost(clauses.iter().map(|clause| cost(&clause.each))),
        clauses,
        candidates,
        deepest,
        repeats: domain.is_foreign_keys() && has_repeated_key(plan),
    }
}

/// Whether two foreign keys of the model have the same columns and tables.
fn has_repeated_key(plan: &Plan) -> bool {
    let mut seen = HashSet::new();
    let mut keys = plan.model().foreign_keys.iter();
    keys.any(|key| !seen.insert((key.from, key.to, &key.columns, &key.targets)))
}
