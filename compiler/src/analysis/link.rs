//! Joins the rules of all modules into one grammar.
//!
//! AFTER [`link`]: the grammar holds every rule of the main file and whatever these reach, overrides
//! applied, numbered anew; rules of the main file that the start rule never reaches were reported.

use super::StartRule;
use super::names::Names;
use super::walk;
use crate::diagnostics::{Code, Diagnostic, Diagnostics};
use crate::hir::{self, RuleId};

/// Fills `grammar.rules`. `rules` is parallel to the entries of `names`, whose numbers their calls
/// use. `sound`: no error was found, so that what is not reached is known.
pub(super) fn link(
    grammar: &mut hir::Grammar,
    mut rules: Vec<hir::Rule>,
    names: &Names<'_>,
    start: &StartRule<'_>,
    sound: bool,
    diagnostics: &mut Diagnostics,
) {
    let mut edges = Vec::with_capacity(rules.len());
    for rule in &mut rules {
        let mut targets = Vec::new();
        walk::calls_mut(&mut rule.body, &mut |called| {
            targets.push(called.0 as usize);
        });
        edges.push(targets);
    }
    let mut kept: Vec<bool> = (0..rules.len())
        .map(|i| rules[i].main && !names.is_replaced(i))
        .collect();
    walk::spread(&mut kept, &edges);
    if let (StartRule::Known(start), true) = (start, sound) {
        report_unreachable(&rules, &edges, start, diagnostics);
    }
    let mut numbers = vec![RuleId(0); rules.len()];
    let mut next = 0;
    for (i, number) in numbers.iter_mut().enumerate() {
        if kept[i] {
            *number = RuleId(next);
            next += 1;
        }
    }
    for (i, mut rule) in rules.into_iter().enumerate() {
        if kept[i] {
            walk::calls_mut(&mut rule.body, &mut |called| {
                *called = numbers[called.0 as usize];
            });
            grammar.rules.push(rule);
        }
    }
}

fn report_unreachable(
    rules: &[hir::Rule],
    edges: &[Vec<usize>],
    start: &str,
    diagnostics: &mut Diagnostics,
) {
    let mut reached: Vec<bool> = rules
        .iter()
        .map(|rule| rule.main && rule.name == start)
        .collect();
    walk::spread(&mut reached, edges);
    for (rule, _) in rules
        .iter()
        .zip(reached)
        .filter(|(rule, reached)| rule.main && !reached)
    {
        let message = format!("`{start}` never reaches the rule `{}`", rule.name);
        diagnostics.push(
            Diagnostic::new(Code::UnreachableRule, rule.span, message)
                .help("use it, remove it, or start with it (`--rule`)"),
        );
    }
}
