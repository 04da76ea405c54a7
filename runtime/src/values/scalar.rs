//! Values of the built-in types.

use super::integer::{interesting, uniform};
use super::literal::Style;
use super::number::{power_of_ten, push_decimal, push_int, push_radix};
use super::quoting::quote_from;
use super::temporal;
use super::text;
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

/// What [`bounds`] gives for a type of whole numbers, where the check speaks of whole numbers too and
/// leaves some.
fn whole_bounds(builtin: BuiltinType, allowed: &Allowed) -> Option<(i64, i64)> {
    let (least, most) = match builtin {
        BuiltinType::Int2 => (i16::MIN.into(), i16::MAX.into()),
        BuiltinType::Int4 => (i32::MIN.into(), i32::MAX.into()),
        BuiltinType::Int8 => (i64::MIN, i64::MAX),
        _ => return None,
    };
    match *allowed {
        Allowed::Any => Some((least, most)),
        Allowed::Range { low, high } => {
            let whole = |bound: Option<(i128, u32)>, otherwise: i64| match bound {
                None => Some(otherwise),
                Some((number, 0)) => i64::try_from(number).ok(),
                Some(_) => None,
            };
            let low = whole(low, least)?.max(least);
            let high = whole(high, most)?.min(most);
            (low <= high).then_some((low, high))
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

/// Appends a value of an unmodified built-in type.
pub(super) fn push<C: Choices>(
    builtin: BuiltinType,
    style: Style,
    choices: &mut C,
    out: &mut Vec<u8>,
) {
    let info = TypeInfo {
        // No allocation: the names that are printed come from the built-in type itself.
        sql: String::new(),
        base: builtin.id(),
        kind: TypeKind::Builtin(builtin),
        classes: builtin.classes(),
        length: None,
        scale: None,
    };
    push_value(&info, builtin, &Allowed::Any, style, choices, out);
}

/// Appends a value of a built-in type, perhaps with a modifier, that a check leaves.
pub(super) fn push_value<C: Choices>(
    info: &TypeInfo,
    builtin: BuiltinType,
    allowed: &Allowed,
    style: Style,
    choices: &mut C,
    out: &mut Vec<u8>,
) {
    match builtin {
        BuiltinType::Bool => {
            out.extend_from_slice(if choices.below(2) == 0 {
                b"TRUE"
            } else {
                b"FALSE"
            });
        }
        BuiltinType::Int2
        | BuiltinType::Int4
        | BuiltinType::Int8
        | BuiltinType::Numeric
        | BuiltinType::Float4
        | BuiltinType::Float8
        | BuiltinType::Money => {
            let (unscaled, digits) = number(info, builtin, allowed, choices);
            push_number(info, builtin, unscaled, digits, style, out);
        }
        BuiltinType::Char | BuiltinType::Varchar | BuiltinType::Text => {
            let (low, high) = lengths(info, builtin, allowed).unwrap_or((0, 0));
            let start = out.len();
            text::push_content(low, high, choices, out);
            if style != Style::Content {
                quote_from(out, start);
            }
            if style == Style::Typed {
                cast(info, builtin, out);
            }
        }
        BuiltinType::Bit | BuiltinType::Varbit => {
            let length = match (builtin, info.length) {
                (BuiltinType::Bit, Some(bits)) => bits.min(LONGEST),
                (_, bits) => {
                    let most = bits.unwrap_or(16).clamp(1, 16);
                    1 + choices.below(most.into()) as u32
                }
            };
            let quoted = style != Style::Content;
            if quoted {
                out.extend_from_slice(b"B'");
            }
            let mut left = length;
            while left > 0 {
                let taken = left.min(64);
                let bits = u128::from(choices.bits() >> (64 - taken));
                push_radix(bits, 2, taken as usize, out);
                left -= taken;
            }
            if quoted {
                out.push(b'\'');
            }
            if style == Style::Typed && (builtin == BuiltinType::Varbit || info.length.is_some()) {
                cast(info, builtin, out);
            }
        }
        BuiltinType::Unknown => out.extend_from_slice(b"NULL"),
        _ => push_dressed(info, builtin, style, out, |out| {
            push_quoted(builtin, choices, out);
        }),
    }
}

/// A number that a check leaves, in units of `10^-digits`.
fn number<C: Choices>(
    info: &TypeInfo,
    builtin: BuiltinType,
    allowed: &Allowed,
    choices: &mut C,
) -> (i128, u32) {
    if *allowed == Allowed::Any {
        let free = match builtin {
            BuiltinType::Numeric if info.length.is_none() => Some((power_of_ten(18), 5)),
            BuiltinType::Float4 => Some((power_of_ten(6), 4)),
            BuiltinType::Float8 => Some((power_of_ten(12), 6)),
            BuiltinType::Money => Some((power_of_ten(8), 0)),
            _ => None,
        };
        if let Some((most, digits)) = free {
            let whole = interesting(-most, most, choices);
            if builtin == BuiltinType::Money {
                return (whole, 2);
            }
            let digits = choices.below(digits) as u32;
            let unit = power_of_ten(digits);
            return (whole * unit + uniform(0, unit - 1, choices), digits);
        }
    }
    if let Some((low, high)) = whole_bounds(builtin, allowed) {
        return (interesting(low.into(), high.into(), choices), 0);
    }
    let Some(Bounds { low, high, digits }) = bounds(info, allowed) else {
        return (0, 0);
    };
    let unit = power_of_ten(digits);
    if unit == 1 || choices.below(4) == 0 {
        return (interesting(low, high, choices), digits);
    }
    let whole = interesting(low.div_euclid(unit), high.div_euclid(unit), choices);
    let fraction = uniform(0, unit - 1, choices);
    (
        whole
            .saturating_mul(unit)
            .saturating_add(fraction)
            .clamp(low, high),
        digits,
    )
}

/// Appends a number as a value of a type.
pub(super) fn push_number(
    info: &TypeInfo,
    builtin: BuiltinType,
    unscaled: i128,
    digits: u32,
    style: Style,
    out: &mut Vec<u8>,
) {
    let small = i32::try_from(unscaled).is_ok();
    let needs_cast = match (style, builtin) {
        (Style::Content | Style::Bare, _) => false,
        (_, BuiltinType::Money) => true,
        (Style::Annotated, _) => false,
        // The digits of the least integer alone are of a wider type.
        (Style::Typed, BuiltinType::Int4) => unscaled == i32::MIN.into(),
        (Style::Typed, BuiltinType::Int8) => small || unscaled == i64::MIN.into(),
        (Style::Typed, BuiltinType::Numeric) => digits == 0 || info.length.is_some(),
        (Style::Typed, _) => true,
    };
    // A cast binds tighter than a minus, also one that a grammar puts behind the literal.
    let parenthesised = unscaled < 0 && (needs_cast || style == Style::Typed);
    if parenthesised {
        out.push(b'(');
    }
    push_decimal(unscaled, digits, out);
    if parenthesised {
        out.push(b')');
    }
    if needs_cast {
        cast(info, builtin, out);
    }
}

/// Appends a value of a type whose values are quoted; the content holds no quotes of its own.
pub(super) fn push_dressed(
    info: &TypeInfo,
    builtin: BuiltinType,
    style: Style,
    out: &mut Vec<u8>,
    content: impl FnOnce(&mut Vec<u8>),
) {
    if style == Style::Content {
        content(out);
        return;
    }
    let keyword: Option<&[u8]> = match builtin {
        BuiltinType::Date => Some(b"DATE "),
        BuiltinType::Time => Some(b"TIME "),
        BuiltinType::Timetz => Some(b"TIMETZ "),
        BuiltinType::Timestamp => Some(b"TIMESTAMP "),
        BuiltinType::Timestamptz => Some(b"TIMESTAMPTZ "),
        BuiltinType::Interval => Some(b"INTERVAL "),
        _ => None,
    };
    let modified = !info.sql.is_empty() && info.sql != builtin.sql();
    let keyword = match style {
        Style::Content | Style::Bare => None,
        Style::Annotated => keyword,
        Style::Typed => keyword.filter(|_| !modified),
    };
    out.extend_from_slice(keyword.unwrap_or_default());
    out.push(b'\'');
    content(out);
    out.push(b'\'');
    if style != Style::Bare && keyword.is_none() {
        cast(info, builtin, out);
    }
}

fn cast(info: &TypeInfo, builtin: BuiltinType, out: &mut Vec<u8>) {
    out.extend_from_slice(b"::");
    let sql = match builtin {
        // Without a length, `character` in a cast would mean `character(1)`.
        BuiltinType::Char if info.length.is_none() => "bpchar",
        _ if info.sql.is_empty() => builtin.sql(),
        _ => &info.sql,
    };
    out.extend_from_slice(sql.as_bytes());
}

/// Appends what stands between the quotes.
fn push_quoted<C: Choices>(builtin: BuiltinType, choices: &mut C, out: &mut Vec<u8>) {
    match builtin {
        BuiltinType::Date => temporal::push_date(temporal::interesting_day(choices), out),
        BuiltinType::Time | BuiltinType::Timetz => {
            let (seconds, micros) = temporal::time(choices);
            temporal::push_time(seconds, micros, out);
            if builtin == BuiltinType::Timetz {
                push_zone(choices, out);
            }
        }
        BuiltinType::Timestamp | BuiltinType::Timestamptz => {
            let day = temporal::interesting_day(choices);
            let (seconds, micros) = temporal::time(choices);
            temporal::push_timestamp(day * 86_400 + i64::from(seconds), micros, out);
            if builtin == BuiltinType::Timestamptz {
                push_zone(choices, out);
            }
        }
        BuiltinType::Interval => push_interval(choices, out),
        BuiltinType::Uuid => {
            let random = (u128::from(choices.bits()) << 64) | u128::from(choices.bits());
            push_uuid_digits(random, out);
        }
        BuiltinType::Bytea => {
            out.extend_from_slice(b"\\x");
            for _ in 0..choices.below(12) {
                push_radix(u128::from(choices.below(256)), 16, 2, out);
            }
        }
        BuiltinType::Json | BuiltinType::Jsonb => push_json(2, choices, out),
        BuiltinType::Inet | BuiltinType::Cidr => {
            push_address(builtin == BuiltinType::Cidr, choices, out);
        }
        BuiltinType::Macaddr | BuiltinType::Macaddr8 => {
            let pairs = if builtin == BuiltinType::Macaddr {
                6
            } else {
                8
            };
            for pair in 0..pairs {
                if pair > 0 {
                    out.push(b':');
                }
                push_radix(u128::from(choices.below(256)), 16, 2, out);
            }
        }
        _ => {}
    }
}

fn push_zone<C: Choices>(choices: &mut C, out: &mut Vec<u8>) {
    const ZONES: &[&str] = &["+00", "+00", "+00", "+01", "-05", "+05:30", "-08", "+12"];
    text::push_one_of(ZONES, choices, out);
}

fn push_interval<C: Choices>(choices: &mut C, out: &mut Vec<u8>) {
    let mut part = |unit: &str, most: u64, choices: &mut C| {
        let negative = choices.below(8) == 0;
        let n = i128::from(choices.below(most));
        push_int(if negative { -n } else { n }, out);
        out.push(b' ');
        out.extend_from_slice(unit.as_bytes());
    };
    match choices.below(8) {
        0 => part("years", 50, choices),
        1 => part("months", 24, choices),
        2 | 3 => part("days", 100, choices),
        4 => part("hours", 100, choices),
        5 => part("minutes", 600, choices),
        6 => {
            part("days", 30, choices);
            out.push(b' ');
            let (seconds, micros) = temporal::time(choices);
            temporal::push_time(seconds, micros, out);
        }
        _ => part("seconds", 100_000, choices),
    }
}

/// Appends a UUID of version 4 with the lower 122 bits.
pub(super) fn push_uuid_digits(bits: u128, out: &mut Vec<u8>) {
    let low = bits & ((1 << 62) - 1);
    let middle = (bits >> 62) & 0xfff;
    let high = (bits >> 74) & ((1 << 48) - 1);
    let uuid = (high << 80) | (4 << 76) | (middle << 64) | (2 << 62) | low;
    for (shift, digits) in [(96, 8), (80, 4), (64, 4), (48, 4), (0, 12)] {
        if shift < 96 {
            out.push(b'-');
        }
        push_radix((uuid >> shift) & ((1 << (4 * digits)) - 1), 16, digits, out);
    }
}

/// Appends a JSON value that nests so deep at most.
fn push_json<C: Choices>(depth: u32, choices: &mut C, out: &mut Vec<u8>) {
    let kinds = if depth == 0 { 4 } else { 10 };
    match choices.below(kinds) {
        0 => text::push_one_of(&["null", "true", "false"], choices, out),
        1 => push_int(interesting(-1_000_000, 1_000_000, choices), out),
        2 => push_decimal(interesting(-100_000, 100_000, choices), 2, out),
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

/// Appends an address; a network has no bits set behind its mask.
fn push_address<C: Choices>(network: bool, choices: &mut C, out: &mut Vec<u8>) {
    if choices.below(5) == 0 {
        out.extend_from_slice(b"2001:db8");
        let groups = if network { 2 } else { 6 };
        for _ in 0..groups {
            out.push(b':');
            push_radix(u128::from(choices.below(0x1_0000)), 16, 1, out);
        }
        if network {
            out.extend_from_slice(b"::/64");
        }
        return;
    }
    let length = match choices.below(4) {
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
    let random = choices.below(1 << 32) as u32;
    let address = match choices.below(3) {
        0 => (10 << 24) | (random & 0x00ff_ffff),
        1 => (192 << 24) | (168 << 16) | (random & 0xffff),
        _ => random,
    } & kept;
    for (n, byte) in address.to_be_bytes().into_iter().enumerate() {
        if n > 0 {
            out.push(b'.');
        }
        push_int(byte.into(), out);
    }
    if network || (length < 32 && choices.below(2) == 0) {
        out.push(b'/');
        push_int(i128::from(length), out);
    }
}
