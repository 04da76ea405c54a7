//! From the tables of a grammar to a plan, and what can be wrong when a run starts.

use super::tables::{DialectTest, Guard, Tables, demand};
use crate::dialect::Dialect;
use crate::plan::{Plan, Setup, Site, dialect_holds};
use crate::run::{Settings, SetupError, Stack, UnmetDraw, explain};
use crate::schema::model::Model;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What one part of a frame takes at most, in bytes: measured, and generously rounded up. Without
/// optimisation frames are several times larger.
const BYTES_PER_PART: usize = if cfg!(debug_assertions) { 128 } else { 64 };

/// What the frame of a call takes whatever is in it.
const BYTES_PER_CALL: usize = 1024;

fn holds(dialect: &Dialect, test: &DialectTest) -> bool {
    dialect_holds(dialect, test.dialect, test.bound)
}

/// Whether a guard holds in a run for this dialect among others.
fn guard_holds(guard: &Guard, dialect: &Dialect, features: &BTreeSet<String>) -> bool {
    let holds_here = |guard: &Guard| guard_holds(guard, dialect, features);
    match guard {
        Guard::Dialect(test, wanted) => holds(dialect, test) == *wanted,
        Guard::Feature(name, wanted) => features.contains(*name) == *wanted,
        Guard::Any(guards) => guards.iter().any(holds_here),
        Guard::All(guards) => guards.iter().all(holds_here),
    }
}

/// What grammar and settings decide: the index of the start rule.
pub(super) fn check(tables: &Tables, settings: &Settings) -> Result<usize, Vec<SetupError>> {
    let named = |name: &str| tables.rules.iter().position(|rule| rule.name == name);
    let Some(start) = named(&settings.start) else {
        let startable = tables.rules.iter().filter(|rule| rule.main && rule.start);
        let mut known: Vec<String> = startable.map(|rule| rule.name.to_owned()).collect();
        known.dedup();
        return Err(vec![SetupError::UnknownRule {
            name: settings.start.clone(),
            known,
        }]);
    };
    let mut found = Vec::new();
    if !tables.rules[start].start {
        found.push(SetupError::StartRule(settings.start.clone()));
    }
    for dialect in settings.dialects() {
        let supported = |test| holds(dialect, test);
        if !tables.dialects.is_empty() && !tables.dialects.iter().any(supported) {
            found.push(SetupError::Dialect(dialect.clone()));
        }
    }
    if found.is_empty() {
        Ok(start)
    } else {
        Err(found)
    }
}

/// Decides what the run decides.
pub(super) fn plan(tables: &Tables, model: Arc<Model>, settings: Settings) -> Plan {
    let guards = tables.guards.iter().map(|guard| {
        let mut dialects = settings.dialects();
        dialects.all(|dialect| guard_holds(guard, dialect, &settings.features))
    });
    let guards = guards.collect();
    Plan::new(Setup {
        model,
        guards,
        postgresql_major: settings.postgresql_major(),
        demands: tables
            .demands
            .iter()
            .map(|clauses| demand(clauses))
            .collect(),
        sites: tables
            .sites
            .iter()
            .map(|site| Site {
                domain: site.domain.owned(),
                demand: site.demand,
            })
            .collect(),
        choices: tables
            .choices
            .iter()
            .map(|choice| choice.to_vec())
            .collect(),
        regexes: tables
            .regexes
            .iter()
            .map(|&regex| regex.to_owned())
            .collect(),
        run_tag: settings.run_tag,
        budget: settings.budget,
        data_seed: settings.data_seed,
        key_offset: settings.key_offset,
    })
}

/// Whether the schema meets what the start rule requires; if not, which of its draws find nothing.
pub(super) fn check_schema(
    tables: &Tables,
    plan: &Plan,
    start: usize,
) -> Result<(), Vec<SetupError>> {
    let Some(rule) = tables.rules.get(start) else {
        return Ok(());
    };
    if plan.can_start(rule.demand, rule.choice) {
        return Ok(());
    }
    let reached = reached(tables, start);
    let rules = tables.rules.iter().zip(&reached).filter(|(_, is)| **is);
    let mut draws: Vec<u32> = rules.flat_map(|(rule, _)| rule.draws).copied().collect();
    draws.sort_unstable();
    draws.dedup();
    let sites = draws
        .into_iter()
        .filter(|&draw| plan.finds_nothing(draw))
        .filter_map(|draw| tables.sites.get(draw as usize));
    let mut unmet: Vec<UnmetDraw> = Vec::new();
    for site in sites {
        // A rule may have several instances.
        if !unmet.iter().any(|told| told.place == site.place) {
            unmet.push(UnmetDraw {
                place: site.place.to_owned(),
                message: explain::draw(&site.domain.owned()),
            });
        }
    }
    let clauses = tables.demands.get(rule.demand as usize);
    let demand = demand(clauses.copied().unwrap_or_default());
    Err(vec![SetupError::schema_lacks(
        rule.name, unmet, plan, &demand,
    )])
}

/// The stack that derivations need.
pub(super) fn stack(tables: &Tables, budget: u32) -> Stack {
    let deepest = tables.rules.iter().map(|rule| rule.min_depth).max();
    let per_call = tables.frame.saturating_mul(BYTES_PER_PART) + BYTES_PER_CALL;
    Stack::new(deepest.unwrap_or(0), budget, per_call)
}

/// By rule: whether derivations of a start rule may come to it.
pub(super) fn reached(tables: &Tables, start: usize) -> Vec<bool> {
    let mut reached = vec![false; tables.rules.len()];
    let mut open = vec![start];
    while let Some(rule) = open.pop() {
        let known = reached.get_mut(rule);
        if known.is_some_and(|known| !std::mem::replace(known, true)) {
            let calls = tables.rules[rule].calls.iter();
            open.extend(calls.map(|&callee| callee as usize));
        }
    }
    reached
}
