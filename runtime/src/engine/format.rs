//! How units are written.

use super::one_line::{needs_rewriting, write_one_line};
use crate::prepared::Prepared;
use crate::unit_text::UnitText;
use std::io::Write as _;

/// The form of a run's output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Format {
    /// Each statement on one line, ended by the terminator. Line breaks inside of literals are
    /// escaped so that the value stays the same, other line breaks become spaces, and `--` comments
    /// are left out. A unit without statements writes nothing.
    Sql {
        /// What ends a statement, such as `;`.
        terminator: String,
    },
    /// A line of JSON for each unit: `{"index":…,"seed":…,"rule":…,"sql":…}`. The statements of
    /// a unit are joined by terminator and line break; the last one has no terminator.
    JsonLines {
        /// What stands between two statements, such as `;`.
        terminator: String,
        /// The seed as JSON: a number, or a string where it does not fit into 64 bits.
        seed: String,
        /// The start rule.
        rule: String,
    },
    /// A line of JSON for each unit in its prepared form:
    /// `{"index":…,"seed":…,"rule":…,"sql":…,"params":[…]}` where the unit is one statement, else
    /// `{"index":…,"seed":…,"rule":…,"statements":[{"sql":…,"params":[…]},…]}`. A parameter is
    /// `{"type":…,"value":…}`. Units have to be made into a text that
    /// [records values](UnitText::recording_values); from any other one parameters are missing.
    PreparedJsonLines {
        /// The seed as JSON: a number, or a string where it does not fit into 64 bits.
        seed: String,
        /// The start rule.
        rule: String,
    },
    /// The bytes of the unit as they are.
    Raw,
    /// Nothing: units are made and counted.
    Null,
}

/// Memory for what can't be formatted where it stands.
#[derive(Debug, Clone, Default)]
pub(super) struct Scratch {
    unit: UnitText,
    prepared: Prepared,
}

impl Format {
    /// Memory for units that are to be written so.
    #[must_use]
    pub fn unit(&self) -> UnitText {
        match self {
            Self::PreparedJsonLines { .. } => UnitText::recording_values(),
            _ => UnitText::default(),
        }
    }

    /// Appends unit `index` to `out`.
    pub fn write(&self, index: u64, unit: &UnitText, out: &mut Vec<u8>) {
        self.write_with(index, unit, &mut Prepared::default(), out);
    }

    fn write_with(&self, index: u64, unit: &UnitText, prepared: &mut Prepared, out: &mut Vec<u8>) {
        match self {
            Self::Sql { terminator } => {
                let terminated = !terminator.is_empty();
                for statement in unit.statements() {
                    write_one_line(statement, terminated, out);
                    out.extend_from_slice(terminator.as_bytes());
                    out.push(b'\n');
                }
            }
            Self::JsonLines {
                terminator,
                seed,
                rule,
            } => {
                // Writing to a Vec never fails.
                let _ = write!(out, "{{\"index\":{index},\"seed\":{seed},\"rule\":\"");
                write_json_text(rule.as_bytes(), out);
                out.extend_from_slice(b"\",\"sql\":\"");
                for (i, statement) in unit.statements().enumerate() {
                    if i > 0 {
                        write_json_text(terminator.as_bytes(), out);
                        out.extend_from_slice(b"\\n");
                    }
                    write_json_text(statement, out);
                }
                out.extend_from_slice(b"\"}\n");
            }
            Self::PreparedJsonLines { seed, rule } => {
                // Writing to a Vec never fails.
                let _ = write!(out, "{{\"index\":{index},\"seed\":{seed},\"rule\":\"");
                write_json_text(rule.as_bytes(), out);
                out.extend_from_slice(b"\",");
                let is_one = unit.ends.len() == 1;
                if !is_one {
                    out.extend_from_slice(b"\"statements\":[");
                }
                for (at, (statement, values)) in unit.statements_with_values().enumerate() {
                    prepared.make(statement, values);
                    if !is_one {
                        out.extend_from_slice(if at > 0 { b",{" } else { b"{" });
                    }
                    write_prepared(prepared, out);
                    if !is_one {
                        out.push(b'}');
                    }
                }
                if !is_one {
                    out.push(b']');
                }
                out.extend_from_slice(b"}\n");
            }
            Self::Raw => out.extend_from_slice(unit.text()),
            Self::Null => {}
        }
    }

    /// Brings unit `index` into its form where it stands, at the end of `unit.bytes`: nearly every
    /// unit is a statement that only lacks its terminator. `as_it_is`: it is known to be printed as it
    /// is. `scratch` is memory for the others.
    pub(super) fn write_in_place(
        &self,
        index: u64,
        unit: &mut UnitText,
        as_it_is: bool,
        scratch: &mut Scratch,
    ) {
        match self {
            Self::Raw => {}
            Self::Null => unit.clear(),
            Self::Sql { terminator }
                if unit.ends.as_slice() == [unit.bytes.len()]
                    && (as_it_is || !needs_rewriting(unit.text(), !terminator.is_empty())) =>
            {
                unit.bytes.extend_from_slice(terminator.as_bytes());
                unit.bytes.push(b'\n');
            }
            _ => {
                scratch.unit.copy_from(unit);
                unit.clear();
                let Scratch {
                    unit: aside,
                    prepared,
                } = scratch;
                self.write_with(index, aside, prepared, &mut unit.bytes);
            }
        }
    }
}

/// Appends the shape and the parameters of a statement as members of a JSON object.
fn write_prepared(prepared: &Prepared, out: &mut Vec<u8>) {
    out.extend_from_slice(b"\"sql\":\"");
    write_json_text(prepared.shape(), out);
    out.extend_from_slice(b"\",\"params\":[");
    for (at, parameter) in prepared.parameters().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        out.extend_from_slice(b"{\"type\":\"");
        write_json_text(parameter.type_name.as_bytes(), out);
        out.extend_from_slice(b"\",\"value\":");
        match parameter.value {
            Some(value) => {
                out.push(b'"');
                write_json_text(value.as_bytes(), out);
                out.push(b'"');
            }
            None => out.extend_from_slice(b"null"),
        }
        out.push(b'}');
    }
    out.push(b']');
}

/// Bytes that are looked at together: wide enough for the compiler to use vector instructions.
const BLOCK: usize = 32;

fn is_escaped_in_json(byte: u8) -> bool {
    (byte < b' ') | (byte == b'"') | (byte == b'\\')
}

/// Appends UTF-8 text as the inside of a JSON string.
fn write_json_text(text: &[u8], out: &mut Vec<u8>) {
    for block in text.chunks(BLOCK) {
        // No short circuit, so that the loop has no branch.
        let any = block
            .iter()
            .fold(false, |any, &byte| any | is_escaped_in_json(byte));
        if any {
            write_json_bytes(block, out);
        } else {
            out.extend_from_slice(block);
        }
    }
}

fn write_json_bytes(bytes: &[u8], out: &mut Vec<u8>) {
    for &byte in bytes {
        match byte {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            0..b' ' => {
                // Writing to a Vec never fails.
                let _ = write!(out, "\\u{byte:04x}");
            }
            _ => out.push(byte),
        }
    }
}
