//! The prepared form of a statement: its shape, and the values that its parameters have.
//!
//! A unit tells where it placed values ([`UnitText::recording_values`]). The shape is the text of a
//! statement with the literals of these values replaced by `$1`, `$2`, …: what is left is what the
//! grammar decided, so that many units share a shape, which a server has to analyse once. The text
//! is that of the same derivation, byte for byte; nothing is drawn for either form.
//!
//! Both forms mean the same. So a parameter is declared as what PostgreSQL makes of the literal: a
//! number as integer, bigint or numeric, whichever holds it; `DATE '…'` and the like as that type;
//! a plain string, or NULL, as `unknown`, which takes its type from the context as such a literal
//! does. A cast stays in the shape: `$1::uuid`. What means something of its own as a literal stays in
//! the text: sort and group positions, the predicates of ON CONFLICT, modifiers of types, all of a
//! statement that has no plan.
//!
//! What can't be told from the text is left to the server, which refuses to prepare a shape where a
//! parameter may not stand, or where its type can't be told: such a statement has its text form.
//!
//! [`UnitText::recording_values`]: crate::unit_text::UnitText::recording_values

mod context;
mod literal;
mod scan;
#[cfg(test)]
mod tests;

use crate::unit_text::Placed;
use context::{Context, is_field};
use scan::{Token, Tokens, is_word};
use std::io::Write as _;
use std::ops::Range;

/// As many parameters as a message of the protocol can hold.
const MOST_PARAMETERS: usize = 65_535;

/// What a parameter is declared as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ParameterType {
    /// Not at all: the context has its type.
    Unknown,
    /// Not at all: the cast behind it has its type.
    Cast,
    /// `boolean`
    Boolean,
    /// `integer`
    Integer,
    /// `bigint`
    Bigint,
    /// `numeric`
    Numeric,
    /// `bit`, of any length
    Bit,
    /// `date`
    Date,
    /// `time`
    Time,
    /// `timetz`
    Timetz,
    /// `timestamp`
    Timestamp,
    /// `timestamptz`
    Timestamptz,
    /// `interval`
    Interval,
}

/// A parameter of a shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parameter<'a> {
    /// What it is declared as.
    pub ty: ParameterType,
    /// The name of its type in SQL; `unknown` where the context has it.
    pub type_name: &'a str,
    /// The text that the input function of its type reads; none for NULL.
    pub value: Option<&'a str>,
    /// Where its literal is in the text form.
    pub literal: Placed,
}

/// A parameter, with ranges of the memory of its statement.
#[derive(Debug, Clone)]
struct Kept {
    ty: ParameterType,
    cast: Range<usize>,
    value: Option<Range<usize>>,
    literal: Placed,
}

/// The prepared form of a statement. Made again for each statement; keeps its memory.
#[derive(Debug, Clone, Default)]
pub struct Prepared {
    shape: Vec<u8>,
    values: Vec<u8>,
    parameters: Vec<Kept>,
    context: Context,
    is_planned: bool,
}

impl ParameterType {
    fn name(self) -> &'static str {
        match self {
            Self::Unknown | Self::Cast => "unknown",
            Self::Boolean => "boolean",
            Self::Integer => "integer",
            Self::Bigint => "bigint",
            Self::Numeric => "numeric",
            Self::Bit => "bit",
            Self::Date => "date",
            Self::Time => "time",
            Self::Timetz => "timetz",
            Self::Timestamp => "timestamp",
            Self::Timestamptz => "timestamptz",
            Self::Interval => "interval",
        }
    }
}

impl Prepared {
    /// Becomes the prepared form of a statement with values at these places, in order.
    pub fn make(&mut self, statement: &[u8], values: impl Iterator<Item = Placed>) {
        self.shape.clear();
        self.values.clear();
        self.parameters.clear();
        self.context.begin();
        let mut values = values.peekable();
        let mut tokens = Tokens::new(statement);
        let mut copied = 0;
        while let Some((start, token)) = tokens.next() {
            // Those before are in comments, or within a token.
            while values.next_if(|value| value.start < start).is_some() {}
            if let Some(value) = values.next_if(|value| value.start == start)
                && let Some(kept) = self.read(statement, value)
            {
                copy(statement, copied..start, &mut self.shape);
                copied = kept.literal.end;
                self.add(kept, value.end);
                self.context.pass_value();
                tokens.go_to(value.end);
                continue;
            }
            if token == Token::Parameter {
                // It would be taken for one of ours.
                self.is_planned = false;
                return self.stay(statement);
            }
            self.context.pass(token);
        }
        self.is_planned = self.context.is_planned();
        if !self.is_planned {
            return self.stay(statement);
        }
        copy(statement, copied..statement.len(), &mut self.shape);
    }

    /// Becomes the text form.
    fn stay(&mut self, statement: &[u8]) {
        self.shape.clear();
        self.shape.extend_from_slice(statement);
        self.values.clear();
        self.parameters.clear();
    }

    /// Reads the literal of a value for which a parameter may stand.
    fn read(&mut self, statement: &[u8], placed: Placed) -> Option<Kept> {
        if !self.has_parameter(statement, placed) {
            return None;
        }
        let text = statement.get(placed.start..placed.end)?;
        let from = self.values.len();
        let read = literal::read(text, &mut self.values)?;
        if !self.fits(statement, placed, &read) {
            self.values.truncate(from);
            return None;
        }
        Some(Kept {
            ty: read.ty,
            cast: 0..0,
            value: (!read.is_null).then(|| from..self.values.len()),
            literal: Placed {
                start: placed.start,
                end: placed.start + read.length,
            },
        })
    }

    /// Whether a parameter may stand at the place of a value.
    fn has_parameter(&self, statement: &[u8], value: Placed) -> bool {
        let before = statement.get(..value.start).unwrap_or_default();
        let behind = statement.get(value.end..).unwrap_or_default();
        let is_apart = match before.last() {
            None | Some(b' ' | b'(' | b'[' | b',' | b'\n' | b'\t') => true,
            Some(b'=' | b'<' | b'>') => statement.get(value.start) != Some(&b'-'),
            Some(_) => false,
        };
        let ends = match behind.first() {
            Some(&byte) => !(is_word(byte) || matches!(byte, b'\'' | b'"' | b'$' | b'.' | b'[')),
            None => true,
        };
        // Strings that only a line break joins are one.
        let joined =
            before.trim_ascii_end().ends_with(b"'") || behind.trim_ascii_start().starts_with(b"'");
        is_apart
            && ends
            && !joined
            && !self.context.is_literal()
            && self.parameters.len() < MOST_PARAMETERS
    }

    /// Whether a parameter means what a literal means.
    fn fits(&self, statement: &[u8], value: Placed, read: &literal::Literal) -> bool {
        let behind = statement.get(value.end..).unwrap_or_default();
        let next = behind.trim_ascii_start();
        let is_string = matches!(read.ty, ParameterType::Unknown | ParameterType::Cast);
        if read.is_negative {
            let binds = next.starts_with(b"::") || matches!(next.first(), Some(b'[' | b'.'));
            !binds && !self.context.is_behind_operand()
        } else if read.ty == ParameterType::Interval {
            let end = next.iter().position(|&byte| !is_word(byte));
            !is_field(next.get(..end.unwrap_or(next.len())).unwrap_or_default())
                && !next.starts_with(b"(")
        } else {
            !(is_string && self.context.is_behind_type())
        }
    }

    /// Adds a parameter to the shape, for a literal whose cast, if it has one, goes on to `end` in
    /// the text.
    fn add(&mut self, mut kept: Kept, end: usize) {
        // Writing to a Vec never fails.
        let _ = write!(self.shape, "${}", self.parameters.len() + 1);
        if kept.ty == ParameterType::Cast {
            // Copied there later, behind two colons.
            let start = self.shape.len() + 2;
            kept.cast = start..self.shape.len() + (end - kept.literal.end);
        }
        self.parameters.push(kept);
    }

    /// Whether the statement has a plan that can be prepared: that of a query or of a change of
    /// rows. Any other one has no parameters, and its shape is its text.
    #[must_use]
    pub fn is_planned(&self) -> bool {
        self.is_planned
    }

    /// The text with `$1`, `$2`, … in place of literals.
    #[must_use]
    pub fn shape(&self) -> &[u8] {
        &self.shape
    }

    /// The parameters, `$1` first.
    pub fn parameters(&self) -> impl ExactSizeIterator<Item = Parameter<'_>> {
        self.parameters.iter().map(|kept| {
            let type_name = match kept.ty {
                ParameterType::Cast => text(&self.shape, &kept.cast),
                ty => ty.name(),
            };
            Parameter {
                ty: kept.ty,
                type_name,
                value: kept.value.as_ref().map(|value| text(&self.values, value)),
                literal: kept.literal,
            }
        })
    }
}

fn copy(from: &[u8], range: Range<usize>, to: &mut Vec<u8>) {
    to.extend_from_slice(from.get(range).unwrap_or_default());
}

/// A part of what is UTF-8: values were looked at when they were read, and types are named in it.
fn text<'a>(bytes: &'a [u8], range: &Range<usize>) -> &'a str {
    let part = bytes.get(range.clone()).unwrap_or_default();
    std::str::from_utf8(part).unwrap_or_default()
}
