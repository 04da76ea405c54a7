//! Values as HOCON writes them.

use hocon::{HoconValue, ScalarType};
use std::fmt::Write as _;

/// A quoted text, on one line.
#[must_use]
pub fn quoted(text: &str) -> String {
    let mut out = String::from('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A value on one line.
#[must_use]
pub fn of(value: &HoconValue) -> String {
    match value {
        HoconValue::Scalar(scalar) if scalar.value_type == ScalarType::String => {
            quoted(&scalar.raw)
        }
        HoconValue::Scalar(scalar) => scalar.raw.clone(),
        HoconValue::Array(elements) => {
            let elements: Vec<_> = elements.iter().map(of).collect();
            format!("[{}]", elements.join(", "))
        }
        HoconValue::Object(fields) => {
            let field = |(name, value)| format!("{} = {}", crate::path::show(&[name]), of(value));
            let fields: Vec<_> = fields.iter().map(field).collect();
            format!("{{ {} }}", fields.join(", "))
        }
        _ => String::from("null"),
    }
}

/// A value as messages show it: its beginning.
#[must_use]
pub fn short(value: &HoconValue) -> String {
    const LONGEST: usize = 60;
    let text = of(value);
    if text.chars().count() <= LONGEST {
        return text;
    }
    let beginning: String = text.chars().take(LONGEST).collect();
    format!("{beginning}…")
}
