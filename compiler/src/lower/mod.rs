//! From the checked grammar to the program: recursion, size, requirement inference, emission.
//!
//! AFTER lowering: every rule ends; every alternative and draw knows what it demands; what a grammar
//! demands of the schema is the demand of its start rule, which a run evaluates before its first unit.

mod builder;
mod formula;
mod guards;
mod infer;
mod recursion;
mod size;
#[cfg(test)]
mod tests;

pub(crate) use infer::{OPEN_REPETITION, constant};
pub use size::RuleSize;

use crate::diagnostics::{Code, Diagnostic, Diagnostics};
use crate::hir::Grammar;
use crate::ir::{Program, Rule};
use crate::passes;
use infer::Inference;
use recursion::CallGraph;

/// Lowers a checked grammar and runs the passes over the program. `None` after errors, which are
/// reported.
pub fn lower(grammar: &Grammar, diagnostics: &mut Diagnostics) -> Option<Program> {
    let mut program = without_passes(grammar, diagnostics)?;
    passes::run(&mut program);
    program.fingerprint = fingerprint(&program);
    Some(program)
}

/// Lowers a checked grammar.
pub(crate) fn without_passes(grammar: &Grammar, diagnostics: &mut Diagnostics) -> Option<Program> {
    let graph = CallGraph::new(grammar);
    recursion::check_termination(grammar, &graph, diagnostics);
    warn_infinite(grammar, &graph, diagnostics);
    let mut inference = Inference::new(grammar, graph.component.clone());
    inference.solve();
    inference.retract();
    let program = emit(grammar, &mut inference);
    check_satisfiable(grammar, &graph, &inference, diagnostics);
    // What cannot end is never available: that much was said.
    let said = diagnostics.has_errors();
    let found = std::mem::take(&mut inference.diagnostics).into_iter();
    // What steering makes superfluous is no fault of the grammar.
    let said = said || grammar.steered;
    for found in found.filter(|found| !said || found.code != Code::LeftoverAlternative) {
        diagnostics.push(found);
    }
    (!diagnostics.has_errors()).then_some(program)
}

/// What lowering can say of a grammar that has errors already: rules that never end.
pub fn check_unsound(grammar: &Grammar, diagnostics: &mut Diagnostics) {
    recursion::check_termination(grammar, &CallGraph::new(grammar), diagnostics);
}

/// Expected sizes of all rules, by rule index.
#[must_use]
pub fn sizes(grammar: &Grammar) -> Vec<RuleSize> {
    size::sizes(grammar, &CallGraph::new(grammar))
}

/// The rules that each rule calls, by index, ascending, each once.
pub(crate) fn callees(grammar: &Grammar) -> Vec<Vec<u32>> {
    CallGraph::new(grammar).callees
}

/// For each rule, by index, whether it is reached from the given one.
#[must_use]
pub fn reached_from(grammar: &Grammar, start: usize) -> Vec<bool> {
    let graph = CallGraph::new(grammar);
    let mut reached = vec![false; grammar.rules.len()];
    let mut open = vec![start];
    while let Some(rule) = open.pop() {
        if !std::mem::replace(&mut reached[rule], true) {
            open.extend(graph.callees[rule].iter().map(|&callee| callee as usize));
        }
    }
    reached
}

fn warn_infinite(grammar: &Grammar, graph: &CallGraph, diagnostics: &mut Diagnostics) {
    let ends = recursion::terminating(grammar, graph);
    for id in size::supercritical(grammar, graph) {
        let rule = &grammar.rules[id];
        if !ends[id] || !rule.main {
            continue;
        }
        diagnostics.push(
            Diagnostic::new(
                Code::InfiniteSize,
                rule.span,
                format!("rule `{}` has an infinite expected size", rule.name),
            )
            .label("its weights make it call itself once or more on average")
            .help("give alternatives that end greater weights; until then the depth budget cuts derivations short"),
        );
    }
}

/// Reports rules whose requirements nothing can meet, unless an endless recursion is the cause.
fn check_satisfiable(
    grammar: &Grammar,
    graph: &CallGraph,
    inference: &Inference<'_>,
    diagnostics: &mut Diagnostics,
) {
    let ends = recursion::terminating(grammar, graph);
    let never = |id: usize| inference.instances[id].demand.is_never();
    // Of a grammar that is steered parts may be left that nothing can meet, and that are not used.
    let is_needed = grammar.start.is_some_and(|start| never(start.0 as usize));
    if grammar.steered && !is_needed {
        return;
    }
    for (id, rule) in grammar.rules.iter().enumerate() {
        if !never(id) || !ends[id] {
            continue;
        }
        // Where a callee (outside of its own cycle) is the cause, that one is reported.
        let blamed = graph.callees[id].iter().any(|&callee| {
            graph.component[callee as usize] != graph.component[id] && never(callee as usize)
        });
        // What cannot be pushed back is reported with its own, nearer place.
        let not_pushable = inference.diagnostics.iter().any(|found| {
            let (place, body) = (found.primary.span, rule.body.span);
            found.code == Code::NotPushable
                && place.source == body.source
                && (body.start..body.end).contains(&place.start)
        });
        if blamed || not_pushable {
            continue;
        }
        let found = Diagnostic::new(
            Code::Unsatisfiable,
            rule.span,
            format!("nothing can meet what rule `{}` requires", rule.name),
        )
        .label("no alternative can be derived, whatever the schema");
        diagnostics.push(if grammar.steered {
            found.help("--only, --without and --weight leave no alternative that can be")
        } else {
            found.help(
                "an alternative is needed whose draws and guards do not contradict each other",
            )
        });
    }
}

fn emit(grammar: &Grammar, inference: &mut Inference<'_>) -> Program {
    let mut rules = Vec::with_capacity(inference.instances.len());
    let mut id = 0;
    // Emitting may meet an instance that inference had no need of.
    while id < inference.instances.len() {
        let emitted = inference.emit(id);
        let instance = &inference.instances[id];
        let source = &grammar.rules[instance.rule.0 as usize];
        let demand = instance.demand.clone();
        rules.push(Rule {
            name: source.name.clone(),
            span: source.span,
            main: source.main,
            params: source.params + instance.extras,
            slots: emitted.slots,
            results: source.results.clone(),
            returns: source.returns,
            body: emitted.body,
            min_depth: demand
                .clauses
                .iter()
                .map(|clause| clause.depth)
                .max()
                .unwrap_or(0),
            demand: inference.builder.demand(&demand),
        });
        id += 1;
    }
    let builder = &mut inference.builder;
    Program {
        name: grammar.name.clone(),
        rules,
        nodes: std::mem::take(&mut builder.nodes),
        node_spans: std::mem::take(&mut builder.node_spans),
        exprs: std::mem::take(&mut builder.exprs),
        literals: std::mem::take(&mut builder.literals),
        choices: std::mem::take(&mut builder.choices),
        sites: std::mem::take(&mut builder.sites),
        demands: std::mem::take(&mut builder.demands),
        guards: std::mem::take(&mut builder.guards),
        regexes: std::mem::take(&mut builder.regexes),
        contexts: grammar.contexts.clone(),
        externs: grammar.externs.clone(),
        dialects: grammar.dialects.clone(),
        schema: grammar.schema.clone(),
        terminator: grammar.terminator.clone(),
        fingerprint: 0,
    }
}

/// A fingerprint of what decides the output; places in the source do not.
fn fingerprint(program: &Program) -> u64 {
    use std::fmt::Write as _;
    let mut text = String::new();
    let rules = program.rules.iter().map(|rule| {
        (
            &rule.name,
            rule.params,
            rule.slots,
            rule.returns,
            rule.body,
            rule.demand,
        )
    });
    let choices = program.choices.iter().map(|choice| {
        choice
            .alternatives
            .iter()
            .map(|alternative| (alternative.weight, alternative.demand, alternative.body))
            .collect::<Vec<_>>()
    });
    let sites = program.sites.iter().map(|site| (&site.domain, site.demand));
    // Writing to a String can't fail.
    let _ = write!(
        text,
        "{:?}{:?}{:?}{:?}{:?}{:?}{:?}{:?}{:?}{:?}",
        rules.collect::<Vec<_>>(),
        program.nodes,
        program.exprs,
        program.literals,
        choices.collect::<Vec<_>>(),
        sites.collect::<Vec<_>>(),
        program.demands,
        program.regexes,
        program.contexts,
        program.terminator,
    );
    for guard in &program.guards {
        let _ = match guard {
            crate::ir::DialectGuard::Dialect(test, positive) => {
                write!(text, "{}{:?}{positive}", test.dialect, test.bound)
            }
            crate::ir::DialectGuard::Feature(name, positive) => write!(text, "{name}{positive}"),
            several => write!(text, "{several:?}"),
        };
    }
    xxhash_rust::xxh3::xxh3_64(text.as_bytes())
}
