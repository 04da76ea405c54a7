//! Dates and times as text.

use super::integer::uniform;
use super::number::{pair, push_padded};
use crate::choices::Choices;

/// Days from 1970-01-01 to the first of January of a year (proleptic Gregorian calendar).
pub(super) fn days_of_year(year: i64) -> i64 {
    let y = year - 1;
    y * 365 + y.div_euclid(4) - y.div_euclid(100) + y.div_euclid(400) - 719_162
}

/// Year, month and day of a day counted from 1970-01-01.
fn civil(days: i64) -> (i64, u32, u32) {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let day_of_era = z.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month as u32, day as u32)
}

/// Appends `YYYY-MM-DD`, of a day counted from 1970-01-01 in the years 1 to 9999.
pub(super) fn push_date(days: i64, out: &mut Vec<u8>) {
    let (year, month, day) = civil(days);
    let year = year.max(1);
    match u32::try_from(year) {
        Ok(year) if year <= 9_999 => {
            let ([a, b], [c, d]) = (pair(year / 100), pair(year));
            let ([e, f], [g, h]) = (pair(month), pair(day));
            out.extend_from_slice(&[a, b, c, d, b'-', e, f, b'-', g, h]);
        }
        _ => {
            push_padded(year.unsigned_abs(), 4, out);
            let ([a, b], [c, d]) = (pair(month), pair(day));
            out.extend_from_slice(&[b'-', a, b, b'-', c, d]);
        }
    }
}

/// Appends `HH:MM:SS`, with a fraction unless it is 0.
pub(super) fn push_time(seconds: u32, micros: u32, out: &mut Vec<u8>) {
    let ([a, b], [c, d], [e, f]) = (
        pair(seconds / 3_600),
        pair(seconds / 60 % 60),
        pair(seconds % 60),
    );
    out.extend_from_slice(&[a, b, b':', c, d, b':', e, f]);
    if micros != 0 {
        out.push(b'.');
        if micros.is_multiple_of(1_000) {
            push_padded((micros / 1_000).into(), 3, out);
        } else {
            push_padded(micros.into(), 6, out);
        }
    }
}

/// Appends date and time, of seconds counted from 1970-01-01.
pub(super) fn push_timestamp(seconds: i64, micros: u32, out: &mut Vec<u8>) {
    push_date(seconds.div_euclid(86_400), out);
    out.push(b' ');
    push_time(seconds.rem_euclid(86_400) as u32, micros, out);
}

/// A day of the years of a range, cut to 1 to 9999.
pub(super) fn day<C: Choices>(first_year: i64, last_year: i64, choices: &mut C) -> i64 {
    let first = first_year.clamp(1, 9_999);
    let last = last_year.clamp(first, 9_999);
    let low = days_of_year(first);
    let high = days_of_year(last + 1) - 1;
    uniform(low.into(), high.into(), choices) as i64
}

/// A day as testers like them: mostly of these decades, now and then an edge of the calendar.
pub(super) fn interesting_day<C: Choices>(choices: &mut C) -> i64 {
    const EDGES: [(i64, i64); 8] = [
        (1970, 0),
        (2000, 59),
        (1999, 364),
        (2000, 0),
        (1900, 58),
        (2024, 59),
        (2038, 18),
        (1582, 287),
    ];
    match choices.below(32) {
        0 => {
            let (year, offset) = EDGES[choices.below(8) as usize];
            days_of_year(year) + offset
        }
        1 => day(1, 9_999, choices),
        2..=7 => day(1900, 2100, choices),
        _ => day(1990, 2030, choices),
    }
}

/// Seconds and microseconds of a time of day, often at a full minute.
pub(super) fn time<C: Choices>(choices: &mut C) -> (u32, u32) {
    let seconds = choices.below(86_400) as u32;
    match choices.below(8) {
        0 => (0, 0),
        1 => (86_399, 999_999),
        2..=4 => (seconds / 60 * 60, 0),
        5 | 6 => (seconds, 0),
        _ => (seconds, choices.below(1_000_000) as u32),
    }
}
