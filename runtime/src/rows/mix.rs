//! Keyed hashing, drawing and permuting: stable for ever, on every platform.

use crate::choices::Choices;
use xxhash_rust::xxh3::Xxh3;

/// A key of 128 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Key(u64, u64);

impl Key {
    /// The key that a seed and some names make: other names, another key.
    pub fn new(data_seed: u64, names: &[&str]) -> Self {
        let mut hash = Xxh3::new();
        hash.update(b"rqg rows 1");
        hash.update(&data_seed.to_le_bytes());
        for name in names {
            hash.update(&(name.len() as u64).to_le_bytes());
            hash.update(name.as_bytes());
        }
        let digest = hash.digest128();
        Self(digest as u64, (digest >> 64) as u64)
    }

    /// Another key that belongs to a key and a number.
    pub fn of(self, n: u64) -> Self {
        Self(mix(self.0 ^ mix(n.wrapping_add(GOLDEN))), self.1)
    }

    /// 64 bits that belong to a number: those of splitmix64 after so many steps.
    #[inline]
    pub fn hash(self, n: u64) -> u64 {
        mix(self.0.wrapping_add(n.wrapping_mul(GOLDEN)))
    }

    /// A number below `n` that belongs to `of`; 0 if `n` is 0.
    #[inline]
    pub fn below(self, of: u64, n: u64) -> u64 {
        ((u128::from(self.hash(of)) * u128::from(n)) >> 64) as u64
    }
}

/// The finaliser of splitmix64: a bijection.
#[inline]
fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// The function of one round: each bit of the lower half depends on all of a number of 32 bits.
#[inline]
fn stir(half: u64, key: u64) -> u64 {
    let product = (half ^ key).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    product >> 32 ^ product >> 17
}

/// The odd number nearest to 2^64 divided by the golden ratio.
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// The choices behind one value after the first: splitmix64 from the first, which belongs to column
/// and row.
#[derive(Debug)]
pub(super) struct Draws {
    state: u64,
}

impl Draws {
    /// Behind a first word.
    #[inline]
    pub fn new(first: u64) -> Self {
        // Far from the states that the words of other rows come from.
        Self {
            state: first.rotate_left(32),
        }
    }
}

impl Choices for Draws {
    #[inline]
    fn below(&mut self, n: u64) -> u64 {
        ((u128::from(self.bits()) * u128::from(n)) >> 64) as u64
    }

    #[inline]
    fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(GOLDEN);
        mix(self.state)
    }
}

/// A keyed bijection of `0..n`: a Feistel network over the least power of two that is not less,
/// walked until it leads back below `n`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Permutation {
    n: u64,
    low_bits: u32,
    low_mask: u64,
    high_mask: u64,
    key: u64,
}

/// Rounds of the network.
const ROUNDS: u64 = 3;

impl Permutation {
    /// Of `0..n`.
    pub fn new(key: Key, n: u64) -> Self {
        let bits = 64 - n.saturating_sub(1).leading_zeros();
        let low_bits = bits / 2;
        let mask = |bits: u32| 1_u64.checked_shl(bits).unwrap_or(0).wrapping_sub(1);
        Self {
            n,
            low_bits,
            low_mask: mask(low_bits),
            high_mask: mask(bits - low_bits),
            key: key.0,
        }
    }

    /// How many numbers it permutes.
    pub fn len(&self) -> u64 {
        self.n
    }

    /// Where it leads; what is not below `n` stays.
    #[inline]
    pub fn apply(&self, x: u64) -> u64 {
        self.walk(x, |round| round)
    }

    /// What leads there.
    #[inline]
    pub fn invert(&self, y: u64) -> u64 {
        self.walk(y, |round| ROUNDS - 1 - round)
    }

    #[inline]
    fn walk(&self, from: u64, round: impl Fn(u64) -> u64) -> u64 {
        if from >= self.n || self.n < 2 {
            return from;
        }
        let mut at = from;
        loop {
            let (mut high, mut low) = (at >> self.low_bits, at & self.low_mask);
            // Each round is its own inverse, so the order alone would tell the directions apart; of
            // an odd number even that is the same half first.
            for n in 0..ROUNDS {
                let n = round(n);
                let key = self.key.wrapping_add(GOLDEN.wrapping_mul(n + 1));
                if n.is_multiple_of(2) {
                    high ^= stir(low, key) & self.high_mask;
                } else {
                    low ^= stir(high, key) & self.low_mask;
                }
            }
            at = (high << self.low_bits) | low;
            if at < self.n {
                return at;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn keys_tell_names_apart_and_never_change() {
        let key = |names: &[&str]| Key::new(0, names);
        assert_ne!(key(&["ab", "c"]), key(&["a", "bc"]));
        assert_ne!(Key::new(0, &["a"]), Key::new(1, &["a"]));
        assert_eq!(key(&["public", "t"]).hash(7), 4_675_439_742_470_530_935);
    }

    proptest! {
        #[test]
        fn permutations_are_bijections(n in 0_u64..300, seed: u64) {
            let permutation = Permutation::new(Key::new(seed, &[]), n);
            let mut images: Vec<u64> = (0..n).map(|x| permutation.apply(x)).collect();
            for (x, &y) in (0..).zip(&images) {
                prop_assert_eq!(permutation.invert(y), x);
            }
            images.sort_unstable();
            prop_assert_eq!(images, (0..n).collect::<Vec<_>>());
        }

        #[test]
        fn large_permutations_invert(n in 1_u64.., x: u64, seed: u64) {
            let permutation = Permutation::new(Key::new(seed, &[]), n);
            let y = permutation.apply(x % n);
            prop_assert!(y < n);
            prop_assert_eq!(permutation.invert(y), x % n);
        }
    }

    #[test]
    fn permutations_mix() {
        let permutation = Permutation::new(Key::new(1, &[]), 1_000);
        let rises = (0..999)
            .filter(|&x| permutation.apply(x) < permutation.apply(x + 1))
            .count();
        assert!((400..600).contains(&rises), "{rises}");
    }
}
