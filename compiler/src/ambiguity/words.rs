//! The graph of what a grammar prints, cut into tokens, with brackets that belong together.

use super::items::{Data, Item, ItemId, Items, TOLD_APART};
use super::pattern;
use super::tokens::{Token, cut};
use crate::ir::RuleId;
use crate::source::Span;
use rqg_runtime::spacing::{tight_after, tight_before};
use rqg_runtime::values::Shape;
use std::collections::{HashMap, HashSet};

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
        tokens.map(|token| self.add(Word::Token(token), span)).collect()
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

    // ---- Values

    fn piece(&mut self, data: &Data, span: Span) -> WordId {
        let unknown = match data {
            Data::Raw => true,
            Data::Pattern(pattern) => {
                let pattern = self.patterns.get(*pattern as usize);
                !pattern.is_some_and(|shape| pattern::is_word(shape))
            }
            _ => false,
        };
        if unknown {
            self.uncut.push(Uncut::Raw(span));
            return 0;
        }
        if let Some(&known) = self.pieces.get(data) {
            return self.add(Word::Piece(known), span);
        }
        let made = self.data(data);
        self.pieces.insert(data.clone(), made);
        self.add(Word::Piece(made), span)
    }

    fn token(&mut self, token: Token) -> WordId {
        self.add(Word::Token(token), Span::default())
    }

    fn word(&mut self, text: &str) -> WordId {
        self.token(Token::Word(text.into()))
    }

    fn mark(&mut self, mark: char) -> WordId {
        self.token(Token::Mark(mark))
    }

    fn all_of(&mut self, parts: Vec<WordId>) -> WordId {
        self.sequence(parts, Span::default())
    }

    fn form(&mut self, forms: Vec<WordId>) -> WordId {
        self.add(Word::Form(forms), Span::default())
    }

    fn star(&mut self, body: WordId) -> WordId {
        self.add(Word::Star(body), Span::default())
    }

    fn maybe(&mut self, part: WordId) -> WordId {
        self.form(vec![part, 0])
    }

    fn bracketed(&mut self, kind: usize, inner: WordId) -> WordId {
        if self.paired[kind] {
            return self.add(Word::Bracket(kind, inner), Span::default());
        }
        let [open, close] = self.sides[kind];
        self.all_of(vec![open, inner, close])
    }

    fn bracket_token(&mut self, kind: usize, open: bool) -> WordId {
        let text = if open { OPEN[kind] } else { CLOSE[kind] };
        self.token(match text.chars().next() {
            Some(mark) if text.len() == 1 => Token::Mark(mark),
            _ => Token::Word(text.into()),
        })
    }

    /// The arms of a branch of the items.
    pub fn arms(&self, items: &Items, branch: ItemId) -> Option<&[WordId]> {
        let known = self.known.get(&branch).or_else(|| self.quoted.get(&branch));
        match (&items.all[branch], &self.all[*known?]) {
            (Item::Branch(_), Word::Branch(_, arms)) => Some(arms),
            _ => None,
        }
    }

    /// The nodes within values.
    pub fn within_values(&self) -> HashSet<WordId> {
        let mut open: Vec<WordId> = self
            .all
            .iter()
            .filter_map(|word| match word {
                Word::Piece(inner) => Some(*inner),
                _ => None,
            })
            .collect();
        let mut found = HashSet::new();
        while let Some(word) = open.pop() {
            if word == 0 || !found.insert(word) {
                continue;
            }
            match &self.all[word] {
                Word::Sequence(parts) | Word::Form(parts) => open.extend(parts),
                Word::Star(inner) | Word::Bracket(_, inner) => open.push(*inner),
                _ => {}
            }
        }
        found
    }

    /// The nodes that print something that a row or column decides.
    pub fn of_rows(&self) -> HashSet<WordId> {
        let mut above: Vec<Vec<WordId>> = vec![Vec::new(); self.all.len()];
        for (id, word) in self.all.iter().enumerate() {
            match word {
                Word::Sequence(inner) | Word::Form(inner) | Word::Branch(_, inner) => {
                    inner.iter().for_each(|&inner| above[inner].push(id));
                }
                Word::Loop(_, inner, _)
                | Word::Bracket(_, inner)
                | Word::Piece(inner)
                | Word::Star(inner)
                | Word::Again(inner)
                | Word::Rule(_, inner) => above[*inner].push(id),
                Word::Empty | Word::Token(_) | Word::Glue => {}
            }
        }
        let mut found = HashSet::new();
        let literal = self.pieces.get(&Data::Literal(true)).copied();
        // The tokens of the literal itself, and all that holds it.
        let mut open: Vec<WordId> = literal.into_iter().collect();
        while let Some(word) = open.pop() {
            if !found.insert(word) {
                continue;
            }
            match &self.all[word] {
                Word::Sequence(parts) | Word::Form(parts) => open.extend(parts),
                Word::Star(inner) | Word::Bracket(_, inner) => open.push(*inner),
                _ => {}
            }
        }
        open.extend(found.iter().flat_map(|&word| above[word].iter().copied()));
        while let Some(word) = open.pop() {
            if found.insert(word) {
                open.extend(&above[word]);
            }
        }
        found
    }

    fn data(&mut self, data: &Data) -> WordId {
        match data {
            Data::Integer(negative) => self.number(*negative, false),
            Data::Decimal(negative, digits) => self.number(*negative, *digits > 0),
            Data::Text => self.token(Token::AnyString),
            Data::Keyword(word) => {
                let parts = vec![self.word(word), self.token(Token::AnyString)];
                self.all_of(parts)
            }
            Data::Uuid => {
                let parts = vec![
                    self.token(Token::AnyString),
                    self.mark(':'),
                    self.mark(':'),
                    self.word("uuid"),
                ];
                self.all_of(parts)
            }
            Data::Boolean => {
                let forms = vec![self.word("TRUE"), self.word("FALSE")];
                self.form(forms)
            }
            Data::Literal(_) => self.literal(),
            Data::Name => self.token(Token::AnyName),
            Data::Relation | Data::Function => {
                let further = vec![self.mark('.'), self.token(Token::AnyName)];
                let further = self.all_of(further);
                let parts = vec![self.token(Token::AnyName), self.maybe(further)];
                self.all_of(parts)
            }
            Data::ScopeColumn => {
                let first = vec![self.token(Token::AnyName), self.mark('.')];
                let first = self.all_of(first);
                let parts = vec![self.maybe(first), self.token(Token::AnyName)];
                self.all_of(parts)
            }
            Data::Fresh(prefix, number) => self.token(Token::Fresh(prefix.clone(), *number)),
            Data::Word | Data::Pattern(_) => self.token(Token::AnyWord),
            Data::TypeName => self.type_name(),
            Data::Sql => self.sql(),
            Data::Quoted(_) | Data::Raw => 0,
        }
    }

    fn number(&mut self, negative: bool, fraction: bool) -> WordId {
        let mut parts = Vec::new();
        if negative {
            let minus = self.mark('-');
            parts.push(self.maybe(minus));
        }
        parts.push(self.token(Token::AnyNumber));
        if fraction {
            let digits = vec![self.mark('.'), self.token(Token::AnyNumber)];
            let digits = self.all_of(digits);
            parts.push(self.maybe(digits));
        }
        self.all_of(parts)
    }

    /// A literal of any type, as `runtime/src/values` prints them.
    fn literal(&mut self) -> WordId {
        let whole = self.add(Word::Empty, Span::default());
        let keywords = [
            "DATE",
            "TIME",
            "TIMETZ",
            "TIMESTAMP",
            "TIMESTAMPTZ",
            "INTERVAL",
            "B",
            "X",
        ];
        let mut keywords: Vec<_> = keywords.iter().map(|word| self.word(word)).collect();
        keywords.push(0);
        let string = vec![self.form(keywords), self.token(Token::AnyString)];
        // Without brackets to hold it, what is nested is anything.
        let nested = if self.paired[0] && self.paired[1] {
            whole
        } else {
            self.jumble()
        };
        let array = {
            let comma = self.mark(',');
            let further = self.all_of(vec![comma, nested]);
            let further = self.star(further);
            let elements = self.all_of(vec![nested, further]);
            let elements = self.maybe(elements);
            vec![self.word("ARRAY"), self.bracketed(1, elements)]
        };
        let forms = vec![
            self.number(true, true),
            self.bracketed(0, nested),
            self.all_of(string),
            self.word("NULL"),
            self.word("TRUE"),
            self.word("FALSE"),
            self.word("DEFAULT"),
            self.all_of(array),
        ];
        let cast = vec![self.mark(':'), self.mark(':'), self.type_name()];
        let cast = self.all_of(cast);
        let parts = vec![self.form(forms), self.maybe(cast)];
        self.all[whole] = Word::Sequence(parts);
        whole
    }

    /// The name of a type with its modifiers, an array's with brackets.
    fn type_name(&mut self) -> WordId {
        let name = self.token(Token::AnyName);
        let dotted = vec![self.mark('.'), self.token(Token::AnyName)];
        let further = vec![name, self.all_of(dotted)];
        let further = self.form(further);
        let comma = self.mark(',');
        let number = self.token(Token::AnyNumber);
        let more = self.all_of(vec![comma, number]);
        let more = self.star(more);
        let numbers = self.all_of(vec![number, more]);
        let modifier = self.bracketed(0, numbers);
        let dimension = self.bracketed(1, 0);
        let parts = vec![
            name,
            self.star(further),
            self.maybe(modifier),
            self.star(name),
            self.star(dimension),
        ];
        self.all_of(parts)
    }

    fn any_token(&mut self) -> Vec<WordId> {
        vec![
            self.token(Token::AnyWord),
            self.token(Token::AnyString),
            self.token(Token::AnyName),
            self.token(Token::AnyMark),
        ]
    }

    /// Any tokens.
    fn jumble(&mut self) -> WordId {
        let forms = self.any_token();
        let form = self.form(forms);
        self.star(form)
    }

    /// Any SQL with brackets that belong together.
    fn sql(&mut self) -> WordId {
        let whole = self.add(Word::Empty, Span::default());
        let mut forms = self.any_token();
        for kind in 0..KINDS {
            if self.paired[kind] {
                forms.push(self.bracketed(kind, whole));
            }
        }
        let form = self.form(forms);
        self.all[whole] = Word::Star(form);
        whole
    }
}

/// Within quotes: what stands there as characters.
impl Words {
    fn characters(&mut self, items: &Items, id: ItemId) -> WordId {
        if let Some(&known) = self.quoted.get(&id) {
            return known;
        }
        let span = items.spans[id];
        let word = match &items.all[id] {
            Item::Empty | Item::Silent(_) | Item::Evident(_) | Item::Drawn(_) | Item::Glue => 0,
            Item::Break => self.anything(),
            Item::Literal(text) => {
                let characters = text.chars().map(|c| self.character(c, c)).collect();
                self.sequence(characters, span)
            }
            Item::Sequence(parts) => {
                let mut spaced = Vec::new();
                let mut before: Option<ItemId> = None;
                for &part in parts {
                    if is_silent(items, part) {
                        continue;
                    }
                    if let Some(before) = before {
                        let space = self.between(items, before, part);
                        spaced.push(space);
                    }
                    before = Some(part);
                    spaced.push(self.characters(items, part));
                }
                spaced.retain(|&word| word != 0);
                self.sequence(spaced, span)
            }
            Item::Data(Data::Quoted(inner)) => {
                let inner = self.characters(items, *inner);
                self.inner_quotes.push(inner);
                let any = self.anything();
                self.add(Word::Piece(any), span)
            }
            Item::Data(data) => self.data_in_quotes(data, span),
            Item::Branch(branch) => {
                let arms = branch.arms.iter();
                let arms = arms.map(|arm| self.characters(items, arm.item)).collect();
                self.add(Word::Branch(id, arms), span)
            }
            Item::Loop(found) => {
                let body = self.characters(items, found.body);
                let mut between = Vec::new();
                if let Some(text) = &found.separator {
                    let text = text.as_bytes();
                    let (end, start) = (edge(items, found.body, false), edge(items, found.body, true));
                    between.push(self.gap(end, edge_of(text, true)));
                    let separator = String::from_utf8_lossy(text).into_owned();
                    between.extend(separator.chars().map(|c| self.character(c, c)).collect::<Vec<_>>());
                    between.push(self.gap(edge_of(text, false), start));
                } else {
                    between.push(self.between(items, found.body, found.body));
                }
                between.retain(|&word| word != 0);
                let between = self.sequence(between, span);
                self.add(Word::Loop(id, body, between), span)
            }
            Item::Again(inner) => {
                let inner = self.characters(items, *inner);
                self.add(Word::Again(inner), span)
            }
            Item::Rule(rule, body) => {
                let word = self.add(Word::Rule(*rule, 0), span);
                self.quoted.insert(id, word);
                if let Some(body) = body {
                    let body = self.characters(items, *body);
                    self.all[word] = Word::Rule(*rule, body);
                }
                word
            }
        };
        self.quoted.insert(id, word);
        word
    }

    fn character(&mut self, low: char, high: char) -> WordId {
        let range = [(u32::from(low), u32::from(high))];
        self.token(Token::Character(range.into()))
    }

    /// What stands between two nodes.
    fn between(&mut self, items: &Items, before: ItemId, after: ItemId) -> WordId {
        self.gap(edge(items, before, false), edge(items, after, true))
    }

    /// What stands between two edges: a space, nothing, or either.
    fn gap(&mut self, before: Side, after: Side) -> WordId {
        let space = self.character(' ', ' ');
        match (before, after) {
            (Side::Tight, _) | (_, Side::Tight) => 0,
            (Side::Loose, Side::Loose) => space,
            _ => {
                let maybe = self.maybe(space);
                self.add(Word::Piece(maybe), Span::default())
            }
        }
    }

    fn anything(&mut self) -> WordId {
        let any = self.character('\0', char::MAX);
        self.star(any)
    }

    fn some(&mut self, one: WordId) -> WordId {
        let further = self.star(one);
        self.all_of(vec![one, further])
    }

    fn data_in_quotes(&mut self, data: &Data, span: Span) -> WordId {
        let made = match data {
            Data::Integer(negative) | Data::Decimal(negative, _) => {
                let digit = self.character('0', '9');
                let minus = self.character('-', '-');
                let mut parts = Vec::new();
                if *negative {
                    parts.push(self.maybe(minus));
                }
                parts.push(self.some(digit));
                if matches!(data, Data::Decimal(_, 1..)) {
                    let fraction = vec![self.character('.', '.'), self.some(digit)];
                    let fraction = self.all_of(fraction);
                    parts.push(self.maybe(fraction));
                }
                self.all_of(parts)
            }
            // All words have two letters or more: `runtime/src/values/domains.rs`.
            Data::Word => {
                let letter = self.character('a', 'z');
                let further = self.some(letter);
                self.all_of(vec![letter, further])
            }
            Data::Fresh(prefix, _) => {
                let mut parts: Vec<_> = prefix.chars().map(|c| self.character(c, c)).collect();
                let digit = self.character('0', '9');
                parts.push(self.some(digit));
                self.all_of(parts)
            }
            Data::Pattern(pattern) => match self.patterns.get(*pattern as usize).cloned() {
                Some(shape) => self.shapes(&shape),
                None => self.anything(),
            },
            _ => self.anything(),
        };
        self.add(Word::Piece(made), span)
    }

    fn shapes(&mut self, shapes: &[Shape]) -> WordId {
        let parts = shapes.iter().map(|shape| self.shape(shape)).collect();
        self.all_of(parts)
    }

    fn shape(&mut self, shape: &Shape) -> WordId {
        match shape {
            Shape::Text(bytes) => {
                let text = String::from_utf8_lossy(bytes).into_owned();
                let characters = text.chars().map(|c| self.character(c, c)).collect();
                self.all_of(characters)
            }
            Shape::Class(ranges) => self.token(Token::Character(ranges.as_slice().into())),
            Shape::Either(branches) => {
                let forms = branches.iter().map(|branch| self.shapes(branch)).collect();
                self.form(forms)
            }
            Shape::Repeat(low, extra, body) => {
                let body = self.shapes(body);
                let mut parts = vec![body; *low.min(&TOLD_APART) as usize];
                if *extra > TOLD_APART || *low > TOLD_APART {
                    parts.push(self.star(body));
                } else if *extra > 0 {
                    let mut further = self.maybe(body);
                    for _ in 1..*extra {
                        let more = self.all_of(vec![body, further]);
                        further = self.maybe(more);
                    }
                    parts.push(further);
                }
                self.all_of(parts)
            }
        }
    }
}

/// Whether a node prints nothing and asks for nothing.
fn is_silent(items: &Items, id: ItemId) -> bool {
    matches!(
        items.all[id],
        Item::Empty | Item::Silent(_) | Item::Evident(_) | Item::Drawn(_)
    )
}

/// What is known of the space on one side of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    /// There is none.
    Tight,
    /// There is one, if the other side allows it.
    Loose,
    /// Nothing; the node may print nothing.
    Unknown,
}

/// The space at the start or end of a text.
fn edge_of(text: &[u8], start: bool) -> Side {
    let tight = match (start, text) {
        (true, &[first, ..]) => tight_before(first),
        (false, &[.., last]) => tight_after(last),
        _ => return Side::Unknown,
    };
    if tight { Side::Tight } else { Side::Loose }
}

/// The space at the start or end of a node.
fn edge(items: &Items, id: ItemId, start: bool) -> Side {
    edge_within(items, id, start, 32)
}

/// The same; what nests deeper is not looked at.
fn edge_within(items: &Items, id: ItemId, start: bool, depth: u32) -> Side {
    let Some(depth) = depth.checked_sub(1) else {
        return Side::Unknown;
    };
    match &items.all[id] {
        Item::Glue => Side::Tight,
        Item::Literal(text) => edge_of(text.as_bytes(), start),
        Item::Data(Data::Integer(_) | Data::Decimal(..) | Data::Word | Data::Name) => Side::Loose,
        Item::Data(Data::Quoted(_) | Data::Text | Data::Boolean | Data::Fresh(..)) => Side::Loose,
        Item::Sequence(parts) => {
            let mut loud = parts.iter().filter(|&&part| !is_silent(items, part));
            let at = if start { loud.next() } else { loud.next_back() };
            at.map_or(Side::Unknown, |&part| edge_within(items, part, start, depth))
        }
        Item::Branch(branch) => {
            let arms = branch.arms.iter();
            let mut arms = arms.map(|arm| edge_within(items, arm.item, start, depth));
            let first = arms.next().unwrap_or(Side::Unknown);
            if arms.all(|arm| arm == first) { first } else { Side::Unknown }
        }
        Item::Loop(found) => match edge_within(items, found.body, start, depth) {
            // Without a round what stands around it decides, and the space is counted behind it.
            Side::Tight if found.least == 0 && start => Side::Tight,
            _ if found.least == 0 => Side::Unknown,
            side => side,
        },
        Item::Rule(_, Some(body)) => edge_within(items, *body, start, depth),
        _ => Side::Unknown,
    }
}
