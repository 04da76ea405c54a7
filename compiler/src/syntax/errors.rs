//! Syntax errors in the language's own words.

mod help;

use super::Rule;
use super::scan::{Token, TokenKind, found, is_reserved};
use crate::diagnostics::{Code, Diagnostic};
use crate::source::{SourceId, Span};
use pest::error::{ErrorVariant, InputLocation};

/// The most syntax errors that are reported for one item.
pub(super) const MAX_PER_ITEM: usize = 10;

/// Where parsing stopped, and what would have let it go on.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) position: usize,
    expected: Vec<Rule>,
}

impl Failure {
    /// A failure of pest in a text that starts at `start` in the file.
    pub(super) fn new(error: &pest::error::Error<Rule>, start: usize) -> Self {
        let (InputLocation::Pos(offset) | InputLocation::Span((offset, _))) = error.location;
        let mut expected = match &error.variant {
            ErrorVariant::ParsingError { positives, .. } => positives.clone(),
            ErrorVariant::CustomError { .. } => Vec::new(),
        };
        if expected.contains(&Rule::EOI) {
            // The end of an alternative that was parsed on its own.
            expected.extend([Rule::bar, Rule::rule_end]);
        }
        Self {
            position: start + offset,
            expected,
        }
    }

    fn expects(&self, rule: Rule) -> bool {
        self.expected.contains(&rule)
    }

    /// Whether a new name is expected, and nothing that could start with a word of the language.
    fn expects_name(&self) -> bool {
        self.expects_any(NAMES) && !self.expects_any(MORE_THAN_NAMES)
    }

    fn expects_any(&self, rules: &[Rule]) -> bool {
        rules.iter().any(|rule| self.expects(*rule))
    }
}

/// The item in which errors are.
pub(super) struct Context<'a> {
    pub(super) source: SourceId,
    pub(super) text: &'a str,
    /// The item's tokens without comments.
    pub(super) tokens: &'a [Token],
    /// The first token of the next item.
    pub(super) follower: Option<Token>,
}

/// What is expected, with the words for it; what comes first is said first. Rules that only
/// continue what is complete already (fields, arguments, suffixes, operators) are not mentioned.
const WORDS: &[(Rule, &str)] = &[
    (Rule::element, "an element"),
    (Rule::expr, "a value"),
    (Rule::factor, "a value"),
    (Rule::drawn, "a value"),
    (Rule::class, "a class"),
    (Rule::class_name, "a class of types"),
    (Rule::guard, "a condition"),
    (Rule::guard_group, "a condition"),
    (Rule::comparison, "a condition"),
    (Rule::guard_sum, "a value"),
    (Rule::guard_value, "a value"),
    (Rule::grammar_name, "the grammar's name"),
    (Rule::rule_name, "the rule's name"),
    (Rule::function_name, "the function's name"),
    (Rule::module_name, "a module's name"),
    (Rule::use_names, "`{names}` or `*`"),
    (Rule::imported, "a name"),
    (Rule::dialect_range, "a dialect"),
    (Rule::pattern, "a name"),
    (Rule::param, "a parameter `name: type`"),
    (Rule::type_expr, "a type"),
    (Rule::type_name, "a type"),
    (Rule::name, "a name"),
    (Rule::any_name, "a name"),
    (Rule::number, "a number"),
    (Rule::string, "a string"),
    (Rule::params, "parameters"),
    (Rule::results, "`->`"),
    (Rule::kw_rule, "`rule`"),
    (Rule::kw_fn, "`fn`"),
    (Rule::kw_in, "`in`"),
    (Rule::rename, "`as`"),
    (Rule::path_sep, "`::`"),
    (Rule::arrow, "`->`"),
    (Rule::equals, "`=`"),
    (Rule::compare_op, "a comparison"),
    (Rule::colon, "`:`"),
    (Rule::percent_sign, "`%`"),
    (Rule::arguments, "arguments in parentheses"),
    (Rule::braces, "`{`"),
    (Rule::open_brace, "`{`"),
    (Rule::open_paren, "`(`"),
    (Rule::comma, "`,`"),
    (Rule::close_paren, "`)`"),
    (Rule::close_brace, "`}`"),
    (Rule::close_bracket, "`]`"),
    (Rule::close_angle, "`>`"),
    (Rule::bar, "`|`"),
    (Rule::let_end, "`;` at the end of `let`"),
    (Rule::bind_end, "`;` at the end of `bind`"),
    (Rule::rule_end, "`;` at the end of the rule"),
    (Rule::end, "`;` at the end of the item"),
];

/// Where something is given a name.
const NAMES: &[Rule] = &[
    Rule::rule_name,
    Rule::name,
    Rule::any_name,
    Rule::grammar_name,
    Rule::function_name,
    Rule::imported,
    Rule::pattern,
    Rule::param,
];

/// Rules that a word of the language can start, or that a name can be part of.
const MORE_THAN_NAMES: &[Rule] = &[
    Rule::element,
    Rule::expr,
    Rule::factor,
    Rule::drawn,
    Rule::guard,
    Rule::comparison,
    Rule::guard_sum,
    Rule::guard_value,
    Rule::kw_rule,
];

/// Rules that only go on with something complete.
const CONTINUATIONS: &[Rule] = &[Rule::arguments];

/// Rules that end something: where one is missing, the place is after the token before.
const ENDS: &[Rule] = &[Rule::let_end, Rule::bind_end, Rule::rule_end, Rule::end];

impl Context<'_> {
    /// The diagnostic of a failure.
    pub(super) fn diagnostic(&self, failure: &Failure) -> Diagnostic {
        let index = self.index(failure);
        let token = self.tokens.get(index).copied();
        let before = index.checked_sub(1).map(|i| self.tokens[i]);
        if let Some(reserved) = self.reserved_name(failure, index) {
            return reserved;
        }
        let expected = expectations(failure);
        let what = token.map_or_else(
            || self.found_end(),
            |token| found(token.text(self.text), token.kind),
        );
        let mut message = if expected.is_empty() {
            format!("{what} cannot stand here")
        } else {
            format!("expected {}, found {what}", joined(&expected))
        };
        let missing_end = failure.expects_any(ENDS)
            && before.is_some_and(|before| match token {
                Some(token) => self.on_later_line(before, token),
                None => true,
            });
        let (span, label) = match (missing_end, before, token) {
            (true, Some(before), _) => {
                if let Some(ending) = ENDS.iter().find(|rule| failure.expects(**rule)) {
                    let missing = words(*ending).unwrap_or("`;`");
                    message = format!("expected {missing}, found {what}");
                }
                let end = before.end as usize;
                (
                    Span::new(self.source, end, end),
                    "`;` is missing here".to_owned(),
                )
            }
            (_, _, Some(token)) => {
                let label = match expected.first() {
                    Some(first) if expected.len() == 1 => format!("expected {first}"),
                    _ => "unexpected".to_owned(),
                };
                (self.span(token), label)
            }
            (_, before, None) => {
                let end = before.map_or(failure.position, |before| before.end as usize);
                let label = joined(&expected);
                (
                    Span::new(self.source, end, end),
                    format!("expected {label} here"),
                )
            }
        };
        let mut diagnostic = Diagnostic::new(Code::Syntax, span, message).label(label);
        if missing_end && let Some(token) = token {
            diagnostic = diagnostic.also(self.span(token), "unexpected");
        }
        match self.help(failure, index, missing_end) {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        }
    }

    /// A word of the language where something is given a name.
    fn reserved_name(&self, failure: &Failure, index: usize) -> Option<Diagnostic> {
        let token = *self.tokens.get(index)?;
        let word = token.text(self.text);
        if !failure.expects_name() || !is_reserved(word) {
            return None;
        }
        let message = format!("`{word}` is a word of the language and cannot be a name");
        Some(
            Diagnostic::new(Code::ReservedName, self.span(token), message)
                .label("choose another name")
                .help(format!("for example `{word}_`")),
        )
    }

    /// Whether the item ends too early because an item keyword stands in its midst: then what
    /// follows is no item.
    pub(super) fn is_cut_short(&self, failure: &Failure) -> bool {
        let (Some(follower), Some(last)) = (self.follower, self.tokens.last()) else {
            return false;
        };
        self.index(failure) >= self.tokens.len() && !self.on_later_line(*last, follower)
    }

    /// The token at which parsing stopped.
    fn index(&self, failure: &Failure) -> usize {
        self.tokens
            .partition_point(|token| token.end as usize <= failure.position)
    }

    fn found_end(&self) -> String {
        match self.follower {
            Some(follower) => format!("the next item (`{}`)", follower.text(self.text)),
            None => "the end of the file".to_owned(),
        }
    }

    fn on_later_line(&self, before: Token, token: Token) -> bool {
        let between = &self.text[before.end as usize..token.start as usize];
        between.contains('\n')
    }

    fn span(&self, token: Token) -> Span {
        Span::new(self.source, token.start as usize, token.end as usize)
    }

    /// Whether nothing stands between a token and the one before.
    fn adjacent(&self, index: usize) -> bool {
        index > 0 && self.tokens[index - 1].end == self.tokens[index].start
    }

    fn text_at(&self, index: usize) -> &str {
        self.tokens
            .get(index)
            .map_or("", |token| token.text(self.text))
    }

    fn kind_at(&self, index: usize) -> Option<TokenKind> {
        self.tokens.get(index).map(|token| token.kind)
    }
}

fn words(rule: Rule) -> Option<&'static str> {
    WORDS
        .iter()
        .find(|(known, _)| *known == rule)
        .map(|(_, words)| *words)
}

/// What was expected, each once, in the order of [`WORDS`].
fn expectations(failure: &Failure) -> Vec<&'static str> {
    let mut expected = Vec::new();
    let only_continuations = failure
        .expected
        .iter()
        .filter(|rule| words(**rule).is_some())
        .all(|rule| CONTINUATIONS.contains(rule));
    for (rule, words) in WORDS {
        let mentioned = only_continuations || !CONTINUATIONS.contains(rule);
        if mentioned && failure.expects(*rule) && !expected.contains(words) {
            expected.push(*words);
        }
    }
    expected
}

/// `a`, `a or b`, `a, b or c`.
fn joined(words: &[&str]) -> String {
    match words {
        [] => "something else".to_owned(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}
