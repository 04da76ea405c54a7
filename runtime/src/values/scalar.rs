//! Values of the built-in types.

use super::affix::push_first;
use super::bands::Bands;
use super::literal::Style;
use super::number::{hexadecimal, power_of_ten, push_fixed, push_radix, push_word};
use super::temporal;
use super::text;
use super::word::Word;
use crate::choices::Choices;
use crate::schema::model::{Allowed, TypeInfo, TypeKind};
use crate::types::{BuiltinType, Classes};

/// The numbers between two bounds, in units of `10^-digits`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Bounds {
    /// The least.
    pub low: i128,
    /// The greatest.
    pub high: i128,
    /// Digits after the point.
    pub digits: u32,
}

/// No strings longer than this are made on demand of a check.
pub(super) const LONGEST: u32 = 10_000;

/// The numbers of a number type that a check leaves; None for other types and if none are left.
pub(crate) fn bounds(info: &TypeInfo, allowed: &Allowed) -> Option<Bounds> {
    let TypeKind::Builtin(builtin) = info.kind else {
        return None;
    };
    let symmetric = |high: i128, digits: u32| Bounds {
        low: -high,
        high,
        digits,
    };
    let integers = |low: i64, high: i64| Bounds {
        low: low.into(),
        high: high.into(),
        digits: 0,
    };
    let whole = match builtin {
        BuiltinType::Int2 => integers(i16::MIN.into(), i16::MAX.into()),
        BuiltinType::Int4 => integers(i32::MIN.into(), i32::MAX.into()),
        BuiltinType::Int8 => integers(i64::MIN, i64::MAX),
        BuiltinType::Numeric => match info.length {
            Some(precision) => {
                let digits = u32::try_from(info.scale.unwrap_or(0)).unwrap_or(0);
                symmetric(power_of_ten(precision.min(30)) - 1, digits)
            }
            None => symmetric(power_of_ten(22), 4),
        },
        BuiltinType::Float4 => symmetric(1 << 24, 0),
        BuiltinType::Float8 => symmetric(1 << 53, 0),
        BuiltinType::Money => symmetric(power_of_ten(14), 2),
        _ => return None,
    };
    match *allowed {
        Allowed::Any => Some(whole),
        Allowed::Range { low, high } => {
            let whole = match builtin {
                BuiltinType::Float4 => float_frame(low, high, 6, 1_000),
                BuiltinType::Float8 => float_frame(low, high, 12, 1_000_000),
                _ => whole,
            };
            let least = low.map_or(whole.low, |bound| rescale(bound, whole.digits, true));
            let most = high.map_or(whole.high, |bound| rescale(bound, whole.digits, false));
            let narrowed = Bounds {
                low: least.max(whole.low),
                high: most.min(whole.high),
                digits: whole.digits,
            };
            (narrowed.low <= narrowed.high).then_some(narrowed)
        }
        _ => None,
    }
}

/// Numbers around some bounds with no more significant digits than a float keeps exactly enough
/// for comparisons with the bounds to come out as they do for the decimal number.
fn float_frame(
    low: Option<(i128, u32)>,
    high: Option<(i128, u32)>,
    significant: u32,
    reach: i128,
) -> Bounds {
    let whole = |bound: Option<(i128, u32)>, up: bool| bound.map(|b| rescale(b, 0, up));
    let from = whole(low, false).or_else(|| whole(high, false).map(|b| b.saturating_sub(reach)));
    let to = whole(high, true).or_else(|| whole(low, true).map(|b| b.saturating_add(reach)));
    let (from, to) = (from.unwrap_or(-reach), to.unwrap_or(reach));
    let largest = from.unsigned_abs().max(to.unsigned_abs()).max(1);
    let digits = significant.saturating_sub(largest.ilog10() + 1).min(4);
    let unit = power_of_ten(digits);
    Bounds {
        low: from.saturating_mul(unit),
        high: to.saturating_mul(unit),
        digits,
    }
}

/// A bound in units of `10^-digits`, rounded up or down.
fn rescale((unscaled, scale): (i128, u32), digits: u32, up: bool) -> i128 {
    if scale <= digits {
        return unscaled.saturating_mul(power_of_ten(digits - scale));
    }
    let unit = power_of_ten(scale - digits);
    let floor = unscaled.div_euclid(unit);
    if up && unscaled.rem_euclid(unit) != 0 {
        floor + 1
    } else {
        floor
    }
}

/// How long strings of a type may be under a check; None if none fit, or for other types.
pub(super) fn lengths(
    info: &TypeInfo,
    builtin: BuiltinType,
    allowed: &Allowed,
) -> Option<(u32, u32)> {
    if !builtin.classes().intersects(Classes::STRING) {
        return None;
    }
    let room = info.length.unwrap_or(u32::MAX);
    match *allowed {
        Allowed::Any => Some((0, room)),
        Allowed::Length(low, high) => {
            let high = high.min(room);
            (low <= high && low <= LONGEST).then_some((low, high))
        }
        _ => None,
    }
}

/// What stands before and behind the values of a type that are quoted; their content holds no quotes
/// of its own.
pub(super) fn dress(info: &TypeInfo, builtin: BuiltinType, style: Style) -> (String, String) {
    if style == Style::Content {
        return (String::new(), String::new());
    }
    let keyword = match builtin {
        BuiltinType::Date => Some("DATE "),
        BuiltinType::Time => Some("TIME "),
        BuiltinType::Timetz => Some("TIMETZ "),
        BuiltinType::Timestamp => Some("TIMESTAMP "),
        BuiltinType::Timestamptz => Some("TIMESTAMPTZ "),
        BuiltinType::Interval => Some("INTERVAL "),
        _ => None,
    };
    let modified = !info.sql.is_empty() && info.sql != builtin.sql();
    let keyword = match style {
        Style::Content | Style::Bare => None,
        Style::Annotated => keyword,
        Style::Typed => keyword.filter(|_| !modified),
    };
    let named = style != Style::Bare && keyword.is_none();
    let cast = if named {
        cast(info, builtin)
    } else {
        String::new()
    };
    (
        format!("{}'", keyword.unwrap_or_default()),
        format!("'{cast}"),
    )
}

/// A cast to a type.
pub(super) fn cast(info: &TypeInfo, builtin: BuiltinType) -> String {
    let sql = match builtin {
        // Without a length, `character` in a cast would mean `character(1)`.
        BuiltinType::Char if info.length.is_none() => "bpchar",
        _ if info.sql.is_empty() => builtin.sql(),
        _ => &info.sql,
    };
    format!("::{sql}")
}

/// Appends the offset of a time zone.
#[inline]
pub(super) fn push_zone(word: &mut Word, out: &mut Vec<u8>) {
    const ZONES: [([u8; 6], usize); 8] = [
        (*b"+00   ", 3),
        (*b"+00   ", 3),
        (*b"+00   ", 3),
        (*b"+01   ", 3),
        (*b"-05   ", 3),
        (*b"+05:30", 6),
        (*b"-08   ", 3),
        (*b"+12   ", 3),
    ];
    let (zone, length) = ZONES[word.below(8) as usize % 8];
    push_first(zone, length, out);
}

/// Appends an interval. Takes a fresh word.
pub(super) fn push_interval(word: &mut Word, out: &mut Vec<u8>) {
    let part = |unit: &str, most: u64, word: &mut Word, out: &mut Vec<u8>| {
        let negative = word.below(8) == 0;
        let n = word.below(most).cast_signed();
        push_word(if negative { -n } else { n }, out);
        out.push(b' ');
        out.extend_from_slice(unit.as_bytes());
    };
    match word.below(8) {
        0 => part("years", 50, word, out),
        1 => part("months", 24, word, out),
        2 | 3 => part("days", 100, word, out),
        4 => part("hours", 100, word, out),
        5 => part("minutes", 600, word, out),
        6 => {
            part("days", 30, word, out);
            out.push(b' ');
            let (seconds, micros) = temporal::time(word);
            temporal::push_time(seconds, micros, out);
        }
        _ => part("seconds", 100_000, word, out),
    }
}

/// Appends so many of the bytes of a number, from the first on, as pairs of hexadecimal digits.
pub(super) fn push_pairs(n: u64, pairs: u32, separator: &[u8], out: &mut Vec<u8>) {
    let (high, low) = (hexadecimal((n >> 32) as u32), hexadecimal(n as u32));
    let digits = high.as_chunks::<2>().0.iter().chain(low.as_chunks().0);
    for (at, pair) in digits.take(pairs as usize).enumerate() {
        if at > 0 {
            out.extend_from_slice(separator);
        }
        out.extend_from_slice(pair);
    }
}

/// Appends a UUID of version 4 with the lower 122 bits.
pub(super) fn push_uuid_digits(bits: u128, out: &mut Vec<u8>) {
    let (high, low) = ((bits >> 62) as u64, bits as u64);
    // The version and the variant are put between the bits.
    let high = (high << 4) & 0xffff_ffff_ffff_0000 | 4 << 12 | high & 0xfff;
    let low = low & (u64::MAX >> 2) | 2 << 62;
    let [a, b] = [hexadecimal((high >> 32) as u32), hexadecimal(high as u32)];
    let [c, d] = [hexadecimal((low >> 32) as u32), hexadecimal(low as u32)];
    let mut text = [b'-'; 36];
    text[..8].copy_from_slice(&a);
    text[9..13].copy_from_slice(&b[..4]);
    text[14..18].copy_from_slice(&b[4..]);
    text[19..23].copy_from_slice(&c[..4]);
    text[24..28].copy_from_slice(&c[4..]);
    text[28..].copy_from_slice(&d);
    out.extend_from_slice(&text);
}

/// Appends the digits of a drawn uuid. The text tells of the upper half not all.
pub(super) fn push_uuid<C: Choices>(choices: &mut C, out: &mut Vec<u8>) {
    let before = choices.begin_value();
    let high = choices.bits();
    let low = choices.shown(1 << 62).unwrap_or_else(|| choices.bits());
    choices.restore(before);
    push_uuid_digits(u128::from(high) << 64 | u128::from(low), out);
}

/// Appends a JSON value that nests so deep at most.
pub(super) fn push_json<C: Choices>(depth: u32, choices: &mut C, out: &mut Vec<u8>) {
    static WHOLE: Bands = Bands::new(-1_000_000, 1_000_000, 1);
    static HUNDREDTHS: Bands = Bands::new(-100_000, 100_000, 1);
    let kinds = if depth == 0 { 4 } else { 10 };
    match choices.below(kinds) {
        0 => text::push_one_of(&["null", "true", "false"], choices, out),
        1 => push_word(WHOLE.draw(&mut Word::draw(choices), choices), out),
        2 => push_fixed(HUNDREDTHS.draw(&mut Word::draw(choices), choices), 2, out),
        3 => push_json_string(choices, out),
        4 | 5 => {
            out.push(b'[');
            for n in 0..choices.below(4) {
                if n > 0 {
                    out.extend_from_slice(b", ");
                }
                push_json(depth - 1, choices, out);
            }
            out.push(b']');
        }
        _ => {
            const KEYS: &[&str] = &[
                "id", "name", "size", "tags", "color", "price", "active", "note",
            ];
            out.push(b'{');
            for n in 0..choices.below(4) {
                if n > 0 {
                    out.extend_from_slice(b", ");
                }
                out.push(b'"');
                text::push_one_of(KEYS, choices, out);
                out.extend_from_slice(b"\": ");
                push_json(depth - 1, choices, out);
            }
            out.push(b'}');
        }
    }
}

fn push_json_string<C: Choices>(choices: &mut C, out: &mut Vec<u8>) {
    out.push(b'"');
    text::push_word(choices, out);
    out.push(b'"');
}

/// Appends an address; a network has no bits set behind its mask. Takes a fresh word.
pub(super) fn push_address<C: Choices>(
    network: bool,
    word: &mut Word,
    choices: &mut C,
    out: &mut Vec<u8>,
) {
    if word.below(5) == 0 {
        out.extend_from_slice(b"2001:db8");
        let groups = if network { 2 } else { 6 };
        for n in 0..groups {
            if n % 3 == 0 {
                *word = Word::draw(choices);
            }
            out.push(b':');
            push_radix(word.below(0x1_0000).into(), 16, 1, out);
        }
        if network {
            out.extend_from_slice(b"::/64");
        }
        return;
    }
    let length = match word.below(4) {
        0 => 8,
        1 => 16,
        2 => 24,
        _ => 32,
    };
    let kept = if network {
        u32::MAX << (32 - length)
    } else {
        u32::MAX
    };
    let kind = word.below(3);
    let masked = network || (length < 32 && word.below(2) == 0);
    let random = word.below(1 << 32) as u32;
    let address = match kind {
        0 => (10 << 24) | (random & 0x00ff_ffff),
        1 => (192 << 24) | (168 << 16) | (random & 0xffff),
        _ => random,
    } & kept;
    for (n, byte) in address.to_be_bytes().into_iter().enumerate() {
        if n > 0 {
            out.push(b'.');
        }
        push_word(byte.into(), out);
    }
    if masked {
        out.push(b'/');
        push_word(length.into(), out);
    }
}
