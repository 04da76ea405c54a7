//! The values that a grammar asks for by kind: `int`, `text`, `email` and their like.

use super::distribution::Distribution;
use super::literal::Style;
use super::number::{power_of_ten, push_decimal, push_int, push_padded};
use super::quoting::{push_string, quote_from};
use super::scalar;
use super::temporal;
use super::text;
use super::words;
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

/// Appends a common word, unquoted.
pub fn word<C: Choices>(choices: &mut C, out: &mut Vec<u8>) {
    text::push_word(choices, out);
}

/// Appends a string literal of a text.
pub fn quote(text: &[u8], out: &mut Vec<u8>) {
    push_string(text, out);
}

/// Appends an e-mail address literal.
pub fn email<C: Choices>(choices: &mut C, out: &mut Vec<u8>) {
    let start = out.len();
    text::push_one_of(words::FIRST_NAMES, choices, out);
    out.push(b'.');
    text::push_word(choices, out);
    push_int(choices.below(10_000).into(), out);
    out.push(b'@');
    text::push_one_of(words::DOMAINS, choices, out);
    out[start..].make_ascii_lowercase();
    quote_from(out, start);
}

/// Appends a phone number literal.
pub fn phone<C: Choices>(choices: &mut C, out: &mut Vec<u8>) {
    out.extend_from_slice(b"'+1-");
    push_int(i128::from(200 + choices.below(800)), out);
    // 555 is nobody's exchange.
    out.extend_from_slice(b"-555-");
    push_padded(choices.below(10_000), 4, out);
    out.push(b'\'');
}

/// Appends a postal address literal.
pub fn address<C: Choices>(choices: &mut C, out: &mut Vec<u8>) {
    let start = out.len();
    push_int(i128::from(1 + choices.below(999)), out);
    out.push(b' ');
    text::push_one_of(words::STREETS, choices, out);
    out.push(b' ');
    text::push_one_of(words::STREET_KINDS, choices, out);
    out.extend_from_slice(b", ");
    push_padded(choices.below(100_000), 5, out);
    out.push(b' ');
    text::push_one_of(words::CITIES, choices, out);
    quote_from(out, start);
}

/// Appends a person's name literal.
pub fn person<C: Choices>(choices: &mut C, out: &mut Vec<u8>) {
    let start = out.len();
    text::push_one_of(words::FIRST_NAMES, choices, out);
    out.push(b' ');
    text::push_one_of(words::LAST_NAMES, choices, out);
    quote_from(out, start);
}

/// Appends a company's name literal.
pub fn company<C: Choices>(choices: &mut C, out: &mut Vec<u8>) {
    let start = out.len();
    text::push_one_of(words::LAST_NAMES, choices, out);
    out.push(b' ');
    text::push_one_of(words::COMPANY_KINDS, choices, out);
    quote_from(out, start);
}
