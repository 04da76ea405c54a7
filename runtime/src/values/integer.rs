//! Draws of whole numbers.

use crate::choices::Choices;

/// A number of an inclusive range, all alike. An empty range gives its low end.
pub(super) fn uniform<C: Choices>(low: i128, high: i128, choices: &mut C) -> i128 {
    let Some(span) = high.checked_sub(low).filter(|&span| span > 0) else {
        return low;
    };
    match u64::try_from(span) {
        Ok(u64::MAX) => low + i128::from(choices.bits()),
        Ok(span) => low + i128::from(choices.below(span + 1)),
        // Wider than 64 bits: the remainder of 128 bits is even enough.
        Err(_) => {
            let wide = (u128::from(choices.bits()) << 64) | u128::from(choices.bits());
            let offset = (wide % (span.unsigned_abs() + 1)).cast_signed();
            low.saturating_add(offset)
        }
    }
}

/// [`uniform`] of bounds that fit 64 bits.
#[inline]
pub(super) fn uniform_word<C: Choices>(low: i64, high: i64, choices: &mut C) -> i64 {
    if low >= high {
        return low;
    }
    match high.abs_diff(low) {
        u64::MAX => low.wrapping_add_unsigned(choices.bits()),
        span => low.wrapping_add_unsigned(choices.below(span + 1)),
    }
}

/// As [`Bands`](super::bands::Bands), of a range wider than 64 bits.
pub(super) fn interesting<C: Choices>(low: i128, high: i128, choices: &mut C) -> i128 {
    if low >= high {
        return low;
    }
    let centre = 0.clamp(low, high);
    let near = |below: i128, above: i128, choices: &mut C| {
        let from = centre.saturating_sub(below).max(low);
        let to = centre.saturating_add(above).min(high);
        uniform(from, to, choices)
    };
    match choices.below(32) {
        0 => {
            let edges = [low, high, low + 1, high - 1, 0, 1, -1, centre];
            edges[choices.below(8) as usize].clamp(low, high)
        }
        1 => uniform(low, high, choices),
        2..=5 => near(100_000, 1_000_000, choices),
        6..=9 => near(100, 10_000, choices),
        10..=19 => near(10, 1_000, choices),
        _ => near(2, 100, choices),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::choices::Random;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn words_are_drawn_as_wide_numbers_are(a: i64, b: i64, key: [u8; 32], shift in 0_u32..63) {
            let (low, high) = ((a >> shift).min(b >> shift), (a >> shift).max(b >> shift));
            let (mut one, mut other) = (Random::new(key), Random::new(key));
            let word = uniform_word(low, high, &mut one);
            prop_assert_eq!(i128::from(word), uniform(low.into(), high.into(), &mut other));
            prop_assert_eq!(one.bits(), other.bits());
            let wide = (i128::from(low) << shift, i128::from(high) << shift);
            prop_assert!((wide.0..=wide.1).contains(&interesting(wide.0, wide.1, &mut one)));
        }
    }
}
