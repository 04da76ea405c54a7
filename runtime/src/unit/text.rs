//! Values made by builtins.

use super::Unit;
use super::value::{Range32, Value};
use crate::choices::Choices;

impl Unit {
    /// A whole number of two inclusive bounds.
    pub fn int<C: Choices>(&mut self, low: i64, high: i64, choices: &mut C) -> Value {
        if high <= low {
            return Value::Int(low);
        }
        let offset = match high.abs_diff(low).checked_add(1) {
            Some(span) => choices.below(span),
            None => choices.bits(),
        };
        Value::Int(low.wrapping_add_unsigned(offset))
    }

    /// The next ordinal of the unit: no other unit has it as long as a unit takes at most 64.
    pub fn ordinal(&mut self) -> u64 {
        let ordinal = self.index.wrapping_mul(64).wrapping_add(self.ordinals);
        self.ordinals += 1;
        ordinal
    }

    /// Makes a text value of what `write` appends.
    pub fn write_text(&mut self, write: impl FnOnce(&mut Self, &mut Vec<u8>)) -> Value {
        let mut buffer = std::mem::take(&mut self.buffer);
        buffer.clear();
        write(self, &mut buffer);
        let start = self.arena.texts.len();
        self.arena.texts.extend_from_slice(&buffer);
        self.buffer = buffer;
        Value::Text(Range32::since(start, self.arena.texts.len()))
    }
}
