//! The one door through which everything random enters a derivation.

mod bytes;
mod random;
mod recorded;
mod replay;

pub use bytes::Bytes;
pub use random::Random;
pub use recorded::{Kind, Record, Recorded};
pub use replay::Replay;

/// A source of choices. A grammar is a pure function of (choice source, schema model, dialect):
/// nothing else may draw randomness.
///
/// # Architecture invariant
///
/// Both backends make the same draws in the same order for the same derivation. Where only one
/// outcome is possible, no draw is made.
pub trait Choices {
    /// A number drawn uniformly from `0..n`. `n` must be at least 1.
    fn below(&mut self, n: u64) -> u64;

    /// 64 independent random bits, for values.
    fn bits(&mut self) -> u64;

    /// Picks `k` with probability `(cumulative[k] - cumulative[k - 1]) / total`, where `total` is
    /// the last element. `cumulative` ascends, and its last element is at least 1.
    fn pick(&mut self, cumulative: &[u64]) -> usize {
        let total = cumulative.last().copied().unwrap_or(1);
        let position = self.below(total);
        cumulative
            .iter()
            .position(|&bound| position < bound)
            .unwrap_or(0)
    }

    /// As [`Choices::pick`], with the alternative of each position below the total listed; nothing is
    /// listed where that takes too much room. A source that takes the position at random looks it up.
    #[inline]
    fn pick_listed(&mut self, cumulative: &[u64], _listed: &[u8]) -> usize {
        self.pick(cumulative)
    }

    /// True with probability `parts_per_million` / 1,000,000.
    fn chance(&mut self, parts_per_million: u32) -> bool {
        self.below(1_000_000) < u64::from(parts_per_million)
    }
}
