//! A keyed bijection of the indexes of a space, so that neighbours don't look alike.
//!
//! An alternating Feistel network over the least number of bits that holds the space; what falls
//! outside is sent through again (cycle walking: Black and Rogaway, "Ciphers with arbitrary finite
//! domains", 2002).

use super::prefix::fold;

/// Rounds of the network.
const ROUNDS: usize = 8;

/// A bijection of `0..space`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Permutation {
    space: u64,
    /// Bits of the upper and of the lower half.
    upper: u32,
    lower: u32,
    keys: [u64; ROUNDS],
}

impl Permutation {
    /// The bijection of `0..space` that a key determines; of nothing if the space is 0.
    #[must_use]
    pub fn new(space: u64, key: [u64; 2]) -> Self {
        let bits = u64::BITS - space.saturating_sub(1).leading_zeros();
        let mut word = key[0];
        let keys = std::array::from_fn(|round| {
            word = fold(
                word ^ key[1],
                (round as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15),
            )
            .wrapping_add(key[0]);
            word
        });
        Self {
            space,
            upper: bits / 2,
            lower: bits - bits / 2,
            keys,
        }
    }

    /// How many indexes there are.
    #[must_use]
    pub fn space(&self) -> u64 {
        self.space
    }

    /// The image of an index; that of an index outside of the space is itself.
    #[must_use]
    #[inline]
    pub fn apply(&self, index: u64) -> u64 {
        if index >= self.space {
            return index;
        }
        // The walk is along a cycle of the network that holds `index`, so it comes back to the space.
        let mut image = self.network(index);
        while image >= self.space {
            image = self.network(image);
        }
        image
    }

    /// A bijection of the numbers of so many bits.
    #[inline]
    fn network(&self, number: u64) -> u64 {
        let mask = |bits: u32| (1_u64 << bits) - 1;
        let (mut lower, mut upper) = (number & mask(self.lower), number >> self.lower);
        for keys in self.keys.chunks_exact(2) {
            if let &[first, second] = keys {
                lower ^= mix(upper, first) & mask(self.lower);
                upper ^= mix(lower, second) & mask(self.upper);
            }
        }
        upper << self.lower | lower
    }
}

#[inline]
fn mix(half: u64, key: u64) -> u64 {
    let mixed = fold(half ^ key, key.rotate_left(32) | 1);
    mixed ^ mixed >> 32
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn small_spaces_are_permuted(space in 0_u64..3_000, key: [u64; 2]) {
            let permutation = Permutation::new(space, key);
            let mut seen = vec![false; space as usize];
            for index in 0..space {
                let image = permutation.apply(index) as usize;
                prop_assert!(!std::mem::replace(&mut seen[image], true));
            }
        }

        #[test]
        fn large_spaces_are_permuted(space in 1_u64..=1 << 63, key: [u64; 2], from: u64) {
            let permutation = Permutation::new(space, key);
            let indexes: Vec<u64> = (0..500).map(|step: u64| from.wrapping_add(step) % space).collect();
            let mut images: Vec<u64> = indexes.iter().map(|&index| permutation.apply(index)).collect();
            prop_assert!(images.iter().all(|&image| image < space));
            let mut indexes = indexes;
            indexes.sort_unstable();
            indexes.dedup();
            images.sort_unstable();
            images.dedup();
            prop_assert_eq!(images.len(), indexes.len());
        }
    }

    #[test]
    fn neighbours_do_not_look_alike() {
        let permutation = Permutation::new(1 << 40, [5, 6]);
        let mut near = 0;
        for index in 0..10_000 {
            let (one, next) = (permutation.apply(index), permutation.apply(index + 1));
            near += u32::from(one.abs_diff(next) < 1 << 33);
        }
        // A share of 2^-6 is expected: 156 of 10,000, give or take five deviations.
        assert!((90..225).contains(&near), "{near}");
    }
}
