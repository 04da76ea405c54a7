//! The values that a grammar asks for by kind: `int`, `text`, `email` and their like.

pub use super::domains::{address, company, email, person, phone, word};

use super::affix::push_first;
use super::distribution::Distribution;
use super::number::{power_of_ten, push_fixed, push_word};
use super::quoting::push_string;
use super::scalar;
use super::temporal;
use super::text;
use super::word::Word;
use crate::choices::Choices;

/// A whole number of the range `low..=high`.
pub fn int<C: Choices>(low: i64, high: i64, distribution: &Distribution, choices: &mut C) -> i64 {
    distribution.draw(low, high, choices)
}

/// Appends a whole number.
pub fn push_integer(value: i64, out: &mut Vec<u8>) {
    push_word(value, out);
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
    push_fixed(unscaled, digits, out);
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
    let length = u32::try_from(length).unwrap_or(0);
    // Words hold nothing to escape.
    out.push(b'\'');
    if length > 0 {
        text::push_exactly(length, &mut Word::draw(choices), choices, out);
    }
    out.push(b'\'');
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
    let before = choices.begin_value();
    let (seconds, micros) = temporal::time(&mut Word::draw(choices));
    choices.restore(before);
    temporal::push_date(day, out);
    out.push(b' ');
    temporal::push_time(seconds, micros, out);
    out.push(b'\'');
}

/// Appends a UUID literal.
pub fn uuid<C: Choices>(choices: &mut C, out: &mut Vec<u8>) {
    out.push(b'\'');
    scalar::push_uuid(choices, out);
    out.extend_from_slice(b"'::uuid");
}

/// Appends TRUE or FALSE.
pub fn boolean<C: Choices>(choices: &mut C, out: &mut Vec<u8>) {
    let n = choices.below(2) as usize;
    push_first([*b"TRUE ", *b"FALSE"][n % 2], 4 + n, out);
}

/// Appends a string literal of a text.
pub fn quote(text: &[u8], out: &mut Vec<u8>) {
    push_string(text, out);
}
