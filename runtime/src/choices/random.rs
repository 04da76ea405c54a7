//! Choices from a fast generator that is keyed by the unit.

use super::Choices;
use rand_xoshiro::rand_core::{Rng, SeedableRng};
use rand_xoshiro::{Xoroshiro128PlusPlus, Xoshiro256PlusPlus};

/// Independent random choices: xoshiro256++ seeded with the 32 bytes that belong to the unit, or
/// xoroshiro128++ seeded with the first 16 of them.
///
/// One word of the generator serves several small draws: what a draw leaves of a word, the
/// fraction, is as good as new but for the bits that the draw took.
#[derive(Debug, Clone)]
pub struct Random {
    generator: Generator,
    /// A fraction of 64 bits, uniform but for what draws took of it.
    fraction: u64,
    /// The product of the bounds of the draws that the fraction has served.
    taken: u64,
}

/// One type for both, so that what a grammar is compiled to is there once.
#[derive(Debug, Clone)]
enum Generator {
    Bits256(Xoshiro256PlusPlus),
    Bits128(Xoroshiro128PlusPlus),
}

impl Generator {
    #[inline(always)]
    fn next_u64(&mut self) -> u64 {
        match self {
            Self::Bits256(generator) => generator.next_u64(),
            Self::Bits128(generator) => generator.next_u64(),
        }
    }
}

/// A word of the generator serves draws until the product of their bounds passes this: no outcome's
/// probability differs from `1 / n` by more than `2^-32` of it, and of a bound above by more than
/// `2^-64`.
const MOST_TAKEN: u64 = 1 << 32;

impl Random {
    /// The source that a key determines, of 256 bits of state.
    #[must_use]
    #[inline]
    pub fn new(key: [u8; 32]) -> Self {
        Self::of(Generator::Bits256(Xoshiro256PlusPlus::from_seed(key)))
    }

    /// The source of 128 bits of state that the first half of a key determines.
    #[must_use]
    #[inline]
    pub fn with_128_bits(key: [u8; 32]) -> Self {
        let mut seed = [0; 16];
        seed.copy_from_slice(&key[..16]);
        Self::of(Generator::Bits128(Xoroshiro128PlusPlus::from_seed(seed)))
    }

    #[inline]
    fn of(generator: Generator) -> Self {
        Self {
            generator,
            fraction: 0,
            taken: MOST_TAKEN,
        }
    }

    /// Takes another word of the generator, of which a draw below `n` is the first.
    #[inline(never)]
    fn next_word(&mut self, n: u64) {
        self.fraction = self.generator.next_u64();
        self.taken = n;
    }
}

impl Choices for Random {
    /// The high half of the product of a fraction of 64 bits and `n`, without rejection; the low
    /// half is the fraction that the next draw takes.
    #[inline(always)]
    fn below(&mut self, n: u64) -> u64 {
        match self.taken.checked_mul(n) {
            Some(taken) if taken <= MOST_TAKEN => self.taken = taken,
            _ => self.next_word(n),
        }
        let product = u128::from(self.fraction) * u128::from(n);
        self.fraction = product as u64;
        (product >> 64) as u64
    }

    #[inline]
    fn bits(&mut self) -> u64 {
        self.generator.next_u64()
    }

    #[inline(always)]
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
    use crate::entropy::{Seed, UnitKeys};

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
    fn draws_that_share_a_word_are_independent() {
        let mut seen = [[0u32; 4]; 8];
        let mut keys = UnitKeys::new(Seed::from(5).master_key());
        for index in 0..256 {
            let mut random = Random::new(keys.key(index));
            for _ in 0..100 {
                let (first, second) = (random.below(8), random.below(4));
                seen[first as usize][second as usize] += 1;
            }
        }
        let counts = seen.iter().flatten();
        let expected = 25_600.0 / 32.0;
        let chi_square: f64 = counts
            .map(|&count| (f64::from(count) - expected).powi(2) / expected)
            .sum();
        // The 0.1 % quantiles of 31 degrees of freedom.
        assert!((11.0..61.1).contains(&chi_square), "{chi_square}");
    }

    #[test]
    fn draws_are_stable_across_versions() {
        let mut random = Random::new([1; 32]);
        let drawn: Vec<u64> = (0..6).map(|_| random.below(1000)).collect();
        let mut again = Random::new([1; 32]);
        let words: Vec<u64> = (0..2).map(|_| again.bits()).collect();
        for (drawn, word) in drawn.chunks(3).zip(words) {
            let billion = ((u128::from(word) * 1_000_000_000) >> 64) as u64;
            let digits = drawn
                .iter()
                .fold(0, |number, digits| number * 1000 + digits);
            assert_eq!(digits, billion);
        }
        assert_eq!(random.below(u64::MAX), again.bits() - 1);
    }
}
