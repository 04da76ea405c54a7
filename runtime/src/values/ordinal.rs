//! Values that never repeat: made from ordinals, which no two units share.

use super::number::{power_of_ten, push_decimal, push_int, push_radix};
use super::temporal;
use crate::schema::model::{Allowed, Model, TypeKind};
use crate::types::{BuiltinType, TypeId};

/// Numbers that every unit has of its own, for the keys of its new rows.
pub const ORDINALS_PER_UNIT: u64 = 64;

/// Hands out the ordinals of one unit: `index * 64 + n`. They repeat in the next unit if a unit
/// takes more than 64.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ordinals {
    index: u64,
    taken: u64,
}

impl Ordinals {
    /// Of the unit with this index.
    #[must_use]
    pub fn new(index: u64) -> Self {
        Self { index, taken: 0 }
    }

    /// The next.
    pub fn next_ordinal(&mut self) -> u64 {
        let ordinal = self
            .index
            .wrapping_mul(ORDINALS_PER_UNIT)
            .wrapping_add(self.taken);
        self.taken += 1;
        ordinal
    }
}

/// Years past this are not made.
const DAYS: u128 = 2_900_000;

/// What ordinals of a column are mapped to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scale {
    /// `(base + ordinal mod capacity) * 10^-digits`.
    Number {
        base: i128,
        capacity: u128,
        digits: u32,
    },
    /// Base-36 digits of `ordinal mod capacity`, at least `width`, behind a letter if there is room.
    Text {
        capacity: u128,
        width: u32,
        prefix: bool,
    },
    /// As the type has it, `ordinal mod capacity`.
    Type { capacity: u128 },
}

impl Scale {
    /// How many different values there are.
    pub fn capacity(self) -> u128 {
        match self {
            Self::Number { capacity, .. }
            | Self::Text { capacity, .. }
            | Self::Type { capacity } => capacity,
        }
    }
}

/// How ordinals become values of a type (domains followed to the end), or None.
/// `rows` are the rows that the table holds; `sequence`: a default hands out small numbers too.
pub(crate) fn scale(
    model: &Model,
    ty: TypeId,
    allowed: &Allowed,
    rows: u64,
    sequence: bool,
) -> Option<Scale> {
    let info = model.ty(ty);
    let builtin = match info.kind {
        TypeKind::Builtin(builtin) => builtin,
        TypeKind::Array(element) if *allowed == Allowed::Any => {
            let element = super::literal::underlying(model, element);
            let simple = matches!(model.ty(element).kind, TypeKind::Builtin(_));
            let plain = matches!(model.ty(ty).kind, TypeKind::Array(own) if own == element);
            return scale(model, element, allowed, rows, false).filter(|_| simple && plain);
        }
        _ => return None,
    };
    if let Some(bounds) = super::scalar::bounds(info, allowed) {
        return Some(number_scale(&bounds, rows, sequence));
    }
    let (low, high) = match allowed {
        Allowed::Any => (0, u32::MAX),
        Allowed::Length(low, high) => (*low, *high),
        _ => return None,
    };
    let capacity = match builtin {
        BuiltinType::Char | BuiltinType::Varchar | BuiltinType::Text => {
            let room = info.length.unwrap_or(u32::MAX).min(high);
            if room < low {
                return None;
            }
            let prefix = room >= 14;
            let capacity = 36_u128.saturating_pow(room.min(14)).min(1 << 64);
            return Some(Scale::Text {
                capacity,
                width: low.saturating_sub(u32::from(prefix)),
                prefix,
            });
        }
        BuiltinType::Date => DAYS,
        BuiltinType::Timestamp | BuiltinType::Timestamptz => DAYS * 86_400,
        BuiltinType::Time | BuiltinType::Timetz => match info.length {
            None | Some(6..) => 86_400_000_000,
            Some(_) => 86_400,
        },
        BuiltinType::Interval if info.sql == "interval" => 1 << 40,
        BuiltinType::Uuid
        | BuiltinType::Bytea
        | BuiltinType::Inet
        | BuiltinType::Cidr
        | BuiltinType::Macaddr8
        | BuiltinType::Jsonb => 1 << 64,
        BuiltinType::Macaddr => 1 << 40,
        BuiltinType::Bit => 1 << info.length.unwrap_or(1).min(64),
        BuiltinType::Varbit => 1 << info.length.unwrap_or(64).min(64),
        _ => return None,
    };
    Some(Scale::Type { capacity })
}

fn number_scale(bounds: &super::scalar::Bounds, rows: u64, sequence: bool) -> Scale {
    /// Where keys start beside those that a sequence hands out.
    const ABOVE_SEQUENCES: i128 = 1_000_000_000;
    let unit = power_of_ten(bounds.digits);
    let first = i128::from(rows) + 1;
    // Whole numbers if there are enough of them.
    let (low, high, step) = (bounds.low, bounds.high, unit);
    let whole = (high / step).saturating_sub((low.max(0) + step - 1) / step);
    let (low, high, digits) = if bounds.digits > 0 && whole > i128::from(u32::MAX) {
        ((low.max(0) + step - 1) / step, high / step, 0)
    } else {
        (low, high, bounds.digits)
    };
    let mut base = first.max(low);
    if sequence {
        let middle = low.max(0) + (high - low.max(0)) / 2;
        base = base.max(ABOVE_SEQUENCES.min(middle));
    }
    if base > high {
        base = low;
    }
    Scale::Number {
        base,
        capacity: high.abs_diff(base).saturating_add(1),
        digits,
    }
}

/// Appends the content of the value (to be quoted and cast by the caller where its type asks).
pub(super) fn push(
    builtin: BuiltinType,
    bits: Option<u32>,
    scale: Scale,
    ordinal: u64,
    out: &mut Vec<u8>,
) {
    let n = u128::from(ordinal) % scale.capacity().max(1);
    match scale {
        Scale::Number { base, digits, .. } => {
            push_decimal(base.saturating_add_unsigned(n), digits, out);
        }
        Scale::Text { width, prefix, .. } => {
            if prefix {
                out.push(b'k');
            }
            push_radix(n, 36, width as usize, out);
        }
        Scale::Type { .. } => push_by_type(builtin, bits, n, out),
    }
}

fn push_by_type(builtin: BuiltinType, bits: Option<u32>, n: u128, out: &mut Vec<u8>) {
    let n64 = n as u64;
    match builtin {
        BuiltinType::Date => temporal::push_date(10_957 + n as i64, out),
        BuiltinType::Timestamp => temporal::push_timestamp(946_684_800 + n as i64, 0, out),
        BuiltinType::Timestamptz => {
            temporal::push_timestamp(946_684_800 + n as i64, 0, out);
            out.extend_from_slice(b"+00");
        }
        BuiltinType::Time | BuiltinType::Timetz => {
            let whole = bits.is_none_or(|precision| precision >= 6);
            let (seconds, micros) = if whole {
                (n64 / 1_000_000, n64 % 1_000_000)
            } else {
                (n64, 0)
            };
            temporal::push_time(seconds as u32, micros as u32, out);
            if builtin == BuiltinType::Timetz {
                out.extend_from_slice(b"+00");
            }
        }
        BuiltinType::Interval => {
            push_int(n.cast_signed(), out);
            out.extend_from_slice(b" seconds");
        }
        BuiltinType::Uuid => super::scalar::push_uuid_digits(mixed(n64), out),
        BuiltinType::Bytea => {
            out.extend_from_slice(b"\\x");
            push_radix(n, 16, 16, out);
        }
        BuiltinType::Inet | BuiltinType::Cidr => {
            out.extend_from_slice(b"2001:db8:0:0");
            for shift in [48, 32, 16, 0] {
                out.push(b':');
                push_radix((n >> shift) & 0xffff, 16, 1, out);
            }
        }
        BuiltinType::Macaddr => push_pairs(n | (0x02 << 40), 6, out),
        BuiltinType::Macaddr8 => push_pairs(n, 8, out),
        BuiltinType::Bit | BuiltinType::Varbit => {
            let width = match builtin {
                BuiltinType::Bit => bits.unwrap_or(1),
                _ => 1,
            };
            push_radix(n, 2, width as usize, out);
        }
        _ => push_int(n.cast_signed(), out),
    }
}

/// Pairs of hexadecimal digits with colons.
fn push_pairs(n: u128, pairs: u32, out: &mut Vec<u8>) {
    for pair in (0..pairs).rev() {
        push_radix((n >> (8 * pair)) & 0xff, 16, 2, out);
        if pair > 0 {
            out.push(b':');
        }
    }
}

/// 122 bits that no other ordinal gives: the ordinal, mixed by an invertible function, beside a
/// second mix of it.
fn mixed(ordinal: u64) -> u128 {
    let mix = |mut z: u64| {
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    };
    let first = mix(ordinal.wrapping_add(0x9e37_79b9_7f4a_7c15));
    let second = mix(first ^ 0xd1b5_4a32_d192_ed03);
    // The 6 bits that version and variant overwrite are taken from the second.
    (u128::from(first) << 58) | u128::from(second >> 6)
}
