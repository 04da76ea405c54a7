//! What values print, as tokens.

use super::{CLOSE, KINDS, OPEN, Uncut, Word, WordId, Words};
use crate::ambiguity::items::{Data, Item, ItemId, Items};
use crate::ambiguity::pattern;
use crate::ambiguity::tokens::Token;
use crate::source::Span;
use std::collections::HashSet;

impl Words {
    pub(super) fn piece(&mut self, data: &Data, span: Span) -> WordId {
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

    pub(super) fn token(&mut self, token: Token) -> WordId {
        self.add(Word::Token(token), Span::default())
    }

    pub(super) fn word(&mut self, text: &str) -> WordId {
        self.token(Token::Word(text.into()))
    }

    pub(super) fn mark(&mut self, mark: char) -> WordId {
        self.token(Token::Mark(mark))
    }

    pub(super) fn all_of(&mut self, parts: Vec<WordId>) -> WordId {
        self.sequence(parts, Span::default())
    }

    pub(super) fn form(&mut self, forms: Vec<WordId>) -> WordId {
        self.add(Word::Form(forms), Span::default())
    }

    pub(super) fn star(&mut self, body: WordId) -> WordId {
        self.add(Word::Star(body), Span::default())
    }

    pub(super) fn maybe(&mut self, part: WordId) -> WordId {
        self.form(vec![part, 0])
    }

    pub(super) fn bracketed(&mut self, kind: usize, inner: WordId) -> WordId {
        if self.paired[kind] {
            return self.add(Word::Bracket(kind, inner), Span::default());
        }
        let [open, close] = self.sides[kind];
        self.all_of(vec![open, inner, close])
    }

    pub(super) fn bracket_token(&mut self, kind: usize, open: bool) -> WordId {
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

    pub(super) fn data(&mut self, data: &Data) -> WordId {
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
                let parts = vec![self.star(first), self.token(Token::AnyName)];
                self.all_of(parts)
            }
            Data::Fresh(prefix, number) => self.token(Token::Fresh(prefix.clone(), *number)),
            Data::Word | Data::Pattern(_) => self.token(Token::AnyWord),
            Data::TypeName => self.type_name(),
            Data::Sql => self.sql(),
            Data::Quoted(_) | Data::Raw => 0,
        }
    }

    pub(super) fn number(&mut self, negative: bool, fraction: bool) -> WordId {
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
    pub(super) fn literal(&mut self) -> WordId {
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
    pub(super) fn type_name(&mut self) -> WordId {
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

    pub(super) fn any_token(&mut self) -> Vec<WordId> {
        vec![
            self.token(Token::AnyWord),
            self.token(Token::AnyString),
            self.token(Token::AnyName),
            self.token(Token::AnyMark),
        ]
    }

    /// Any tokens.
    pub(super) fn jumble(&mut self) -> WordId {
        let forms = self.any_token();
        let form = self.form(forms);
        self.star(form)
    }

    /// Any SQL with brackets that belong together.
    pub(super) fn sql(&mut self) -> WordId {
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
