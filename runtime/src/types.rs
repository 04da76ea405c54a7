//! SQL types: built-in types with fixed ids, and the classes that guards and draws speak of.

use std::fmt;
use std::ops::{BitAnd, BitOr};

/// A handle of an exact SQL type, interned by a schema model. Ids below
/// [`BuiltinType::COUNT`] are the built-in types in the order of [`BuiltinType`], without a
/// type modifier; a model appends the types it declares (lengths, precisions, arrays, enums, domains).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TypeId(pub u16);

/// A set of type classes (a bit set), as named in guards and draws: `T in number`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Classes(pub u32);

macro_rules! classes {
    ($($(#[$doc:meta])* $constant:ident = $bit:expr, $name:literal;)*) => {
        impl Classes {
            $($(#[$doc])* pub const $constant: Self = Self(1 << $bit);)*
            /// Every class with its name in the language.
            pub const NAMED: &'static [(&'static str, Self)] = &[("any", Self::ANY), $(($name, Self::$constant),)*];
        }
    };
}

classes! {
    /// Integers, numeric and floating point.
    NUMBER = 0, "number";
    /// smallint, integer, bigint.
    INTEGER = 1, "integral";
    /// numeric and floating point.
    FRACTIONAL = 2, "fractional";
    /// char, varchar, text, name.
    STRING = 3, "string";
    /// Dates, times, timestamps.
    TEMPORAL = 4, "temporal";
    /// interval.
    INTERVAL = 5, "duration";
    /// boolean.
    BOOLEAN = 6, "logical";
    /// bytea.
    BINARY = 7, "binary";
    /// json, jsonb.
    JSON = 8, "document";
    /// inet, cidr, macaddr, macaddr8.
    NETWORK = 9, "network";
    /// bit, bit varying.
    BITS = 10, "bitstring";
    /// Arrays.
    ARRAY = 11, "array";
    /// Enumerations.
    ENUM = 12, "enumerated";
    /// uuid.
    UUID = 13, "identifier";
    /// Types with an equality operator (json has none).
    EQUATABLE = 14, "equatable";
    /// Types with a default B-tree ordering: `<`, ORDER BY, min and max by comparison.
    COMPARABLE = 15, "comparable";
    /// Types that `sum` and `avg` accept.
    SUMMABLE = 16, "summable";
    /// Types for which the aggregates `min` and `max` exist in every supported version.
    EXTREMAL = 17, "extremal";
    /// Types that the generator can print a literal of.
    LITERAL = 18, "literal";
}

impl Classes {
    /// No restriction: every type belongs to it.
    pub const ANY: Self = Self(1 << 31);

    /// Looks a class up by its name in the language.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::NAMED
            .iter()
            .find(|(known, _)| *known == name)
            .map(|&(_, class)| class)
    }

    /// Whether the two sets share a class.
    #[must_use]
    pub fn intersects(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

impl BitOr for Classes {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitAnd for Classes {
    type Output = Self;
    fn bitand(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}

macro_rules! builtin_types {
    ($($variant:ident $sql:literal [$($alias:literal),*] $($class:ident)|*;)*) => {
        /// The built-in types, in the order of their fixed [`TypeId`]s.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u16)]
        pub enum BuiltinType {
            $(#[doc = concat!("`", $sql, "`")] $variant,)*
        }

        impl BuiltinType {
            /// All built-in types, in id order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];
            /// How many there are.
            pub const COUNT: u16 = Self::ALL.len() as u16;

            /// The canonical name in SQL.
            #[must_use]
            pub fn sql(self) -> &'static str {
                match self { $(Self::$variant => $sql,)* }
            }

            /// The classes it belongs to ([`Classes::ANY`] is always among them).
            #[must_use]
            pub fn classes(self) -> Classes {
                match self { $(Self::$variant => Classes(Classes::ANY.0 $(| Classes::$class.0)*),)* }
            }

            /// Looks a built-in type up by its name or one of its aliases, in lower case.
            #[must_use]
            pub fn named(name: &str) -> Option<Self> {
                match name {
                    $($sql $(| $alias)* => Some(Self::$variant),)*
                    _ => None,
                }
            }

            /// Every name and alias, for suggestions.
            pub const NAMES: &'static [&'static str] = &[$($sql, $($alias,)*)*];
        }
    };
}

builtin_types! {
    Bool "boolean" ["bool"] BOOLEAN | EQUATABLE | COMPARABLE | LITERAL;
    Int2 "smallint" ["int2"] NUMBER | INTEGER | EQUATABLE | COMPARABLE | SUMMABLE | EXTREMAL | LITERAL;
    Int4 "integer" ["int4"] NUMBER | INTEGER | EQUATABLE | COMPARABLE | SUMMABLE | EXTREMAL | LITERAL;
    Int8 "bigint" ["int8"] NUMBER | INTEGER | EQUATABLE | COMPARABLE | SUMMABLE | EXTREMAL | LITERAL;
    Numeric "numeric" ["decimal"] NUMBER | FRACTIONAL | EQUATABLE | COMPARABLE | SUMMABLE | EXTREMAL | LITERAL;
    Float4 "real" ["float4"] NUMBER | FRACTIONAL | EQUATABLE | COMPARABLE | SUMMABLE | EXTREMAL | LITERAL;
    Float8 "double precision" ["float8"] NUMBER | FRACTIONAL | EQUATABLE | COMPARABLE | SUMMABLE | EXTREMAL | LITERAL;
    Char "character" ["char", "bpchar"] STRING | EQUATABLE | COMPARABLE | EXTREMAL | LITERAL;
    Varchar "character varying" ["varchar"] STRING | EQUATABLE | COMPARABLE | EXTREMAL | LITERAL;
    Text "text" [] STRING | EQUATABLE | COMPARABLE | EXTREMAL | LITERAL;
    Bytea "bytea" [] BINARY | EQUATABLE | COMPARABLE | LITERAL;
    Uuid "uuid" [] UUID | EQUATABLE | COMPARABLE | LITERAL;
    Date "date" [] TEMPORAL | EQUATABLE | COMPARABLE | EXTREMAL | LITERAL;
    Time "time without time zone" ["time"] TEMPORAL | EQUATABLE | COMPARABLE | EXTREMAL | LITERAL;
    Timetz "time with time zone" ["timetz"] TEMPORAL | EQUATABLE | COMPARABLE | EXTREMAL | LITERAL;
    Timestamp "timestamp without time zone" ["timestamp"] TEMPORAL | EQUATABLE | COMPARABLE | EXTREMAL | LITERAL;
    Timestamptz "timestamp with time zone" ["timestamptz"] TEMPORAL | EQUATABLE | COMPARABLE | EXTREMAL | LITERAL;
    Interval "interval" [] INTERVAL | EQUATABLE | COMPARABLE | SUMMABLE | EXTREMAL | LITERAL;
    Json "json" [] JSON | LITERAL;
    Jsonb "jsonb" [] JSON | EQUATABLE | COMPARABLE | LITERAL;
    Inet "inet" [] NETWORK | EQUATABLE | COMPARABLE | EXTREMAL | LITERAL;
    Cidr "cidr" [] NETWORK | EQUATABLE | COMPARABLE | LITERAL;
    Macaddr "macaddr" [] NETWORK | EQUATABLE | COMPARABLE | LITERAL;
    Macaddr8 "macaddr8" [] NETWORK | EQUATABLE | COMPARABLE | LITERAL;
    Bit "bit" [] BITS | EQUATABLE | COMPARABLE | LITERAL;
    Varbit "bit varying" ["varbit"] BITS | EQUATABLE | COMPARABLE | LITERAL;
    Money "money" [] EQUATABLE | COMPARABLE | SUMMABLE | EXTREMAL | LITERAL;
    Unknown "unknown" [];
}

impl BuiltinType {
    /// The fixed id.
    #[must_use]
    pub const fn id(self) -> TypeId {
        TypeId(self as u16)
    }

    /// The built-in type of a fixed id.
    #[must_use]
    pub fn from_id(id: TypeId) -> Option<Self> {
        Self::ALL.get(usize::from(id.0)).copied()
    }
}

impl fmt::Display for BuiltinType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.sql())
    }
}
