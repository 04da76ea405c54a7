//! Texts that a regular expression matches.
//!
//! A pattern is compiled once into a flat list of nodes. Generating walks that list: it draws only
//! through [`Choices`], allocates nothing, and both its work and its depth are bounded by what
//! [`Pattern::new`] accepts.

use crate::choices::Choices;
use regex_syntax::ast::{self, Ast, ClassSet, ClassSetItem};
use regex_syntax::hir::{Class, Hir, HirKind, Look, Repetition};
use std::fmt;

/// Bytes of the longest pattern.
const MAX_PATTERN: usize = 16 * 1024;
/// Parentheses, brackets and operators within each other.
const MAX_NESTING: u32 = 200;
/// The highest count of a repetition.
const MAX_COUNT: u32 = 1_000;
/// Bytes of a generated text, on average.
const MAX_MEAN: f64 = 64.0 * 1024.0;
/// Bytes and steps of the longest generated text.
const MAX_WORK: u64 = 1 << 20;
/// Ranges of all classes together.
const MAX_RANGES: usize = 1 << 16;
/// What a repetition without an upper bound adds at most to its lower one.
const OPEN_EXTRA: u32 = 8;

/// Why no texts can be made from a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PatternError {
    /// It is not a regular expression, or uses what none of ours has.
    Syntax(String),
    /// The pattern itself is too long.
    LongPattern,
    /// An anchor is not at an end of the text.
    Anchor,
    /// It has a word boundary.
    WordBoundary,
    /// A repetition has too high a count.
    Count(u32),
    /// It makes texts that are too long.
    LongText,
    /// Its classes have too many ranges.
    Classes,
    /// It matches nothing.
    Nothing,
    /// It needs the character U+0000.
    Nul,
}

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax(message) => f.write_str(message),
            Self::LongPattern => write!(f, "it is longer than {MAX_PATTERN} bytes"),
            Self::Anchor => f.write_str("an anchor can only stand at an end of the text"),
            Self::WordBoundary => f.write_str("word boundaries are not supported"),
            Self::Count(count) => {
                write!(
                    f,
                    "it repeats {count} times; at most {MAX_COUNT} are possible"
                )
            }
            Self::LongText => f.write_str(
                "its texts are too long; at most 64 KiB on average and 1 MiB are possible",
            ),
            Self::Classes => f.write_str("its character classes are too large"),
            Self::Nothing => f.write_str("it matches nothing"),
            Self::Nul => f.write_str("no SQL text holds the character U+0000 that it asks for"),
        }
    }
}

impl std::error::Error for PatternError {}

/// A part of a list: the elements `from..to`.
#[derive(Debug, Clone, Copy)]
struct Part {
    from: u32,
    to: u32,
}

impl Part {
    fn of<T>(self, list: &[T]) -> &[T] {
        list.get(self.from as usize..self.to as usize)
            .unwrap_or_default()
    }

    /// Appends elements to a list, and tells where they are. Lists stay far below 2^32 elements,
    /// since the length of the pattern and the number of ranges are limited.
    fn append<T>(list: &mut Vec<T>, elements: impl IntoIterator<Item = T>) -> Self {
        let from = list.len() as u32;
        list.extend(elements);
        Self {
            from,
            to: list.len() as u32,
        }
    }
}

#[derive(Debug, Clone, Copy)]
enum Node {
    /// These bytes of `Pattern::bytes`.
    Literal(Part),
    /// A character of these ranges.
    Class(Part),
    /// One of these sequences of `Pattern::branches`, all equally likely.
    Either(Part),
    /// The nodes, one after the other, `low..=low + extra` times.
    Repeat { low: u32, extra: u32, body: Part },
}

/// Consecutive code points.
#[derive(Debug, Clone, Copy)]
struct Range {
    first: u32,
    /// How many code points this range and those before it in its class have.
    until: u32,
}

/// What texts a part of a pattern makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shape {
    /// These bytes.
    Text(Vec<u8>),
    /// A character of these ranges, which include their ends.
    Class(Vec<(u32, u32)>),
    /// One of these sequences.
    Either(Vec<Vec<Shape>>),
    /// A sequence, so many times and at most so many more.
    Repeat(u32, u32, Vec<Shape>),
}

/// A compiled regular expression that texts are made from.
#[derive(Debug, Clone)]
pub struct Pattern {
    nodes: Vec<Node>,
    bytes: Vec<u8>,
    ranges: Vec<Range>,
    branches: Vec<Part>,
    all: Part,
}

impl Pattern {
    /// Compiles a pattern in the syntax of the crate `regex`, except that `\d`, `\w` and `\s` are
    /// ASCII, and that a leading quantifier character is itself, as in `+1-[2-9]{3}`. Anchors at the
    /// ends change nothing, since the whole text is made from the pattern.
    ///
    /// # Errors
    /// It is none, holds a construct that texts cannot be made from, or exceeds a limit.
    pub fn new(pattern: &str) -> Result<Self, PatternError> {
        if pattern.len() > MAX_PATTERN {
            return Err(PatternError::LongPattern);
        }
        let mut compiler = Compiler {
            pattern: Self {
                nodes: Vec::new(),
                bytes: Vec::new(),
                ranges: Vec::new(),
                branches: Vec::new(),
                all: Part { from: 0, to: 0 },
            },
        };
        let (all, size) = compiler.sequence(&parse(pattern)?, Ends::BOTH)?;
        if size.mean > MAX_MEAN || size.work > MAX_WORK {
            return Err(PatternError::LongText);
        }
        compiler.pattern.all = all;
        Ok(compiler.pattern)
    }

    /// Appends a text that the pattern matches, unquoted.
    ///
    /// Alternatives and the characters of a class are equally likely, and so are all counts of a
    /// repetition; one without an upper bound repeats at most 8 times more than it has to.
    pub fn generate<C: Choices>(&self, choices: &mut C, out: &mut Vec<u8>) {
        self.walk(self.all, choices, out);
    }

    /// What texts it makes.
    #[must_use]
    pub fn shape(&self) -> Vec<Shape> {
        self.shape_of(self.all)
    }

    /// Calls itself no deeper than the pattern nests.
    fn shape_of(&self, part: Part) -> Vec<Shape> {
        let shape = |node: &Node| match *node {
            Node::Literal(bytes) => Shape::Text(bytes.of(&self.bytes).to_vec()),
            Node::Class(ranges) => {
                let mut before = 0;
                let ranges = ranges.of(&self.ranges).iter().map(|range| {
                    let count = range.until - std::mem::replace(&mut before, range.until);
                    (range.first, range.first + count.saturating_sub(1))
                });
                Shape::Class(ranges.collect())
            }
            Node::Either(branches) => {
                let branches = branches.of(&self.branches).iter();
                Shape::Either(branches.map(|&branch| self.shape_of(branch)).collect())
            }
            Node::Repeat { low, extra, body } => Shape::Repeat(low, extra, self.shape_of(body)),
        };
        part.of(&self.nodes).iter().map(shape).collect()
    }

    /// Calls itself no deeper than the pattern nests.
    fn walk<C: Choices>(&self, part: Part, choices: &mut C, out: &mut Vec<u8>) {
        for node in part.of(&self.nodes) {
            match *node {
                Node::Literal(bytes) => out.extend_from_slice(bytes.of(&self.bytes)),
                Node::Class(ranges) => push_character(ranges.of(&self.ranges), choices, out),
                Node::Either(branches) => {
                    let branches = branches.of(&self.branches);
                    let chosen = below(branches.len() as u64, choices) as usize;
                    if let Some(&branch) = branches.get(chosen) {
                        self.walk(branch, choices, out);
                    }
                }
                Node::Repeat { low, extra, body } => {
                    let count = u64::from(low) + below(u64::from(extra) + 1, choices);
                    for _ in 0..count {
                        self.walk(body, choices, out);
                    }
                }
            }
        }
    }
}

/// Draws only where there is a choice.
fn below<C: Choices>(n: u64, choices: &mut C) -> u64 {
    if n > 1 { choices.below(n) } else { 0 }
}

fn push_character<C: Choices>(ranges: &[Range], choices: &mut C, out: &mut Vec<u8>) {
    let total = ranges.last().map_or(0, |range| range.until);
    let drawn = below(u64::from(total), choices) as u32;
    let at = ranges.partition_point(|range| range.until <= drawn);
    let before = at
        .checked_sub(1)
        .and_then(|at| ranges.get(at))
        .map_or(0, |range| range.until);
    let code = ranges
        .get(at)
        .map(|range| range.first + (drawn - before))
        .and_then(char::from_u32);
    if let Some(character) = code {
        out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
    }
}

fn parse(pattern: &str) -> Result<Hir, PatternError> {
    let escaped = escape_leading_quantifier(pattern);
    let pattern = escaped.as_deref().unwrap_or(pattern);
    let mut tree = ast::parse::ParserBuilder::new()
        .nest_limit(MAX_NESTING)
        .build()
        .parse(pattern)
        .map_err(|error| PatternError::Syntax(error.kind().to_string()))?;
    make_ascii(&mut tree);
    regex_syntax::hir::translate::Translator::new()
        .translate(pattern, &tree)
        .map_err(|error| PatternError::Syntax(error.kind().to_string()))
}

/// A quantifier that has nothing to repeat stands for its own character.
fn escape_leading_quantifier(pattern: &str) -> Option<String> {
    let rest = pattern.trim_start_matches('^');
    rest.starts_with(['+', '*', '?', '{'])
        .then(|| format!("\\{rest}"))
}

/// Makes `\d`, `\w` and `\s` stand for ASCII characters while the rest stays Unicode.
fn make_ascii(tree: &mut Ast) {
    match tree {
        Ast::ClassPerl(class) => {
            let item = ClassSetItem::Ascii(ascii_class(class, false));
            *tree = Ast::class_bracketed(ast::ClassBracketed {
                span: class.span,
                negated: class.negated,
                kind: ClassSet::Item(item),
            });
        }
        Ast::ClassBracketed(class) => make_set_ascii(&mut class.kind),
        Ast::Repetition(repetition) => make_ascii(&mut repetition.ast),
        Ast::Group(group) => make_ascii(&mut group.ast),
        Ast::Alternation(alternation) => alternation.asts.iter_mut().for_each(make_ascii),
        Ast::Concat(concat) => concat.asts.iter_mut().for_each(make_ascii),
        Ast::Empty(_)
        | Ast::Flags(_)
        | Ast::Literal(_)
        | Ast::Dot(_)
        | Ast::Assertion(_)
        | Ast::ClassUnicode(_) => {}
    }
}

fn make_set_ascii(set: &mut ClassSet) {
    match set {
        ClassSet::Item(item) => make_item_ascii(item),
        ClassSet::BinaryOp(operation) => {
            make_set_ascii(&mut operation.lhs);
            make_set_ascii(&mut operation.rhs);
        }
    }
}

fn make_item_ascii(item: &mut ClassSetItem) {
    match item {
        ClassSetItem::Perl(class) => {
            *item = ClassSetItem::Ascii(ascii_class(class, class.negated));
        }
        ClassSetItem::Bracketed(class) => make_set_ascii(&mut class.kind),
        ClassSetItem::Union(union) => union.items.iter_mut().for_each(make_item_ascii),
        ClassSetItem::Empty(_)
        | ClassSetItem::Literal(_)
        | ClassSetItem::Range(_)
        | ClassSetItem::Ascii(_)
        | ClassSetItem::Unicode(_) => {}
    }
}

fn ascii_class(class: &ast::ClassPerl, negated: bool) -> ast::ClassAscii {
    let kind = match class.kind {
        ast::ClassPerlKind::Digit => ast::ClassAsciiKind::Digit,
        ast::ClassPerlKind::Space => ast::ClassAsciiKind::Space,
        ast::ClassPerlKind::Word => ast::ClassAsciiKind::Word,
    };
    ast::ClassAscii {
        span: class.span,
        kind,
        negated,
    }
}

/// Which ends of the text an expression is at.
#[derive(Debug, Clone, Copy)]
struct Ends {
    start: bool,
    end: bool,
}

impl Ends {
    const BOTH: Self = Self {
        start: true,
        end: true,
    };
    const NONE: Self = Self {
        start: false,
        end: false,
    };
}

/// How much an expression makes.
#[derive(Debug, Clone, Copy)]
struct Size {
    /// Bytes, on average.
    mean: f64,
    /// Bytes and steps, at most.
    work: u64,
}

impl Size {
    const EMPTY: Self = Self { mean: 0.0, work: 0 };

    fn and(self, other: Self) -> Self {
        Self {
            mean: self.mean + other.mean,
            work: self.work.saturating_add(other.work),
        }
    }
}

struct Compiler {
    pattern: Pattern,
}

impl Compiler {
    /// Compiles an expression to consecutive nodes.
    fn sequence(&mut self, hir: &Hir, ends: Ends) -> Result<(Part, Size), PatternError> {
        let hirs = match hir.kind() {
            HirKind::Capture(capture) => return self.sequence(&capture.sub, ends),
            HirKind::Concat(hirs) => hirs.as_slice(),
            _ => std::slice::from_ref(hir),
        };
        let takes_room = |hir: &Hir| hir.properties().maximum_len() != Some(0);
        let first = hirs.iter().position(takes_room);
        let last = hirs.iter().rposition(takes_room);
        // Nodes of nested expressions come first, so that those of this one are consecutive.
        let mut nodes = Vec::new();
        let mut size = Size::EMPTY;
        for (at, hir) in hirs.iter().enumerate() {
            let ends = Ends {
                start: ends.start && first.is_none_or(|first| at <= first),
                end: ends.end && last.is_none_or(|last| at >= last),
            };
            if let Some((node, more)) = self.node(hir, ends)? {
                nodes.push(node);
                size = size.and(more);
            }
        }
        Ok((Part::append(&mut self.pattern.nodes, nodes), size))
    }

    fn node(&mut self, hir: &Hir, ends: Ends) -> Result<Option<(Node, Size)>, PatternError> {
        match hir.kind() {
            HirKind::Empty => Ok(None),
            HirKind::Look(look) => check_look(*look, ends).map(|()| None),
            HirKind::Literal(literal) => {
                if literal.0.contains(&0) {
                    return Err(PatternError::Nul);
                }
                let size = Size {
                    mean: literal.0.len() as f64,
                    work: literal.0.len() as u64 + 1,
                };
                let bytes = literal.0.iter().copied();
                let part = Part::append(&mut self.pattern.bytes, bytes);
                Ok(Some((Node::Literal(part), size)))
            }
            HirKind::Class(class) => self.class(class).map(Some),
            HirKind::Repetition(repetition) => self.repetition(repetition, ends),
            HirKind::Alternation(hirs) => self.either(hirs, ends).map(Some),
            // Once, since it stands among others.
            HirKind::Capture(_) | HirKind::Concat(_) => {
                let (body, size) = self.sequence(hir, ends)?;
                Ok(Some(repeat(1, 0, body, size)))
            }
        }
    }

    fn class(&mut self, class: &Class) -> Result<(Node, Size), PatternError> {
        let all = match class {
            Class::Unicode(class) => class
                .iter()
                .map(|range| (u32::from(range.start()), u32::from(range.end())))
                .collect::<Vec<_>>(),
            // Of ASCII characters only: the translator refuses what is not valid UTF-8.
            Class::Bytes(class) => class
                .iter()
                .map(|range| (u32::from(range.start()), u32::from(range.end())))
                .collect(),
        };
        let (mut until, mut bytes) = (0, 0.0);
        let mut widest = 0;
        let ranges = suitable(&all)?.into_iter().map(|(first, last)| {
            let width = char::from_u32(last).map_or(4, char::len_utf8);
            widest = widest.max(width as u64);
            until += last - first + 1;
            bytes += f64::from(last - first + 1) * width as f64;
            Range { first, until }
        });
        let part = Part::append(&mut self.pattern.ranges, ranges);
        if self.pattern.ranges.len() > MAX_RANGES {
            return Err(PatternError::Classes);
        }
        let size = Size {
            mean: bytes / f64::from(until.max(1)),
            work: widest + 1,
        };
        Ok((Node::Class(part), size))
    }

    fn repetition(
        &mut self,
        repetition: &Repetition,
        ends: Ends,
    ) -> Result<Option<(Node, Size)>, PatternError> {
        let low = repetition.min;
        let high = repetition.max.unwrap_or(low.saturating_add(OPEN_EXTRA));
        let highest = repetition.max.unwrap_or(low);
        if highest > MAX_COUNT {
            return Err(PatternError::Count(highest));
        }
        let ends = if high > 1 { Ends::NONE } else { ends };
        match self.sequence(&repetition.sub, ends) {
            Ok((body, size)) => Ok(Some(repeat(low, high.saturating_sub(low), body, size))),
            Err(PatternError::Nothing) if low == 0 => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn either(&mut self, hirs: &[Hir], ends: Ends) -> Result<(Node, Size), PatternError> {
        let mut branches = Vec::with_capacity(hirs.len());
        let mut size = Size::EMPTY;
        for hir in hirs {
            match self.sequence(hir, ends) {
                Ok((branch, more)) => {
                    branches.push(branch);
                    size.mean += more.mean;
                    size.work = size.work.max(more.work);
                }
                Err(PatternError::Nothing) => {}
                Err(error) => return Err(error),
            }
        }
        if branches.is_empty() {
            return Err(PatternError::Nothing);
        }
        size.mean /= branches.len() as f64;
        size.work = size.work.saturating_add(1);
        let part = Part::append(&mut self.pattern.branches, branches);
        Ok((Node::Either(part), size))
    }
}

fn repeat(low: u32, extra: u32, body: Part, size: Size) -> (Node, Size) {
    let most = u64::from(low) + u64::from(extra);
    let size = Size {
        mean: size.mean * (f64::from(low) + f64::from(extra) / 2.0),
        work: size.work.saturating_add(1).saturating_mul(most.max(1)),
    };
    (Node::Repeat { low, extra, body }, size)
}

fn check_look(look: Look, ends: Ends) -> Result<(), PatternError> {
    let fits = match look {
        Look::Start | Look::StartLF | Look::StartCRLF => ends.start,
        Look::End | Look::EndLF | Look::EndCRLF => ends.end,
        _ => return Err(PatternError::WordBoundary),
    };
    if fits {
        Ok(())
    } else {
        Err(PatternError::Anchor)
    }
}

/// The code points, from first to last, that are drawn for a class.
fn suitable(class: &[(u32, u32)]) -> Result<Vec<(u32, u32)>, PatternError> {
    if class.is_empty() {
        return Err(PatternError::Nothing);
    }
    let within = |wanted: &[(u32, u32)]| -> Vec<(u32, u32)> {
        let shared = |&(first, last): &(u32, u32)| {
            wanted
                .iter()
                .map(move |&(from, to)| (first.max(from), last.min(to)))
                .filter(|(from, to)| from <= to)
        };
        class.iter().flat_map(shared).collect()
    };
    // A class that reaches the last code point is a dot, a negated class, or as wide as these.
    // Nobody means all of its characters, so it is narrowed to ones that can be read.
    if class.last().is_some_and(|&(_, last)| last == LAST) {
        for readable in [PRINTABLE, LATIN, NO_CONTROLS] {
            let characters = within(readable);
            if !characters.is_empty() {
                return Ok(characters);
            }
        }
    }
    let has = |c: char| {
        class
            .iter()
            .any(|&(first, last)| (first..=last).contains(&u32::from(c)))
    };
    let mut characters = within(ANY);
    // `(?i)` brings the Kelvin sign with `k` and the long s with `s`: right when matching, but
    // not what texts are to be full of.
    characters.retain(|&range| {
        !(range == (0x212a, 0x212a) && has('k') || range == (0x17f, 0x17f) && has('s'))
    });
    if characters.is_empty() {
        return Err(PatternError::Nul);
    }
    Ok(characters)
}

const LAST: u32 = char::MAX as u32;
const PRINTABLE: &[(u32, u32)] = &[(0x20, 0x7e)];
/// Letters with marks, of one and of two bytes in the usual encodings.
const LATIN: &[(u32, u32)] = &[(0xc0, 0x24f)];
const NO_CONTROLS: &[(u32, u32)] = &[(0x20, 0x7e), (0xa0, 0xd7ff), (0xe000, LAST)];
/// Everything that a text can hold: not U+0000, and no surrogates.
const ANY: &[(u32, u32)] = &[(1, 0xd7ff), (0xe000, LAST)];

#[cfg(test)]
mod tests;
