//! How large parts of a program are: the number of their nodes and expressions, calls excluded.

use crate::interpret::reach::{Part, children};
use crate::ir::{NodeId, Program};

/// The weight of each node with everything below, by index.
pub(super) fn of_nodes(program: &Program) -> Vec<usize> {
    let mut weights = Vec::with_capacity(program.nodes.len());
    for node in 0..program.nodes.len() {
        let mut weight = 0;
        let mut open = vec![Part::Node(NodeId(node as u32))];
        while let Some(part) = open.pop() {
            weight += 1;
            children(program, part, &mut |child| match child {
                Part::Rule(_) => {}
                // Lowering makes what is below a node before the node itself.
                Part::Node(below) if below.index() < node => {
                    weight += weights.get(below.index()).copied().unwrap_or(0);
                }
                _ => open.push(child),
            });
        }
        weights.push(weight);
    }
    weights
}
