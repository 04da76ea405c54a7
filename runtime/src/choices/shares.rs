//! The shares of a choice's outcomes in the indexes that come to it.
//!
//! `r` indexes come to a choice, each with its rank `x` in `0..r`. With the ascending sums of the
//! weights `c(0) = 0 … c(n) = W` and a number `u` in `0..W` that all of them know, outcome `k` gets
//! the ranks from `L(k)` up to `L(k + 1)`, where `L(k)` is `(r·c(k) − u) / W`, rounded up. These
//! parts are all of `0..r`, and each is as large as its weight says, but for less than one.

use super::prefix::Prefix;

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
pub(super) type Share = (u64, u64, u64);

/// The share of a rank. `sharing` is at most 2^63, `shift` below the total of the weights.
pub(super) fn decide(rank: u64, sharing: u64, shift: u64, weights: &Weights<'_>) -> Share {
    match *weights {
        Weights::Alike(n) => alike(rank, sharing, shift, n),
        Weights::Sums(sums) => by_sums(rank, sharing, shift, sums),
    }
}

/// The share of a rank in a choice among `n` outcomes that are all alike; 0 stands for 2^64.
#[inline]
pub(super) fn alike(rank: u64, sharing: u64, shift: u64, n: u64) -> Share {
    if n == 0 || sharing.checked_mul(n).is_none() {
        return wide(rank, sharing, shift, &Weights::Alike(n));
    }
    let position = rank * n + shift;
    let outcome = position / sharing;
    // With the rest of that division, R: L(k) = x − ⌊R / n⌋, and L(k + 1) = x + ⌈(r − R) / n⌉.
    let rest = position % sharing;
    let rank = rest / n;
    (outcome, rank, rank + (sharing - rest).div_ceil(n))
}

/// As [`alike`] for outcomes of which the ascending sums of the weights are given.
#[inline]
pub(super) fn by_sums(rank: u64, sharing: u64, shift: u64, sums: &[u64]) -> Share {
    let total = sums.last().map_or(1, |&total| total.max(1));
    if sharing.checked_mul(total).is_none() {
        return wide(rank, sharing, shift, &Weights::Sums(sums));
    }
    // The outcome without a division: c(k) is at most the position over r.
    let position = rank * total + shift;
    let start = |sum: u64| (sum * sharing).saturating_sub(shift).div_ceil(total);
    let (mut outcome, mut before) = (0, 0);
    for &sum in sums {
        if sum * sharing > position {
            let first = if before == 0 { 0 } else { start(before) };
            let next = if sum == total { sharing } else { start(sum) };
            return (outcome, rank - first, next - first);
        }
        before = sum;
        outcome += 1;
    }
    // Only without any weight.
    (0, rank, sharing)
}

/// As [`alike`] for two outcomes, the first of which has `part` of a million.
#[inline]
pub(super) fn chance(rank: u64, sharing: u64, shift: u64, part: u64) -> Share {
    const MILLION: u64 = 1_000_000;
    if sharing.checked_mul(MILLION).is_none() {
        return wide(rank, sharing, shift, &Weights::Sums(&[part, MILLION]));
    }
    let firsts = (part * sharing).saturating_sub(shift).div_ceil(MILLION);
    match rank.checked_sub(firsts) {
        None => (0, rank, firsts),
        Some(rank) => (1, rank, sharing - firsts),
    }
}

/// As [`alike`] and [`by_sums`] where products need more than a word.
#[inline(never)]
fn wide(rank: u64, sharing: u64, shift: u64, weights: &Weights<'_>) -> Share {
    let total = weights.total();
    let position = (u128::from(rank) * total + u128::from(shift)) / u128::from(sharing);
    let outcome = weights.at(position as u64);
    let (before, with) = weights.around(outcome);
    let first = first(sharing, before, shift, total);
    let next = self::first(sharing, with, shift, total);
    (outcome, rank - first, next - first)
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

/// Shares of ranks by weight, none larger than its cap. Given are weights and caps; should the caps add
/// up to fewer ranks, they are exceeded alike.
pub(super) fn capped(caps: &[(u64, u64)], ranks: u64, prefix: &mut Prefix) -> Vec<u64> {
    let all: u128 = caps.iter().map(|&(_, cap)| u128::from(cap)).sum();
    if all < ranks.into() {
        // A cap of nothing at all is no reason to have nothing either.
        let caps: Vec<_> = caps.iter().map(|&(_, cap)| (cap, u64::MAX)).collect();
        let none = caps.iter().all(|&(weight, _)| weight == 0);
        let caps = caps
            .iter()
            .map(|&(weight, cap)| (weight + u64::from(none), cap));
        return within(&caps.collect::<Vec<_>>(), ranks, prefix);
    }
    within(caps, ranks, prefix)
}

/// The same where the caps add up to no fewer ranks.
fn within(caps: &[(u64, u64)], ranks: u64, prefix: &mut Prefix) -> Vec<u64> {
    let mut shares: Vec<Option<u64>> = vec![None; caps.len()];
    let mut left = ranks;
    loop {
        let open = |shares: &[Option<u64>], at: usize| shares[at].is_none();
        let total: u64 = (0..caps.len())
            .filter(|&at| open(&shares, at))
            .map(|at| caps[at].0)
            .sum();
        let shift = prefix.below(total.max(1));
        let (mut sum, mut start) = (0_u64, 0);
        let mut dealt = vec![0; caps.len()];
        let mut full = false;
        let mut given = 0;
        for at in 0..caps.len() {
            if !open(&shares, at) {
                continue;
            }
            let (weight, cap) = caps[at];
            sum += weight;
            let end = first(left, sum.into(), shift, total.max(1).into());
            dealt[at] = end - start;
            start = end;
            if dealt[at] > cap {
                shares[at] = Some(cap);
                given += cap;
                full = true;
            }
        }
        if !full {
            return shares
                .into_iter()
                .zip(dealt)
                .map(|(fixed, dealt)| fixed.unwrap_or(dealt))
                .collect();
        }
        left -= given;
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
            let shift = ((u128::from(draw) * total) >> 64) as u64;
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
        fn short_divisions_come_to_the_same(
            sums in sums(),
            n in 1..5_000_u64,
            part in 0..=1_000_000_u64,
            sharing in 1_u64..1 << 50,
            rank: u64,
            draw: u64,
        ) {
            let rank = rank % sharing;
            let shift = |weights: &Weights<'_>| ((u128::from(draw) * weights.total()) >> 64) as u64;
            for weights in [Weights::Alike(n), Weights::Sums(&sums)] {
                let shift = shift(&weights);
                let long = wide(rank, sharing, shift, &weights);
                prop_assert_eq!(decide(rank, sharing, shift, &weights), long);
            }
            let parts = [part, 1_000_000];
            let shift = shift(&Weights::Sums(&parts));
            let long = wide(rank, sharing, shift, &Weights::Sums(&parts));
            prop_assert_eq!(chance(rank, sharing, shift, part), long);
        }

        #[test]
        fn large_numbers_are_exact(rank: u64, sharing in 1_u64..=1 << 63, n: u64, draw: u64) {
            let rank = rank % sharing;
            let weights = Weights::Alike(n);
            let shift = ((u128::from(draw) * weights.total()) >> 64) as u64;
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
