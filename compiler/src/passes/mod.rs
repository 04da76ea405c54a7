//! Passes over the program that both backends share: fewer calls, fewer draws.
//!
//! AFTER the passes: the text that a derivation can print is what it was, with the same probability;
//! which draws make it is not. Small rules that bind nothing are derived within their callers; a
//! choice whose alternative is nothing but a choice among literals chooses among those at once.

mod fuse;
mod inline;
#[cfg(test)]
mod tests;

use crate::ir::{LiteralId, Node, NodeId, Program};

/// Runs all passes.
pub fn run(program: &mut Program) {
    inline::run(program);
    fuse::run(program);
}

/// What a node prints, if that is a literal or nothing whatever is drawn.
#[must_use]
pub fn terminal(program: &Program, mut node: NodeId) -> Option<Option<LiteralId>> {
    loop {
        match program.nodes.get(node.index())? {
            Node::Empty => return Some(None),
            Node::Literal(literal) => return Some(Some(*literal)),
            Node::Within(_, body) | Node::Only(_, body) => node = *body,
            _ => return None,
        }
    }
}
