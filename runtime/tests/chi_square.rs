//! Whether choices are distributed as they should be, and independent, within a unit and from unit to
//! unit: Pearson's chi-square test. Seeds are fixed, so that each result is too.

use rqg_runtime::choices::{Choices, Random};
use rqg_runtime::entropy::{KeySchedule, Seed, StateBits, UnitKeys};
use std::num::NonZeroU64;

/// Units of each test.
const UNITS: u64 = 10_000;

/// Every way in which units get their choices.
fn schedules() -> Vec<(String, KeySchedule)> {
    let mut all = Vec::new();
    for state_bits in [StateBits::Bits128, StateBits::Bits256] {
        for interval in [None, NonZeroU64::new(50)] {
            let schedule = KeySchedule {
                state_bits,
                reseed_interval: interval,
                ..Seed::from(1).master_key().into()
            };
            all.push((
                format!("{state_bits} bits, interval {interval:?}"),
                schedule,
            ));
        }
    }
    all
}

/// Fails if counts are too far from those expected, or too close to them: outside of all but one in a
/// million.
fn check(name: &str, counts: &[u64], expected: impl Fn(usize) -> f64) {
    let deviations = counts.iter().enumerate().map(|(at, &count)| {
        let expected = expected(at);
        (count as f64 - expected).powi(2) / expected
    });
    let statistic: f64 = deviations.sum();
    // Wilson and Hilferty: the cube root is nearly normal. Where one is free, the root is, exactly.
    let freedom = (counts.len() - 1) as f64;
    let deviation = if counts.len() == 2 {
        statistic.sqrt()
    } else {
        let variance = 2.0 / (9.0 * freedom);
        ((statistic / freedom).cbrt() - (1.0 - variance)) / variance.sqrt()
    };
    assert!(
        deviation.abs() < 4.9,
        "{name}: chi-square {statistic} of {freedom} degrees of freedom, deviation {deviation}"
    );
}

/// Counts what each unit of a run gives, below `outcomes`.
fn counted(
    schedule: KeySchedule,
    outcomes: usize,
    mut outcome: impl FnMut(u64, &mut Random) -> usize,
) -> Vec<u64> {
    let mut keys = UnitKeys::new(schedule);
    let mut counts = vec![0; outcomes];
    for index in 0..UNITS {
        counts[outcome(index, &mut keys.choices(index))] += 1;
    }
    counts
}

#[test]
fn numbers_are_uniform() {
    for (name, schedule) in schedules() {
        for below in [2_u64, 7, 64, 1000] {
            let counts = counted(schedule, below as usize, |_, choices| {
                choices.below(below) as usize
            });
            let expected = UNITS as f64 / below as f64;
            check(&format!("{name}, below {below}"), &counts, |_| expected);
        }
    }
}

#[test]
fn each_bit_is_fair() {
    for (name, schedule) in schedules() {
        let mut ones = [0_u64; 64];
        counted(schedule, 1, |_, choices| {
            let bits = choices.bits();
            for (at, count) in ones.iter_mut().enumerate() {
                *count += bits >> at & 1;
            }
            0
        });
        for (at, &count) in ones.iter().enumerate() {
            let both = [count, UNITS - count];
            check(&format!("{name}, bit {at}"), &both, |_| UNITS as f64 / 2.0);
        }
    }
}

#[test]
fn alternatives_follow_their_weights() {
    let weights = [4_u64, 2, 1, 1, 12];
    let cumulative = [4, 6, 7, 8, 20];
    for (name, schedule) in schedules() {
        // Behind draws that leave a fraction of a word.
        for before in [0, 1, 5] {
            let counts = counted(schedule, weights.len(), |_, choices| {
                for _ in 0..before {
                    choices.below(3);
                }
                choices.pick(&cumulative)
            });
            check(&format!("{name}, pick after {before}"), &counts, |at| {
                UNITS as f64 * weights[at] as f64 / 20.0
            });
        }
        let counts = counted(schedule, 2, |_, choices| {
            usize::from(choices.chance(300_000))
        });
        check(&format!("{name}, chance"), &counts, |at| {
            UNITS as f64 * [0.7, 0.3][at]
        });
    }
}

#[test]
fn draws_of_a_unit_are_independent() {
    for (name, schedule) in schedules() {
        let counts = counted(schedule, 1000, |_, choices| {
            let digits = [choices.below(10), choices.below(10), choices.below(10)];
            digits.iter().fold(0, |all, it| 10 * all + *it as usize)
        });
        check(&format!("{name}, three digits"), &counts, |_| {
            UNITS as f64 / 1000.0
        });
    }
}

#[test]
fn neighbouring_units_are_independent() {
    for (name, schedule) in schedules() {
        // Each unit is in one pair, so that counts are independent too.
        let mut first = 0;
        let mut counts = vec![0_u64; 256];
        counted(schedule, 1, |index, choices| {
            let drawn = choices.below(16) as usize;
            if index % 2 == 0 {
                first = drawn;
            } else {
                counts[16 * first + drawn] += 1;
            }
            0
        });
        check(&format!("{name}, pairs of units"), &counts, |_| {
            UNITS as f64 / 2.0 / 256.0
        });
    }
}
