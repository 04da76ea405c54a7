//! The graph of what a grammar prints, cut into tokens, with brackets that belong together.

mod characters;
mod values;

use super::items::{Data, Item, ItemId, Items};
use super::tokens::{Token, cut};
use crate::ir::RuleId;
use crate::source::Span;
use rqg_runtime::values::Shape;
use std::collections::HashMap;

/// Index into [`Words::all`].
pub type WordId = usize;

/// The brackets that can belong together.
pub const KINDS: usize = 4;
/// What stands in quotes: a string literal of a text that is made of others.
pub const QUOTES: usize = KINDS;
const OPEN: [&str; KINDS] = ["(", "[", "{", "CASE"];
const CLOSE: [&str; KINDS] = [")", "]", "}", "END"];

/// A node of the graph.
#[derive(Debug, Clone)]
pub enum Word {
    /// Nothing.
    Empty,
    /// A token.
    Token(Token),
    /// The next token touches the one before.
    Glue,
    /// One after the other.
    Sequence(Vec<WordId>),
    /// A branch of the items.
    Branch(ItemId, Vec<WordId>),
    /// A loop of the items: body and separator.
    Loop(ItemId, WordId, WordId),
    /// What stands within brackets.
    Bracket(usize, WordId),
    /// What a value prints.
    Piece(WordId),
    /// One of several forms of a value.
    Form(Vec<WordId>),
    /// Any number of times, within a value.
    Star(WordId),
    /// A text that stood before.
    Again(WordId),
    /// A rule.
    Rule(RuleId, WordId),
}

/// Why a grammar cannot be cut into tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Uncut {
    /// A literal has a quote that it does not close.
    Quote(Span),
    /// Nothing is known of what is printed there.
    Raw(Span),
}

/// The graph.
#[derive(Debug)]
pub struct Words {
    /// All nodes; the first is empty.
    pub all: Vec<Word>,
    /// Where each comes from.
    pub spans: Vec<Span>,
    /// What the start rule prints.
    pub root: WordId,
    /// The tokens that open and close each kind of brackets.
    pub sides: [[WordId; 2]; KINDS + 1],
    known: HashMap<ItemId, WordId>,
    pieces: HashMap<Data, WordId>,
    /// What nodes print within quotes.
    quoted: HashMap<ItemId, WordId>,
    patterns: Vec<Vec<Shape>>,
    /// What stands in quotes within quotes: only there is it looked at how it is made.
    pub inner_quotes: Vec<WordId>,
    /// Which brackets belong together throughout.
    paired: [bool; KINDS],
    loose: [bool; KINDS],
    uncut: Vec<Uncut>,
}

impl Words {
    /// Cuts a graph into tokens.
    ///
    /// # Errors
    /// Where a literal or value is no sequence of tokens.
    pub fn new(items: &Items, root: ItemId, patterns: &[Vec<Shape>]) -> Result<Self, Vec<Uncut>> {
        let mut paired = [true; KINDS];
        loop {
            let mut words = Self::empty(patterns, paired);
            words.root = words.item(items, root);
            if !words.uncut.is_empty() {
                return Err(words.uncut);
            }
            if words.loose == [false; KINDS] {
                return Ok(words);
            }
            for (paired, loose) in paired.iter_mut().zip(words.loose) {
                *paired &= !loose;
            }
        }
    }

    /// Cuts a graph into characters.
    pub fn characters_of(items: &Items, root: ItemId, patterns: &[Vec<Shape>]) -> Self {
        let mut words = Self::empty(patterns, [false; KINDS]);
        words.root = words.characters(items, root);
        words
    }

    fn empty(patterns: &[Vec<Shape>], paired: [bool; KINDS]) -> Self {
        let mut words = Self {
            all: Vec::new(),
            spans: Vec::new(),
            root: 0,
            sides: [[0; 2]; KINDS + 1],
            known: HashMap::new(),
            pieces: HashMap::new(),
            quoted: HashMap::new(),
            patterns: patterns.to_vec(),
            inner_quotes: Vec::new(),
            paired,
            loose: [false; KINDS],
            uncut: Vec::new(),
        };
        words.add(Word::Empty, Span::default());
        for kind in 0..KINDS {
            words.sides[kind] = [true, false].map(|open| words.bracket_token(kind, open));
        }
        words.sides[QUOTES] = [words.token(Token::AnyString); 2];
        words
    }

    fn add(&mut self, word: Word, span: Span) -> WordId {
        self.all.push(word);
        self.spans.push(span);
        self.all.len() - 1
    }

    fn item(&mut self, items: &Items, id: ItemId) -> WordId {
        if let Some(&known) = self.known.get(&id) {
            return known;
        }
        let span = items.spans[id];
        let word = match &items.all[id] {
            Item::Empty | Item::Silent(_) | Item::Evident(_) | Item::Drawn(_) => 0,
            Item::Glue => self.add(Word::Glue, span),
            Item::Break => {
                // Statements without text are not printed.
                let mark = self.add(Word::Token(Token::Break), span);
                let form = self.add(Word::Form(vec![mark, 0]), span);
                self.add(Word::Piece(form), span)
            }
            Item::Data(Data::Quoted(inner)) => {
                let inner = self.characters(items, *inner);
                self.add(Word::Bracket(QUOTES, inner), span)
            }
            Item::Data(data) => self.piece(data, span),
            Item::Literal(_) | Item::Sequence(_) => {
                let mut parts = Vec::new();
                self.flatten(items, id, &mut parts);
                self.pair(parts, span)
            }
            Item::Branch(branch) => {
                let arms = branch.arms.iter().map(|arm| self.item(items, arm.item));
                let arms = arms.collect();
                self.add(Word::Branch(id, arms), span)
            }
            Item::Loop(found) => {
                let body = self.item(items, found.body);
                let separator = match &found.separator {
                    Some(text) => {
                        let parts = self.cut(text, span);
                        self.pair(parts, span)
                    }
                    None => 0,
                };
                self.add(Word::Loop(id, body, separator), span)
            }
            Item::Again(inner) => {
                let inner = self.item(items, *inner);
                self.add(Word::Again(inner), span)
            }
            Item::Rule(rule, body) => {
                // Known before its body is, which may come back to it.
                let word = self.add(Word::Rule(*rule, 0), span);
                self.known.insert(id, word);
                if let Some(body) = body {
                    let body = self.item(items, *body);
                    self.all[word] = Word::Rule(*rule, body);
                }
                word
            }
        };
        self.known.insert(id, word);
        word
    }

    fn flatten(&mut self, items: &Items, id: ItemId, parts: &mut Vec<WordId>) {
        match &items.all[id] {
            Item::Sequence(inner) => {
                for &item in inner {
                    self.flatten(items, item, parts);
                }
            }
            Item::Literal(text) => parts.extend(self.cut(text, items.spans[id])),
            _ => {
                let word = self.item(items, id);
                if word != 0 {
                    parts.push(word);
                }
            }
        }
    }

    fn cut(&mut self, text: &str, span: Span) -> Vec<WordId> {
        let Some(tokens) = cut(text) else {
            self.uncut.push(Uncut::Quote(span));
            return Vec::new();
        };
        let tokens = tokens.into_iter();
        tokens
            .map(|token| self.add(Word::Token(token), span))
            .collect()
    }

    /// The bracket that a token opens (true) or closes.
    fn side(&self, word: WordId) -> Option<(usize, bool)> {
        let Word::Token(token) = &self.all[word] else {
            return None;
        };
        let text = match token {
            Token::Word(text) => text.to_string(),
            Token::Mark(mark) => mark.to_string(),
            _ => return None,
        };
        let find = |side: &[&str]| side.iter().position(|other| *other == text);
        let found = find(&OPEN).map(|kind| (kind, true));
        let found = found.or_else(|| find(&CLOSE).map(|kind| (kind, false)));
        found.filter(|(kind, _)| self.paired[*kind])
    }

    /// A sequence in which brackets that belong together hold what stands between them.
    fn pair(&mut self, parts: Vec<WordId>, span: Span) -> WordId {
        let mut open: Vec<(usize, Vec<WordId>)> = Vec::new();
        let mut current = Vec::new();
        for part in parts {
            match self.side(part) {
                None => current.push(part),
                Some((kind, true)) => open.push((kind, std::mem::take(&mut current))),
                Some((kind, false)) => match open.pop() {
                    Some((opened, outer)) if opened == kind => {
                        let inner = self.sequence(std::mem::replace(&mut current, outer), span);
                        current.push(self.add(Word::Bracket(kind, inner), span));
                    }
                    other => {
                        self.loose[kind] = true;
                        if let Some((opened, _)) = other {
                            self.loose[opened] = true;
                        }
                    }
                },
            }
        }
        for (kind, _) in open {
            self.loose[kind] = true;
        }
        self.sequence(current, span)
    }

    fn sequence(&mut self, parts: Vec<WordId>, span: Span) -> WordId {
        match parts.as_slice() {
            [] => 0,
            &[single] => single,
            _ => self.add(Word::Sequence(parts), span),
        }
    }
}
