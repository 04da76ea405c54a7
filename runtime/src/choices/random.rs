//! Choices from a fast generator that is keyed by the unit.

use super::Choices;
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};

/// Independent random choices: xoshiro256++ seeded with the 32 bytes that belong to the unit.
#[derive(Debug, Clone)]
pub struct Random {
    generator: Xoshiro256PlusPlus,
}

impl Random {
    /// The source that a key determines.
    #[must_use]
    #[inline]
    pub fn new(key: [u8; 32]) -> Self {
        Self {
            generator: Xoshiro256PlusPlus::from_seed(key),
        }
    }
}

impl Choices for Random {
    /// The high half of the product of 64 random bits and `n`: one draw, no rejection. No
    /// outcome's probability differs from `1 / n` by more than `2^-64`.
    #[inline]
    fn below(&mut self, n: u64) -> u64 {
        let product = u128::from(self.generator.next_u64()) * u128::from(n);
        (product >> 64) as u64
    }

    #[inline]
    fn bits(&mut self) -> u64 {
        self.generator.next_u64()
    }

    #[inline]
    fn pick_listed(&mut self, cumulative: &[u64], listed: &[u8]) -> usize {
        if listed.is_empty() {
            return self.pick(cumulative);
        }
        let position = self.below(listed.len() as u64);
        usize::from(listed.get(position as usize).copied().unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn below_stays_below_and_reaches_everything() {
        let mut random = Random::new([7; 32]);
        let mut seen = [0u32; 6];
        for _ in 0..6000 {
            seen[random.below(6) as usize] += 1;
        }
        assert!(seen.iter().all(|&count| (850..1150).contains(&count)));
        assert_eq!(random.below(1), 0);
    }

    #[test]
    fn picks_follow_the_weights() {
        let mut random = Random::new([9; 32]);
        let mut seen = [0u32; 3];
        for _ in 0..8000 {
            seen[random.pick(&[1, 1, 8])] += 1;
        }
        assert_eq!(seen[1], 0);
        assert!((850..1150).contains(&seen[0]));
    }

    #[test]
    fn listed_picks_are_the_same() {
        let mut random = Random::new([3; 32]);
        let mut again = random.clone();
        for _ in 0..1000 {
            let picked = random.pick(&[0, 2, 2, 5]);
            assert_eq!(again.pick_listed(&[0, 2, 2, 5], &[1, 1, 3, 3, 3]), picked);
        }
    }

    #[test]
    fn draws_are_stable_across_versions() {
        let mut random = Random::new([1; 32]);
        let drawn: Vec<u64> = (0..3).map(|_| random.below(1000)).collect();
        let mut again = Random::new([1; 32]);
        let bits: Vec<u64> = (0..3).map(|_| again.bits()).collect();
        for (below, bits) in drawn.iter().zip(&bits) {
            assert_eq!(*below, ((u128::from(*bits) * 1000) >> 64) as u64);
        }
    }
}
