//! The lexical scan: tokens, comments, brackets, and the borders of the items.
//!
//! AFTER the scan every string and comment is closed or reported, every bracket is paired or
//! reported, and each [`RawItem`] starts with its keyword: what is wrong in one item can no longer
//! touch another. Items that are marked broken are not parsed.

use crate::diagnostics::{Code, Diagnostic, Diagnostics, suggest};
use crate::source::{SourceId, Span};
use std::ops::Range;

/// The deepest nesting of brackets.
pub(crate) const MAX_DEPTH: usize = 200;

/// What a token is; all that the parser's surroundings and the formatter need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenKind {
    /// Letters, digits and underscores, not starting with a digit.
    Word,
    /// Starts with a digit.
    Number,
    /// A closed string.
    String,
    /// A string that its line does not close.
    OpenString,
    /// `( [ {`
    Open,
    /// `) ] }`
    Close,
    /// Other characters of the language; the longest match.
    Punctuation,
    /// `//`
    LineComment,
    /// `///`
    Doc,
    /// `//!`
    FileDoc,
    /// `/* */`
    BlockComment,
    /// `/*` that nothing closes.
    OpenComment,
    /// A character that the language does not use.
    Other,
}

/// A token or comment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Token {
    pub(crate) kind: TokenKind,
    pub(crate) start: u32,
    pub(crate) end: u32,
}

impl Token {
    pub(crate) fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    pub(crate) fn text(self, source: &str) -> &str {
        &source[self.range()]
    }

    pub(crate) fn is_comment(self) -> bool {
        use TokenKind::{BlockComment, Doc, FileDoc, LineComment, OpenComment};
        matches!(
            self.kind,
            LineComment | Doc | FileDoc | BlockComment | OpenComment
        )
    }
}

/// The text of one item: from its keyword up to the next item.
#[derive(Debug)]
pub(crate) struct RawItem {
    /// Its tokens, comments included; the first is the keyword.
    pub(crate) tokens: Range<usize>,
    /// Its `///` lines.
    pub(crate) docs: Vec<String>,
    /// Whether brackets or strings are wrong in it (reported).
    pub(crate) broken: bool,
    /// How deeply its brackets are nested.
    pub(crate) depth: usize,
}

/// What the scan found.
#[derive(Debug, Default)]
pub(crate) struct Scan {
    pub(crate) tokens: Vec<Token>,
    pub(crate) docs: Vec<String>,
    pub(crate) items: Vec<RawItem>,
    /// Names of rules in text that was swallowed by an open comment or lost outside of items.
    pub(crate) lost_rules: Vec<String>,
}

/// Item keywords: each starts an item wherever it appears.
pub(crate) const ITEM_KEYWORDS: [&str; 8] = [
    "grammar",
    "use",
    "dialect",
    "schema",
    "terminator",
    "rule",
    "override",
    "extern",
];

/// Whether a word is reserved.
#[must_use]
pub fn is_reserved(word: &str) -> bool {
    ITEM_KEYWORDS.contains(&word)
        || matches!(
            word,
            "fn" | "let"
                | "for"
                | "in"
                | "when"
                | "distinct"
                | "scope"
                | "narrow"
                | "full"
                | "context"
                | "bind"
                | "effect"
                | "return"
                | "correlated"
                | "true"
                | "false"
                | "as"
        )
}

/// Whether a word is UPPERCASE, hence a terminal, parameter or local.
#[must_use]
pub fn is_upper(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_uppercase())
        && word
            .bytes()
            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
}

/// Scans a file.
pub(crate) fn scan(source: SourceId, text: &str, diagnostics: &mut Diagnostics) -> Scan {
    let tokens = tokenize(text);
    let mut scan = Scan {
        docs: file_docs(text, &tokens),
        ..Scan::default()
    };
    let starts = item_starts(text, &tokens);
    let first = starts.first().copied().unwrap_or(tokens.len());
    report_stray(source, text, &tokens[..first], &mut scan, diagnostics);
    for (i, &start) in starts.iter().enumerate() {
        let end = starts.get(i + 1).copied().unwrap_or(tokens.len());
        let before = if i == 0 { 0 } else { starts[i - 1] };
        let (mut broken, depth) = check_brackets(source, text, &tokens[start..end], diagnostics);
        broken |= report_open(source, text, &tokens[start..end], &mut scan, diagnostics);
        scan.items.push(RawItem {
            tokens: start..end,
            docs: docs_before(text, &tokens[before..start]),
            broken,
            depth,
        });
    }
    report_open(source, text, &tokens[..first], &mut scan, diagnostics);
    scan.tokens = tokens;
    scan
}

/// Cuts a text into tokens and comments; white space is dropped.
pub(crate) fn tokenize(text: &str) -> Vec<Token> {
    let bytes = text.as_bytes();
    let mut tokens = Vec::with_capacity(bytes.len() / 5);
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        if byte.is_ascii_whitespace() {
            at += 1;
            continue;
        }
        if byte == 0xEF && text[at..].starts_with('\u{FEFF}') {
            at += '\u{FEFF}'.len_utf8();
            continue;
        }
        let (kind, end) = token_at(text, at);
        tokens.push(Token {
            kind,
            start: at as u32,
            end: end as u32,
        });
        at = end;
    }
    tokens
}

/// The longest operators first.
const OPERATORS: [&str; 16] = [
    "..=", "::=", "..", "::", "==", "!=", "<=", ">=", "&&", "||", "->", ";;", "=>", ":=", "<>",
    "++",
];

fn token_at(text: &str, at: usize) -> (TokenKind, usize) {
    let bytes = text.as_bytes();
    let run = |from: usize, keep: fn(u8) -> bool| {
        from + bytes[from..].iter().take_while(|&&b| keep(b)).count()
    };
    let word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    let rest = &bytes[at..];
    match bytes[at] {
        b'/' if rest.starts_with(b"//") => {
            let end = run(at, |b| b != b'\n');
            let kind = if rest.starts_with(b"//!") {
                TokenKind::FileDoc
            } else if rest.starts_with(b"///") && !rest.starts_with(b"////") {
                TokenKind::Doc
            } else {
                TokenKind::LineComment
            };
            (kind, end - usize::from(bytes[end - 1] == b'\r'))
        }
        b'/' if rest.starts_with(b"/*") => match text[at + 2..].find("*/") {
            Some(length) => (TokenKind::BlockComment, at + 2 + length + 2),
            None => (TokenKind::OpenComment, bytes.len()),
        },
        b'"' => string_at(bytes, at),
        b'(' | b'[' | b'{' => (TokenKind::Open, at + 1),
        b')' | b']' | b'}' => (TokenKind::Close, at + 1),
        b'0'..=b'9' => (TokenKind::Number, number_end(bytes, at)),
        b if word(b) => (TokenKind::Word, run(at, word)),
        b if b.is_ascii() => {
            let operator = OPERATORS.iter().find(|op| rest.starts_with(op.as_bytes()));
            match operator {
                Some(operator) => (TokenKind::Punctuation, at + operator.len()),
                None if b.is_ascii_graphic() => (TokenKind::Punctuation, at + 1),
                None => (TokenKind::Other, at + 1),
            }
        }
        _ => {
            let length = text[at..].chars().next().map_or(1, char::len_utf8);
            (TokenKind::Other, at + length)
        }
    }
}

/// A string ends at its quote; one that its line does not close ends with the line, so that the
/// rest of the file can still be read.
fn string_at(bytes: &[u8], at: usize) -> (TokenKind, usize) {
    let mut end = at + 1;
    while let Some(&byte) = bytes.get(end) {
        match byte {
            b'"' => return (TokenKind::String, end + 1),
            b'\n' => break,
            b'\\' if bytes.get(end + 1).is_some_and(|&next| next != b'\n') => end += 2,
            _ => end += 1,
        }
    }
    (TokenKind::OpenString, end)
}

/// As in the grammar: `12`, `1.5`, `2.14.1`, and letters that follow directly (reported later).
fn number_end(bytes: &[u8], at: usize) -> usize {
    let digits = |from: usize| {
        from + bytes[from..]
            .iter()
            .take_while(|b| b.is_ascii_digit())
            .count()
    };
    let mut end = digits(at);
    while bytes.get(end) == Some(&b'.') && bytes.get(end + 1).is_some_and(u8::is_ascii_digit) {
        end = digits(end + 1);
    }
    end + bytes[end..]
        .iter()
        .take_while(|b| b.is_ascii_alphanumeric() || **b == b'_')
        .count()
}

/// Where items start: at the item keywords, `override rule` being one.
fn item_starts(text: &str, tokens: &[Token]) -> Vec<usize> {
    let mut starts = Vec::new();
    let mut after_override = false;
    for (i, token) in tokens.iter().enumerate() {
        if token.is_comment() {
            continue;
        }
        let word = token.text(text);
        let keyword = token.kind == TokenKind::Word && ITEM_KEYWORDS.contains(&word);
        if keyword && !(after_override && word == "rule") {
            starts.push(i);
        }
        after_override = keyword && word == "override";
    }
    starts
}

fn file_docs(text: &str, tokens: &[Token]) -> Vec<String> {
    tokens
        .iter()
        .take_while(|token| token.is_comment())
        .filter(|token| token.kind == TokenKind::FileDoc)
        .map(|token| doc_line(token.text(text)))
        .collect()
}

/// The `///` lines that stand directly before an item.
fn docs_before(text: &str, before: &[Token]) -> Vec<String> {
    let start = before
        .iter()
        .rposition(|token| !token.is_comment())
        .map_or(0, |i| i + 1);
    before[start..]
        .iter()
        .filter(|token| token.kind == TokenKind::Doc)
        .map(|token| doc_line(token.text(text)))
        .collect()
}

/// The text of a doc line: without its marker of three characters and the space after it.
fn doc_line(line: &str) -> String {
    let text = &line[3..];
    text.strip_prefix(' ').unwrap_or(text).trim_end().to_owned()
}

fn span(source: SourceId, token: Token) -> Span {
    Span::new(source, token.start as usize, token.end as usize)
}

/// Text before the first item, or in a file without items.
fn report_stray(
    source: SourceId,
    text: &str,
    tokens: &[Token],
    scan: &mut Scan,
    diagnostics: &mut Diagnostics,
) {
    if let Some(first) = tokens.iter().position(|token| !token.is_comment()) {
        let (diagnostic, rules) = stray(source, text, &tokens[first..]);
        diagnostics.push(diagnostic);
        scan.lost_rules.extend(rules);
    }
}

/// The diagnostic for text outside of any item (`tokens` starts with it), and the names of the
/// rules that it seems to define.
pub(crate) fn stray(source: SourceId, text: &str, tokens: &[Token]) -> (Diagnostic, Vec<String>) {
    let first = tokens[0];
    let word = first.text(text);
    let mut diagnostic = Diagnostic::new(
        Code::StrayText,
        span(source, first),
        format!("{} stands outside of any item", found(word, first.kind)),
    )
    .label("an item is expected here");
    let keyword = match word {
        "param" | "def" | "let" | "fn" | "production" => Some("rule"),
        "import" | "include" | "from" | "mod" => Some("use"),
        _ => suggest::closest(word, ITEM_KEYWORDS),
    };
    diagnostic = match keyword {
        Some(keyword) => diagnostic.suggest(Some(keyword)),
        None if first.kind == TokenKind::Word && followed_by_equals(text, &tokens[1..]) => {
            diagnostic.help(format!("a rule starts with `rule`: `rule {word} = …;`"))
        }
        None => diagnostic.help(
            "a file consists of items: `grammar`, `use`, `dialect`, `schema`, `terminator`, `rule`, \
             `override rule`, `extern fn`",
        ),
    };
    let mut words = tokens.iter().filter(|token| !token.is_comment());
    let rules = match (words.next(), words.next()) {
        (Some(_), Some(second)) if second.kind == TokenKind::Word => second,
        (Some(first), _) => first,
        (None, _) => return (diagnostic, Vec::new()),
    };
    let lost = (rules.kind == TokenKind::Word).then(|| rules.text(text).to_owned());
    (diagnostic, lost.into_iter().collect())
}

fn followed_by_equals(text: &str, tokens: &[Token]) -> bool {
    tokens
        .iter()
        .take(3)
        .any(|token| matches!(token.text(text), "=" | ":=" | "::=" | ":" | "->" | "("))
}

/// How a token is called in messages.
pub(crate) fn found(text: &str, kind: TokenKind) -> String {
    match kind {
        TokenKind::String if text.len() > 40 => "a string".to_owned(),
        TokenKind::String => format!("the string `{text}`"),
        TokenKind::Number => format!("the number `{text}`"),
        _ if text.chars().count() > 60 => "a long word".to_owned(),
        TokenKind::Other if text.chars().all(char::is_control) => {
            format!("the character `{}`", text.escape_unicode())
        }
        _ => format!("`{text}`"),
    }
}

/// Reports strings and comments that are not closed.
fn report_open(
    source: SourceId,
    text: &str,
    tokens: &[Token],
    scan: &mut Scan,
    diagnostics: &mut Diagnostics,
) -> bool {
    let mut any = false;
    for token in tokens {
        match token.kind {
            TokenKind::OpenString => diagnostics.push(
                Diagnostic::new(
                    Code::UnterminatedString,
                    span(source, *token),
                    "this string is not closed on its line",
                )
                .label("`\"` is missing at its end")
                .help("a string stays on one line; write `\\n` for a line break"),
            ),
            TokenKind::OpenComment => {
                let start = token.start as usize;
                diagnostics.push(
                    Diagnostic::new(
                        Code::UnterminatedString,
                        Span::new(source, start, start + 2),
                        "this comment is not closed",
                    )
                    .label("`*/` is missing; the rest of the file is a comment"),
                );
                scan.lost_rules.extend(rules_in(token.text(text)));
            }
            _ => continue,
        }
        any = true;
    }
    any
}

/// The names after the word `rule` in a text that cannot be read.
fn rules_in(text: &str) -> impl Iterator<Item = String> {
    let mut words = text
        .split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
        .filter(|word| !word.is_empty());
    std::iter::from_fn(move || {
        words.find(|word| *word == "rule")?;
        words.next().map(str::to_owned)
    })
}

/// Pairs the brackets of an item. Returns whether something is wrong, and how deep they go.
fn check_brackets(
    source: SourceId,
    text: &str,
    tokens: &[Token],
    diagnostics: &mut Diagnostics,
) -> (bool, usize) {
    let mut open: Vec<Token> = Vec::new();
    // How many of each kind are open: a closer without partner need not search, so this is linear.
    let mut open_of = [0_usize; 3];
    let mut problems: Vec<Diagnostic> = Vec::new();
    let mut too_deep = None;
    let mut depth = 0;
    for &token in tokens {
        match token.kind {
            TokenKind::Open => {
                open.push(token);
                open_of[kind_of(token.text(text))] += 1;
                depth = depth.max(open.len());
                if open.len() > MAX_DEPTH && too_deep.is_none() {
                    too_deep = Some(token);
                }
            }
            TokenKind::Close => {
                let kind = kind_of(token.text(text));
                let closes_nothing = open_of[kind] == 0;
                if closes_nothing {
                    problems.push(unopened(source, text, token, open.last()));
                }
                while let Some(opener) = open.pop() {
                    let opened = kind_of(opener.text(text));
                    open_of[opened] -= 1;
                    if opened == kind || closes_nothing {
                        break;
                    }
                    problems.push(unclosed(source, text, opener, Some(token)));
                }
            }
            _ => {}
        }
    }
    for opener in open {
        problems.push(unclosed(source, text, opener, None));
    }
    if let Some(token) = too_deep {
        // One report is enough: beyond this depth nothing else is worth saying about brackets.
        problems.clear();
        problems.push(
            Diagnostic::new(
                Code::TooDeep,
                span(source, token),
                format!("brackets are nested more than {MAX_DEPTH} deep"),
            )
            .label("this one is too deep")
            .help("move the inner part to a rule of its own"),
        );
    }
    let broken = !problems.is_empty();
    // More than a handful in one item has a common cause.
    for problem in problems.into_iter().take(5) {
        diagnostics.push(problem);
    }
    (broken, depth)
}

fn kind_of(bracket: &str) -> usize {
    match bracket {
        "(" | ")" => 0,
        "[" | "]" => 1,
        _ => 2,
    }
}

/// A bracket that closes nothing, or (most likely) the wrong one.
fn unopened(source: SourceId, text: &str, closer: Token, opener: Option<&Token>) -> Diagnostic {
    let bracket = closer.text(text);
    let at = span(source, closer);
    match opener {
        Some(opener) => {
            let open = opener.text(text);
            let message = format!("`{bracket}` cannot close `{open}`");
            Diagnostic::new(Code::UnbalancedBracket, at, message)
                .label("another bracket is expected")
                .also(span(source, *opener), "opened here")
        }
        None => {
            let message = format!("`{bracket}` closes nothing");
            Diagnostic::new(Code::UnbalancedBracket, at, message)
                .label("no bracket is open that it could close")
        }
    }
    .help(quote_help(bracket))
}

fn unclosed(source: SourceId, text: &str, opener: Token, closer: Option<Token>) -> Diagnostic {
    let bracket = opener.text(text);
    let mut diagnostic = Diagnostic::new(
        Code::UnbalancedBracket,
        span(source, opener),
        format!("`{bracket}` is not closed"),
    );
    diagnostic = match closer {
        Some(closer) => diagnostic.label("opened here").also(
            span(source, closer),
            format!("`{}` comes first and closes another", closer.text(text)),
        ),
        None => diagnostic.label("nothing closes it up to the end of the item"),
    };
    diagnostic.help(quote_help(bracket))
}

fn quote_help(bracket: &str) -> String {
    format!("to print the bracket, quote it: `\"{bracket}\"`")
}
