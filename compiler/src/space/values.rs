//! How many values a builtin can draw.

use super::{Space, Ways};
use crate::builtins::Builtin;
use crate::interpret::builtin::YEARS;
use crate::ir::Argument;
use num_bigint::BigUint;
use rqg_runtime::values::{Pattern, Shape};

impl Space<'_> {
    pub(super) fn builtin(&mut self, builtin: Builtin, arguments: &[Argument], depth: u32) -> Ways {
        let mut ways = Ways::one();
        for argument in arguments {
            if let Argument::Value(value) = argument {
                ways = ways.and(self.expr(*value, depth));
            }
        }
        let range = arguments.iter().find_map(|argument| match argument {
            Argument::Range(low, high) => Some((self.constant(*low), self.constant(*high))),
            _ => None,
        });
        let drawn = match builtin {
            Builtin::Int => match range {
                Some((Some(low), Some(high))) => Ways::of(between(low, high)),
                _ => Ways::some(),
            },
            Builtin::Decimal => decimal(arguments, range),
            Builtin::Boolean => Ways::of(2u8),
            Builtin::Uuid => Ways::of(BigUint::from(1u8) << 122u32),
            Builtin::Date => match range {
                None => days(YEARS.0, YEARS.1),
                Some((Some(first), Some(last))) => days(first, last),
                Some(_) => Ways::some(),
            },
            Builtin::Regex => match arguments.first() {
                Some(Argument::Regex(pattern)) => self.pattern(*pattern),
                _ => Ways::some(),
            },
            builtin if !builtin.draws() => Ways::one(),
            _ => Ways::some(),
        };
        ways.and(drawn)
    }

    fn pattern(&self, pattern: u32) -> Ways {
        let pattern = self.program.regexes.get(pattern as usize);
        match pattern.map(|pattern| Pattern::new(pattern)) {
            Some(Ok(pattern)) => sequence(&pattern.shape()),
            _ => Ways::some(),
        }
    }
}

fn sequence(shapes: &[Shape]) -> Ways {
    shapes
        .iter()
        .fold(Ways::one(), |ways, shape| ways.and(shape_ways(shape)))
}

fn shape_ways(shape: &Shape) -> Ways {
    match shape {
        Shape::Text(_) => Ways::one(),
        Shape::Class(ranges) => {
            let sizes = ranges.iter().map(|(low, high)| u64::from(high - low) + 1);
            Ways::of(sizes.sum::<u64>())
        }
        Shape::Either(branches) => branches
            .iter()
            .fold(Ways::of(0u8), |ways, branch| ways.or(sequence(branch))),
        Shape::Repeat(low, extra, body) => {
            sequence(body).repeated(u64::from(*low), u64::from(*low) + u64::from(*extra))
        }
    }
}

/// How many whole numbers a range has; an empty one gives its low end.
fn between(low: i64, high: i64) -> BigUint {
    if high <= low {
        return BigUint::from(1u8);
    }
    BigUint::from(high.abs_diff(low)) + 1u8
}

fn decimal(arguments: &[Argument], range: Option<(Option<i64>, Option<i64>)>) -> Ways {
    let fractional = arguments.iter().find_map(|argument| match argument {
        Argument::FractionalRange(low, high) => Some((*low, *high)),
        _ => None,
    });
    let (low, high) = match (fractional, range) {
        (Some(bounds), _) => bounds,
        (None, Some((Some(low), Some(high)))) => (low as f64, high as f64),
        _ => return Ways::some(),
    };
    let digits = arguments.iter().find_map(|argument| match argument {
        Argument::Constant(digits) => u32::try_from(*digits).ok(),
        _ => None,
    });
    // As the generator has it: what does not fit 64 bits is left out.
    let power = |digits: u32| 10f64.powi(digits.cast_signed());
    let largest = low.abs().max(high.abs()).max(1.0);
    let mut digits = digits.unwrap_or(0).min(18);
    while digits > 0 && largest * power(digits) > i64::MAX as f64 {
        digits -= 1;
    }
    let scaled = |bound: f64| (bound * power(digits)).round() as i64;
    Ways::of(between(scaled(low), scaled(high)))
}

/// The days of whole years of the proleptic Gregorian calendar.
fn days(first: i64, last: i64) -> Ways {
    let (first, last) = (first.clamp(1, 9_999), last.clamp(1, 9_999));
    if first > last {
        return Ways::some();
    }
    let until = |year: i64| year * 365 + year / 4 - year / 100 + year / 400;
    Ways::of((until(last) - until(first - 1)).unsigned_abs())
}
