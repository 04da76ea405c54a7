//! Reading and parsing: a file's text to its syntax tree.
//!
//! A scan cuts the text into items ([`scan`]), pest parses each on its own (`rqg.pest`), [`build`]
//! makes the tree, [`errors`] says what was wrong. AFTER parsing every item of the file is either
//! in [`ast::File::items`], or an error was reported for it.

pub mod ast;
mod build;
mod errors;
pub mod format;
mod literals;
mod scan;

pub use scan::{is_reserved, is_upper};

use crate::diagnostics::{Code, Diagnostic, Diagnostics};
use crate::source::{SourceId, Span};
use pest::Parser as _;
use scan::{RawItem, Scan, Token};
use std::thread;

/// The largest file in bytes.
pub const MAX_SIZE: usize = 16 << 20;

/// Items with brackets nested deeper than this are parsed on a stack of their own, so that the
/// caller's need not be large: a level takes up to 25 kB in a debug build.
const STACK_DEPTH: usize = 16;
/// The size of that stack; only what is used of it takes memory.
const STACK_SIZE: usize = 64 << 20;

/// The parser that pest makes of the grammar.
mod pest_parser {
    /// See `rqg.pest`.
    #[derive(pest_derive::Parser)]
    #[grammar = "syntax/rqg.pest"]
    pub(super) struct RqgParser;
}
use pest_parser::{RqgParser, Rule};

/// A file that is not UTF-8.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidUtf8 {
    /// The text with replacement characters, to be shown; equal to the file up to `offset`.
    pub lossy: String,
    /// The first byte that is wrong.
    pub offset: usize,
}

impl InvalidUtf8 {
    /// The diagnostic, for a source whose text is [`InvalidUtf8::lossy`].
    #[must_use]
    pub fn diagnostic(&self, source: SourceId) -> Diagnostic {
        let end = self.offset + char::REPLACEMENT_CHARACTER.len_utf8();
        Diagnostic::new(
            Code::InvalidUtf8,
            Span::new(source, self.offset, end),
            format!("the file is not valid UTF-8 at byte {}", self.offset),
        )
        .label("not UTF-8 from here on")
        .help("save the file as UTF-8")
    }
}

/// The text of a file's bytes.
///
/// # Errors
/// When they are not UTF-8 (RQG0001).
pub fn read(bytes: Vec<u8>) -> Result<String, InvalidUtf8> {
    String::from_utf8(bytes).map_err(|error| InvalidUtf8 {
        lossy: String::from_utf8_lossy(error.as_bytes()).into_owned(),
        offset: error.utf8_error().valid_up_to(),
    })
}

/// Parses a file. Reports every error; never fails.
pub fn parse(source: SourceId, text: &str, diagnostics: &mut Diagnostics) -> ast::File {
    if text.len() > MAX_SIZE {
        let message = format!(
            "the file has {} bytes; the most is {} MiB",
            text.len(),
            MAX_SIZE >> 20
        );
        diagnostics.push(Diagnostic::new(
            Code::TooLarge,
            Span::new(source, 0, 0),
            message,
        ));
        return ast::File::default();
    }
    let scan = scan::scan(source, text, diagnostics);
    literals::check(source, text, &scan.tokens, diagnostics);
    let mut parser = ItemParser {
        source,
        text,
        scan: &scan,
        file: ast::File {
            docs: scan.docs.clone(),
            items: Vec::with_capacity(scan.items.len()),
            broken_rules: scan.lost_rules.clone(),
        },
        cut_short: false,
        diagnostics,
    };
    for item in &scan.items {
        if item.depth <= STACK_DEPTH {
            parser.item(item);
        } else {
            parser.deep_item(item);
        }
    }
    parser.file
}

/// Parses the items one after the other.
struct ItemParser<'a> {
    source: SourceId,
    text: &'a str,
    scan: &'a Scan,
    file: ast::File,
    /// The item before was cut short by an item keyword in its midst: what follows is a fragment.
    cut_short: bool,
    diagnostics: &'a mut Diagnostics,
}

impl ItemParser<'_> {
    /// Parses an item on a stack of its own.
    fn deep_item(&mut self, raw: &RawItem) {
        let span = self.scan.tokens[raw.tokens.start].range();
        let (source, text) = (self.source, self.text);
        let parsed = thread::scope(|scope| {
            let builder = thread::Builder::new().stack_size(STACK_SIZE);
            let thread = builder.spawn_scoped(scope, || self.item(raw));
            thread.is_ok_and(|thread| thread.join().is_ok())
        });
        if !parsed {
            // Only when the system gives no memory or thread.
            let span = Span::new(source, span.start, span.end);
            let message = format!(
                "`{}` is nested too deeply for this machine",
                &text[span.start as usize..span.end as usize]
            );
            self.diagnostics
                .push(Diagnostic::new(Code::TooDeep, span, message));
        }
    }

    fn item(&mut self, raw: &RawItem) {
        let tokens: Vec<Token> = self.scan.tokens[raw.tokens.clone()]
            .iter()
            .copied()
            .filter(|token| !token.is_comment())
            .collect();
        let fragment = std::mem::take(&mut self.cut_short);
        // An item has its keyword.
        let Some(first) = tokens.first() else {
            return;
        };
        let start = first.start as usize;
        if raw.broken {
            self.broken(&tokens);
            return;
        }
        let rule = item_rule(first.text(self.text));
        let text = cleaned(self.text, &tokens);
        let error = match RqgParser::parse(rule, &text) {
            Ok(mut pairs) => {
                let Some(pair) = pairs.next() else { return };
                let parsed = start + pair.as_span().end();
                let mut builder = build::Builder::new(self.source, start, self.diagnostics);
                match builder.item(pair, raw.docs.clone()) {
                    Some(item) => self.file.items.push(item),
                    None => self.broken(&tokens),
                }
                self.stray(&tokens, parsed);
                return;
            }
            Err(error) => error,
        };
        if !fragment {
            self.report(raw, &tokens, &text, &error);
        }
        self.broken(&tokens);
    }

    /// Reports a syntax error and those after it, as far as parsing can resume.
    fn report(
        &mut self,
        raw: &RawItem,
        tokens: &[Token],
        text: &str,
        error: &pest::error::Error<Rule>,
    ) {
        let start = tokens[0].start as usize;
        let context = errors::Context {
            source: self.source,
            text: self.text,
            tokens,
            follower: self.scan.tokens.get(raw.tokens.end).copied(),
        };
        let mut failure = errors::Failure::new(error, start);
        self.cut_short = context.is_cut_short(&failure);
        let bars = top_level_bars(self.text, tokens);
        // Each alternative after the error is parsed on its own.
        let resumed = bars.partition_point(|&bar| bar < failure.position);
        let mut left = errors::MAX_PER_ITEM;
        self.diagnostics.push(context.diagnostic(&failure));
        for (i, &bar) in bars.iter().enumerate().skip(resumed) {
            let next = bars.get(i + 1).map_or(text.len(), |next| next - start);
            let alternative = &text[bar - start..next];
            if let Err(error) = RqgParser::parse(Rule::resumed_alternative, alternative) {
                left -= 1;
                if left == 0 {
                    return;
                }
                failure = errors::Failure::new(&error, bar);
                self.diagnostics.push(context.diagnostic(&failure));
            }
        }
    }

    /// Notes the rule's name, so that uses of it are not reported.
    fn broken(&mut self, tokens: &[Token]) {
        let mut words = tokens.iter().take(3).map(|token| token.text(self.text));
        if words.any(|word| word == "rule")
            && let Some(name) = words.next()
        {
            self.file.broken_rules.push(name.to_owned());
        }
    }

    /// Reports text between the end of an item and the next.
    fn stray(&mut self, tokens: &[Token], parsed: usize) {
        let rest = tokens.partition_point(|token| (token.start as usize) < parsed);
        if rest < tokens.len() {
            let (mut diagnostic, rules) = scan::stray(self.source, self.text, &tokens[rest..]);
            let end = tokens[rest - 1];
            diagnostic = diagnostic.also(
                Span::new(self.source, end.start as usize, end.end as usize),
                "the item before ends here",
            );
            self.diagnostics.push(diagnostic);
            self.file.broken_rules.extend(rules);
        }
    }
}

/// The text from the first token to the last, with spaces for comments and all other white space.
fn cleaned(text: &str, tokens: &[Token]) -> String {
    let start = tokens.first().map_or(0, |token| token.start as usize);
    let end = tokens.last().map_or(start, |token| token.end as usize);
    let mut clean = String::with_capacity(end - start);
    for token in tokens {
        let gap = token.start as usize - start - clean.len();
        clean.extend(std::iter::repeat_n(' ', gap));
        clean.push_str(token.text(text));
    }
    clean
}

fn item_rule(keyword: &str) -> Rule {
    match keyword {
        "grammar" => Rule::grammar_item,
        "use" => Rule::use_item,
        "dialect" => Rule::dialect_item,
        "schema" => Rule::schema_item,
        "terminator" => Rule::terminator_item,
        "override" => Rule::override_item,
        "extern" => Rule::extern_item,
        _ => Rule::rule_item,
    }
}

/// Where the bars outside of all brackets start.
fn top_level_bars(text: &str, tokens: &[Token]) -> Vec<usize> {
    let mut depth = 0_usize;
    let mut bars = Vec::new();
    for token in tokens {
        match token.kind {
            scan::TokenKind::Open => depth += 1,
            scan::TokenKind::Close => depth = depth.saturating_sub(1),
            _ if depth == 0 && token.text(text) == "|" => bars.push(token.start as usize),
            _ => {}
        }
    }
    bars
}

#[cfg(test)]
mod tests;
