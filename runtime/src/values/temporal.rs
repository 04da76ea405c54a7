//! Dates and times as text.

use super::affix::push_first;
use super::bands::Bands;
use super::integer::uniform;
use super::number::{eight_characters, push_padded};
use super::word::Word;
use crate::choices::Choices;

/// Days from 1970-01-01 to the first of January of a year (proleptic Gregorian calendar).
pub(super) const fn days_of_year(year: i64) -> i64 {
    let y = year - 1;
    y * 365 + y.div_euclid(4) - y.div_euclid(100) + y.div_euclid(400) - 719_162
}

/// The first day that is printed: of the year 1.
const FIRST_DAY: i64 = days_of_year(1);
/// The last: of the year 9999.
const LAST_DAY: i64 = days_of_year(10_000) - 1;

/// Year, month and day of a day counted from 1970-01-01, cut to the years 1 to 9999.
///
/// The years start in March, and numbers are divided by multiplying (Neri and Schneider, Euclidean
/// affine functions and their application to calendar algorithms).
#[inline]
fn civil(days: i64) -> (u32, u32, u32) {
    /// Days from the first of March of the year 0 to 1970-01-01.
    const EPOCH: i64 = 719_468;
    let day = (days.clamp(FIRST_DAY, LAST_DAY) + EPOCH) as u32;
    let quarters = 4 * day + 3;
    let (century, day_of_century) = (quarters / 146_097, quarters % 146_097 / 4);
    let scaled = 2_939_745 * u64::from(4 * day_of_century + 3);
    let year_of_century = (scaled >> 32) as u32;
    let day_of_year = scaled as u32 / 2_939_745 / 4;
    let months = 2_141 * day_of_year + 197_913;
    let (month, day_of_month) = (months >> 16, (months & 0xffff) / 2_141);
    let next_year = u32::from(day_of_year >= 306);
    (
        100 * century + year_of_century + next_year,
        month - 12 * next_year,
        day_of_month + 1,
    )
}

/// Appends `YYYY-MM-DD`, of a day counted from 1970-01-01 in the years 1 to 9999.
#[inline]
pub(super) fn push_date(days: i64, out: &mut Vec<u8>) {
    let (year, month, day) = civil(days);
    let digits = eight_characters(year * 10_000 + month * 100 + day);
    let hyphen = u64::from(b'-');
    let first = digits & 0xffff_ffff | hyphen << 32 | (digits >> 32 & 0xffff) << 40 | hyphen << 56;
    let text = u128::from(first) | u128::from(digits >> 48) << 64;
    push_first(text.to_le_bytes(), 10, out);
}

/// Appends `HH:MM:SS`, with a fraction unless it is 0.
#[inline]
pub(super) fn push_time(seconds: u32, micros: u32, out: &mut Vec<u8>) {
    let clock = seconds / 3_600 * 10_000 + seconds / 60 % 60 * 100 + seconds % 60;
    let digits = eight_characters(clock) >> 16;
    let colon = u64::from(b':');
    let text = digits & 0xffff
        | colon << 16
        | (digits >> 16 & 0xffff) << 24
        | colon << 40
        | (digits >> 32) << 48;
    out.extend_from_slice(&text.to_le_bytes());
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
#[inline]
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

/// Days as testers like them: mostly of these decades, now and then an edge of the calendar.
pub(super) static DAYS: Bands = {
    const fn years(first: i64, last: i64) -> (i64, i64) {
        (days_of_year(first), days_of_year(last + 1) - 1)
    }
    Bands::of(
        years(1990, 2030),
        years(1900, 2100),
        years(1, 9_999),
        [
            days_of_year(1970),
            days_of_year(2000) + 59,
            days_of_year(1999) + 364,
            days_of_year(2000),
            days_of_year(1900) + 58,
            days_of_year(2024) + 59,
            days_of_year(2038) + 18,
            days_of_year(1582) + 287,
        ],
    )
};

/// Seconds and microseconds of a time of day, often at a full minute. Takes a fresh word.
#[inline]
pub(super) fn time(word: &mut Word) -> (u32, u32) {
    let seconds = word.below(86_400) as u32;
    match word.below(8) {
        0..=2 => (seconds / 60 * 60, 0),
        3 | 4 => (seconds, 0),
        5 => (0, 0),
        6 => (86_399, 999_999),
        _ => (seconds, word.below(1_000_000) as u32),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_on() {
        let leap = |year: u32| {
            year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
        };
        let (mut year, mut month, mut day) = (1, 1, 1);
        for n in FIRST_DAY..=LAST_DAY {
            assert_eq!(civil(n), (year, month, day));
            let length = match month {
                2 => 28 + u32::from(leap(year)),
                4 | 6 | 9 | 11 => 30,
                _ => 31,
            };
            day += 1;
            if day > length {
                (month, day) = (month + 1, 1);
            }
            if month > 12 {
                (year, month) = (year + 1, 1);
            }
        }
        assert_eq!((year, month, day), (10_000, 1, 1));
        let mut out = Vec::new();
        push_timestamp(86_400 * FIRST_DAY + 45_296, 0, &mut out);
        push_timestamp(-1, 7, &mut out);
        assert_eq!(out, b"0001-01-01 12:34:561969-12-31 23:59:59.000007");
        assert_eq!(civil(0), (1970, 1, 1));
        assert_eq!(civil(i64::MAX), (9_999, 12, 31));
    }
}
