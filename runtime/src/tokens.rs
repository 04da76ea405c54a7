//! Tokens that are known before the first unit is made, laid out to be written fast.
//!
//! Each stands behind the space that may come before it, its spacing is decided once, and there is
//! room behind the last: short ones are copied as one block of a fixed size, of which what is too
//! much is forgotten. That takes a fraction of the time of copying a few bytes one after the other.

use crate::spacing::{tight_after, tight_before};

/// Bytes of a block: most tokens are shorter.
const BLOCK: usize = 32;

/// A token of a [`Tokens`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// Where the space before it stands.
    start: u32,
    /// Its bytes, the space included.
    len: u32,
    /// Whether no space precedes it.
    pub(crate) joins: bool,
    /// Whether no space follows it.
    pub(crate) opens: bool,
}

impl Token {
    /// Whether it has no bytes, so that it is not written at all.
    #[must_use]
    #[inline]
    pub fn is_empty(self) -> bool {
        self.len <= 1
    }
}

/// The bytes of tokens.
#[derive(Debug, Clone)]
pub struct Tokens {
    bytes: Vec<u8>,
}

impl Default for Tokens {
    fn default() -> Self {
        Self {
            bytes: vec![0; BLOCK],
        }
    }
}

impl Tokens {
    /// Adds a token. Past 4 GiB of them in all it is left empty.
    pub fn add(&mut self, text: &[u8]) -> Token {
        let start = self.bytes.len() - BLOCK;
        let (Ok(at), Ok(len)) = (u32::try_from(start), u32::try_from(text.len() + 1)) else {
            return Token {
                start: 0,
                len: 0,
                joins: false,
                opens: false,
            };
        };
        self.bytes.truncate(start);
        self.bytes.push(b' ');
        self.bytes.extend_from_slice(text);
        self.bytes.resize(self.bytes.len() + BLOCK, 0);
        Token {
            start: at,
            len,
            joins: text.first().is_some_and(|&first| tight_before(first)),
            opens: text.last().is_some_and(|&last| tight_after(last)),
        }
    }

    /// Appends a token's bytes, with or without the space before them.
    #[inline]
    pub fn push(&self, token: Token, spaced: bool, out: &mut Vec<u8>) {
        let skipped = usize::from(!spaced);
        let start = token.start as usize + skipped;
        let len = (token.len as usize).saturating_sub(skipped);
        let rest = self.bytes.get(start..).unwrap_or_default();
        if let (true, Some(block)) = (len <= BLOCK, rest.first_chunk::<BLOCK>()) {
            let end = out.len() + len;
            out.extend_from_slice(block);
            out.truncate(end);
        } else {
            out.extend_from_slice(rest.get(..len).unwrap_or_default());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_appended_whole_whatever_their_length() {
        let mut tokens = Tokens::default();
        let long = "x".repeat(3 * BLOCK);
        let texts = (0..=long.len()).map(|len| &long[..len]);
        let added: Vec<Token> = texts
            .clone()
            .map(|text| tokens.add(text.as_bytes()))
            .collect();
        for (text, token) in texts.zip(added) {
            assert_eq!(token.is_empty(), text.is_empty());
            let mut out = b"a".to_vec();
            tokens.push(token, true, &mut out);
            tokens.push(token, false, &mut out);
            assert_eq!(String::from_utf8(out), Ok(format!("a {text}{text}")));
        }
    }
}
