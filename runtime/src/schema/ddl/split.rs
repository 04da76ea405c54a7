//! Splits a script into statements and each statement into tokens, so that a statement nobody can
//! read spoils only itself.

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A bare word.
    Word,
    /// `"…"`.
    Quoted,
    /// `'…'`, `E'…'`, `$$…$$` and the like.
    Text,
    /// A number.
    Number,
    /// One other character.
    Symbol,
}

/// A token by its place in the script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token {
    /// What it is.
    pub kind: Kind,
    /// Its first byte.
    pub start: usize,
    /// Behind its last byte.
    pub end: usize,
}

/// Unterminated quotes and comments after which the rest of a script is given up: each costs a
/// look through the whole rest.
const MAX_UNTERMINATED: usize = 16;

/// Walks the statements of a script.
pub(super) struct Splitter<'a> {
    text: &'a str,
    position: usize,
    unterminated: usize,
    /// Where something was left open, and what.
    pub complaints: Vec<(usize, &'static str)>,
}

impl<'a> Splitter<'a> {
    /// At the start of a script.
    pub fn new(text: &'a str) -> Self {
        Self {
            text,
            position: 0,
            unterminated: 0,
            complaints: Vec::new(),
        }
    }

    /// Reads the next statement's tokens into `tokens`, its semicolon excluded. False at the end.
    pub fn next_statement(&mut self, tokens: &mut Vec<Token>) -> bool {
        loop {
            tokens.clear();
            let ended = self.read_statement(tokens);
            if !tokens.is_empty() {
                if ended && self.starts_copy_data(tokens) {
                    self.skip_copy_data();
                }
                return true;
            }
            if !ended {
                return false;
            }
        }
    }

    /// True if it ended with a semicolon, false at the end of the script.
    fn read_statement(&mut self, tokens: &mut Vec<Token>) -> bool {
        let bytes = self.text.as_bytes();
        let mut parentheses = 0_usize;
        let mut body = 0_usize;
        while let Some(&b) = bytes.get(self.position) {
            let start = self.position;
            match b {
                b' ' | b'\t' | b'\r' | b'\n' | 0x0b | 0x0c => self.position += 1,
                b'-' if bytes.get(start + 1) == Some(&b'-') => self.skip_line(),
                b'/' if bytes.get(start + 1) == Some(&b'*') => self.comment(),
                b'\\' => self.skip_line(),
                b';' => {
                    self.position += 1;
                    let nested = parentheses > 0 && self.is_rule(tokens);
                    if body == 0 && !nested {
                        return true;
                    }
                }
                _ => {
                    let token = self.token(b);
                    match token.kind {
                        Kind::Symbol if b == b'(' => parentheses += 1,
                        Kind::Symbol if b == b')' => parentheses = parentheses.saturating_sub(1),
                        Kind::Word => self.track_body(token, tokens, &mut body),
                        _ => {}
                    }
                    tokens.push(token);
                    if self.unterminated > MAX_UNTERMINATED {
                        self.position = bytes.len();
                        self.complain(start, "too many unterminated quotes, the rest is not read");
                    }
                }
            }
        }
        false
    }

    /// `CREATE RULE … DO (…; …)` is the one statement with semicolons in parentheses.
    fn is_rule(&self, tokens: &[Token]) -> bool {
        tokens
            .iter()
            .skip(1)
            .take(3)
            .any(|&token| self.is(token, "rule"))
    }

    /// Follows the nesting of `BEGIN ATOMIC … END` in the body of a function.
    fn track_body(&self, token: Token, before: &[Token], body: &mut usize) {
        if *body > 0 {
            if self.is(token, "case") {
                *body += 1;
            } else if self.is(token, "end") {
                *body -= 1;
            }
        } else if self.is(token, "atomic") && before.last().is_some_and(|&t| self.is(t, "begin")) {
            *body = 1;
        }
    }

    fn is(&self, token: Token, word: &str) -> bool {
        token.kind == Kind::Word && self.text[token.start..token.end].eq_ignore_ascii_case(word)
    }

    fn token(&mut self, first: u8) -> Token {
        let start = self.position;
        let kind = match first {
            b'\'' => self.string(start, false),
            b'"' => self.quoted(start),
            b'$' => self.dollar(),
            b'0'..=b'9' => self.number(),
            b'.' if self.digit_at(start + 1) => self.number(),
            b'e' | b'E' if self.at(start + 1) == b'\'' => self.string(start + 1, true),
            b'b' | b'B' | b'x' | b'X' | b'n' | b'N' if self.at(start + 1) == b'\'' => {
                self.string(start + 1, false)
            }
            b'u' | b'U' if self.at(start + 1) == b'&' && self.at(start + 2) == b'\'' => {
                self.string(start + 2, false)
            }
            b'u' | b'U' if self.at(start + 1) == b'&' && self.at(start + 2) == b'"' => {
                self.quoted(start + 2)
            }
            b'a'..=b'z' | b'A'..=b'Z' | b'_' | 0x80.. => {
                while matches!(self.at(self.position), b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'$' | b'0'..=b'9' | 0x80..)
                {
                    self.position += 1;
                }
                Kind::Word
            }
            _ => {
                self.position += 1;
                Kind::Symbol
            }
        };
        Token {
            kind,
            start,
            end: self.position,
        }
    }

    /// The byte at a position, 0 behind the end.
    fn at(&self, position: usize) -> u8 {
        self.text.as_bytes().get(position).copied().unwrap_or(0)
    }

    fn digit_at(&self, position: usize) -> bool {
        self.at(position).is_ascii_digit()
    }

    /// A string whose opening quote is at `quote`.
    fn string(&mut self, quote: usize, escapes: bool) -> Kind {
        let bytes = self.text.as_bytes();
        let mut i = quote + 1;
        while let Some(&b) = bytes.get(i) {
            match b {
                b'\\' if escapes => i += 2,
                b'\'' if self.at(i + 1) == b'\'' => i += 2,
                b'\'' => {
                    self.position = i + 1;
                    return Kind::Text;
                }
                _ => i += 1,
            }
        }
        self.recover(quote, "unterminated string");
        Kind::Text
    }

    fn quoted(&mut self, quote: usize) -> Kind {
        let bytes = self.text.as_bytes();
        let mut i = quote + 1;
        while let Some(&b) = bytes.get(i) {
            match b {
                b'"' if self.at(i + 1) == b'"' => i += 2,
                b'"' => {
                    self.position = i + 1;
                    return Kind::Quoted;
                }
                _ => i += 1,
            }
        }
        self.recover(quote, "unterminated quoted identifier");
        Kind::Quoted
    }

    /// `$tag$…$tag$`, or a lone `$` (as in a parameter).
    fn dollar(&mut self) -> Kind {
        let start = self.position;
        let mut i = start + 1;
        while matches!(self.at(i), b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'0'..=b'9' | 0x80..)
            && !(i == start + 1 && self.digit_at(i))
        {
            i += 1;
        }
        if self.at(i) != b'$' {
            self.position = start + 1;
            return Kind::Symbol;
        }
        let tag = &self.text[start..=i];
        if let Some(length) = self.text[i + 1..].find(tag) {
            self.position = i + 1 + length + tag.len();
        } else {
            self.recover(start, "unterminated dollar-quoted string");
        }
        Kind::Text
    }

    fn number(&mut self) -> Kind {
        while matches!(self.at(self.position), b'0'..=b'9' | b'.' | b'_') {
            self.position += 1;
        }
        if matches!(self.at(self.position), b'e' | b'E') {
            let sign = usize::from(matches!(self.at(self.position + 1), b'+' | b'-'));
            if self.digit_at(self.position + 1 + sign) {
                self.position += 1 + sign;
                while self.digit_at(self.position) {
                    self.position += 1;
                }
            }
        }
        Kind::Number
    }

    fn skip_line(&mut self) {
        self.position = self.text[self.position..]
            .find('\n')
            .map_or(self.text.len(), |length| self.position + length + 1);
    }

    /// A comment, which may nest.
    fn comment(&mut self) {
        let start = self.position;
        let bytes = self.text.as_bytes();
        let mut depth = 0_usize;
        let mut i = start;
        while i + 1 < bytes.len() {
            match (bytes[i], bytes[i + 1]) {
                (b'/', b'*') => {
                    depth += 1;
                    i += 2;
                }
                (b'*', b'/') => {
                    depth -= 1;
                    i += 2;
                    if depth == 0 {
                        self.position = i;
                        return;
                    }
                }
                _ => i += 1,
            }
        }
        self.recover(start, "unterminated comment");
        if self.unterminated > MAX_UNTERMINATED {
            self.position = bytes.len();
        }
    }

    /// Goes on at the next semicolon that ends a line.
    fn recover(&mut self, start: usize, cause: &'static str) {
        self.unterminated += 1;
        self.complain(start, cause);
        let bytes = self.text.as_bytes();
        let mut line_end = start;
        self.position = loop {
            match self.text[line_end..].find('\n') {
                None => break bytes.len(),
                Some(length) => {
                    let end = line_end + length;
                    let line = self.text[line_end..end].trim_end();
                    if line.ends_with(';') && line_end + line.len() > start + 1 {
                        break line_end + line.len() - 1;
                    }
                    line_end = end + 1;
                }
            }
        };
    }

    fn complain(&mut self, position: usize, cause: &'static str) {
        self.complaints.push((position, cause));
    }

    /// Whether the statement is a `COPY … FROM stdin`, whose data follows.
    fn starts_copy_data(&self, tokens: &[Token]) -> bool {
        tokens.first().is_some_and(|&token| self.is(token, "copy"))
            && tokens
                .windows(2)
                .any(|pair| self.is(pair[0], "from") && self.is(pair[1], "stdin"))
    }

    /// Skips the data of a COPY up to its `\.` line.
    fn skip_copy_data(&mut self) {
        self.skip_line();
        while self.position < self.text.len() {
            let line_start = self.position;
            self.skip_line();
            if self.text[line_start..self.position].trim_end() == "\\." {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn statements(text: &str) -> Vec<&str> {
        let mut splitter = Splitter::new(text);
        let mut tokens = Vec::new();
        let mut found = Vec::new();
        while splitter.next_statement(&mut tokens) {
            found.push(&text[tokens[0].start..tokens[tokens.len() - 1].end]);
        }
        found
    }

    #[test]
    fn semicolons_in_quotes_and_comments_do_not_split() {
        assert_eq!(
            statements("a ';''' ; b E'\\';' ; c $$;$$ /* ; /* ; */ ; */ ; d \";\"\"\" -- ;\n e"),
            ["a ';'''", "b E'\\';'", "c $$;$$", "d \";\"\"\" -- ;\n e"]
        );
        assert_eq!(
            statements("$a$ ; $$ ; $a$ x; $1; y"),
            ["$a$ ; $$ ; $a$ x", "$1", "y"]
        );
    }

    #[test]
    fn skips_backslash_commands_and_copy_data() {
        let text = "\\connect x;y\nCOPY t (a) FROM stdin;\n1;2'\n\\.\nSELECT 1;\\unrestrict abc\n";
        assert_eq!(statements(text), ["COPY t (a) FROM stdin", "SELECT 1"]);
    }

    #[test]
    fn keeps_bodies_whole() {
        let function = "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END";
        assert_eq!(
            statements(&format!("{function}; SELECT 3")),
            [function, "SELECT 3"]
        );
        let rule = "CREATE OR REPLACE RULE r AS ON INSERT TO t DO ALSO (SELECT 1; SELECT 2)";
        assert_eq!(statements(&format!("{rule}; SELECT 3")), [rule, "SELECT 3"]);
        assert_eq!(
            statements("CREATE TABLE t (a int; SELECT 3"),
            ["CREATE TABLE t (a int", "SELECT 3"]
        );
    }

    #[test]
    fn an_open_quote_ends_with_its_line() {
        let mut splitter = Splitter::new("a 'b;\nc;\n");
        let mut tokens = Vec::new();
        assert!(splitter.next_statement(&mut tokens));
        assert!(splitter.next_statement(&mut tokens));
        assert_eq!(tokens.len(), 1);
        assert!(!splitter.next_statement(&mut tokens));
        assert_eq!(splitter.complaints.len(), 1);
    }

    proptest! {
        #[test]
        fn tokens_lie_on_character_borders(text in "[a-zE$'\"/*;é\\-\\\\\n (]{0,80}") {
            for statement in statements(&text) {
                prop_assert!(!statement.is_empty());
            }
        }
    }
}
