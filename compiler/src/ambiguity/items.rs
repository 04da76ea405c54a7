//! What a grammar can print, as a graph: an over-approximation of its derivations.
//!
//! Guards, demands and scopes are dropped: every alternative is one. Rules are taken apart by what
//! their arguments are known to be (which relation, which text); a text that is derived aside stands
//! where it is placed. What a value prints is known by its kind alone.

use super::Point;
use crate::ir::RuleId;
use crate::source::Span;
use std::collections::HashMap;
use std::sync::Arc;

/// Rounds of a repetition that are told apart.
pub const TOLD_APART: u32 = 4;

/// Index into [`Items::all`].
pub type ItemId = usize;
/// A value of the program, as far as derivations agree on it: index into [`Items::ids`].
pub type Id = usize;

/// What a value prints.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Data {
    /// A whole number; whether it may be negative.
    Integer(bool),
    /// A number with this many digits after the point at most; whether it may be negative.
    Decimal(bool, u32),
    /// A string literal.
    Text,
    /// A date or timestamp literal, with the keyword before it.
    Keyword(&'static str),
    /// A UUID literal.
    Uuid,
    /// TRUE or FALSE.
    Boolean,
    /// A literal of any SQL type, NULL or DEFAULT; whether a column or row decides what it is.
    Literal(bool),
    /// An identifier.
    Name,
    /// The name of a table or view, which may be qualified.
    Relation,
    /// A name that is made fresh.
    Fresh(Arc<str>, Option<u32>),
    /// A word that is no string.
    Word,
    /// What a regular expression of the program matches.
    Pattern(u32),
    /// A string literal of what a node prints.
    Quoted(ItemId),
    /// The name of a type.
    TypeName,
    /// The name of a function.
    Function,
    /// SQL of the schema.
    Sql,
    /// The name of a column that may be qualified.
    ScopeColumn,
    /// Text that nothing is known of.
    Raw,
}

/// A node of the graph.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    /// Nothing.
    Empty,
    /// A literal text.
    Literal(Arc<str>),
    /// What a value prints.
    Data(Data),
    /// The next token follows without a space.
    Glue,
    /// The end of a statement.
    Break,
    /// One after the other.
    Sequence(Vec<ItemId>),
    /// One of several.
    Branch(Branch),
    /// Several times.
    Loop(Loop),
    /// A rule's body, which is known once it is looked at.
    Rule(RuleId, Option<ItemId>),
    /// The text stood before, so derivations that agree so far agree in it.
    Again(ItemId),
    /// Alternatives that print nothing, by what they draw.
    Silent(Vec<ItemId>),
    /// A value becomes known: it is printed here.
    Evident(Id),
    /// A value is drawn here; index into [`Items::draws`].
    Drawn(usize),
}

/// One of several.
#[derive(Debug, Clone, PartialEq)]
pub struct Branch {
    /// What is drawn; an option's arms are its body and nothing.
    pub point: Point,
    /// The choice as a whole.
    pub span: Span,
    /// The arms with their places, and the values that come to be when the arm is chosen.
    pub arms: Vec<Arm>,
    /// Whether derivations that agree so far agree here as well: the outcome showed before.
    pub again: bool,
    /// Whether the arms are texts that were derived in the alternatives of the choice.
    pub joined: bool,
}

/// An arm of a branch.
#[derive(Debug, Clone, PartialEq)]
pub struct Arm {
    /// What it prints.
    pub item: ItemId,
    /// Where it stands.
    pub span: Span,
    /// The values that exist only if it is chosen.
    pub ids: std::ops::Range<Id>,
}

/// Several times.
#[derive(Debug, Clone, PartialEq)]
pub struct Loop {
    /// What is drawn: the number of rounds; none where a list decides.
    pub point: Option<Point>,
    /// Where.
    pub span: Span,
    /// Each round.
    pub body: ItemId,
    /// Between the rounds.
    pub separator: Option<Arc<str>>,
    /// How many rounds there are at least, up to [`TOLD_APART`].
    pub least: u32,
    /// The only number of rounds, if it is small.
    pub exactly: Option<u32>,
    /// The lists that are walked: their own values and those of their current elements.
    pub lists: Vec<(Id, Id)>,
    /// Whether derivations that agree so far agree here as well: the list was walked before.
    pub again: bool,
}

/// Something that is drawn, and what has to show so that it is known.
#[derive(Debug, Clone)]
pub struct Draw {
    /// What draws it; none: the choices within the text.
    pub point: Option<Point>,
    /// The text that is derived aside.
    pub text: Option<ItemId>,
    /// What has to show; none of it: cannot show.
    pub needs: Vec<Id>,
}

/// How a value is made of others.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Made {
    /// It is drawn or derived.
    Anew,
    /// A part of another value.
    Part(Id, Part),
    /// One of several, depending on a choice.
    OneOf(Vec<Id>),
}

/// A part of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Part {
    Element,
    From,
    To,
    Columns,
    Targets,
    Length,
}

/// The graph.
#[derive(Debug, Clone, Default)]
pub struct Items {
    /// All nodes; the first is empty.
    pub all: Vec<Item>,
    /// Where each node comes from.
    pub spans: Vec<Span>,
    /// All values.
    pub ids: Vec<Made>,
    /// All that is drawn.
    pub draws: Vec<Draw>,
    parts: HashMap<(Id, Part), Id>,
    /// Branches among texts that one choice decides.
    pub groups: HashMap<ItemId, Id>,
}

impl Items {
    /// A graph with the empty node.
    pub fn new() -> Self {
        let mut items = Self::default();
        items.add(Item::Empty, Span::default());
        items
    }

    /// Adds a node.
    pub fn add(&mut self, item: Item, span: Span) -> ItemId {
        self.all.push(item);
        self.spans.push(span);
        self.all.len() - 1
    }

    /// A sequence of nodes; the empty one is 0.
    pub fn sequence(&mut self, mut parts: Vec<ItemId>, span: Span) -> ItemId {
        parts.retain(|&part| part != 0);
        match parts.as_slice() {
            [] => 0,
            &[single] => single,
            _ => self.add(Item::Sequence(parts), span),
        }
    }

    /// A new value.
    pub fn id(&mut self) -> Id {
        self.ids.push(Made::Anew);
        self.ids.len() - 1
    }

    /// A part of a value, always the same one.
    pub fn part(&mut self, of: Id, part: Part) -> Id {
        if let Some(&known) = self.parts.get(&(of, part)) {
            return known;
        }
        self.ids.push(Made::Part(of, part));
        let id = self.ids.len() - 1;
        self.parts.insert((of, part), id);
        id
    }

    /// One of several values.
    pub fn one_of(&mut self, mut ids: Vec<Id>) -> Id {
        ids.sort_unstable();
        ids.dedup();
        if let &[single] = ids.as_slice() {
            return single;
        }
        self.ids.push(Made::OneOf(ids));
        self.ids.len() - 1
    }

    /// The length of a list; both lists of a foreign key have the same one.
    pub fn length(&mut self, list: Id) -> Id {
        let list = match self.ids[list] {
            Made::Part(key, Part::Targets) => self.part(key, Part::Columns),
            _ => list,
        };
        self.part(list, Part::Length)
    }

    /// Whether it is the length of a list.
    pub fn is_length(&self, id: Id) -> bool {
        matches!(self.ids[id], Made::Part(_, Part::Length))
    }

    /// The value that a part belongs to.
    pub fn root(&self, mut id: Id) -> Id {
        while let Made::Part(of, _) = self.ids[id] {
            id = of;
        }
        id
    }

    /// The values that show when this one does: itself, and those that it may be.
    pub fn shown_with(&mut self, id: Id) -> Vec<Id> {
        let mut shown = vec![id];
        match self.ids[id].clone() {
            Made::Anew => {}
            Made::OneOf(ids) => {
                for id in ids {
                    shown.extend(self.shown_with(id));
                }
            }
            Made::Part(of, part) => {
                for id in self.shown_with(of) {
                    if id != of {
                        shown.push(self.part(id, part));
                    }
                }
            }
        }
        shown
    }
}
