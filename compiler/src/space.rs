//! How many derivations a grammar has.
//!
//! A derivation is what is drawn: alternatives, options, numbers of rounds, values. Counted is what
//! the generator can draw, with the depth budget as it is applied there: near the budget only what
//! ends in time is a candidate. What the schema or a value decides is not looked into: such a draw
//! counts as one way and a guard as met, and the count is marked as not exact. Weights do not matter,
//! except that those of 0 are left out.

mod sample;
mod values;

#[cfg(test)]
mod tests;

pub use sample::Sample;

use crate::interpret::{DEFAULT_BUDGET, Settings};
use crate::ir::{Count, DemandId, Expr, ExprId, Node, NodeId, Program, RuleId};
use num_bigint::BigUint;
use rqg_runtime::demand::Atom;
use rqg_runtime::schema::model::{Model, TableKind};
use std::collections::HashMap;

/// Numbers of more bits than this are not worked out.
const MOST_BITS: u64 = 1 << 20;
/// Bodies nested deeper are not followed.
const MOST_NESTING: u32 = 20_000;

/// A number of derivations.
#[derive(Debug, Clone, PartialEq)]
pub enum Number {
    /// So many.
    Of(BigUint),
    /// A number too large to be worked out; its base-2 logarithm, roughly.
    Vast(f64),
    /// There is no end to them.
    Endless,
}

/// How many there are.
#[derive(Debug, Clone, PartialEq)]
pub struct Ways {
    /// The number.
    pub number: Number,
    /// Whether it is the number, or at least and about that many because the schema decides.
    pub exact: bool,
}

impl Ways {
    fn of(number: impl Into<BigUint>) -> Self {
        Self {
            number: Number::Of(number.into()),
            exact: true,
        }
    }

    fn one() -> Self {
        Self::of(1u8)
    }

    /// One way, or more: the schema decides.
    fn some() -> Self {
        Self {
            exact: false,
            ..Self::one()
        }
    }

    fn endless() -> Self {
        Self {
            number: Number::Endless,
            exact: true,
        }
    }

    fn and(self, other: Self) -> Self {
        let bits = self.bits() + other.bits();
        let number = match (self.number, other.number) {
            (Number::Endless, _) | (_, Number::Endless) => Number::Endless,
            (Number::Of(a), Number::Of(b)) if bits <= MOST_BITS as f64 => Number::Of(a * b),
            _ => Number::Vast(bits),
        };
        Self {
            number,
            exact: self.exact && other.exact,
        }
    }

    fn or(self, other: Self) -> Self {
        let bits = self.bits().max(other.bits());
        let number = match (self.number, other.number) {
            (Number::Endless, _) | (_, Number::Endless) => Number::Endless,
            (Number::Of(a), Number::Of(b)) => Number::Of(a + b),
            _ => Number::Vast(bits),
        };
        Self {
            number,
            exact: self.exact && other.exact,
        }
    }

    /// `low` to `high` times.
    fn repeated(&self, low: u64, high: u64) -> Self {
        let one = BigUint::from(1u8);
        let bits = self.bits() * high.saturating_add(1) as f64;
        let number = match &self.number {
            _ if high == 0 => Number::Of(one),
            Number::Endless => Number::Endless,
            Number::Of(base) if *base == one => Number::Of(one + (high - low)),
            // A sum of powers.
            Number::Of(base) if bits <= MOST_BITS as f64 => {
                let power = |exponent: u64| base.pow(u32::try_from(exponent).unwrap_or(u32::MAX));
                Number::Of((power(high + 1) - power(low)) / (base - one))
            }
            _ => Number::Vast(bits),
        };
        Self {
            number,
            exact: self.exact,
        }
    }

    /// The base-2 logarithm; infinite for what has no end.
    #[must_use]
    pub fn bits(&self) -> f64 {
        match &self.number {
            Number::Of(number) => {
                let shift = number.bits().saturating_sub(64);
                let leading = (number >> shift).iter_u64_digits().next().unwrap_or(0);
                (leading as f64).log2() + shift as f64
            }
            Number::Vast(bits) => *bits,
            Number::Endless => f64::INFINITY,
        }
    }
}

/// Counts the derivations of a program.
pub struct Space<'a> {
    program: &'a Program,
    model: Option<&'a Model>,
    /// Whether each guard on dialect and features holds.
    guards: Vec<bool>,
    budget: Option<u32>,
    /// By rule and depth.
    known: HashMap<(RuleId, u32), Option<Ways>>,
    nesting: u32,
}

impl<'a> Space<'a> {
    /// For a run's dialect and features. `budget`: nested calls before only the shallowest
    /// alternatives remain; none: there is no such limit.
    #[must_use]
    pub fn new(
        program: &'a Program,
        settings: &Settings,
        model: Option<&'a Model>,
        budget: Option<u32>,
    ) -> Self {
        Self {
            program,
            model,
            guards: crate::interpret::guards(program, settings),
            budget,
            known: HashMap::new(),
            nesting: 0,
        }
    }

    /// How many derivations a rule has that is called where nothing else is.
    pub fn rule(&mut self, rule: RuleId) -> Ways {
        self.call(rule, 0)
    }

    fn call(&mut self, rule: RuleId, depth: u32) -> Ways {
        // Without a budget it is all the same how deeply a rule stands.
        let depth = if self.budget.is_some() { depth } else { 0 };
        match self.known.get(&(rule, depth)) {
            Some(Some(known)) => return known.clone(),
            // It comes back to itself, again and again.
            Some(None) => return Ways::endless(),
            None => {}
        }
        let Some(found) = self.program.rules.get(rule.index()) else {
            return Ways::one();
        };
        if self.nesting > MOST_NESTING {
            return Ways::endless();
        }
        self.known.insert((rule, depth), None);
        self.nesting += 1;
        let ways = self.node(found.body, depth);
        self.nesting -= 1;
        self.known.insert((rule, depth), Some(ways.clone()));
        ways
    }

    fn node(&mut self, id: NodeId, depth: u32) -> Ways {
        let program = self.program;
        let Some(node) = program.nodes.get(id.index()) else {
            return Ways::one();
        };
        match node {
            Node::Empty | Node::Literal(_) | Node::Glue | Node::StatementBreak => Ways::one(),
            Node::Sequence(nodes) => nodes
                .iter()
                .fold(Ways::one(), |ways, &node| ways.and(self.node(node, depth))),
            Node::Choice(choice) => self.choice(choice.index(), depth),
            Node::Optional {
                chance,
                demand,
                body,
            } => {
                let (least, exact) = self.depth_of(*demand);
                let taken = match (self.fits(least, depth), chance) {
                    (false, _) | (_, 0) => Ways::one(),
                    (true, 1_000_000..) => self.node(*body, depth),
                    (true, _) => Ways::one().or(self.node(*body, depth)),
                };
                Ways {
                    exact: taken.exact && exact,
                    ..taken
                }
            }
            Node::Repeat {
                count,
                demand,
                body,
                ..
            } => self.repeat(count, *demand, *body, depth),
            Node::For { lists, body, .. } => {
                let lists = self.exprs(lists, depth);
                let body = self.node(*body, depth);
                // Where a round can go one way only, it does not matter how many there are.
                let once = body == Ways::one();
                let rounds = if once { Ways::one() } else { Ways::some() };
                lists.and(rounds)
            }
            Node::Call(rule, arguments) => self
                .exprs(arguments, depth)
                .and(self.call(*rule, depth + 1)),
            Node::Within(_, body)
            | Node::Only(_, body)
            | Node::Scope { body, .. }
            | Node::Full(body)
            | Node::Context(_, body) => self.node(*body, depth),
            Node::Narrow(columns, body) => self.expr(*columns, depth).and(self.node(*body, depth)),
            Node::Place(expr) | Node::Let(_, expr) | Node::Effect(_, expr) => {
                self.expr(*expr, depth)
            }
            Node::Bind(exprs) | Node::Return(exprs) => self.exprs(exprs, depth),
        }
    }

    fn choice(&mut self, choice: usize, depth: u32) -> Ways {
        let program = self.program;
        let Some(choice) = program.choices.get(choice) else {
            return Ways::one();
        };
        let mut exact = true;
        let depths: Vec<Option<u32>> = choice
            .alternatives
            .iter()
            .map(|alternative| {
                let (least, known) = self.depth_of(alternative.demand);
                exact &= known;
                least
            })
            .collect();
        let weighed = |at: usize| choice.alternatives[at].weight > 0;
        let mut candidates: Vec<usize> = (0..depths.len())
            .filter(|&at| weighed(at) && self.fits(depths[at], depth))
            .collect();
        if candidates.is_empty() {
            let least = depths.iter().flatten().min();
            candidates = (0..depths.len())
                .filter(|&at| depths[at].as_ref() == least)
                .collect();
        }
        let none = Ways::of(0u8);
        let ways = candidates.into_iter().fold(none, |ways, at| {
            ways.or(self.node(choice.alternatives[at].body, depth))
        });
        Ways {
            exact: ways.exact && exact,
            ..ways
        }
    }

    fn repeat(&mut self, count: &Count, demand: DemandId, body: NodeId, depth: u32) -> Ways {
        let (least, exact) = self.depth_of(demand);
        let Some(low) = self.constant(count.low).map(|low| low.max(0) as u64) else {
            return Ways::some();
        };
        let high = match count.high {
            None => low + 7,
            Some(high) => match self.constant(high) {
                Some(high) => (high.max(0) as u64).max(low),
                None => return Ways::some(),
            },
        };
        let body = self.node(body, depth);
        let ways = if self.fits(least, depth) {
            body.repeated(low, high)
        } else if least.is_some() {
            body.repeated(low, low)
        } else {
            Ways::one()
        };
        Ways {
            exact: ways.exact && exact,
            ..ways
        }
    }

    /// Within how many nested calls what has a demand can end, if it can, and whether that is known.
    fn depth_of(&self, demand: DemandId) -> (Option<u32>, bool) {
        let Some(demand) = self.program.demands.get(demand.index()) else {
            return (None, true);
        };
        let mut least = None;
        let mut exact = true;
        for clause in &demand.clauses {
            let mut holds = true;
            for atom in &clause.atoms {
                match atom {
                    Atom::Guard(guard) => {
                        holds &= self.guards.get(*guard as usize).copied().unwrap_or(false);
                    }
                    _ => exact = false,
                }
            }
            if holds && least.is_none_or(|least| clause.depth < least) {
                least = Some(clause.depth);
            }
        }
        (least, exact)
    }

    /// Whether a way on fits the budget.
    fn fits(&self, least: Option<u32>, depth: u32) -> bool {
        least.is_some_and(|least| {
            self.budget
                .is_none_or(|budget| depth.saturating_add(least) <= budget)
        })
    }

    fn exprs(&mut self, exprs: &[ExprId], depth: u32) -> Ways {
        exprs
            .iter()
            .fold(Ways::one(), |ways, &expr| ways.and(self.expr(expr, depth)))
    }

    fn expr(&mut self, id: ExprId, depth: u32) -> Ways {
        let program = self.program;
        let Some(expr) = program.exprs.get(id.index()) else {
            return Ways::one();
        };
        match expr {
            Expr::Slot(_) | Expr::Int(_) | Expr::Bool(_) | Expr::Str(_) | Expr::Type(_) => {
                Ways::one()
            }
            Expr::Let(_, left, right) | Expr::Arithmetic(_, left, right) => {
                self.exprs(&[*left, *right], depth)
            }
            Expr::Field(of, _) => self.expr(*of, depth),
            Expr::Draw(site) => self.draw(site.index()),
            Expr::DrawList { .. } => Ways::some(),
            Expr::Generate { item, count } => {
                let high = count
                    .high
                    .map_or(Some(None), |high| self.constant(high).map(Some));
                let (Some(low), Some(high)) = (self.constant(count.low), high) else {
                    return Ways::some();
                };
                let low = low.max(0) as u64;
                let high = high.map_or(low + 7, |high| (high.max(0) as u64).max(low));
                self.expr(*item, depth).repeated(low, high)
            }
            Expr::Builtin(builtin, arguments) => self.builtin(*builtin, arguments, depth),
            Expr::Call(rule, arguments) => self
                .exprs(arguments, depth)
                .and(self.call(*rule, depth + 1)),
            Expr::Extern(_, values) => self.exprs(values, depth).and(Ways::some()),
            Expr::List(values) => self.exprs(values, depth),
            Expr::Text(body) => self.node(*body, depth),
        }
    }

    /// A draw from the schema: known where nothing is asked of what is drawn.
    fn draw(&self, site: usize) -> Ways {
        let (Some(site), Some(model)) = (self.program.sites.get(site), self.model) else {
            return Ways::some();
        };
        let free = self
            .program
            .demands
            .get(site.demand.index())
            .is_some_and(|demand| demand.clauses.iter().any(|clause| clause.atoms.is_empty()));
        let count = match &site.domain {
            rqg_runtime::demand::Domain::Tables if free => {
                let tables = model.tables.iter();
                let base = tables.filter(|table| {
                    matches!(table.kind, TableKind::Table | TableKind::Partitioned)
                });
                base.count()
            }
            rqg_runtime::demand::Domain::ForeignKeys if free => model.foreign_keys.len(),
            _ => return Ways::some(),
        };
        Ways::of(count)
    }

    fn constant(&self, expr: ExprId) -> Option<i64> {
        match self.program.exprs.get(expr.index())? {
            Expr::Int(number) => Some(*number),
            _ => None,
        }
    }
}

/// The derivations of a rule within each budget from 1 to the default one.
#[must_use]
pub fn by_budget(
    program: &Program,
    settings: &Settings,
    model: Option<&Model>,
    rule: RuleId,
) -> Vec<Ways> {
    (1..=DEFAULT_BUDGET)
        .map(|budget| Space::new(program, settings, model, Some(budget)).rule(rule))
        .collect()
}
