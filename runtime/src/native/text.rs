//! Small helpers of generated code.

use crate::unit::value::Value;

/// The number of a value; 0 for anything else.
#[must_use]
#[inline]
pub fn number(value: Value) -> i64 {
    match value {
        Value::Int(number) => number,
        _ => 0,
    }
}

/// The truth of a value; false for anything else.
#[must_use]
#[inline]
pub fn truth(value: Value) -> bool {
    matches!(value, Value::Bool(true))
}
