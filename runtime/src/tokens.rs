//! Tokens that are known before the first unit is made, laid out to be written fast.
//!
//! Their spacing is decided once, and each is followed by enough room that a short one is copied as
//! one block of a fixed size, of which what is too much is forgotten.

use crate::blocks;
use crate::spacing::{tight_after, tight_before};

/// Bytes of a block: most tokens are shorter.
const BLOCK: usize = 32;

/// A token of a [`Tokens`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// Where its bytes start.
    start: u32,
    /// How many they are.
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
        self.len == 0
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
        let (Ok(at), Ok(len)) = (u32::try_from(start), u32::try_from(text.len())) else {
            return Token {
                start: 0,
                len: 0,
                joins: false,
                opens: false,
            };
        };
        self.bytes.truncate(start);
        self.bytes.extend_from_slice(text);
        self.bytes.resize(self.bytes.len() + BLOCK, 0);
        Token {
            start: at,
            len,
            joins: text.first().is_some_and(|&first| tight_before(first)),
            opens: text.last().is_some_and(|&last| tight_after(last)),
        }
    }

    /// Appends a space if one is wanted, and a token's bytes.
    #[inline(always)]
    pub fn push(&self, token: Token, spaced: bool, out: &mut Vec<u8>) {
        let len = token.len as usize;
        let rest = self.bytes.get(token.start as usize..).unwrap_or_default();
        if let (true, Some(block)) = (len <= BLOCK, rest.first_chunk::<BLOCK>()) {
            blocks::push(out, spaced, block, len);
        } else {
            push_long(out, spaced, rest.get(..len).unwrap_or_default());
        }
    }
}

#[cold]
#[inline(never)]
fn push_long(out: &mut Vec<u8>, spaced: bool, text: &[u8]) {
    if spaced {
        out.push(b' ');
    }
    out.extend_from_slice(text);
}

/// A name, if it is short and a word to the spacing around it, as nearly all are.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Word {
    block: [u8; BLOCK],
    /// [`Word::OTHER`] for a name that is none.
    len: u8,
}

impl Word {
    const OTHER: u8 = u8::MAX;

    /// A name.
    pub fn new(name: &[u8]) -> Self {
        let mut block = [0; BLOCK];
        let is_word = match name {
            [] => false,
            [first, ..] if tight_before(*first) => false,
            [.., last] => !tight_after(*last),
        };
        match block.get_mut(..name.len()) {
            Some(start) if is_word => {
                start.copy_from_slice(name);
                let len = name.len() as u8;
                Self { block, len }
            }
            _ => Self {
                block,
                len: Self::OTHER,
            },
        }
    }

    /// Appends a space if one is wanted, and the name. False, and nothing is appended, if it is no
    /// word.
    #[must_use]
    #[inline(always)]
    pub fn push(&self, spaced: bool, out: &mut Vec<u8>) -> bool {
        if self.len == Self::OTHER {
            return false;
        }
        blocks::push(out, spaced, &self.block, usize::from(self.len));
        true
    }

    /// Appends a space if one is wanted, the name, a dot and the name of a column. False, and nothing
    /// is appended, if one of them is no word.
    #[must_use]
    #[inline(always)]
    pub fn push_qualifying(&self, column: &Self, spaced: bool, out: &mut Vec<u8>) -> bool {
        if self.len == Self::OTHER || column.len == Self::OTHER {
            return false;
        }
        let relation = (&self.block, usize::from(self.len));
        blocks::push_dotted(
            out,
            spaced,
            relation,
            (&column.block, usize::from(column.len)),
        );
        true
    }
}

/// A token of generated code: all that its text decides is decided when the code is compiled.
#[derive(Debug, Clone, Copy)]
pub struct Literal {
    text: &'static [u8],
    block: [u8; BLOCK],
    joins: bool,
    opens: bool,
}

impl Literal {
    /// The token with this text.
    #[must_use]
    pub const fn new(text: &'static str) -> Self {
        let text = text.as_bytes();
        let mut block = [0; BLOCK];
        let mut at = 0;
        while at < text.len() && at < BLOCK {
            block[at] = text[at];
            at += 1;
        }
        let (first, last) = match text {
            [] => (b' ', b' '),
            [only] => (*only, *only),
            [first, .., last] => (*first, *last),
        };
        Self {
            text,
            block,
            joins: tight_before(first),
            opens: tight_after(last),
        }
    }

    /// Appends it where a space is wanted or not, and says whether one is afterwards.
    #[inline(always)]
    pub(crate) fn push(&self, wants_space: bool, out: &mut Vec<u8>) -> bool {
        let len = self.text.len();
        if len == 0 {
            return wants_space;
        }
        let spaced = wants_space && !self.joins;
        if len <= 8 {
            let [b0, b1, b2, b3, b4, b5, b6, b7, ..] = self.block;
            blocks::push(out, spaced, &[b0, b1, b2, b3, b4, b5, b6, b7], len);
        } else if len <= 16
            && let Some(block) = self.block.first_chunk::<16>()
        {
            blocks::push(out, spaced, block, len);
        } else if len <= BLOCK {
            blocks::push(out, spaced, &self.block, len);
        } else {
            push_long(out, spaced, self.text);
        }
        !self.opens
    }
}

/// A token among [`Literals`].
#[derive(Debug, Clone, Copy)]
struct Entry<const WIDTH: usize> {
    block: [u8; WIDTH],
    len: u8,
    joins: bool,
    opens: bool,
}

/// Tokens of generated code of which one is chosen: `N` tokens of at most `WIDTH` bytes.
#[derive(Debug, Clone, Copy)]
pub struct Literals<const N: usize, const WIDTH: usize> {
    entries: [Entry<WIDTH>; N],
}

impl<const N: usize, const WIDTH: usize> Literals<N, WIDTH> {
    /// The tokens with these texts; what is past the width of a longer one is left out.
    #[must_use]
    pub const fn new(texts: [&'static str; N]) -> Self {
        let mut entries = [Entry {
            block: [0; WIDTH],
            len: 0,
            joins: false,
            opens: false,
        }; N];
        let mut at = 0;
        while at < N {
            let literal = Literal::new(texts[at]);
            let mut byte = 0;
            while byte < literal.text.len() && byte < WIDTH {
                entries[at].block[byte] = literal.text[byte];
                byte += 1;
            }
            entries[at].len = byte as u8;
            entries[at].joins = literal.joins;
            entries[at].opens = literal.opens;
            at += 1;
        }
        Self { entries }
    }

    /// Appends one of them as [`Literal::push`] does; nothing for a number past the last.
    #[inline(always)]
    pub(crate) fn push(&self, at: usize, wants_space: bool, out: &mut Vec<u8>) -> bool {
        let Some(entry) = self.entries.get(at) else {
            return wants_space;
        };
        let is_empty = entry.len == 0;
        let spaced = wants_space && !entry.joins && !is_empty;
        blocks::push(out, spaced, &entry.block, usize::from(entry.len));
        // An empty token leaves everything as it is.
        if is_empty { wants_space } else { !entry.opens }
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

    #[test]
    fn short_words_are_appended_whole_and_others_not_at_all() {
        for len in 0..=2 * BLOCK {
            let name = "n".repeat(len);
            let mut out = b"a".to_vec();
            let word = Word::new(name.as_bytes());
            let short = (1..=BLOCK).contains(&len);
            assert_eq!(word.push(false, &mut out), short);
            assert_eq!(word.push(true, &mut out), short);
            let expected = if short {
                format!("a{name} {name}")
            } else {
                "a".to_owned()
            };
            assert_eq!(String::from_utf8(out), Ok(expected));
        }
        for other in ["(a", ".a", "a.", "a["] {
            let is_word = Word::new(other.as_bytes()).push(false, &mut Vec::new());
            assert_eq!(is_word, other == "(a", "{other}");
        }
    }

    #[test]
    fn literals_are_appended_whole_whatever_their_length() {
        const ALPHABET: &str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
        for len in 1..ALPHABET.len() {
            let text = &ALPHABET[..len];
            let literals = Literals::<5, 64>::new([text, "", "),", "(", "."]);
            let mut out = Vec::new();
            let mut wants_space = false;
            for at in [0, 1, 0, 2, 3, 1, 0, 4, 0, 5] {
                wants_space = literals.push(at, wants_space, &mut out);
            }
            assert!(wants_space);
            let expected = format!("{text} {text}), ({text}.{text}");
            assert_eq!(String::from_utf8(out), Ok(expected));
            let mut alone = Vec::new();
            assert!(Literal::new(text).push(true, &mut alone));
            assert_eq!(String::from_utf8(alone), Ok(format!(" {text}")));
        }
    }
}
