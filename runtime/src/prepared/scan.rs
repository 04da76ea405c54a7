//! Walks the tokens of a statement as PostgreSQL's scanner does, as far as parameters ask for it.

/// A token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// A bare word: a keyword or a name.
    Word(&'a [u8]),
    /// A quoted name or string, with its prefix.
    Quoted,
    /// `$1`
    Parameter,
    /// `::`
    Cast,
    /// Any other byte: of a number, an operator or punctuation.
    Byte(u8),
}

/// The tokens of a text, without space and comments.
#[derive(Debug, Clone)]
pub(super) struct Tokens<'a> {
    text: &'a [u8],
    at: usize,
}

pub(super) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

impl<'a> Tokens<'a> {
    pub(super) fn new(text: &'a [u8]) -> Self {
        Self { text, at: 0 }
    }

    /// Goes on behind a byte.
    pub(super) fn go_to(&mut self, at: usize) {
        self.at = at;
    }

    /// The next token and where it starts.
    pub(super) fn next(&mut self) -> Option<(usize, Token<'a>)> {
        loop {
            let rest = self.text.get(self.at..)?;
            let start = self.at;
            match *rest.first()? {
                byte if byte.is_ascii_whitespace() => self.at += 1,
                b'-' if rest.starts_with(b"--") => {
                    let end = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
                    self.at += end.unwrap_or(rest.len());
                }
                b'/' if rest.starts_with(b"/*") => self.comment(),
                b'\'' => {
                    self.quoted(1, b'\'', false);
                    return Some((start, Token::Quoted));
                }
                b'"' => {
                    self.quoted(1, b'"', false);
                    return Some((start, Token::Quoted));
                }
                b'$' => return Some((start, self.dollar(rest))),
                b':' if rest.starts_with(b"::") => {
                    self.at += 2;
                    return Some((start, Token::Cast));
                }
                byte if is_word(byte) && !byte.is_ascii_digit() => {
                    return Some((start, self.word(rest)));
                }
                byte => {
                    self.at += 1;
                    return Some((start, Token::Byte(byte)));
                }
            }
        }
    }

    /// A word, or a quoted token with a prefix.
    fn word(&mut self, rest: &'a [u8]) -> Token<'a> {
        let end = rest.iter().position(|&byte| !is_word(byte) && byte != b'$');
        let (word, behind) = rest.split_at(end.unwrap_or(rest.len()));
        match (word, behind) {
            (b"E" | b"e", [b'\'', ..]) => self.quoted(2, b'\'', true),
            ([b'N' | b'n' | b'B' | b'b' | b'X' | b'x'], [b'\'', ..]) => {
                self.quoted(2, b'\'', false);
            }
            (b"U" | b"u", [b'&', quote @ (b'\'' | b'"'), ..]) => self.quoted(3, *quote, false),
            _ => {
                self.at += word.len();
                return Token::Word(word);
            }
        }
        Token::Quoted
    }

    /// Passes over a quoted token whose opening has so many bytes.
    fn quoted(&mut self, opening: usize, quote: u8, backslashes: bool) {
        self.at += opening;
        while let Some(&byte) = self.text.get(self.at) {
            self.at += 1;
            if byte == b'\\' && backslashes {
                self.at += 1;
            } else if byte == quote {
                if self.text.get(self.at) != Some(&quote) {
                    return;
                }
                self.at += 1;
            }
        }
    }

    /// `$1`, `$tag$…$tag$` or a lone dollar sign.
    fn dollar(&mut self, rest: &'a [u8]) -> Token<'a> {
        let behind = rest.get(1..).unwrap_or_default();
        if behind.first().is_some_and(u8::is_ascii_digit) {
            let digits = behind.iter().take_while(|byte| byte.is_ascii_digit());
            self.at += 1 + digits.count();
            return Token::Parameter;
        }
        let length = behind.iter().take_while(|&&byte| is_word(byte)).count();
        let tag = rest.get(..length + 2).filter(|tag| tag.ends_with(b"$"));
        let Some(tag) = tag else {
            self.at += 1;
            return Token::Byte(b'$');
        };
        let body = rest.get(tag.len()..).unwrap_or_default();
        let end = memchr::memmem::find(body, tag);
        self.at += end.map_or(rest.len(), |end| end + 2 * tag.len());
        Token::Quoted
    }

    /// Comments nest.
    fn comment(&mut self) {
        let mut depth = 0_usize;
        while let Some(rest) = self.text.get(self.at..).filter(|rest| !rest.is_empty()) {
            if rest.starts_with(b"/*") {
                depth += 1;
                self.at += 2;
            } else if rest.starts_with(b"*/") {
                depth -= 1;
                self.at += 2;
                if depth == 0 {
                    return;
                }
            } else {
                self.at += 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_quoted_or_a_comment_is_no_token() {
        let text = "a /* 1 /* 2 */ */ 'b''c' E'\\'d' \"e\" $x$ f $x$ g$1 $2::h -- i\n$";
        let mut tokens = Tokens::new(text.as_bytes());
        let mut found = Vec::new();
        while let Some((_, token)) = tokens.next() {
            found.push(match token {
                Token::Word(word) => String::from_utf8_lossy(word).into_owned(),
                Token::Quoted => "quoted".to_owned(),
                Token::Parameter => "parameter".to_owned(),
                Token::Cast => "cast".to_owned(),
                Token::Byte(byte) => char::from(byte).to_string(),
            });
        }
        let expected = [
            "a",
            "quoted",
            "quoted",
            "quoted",
            "quoted",
            "g$1",
            "parameter",
            "cast",
            "h",
            "$",
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn what_is_not_closed_ends_with_the_text() {
        for text in ["'a", "\"a", "E'\\", "$a$ b", "/* /* */", "$", "U&'"] {
            let mut tokens = Tokens::new(text.as_bytes());
            while tokens.next().is_some() {}
        }
    }
}
