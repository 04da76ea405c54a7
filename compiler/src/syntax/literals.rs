//! The contents of strings and numbers.

use super::scan::{Token, TokenKind};
use crate::diagnostics::{Code, Diagnostic, Diagnostics};
use crate::source::{SourceId, Span};

/// Reports the escapes that the language does not have, and letters that run into numbers.
pub(crate) fn check(source: SourceId, text: &str, tokens: &[Token], diagnostics: &mut Diagnostics) {
    for token in tokens {
        let literal = token.text(text);
        let start = token.start as usize;
        match token.kind {
            TokenKind::String if literal.contains('\\') => {
                unescape_with(inside(literal), |from, to, problem| {
                    let escape = Span::new(source, start + 1 + from, start + 1 + to);
                    diagnostics.push(bad_escape(escape, &inside(literal)[from..to], problem));
                });
            }
            TokenKind::Number
                if literal
                    .bytes()
                    .any(|b| b.is_ascii_alphabetic() || b == b'_') =>
            {
                diagnostics.push(
                    Diagnostic::new(
                        Code::BadNumber,
                        Span::new(source, start, token.end as usize),
                        format!("`{}` is neither a number nor a name", shortened(literal)),
                    )
                    .label("letters follow the digits directly")
                    .help("numbers have digits and at most one point; names start with a letter"),
                );
            }
            _ => {}
        }
    }
}

/// The text that a string stands for; escapes that [`check`] reports stay as written.
pub(crate) fn unescape(literal: &str) -> String {
    let inside = inside(literal);
    if inside.contains('\\') {
        unescape_with(inside, |_, _, _| {})
    } else {
        inside.to_owned()
    }
}

fn inside(literal: &str) -> &str {
    literal
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .unwrap_or(literal)
}

/// What is wrong with an escape.
#[derive(Debug, Clone, Copy)]
enum Problem {
    Unknown,
    Unclosed,
    NoCharacter,
    Nul,
}

fn bad_escape(span: Span, escape: &str, problem: Problem) -> Diagnostic {
    let escape = shortened(escape);
    let diagnostic = match problem {
        Problem::Unknown => {
            Diagnostic::new(Code::BadEscape, span, format!("`{escape}` is no escape"))
        }
        Problem::Unclosed => Diagnostic::new(
            Code::BadEscape,
            span,
            "an escape `\\u` needs `{…}`".to_owned(),
        ),
        Problem::NoCharacter => Diagnostic::new(
            Code::BadEscape,
            span,
            format!("`{escape}` is no Unicode character"),
        ),
        Problem::Nul => Diagnostic::new(
            Code::BadEscape,
            span,
            "the character NUL cannot be part of an SQL statement",
        ),
    };
    diagnostic.help(
        "escapes are `\\\"`, `\\\\`, `\\n`, `\\t` and `\\u{…}` with up to six hexadecimal digits",
    )
}

fn shortened(text: &str) -> String {
    if text.chars().count() <= 24 {
        return text.to_owned();
    }
    text.chars().take(20).chain(['…']).collect()
}

/// Unescapes; calls `report` with the bytes of each bad escape within `inside`.
fn unescape_with(inside: &str, mut report: impl FnMut(usize, usize, Problem)) -> String {
    let mut out = String::with_capacity(inside.len());
    let mut at = 0;
    while let Some(offset) = inside[at..].find('\\') {
        out.push_str(&inside[at..at + offset]);
        at += offset;
        let rest = &inside[at + 1..];
        let (length, result) = match rest.chars().next() {
            Some('"') => (1, Ok('"')),
            Some('\\') => (1, Ok('\\')),
            Some('n') => (1, Ok('\n')),
            Some('t') => (1, Ok('\t')),
            Some('u') => unicode(rest),
            Some(other) => (other.len_utf8(), Err(Problem::Unknown)),
            None => (0, Err(Problem::Unknown)),
        };
        let end = at + 1 + length;
        match result {
            Ok(character) => out.push(character),
            Err(problem) => {
                report(at, end, problem);
                out.push_str(&inside[at..end]);
            }
        }
        at = end;
    }
    out.push_str(&inside[at..]);
    out
}

/// `u{…}` at the start of `rest`: its length and character.
fn unicode(rest: &str) -> (usize, Result<char, Problem>) {
    let Some(digits) = rest.strip_prefix("u{").and_then(|r| r.split('}').next()) else {
        return (1, Err(Problem::Unclosed));
    };
    let length = 2 + digits.len() + 1;
    if rest.len() < length {
        return (1, Err(Problem::Unclosed));
    }
    let hexadecimal =
        (1..=6).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_hexdigit());
    let character = hexadecimal
        .then(|| {
            u32::from_str_radix(digits, 16)
                .ok()
                .and_then(char::from_u32)
        })
        .flatten();
    match character {
        Some('\0') => (length, Err(Problem::Nul)),
        Some(character) => (length, Ok(character)),
        None => (length, Err(Problem::NoCharacter)),
    }
}

#[cfg(test)]
mod tests {
    use super::unescape;

    #[test]
    fn unescapes() {
        assert_eq!(
            unescape(r#""a\"b\\c\n\t\u{e9}\u{1F600}""#),
            "a\"b\\c\n\té😀"
        );
        assert_eq!(unescape(r#""""#), "");
        assert_eq!(unescape(r#""\q\u{}\u\u{110000}""#), r"\q\u{}\u\u{110000}");
    }
}
