//! The shares of a choice's outcomes in the indexes that come to it.
//!
//! `r` indexes come to a choice, each with its rank `x` in `0..r`. With the ascending sums of the
//! weights `c(0) = 0 … c(n) = W` and a number `u` in `0..W` that all of them know, outcome `k` gets
//! the ranks from `L(k)` up to `L(k + 1)`, where `L(k)` is `(r·c(k) − u) / W`, rounded up. These
//! parts are all of `0..r`, and each is as large as its weight says, but for less than one.

/// The weights of a choice.
#[derive(Debug, Clone, Copy)]
pub(super) enum Weights<'a> {
    /// So many outcomes, all alike; 2^64 of them are written as 0.
    Alike(u64),
    /// The ascending sums of the weights.
    Sums(&'a [u64]),
}

impl Weights<'_> {
    /// The sum of all weights, at least 1.
    #[inline]
    pub fn total(&self) -> u128 {
        match *self {
            Self::Alike(0) => 1 << 64,
            Self::Alike(n) => n.into(),
            Self::Sums(sums) => sums.last().map_or(1, |&total| total.max(1)).into(),
        }
    }

    /// The outcome of a position below the total.
    #[inline]
    pub fn at(&self, position: u64) -> u64 {
        match self {
            Self::Alike(_) => position,
            Self::Sums(sums) => sums.partition_point(|&sum| sum <= position) as u64,
        }
    }

    /// The sums of the weights before an outcome, and with it.
    #[inline]
    pub fn around(&self, outcome: u64) -> (u128, u128) {
        match self {
            Self::Alike(_) => (outcome.into(), u128::from(outcome) + 1),
            Self::Sums(sums) => {
                let sum = |at: usize| sums.get(at).copied().unwrap_or(0);
                let at = outcome as usize;
                let before = at.checked_sub(1).map_or(0, sum);
                (before.into(), sum(at).into())
            }
        }
    }
}

/// The outcome of a rank, with its rank and their number among those that share the outcome.
/// `sharing` is at most 2^63, `shift` below the total of the weights.
#[inline]
pub(super) fn decide(
    rank: u64,
    sharing: u64,
    shift: u64,
    weights: &Weights<'_>,
) -> (u64, u64, u64) {
    let total = weights.total();
    let position = match u64::try_from(u128::from(sharing) * total) {
        // One division of words instead of long ones.
        Ok(_) => (rank * total as u64 + shift) / sharing,
        Err(_) => ((u128::from(rank) * total + u128::from(shift)) / u128::from(sharing)) as u64,
    };
    let outcome = weights.at(position);
    let (before, with) = weights.around(outcome);
    let first = first(sharing, before, shift, total);
    (
        outcome,
        rank - first,
        self::first(sharing, with, shift, total) - first,
    )
}

/// The first rank of the outcome that weights of this sum come before.
#[inline]
pub(super) fn first(sharing: u64, sum: u128, shift: u64, total: u128) -> u64 {
    let product = u128::from(sharing) * sum;
    let Some(rest) = product.checked_sub(shift.into()) else {
        return 0;
    };
    match (u64::try_from(rest), u64::try_from(total)) {
        (Ok(rest), Ok(total)) => rest.div_ceil(total),
        _ => rest.div_ceil(total) as u64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sums() -> impl Strategy<Value = Vec<u64>> {
        proptest::collection::vec(0_u64..50, 1..8).prop_filter_map("some weight", |weights| {
            let mut sum = 0;
            let sums: Vec<u64> = weights
                .into_iter()
                .map(|weight| {
                    sum += weight;
                    sum
                })
                .collect();
            (sum > 0).then_some(sums)
        })
    }

    proptest! {
        #[test]
        fn ranks_are_shared_out_without_rest(sums in sums(), sharing in 1_u64..400, draw: u64) {
            let weights = Weights::Sums(&sums);
            let total = weights.total();
            let shift = (u128::from(draw) * total >> 64) as u64;
            let mut taken = vec![Vec::new(); sums.len()];
            let mut sizes = vec![0; sums.len()];
            for rank in 0..sharing {
                let (outcome, rank, sharing) = decide(rank, sharing, shift, &weights);
                taken[outcome as usize].push(rank);
                sizes[outcome as usize] = sharing;
            }
            for (at, (ranks, size)) in taken.iter().zip(&sizes).enumerate() {
                prop_assert_eq!(ranks.len() as u64, *size);
                prop_assert!(ranks.iter().copied().eq(0..*size));
                let (before, with) = weights.around(at as u64);
                let exact = sharing as f64 * (with - before) as f64 / total as f64;
                prop_assert!((*size as f64 - exact).abs() < 1.0);
            }
        }

        #[test]
        fn large_numbers_are_exact(rank: u64, sharing in 1_u64..=1 << 63, n: u64, draw: u64) {
            let rank = rank % sharing;
            let weights = Weights::Alike(n);
            let shift = (u128::from(draw) * weights.total() >> 64) as u64;
            let (outcome, within, size) = decide(rank, sharing, shift, &weights);
            prop_assert!(within < size);
            let first = first(sharing, outcome.into(), shift, weights.total());
            prop_assert_eq!(first + within, rank);
            // The last rank of the share has the same outcome, the next one another.
            let outcome_of = |rank: u64| decide(rank, sharing, shift, &weights).0;
            prop_assert_eq!(outcome_of(first + size - 1), outcome);
            if first + size < sharing {
                prop_assert_ne!(outcome_of(first + size), outcome);
            }
        }
    }
}
