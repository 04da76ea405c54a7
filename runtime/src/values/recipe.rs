//! How values of a type are made: all that the model decides is decided once, so that making one is
//! drawing and printing.

use super::affix::{Affix, Texts, push_first};
use super::bands::Bands;
use super::integer::{interesting, uniform};
use super::literal::{
    Style, allowed_by, dress_array, end_element, has_literal, has_values, push_label, push_listed,
    underlying,
};
use super::number::{power_of_ten, push_decimal, push_fixed, push_padded, push_radix, push_word};
use super::scalar::{self, Bounds};
use super::temporal::{self, DAYS};
use super::text;
use super::word::Word;
use crate::choices::Choices;
use crate::schema::model::{Allowed, Model, TypeInfo, TypeKind};
use crate::types::{BuiltinType, TypeId};

/// Of 65,536 elements of an array, how many are NULL.
const NULL_ELEMENTS: u16 = 1 << 12;
/// One in so many numbers of a range wider than 64 bits is drawn from all of it.
const WIDE: u64 = 16;

/// How values of a type that a check leaves are made, in a style.
#[derive(Debug, Clone, Default)]
pub(crate) struct Recipe {
    before: Affix,
    content: Content,
    after: Affix,
}

/// What stands between what stands around every value.
#[derive(Debug, Clone, Default)]
enum Content {
    /// There are no values.
    #[default]
    Null,
    /// One of some texts.
    Listed(Texts),
    /// A number with so many digits after the point.
    Number(Box<Number>),
    /// A number with some digits after the point, fewer than so many.
    Fraction {
        bands: Box<Bands>,
        most: u32,
        printed: Option<Box<Printed>>,
    },
    /// A number, now and then of more than 64 bits.
    Wide(Box<Number>, Box<Bounds>),
    /// Text of so many characters, as a string literal or bare.
    Text {
        low: u32,
        high: u32,
        quoted: bool,
    },
    /// So many bits, or up to as many.
    Bits {
        length: u32,
        varying: bool,
    },
    Date,
    Time {
        zone: bool,
    },
    Timestamp {
        zone: bool,
    },
    Interval,
    Uuid,
    Bytes,
    Json,
    Address {
        network: bool,
    },
    Hardware {
        bytes: u32,
    },
    Array(Box<Elements>),
    /// As another recipe has it, made an operand of the cast that stands behind.
    Operand(Box<Recipe>),
}

#[derive(Debug, Clone)]
struct Number {
    bands: Bands,
    digits: u32,
    printed: Option<Box<Printed>>,
}

impl Number {
    #[inline(never)]
    fn push<C: Choices>(&self, word: &mut Word, choices: &mut C, out: &mut Vec<u8>) {
        let unscaled = self.bands.draw(word, choices);
        match &self.printed {
            None => push_fixed(unscaled, self.digits, out),
            Some(printed) => printed.push(unscaled.into(), self.digits, out, |out| {
                push_fixed(unscaled, self.digits, out);
            }),
        }
    }

    /// Appends a number of more than 64 bits.
    fn push_wide(&self, unscaled: i128, out: &mut Vec<u8>) {
        let print = |out: &mut Vec<u8>| push_decimal(unscaled, self.digits, out);
        match &self.printed {
            None => print(out),
            Some(printed) => printed.push(unscaled, self.digits, out, print),
        }
    }
}

/// How numbers are printed that are not always bare digits.
#[derive(Debug, Clone)]
struct Printed {
    cast: Cast,
    /// Whether negative numbers are parenthesised even without a cast: so that what a grammar puts
    /// behind the literal does not bind tighter than the minus.
    operand: bool,
    sql: Affix,
}

/// Which numbers need a cast to be of their type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cast {
    None,
    All,
    /// The digits of the least integer alone are of a wider type.
    Integer,
    /// Those that would be integers, and the least of all.
    Bigint,
    /// Those without a point.
    Whole,
}

#[derive(Debug, Clone)]
struct Elements {
    recipe: Recipe,
    nullable: bool,
    style: Style,
}

impl Recipe {
    /// For a type (domains followed to the end) and what a check leaves of it.
    pub fn new(model: &Model, ty: TypeId, allowed: &Allowed, style: Style) -> Self {
        if !has_values(model, ty, allowed) {
            return Self::plain(Content::Null);
        }
        let info = model.ty(ty);
        if let Allowed::OneOf(literals) = allowed {
            return Self::plain(Content::Listed(Texts::new(literals.len(), |n, out| {
                push_listed(info, literals, n, style, out);
            })));
        }
        match &info.kind {
            TypeKind::Builtin(builtin) => Self::builtin(info, *builtin, allowed, style),
            TypeKind::Enum(labels) => {
                Self::plain(Content::Listed(Texts::new(labels.len(), |n, out| {
                    push_label(info, labels, n, style, out);
                })))
            }
            TypeKind::Array(element) => {
                let element_info = model.ty(*element);
                let elements = Elements {
                    recipe: Self::new(
                        model,
                        underlying(model, *element),
                        allowed_by(element_info),
                        style.inside(),
                    ),
                    nullable: !matches!(element_info.kind, TypeKind::Domain { not_null: true, .. }),
                    style,
                };
                let (before, after) = dress_array(info, style);
                Self {
                    before: Affix::new(before.as_bytes()),
                    content: Content::Array(Box::new(elements)),
                    after: Affix::new(after.as_bytes()),
                }
            }
            TypeKind::Domain { .. } | TypeKind::Other => Self::plain(Content::Null),
        }
    }

    /// For literals of a type: expressions of exactly this type that stand wherever an expression may
    /// stand.
    pub fn literal(model: &Model, ty: TypeId) -> Self {
        if !has_literal(model, ty) {
            return Self::plain(Content::Null);
        }
        let info = model.ty(ty);
        let TypeKind::Domain { allowed, .. } = &info.kind else {
            return Self::new(model, ty, &Allowed::Any, Style::Typed);
        };
        let bare = Self::new(model, underlying(model, ty), allowed, Style::Bare);
        Self {
            before: Affix::default(),
            content: Content::Operand(Box::new(bare)),
            after: Affix::new(format!("::{}", info.sql).as_bytes()),
        }
    }

    /// With nothing around it.
    fn plain(content: Content) -> Self {
        Self {
            before: Affix::default(),
            content,
            after: Affix::default(),
        }
    }

    fn builtin(info: &TypeInfo, builtin: BuiltinType, allowed: &Allowed, style: Style) -> Self {
        let length = info.length;
        let content = match builtin {
            BuiltinType::Bool => {
                let words: [&[u8]; 2] = [b"TRUE", b"FALSE"];
                return Self::plain(Content::Listed(Texts::new(words.len(), |n, out| {
                    out.extend_from_slice(words.get(n).copied().unwrap_or_default());
                })));
            }
            BuiltinType::Int2
            | BuiltinType::Int4
            | BuiltinType::Int8
            | BuiltinType::Numeric
            | BuiltinType::Float4
            | BuiltinType::Float8
            | BuiltinType::Money => return Self::number(info, builtin, allowed, style),
            BuiltinType::Char | BuiltinType::Varchar | BuiltinType::Text => {
                let (low, high) = scalar::lengths(info, builtin, allowed).unwrap_or((0, 0));
                let cast = match style {
                    Style::Typed => scalar::cast(info, builtin),
                    _ => String::new(),
                };
                return Self {
                    before: Affix::default(),
                    content: Content::Text {
                        low,
                        high,
                        quoted: style != Style::Content,
                    },
                    after: Affix::new(cast.as_bytes()),
                };
            }
            BuiltinType::Bit | BuiltinType::Varbit => {
                let (length, varying) = match (builtin, length) {
                    (BuiltinType::Bit, Some(bits)) => (bits.min(scalar::LONGEST), false),
                    (_, bits) => (bits.unwrap_or(16).clamp(1, 16), true),
                };
                let named = builtin == BuiltinType::Varbit || info.length.is_some();
                let (before, after) = match style {
                    Style::Content => ("", String::new()),
                    Style::Typed if named => ("B'", format!("'{}", scalar::cast(info, builtin))),
                    _ => ("B'", "'".to_owned()),
                };
                return Self {
                    before: Affix::new(before.as_bytes()),
                    content: Content::Bits { length, varying },
                    after: Affix::new(after.as_bytes()),
                };
            }
            BuiltinType::Unknown => return Self::plain(Content::Null),
            BuiltinType::Date => Content::Date,
            BuiltinType::Time => Content::Time { zone: false },
            BuiltinType::Timetz => Content::Time { zone: true },
            BuiltinType::Timestamp => Content::Timestamp { zone: false },
            BuiltinType::Timestamptz => Content::Timestamp { zone: true },
            BuiltinType::Interval => Content::Interval,
            BuiltinType::Uuid => Content::Uuid,
            BuiltinType::Bytea => Content::Bytes,
            BuiltinType::Json | BuiltinType::Jsonb => Content::Json,
            BuiltinType::Inet => Content::Address { network: false },
            BuiltinType::Cidr => Content::Address { network: true },
            BuiltinType::Macaddr => Content::Hardware { bytes: 6 },
            BuiltinType::Macaddr8 => Content::Hardware { bytes: 8 },
        };
        let (mut before, after) = scalar::dress(info, builtin, style);
        if let Content::Bytes = content {
            before.push_str("\\x");
        }
        Self {
            before: Affix::new(before.as_bytes()),
            content,
            after: Affix::new(after.as_bytes()),
        }
    }

    /// For a type of numbers.
    fn number(info: &TypeInfo, builtin: BuiltinType, allowed: &Allowed, style: Style) -> Self {
        let cast = match (style, builtin) {
            (Style::Content | Style::Bare, _) => Cast::None,
            (_, BuiltinType::Money) => Cast::All,
            (Style::Annotated, _) => Cast::None,
            (Style::Typed, BuiltinType::Int4) => Cast::Integer,
            (Style::Typed, BuiltinType::Int8) => Cast::Bigint,
            (Style::Typed, BuiltinType::Numeric) if info.length.is_none() => Cast::Whole,
            (Style::Typed, _) => Cast::All,
        };
        let operand = style == Style::Typed;
        let printed = (operand || cast != Cast::None).then(|| {
            Box::new(Printed {
                cast,
                operand,
                sql: Affix::new(scalar::cast(info, builtin).as_bytes()),
            })
        });
        let fraction = |digits: u32, most: u32, printed| {
            let high = i64::try_from(power_of_ten(digits)).unwrap_or(i64::MAX);
            Content::Fraction {
                bands: Box::new(Bands::new(-high, high, 1)),
                most,
                printed,
            }
        };
        let free = *allowed == Allowed::Any;
        let content = match builtin {
            BuiltinType::Numeric if free && info.length.is_none() => fraction(18, 5, printed),
            BuiltinType::Float4 if free => fraction(6, 4, printed),
            BuiltinType::Float8 if free => fraction(12, 6, printed),
            _ => match scalar::bounds(info, allowed) {
                None => Content::Null,
                Some(bounds) => {
                    // All of what money can be is more than testers want.
                    let most = match builtin {
                        BuiltinType::Money if free => power_of_ten(8),
                        _ => i128::MAX,
                    };
                    let (low, high) = (bounds.low.max(-most), bounds.high.min(most));
                    let word = |n: i128| n.clamp(i64::MIN.into(), i64::MAX.into()) as i64;
                    let number = Box::new(Number {
                        bands: Bands::new(word(low), word(high), word(power_of_ten(bounds.digits))),
                        digits: bounds.digits,
                        printed,
                    });
                    if i128::from(word(low)) == low && i128::from(word(high)) == high {
                        Content::Number(number)
                    } else {
                        Content::Wide(number, Box::new(bounds))
                    }
                }
            },
        };
        Self::plain(content)
    }

    /// Appends a value. Takes a fresh word.
    ///
    /// It only leads on: the common kinds are functions of their own, so that each saves no more
    /// registers than it needs.
    #[inline]
    pub fn push<C: Choices>(&self, word: &mut Word, choices: &mut C, out: &mut Vec<u8>) {
        match &self.content {
            Content::Listed(texts) => push_one_of(texts, word, choices, out),
            Content::Number(number) => number.push(word, choices, out),
            Content::Text { .. } => self.push_text(word, choices, out),
            Content::Date => self.push_date(word, choices, out),
            _ => self.push_other(word, choices, out),
        }
    }

    #[inline(never)]
    fn push_text<C: Choices>(&self, word: &mut Word, choices: &mut C, out: &mut Vec<u8>) {
        if let Content::Text { low, high, quoted } = self.content {
            text::push_text(low, high, quoted, word, choices, out);
            self.after.push(out);
        }
    }

    #[inline(never)]
    fn push_date<C: Choices>(&self, word: &mut Word, choices: &mut C, out: &mut Vec<u8>) {
        self.before.push(out);
        temporal::push_date(DAYS.draw(word, choices), out);
        self.after.push(out);
    }

    /// Appends a value of the types that are not the most common ones.
    #[inline(never)]
    fn push_other<C: Choices>(&self, word: &mut Word, choices: &mut C, out: &mut Vec<u8>) {
        let start = out.len();
        self.before.push(out);
        match &self.content {
            Content::Null => out.extend_from_slice(b"NULL"),
            // Made by the caller.
            Content::Listed(_) | Content::Number(_) | Content::Text { .. } | Content::Date => {}
            Content::Fraction {
                bands,
                most,
                printed,
            } => push_fraction(bands, *most, printed.as_deref(), word, choices, out),
            Content::Wide(number, bounds) => {
                if word.below(WIDE) > 0 {
                    number.push(word, choices, out);
                } else {
                    let Bounds { low, high, digits } = **bounds;
                    number.push_wide(draw_wide(low, high, digits, choices), out);
                }
            }
            Content::Bits { length, varying } => {
                let length = match varying {
                    true => 1 + word.below((*length).into()) as u32,
                    false => *length,
                };
                push_bits(length, choices, out);
            }
            Content::Time { zone } => {
                let (seconds, micros) = temporal::time(word);
                temporal::push_time(seconds, micros, out);
                if *zone {
                    scalar::push_zone(word, out);
                }
            }
            Content::Timestamp { zone } => {
                temporal::push_date(DAYS.draw(word, choices), out);
                let mut word = Word::draw(choices);
                let (seconds, micros) = temporal::time(&mut word);
                out.push(b' ');
                temporal::push_time(seconds, micros, out);
                if *zone {
                    scalar::push_zone(&mut word, out);
                }
            }
            Content::Interval => scalar::push_interval(word, out),
            Content::Uuid => {
                scalar::push_uuid(choices, out);
            }
            Content::Bytes => {
                let mut left = word.below(12) as u32;
                while left > 0 {
                    let taken = left.min(8);
                    scalar::push_pairs(choices.bits(), taken, b"", out);
                    left -= taken;
                }
            }
            Content::Json => {
                let before = choices.hide(true);
                scalar::push_json(2, choices, out);
                choices.restore(before);
            }
            Content::Address { network } => scalar::push_address(*network, word, choices, out),
            Content::Hardware { bytes } => {
                scalar::push_pairs(choices.bits(), *bytes, b":", out);
            }
            Content::Array(elements) => {
                // A text in an array may hold what separates the elements.
                let before = choices.hide(true);
                elements.push(word, choices, out);
                choices.restore(before);
            }
            Content::Operand(recipe) => {
                recipe.push(word, choices, out);
                make_operand(out, start);
            }
        }
        self.after.push(out);
    }
}

#[inline(never)]
fn push_one_of<C: Choices>(texts: &Texts, word: &mut Word, choices: &mut C, out: &mut Vec<u8>) {
    let chosen = if texts.are_distinct() {
        word.shown(texts.count(), choices)
    } else {
        word.below(texts.count())
    };
    texts.push(chosen, out);
}

/// Makes what stands behind `start` an operand that nothing takes apart: a cast binds tighter than
/// a minus.
#[inline]
pub(crate) fn make_operand(out: &mut Vec<u8>, start: usize) {
    if out.get(start) == Some(&b'-') {
        out.insert(start, b'(');
        out.push(b')');
    }
}

impl Printed {
    /// Appends a number that `print` appends bare.
    fn push(&self, unscaled: i128, digits: u32, out: &mut Vec<u8>, print: impl Fn(&mut Vec<u8>)) {
        let cast = match self.cast {
            Cast::None => false,
            Cast::All => true,
            Cast::Integer => unscaled == i32::MIN.into(),
            Cast::Bigint => i32::try_from(unscaled).is_ok() || unscaled == i64::MIN.into(),
            Cast::Whole => digits == 0,
        };
        let start = out.len();
        print(out);
        if cast || self.operand {
            make_operand(out, start);
        }
        if cast {
            self.sql.push(out);
        }
    }
}

impl Elements {
    fn push<C: Choices>(&self, word: &mut Word, choices: &mut C, out: &mut Vec<u8>) {
        for n in 0..word.below(5) {
            if n > 0 {
                push_first(*b", ", 2 - usize::from(self.style == Style::Content), out);
            }
            let mut word = Word::draw(choices);
            if self.nullable && word.happens(NULL_ELEMENTS) {
                out.extend_from_slice(b"NULL");
            } else {
                let start = out.len();
                self.recipe.push(&mut word, choices, out);
                end_element(self.style, start, out);
            }
        }
    }
}

/// Appends a whole number with some digits behind it, fewer than so many.
fn push_fraction<C: Choices>(
    bands: &Bands,
    most: u32,
    printed: Option<&Printed>,
    word: &mut Word,
    choices: &mut C,
    out: &mut Vec<u8>,
) {
    let whole = bands.draw(word, choices);
    let mut word = Word::draw(choices);
    let digits = word.below(most.into()) as u32;
    let fraction = word.shown(u64::try_from(power_of_ten(digits)).unwrap_or(1), choices);
    let print = |out: &mut Vec<u8>| {
        push_word(whole, out);
        if digits > 0 {
            out.push(b'.');
            push_padded(fraction, digits as usize, out);
        }
    };
    match printed {
        None => print(out),
        // With digits after the point it is the least of no type.
        Some(printed) => printed.push(whole.into(), digits, out, print),
    }
}

/// A number that needs more than 64 bits.
fn draw_wide<C: Choices>(low: i128, high: i128, digits: u32, choices: &mut C) -> i128 {
    let unit = power_of_ten(digits);
    if unit == 1 || choices.below(4) == 0 {
        return interesting(low, high, choices);
    }
    let whole = interesting(low.div_euclid(unit), high.div_euclid(unit), choices);
    let fraction = uniform(0, unit - 1, choices);
    whole
        .saturating_mul(unit)
        .saturating_add(fraction)
        .clamp(low, high)
}

fn push_bits<C: Choices>(length: u32, choices: &mut C, out: &mut Vec<u8>) {
    let mut left = length;
    while left > 0 {
        let taken = left.min(64);
        let bits = u128::from(choices.bits() >> (64 - taken));
        push_radix(bits, 2, taken as usize, out);
        left -= taken;
    }
}
