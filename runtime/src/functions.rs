//! The catalog of functions that expressions may call: immutable or stable, defined for every
//! value of their argument types that the generator makes, and exactly typed for PostgreSQL 11
//! to 18. Left out on purpose: what fails for some arguments (`sqrt`, `ln`, `chr`, `abs` of the
//! least integer), what takes a keyword as text (`date_trunc`), and what depends on the session.

use crate::types::BuiltinType;

/// A function, with one list of argument types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Function {
    /// As printed: `name(arguments)`.
    pub name: &'static str,
    /// The exact types of its arguments.
    pub arguments: &'static [BuiltinType],
    /// The exact type of its result.
    pub result: BuiltinType,
    /// Whether it is an aggregate.
    pub aggregate: bool,
    /// The first major version of PostgreSQL that has it (compare with
    /// [`crate::dialect::Dialect::postgresql_major`]).
    pub since: u32,
}

macro_rules! catalog {
    (@types ($($argument:ident)*)) => { &[$(BuiltinType::$argument),*] };
    (@scalar) => { false };
    (@aggregate) => { true };
    ($($kind:ident $name:literal $since:literal: $($arguments:tt $result:ident),+;)*) => {
        &[$($(Function {
            name: $name,
            arguments: catalog!(@types $arguments),
            result: BuiltinType::$result,
            aggregate: catalog!(@$kind),
            since: $since,
        },)+)*]
    };
}

/// Every function, scalar functions first.
pub static FUNCTIONS: &[Function] = catalog! {
    scalar "lower" 11: (Text) Text;
    scalar "upper" 11: (Text) Text;
    scalar "initcap" 11: (Text) Text;
    scalar "reverse" 11: (Text) Text;
    scalar "reverse" 18: (Bytea) Bytea;
    scalar "btrim" 11: (Text) Text, (Text Text) Text, (Bytea Bytea) Bytea;
    scalar "ltrim" 11: (Text) Text, (Text Text) Text;
    scalar "rtrim" 11: (Text) Text, (Text Text) Text;
    scalar "replace" 11: (Text Text Text) Text;
    scalar "translate" 11: (Text Text Text) Text;
    scalar "left" 11: (Text Int4) Text;
    scalar "substr" 11: (Text Int4) Text;
    scalar "quote_ident" 11: (Text) Text;
    scalar "quote_literal" 11: (Text) Text;
    scalar "quote_nullable" 11: (Text) Text;
    scalar "md5" 11: (Text) Text, (Bytea) Text;
    scalar "to_hex" 11: (Int4) Text, (Int8) Text;
    scalar "strpos" 11: (Text Text) Int4;
    scalar "starts_with" 11: (Text Text) Bool;
    scalar "ascii" 11: (Text) Int4;
    scalar "length" 11: (Text) Int4, (Bytea) Int4, (Bit) Int4;
    scalar "char_length" 11: (Text) Int4;
    scalar "octet_length" 11: (Text) Int4, (Bytea) Int4, (Bit) Int4;
    scalar "bit_length" 11: (Text) Int4, (Bytea) Int4, (Bit) Int4;
    scalar "bit_count" 14: (Bytea) Int8, (Bit) Int8;
    scalar "sha224" 11: (Bytea) Bytea;
    scalar "sha256" 11: (Bytea) Bytea;
    scalar "sha384" 11: (Bytea) Bytea;
    scalar "sha512" 11: (Bytea) Bytea;
    scalar "abs" 11: (Numeric) Numeric, (Float4) Float4, (Float8) Float8;
    scalar "sign" 11: (Numeric) Numeric, (Float8) Float8;
    scalar "floor" 11: (Numeric) Numeric, (Float8) Float8;
    scalar "ceil" 11: (Numeric) Numeric, (Float8) Float8;
    scalar "ceiling" 11: (Numeric) Numeric, (Float8) Float8;
    scalar "round" 11: (Numeric) Numeric, (Float8) Float8;
    scalar "trunc" 11: (Numeric) Numeric, (Float8) Float8;
    scalar "scale" 11: (Numeric) Int4;
    scalar "min_scale" 13: (Numeric) Int4;
    scalar "trim_scale" 13: (Numeric) Numeric;
    scalar "cbrt" 11: (Float8) Float8;
    scalar "atan" 11: (Float8) Float8;
    scalar "atan2" 11: (Float8 Float8) Float8;
    scalar "tanh" 12: (Float8) Float8;
    scalar "int8" 11: (Int2) Int8, (Int4) Int8;
    scalar "float8" 11: (Int2) Float8, (Int4) Float8, (Int8) Float8;
    scalar "date" 11: (Timestamp) Date, (Timestamptz) Date;
    scalar "age" 11: (Timestamp Timestamp) Interval, (Timestamptz Timestamptz) Interval;
    scalar "isfinite" 11: (Date) Bool, (Timestamp) Bool, (Timestamptz) Bool, (Interval) Bool;
    scalar "justify_days" 11: (Interval) Interval;
    scalar "justify_hours" 11: (Interval) Interval;
    scalar "justify_interval" 11: (Interval) Interval;
    scalar "jsonb_typeof" 11: (Jsonb) Text;
    scalar "json_typeof" 11: (Json) Text;
    scalar "jsonb_pretty" 11: (Jsonb) Text;
    scalar "jsonb_strip_nulls" 11: (Jsonb) Jsonb;
    scalar "json_strip_nulls" 11: (Json) Json;
    scalar "to_jsonb" 11: (Text) Jsonb, (Int4) Jsonb, (Int8) Jsonb, (Numeric) Jsonb, (Bool) Jsonb,
        (Date) Jsonb, (Timestamp) Jsonb, (Uuid) Jsonb;
    scalar "host" 11: (Inet) Text;
    scalar "abbrev" 11: (Inet) Text, (Cidr) Text;
    scalar "family" 11: (Inet) Int4;
    scalar "masklen" 11: (Inet) Int4;
    scalar "broadcast" 11: (Inet) Inet;
    scalar "netmask" 11: (Inet) Inet;
    scalar "hostmask" 11: (Inet) Inet;
    scalar "network" 11: (Inet) Cidr;
    scalar "inet_same_family" 11: (Inet Inet) Bool;
    scalar "trunc" 11: (Macaddr) Macaddr, (Macaddr8) Macaddr8;
    scalar "macaddr8_set7bit" 11: (Macaddr8) Macaddr8;
    scalar "uuid_extract_version" 17: (Uuid) Int2;
    aggregate "count" 11: (Bool) Int8, (Int2) Int8, (Int4) Int8, (Int8) Int8, (Numeric) Int8,
        (Float4) Int8, (Float8) Int8, (Char) Int8, (Varchar) Int8, (Text) Int8, (Bytea) Int8,
        (Uuid) Int8, (Date) Int8, (Time) Int8, (Timetz) Int8, (Timestamp) Int8,
        (Timestamptz) Int8, (Interval) Int8, (Json) Int8, (Jsonb) Int8, (Inet) Int8,
        (Cidr) Int8, (Macaddr) Int8, (Macaddr8) Int8, (Bit) Int8, (Varbit) Int8, (Money) Int8;
    aggregate "sum" 11: (Int2) Int8, (Int4) Int8, (Int8) Numeric, (Numeric) Numeric, (Float4) Float4,
        (Float8) Float8, (Interval) Interval, (Money) Money;
    aggregate "avg" 11: (Int2) Numeric, (Int4) Numeric, (Int8) Numeric, (Numeric) Numeric,
        (Float4) Float8, (Float8) Float8, (Interval) Interval;
    aggregate "min" 11: (Int2) Int2, (Int4) Int4, (Int8) Int8, (Numeric) Numeric, (Float4) Float4,
        (Float8) Float8, (Char) Char, (Varchar) Text, (Text) Text, (Date) Date, (Time) Time,
        (Timetz) Timetz, (Timestamp) Timestamp, (Timestamptz) Timestamptz,
        (Interval) Interval, (Inet) Inet, (Money) Money;
    aggregate "max" 11: (Int2) Int2, (Int4) Int4, (Int8) Int8, (Numeric) Numeric, (Float4) Float4,
        (Float8) Float8, (Char) Char, (Varchar) Text, (Text) Text, (Date) Date, (Time) Time,
        (Timetz) Timetz, (Timestamp) Timestamp, (Timestamptz) Timestamptz,
        (Interval) Interval, (Inet) Inet, (Money) Money;
    aggregate "min" 18: (Bytea) Bytea;
    aggregate "max" 18: (Bytea) Bytea;
    aggregate "bool_and" 11: (Bool) Bool;
    aggregate "bool_or" 11: (Bool) Bool;
    aggregate "every" 11: (Bool) Bool;
    aggregate "bit_and" 11: (Int2) Int2, (Int4) Int4, (Int8) Int8;
    aggregate "bit_or" 11: (Int2) Int2, (Int4) Int4, (Int8) Int8;
    aggregate "bit_xor" 14: (Int2) Int2, (Int4) Int4, (Int8) Int8;
    aggregate "string_agg" 11: (Text Text) Text, (Bytea Bytea) Bytea;
    aggregate "stddev_pop" 11: (Int4) Numeric, (Int8) Numeric, (Numeric) Numeric, (Float8) Float8;
    aggregate "stddev_samp" 11: (Int4) Numeric, (Int8) Numeric, (Numeric) Numeric, (Float8) Float8;
    aggregate "var_pop" 11: (Int4) Numeric, (Int8) Numeric, (Numeric) Numeric, (Float8) Float8;
    aggregate "var_samp" 11: (Int4) Numeric, (Int8) Numeric, (Numeric) Numeric, (Float8) Float8;
    aggregate "regr_count" 11: (Float8 Float8) Int8;
    aggregate "json_agg" 11: (Text) Json, (Int4) Json, (Json) Json;
    aggregate "jsonb_agg" 11: (Text) Jsonb, (Int4) Jsonb, (Jsonb) Jsonb;
    aggregate "any_value" 16: (Bool) Bool, (Int2) Int2, (Int4) Int4, (Int8) Int8, (Numeric) Numeric,
        (Float4) Float4, (Float8) Float8, (Text) Text, (Bytea) Bytea, (Uuid) Uuid, (Date) Date,
        (Time) Time, (Timetz) Timetz, (Timestamp) Timestamp, (Timestamptz) Timestamptz,
        (Interval) Interval, (Json) Json, (Jsonb) Jsonb, (Inet) Inet, (Cidr) Cidr,
        (Macaddr) Macaddr, (Macaddr8) Macaddr8, (Bit) Bit, (Varbit) Varbit, (Money) Money;
};

/// The result type of a call, if the catalog has the function; `count` without an argument is
/// `count(*)`.
#[must_use]
pub fn result_of(name: &str, arguments: &[BuiltinType]) -> Option<BuiltinType> {
    if name == "count" && arguments.len() <= 1 {
        return Some(BuiltinType::Int8);
    }
    FUNCTIONS
        .iter()
        .find(|function| function.name == name && function.arguments == arguments)
        .map(|function| function.result)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_entry_twice() {
        for (n, function) in FUNCTIONS.iter().enumerate() {
            let twin = FUNCTIONS[..n]
                .iter()
                .find(|f| f.name == function.name && f.arguments == function.arguments);
            assert_eq!(twin, None);
        }
    }

    #[test]
    fn results_by_call() {
        assert_eq!(
            result_of("sum", &[BuiltinType::Int4]),
            Some(BuiltinType::Int8)
        );
        assert_eq!(result_of("count", &[]), Some(BuiltinType::Int8));
        assert_eq!(result_of("sum", &[BuiltinType::Text]), None);
    }
}
