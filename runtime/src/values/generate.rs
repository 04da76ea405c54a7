//! The values that a grammar asks for by kind: `int`, `text`, `email` and their like.

pub use super::domains::{address, company, email, person, phone, word};

use super::distribution::Distribution;
use super::literal::Style;
use super::number::{power_of_ten, push_decimal, push_int};
use super::quoting::{push_string, quote_from};
use super::scalar;
use super::temporal;
use super::text;
use crate::choices::Choices;
use crate::types::BuiltinType;

/// A whole number of the range `low..=high`.
pub fn int<C: Choices>(low: i64, high: i64, distribution: &Distribution, choices: &mut C) -> i64 {
    distribution.draw(low, high, choices)
}

/// Appends a whole number.
pub fn push_integer(value: i64, out: &mut Vec<u8>) {
    push_int(value.into(), out);
}

/// Appends a fixed-point number of `low..=high` with so many digits after the point. The
/// parameters of the distribution are in units of the number itself.
pub fn decimal<C: Choices>(
    low: i64,
    high: i64,
    digits: u32,
    distribution: &Distribution,
    choices: &mut C,
    out: &mut Vec<u8>,
) {
    // With 64 bits for the unscaled number, more digits than fit are cut to those that do.
    let largest = i128::from(low.unsigned_abs().max(high.unsigned_abs()).max(1));
    let mut digits = digits.min(18);
    while largest.saturating_mul(power_of_ten(digits)) > i128::from(i64::MAX) && digits > 0 {
        digits -= 1;
    }
    let unit = power_of_ten(digits);
    let scaled = |bound: i64| i64::try_from(i128::from(bound) * unit).unwrap_or(bound);
    let factor = unit as f64;
    let distribution = match *distribution {
        Distribution::Normal(mean, deviation) => {
            Distribution::Normal(mean * factor, deviation * factor)
        }
        Distribution::Exponential(mean) => Distribution::Exponential(mean * factor),
        other => other,
    };
    let unscaled = distribution.draw(scaled(low), scaled(high), choices);
    push_decimal(unscaled.into(), digits, out);
}

/// Appends a string literal of `low..=high` characters, at most 10,000.
pub fn text<C: Choices>(
    low: i64,
    high: i64,
    distribution: &Distribution,
    choices: &mut C,
    out: &mut Vec<u8>,
) {
    const LONGEST: i64 = 10_000;
    let low = low.clamp(0, LONGEST);
    let length = distribution.draw(low, high.clamp(low, LONGEST), choices);
    let start = out.len();
    text::push_exactly(u32::try_from(length).unwrap_or(0), choices, out);
    quote_from(out, start);
}

/// Appends a date literal, of the years of a range within 1 to 9999.
pub fn date<C: Choices>(first_year: i64, last_year: i64, choices: &mut C, out: &mut Vec<u8>) {
    out.extend_from_slice(b"DATE '");
    temporal::push_date(temporal::day(first_year, last_year, choices), out);
    out.push(b'\'');
}

/// Appends a timestamp literal, of the years of a range within 1 to 9999.
pub fn timestamp<C: Choices>(first_year: i64, last_year: i64, choices: &mut C, out: &mut Vec<u8>) {
    out.extend_from_slice(b"TIMESTAMP '");
    let day = temporal::day(first_year, last_year, choices);
    let (seconds, micros) = temporal::time(choices);
    temporal::push_timestamp(day * 86_400 + i64::from(seconds), micros, out);
    out.push(b'\'');
}

/// Appends a UUID literal.
pub fn uuid<C: Choices>(choices: &mut C, out: &mut Vec<u8>) {
    scalar::push(BuiltinType::Uuid, Style::Annotated, choices, out);
}

/// Appends TRUE or FALSE.
pub fn boolean<C: Choices>(choices: &mut C, out: &mut Vec<u8>) {
    scalar::push(BuiltinType::Bool, Style::Typed, choices, out);
}

/// Appends a string literal of a text.
pub fn quote(text: &[u8], out: &mut Vec<u8>) {
    push_string(text, out);
}
