//! Random numbers that depend on nothing but a key and the visible choices so far.

/// Odd constants without structure: digits of the fractional parts of square roots of primes.
const STEP: u64 = 0x6a09_e667_f3bc_c909;
const OUTCOME: u64 = 0xbb67_ae85_84ca_a73b;
const SPREAD: u64 = 0x3c6e_f372_fe94_f82b;

/// The product of two words, its halves folded into one: the mixing step of wyhash.
#[inline]
pub(super) fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    (product >> 64) as u64 ^ product as u64
}

/// A generator that all derivations with the same visible choices share. That its numbers look
/// random matters for the frequencies of texts, never for their being different.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Prefix {
    state: u64,
    chosen: u64,
}

impl Prefix {
    /// Before the first choice.
    pub fn new(key: [u64; 2]) -> Self {
        let [state, chosen] = key;
        Self { state, chosen }
    }

    /// 64 bits.
    #[inline]
    pub fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(STEP);
        fold(
            self.state ^ self.chosen,
            self.state.rotate_left(32) ^ SPREAD,
        )
    }

    /// A number below `n`, which is at least 1.
    #[inline]
    pub fn below(&mut self, n: u64) -> u64 {
        let product = u128::from(self.bits()) * u128::from(n);
        (product >> 64) as u64
    }

    /// A visible choice came out like this.
    #[inline]
    pub fn chose(&mut self, outcome: u64) {
        let outcome = outcome.wrapping_mul(OUTCOME) ^ self.chosen.rotate_left(23);
        self.chosen = fold(outcome ^ SPREAD, self.state ^ OUTCOME).wrapping_add(outcome);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_chosen_decides_what_follows() {
        let start = Prefix::new([1, 2]);
        let after = |outcomes: &[u64]| {
            let mut prefix = start;
            for &outcome in outcomes {
                prefix.bits();
                prefix.chose(outcome);
            }
            prefix.bits()
        };
        assert_eq!(after(&[3, 4]), after(&[3, 4]));
        let mut seen: Vec<u64> = (0..64)
            .flat_map(|a| (0..64).map(move |b| [a, b]))
            .map(|outcomes| after(&outcomes))
            .collect();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), 64 * 64);
    }

    #[test]
    fn numbers_are_spread_evenly_over_prefixes() {
        let mut counts = [0_u32; 16];
        for outcome in 0..32_000 {
            let mut prefix = Prefix::new([7, 9]);
            prefix.bits();
            prefix.chose(outcome);
            counts[prefix.below(16) as usize] += 1;
        }
        let chi_square: f64 = counts
            .iter()
            .map(|&count| (f64::from(count) - 2_000.0).powi(2) / 2_000.0)
            .sum();
        // The 0.1 % quantiles of 15 degrees of freedom.
        assert!((3.5..37.7).contains(&chi_square), "{chi_square}");
    }
}
