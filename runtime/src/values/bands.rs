//! Numbers as testers like them, with one draw.

use super::word::Word;
use crate::choices::Choices;

/// The numbers of a range as testers like them: mostly small, sometimes anywhere, now and then at
/// the edges of the range or around zero.
#[derive(Debug, Clone)]
pub(super) struct Bands {
    bands: [Band; SEVEN],
    /// Drawn now and then.
    edges: [i64; 8],
}

/// Bands that are drawn from.
const SEVEN: usize = 7;

/// Numbers that are drawn alike.
#[derive(Debug, Clone, Copy)]
struct Band {
    low: i64,
    /// How many; 0 stands for 2^64.
    count: u64,
}

/// The place in [`SLOTS`] of the edges.
const EDGES: u8 = SEVEN as u8;
/// How often, in 32nds, each band is drawn from.
const SLOTS: [u8; 32] = [
    0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 5, 5, 5, 6,
    EDGES,
];
/// Around zero: how far below and above, in whole numbers, for each of the first bands.
const AROUND: [(i128, i128); 4] = [(2, 100), (10, 1_000), (100, 10_000), (100_000, 1_000_000)];
/// Wider bands take a draw of their own.
const WIDE: u64 = 1 << 40;

const fn clamp(n: i128, low: i64, high: i64) -> i64 {
    if n < low as i128 {
        low
    } else if n > high as i128 {
        high
    } else {
        n as i64
    }
}

impl Band {
    /// The numbers `low..=high`; `low` alone if there are none.
    const fn new(low: i64, high: i64) -> Self {
        let count = if high < low {
            1
        } else {
            high.abs_diff(low).wrapping_add(1)
        };
        Self { low, count }
    }
}

impl Bands {
    /// Of a range, given in units of which `unit` make a whole number. An empty range gives its low
    /// end.
    pub const fn new(low: i64, high: i64, unit: i64) -> Self {
        let high = if high < low { low } else { high };
        let centre = clamp(0, low, high);
        let mut bands = [Band::new(low, high); SEVEN];
        let mut n = 0;
        while n < SEVEN - 1 {
            // Of numbers with digits after the point some are small fractions.
            let (around, unit) = if n < AROUND.len() {
                (AROUND[n], unit as i128)
            } else {
                (AROUND[n - AROUND.len()], 1)
            };
            bands[n] = Band::new(
                clamp(centre as i128 - around.0 * unit, low, high),
                clamp(centre as i128 + around.1 * unit, low, high),
            );
            n += 1;
        }
        let (least, most) = (low as i128, high as i128);
        let edges = [
            low,
            high,
            clamp(least + 1, low, high),
            clamp(most - 1, low, high),
            centre,
            clamp(1, low, high),
            clamp(-1, low, high),
            centre,
        ];
        Self { bands, edges }
    }

    /// Mostly of the first band, sometimes of the second, seldom of the third, now and then one of
    /// the edges; each band is given with its ends.
    pub const fn of(
        usual: (i64, i64),
        other: (i64, i64),
        all: (i64, i64),
        edges: [i64; 8],
    ) -> Self {
        let usual = Band::new(usual.0, usual.1);
        let other = Band::new(other.0, other.1);
        let all = Band::new(all.0, all.1);
        Self {
            bands: [usual, usual, other, usual, usual, usual, all],
            edges,
        }
    }

    /// One of them. Takes some 5 bits of the word, and as many as the usual bands have.
    #[inline]
    pub fn draw<C: Choices>(&self, word: &mut Word, choices: &mut C) -> i64 {
        let slot = SLOTS[word.below(32) as usize % 32];
        let Some(&Band { low, count }) = self.bands.get(usize::from(slot)) else {
            return self.edges[word.below(8) as usize % 8];
        };
        if count.wrapping_sub(1) < WIDE {
            // The text tells the number, and the band was drawn before.
            low.wrapping_add_unsigned(word.shown(count, choices))
        } else {
            wide(low, count, choices)
        }
    }
}

#[cold]
#[inline(never)]
fn wide<C: Choices>(low: i64, count: u64, choices: &mut C) -> i64 {
    low.wrapping_add_unsigned(match count {
        0 => choices.bits(),
        _ => choices.shown(count).unwrap_or_else(|| choices.below(count)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::choices::Random;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn drawn_numbers_are_of_the_range(a: i64, b: i64, key: [u8; 32], shift in 0_u32..63, unit in 1_i64..1_000_000) {
            let (low, high) = ((a >> shift).min(b >> shift), (a >> shift).max(b >> shift));
            let bands = Bands::new(low, high, unit);
            let mut random = Random::new(key);
            for _ in 0..64 {
                let drawn = bands.draw(&mut Word::draw(&mut random), &mut random);
                prop_assert!((low..=high).contains(&drawn));
            }
        }
    }

    #[test]
    fn small_numbers_and_edges_are_drawn() {
        let bands = Bands::new(i64::MIN, i64::MAX, 1);
        let mut random = Random::new([1; 32]);
        let drawn: Vec<i64> = (0..20_000)
            .map(|_| bands.draw(&mut Word::draw(&mut random), &mut random))
            .collect();
        let share = |of: &dyn Fn(i64) -> bool| {
            drawn.iter().filter(|&&n| of(n)).count() as f64 / drawn.len() as f64
        };
        assert!((0.7..0.85).contains(&share(&|n| (-100..=1_000).contains(&n))));
        assert!((0.04..0.055).contains(&share(&|n| n.unsigned_abs() > 1 << 40)));
        assert!(drawn.contains(&i64::MIN) && drawn.contains(&i64::MAX));
    }
}
