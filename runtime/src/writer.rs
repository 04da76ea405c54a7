//! Writes the tokens of a unit with canonical spacing.
//!
//! One space between tokens; none after `(` `[` `.`, none before `)` `]` `,` `;` `.`, none around a
//! glue, none at the start of a statement. What is decided here depends on nothing but the last
//! byte written, a pending glue and the first byte of the next token; the compiler merges
//! neighbouring literals by the same rule.

use crate::spacing::{tight_after, tight_before};
use crate::tokens::{Literal, Literals, Token, Tokens, Word};
use crate::unit_text::Placed;

/// Where a token that is still being written starts.
#[derive(Debug, Clone, Copy)]
pub struct Mark {
    start: usize,
    spaced: bool,
}

/// Where a text that is derived aside starts, and what to come back to.
#[derive(Debug, Clone, Copy)]
pub struct Aside {
    start: usize,
    wants_space: bool,
}

/// The text of a unit while it is written.
#[derive(Debug, Clone, Default)]
pub struct Writer {
    /// The bytes so far.
    pub(crate) bytes: Vec<u8>,
    /// Where statements ended.
    pub(crate) ends: Vec<usize>,
    /// Where the unit starts.
    origin: usize,
    /// Where the current statement starts.
    start: usize,
    /// Whether the next token needs a space unless its first byte joins.
    wants_space: bool,
    /// Whether it is recorded where values are placed.
    pub(crate) records_values: bool,
    /// Where they were placed in `bytes`, in order.
    pub(crate) placed: Vec<Placed>,
}

impl Writer {
    /// Starts a unit behind so many bytes, which stay. Forgets the rest, keeps the memory.
    pub fn begin(&mut self, origin: usize) {
        self.bytes.truncate(origin);
        self.ends.clear();
        self.placed.clear();
        self.origin = self.bytes.len();
        self.start = self.origin;
        self.wants_space = false;
    }

    /// Writes a token; nothing at all for an empty one.
    #[inline]
    pub fn token(&mut self, token: &[u8]) {
        let (Some(&first), Some(&last)) = (token.first(), token.last()) else {
            return;
        };
        if self.wants_space && !tight_before(first) {
            self.bytes.push(b' ');
        }
        self.bytes.extend_from_slice(token);
        self.wants_space = !tight_after(last);
    }

    /// Writes a token that is known in advance; nothing at all for an empty one.
    #[inline(always)]
    pub fn known(&mut self, tokens: &Tokens, token: Token) {
        if token.is_empty() {
            return;
        }
        tokens.push(token, self.wants_space && !token.joins, &mut self.bytes);
        self.wants_space = !token.opens;
    }

    /// Writes a token of generated code.
    #[inline(always)]
    pub fn literal(&mut self, literal: &Literal) {
        self.wants_space = literal.push(self.wants_space, &mut self.bytes);
    }

    /// Writes one of several tokens of generated code.
    #[inline(always)]
    pub fn literal_of<const N: usize, const WIDTH: usize>(
        &mut self,
        literals: &Literals<N, WIDTH>,
        at: usize,
    ) {
        self.wants_space = literals.push(at, self.wants_space, &mut self.bytes);
    }

    /// Writes a name, which is also given whole should it be no word.
    #[inline(always)]
    pub(crate) fn name<'n>(&mut self, word: &Word, whole: impl FnOnce() -> &'n [u8]) {
        if word.push(self.wants_space, &mut self.bytes) {
            self.wants_space = true;
        } else {
            self.token(whole());
        }
    }

    /// Writes a relation's name, a dot and a column's name. False, and nothing is written, if one of
    /// the names is no word.
    #[must_use]
    #[inline]
    pub(crate) fn qualified(&mut self, relation: &Word, column: &Word) -> bool {
        let pushed = relation.push_qualifying(column, self.wants_space, &mut self.bytes);
        self.wants_space |= pushed;
        pushed
    }

    /// Writes the dot between a relation and a column.
    #[inline]
    pub(crate) fn dot(&mut self) {
        self.bytes.push(b'.');
        self.wants_space = false;
    }

    /// The next token follows without a space.
    #[inline]
    pub fn glue(&mut self) {
        self.wants_space = false;
    }

    /// Starts a token whose bytes are appended to [`Writer::bytes_mut`] until [`Writer::close`].
    #[inline]
    pub fn open(&mut self) -> Mark {
        let spaced = self.wants_space;
        if spaced {
            self.bytes.push(b' ');
        }
        Mark {
            start: self.bytes.len(),
            spaced,
        }
    }

    /// What an open token is appended to.
    #[inline]
    pub fn bytes_mut(&mut self) -> &mut Vec<u8> {
        &mut self.bytes
    }

    /// Ends a token: takes the space before it back if its first byte joins, or if it is empty.
    /// Gives where it starts.
    #[inline]
    pub fn close(&mut self, mark: Mark) -> usize {
        let mut start = mark.start;
        match self.bytes.get(start) {
            Some(&first) => {
                if mark.spaced && tight_before(first) {
                    start -= 1;
                    self.bytes.remove(start);
                }
                self.wants_space = !self.bytes.last().is_some_and(|&last| tight_after(last));
            }
            None if mark.spaced => {
                self.bytes.pop();
                start -= 1;
            }
            None => {}
        }
        start
    }

    /// Writes an SQL literal that `write` appends, or nothing: whatever literal it is, the spacing
    /// around it is that of a word.
    #[inline]
    pub fn sql_literal(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        let before = self.bytes.len();
        if self.wants_space {
            self.bytes.push(b' ');
        }
        let start = self.bytes.len();
        write(&mut self.bytes);
        if self.bytes.len() > start {
            self.wants_space = true;
            if self.records_values {
                self.record_from(start);
            }
        } else {
            self.bytes.truncate(before);
        }
    }

    /// Records that what stands behind `start` is a value.
    #[cold]
    pub(crate) fn record_from(&mut self, start: usize) {
        let end = self.bytes.len();
        if start < end {
            self.placed.push(Placed { start, end });
        }
    }

    /// Records that the last `length` bytes are a value.
    #[cold]
    pub(crate) fn record_last(&mut self, length: usize) {
        self.record_from(self.bytes.len().saturating_sub(length));
    }

    /// Records the values in the last `length` bytes, which were written before as a text of their
    /// own that started at `from`.
    #[cold]
    pub(crate) fn record_again(&mut self, values: &[Placed], from: usize, length: usize) {
        let to = self.bytes.len().saturating_sub(length);
        let moved = values.iter().map(|placed| placed.moved(from, to));
        self.placed.extend(moved);
    }

    /// Starts a text that is derived now and placed later: spaced as if it were a statement.
    #[must_use]
    pub fn begin_aside(&mut self) -> Aside {
        let aside = Aside {
            start: self.bytes.len(),
            wants_space: self.wants_space,
        };
        self.wants_space = false;
        aside
    }

    /// Ends a text that is derived aside: moves it to the end of `texts`, and the values in it to
    /// the end of `placed`, and forgets it here.
    pub fn end_aside(&mut self, aside: Aside, texts: &mut Vec<u8>, placed: &mut Vec<Placed>) {
        let first = self.first_value(aside.start);
        let moved = |value: Placed| value.moved(aside.start, texts.len());
        placed.extend(self.placed.drain(first..).map(moved));
        texts.extend_from_slice(self.bytes.get(aside.start..).unwrap_or_default());
        self.drop_aside(aside);
    }

    /// Ends a text that is derived aside and forgets it.
    pub fn drop_aside(&mut self, aside: Aside) {
        self.bytes.truncate(aside.start);
        let kept = self.first_value(aside.start);
        self.placed.truncate(kept);
        self.wants_space = aside.wants_space;
    }

    /// How many values were placed before a byte.
    fn first_value(&self, start: usize) -> usize {
        self.placed.partition_point(|placed| placed.start < start)
    }

    /// Ends the statement; an empty one is not listed.
    pub fn end_statement(&mut self) {
        let end = self.bytes.len();
        if end > self.start {
            self.ends.push(end);
            self.start = end;
        }
        self.wants_space = false;
    }

    /// How many bytes the unit has.
    #[must_use]
    #[inline]
    pub fn len(&self) -> usize {
        self.bytes.len() - self.origin
    }

    /// Whether the unit has no bytes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The bytes of the unit.
    #[must_use]
    pub fn text(&self) -> &[u8] {
        self.bytes.get(self.origin..).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(tokens: &[&str]) -> String {
        let mut direct = Writer::default();
        let mut opened = Writer::default();
        let mut known = Writer::default();
        for &token in tokens {
            if token == "~" {
                direct.glue();
                opened.glue();
                known.glue();
                continue;
            }
            let mut made = Tokens::default();
            let made_token = made.add(token.as_bytes());
            known.known(&made, made_token);
            direct.token(token.as_bytes());
            let mark = opened.open();
            opened.bytes_mut().extend_from_slice(token.as_bytes());
            opened.close(mark);
        }
        assert_eq!(direct.bytes, opened.bytes);
        assert_eq!(direct.bytes, known.bytes);
        String::from_utf8(direct.bytes).expect("the tokens are UTF-8")
    }

    #[test]
    fn spacing_is_canonical() {
        assert_eq!(
            written(&[
                "SELECT", "COUNT", "~", "(", "a", ",", "b", ")", "FROM", "s", ".", "t", ";"
            ]),
            "SELECT COUNT(a, b) FROM s.t;"
        );
        assert_eq!(written(&["COUNT", "(", "x", ")"]), "COUNT (x)");
        assert_eq!(written(&["a", "[", "1", "]"]), "a [1]");
        assert_eq!(written(&["a", "~", "", "~", "b", "", "c"]), "ab c");
        assert_eq!(written(&["", "a", ""]), "a");
    }

    #[test]
    fn asides_leave_no_trace() {
        let mut writer = Writer::default();
        let mut texts = Vec::new();
        writer.token(b"a");
        let outer = writer.begin_aside();
        writer.token(b"x");
        let inner = writer.begin_aside();
        writer.token(b"(");
        writer.end_aside(inner, &mut texts, &mut Vec::new());
        writer.token(b"y");
        writer.end_aside(outer, &mut texts, &mut Vec::new());
        writer.token(b"b");
        assert_eq!(
            (writer.bytes.as_slice(), texts.as_slice()),
            (&b"a b"[..], &b"(x y"[..])
        );
    }

    #[test]
    fn empty_statements_are_not_listed() {
        let mut writer = Writer::default();
        writer.end_statement();
        writer.token(b"BEGIN");
        writer.end_statement();
        writer.end_statement();
        writer.token(b"COMMIT");
        writer.end_statement();
        assert_eq!(
            (writer.bytes.as_slice(), writer.ends.as_slice()),
            (&b"BEGINCOMMIT"[..], &[5, 11][..])
        );
    }
}
