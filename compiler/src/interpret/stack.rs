//! How much stack a derivation needs.

use super::reach::levels;
use crate::ir::Program;

/// What one level of the walk takes at most, in bytes: measured, and generously rounded up. Without
/// optimisation frames are several times larger.
const BYTES_PER_LEVEL: usize = if cfg!(debug_assertions) { 2048 } else { 768 };

/// What everything around the derivation takes.
const BASE: usize = 2 << 20;

/// The most that is asked for. It is reserved, not used, until a derivation gets that deep.
const LARGEST: usize = 2 << 30;

/// The stack of a thread that derives, and the calls that it has room for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stack {
    /// In bytes.
    pub bytes: usize,
    /// Nested rule calls.
    pub calls: u32,
}

impl Stack {
    /// The stack for derivations under a depth budget: they nest at most as deeply as the budget,
    /// and from there on or from the start as deeply as the shallowest derivation of a rule.
    pub fn new(program: &Program, budget: u32) -> Self {
        let deepest = program.rules.iter().map(|rule| rule.min_depth).max();
        let calls = budget
            .saturating_add(deepest.unwrap_or(0))
            .saturating_add(2);
        let per_call = BYTES_PER_LEVEL.saturating_mul(levels(program) + 2);
        let calls = ((LARGEST - BASE) / per_call).min(calls as usize);
        Self {
            bytes: BASE + calls * per_call,
            calls: calls as u32,
        }
    }
}
