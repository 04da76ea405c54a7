//! What stands between two brackets that belong together, or in a whole unit, as an automaton: rules
//! are taken apart where they are called, nested brackets are single steps.
//!
//! Each path through the automaton is one way to derive its text, and only branches tell paths apart.

use super::items::{Item, ItemId, Items};
use super::tokens::merges;
use super::words::{Word, WordId, Words};
use crate::ir::RuleId;
use crate::source::Span;
use std::collections::{HashMap, HashSet};

/// Index into [`Automaton::moves`].
pub type State = u32;

/// More states are not made.
const MOST_STATES: usize = 400_000;

/// How a state is left.
#[derive(Debug, Clone, PartialEq)]
pub enum Move {
    /// It is the end.
    End,
    /// Without text.
    Free(Vec<State>),
    /// The next token touches the one before.
    Glue(State),
    /// With a token; the node it is.
    Token(WordId, State),
    /// With brackets and what stands in them.
    Bracket(usize, WordId, State),
}

/// Where paths part.
#[derive(Debug, Clone)]
pub struct Fork {
    /// The state.
    pub state: State,
    /// Where the arms of a choice or option meet again; of a value, where it ends; of a loop, where
    /// it is left.
    pub exit: State,
    /// The branch or loop; none: forms of a value.
    pub item: Option<ItemId>,
    /// Whether derivations that agree so far agree here as well.
    pub again: bool,
    /// Where the value or branch stands.
    pub span: Span,
}

/// Why there is no automaton.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unbuilt {
    /// A rule comes back to itself without a bracket in between.
    Recursion(RuleId),
    /// It has too many states.
    Size,
}

/// The automaton of one region.
#[derive(Debug, Default)]
pub struct Automaton {
    /// How each state is left; the first is the start.
    pub moves: Vec<Move>,
    /// Where paths part.
    pub forks: Vec<Fork>,
    /// For each state whether the end can be reached from it, if there are dead ends.
    pub alive: Option<Vec<bool>>,
    /// For each state, where what is printed next stands.
    spans: Vec<Span>,
    active: Vec<WordId>,
    /// How often a rule may stand within itself; what nests deeper is a dead end.
    nesting: usize,
    unbuilt: Option<Unbuilt>,
}

impl Automaton {
    /// Builds the automaton of a node.
    ///
    /// # Errors
    /// It would not be finite, or too large.
    pub fn new(words: &Words, items: &Items, root: WordId) -> Result<Self, Unbuilt> {
        Self::nested(words, items, root, 0)
    }

    /// As [`Automaton::new`], with rules that come back to themselves so many times. It lacks some
    /// derivations, but those that it has are there.
    ///
    /// # Errors
    /// It would be too large.
    pub fn nested(
        words: &Words,
        items: &Items,
        root: WordId,
        nesting: usize,
    ) -> Result<Self, Unbuilt> {
        let mut automaton = Self {
            nesting,
            ..Self::default()
        };
        let start = automaton.state();
        let emit = Emit { words, items };
        automaton.emit(&emit, root, start, false, None);
        if nesting > 0 {
            automaton.alive = Some(automaton.live());
        }
        match automaton.unbuilt {
            None => Ok(automaton),
            Some(unbuilt) => Err(unbuilt),
        }
    }

    fn state(&mut self) -> State {
        self.moves.push(Move::End);
        self.spans.push(Span::default());
        (self.moves.len() - 1) as State
    }

    fn leave(&mut self, state: State, way: Move) {
        self.moves[state as usize] = way;
    }

    /// Adds what a node prints behind a state that is not left yet, and gives where that ends.
    fn emit(
        &mut self,
        of: &Emit<'_>,
        word: WordId,
        from: State,
        again: bool,
        piece: Option<(State, Span)>,
    ) -> State {
        if self.unbuilt.is_some() {
            return from;
        }
        if self.moves.len() > MOST_STATES {
            self.unbuilt = Some(Unbuilt::Size);
            return from;
        }
        match &of.words.all[word] {
            Word::Empty => from,
            Word::Token(_) => {
                let to = self.state();
                self.leave(from, Move::Token(word, to));
                self.spans[from as usize] = piece.map_or(of.words.spans[word], |piece| piece.1);
                to
            }
            Word::Glue => {
                let to = self.state();
                self.leave(from, Move::Glue(to));
                to
            }
            Word::Bracket(kind, inner) => {
                let to = self.state();
                self.leave(from, Move::Bracket(*kind, *inner, to));
                to
            }
            Word::Sequence(parts) => parts
                .iter()
                .fold(from, |at, &part| self.emit(of, part, at, again, piece)),
            Word::Branch(item, arms) => {
                let told = match &of.items.all[*item] {
                    Item::Branch(branch) => branch.again,
                    _ => false,
                };
                self.fork(of, arms, from, Some(*item), again || told, None)
            }
            Word::Form(forms) => self.fork(of, forms, from, None, again, piece),
            Word::Piece(inner) => {
                let exit = self.state();
                let span = of.words.spans[word];
                let end = self.emit(of, *inner, from, again, Some((exit, span)));
                self.leave(end, Move::Free(vec![exit]));
                exit
            }
            Word::Star(body) => {
                let exit = self.state();
                let round = self.state();
                let end = self.emit(of, *body, round, again, piece);
                self.leave(end, Move::Free(vec![from]));
                self.leave(from, Move::Free(vec![exit, round]));
                self.forks.push(Fork {
                    state: from,
                    exit: piece.map_or(exit, |piece| piece.0),
                    item: None,
                    again,
                    span: piece.map_or_else(Span::default, |piece| piece.1),
                });
                exit
            }
            Word::Again(inner) => self.emit(of, *inner, from, true, piece),
            Word::Loop(item, body, separator) => {
                self.repeat(of, *item, (*body, *separator), from, again)
            }
            Word::Rule(rule, body) => {
                let within = self.active.iter().filter(|&&other| other == word).count();
                if within > self.nesting {
                    if self.nesting == 0 {
                        self.unbuilt = Some(Unbuilt::Recursion(*rule));
                    }
                    self.leave(from, Move::Free(Vec::new()));
                    return self.state();
                }
                self.active.push(word);
                let end = self.emit(of, *body, from, again, piece);
                self.active.pop();
                end
            }
        }
    }

    fn fork(
        &mut self,
        of: &Emit<'_>,
        arms: &[WordId],
        from: State,
        item: Option<ItemId>,
        again: bool,
        piece: Option<(State, Span)>,
    ) -> State {
        let exit = self.state();
        let mut starts = Vec::with_capacity(arms.len());
        for &arm in arms {
            let start = self.state();
            starts.push(start);
            let end = self.emit(of, arm, start, again, piece);
            self.leave(end, Move::Free(vec![exit]));
        }
        self.leave(from, Move::Free(starts));
        self.forks.push(Fork {
            state: from,
            exit: piece.map_or(exit, |piece| piece.0),
            item,
            again,
            span: piece.map_or_else(Span::default, |piece| piece.1),
        });
        exit
    }

    fn repeat(
        &mut self,
        of: &Emit<'_>,
        item: ItemId,
        (body, separator): (WordId, WordId),
        from: State,
        again: bool,
    ) -> State {
        let Item::Loop(found) = &of.items.all[item] else {
            return from;
        };
        let again = again || found.again;
        if let Some(rounds) = found.exactly {
            let mut at = from;
            for round in 0..rounds {
                if round > 0 {
                    at = self.emit(of, separator, at, again, None);
                }
                at = self.emit(of, body, at, again, None);
            }
            return at;
        }
        // Rounds that are certain stand for themselves.
        let mut at = from;
        for round in 1..found.least {
            if round > 1 {
                at = self.emit(of, separator, at, again, None);
            }
            at = self.emit(of, body, at, again, None);
        }
        if found.least > 1 {
            at = self.emit(of, separator, at, again, None);
        }
        let exit = self.state();
        let round = self.state();
        let end = self.emit(of, body, round, again, None);
        let further = self.state();
        let back = self.emit(of, separator, further, again, None);
        self.leave(back, Move::Free(vec![round]));
        let fork = |automaton: &mut Self, state, ways| {
            automaton.leave(state, Move::Free(ways));
            automaton.forks.push(Fork {
                state,
                exit,
                item: Some(item),
                again,
                span: of.words.spans[body],
            });
        };
        fork(self, end, vec![exit, further]);
        if found.least > 0 {
            self.leave(at, Move::Free(vec![round]));
        } else {
            fork(self, at, vec![exit, round]);
        }
        exit
    }

    /// For each state, whether the end can be reached from it.
    fn live(&self) -> Vec<bool> {
        let mut before: Vec<Vec<State>> = vec![Vec::new(); self.moves.len()];
        let mut open = Vec::new();
        for (state, way) in (0..).zip(&self.moves) {
            match way {
                Move::End => open.push(state),
                Move::Free(ways) => ways.iter().for_each(|&to| before[to as usize].push(state)),
                Move::Glue(to) | Move::Token(_, to) | Move::Bracket(_, _, to) => {
                    before[*to as usize].push(state);
                }
            }
        }
        let mut live = vec![false; self.moves.len()];
        while let Some(state) = open.pop() {
            if !std::mem::replace(&mut live[state as usize], true) {
                open.extend(&before[state as usize]);
            }
        }
        live
    }

    /// For each state, whether the next token that is printed may touch the one before.
    fn before_glue(&self) -> Vec<bool> {
        let mut before: Vec<Vec<State>> = vec![Vec::new(); self.moves.len()];
        let mut open = Vec::new();
        for (state, way) in (0..).zip(&self.moves) {
            match way {
                Move::Glue(_) => open.push(state),
                Move::Free(ways) => ways.iter().for_each(|&to| before[to as usize].push(state)),
                _ => {}
            }
        }
        let mut near = vec![false; self.moves.len()];
        while let Some(state) = open.pop() {
            if !std::mem::replace(&mut near[state as usize], true) {
                open.extend(&before[state as usize]);
            }
        }
        near
    }

    /// The regions within.
    pub fn regions(&self) -> impl Iterator<Item = (usize, WordId)> + '_ {
        self.moves.iter().filter_map(|way| match way {
            Move::Bracket(kind, inner, _) => Some((*kind, *inner)),
            _ => None,
        })
    }

    /// Tokens that may touch and be taken for others. `within`: the bracket around.
    pub fn seams(&self, words: &Words, within: Option<usize>) -> Vec<Seam> {
        let token = |word: WordId| match &words.all[word] {
            Word::Token(token) => Some(token),
            _ => None,
        };
        let mut found = Vec::new();
        let mut touch = |before: Last, word: WordId, span: Span| {
            if let Some((last, place)) = before
                && let (Some(ends), Some(starts)) = (token(last), token(word))
                && merges(ends.last(), starts.first())
            {
                found.push(Seam {
                    spans: [place, span],
                    words: [last, word],
                });
            }
        };
        let side = |kind: usize, open: bool| words.sides[kind][usize::from(!open)];
        let nowhere = Span::default();
        // The token before matters where one may touch it.
        let near = self.before_glue();
        let behind = |to: State, word: WordId, span: Span| {
            let last = near[to as usize].then_some((word, span));
            (to, last, false)
        };
        let mut seen: HashSet<(State, Last, bool)> = HashSet::new();
        let start = within.map(|kind| (side(kind, true), nowhere));
        let mut open = vec![(0, start, false)];
        while let Some(at) = open.pop() {
            if !seen.insert(at) {
                continue;
            }
            let (state, before, touching) = at;
            let span = self.spans[state as usize];
            match &self.moves[state as usize] {
                Move::End => {
                    if let (true, Some(kind)) = (touching, within) {
                        touch(before, side(kind, false), nowhere);
                    }
                }
                Move::Free(ways) => open.extend(ways.iter().map(|&way| (way, before, touching))),
                Move::Glue(to) => open.push((*to, before, true)),
                Move::Bracket(kind, _, to) => {
                    if touching {
                        touch(before, side(*kind, true), nowhere);
                    }
                    open.push(behind(*to, side(*kind, false), nowhere));
                }
                Move::Token(word, to) => {
                    if touching {
                        touch(before, *word, span);
                    }
                    open.push(behind(*to, *word, span));
                }
            }
        }
        found.sort_unstable_by_key(|seam| (seam.spans, seam.words));
        found.dedup();
        found
    }
}

/// The token before, and where it stands.
type Last = Option<(WordId, Span)>;

/// Two tokens that touch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seam {
    /// Where they stand.
    pub spans: [Span; 2],
    /// The nodes.
    pub words: [WordId; 2],
}

struct Emit<'a> {
    words: &'a Words,
    items: &'a Items,
}

/// The automata of all regions, built when they are asked for.
#[derive(Debug)]
pub struct Regions<'a> {
    /// The nodes.
    pub words: &'a Words,
    items: &'a Items,
    built: HashMap<WordId, std::rc::Rc<Automaton>>,
}

impl<'a> Regions<'a> {
    /// No automaton yet.
    pub fn new(words: &'a Words, items: &'a Items) -> Self {
        Self {
            words,
            items,
            built: HashMap::new(),
        }
    }

    /// The automaton of a region.
    ///
    /// # Errors
    /// It would not be finite, or too large.
    pub fn get(&mut self, region: WordId) -> Result<std::rc::Rc<Automaton>, Unbuilt> {
        if let Some(known) = self.built.get(&region) {
            return Ok(std::rc::Rc::clone(known));
        }
        let made = std::rc::Rc::new(Automaton::new(self.words, self.items, region)?);
        self.built.insert(region, std::rc::Rc::clone(&made));
        Ok(made)
    }
}
