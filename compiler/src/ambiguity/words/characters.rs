//! What a node prints, as characters: within quotes, or where it cannot be cut into tokens.

use super::{Word, WordId, Words};
use crate::ambiguity::items::{Data, Item, ItemId, Items, TOLD_APART};
use crate::ambiguity::tokens::Token;
use crate::source::Span;
use rqg_runtime::spacing::{tight_after, tight_before};
use rqg_runtime::values::Shape;

impl Words {
    pub(super) fn characters(&mut self, items: &Items, id: ItemId) -> WordId {
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
                    let (end, start) = (
                        edge(items, found.body, false),
                        edge(items, found.body, true),
                    );
                    between.push(self.gap(end, edge_of(text, true)));
                    let separator = String::from_utf8_lossy(text).into_owned();
                    between.extend(
                        separator
                            .chars()
                            .map(|c| self.character(c, c))
                            .collect::<Vec<_>>(),
                    );
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
            at.map_or(Side::Unknown, |&part| {
                edge_within(items, part, start, depth)
            })
        }
        Item::Branch(branch) => {
            let arms = branch.arms.iter();
            let mut arms = arms.map(|arm| edge_within(items, arm.item, start, depth));
            let first = arms.next().unwrap_or(Side::Unknown);
            if arms.all(|arm| arm == first) {
                first
            } else {
                Side::Unknown
            }
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
