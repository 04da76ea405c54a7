//! Derives small rules within their callers.
//!
//! AFTER inlining: no call leads to a rule that takes, binds and returns nothing, is small and calls
//! nothing that calls it. Such a rule nests no deeper than its caller and takes no fuel.

use super::terminal;
use crate::interpret::reach::{Part, children};
use crate::ir::{Node, NodeId, Program, RuleId};

/// The most nodes and expressions of a rule that is inlined, what is inlined in it included.
const LARGEST: usize = 24;

/// How deeply rules that are inlined may nest.
const LEVELS: usize = 32;

/// What is known of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Known {
    /// Nothing yet.
    Unseen,
    /// It is being looked at: whoever calls it now is called by it.
    Open,
    /// It is inlined, and so large.
    Inlined(usize),
    /// It is called.
    Called,
}

/// Inlines what can be.
pub(super) fn run(program: &mut Program) {
    let mut known = vec![Known::Unseen; program.rules.len()];
    for rule in 0..program.rules.len() {
        look_at(program, RuleId(rule as u32), LEVELS, &mut known);
    }
    for node in 0..program.nodes.len() {
        if let Node::Call(rule, arguments) = &program.nodes[node]
            && arguments.is_empty()
            && let Some(Known::Inlined(_)) = known.get(rule.index())
        {
            let body = program.rules[rule.index()].body;
            program.nodes[node] = Node::Within(*rule, body);
        }
    }
}

/// Decides whether a rule is inlined; what it calls is decided first, down to so many levels.
fn look_at(program: &Program, id: RuleId, levels: usize, known: &mut [Known]) {
    let (Some(rule), Some(Known::Unseen)) = (program.rules.get(id.index()), known.get(id.index()))
    else {
        return;
    };
    if rule.params > 0 || rule.slots > 0 || rule.returns {
        known[id.index()] = Known::Called;
        return;
    }
    known[id.index()] = Known::Open;
    let mut size = 0;
    let mut open = vec![Part::Node(rule.body)];
    let mut called = Vec::new();
    while let Some(part) = open.pop() {
        size += 1;
        // It takes no more room than one literal, however many it chooses among.
        if is_choice_of_literals(program, part) {
            continue;
        }
        if size > LARGEST {
            known[id.index()] = Known::Called;
            return;
        }
        children(program, part, &mut |child| match child {
            Part::Rule(rule) => called.push(rule),
            other => open.push(other),
        });
    }
    for callee in called {
        if levels > 0 {
            look_at(program, callee, levels - 1, known);
        }
        match known.get(callee.index()) {
            Some(Known::Inlined(inside)) => size += inside,
            Some(Known::Called) => {}
            _ => size = usize::MAX / 2,
        }
    }
    known[id.index()] = if size <= LARGEST {
        Known::Inlined(size)
    } else {
        Known::Called
    };
}

fn is_choice_of_literals(program: &Program, part: Part) -> bool {
    let Part::Node(node) = part else {
        return false;
    };
    let Some(Node::Choice(choice)) = program.nodes.get(node.index()) else {
        return false;
    };
    program.choices.get(choice.index()).is_some_and(|choice| {
        let mut alternatives = choice.alternatives.iter();
        alternatives.all(|found| terminal(program, found.body).is_some())
    })
}

/// The body of a node that only says what it is written in: a rule, or an alternative.
pub(super) fn within(program: &Program, node: NodeId) -> Option<NodeId> {
    match program.nodes.get(node.index()) {
        Some(Node::Within(_, body) | Node::Only(_, body)) => Some(*body),
        _ => None,
    }
}
