//! The functions that every supported server has: deterministic, total over the values that the
//! generator makes, with exact argument and result types.

use crate::types::BuiltinType;

/// A function of the catalog.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Function {
    /// Its name.
    pub name: &'static str,
    /// The types of its arguments.
    pub arguments: &'static [BuiltinType],
    /// The type of its result.
    pub result: BuiltinType,
    /// Whether it is an aggregate.
    pub aggregate: bool,
    /// The first major version of PostgreSQL that has it.
    pub since: u32,
}

macro_rules! functions {
    ($($kind:ident $name:ident($($argument:ident),*) -> $result:ident $(since $since:literal)?;)*) => {
        /// Every function. Indexes are stable within a version of this crate.
        pub const FUNCTIONS: &[Function] = &[$(Function {
            name: stringify!($name),
            arguments: &[$(BuiltinType::$argument),*],
            result: BuiltinType::$result,
            aggregate: functions!(@$kind),
            since: 0 $(+ $since)?,
        },)*];
    };
    (@scalar) => { false };
    (@aggregate) => { true };
}

functions! {
    scalar length(Text) -> Int4;
    scalar char_length(Text) -> Int4;
    scalar octet_length(Text) -> Int4;
    scalar ascii(Text) -> Int4;
    scalar upper(Text) -> Text;
    scalar lower(Text) -> Text;
    scalar initcap(Text) -> Text;
    scalar reverse(Text) -> Text;
    scalar md5(Text) -> Text;
    scalar btrim(Text) -> Text;
    scalar ltrim(Text) -> Text;
    scalar rtrim(Text) -> Text;
    scalar quote_literal(Text) -> Text;
    scalar concat(Text, Text) -> Text;
    scalar replace(Text, Text, Text) -> Text;
    scalar strpos(Text, Text) -> Int4;
    scalar starts_with(Text, Text) -> Bool;
    scalar sign(Numeric) -> Numeric;
    scalar sign(Float8) -> Float8;
    scalar floor(Numeric) -> Numeric;
    scalar ceil(Numeric) -> Numeric;
    scalar round(Numeric) -> Numeric;
    scalar trunc(Numeric) -> Numeric;
    scalar abs(Numeric) -> Numeric;
    scalar abs(Float8) -> Float8;
    scalar floor(Float8) -> Float8;
    scalar ceil(Float8) -> Float8;
    scalar atan(Float8) -> Float8;
    scalar sin(Float8) -> Float8;
    scalar isfinite(Date) -> Bool;
    scalar isfinite(Timestamp) -> Bool;
    scalar isfinite(Interval) -> Bool;
    scalar justify_days(Interval) -> Interval;
    scalar justify_hours(Interval) -> Interval;
    scalar md5(Bytea) -> Text;
    scalar sha256(Bytea) -> Bytea;
    scalar octet_length(Bytea) -> Int4;
    scalar jsonb_typeof(Jsonb) -> Text;
    scalar jsonb_pretty(Jsonb) -> Text;
    scalar json_typeof(Json) -> Text;
    scalar host(Inet) -> Text;
    scalar family(Inet) -> Int4;
    scalar masklen(Inet) -> Int4;
    scalar network(Inet) -> Cidr;
    scalar bit_length(Text) -> Int4;
    scalar scale(Numeric) -> Int4;
    scalar trim_scale(Numeric) -> Numeric since 13;
    scalar min_scale(Numeric) -> Int4 since 13;
    aggregate count(Text) -> Int8;
    aggregate count(Int4) -> Int8;
    aggregate sum(Int4) -> Int8;
    aggregate sum(Int8) -> Numeric;
    aggregate sum(Numeric) -> Numeric;
    aggregate sum(Float8) -> Float8;
    aggregate sum(Interval) -> Interval;
    aggregate avg(Int4) -> Numeric;
    aggregate avg(Int8) -> Numeric;
    aggregate avg(Numeric) -> Numeric;
    aggregate avg(Float8) -> Float8;
    aggregate avg(Interval) -> Interval;
    aggregate min(Int2) -> Int2;
    aggregate max(Int2) -> Int2;
    aggregate min(Int4) -> Int4;
    aggregate max(Int4) -> Int4;
    aggregate min(Int8) -> Int8;
    aggregate max(Int8) -> Int8;
    aggregate min(Numeric) -> Numeric;
    aggregate max(Numeric) -> Numeric;
    aggregate min(Float4) -> Float4;
    aggregate max(Float4) -> Float4;
    aggregate min(Float8) -> Float8;
    aggregate max(Float8) -> Float8;
    aggregate min(Text) -> Text;
    aggregate max(Text) -> Text;
    aggregate min(Date) -> Date;
    aggregate max(Date) -> Date;
    aggregate min(Time) -> Time;
    aggregate max(Time) -> Time;
    aggregate min(Timestamp) -> Timestamp;
    aggregate max(Timestamp) -> Timestamp;
    aggregate min(Timestamptz) -> Timestamptz;
    aggregate max(Timestamptz) -> Timestamptz;
    aggregate min(Interval) -> Interval;
    aggregate max(Interval) -> Interval;
    aggregate bool_and(Bool) -> Bool;
    aggregate bool_or(Bool) -> Bool;
    aggregate bit_and(Int4) -> Int4;
    aggregate bit_or(Int4) -> Int4;
    aggregate string_agg(Text, Text) -> Text;
    aggregate stddev_samp(Numeric) -> Numeric;
    aggregate var_pop(Numeric) -> Numeric;
}
