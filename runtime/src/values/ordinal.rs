//! Values that never repeat: made from ordinals, which no two units share.

use super::affix::Affix;
use super::literal::{Style, dress_array, end_element, underlying};
use super::number::{power_of_ten, push_base_36, push_decimal, push_fixed, push_int, push_radix};
use super::scalar::{self, push_pairs, push_uuid_digits};
use super::temporal;
use crate::choices::PERIOD;
use crate::schema::model::{Allowed, Model, TypeInfo, TypeKind};
use crate::types::{BuiltinType, Classes, TypeId};

/// Numbers that every unit has of its own, for the keys of its new rows.
pub const ORDINALS_PER_UNIT: u64 = 64;

/// Hands out the ordinals of one unit: `index * 64 + n`. They repeat in the next unit if a unit
/// takes more than 64.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ordinals {
    index: u64,
    taken: u64,
    offset: u64,
    /// Units that values have to suffice for, or they repeat every [`PERIOD`] units.
    units: u64,
}

impl Ordinals {
    /// Of the unit with this index.
    #[must_use]
    pub fn new(index: u64) -> Self {
        Self {
            index,
            taken: 0,
            offset: 0,
            units: 0,
        }
    }

    /// Of the unit with this index, in a run whose ordinals start with those of index `offset`.
    #[must_use]
    pub fn past(offset: u64, index: u64) -> Self {
        Self {
            offset,
            ..Self::new(index)
        }
    }

    /// The same in a space of so many indexes, in which it has to be told who has the same ordinals:
    /// where there are not enough for all, they repeat every [`PERIOD`] units.
    #[must_use]
    pub fn in_space(self, size: u64) -> Self {
        let units = if size > PERIOD { size } else { 0 };
        Self { units, ..self }
    }

    /// Up to which index no two units of the run get the same of so many values; 0 stands for 2^64.
    #[must_use]
    pub fn units(&self, values: u64) -> u64 {
        let units = match values {
            0 => u64::MAX / ORDINALS_PER_UNIT,
            values => values / ORDINALS_PER_UNIT,
        };
        units.saturating_sub(self.offset)
    }

    /// The next, of which so many different values are made; 0 stands for 2^64.
    pub fn next_ordinal(&mut self, values: u64) -> u64 {
        let index = if self.units(values) < self.units {
            self.index % PERIOD
        } else {
            self.index
        };
        let ordinal = index
            .wrapping_add(self.offset)
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
            let element = underlying(model, element);
            let simple = matches!(model.ty(element).kind, TypeKind::Builtin(_));
            let plain = matches!(model.ty(ty).kind, TypeKind::Array(own) if own == element);
            return scale(model, element, allowed, rows, false).filter(|_| simple && plain);
        }
        _ => return None,
    };
    if let Some(bounds) = scalar::bounds(info, allowed) {
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

fn number_scale(bounds: &scalar::Bounds, rows: u64, sequence: bool) -> Scale {
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

/// How ordinals become values of a type: all that the model decides.
#[derive(Debug, Clone)]
pub(crate) struct Numbering {
    before: Affix,
    content: Content,
    after: Affix,
    /// How many different values there are; 0 stands for 2^64.
    capacity: u64,
    /// What stands around the value if it is the element of an array.
    array: Option<Box<Brackets>>,
}

#[derive(Debug, Clone)]
struct Brackets {
    before: Affix,
    after: Affix,
    style: Style,
}

#[derive(Debug, Clone, Copy)]
enum Content {
    /// From the base on, with so many digits after the point.
    Number {
        base: i64,
        digits: u32,
    },
    /// Where 64 bits are too few.
    Wide {
        base: i128,
        digits: u32,
    },
    /// Digits in base 36, at least so many.
    Text {
        width: u32,
    },
    /// Days from 2000 on.
    Date,
    /// Seconds from 2000 on.
    Timestamp,
    /// Microseconds.
    Microseconds,
    /// Seconds of a day.
    Seconds,
    /// The whole number.
    Plain,
    Uuid,
    /// Hexadecimal digits.
    Bytes,
    Address,
    /// So many pairs of hexadecimal digits, with this number added.
    Hardware(u32, u64),
    /// At least so many bits.
    Bits(u32),
}

impl Numbering {
    /// For a type (domains followed to the end) whose ordinals are mapped so.
    pub fn new(model: &Model, ty: TypeId, scale: Scale, style: Style) -> Self {
        let info = model.ty(ty);
        match info.kind {
            TypeKind::Builtin(builtin) => Self::builtin(info, builtin, scale, style),
            TypeKind::Array(element) => {
                let element = model.ty(underlying(model, element));
                let (start, end) = dress_array(info, style);
                let builtin = match element.kind {
                    TypeKind::Builtin(builtin) => builtin,
                    // No ordinals are mapped to others.
                    _ => BuiltinType::Unknown,
                };
                Self {
                    array: Some(Box::new(Brackets {
                        before: Affix::new(start.as_bytes()),
                        after: Affix::new(end.as_bytes()),
                        style,
                    })),
                    ..Self::builtin(element, builtin, scale, style.inside())
                }
            }
            _ => Self::builtin(info, BuiltinType::Unknown, scale, style),
        }
    }

    fn builtin(info: &TypeInfo, builtin: BuiltinType, scale: Scale, style: Style) -> Self {
        let (before, after) = dress(info, builtin, scale, style);
        Self {
            before: Affix::new(before.as_bytes()),
            content: content(info, builtin, scale),
            after: Affix::new(after.as_bytes()),
            capacity: capacity(scale),
            array: None,
        }
    }

    /// How many different values there are; 0 stands for 2^64.
    pub fn capacity(&self) -> u64 {
        self.capacity
    }

    /// Appends the value of an ordinal.
    pub fn push(&self, ordinal: u64, out: &mut Vec<u8>) {
        let mut n = ordinal;
        if n >= self.capacity && self.capacity > 0 {
            n %= self.capacity;
        }
        match &self.array {
            None => self.push_value(n, out),
            Some(array) => self.push_element(array, n, out),
        }
    }

    #[cold]
    fn push_element(&self, array: &Brackets, n: u64, out: &mut Vec<u8>) {
        array.before.push(out);
        let start = out.len();
        self.push_value(n, out);
        end_element(array.style, start, out);
        array.after.push(out);
    }

    #[inline(always)]
    fn push_value(&self, n: u64, out: &mut Vec<u8>) {
        self.before.push(out);
        self.push_content(n, out);
        self.after.push(out);
    }

    #[inline(always)]
    fn push_content(&self, n: u64, out: &mut Vec<u8>) {
        match self.content {
            Content::Number { base, digits } => {
                push_fixed(base.saturating_add_unsigned(n), digits, out);
            }
            Content::Wide { base, digits } => {
                push_decimal(base.saturating_add_unsigned(n.into()), digits, out);
            }
            Content::Text { width } => push_base_36(n, width as usize, out),
            Content::Date => temporal::push_date(10_957 + n.cast_signed(), out),
            Content::Timestamp => {
                temporal::push_timestamp(946_684_800 + n.cast_signed(), 0, out);
            }
            Content::Microseconds => {
                let (seconds, micros) = (n / 1_000_000, n % 1_000_000);
                temporal::push_time(seconds as u32, micros as u32, out);
            }
            Content::Seconds => temporal::push_time(n as u32, 0, out),
            Content::Plain => push_int(n.into(), out),
            Content::Uuid => push_uuid_digits(mixed(n), out),
            Content::Bytes => push_radix(n.into(), 16, 16, out),
            Content::Address => {
                for shift in [48, 32, 16, 0] {
                    out.push(b':');
                    push_radix(u128::from(n >> shift) & 0xffff, 16, 1, out);
                }
            }
            Content::Hardware(pairs, added) => {
                let bytes = (n | added) << (64 - 8 * pairs);
                push_pairs(bytes, pairs, b":", out);
            }
            Content::Bits(width) => push_radix(n.into(), 2, width as usize, out),
        }
    }
}

/// 0 stands for 2^64.
fn capacity(scale: Scale) -> u64 {
    match u64::try_from(scale.capacity()) {
        Ok(capacity) => capacity.max(1),
        Err(_) => 0,
    }
}

/// What stands around the values.
fn dress(info: &TypeInfo, builtin: BuiltinType, scale: Scale, style: Style) -> (String, String) {
    let quotes = || ("'".to_owned(), "'".to_owned());
    let classes = builtin.classes();
    let (before, after) = match builtin {
        _ if style == Style::Content => (String::new(), String::new()),
        BuiltinType::Bit | BuiltinType::Varbit => ("B'".to_owned(), "'".to_owned()),
        BuiltinType::Money if style == Style::Bare => (String::new(), String::new()),
        BuiltinType::Money => (String::new(), "::money".to_owned()),
        _ if classes.intersects(Classes::NUMBER) => (String::new(), String::new()),
        _ if classes.intersects(Classes::STRING) => quotes(),
        _ => scalar::dress(info, builtin, style),
    };
    let constant = match (builtin, scale) {
        (_, Scale::Text { prefix: true, .. }) => ("k", ""),
        (BuiltinType::Timestamptz | BuiltinType::Timetz, _) => ("", "+00"),
        (BuiltinType::Interval, _) => ("", " seconds"),
        (BuiltinType::Bytea, _) => ("\\x", ""),
        (BuiltinType::Inet | BuiltinType::Cidr, _) => ("2001:db8:0:0", ""),
        _ => ("", ""),
    };
    (before + constant.0, constant.1.to_owned() + &after)
}

fn content(info: &TypeInfo, builtin: BuiltinType, scale: Scale) -> Content {
    match scale {
        Scale::Number {
            base,
            capacity,
            digits,
        } => {
            let last = base.saturating_add_unsigned(capacity);
            match (i64::try_from(base), i64::try_from(last)) {
                (Ok(base), Ok(_)) => Content::Number { base, digits },
                _ => Content::Wide { base, digits },
            }
        }
        Scale::Text { width, .. } => Content::Text { width },
        Scale::Type { .. } => match builtin {
            BuiltinType::Date => Content::Date,
            BuiltinType::Timestamp | BuiltinType::Timestamptz => Content::Timestamp,
            BuiltinType::Time | BuiltinType::Timetz => match info.length {
                None | Some(6..) => Content::Microseconds,
                Some(_) => Content::Seconds,
            },
            BuiltinType::Uuid => Content::Uuid,
            BuiltinType::Bytea => Content::Bytes,
            BuiltinType::Inet | BuiltinType::Cidr => Content::Address,
            BuiltinType::Macaddr => Content::Hardware(6, 0x02 << 40),
            BuiltinType::Macaddr8 => Content::Hardware(8, 0),
            BuiltinType::Bit => Content::Bits(info.length.unwrap_or(1)),
            BuiltinType::Varbit => Content::Bits(1),
            _ => Content::Plain,
        },
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
