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
                return normal(low, high, mean, deviation, choices);
            }
            Self::Zipf(s) => (Kind::Zipf, s),
            Self::Exponential(mean) => (Kind::Exponential, mean),
            Self::Geometric(p) => (Kind::Geometric, p),
        };
        let offset = if span <= LONGEST_TABLE {
            constants.table(kind, parameter, span).draw(choices.bits())
        } else {
            match kind {
                Kind::Zipf => zipf(span, parameter, constants, choices),
                Kind::Exponential => exponential(span, parameter, choices),
                Kind::Geometric => geometric(span, parameter, constants, choices),
            }
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
    worked_out: WorkedOut,
}

#[derive(Debug, Clone, Copy)]
enum WorkedOut {
    Numbers([f64; 3]),
    Table(Table),
}

/// The greatest span of a range that has a table.
const LONGEST_TABLE: u64 = 16;

/// The chances of the numbers of a short range.
#[derive(Debug, Clone, Copy)]
struct Table {
    /// Of 2^64 words, how many give this number or one before it. Past the last but one, all.
    upto: [u64; LONGEST_TABLE as usize],
}

impl Table {
    fn new(kind: Kind, parameter: f64, span: u64) -> Self {
        let weight: &dyn Fn(f64) -> f64 = match kind {
            Kind::Zipf => {
                let s = exponent(parameter);
                &move |k| libm::exp(-s * libm::log(k + 1.0))
            }
            Kind::Exponential => {
                let mean = positive_mean(parameter);
                &move |k| libm::exp(-k / mean)
            }
            Kind::Geometric => {
                let log_p = libm::log(probability(parameter));
                &move |k| libm::exp(k * log_p)
            }
        };
        let mut upto = [u64::MAX; LONGEST_TABLE as usize];
        let weights = || (0..=span).map(|k| weight(k as f64));
        let total: f64 = weights().sum();
        let mut sum = 0.0;
        for (upto, weight) in upto.iter_mut().zip(weights()).take(span as usize) {
            sum += weight;
            // The cast saturates.
            *upto = (sum / total * 18_446_744_073_709_551_616.0) as u64;
        }
        Self { upto }
    }

    /// The number that a random word gives.
    #[inline]
    fn draw(&self, word: u64) -> u64 {
        // Halves are counted as wholes, so that there is no branch to mispredict: nearly all are
        // decided by the first.
        let count = |upto: &[u64]| upto.iter().map(|&upto| u64::from(word >= upto)).sum();
        let (first, last) = self.upto.split_at(LONGEST_TABLE as usize / 2);
        let offset: u64 = count(first);
        if offset < first.len() as u64 {
            return offset;
        }
        let more: u64 = count(last);
        offset + more
    }
}

/// What draws worked out that the distribution and the range alone decide, kept for the next draw of
/// the same: most of a draw's time is spent on it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Constants {
    kept: [Option<Constant>; Self::PLACES],
}

impl Constants {
    /// Distributions and ranges that are kept at a time.
    const PLACES: usize = 32;

    /// What is kept of a distribution and a range, worked out if it is not there.
    #[inline]
    fn of(
        &mut self,
        kind: Kind,
        parameter: f64,
        span: u64,
        work_out: impl FnOnce() -> WorkedOut,
    ) -> &WorkedOut {
        let parameter = parameter.to_bits();
        // Any spread will do: another one in the same place is worked out anew.
        let mixed =
            (parameter ^ span.rotate_left(32) ^ kind as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let place = &mut self.kept[(mixed >> 59) as usize % Self::PLACES];
        let known = place.as_ref().is_some_and(|kept| {
            kept.parameter == parameter && kept.span == span && kept.kind == kind
        });
        if !known {
            *place = None;
        }
        &place
            .get_or_insert_with(|| Constant {
                kind,
                parameter,
                span,
                worked_out: work_out(),
            })
            .worked_out
    }

    /// The table of a short range.
    #[inline]
    fn table(&mut self, kind: Kind, parameter: f64, span: u64) -> &Table {
        /// Never needed: what is kept of a short range is its table.
        const EVERYTHING: &Table = &Table {
            upto: [u64::MAX; LONGEST_TABLE as usize],
        };
        #[cold]
        #[inline(never)]
        fn work_out(kind: Kind, parameter: f64, span: u64) -> WorkedOut {
            WorkedOut::Table(Table::new(kind, parameter, span))
        }
        match self.of(kind, parameter, span, || work_out(kind, parameter, span)) {
            WorkedOut::Table(table) => table,
            WorkedOut::Numbers(_) => EVERYTHING,
        }
    }

    /// The numbers of a long range.
    fn numbers(
        &mut self,
        kind: Kind,
        parameter: f64,
        span: u64,
        work_out: impl Fn() -> [f64; 3],
    ) -> [f64; 3] {
        match self.of(kind, parameter, span, || WorkedOut::Numbers(work_out())) {
            WorkedOut::Numbers(numbers) => *numbers,
            WorkedOut::Table(_) => work_out(),
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

/// Rejection-inversion (Hörmann and Derflinger) over the ranks `1..=span + 1`.
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
    let [first, last, squeeze] = constants.numbers(Kind::Zipf, s, span, || {
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

fn exponential<C: Choices>(span: u64, mean: f64, choices: &mut C) -> u64 {
    let mean = positive_mean(mean);
    let n = span as f64 + 1.0;
    // The inverse of the distribution function of what the range leaves.
    let mass = -libm::expm1(-n / mean);
    offset(-mean * libm::log1p(-unit(choices) * mass), span)
}

fn geometric<C: Choices>(span: u64, p: f64, constants: &mut Constants, choices: &mut C) -> u64 {
    let p = probability(p);
    let n = span as f64 + 1.0;
    let [log_p, mass, _] = constants.numbers(Kind::Geometric, p, span, || {
        let log_p = libm::log(p);
        [log_p, -libm::expm1(n * log_p), 0.0]
    });
    offset(libm::log1p(-unit(choices) * mass) / log_p, span)
}
