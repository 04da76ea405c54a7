//! A second proof, for grammars that nest without brackets: a context-free grammar without LR(1)
//! conflicts derives each of its texts in one way (Knuth, On the Translation of Languages from Left
//! to Right, 1965).
//!
//! The automaton is the canonical one. Tokens that may print the same are told apart by what they
//! share: where two derivations print one text with different tokens, there is a terminal that
//! stands for both.

use super::items::{Item, Items};
use super::tokens::Token;
use super::words::{KINDS, Word, WordId, Words};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// More states are not made.
const MOST_STATES: usize = 5_000;
/// More productions are not looked at.
const MOST_PRODUCTIONS: usize = 20_000;

/// What a production is made of: terminals first, then nonterminals.
type Symbol = usize;

/// Two productions that the next token does not decide between.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// The nodes that the productions belong to.
    pub between: [WordId; 2],
}

/// Why there is no proof.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unproven {
    /// The grammar is too large.
    Size,
    /// It has conflicts.
    Conflicts(Vec<Conflict>),
}

struct Production {
    left: Symbol,
    right: Vec<Symbol>,
    word: WordId,
}

struct Grammar<'a> {
    words: &'a Words,
    items: &'a Items,
    /// The terminals that a token stands for.
    terminals: HashMap<Token, Vec<Symbol>>,
    /// How many terminals there are; the last is the end of the text.
    end: Symbol,
    symbols: HashMap<WordId, Symbol>,
    next: Symbol,
    productions: Vec<Production>,
}

/// Whether what a node prints is derived in one way.
///
/// # Errors
/// That is not proven.
pub fn prove(words: &Words, items: &Items, root: WordId) -> Result<(), Unproven> {
    let terminals = terminals(words);
    let end = terminals
        .values()
        .flatten()
        .max()
        .map_or(0, |last| last + 1);
    let mut grammar = Grammar {
        words,
        items,
        terminals,
        end,
        symbols: HashMap::new(),
        next: end + 1,
        productions: Vec::new(),
    };
    let start = grammar.symbol(root);
    if grammar.productions.len() > MOST_PRODUCTIONS {
        return Err(Unproven::Size);
    }
    Tables::new(&grammar, start).decide()
}

/// For each token the terminals that it may be.
fn terminals(words: &Words) -> HashMap<Token, Vec<Symbol>> {
    let tokens: BTreeSet<Token> = words
        .all
        .iter()
        .filter_map(|word| match word {
            Word::Token(token) => Some(token.clone()),
            _ => None,
        })
        .collect();
    let (characters, tokens): (Vec<Token>, Vec<Token>) = tokens
        .into_iter()
        .partition(|token| matches!(token, Token::Character(_)));
    let mut terminals: HashMap<Token, Vec<Symbol>> = HashMap::new();
    let mut next = 0;
    for (at, token) in tokens.iter().enumerate() {
        terminals.entry(token.clone()).or_default().push(next);
        next += 1;
        for other in &tokens[at + 1..] {
            if token.overlaps(other) {
                terminals.entry(token.clone()).or_default().push(next);
                terminals.entry(other.clone()).or_default().push(next);
                next += 1;
            }
        }
    }
    // Characters: the pieces that all ranges are made of.
    let ranges = |token: &Token| match token {
        Token::Character(ranges) => ranges.to_vec(),
        _ => Vec::new(),
    };
    let bounds: BTreeSet<u32> = characters
        .iter()
        .flat_map(&ranges)
        .flat_map(|(low, high)| [low, high.saturating_add(1)])
        .collect();
    let bounds: Vec<u32> = bounds.into_iter().collect();
    for token in &characters {
        let of = terminals.entry(token.clone()).or_default();
        for (low, high) in ranges(token) {
            let from = bounds.partition_point(|&bound| bound < low);
            let to = bounds.partition_point(|&bound| bound <= high);
            of.extend((from..to).map(|piece| next + piece));
        }
        of.sort_unstable();
        of.dedup();
    }
    terminals
}

impl Grammar<'_> {
    fn fresh(&mut self) -> Symbol {
        self.next += 1;
        self.next - 1
    }

    fn produce(&mut self, left: Symbol, right: Vec<Symbol>, word: WordId) {
        self.productions.push(Production { left, right, word });
    }

    fn symbol(&mut self, word: WordId) -> Symbol {
        if let Some(&known) = self.symbols.get(&word) {
            return known;
        }
        if let Word::Token(token) = &self.words.all[word]
            && let Some(&[single]) = self.terminals.get(token).map(Vec::as_slice)
        {
            self.symbols.insert(word, single);
            return single;
        }
        let symbol = self.fresh();
        self.symbols.insert(word, symbol);
        if self.productions.len() > MOST_PRODUCTIONS {
            return symbol;
        }
        match self.words.all[word].clone() {
            Word::Empty | Word::Glue => self.produce(symbol, Vec::new(), word),
            Word::Token(token) => {
                for terminal in self.terminals.get(&token).cloned().unwrap_or_default() {
                    self.produce(symbol, vec![terminal], word);
                }
            }
            Word::Sequence(parts) => {
                let right = parts.iter().map(|&part| self.symbol(part)).collect();
                self.produce(symbol, right, word);
            }
            Word::Branch(_, arms) | Word::Form(arms) => {
                for arm in arms {
                    let right = vec![self.symbol(arm)];
                    self.produce(symbol, right, arm);
                }
            }
            Word::Star(body) => {
                let body = self.symbol(body);
                self.produce(symbol, Vec::new(), word);
                self.produce(symbol, vec![symbol, body], word);
            }
            Word::Loop(item, body, separator) => {
                let (body, separator) = (self.symbol(body), self.symbol(separator));
                self.rounds(symbol, word, item, body, separator);
            }
            Word::Piece(inner) | Word::Again(inner) | Word::Rule(_, inner) => {
                let right = vec![self.symbol(inner)];
                self.produce(symbol, right, word);
            }
            Word::Bracket(kind, inner) => {
                let [open, close] = self.words.sides[kind].map(|side| self.symbol(side));
                // What stands in quotes is looked at by itself.
                let right = if kind < KINDS {
                    vec![open, self.symbol(inner), close]
                } else {
                    vec![open]
                };
                self.produce(symbol, right, word);
            }
        }
        symbol
    }

    fn rounds(
        &mut self,
        symbol: Symbol,
        word: WordId,
        item: usize,
        body: Symbol,
        separator: Symbol,
    ) {
        let Item::Loop(found) = &self.items.all[item] else {
            return;
        };
        let certain = |rounds: u32| {
            let mut right = Vec::new();
            for round in 0..rounds {
                if round > 0 {
                    right.push(separator);
                }
                right.push(body);
            }
            right
        };
        if let Some(rounds) = found.exactly {
            self.produce(symbol, certain(rounds), word);
            return;
        }
        let several = self.fresh();
        let mut right = certain(found.least.saturating_sub(1));
        if !right.is_empty() {
            right.push(separator);
        }
        right.push(several);
        if found.least == 0 {
            self.produce(symbol, Vec::new(), word);
        }
        self.produce(symbol, right, word);
        self.produce(several, vec![body], word);
        self.produce(several, vec![several, separator, body], word);
    }
}

/// A set of terminals.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Set(Vec<u64>);

impl Set {
    fn new(count: usize) -> Self {
        Self(vec![0; count / 64 + 1])
    }

    fn insert(&mut self, terminal: usize) {
        self.0[terminal / 64] |= 1 << (terminal % 64);
    }

    /// Adds another set; whether it changed anything.
    fn add(&mut self, other: &Self) -> bool {
        let mut changed = false;
        for (mine, other) in self.0.iter_mut().zip(&other.0) {
            changed |= *mine | other != *mine;
            *mine |= other;
        }
        changed
    }

    fn meets(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).any(|(a, b)| a & b != 0)
    }
}

/// Items of a state: production and position, with the terminals that may follow.
type Kernel = BTreeMap<(usize, usize), Set>;

struct Tables<'a> {
    grammar: &'a Grammar<'a>,
    /// Productions by their left side, counted from the first nonterminal.
    by_left: Vec<Vec<usize>>,
    first: Vec<Set>,
    empty: Vec<bool>,
    start: Symbol,
}

impl<'a> Tables<'a> {
    fn new(grammar: &'a Grammar<'a>, start: Symbol) -> Self {
        let terminals = grammar.end + 1;
        let mut by_left = vec![Vec::new(); grammar.next - terminals];
        for (at, production) in grammar.productions.iter().enumerate() {
            by_left[production.left - terminals].push(at);
        }
        let mut first: Vec<Set> = (0..grammar.next).map(|_| Set::new(terminals)).collect();
        for (terminal, set) in first.iter_mut().enumerate().take(terminals) {
            set.insert(terminal);
        }
        let mut empty = vec![false; grammar.next];
        let mut changed = true;
        while changed {
            changed = false;
            for production in &grammar.productions {
                let mut all_empty = true;
                for &symbol in &production.right {
                    let of = first[symbol].clone();
                    changed |= first[production.left].add(&of);
                    if !empty[symbol] {
                        all_empty = false;
                        break;
                    }
                }
                if all_empty && !std::mem::replace(&mut empty[production.left], true) {
                    changed = true;
                }
            }
        }
        Self {
            grammar,
            by_left,
            first,
            empty,
            start,
        }
    }

    fn is_terminal(&self, symbol: Symbol) -> bool {
        symbol <= self.grammar.end
    }

    /// All items of a state.
    fn closure(&self, kernel: &Kernel) -> Kernel {
        let mut all = kernel.clone();
        let mut open: Vec<(usize, usize)> = kernel.keys().copied().collect();
        while let Some((production, at)) = open.pop() {
            let right = &self.grammar.productions[production].right;
            let Some(&symbol) = right.get(at) else {
                continue;
            };
            if self.is_terminal(symbol) {
                continue;
            }
            let mut after = Set::new(self.grammar.end + 1);
            let mut all_empty = true;
            for &next in &right[at + 1..] {
                after.add(&self.first[next]);
                if !self.empty[next] {
                    all_empty = false;
                    break;
                }
            }
            if all_empty && let Some(follows) = all.get(&(production, at)) {
                after.add(follows);
            }
            for &found in &self.by_left[symbol - self.grammar.end - 1] {
                let known = all.contains_key(&(found, 0));
                let set = all
                    .entry((found, 0))
                    .or_insert_with(|| Set::new(self.grammar.end + 1));
                if set.add(&after) || !known {
                    open.push((found, 0));
                }
            }
        }
        all
    }

    /// Builds all states and looks for conflicts.
    fn decide(&self) -> Result<(), Unproven> {
        let mut end = Set::new(self.grammar.end + 1);
        end.insert(self.grammar.end);
        let mut first = Kernel::new();
        if self.is_terminal(self.start) {
            return Ok(());
        }
        for &production in &self.by_left[self.start - self.grammar.end - 1] {
            first.insert((production, 0), end.clone());
        }
        let mut known: HashMap<Kernel, ()> = HashMap::new();
        let mut open = vec![first];
        let mut conflicts = Vec::new();
        while let Some(kernel) = open.pop() {
            if known.contains_key(&kernel) {
                continue;
            }
            if known.len() >= MOST_STATES {
                return Err(Unproven::Size);
            }
            let all = self.closure(&kernel);
            self.conflicts(&all, &mut conflicts);
            if conflicts.len() > 20 {
                break;
            }
            let mut next: BTreeMap<Symbol, Kernel> = BTreeMap::new();
            for ((production, at), follows) in all {
                if let Some(&symbol) = self.grammar.productions[production].right.get(at) {
                    let kernel = next.entry(symbol).or_default();
                    kernel.insert((production, at + 1), follows);
                }
            }
            open.extend(next.into_values());
            known.insert(kernel, ());
        }
        conflicts.sort_by_key(|conflict: &Conflict| conflict.between);
        conflicts.dedup();
        if conflicts.is_empty() {
            Ok(())
        } else {
            Err(Unproven::Conflicts(conflicts))
        }
    }

    fn conflicts(&self, all: &Kernel, conflicts: &mut Vec<Conflict>) {
        let productions = &self.grammar.productions;
        let done: Vec<(usize, &Set)> = all
            .iter()
            .filter(|((production, at), _)| *at == productions[*production].right.len())
            .map(|((production, _), follows)| (*production, follows))
            .collect();
        if done.is_empty() {
            return;
        }
        let word = |production: usize| productions[production].word;
        for (at, (first, follows)) in done.iter().enumerate() {
            for (second, others) in &done[at + 1..] {
                if follows.meets(others) {
                    conflicts.push(Conflict {
                        between: [word(*first), word(*second)],
                    });
                }
            }
            for (production, dot) in all.keys() {
                let Some(&symbol) = productions[*production].right.get(*dot) else {
                    continue;
                };
                if self.is_terminal(symbol) && follows.meets(&self.first[symbol]) {
                    conflicts.push(Conflict {
                        between: [word(*first), word(*production)],
                    });
                }
            }
        }
    }
}
