//! Where in a statement a parameter means what a literal means.

use super::scan::Token;

/// What a statement has come to, token by token.
#[derive(Debug, Clone, Default)]
pub(super) struct Context {
    /// For each open parenthesis, and the statement itself at the bottom, whether literals in it
    /// mean something of their own.
    frames: Vec<bool>,
    before: Before,
    typing: Typing,
    is_distinct: bool,
    /// Whether the parentheses that open next list what DISTINCT ON tells rows apart by.
    lists_distinct: bool,
    first: First,
}

/// What stands before the next token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Before {
    #[default]
    Nothing,
    /// What opens parentheses.
    Opening,
    /// A word that matters.
    Keyword(Keyword),
    /// The end of an operand.
    Operand,
    Other,
}

/// Words that matter together with what follows them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Keyword {
    OrderOrGroup,
    On,
    InsertOrMerge,
    /// The name of a type that a string may follow.
    Type,
}

/// Whether the name of a type is being told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Typing {
    #[default]
    No,
    /// It comes next.
    Next,
    /// It has been told, perhaps not all of it.
    Told,
}

/// What kind of statement it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum First {
    #[default]
    Unknown,
    /// One that has a plan.
    Planned,
    Other,
}

/// The statements that have a plan.
const PLANNED: &[&[u8]] = &[
    b"SELECT", b"INSERT", b"UPDATE", b"DELETE", b"MERGE", b"VALUES", b"WITH", b"TABLE",
];

/// Reserved words behind which a list of sort or group keys is over.
const BEHIND_LIST: &[&[u8]] = &[
    b"SELECT",
    b"HAVING",
    b"WINDOW",
    b"LIMIT",
    b"OFFSET",
    b"FETCH",
    b"FOR",
    b"UNION",
    b"INTERSECT",
    b"EXCEPT",
    b"INTO",
    b"RETURNING",
    b"DO",
];

/// Types whose name may stand before a string.
const TYPES: &[&[u8]] = &[
    b"DATE",
    b"TIME",
    b"TIMETZ",
    b"TIMESTAMP",
    b"TIMESTAMPTZ",
    b"INTERVAL",
];

/// Words that may be the first of several that name a type.
const FIRST_OF_TYPE: &[&[u8]] = &[b"CHARACTER", b"CHAR", b"BIT", b"NATIONAL"];

/// Behind an interval they say what a number in it counts.
const FIELDS: &[&[u8]] = &[b"YEAR", b"MONTH", b"DAY", b"HOUR", b"MINUTE", b"SECOND"];

pub(super) fn is_one_of(words: &[&[u8]], word: &[u8]) -> bool {
    words.iter().any(|known| known.eq_ignore_ascii_case(word))
}

/// Whether a word behind an interval belongs to it.
pub(super) fn is_field(word: &[u8]) -> bool {
    is_one_of(FIELDS, word)
}

impl Context {
    /// At the start of a statement.
    pub(super) fn begin(&mut self) {
        let mut frames = std::mem::take(&mut self.frames);
        frames.clear();
        frames.push(false);
        *self = Self {
            frames,
            ..Self::default()
        };
    }

    /// Whether the statement has a plan, and so may have parameters.
    pub(super) fn is_planned(&self) -> bool {
        self.first == First::Planned
    }

    /// Whether literals mean something of their own here: the position of a column in ORDER BY,
    /// GROUP BY and DISTINCT ON, a part of an index in ON CONFLICT, a modifier of a type.
    pub(super) fn is_literal(&self) -> bool {
        self.frames.last().copied().unwrap_or_default()
    }

    /// Whether a minus would subtract here.
    pub(super) fn is_behind_operand(&self) -> bool {
        self.before == Before::Operand
    }

    /// Whether a string would be one of a type that was just named.
    pub(super) fn is_behind_type(&self) -> bool {
        self.before == Before::Keyword(Keyword::Type)
    }

    /// A value comes.
    pub(super) fn pass_value(&mut self) {
        self.typing = Typing::No;
        self.is_distinct = false;
        self.lists_distinct = false;
        self.before = Before::Operand;
    }

    /// The next token comes.
    pub(super) fn pass(&mut self, token: Token<'_>) {
        match token {
            Token::Word(word) => self.pass_word(word),
            Token::Byte(b'(') => {
                let is_modifier = self.typing == Typing::Told;
                let is_literal = self.is_literal() || self.lists_distinct || is_modifier;
                self.frames.push(is_literal);
                self.pass_value();
                self.before = Before::Opening;
            }
            Token::Byte(b')') => {
                if self.frames.len() > 1 {
                    self.frames.pop();
                }
                self.pass_value();
            }
            Token::Byte(b'.') => {
                let is_type = self.typing == Typing::Told;
                self.pass_value();
                self.before = Before::Other;
                self.typing = if is_type { Typing::Next } else { Typing::No };
            }
            Token::Cast => {
                self.pass_value();
                self.before = Before::Other;
                self.typing = Typing::Next;
            }
            Token::Quoted if self.typing == Typing::Next => {
                self.pass_value();
                self.typing = Typing::Told;
            }
            Token::Quoted | Token::Parameter | Token::Byte(b']' | b'0'..=b'9') => {
                self.pass_value();
            }
            Token::Byte(_) => {
                self.pass_value();
                self.before = Before::Other;
            }
        }
    }

    fn pass_word(&mut self, word: &[u8]) {
        let is = |known: &[u8]| known.eq_ignore_ascii_case(word);
        let before = self.before;
        if self.first == First::Unknown {
            self.first = match is_one_of(PLANNED, word) {
                true => First::Planned,
                false => First::Other,
            };
        }
        // SELECT … INTO makes a table.
        let is_outermost = self.frames.len() == 1;
        if is(b"INTO") && is_outermost && before != Before::Keyword(Keyword::InsertOrMerge) {
            self.first = First::Other;
        }
        if let Some(is_literal) = self.frames.last_mut() {
            match before {
                Before::Keyword(Keyword::OrderOrGroup) if is(b"BY") => *is_literal = true,
                Before::Keyword(Keyword::On) if is(b"CONFLICT") => *is_literal = true,
                Before::Opening if is_one_of(PLANNED, word) => *is_literal = false,
                _ if is_one_of(BEHIND_LIST, word) => *is_literal = false,
                _ => {}
            }
        }
        self.lists_distinct = self.is_distinct && is(b"ON");
        self.is_distinct = is(b"DISTINCT");
        self.typing = match self.typing {
            _ if is(b"AS") => Typing::Next,
            Typing::Next => Typing::Told,
            Typing::Told if is(b"VARYING") => Typing::Told,
            Typing::Told if is_one_of(FIRST_OF_TYPE, word) => Typing::Told,
            _ => Typing::No,
        };
        self.before = match () {
            () if is(b"ORDER") || is(b"GROUP") => Before::Keyword(Keyword::OrderOrGroup),
            () if is(b"ON") => Before::Keyword(Keyword::On),
            () if is(b"INSERT") || is(b"MERGE") => Before::Keyword(Keyword::InsertOrMerge),
            () if is_one_of(TYPES, word) => Before::Keyword(Keyword::Type),
            () => Before::Other,
        };
    }
}
