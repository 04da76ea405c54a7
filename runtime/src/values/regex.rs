//! Text that a regular expression matches. A pattern is compiled once; making text of it neither
//! allocates nor fails.

use crate::choices::Choices;
use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind, Look};

/// A compiled pattern.
#[derive(Debug, Clone, PartialEq)]
pub struct Pattern {
    nodes: Vec<Node>,
}

/// Why a pattern was not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// It is no regular expression.
    #[error("{0}")]
    Syntax(String),
    /// A look at the neighbourhood cannot be obeyed while text is made.
    #[error("word boundaries are not supported in a pattern that text is made from")]
    WordBoundary,
    /// A class or the whole matches no text at all.
    #[error("the pattern matches nothing")]
    Nothing,
    /// Only text can be made.
    #[error("the pattern matches bytes that are no text")]
    NotText,
    /// The longest text would be unreasonable.
    #[error("the pattern can make texts of more than {MAX_LENGTH} characters")]
    TooLong,
}

/// Texts are no longer than this.
const MAX_LENGTH: u64 = 100_000;
/// How often an open repetition goes on beyond its lower bound at most.
const OPEN_END: u32 = 8;
/// How deep groups may nest.
const MAX_NESTING: u32 = 100;
/// Classes with more characters than this are narrowed to printable ASCII.
const LARGE_CLASS: u64 = 300;

#[derive(Debug, Clone, PartialEq)]
enum Node {
    Text(Box<str>),
    /// Inclusive ranges of characters, none of which crosses the surrogates, and their number.
    Class(Box<[(u32, u32)]>, u64),
    All(Box<[u32]>),
    /// The cumulative number of alternatives is their index: all alike.
    One(Box<[u32]>),
    Repeat(u32, u32, u32),
}

impl Pattern {
    /// Compiles a pattern. `\d`, `\w`, `\s` and `.` stand for printable ASCII characters; anchors
    /// are ignored, since text is made to match the pattern as a whole; a `+` at the start stands
    /// for itself.
    ///
    /// # Errors
    ///
    /// If the pattern is not understood, or matches nothing or too much.
    pub fn new(pattern: &str) -> Result<Self, PatternError> {
        let literal_plus = pattern.starts_with('+').then(|| format!("\\{pattern}"));
        let pattern = literal_plus.as_deref().unwrap_or(pattern);
        let parse = |unicode: bool| {
            ParserBuilder::new()
                .nest_limit(MAX_NESTING)
                .unicode(unicode)
                .utf8(false)
                .build()
                .parse(pattern)
                .map_err(|error| PatternError::Syntax(message(&error)))
        };
        // ASCII meanings, unless the pattern itself goes beyond ASCII in a class.
        let hir = match parse(false) {
            Ok(hir) => hir,
            Err(_) => parse(true)?,
        };
        let mut nodes = Vec::new();
        let root = add(&hir, &mut nodes)?;
        if length(root, &nodes) > MAX_LENGTH {
            return Err(PatternError::TooLong);
        }
        Ok(Self { nodes })
    }

    /// Appends a text that the pattern matches, raw.
    pub fn generate<C: Choices>(&self, choices: &mut C, out: &mut Vec<u8>) {
        // A node comes behind those that it is made of: the last is the whole.
        if let Some(last) = self.nodes.len().checked_sub(1) {
            self.push(last as u32, choices, out);
        }
    }

    fn push<C: Choices>(&self, node: u32, choices: &mut C, out: &mut Vec<u8>) {
        match &self.nodes[node as usize] {
            Node::Text(text) => out.extend_from_slice(text.as_bytes()),
            Node::Class(ranges, count) => {
                let mut left = choices.below((*count).max(1)) as u32;
                for &(low, high) in ranges {
                    let size = high - low + 1;
                    if left < size {
                        let c = char::from_u32(low + left).unwrap_or('?');
                        out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                        return;
                    }
                    left -= size;
                }
            }
            Node::All(parts) => {
                for &part in parts {
                    self.push(part, choices, out);
                }
            }
            Node::One(alternatives) => {
                let picked = choices.below(alternatives.len().max(1) as u64) as usize;
                if let Some(&alternative) = alternatives.get(picked) {
                    self.push(alternative, choices, out);
                }
            }
            &Node::Repeat(low, high, inner) => {
                let times = u64::from(low) + choices.below(u64::from(high - low) + 1);
                for _ in 0..times {
                    self.push(inner, choices, out);
                }
            }
        }
    }
}

/// The error without the pattern that it quotes over several lines.
fn message(error: &regex_syntax::Error) -> String {
    match error {
        regex_syntax::Error::Parse(error) => error.kind().to_string(),
        regex_syntax::Error::Translate(error) => error.kind().to_string(),
        _ => "not a regular expression".to_owned(),
    }
}

/// Adds the nodes of an expression, its own last.
fn add(hir: &Hir, nodes: &mut Vec<Node>) -> Result<u32, PatternError> {
    let several = |parts: &[Hir], nodes: &mut Vec<Node>| -> Result<Box<[u32]>, PatternError> {
        parts.iter().map(|part| add(part, nodes)).collect()
    };
    let node = match hir.kind() {
        HirKind::Empty => Node::Text("".into()),
        HirKind::Literal(literal) => {
            let text = std::str::from_utf8(&literal.0).map_err(|_| PatternError::NotText)?;
            Node::Text(text.into())
        }
        HirKind::Class(class) => characters(class)?,
        HirKind::Look(
            Look::Start | Look::End | Look::StartLF | Look::EndLF | Look::StartCRLF | Look::EndCRLF,
        ) => Node::Text("".into()),
        HirKind::Look(_) => return Err(PatternError::WordBoundary),
        HirKind::Repetition(repetition) => {
            let inner = add(&repetition.sub, nodes)?;
            let high = repetition
                .max
                .unwrap_or_else(|| repetition.min.saturating_add(OPEN_END));
            Node::Repeat(repetition.min, high.max(repetition.min), inner)
        }
        HirKind::Capture(capture) => return add(&capture.sub, nodes),
        HirKind::Concat(parts) => Node::All(several(parts, nodes)?),
        HirKind::Alternation(parts) => Node::One(several(parts, nodes)?),
    };
    nodes.push(node);
    u32::try_from(nodes.len() - 1).map_err(|_| PatternError::TooLong)
}

/// The characters of a class: without control characters if there are others, without those
/// beyond printable ASCII if there are many.
fn characters(class: &Class) -> Result<Node, PatternError> {
    let ranges: Vec<(u32, u32)> = match class {
        Class::Unicode(class) => class
            .ranges()
            .iter()
            .map(|r| (r.start().into(), r.end().into()))
            .collect(),
        Class::Bytes(class) => class
            .ranges()
            .iter()
            .map(|r| (r.start().into(), r.end().into()))
            .collect(),
    };
    if ranges.is_empty() {
        return Err(PatternError::Nothing);
    }
    // Bytes beyond ASCII are no characters, but stand for them in a negated class.
    let bytes = matches!(class, Class::Bytes(_));
    let printable = within(&ranges, &[(0x20, 0x7e)]);
    let beyond = within(&ranges, &[(0xa0, 0xd7ff), (0xe000, 0x0010_ffff)]);
    let chosen = if bytes || count(&beyond) > LARGE_CLASS || beyond.is_empty() {
        if printable.is_empty() {
            within(&ranges, &[(1, 0x7f)])
        } else {
            printable
        }
    } else {
        [printable, beyond].concat()
    };
    match count(&chosen) {
        0 if bytes => Err(PatternError::NotText),
        0 => Ok(Node::Class(ranges.into(), 1)),
        count => Ok(Node::Class(chosen.into(), count)),
    }
}

fn within(ranges: &[(u32, u32)], limits: &[(u32, u32)]) -> Vec<(u32, u32)> {
    let mut cut = Vec::new();
    for &(from, to) in limits {
        cut.extend(
            ranges
                .iter()
                .map(|&(low, high)| (low.max(from), high.min(to)))
                .filter(|(low, high)| low <= high),
        );
    }
    cut
}

fn count(ranges: &[(u32, u32)]) -> u64 {
    ranges
        .iter()
        .map(|&(low, high)| u64::from(high - low) + 1)
        .sum()
}

/// The greatest number of characters that a node makes.
fn length(node: u32, nodes: &[Node]) -> u64 {
    let of = |parts: &[u32]| {
        parts
            .iter()
            .map(|&part| length(part, nodes))
            .collect::<Vec<_>>()
    };
    match &nodes[node as usize] {
        Node::Text(text) => text.len() as u64,
        Node::Class(..) => 1,
        Node::All(parts) => of(parts).into_iter().fold(0, u64::saturating_add),
        Node::One(parts) => of(parts).into_iter().max().unwrap_or(0),
        // Going round costs time even if nothing is written.
        &Node::Repeat(_, high, inner) => length(inner, nodes).max(1).saturating_mul(high.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::values::tests::Random;
    use proptest::prelude::*;

    fn text(pattern: &str, seed: u64) -> String {
        let mut out = Vec::new();
        Pattern::new(pattern)
            .unwrap()
            .generate(&mut Random(seed), &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn makes_what_the_pattern_says() {
        for seed in 0..200 {
            let phone = text("+1-[2-9]{3}-[0-9]{3}-[0-9]{4}", seed);
            assert!(phone.starts_with("+1-") && phone.len() == 15, "{phone}");
            assert!(text(r"^\d+$", seed).bytes().all(|b| b.is_ascii_digit()));
            assert!(
                text(r"\w{5}", seed)
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b == b'_')
            );
            assert!(
                text(r"[^a]", seed)
                    .bytes()
                    .all(|b| (0x20..0x7f).contains(&b) && b != b'a')
            );
            assert!(["ä", "ö"].contains(&text("[äö]", seed).as_str()));
            assert!(["ab", "cd", ""].contains(&text("(ab|cd)?", seed).as_str()));
            assert_eq!(text(r"\s", seed), " ");
            let open = text("x{2,}", seed).len();
            assert!((2..=10).contains(&open));
        }
    }

    #[test]
    fn says_what_is_wrong() {
        let error = |pattern: &str| Pattern::new(pattern).unwrap_err();
        assert_eq!(error(r"\bx"), PatternError::WordBoundary);
        assert_eq!(error("((a{1000}){1000}){1000}"), PatternError::TooLong);
        assert_eq!(error("[^\\s\\S]"), PatternError::Nothing);
        assert_eq!(error(r"(?-u:\xff)"), PatternError::NotText);
        assert!(matches!(error("(a"), PatternError::Syntax(_)));
        assert!(matches!(error("(?=a)"), PatternError::Syntax(_)));
    }

    proptest! {
        #[test]
        fn never_panics(pattern in "[a-c\\[\\](){}0-9,*+?|^$.\\\\é-]{0,16}", seed: u64) {
            if let Ok(pattern) = Pattern::new(&pattern) {
                let mut out = Vec::new();
                pattern.generate(&mut Random(seed), &mut out);
                prop_assert!(std::str::from_utf8(&out).is_ok());
            }
        }
    }
}
