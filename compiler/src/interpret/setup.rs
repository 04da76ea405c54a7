//! From a program to a plan, and what can be wrong when a run starts.

use super::{Settings, reach};
use crate::diagnostics::{Code, Diagnostic};
use crate::hir::DialectTest;
use crate::ir::{DialectGuard, Program, RuleId};
use crate::source::Span;
use rqg_runtime::demand::Demand;
use rqg_runtime::dialect::Dialect;
use rqg_runtime::plan::{Alternative, Plan, Setup, Site, dialect_holds};
use rqg_runtime::run::{SetupError, Stack, explain};
use rqg_runtime::schema::model::Model;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What one level of the walk takes at most, in bytes: measured, and generously rounded up. Without
/// optimisation frames are several times larger.
const BYTES_PER_LEVEL: usize = if cfg!(debug_assertions) { 2048 } else { 768 };

/// The stack that derivations of a program need.
pub(super) fn stack(program: &Program, budget: u32) -> Stack {
    let deepest = program.rules.iter().map(|rule| rule.min_depth).max();
    let per_call = BYTES_PER_LEVEL.saturating_mul(reach::levels(program) + 2);
    Stack::new(deepest.unwrap_or(0), budget, per_call)
}

/// An error of the set-up at its place in the grammar.
fn diagnostic(code: Code, span: Span, error: &SetupError) -> Diagnostic {
    let mut found = Diagnostic::new(code, span, error.message());
    if let Some(label) = error.label() {
        found = found.label(label);
    }
    error.help().into_iter().fold(found, Diagnostic::help)
}

fn dialect_test_holds(dialect: &Dialect, test: &DialectTest) -> bool {
    let bound = test.bound.as_ref();
    let bound = bound.map(|(comparison, version)| (*comparison, version.as_slice()));
    dialect_holds(dialect, &test.dialect, bound)
}

/// Whether a guard holds in a run for this dialect among others.
fn guard_holds(guard: &DialectGuard, dialect: &Dialect, features: &BTreeSet<String>) -> bool {
    let holds_here = |guard: &DialectGuard| guard_holds(guard, dialect, features);
    match guard {
        DialectGuard::Dialect(test, wanted) => dialect_test_holds(dialect, test) == *wanted,
        DialectGuard::Feature(name, wanted) => features.contains(name) == *wanted,
        DialectGuard::Any(guards) => guards.iter().any(holds_here),
        DialectGuard::All(guards) => guards.iter().all(holds_here),
    }
}

/// What grammar and settings decide: the start rule, the dialect, extern fns.
pub(super) fn check(program: &Program, settings: &Settings) -> Result<RuleId, Vec<Diagnostic>> {
    let named = |name: &str| program.rules.iter().position(|rule| rule.name == name);
    let Some(start) = named(&settings.start) else {
        let mut known: Vec<String> = program
            .rules
            .iter()
            .filter(|rule| rule.main && rule.params == 0 && !rule.returns)
            .map(|rule| rule.name.clone())
            .collect();
        known.dedup();
        let error = SetupError::UnknownRule {
            name: settings.start.clone(),
            known,
        };
        let found = diagnostic(Code::UnknownStartRule, Span::default(), &error);
        return Err(vec![found]);
    };
    let mut found = Vec::new();
    let rule = &program.rules[start];
    if rule.params > 0 || rule.returns {
        let error = SetupError::StartRule(rule.name.clone());
        found.push(diagnostic(Code::StartRuleParameters, rule.span, &error));
    }
    if let Some(first) = program.dialects.first() {
        for dialect in settings.dialects() {
            let mut tests = program.dialects.iter();
            if !tests.any(|test| dialect_test_holds(dialect, test)) {
                let error = SetupError::Dialect(dialect.clone());
                found.push(diagnostic(Code::DialectNotSupported, first.span, &error));
            }
        }
    }
    let start = RuleId(start as u32);
    for (node, function) in reach::from(program, start).externs {
        let name = program.externs.get(function as usize);
        let span = program.node_spans.get(node.index());
        found.push(
            Diagnostic::new(
                Code::ExternNeedsNative,
                span.copied().unwrap_or_default(),
                format!(
                    "the extern fn `{}` needs the native backend",
                    name.map_or("?", |function| function.name.as_str())
                ),
            )
            .label("called here")
            .help(
                "compile the grammar with `rqgc compile`, or start from a rule that does without",
            ),
        );
    }
    if found.is_empty() {
        Ok(start)
    } else {
        Err(found)
    }
}

/// Which guards on dialects and features hold: in all dialects of the run.
pub(crate) fn guards(program: &Program, settings: &Settings) -> Vec<bool> {
    let holds = |guard: &DialectGuard| {
        let mut dialects = settings.dialects();
        dialects.all(|dialect| guard_holds(guard, dialect, &settings.features))
    };
    program.guards.iter().map(holds).collect()
}

/// Decides what the run decides.
pub(super) fn plan(program: &Program, model: Arc<Model>, settings: Settings) -> Plan {
    let guards = guards(program, &settings);
    Plan::new(Setup {
        model,
        guards,
        postgresql_major: settings.postgresql_major(),
        demands: program.demands.clone(),
        sites: program
            .sites
            .iter()
            .map(|site| Site {
                domain: site.domain.clone(),
                demand: site.demand.0,
            })
            .collect(),
        choices: program
            .choices
            .iter()
            .map(|choice| {
                let alternatives = choice.alternatives.iter();
                alternatives
                    .map(|alternative| Alternative {
                        weight: alternative.weight,
                        demand: alternative.demand.0,
                        min_depth: alternative.min_depth,
                    })
                    .collect()
            })
            .collect(),
        regexes: program.regexes.clone(),
        run_tag: settings.run_tag,
        budget: settings.budget,
        data_seed: settings.data_seed,
        key_offset: settings.key_offset,
    })
}

/// Whether the schema meets what the start rule requires; if not, which of its draws find nothing.
pub(super) fn check_schema(
    program: &Program,
    plan: &Plan,
    start: RuleId,
) -> Result<(), Vec<Diagnostic>> {
    let Some(rule) = program.rules.get(start.index()) else {
        return Ok(());
    };
    let choice = rule.choice(program).map(|choice| choice.0);
    if plan.can_start(rule.demand.0, choice) {
        return Ok(());
    }
    let never = Demand::default();
    let demand = program.demands.get(rule.demand.index()).unwrap_or(&never);
    let error = SetupError::schema_lacks(&rule.name, Vec::new(), plan, demand);
    let mut found = diagnostic(Code::SchemaLacks, rule.span, &error);
    let mut told = Vec::new();
    for site in reach::from(program, start).sites {
        if plan.finds_nothing(site.0)
            && let Some(site) = program.sites.get(site.index())
            // A rule may have several instances.
            && !told.contains(&site.span)
        {
            told.push(site.span);
            found = found.also(site.span, explain::draw(&site.domain));
        }
    }
    Err(vec![found])
}
