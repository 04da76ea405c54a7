//! Values made by builtins.

use super::Unit;
use super::value::{ColumnRef, Value};
use crate::choices::Choices;
use crate::demand::View;
use crate::plan::Plan;
use crate::values::number::{power_of_ten, push_decimal};
use crate::values::quoting::quote_from;
use crate::values::{Distribution, Ordinals};

/// What becomes of a text that a builtin makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum To {
    /// A value, which may be placed any number of times.
    Value,
    /// It is placed at once; the value is [`Value::Nothing`], which prints nothing.
    Place,
}

impl Unit {
    /// A whole number of an inclusive range.
    pub fn int<C: Choices>(
        &mut self,
        low: i64,
        high: i64,
        distribution: Distribution,
        choices: &mut C,
    ) -> Value {
        Value::Int(distribution.draw_with(low, high, &mut self.constants, choices))
    }

    /// A fixed-point number between two inclusive bounds with so many digits after the point.
    pub fn decimal<C: Choices>(
        &mut self,
        low: f64,
        high: f64,
        digits: u32,
        distribution: Distribution,
        to: To,
        choices: &mut C,
    ) -> Value {
        // More digits than 64 bits hold of the greater bound are left out.
        let largest = low.abs().max(high.abs()).max(1.0);
        let mut digits = digits.min(18);
        while digits > 0 && largest * power_of_ten(digits) as f64 > i64::MAX as f64 {
            digits -= 1;
        }
        let unit = power_of_ten(digits) as f64;
        let distribution = match distribution {
            Distribution::Normal(mean, deviation) => {
                Distribution::Normal(mean * unit, deviation * unit)
            }
            Distribution::Exponential(mean) => Distribution::Exponential(mean * unit),
            other => other,
        };
        let scaled = |bound: f64| (bound * unit).round() as i64;
        let constants = &mut self.constants;
        let unscaled = distribution.draw_with(scaled(low), scaled(high), constants, choices);
        self.write_text(to, |_, out| push_decimal(unscaled.into(), digits, out))
    }

    /// A literal of an SQL type.
    pub fn literal_of<C: Choices>(
        &mut self,
        plan: &Plan,
        ty: Value,
        to: To,
        choices: &mut C,
    ) -> Value {
        let Value::Type(ty) = ty else {
            return Value::Nothing;
        };
        self.write_literal(to, |_, out| plan.fitting().literal(ty, choices, out))
    }

    /// A value that fits a column; unique columns get one that no other unit has.
    pub fn fitting<C: Choices>(
        &mut self,
        plan: &Plan,
        column: Value,
        to: To,
        choices: &mut C,
    ) -> Value {
        let Value::Column(column) = column else {
            return Value::Nothing;
        };
        if column.is_placed() {
            return self.write_literal(to, |ordinals, out| {
                plan.fitting()
                    .value_at(column.place, ordinals, choices, out);
            });
        }
        self.literal_like(plan, column, to, choices)
    }

    /// A value to compare a column with.
    pub fn comparand<C: Choices>(
        &mut self,
        plan: &Plan,
        column: Value,
        to: To,
        choices: &mut C,
    ) -> Value {
        let Value::Column(column) = column else {
            return Value::Nothing;
        };
        if column.is_placed() {
            return self.write_literal(to, |_, out| {
                plan.fitting().comparand_at(column.place, choices, out);
            });
        }
        self.literal_like(plan, column, to, choices)
    }

    fn literal_like<C: Choices>(
        &mut self,
        plan: &Plan,
        column: ColumnRef,
        to: To,
        choices: &mut C,
    ) -> Value {
        let ty = View { plan, unit: self }.column_type(column);
        self.write_literal(to, |_, out| {
            if let Some(ty) = ty {
                plan.fitting().literal(ty, choices, out);
            }
        })
    }

    /// A string literal of a value's text.
    pub fn quote(&mut self, plan: &Plan, value: Value, to: To) -> Value {
        self.write_text(to, |unit, out| {
            let start = out.len();
            unit.arena.spell(plan, value, out);
            quote_from(out, start);
        })
    }

    /// The raw text that a pattern of the program matches.
    pub fn regex<C: Choices>(
        &mut self,
        plan: &Plan,
        pattern: u32,
        to: To,
        choices: &mut C,
    ) -> Value {
        self.write_text(to, |_, out| {
            if let Some(pattern) = plan.pattern(pattern) {
                pattern.generate(choices, out);
            }
        })
    }

    /// As [`Unit::write_text`] for SQL literals: the spacing around them is known.
    #[inline]
    pub(super) fn write_literal(
        &mut self,
        to: To,
        write: impl FnOnce(&mut Ordinals, &mut Vec<u8>),
    ) -> Value {
        let ordinals = &mut self.ordinals;
        match to {
            To::Value => {
                self.buffer.clear();
                write(ordinals, &mut self.buffer);
                let is_recorded = self.writer.records_values;
                self.arena.value(&self.buffer, is_recorded)
            }
            To::Place => {
                self.writer.sql_literal(|out| write(ordinals, out));
                Value::Nothing
            }
        }
    }

    /// Makes a text value of what `write` appends, or places it at once: then it is appended to the
    /// unit's own text, which is not to be seen meanwhile.
    #[inline]
    pub fn write_text(&mut self, to: To, write: impl FnOnce(&mut Self, &mut Vec<u8>)) -> Value {
        match to {
            To::Value => {
                let mut buffer = std::mem::take(&mut self.buffer);
                buffer.clear();
                write(self, &mut buffer);
                let value = self.arena.value(&buffer, self.writer.records_values);
                self.buffer = buffer;
                value
            }
            To::Place => {
                let mark = self.writer.open();
                let mut bytes = std::mem::take(self.writer.bytes_mut());
                write(self, &mut bytes);
                *self.writer.bytes_mut() = bytes;
                let before = self.writer.close(mark);
                if self.writer.records_values {
                    self.writer.record_from(before);
                }
                Value::Nothing
            }
        }
    }
}
