//! A keyed bijection of the indexes of a space, so that neighbours don't look alike.
//!
//! An alternating Feistel network over the least number of bits that holds the space; what falls
//! outside is sent through again (cycle walking: Black and Rogaway, "Ciphers with arbitrary finite
//! domains", 2002).
//!
//! New rows take their keys from the index, and there are fewer keys than a large space has indexes.
//! So that it can be told who shares a key, indexes with the same remainder by [`PERIOD`] get ranks
//! side by side; the remainders are permuted.

use super::prefix::fold;

/// In a larger space the keys of new rows repeat after so many indexes: half of what a key of type
/// integer suffices for.
pub const PERIOD: u64 = 1 << 24;

/// Rounds of the network.
const ROUNDS: usize = 4;

/// Odd constants without structure: digits of the golden ratio, and of the square root of 2.
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;
const ROOT: u64 = 0xb504_f333_f9de_6485;

/// How many indexes with the same remainder by [`PERIOD`] have ranks right before and behind one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Neighbours {
    /// Those before.
    pub before: u64,
    /// Those behind.
    pub behind: u64,
}

/// The image of an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rank {
    /// The image itself.
    pub rank: u64,
    /// The images around it that have the same remainder.
    pub alike: Neighbours,
}

impl Rank {
    /// A rank in a space in which keys don't repeat: nothing is known of those around it.
    #[must_use]
    #[inline]
    pub fn of(rank: u64) -> Self {
        Self {
            rank,
            alike: Neighbours {
                before: u64::MAX,
                behind: u64::MAX,
            },
        }
    }
}

/// A bijection of `0..space`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Permutation {
    space: u64,
    /// In how many classes the indexes of a larger space fall.
    period: u64,
    /// How many remainders have one index more than the others. All indexes of a space without
    /// repeated keys.
    longer: u64,
    /// How many indexes each remainder has at least.
    each: u64,
    /// Permutes the remainders that have one more, and the others.
    networks: [Network; 2],
}

impl Permutation {
    /// The bijection of `0..space` that a key determines; of nothing if the space is 0.
    #[must_use]
    pub fn new(space: u64, key: [u64; 2]) -> Self {
        Self::with_period(PERIOD, space, key)
    }

    fn with_period(period: u64, space: u64, key: [u64; 2]) -> Self {
        let (longer, each, others) = if space <= period {
            (space, 0, 0)
        } else {
            let longer = space % period;
            (longer, space / period, period - longer)
        };
        let other = [key[0] ^ GOLDEN, key[1] ^ ROOT];
        Self {
            space,
            period,
            longer,
            each,
            networks: [Network::new(longer, key), Network::new(others, other)],
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
    pub fn apply(&self, index: u64) -> Rank {
        if index >= self.space {
            return Rank::of(index);
        }
        let [longer, others] = &self.networks;
        if self.each == 0 {
            return Rank::of(longer.apply(index));
        }
        // Each remainder has a slot of ranks. The longer slots are spread evenly among the others:
        // slot s is one of them where ⌊s·longer / period⌋, their number before it, grows behind it.
        let remainder = index % self.period;
        let (slot, length) = match remainder.checked_sub(self.longer) {
            None => {
                let nth = longer.apply(remainder);
                let slot = ((nth + 1) * self.period).div_ceil(self.longer) - 1;
                (slot, self.each + 1)
            }
            Some(other) => {
                let nth = others.apply(other);
                (nth * self.period / (self.period - self.longer), self.each)
            }
        };
        let start = slot * self.each + slot * self.longer / self.period;
        // Each starts elsewhere, so that the first of all are not all at a start.
        let skipped = mix(slot, longer.keys[0]);
        let skipped = ((u128::from(skipped) * u128::from(length)) >> 64) as u64;
        let place = index / self.period + skipped;
        let place = place.checked_sub(length).unwrap_or(place);
        Rank {
            rank: start + place,
            alike: Neighbours {
                before: place,
                behind: length - 1 - place,
            },
        }
    }
}

/// A bijection of the numbers below `size`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Network {
    size: u64,
    /// Bits of the upper and of the lower half.
    upper: u32,
    lower: u32,
    keys: [u64; ROUNDS],
}

impl Network {
    fn new(size: u64, key: [u64; 2]) -> Self {
        let bits = u64::BITS - size.saturating_sub(1).leading_zeros();
        let mut word = key[0];
        let keys = std::array::from_fn(|round| {
            let step = (round as u64 + 1).wrapping_mul(GOLDEN);
            word = fold(word ^ key[1], step).wrapping_add(key[0]);
            word
        });
        Self {
            size,
            upper: bits / 2,
            lower: bits - bits / 2,
            keys,
        }
    }

    /// The image of a number below the size.
    #[inline]
    fn apply(&self, number: u64) -> u64 {
        // The walk is along a cycle that holds the number, so it comes back to the numbers below.
        let mut image = self.walk(number);
        while image >= self.size {
            image = self.walk(image);
        }
        image
    }

    /// A bijection of the numbers of so many bits.
    #[inline]
    fn walk(&self, number: u64) -> u64 {
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
                let image = permutation.apply(index).rank as usize;
                prop_assert!(!std::mem::replace(&mut seen[image], true));
            }
        }

        #[test]
        fn large_spaces_are_permuted(space in 1_u64..=1 << 63, key: [u64; 2], from: u64) {
            let permutation = Permutation::new(space, key);
            let indexes: Vec<u64> = (0..500).map(|step: u64| from.wrapping_add(step) % space).collect();
            let mut images: Vec<u64> = indexes.iter().map(|&index| permutation.apply(index).rank).collect();
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
    fn indexes_of_one_remainder_are_side_by_side() {
        for space in [PERIOD + 1, 5 * PERIOD - 1, 5 * PERIOD, 9 * PERIOD + 12_345] {
            let permutation = Permutation::new(space, [8, 9]);
            for remainder in [0, 1, 12_344, 12_345, PERIOD - 1] {
                let count = (space - remainder).div_ceil(PERIOD);
                let indexes = (0..count).map(|n| remainder + n * PERIOD);
                let mut ranks: Vec<Rank> = indexes.map(|it| permutation.apply(it)).collect();
                ranks.sort_unstable_by_key(|it| it.rank);
                for (at, rank) in (0..).zip(&ranks) {
                    assert_eq!(rank.rank, ranks[0].rank + at);
                    let (before, behind) = (at, count - 1 - at);
                    assert_eq!(rank.alike, Neighbours { before, behind });
                }
            }
        }
    }

    #[test]
    fn neighbours_do_not_look_alike() {
        for space in [PERIOD - 5, 1 << 40, (1 << 40) + 777] {
            let permutation = Permutation::new(space, [5, 6]);
            let mut near = 0;
            let mut parts = [0_u32; 8];
            for index in 0..10_000 {
                let (one, next) = (
                    permutation.apply(index).rank,
                    permutation.apply(index + 1).rank,
                );
                near += u32::from(one.abs_diff(next) < space >> 7);
                parts[(u128::from(one) * 8 / u128::from(space)) as usize] += 1;
            }
            // A share of 2^-6 is expected: 156 of 10,000, give or take five deviations.
            assert!((90..225).contains(&near), "{near}");
            assert!(
                parts.iter().all(|part| part.abs_diff(1_250) < 165),
                "{parts:?}"
            );
        }
    }

    #[test]
    fn slots_fill_the_space() {
        const SHORT: u64 = 64;
        for space in SHORT - 1..5 * SHORT {
            let permutation = Permutation::with_period(SHORT, space, [5, 6]);
            let mut seen = vec![false; space as usize];
            for index in 0..space {
                let rank = permutation.apply(index).rank as usize;
                assert!(!std::mem::replace(&mut seen[rank], true), "{space}");
            }
        }
    }
}
