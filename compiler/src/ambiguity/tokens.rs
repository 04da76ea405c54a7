//! Texts cut into tokens: a function of the text alone, so texts with different tokens differ.
//!
//! Words and numbers are taken as long as they go, what stands in quotes is one token, every other
//! character is one of its own, and white space only separates. Two tokens that are printed side by
//! side without a space stay two unless both are words, or both end and start with the same quote;
//! [`merges`] tells.

use std::sync::Arc;

/// A token of a text, or all those that a value may print there.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Token {
    /// A word: a run of letters, digits, `_`, `$` and characters beyond ASCII.
    Word(Arc<str>),
    /// Any other character outside of quotes.
    Mark(char),
    /// What stands in quotes, with them and with an `E` before them.
    Quoted(Arc<str>),
    /// Any string literal.
    AnyString,
    /// Any word that starts with a digit.
    AnyNumber,
    /// Any identifier, bare or in quotes: a bare one is a word without capitals that does not start
    /// with a digit.
    AnyName,
    /// The n-th name of a unit that is made fresh, with a prefix; of an unknown number if none.
    Fresh(Arc<str>, Option<u32>),
    /// Any word.
    AnyWord,
    /// Any character that is no part of a word or in quotes.
    AnyMark,
    /// A character of a string literal, of these ranges of code points.
    Character(Arc<[(u32, u32)]>),
    /// The end of a statement.
    Break,
}

/// How the end or start of a token behaves when another one touches it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Edge {
    /// A character of a word.
    Word,
    /// `'`
    Quote,
    /// `"`
    DoubleQuote,
    /// A name, which is a word or in double quotes.
    Name,
    /// Anything else.
    Mark,
}

/// Whether two tokens that touch can be taken for other tokens.
pub fn merges(before: Edge, after: Edge) -> bool {
    use Edge::{DoubleQuote, Mark, Name, Quote, Word};
    match (before, after) {
        (Mark, _) | (_, Mark) => false,
        // `E` before a quote changes what the quotes hold.
        (Word | Name, Word | Name | Quote) | (Quote, Quote) => true,
        (DoubleQuote | Name, DoubleQuote | Name) => true,
        (Word, DoubleQuote) | (DoubleQuote, Word | Quote) | (Quote, _) => false,
    }
}

/// Whether a character belongs to words.
pub fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$' || !c.is_ascii()
}

impl Token {
    /// How its start behaves.
    pub fn first(&self) -> Edge {
        match self {
            Self::Quoted(text) if text.starts_with('E') => Edge::Word,
            Self::AnyString => Edge::Quote,
            other => other.last(),
        }
    }

    /// How its end behaves.
    pub fn last(&self) -> Edge {
        match self {
            Self::Word(_) | Self::AnyNumber | Self::AnyWord => Edge::Word,
            Self::Fresh(..) | Self::AnyName => Edge::Name,
            Self::Mark(_) | Self::AnyMark | Self::Character(_) | Self::Break => Edge::Mark,
            Self::Quoted(text) if text.ends_with('"') => Edge::DoubleQuote,
            Self::Quoted(_) | Self::AnyString => Edge::Quote,
        }
    }

    /// Whether both may print the same.
    pub fn overlaps(&self, other: &Self) -> bool {
        use Token::{
            AnyMark, AnyName, AnyNumber, AnyString, AnyWord, Break, Fresh, Mark, Quoted, Word,
        };
        match (self, other) {
            (Word(a), Word(b)) | (Quoted(a), Quoted(b)) => a == b,
            (Mark(a), Mark(b)) => a == b,
            (Break, Break)
            | (AnyMark, AnyMark | Mark(_))
            | (Mark(_), AnyMark)
            | (AnyString, AnyString)
            | (AnyNumber, AnyNumber | AnyWord)
            | (AnyWord, AnyNumber | AnyWord | AnyName | Fresh(..) | Word(_))
            | (AnyName, AnyName | AnyWord | Fresh(..))
            | (Fresh(..) | Word(_), AnyWord)
            | (Fresh(..), AnyName) => true,
            (Self::Character(a), Self::Character(b)) => a
                .iter()
                .any(|(low, high)| b.iter().any(|(from, to)| low <= to && from <= high)),
            (Quoted(text), AnyString) | (AnyString, Quoted(text)) => text.ends_with('\''),
            (Quoted(text), AnyName) | (AnyName, Quoted(text)) => text.ends_with('"'),
            (Word(word), AnyNumber) | (AnyNumber, Word(word)) => starts_with_digit(word),
            (Word(word), AnyName) | (AnyName, Word(word)) => {
                !starts_with_digit(word) && !word.contains(char::is_uppercase)
            }
            (Fresh(a, n), Fresh(b, m)) => a == b && n.zip(*m).is_none_or(|(n, m)| n == m),
            (Word(word), Fresh(prefix, _)) | (Fresh(prefix, _), Word(word)) => word
                .strip_prefix(&**prefix)
                .is_some_and(|rest| rest.chars().all(|c| c.is_ascii_digit() || c == '_')),
            (Quoted(text), Fresh(prefix, _)) | (Fresh(prefix, _), Quoted(text)) => {
                text.starts_with('"') && text.contains(&**prefix)
            }
            _ => false,
        }
    }

    /// As it is shown to people.
    pub fn shown(&self) -> String {
        match self {
            Self::Word(text) | Self::Quoted(text) => text.to_string(),
            Self::Mark(mark) => mark.to_string(),
            Self::AnyString => "<string>".to_owned(),
            Self::AnyNumber => "<number>".to_owned(),
            Self::AnyName => "<name>".to_owned(),
            Self::Fresh(prefix, Some(n)) => format!("{prefix}{}", n + 1),
            Self::Fresh(prefix, None) => format!("<{prefix}…>"),
            Self::AnyWord => "<word>".to_owned(),
            Self::AnyMark => "<mark>".to_owned(),
            Self::Character(ranges) => match ranges.first() {
                Some(&(low, high)) if low == high => char::from_u32(low).map(String::from),
                _ => None,
            }
            .unwrap_or_else(|| "<character>".to_owned()),
            Self::Break => ";;".to_owned(),
        }
    }
}

fn starts_with_digit(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_digit())
}

/// The tokens of a literal text; none if a quote is not closed.
pub fn cut(text: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = if first.is_whitespace() {
            first.len_utf8()
        } else if first == '\'' || first == '"' {
            let length = quoted(rest, first, false)?;
            tokens.push(Token::Quoted(rest[..length].into()));
            length
        } else if first == 'E' && rest[1..].starts_with('\'') {
            let length = 1 + quoted(&rest[1..], '\'', true)?;
            tokens.push(Token::Quoted(rest[..length].into()));
            length
        } else if is_word(first) {
            let length = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
            tokens.push(Token::Word(rest[..length].into()));
            length
        } else {
            tokens.push(Token::Mark(first));
            first.len_utf8()
        };
        rest = &rest[length..];
    }
    Some(tokens)
}

/// The length of what stands in quotes at the start, doubled quotes included.
fn quoted(text: &str, quote: char, escapes: bool) -> Option<usize> {
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        if c == '\\' && escapes {
            chars.next();
        } else if c == quote {
            match chars.peek() {
                Some(&(_, next)) if next == quote => {
                    chars.next();
                }
                _ => return Some(at + 1),
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<String> {
        let tokens = cut(text).expect("quotes are closed");
        tokens.iter().map(Token::shown).collect()
    }

    #[test]
    fn texts_are_cut_into_tokens() {
        assert_eq!(
            shown("COUNT(*) <= 12.5 \"a \"\"b\"\"\"  'it''s' E'\\'x' é_1"),
            [
                "COUNT",
                "(",
                "*",
                ")",
                "<",
                "=",
                "12",
                ".",
                "5",
                "\"a \"\"b\"\"\"",
                "'it''s'",
                "E'\\'x'",
                "é_1"
            ]
        );
        assert_eq!(cut("'open"), None);
    }

    #[test]
    fn values_overlap_what_they_may_print() {
        let word = |text: &str| Token::Word(text.into());
        assert!(word("name").overlaps(&Token::AnyName));
        assert!(!word("NAME").overlaps(&Token::AnyName));
        assert!(!word("12").overlaps(&Token::AnyName));
        assert!(word("12").overlaps(&Token::AnyNumber));
        assert!(Token::Quoted("\"NAME\"".into()).overlaps(&Token::AnyName));
        assert!(!Token::Quoted("'x'".into()).overlaps(&Token::AnyName));
        let fresh = |n| Token::Fresh("r".into(), n);
        assert!(fresh(Some(1)).overlaps(&fresh(Some(1))));
        assert!(!fresh(Some(1)).overlaps(&fresh(Some(2))));
        assert!(fresh(Some(1)).overlaps(&fresh(None)));
        assert!(word("r7").overlaps(&fresh(Some(2))));
    }
}
