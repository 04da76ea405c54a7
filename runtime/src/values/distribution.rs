//! Distributions over a range of whole numbers, the same on every platform: the elementary
//! functions come from `libm`, never from the system.

use super::integer::uniform_word;
use crate::choices::Choices;

/// A distribution over an inclusive range.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Distribution {
    /// All alike.
    #[default]
    Uniform,
    /// Rank `k` (from 1, the range's low end) has weight `k^-s`.
    Zipf(f64),
    /// Mean and standard deviation, cut to the range.
    Normal(f64, f64),
    /// Mean, counted from the low end; cut to the range.
    Exponential(f64),
    /// Each further step with this probability, from the low end; cut to the range.
    Geometric(f64),
}

/// Tries before a rejected draw is settled otherwise.
const MAX_TRIES: u32 = 64;

impl Distribution {
    /// A number of the range `low..=high`. Never fails: an empty range gives `low`, parameters
    /// that make no sense the nearest that do.
    pub fn draw<C: Choices>(&self, low: i64, high: i64, choices: &mut C) -> i64 {
        match self {
            Self::Uniform => uniform_word(low, high, choices),
            _ => self.draw_with(low, high, &mut Constants::default(), choices),
        }
    }

    /// As [`Distribution::draw`], with what earlier draws worked out.
    #[inline]
    pub(crate) fn draw_with<C: Choices>(
        &self,
        low: i64,
        high: i64,
        constants: &mut Constants,
        choices: &mut C,
    ) -> i64 {
        if low >= high {
            return low;
        }
        let span = high.abs_diff(low);
        let (kind, parameter) = match *self {
            Self::Uniform => return uniform_word(low, high, choices),
            Self::Normal(mean, deviation) => {
                // Of what it draws, the number does not tell all.
                let before = choices.hide(true);
                let drawn = normal(low, high, mean, deviation, choices);
                choices.restore(before);
                return drawn;
            }
            Self::Zipf(s) => (Kind::Zipf, s),
            Self::Exponential(mean) => (Kind::Exponential, mean),
            Self::Geometric(p) => (Kind::Geometric, p),
        };
        let offset = if span <= LONGEST_TABLE {
            constants.table(kind, parameter).draw(span, choices)
        } else {
            if span <= LONGEST_SUMS
                && choices.tells_apart()
                && let Some(place) = choices.shown_pick(constants.sums(kind, parameter, span))
            {
                return low.saturating_add_unsigned(place as u64).min(high);
            }
            // Of what is drawn for a longer range, the number does not tell all.
            let before = choices.hide(true);
            let drawn = match kind {
                Kind::Zipf => zipf(span, parameter, constants, choices),
                Kind::Exponential => exponential(span, parameter, choices),
                Kind::Geometric => geometric(span, parameter, constants, choices),
            };
            choices.restore(before);
            drawn
        };
        low.saturating_add_unsigned(offset.min(span)).min(high)
    }
}

/// Distributions with one parameter, counted from the low end of the range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Zipf,
    Exponential,
    Geometric,
}

/// A number strictly between 0 and 1.
fn unit<C: Choices>(choices: &mut C) -> f64 {
    ((choices.bits() >> 11) as f64 + 0.5) * (1.0 / 9_007_199_254_740_992.0)
}

/// A float as an offset; NaN is 0.
fn offset(x: f64, span: u64) -> u64 {
    // The cast saturates.
    (x as u64).min(span)
}

/// A finite number within bounds; NaN is the lower one.
fn finite(x: f64, low: f64, high: f64) -> f64 {
    if x >= low { x.min(high) } else { low }
}

/// What a distribution and a range alone decide.
#[derive(Debug, Clone, Copy)]
struct Constant {
    kind: Kind,
    /// The bits of the parameter.
    parameter: u64,
    span: u64,
    values: [f64; 3],
}

/// The greatest span of a range that a table serves.
const LONGEST_TABLE: u64 = ENTRIES as u64 - 1;

/// Numbers in a table.
const ENTRIES: usize = 16;

/// The chances of the numbers of short ranges.
#[derive(Debug, Clone, Copy)]
struct Table {
    /// The weights of each number and those before it; all fit 63 bits.
    upto: [u64; ENTRIES],
}

impl Kind {
    /// The weight of a number counted from the low end; that of 0 is 1, and no other is greater.
    fn weight(self, parameter: f64) -> Box<dyn Fn(f64) -> f64> {
        match self {
            Self::Zipf => {
                let s = exponent(parameter);
                Box::new(move |k| libm::exp(-s * libm::log(k + 1.0)))
            }
            Self::Exponential => {
                let mean = positive_mean(parameter);
                Box::new(move |k| libm::exp(-k / mean))
            }
            Self::Geometric => {
                let log_p = libm::log(probability(parameter));
                Box::new(move |k| libm::exp(k * log_p))
            }
        }
    }
}

impl Table {
    fn new(kind: Kind, parameter: f64) -> Self {
        let weight = kind.weight(parameter);
        // No weight is greater than 1, the first.
        let one = 9_223_372_036_854_775_808.0 / ENTRIES as f64;
        let mut sum = 0.0;
        Self {
            upto: std::array::from_fn(|k| {
                sum += weight(k as f64);
                (sum * one) as u64
            }),
        }
    }

    /// A number of `0..=span`, at most [`LONGEST_TABLE`].
    #[inline]
    fn draw<C: Choices>(&self, span: u64, choices: &mut C) -> u64 {
        if let Some(upto) = self.upto.get(..=span as usize)
            && let Some(place) = choices.shown_pick(upto)
        {
            return place as u64;
        }
        let total = self.upto[span as usize % ENTRIES];
        let drawn = choices.below(total);
        // Halving finds the first whose weights go beyond what was drawn, without a branch.
        let mut place = 0;
        for half in [8, 4, 2, 1] {
            let beyond = drawn >= self.upto[(place + half - 1) % ENTRIES];
            place += half * usize::from(beyond);
        }
        place as u64
    }
}

/// The greatest weight of a number in such a sum: 2^16 of them fit 63 bits.
const HEAVIEST: f64 = 70_368_744_177_664.0;

/// What draws worked out that the distribution and the range alone decide, kept for the next draw of
/// the same: most of a draw's time is spent on it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Constants {
    tables: [Option<(Kind, u64, Table)>; Self::PLACES],
    numbers: [Option<Constant>; Self::PLACES],
    /// Sums of the weights of long ranges, for sources that want them.
    sums: Vec<Sums>,
}

/// Sums of the weights of each number of a range and those before it.
#[derive(Debug, Clone)]
struct Sums {
    kind: Kind,
    /// The bits of the parameter.
    parameter: u64,
    upto: Box<[u64]>,
}

/// The greatest span of a range whose weights are summed up.
const LONGEST_SUMS: u64 = (1 << 16) - 1;

impl Constants {
    /// Distributions, and ranges of them, that are kept at a time.
    const PLACES: usize = 32;

    /// Where something is kept. Any spread will do: another one in the same place is worked out anew.
    #[inline]
    fn place(kind: Kind, parameter: u64, span: u64) -> usize {
        let mixed =
            (parameter ^ span.rotate_left(32) ^ kind as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (mixed >> 59) as usize % Self::PLACES
    }

    /// The table of a distribution.
    #[inline]
    fn table(&mut self, kind: Kind, parameter: f64) -> &Table {
        #[cold]
        #[inline(never)]
        fn work_out(kind: Kind, parameter: f64) -> (Kind, u64, Table) {
            (kind, parameter.to_bits(), Table::new(kind, parameter))
        }
        let bits = parameter.to_bits();
        let place = &mut self.tables[Self::place(kind, bits, 0)];
        if !matches!(place, Some((known, of, _)) if *known == kind && *of == bits) {
            *place = None;
        }
        &place.get_or_insert_with(|| work_out(kind, parameter)).2
    }

    /// The sums of the weights of a range. Each weight is at least 1, so that all numbers can come.
    fn sums(&mut self, kind: Kind, parameter: f64, span: u64) -> &[u64] {
        let bits = parameter.to_bits();
        let known = self.sums.iter().position(|sums| {
            sums.kind == kind && sums.parameter == bits && sums.upto.len() as u64 == span + 1
        });
        let at = known.unwrap_or_else(|| {
            if self.sums.len() == Self::PLACES {
                self.sums.clear();
            }
            let weight = kind.weight(parameter);
            let mut sum = 0;
            let upto = (0..=span).map(|k| {
                sum += ((weight(k as f64) * HEAVIEST) as u64).max(1);
                sum
            });
            self.sums.push(Sums {
                kind,
                parameter: bits,
                upto: upto.collect(),
            });
            self.sums.len() - 1
        });
        self.sums.get(at).map_or(&[], |sums| &sums.upto)
    }

    /// What a distribution and a long range decide.
    fn of(
        &mut self,
        kind: Kind,
        parameter: f64,
        span: u64,
        work_out: impl FnOnce() -> [f64; 3],
    ) -> [f64; 3] {
        let parameter = parameter.to_bits();
        let place = &mut self.numbers[Self::place(kind, parameter, span)];
        match place {
            Some(kept) if kept.parameter == parameter && kept.span == span && kept.kind == kind => {
                kept.values
            }
            _ => {
                let values = work_out();
                *place = Some(Constant {
                    kind,
                    parameter,
                    span,
                    values,
                });
                values
            }
        }
    }
}

/// The exponent of a zipf distribution.
fn exponent(s: f64) -> f64 {
    finite(s, 0.0, 64.0)
}

/// The mean of an exponential distribution.
fn positive_mean(mean: f64) -> f64 {
    finite(mean, 1e-9, f64::MAX)
}

/// The probability of each further step of a geometric distribution.
fn probability(p: f64) -> f64 {
    finite(p, 1e-12, 1.0 - 1e-12)
}

// Not inlined, so that the draws from tables save no registers for these.

/// Rejection-inversion (Hörmann and Derflinger) over the ranks `1..=span + 1`.
#[inline(never)]
fn zipf<C: Choices>(span: u64, s: f64, constants: &mut Constants, choices: &mut C) -> u64 {
    let s = exponent(s);
    let n = span as f64 + 1.0;
    let h = |x: f64| libm::exp(-s * libm::log(x));
    let h_integral = |x: f64| {
        let log_x = libm::log(x);
        expm1_over((1.0 - s) * log_x) * log_x
    };
    let h_integral_inverse = |x: f64| {
        let t = (x * (1.0 - s)).max(-1.0);
        libm::exp(log1p_over(t) * x)
    };
    let [first, last, squeeze] = constants.of(Kind::Zipf, s, span, || {
        let first = h_integral(1.5) - 1.0;
        let last = h_integral(n + 0.5);
        let squeeze = 2.0 - h_integral_inverse(h_integral(2.5) - h(2.0));
        [first, last, squeeze]
    });
    for _ in 0..MAX_TRIES {
        let u = last + unit(choices) * (first - last);
        let x = h_integral_inverse(u);
        let k = finite(libm::floor(x + 0.5), 1.0, n);
        if k - x <= squeeze || u >= h_integral(k + 0.5) - h(k) {
            return offset(k - 1.0, span);
        }
    }
    0
}

/// `(e^x - 1) / x`.
fn expm1_over(x: f64) -> f64 {
    if x.abs() > 1e-8 {
        libm::expm1(x) / x
    } else {
        1.0 + x * 0.5 * (1.0 + x / 3.0)
    }
}

/// `ln(1 + x) / x`.
fn log1p_over(x: f64) -> f64 {
    if x.abs() > 1e-8 {
        libm::log1p(x) / x
    } else {
        1.0 - x * (0.5 - x / 3.0)
    }
}

#[inline(never)]
fn normal<C: Choices>(low: i64, high: i64, mean: f64, deviation: f64, choices: &mut C) -> i64 {
    let (from, to) = (low as f64, high as f64);
    let deviation = finite(deviation, 0.0, f64::MAX);
    let mut drawn = from;
    for _ in 0..MAX_TRIES {
        let radius = libm::sqrt(-2.0 * libm::log(unit(choices)));
        let angle = std::f64::consts::TAU * unit(choices);
        drawn = libm::round(mean + deviation * radius * libm::cos(angle));
        if drawn >= from && drawn <= to {
            break;
        }
    }
    (finite(drawn, from, to) as i64).clamp(low, high)
}

#[inline(never)]
fn exponential<C: Choices>(span: u64, mean: f64, choices: &mut C) -> u64 {
    let mean = positive_mean(mean);
    let n = span as f64 + 1.0;
    // The inverse of the distribution function of what the range leaves.
    let mass = -libm::expm1(-n / mean);
    offset(-mean * libm::log1p(-unit(choices) * mass), span)
}

#[inline(never)]
fn geometric<C: Choices>(span: u64, p: f64, constants: &mut Constants, choices: &mut C) -> u64 {
    let p = probability(p);
    let n = span as f64 + 1.0;
    let [log_p, mass, _] = constants.of(Kind::Geometric, p, span, || {
        let log_p = libm::log(p);
        [log_p, -libm::expm1(n * log_p), 0.0]
    });
    offset(libm::log1p(-unit(choices) * mass) / log_p, span)
}
