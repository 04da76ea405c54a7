//! What helps against common mistakes.

use super::{Context, ENDS, Failure};
use crate::diagnostics::suggest;
use crate::syntax::Rule;
use crate::syntax::scan::{ITEM_KEYWORDS, TokenKind, is_reserved};

const DOUBLED: &str = "`;;` separates the statements of a unit; `;` ends what stands before it";

/// Where elements, thus literal text, could stand.
const IN_TEXT: &[Rule] = &[Rule::element, Rule::bar, Rule::rule_end];

impl Context<'_> {
    /// Help for the failure at the token `index`.
    pub(super) fn help(
        &self,
        failure: &Failure,
        index: usize,
        missing_end: bool,
    ) -> Option<String> {
        let text = self.text_at(index);
        let before = index.checked_sub(1).map_or("", |i| self.text_at(i));
        if index >= self.tokens.len() {
            return self.help_at_end(failure);
        }
        self.help_for_keyword_before(failure, index)
            .or_else(|| self.help_for_definition(failure, index))
            .or_else(|| self.help_for_header(failure, text))
            .or_else(|| self.help_for_guard(failure, text, before))
            .or_else(|| self.help_for_adjacency(failure, index, before))
            .or_else(|| self.help_for_value(failure, index))
            .or_else(|| {
                (!missing_end || self.kind_at(index) != Some(TokenKind::Word))
                    .then(|| self.help_for_text(failure, index, before))
                    .flatten()
            })
    }

    /// The item ends too early.
    fn help_at_end(&self, failure: &Failure) -> Option<String> {
        if self.tokens.last()?.text(self.text) == ";;" {
            return Some(DOUBLED.to_owned());
        }
        let word = self.follower?.text(self.text);
        self.is_cut_short(failure).then(|| {
            format!(
                "`{word}` starts a new item wherever it stands; to print it, write `{}` or `\"{word}\"`",
                word.to_uppercase()
            )
        })
    }

    /// `full JOIN`, `scope x`: a reserved word was meant as text.
    fn help_for_keyword_before(&self, failure: &Failure, index: usize) -> Option<String> {
        let before = index.checked_sub(1).map(|i| self.text_at(i))?;
        let starts_element = matches!(
            before,
            "full" | "scope" | "narrow" | "context" | "bind" | "for" | "let" | "effect" | "return"
        );
        let text = self.text_at(index);
        let looks_like_text =
            text.bytes().all(|b| b.is_ascii_uppercase()) || matches!(text, "|" | ")" | ";" | ",");
        (starts_element && looks_like_text && !failure.expects(Rule::rule_end)).then(|| {
            format!(
                "`{before}` is a word of the language; to print it, write `{}`",
                before.to_uppercase()
            )
        })
    }

    /// `rule a ::= b`, `rule SELECT = …`.
    fn help_for_definition(&self, failure: &Failure, index: usize) -> Option<String> {
        let text = self.text_at(index);
        let looks_like_equals = matches!(text, "::=" | ":=" | ":" | "==" | "=>" | "->");
        // `=>` and `==` start with the `=` that is expected: parsing stops in their midst.
        let in_midst = (self.tokens[index].start as usize) < failure.position;
        if looks_like_equals && (failure.expects(Rule::equals) || in_midst) {
            return Some("a single `=` stands here".to_owned());
        }
        if failure.expects(Rule::equals) && !self.is_after_equals(failure) {
            let name = self.text_at(1);
            return Some(format!(
                "`=` stands between a rule's head and what it derives: `rule {name} = …;`"
            ));
        }
        if !failure.expects_name() {
            return None;
        }
        if super::super::is_upper(text) {
            return Some(format!(
                "UPPERCASE words print themselves; a name has lower-case letters, as `{}`",
                text.to_lowercase()
            ));
        }
        None
    }

    /// `use a.b;`, `dialect postgresql@15;`, a parameter without a type.
    fn help_for_header(&self, failure: &Failure, text: &str) -> Option<String> {
        match text {
            "." if failure.expects(Rule::path_sep) => {
                Some("the parts of a module's path are joined by `::`".to_owned())
            }
            "@" if failure.expects(Rule::compare_op) => {
                Some("versions are compared: `postgresql >= 15`".to_owned())
            }
            "," | ")" if failure.expects(Rule::colon) && !self.is_after_equals(failure) => {
                Some("each parameter has a type: `t: table`".to_owned())
            }
            _ => None,
        }
    }

    /// Whether parsing went beyond the head of a rule.
    fn is_after_equals(&self, failure: &Failure) -> bool {
        self.tokens
            .iter()
            .take_while(|token| (token.end as usize) <= failure.position)
            .any(|token| token.text(self.text) == "=")
    }

    /// Around weights and guards.
    fn help_for_guard(&self, failure: &Failure, text: &str, before: &str) -> Option<String> {
        if failure.expects_any(&[Rule::compare_op, Rule::and, Rule::guard_value]) {
            match text {
                "=" => return Some("equality is tested with `==`".to_owned()),
                "<>" => return Some("inequality is tested with `!=`".to_owned()),
                "&" | "and" | "AND" => {
                    return Some("conditions are joined with `&&`".to_owned());
                }
                "|" | "or" | "OR" => return Some("conditions are joined with `||`".to_owned()),
                _ => {}
            }
            if before.eq_ignore_ascii_case("not") {
                return Some("a condition is negated with `!`".to_owned());
            }
        }
        if failure.expects(Rule::colon) && !failure.expects(Rule::equals) {
            if text == "%" {
                return Some("a weight is a whole number without a unit: `30: …`".to_owned());
            }
            return Some(
                "`:` stands between the weight or guard and what it applies to: `2: x`, \
                 `2 when n > 0: x`"
                    .to_owned(),
            );
        }
        None
    }

    /// What has to stand directly after something.
    fn help_for_adjacency(&self, failure: &Failure, index: usize, before: &str) -> Option<String> {
        let text = self.text_at(index);
        let word_before = index > 0 && self.kind_at(index - 1) == Some(TokenKind::Word);
        let repetition = self.repetition_around(index);
        match text {
            "(" if word_before && !self.adjacent(index) && !failure.expects(Rule::element) => {
                Some(format!("a call has no space: `{before}(`"))
            }
            "?" if failure.expects(Rule::element) => {
                Some("`?` stands directly after what it makes optional: `x?` or `x?30%`".to_owned())
            }
            "." if !self.adjacent(index) && failure.expects(Rule::element) => {
                Some("a field has no space: `t.name`; to print a point, write `\".\"`".to_owned())
            }
            _ if failure.expects(Rule::percent_sign) => {
                Some("a probability is a percentage: `x?30%`".to_owned())
            }
            _ if let Some(repeated) = repetition
                && failure.expects_any(&[Rule::inclusive, Rule::exclusive]) =>
            {
                Some(block_help(repeated))
            }
            _ if before == "}" && failure.expects(Rule::braces) => {
                self.repetition_around(index - 1).map(block_help)
            }
            _ => None,
        }
    }

    /// What stands directly before the innermost brace that is open before the token `index`.
    fn repetition_around(&self, index: usize) -> Option<&str> {
        let mut depth = 0_usize;
        let open = (0..index).rev().find(|&i| match self.kind_at(i) {
            Some(TokenKind::Close) => {
                depth += 1;
                false
            }
            Some(TokenKind::Open) if depth > 0 => {
                depth -= 1;
                false
            }
            kind => kind == Some(TokenKind::Open),
        })?;
        (self.text_at(open) == "{" && self.adjacent(open)).then(|| self.text_at(open - 1))
    }

    /// Values of `let`, arguments.
    fn help_for_value(&self, failure: &Failure, index: usize) -> Option<String> {
        let kind = self.kind_at(index)?;
        let text = self.text_at(index);
        if text == ";;" && failure.expects_any(ENDS) {
            return Some(DOUBLED.to_owned());
        }
        let starts_text = matches!(kind, TokenKind::Word | TokenKind::String)
            || matches!(text, "(" | "|" | "~" | "?" | "{");
        if failure.expects(Rule::let_end) && starts_text && !self.starts_statement(index) {
            return Some(
                "a value ends with `;`; text of several parts is a value in braces: `let x = { … };`"
                    .to_owned(),
            );
        }
        let in_arguments = failure.expects(Rule::comma) && failure.expects(Rule::close_paren);
        if in_arguments && starts_text && !failure.expects(Rule::colon) {
            return Some("text of several parts is a value in braces: `{ … }`".to_owned());
        }
        let wants_value = failure.expects_any(&[Rule::expr, Rule::factor, Rule::drawn]);
        if wants_value && text == "'" {
            return Some("strings are written in double quotes: `\"…\"`".to_owned());
        }
        if failure.expects(Rule::string) && text == "'" {
            return Some("strings are written in double quotes: `\"…\"`".to_owned());
        }
        None
    }

    /// Whether the token begins another statement, on a line of its own.
    fn starts_statement(&self, index: usize) -> bool {
        index > 0 && self.on_later_line(self.tokens[index - 1], self.tokens[index])
    }

    /// Text that is not quoted, and words of the language in text.
    fn help_for_text(&self, failure: &Failure, index: usize, before: &str) -> Option<String> {
        if !failure.expects_any(IN_TEXT) {
            return None;
        }
        let text = self.text_at(index);
        match (self.kind_at(index)?, text) {
            (TokenKind::Number, _) if before == "?" => {
                Some(format!("a probability has no space: `?{text}%`"))
            }
            (TokenKind::Number, _) if self.text_at(index + 1) == ":" => Some(
                "a weight stands first in its alternative, directly after `|`".to_owned(),
            ),
            (_, "'") => Some(
                "literal text is written in double quotes: `\"…\"`; single quotes in it are printed"
                    .to_owned(),
            ),
            (TokenKind::Word, _) if suggest::closest(text, ITEM_KEYWORDS).is_some() => {
                suggest::closest(text, ITEM_KEYWORDS)
                    .map(|keyword| format!("did you mean `{keyword}`?"))
            }
            (TokenKind::Word, _) if is_reserved(text) => Some(format!(
                "`{text}` is a word of the language; to print it, write `{}`",
                text.to_uppercase()
            )),
            (_, ":") => Some(
                "`:` follows the weight or guard at the start of an alternative; to print it, write \
                 `\":\"`"
                    .to_owned(),
            ),
            (_, "||") => Some(
                "alternatives are separated by a single `|`; to print `||`, write `\"||\"`".to_owned(),
            ),
            (_, "%") => Some(
                "a probability stands directly after `?`, as in `x?30%`; to print it, write `\"%\"`"
                    .to_owned(),
            ),
            (_, "\"") => None,
            (TokenKind::Close | TokenKind::OpenString, _) => None,
            (_, _) if text.len() <= 20 => Some(format!("to print it, quote it: `\"{text}\"`")),
            _ => Some("to print it, write it in double quotes".to_owned()),
        }
    }
}

fn block_help(repeated: &str) -> String {
    format!(
        "`{{` directly after something repeats it: `{repeated}{{1..=3 \",\"}}`; put a space before it to \
         start a block"
    )
}
