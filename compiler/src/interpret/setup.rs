//! From a program to a plan, and what can be wrong when a run starts.

mod explain;

use super::{Settings, reach};
use crate::diagnostics::{Code, Diagnostic};
use crate::hir::DialectTest;
use crate::ir::{DialectGuard, Node, NodeId, Program, RuleId};
use crate::source::Span;
use rqg_runtime::dialect::Dialect;
use rqg_runtime::plan::{Alternative, Candidates, Plan, Setup, Site, dialect_holds};
use rqg_runtime::schema::model::Model;
use std::sync::Arc;

fn dialect_test_holds(dialect: &Dialect, test: &DialectTest) -> bool {
    let bound = test.bound.as_ref();
    let bound = bound.map(|(comparison, version)| (*comparison, version.as_slice()));
    dialect_holds(dialect, &test.dialect, bound)
}

/// What grammar and settings decide: the start rule, the dialect, extern fns.
pub(super) fn check(program: &Program, settings: &Settings) -> Result<RuleId, Vec<Diagnostic>> {
    let named = |name: &str| program.rules.iter().position(|rule| rule.name == name);
    let Some(start) = named(&settings.start) else {
        let mut known: Vec<&str> = program
            .rules
            .iter()
            .filter(|rule| rule.main && rule.params == 0 && !rule.returns)
            .map(|rule| rule.name.as_str())
            .collect();
        known.dedup();
        let message = format!("no rule is named `{}`", settings.start);
        let mut found = Diagnostic::new(Code::UnknownStartRule, Span::default(), message);
        if !known.is_empty() {
            found = found.help(format!("rules to start from: {}", known.join(", ")));
        }
        return Err(vec![found]);
    };
    let mut found = Vec::new();
    let rule = &program.rules[start];
    if rule.params > 0 || rule.returns {
        found.push(
            Diagnostic::new(
                Code::StartRuleParameters,
                rule.span,
                format!("`{}` cannot be the start rule", rule.name),
            )
            .label("a start rule has no parameters and derives text"),
        );
    }
    if !program.dialects.is_empty()
        && !program
            .dialects
            .iter()
            .any(|test| dialect_test_holds(&settings.dialect, test))
    {
        found.push(
            Diagnostic::new(
                Code::DialectNotSupported,
                program.dialects[0].span,
                format!("the grammar does not support {}", settings.dialect),
            )
            .label("the dialects that it supports"),
        );
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
                    name.map_or("?", String::as_str)
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

/// Decides what the run decides.
pub(super) fn plan(program: &Program, model: Arc<Model>, settings: Settings) -> Plan {
    let guards = program.guards.iter().map(|guard| match guard {
        DialectGuard::Dialect(test, wanted) => {
            dialect_test_holds(&settings.dialect, test) == *wanted
        }
        DialectGuard::Feature(name, wanted) => settings.features.contains(name) == *wanted,
    });
    let guards = guards.collect();
    Plan::new(Setup {
        model,
        guards,
        dialect: settings.dialect,
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
    if plan.start_depth(rule.demand.0).is_some() || an_alternative_holds(program, plan, rule.body) {
        return Ok(());
    }
    let mut found = Diagnostic::new(
        Code::SchemaLacks,
        rule.span,
        format!("the schema lacks what rule `{}` needs", rule.name),
    )
    .label("no alternative can be derived with this schema and dialect");
    let mut told = Vec::new();
    for site in reach::from(program, start).sites {
        if let Some(planned) = plan.site(site.0)
            && let Candidates::Fixed { list, .. } = &planned.candidates
            && list.is_empty()
            && let Some(site) = program.sites.get(site.index())
            // A rule may have several instances.
            && !told.contains(&site.span)
        {
            told.push(site.span);
            found = found.also(site.span, explain::draw(&site.domain));
        }
    }
    let demand = program.demands.get(rule.demand.index());
    for line in demand
        .map(|demand| explain::missing(plan, demand))
        .unwrap_or_default()
    {
        found = found.help(line);
    }
    Err(vec![found])
}

/// Whether a body is a choice with an alternative that can be derived. A rule's own demand may be
/// narrower than those of its alternatives, since the number of its clauses is limited.
fn an_alternative_holds(program: &Program, plan: &Plan, body: NodeId) -> bool {
    let Some(Node::Choice(choice)) = program.nodes.get(body.index()) else {
        return false;
    };
    program.choices.get(choice.index()).is_some_and(|choice| {
        let mut alternatives = choice.alternatives.iter();
        alternatives.any(|alternative| plan.start_depth(alternative.demand.0).is_some())
    })
}
