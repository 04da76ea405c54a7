//! Alternatives that may print the same.
//!
//! Two alternatives look alike if they are the same but for the values that they place or hand over,
//! and a value alone looks like any other one and like any literal.

use crate::ir::{Choice, Expr, LiteralId, Node, NodeId, Program, RuleId};
use std::collections::HashSet;

/// What an alternative looks like.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Look {
    Literal(LiteralId),
    /// Any value.
    Value,
    Call(RuleId),
    Open(&'static str),
    Close,
    /// A choice, by its number.
    Choice(u32),
}

/// Whether two alternatives that can be chosen look alike.
pub(super) fn has_alike(program: &Program, choice: &Choice) -> bool {
    let mut seen = HashSet::new();
    let mut values = 0;
    let mut literals = 0;
    for alternative in &choice.alternatives {
        let mut look = Vec::new();
        look_of(program, alternative.body, &mut look);
        match look.as_slice() {
            [Look::Value] => values += 1,
            [] | [Look::Literal(_)] => literals += 1,
            _ => {}
        }
        if !seen.insert(spelled(program, look)) {
            return true;
        }
    }
    values > 1 || (values == 1 && literals > 0)
}

/// Whether nothing of what a node derives can be seen.
pub(super) fn is_empty(program: &Program, node: NodeId) -> bool {
    let mut look = Vec::new();
    look_of(program, node, &mut look);
    look.is_empty()
}

/// Equal literals may have different numbers.
fn spelled(program: &Program, look: Vec<Look>) -> Vec<(Option<&str>, Option<Look>)> {
    let spell = |look| match look {
        Look::Literal(literal) => {
            let text = program.literals.get(literal.index());
            (text.map(|text| &**text), None)
        }
        other => (None, Some(other)),
    };
    look.into_iter().map(spell).collect()
}

fn look_of(program: &Program, node: NodeId, look: &mut Vec<Look>) {
    let Some(node) = program.nodes.get(node.index()) else {
        return;
    };
    let mut within = |name, body: &NodeId| {
        look.push(Look::Open(name));
        look_of(program, *body, look);
        look.push(Look::Close);
    };
    match node {
        Node::Literal(literal) => look.push(Look::Literal(*literal)),
        Node::Sequence(nodes) => {
            for &node in nodes {
                look_of(program, node, look);
            }
        }
        Node::Choice(choice) => look.push(Look::Choice(choice.0)),
        Node::Optional { body, .. } => within("?", body),
        Node::Repeat { body, .. } => within("{}", body),
        Node::For { body, .. } => within("for", body),
        Node::Call(rule, _) => look.push(Look::Call(*rule)),
        Node::Within(_, body)
        | Node::Only(_, body)
        | Node::Scope { body, .. }
        | Node::Narrow(_, body)
        | Node::Full(body)
        | Node::Context(_, body) => look_of(program, *body, look),
        Node::Place(expr) => match program.exprs.get(expr.index()) {
            Some(Expr::Text(body)) => look_of(program, *body, look),
            Some(Expr::Call(rule, _)) => look.push(Look::Call(*rule)),
            _ => look.push(Look::Value),
        },
        Node::StatementBreak => look.push(Look::Open(";;")),
        Node::Empty
        | Node::Let(..)
        | Node::Glue
        | Node::Bind(_)
        | Node::Effect(..)
        | Node::Return(_) => {}
    }
}
