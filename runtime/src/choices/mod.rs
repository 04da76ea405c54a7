//! The one door through which everything random enters a derivation.

mod bytes;
mod capped;
mod census;
mod enumerated;
mod permutation;
mod prefix;
mod random;
mod recorded;
mod replay;
mod shares;

pub use bytes::Bytes;
pub(crate) use capped::Capped;
pub use census::Census;
pub use enumerated::Enumerated;
pub use permutation::{Neighbours, PERIOD, Permutation, Rank};
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

    /// From here on to the matching [`Choices::restore`], choices are hidden if `hidden` says so:
    /// whoever reads the text can't tell what was chosen. A source without a use for that does
    /// nothing.
    #[inline(always)]
    fn hide(&mut self, _hidden: bool) -> Sight {
        Sight::default()
    }

    /// From here on to the matching [`Choices::restore`], a value is made whose text does not tell
    /// each of its draws: only [`Choices::shown`] and [`Choices::shown_pick`] are visible.
    #[inline(always)]
    fn begin_value(&mut self) -> Sight {
        Sight::default()
    }

    /// Ends what [`Choices::hide`] or [`Choices::begin_value`] began.
    #[inline(always)]
    fn restore(&mut self, _before: Sight) {}

    /// A number below `n` that can be told from the text, given all that was drawn before it. None
    /// from a source that does not care: the caller draws as it likes.
    #[inline(always)]
    fn shown(&mut self, _n: u64) -> Option<u64> {
        None
    }

    /// As [`Choices::shown`], for [`Choices::pick`].
    #[inline(always)]
    fn shown_pick(&mut self, _cumulative: &[u64]) -> Option<usize> {
        None
    }

    /// Whether a visible choice made now has to tell units apart. Callers that would have to test
    /// whether their outcomes print differently need not if not.
    #[inline(always)]
    fn tells_apart(&mut self) -> bool {
        false
    }

    /// The text holds something that no two units with indexes below `units` share: a key, which may
    /// come again every [`PERIOD`] indexes, or the index itself.
    #[inline(always)]
    fn told_apart(&mut self, _units: u64) {}
}

/// What of the choices was visible before, to come back to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[must_use = "what is hidden has to be restored"]
pub struct Sight(u8);
