//! Reading the tokens of one statement from left to right.

use super::split::{Kind, Token};

/// Why a statement, or a part of it, could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    /// Where, as a byte offset.
    pub offset: usize,
    /// Why.
    pub message: String,
}

/// A place among the tokens of a statement.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cursor<'a> {
    /// The whole script.
    pub text: &'a str,
    /// The tokens still to read.
    pub tokens: &'a [Token],
    /// Where the tokens end in the script.
    end: usize,
}

/// The name of an object with its schema, if given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct QualifiedName {
    /// The schema.
    pub schema: Option<String>,
    /// The name.
    pub name: String,
}

impl<'a> Cursor<'a> {
    /// At the first of some tokens.
    pub fn new(text: &'a str, tokens: &'a [Token]) -> Self {
        Self {
            text,
            tokens,
            end: tokens.last().map_or(0, |token| token.end),
        }
    }

    /// Where the next token starts.
    pub fn offset(&self) -> usize {
        self.tokens.first().map_or(self.end, |token| token.start)
    }

    /// A fault at the next token.
    pub fn fault(&self, message: impl Into<String>) -> Fault {
        Fault {
            offset: self.offset(),
            message: message.into(),
        }
    }

    /// A fault that names what was expected.
    pub fn expected<T>(&self, what: &str) -> Result<T, Fault> {
        let found = self.tokens.first().map_or("the end", |&t| self.slice(t));
        let found: String = found.chars().take(40).collect();
        Err(self.fault(format!("expected {what}, found `{found}`")))
    }

    fn slice(&self, token: Token) -> &'a str {
        &self.text[token.start..token.end]
    }

    /// Whether nothing is left.
    pub fn is_empty(&self) -> bool {
        self.tokens.is_empty()
    }

    /// The source text of what is left.
    pub fn source(&self) -> &'a str {
        match (self.tokens.first(), self.tokens.last()) {
            (Some(first), Some(last)) => &self.text[first.start..last.end],
            _ => "",
        }
    }

    /// Steps over one token.
    pub fn skip(&mut self) {
        self.tokens = self.tokens.get(1..).unwrap_or_default();
    }

    /// Whether the token `n` ahead is this keyword.
    pub fn is_word_at(&self, n: usize, word: &str) -> bool {
        self.tokens.get(n).is_some_and(|&token| {
            token.kind == Kind::Word && self.slice(token).eq_ignore_ascii_case(word)
        })
    }

    /// Whether the next token is this keyword.
    pub fn is_word(&self, word: &str) -> bool {
        self.is_word_at(0, word)
    }

    /// Whether the next token is one of these keywords.
    pub fn is_any_word(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.is_word(word))
    }

    /// Steps over the keywords if all of them come next.
    pub fn accept(&mut self, words: &[&str]) -> bool {
        let all = words
            .iter()
            .enumerate()
            .all(|(n, word)| self.is_word_at(n, word));
        if all {
            self.tokens = &self.tokens[words.len()..];
        }
        all
    }

    /// Steps over a keyword that has to come next.
    pub fn expect_word(&mut self, word: &str) -> Result<(), Fault> {
        if self.accept(&[word]) {
            Ok(())
        } else {
            self.expected(&word.to_ascii_uppercase())
        }
    }

    /// Whether the next token is this symbol.
    pub fn is_symbol(&self, symbol: char) -> bool {
        self.tokens.first().is_some_and(|&token| {
            token.kind == Kind::Symbol && self.slice(token).starts_with(symbol)
        })
    }

    /// Steps over a symbol if it comes next.
    pub fn accept_symbol(&mut self, symbol: char) -> bool {
        let found = self.is_symbol(symbol);
        if found {
            self.skip();
        }
        found
    }

    /// The next token's text if it is a number or a string, stepping over it.
    pub fn accept_kind(&mut self, kind: Kind) -> Option<&'a str> {
        let &token = self.tokens.first().filter(|token| token.kind == kind)?;
        self.skip();
        Some(self.slice(token))
    }

    /// The kind of the next token.
    pub fn kind(&self) -> Option<Kind> {
        self.tokens.first().map(|token| token.kind)
    }

    /// A plain string literal's value.
    pub fn string(&mut self) -> Result<String, Fault> {
        let Some(literal) = self.accept_kind(Kind::Text) else {
            return self.expected("a string");
        };
        let inner = literal
            .strip_prefix('\'')
            .and_then(|rest| rest.strip_suffix('\''));
        match inner {
            Some(inner) => Ok(inner.replace("''", "'")),
            None => Err(self.fault("only plain strings are understood here")),
        }
    }

    /// An identifier, folded to lower case unless quoted.
    pub fn identifier(&mut self) -> Result<String, Fault> {
        let Some(&token) = self.tokens.first() else {
            return self.expected("a name");
        };
        let text = self.slice(token);
        let name = match token.kind {
            Kind::Word => text.to_lowercase(),
            Kind::Quoted => match text
                .strip_prefix('"')
                .and_then(|rest| rest.strip_suffix('"'))
            {
                Some(inner) => inner.replace("\"\"", "\""),
                None => return Err(self.fault("this form of quoted name is not understood")),
            },
            _ => return self.expected("a name"),
        };
        self.skip();
        Ok(name)
    }

    /// `name` or `schema.name` or `database.schema.name`.
    pub fn qualified_name(&mut self) -> Result<QualifiedName, Fault> {
        let mut schema = None;
        let mut name = self.identifier()?;
        while self.accept_symbol('.') {
            schema = Some(std::mem::replace(&mut name, self.identifier()?));
        }
        Ok(QualifiedName { schema, name })
    }

    /// What stands between the parentheses (or brackets) that come next, stepping over them.
    pub fn group(&mut self) -> Result<Self, Fault> {
        if !self.is_symbol('(') && !self.is_symbol('[') {
            return self.expected("`(`");
        }
        let mut depth = 0_usize;
        for (n, &token) in self.tokens.iter().enumerate() {
            if token.kind != Kind::Symbol {
                continue;
            }
            match self.text.as_bytes()[token.start] {
                b'(' | b'[' => depth += 1,
                b')' | b']' => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        let inner = Self {
                            text: self.text,
                            tokens: &self.tokens[1..n],
                            end: token.start,
                        };
                        self.tokens = &self.tokens[n + 1..];
                        return Ok(inner);
                    }
                }
                _ => {}
            }
        }
        Err(self.fault("this parenthesis is never closed"))
    }

    /// The parts between the commas outside of parentheses.
    pub fn split_commas(self) -> Vec<Self> {
        let mut parts = Vec::new();
        let mut depth = 0_usize;
        let mut from = 0;
        let part = |from: usize, to: usize, end: usize| Self {
            text: self.text,
            tokens: &self.tokens[from..to],
            end,
        };
        for (n, &token) in self.tokens.iter().enumerate() {
            if token.kind != Kind::Symbol {
                continue;
            }
            match self.text.as_bytes()[token.start] {
                b'(' | b'[' => depth += 1,
                b')' | b']' => depth = depth.saturating_sub(1),
                b',' if depth == 0 => {
                    parts.push(part(from, n, token.start));
                    from = n + 1;
                }
                _ => {}
            }
        }
        if !self.tokens.is_empty() {
            parts.push(part(from, self.tokens.len(), self.end));
        }
        parts
    }

    /// Takes tokens up to the first, outside of parentheses and behind the first token, that is
    /// one of these keywords.
    pub fn take_until(&mut self, words: &[&str]) -> Self {
        let mut depth = 0_usize;
        let mut n = 0;
        while n < self.tokens.len() {
            let token = self.tokens[n];
            if token.kind == Kind::Symbol {
                match self.text.as_bytes()[token.start] {
                    b'(' | b'[' => depth += 1,
                    b')' | b']' => depth = depth.saturating_sub(1),
                    _ => {}
                }
            } else if n > 0 && depth == 0 && words.iter().any(|word| self.is_word_at(n, word)) {
                break;
            }
            n += 1;
        }
        let taken = Self {
            text: self.text,
            tokens: &self.tokens[..n],
            end: self.tokens.get(n).map_or(self.end, |token| token.start),
        };
        self.tokens = &self.tokens[n..];
        taken
    }

    /// A parenthesised list of column names.
    pub fn column_list(&mut self) -> Result<Vec<String>, Fault> {
        let mut names = Vec::new();
        for mut part in self.group()?.split_commas() {
            names.push(part.identifier()?);
        }
        Ok(names)
    }
}
